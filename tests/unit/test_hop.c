/* The packets of a trace, and whose hops are whose. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/hop.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t NOBODY[16];

static struct hop_key
key_of(uint8_t family)
{
	struct hop_key k = {.family = family,
	    .ident = 0xbeef,
	    .first = 0xfff8, /* the numbers run over */
	    .sum = 0x1234,
	    .cookie = 0x1122334455667788ull};

	inet_pton(family == 4 ? AF_INET : AF_INET6,
	    family == 4 ? "192.0.2.1" : "2001:db8::1", k.target);
	return k;
}

static uint16_t
sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* ---- one flow ---- */

static void
every_packet_is_of_one_flow(void **state)
{
	struct hop_key k = key_of(4);
	uint8_t a[HOP_BYTES], b[HOP_BYTES];

	(void)state;
	for (unsigned sum = 1; sum < 0xffff; sum += 997) {
		k.sum = (uint16_t)sum;
		hop_build(a, &k, 0);
		assert_int_equal(a[2] << 8 | a[3], sum);
		for (uint16_t i = 1; i < 90; i++) {
			hop_build(b, &k, i);
			assert_memory_equal(
			    a, b, 6); /* type, code, checksum, identifier */
			assert_memory_not_equal(a, b, 8);
			assert_int_equal(sum_of(b, sizeof b), 0xffff); /* it is right */
		}
	}
	/* Of IPv6 the kernel adds the addresses: they are the same each time too. */
	k = key_of(6);
	for (uint16_t i = 0; i < 90; i++) {
		hop_build(b, &k, i);
		assert_int_equal(sum_of(b, sizeof b), (uint16_t)~k.sum);
	}
}

/* ---- answers ---- */

struct packet {
	uint8_t p[200];
	size_t n;
};

static void
ip4(uint8_t *p, const char *from, const char *to, size_t bytes)
{
	memset(p, 0, 20);
	p[0] = 0x45;
	p[2] = (uint8_t)(bytes >> 8);
	p[3] = (uint8_t)bytes;
	p[8] = 1;
	p[9] = 1;
	inet_pton(AF_INET, from, p + 12);
	inet_pton(AF_INET, to, p + 16);
}

static void
seal(struct packet *out)
{
	uint8_t *p = out->p + 20;
	uint16_t sum;

	p[2] = p[3] = 0;
	sum = (uint16_t)~sum_of(p, out->n - 20);
	p[2] = (uint8_t)(sum >> 8);
	p[3] = (uint8_t)sum;
}

/* An error about our packet ${number}, quoting ${quoted} bytes behind its IP header. */
static struct packet
error4(const struct hop_key *k, uint8_t type, uint8_t code, const char *from,
    uint16_t number, size_t quoted)
{
	struct packet out = {.n = 20 + 8 + 20 + quoted};
	uint8_t echo[HOP_BYTES];

	hop_build(echo, k, number);
	ip4(out.p, from, "192.168.1.10", out.n);
	out.p[20] = type;
	out.p[21] = code;
	ip4(out.p + 28, "192.168.1.10", "192.0.2.1", 20 + HOP_BYTES);
	memcpy(out.p + 48, echo, quoted);
	seal(&out);
	return out;
}

static struct hop_seen
parse(const struct hop_key *k, const struct packet *p)
{
	struct hop_seen seen;

	hop_parse(&seen, k, 40, NOBODY, p->p, p->n);
	return seen;
}

static void
a_router_is_known_by_eight_bytes(void **state)
{
	struct hop_key k = key_of(4);
	uint8_t router[4] = {203, 0, 113, 1};

	(void)state;
	for (size_t quoted = 8; quoted <= HOP_BYTES; quoted++) {
		struct packet p = error4(&k, 11, 0, "203.0.113.1", 17, quoted & ~1ul);
		struct hop_seen s = parse(&k, &p);
		assert_int_equal(s.kind, HOP_ROUTER);
		assert_int_equal(s.number, 17);
		assert_memory_equal(s.from, router, 4);
		assert_false(s.own);
	}
	struct packet p = error4(&k, 3, 1, "203.0.113.1", 3, 8);
	assert_int_equal(parse(&k, &p).kind, HOP_UNREACHABLE);
	p = error4(&k, 3, 3, "192.0.2.1", 3, 8);
	assert_int_equal(parse(&k, &p).kind, HOP_TARGET);
	p = error4(&k, 3, 1, "192.168.1.10", 3, 24);
	assert_true(parse(&k, &p).own);
}

