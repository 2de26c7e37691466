#include "analyzer/chronic.h"

#include "analyzer/deadline.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Method. An outage counts in the last whole_ns before its end. The downtime of the
 * window that ends at T, F(T), rises only within outages, by at most as much as T does:
 * within one it never falls. So a limit is passed within an outage where F(end) exceeds
 * it, at the last T at which it does not yet; halving finds it to the nanosecond.
 */
#define LONGEST_NS (INT64_MAX / 4)

struct search {
	const struct chronic_conf *k;
	const struct downtime *down;
	size_t n;
	struct span period;
	int64_t longest_ns; /* of all outages, from beginning to end */
};

/* What one outage of the list gives. */
struct finding {
	enum chronic_why why;
	int64_t at_ns;
};

static int64_t
counts_from(const struct downtime *d)
{
	return d->end_ns - d->whole_ns;
}

/* Of ${d} before ${t}. */
static int64_t
before(const struct downtime *d, int64_t t)
{
	int64_t ns = t - counts_from(d);

	return ns < 0 ? 0 : ns > d->whole_ns ? d->whole_ns : ns;
}

/* Where the window that ends at ${t} begins. */
static int64_t
window_start(const struct search *s, int64_t t)
{
	return s->k->within_ns > 0 ? t - s->k->within_ns : s->period.start_ns;
}

/* No outage up to ${i} reaches into what begins at ${from}. */
static bool
is_past(const struct search *s, size_t i, int64_t from)
{
	return s->down[i].start_ns + s->longest_ns <= from;
}

/* Downtime of outages up to the ${j}th in the window that ends at ${t}. */
static int64_t
in_window(const struct search *s, size_t j, int64_t t)
{
	int64_t from = window_start(s, t), ns = 0;

	for (size_t i = j + 1; i-- > 0 && !is_past(s, i, from);)
		ns += before(&s->down[i], t) - before(&s->down[i], from);
	return ns;
}

static bool
begins_in_window(const struct search *s, size_t i, size_t j)
{
	int64_t start = s->down[i].start_ns;

	if (s->down[i].whole_ns <= s->k->longer_than_ns)
		return false;
	return s->k->within_ns > 0 ? s->down[j].start_ns - start < s->k->within_ns
	                           : start >= s->period.start_ns;
}

static unsigned
count_in_window(const struct search *s, size_t j)
{
	unsigned n = 0;

	for (size_t i = j + 1; i-- > 0;) {
		if (s->k->within_ns > 0 &&
		    s->down[j].start_ns - s->down[i].start_ns >= s->k->within_ns)
			break;
		n += begins_in_window(s, i, j);
	}
	return n;
}

/* When the cumulated downtime passed its limit within the ${j}th outage. */
static bool
passes_total(const struct search *s, size_t j, int64_t *at)
{
	int64_t low = counts_from(&s->down[j]), high = s->down[j].end_ns;

	if (in_window(s, j, high) <= s->k->total_ns)
		return false;
	if (in_window(s, j, low) > s->k->total_ns)
		high = low; /* from before it on */
	while (high - low > 1) {
		int64_t mid = low + (high - low) / 2;
		if (in_window(s, j, mid) > s->k->total_ns)
			high = mid;
		else
			low = mid;
	}
	*at = low;
	return true;
}

/* Keep the earliest that lies in the period. */
static bool
take(
    const struct search *s, struct finding *f, bool had, enum chronic_why why, int64_t at)
{
	if (at < s->period.start_ns || at >= s->period.end_ns || (had && f->at_ns <= at))
		return had;
	f->why = why;
	f->at_ns = at;
	return true;
}

/* What the ${j}th outage gives; false: nothing in this period. */
static bool
look(const struct search *s, size_t j, struct finding *f)
{
	const struct chronic_conf *k = s->k;
	const struct downtime *d = &s->down[j];
	bool had = false;
	int64_t at;

	if (d->whole_ns == 0 || d->end_ns < s->period.start_ns)
		return false;
	if (k->outages > 0 && begins_in_window(s, j, j) &&
	    count_in_window(s, j) >= k->outages)
		had = take(s, f, had, CHRONIC_COUNT, counts_from(d) + k->longer_than_ns);
	if (k->total_ns > 0 && passes_total(s, j, &at))
		had = take(s, f, had, CHRONIC_TOTAL, at);
	if (k->single_ns > 0 && d->whole_ns > k->single_ns)
		had = take(s, f, had, CHRONIC_SINGLE, counts_from(d) + k->single_ns);
	return had;
}

