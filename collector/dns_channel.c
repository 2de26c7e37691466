/*
 * c-ares keeps the queries, matches ids and questions and times them out; the socket is
 * ours by its socket functions: it must be bound to the link, the kernel's stamps are
 * wanted, c-ares has one status for every failing call where a sample needs to know
 * which, and c-ares would fail all queries in flight for an ICMP error that speaks of
 * one.
 */
#include "collector/dns_channel.h"

#include "base/bytes.h"
#include "collector/dns_message.h"
#include "collector/dns_socket.h"
#include "collector/pool.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUCKETS    64
#define FOLLOW_MS  10000 /* as long as the engine knows a sending */
#define SEND_TRIES 3     /* the first ones may return the error of an earlier query */

struct query {
	struct query *next; /* in its bucket */
	struct dns_channel *ch;
	uint64_t token;
	mono_t sent;
	bool stamped; /* sent is the kernel's */
	uint16_t id;
};

struct dns_channel {
	struct loop *loop;
	struct outlet outlet;
	struct dns_server server;
	struct dns_listener listener;
	struct dns_socket_watcher watcher;
	uint8_t question[DNS_QUERY_ROOM];
	size_t question_len;

	ares_channel ares; /* NULL: to be made at the next query */
	int fd;            /* its only socket, or -1 */
	bool may_read;     /* once a wake: epoll tells of more */
	uint32_t generation;
	struct loop_timer timer;
	bool armed;
	struct query *buckets[BUCKETS];

	/* During ares_send: */
	uint16_t last; /* id of the newest query */
	struct query *sending;
	int error; /* errno of the call that failed */
	enum code why;

	/* Of the datagram c-ares is looking at: */
	mono_t received;
	enum stamp stamp;
};

/* ---- queries by id ---- */

static struct query *
query_of(const struct dns_channel *ch, uint16_t id)
{
	struct query *q = ch->buckets[id % BUCKETS];

	while (q != NULL && q->id != id)
		q = q->next;
	return q;
}

static void
query_drop(struct query *q)
{
	struct query **at = &q->ch->buckets[q->id % BUCKETS];

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	pool_free(q);
}

/* An id that no query in flight has; unpredictable, for answers are matched by it. */
static int
fresh_id(const struct dns_channel *ch, uint16_t *id)
{
	static uint16_t pool[128]; /* a call for each costs as much as the sending */
	static unsigned left;

	for (int i = 0; i < 64; i++) {
		if (left == 0) {
			if (getrandom(pool, sizeof pool, 0) != sizeof pool)
				return -EIO;
			left = sizeof pool / sizeof pool[0];
		}
		*id = pool[--left];
		if (query_of(ch, *id) == NULL)
			return 0;
	}
	return -EAGAIN;
}

static void
tell(struct query *q, enum outcome outcome, enum code code, const struct dns_news *more)
{
	struct dns_news news = {0};

	if (more != NULL)
		news = *more;
	news.outcome = outcome;
	news.code = code;
	news.sent = q->sent;
	if (q->stamped && news.stamp == STAMP_KERNEL_RX)
		news.stamp = STAMP_KERNEL;
	q->ch->listener.news(q->ch->listener.ctx, q->token, &news);
}

/* ---- what the socket tells beside the answers ---- */

static bool
is_address(const struct sockaddr_storage *a, int family, const void *address)
{
	const void *other =
	    a->ss_family == AF_INET
	        ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
	        : (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr;

	return a->ss_family == family &&
	       memcmp(other, address, family == AF_INET ? 4 : 16) == 0;
}

/* Our own kernel says unreachable of a neighbour that it did not find. */
static bool
is_ourselves(const struct dns_channel *ch, const struct sockaddr_storage *from)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof own;
	const void *address = &((const struct sockaddr_in6 *)&own)->sin6_addr;

	if (getsockname(ch->fd, (struct sockaddr *)&own, &len) < 0)
		return false;
	if (own.ss_family == AF_INET)
		address = &((const struct sockaddr_in *)&own)->sin_addr;
	return is_address(from, own.ss_family, address);
}

static void
on_error(void *ctx, const struct dns_socket_error *e)
{
	struct dns_channel *ch = ctx;
	struct query *q = e->len >= 2 ? query_of(ch, dns_message_id(e->datagram)) : NULL;
	struct dns_news more = {.received = e->at, .stamp = e->stamp};

	if (q == NULL || q == ch->sending)
		return;
	if (e->port_unreachable &&
	    is_address(&e->offender, ch->server.family, ch->server.address))
		tell(q, OUTCOME_REFUSED, CODE_PORT, &more);
	else if (is_ourselves(ch, &e->offender))
		tell(q, OUTCOME_LOST, CODE_NEIGHBOUR, &more);
	else
		tell(q, OUTCOME_LOST, CODE_UNREACHABLE, &more);
}

