/* Which traces stand for an outage, and what is said of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/trails.h"

#include <stdlib.h>
#include <string.h>

#define T0 (20644 * 86400 * NS_PER_S)

/* A trace at so many seconds over so many hops, of which the last is the target if it
 * was reached. Hop i is 10.0.0.i, or 10.9.0.i by ${other} ways; 0 in ${silent}: all
 * answer. */
static struct path
trace(int at, enum path_reason reason, unsigned hops, bool reached, uint32_t silent,
    bool other)
{
	struct path p = {.link = 1,
	    .time = {T0 + at * NS_PER_S},
	    .at = {at * NS_PER_S},
	    .until = {(at + 1) * NS_PER_S},
	    .reason = reason,
	    .family = 4,
	    .target = {192, 0, 2, 1},
	    .isp_hop = hops > 1 ? 2 : 0,
	    .n_hops = (uint8_t)hops};

	for (unsigned i = 0; i < hops; i++) {
		struct path_hop *h = &p.hops[i];
		h->rtt_ns = -1;
		h->sent = 1;
		if (silent >> i & 1)
			continue;
		h->kind = reached && i + 1 == hops ? HOP_TARGET : HOP_ROUTER;
		uint8_t from[4] = {10, other ? 9 : 0, 0, (uint8_t)(i + 1)};
		memcpy(h->from, from, 4);
		h->rtt_ns = (i + 1) * NS_PER_MS;
	}
	return p;
}

static void
feed(struct trails *t, struct path p)
{
	trails_row(t, &p);
}

static struct trail
around(const struct trails *t, int from, int to, bool open)
{
	struct outage o = {
	    .start_ns = T0 + from * NS_PER_S, .end_ns = T0 + to * NS_PER_S, .open = open};
	struct trail *v = trails_of(t, 1, &o, 1), out;

	assert_non_null(v);
	out = *v;
	free(v);
	return out;
}

static int
second(const struct trail *t, enum trail_when when)
{
	return t->has[when] ? (int)((t->at[when].time.ns - T0) / NS_PER_S) : -1;
}

static void
the_last_good_path_is_kept(void **state)
{
	struct trails *t = trails_new();

	(void)state;
	feed(t, trace(0, PATH_ROUTINE, 5, true, 0, false));
	feed(t, trace(600, PATH_ROUTINE, 5, true, 4, false));
	feed(t, trace(1002, PATH_SUSPECTED, 2, false, 0, false));
	feed(t, trace(1017, PATH_DARK, 3, false, 0, false));
	feed(t, trace(1031, PATH_RESTORED, 5, true, 0, false));
	feed(t, trace(1600, PATH_ROUTINE, 6, true, 0, true));
	struct trail r = around(t, 1000, 1030, false);
	assert_int_equal(second(&r, TRAIL_BEFORE), 600);
	assert_int_equal(second(&r, TRAIL_DURING), 1002);
	assert_int_equal(second(&r, TRAIL_AFTER), 1031);
	assert_int_equal(trail_last(&r), 2);
	/* Hop 3 is silent before as well: what is missed is hop 4. */
	struct path_hop hop;
	unsigned number = 0;
	assert_true(trail_next(&r, &hop, &number));
	assert_int_equal(number, 4);
	assert_true(trail_same(&r.at[TRAIL_BEFORE], &r.at[TRAIL_AFTER]));
	assert_false(trail_same(&r.at[TRAIL_BEFORE], &r.at[TRAIL_DURING]));
	/* The next outage has the path of afterwards before it. */
	r = around(t, 1700, 1800, false);
	assert_int_equal(second(&r, TRAIL_BEFORE), 1600);
	assert_int_equal(trail_last(&r), -1);
	assert_false(r.has[TRAIL_AFTER]);
	trails_free(t);
}

