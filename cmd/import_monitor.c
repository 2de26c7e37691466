/*
 * import connection-monitor: connection_log.csv of that program.
 *
 * A row is one check of one host (8.8.8.8 unless it was told another; the log does not
 * name it), stamped when it began: three pings a second apart, a UDP query, a TCP connect
 * to port 53, a page by HTTP. Each ping of the three is a probe of its own, ping, ping-2
 * and ping-3, so that the time from row to row is their spacing; packet_loss says how
 * many were lost: taken to be the last, as which they were is not known; each answered
 * one has the row's mean. udp (kind dns), tcp and web (kind http) have one sample each,
 * at the stamp. An empty time is a check that failed, lost. Logs of its first version
 * have only connected and ping_time: one ping a row, lost where connected is 0.
 *
 * While nothing answers, a check waits for all its timeouts and rows come up to 10 s
 * apart: samples of one probe that are 12 s apart are together, unless --max-gap says
 * otherwise.
 */
#include "cmd/import_csv.h"
#include "cmd/import_facts.h"

#include <string.h>

#define PINGS      3
#define MAX_GAP_NS (12 * NS_PER_S)

enum {
	STAMP,
	CONNECTED,
	PING,
	LOSS,
	UDP,
	TCP,
	WEB,
	N_FULL
};
#define N_FIRST (PING + 1)

static const struct csv_column FULL[N_FULL] = {
    [STAMP] = {"timestamp", true},
    [CONNECTED] = {"connected", true},
    [PING] = {"ping_time", true},
    [LOSS] = {"packet_loss", true},
    [UDP] = {"udp_time", true},
    [TCP] = {"socket_time", true},
    [WEB] = {"http_time", true},
};

static const struct probe_def PROBES[] = {
    {.name = "ping", .kind = KIND_PING, .target = "8.8.8.8"},
    {.name = "udp", .kind = KIND_DNS, .target = "8.8.8.8:53"},
    {.name = "tcp", .kind = KIND_TCP, .target = "8.8.8.8:53"},
    {.name = "web", .kind = KIND_HTTP, .target = "http://www.google.com"},
};

/* A time, or empty, or Python's None. */
static bool
take_ms(struct import *im, const char *name, const char *text, int64_t *out)
{
	*out = -1;
	if (text[0] == '\0' || strcmp(text, "None") == 0 || facts_ms(text, out))
		return true;
	import_bad(im, "%s: %.40s: not milliseconds, nor empty", name, text);
	return false;
}

static bool
take_head(struct import *im, char *const *field, int64_t *time_ns, int64_t *ping_ns)
{
	const char *why;

	if (!import_time_instant(&im->zone, field[STAMP], time_ns, &why)) {
		import_bad(im, "%s", why);
		return false;
	}
	if (strcmp(field[CONNECTED], "0") != 0 && strcmp(field[CONNECTED], "1") != 0) {
		import_bad(im, "connected: %.40s: not 0 or 1", field[CONNECTED]);
		return false;
	}
	return take_ms(im, FULL[PING].name, field[PING], ping_ns);
}

static void
put(void *ctx, struct import *im, const struct probe_def *d, int64_t at, int64_t rtt_ns)
{
	struct probe_def slow = *d;
	struct sample s = {.time = {at},
	    .rtt_ns = rtt_ns,
	    .outcome = rtt_ns >= 0 ? OUTCOME_REPLY : OUTCOME_LOST};

	slow.max_gap_ns = MAX_GAP_NS;
	facts_put(ctx, im, &slow, &s);
}

static void
take_row(void *ctx, struct import *im, char *const *field)
{
	int64_t at, ms[4];
	double loss = 100;
	int answered;

	if (!take_head(im, field, &at, &ms[0]))
		return;
	for (int i = 1; i < 4; i++)
		if (!take_ms(im, FULL[UDP + i - 1].name, field[UDP + i - 1], &ms[i]))
			return;
	if (field[LOSS][0] != '\0' && strcmp(field[LOSS], "None") != 0 &&
	    (!facts_number(field[LOSS], &loss) || loss > 100)) {
		import_bad(im, "packet_loss: %.40s: not 0 to 100 percent", field[LOSS]);
		return;
	}
	answered = ms[0] < 0 ? 0 : PINGS - (int)(loss / 100 * PINGS + 0.5);
	struct probe_def ping = PROBES[0];
	for (int i = 0; i < PINGS; i++) {
		facts_name_nth(ping.name, PROBES[0].name, (unsigned)i + 1);
		put(ctx, im, &ping, at + i * NS_PER_S, i < answered ? ms[0] : -1);
	}
	for (int i = 1; i < 4; i++)
		put(ctx, im, &PROBES[i], at, ms[i]);
}

static void
take_first(void *ctx, struct import *im, char *const *field)
{
	int64_t at, ms;

	if (!take_head(im, field, &at, &ms))
		return;
	if (field[CONNECTED][0] == '0')
		ms = -1;
	else if (ms < 0) {
		import_bad(im, "ping_time: empty, but connected is 1");
		return;
	}
	put(ctx, im, &PROBES[0], at, ms);
}

static const struct csv_dialect DIALECTS[] = {
    {FULL, N_FULL, take_row, 0},
    {FULL, N_FIRST, take_first, 0},
};

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	return csv_choose(im, f, DIALECTS, 2, ctx);
}

const struct import_format IMPORT_MONITOR = FACTS_FORMAT("connection-monitor", read_file);
