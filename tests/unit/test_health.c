/*
 * What a link's interface is said to be, and when sockets opened before are of no more
 * use: in a network namespace of the test's own, on its loopback.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/health.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/ipv6.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LO 1 /* index of a namespace's loopback */

/* The kernel raises IFF_RUNNING up to a second after packets flow: what was sent
 * meanwhile did leave. */
static void
test_carries_before_it_is_called_running(void **state)
{
	(void)state;
	assert_true(health_carries(IFF_UP | IFF_LOWER_UP));
	assert_true(health_carries(IFF_UP | IFF_LOWER_UP | IFF_RUNNING));
}

/* And takes it away as late. */
static void
test_does_not_carry(void **state)
{
	(void)state;
	assert_false(health_carries(0));
	assert_false(health_carries(IFF_UP));
	assert_false(health_carries(IFF_UP | IFF_RUNNING));
	assert_false(health_carries(IFF_LOWER_UP));
	assert_false(health_carries(IFF_LOWER_UP | IFF_RUNNING));
}

/* 802.1X has not let it in yet. */
static void
test_waits_for_leave(void **state)
{
	(void)state;
	assert_false(health_carries(IFF_UP | IFF_LOWER_UP | IFF_DORMANT));
}

/* ---- in a namespace of our own ---- */

static unsigned renumbered;

static void
on_change(void *ctx, size_t link, const char *what)
{
	(void)ctx;
	(void)link;
	renumbered += strncmp(what, "renumbered", 10) == 0;
}

static void
address6(unsigned long what, const char *text)
{
	struct in6_ifreq q = {.ifr6_prefixlen = 128, .ifr6_ifindex = LO};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET6, text, &q.ifr6_addr), 1);
	assert_int_equal(ioctl(fd, what, &q), 0);
	close(fd);
}

/* The second address of the loopback: lo:1. 0.0.0.0 takes it away. */
static void
address4(const char *text)
{
	struct ifreq q = {.ifr_name = "lo:1"};
	struct sockaddr_in *at = (struct sockaddr_in *)&q.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	at->sin_family = AF_INET;
	assert_int_equal(inet_pton(AF_INET, text, &at->sin_addr), 1);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &q), 0);
	close(fd);
}

static struct link_conf
link_of(const char *source)
{
	struct link_conf c = {0};

	strcpy(c.def.interface, "lo");
	snprintf(c.source, sizeof c.source, "%s", source);
	return c;
}

static struct health *
watch(const struct link_conf *links, size_t n, struct loop **loop)
{
	*loop = loop_new();
	struct health *h = health_new(*loop, on_change, NULL);

	assert_non_null(h);
	health_links(h, links, n);
	renumbered = 0;
	return h;
}

static uint32_t
generation(struct health *h, size_t link)
{
	assert_int_equal(health_refresh(h), 0);
	return health_of(h, link)->generation;
}

/* The kernel takes up an IPv6 address at its leisure. */
static uint32_t
with_addresses(struct health *h, unsigned n)
{
	uint32_t seen = generation(h, 0);

	for (int i = 0; i < 200 && health_of(h, 0)->n_addresses != n; i++) {
		usleep(10000);
		seen = generation(h, 0);
	}
	assert_int_equal(health_of(h, 0)->n_addresses, n);
	return seen;
}

/* A socket that is connected keeps its source address, and the kernel sends from it
 * though it is nobody's any more: nothing would ever be answered. */
static void
an_address_that_is_gone_is_noticed(void **state)
{
	struct link_conf conf = link_of("");
	struct loop *loop;

	(void)state;
	address6(SIOCSIFADDR, "2001:db8::1");
	address6(SIOCSIFADDR, "2001:db8::2");
	address4("192.0.2.1");
	struct health *h = watch(&conf, 1, &loop);
	uint32_t before = with_addresses(h, 5); /* 127.0.0.1 and ::1 among them */
	assert_true(generation(h, 0) == before);
	renumbered = 0;
	address6(SIOCSIFADDR, "2001:db8::3"); /* who uses the others is not concerned */
	assert_true(with_addresses(h, 6) == before);
	address6(SIOCDIFADDR, "2001:db8::2");
	assert_true(generation(h, 0) == before + 1);
	assert_int_equal(renumbered, 1);
	assert_true(health_of(h, 0)->has_v6);
	address4("0.0.0.0");
	assert_true(generation(h, 0) == before + 2);
	assert_int_equal(renumbered, 2);
	assert_true(generation(h, 0) == before + 2);
	address6(SIOCDIFADDR, "2001:db8::1");
	address6(SIOCDIFADDR, "2001:db8::3");
	health_free(h);
	loop_free(loop);
}