/* The query is the tail of the packet that left. */
static void
on_left(void *ctx, const uint8_t *packet, size_t n, mono_t at)
{
	struct dns_channel *ch = ctx;
	struct query *q = NULL;

	if (n >= ch->question_len)
		q = query_of(ch, dns_message_id(packet + n - ch->question_len));
	if (q == NULL || q->stamped)
		return;
	q->sent = at;
	q->stamped = true;
	if (ch->listener.stamped != NULL)
		ch->listener.stamped(ch->listener.ctx, q->token, at);
}

/* ---- the socket functions of c-ares ---- */

static ares_socket_t
socket_open(int family, int type, int protocol, void *ctx)
{
	struct dns_channel *ch = ctx;

	(void)protocol;
	if (type != SOCK_DGRAM) { /* truncated answers are not asked for again by TCP */
		ch->error = errno = EPROTONOSUPPORT;
		return ARES_SOCKET_BAD;
	}
	int fd = ch->outlet.open(ch->outlet.ctx, family, type, &ch->why);
	if (fd < 0) {
		ch->error = errno = -fd;
		return ARES_SOCKET_BAD;
	}
	dns_socket_prepare(fd, family);
	ch->fd = fd;
	return fd;
}

static int
socket_close(ares_socket_t fd, void *ctx)
{
	struct dns_channel *ch = ctx;

	loop_unwatch(ch->loop, fd);
	if (fd == ch->fd)
		ch->fd = -1;
	return close(fd);
}

/* c-ares has no place for the scope of an address, and its number changes when the
 * interface is made again. */
static int
socket_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t len, void *ctx)
{
	struct dns_channel *ch = ctx;
	struct sockaddr_in6 six;

	if (to->sa_family == AF_INET6 && len >= sizeof six) {
		memcpy(&six, to, sizeof six);
		six.sin6_scope_id = if_nametoindex(ch->server.scope);
		to = (const struct sockaddr *)&six;
	}
	int rc = connect(fd, to, len);
	if (rc < 0)
		ch->error = errno;
	return rc;
}

static ares_ssize_t
socket_sendv(ares_socket_t fd, const struct iovec *iov, int n, void *ctx)
{
	struct dns_channel *ch = ctx;
	struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)n};
	ssize_t rc = -1;

	for (int i = 0; i < SEND_TRIES && rc < 0; i++) {
		if (ch->sending != NULL)
			ch->sending->sent = clock_mono();
		rc = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (rc < 0) {
			ch->error = errno;
			dns_socket_drain(fd, &ch->watcher);
			errno = ch->error;
		}
	}
	return rc;
}

/* A datagram with the id of a query of ours that does not answer it: c-ares drops it in
 * silence, so it is told here. */
static void
note_mismatch(struct dns_channel *ch, const uint8_t *p, size_t n)
{
	struct query *q = n >= 2 ? query_of(ch, dns_message_id(p)) : NULL;
	struct dns_news more = {.received = ch->received, .stamp = ch->stamp};

	if (q == NULL)
		return;
	dns_message_set_id(ch->question, q->id);
	if (dns_message_match(p, n, ch->question, ch->question_len) == DNS_MISMATCH)
		tell(q, OUTCOME_LOST, CODE_MALFORMED, &more);
}

static ares_ssize_t
socket_receive(ares_socket_t fd, void *p, size_t room, int flags, struct sockaddr *from,
    ares_socklen_t *from_len, void *ctx)
{
	struct dns_channel *ch = ctx;
	ssize_t n;

	(void)flags;
	if (!ch->may_read) {
		errno = EAGAIN;
		return -1;
	}
	ch->may_read = false;
	n = dns_socket_receive(
	    fd, p, room, from, from_len, &ch->watcher, &ch->received, &ch->stamp);
	if (n > 0)
		note_mismatch(ch, p, (size_t)n);
	return n;
}

static const struct ares_socket_functions functions = {
    socket_open, socket_close, socket_connect, socket_receive, socket_sendv};

/* ---- the loop ---- */

/*
 * c-ares looks at every query in flight to say which ends first. All are followed equally
 * long, so whichever that is, none ends before the timer that is set already: it may ring
 * in vain, once in so long.
 */
