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

/* Balanced over both links, as a centre with two does it: each has its own gateway. */
static void
a_route_of_several_ways_has_a_gateway_for_each(void **state)
{
	struct link_conf conf[] = {link_of(""), link_of(""), link_of("")};
	const uint8_t none[4] = {0}, first[4] = {192, 0, 2, 1},
	              second[4] = {192, 0, 2, 65};
	struct loop *loop;

	(void)state;
	assert_int_equal(system("ip link add e0 type veth peer name e1 &&"
	                        "ip addr add 192.0.2.2/26 dev e0 &&"
	                        "ip addr add 192.0.2.66/26 dev e1 &&"
	                        "ip link set e0 up && ip link set e1 up &&"
	                        "ip route add default nexthop via 192.0.2.1 dev e0 "
	                        "nexthop via 192.0.2.65 dev e1"),
	    0);
	strcpy(conf[0].def.interface, "e0");
	strcpy(conf[1].def.interface, "e1");
	struct health *h = watch(conf, 3, &loop);
	assert_memory_equal(health_of(h, 0)->gateway_v4, first, 4);
	assert_memory_equal(health_of(h, 1)->gateway_v4, second, 4);
	assert_memory_equal(health_of(h, 2)->gateway_v4, none, 4);
	health_free(h);
	loop_free(loop);
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
	    cmocka_unit_test(a_route_of_several_ways_has_a_gateway_for_each),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	if (own_namespace())
		return rc + cmocka_run_group_tests(within, NULL, NULL);
	puts("skipped: no network namespace for this user; run it as root");
	return rc != 0 ? rc : 77;
}