/* What waits for an answer goes on waiting by the socket it left by. */
static void
another_configuration_leaves_the_same_link_as_it_is(void **state)
{
	struct link_conf first[] = {link_of(""), link_of("")},
	                 same[] = {link_of(""), link_of("127.0.0.1"), link_of("")};
	struct loop *loop;

	(void)state;
	struct health *h = watch(first, 2, &loop);
	uint32_t before[] = {generation(h, 0), generation(h, 1)};
	same[0].def.capacity_down_bps = 1000000;
	health_links(h, same, 3);
	assert_true(health_of(h, 0)->generation == before[0]);
	assert_true(health_of(h, 0)->has_v4 && health_of(h, 0)->ifindex == LO);
	assert_true(health_of(h, 1)->generation > before[1]);
	health_free(h);
	loop_free(loop);
}

static void
expect_gateway(const struct health_link *l, const struct gateway *g, const char *text)
{
	char is[GATEWAY_TEXT] = "none";

	if (g->family != 0)
		gateway_text(g, l->name, is);
	assert_string_equal(is, text != NULL ? text : "none");
}

static void
expect_gateways(struct health *h, size_t link, const char *four, const char *six)
{
	assert_int_equal(health_refresh(h), 0);
	expect_gateway(health_of(h, link), &health_of(h, link)->gateway, four);
	expect_gateway(health_of(h, link), &health_of(h, link)->gateway6, six);
}

/* Balanced over both links, as a centre with two does it: each has its own gateway. */
static void
a_route_of_several_ways_has_a_gateway_for_each(void **state)
{
	struct link_conf conf[] = {link_of(""), link_of(""), link_of("")};
	struct loop *loop;

	(void)state;
	assert_int_equal(system("ip link add e0 type veth peer name e1 &&"
	                        "ip addr add 192.0.2.2/26 dev e0 &&"
	                        "ip addr add 192.0.2.66/26 dev e1 &&"
	                        "ip link set e0 up && ip link set e1 up &&"
	                        "ip route add default nexthop via 192.0.2.1 dev e0 "
	                        "nexthop via 192.0.2.65 dev e1 &&"
	                        "ip route add ::/0 nexthop via fe80::1 dev e0 "
	                        "nexthop via fe80::1 dev e1"),
	    0);
	strcpy(conf[0].def.interface, "e0");
	strcpy(conf[1].def.interface, "e1");
	struct health *h = watch(conf, 3, &loop);
	expect_gateways(h, 0, "192.0.2.1", "fe80::1%e0");
	expect_gateways(h, 1, "192.0.2.65", "fe80::1%e1");
	expect_gateways(h, 2, NULL, NULL);
	health_free(h);
	loop_free(loop);
}

/* A router advertises itself by this interface, for half an hour. */
static void
advertise(const char *interface)
{
	uint8_t ra[16] = {134, [4] = 64, [6] = 1800 >> 8, [7] = 1800 & 255};
	struct sockaddr_in6 all = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), hops = 255;

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET6, "ff02::1", &all.sin6_addr), 1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
	                     (socklen_t)strlen(interface) + 1),
	    0);
	assert_int_equal(
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops), 0);
	assert_int_equal(
	    sendto(fd, ra, sizeof ra, 0, (struct sockaddr *)&all, sizeof all), sizeof ra);
	close(fd);
}