static void
rearm(struct dns_channel *ch)
{
	struct timeval tv;

	if (ch->armed)
		return;
	const struct timeval *next = ares_timeout(ch->ares, NULL, &tv);
	ch->armed = next != NULL;
	if (next == NULL)
		return;
	mono_t at = clock_mono();
	/* One millisecond more, for c-ares counts in them and wakes for nothing else. */
	at.ns += next->tv_sec * NS_PER_S + next->tv_usec * NS_PER_US + NS_PER_MS;
	loop_timer_set(ch->loop, &ch->timer, at);
}

static void
on_time(void *ctx, mono_t now)
{
	struct dns_channel *ch = ctx;

	(void)now;
	ch->armed = false;
	ares_process_fd(ch->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	rearm(ch);
}

static void
on_ready(void *ctx, uint32_t events)
{
	struct dns_channel *ch = ctx;

	if ((events & (EPOLLIN | EPOLLOUT)) == 0 &&
	    dns_socket_drain(ch->fd, &ch->watcher) > 0)
		return; /* a stamp alone */
	ch->may_read = true;
	ares_process_fd(ch->ares, ch->fd, (events & EPOLLOUT) ? ch->fd : ARES_SOCKET_BAD);
	rearm(ch);
}

static void
on_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct dns_channel *ch = ctx;
	uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);

	if (events == 0)
		loop_unwatch(ch->loop, fd);
	else
		loop_watch(ch->loop, fd, events, on_ready, ch);
}

/* ---- the channel ---- */

static void
unmake(struct dns_channel *ch)
{
	if (ch->ares == NULL)
		return;
	ares_destroy(ch->ares); /* calls back for each query: on_answer drops it */
	ch->ares = NULL;
	ch->armed = false;
	loop_timer_cancel(ch->loop, &ch->timer);
}

/* Everything c-ares would look up in files or the environment is given. The socket stays
 * open between queries: a new one for each would be a call of the broker for each. */
static int
make(struct dns_channel *ch)
{
	static struct in_addr nobody;
	static char lookups[] = "b";
	struct ares_options o = {.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH |
	                                  ARES_FLAG_NOALIASES | ARES_FLAG_IGNTC |
	                                  ARES_FLAG_STAYOPEN,
	    .timeout = FOLLOW_MS,
	    .tries = 1,
	    .ndots = 1,
	    .servers = &nobody,
	    .nservers = 1,
	    .lookups = lookups,
	    .sock_state_cb = on_state,
	    .sock_state_cb_data = ch};
	struct ares_addr_port_node node = {.family = ch->server.family,
	    .udp_port = ch->server.port,
	    .tcp_port = ch->server.port};
	int rc = ares_init_options(&ch->ares, &o,
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
	        ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST |
	        ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);

	if (rc != ARES_SUCCESS) {
		ch->ares = NULL;
		return -ENOMEM;
	}
	memcpy(&node.addr, ch->server.address, sizeof node.addr);
	if (ares_set_servers_ports(ch->ares, &node) != ARES_SUCCESS) {
		unmake(ch);
		return -ENOMEM;
	}
	ares_set_socket_functions(ch->ares, &functions, ch);
	ch->generation = ch->outlet.generation(ch->outlet.ctx);
	return 0;
}

static void
on_answer(void *ctx, int status, int timeouts, unsigned char *msg, int len)
{
	struct query *q = ctx;
	struct dns_channel *ch = q->ch;
	struct dns_news more = {.final = true, .received = ch->received};

	(void)timeouts;
	if (q == ch->sending) { /* ares_send failed: dns_channel_send says so */
		ch->sending = NULL;
	} else if (status == ARES_SUCCESS && msg != NULL && len > 0) {
		more.msg = msg;
		more.len = (size_t)len;
		more.stamp = ch->stamp;
		dns_message_set_id(ch->question, q->id);
		switch (
		    dns_message_match(msg, more.len, ch->question, ch->question_len)) {
		case DNS_ANSWER:
			tell(q, OUTCOME_REPLY, CODE_NONE, &more);
			break;
		case DNS_RCODE:
			tell(q, OUTCOME_REPLY, CODE_RCODE, &more);
			break;
		default:
			tell(q, OUTCOME_REPLY, CODE_MALFORMED, &more);
		}
	} else if (status != ARES_EDESTRUCTION) {
		tell(q, OUTCOME_LOST, CODE_TIMEOUT, &more);
	}
	query_drop(q);
}

