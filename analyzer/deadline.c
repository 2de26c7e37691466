#include "analyzer/deadline.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NS    (86400 * NS_PER_S)
#define DAYS_MOST 36600

static bool
is_business(const struct contract_conf *c, int64_t day)
{
	int year, month, dom;

	zone_date(day, &year, &month, &dom);
	if (zone_weekday(year, month, dom) >= 5)
		return false;
	for (size_t i = 0; i < c->n_holidays; i++) {
		const struct civil_date *h = &c->holidays[i];
		if (h->year == year && h->month == month && h->day == dom)
			return false;
	}
	return true;
}

int
deadline_days(const char *zone, int64_t from_ns, unsigned days,
    const struct contract_conf *c, int64_t *by_ns)
{
	struct zone_time t;
	int year, month, dom;
	int64_t next;

	if (days > DAYS_MOST)
		return -ERANGE;
	zone_civil(from_ns, zone, &t);
	int64_t day = zone_days(t.year, t.month, t.day);
	if (c == NULL) {
		day += days;
	} else {
		/* Holidays are fewer than CONTRACT_HOLIDAYS_MOST: this ends. */
		while (days > 0)
			days -= is_business(c, ++day);
	}
	zone_date(day + 1, &year, &month, &dom);
	if (!zone_day_start(zone, year, month, dom, &next))
		return -ERANGE;
	*by_ns = next - 1;
	return 0;
}

int
deadline_after(const char *zone, int64_t from_ns, int64_t within_ns, int64_t *by_ns)
{
	int64_t by;

	if (within_ns > 0 && within_ns % DAY_NS == 0 && within_ns / DAY_NS <= DAYS_MOST)
		return deadline_days(
		    zone, from_ns, (unsigned)(within_ns / DAY_NS), NULL, by_ns);
	if (__builtin_add_overflow(from_ns, within_ns, &by))
		return -ERANGE;
	*by_ns = by;
	return 0;
}

/* ---- the list ---- */

struct making {
	struct deadline *list;
	size_t n;
	const struct contract_conf *c;
	const struct deadline_anchors *a;
};

static int
add(struct making *m, const struct deadline_conf *k, int64_t from_ns, const char *of)
{
	struct deadline d = {.what = k->what,
	    .anchor = k->anchor,
	    .anchor_ns = from_ns,
	    .name = k->name,
	    .clause = k->clause,
	    .of = of};
	/* A period ends with its last day, not on the next. */
	int64_t day_ns = k->anchor == ANCHOR_PERIOD_END ? from_ns - 1 : from_ns;
	int rc = 0;

	if (k->days > 0)
		rc = deadline_days(m->a->zone, day_ns, k->days,
		    k->business_days ? m->c : NULL, &d.by_ns);
	else if (__builtin_add_overflow(from_ns, k->within_ns, &d.by_ns))
		rc = -ERANGE;
	if (rc < 0)
		return rc;
	m->list = memory_grow(m->list, m->n + 1, sizeof *m->list);
	m->list[m->n++] = d;
	return 0;
}

static int
add_all(struct making *m, const struct deadline_conf *k)
{
	const struct deadline_anchors *a = m->a;
	int rc = 0;

	switch (k->anchor) {
	case ANCHOR_OUTAGE_START:
	case ANCHOR_OUTAGE_END:
		for (size_t i = 0; rc == 0 && i < a->n_down; i++) {
			const struct downtime *d = &a->down[i];
			bool start = k->anchor == ANCHOR_OUTAGE_START;
			if (d->whole_ns > 0 && (start || !d->open))
				rc = add(
				    m, k, start ? d->start_ns : d->end_ns, d->outage_id);
		}
		break;
	case ANCHOR_TICKET_CLOSED:
		for (size_t i = 0; rc == 0 && i < a->n_tickets; i++)
			rc = add(m, k, a->tickets[i].closed_ns, a->tickets[i].reference);
		break;
	case ANCHOR_PERIOD_END:
		if (a->has_period_end)
			rc = add(m, k, a->period_end_ns, "");
		break;
	}
	return rc;
}

static int
by_time(const void *va, const void *vb)
{
	const struct deadline *a = va, *b = vb;

	if (a->by_ns != b->by_ns)
		return a->by_ns < b->by_ns ? -1 : 1;
	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	if (a->anchor_ns != b->anchor_ns)
		return a->anchor_ns < b->anchor_ns ? -1 : 1;
	int rc = strcmp(a->of, b->of);
	return rc != 0 ? rc : strcmp(a->name, b->name);
}

static bool
is_sound(const struct contract_conf *c)
{
	if (c->n_deadlines > CONTRACT_DEADLINES_MOST || c->claim_window_ns < 0 ||
	    c->claim_window_ns / DAY_NS > DAYS_MOST ||
	    c->n_holidays > CONTRACT_HOLIDAYS_MOST)
		return false;
	for (size_t i = 0; i < c->n_deadlines; i++) {
		const struct deadline_conf *k = &c->deadlines[i];
		if (k->within_ns < 0 || (k->within_ns == 0 && k->days == 0) ||
		    k->what > DEADLINE_TERMINATE || k->anchor > ANCHOR_PERIOD_END)
			return false;
	}
	return true;
}

int
deadline_list(struct deadline **out, size_t *n, const struct contract_conf *c,
    const struct deadline_anchors *a)
{
	static const struct deadline_conf WINDOW = {
	    .name = "claim-window", .what = DEADLINE_CLAIM, .anchor = ANCHOR_OUTAGE_END};
	struct making m = {.c = c, .a = a};
	int rc = is_sound(c) ? 0 : -EINVAL;

	*out = NULL;
	*n = 0;
	for (size_t i = 0; rc == 0 && i < c->n_deadlines; i++)
		rc = add_all(&m, &c->deadlines[i]);
	if (rc == 0 && c->claim_window_ns > 0) {
		struct deadline_conf window = WINDOW;
		size_t at = m.n;
		if (c->claim_window_ns % DAY_NS == 0)
			window.days = (unsigned)(c->claim_window_ns / DAY_NS);
		else
			window.within_ns = c->claim_window_ns;
		rc = add_all(&m, &window);
		for (; at < m.n; at++) /* the copy does not last */
			m.list[at].name = m.list[at].clause = WINDOW.name;
	}
	if (rc < 0) {
		free(m.list);
		return rc;
	}
	if (m.n > 0)
		qsort(m.list, m.n, sizeof *m.list, by_time);
	*out = m.list;
	*n = m.n;
	return 0;
}

int
deadline_claim_by(const struct deadline *d, size_t n, int64_t as_of_ns, int64_t *by_ns)
{
	int rc = -ENOENT;

	for (size_t i = 0; i < n; i++) {
		if (d[i].what != DEADLINE_CLAIM)
			continue;
		*by_ns = d[i].by_ns;
		if (d[i].by_ns >= as_of_ns)
			return 1;
		rc = 0;
	}
	return rc;
}
