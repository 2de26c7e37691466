/*
 * import speedtest: what people keep of their speed tests. Told by the header:
 *
 *   datetimestart,datetimestop,provider,server,…,ping,download,upload   ms, Mbit/s
 *   Server ID,Sponsor,Server Name,Timestamp,…,Ping,Download,Upload      ms, bit/s; what
 *       speedtest-cli --csv writes, which leaves the header out (8 or 10 fields); a
 *       Timestamp without an offset is UTC, as older versions wrote it
 *   timestamp,latency(ms)                                               a ping a row
 *   time,target,state,min,avg,max,mdev, or 7 fields without a header    a ping a row,
 *       state OK or FAILED
 *
 * and by its first line, a time alone (day/month/year or RFC 3339), what speedtest-cli
 * --simple prints below it: "Ping: 18.459 ms", "Download: 31.36 Mbits/s", "Upload: …".
 *
 * A test becomes one sample of probe ping (role internet) and one each of download and
 * upload (kind http, role throughput), all stamped when the test began. Only a rate is
 * kept by these programs: the sample has the bytes that rate carries in 10 s, and 10 s.
 * A test that failed ("Cannot …" below its time, both rates 0, or a ping of half an hour
 * and more, which is what speedtest-cli writes then) is lost; one direction at 0 is that
 * direction lost.
 */
#include "cmd/import_csv.h"
#include "cmd/import_facts.h"
#include "cmd/import_stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOMINAL_S      10
#define PING_FAILED_MS 1800000
#define RATE_MAX       1e12 /* bit/s */

enum {
	DOWN,
	UP
};

static const struct probe_def RATES[] = {
    [DOWN] = {.name = "download",
        .kind = KIND_HTTP,
        .role = ROLE_THROUGHPUT,
        .target = "speedtest"},
    [UP] = {.name = "upload",
        .kind = KIND_HTTP,
        .role = ROLE_THROUGHPUT,
        .target = "speedtest"},
};
static const struct probe_def PING = {.name = "ping", .target = "speedtest"};

struct test {
	int64_t at, ping_ns; /* -1: not said */
	double bps[2];
};

static bool
take_ping(struct import *im, const char *text, int64_t *out)
{
	if (facts_ms(text, out))
		return true;
	import_bad(im, "ping: %.40s: not milliseconds from 0 to a day", text);
	return false;
}

static bool
take_rate(struct import *im, const char *name, const char *text, double unit, double *out)
{
	double rate;

	if (facts_number(text, &rate) && rate * unit <= RATE_MAX) {
		*out = rate * unit;
		return true;
	}
	import_bad(im, "%s: %.40s: not a rate from 0 to 1 Tbit/s", name, text);
	return false;
}

static bool
take_time(struct import *im, const char *text, int64_t *out)
{
	const char *why;

	if (import_time_instant(&im->zone, text, out, &why))
		return true;
	import_bad(im, "%s", why);
	return false;
}

static void
put(void *ctx, struct import *im, const struct test *t)
{
	bool failed = t->ping_ns >= PING_FAILED_MS * NS_PER_MS ||
	              (t->bps[DOWN] <= 0 && t->bps[UP] <= 0);
	struct sample s = {.time = {t->at},
	    .rtt_ns = failed ? -1 : t->ping_ns,
	    .outcome = failed ? OUTCOME_LOST : OUTCOME_REPLY};

	if ((failed || t->ping_ns >= 0) && !facts_put(ctx, im, &PING, &s))
		return;
	for (int i = DOWN; i <= UP; i++) {
		double bytes = t->bps[i] / 8 * NOMINAL_S;
		bool lost = failed || bytes < 1;
		s.rtt_ns = lost ? -1 : NOMINAL_S * NS_PER_S;
		s.bytes = lost ? 0 : (uint64_t)(bytes + 0.5);
		s.outcome = lost ? OUTCOME_LOST : OUTCOME_REPLY;
		s.code = lost ? CODE_HTTP : CODE_NONE;
		facts_put(ctx, im, &RATES[i], &s);
	}
}

/* ---- with a header, or in the order of one ---- */

enum {
	STARTED,
	STOPPED,
	P_PING,
	P_DOWN,
	P_UP,
	N_PAIR
};
static const struct csv_column PAIR[N_PAIR] = {
    [STARTED] = {"datetimestart", true},
    [STOPPED] = {"datetimestop", false},
    [P_PING] = {"ping", true},
    [P_DOWN] = {"download", true},
    [P_UP] = {"upload", true},
};

static void
take_pair(void *ctx, struct import *im, char *const *field)
{
	struct test t;

	if (take_time(im, field[STARTED], &t.at) &&
	    take_ping(im, field[P_PING], &t.ping_ns) &&
	    take_rate(im, "download", field[P_DOWN], 1e6, &t.bps[DOWN]) &&
	    take_rate(im, "upload", field[P_UP], 1e6, &t.bps[UP]))
		put(ctx, im, &t);
}