/* A NAT on the way that leaves another checksum in the quote has left the cookie. */
static void
one_of_checksum_and_cookie_is_enough(void **state)
{
	struct hop_key k = key_of(4);
	struct packet p = error4(&k, 11, 0, "203.0.113.1", 5, HOP_BYTES);

	(void)state;
	p.p[50] ^= 0x55;
	seal(&p);
	assert_int_equal(parse(&k, &p).kind, HOP_ROUTER);
	p = error4(&k, 11, 0, "203.0.113.1", 5, HOP_BYTES);
	p.p[57] ^= 0x55;
	seal(&p);
	assert_int_equal(parse(&k, &p).kind, HOP_ROUTER);
	p.p[50] ^= 0x55; /* both */
	seal(&p);
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
	p = error4(&k, 11, 0, "203.0.113.1", 5, 8);
	p.p[50] ^= 0x55; /* and no cookie quoted */
	seal(&p);
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
}

static void
what_is_made_up_is_nobodys(void **state)
{
	static const struct {
		size_t at;
		uint8_t flip;
	} LIES[] = {
	    {0, 0x10},        /* no IPv4 */
	    {20, 0x07},       /* another type */
	    {21, 1},          /* time exceeded in reassembly */
	    {28, 0x20},       /* quotes no IPv4 */
	    {35, 1},          /* a later fragment of something */
	    {37, 2},          /* of another protocol */
	    {44, 1},          /* to somebody else */
	    {48, 8},          /* no request */
	    {49, 1}, {52, 1}, /* identifier */
	    {54, 0x80},       /* a number that was not sent */
	};
	struct hop_key k = key_of(4);

	(void)state;
	for (size_t i = 0; i < sizeof LIES / sizeof LIES[0]; i++) {
		struct packet p = error4(&k, 11, 0, "203.0.113.1", 5, HOP_BYTES);
		p.p[LIES[i].at] ^= LIES[i].flip;
		seal(&p);
		if (parse(&k, &p).kind != HOP_SILENT)
			fail_msg("lie %zu was believed", i);
	}
	/* A number beyond what was sent so far. */
	struct packet p = error4(&k, 11, 0, "203.0.113.1", 40, HOP_BYTES);
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
	/* Damaged on the way. */
	p = error4(&k, 11, 0, "203.0.113.1", 5, HOP_BYTES);
	p.p[60] ^= 1;
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
	/* Cut anywhere before the eighth byte that is quoted. */
	for (size_t n = 0; n < 56; n++) {
		p = error4(&k, 11, 0, "203.0.113.1", 5, 8);
		p.n = n;
		if (n >= 28)
			seal(&p);
		assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
	}
}

static struct packet
reply4(const struct hop_key *k, const char *from, uint16_t number)
{
	struct packet out = {.n = 20 + HOP_BYTES};

	ip4(out.p, from, "192.168.1.10", out.n);
	hop_build(out.p + 20, k, number);
	out.p[20] = 0;
	seal(&out);
	return out;
}

static void
only_the_target_answers_for_itself(void **state)
{
	struct hop_key k = key_of(4);
	struct packet p = reply4(&k, "192.0.2.1", 9);

	(void)state;
	assert_int_equal(parse(&k, &p).kind, HOP_TARGET);
	assert_int_equal(parse(&k, &p).number, 9);
	p = reply4(&k, "192.0.2.2", 9);
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
	p = reply4(&k, "192.0.2.1", 9);
	p.p[30] ^= 1;
	seal(&p);
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
	p = reply4(&k, "192.0.2.1", 9);
	p.n -= 2;
	seal(&p);
	assert_int_equal(parse(&k, &p).kind, HOP_SILENT);
}

static void
ipv6_likewise(void **state)
{
	struct hop_key k = key_of(6);
	uint8_t p[8 + 40 + HOP_BYTES] = {3}, router[16];
	struct hop_seen s;

	(void)state;
	inet_pton(AF_INET6, "2001:db8:1:f0::1", router);
	p[8] = 0x60;
	p[14] = 58;
	inet_pton(AF_INET6, "2001:db8:1::10", p + 16);
	memcpy(p + 32, k.target, 16);
	hop_build(p + 48, &k, 2);
	hop_parse(&s, &k, 40, router, p, sizeof p);
	assert_int_equal(s.kind, HOP_ROUTER);
	assert_int_equal(s.number, 2);
	assert_memory_equal(s.from, router, 16);
	/* Its checksum is the kernel's: the cookie alone proves it, so it must be there.
	 */
	hop_parse(&s, &k, 40, router, p, sizeof p - HOP_PAYLOAD);
	assert_int_equal(s.kind, HOP_SILENT);
	p[40] ^= 1; /* to somebody else */
	hop_parse(&s, &k, 40, router, p, sizeof p);
	assert_int_equal(s.kind, HOP_SILENT);
	hop_build(p, &k, 2);
	p[0] = 129;
	hop_parse(&s, &k, 40, k.target, p, HOP_BYTES);
	assert_int_equal(s.kind, HOP_TARGET);
	hop_parse(&s, &k, 40, router, p, HOP_BYTES);
	assert_int_equal(s.kind, HOP_SILENT);
}

