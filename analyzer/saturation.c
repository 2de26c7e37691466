#include "analyzer/saturation.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define FULL       0.8
#define MOSTLY     0.75
#define PAUSE_NS   (10 * NS_PER_S)
#define LASTING_NS (60 * NS_PER_S)
#define GAP_NS     (5 * NS_PER_S)

void
saturation_init(struct saturation *s, uint64_t down_bps, uint64_t up_bps)
{
	*s = (struct saturation){.capacity_bps = {down_bps, up_bps}};
}

void
saturation_free(struct saturation *s)
{
	free(s->spans);
	free(s->tests);
	saturation_init(s, s->capacity_bps[0], s->capacity_bps[1]);
}

static bool
listed(const struct saturation_span *v)
{
	return v->end_ns - v->start_ns >= LASTING_NS &&
	       (double)v->busy_ns >= MOSTLY * (double)v->counted_ns;
}

static void
close_span(struct saturation *s)
{
	if (s->now.end_ns != 0 && listed(&s->now)) {
		if (s->n_spans == s->room_spans) {
			s->room_spans = s->room_spans * 2 + 8;
			s->spans = memory_grow(s->spans, s->room_spans, sizeof *s->spans);
		}
		s->spans[s->n_spans++] = s->now;
	}
	s->now = (struct saturation_span){0};
	s->pause_ns = 0;
}

/* The fuller direction's share of its capacity; -1 where nothing can be said. Our own
 * probes are known by their packets: they are no customer's. */
static double
share_used(const struct saturation *s, const struct counters *c, int64_t passed_ns)
{
	uint64_t bytes[2] = {
	    c->rx_bytes - s->last.rx_bytes, c->tx_bytes - s->last.tx_bytes};
	double most = -1;

	if (c->watched && s->last.watched &&
	    c->wire.own_rx_bytes >= s->last.wire.own_rx_bytes &&
	    c->wire.own_tx_bytes >= s->last.wire.own_tx_bytes) {
		uint64_t own[2] = {c->wire.own_rx_bytes - s->last.wire.own_rx_bytes,
		    c->wire.own_tx_bytes - s->last.wire.own_tx_bytes};
		for (int i = 0; i < 2; i++)
			bytes[i] -= own[i] < bytes[i] ? own[i] : bytes[i];
	}
	for (int i = 0; i < 2; i++) {
		if (s->capacity_bps[i] == 0)
			continue;
		double share = (double)bytes[i] * 8e9 / (double)passed_ns /
		               (double)s->capacity_bps[i];
		most = share > most ? share : most;
	}
	return most;
}

static void
take_second(struct saturation *s, const struct span *second, double share)
{
	struct saturation_span *now = &s->now;
	int64_t length = second->end_ns - second->start_ns;

	if (now->end_ns != 0 && second->end_ns - now->end_ns >= PAUSE_NS)
		close_span(s);
	if (share > FULL) {
		if (now->end_ns == 0)
			*now = (struct saturation_span){.start_ns = second->start_ns};
		now->busy_ns += length;
		now->peak = share > now->peak ? share : now->peak;
		now->counted_ns += s->pause_ns + length;
		now->end_ns = second->end_ns;
		s->pause_ns = 0;
	} else if (now->end_ns != 0) {
		s->pause_ns += length;
	}
}

bool
saturation_counters(struct saturation *s, const struct counters *c, struct span *busy)
{
	int64_t passed = s->started ? c->at.ns - s->last.at.ns : -1;
	struct span second = {c->time.ns - passed, c->time.ns};
	double share = -1;

	if (passed > 0 && passed <= GAP_NS && c->ifindex != 0 &&
	    c->ifindex == s->last.ifindex && c->rx_bytes >= s->last.rx_bytes &&
	    c->tx_bytes >= s->last.tx_bytes)
		share = share_used(s, c, passed);
	s->started = true;
	s->last = *c;
	if (share < 0) {
		/* A hole, a new interface, or a clock set back ends what went on. */
		if (s->now.end_ns != 0 && (c->time.ns < s->now.end_ns ||
		                              c->time.ns - s->now.end_ns >= PAUSE_NS))
			close_span(s);
		return false;
	}
	if (second.end_ns < s->now.end_ns)
		close_span(s);
	take_second(s, &second, share);
	if (share > FULL)
		*busy = second;
	return share > FULL;
}

void
saturation_test(struct saturation *s, int64_t from_ns, int64_t to_ns)
{
	if (to_ns <= from_ns)
		return;
	if (s->n_tests == s->room_tests) {
		s->room_tests = s->room_tests * 2 + 8;
		s->tests = memory_grow(s->tests, s->room_tests, sizeof *s->tests);
	}
	s->tests[s->n_tests++] = (struct span){from_ns, to_ns};
}

static bool
is_own(const struct saturation *s, const struct saturation_span *v)
{
	int64_t own = 0;

	for (size_t i = 0; i < s->n_tests; i++) {
		int64_t from = s->tests[i].start_ns, to = s->tests[i].end_ns;
		from = from > v->start_ns ? from : v->start_ns;
		to = to < v->end_ns ? to : v->end_ns;
		if (to > from)
			own += to - from;
	}
	return own > (v->end_ns - v->start_ns) / 2;
}

size_t
saturation_finish(const struct saturation *s, int64_t from_ns, int64_t to_ns,
    int64_t as_of_ns, struct saturation_span **out)
{
	struct saturation_span *v = memory_grow(NULL, s->n_spans + 1, sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i <= s->n_spans; i++) {
		struct saturation_span span = i < s->n_spans ? s->spans[i] : s->now;
		if (i == s->n_spans && (span.end_ns == 0 || !listed(&span)))
			break;
		if (i == s->n_spans && as_of_ns - span.end_ns < PAUSE_NS) {
			span.open = true;
			if (span.end_ns < as_of_ns)
				span.end_ns = as_of_ns;
		}
		if (span.start_ns < to_ns && span.end_ns > from_ns && !is_own(s, &span))
			v[n++] = span;
	}
	*out = v;
	return n;
}