enum {
	C_SERVER,
	C_SPONSOR,
	C_NAME,
	C_TIME,
	C_DISTANCE,
	C_PING,
	C_DOWN,
	C_UP,
	C_SHARE,
	C_ADDRESS,
	N_CLI
};
#define N_CLI_OLD (C_UP + 1)
static const struct csv_column CLI[N_CLI] = {
    [C_SERVER] = {"Server ID", false},
    [C_SPONSOR] = {"Sponsor", false},
    [C_NAME] = {"Server Name", false},
    [C_TIME] = {"Timestamp", true},
    [C_DISTANCE] = {"Distance", false},
    [C_PING] = {"Ping", true},
    [C_DOWN] = {"Download", true},
    [C_UP] = {"Upload", true},
    [C_SHARE] = {"Share", false},
    [C_ADDRESS] = {"IP Address", false},
};

/* Older versions leave out the Z. */
static bool
take_utc(struct import *im, const char *text, int64_t *out)
{
	char utc[64];

	if (strlen(text) >= 19 && text[4] == '-' &&
	    strspn(text + 19, ".0123456789") == strlen(text + 19) &&
	    strlen(text) < sizeof utc - 1) {
		snprintf(utc, sizeof utc, "%sZ", text);
		return take_time(im, utc, out);
	}
	return take_time(im, text, out);
}

static void
take_cli(void *ctx, struct import *im, char *const *field)
{
	struct test t;

	if (take_utc(im, field[C_TIME], &t.at) &&
	    take_ping(im, field[C_PING], &t.ping_ns) &&
	    take_rate(im, "Download", field[C_DOWN], 1, &t.bps[DOWN]) &&
	    take_rate(im, "Upload", field[C_UP], 1, &t.bps[UP]))
		put(ctx, im, &t);
}

enum {
	L_TIME,
	L_MS,
	N_LATENCY
};
static const struct csv_column LATENCY[N_LATENCY] = {
    [L_TIME] = {"timestamp", true},
    [L_MS] = {"latency(ms)", true},
};

static void
take_latency(void *ctx, struct import *im, char *const *field)
{
	struct probe_def d = {.name = "latency", .target = "latency"};
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST};

	if (!take_time(im, field[L_TIME], &s.time.ns))
		return;
	if (field[L_MS][0] != '\0') {
		if (!take_ping(im, field[L_MS], &s.rtt_ns))
			return;
		s.outcome = OUTCOME_REPLY;
	}
	facts_put(ctx, im, &d, &s);
}

enum {
	M_TIME,
	M_TARGET,
	M_STATE,
	M_MIN,
	M_MEAN,
	M_MAX,
	M_DEVIATION,
	N_MEAN
};
static const struct csv_column MEAN[N_MEAN] = {
    [M_TIME] = {"time", true},
    [M_TARGET] = {"target", true},
    [M_STATE] = {"state", true},
    [M_MIN] = {"min", true},
    [M_MEAN] = {"avg", true},
    [M_MAX] = {"max", true},
    [M_DEVIATION] = {"mdev", true},
};

static void
take_mean(void *ctx, struct import *im, char *const *field)
{
	struct probe_def d = {.kind = KIND_PING};
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST};
	bool ok = strcmp(field[M_STATE], "OK") == 0;

	if (!take_time(im, field[M_TIME], &s.time.ns))
		return;
	if (!ok && strcmp(field[M_STATE], "FAILED") != 0) {
		import_bad(im, "%.40s: not OK or FAILED", field[M_STATE]);
		return;
	}
	if (ok && !take_ping(im, field[M_MEAN], &s.rtt_ns))
		return;
	if (ok)
		s.outcome = OUTCOME_REPLY;
	facts_name(d.name, field[M_TARGET]);
	snprintf(d.target, sizeof d.target, "%s", field[M_TARGET]);
	d.role = facts_role(field[M_TARGET]);
	facts_put(ctx, im, &d, &s);
}

static const struct csv_dialect DIALECTS[] = {
    {PAIR, N_PAIR, take_pair, 0},
    {CLI, N_CLI, take_cli, N_CLI},
    {CLI, N_CLI_OLD, take_cli, N_CLI_OLD},
    {LATENCY, N_LATENCY, take_latency, 0},
    {MEAN, N_MEAN, take_mean, N_MEAN},
};

/* ---- a time, and what speedtest-cli --simple says below it ---- */

