/*
 * How many samples a second the judge takes on one core, handed to it, and from the
 * sealed segments of a journal, its chain verified and its order restored; and what
 * memory that takes for histories of three lengths, which must not differ. Eight probes
 * at one a second with an outage a day, in blocks as at full rate, and for the whole
 * length as the daemon of one link writes them, with its counters; beside a loop that
 * only sums the round trips.
 *
 *     bench_analyzer [DAYS]   a third of them, two thirds, and all
 */
#include "analyzer/judge.h"
#include "tests/bench/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct judge *
fresh(void)
{
	struct judge_rule rule;
	struct link_def link = made_link();

	judge_rule_default(&rule);
	struct judge *j = judge_new(&rule);
	judge_link(j, &link);
	for (unsigned p = 0; p < MADE_PROBES; p++) {
		struct probe_def def = made_probe(p);
		judge_probe(j, &def, 0);
	}
	return j;
}

/* One day of samples in order of sending, made once: its outage at noon. */
static struct sample *
make_day(size_t *n)
{
	struct sample *day = calloc(MADE_PROBES * MADE_DAY_S, sizeof *day);
	uint64_t random = 1;

	*n = 0;
	for (int64_t s = 0; day != NULL && s < MADE_DAY_S; s++) {
		for (unsigned p = 0; p < MADE_PROBES; p++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			struct sample *x = &day[(*n)++];
			x->probe = p;
			x->session = 1;
			x->seq = (uint64_t)s + 1;
			x->time.ns = s * NS_PER_S + (int64_t)p * NS_PER_S / MADE_PROBES;
			bool dark =
			    s >= MADE_DAY_S / 2 && s < MADE_DAY_S / 2 + MADE_OUTAGE_S;
			x->outcome = dark ? OUTCOME_LOST : OUTCOME_REPLY;
			x->rtt_ns = dark ? -1 : 20 * NS_PER_MS + (int64_t)(random >> 44);
		}
	}
	return day;
}

static bool
handed(int days)
{
	const struct link_result *results;
	size_t n;
	struct sample *day = make_day(&n);
	struct judge *j = fresh();
	int64_t base = 1772323200 * NS_PER_S, sum = 0;

	if (day == NULL)
		return false;
	double t0 = made_now_s();
	for (int d = 0; d < days; d++)
		for (size_t i = 0; i < n; i++)
			sum += day[i].rtt_ns ^ d;
	double t1 = made_now_s();
	for (int d = 0; d < days; d++) {
		for (size_t i = 0; i < n; i++) {
			struct sample s = day[i];
			s.time.ns += base + (int64_t)d * MADE_DAY_S * NS_PER_S;
			judge_sample(j, &s);
		}
	}
	int64_t end = base + (int64_t)days * MADE_DAY_S * NS_PER_S;
	judge_finish(j, base, end, end, &results);
	double t2 = made_now_s();
	double samples = (double)n * days;
	printf("analyzer, %.1f million samples, %d outages put in, %zu found\n",
	    samples / 1e6, days, results[0].n_outages);
	printf("  judged    %6.2f million a second\n", samples / (t2 - t1) / 1e6);
	printf("  only read %6.2f million a second (%lld)\n", samples / (t1 - t0) / 1e6,
	    (long long)(sum & 1));
	bool right = results[0].n_outages == (size_t)days;
	judge_free(j);
	free(day);
	return right;
}

struct fed {
	struct judge *judge;
	uint64_t n;
	int64_t first_ns, last_ns;
};

static int
feed(void *ctx, const struct sample *s)
{
	struct fed *f = ctx;

	if (f->n++ == 0)
		f->first_ns = s->time.ns;
	f->last_ns = s->time.ns;
	judge_sample(f->judge, s);
	return 0;
}

/* Judge a journal. Result: 0 if it had the outages that were put in. */
static int
judge_journal(const char *dir, int days, bool one_link)
{
	const struct link_result *results;
	struct fed f = {.judge = fresh()};
	struct journal_visitor v = {.ctx = &f, .sample = feed};
	struct journal_reader *r;
	struct rusage usage;
	char err[512];

	double t0 = made_now_s();
	if (journal_read(&r, dir, err, sizeof err) < 0 ||
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v) < 0)
		return 1;
	judge_finish(f.judge, f.first_ns, f.last_ns, f.last_ns, &results);
	double t1 = made_now_s();
	getrusage(RUSAGE_SELF, &usage);
	printf(
	    "  %3d days, %5.1f million samples from sealed segments of %s: judged %5.2f "
	    "million a second, resident %.1f MB at most, %zu outages found\n",
	    days, (double)f.n / 1e6, one_link ? "one link" : "full rate",
	    (double)f.n / (t1 - t0) / 1e6, (double)usage.ru_maxrss / 1024,
	    results[0].n_outages);
	fflush(stdout);
	bool right = results[0].n_outages == (size_t)days &&
	             f.n == (uint64_t)days * MADE_DAY_S * MADE_PROBES;
	journal_reader_free(r);
	judge_free(f.judge);
	return !right;
}

/* Writing and judging each in a process of its own: what one takes is not the other's. */
static bool
from_journal(int days, bool one_link)
{
	char dir[] = "/tmp/linkwitness-bench-XXXXXX", command[128];
	int status = 1;

	if (mkdtemp(dir) == NULL)
		return false;
	fflush(stdout);
	for (int judging = 0; judging < 2; judging++) {
		pid_t child = fork();
		if (child == 0 && judging)
			_exit(judge_journal(dir, days, one_link));
		if (child == 0)
			_exit(made_write(dir, (int64_t)days * MADE_DAY_S, one_link) <= 0);
		if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
			break;
	}
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command) == 0 && status == 0;
}

int
main(int argc, char **argv)
{
	int days = argc > 1 ? atoi(argv[1]) : 21;
	bool good = days > 2;

	/* The memory of these is measured: before this process has any of its own. */
	for (int part = 1; good && part <= 3; part++)
		good = from_journal(days * part / 3, false);
	good = good && from_journal(days, true);
	return !(good && handed(days));
}
