#include "collector/methods.h"

const struct transport *
methods_transport(const struct methods *m, enum kind kind)
{
	switch (kind) {
	case KIND_PING:
		return icmp_transport(m->icmp);
	case KIND_TCP:
		return tcp_transport(m->tcp);
	case KIND_DNS:
		return dns_transport(m->dns);
	default:
		return http_transport(m->http);
	}
}

int
methods_add(struct methods *m, uint32_t number, const struct probe_conf *p,
    const struct leaving *by)
{
	switch (p->def.kind) {
	case KIND_PING:
		return icmp_add(m->icmp, number, p, by->egress);
	case KIND_TCP:
		return tcp_add(m->tcp, number, p, by->egress);
	case KIND_DNS:
		return dns_add(m->dns, number, p, by->outlet);
	default:
		return http_add(m->http, number, by->number, by->link, p, by->outlet);
	}
}

void
methods_remove(struct methods *m, enum kind kind, uint32_t number)
{
	switch (kind) {
	case KIND_PING:
		icmp_remove(m->icmp, number);
		break;
	case KIND_TCP:
		tcp_remove(m->tcp, number);
		break;
	case KIND_DNS:
		dns_remove(m->dns, number);
		break;
	default:
		http_remove(m->http, number);
		break;
	}
}

void
methods_free(struct methods *m)
{
	/* The last answers are read, and may be masked by a test. */
	icmp_free(m->icmp);
	tcp_free(m->tcp);
	dns_free(m->dns);
	http_free(m->http);
}
