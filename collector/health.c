#include "collector/health.h"

#include "base/bytes.h"
#include "collector/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (64 * 1024)
#define TRIES        3 /* of a dump that others' changes interrupt */

struct health {
	struct loop *loop;
	int events, queries; /* netlink sockets: told, and asked */
	health_fn *changed;
	void *ctx;
	health_going_fn *going;
	void *going_ctx;
	const struct link_conf *conf;
	struct health_link *links, *fresh;
	size_t n;
	bool interrupted, known;
	uint32_t seq;
	uint8_t *buffer;
};

/* ---- parsing what the kernel says ---- */

static void
take_stats(struct health_link *l, const struct rtattr *a)
{
	struct rtnl_link_stats64 s;

	if (RTA_PAYLOAD(a) < sizeof s)
		return;
	memcpy(&s, RTA_DATA(a), sizeof s);
	l->rx_bytes = s.rx_bytes;
	l->tx_bytes = s.tx_bytes;
	l->rx_packets = s.rx_packets;
	l->tx_packets = s.tx_packets;
}

/* IFF_RUNNING tells the same up to a second later: the kernel works that out at its
 * leisure, while packets flow already. */
bool
health_carries(unsigned flags)
{
	unsigned need = IFF_UP | IFF_LOWER_UP;

	return (flags & need) == need && !(flags & IFF_DORMANT);
}

static void
take_interface(struct health *h, const struct nlmsghdr *m)
{
	const struct ifinfomsg *info = NLMSG_DATA(m);
	int left = (int)(m->nlmsg_len - NLMSG_LENGTH(sizeof *info));
	const char *name = NULL;
	const struct rtattr *stats = NULL;
	uint32_t changes = 0;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *info))
		return;
	for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		if (a->rta_type == IFLA_IFNAME &&
		    memchr(RTA_DATA(a), '\0', RTA_PAYLOAD(a)) != NULL)
			name = RTA_DATA(a);
		else if (a->rta_type == IFLA_STATS64)
			stats = a;
		else if (a->rta_type == IFLA_CARRIER_CHANGES &&
		         RTA_PAYLOAD(a) >= sizeof changes)
			memcpy(&changes, RTA_DATA(a), sizeof changes);
	}
	for (size_t i = 0; name != NULL && i < h->n; i++) {
		struct health_link *l = &h->fresh[i];
		bool mine = l->interface[0] != '\0'
		                ? strcmp(l->interface, name) == 0
		                : l->ifindex == (uint32_t)info->ifi_index;
		if (!mine)
			continue;
		l->ifindex = (uint32_t)info->ifi_index;
		snprintf(l->name, sizeof l->name, "%.15s", name);
		l->frame_bytes = info->ifi_type == ARPHRD_ETHER ? ETH_HLEN : 0;
		l->admin_up = (info->ifi_flags & IFF_UP) != 0;
		l->carrier = health_carries(info->ifi_flags);
		l->carrier_changes = changes;
		if (stats != NULL)
			take_stats(l, stats);
	}
}

static bool
is_source(const struct link_conf *c, int family, const void *address)
{
	if ((family == AF_INET ? c->source : c->source6)[0] == '\0')
		return c->def.interface[0] != '\0';
	return settings_is_source(c, family == AF_INET ? 4 : 6, address);
}

static uint64_t
hash_of(int family, const uint8_t *address)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)family;

	for (size_t i = 0; i < (family == AF_INET ? 4u : 16u); i++)
		h = (h ^ address[i]) * 0x100000001b3u;
	return h;
}

static bool
has_address(const struct health_link *l, uint64_t hash)
{
	for (unsigned i = 0; i < l->n_addresses; i++)
		if (l->addresses[i] == hash)
			return true;
	return false;
}

static void
remember(struct health_link *l, uint64_t hash)
{
	if (l->n_addresses < HEALTH_ADDRESSES && !has_address(l, hash))
		l->addresses[l->n_addresses++] = hash;
}

