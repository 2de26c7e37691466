#include "collector/gateway.h"

#include "config/units.h"

#include <arpa/inet.h>
#include <linux/icmpv6.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The router's word in two bits of two's complement, from 0 on. */
static uint8_t
preference_of(uint8_t word)
{
	return word == ICMPV6_ROUTER_PREF_HIGH  ? 2
	       : word == ICMPV6_ROUTER_PREF_LOW ? 0
	                                        : 1;
}

/* Of the route's family, or of its own where it says so (RFC 8950). */
static void
take_address(struct gateway *g, const struct rtattr *a)
{
	const uint8_t *p = RTA_DATA(a);
	size_t left = RTA_PAYLOAD(a);
	uint16_t family = g->route == 4 ? AF_INET : AF_INET6;

	if (a->rta_type == RTA_VIA && left >= sizeof family) {
		memcpy(&family, p, sizeof family);
		p += sizeof family;
		left -= sizeof family;
	}
	size_t size = family == AF_INET ? 4 : 16;
	if ((family != AF_INET && family != AF_INET6) || left < size)
		return;
	g->family = family == AF_INET ? 4 : 6;
	memset(g->address, 0, sizeof g->address);
	memcpy(g->address, p, size);
}

static void
take_number(uint32_t *out, const struct rtattr *a)
{
	if (RTA_PAYLOAD(a) >= sizeof *out)
		memcpy(out, RTA_DATA(a), sizeof *out);
}

/* A route of several ways, each by an interface of its own. */
static void
each_way(
    const struct gateway *route, const struct rtattr *ways, gateway_fn *fn, void *ctx)
{
	const struct rtnexthop *n = RTA_DATA(ways);
	int left = (int)RTA_PAYLOAD(ways);

	for (; RTNH_OK(n, left); left -= RTNH_ALIGN(n->rtnh_len), n = RTNH_NEXT(n)) {
		struct gateway g = *route;
		int rest = (int)n->rtnh_len - (int)sizeof *n;
		for (const struct rtattr *a = RTNH_DATA(n); RTA_OK(a, rest);
		     a = RTA_NEXT(a, rest))
			if (a->rta_type == RTA_GATEWAY || a->rta_type == RTA_VIA)
				take_address(&g, a);
		g.ifindex = (uint32_t)n->rtnh_ifindex;
		if (g.family != 0)
			fn(ctx, &g);
	}
}

void
gateway_each(const struct nlmsghdr *m, gateway_fn *fn, void *ctx)
{
	const struct rtmsg *info = NLMSG_DATA(m);
	int left = (int)(m->nlmsg_len - NLMSG_LENGTH(sizeof *info));
	const struct rtattr *ways = NULL;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *info) || info->rtm_dst_len != 0 ||
	    info->rtm_type != RTN_UNICAST ||
	    (info->rtm_family != AF_INET && info->rtm_family != AF_INET6))
		return;
	struct gateway g = {.route = info->rtm_family == AF_INET ? 4 : 6,
	    .preference = preference_of(ICMPV6_ROUTER_PREF_MEDIUM),
	    .table = info->rtm_table};
	for (const struct rtattr *a = RTM_RTA(info); RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		if (a->rta_type == RTA_GATEWAY || a->rta_type == RTA_VIA)
			take_address(&g, a);
		else if (a->rta_type == RTA_OIF)
			take_number(&g.ifindex, a);
		else if (a->rta_type == RTA_TABLE)
			take_number(&g.table, a);
		else if (a->rta_type == RTA_PRIORITY)
			take_number(&g.metric, a);
		else if (a->rta_type == RTA_PREF && RTA_PAYLOAD(a) >= 1)
			g.preference = preference_of(*(const uint8_t *)RTA_DATA(a));
		else if (a->rta_type == RTA_MULTIPATH)
			ways = a;
	}
	if (g.family != 0)
		fn(ctx, &g);
	else if (ways != NULL)
		each_way(&g, ways, fn, ctx);
}

bool
gateway_before(const struct gateway *g, const struct gateway *than, uint32_t table)
{
	if (than->family == 0 || g->table != than->table)
		return than->family == 0 || (table != 0 && g->table == table);
	return g->metric == than->metric && g->preference > than->preference;
}

bool
gateway_is_near(const struct gateway *g)
{
	return units_link_local(g->family, g->address);
}

void
gateway_text(const struct gateway *g, const char *interface, char out[GATEWAY_TEXT])
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(
	    g->family == 4 ? AF_INET : AF_INET6, g->address, address, sizeof address);
	if (gateway_is_near(g))
		snprintf(out, GATEWAY_TEXT, "%s%%%.15s", address, interface);
	else
		snprintf(out, GATEWAY_TEXT, "%s", address);
}
