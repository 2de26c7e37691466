#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "config/text.h"
#include "config/units.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static void
durations_are_exact(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} GOOD[] = {{"1s", NS_PER_S}, {"500ms", 500 * NS_PER_MS},
	    {"2.5s", 2500 * NS_PER_MS}, {"5min", 300 * NS_PER_S}, {"1h", 3600 * NS_PER_S},
	    {"30d", 30 * 86400 * NS_PER_S}, {"0s", 0}, {"0.1ms", 100 * NS_PER_US},
	    {"10 ms", 10 * NS_PER_MS}, {"36600d", 36600ll * 86400 * NS_PER_S}};
	static const char *const BAD[] = {"", "1", "s", "-1s", "+1s", "1S", "1 m", "1m",
	    "1h30min", "1e3s", "0x1s", "01s", "00s", ".5s", "1.s", "1..5s", "1,5s", "1s ",
	    " 1s", "inf", "nan", "1234567890123456s", "999999999999d", "1\xc2\xa0s"};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
		int64_t v = -1;
		if (!units_duration(GOOD[i].text, &v, &why) || v != GOOD[i].ns)
			fail_msg("%s gives %lld", GOOD[i].text, (long long)v);
	}
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		int64_t v = -1;
		if (units_duration(BAD[i], &v, &why) || v != -1)
			fail_msg("\"%s\" is taken as %lld", BAD[i], (long long)v);
	}
}

static void
durations_print_as_they_are_read(void **state)
{
	static const char *const TEXTS[] = {
	    "10ms", "1500ms", "1s", "90s", "5min", "1h", "25h", "2d", "400d"};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
		char out[32];
		int64_t v;
		assert_true(units_duration(TEXTS[i], &v, &why));
		units_print_duration(v, out, sizeof out);
		assert_string_equal(out, TEXTS[i]);
	}
}

static void
durations_of_no_whole_unit_read_back(void **state)
{
	static const int64_t NS[] = {
	    0, 1, 999, NS_PER_US, 1500 * NS_PER_US, NS_PER_S + 1};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof NS / sizeof NS[0]; i++) {
		char out[40];
		int64_t v;
		units_print_duration(NS[i], out, sizeof out);
		if (!units_duration(out, &v, &why) || v != NS[i])
			fail_msg("%lld ns print as %s", (long long)NS[i], out);
	}
}

static void
rates_and_bytes_are_exact(void **state)
{
	const char *why;
	uint64_t v;

	(void)state;
	assert_true(units_rate("64k", &v, &why) && v == 64000);
	assert_true(units_rate("500M", &v, &why) && v == 500000000);
	assert_true(units_rate("1.5G", &v, &why) && v == 1500000000);
	assert_true(units_rate("1000000", &v, &why) && v == 1000000);
	assert_false(units_rate("0", &v, &why));
	assert_false(units_rate("500Mbit/s", &v, &why));
	assert_false(units_rate("500K", &v, &why));
	assert_false(units_rate("2000000G", &v, &why));
	assert_true(units_bytes("0", &v, &why) && v == 0);
	assert_true(units_bytes("100M", &v, &why) && v == 100000000);
	assert_true(units_bytes("512KiB", &v, &why) && v == 524288);
	assert_true(units_bytes("2GiB", &v, &why) && v == 2ull << 30);
	assert_false(units_bytes("1TB", &v, &why));
	assert_false(units_bytes("0443", &v, &why));
	assert_int_equal(v, 2ull << 30);
}

static void
percentages_are_ratios(void **state)
{
	static const char *const BAD[] = {
	    "", "99.95", "0%", "100.01%", "-1%", "1", "099%", "%", "99,95%", "99.95%%"};
	const char *why;
	double v;

	(void)state;
	assert_true(units_percent("100%", &v, &why) && v == 1);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		if (units_percent(BAD[i], &v, &why))
			fail_msg("\"%s\" is taken", BAD[i]);
}

/* A month exactly at its target is the quotient of two counts: only the double nearest to
 * what the contract says is equal to it. */