/* A link that is known by its source alone is of that family alone. */
static bool
speaks(const struct link_conf *c, int family)
{
	return c->def.interface[0] != '\0' ||
	       (family == AF_INET ? c->source : c->source6)[0] != '\0';
}

/* It is nobody's source: the kernel takes it for neighbours. */
static void
take_near(struct health *h, uint32_t ifindex)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->fresh[i].ifindex == ifindex && speaks(&h->conf[i], AF_INET6))
			h->fresh[i].near_v6 = true;
}

static void
take_address(struct health *h, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *info = NLMSG_DATA(m);
	int left = (int)(m->nlmsg_len - NLMSG_LENGTH(sizeof *info));
	const void *address = NULL;
	size_t size = info->ifa_family == AF_INET ? 4 : 16;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *info) ||
	    (info->ifa_flags & IFA_F_TENTATIVE))
		return;
	for (const struct rtattr *a = IFA_RTA(info); RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		if (RTA_PAYLOAD(a) < size)
			continue;
		if (a->rta_type == IFA_LOCAL ||
		    (a->rta_type == IFA_ADDRESS && address == NULL))
			address = RTA_DATA(a);
	}
	if (address == NULL)
		return;
	if (info->ifa_family == AF_INET6 && info->ifa_scope == RT_SCOPE_LINK) {
		take_near(h, info->ifa_index);
		return;
	}
	for (size_t i = 0; i < h->n; i++) {
		struct health_link *l = &h->fresh[i];
		if (!is_source(&h->conf[i], info->ifa_family, address))
			continue;
		if (l->interface[0] == '\0')
			l->ifindex = info->ifa_index;
		if (l->ifindex != info->ifa_index)
			continue;
		if (info->ifa_family == AF_INET && !l->has_v4) {
			l->has_v4 = true;
			memcpy(l->v4, address, 4);
		}
		l->has_v6 |= info->ifa_family == AF_INET6;
		remember(l, hash_of(info->ifa_family, address));
	}
}

/* Where the kernel looks up what the link sends: asked only where several tables have a
 * default route by its interface. */
static uint32_t
table_of(const struct health *h, size_t link, int family)
{
	const struct link_conf *c = &h->conf[link];
	uint8_t source[16];
	bool from =
	    inet_pton(family, family == AF_INET ? c->source : c->source6, source) == 1;

	return route_table(family, from ? source : NULL, h->fresh[link].ifindex,
	    c->has_mark ? c->mark : 0);
}

static void
take_gateway(void *ctx, const struct gateway *g)
{
	int hop = g->family == 4 ? AF_INET : AF_INET6;
	int route = g->route == 4 ? AF_INET : AF_INET6;
	struct health *h = ctx;

	for (size_t i = 0; i < h->n; i++) {
		struct health_link *l = &h->fresh[i];
		struct gateway *at = route == AF_INET ? &l->gateway : &l->gateway6;
		if (l->ifindex != g->ifindex || !speaks(&h->conf[i], hop))
			continue;
		bool several = at->family != 0 && at->table != g->table;
		if (gateway_before(g, at, several ? table_of(h, i, route) : 0))
			*at = *g;
	}
}

/* One datagram of the kernel's. Result: 1 at the end of the dump, 0 to go on, -EINTR if
 * what it lists changed meanwhile, or the kernel's error. */
static int
take_all(struct health *h, size_t n, uint16_t wanted)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)(void *)h->buffer;
	int left = (int)n;

	for (; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
		if (m->nlmsg_seq != h->seq)
			continue;
		if (m->nlmsg_flags & NLM_F_DUMP_INTR)
			h->interrupted = true;
		if (m->nlmsg_type == NLMSG_DONE)
			return h->interrupted ? -EINTR : 1;
		if (m->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *e = NLMSG_DATA(m);
			return m->nlmsg_len >= NLMSG_LENGTH(sizeof *e) && e->error < 0
			           ? e->error
			           : -EIO;
		}
		if (m->nlmsg_type != wanted)
			continue;
		if (wanted == RTM_NEWLINK)
			take_interface(h, m);
		else if (wanted == RTM_NEWADDR)
			take_address(h, m);
		else
			gateway_each(m, take_gateway, h);
	}
	return 0;
}

