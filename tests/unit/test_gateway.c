/*
 * What a listed route says of its next hops: of a default route each, with the interface;
 * of any other, of one that is cut or leads nowhere, nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/gateway.h"

#include <arpa/inet.h>
#include <linux/icmpv6.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* ---- a route, as the kernel would list it ---- */

static union {
	struct nlmsghdr head;
	uint8_t bytes[512];
} message;

static void
begin(unsigned char family, unsigned char length, unsigned char type)
{
	struct rtmsg *r = NLMSG_DATA(&message.head);

	memset(&message, 0, sizeof message);
	message.head.nlmsg_type = RTM_NEWROUTE;
	message.head.nlmsg_len = NLMSG_LENGTH(sizeof *r);
	*r = (struct rtmsg){.rtm_family = family,
	    .rtm_dst_len = length,
	    .rtm_type = type,
	    .rtm_table = RT_TABLE_MAIN};
}

static void
add(unsigned short type, const void *p, size_t n)
{
	struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(n), .rta_type = type};
	uint8_t *to = message.bytes + NLMSG_ALIGN(message.head.nlmsg_len);

	memcpy(to, &a, sizeof a);
	memcpy(to + RTA_LENGTH(0), p, n);
	message.head.nlmsg_len =
	    NLMSG_ALIGN(message.head.nlmsg_len) + (uint32_t)RTA_LENGTH(n);
}

static void
add_number(unsigned short type, uint32_t v)
{
	add(type, &v, sizeof v);
}

static void
add_address(unsigned short type, const char *text)
{
	uint8_t a[16];
	bool four = strchr(text, ':') == NULL;

	assert_int_equal(inet_pton(four ? AF_INET : AF_INET6, text, a), 1);
	add(type, a, four ? 4 : 16);
}

/* ---- what is said of it ---- */

static char said[256];
static struct gateway last;

static void
note(void *ctx, const struct gateway *g)
{
	char address[GATEWAY_TEXT], interface[16];
	size_t n = strlen(said);

	(void)ctx;
	snprintf(interface, sizeof interface, "e%u", g->ifindex);
	gateway_text(g, interface, address);
	snprintf(said + n, sizeof said - n, "%s%s by %s", n > 0 ? ", " : "", address,
	    interface);
	last = *g;
}

static void
expect(const char *words)
{
	said[0] = '\0';
	gateway_each(&message.head, note, NULL);
	assert_string_equal(said, words);
}

static void
a_default_route_names_its_next_hop(void **state)
{
	uint8_t high = ICMPV6_ROUTER_PREF_HIGH;

	(void)state;
	begin(AF_INET, 0, RTN_UNICAST);
	add_number(RTA_OIF, 3);
	add_address(RTA_GATEWAY, "192.0.2.1");
	expect("192.0.2.1 by e3");
	assert_int_equal(last.route, 4);
	assert_int_equal(last.table, RT_TABLE_MAIN);
	begin(AF_INET6, 0, RTN_UNICAST);
	add_number(RTA_TABLE, 1007);
	add_address(RTA_GATEWAY, "fe80::1");
	add_number(RTA_PRIORITY, 1024);
	add_number(RTA_OIF, 4);
	add(RTA_PREF, &high, 1);
	expect("fe80::1%e4 by e4");
	assert_int_equal(last.route, 6);
	assert_int_equal(last.table, 1007);
	assert_int_equal(last.metric, 1024);
	assert_int_equal(last.preference, 2);
	begin(AF_INET6, 0, RTN_UNICAST);
	add_number(RTA_OIF, 4);
	add_address(RTA_GATEWAY, "2001:db8::1");
	expect("2001:db8::1 by e4");
}