/* Of a link's path the newest that reached its target tells, else the newest. */
static void
the_newest_path(void **state)
{
	struct trails *t = trails_new();
	struct path p;

	(void)state;
	assert_false(trails_newest(t, 1, INT64_MAX, &p));
	feed(t, trace(0, PATH_ROUTINE, 2, false, 0, false));
	assert_true(trails_newest(t, 1, INT64_MAX, &p));
	assert_int_equal(p.n_hops, 2);
	feed(t, trace(10, PATH_ROUTINE, 5, true, 0, false));
	feed(t, trace(20, PATH_ROUTINE, 6, true, 0, false));
	feed(t, trace(30, PATH_SUSPECTED, 3, false, 0, false));
	assert_true(trails_newest(t, 1, INT64_MAX, &p));
	assert_int_equal(p.n_hops, 6);
	assert_true(trails_newest(t, 1, T0 + 20 * NS_PER_S, &p));
	assert_int_equal(p.n_hops, 5);
	assert_false(trails_newest(t, 1, T0, &p));
	assert_false(trails_newest(t, 0, INT64_MAX, &p));
	trails_free(t);
}

/* A trace that reached its target shows nothing of an outage it was begun at the edge
 * of. */
static void
at_the_edges(void **state)
{
	struct trails *t = trails_new();

	(void)state;
	feed(t, trace(0, PATH_ROUTINE, 4, true, 0, false));
	feed(t, trace(100, PATH_SUSPECTED, 4, true, 0, false));
	feed(t, trace(115, PATH_DARK, 0, false, 0, false));
	struct trail r = around(t, 99, 130, true);
	assert_int_equal(second(&r, TRAIL_BEFORE), 0);
	assert_int_equal(second(&r, TRAIL_DURING), 115);
	assert_int_equal(trail_last(&r), 0);
	assert_false(r.has[TRAIL_AFTER]);
	r = around(t, 100, 110, false);
	assert_int_equal(second(&r, TRAIL_DURING), -1);
	trails_free(t);
}

/* A target that never answers: the last trace before is all there is. */
static void
a_silent_target_has_a_path_too(void **state)
{
	struct trails *t = trails_new();

	(void)state;
	feed(t, trace(0, PATH_ROUTINE, 4, false, 0, false));
	feed(t, trace(600, PATH_ROUTINE, 4, false, 0, false));
	feed(t, trace(1002, PATH_SUSPECTED, 1, false, 0, false));
	struct trail r = around(t, 1000, 1030, false);
	assert_int_equal(second(&r, TRAIL_BEFORE), 600);
	assert_int_equal(trail_last(&r), 1);
	trails_free(t);
}

static void
what_is_printed(void **state)
{
	struct path p = trace(0, PATH_SUSPECTED, 4, false, 4, false);
	char text[400];

	(void)state;
	p.hops[3].kind = HOP_UNREACHABLE;
	trail_trace_text(&p, text, sizeof text);
	assert_string_equal(
	    text, "1 10.0.0.1  2 10.0.0.2 (ISP)  3 *  4 10.0.0.4 (says unreachable)");
	json_t *o = trail_trace_json(&p);
	json_t *hops = json_object_get(o, "hops");
	assert_int_equal(json_array_size(hops), 4);
	assert_true(json_is_null(json_object_get(json_array_get(hops, 2), "address")));
	assert_false(json_is_true(json_object_get(o, "reached")));
	json_decref(o);
	trail_trace_text(&p, text, 12); /* cut, and ended */
	assert_int_equal(strlen(text), 11);
}

static void
links_without_a_trace(void **state)
{
	struct trails *t = trails_new();
	struct outage o = {.start_ns = T0, .end_ns = T0 + NS_PER_S};

	(void)state;
	assert_null(trails_of(t, 0, &o, 1));
	feed(t, trace(0, PATH_ROUTINE, 4, true, 0, false));
	assert_null(trails_of(t, 1, &o, 0));
	assert_null(trails_of(t, 2, &o, 1));
	trails_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_last_good_path_is_kept),
	    cmocka_unit_test(the_newest_path),
	    cmocka_unit_test(at_the_edges),
	    cmocka_unit_test(a_silent_target_has_a_path_too),
	    cmocka_unit_test(what_is_printed),
	    cmocka_unit_test(links_without_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
