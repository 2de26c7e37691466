/*
 * From a journal to what is printed. The journal is made here, so that its truth is
 * known: the outputs are compared byte by byte with tests/golden, where LW_GOLDEN=write
 * makes them anew, and its sums are checked by themselves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/journal.h"
#include "cmd/gather.h"
#include "tests/golden/made_results.h"
#include "tests/unit/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBES 5
#define UTC(h, m, s)                                                                     \
	(1761436800 * NS_PER_S + ((h)*3600LL + (m)*60LL) * NS_PER_S + (int64_t)((s)*1e9))

/* 2025-10-26 in London: the clocks go back at 01:00 UTC. */
#define BEGIN UTC(0, 30, 0)
#define END   UTC(2, 20, 0)

static char dir[64], data[80], days[80], words[4096];

int
complain(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	return status;
}

/* ---- the journal ---- */

static const struct fault {
	int link;
	int64_t from_ns, to_ns;
	bool gateway; /* it is silent as well */
} FAULTS[] = {
    {0, UTC(0, 58, 30.25), UTC(1, 2, 10.75), false}, /* while the clocks go back */
    {0, UTC(1, 20, 0.1), UTC(1, 20, 2.0), false},    /* too short to be certain of */
    {1, UTC(2, 15, 0.6), INT64_MAX, false},          /* not over at the end */
};

/* Nothing was sent. */
#define GAP_FROM UTC(1, 30, 0)
#define GAP_TO   UTC(1, 30, 40)

static bool
is_dark(int link, int64_t at_ns)
{
	for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++)
		if (FAULTS[i].link == link && at_ns >= FAULTS[i].from_ns &&
		    at_ns < FAULTS[i].to_ns)
			return true;
	return false;
}

static void
write_links(struct journal_writer *w, int probes[2][PROBES])
{
	static const char *const NAMES[] = {"fibre", "lte"};
	static const char *const OF[] = {"gateway", "one", "two", "three", "four"};

	for (int l = 0; l < 2; l++) {
		struct link_def link = {.centre = "victoria",
		    .centre_name = "Victoria Business Centre",
		    .timezone = "Europe/London",
		    .medium = "ethernet",
		    .cpe_owner = "isp"};
		strcpy(link.link, NAMES[l]);
		strcpy(link.isp, l == 0 ? "Example Fibre, \"fast\" Ltd" : "Mobile plc");
		strcpy(link.contract, l == 0 ? "fibre-2026" : "");
		assert_true(journal_link(w, &link) >= 0);
		for (int i = 0; i < PROBES; i++) {
			struct probe_def p = {.centre = "victoria",
			    .kind = i == 4 ? KIND_TCP : KIND_PING,
			    .role = i == 0 ? ROLE_GATEWAY : ROLE_INTERNET,
			    .family = 4,
			    .every_ns = NS_PER_S,
			    .timeout_ns = 3 * NS_PER_S};
			strcpy(p.link, NAMES[l]);
			strcpy(p.name, OF[i]);
			snprintf(p.target, sizeof p.target, "192.0.2.%d", i + 1);
			snprintf(p.network, sizeof p.network, "AS6450%d", i);
			probes[l][i] = journal_probe(w, &p);
			assert_true(probes[l][i] >= 0);
		}
	}
}

static void
write_samples(struct journal_writer *w, int probes[2][PROBES])
{
	uint64_t seq = 0, x = 1;

	for (int64_t second = BEGIN; second < END; second += NS_PER_S) {
		seq++;
		for (int l = 0; l < 2; l++) {
			for (int i = 0; i < PROBES; i++) {
				int64_t at = second + (i * 190 + l * 37) * NS_PER_MS;
				bool lost = is_dark(l, at) && i > 0;
				if (at >= GAP_FROM && at < GAP_TO)
					continue;
				x = x * 6364136223846793005u + 1442695040888963407u;
				int64_t rtt = (i == 0 ? 1 : 12 + 20 * l) * NS_PER_MS +
				              (int64_t)(x >> 44);
				struct sample s = {.probe = (uint32_t)probes[l][i],
				    .seq = seq,
				    .sent = {at},
				    .rtt_ns = lost ? -1 : rtt,
				    .outcome = lost ? OUTCOME_LOST : OUTCOME_REPLY,
				    .code = lost ? CODE_TIMEOUT : CODE_NONE,
				    .stamp = lost ? STAMP_NONE : STAMP_IMPORT};
				journal_sample(w, &s);
			}
		}
		assert_int_equal(journal_sync(w, (mono_t){second}), 0);
	}
}

