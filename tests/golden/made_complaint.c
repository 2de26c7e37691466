/*
 * made_complaint DATA: the journal of a year at a centre in Berlin, one link with all
 * that a complaint can rest on: three targets, a router, name servers of the ISP and
 * public ones, tests of throughput that are slow in the evening, counters of the first
 * weeks, the collector's own account, a gap and a change of configuration. 200 outages.
 */
#include "base/exactness.h"
#include "base/journal.h"
#include "tests/unit/chance.h"

#include <stdio.h>
#include <string.h>

#define MINUTE   (60 * NS_PER_S)
#define HOUR     (60 * MINUTE)
#define DAY      (24 * HOUR)
#define BEGIN    (1735686000 * NS_PER_S) /* 2025-01-01, midnight in Berlin */
#define DAYS     365
#define OUTAGES  200
#define COUNTERS 14 /* days */
#define GAP_DAY  100

enum {
	ONE,
	TWO,
	WEB,
	ROUTER,
	ISP_DNS,
	OPEN_DNS,
	DOWNLOAD,
	UPLOAD,
	PROBES
};

static uint64_t seed = 88172645463325252u;
static uint64_t seqs[PROBES];

static int64_t
below(int64_t n)
{
	return (int64_t)(chance_xorshift(&seed) % (uint64_t)n);
}

/* An outage each 43.8 h, of 6 to 30 min; of one in nine the router is dark too. */
static bool
is_dark(int64_t at, bool *router)
{
	int64_t each = DAYS * DAY / OUTAGES, n = at / each, in = at % each;

	*router = n % 9 == 4;
	return in >= 11 * HOUR && in < 11 * HOUR + (6 + n * 7 % 25) * MINUTE;
}

static int64_t
hour_of(int64_t at)
{
	return at % DAY / HOUR;
}

static void
put(struct journal_writer *w, const int *numbers, int probe, int64_t at, bool lost,
    int64_t rtt, enum code code, uint64_t bytes)
{
	struct sample s = {.probe = (uint32_t)numbers[probe],
	    .seq = ++seqs[probe],
	    .sent = {BEGIN + at},
	    .rtt_ns = lost ? -1 : rtt,
	    .bytes = bytes,
	    .outcome = lost ? OUTCOME_LOST : OUTCOME_REPLY,
	    .code = lost ? CODE_TIMEOUT : code,
	    .stamp = lost ? STAMP_NONE : STAMP_KERNEL};

	journal_sample(w, &s);
}

static void
voters(struct journal_writer *w, const int *numbers, int64_t at)
{
	int64_t hour = hour_of(at), busy = hour >= 18 && hour < 23 ? 6 : 1;
	bool router, dark = is_dark(at, &router);

	for (int i = ONE; i <= WEB; i++)
		put(w, numbers, i, at + i * NS_PER_S, dark || below(4000) < busy,
		    (11 + i) * NS_PER_MS + below(2 * busy * NS_PER_MS), CODE_NONE, 0);
	put(w, numbers, ROUTER, at + 4 * NS_PER_S, dark && router, 600 * NS_PER_US,
	    CODE_NONE, 0);
}

static void
names(struct journal_writer *w, const int *numbers, int64_t at)
{
	bool router, dark = is_dark(at, &router);
	/* an hour on the 20th day of each month the ISP's servers do not answer */
	bool dead = at / DAY % 30 == 20 && hour_of(at) == 10;
	enum code code = below(2000) == 0 ? CODE_RCODE : CODE_NONE;

	put(w, numbers, ISP_DNS, at + 7 * NS_PER_S, dark || dead || below(3000) == 0,
	    9 * NS_PER_MS + below(6 * NS_PER_MS), code, 0);
	put(w, numbers, OPEN_DNS, at + 8 * NS_PER_S, dark || below(5000) == 0,
	    14 * NS_PER_MS + below(4 * NS_PER_MS), CODE_NONE, 0);
}

static void
test(struct journal_writer *w, const int *numbers, int64_t at, bool up)
{
	int64_t hour = hour_of(at), top = up ? 40 : 250;
	bool router, dark = is_dark(at, &router), busy = hour >= 19 && hour < 23;
	int64_t mbit = busy ? top * (35 + below(35)) / 100 : top * (88 + below(12)) / 100;

	put(w, numbers, up ? UPLOAD : DOWNLOAD, at + 9 * NS_PER_S, dark, 4 * NS_PER_S,
	    CODE_NONE, (uint64_t)mbit * 500000);
}

static void
count(struct journal_writer *w, int link, struct counters *c, int64_t at)
{
	int64_t hour = hour_of(at);
	int64_t mbit = hour >= 10 && hour < 16 ? 120 + below(110) : 2 + below(10);

	c->link = (uint32_t)link;
	c->at.ns = BEGIN + at;
	c->rx_bytes += (uint64_t)mbit * 5 * 125000;
	c->tx_bytes += (uint64_t)mbit * 5 * 12500;
	c->ifindex = 2;
	c->carrier = c->admin_up = true;
	journal_counters(w, c);
}

