#ifndef UNIT_ACCOUNT_H
#define UNIT_ACCOUNT_H

/* Contracts and accounts put together for tests of credits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/credit.h"
#include "base/clock.h"
#include "base/zone.h"

#include <stdio.h>
#include <string.h>

#define S   NS_PER_S
#define MIN (60 * S)
#define H   (3600 * S)
#define DAY (24 * H)

#define MRC     450000LL /* 450.00: a day of it is 15.00 */
#define N(list) (sizeof(list) / sizeof((list)[0]))

static inline struct contract_conf
contract(const char *name)
{
	struct contract_conf c;

	memset(&c, 0, sizeof c);
	snprintf(c.name, sizeof c.name, "%s", name);
	snprintf(c.currency, sizeof c.currency, "EUR");
	c.mrc_mills = MRC;
	c.stack = true;
	return c;
}

static inline struct amount
days(double n)
{
	return (struct amount){.kind = AMOUNT_DAYS, .days = n};
}

static inline struct amount
share(double ratio)
{
	return (struct amount){.kind = AMOUNT_SHARE, .share = ratio};
}

static inline struct amount
money(int64_t mills)
{
	return (struct amount){.kind = AMOUNT_MONEY, .mills = mills};
}

static inline struct credit_conf *
credit(struct contract_conf *c, const char *name, enum credit_rule rule)
{
	struct credit_conf *k = &c->credits[c->n_credits++];

	snprintf(k->name, sizeof k->name, "%s", name);
	k->rule = rule;
	return k;
}

static inline struct credit_conf *
per_time(struct contract_conf *c, int64_t unit, struct amount each)
{
	struct credit_conf *k = credit(c, "per-time", CREDIT_PER_TIME);

	k->unit_ns = unit;
	k->amount = each;
	return k;
}

static inline void
step(struct credit_conf *k, double threshold, struct amount a)
{
	k->tiers[k->n_tiers++] = (struct credit_tier){threshold, a};
}

/* A period with its outages, two hours apart and more. */
struct story {
	struct account a;
	struct downtime down[64];
};

static inline void
story_begin(struct story *s, int64_t start, int64_t scheduled)
{
	memset(s, 0, sizeof *s);
	s->a.period = (struct span){start, start + scheduled};
	s->a.zone = "UTC";
	s->a.down = s->down;
	s->a.scheduled_ns = scheduled;
	s->a.has_availability = true;
}

static inline void
story_outage(struct story *s, int64_t ns)
{
	size_t i = s->a.n_down++;
	struct downtime *d = &s->down[i];

	snprintf(d->outage_id, sizeof d->outage_id, "%016zx", i + 1);
	d->start_ns = i == 0 ? s->a.period.start_ns + H : d[-1].end_ns + 2 * H;
	d->end_ns = d->start_ns + ns;
	d->begins_here = true;
	d->counted_ns = d->whole_ns = ns;
	s->a.down_ns += ns;
}

/* April 2026: 30 days. */
static int64_t
april(void)
{
	int64_t ns = 0;

	assert_true(zone_day_start("UTC", 2026, 4, 1, &ns));
	return ns;
}

static inline struct story
outages(size_t n, ...)
{
	struct story s;
	va_list ap;

	story_begin(&s, april(), 30 * DAY);
	va_start(ap, n);
	for (size_t i = 0; i < n; i++)
		story_outage(&s, va_arg(ap, int64_t));
	va_end(ap);
	return s;
}

static inline struct credit_sheet
sheet_of(const struct contract_conf *c, struct story *s)
{
	struct credit_sheet out;

	s->a.down = s->down; /* it may have been copied */
	assert_int_equal(credit_work_out(&out, c, &s->a), 0);
	return out;
}

/* What is owed in all, in mills. */
static int64_t
owed(const struct contract_conf *c, struct story s)
{
	struct credit_sheet sheet = sheet_of(c, &s);
	int64_t mills = sheet.total.mills;

	assert_int_equal(sheet.total.share_ppb, 0);
	credit_done(&sheet);
	return mills;
}

struct single {
	int64_t ns, mills;
};

/* One outage of each length, in a period of its own. */
static inline void
each_owes(const struct contract_conf *c, const struct single *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t got = owed(c, outages(1, list[i].ns));
		if (got != list[i].mills)
			fail_msg("%s: %lld ns owe %lld, not %lld", c->name,
			    (long long)list[i].ns, (long long)got,
			    (long long)list[i].mills);
	}
}

struct mean {
	double v;
	int64_t mills;
};

static inline void
each_mean_owes(
    const struct contract_conf *c, enum metric m, const struct mean *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct story s = outages(0);
		s.a.has_metric[m] = true;
		s.a.metric[m] = list[i].v;
		int64_t got = owed(c, s);
		if (got != list[i].mills)
			fail_msg("%s: a mean of %.17g owes %lld, not %lld", c->name,
			    list[i].v, (long long)got, (long long)list[i].mills);
	}
}

#endif