/* The ids of outages depend on whose journal it is. */
static void
write_agent(const char *to)
{
	char path[128];

	snprintf(path, sizeof path, "%s/journal", to);
	assert_int_equal(mkdir(to, 0755), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/agent");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", f);
	assert_int_equal(fclose(f), 0);
}

static struct journal_writer *
writer_of(const char *to)
{
	struct journal_writer *w;
	struct clock_state clock = {.synchronised = true};
	char err[256] = "";

	write_agent(to);
	if (journal_open(&w, to, "made", err, sizeof err) < 0)
		fail_msg("%s", err);
	journal_import(w);
	journal_clock(w, &clock);
	return w;
}

/* Five days, a sample of each target every half minute; sixty hours of them dark. */
#define LONG_FROM UTC(24, 0, 0)
#define LONG_TO   UTC(84, 0, 0)

static void
write_days(struct journal_writer *w)
{
	struct link_def link = {.centre = "site", .link = "slow", .timezone = "UTC"};
	struct probe_def p = {.centre = "site",
	    .link = "slow",
	    .kind = KIND_PING,
	    .family = 4,
	    .every_ns = 30 * NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S};
	uint32_t probes[4];
	uint64_t seq = 0;

	journal_link(w, &link);
	for (int i = 0; i < 4; i++) {
		snprintf(p.name, sizeof p.name, "p%d", i);
		snprintf(p.network, sizeof p.network, "net-%d", i);
		probes[i] = (uint32_t)journal_probe(w, &p);
	}
	for (int64_t at = UTC(0, 0, 0); at < UTC(120, 0, 0); at += 30 * NS_PER_S, seq++) {
		for (int i = 0; i < 4; i++) {
			int64_t sent = at + i * 7 * NS_PER_S;
			bool lost = sent >= LONG_FROM && sent < LONG_TO;
			struct sample s = {.probe = probes[i],
			    .seq = seq + 1,
			    .sent = {sent},
			    .rtt_ns = lost ? -1 : 20 * NS_PER_MS,
			    .outcome = lost ? OUTCOME_LOST : OUTCOME_REPLY};
			journal_sample(w, &s);
		}
		assert_int_equal(journal_sync(w, (mono_t){at}), 0);
	}
}

static int
setup(void **state)
{
	struct journal_writer *w;
	int probes[2][PROBES];

	(void)state;
	if (scratch_make(dir, sizeof dir, "results") != 0)
		return -1;
	snprintf(data, sizeof data, "%s/data", dir);
	snprintf(days, sizeof days, "%s/days", dir);
	w = writer_of(data);
	write_links(w, probes);
	write_samples(w, probes);
	if (journal_close(w, true) != 0)
		return -1;
	w = writer_of(days);
	write_days(w);
	return journal_close(w, true);
}

static void
remove_data(const char *of)
{
	char path[512];

	snprintf(path, sizeof path, "%s/journal", of);
	DIR *d = opendir(path);
	struct dirent *e;
	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof path, "%s/journal/%.200s", of, e->d_name);
		unlink(path);
	}
	if (d != NULL)
		closedir(d);
	snprintf(path, sizeof path, "%s/journal", of);
	rmdir(path);
	rmdir(of);
}

static int
teardown(void **state)
{
	(void)state;
	remove_data(data);
	remove_data(days);
	return rmdir(dir);
}

/* ---- what is asked for ---- */

