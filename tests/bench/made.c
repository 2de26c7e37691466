#include "tests/bench/made.h"

#include "base/journal_segment.h"
#include "base/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOT 100000
#define FULL_RATE  16384

double
made_now_s(void)
{
	return (double)clock_mono().ns / 1e9;
}

struct link_def
made_link(void)
{
	return (struct link_def){.centre = "bench", .link = "a"};
}

struct probe_def
made_probe(unsigned number)
{
	struct probe_def def = {.centre = "bench",
	    .link = "a",
	    .family = 4,
	    .every_ns = NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S,
	    .seed = number + 1};

	snprintf(def.name, sizeof def.name, "p%u", number);
	snprintf(def.network, sizeof def.network, "n%u", number % 5);
	return def;
}

static struct journal_writer *
begin(const char *dir)
{
	struct link_def link = made_link();
	struct journal_writer *w;
	char err[512];

	if (journal_open(&w, dir, "bench", err, sizeof err) < 0) {
		fprintf(stderr, "%s\n", err);
		exit(1);
	}
	journal_link(w, &link);
	for (unsigned p = 0; p < MADE_PROBES; p++) {
		struct probe_def def = made_probe(p);
		journal_probe(w, &def);
	}
	return w;
}

/* Seal what is not sealed, as the hour would, and tell what all of it takes. */
static double
seal_all(const char *dir)
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
		if (segment_seal(&out, file.p, file.n, zstd) < 0) {
			sum += (double)file.n; /* it is sealed */
			continue;
		}
		FILE *f = fopen(path, "wb");
		if (f == NULL || fwrite(out.p, 1, out.n, f) != out.n || fclose(f) != 0)
			exit(1);
		sum += (double)out.n;
	}
	ZSTD_freeCCtx(zstd);
	free(numbers);
	bytes_free(&file);
	bytes_free(&out);
	return sum;
}

static void
second(struct journal_writer *w, int64_t s, uint64_t *random, bool one_link)
{
	int64_t slot = FIRST_SLOT + s, noon = MADE_DAY_S / 2;
	bool dark = s % MADE_DAY_S >= noon && s % MADE_DAY_S < noon + MADE_OUTAGE_S;

	for (unsigned p = 0; p < MADE_PROBES; p++) {
		uint64_t r = *random =
		    *random * 6364136223846793005ull + 1442695040888963407ull;
		struct sample x = {.probe = p,
		    .seq = (uint64_t)s + 1,
		    .sent = schedule_at(p + 1, NS_PER_S, (uint64_t)slot),
		    .rtt_ns = 20 * NS_PER_MS + (int64_t)(r >> 44),
		    .stamp = STAMP_KERNEL};
		x.sent.ns += (int64_t)(r >> 50);
		if (dark) {
			x.outcome = OUTCOME_LOST;
			x.code = CODE_TIMEOUT;
			x.stamp = STAMP_NONE;
			x.rtt_ns = -1;
		}
		if (one_link)
			journal_sent(w, p, x.seq, x.sent);
		journal_sample(w, &x);
	}
	if (one_link) {
		struct counters c = {.at = {(slot + 1) * NS_PER_S},
		    .rx_bytes = (uint64_t)s * 10000 + (*random >> 50),
		    .tx_bytes = (uint64_t)s * 1000 + (*random >> 54),
		    .rx_packets = (uint64_t)s * 10 + (*random >> 60),
		    .tx_packets = (uint64_t)s * 10,
		    .ifindex = 3,
		    .carrier = true,
		    .admin_up = true};
		journal_counters(w, &c);
	}
}

double
made_write(const char *dir, int64_t seconds, bool one_link)
{
	struct journal_writer *w = begin(dir);
	int64_t every = one_link ? 1 : FULL_RATE / MADE_PROBES;
	uint64_t random = 7;

	for (int64_t s = 0; s < seconds; s++) {
		second(w, s, &random, one_link);
		if (s % every == every - 1 &&
		    journal_sync(w, (mono_t){(FIRST_SLOT + s + 1) * NS_PER_S}) < 0)
			exit(1);
	}
	if (journal_close(w, true) < 0)
		exit(1);
	return seal_all(dir);
}