static void
percentages_are_the_nearest_ratios(void **state)
{
	static const struct {
		const char *text;
		double ratio;
	} GOOD[] = {{"99.9%", 0.999}, {"99.95%", 0.9995}, {"99.99%", 0.9999},
	    {"99.999%", 0.99999}, {"98%", 0.98}, {"97.3%", 0.973}, {"29%", 0.29},
	    {"57.5%", 0.575}, {"0.1%", 0.001}, {"7%", 0.07}, {"99.33 %", 0.9933},
	    {"33.3333333333%", 0.333333333333}};
	const char *why;
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
		if (!units_percent(GOOD[i].text, &v, &why) || v < GOOD[i].ratio ||
		    v > GOOD[i].ratio)
			fail_msg("%s gives %.17g", GOOD[i].text, v);
}

static void
ports_and_marks_have_one_reading(void **state)
{
	static const char *const BAD_PORTS[] = {"", "0", "0443", "65536", "4294967376",
	    "80x", "-1", "+80", "0x50", " 80", "https"};
	static const char *const BAD_MARKS[] = {"", "0", "0x", "0x0", "07", "0X1f", "1g",
	    "-1", "4294967296", "0x100000000", "18446744073709551617"};
	const char *why;
	uint16_t port;
	uint32_t mark;

	(void)state;
	assert_true(units_port("1", &port, &why) && port == 1);
	assert_true(units_port("65535", &port, &why) && port == 65535);
	for (size_t i = 0; i < sizeof BAD_PORTS / sizeof BAD_PORTS[0]; i++)
		if (units_port(BAD_PORTS[i], &port, &why))
			fail_msg("port \"%s\" is taken", BAD_PORTS[i]);
	assert_true(units_mark("7", &mark, &why) && mark == 7);
	assert_true(units_mark("0x1F", &mark, &why) && mark == 31);
	assert_true(units_mark("4294967295", &mark, &why) && mark == UINT32_MAX);
	for (size_t i = 0; i < sizeof BAD_MARKS / sizeof BAD_MARKS[0]; i++)
		if (units_mark(BAD_MARKS[i], &mark, &why))
			fail_msg("mark \"%s\" is taken", BAD_MARKS[i]);
}

static void
addresses_are_of_one_host(void **state)
{
	static const char *const BAD[] = {"", "localhost", "192.0.2", "192.0.2.256",
	    "192.0.02.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255",
	    "192.0.2.1/24", "::", "ff02::1", "fe80::1%eth0", "[2001:db8::1]",
	    "::ffff:192.0.2.1", "2001:db8:::1", " 192.0.2.1"};
	uint8_t family, address[16];
	const char *why;
	char text[48];

	(void)state;
	assert_true(units_address("192.0.2.1", &family, address, &why));
	assert_int_equal(family, 4);
	assert_memory_equal(address, "\xc0\x00\x02\x01", 4);
	assert_true(units_address("2001:DB8:0:0::1", &family, address, &why));
	assert_int_equal(family, 6);
	assert_string_equal(
	    inet_ntop(AF_INET6, address, text, sizeof text), "2001:db8::1");
	assert_true(units_address("127.0.0.1", &family, address, &why));
	static const struct {
		const char *text;
		bool near;
	} NEAR[] = {{"fe80::1", true}, {"febf::1", true}, {"fec0::1", false},
	    {"fe7f::1", false}, {"2001:db8::1", false}, {"169.254.0.1", false},
	    {"254.128.0.1", false}};
	for (size_t i = 0; i < sizeof NEAR / sizeof NEAR[0]; i++) {
		bool four = inet_pton(AF_INET, NEAR[i].text, address) == 1;
		assert_true(four || inet_pton(AF_INET6, NEAR[i].text, address) == 1);
		assert_int_equal(units_link_local(four ? 4 : 6, address), NEAR[i].near);
	}
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		if (units_address(BAD[i], &family, address, &why))
			fail_msg("\"%s\" is taken", BAD[i]);
}