static struct settings *
settings_of(const char *contract)
{
	struct settings *s;
	char text[2048], err[512];

	snprintf(text, sizeof text,
	    "data-dir = \"%s\"\n"
	    "centre victoria { name = \"Victoria Business Centre\" timezone = \"Europe/London\"\n"
	    "link fibre { isp = \"Example\" contract = \"fibre-2026\" interface = \"lo\" } }\n"
	    "contract fibre-2026 { reference = \"Order 4711, Schedule 3\" %s }\n",
	    data, contract);
	if (settings_parse(&s, "made.conf", text, strlen(text), err, sizeof err) < 0)
		fail_msg("%s", err);
	return s;
}

static struct gathered *
gathered_of(struct options *o, unsigned what)
{
	struct gathered *g = NULL;

	if (o->data_dir[0] == '\0')
		strcpy(o->data_dir, data);
	words[0] = '\0';
	if (gather(&g, o, what) != 0)
		fail_msg("%s", words);
	return g;
}

/* ---- golden files ---- */

static char *
read_all(FILE *f, size_t *n)
{
	char *text = malloc(1 << 20);

	rewind(f);
	*n = fread(text, 1, (1 << 20) - 1, f);
	text[*n] = '\0';
	return text;
}

static void
compare(const char *name, FILE *made)
{
	const char *top = getenv("LW_TOP"), *mode = getenv("LW_GOLDEN");
	char path[1024];
	size_t n, n_golden = 0;
	char *text = read_all(made, &n), *golden = NULL;

	fclose(made);
	snprintf(path, sizeof path, "%s/tests/golden/%s", top != NULL ? top : ".", name);
	bool write = mode != NULL && strcmp(mode, "write") == 0;
	FILE *f = fopen(path, write ? "w+" : "r");
	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	if (write)
		assert_int_equal(fwrite(text, 1, n, f), n);
	golden = read_all(f, &n_golden);
	fclose(f);
	size_t at = 0, line = 1;
	while (at < n && at < n_golden && text[at] == golden[at])
		line += text[at++] == '\n';
	if (at != n || at != n_golden)
		fail_msg("%s:%zu: is not what was made: %.80s", path, line, text + at);
	free(text);
	free(golden);
}

/* When it was made and the chain's hash are not of the results. */
static void
compare_json(const char *name, json_t *j)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	json_object_set_new(j, "generated", json_string("GENERATED"));
	json_object_set_new(json_object_get(j, "journal"), "root", json_string("ROOT"));
	json_object_set_new(j, "software", json_string("SOFTWARE"));
	assert_int_equal(json_print(j, f), 0);
	json_decref(j);
	compare(name, f);
}

static void
test_golden_outages(void **state)
{
	struct options o = {0};
	struct gathered *g = gathered_of(&o, GATHER_OUTAGES);

	(void)state;
	compare_json("outages.json", results_outages_json(gathered_results(g)));
	FILE *f = tmpfile();
	results_outages_csv(gathered_results(g), f);
	compare("outages.csv", f);
	f = tmpfile();
	results_outages_text(gathered_results(g), f);
	compare("outages.txt", f);
	gathered_free(g);
}

static void
test_golden_sla(void **state)
{
	struct options o = {.from = "2025-10-26T01:40:00+01:00",
	    .to = "2025-10-26T02:00:00+00:00",
	    .settings = settings_of("availability = \"99.95%\" profile = \"event\"")};
	struct gathered *g = gathered_of(&o, GATHER_VERDICTS);

	(void)state;
	compare_json("sla.json", results_sla_json(gathered_results(g)));
	FILE *f = tmpfile();
	results_sla_text(gathered_results(g), f);
	compare("sla.txt", f);
	gathered_free(g);
	o.profile = "ses-10-10";
	g = gathered_of(&o, GATHER_VERDICTS);
	compare_json("sla-ses.json", results_sla_json(gathered_results(g)));
	gathered_free(g);
	settings_free(o.settings);
}

/* ---- by themselves ---- */

