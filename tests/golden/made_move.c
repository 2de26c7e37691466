/*
 * made_move DATA [DAYS]: the journal of a centre in Berlin whose old line, "copper", is
 * measured beside the new one, "fibre", for 44 days or so many: two targets each, a probe
 * every half minute; counters of copper every 5 s with office hours in them; a test of
 * fibre's throughput every hour; a trace of each every day. Copper is dark for 40 min on
 * four mornings, fibre once for 2 min.
 */
#include "base/journal.h"
#include "tests/unit/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define BEGIN  (1775426400 * NS_PER_S) /* Monday 2026-04-06, midnight in Berlin */
#define DAYS   44
#define LINKS  2

static uint64_t seed = 88172645463325252u;

static int64_t
below(int64_t n)
{
	return (int64_t)(chance_xorshift(&seed) % (uint64_t)n);
}

static bool
is_dark(int link, int64_t at)
{
	int64_t day = at / DAY, of_day = at % DAY;

	if (link == 1)
		return day == 20 && of_day >= 15 * HOUR &&
		       of_day < 15 * HOUR + 2 * MINUTE;
	return day % 11 == 3 && of_day >= 9 * HOUR && of_day < 9 * HOUR + 40 * MINUTE;
}

static void
probe(struct journal_writer *w, int link, int number, uint64_t seq, int64_t at)
{
	bool lost = is_dark(link, at) || below(10000) < (link == 0 ? 40 : 3);
	int64_t rtt =
	    (link == 0 ? 24 : 8) * NS_PER_MS + below(link == 0 ? 12 : 3) * NS_PER_MS;
	struct sample s = {.probe = (uint32_t)number,
	    .seq = seq,
	    .sent = {BEGIN + at},
	    .rtt_ns = lost ? -1 : rtt,
	    .outcome = lost ? OUTCOME_LOST : OUTCOME_REPLY,
	    .code = lost ? CODE_TIMEOUT : CODE_NONE,
	    .stamp = lost ? STAMP_NONE : STAMP_KERNEL};

	journal_sample(w, &s);
}

/* Mbit/s at this time of the week. */
static int64_t
demand(int64_t at)
{
	int64_t day = at / DAY % 7, hour = at % DAY / HOUR;

	if (day >= 5)
		return 1 + below(3);
	if (hour >= 9 && hour < 17)
		return 25 + below(30);
	return hour >= 7 && hour < 20 ? 8 + below(6) : 2 + below(2);
}

static void
count(struct journal_writer *w, int link, struct counters *c, int64_t at)
{
	uint64_t bytes = is_dark(0, at) ? 0 : (uint64_t)demand(at) * 5 * 125000;

	c->link = (uint32_t)link;
	c->at.ns = BEGIN + at;
	c->rx_bytes += bytes;
	c->tx_bytes += bytes / 8;
	c->rx_packets += bytes / 1200;
	c->tx_packets += bytes / 2400;
	c->ifindex = 2;
	c->carrier = c->admin_up = true;
	journal_counters(w, c);
}

static void
throughput(struct journal_writer *w, int number, uint64_t seq, int64_t at)
{
	struct sample s = {.probe = (uint32_t)number,
	    .seq = seq,
	    .sent = {BEGIN + at},
	    .rtt_ns = 4 * NS_PER_S,
	    .bytes = (uint64_t)(205 + below(40)) * 500000,
	    .outcome = OUTCOME_REPLY,
	    .stamp = STAMP_USER};

	journal_sample(w, &s);
	struct throughput t = {.probe = (uint32_t)number,
	    .seq = seq,
	    .at = {BEGIN + at + NS_PER_S},
	    .streams = 4,
	    .warmup_ns = NS_PER_S,
	    .duration_ns = s.rtt_ns,
	    .total_ns = s.rtt_ns + NS_PER_S,
	    .bytes = s.bytes,
	    .ip_bytes = s.bytes + s.bytes / 28,
	    .total_bytes = s.bytes + s.bytes / 5,
	    .n_seconds = 5};
	for (uint32_t i = 0; i < t.n_seconds; i++)
		t.second[i] = i == 0 ? s.bytes / 5 : s.bytes / 4;
	journal_throughput(w, &t);
}