static int
dump(struct health *h, uint16_t type, uint16_t answer)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg family;
	} q = {.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
	           .nlmsg_type = type,
	           .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	           .nlmsg_seq = ++h->seq}};

	h->interrupted = false;
	if (send(h->queries, &q, q.head.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = recv(h->queries, h->buffer, BUFFER_BYTES, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		int rc = take_all(h, (size_t)n, answer);
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
}

/* ---- what changed ---- */

static void
tell(struct health *h, size_t link, const char *what)
{
	if (h->changed != NULL)
		h->changed(h->ctx, link, what);
}

static void
tell_address(struct health *h, size_t link, const struct health_link *now)
{
	char what[128], v4[INET_ADDRSTRLEN] = "none";

	if (now->has_v4)
		inet_ntop(AF_INET, now->v4, v4, sizeof v4);
	snprintf(what, sizeof what, "renumbered, IPv4 address %s, IPv6 %s", v4,
	    now->has_v6 ? "there" : "none");
	tell(h, link, what);
}

static void
tell_carrier(struct health *h, size_t link, const struct health_link *was,
    const struct health_link *now)
{
	char what[128];

	if (was->carrier != now->carrier) {
		tell(h, link, now->carrier ? "carrier back" : "carrier lost");
	} else if (was->carrier_changes != now->carrier_changes) {
		/* Gone and back between two looks: too short for us, not for a switch. */
		snprintf(what, sizeof what, "carrier %s after %u changes",
		    now->carrier ? "there" : "lost",
		    now->carrier_changes - was->carrier_changes);
		tell(h, link, what);
	}
}

/* One more concerns nobody; one that is gone may be what a socket sends from. */
static bool
lost_address(const struct health_link *was, const struct health_link *now)
{
	for (unsigned i = 0; i < was->n_addresses; i++)
		if (!has_address(now, was->addresses[i]))
			return true;
	return false;
}

static void
compare(struct health *h, size_t i)
{
	struct health_link was = h->links[i], *now = &h->links[i];
	char what[128];

	*now = h->fresh[i];
	now->generation = was.generation;
	bool renumbered = was.has_v4 != now->has_v4 || was.has_v6 != now->has_v6 ||
	                  memcmp(was.v4, now->v4, 4) != 0 || lost_address(&was, now);
	if (was.ifindex != now->ifindex || renumbered)
		now->generation++;
	if (!h->known)
		return;
	if (was.ifindex != 0 && now->ifindex == 0) {
		tell(h, i, "interface gone");
	} else if (was.ifindex != now->ifindex) {
		snprintf(what, sizeof what, "interface back, index %u", now->ifindex);
		tell(h, i, what);
	} else if (renumbered) {
		tell_address(h, i, now);
	}
	if (now->ifindex != 0 && was.ifindex == now->ifindex)
		tell_carrier(h, i, &was, now);
}

static bool
goes(const struct health *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->links[i].ifindex != 0 &&
		    h->links[i].ifindex != h->fresh[i].ifindex)
			return true;
	return false;
}

static int
look(struct health *h)
{
	/* A link known by its source alone learns its interface from the first. */
	static const uint16_t DUMPS[][2] = {{RTM_GETADDR, RTM_NEWADDR},
	    {RTM_GETLINK, RTM_NEWLINK}, {RTM_GETADDR, RTM_NEWADDR},
	    {RTM_GETROUTE, RTM_NEWROUTE}};
	int rc = 0;

	for (size_t i = 0; i < h->n; i++) {
		memset(&h->fresh[i], 0, sizeof h->fresh[i]);
		snprintf(h->fresh[i].interface, sizeof h->fresh[i].interface, "%.15s",
		    h->conf[i].def.interface);
	}
	for (size_t d = 0; d < sizeof DUMPS / sizeof DUMPS[0]; d++) {
		int one = dump(h, DUMPS[d][0], DUMPS[d][1]);
		if (one < 0)
			rc = one;
		if (rc < 0 && rc != -EINTR)
			break;
	}
	return rc;
}

int
health_refresh(struct health *h)
{
	int rc = -EINTR;

	for (int i = 0; i < TRIES && rc == -EINTR; i++)
		rc = look(h);
	/* Changing all the time: better the last look than none. */
	if (rc < 0 && rc != -EINTR)
		return rc;
	if (h->going != NULL && h->known && goes(h))
		h->going(h->going_ctx);
	for (size_t i = 0; i < h->n; i++)
		compare(h, i);
	h->known = true;
	return 0;
}

/* The kernel told of a change: what it was, a refresh finds out. */
static void
on_event(void *ctx, uint32_t events)
{
	struct health *h = ctx;

	(void)events;
	while (recv(h->events, h->buffer, BUFFER_BYTES, MSG_DONTWAIT) > 0 ||
	       errno == ENOBUFS)
		errno = 0;
	(void)health_refresh(h);
}

/* ---- life ---- */

static int
netlink(uint32_t groups)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&local, sizeof local) < 0) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