/* What is printed for an instant, in microseconds. */
static int64_t
instant_us(const json_t *j)
{
	const char *text = json_string_value(j);
	int y, mo, d, h, mi, s, us;
	int64_t ns;

	assert_non_null(text);
	assert_int_equal(
	    sscanf(text, "%d-%d-%dT%d:%d:%d.%6dZ", &y, &mo, &d, &h, &mi, &s, &us), 7);
	assert_true(instant_of_local("UTC", y, mo, d, h, mi, s, &ns));
	return ns / NS_PER_US + us;
}

static int64_t
seconds_us(const json_t *o, const char *key)
{
	const json_t *j = json_object_get(o, key);

	assert_true(json_is_real(j));
	double us = json_real_value(j) * 1e6;
	return (int64_t)(us + (us < 0 ? -0.5 : 0.5));
}

static void
test_edges_are_within_their_bounds(void **state)
{
	struct options o = {0};
	struct gathered *g = gathered_of(&o, GATHER_OUTAGES);
	const struct results *r = gathered_results(g);

	(void)state;
	assert_int_equal(r->n_links, 2);
	const struct link_result *fibre = r->links[0].result, *lte = r->links[1].result;
	assert_int_equal(fibre->n_outages, 1);
	assert_int_equal(fibre->n_micro, 1);
	assert_int_equal(lte->n_outages, 1);
	assert_int_equal(lte->n_micro, 0);
	const struct outage *found[] = {
	    &fibre->outages[0], &fibre->micro[0], &lte->outages[0]};
	for (size_t i = 0; i < 3; i++) {
		assert_in_range(llabs(found[i]->start_ns - FAULTS[i].from_ns), 0,
		    found[i]->start_bound_ns);
		if (i < 2)
			assert_in_range(llabs(found[i]->end_ns - FAULTS[i].to_ns), 0,
			    found[i]->end_bound_ns);
		assert_in_range(found[i]->start_bound_ns, 1, 1300 * NS_PER_MS);
		assert_int_equal(found[i]->open, i == 2);
	}
	gathered_free(g);
}

static void
test_sums_hold_in_what_is_printed(void **state)
{
	struct options o = {.settings = settings_of("availability = \"99.9%\"")};
	static const char *const KEYS[] = {"excluded_s", "unknown_s", "down_s", "up_s"};
	static const char *const CLASSES[] = {"excluded", "unknown", "down", "up"};
	struct gathered *g = gathered_of(&o, GATHER_VERDICTS);
	json_t *j = results_sla_json(gathered_results(g));
	size_t i, k;
	json_t *v, *in;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(j, "verdicts")), 2);
	json_array_foreach(json_object_get(j, "verdicts"), i, v)
	{
		int64_t sums[4] = {0}, all = 0;
		int64_t at =
		    instant_us(json_object_get(json_object_get(v, "period"), "from"));
		json_array_foreach(json_object_get(v, "intervals"), k, in)
		{
			assert_int_equal(instant_us(json_object_get(in, "start")), at);
			at = instant_us(json_object_get(in, "end"));
			for (int c = 0; c < 4; c++)
				if (strcmp(
				        json_string_value(json_object_get(in, "class")),
				        CLASSES[c]) == 0)
					sums[c] +=
					    at - instant_us(json_object_get(in, "start"));
		}
		assert_int_equal(
		    at, instant_us(json_object_get(json_object_get(v, "period"), "to")));
		for (int c = 0; c < 4; c++) {
			assert_int_equal(seconds_us(v, KEYS[c]), sums[c]);
			all += sums[c];
		}
		assert_int_equal(seconds_us(v, "scheduled_s"), all);
		assert_true(sums[3] > 0);
	}
	json_decref(j);
	gathered_free(g);
	settings_free(o.settings);
}