/* Copper's way is 9 hops long, fibre's 6; the ISP begins behind the router. */
static void
trace(struct journal_writer *w, int link, int64_t at)
{
	struct path p = {.link = (uint32_t)link,
	    .at = {BEGIN + at},
	    .until = {BEGIN + at + NS_PER_S},
	    .family = 4,
	    .target = {192, 0, 2, 1},
	    .isp_hop = 2,
	    .n_hops = link == 0 ? 9 : 6};

	for (uint8_t i = 0; i < p.n_hops; i++) {
		bool last = i + 1 == p.n_hops;
		p.hops[i] = (struct path_hop){.kind = last ? HOP_TARGET : HOP_ROUTER,
		    .from = {last ? 192 : 10, 0, last ? 2 : i, 1},
		    .rtt_ns = (i + 1) * NS_PER_MS,
		    .sent = 1};
	}
	journal_path(w, &p);
}

static int
declare(struct journal_writer *w, int links[LINKS], int probes[LINKS][2], int *test)
{
	static const char *const NAMES[LINKS] = {"copper", "fibre"};
	static const char *const ISPS[LINKS] = {"Altnetz GmbH", "Neunetz AG"};
	static const uint64_t DOWN[LINKS] = {50000000, 250000000};

	for (int i = 0; i < LINKS; i++) {
		struct link_def l = {
		    .capacity_down_bps = DOWN[i], .capacity_up_bps = DOWN[i] / 5};
		strcpy(l.centre, "mitte");
		strcpy(l.centre_name, "Bürohaus Mitte");
		strcpy(l.timezone, "Europe/Berlin");
		strcpy(l.link, NAMES[i]);
		strcpy(l.isp, ISPS[i]);
		strcpy(l.interface, i == 0 ? "eth1" : "eth2");
		strcpy(l.medium, "ethernet");
		strcpy(l.cpe_owner, "isp");
		links[i] = journal_link(w, &l);
		struct probe_def p = {.kind = KIND_PING,
		    .role = ROLE_INTERNET,
		    .family = 4,
		    .every_ns = 30 * NS_PER_S,
		    .timeout_ns = 3 * NS_PER_S};
		strcpy(p.centre, "mitte");
		strcpy(p.link, NAMES[i]);
		for (int k = 0; k < 2; k++) {
			snprintf(p.name, sizeof p.name, "target-%d", k + 1);
			snprintf(p.target, sizeof p.target, "192.0.%d.1", 2 * k + 2);
			snprintf(p.network, sizeof p.network, "net-%d", k + 1);
			probes[i][k] = journal_probe(w, &p);
			if (links[i] < 0 || probes[i][k] < 0)
				return -1;
		}
	}
	struct probe_def t = {.kind = KIND_HTTP,
	    .role = ROLE_THROUGHPUT,
	    .family = 4,
	    .every_ns = HOUR,
	    .timeout_ns = 30 * NS_PER_S,
	    .centre = "mitte",
	    .link = "fibre",
	    .name = "download",
	    .target = "http://192.0.2.1/100M"};
	*test = journal_probe(w, &t);
	return *test;
}

int
main(int argc, char **argv)
{
	struct journal_writer *w;
	char err[256];
	int links[LINKS], probes[LINKS][2], test;
	struct counters c = {0};
	uint64_t seq = 0, tests = 0;
	int64_t days = argc == 3 ? strtoll(argv[2], NULL, 10) : DAYS;

	if (argc < 2 || argc > 3 || days < 1 ||
	    journal_open(&w, argv[1], "made 1", err, sizeof err) < 0) {
		fprintf(stderr, "made_move: %s\n",
		    argc != 2 && argc != 3 ? "name a folder" : err);
		return 1;
	}
	journal_import(w);
	if (declare(w, links, probes, &test) < 0)
		return 1;
	for (int64_t at = 0; at < days * DAY; at += 5 * NS_PER_S) {
		count(w, links[0], &c, at);
		if (at % (30 * NS_PER_S) == 0) {
			seq++;
			for (int i = 0; i < LINKS; i++)
				for (int k = 0; k < 2; k++)
					probe(w, i, probes[i][k], seq, at + k * NS_PER_S);
		}
		for (int i = 0; i < LINKS && at % DAY == 3 * HOUR; i++)
			trace(w, links[i], at);
		if (at % HOUR == 1800 * NS_PER_S)
			throughput(w, test, ++tests, at);
		if (at % MINUTE == 0 && journal_sync(w, (mono_t){BEGIN + at}) < 0)
			return 1;
	}
	return journal_close(w, true) < 0;
}
