/*
 * Histories as an enemy would write them, through the importers of text, up to the point
 * where a journal would be written. The first byte chooses the format and whether there
 * is a time zone; the rest is the file.
 *
 * Links: cmd/import_csv.c cmd/import_time.c cmd/import_samples.c cmd/import_line.c
 * Links: cmd/import_states.c cmd/import_facts.c cmd/import_stream.c cmd/import_ping.c
 * Links: cmd/import_fping.c cmd/import_atlas.c cmd/import_speedtest.c
 * Links: cmd/import_pingplotter.c cmd/import_netmon.c cmd/import_monitor.c
 * Links: cmd/history.c base/
 * Links: -lcrypto -lzstd -ljansson
 */
#include "cmd/history.h"
#include "cmd/import.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The words are made, as a wrong format would be a fault too, and not shown. */
void
import_bad(struct import *im, const char *format, ...)
{
	char line[512];
	va_list ap;

	im->bad++;
	va_start(ap, format);
	vsnprintf(line, sizeof line, format, ap);
	va_end(ap);
}

static void
must(bool claim)
{
	if (!claim)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static bool quiet;
	struct import im = {.file = "input", .format = "fuzz"};
	wall_t first = {0}, last = {0};

	if (n < 2)
		return 0;
	if (!quiet) /* headers that will not do are complained of by the thousand */
		quiet = (stderr = fopen("/dev/null", "we")) !=
		        NULL; /* the descriptor stays */
	if (p[0] & 2)
		(void)import_time_zone(&im.zone, "Europe/London");
	static const struct import_format *const OTHERS[] = {NULL, &IMPORT_PING,
	    &IMPORT_FPING, &IMPORT_ATLAS, &IMPORT_SPEEDTEST, &IMPORT_PINGPLOTTER,
	    &IMPORT_NETMON, &IMPORT_MONITOR};
	const struct import_format *format = OTHERS[p[0] >> 2 & 7];
	if (format == NULL)
		format = p[0] & 1 ? &IMPORT_STATES : &IMPORT_SAMPLES;
	FILE *f = fmemopen((void *)(p + 1), n - 1, "r");
	must(f != NULL);
	void *ctx = format->begin();
	if (format->read(ctx, &im, f) == 0) {
		format->settle(ctx, &im);
		bool any = format->span(ctx, &first, &last);
		must(any == (im.good > im.repeated));
		must(!any || (first.ns >= 0 && first.ns <= last.ns));
		must(format->left(ctx, &im) == im.good - im.repeated);
		if (format != &IMPORT_STATES)
			(void)history_spacing(ctx, "a", first.ns);
	}
	format->end(ctx);
	fclose(f);
	return 0;
}