/* The contract's month has 31 days and an hour more; the journal covers two hours. */
static void
test_period_of_the_contract(void **state)
{
	struct options o = {
	    .settings = settings_of("availability = \"99.9%\" period = month")};
	struct gathered *g = gathered_of(&o, GATHER_VERDICTS);
	const struct link_report *fibre = &gathered_results(g)->links[0];
	const struct terms *t = &fibre->contract.terms;

	(void)state;
	assert_int_equal(
	    t->period.end_ns - t->period.start_ns, (31 * 24 + 1) * 3600 * NS_PER_S);
	assert_string_equal(t->period_kind, "month");
	assert_true(t->complete);
	assert_int_equal(fibre->verdict.verdict, VERDICT_REFUSED);
	assert_int_equal(gathered_results(g)->links[1].verdict.verdict, VERDICT_NONE);
	/* lte has no contract: all there is */
	assert_int_equal(gathered_results(g)->links[1].result->period.start_ns / NS_PER_S,
	    BEGIN / NS_PER_S);
	gathered_free(g);
	settings_free(o.settings);
}

/* An outage over the edge is whole, has its id, and only its seconds are cut. */
static void
test_edge_of_a_period_through_an_outage(void **state)
{
	struct options whole = {0};
	struct options o[] = {
	    {.from = "2025-10-26T01:00:00Z"}, {.to = "2025-10-26T01:00:00Z"}};
	struct gathered *g = gathered_of(&whole, GATHER_OUTAGES);
	struct outage all = gathered_results(g)->links[0].result->outages[0];
	int64_t down = 0;

	(void)state;
	gathered_free(g);
	for (int i = 0; i < 2; i++) {
		g = gathered_of(&o[i], GATHER_OUTAGES);
		const struct link_result *r = gathered_results(g)->links[0].result;
		assert_int_equal(r->n_outages, 1);
		assert_string_equal(r->outages[0].id, all.id);
		assert_int_equal(r->outages[0].start_ns, all.start_ns);
		assert_int_equal(r->outages[0].end_ns, all.end_ns);
		assert_false(r->outages[0].open);
		assert_in_range(r->outages[0].clipped_ns, 1, all.down_ns);
		down += r->down_ns;
		gathered_free(g);
	}
	assert_int_equal(down, all.down_ns);
}

/* However far an outage reaches over the edges. */
static void
test_period_inside_an_outage(void **state)
{
	struct options whole = {0};
	struct options o[] = {{.from = "2025-10-28T20:00", .to = "2025-10-28T21:00"},
	    {.from = "2025-10-27T00:30", .to = "2025-10-27T01:00"},
	    {.from = "2025-10-29T11:00", .to = "2025-10-29T11:30"}};
	struct gathered *g;

	(void)state;
	strcpy(whole.data_dir, days);
	g = gathered_of(&whole, GATHER_OUTAGES);
	assert_int_equal(gathered_results(g)->links[0].result->n_outages, 1);
	struct outage all = gathered_results(g)->links[0].result->outages[0];
	assert_in_range(llabs(all.start_ns - LONG_FROM), 0, all.start_bound_ns);
	assert_in_range(llabs(all.end_ns - LONG_TO), 0, all.end_bound_ns);
	gathered_free(g);
	for (size_t i = 0; i < sizeof o / sizeof o[0]; i++) {
		strcpy(o[i].data_dir, days);
		g = gathered_of(&o[i], GATHER_OUTAGES);
		const struct link_result *r = gathered_results(g)->links[0].result;
		assert_int_equal(r->n_outages, 1);
		assert_string_equal(r->outages[0].id, all.id);
		assert_int_equal(r->outages[0].start_ns, all.start_ns);
		assert_int_equal(r->outages[0].end_ns, all.end_ns);
		assert_int_equal(r->down_ns, r->scheduled_ns);
		gathered_free(g);
	}
}

static void
test_names_of_links(void **state)
{
	struct gathered *g;
	struct options o = {.links = {"fibre", "victoria/fibre"}, .n_links = 2};

	(void)state;
	g = gathered_of(&o, GATHER_OUTAGES);
	assert_int_equal(gathered_results(g)->n_links, 1);
	gathered_free(g);
	o.links[1] = "dsl";
	assert_int_equal(gather(&g, &o, GATHER_OUTAGES), EXIT_USAGE);
	assert_string_equal(words, "--link dsl: there is none of that name; there are: "
	                           "victoria/fibre, victoria/lte");
	o.n_links = 1;
	o.profile = "best";
	assert_int_equal(gather(&g, &o, GATHER_VERDICTS), EXIT_USAGE);
	o.profile = NULL;
	strcat(o.data_dir, "/nowhere");
	assert_int_equal(gather(&g, &o, GATHER_OUTAGES), 1);
}