struct health *
health_new(struct loop *loop, health_fn *changed, void *ctx)
{
	struct health *h = memory_grow(NULL, 1, sizeof *h);
	struct timeval patience = {.tv_sec = 1};

	*h = (struct health){.loop = loop, .changed = changed, .ctx = ctx};
	h->buffer = memory_grow(NULL, BUFFER_BYTES, 1);
	h->events = netlink(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
	                    RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
	h->queries = netlink(0);
	if (h->events < 0 || h->queries < 0 ||
	    loop_watch(loop, h->events, EPOLLIN, on_event, h) < 0) {
		int saved = errno;
		health_free(h);
		errno = saved;
		return NULL;
	}
	setsockopt(h->queries, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return h;
}

void
health_on_going(struct health *h, health_going_fn *going, void *ctx)
{
	h->going = going;
	h->going_ctx = ctx;
}

void
health_free(struct health *h)
{
	if (h == NULL)
		return;
	if (h->events >= 0) {
		loop_unwatch(h->loop, h->events);
		close(h->events);
	}
	if (h->queries >= 0)
		close(h->queries);
	free(h->links);
	free(h->fresh);
	free(h->buffer);
	free(h);
}

static bool
bound_alike(const struct link_conf *a, const struct link_conf *b)
{
	return strcmp(a->def.interface, b->def.interface) == 0 &&
	       strcmp(a->source, b->source) == 0 && strcmp(a->source6, b->source6) == 0 &&
	       a->has_mark == b->has_mark && a->mark == b->mark;
}

void
health_links(struct health *h, const struct link_conf *links, size_t n)
{
	struct health_link *old = h->links;
	size_t n_old = h->n;

	h->links = memory_grow(NULL, n + 1, sizeof *h->links);
	memset(h->links, 0, (n + 1) * sizeof *h->links);
	/* Generations go on, so that nobody mistakes a new socket for an old one. */
	for (size_t i = 0; i < n; i++) {
		if (i < n_old && bound_alike(&h->conf[i], &links[i]))
			h->links[i] = old[i];
		else
			h->links[i].generation = i < n_old ? old[i].generation + 1 : 1;
	}
	free(old);
	h->fresh = memory_grow(h->fresh, n + 1, sizeof *h->fresh);
	h->conf = links;
	h->n = n;
	h->known = false;
	(void)health_refresh(h);
}

const struct health_link *
health_of(const struct health *h, size_t link)
{
	return &h->links[link];
}

void
health_count(const struct health *h, size_t link, struct counters *c)
{
	const struct health_link *l = &h->links[link];

	c->rx_bytes = l->rx_bytes;
	c->tx_bytes = l->tx_bytes;
	c->rx_packets = l->rx_packets;
	c->tx_packets = l->tx_packets;
	c->ifindex = l->ifindex;
	c->carrier = l->carrier;
	c->admin_up = l->admin_up;
}