/* "26/11/2015 21:10" as "2015-11-26 21:10". */
static bool
day_first(const char *text, char *out, size_t room)
{
	const char *p;
	int64_t day = stream_number(text, &p), month, year;

	if (day < 0 || day > 31 || *p != '/')
		return false;
	month = stream_number(p + 1, &p);
	if (month < 0 || month > 12 || *p != '/')
		return false;
	year = stream_number(p + 1, &p);
	if (year < 1970 || year > 2100)
		return false;
	snprintf(out, room, "%04d-%02d-%02d%.40s", (int)year, (int)month, (int)day, p);
	return true;
}

static bool
simple_time(struct import *im, const char *text, int64_t *out, const char **why)
{
	char turned[64];

	if (day_first(text, turned, sizeof turned))
		text = turned;
	return import_time_instant(&im->zone, text, out, why);
}

/* "Download: 31.36 Mbits/s": the number, and its unit in bit/s. */
static bool
simple_rate(struct import *im, const char *name, char *value, double *out)
{
	static const struct {
		const char *name;
		double bps;
	} UNITS[] = {{"Mbits/s", 1e6}, {"Mbit/s", 1e6}, {"Mbytes/s", 8e6},
	    {"Mbyte/s", 8e6}, {"Kbits/s", 1e3}, {"Kbit/s", 1e3}};
	char *unit = strchr(value, ' ');

	for (size_t i = 0; unit != NULL && i < sizeof UNITS / sizeof UNITS[0]; i++) {
		if (strcmp(unit + 1, UNITS[i].name) != 0)
			continue;
		*unit = '\0';
		return take_rate(im, name, value, UNITS[i].bps, out);
	}
	import_bad(im, "%s: %.40s: not a number and Mbits/s", name, value);
	return false;
}

static bool
simple_ping(struct import *im, char *value, int64_t *out)
{
	char *unit = strstr(value, " ms");

	if (unit != NULL)
		*unit = '\0';
	return take_ping(im, value, out);
}

struct simple {
	struct test test;
	bool open;   /* a time came, its test is not put yet */
	bool spoilt; /* one of its lines was bad: no test */
	unsigned lines;
};

/* The test above is all there: what is not below its time has failed. */
static void
simple_close(void *ctx, struct import *im, struct simple *s)
{
	if (s->open && !s->spoilt)
		put(ctx, im, &s->test);
	s->open = false;
}

static void
simple_line(void *ctx, struct import *im, struct simple *s, char *text)
{
	const char *why = NULL;
	bool good = true;
	int64_t at;

	s->lines++;
	if (strncmp(text, "Ping: ", 6) == 0 && s->open)
		good = simple_ping(im, text + 6, &s->test.ping_ns);
	else if (strncmp(text, "Download: ", 10) == 0 && s->open)
		good = simple_rate(im, "Download", text + 10, &s->test.bps[DOWN]);
	else if (strncmp(text, "Upload: ", 8) == 0 && s->open)
		good = simple_rate(im, "Upload", text + 8, &s->test.bps[UP]);
	else if (simple_time(im, text, &at, &why)) {
		simple_close(ctx, im, s);
		*s = (struct simple){.test = {.at = at, .ping_ns = -1}, .open = true};
	} else if (text[0] >= '0' && text[0] <= '9') { /* a time that is none */
		import_bad(im, "%s", why);
		simple_close(ctx, im, s);
		*s = (struct simple){.open = true, .spoilt = true};
	} else if (!s->open || strncmp(text, "Cannot ", 7) != 0) {
		import_bad(im, "%.40s: not a time, Ping:, Download: or Upload:", text);
		good = false;
	}
	s->spoilt |= !good;
}

static int
simple_read(void *ctx, struct import *im, struct lines *l, char *text)
{
	struct simple s = {0};
	int got = 1;

	for (; got > 0; got = line_next(im, l, &text))
		if (text != NULL && line_trim(text)[0] != '\0')
			simple_line(ctx, im, &s, line_trim(text));
	if (s.open && !s.spoilt && s.lines < 3)
		import_bad(im, "the file ends before its last test does");
	else
		simple_close(ctx, im, &s);
	return got;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	struct lines l = {.file = f};
	char *text = NULL;
	int64_t at;
	const char *why;
	int got;

	do
		got = line_next(im, &l, &text);
	while (got > 0 && text != NULL && line_trim(text)[0] == '\0');
	int rc = got;
	if (got > 0 && text == NULL)
		rc = -EINVAL;
	else if (got > 0 && simple_time(im, line_trim(text), &at, &why))
		rc = simple_read(ctx, im, &l, text);
	else if (got >= 0)
		rc = csv_choose_from(im, &l, got > 0 ? text : NULL, DIALECTS,
		    sizeof DIALECTS / sizeof DIALECTS[0], ctx);
	line_done(im, &l);
	return rc;
}

const struct import_format IMPORT_SPEEDTEST = FACTS_FORMAT("speedtest", read_file);
