/* Which packets are looked at: the filter is put before a socket of the kernel's, and
 * packets are sent through it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "collector/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TCP_SYN 2
#define TCP_ACK 16

/* A link with so many name servers at port ${port}, 192.0.2.1 and on, and a TCP probe to
 * 198.51.100.7. */
static struct settings *
with_servers(unsigned n, unsigned port)
{
	static const char HEAD[] =
	    "data-dir = \"/tmp\"\ncentre c { link l { interface = lo\n"
	    "tcp web { address = \"198.51.100.7\" port = 443 }\n";
	size_t room = sizeof HEAD + 96 * n + 8, at = sizeof HEAD - 1;
	char *text = memory_grow(NULL, room, 1), err[512];
	struct settings *s = NULL;

	memcpy(text, HEAD, sizeof HEAD);
	for (unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, room - at,
		    "dns d%u { server = \"192.0.2.%u\" port = %u name = \"a.test\" }\n",
		    i, i + 1, port);
	snprintf(text + at, room - at, "} }\n");
	if (settings_parse(&s, "made", text, strlen(text), err, sizeof err) < 0)
		fail_msg("%s", err);
	free(text);
	return s;
}

static bool
goes_through(const struct sock_fprog *f, const uint8_t *p, size_t n)
{
	uint8_t got[128];
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	assert_int_equal(
	    setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, f, sizeof *f), 0);
	(void)!send(ends[0], p, n, MSG_DONTWAIT);
	bool passed = recv(ends[1], got, sizeof got, MSG_DONTWAIT) > 0;
	close(ends[0]);
	close(ends[1]);
	return passed;
}

/* One that arrives, for so are those of a pair of sockets. */
static bool
passes_echo(const struct sock_fprog *f, int version, uint8_t type)
{
	uint8_t four[60] = {0x45, [8] = 64, [9] = 1, [20] = type},
	        six[60] = {0x60, [5] = 20, [6] = 58, [40] = type};

	return goes_through(f, version == 4 ? four : six, 60);
}

/* A reply of IPv6 that has one more header before it. */
static bool
passes_behind(const struct sock_fprog *f, uint8_t header, uint8_t next)
{
	uint8_t six[80] = {0x60, [5] = 40, [6] = header, [40] = next, [48] = 129};

	return goes_through(f, six, sizeof six);
}

/* An IPv4 packet of ${protocol} from port 40000 of 10.0.0.1. */
static bool
passes(const struct sock_fprog *f, uint8_t protocol, const char *to, uint16_t port,
    uint8_t tcp_flags)
{
	uint8_t p[60] = {0x45, 0, 0, 60, [8] = 64, [9] = protocol, [12] = 10, [15] = 1,
	    [20] = 40000 >> 8, [21] = 40000 & 255, [22] = (uint8_t)(port >> 8),
	    [23] = (uint8_t)port, [32] = 0x50, [33] = tcp_flags};
	assert_int_equal(inet_pton(AF_INET, to, p + 16), 1);
	return goes_through(f, p, sizeof p);
}

static void
made(struct sock_fprog *f, unsigned servers, unsigned port, enum capture_want want)
{
	struct settings *s = with_servers(servers, port);
	int rc = filter_make(f, s, want);

	settings_free(s);
	if (rc == -ELIBACC)
		skip();
	assert_int_equal(rc, 0);
}

static void
test_few(void **state)
{
	struct sock_fprog f;

	(void)state;
	made(&f, 3, 5353, CAPTURE_ALL);
	assert_true(passes(&f, IPPROTO_ICMP, "203.0.113.9", 0, 0));
	assert_true(passes_echo(&f, 4, 0));
	assert_false(passes_echo(&f, 4, 8)); /* arrives: who is pinged is this host */
	assert_true(passes_echo(&f, 4, 11));
	assert_true(passes_echo(&f, 6, 129));
	assert_false(passes_echo(&f, 6, 128));
	assert_true(passes_echo(&f, 6, 3));
	assert_true(passes_behind(&f, IPPROTO_HOPOPTS, IPPROTO_ICMPV6));
	assert_true(passes_behind(&f, IPPROTO_ROUTING, IPPROTO_ICMPV6));
	assert_true(passes_behind(&f, IPPROTO_DSTOPTS, IPPROTO_ICMPV6));
	assert_false(passes_behind(&f, IPPROTO_DSTOPTS, IPPROTO_TCP));
	assert_true(passes(&f, IPPROTO_UDP, "192.0.2.3", 5353, 0));
	assert_false(passes(&f, IPPROTO_UDP, "192.0.2.4", 5353, 0));
	assert_true(passes(&f, IPPROTO_TCP, "203.0.113.9", 443, TCP_SYN));
	assert_false(passes(&f, IPPROTO_TCP, "203.0.113.9", 443, TCP_ACK));
	filter_free(&f);
	made(&f, 0, 53, CAPTURE_PROBES);
	assert_true(passes(&f, IPPROTO_TCP, "198.51.100.7", 443, TCP_SYN));
	assert_false(passes(&f, IPPROTO_TCP, "203.0.113.9", 443, TCP_SYN));
	assert_false(passes(&f, IPPROTO_UDP, "192.0.2.1", 53, 0));
	filter_free(&f);
}

/* More servers than are listed: known by their ports, whichever these are. */
static void
test_many(void **state)
{
	struct sock_fprog f;

	(void)state;
	made(&f, 100, 5353, CAPTURE_PROBES);
	assert_true(passes(&f, IPPROTO_UDP, "192.0.2.100", 5353, 0));
	assert_false(passes(&f, IPPROTO_UDP, "192.0.2.100", 53, 0));
	assert_false(passes(&f, IPPROTO_TCP, "203.0.113.9", 443, TCP_SYN));
	filter_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_few),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
