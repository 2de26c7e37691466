#ifndef ANALYZER_SATURATION_H
#define ANALYZER_SATURATION_H

#include "analyzer/judge.h"

/*
 * When the customer's own traffic filled a link, from what its interface counts once a
 * second: more than 80 % of the capacity stated for a direction. What is measured then is
 * nobody's fault and excluded from claims. A span begins with such a second, ends when
 * 10 s in a row were below, and is listed if it lasted a minute and three quarters of
 * what was counted in it was above. Without a capacity, or counters, nothing can be said.
 */
struct saturation_span {
	int64_t start_ns, end_ns; /* UTC */
	bool open;
	int64_t counted_ns, busy_ns; /* of it, what was counted, and above */
	double peak;                 /* highest share of capacity in a second, from 0 */
};

struct saturation {
	uint64_t capacity_bps[2]; /* down, up; 0: not known */
	bool started;
	struct counters last;
	struct saturation_span *spans;
	size_t n_spans, room_spans;
	struct saturation_span now; /* under way where end is not 0 */
	int64_t pause_ns;           /* counted since its end so far */
	struct span *tests;
	size_t n_tests, room_tests;
};

void saturation_init(struct saturation *s, uint64_t down_bps, uint64_t up_bps);
void saturation_free(struct saturation *s);

/*
 * saturation_counters(s, c, busy): feed in order. A reading that follows the last by more
 * than 5 s, with another interface, or with less on it than before says nothing of the
 * time between. Result: true where the link was full since the last reading; *busy is
 * that time then.
 */
bool saturation_counters(
    struct saturation *s, const struct counters *c, struct span *busy);

/* Our own throughput test ran in [from, to): no span of which it is the greater part is
 * listed. May be said later than the counters. */
void saturation_test(struct saturation *s, int64_t from_ns, int64_t to_ns);

/*
 * saturation_finish(s, from, to, as_of, out): the spans that touch [from, to), whole, in
 * order; one is open where it was full within 10 s of ${as_of}. Nothing is closed by it.
 * Result: how many; *out is the caller's to free.
 */
size_t saturation_finish(const struct saturation *s, int64_t from_ns, int64_t to_ns,
    int64_t as_of_ns, struct saturation_span **out);

#endif