static void
account(struct journal_writer *w, int64_t at)
{
	struct event e = {.kind = EVENT_NOTE, .link = -1, .at = {BEGIN + at}};
	struct exactness x = {.sent = 3600,
	    .kernel = 3590,
	    .user = 4,
	    .dropped = at / DAY == 77,
	    .doubted = at / DAY == 77,
	    .delay_p50 = 40 + (uint64_t)below(20),
	    .delay_p99 = 300 + (uint64_t)below(200),
	    .delay_most = 900 + (uint64_t)below(4000),
	    .clock_bound = 200 + (uint64_t)below(900) + (at / DAY % 60 == 9 ? 24000 : 0)};

	e.until = e.at;
	exactness_print(&x, e.text, sizeof e.text);
	journal_event(w, &e);
}

static void
tell(struct journal_writer *w, enum event_kind kind, int64_t at, int64_t until,
    const char *text)
{
	struct event e = {
	    .kind = kind, .link = -1, .at = {BEGIN + at}, .until = {BEGIN + until}};

	snprintf(e.text, sizeof e.text, "%s", text);
	journal_event(w, &e);
}

static int
declare(struct journal_writer *w, int numbers[PROBES])
{
	static const struct {
		const char *name, *target;
		enum kind kind;
		enum role role;
		int64_t every_s;
	} LIST[PROBES] = {{"one", "192.0.2.1", KIND_PING, ROLE_INTERNET, 60},
	    {"two", "198.51.100.1", KIND_PING, ROLE_INTERNET, 60},
	    {"web", "203.0.113.9:443", KIND_TCP, ROLE_INTERNET, 60},
	    {"router", "10.0.0.1", KIND_PING, ROLE_GATEWAY, 60},
	    {"isp-dns", "203.0.113.53", KIND_DNS, ROLE_ISP, 30},
	    {"open-dns", "9.9.9.9", KIND_DNS, ROLE_INTERNET, 30},
	    {"download", "https://speed.example/", KIND_HTTP, ROLE_THROUGHPUT, 21600},
	    {"upload", "https://speed.example/up", KIND_HTTP, ROLE_THROUGHPUT, 43200}};
	struct link_def l = {.capacity_down_bps = 250000000, .capacity_up_bps = 40000000};

	strcpy(l.centre, "mitte");
	strcpy(l.centre_name, "Bürohaus Mitte");
	strcpy(l.timezone, "Europe/Berlin");
	strcpy(l.link, "fibre");
	strcpy(l.isp, "Altnetz GmbH");
	strcpy(l.interface, "eth1");
	strcpy(l.medium, "ethernet");
	strcpy(l.cpe_owner, "customer");
	int link = journal_link(w, &l);
	for (int i = 0; i < PROBES; i++) {
		struct probe_def p = {.kind = LIST[i].kind,
		    .role = LIST[i].role,
		    .family = 4,
		    .every_ns = LIST[i].every_s * NS_PER_S,
		    .timeout_ns = 3 * NS_PER_S};
		strcpy(p.centre, "mitte");
		strcpy(p.link, "fibre");
		strcpy(p.name, LIST[i].name);
		strcpy(p.target, LIST[i].target);
		snprintf(p.network, sizeof p.network, "net-%d", i);
		numbers[i] = journal_probe(w, &p);
	}
	return link;
}

int
main(int argc, char **argv)
{
	struct journal_writer *w;
	struct counters c = {0};
	struct clock_state clock = {.synchronised = true, .bound_ns = 4 * NS_PER_MS};
	int numbers[PROBES];
	char err[256];

	if (argc != 2 || journal_open(&w, argv[1], "made 1", err, sizeof err) < 0) {
		fprintf(stderr, "made_complaint DATA: %s\n", argc == 2 ? err : "where?");
		return 1;
	}
	journal_import(w);
	journal_clock(w, &clock);
	int link = declare(w, numbers);
	tell(w, EVENT_RELOAD, 0, 0,
	    "5f2c2b7b4d8f0a61e3cf3b5a09f18e1f51f9d0a4a7c7a4c8a1d0e7b1c2d3e4f5");
	for (int64_t at = 0; at < DAYS * DAY; at += 5 * NS_PER_S) {
		bool gap = at / DAY == GAP_DAY && hour_of(at) < 6;
		if (at == GAP_DAY * DAY)
			tell(w, EVENT_GAP, at, at + 6 * HOUR, "disk full");
		if (at == 200 * DAY)
			tell(w, EVENT_RELOAD, at, at,
			    "9a1c2b7b4d8f0a61e3cf3b5a09f18e1f51f9d0a4a7c7a4c8a1d0e7b1c2d3e4f5");
		if (gap)
			continue;
		if (at < COUNTERS * DAY)
			count(w, link, &c, at);
		if (at % MINUTE == 0)
			voters(w, numbers, at);
		if (at % (30 * NS_PER_S) == 0)
			names(w, numbers, at);
		if (at % HOUR == 0)
			account(w, at);
		/* each day at another hour */
		if (at % (6 * HOUR) == at / DAY % 6 * HOUR)
			test(w, numbers, at, false);
		if (at % (12 * HOUR) == at / DAY % 12 * HOUR)
			test(w, numbers, at, true);
		if (at % (10 * MINUTE) == 0)
			journal_sync(w, (mono_t){BEGIN + at});
	}
	return journal_close(w, true) < 0;
}