static void
other_routes_name_none(void **state)
{
	(void)state;
	begin(AF_INET6, 64, RTN_UNICAST);
	add_address(RTA_GATEWAY, "fe80::1");
	expect("");
	begin(AF_INET6, 0, RTN_UNREACHABLE);
	add_address(RTA_GATEWAY, "fe80::1");
	expect("");
	begin(AF_INET6, 0, RTN_UNICAST); /* PPP */
	add_number(RTA_OIF, 4);
	expect("");
	begin(AF_BRIDGE, 0, RTN_UNICAST);
	add_address(RTA_GATEWAY, "192.0.2.1");
	expect("");
	begin(AF_INET6, 0, RTN_UNICAST);
	add_address(RTA_GATEWAY, "192.0.2.1"); /* too short for its family */
	expect("");
}

/* RFC 8950: the attribute says of which family it is. */
static void
ipv4_may_lead_by_an_ipv6_next_hop(void **state)
{
	uint8_t via[18] = {0, 0, 0xfe, 0x80, [17] = 7};
	uint16_t family = AF_INET6;

	(void)state;
	memcpy(via, &family, sizeof family);
	begin(AF_INET, 0, RTN_UNICAST);
	add_number(RTA_OIF, 3);
	add(RTA_VIA, via, sizeof via);
	expect("fe80::7%e3 by e3");
	assert_int_equal(last.route, 4);
	for (size_t n = 0; n < sizeof via; n++) {
		begin(AF_INET, 0, RTN_UNICAST);
		add(RTA_VIA, via, n); /* cut */
		expect("");
	}
}

static void
each_of_several_ways_has_its_own(void **state)
{
	uint8_t ways[3 * (sizeof(struct rtnexthop) + RTA_SPACE(16))] = {0};
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bool has = i != 1; /* a PPP link among them */
		struct rtnexthop way = {
		    .rtnh_len = (unsigned short)(sizeof way + (has ? RTA_SPACE(16) : 0u)),
		    .rtnh_ifindex = (int)i + 3};
		struct rtattr a = {.rta_len = RTA_LENGTH(16), .rta_type = RTA_GATEWAY};
		memcpy(ways + n, &way, sizeof way);
		n += sizeof way;
		if (!has)
			continue;
		memcpy(ways + n, &a, sizeof a);
		ways[n + sizeof a] = 0xfe;
		ways[n + sizeof a + 1] = 0x80;
		ways[n + sizeof a + 15] = 1;
		n += RTA_SPACE(16);
	}
	begin(AF_INET6, 0, RTN_UNICAST);
	add(RTA_MULTIPATH, ways, n);
	expect("fe80::1%e3 by e3, fe80::1%e5 by e5");
	for (size_t cut = 0; cut < n; cut++) { /* no read behind the end */
		begin(AF_INET6, 0, RTN_UNICAST);
		add(RTA_MULTIPATH, ways, cut);
		said[0] = '\0';
		gateway_each(&message.head, note, NULL);
		assert_null(strstr(said, "e5"));
	}
}

static void
the_first_listed_goes_before_but_for_the_routers_word(void **state)
{
	struct gateway none = {0},
	               a = {.family = 6, .table = 254, .metric = 1024, .preference = 1},
	               b = a;

	(void)state;
	assert_true(gateway_before(&a, &none, 0));
	assert_false(gateway_before(&b, &a, 0));
	b.preference = 2;
	assert_true(gateway_before(&b, &a, 0));
	assert_false(gateway_before(&a, &b, 0));
	b.metric = 2048;
	assert_false(gateway_before(&b, &a, 0));
	b.metric = 1024;
	b.table = 107;
	assert_false(gateway_before(&b, &a, 0));
	assert_true(gateway_before(&b, &a, 107));
	assert_false(gateway_before(&b, &a, 254));
	assert_true(gateway_before(&a, &b, 254));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_default_route_names_its_next_hop),
	    cmocka_unit_test(other_routes_name_none),
	    cmocka_unit_test(ipv4_may_lead_by_an_ipv6_next_hop),
	    cmocka_unit_test(each_of_several_ways_has_its_own),
	    cmocka_unit_test(the_first_listed_goes_before_but_for_the_routers_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