/* ---- whose ---- */

static uint8_t
isp_of(const char *const *hops, const char *gateway)
{
	struct path p = {.family = 4};
	struct gateway g = {0};

	for (; hops[p.n_hops] != NULL; p.n_hops++) {
		struct path_hop *h = &p.hops[p.n_hops];
		h->kind = hops[p.n_hops][0] == '*' ? HOP_SILENT : HOP_ROUTER;
		if (h->kind == HOP_ROUTER)
			inet_pton(AF_INET, hops[p.n_hops], h->from);
	}
	if (p.n_hops > 0 && strcmp(hops[p.n_hops - 1], "192.0.2.1") == 0)
		p.hops[p.n_hops - 1].kind = HOP_TARGET;
	if (gateway != NULL && inet_pton(AF_INET, gateway, g.address) == 1)
		g.family = 4;
	return hop_isp(&p, &g);
}

static void
the_isps_first_router_is_found(void **state)
{
	static const char *const HOME[] = {
	    "192.168.1.1", "10.1.0.1", "203.0.113.9", "192.0.2.1", NULL};
	static const char *const CGN[] = {"192.168.1.1", "100.64.0.1", "192.0.2.1", NULL};
	static const char *const SILENT[] = {
	    "192.168.1.1", "*", "203.0.113.9", "192.0.2.1", NULL};
	static const char *const BRIDGE[] = {
	    "203.0.113.1", "203.0.113.9", "192.0.2.1", NULL};
	static const char *const TWO_ROUTERS[] = {
	    "10.0.0.1", "172.16.3.1", "198.51.100.1", NULL};
	static const char *const NONE[] = {"192.168.1.1", "192.0.2.1", NULL};
	static const char *const DEAD[] = {NULL};

	(void)state;
	assert_int_equal(isp_of(HOME, "192.168.1.1"), 2); /* private, and the ISP's */
	assert_int_equal(isp_of(HOME, NULL), 3);
	assert_int_equal(isp_of(CGN, NULL), 2);
	assert_int_equal(isp_of(SILENT, "192.168.1.1"), 3);
	assert_int_equal(isp_of(BRIDGE, NULL), 1);
	assert_int_equal(isp_of(BRIDGE, "192.168.1.1"), 1); /* a gateway that is no hop */
	assert_int_equal(isp_of(TWO_ROUTERS, NULL), 3);
	assert_int_equal(isp_of(NONE, NULL), 0);
	assert_int_equal(isp_of(DEAD, "192.168.1.1"), 0);
}

/* Which shows none of its link-local addresses on a path, but is the first hop of it. */
static void
behind_a_gateway_known_by_a_link_local_address(void **state)
{
	static const char *const HOPS[] = {"2001:db8:1::1", "fd00::1", "2001:db8:2::1"};
	struct gateway near = {.family = 6, .address = {0xfe, 0x80, [15] = 1}},
	               far = {.family = 6}, none = {0};
	struct path p = {.family = 6, .n_hops = 3}, empty = {.family = 6};

	(void)state;
	for (unsigned i = 0; i < p.n_hops; i++) {
		p.hops[i].kind = HOP_ROUTER;
		inet_pton(AF_INET6, HOPS[i], p.hops[i].from);
	}
	assert_int_equal(hop_isp(&p, &none), 1);
	assert_int_equal(hop_isp(&p, &near), 2); /* private, and the ISP's */
	assert_int_equal(hop_isp(&empty, &near), 0);
	p.hops[0].kind = HOP_SILENT;
	assert_int_equal(hop_isp(&p, &near), 2);
	p.hops[0].kind = HOP_ROUTER;
	inet_pton(AF_INET6, "2001:db8:1::1", far.address);
	assert_int_equal(hop_isp(&p, &far), 2);
	inet_pton(AF_INET6, "2001:db8:1::9", far.address); /* no hop */
	assert_int_equal(hop_isp(&p, &far), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_packet_is_of_one_flow),
	    cmocka_unit_test(a_router_is_known_by_eight_bytes),
	    cmocka_unit_test(one_of_checksum_and_cookie_is_enough),
	    cmocka_unit_test(what_is_made_up_is_nobodys),
	    cmocka_unit_test(only_the_target_answers_for_itself),
	    cmocka_unit_test(ipv6_likewise),
	    cmocka_unit_test(the_isps_first_router_is_found),
	    cmocka_unit_test(behind_a_gateway_known_by_a_link_local_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
