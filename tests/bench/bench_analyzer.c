/*
 * How many samples a second the judge takes on one core: a year of eight probes at one a
 * second in miniature, with an outage a day, beside a loop that only sums the round
 * trips.
 */
#include "analyzer/judge.h"
#include "base/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBES 8
#define DAY_S  86400

static double
now_s(void)
{
	return (double)clock_mono().ns / 1e9;
}

static struct judge *
fresh(void)
{
	struct judge_rule rule;
	struct link_def link = {.centre = "bench", .link = "a"};

	judge_rule_default(&rule);
	struct judge *j = judge_new(&rule);
	judge_link(j, &link);
	for (unsigned p = 0; p < PROBES; p++) {
		struct probe_def def = {.centre = "bench",
		    .link = "a",
		    .family = 4,
		    .every_ns = NS_PER_S,
		    .timeout_ns = 3 * NS_PER_S};
		snprintf(def.name, sizeof def.name, "p%u", p);
		snprintf(def.network, sizeof def.network, "n%u", p % 5);
		judge_probe(j, &def, 0);
	}
	return j;
}

/* One day of samples in order of sending, made once: its outage at noon. */
static struct sample *
make_day(size_t *n)
{
	struct sample *day = calloc(PROBES * DAY_S, sizeof *day);
	uint64_t random = 1;

	*n = 0;
	for (int64_t s = 0; day != NULL && s < DAY_S; s++) {
		for (unsigned p = 0; p < PROBES; p++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			struct sample *x = &day[(*n)++];
			x->probe = p;
			x->session = 1;
			x->seq = (uint64_t)s + 1;
			x->time.ns = s * NS_PER_S + (int64_t)p * NS_PER_S / PROBES;
			bool dark = s >= DAY_S / 2 && s < DAY_S / 2 + 300;
			x->outcome = dark ? OUTCOME_LOST : OUTCOME_REPLY;
			x->rtt_ns = dark ? -1 : 20 * NS_PER_MS + (int64_t)(random >> 44);
		}
	}
	return day;
}

int
main(int argc, char **argv)
{
	int days = argc > 1 ? atoi(argv[1]) : 30;
	const struct link_result *results;
	size_t n;
	struct sample *day = make_day(&n);
	struct judge *j = fresh();
	int64_t base = 1772323200 * NS_PER_S, sum = 0;

	if (day == NULL)
		return 1;
	double t0 = now_s();
	for (int d = 0; d < days; d++)
		for (size_t i = 0; i < n; i++)
			sum += day[i].rtt_ns ^ d;
	double t1 = now_s();
	for (int d = 0; d < days; d++) {
		for (size_t i = 0; i < n; i++) {
			struct sample s = day[i];
			s.time.ns += base + (int64_t)d * DAY_S * NS_PER_S;
			judge_sample(j, &s);
		}
	}
	int64_t end = base + (int64_t)days * DAY_S * NS_PER_S;
	judge_finish(j, base, end, end, &results);
	double t2 = now_s();
	double samples = (double)n * days;
	printf("analyzer, %.1f million samples, %d outages put in, %zu found\n",
	    samples / 1e6, days, results[0].n_outages);
	printf("  judged    %6.2f million a second\n", samples / (t2 - t1) / 1e6);
	printf("  only read %6.2f million a second (%lld)\n", samples / (t1 - t0) / 1e6,
	    (long long)(sum & 1));
	bool right = results[0].n_outages == (size_t)days;
	judge_free(j);
	free(day);
	return !right;
}
