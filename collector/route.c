#include "collector/route.h"

#include "base/bytes.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct question {
	struct nlmsghdr head;
	struct rtmsg route;
	uint8_t attributes[80];
};

static void
add(struct question *q, unsigned short type, const void *p, unsigned short n)
{
	struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(n), .rta_type = type};
	uint8_t *to = (uint8_t *)q + NLMSG_ALIGN(q->head.nlmsg_len);

	memcpy(to, &a, sizeof a);
	memcpy(to + RTA_LENGTH(0), p, n);
	q->head.nlmsg_len = NLMSG_ALIGN(q->head.nlmsg_len) + (uint32_t)RTA_SPACE(n);
}

/* Of a default route its table; else 0. */
static uint32_t
table_of(const struct nlmsghdr *m)
{
	const struct rtmsg *r = NLMSG_DATA(m);
	int left = (int)(m->nlmsg_len - NLMSG_LENGTH(sizeof *r));

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof *r) || r->rtm_dst_len != 0)
		return 0;
	uint32_t table = r->rtm_table;
	for (const struct rtattr *a = RTM_RTA(r); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == RTA_TABLE && RTA_PAYLOAD(a) >= sizeof table)
			memcpy(&table, RTA_DATA(a), sizeof table);
	return table;
}

static int
ask(int fd, const struct question *q, uint32_t *table)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[4096];
	} answer;
	struct timeval patience = {.tv_usec = 100000};

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (send(fd, q, q->head.nlmsg_len, 0) < 0)
		return -errno;
	ssize_t n = recv(fd, &answer, sizeof answer, 0);
	if (n < 0)
		return -errno;
	if (!NLMSG_OK(&answer.head, (size_t)n))
		return -EBADMSG;
	if (answer.head.nlmsg_type == RTM_NEWROUTE) {
		*table = table_of(&answer.head);
		return 1;
	}
	const struct nlmsgerr *e = NLMSG_DATA(&answer.head);
	if (answer.head.nlmsg_type != NLMSG_ERROR ||
	    answer.head.nlmsg_len < NLMSG_LENGTH(sizeof *e))
		return -EBADMSG;
	return e->error == -EHOSTUNREACH || e->error == -ENETUNREACH ? 0 : e->error;
}

static int
look_up(int family, const uint8_t *address, const uint8_t *source, uint32_t ifindex,
    uint32_t mark, uint32_t *table)
{
	unsigned short size = family == AF_INET ? 4 : 16;
	struct question q = {.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
	                         .nlmsg_type = RTM_GETROUTE,
	                         .nlmsg_flags = NLM_F_REQUEST},
	    .route = {.rtm_family = (unsigned char)family,
	        .rtm_dst_len = (unsigned char)(size * 8),
	        .rtm_flags = RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE}};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	add(&q, RTA_DST, address, size);
	if (source != NULL) {
		q.route.rtm_src_len = q.route.rtm_dst_len;
		add(&q, RTA_SRC, source, size);
	}
	add(&q, RTA_OIF, &ifindex, sizeof ifindex);
	if (mark != 0)
		add(&q, RTA_MARK, &mark, sizeof mark);
	int rc = ask(fd, &q, table);
	close(fd);
	return rc;
}

int
route_leads(int family, const uint8_t *address, uint32_t ifindex, uint32_t mark)
{
	uint32_t table;

	return look_up(family, address, NULL, ifindex, mark, &table);
}

/* By a host that nobody has a route of its own to: of the networks for documentation. */
uint32_t
route_table(int family, const uint8_t *source, uint32_t ifindex, uint32_t mark)
{
	static const uint8_t FOUR[4] = {192, 0, 2, 254},
	                     SIX[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 254};
	uint32_t table = 0;
	int rc = look_up(
	    family, family == AF_INET ? FOUR : SIX, source, ifindex, mark, &table);

	return rc > 0 ? table : 0;
}

/* ---- changes ---- */

struct routes {
	struct loop *loop;
	int fd;
	mono_t changed[2]; /* of IPv4, of IPv6 */
};

/* A message begins with the family, be it of a route or a rule. Some may have been
 * dropped: then anything may have changed. */
static void
take(struct routes *r)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[8192];
	} buffer;
	ssize_t n;

	while ((n = recv(r->fd, &buffer, sizeof buffer, MSG_DONTWAIT)) > 0 ||
	       (n < 0 && errno == ENOBUFS)) {
		mono_t now = clock_mono();
		const struct nlmsghdr *m = &buffer.head;
		size_t left = n > 0 ? (size_t)n : 0;
		if (n < 0)
			r->changed[0] = r->changed[1] = now;
		for (; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
			const struct rtmsg *route = NLMSG_DATA(m);
			if (m->nlmsg_len >= NLMSG_LENGTH(sizeof *route))
				r->changed[route->rtm_family == AF_INET6] = now;
		}
	}
}

static void
on_change(void *ctx, uint32_t events)
{
	(void)events;
	take(ctx);
}

struct routes *
routes_new(struct loop *loop)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK,
	    .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE |
	                 1 << (RTNLGRP_IPV6_RULE - 1)};
	int fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return NULL;
	struct routes *r = memory_grow(NULL, 1, sizeof *r);
	*r = (struct routes){.loop = loop, .fd = fd};
	if (bind(fd, (struct sockaddr *)&local, sizeof local) == 0 &&
	    loop_watch(loop, fd, EPOLLIN, on_change, r) == 0)
		return r;
	int saved = errno;
	close(fd);
	free(r);
	errno = saved;
	return NULL;
}

void
routes_free(struct routes *r)
{
	if (r == NULL)
		return;
	loop_unwatch(r->loop, r->fd);
	close(r->fd);
	free(r);
}

mono_t
routes_changed(struct routes *r, int family)
{
	if (r == NULL)
		return (mono_t){0};
	take(r);
	return r->changed[family == AF_INET6];
}