static enum code
code_of(int error)
{
	switch (error) {
	case ENETUNREACH:
	case EHOSTUNREACH:
		return CODE_NO_ROUTE;
	case ENETDOWN:
		return CODE_NO_CARRIER;
	case ENODEV:
	case ENXIO:
		return CODE_NO_INTERFACE;
	case EADDRNOTAVAIL:
		return CODE_NO_ADDRESS;
	default:
		return CODE_SEND_FAILED;
	}
}

/* The socket will not recover by itself from these. */
static bool
error_is_lasting(int error)
{
	return error == ENODEV || error == ENXIO || error == EADDRNOTAVAIL ||
	       error == EINVAL;
}

static int
prepare(struct dns_channel *ch, struct departure *out)
{
	enum code why = ch->outlet.ready(ch->outlet.ctx);

	if (why != CODE_NONE) {
		out->code = why;
		return -ENETDOWN;
	}
	if (ch->ares != NULL && ch->generation != ch->outlet.generation(ch->outlet.ctx))
		unmake(ch);
	return ch->ares != NULL ? 0 : make(ch);
}

int
dns_channel_send(struct dns_channel *ch, uint64_t token, struct departure *out)
{
	uint16_t id;
	int rc = prepare(ch, out);

	if (rc == 0)
		rc = fresh_id(ch, &id);
	if (rc < 0)
		return rc;
	struct query *q = pool_alloc(sizeof *q);
	if (q == NULL)
		return -ENOMEM;
	*q = (struct query){.ch = ch, .token = token, .id = id};
	q->next = ch->buckets[id % BUCKETS];
	ch->buckets[id % BUCKETS] = q;
	dns_message_set_id(ch->question, id);
	ch->sending = q;
	ch->error = 0;
	ch->why = CODE_NONE;
	ares_send(ch->ares, ch->question, (int)ch->question_len, on_answer, q);
	if (ch->sending == NULL) { /* called back already, and gone */
		int error = ch->error != 0 ? ch->error : EIO;
		out->code = ch->why != CODE_NONE ? ch->why : code_of(error);
		if (error_is_lasting(error))
			unmake(ch);
		else
			rearm(ch);
		return -error;
	}
	ch->sending = NULL;
	ch->last = id;
	out->sent = q->sent;
	rearm(ch);
	return 0;
}

int
dns_channel_last(const struct dns_channel *ch, uint16_t *id)
{
	*id = ch->last;
	return ch->fd;
}

int
dns_server_parse(struct dns_server *out, const char *address, uint16_t port)
{
	struct dns_server s = {.family = AF_INET, .port = port};
	char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	char *scope;

	if (strlen(address) >= sizeof text)
		return -EINVAL;
	strcpy(text, address);
	if (inet_pton(AF_INET, text, s.address) == 1) {
		*out = s;
		return 0;
	}
	scope = strchr(text, '%');
	if (scope != NULL) {
		*scope++ = '\0';
		if (*scope == '\0' || strlen(scope) >= sizeof s.scope)
			return -EINVAL;
		strcpy(s.scope, scope);
	}
	s.family = AF_INET6;
	if (inet_pton(AF_INET6, text, s.address) != 1)
		return -EINVAL;
	*out = s;
	return 0;
}

int
dns_channel_new(struct loop *loop, const struct outlet *outlet,
    const struct dns_server *server, const char *name, const char *type,
    const struct dns_listener *listener, struct dns_channel **out)
{
	static bool ready;
	struct dns_channel *ch;
	int number = dns_message_type(type), len;

	if (!ready && ares_library_init_mem(ARES_LIB_INIT_ALL, pool_alloc, pool_free,
	                  pool_realloc) != ARES_SUCCESS)
		return -ENOMEM;
	ready = true;
	if (number < 0)
		return number;
	ch = memory_grow(NULL, 1, sizeof *ch);
	memset(ch, 0, sizeof *ch);
	len = dns_message_query(ch->question, name, number);
	if (len < 0) {
		free(ch);
		return len;
	}
	ch->question_len = (size_t)len;
	ch->loop = loop;
	ch->outlet = *outlet;
	ch->server = *server;
	ch->listener = *listener;
	ch->watcher = (struct dns_socket_watcher){ch, on_error, on_left};
	ch->fd = -1;
	ch->timer = (struct loop_timer){.fn = on_time, .ctx = ch};
	*out = ch;
	return 0;
}

void
dns_channel_free(struct dns_channel *ch)
{
	if (ch == NULL)
		return;
	unmake(ch);
	free(ch);
}
