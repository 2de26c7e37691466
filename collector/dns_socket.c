#include "collector/dns_socket.h"

#include "collector/stamp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#define OLDEST_NS     (10 * NS_PER_S) /* a stamp from further back is none */
#define RECEIVE_TRIES 8
#define AT_ONCE       4
#define PACKET_BYTES  1024 /* a query with all headers around it */

/* A stamp lies microseconds back, so the two clocks are compared now. Out of the possible
 * range (UTC was stepped in between): the time of reading. */
static bool
stamp_to_mono(const struct timespec *ts, mono_t *out)
{
	struct stamp_ruler r = {0};

	stamp_ruler_read(&r);
	return stamp_mono(&r, ts, (mono_t){r.read.ns - OLDEST_NS}, out);
}

struct beside {
	mono_t at;
	bool stamped;
	struct sock_extended_err error;
	bool has_error;
	struct sockaddr_storage offender;
};

static void
error_read(struct beside *b, const struct cmsghdr *c)
{
	size_t n = c->cmsg_len - CMSG_LEN(0), own = sizeof b->error;

	if (n < own)
		return;
	memcpy(&b->error, CMSG_DATA(c), own);
	b->has_error = true;
	n -= own;
	if (n > sizeof b->offender)
		n = sizeof b->offender;
	memcpy(&b->offender, CMSG_DATA(c) + own, n);
}

static void
beside_read(struct beside *b, struct msghdr *msg)
{
	memset(b, 0, sizeof *b);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING) {
			struct scm_timestamping stamps;
			memcpy(&stamps, CMSG_DATA(c), sizeof stamps);
			b->stamped = stamp_to_mono(&stamps.ts[0], &b->at);
		} else if ((c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
		           (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			error_read(b, c);
		}
	}
}

static bool
is_port_unreachable(const struct sock_extended_err *e)
{
	return e->ee_origin == SO_EE_ORIGIN_ICMP
	           ? e->ee_type == ICMP_DEST_UNREACH && e->ee_code == ICMP_PORT_UNREACH
	           : e->ee_type == ICMP6_DST_UNREACH &&
	                 e->ee_code == ICMP6_DST_UNREACH_NOPORT;
}

static void
tell_error(const struct dns_socket_watcher *w, const struct beside *b, const uint8_t *p,
    size_t n)
{
	struct dns_socket_error e = {.datagram = p,
	    .len = n,
	    .port_unreachable = is_port_unreachable(&b->error),
	    .offender = b->offender,
	    .at = b->stamped ? b->at : clock_mono(),
	    .stamp = b->stamped ? STAMP_KERNEL_RX : STAMP_USER};

	w->error(w->ctx, &e);
}

void
dns_socket_prepare(int fd, int family)
{
	const int stamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
	                   SOF_TIMESTAMPING_SOFTWARE;
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps);
	if (family == AF_INET)
		setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof on);
	else
		setsockopt(fd, SOL_IPV6, IPV6_RECVERR, &on, sizeof on);
}

static void
tell_beside(
    const struct dns_socket_watcher *w, struct msghdr *msg, const uint8_t *p, size_t n)
{
	struct beside b;

	beside_read(&b, msg);
	if (!b.has_error || (msg->msg_flags & MSG_TRUNC) != 0)
		return;
	if (b.error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) {
		if (b.stamped)
			w->left(w->ctx, p, n, b.at);
	} else if (b.error.ee_origin == SO_EE_ORIGIN_ICMP ||
	           b.error.ee_origin == SO_EE_ORIGIN_ICMP6) {
		tell_error(w, &b, p, n);
	}
}

/* Mostly there is one or none: with room for more, one call tells that it was the last.
 */
unsigned
dns_socket_drain(int fd, const struct dns_socket_watcher *w)
{
	uint8_t packets[AT_ONCE][PACKET_BYTES];
	union {
		struct cmsghdr align;
		char room[512];
	} control[AT_ONCE];
	struct iovec iov[AT_ONCE];
	struct mmsghdr heads[AT_ONCE];
	unsigned all = 0;
	int n;

	do {
		for (int i = 0; i < AT_ONCE; i++) {
			iov[i] = (struct iovec){packets[i], PACKET_BYTES};
			heads[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
			    .msg_iovlen = 1,
			    .msg_control = &control[i],
			    .msg_controllen = sizeof control[i].room};
		}
		n = recvmmsg(fd, heads, AT_ONCE, MSG_ERRQUEUE | MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++, all++)
			tell_beside(w, &heads[i].msg_hdr, packets[i], heads[i].msg_len);
	} while (n == AT_ONCE);
	return all;
}

static bool
socket_is_broken(int error)
{
	return error == EBADF || error == EFAULT || error == EINVAL ||
	       error == ENOTCONN || error == ENOTSOCK;
}

ssize_t
dns_socket_receive(int fd, void *p, size_t room, struct sockaddr *from,
    socklen_t *from_len, const struct dns_socket_watcher *w, mono_t *at,
    enum stamp *stamp)
{
	char control[512];
	struct iovec iov = {p, room};
	struct msghdr msg = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_name = from,
	    .msg_namelen = from_len != NULL ? *from_len : 0,
	    .msg_control = control,
	    .msg_controllen = sizeof control};
	struct beside b;
	ssize_t n = -1;

	/* An error is that of one datagram, and the queue tells of it. */
	for (int i = 0; i < RECEIVE_TRIES; i++) {
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (n >= 0 || errno == EAGAIN || socket_is_broken(errno))
			break;
		errno = EAGAIN;
	}
	int error = n < 0 ? errno : EAGAIN;
	(void)dns_socket_drain(fd, w);
	if (n <= 0) {
		errno = error;
		return -1;
	}
	if (from_len != NULL)
		*from_len = msg.msg_namelen;
	beside_read(&b, &msg);
	*at = b.stamped ? b.at : clock_mono();
	*stamp = b.stamped ? STAMP_KERNEL_RX : STAMP_USER;
	return n;
}