/* Buckets hold every voter's sample of the period once, close-ups those of both links. */
static void
test_curves(void **state)
{
	struct options o = {.links = {"fibre"}, .n_links = 1};
	struct gathered *g = gathered_of(&o, GATHER_VERDICTS | GATHER_CURVES);
	const struct results *r = gathered_results(g);
	const struct link_report *l = &r->links[0];
	uint64_t sent = 0, lost = 0, in_hours = 0;

	(void)state;
	for (size_t i = 0; i < l->n_buckets; i++) {
		const struct bucket *b = &l->buckets[i];
		assert_int_equal(b->end_ns - b->start_ns, l->bucket_ns);
		assert_true(i == 0 || b->start_ns >= l->buckets[i - 1].end_ns);
		assert_true(b->lost <= b->sent);
		assert_true(b->lost == b->sent ? b->p50_ns == -1
		                               : b->p5_ns > 0 && b->p5_ns <= b->p50_ns &&
		                                     b->p50_ns <= b->p95_ns);
		sent += b->sent;
		lost += b->lost;
	}
	for (size_t i = 0; i < l->n_hours; i++)
		in_hours += l->hours[i].sent;
	assert_int_equal(l->n_hours, 3);
	assert_int_equal(in_hours, sent);
	/* every second of 110 minutes less the gap, 4 voters; the very last sample ends
	 * the period and is not in it */
	assert_in_range(sent, 4 * (6600 - 40) - 4, 4 * (6600 - 40));
	assert_in_range(lost, 4 * 221, 4 * 224);
	assert_int_equal(l->n_closeups, 1);
	assert_int_equal(l->closeups[0].cut_from_ns, l->closeups[0].cut_to_ns);
	/* its probes' sendings, one a second, and those of no other link */
	assert_true(l->closeups[0].n_records > 0);
	for (size_t i = 0; i < l->closeups[0].n_records; i++) {
		const struct closeup_record *at = &l->closeups[0].records[i];
		size_t n = 0;
		assert_string_equal(r->probes[at->probe].link, l->def->link);
		for (size_t k = 0; k < l->closeups[0].n_marks; k++)
			n += l->closeups[0].marks[k].probe == at->probe;
		assert_int_equal(at->last - at->first + 1, n);
	}
	bool other = false;
	for (size_t i = 0; i < l->closeups[0].n_marks; i++) {
		const struct mark *m = &l->closeups[0].marks[i];
		assert_true(m->sent_ns >= l->closeups[0].from_ns &&
		            m->sent_ns < l->closeups[0].to_ns);
		other |= strcmp(r->probes[m->probe].link, "lte") == 0;
	}
	assert_true(other);
	assert_in_range(l->rtt_p50_ns, 12 * NS_PER_MS, 14 * NS_PER_MS);
	assert_true(l->rtt_p99_ns >= l->rtt_p95_ns && l->rtt_p95_ns >= l->rtt_p50_ns);
	gathered_free(g);
}

/* It is long ago: nothing is known of now, all of today is unknown. */
static void
test_status_of_a_dead_daemon(void **state)
{
	struct options o = {0};
	struct gathered *g = gathered_of(&o, GATHER_STATUS);
	const struct results *r = gathered_results(g);

	(void)state;
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		assert_int_equal(l->live.state, LIVE_UNKNOWN);
		assert_int_equal(l->result->unknown_ns, l->result->scheduled_ns);
	}
	json_t *j = results_status_json(r);
	assert_string_equal(
	    json_string_value(json_object_get(j, "schema")), "linkwitness/status/1");
	json_decref(j);
	gathered_free(g);
}

