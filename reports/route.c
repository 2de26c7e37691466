#include "reports/route.h"

#include "reports/value.h"

#include <arpa/inet.h>
#include <stdio.h>

static const char *
address_text(uint8_t family, const uint8_t address[16], char out[INET6_ADDRSTRLEN])
{
	if (inet_ntop(family == 4 ? AF_INET : AF_INET6, address, out, INET6_ADDRSTRLEN) ==
	    NULL)
		out[0] = '\0';
	return out;
}

json_t *
route_json(const struct path *p)
{
	json_t *o = json_object(), *hops = json_array();
	char text[INET6_ADDRSTRLEN];

	value_set(o, "time", value_instant(p->time.ns));
	value_set(o, "reason", json_string(path_reason_name(p->reason)));
	value_set(o, "target", json_string(address_text(p->family, p->target, text)));
	value_set(o, "isp_hop", p->isp_hop > 0 ? json_integer(p->isp_hop) : json_null());
	for (unsigned i = 0; i < p->n_hops; i++) {
		const struct path_hop *h = &p->hops[i];
		bool silent = h->kind == HOP_SILENT;
		json_t *hop = json_object();
		value_set(hop, "hop", json_integer(i + 1));
		value_set(hop, "kind", json_string(hop_kind_name(h->kind)));
		value_set(hop, "address",
		    silent ? json_null()
		           : json_string(address_text(p->family, h->from, text)));
		value_set(hop, "rtt_s", silent ? json_null() : seconds_json(h->rtt_ns));
		json_array_append_new(hops, hop);
	}
	value_set(o, "hops", hops);
	return o;
}

void
route_text(const struct path *p, char *out, size_t room)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < p->n_hops && n < room; i++) {
		const struct path_hop *h = &p->hops[i];
		int did = snprintf(out + n, room - n, "%s%u %s%s", i > 0 ? "  " : "",
		    i + 1,
		    h->kind == HOP_SILENT ? "*" : address_text(p->family, h->from, text),
		    i + 1 == p->isp_hop ? " (ISP)" : "");
		n += did > 0 ? (size_t)did : 0;
	}
}
