/*
 * import netmon: the three files a netmon session writes.
 *
 * latency.csv  timestamp,target,ip,status,rtt_ms: one ping a row; target gateway has the
 *              role gateway, all others internet. ok is a reply, LOSS is lost. A STOPPED
 *              row says that the monitor ended: it gives no sample, and what follows is
 *              unknown until the next row.
 * reach.csv    timestamp,dns_ms,tcp_ms,tls_ms,http_code,status: one try a row to fetch
 *              https://google.com/generate_204, which becomes three samples with one
 *              stamp: dns (the name's resolution), tcp (the connect to port 443) and web
 *              (kind http; its time is that of the TLS handshake). A time that is empty
 *              is a step that did not succeed, lost.
 *              While a try waits for its timeouts the pings wait too: pings that are up
 * to 20 s apart are together. speed.csv    timestamp,down_mbps,bytes,seconds,http_code: a
 * download, kind http, role throughput; bytes and seconds as they stand there. Without
 * bytes, or with a status other than 2xx, it failed: lost.
 */
#include "cmd/import_csv.h"
#include "cmd/import_facts.h"

#include <string.h>

#define MAX_GAP_NS (20 * NS_PER_S)

enum {
	STAMP,
	TARGET,
	IP,
	STATUS,
	RTT,
	N_LATENCY
};

enum {
	DNS = STAMP + 1,
	TCP,
	TLS,
	CODE,
	N_REACH
};

enum {
	BYTES = STAMP + 1,
	SECONDS,
	ANSWER,
	N_SPEED
};

static const struct csv_column LATENCY[N_LATENCY] = {
    [STAMP] = {"timestamp", true},
    [TARGET] = {"target", true},
    [IP] = {"ip", true},
    [STATUS] = {"status", true},
    [RTT] = {"rtt_ms", true},
};

static const struct csv_column REACH[N_REACH] = {
    [STAMP] = {"timestamp", true},
    [DNS] = {"dns_ms", true},
    [TCP] = {"tcp_ms", true},
    [TLS] = {"tls_ms", true},
    [CODE] = {"http_code", true},
};

static const struct csv_column SPEED[N_SPEED] = {
    [STAMP] = {"timestamp", true},
    [BYTES] = {"bytes", true},
    [SECONDS] = {"seconds", true},
    [ANSWER] = {"http_code", true},
};

static bool
take_time(struct import *im, const char *text, struct sample *s)
{
	const char *why;

	if (import_time_instant(&im->zone, text, &s->time.ns, &why))
		return true;
	import_bad(im, "%s", why);
	return false;
}

/* "204" and its like: the transfer was answered as it should. */
static bool
is_success(const char *code)
{
	return code[0] == '2' && strlen(code) == 3;
}

static void
take_latency(void *ctx, struct import *im, char *const *field)
{
	struct probe_def d = {.kind = KIND_PING, .max_gap_ns = MAX_GAP_NS};
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST};
	bool ok = strcmp(field[STATUS], "ok") == 0;

	if (!take_time(im, field[STAMP], &s))
		return;
	if (strcmp(field[STATUS], "STOPPED") == 0)
		return;
	if (!ok && strcmp(field[STATUS], "LOSS") != 0) {
		import_bad(im, "status: %.40s: not ok, LOSS or STOPPED", field[STATUS]);
		return;
	}
	if (ok && !facts_ms(field[RTT], &s.rtt_ns)) {
		import_bad(
		    im, "rtt_ms: %.40s: not milliseconds from 0 to a day", field[RTT]);
		return;
	}
	if (strlen(field[IP]) >= 64) {
		import_bad(im, "ip: %.40s...: not an address", field[IP]);
		return;
	}
	if (ok)
		s.outcome = OUTCOME_REPLY;
	facts_name(d.name, field[TARGET]);
	strcpy(d.target, field[IP]);
	d.role = strcmp(field[TARGET], "gateway") == 0 ? ROLE_GATEWAY : ROLE_INTERNET;
	facts_put(ctx, im, &d, &s);
}

static void
take_reach(void *ctx, struct import *im, char *const *field)
{
	static const struct probe_def STEPS[] = {
	    {.name = "dns", .kind = KIND_DNS, .target = "resolver"},
	    {.name = "tcp", .kind = KIND_TCP, .target = "google.com:443"},
	    {.name = "web",
	        .kind = KIND_HTTP,
	        .target = "https://google.com/generate_204"},
	};
	struct sample s[3];

	for (int i = 0; i < 3; i++) {
		const char *ms = field[DNS + i];
		s[i] = (struct sample){.rtt_ns = -1, .outcome = OUTCOME_LOST};
		if (ms[0] != '\0' && !facts_ms(ms, &s[i].rtt_ns)) {
			import_bad(
			    im, "%s: %.40s: not milliseconds", REACH[DNS + i].name, ms);
			return;
		}
		if (s[i].rtt_ns >= 0)
			s[i].outcome = OUTCOME_REPLY;
	}
	if (!is_success(field[CODE])) {
		s[2].rtt_ns = -1;
		s[2].outcome = OUTCOME_LOST;
		s[2].code = CODE_HTTP;
	}
	if (!take_time(im, field[STAMP], &s[0]))
		return;
	for (int i = 0; i < 3; i++) {
		s[i].time = s[0].time;
		facts_put(ctx, im, &STEPS[i], &s[i]);
	}
}

static void
take_speed(void *ctx, struct import *im, char *const *field)
{
	static const struct probe_def DOWN = {.name = "download",
	    .kind = KIND_HTTP,
	    .role = ROLE_THROUGHPUT,
	    .target = "download"};
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST, .code = CODE_HTTP};
	double bytes = 0, seconds;

	if (!take_time(im, field[STAMP], &s))
		return;
	if (field[BYTES][0] != '\0' && !facts_number(field[BYTES], &bytes)) {
		import_bad(im, "bytes: %.40s: not a number of bytes", field[BYTES]);
		return;
	}
	if (!facts_number(field[SECONDS], &seconds) || seconds > 86400) {
		import_bad(
		    im, "seconds: %.40s: not seconds from 0 to a day", field[SECONDS]);
		return;
	}
	if (bytes > 0 && seconds > 0 && is_success(field[ANSWER])) {
		s.outcome = OUTCOME_REPLY;
		s.code = CODE_NONE;
		s.bytes = (uint64_t)bytes;
		s.rtt_ns = (int64_t)(seconds * (double)NS_PER_S + 0.5);
	}
	facts_put(ctx, im, &DOWN, &s);
}

static const struct csv_dialect DIALECTS[] = {
    {LATENCY, N_LATENCY, take_latency, 0},
    {REACH, N_REACH, take_reach, 0},
    {SPEED, N_SPEED, take_speed, 0},
};

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	return csv_choose(im, f, DIALECTS, sizeof DIALECTS / sizeof DIALECTS[0], ctx);
}

const struct import_format IMPORT_NETMON = FACTS_FORMAT("netmon", read_file);
