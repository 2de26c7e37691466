/*
 * How fast samples get into the journal and out of it again, on one core, and what a
 * sealed one costs: as a daemon at full rate writes (a sync each second's worth), and as
 * a daemon of one link does (eight probes, a sync a second, sends and counters with
 * them). Medians of five.
 */
#include "base/journal_segment.h"
#include "base/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBES 8
#define RUNS   5

struct figures {
	double written, read, verified, sealed;
};

static double
now_s(void)
{
	return (double)clock_mono().ns / 1e9;
}

static struct journal_writer *
begin(const char *dir)
{
	struct link_def link = {.centre = "bench", .link = "a"};
	struct journal_writer *w;
	char err[512];

	if (journal_open(&w, dir, "bench", err, sizeof err) < 0) {
		fprintf(stderr, "%s\n", err);
		exit(1);
	}
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
	return w;
}

/* Round trips of 20 ms and up to a millisecond more, sendings up to 16 µs late: all of it
 * noise, so that nothing packs well that would not on a line. */
static void
write_samples(const char *dir, uint64_t n, bool one_link)
{
	struct journal_writer *w = begin(dir);
	uint64_t random = 7, slot = 100000, every = one_link ? PROBES : 65536;

	for (uint64_t i = 0; i < n; i++) {
		unsigned p = (unsigned)(i % PROBES);
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		struct sample s = {.probe = p,
		    .seq = i / PROBES + 1,
		    .sent = schedule_at(p + 1, NS_PER_S, slot + i / PROBES),
		    .rtt_ns = 20 * NS_PER_MS + (int64_t)(random >> 44),
		    .stamp = STAMP_KERNEL};
		s.sent.ns += (int64_t)(random >> 50);
		if (one_link)
			journal_sent(w, p, s.seq, s.sent);
		journal_sample(w, &s);
		if (i % every != every - 1)
			continue;
		mono_t now = {(int64_t)(slot + i / PROBES + 1) * NS_PER_S};
		struct counters c = {.at = now,
		    .rx_bytes = i * 1000 + (random >> 50),
		    .tx_bytes = i * 100 + (random >> 54),
		    .rx_packets = i + (random >> 60),
		    .tx_packets = i,
		    .ifindex = 3,
		    .carrier = true,
		    .admin_up = true};
		if (one_link)
			journal_counters(w, &c);
		if (journal_sync(w, now) < 0)
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

	if (journal_read(&r, dir, err, sizeof err) < 0 ||
	    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v) < 0) {
		fprintf(stderr, "%s\n", dir);
		exit(1);
	}
	journal_reader_free(r);
	return n;
}

/* Seal the last segment as the hour would, and tell what all of them take. */
static double
sealed_bytes(const char *dir)
{
	struct bytes file = {0}, out = {0};
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	uint32_t *numbers;
	char path[1100];
	double sum = 0;
	int n = segment_list(dir, &numbers);

	for (int i = 0; i < n; i++) {
		segment_path(path, sizeof path, dir, numbers[i]);
		if (file_load(&file, path) < 0)
			exit(1);
		out.n = 0;
		if (segment_seal(&out, file.p, file.n, zstd) == 0) {
			FILE *f = fopen(path, "wb");
			if (f == NULL || fwrite(out.p, 1, out.n, f) != out.n || fclose(f))
				exit(1);
			sum += (double)out.n;
		} else {
			sum += (double)file.n; /* is sealed */
		}
	}
	ZSTD_freeCCtx(zstd);
	free(numbers);
	bytes_free(&file);
	bytes_free(&out);
	return sum;
}

static bool
measure(uint64_t n, bool one_link, struct figures *f)
{
	char dir[] = "/tmp/linkwitness-bench-XXXXXX", err[512], command[128];

	if (mkdtemp(dir) == NULL)
		return false;
	double t0 = now_s();
	write_samples(dir, n, one_link);
	double t1 = now_s();
	f->sealed = sealed_bytes(dir) / (double)n;
	double t2 = now_s();
	uint64_t got = read_samples(dir);
	double t3 = now_s();
	int verified = journal_verify(dir, err, sizeof err);
	double t4 = now_s();
	f->written = (double)n / (t1 - t0) / 1e6;
	f->read = (double)n / (t3 - t2) / 1e6;
	f->verified = (double)n / (t4 - t3) / 1e6;
	snprintf(command, sizeof command, "rm -r %s", dir);
	if (got != n || verified != 0)
		fprintf(stderr, "%llu of %llu read back, verify %d\n",
		    (unsigned long long)got, (unsigned long long)n, verified);
	return system(command) == 0 && got == n && verified == 0;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double v[RUNS])
{
	qsort(v, RUNS, sizeof *v, ascending);
	return v[RUNS / 2];
}

static bool
table(const char *what, uint64_t n, bool one_link)
{
	double v[4][RUNS];

	for (int i = 0; i < RUNS; i++) {
		struct figures f;
		if (!measure(n, one_link, &f))
			return false;
		v[0][i] = f.written;
		v[1][i] = f.read;
		v[2][i] = f.verified;
		v[3][i] = f.sealed;
	}
	printf("journal, %.1f million samples, %s\n", (double)n / 1e6, what);
	printf("  written   %6.2f million a second, synced to the disk\n", median(v[0]));
	printf("  read      %6.2f million a second, chain verified, in order\n",
	    median(v[1]));
	printf("  verified  %6.2f million a second\n", median(v[2]));
	printf("  sealed    %6.2f bytes a sample\n", median(v[3]));
	return true;
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 4000000;
	struct rusage usage;
	bool good = table("at full rate", n, false) &&
	            table("one link's day as it is written", n / 8, true);

	getrusage(RUSAGE_SELF, &usage);
	printf("  resident  %6.1f MB at most\n", (double)usage.ru_maxrss / 1024);
	return !good;
}
