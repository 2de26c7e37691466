#include "cmd/curve.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_NS   (3600 * NS_PER_S)
#define MINUTE_NS (60 * NS_PER_S)
#define BUCKETS   360 /* at most so many: what a page has room for */

/* ${each}: a bucket in which no probe is due would be a hole in what was measured. */
static int64_t
width_for(int64_t span_ns, int64_t each_ns)
{
	static const int64_t WIDTHS_S[] = {
	    1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 86400};

	for (size_t i = 0; i < sizeof WIDTHS_S / sizeof WIDTHS_S[0]; i++)
		if (span_ns / (WIDTHS_S[i] * NS_PER_S) <= BUCKETS &&
		    WIDTHS_S[i] * NS_PER_S >= each_ns)
			return WIDTHS_S[i] * NS_PER_S;
	return 86400 * NS_PER_S;
}

static void
series_init(struct series *s, int64_t width_ns, int64_t midnight_ns)
{
	s->width_ns = width_ns;
	s->phase_ns = midnight_ns % width_ns;
	s->open_ns = INT64_MIN;
}

static void
series_close(struct series *s)
{
	if (s->hist.n + s->hist.lost == 0)
		return;
	if (s->n == s->room) {
		s->room = s->room * 2 + 64;
		s->list = memory_grow(s->list, s->room, sizeof *s->list);
	}
	struct bucket *b = &s->list[s->n++];
	*b = (struct bucket){.start_ns = s->open_ns,
	    .end_ns = s->open_ns + s->width_ns,
	    .sent = s->hist.n + s->hist.lost,
	    .lost = s->hist.lost,
	    .rtt_sum_ns = s->rtt_sum_ns,
	    .jitter_sum_ns = s->jitter_sum_ns,
	    .jitter_n = s->jitter_n};
	s->rtt_sum_ns = s->jitter_sum_ns = 0;
	s->jitter_n = 0;
	s->hist.lost = 0; /* of those that answered */
	b->p5_ns = hist_quantile(&s->hist, 0.05);
	b->p50_ns = hist_quantile(&s->hist, 0.5);
	b->p95_ns = hist_quantile(&s->hist, 0.95);
	memset(&s->hist, 0, sizeof s->hist);
}

static void
series_take(struct series *s, int64_t at_ns, int64_t rtt_ns, int64_t jitter_ns)
{
	int64_t start = at_ns - (at_ns - s->phase_ns) % s->width_ns;

	if (start != s->open_ns) {
		series_close(s);
		s->open_ns = start;
	}
	if (rtt_ns >= 0) {
		hist_add(&s->hist, rtt_ns);
		s->rtt_sum_ns += rtt_ns;
	} else {
		hist_add_lost(&s->hist);
	}
	if (jitter_ns >= 0) {
		s->jitter_sum_ns += jitter_ns;
		s->jitter_n++;
	}
}

void
curve_init(struct curve *c, bool fine, int64_t span_ns, const char *zone, int64_t at_ns)
{
	int year, month, day;
	int64_t midnight = 0;

	memset(c, 0, sizeof *c);
	instant_civil(at_ns, zone, &year, &month, &day);
	(void)instant_of_local(zone, year, month, day, 0, 0, 0, &midnight);
	series_init(&c->hours, HOUR_NS, midnight);
	series_init(&c->buckets, width_for(span_ns, 0), midnight);
	c->span_ns = span_ns;
	c->midnight_ns = midnight;
	c->fine = fine;
}

bool
curve_is_of(const struct probe_def *p)
{
	return p->role == ROLE_INTERNET && (p->kind == KIND_PING || p->kind == KIND_TCP);
}

void
curve_voter(struct curve *c, const struct probe_def *p)
{
	bool begun = c->buckets.n > 0 || c->buckets.open_ns != INT64_MIN;

	if (begun || !curve_is_of(p) || p->every_ns <= 0 ||
	    (c->every_ns > 0 && c->every_ns <= p->every_ns))
		return;
	c->every_ns = p->every_ns;
	series_init(&c->buckets, width_for(c->span_ns, c->every_ns), c->midnight_ns);
}

static int64_t
jitter(struct curve_probe *of, const struct sample *s, int64_t rtt_ns)
{
	bool row = of->rtt_ns >= 0 && rtt_ns >= 0 && s->session == of->session &&
	           s->seq == of->seq + 1 && s->stamp != STAMP_IMPORT;
	int64_t apart = rtt_ns - of->rtt_ns;

	of->rtt_ns = rtt_ns;
	of->seq = s->seq;
	of->session = s->session;
	return !row ? -1 : apart < 0 ? -apart : apart;
}

/* What comes after a gap in measuring follows nothing. */
static bool
follows(const struct curve_probe *of, const struct probe_def *p, const struct sample *s)
{
	int64_t most = p->max_gap_ns > 0 ? p->max_gap_ns : p->every_ns / 2 * 5;

	return s->session == of->session && (most <= 0 || s->time.ns - of->at_ns <= most);
}

static void
take_minute(struct curve *c, int64_t at_ns, int64_t rtt_ns, int64_t jitter_ns)
{
	int64_t start = at_ns - at_ns % MINUTE_NS;

	if (c->n_minutes == 0 || c->minutes[c->n_minutes - 1].start_ns != start) {
		if (c->n_minutes == c->room_minutes) {
			c->room_minutes = c->room_minutes * 2 + 256;
			c->minutes =
			    memory_grow(c->minutes, c->room_minutes, sizeof *c->minutes);
		}
		c->minutes[c->n_minutes++] =
		    (struct commitment_minute){.start_ns = start};
	}
	struct commitment_minute *m = &c->minutes[c->n_minutes - 1];
	m->sent++;
	m->lost += rtt_ns < 0;
	m->rtt_sum_ns += rtt_ns >= 0 ? rtt_ns : 0;
	m->pairs += jitter_ns >= 0;
	m->jitter_sum_ns += jitter_ns >= 0 ? jitter_ns : 0;
}

void
curve_take(struct curve *c, struct curve_probe *of, const struct probe_def *p,
    const struct sample *s)
{
	c->samples++;
	if (!curve_is_of(p) || !sample_may_vote(s) || s->outcome == OUTCOME_UNSETTLED ||
	    s->outcome == OUTCOME_NOT_SENT || (s->flags & FLAG_MASKED))
		return;
	/* An answer to the kernel's second SYN says nothing of the round trip. */
	int64_t rtt =
	    sample_is_answer(s) && !(s->flags & FLAG_RETRANSMITTED) ? s->rtt_ns : -1;
	bool lost = !sample_is_answer(s);
	if (rtt >= 0)
		hist_add(&c->all, rtt);
	c->lost += rtt < 0;
	if (!follows(of, p, s))
		stats_pairs_gap(&of->pairs);
	stats_pairs_add(&of->pairs, lost);
	of->at_ns = s->time.ns;
	int64_t j = jitter(of, s, rtt);
	series_take(&c->hours, s->time.ns, rtt, j);
	if (c->by_minute)
		take_minute(c, s->time.ns, rtt, j);
	if (c->fine)
		series_take(&c->buckets, s->time.ns, rtt, j);
}

void
curve_close(struct curve *c)
{
	series_close(&c->buckets);
	series_close(&c->hours);
}

void
curve_free(struct curve *c)
{
	free(c->buckets.list);
	free(c->hours.list);
	free(c->minutes);
}