/* As a link without IPv4 has it; in any table, for a mark may lead there. */
static void
the_gateway_of_ipv6_is_known_with_its_interface(void **state)
{
	struct link_conf conf[] = {link_of(""), link_of(""), link_of("")};
	struct loop *loop;

	(void)state;
	strcpy(conf[0].def.interface, "d0");
	conf[1].def.interface[0] = conf[2].def.interface[0] = '\0';
	strcpy(conf[1].source6, "2001:db8:d::2");
	strcpy(conf[2].source, "198.51.100.2");
	assert_int_equal(
	    system("cd /proc/sys/net/ipv6/conf && echo 0 >default/accept_dad &&"
	           "ip link add d0 type veth peer name d1 &&"
	           "echo 1 >d0/accept_ra_from_local &&"
	           "ip link set d0 up && ip link set d1 up &&"
	           "ip addr add 2001:db8:d::2/64 dev d0 &&"
	           "ip addr add 198.51.100.2/24 dev d0"),
	    0);
	struct health *h = watch(conf, 3, &loop);
	for (int i = 0; i < 200 && !health_of(h, 0)->near_v6; i++) {
		usleep(10000);
		assert_int_equal(health_refresh(h), 0);
	}
	assert_true(health_of(h, 0)->near_v6 && health_of(h, 1)->near_v6);
	assert_false(health_of(h, 2)->near_v6);
	expect_gateways(h, 0, NULL, NULL);
	assert_int_equal(system("ip route add ::/0 via fe80::2 dev d0 table 107"), 0);
	for (size_t i = 0; i < 2; i++)
		expect_gateways(h, i, NULL, "fe80::2%d0");
	expect_gateways(h, 2, NULL, NULL); /* its sockets are of IPv4 alone */
	assert_int_equal(system("ip route del ::/0 dev d0 table 107"), 0);
	expect_gateways(h, 0, NULL, NULL);
	advertise("d1");
	for (int i = 0; i < 200 && health_of(h, 0)->gateway6.family == 0; i++) {
		usleep(10000);
		assert_int_equal(health_refresh(h), 0);
	}
	assert_true(gateway_is_near(&health_of(h, 0)->gateway6));
	assert_int_equal(
	    system("ip route append ::/0 via 2001:db8:d::1 dev d0 metric 1024 pref high"),
	    0);
	expect_gateways(h, 0, NULL, "2001:db8:d::1");
	/* IPv4 by an IPv6 next hop (RFC 8950), and by one of its own */
	assert_int_equal(system("ip -4 route add default via inet6 fe80::7 dev d0"), 0);
	expect_gateways(h, 0, "fe80::7%d0", "2001:db8:d::1");
	expect_gateways(h, 2, NULL, NULL);
	assert_int_equal(
	    system("ip -4 route replace default via 198.51.100.1 dev d0"), 0);
	expect_gateways(h, 0, "198.51.100.1", "2001:db8:d::1");
	expect_gateways(h, 1, NULL, "2001:db8:d::1");
	expect_gateways(h, 2, "198.51.100.1", NULL);
	health_free(h);
	loop_free(loop);
	assert_int_equal(system("ip link del d0"), 0);
}

/* Two routers of one LAN, and policy that leads to the one or the other. */
static void
the_table_of_the_mark_or_the_source_has_the_gateway(void **state)
{
	struct link_conf conf[] = {link_of(""), link_of(""), link_of("198.51.100.3")};
	struct loop *loop;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		strcpy(conf[i].def.interface, "d0");
	conf[1].has_mark = true;
	conf[1].mark = 7;
	strcpy(conf[2].source6, "2001:db8:d::3");
	assert_int_equal(
	    system("ip link add d0 type veth peer name d1 &&"
	           "ip link set d0 up && ip link set d1 up &&"
	           "ip addr add 198.51.100.2/24 dev d0 &&"
	           "ip addr add 198.51.100.3/24 dev d0 &&"
	           "ip addr add 2001:db8:d::3/64 dev d0 &&"
	           "ip route add default via 198.51.100.1 dev d0 &&"
	           "ip route add default via 198.51.100.7 dev d0 table 107 &&"
	           "ip route add default via 198.51.100.9 dev d0 table 109 &&"
	           "ip route add ::/0 via fe80::1 dev d0 &&"
	           "ip route add ::/0 via fe80::7 dev d0 table 107 &&"
	           "ip route add ::/0 via fe80::9 dev d0 table 109 &&"
	           "ip rule add fwmark 7 table 107 &&"
	           "ip -6 rule add fwmark 7 table 107 &&"
	           "ip rule add from 198.51.100.3 table 109 &&"
	           "ip -6 rule add from 2001:db8:d::3 table 109"),
	    0);
	struct health *h = watch(conf, 3, &loop);
	expect_gateways(h, 0, "198.51.100.1", "fe80::1%d0");
	expect_gateways(h, 1, "198.51.100.7", "fe80::7%d0");
	expect_gateways(h, 2, "198.51.100.9", "fe80::9%d0");
	health_free(h);
	loop_free(loop);
	assert_int_equal(system("ip link del d0"), 0);
}

static bool
own_namespace(void)
{
	struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	if (unshare(CLONE_NEWNET) < 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &up) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_carries_before_it_is_called_running),
	    cmocka_unit_test(test_does_not_carry),
	    cmocka_unit_test(test_waits_for_leave),
	};
	const struct CMUnitTest within[] = {
	    cmocka_unit_test(an_address_that_is_gone_is_noticed),
	    cmocka_unit_test(another_configuration_leaves_the_same_link_as_it_is),
	    cmocka_unit_test(the_gateway_of_ipv6_is_known_with_its_interface),
	    cmocka_unit_test(the_table_of_the_mark_or_the_source_has_the_gateway),
	    cmocka_unit_test(a_route_of_several_ways_has_a_gateway_for_each),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	if (own_namespace())
		return rc + cmocka_run_group_tests(within, NULL, NULL);
	puts("skipped: no network namespace for this user; run it as root");
	return rc != 0 ? rc : 77;
}
