/*
 * DNS answers as an enemy would write them, through all that reads them: the check of a
 * message, and a whole probe of c-ares over a socket of which this program holds the
 * other end. The input is a run of datagrams, each a length of two bytes and its bytes.
 * With the length's top bit set they are an answer: the right id and question are put
 * before them, and the first four are the rcode's byte and the counts of the three
 * sections.
 *
 * Links: collector/resolve.c collector/dns_channel.c collector/dns_socket.c
 * Links: collector/dns_message.c collector/pool.c base/loop.c base/clock.c base/bytes.c
 * Links: -lcares
 */
#include "collector/dns_channel.h"
#include "collector/dns_message.h"
#include "collector/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAMS 8
#define DATAGRAM  5000 /* above what c-ares reads */

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct input {
	const uint8_t *p;
	size_t n;
	int server;
	unsigned finals;
};

static struct loop *loop;
static struct loop_timer stop;
static uint16_t port;

static int
outlet_open(void *ctx, int family, int type, enum code *why)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)ctx;
	*why = CODE_SEND_FAILED;
	return fd >= 0 ? fd : -errno;
}

static uint32_t
outlet_generation(void *ctx)
{
	(void)ctx;
	return 0;
}

static enum code
outlet_ready(void *ctx)
{
	(void)ctx;
	return CODE_NONE;
}

static uint32_t
outlet_flags(void *ctx)
{
	(void)ctx;
	return 0;
}

static const struct outlet outlet = {
    NULL, outlet_open, outlet_generation, outlet_ready, outlet_flags};

static void
on_news(void *ctx, uint64_t token, const struct dns_news *news)
{
	struct input *in = ctx;

	/* What an answer must look like, whatever the bytes were. */
	if (token != 7 || (news->outcome == OUTCOME_REPLY) != (news->msg != NULL) ||
	    (news->outcome == OUTCOME_REPLY && (!news->final || in->finals++ > 0)))
		abort();
}

static void
on_resolved(void *ctx, const struct resolve_result *r)
{
	(void)ctx;
	if (r->n > RESOLVE_ADDRESSES || (r->n > 0) != (r->family != AF_UNSPEC))
		abort();
	loop_stop(loop);
}

static void
on_stop(void *ctx, mono_t now)
{
	(void)ctx;
	(void)now;
	loop_stop(loop);
}

/* Answer the query that waits at the server with the input's datagrams. */
static void
play(const struct input *in)
{
	uint8_t query[DNS_QUERY_ROOM], msg[DNS_QUERY_ROOM + DATAGRAM];
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	ssize_t asked = recvfrom(in->server, query, sizeof query, MSG_DONTWAIT,
	    (struct sockaddr *)&from, &len);
	const uint8_t *p = in->p, *end = in->p + in->n;

	for (int i = 0; i < DATAGRAMS && asked > 12 && end - p >= 2; i++) {
		size_t size = (size_t)(p[0] & 0x7f) << 8 | p[1], at = 0;
		bool true_question = (p[0] & 0x80) != 0;
		p += 2;
		if (size > (size_t)(end - p))
			size = (size_t)(end - p);
		if (size > DATAGRAM)
			size = DATAGRAM;
		if (true_question && size >= 4) {
			at = (size_t)asked;
			memcpy(msg, query, at);
			msg[2] |= 0x80;
			msg[3] = p[0];
			for (size_t k = 1; k < 4; k++)
				msg[5 + 2 * k] = p[k];
			p += 4;
			size -= 4;
		}
		memcpy(msg + at, p, size);
		sendto(in->server, msg, at + size, 0, (struct sockaddr *)&from, len);
		p += size;
	}
}

static void
drain(int fd)
{
	uint8_t sink[16];

	while (recv(fd, sink, sizeof sink, MSG_DONTWAIT) >= 0)
		;
}

static int
server_open(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		abort();
	port = ntohs(at.sin_port);
	return fd;
}

static void
through_channel(struct input *in, const struct dns_server *server)
{
	const struct dns_listener listener = {in, on_news, NULL};
	struct dns_channel *ch;
	struct departure d = {0};

	if (dns_channel_new(loop, &outlet, server, "a.bc", "A", &listener, &ch) < 0 ||
	    dns_channel_send(ch, 7, &d) < 0)
		abort();
	play(in);
	loop_timer_set(loop, &stop, (mono_t){clock_mono().ns});
	loop_run(loop);
	dns_channel_free(ch);
}

static void
through_resolve(struct input *in, const struct dns_server *server, int family)
{
	struct resolve *r;

	if (resolve_start(loop, &outlet, server, "a.bc", family, on_resolved, NULL, &r) <
	    0)
		abort();
	play(in);
	loop_timer_set(loop, &stop, (mono_t){clock_mono().ns});
	loop_run(loop);
	resolve_free(r);
}

static void
through_match(const struct input *in)
{
	uint8_t query[DNS_QUERY_ROOM];
	int len = dns_message_query(query, "a.bc", 1);
	uint8_t *exact = malloc(in->n + (size_t)len);

	if (len < 0 || exact == NULL)
		abort();
	dns_message_match(in->p, in->n, query, (size_t)len);
	/* Behind the right question, and at the very end of its memory. */
	memcpy(exact, query, (size_t)len);
	memcpy(exact + len, in->p, in->n);
	exact[2] |= 0x80;
	exact[7] = in->n > 0 ? in->p[0] : 1;
	dns_message_match(exact, in->n + (size_t)len, query, (size_t)len);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static int server_fd = -1;
	struct input in = {.p = p, .n = n};
	struct dns_server server;

	if (server_fd < 0) {
		loop = loop_new();
		server_fd = server_open();
		stop = (struct loop_timer){.fn = on_stop};
	}
	in.server = server_fd;
	if (dns_server_parse(&server, "127.0.0.1", port) < 0)
		abort();
	through_channel(&in, &server);
	through_resolve(&in, &server, AF_INET);
	through_resolve(&in, &server, AF_INET6);
	drain(server_fd);
	through_match(&in);
	return 0;
}
