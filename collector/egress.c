#include "collector/egress.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum code
egress_ready(const struct egress *e, int family)
{
	const struct health_link *h = health_of(e->health, e->link);

	if (h->ifindex == 0)
		return CODE_NO_INTERFACE;
	if (!h->admin_up || !h->carrier)
		return CODE_NO_CARRIER;
	if ((family == AF_INET && !h->has_v4) || (family == AF_INET6 && !h->has_v6))
		return CODE_NO_ADDRESS;
	return CODE_NONE;
}

enum code
egress_aim(const struct egress *e, struct sockaddr *to)
{
	const struct health_link *h = health_of(e->health, e->link);
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)to;

	if (to->sa_family != AF_INET6 || !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
		return egress_ready(e, to->sa_family);
	six->sin6_scope_id = h->ifindex;
	return egress_ready(e, h->near_v6 ? 0 : AF_INET6);
}

enum code
egress_code(int error)
{
	switch (error) {
	case ENODEV:
	case ENXIO:
		return CODE_NO_INTERFACE;
	case ENETDOWN:
		return CODE_NO_CARRIER;
	case ENETUNREACH:
	case EHOSTUNREACH:
		return CODE_NO_ROUTE;
	case EADDRNOTAVAIL:
		return CODE_NO_ADDRESS;
	default:
		return CODE_SEND_FAILED;
	}
}

int
egress_open(struct egress *e, enum broker_kind kind, int family, enum code *why)
{
	bool raw = kind == BROKER_ICMP4 || kind == BROKER_ICMP6;
	int fd;

	/* Of a raw socket the address decides that it sends to; see egress_aim. */
	*why = egress_ready(e, raw ? 0 : family);
	if (*why != CODE_NONE)
		return *why == CODE_NO_ADDRESS   ? -EADDRNOTAVAIL
		       : *why == CODE_NO_CARRIER ? -ENETDOWN
		                                 : -ENODEV;
	if (raw || e->conf->has_mark) {
		fd = broker_open(e->broker, e->link, kind, family);
	} else {
		int type = kind == BROKER_TCP ? SOCK_STREAM : SOCK_DGRAM;
		fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		int rc = fd < 0 ? -errno : broker_bind(fd, e->conf, family);
		if (rc < 0) {
			if (fd >= 0)
				close(fd);
			fd = rc;
		}
	}
	if (fd < 0)
		*why = egress_code(-fd);
	return fd;
}

bool
egress_by_interface(const struct egress *e)
{
	return e->conf->def.interface[0] != '\0';
}

uint32_t
egress_generation(const struct egress *e)
{
	return health_of(e->health, e->link)->generation;
}

uint32_t
egress_flags(const struct egress *e)
{
	return e->masked != NULL ? e->masked(e->masked_ctx, e->link) : 0;
}

void
egress_sent(struct egress *e, int fd, uint8_t protocol,
    const struct sockaddr_storage *peer, uint16_t tag, uint32_t probe, uint64_t seq)
{
	struct flow flow;

	if (e->wire == NULL || !flow_of_socket(&flow, fd, protocol, peer))
		return;
	flow.tag = tag;
	flow.probe = probe;
	flow.seq = seq;
	flow.at = clock_mono();
	wire_expect(e->wire, &flow);
}

void
egress_sent_query(void *egress, int fd, uint16_t id, uint32_t probe, uint64_t seq)
{
	egress_sent(egress, fd, IPPROTO_UDP, NULL, id, probe, seq);
}

void
egress_sent_test(void *egress, int fd, const struct sockaddr_storage *peer,
    uint32_t probe, uint64_t seq)
{
	egress_sent(egress, fd, IPPROTO_TCP, peer, 0, probe, seq);
}

/* ---- the outlet ---- */

static int
outlet_open(void *ctx, int family, int type, enum code *why)
{
	return egress_open(
	    ctx, type == SOCK_STREAM ? BROKER_TCP : BROKER_UDP, family, why);
}

static uint32_t
outlet_generation(void *ctx)
{
	return egress_generation(ctx);
}

static enum code
outlet_ready(void *ctx)
{
	return egress_ready(ctx, 0);
}

static uint32_t
outlet_flags(void *ctx)
{
	return egress_flags(ctx);
}

struct outlet
egress_outlet(struct egress *e)
{
	return (struct outlet){.ctx = e,
	    .open = outlet_open,
	    .generation = outlet_generation,
	    .ready = outlet_ready,
	    .flags = outlet_flags};
}
