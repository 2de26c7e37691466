#include "analyzer/window.h"

#include "base/zone.h"

#include <math.h>

#define WEEK    (DEMAND_DAYS * DEMAND_HOURS)
#define HOUR_NS (3600 * NS_PER_S)

static struct window_hour *
hour_of(struct window_week *w, int64_t ns, const char *zone, int64_t *until_ns)
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	if (until_ns != NULL) {
		int64_t in = (t.minute * 60 + t.second) * NS_PER_S + ns % NS_PER_S;
		*until_ns = ns - in + HOUR_NS;
	}
	return &w->hours[t.weekday][t.hour];
}

void
window_use(struct window_week *w, const struct demand *d, const char *zone)
{
	struct demand_hour week[DEMAND_DAYS][DEMAND_HOURS];

	demand_week(d, zone, week);
	for (size_t i = 0; i < WEEK; i++) {
		const struct demand_hour *from =
		    &week[i / DEMAND_HOURS][i % DEMAND_HOURS];
		struct window_hour *h = &w->hours[i / DEMAND_HOURS][i % DEMAND_HOURS];
		h->minutes = from->minutes;
		h->use_bps = from->mean_bps;
	}
}

void
window_ledger(struct window_week *w, const struct verdict *v, const char *zone)
{
	for (size_t i = 0; i < v->n_intervals; i++) {
		const struct interval *in = &v->intervals[i];
		if (in->class != CLASS_UP && in->class != CLASS_DOWN)
			continue;
		for (int64_t at = in->start_ns, next; at < in->end_ns; at = next) {
			struct window_hour *h = hour_of(w, at, zone, &next);
			next = next < in->end_ns ? next : in->end_ns;
			h->known_ns += next - at;
			if (in->class == CLASS_DOWN)
				h->down_ns += next - at;
		}
	}
}

void
window_probes(struct window_week *w, const struct compare_hour *hours, size_t n,
    struct span within, const char *zone)
{
	for (size_t i = 0; i < n; i++) {
		if (hours[i].start_ns < within.start_ns ||
		    hours[i].start_ns >= within.end_ns)
			continue;
		struct window_hour *h = hour_of(w, hours[i].start_ns, zone, NULL);
		h->sent += hours[i].sent;
		h->lost += hours[i].lost;
	}
}

void
window_ticket(struct window_week *w, int64_t opened_ns, const char *zone)
{
	hour_of(w, opened_ns, zone, NULL)->tickets++;
}

/* ---- what it comes to ---- */

static double
trouble_of(const struct window_hour *h)
{
	double lost = h->sent > 0 ? (double)h->lost / (double)h->sent : 0;
	double down = h->known_ns > 0 ? (double)h->down_ns / (double)h->known_ns : 0;

	return fmax(lost, down);
}

void
window_score(struct window_week *w)
{
	double use = 0, trouble = WINDOW_TROUBLE, tickets = 1;

	for (size_t i = 0; i < WEEK; i++) {
		const struct window_hour *h =
		    &w->hours[i / DEMAND_HOURS][i % DEMAND_HOURS];
		use = fmax(use, h->use_bps);
		trouble = fmax(trouble, trouble_of(h));
		tickets = fmax(tickets, h->tickets);
	}
	for (size_t i = 0; i < WEEK; i++) {
		struct window_hour *h = &w->hours[i / DEMAND_HOURS][i % DEMAND_HOURS];
		h->busy = use > 0 ? h->use_bps / use : 0;
		h->trouble = trouble_of(h) / trouble;
		h->called = h->tickets / tickets;
		h->score =
		    h->minutes > 0 ? h->busy * (1 + h->trouble) * (1 + h->called) : -1;
	}
}

bool
window_least(const struct window_week *w, unsigned hours, unsigned *day, unsigned *hour,
    double *score)
{
	double least = 0;
	bool any = false;

	for (unsigned i = 0; i < WEEK && hours > 0 && hours <= DEMAND_HOURS; i++) {
		double sum = 0;
		bool known = true;
		for (unsigned k = i; k < i + hours; k++) {
			const struct window_hour *h =
			    &w->hours[k / DEMAND_HOURS % DEMAND_DAYS][k % DEMAND_HOURS];
			known &= h->minutes > 0;
			sum += h->score;
		}
		if (!known || (any && sum >= least))
			continue;
		any = true;
		least = sum;
		*day = i / DEMAND_HOURS;
		*hour = i % DEMAND_HOURS;
		*score = sum / hours;
	}
	return any;
}