/* Names of others: Greek, Arabic, bytes that are no text at all. JSON stays JSON, a
 * terminal gets no control character, and nothing is left out. */
static void
test_hostile_names(void **state)
{
	struct results *r = made_names();
	struct link_def *def = (struct link_def *)(uintptr_t)r->links[0].def;
	FILE *f = tmpfile();
	size_t n, i;
	json_t *v;

	(void)state;
	strcpy(def->isp, "=cmd \x1b[31m \xc2\x9b \xff\xfe \r\n\x7f");
	strcpy(def->link, "=a\xff,\"b");
	results_outages_text(r, f);
	results_status_text(r, f);
	results_sla_text(r, f);
	char *text = read_all(f, &n);
	for (i = 0; i < n; i++)
		assert_true(((unsigned char)text[i] >= 0x20 || text[i] == '\n') &&
		            text[i] != 0x7f && (unsigned char)text[i] != 0x9b);
	assert_non_null(strstr(text, "=cmd ?[31m"));
	free(text);
	fclose(f);

	json_t *j = results_outages_json(r);
	assert_int_equal(json_array_size(json_object_get(j, "links")), r->n_links);
	json_array_foreach(json_object_get(j, "links"), i, v)
	{
		assert_true(json_is_string(json_object_get(v, "centre")));
		assert_true(json_is_string(json_object_get(v, "link")));
	}
	assert_string_equal(json_string_value(json_object_get(
	                        json_array_get(json_object_get(j, "links"), 0), "link")),
	    "=a?,\"b");
	json_decref(j);

	f = tmpfile();
	results_outages_csv(r, f);
	text = read_all(f, &n);
	assert_true(r->links[0].result->n_outages == 0 ||
	            strstr(text, ",\"'=a\xff,\"\"b\",") != NULL);
	free(text);
	fclose(f);
	made_free(r);
}

static void
test_reals_print_as_they_are_meant(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} CASES[] = {{0, "0.0"}, {100000000, "0.1"}, {300000000, "0.3"}, {1000, "1e-6"},
	    {3462 * NS_PER_S, "3462.0"}, {512400 * NS_PER_MS, "512.4"},
	    {31622400123457000, "31622400.123457"},
	    {999999999999999000, "999999999.999999"}, {-1500 * NS_PER_MS, "-1.5"},
	    {1999, "1e-6"}};

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		json_t *j = json_pack("[o]", seconds_json(CASES[i].ns));
		char want[64];
		FILE *f = tmpfile();
		size_t n;
		assert_int_equal(json_print(j, f), 0);
		char *text = read_all(f, &n);
		snprintf(want, sizeof want, "[\n  %s\n]\n", CASES[i].text);
		assert_string_equal(text, want);
		free(text);
		fclose(f);
		json_decref(j);
	}
	/* What is printed is read back as the same microsecond. */
	for (int64_t us = 1; us < 900000000000000; us = us * 7 / 3 + 1) {
		char text[64];
		json_t *j = seconds_json(us * NS_PER_US);
		size_t n = json_dumpb(
		    j, text, sizeof text - 1, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		assert_in_range(n, 1, sizeof text - 1);
		text[n] = '\0';
		json_decref(j);
		assert_int_equal((int64_t)(strtod(text, NULL) * 1e6 + 0.5), us);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden_outages),
	    cmocka_unit_test(test_golden_sla),
	    cmocka_unit_test(test_edges_are_within_their_bounds),
	    cmocka_unit_test(test_sums_hold_in_what_is_printed),
	    cmocka_unit_test(test_period_of_the_contract),
	    cmocka_unit_test(test_edge_of_a_period_through_an_outage),
	    cmocka_unit_test(test_period_inside_an_outage),
	    cmocka_unit_test(test_names_of_links),
	    cmocka_unit_test(test_curves),
	    cmocka_unit_test(test_status_of_a_dead_daemon),
	    cmocka_unit_test(test_hostile_names),
	    cmocka_unit_test(test_reals_print_as_they_are_meant),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