/* ---- what is found ---- */

static bool
rests_on(const struct search *s, size_t i, size_t j, const struct finding *f)
{
	const struct downtime *d = &s->down[i];

	if (i == j)
		return true;
	switch (f->why) {
	case CHRONIC_COUNT:
		return begins_in_window(s, i, j);
	case CHRONIC_TOTAL:
		return before(d, f->at_ns) > before(d, window_start(s, f->at_ns));
	case CHRONIC_SINGLE:
		break;
	}
	return false;
}

static void
set_first(const struct search *s, size_t j, const struct finding *f, struct chronic *r)
{
	r->why = f->why;
	r->arose_ns = f->at_ns;
	r->n_outages = 0;
	for (size_t i = 0; i <= j; i++) {
		if (!rests_on(s, i, j, f))
			continue;
		r->outages =
		    memory_grow(r->outages, r->n_outages + 1, sizeof *r->outages);
		memcpy(
		    r->outages[r->n_outages], s->down[i].outage_id, sizeof *r->outages);
		r->outages[r->n_outages++][sizeof *r->outages - 1] = '\0';
	}
}

static int
clause(const struct search *s, const char *zone, struct chronic *r)
{
	int rc = 0;

	for (size_t j = 0; j < s->n; j++) {
		struct finding f;
		if (!look(s, j, &f))
			continue;
		if (r->times++ == 0 || f.at_ns < r->arose_ns)
			set_first(s, j, &f, r);
		if (r->times == 1 || f.at_ns > r->again_ns)
			r->again_ns = f.at_ns;
	}
	if (r->times == 0)
		return 0;
	r->conf = s->k;
	r->has_notice = s->k->notice_ns > 0;
	if (r->has_notice)
		rc =
		    deadline_after(zone, r->arose_ns, s->k->notice_ns, &r->declare_by_ns);
	if (r->has_notice && rc == 0)
		rc = deadline_after(zone, r->again_ns, s->k->notice_ns, &r->again_by_ns);
	return rc;
}

static bool
is_sound(const struct contract_conf *c, const struct downtime *down, size_t n,
    int64_t *longest)
{
	if (c->n_chronic > CONTRACT_CHRONIC_MOST)
		return false;
	for (size_t i = 0; i < c->n_chronic; i++) {
		const struct chronic_conf *k = &c->chronic[i];
		if (k->longer_than_ns < 0 || k->within_ns < 0 || k->total_ns < 0 ||
		    k->single_ns < 0 || k->notice_ns < 0 || k->within_ns > LONGEST_NS)
			return false;
	}
	*longest = 0;
	for (size_t i = 0; i < n; i++) {
		const struct downtime *d = &down[i];
		if (d->start_ns < -LONGEST_NS || d->start_ns > 2 * LONGEST_NS ||
		    d->end_ns < d->start_ns || d->end_ns - d->start_ns > LONGEST_NS ||
		    d->whole_ns < 0 || d->whole_ns > LONGEST_NS ||
		    (i > 0 && d->start_ns < d[-1].start_ns))
			return false;
		if (d->end_ns - d->start_ns > *longest)
			*longest = d->end_ns - d->start_ns;
	}
	return true;
}

int
chronic_find(struct chronic **out, size_t *n, const struct contract_conf *c,
    const struct downtime *down, size_t n_down, struct span period, const char *zone)
{
	struct search s = {.down = down, .n = n_down, .period = period};
	struct chronic *list = NULL;
	size_t found = 0;
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (!is_sound(c, down, n_down, &s.longest_ns))
		return -EINVAL;
	for (size_t i = 0; rc == 0 && i < c->n_chronic; i++) {
		struct chronic r = {0};
		s.k = &c->chronic[i];
		rc = clause(&s, zone, &r);
		if (r.times == 0)
			continue;
		list = memory_grow(list, found + 1, sizeof *list);
		list[found++] = r;
	}
	if (rc < 0) {
		chronic_free(list, found);
		return rc;
	}
	*out = list;
	*n = found;
	return 0;
}

void
chronic_free(struct chronic *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].outages);
	free(list);
}