static void
urls_have_a_scheme_and_a_host(void **state)
{
	static const char *const WEB[] = {"http", "https", NULL};
	static const char *const GOOD[] = {"http://a", "https://a.example/x?y=1#z",
	    "http://a.example:8080/", "http://192.0.2.1/x",
	    "https://[2001:db8::1]:8443/x", "https://user:secret@a.example/",
	    "http://a.example?x=/@"};
	static const char *const BAD[] = {"", "http", "http:", "http:/", "http://",
	    "http:///x", "http://:80/", "http://a:/", "http://a:0/", "http://a:080/",
	    "http://a:65536/", "http://a:b/", "ftp://a/", "HTTP://a/", "http://a b/",
	    "http://a/b c", "http://[::1", "http://[192.0.2.1]/",
	    "http://[2001:db8::1]x/", "http://2001:db8::1/", "http://a,b/",
	    "http://user@/", "http://a/\"", "httpx://a/", "https:/a"};
	char lengthy[600];

	(void)state;
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
		if (!units_url(GOOD[i], WEB))
			fail_msg("%s is refused", GOOD[i]);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		if (units_url(BAD[i], WEB))
			fail_msg("\"%s\" is taken", BAD[i]);
	memset(lengthy, 'a', sizeof lengthy);
	memcpy(lengthy, "http://", 7);
	lengthy[sizeof lengthy - 1] = '\0';
	assert_false(units_url(lengthy, WEB));
}

static void
names_are_of_32_letters(void **state)
{
	(void)state;
	assert_true(units_name("a"));
	assert_true(units_name("-0-z"));
	assert_true(units_name("abcdefghijklmnopqrstuvwxyz012345"));
	assert_false(units_name("abcdefghijklmnopqrstuvwxyz0123456"));
	assert_false(units_name(""));
	assert_false(units_name("A"));
	assert_false(units_name("a_b"));
	assert_false(units_name("a/b"));
	assert_false(units_name(".."));
	assert_false(units_name("\xc3\xa9"));
}

static void
text_is_utf8_without_control_characters(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		unsigned line;
	} CASES[] = {{"", 0, 0}, {"a\tb\r\nc\n", 7, 0},
	    {"\xce\x91\xe2\x82\xac\xf0\x9f\x98\x80", 9, 0}, {"\xf4\x8f\xbf\xbf", 4, 0},
	    {"a\n\0", 3, 2}, {"\n\nx\x7f", 4, 3}, {"a\rb", 3, 1}, {"a\r", 2, 1},
	    {"\x1b", 1, 1}, {"\xc2\x85", 2, 1}, {"\x80", 1, 1}, {"\xc3", 1, 1},
	    {"\xc3(", 2, 1}, {"\xc0\x80", 2, 1}, {"\xe0\x80\xaf", 3, 1},
	    {"\xed\xa0\x80", 3, 1}, {"\xf0\x80\x80\x80", 4, 1},
	    {"\xf4\x90\x80\x80", 4, 1}, {"\xf8\x88\x80\x80\x80", 5, 1},
	    {"\xe2\x82", 2, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		char err[200] = "";
		unsigned line = text_read(CASES[i].bytes, CASES[i].n, err, sizeof err);
		if (line != CASES[i].line || (line > 0) != (err[0] != '\0'))
			fail_msg("case %zu: line %u, \"%s\"", i, line, err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations_are_exact),
	    cmocka_unit_test(durations_print_as_they_are_read),
	    cmocka_unit_test(durations_of_no_whole_unit_read_back),
	    cmocka_unit_test(rates_and_bytes_are_exact),
	    cmocka_unit_test(percentages_are_ratios),
	    cmocka_unit_test(percentages_are_the_nearest_ratios),
	    cmocka_unit_test(ports_and_marks_have_one_reading),
	    cmocka_unit_test(addresses_are_of_one_host),
	    cmocka_unit_test(urls_have_a_scheme_and_a_host),
	    cmocka_unit_test(names_are_of_32_letters),
	    cmocka_unit_test(text_is_utf8_without_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
