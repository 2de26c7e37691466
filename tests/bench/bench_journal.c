/*
 * How fast samples get into the journal and out of it again, on one core, beside what the
 * machine does with the same number of bytes (memcpy and SHA-256), in one run.
 */
#include "base/bytes.h"
#include "base/journal.h"
#include "base/schedule.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBES 8

static double
now_s(void)
{
	return (double)clock_mono().ns / 1e9;
}

static void
write_samples(const char *dir, uint64_t n, int64_t start_ns)
{
	struct journal_writer *w;
	char err[512];
	struct link_def link = {.centre = "bench", .link = "a"};
	uint64_t random = 7;

	if (journal_open(&w, dir, "bench", err, sizeof err) < 0) {
		fprintf(stderr, "%s\n", err);
		exit(1);
	}
	journal_import(w);
	journal_link(w, &link);
	for (unsigned p = 0; p < PROBES; p++) {
		struct probe_def def = {.centre = "bench",
		    .link = "a",
		    .every_ns = NS_PER_S,
		    .timeout_ns = 3 * NS_PER_S,
		    .seed = p + 1};
		snprintf(def.name, sizeof def.name, "p%u", p);
		journal_probe(w, &def);
	}
	uint64_t slot = (uint64_t)(start_ns / NS_PER_S);
	for (uint64_t i = 0; i < n; i++) {
		unsigned p = (unsigned)(i % PROBES);
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		struct sample s = {.probe = p,
		    .seq = i / PROBES + 1,
		    .sent = schedule_at(p + 1, NS_PER_S, slot + i / PROBES),
		    .rtt_ns = 20 * NS_PER_MS + (int64_t)(random >> 44),
		    .stamp = STAMP_KERNEL};
		s.sent.ns += (int64_t)(random >> 50);
		journal_sample(w, &s);
		if (i % 512 == 511 && journal_sync(w, s.sent) < 0)
			exit(1);
	}
	if (journal_close(w, true) < 0)
		exit(1);
}

static int
count(void *ctx, const struct sample *s)
{
	uint64_t *n = ctx;

	*n += s->outcome == OUTCOME_REPLY;
	return 0;
}

static uint64_t
read_samples(const char *dir)
{
	struct journal_reader *r;
	uint64_t n = 0;
	struct journal_visitor v = {.ctx = &n, .sample = count};
	char err[512];

	if (journal_read(&r, dir, err, sizeof err) < 0) {
		fprintf(stderr, "%s\n", err);
		exit(1);
	}
	journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v);
	journal_reader_free(r);
	return n;
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 4000000;
	char dir[] = "/tmp/linkwitness-bench-XXXXXX", err[512], command[128];
	struct journal_stats stats;
	struct journal_reader *r;

	if (mkdtemp(dir) == NULL)
		return 1;
	double t0 = now_s();
	write_samples(dir, n, 1772323200 * NS_PER_S);
	double t1 = now_s();
	uint64_t got = read_samples(dir);
	double t2 = now_s();
	int verified = journal_verify(dir, err, sizeof err);
	double t3 = now_s();
	if (journal_read(&r, dir, err, sizeof err) < 0)
		return 1;
	journal_clock_of(r, &stats);
	journal_reader_free(r);
	printf("journal, %llu samples of %d probes at 1/s (%llu read back, verify %d)\n",
	    (unsigned long long)n, PROBES, (unsigned long long)got, verified);
	printf("  written   %6.2f million a second\n", (double)n / (t1 - t0) / 1e6);
	printf("  read      %6.2f million a second, in order of sending\n",
	    (double)n / (t2 - t1) / 1e6);
	printf("  verified  %6.2f million a second\n", (double)n / (t3 - t2) / 1e6);
	printf("  stored    %6.2f bytes a sample\n", (double)stats.bytes / (double)n);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) != 0 || got != n || verified != 0;
}
