/*
 * How fast samples get into the journal and out of it again, on one core, and what a
 * sealed one costs: as a daemon at full rate writes, and as a daemon of one link does.
 * Medians of five.
 */
#include "tests/bench/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define RUNS 5

enum figure {
	WRITTEN,
	READ,
	VERIFIED,
	SEALED,
	FIGURES
};

static int
count(void *ctx, const struct sample *s)
{
	uint64_t *n = ctx;

	*n += s->outcome <= OUTCOME_LOST;
	return 0;
}

static uint64_t
read_samples(const char *dir)
{
	struct journal_reader *r;
	uint64_t n = 0;
	struct journal_visitor v = {.ctx = &n, .sample = count};
	char err[512];

	if (journal_read(&r, dir, err, sizeof err) < 0 ||
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v) < 0) {
		fprintf(stderr, "%s: does not read\n", dir);
		exit(1);
	}
	journal_reader_free(r);
	return n;
}

static bool
measure(int64_t seconds, bool one_link, double f[FIGURES])
{
	char dir[] = "/tmp/linkwitness-bench-XXXXXX", err[512], command[128];
	double n = (double)seconds * MADE_PROBES;

	if (mkdtemp(dir) == NULL)
		return false;
	double t0 = made_now_s();
	f[SEALED] = made_write(dir, seconds, one_link) / n;
	double t1 = made_now_s();
	uint64_t got = read_samples(dir);
	double t2 = made_now_s();
	int verified = journal_verify(dir, err, sizeof err);
	double t3 = made_now_s();
	f[WRITTEN] = n / (t1 - t0) / 1e6;
	f[READ] = n / (t2 - t1) / 1e6;
	f[VERIFIED] = n / (t3 - t2) / 1e6;
	snprintf(command, sizeof command, "rm -r %s", dir);
	if ((double)got != n || verified != 0)
		fprintf(stderr, "%llu of %.0f read back, verify %d\n",
		    (unsigned long long)got, n, verified);
	return system(command) == 0 && (double)got == n && verified == 0;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool
table(const char *what, int64_t seconds, bool one_link)
{
	double v[FIGURES][RUNS], f[FIGURES];

	for (int i = 0; i < RUNS; i++) {
		if (!measure(seconds, one_link, f))
			return false;
		for (int k = 0; k < FIGURES; k++)
			v[k][i] = f[k];
	}
	for (int k = 0; k < FIGURES; k++)
		qsort(v[k], RUNS, sizeof v[k][0], ascending);
	printf("journal, %.2f million samples, %s\n", (double)seconds * MADE_PROBES / 1e6,
	    what);
	printf("  written   %6.2f million a second, synced to the disk and sealed\n",
	    v[WRITTEN][RUNS / 2]);
	printf(
	    "  read      %6.2f million a second, chain verified, in order of sending\n",
	    v[READ][RUNS / 2]);
	printf("  verified  %6.2f million a second\n", v[VERIFIED][RUNS / 2]);
	printf("  sealed    %6.2f bytes a sample\n", v[SEALED][RUNS / 2]);
	return true;
}

int
main(int argc, char **argv)
{
	int64_t seconds = argc > 1 ? strtoll(argv[1], NULL, 10) : 500000;
	struct rusage usage;
	bool good =
	    table("at full rate, 16384 a sync", seconds, false) &&
	    table("of one link at 8/s, sends and counters with them", seconds / 10, true);

	getrusage(RUSAGE_SELF, &usage);
	printf("  resident  %6.1f MB at most\n", (double)usage.ru_maxrss / 1024);
	return !good;
}
