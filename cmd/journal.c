#include "base/exactness.h"
#include "base/journal.h"

#include "cmd/journal_roots.h"
#include "cmd/journal_rows.h"
#include "cmd/options.h"
#include "cmd/passing.h"
#include "reports/results.h"

#include <stdio.h>
#include <string.h>

struct dump {
	struct journal_reader *reader;
};

static int
dump_sample(void *ctx, const struct sample *s)
{
	struct dump *d = ctx;
	size_t n;
	const struct probe_def *p = &journal_probes(d->reader, &n)[s->probe];
	char time[32], flags[128], rtt[24] = "";

	instant_utc(s->time.ns, time);
	flags_print(s->flags, flags, sizeof flags);
	if (s->rtt_ns >= 0)
		snprintf(rtt, sizeof rtt, "%lld.%03lld", (long long)(s->rtt_ns / 1000),
		    (long long)(s->rtt_ns % 1000));
	printf("%s,%lld,%s,%s,%s,%s,%s,%s,%s,%s,%s,%u,%llu,%s\n", time,
	    (long long)s->sent.ns, p->centre, p->link, p->name, kind_name(p->kind),
	    role_name(p->role), outcome_name(s->outcome), rtt, stamp_name(s->stamp),
	    code_name(s->code), s->session, (unsigned long long)s->seq, flags);
	return ferror(stdout) ? 1 : 0;
}

static int
dump(struct journal_reader *r)
{
	struct dump d = {.reader = r};
	struct journal_visitor v = {.ctx = &d, .sample = dump_sample};

	puts(
	    "time,boot_ns,centre,link,probe,kind,role,outcome,rtt_us,stamp,code,session,seq,"
	    "flags");
	if (journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v) < 0)
		return complain(1, "journal: %s", journal_error(r));
	return 0;
}

struct facts { /* of the daemon's own, and of what it saw pass */
	struct exactness exactness;
	struct passing passing;
};

static int
add_counters(void *ctx, const struct counters *c)
{
	passing_add(&((struct facts *)ctx)->passing, c);
	return 0;
}

static int
add_exactness(void *ctx, const struct event *e)
{
	struct facts *f = ctx;
	struct exactness x;

	if (e->kind == EVENT_NOTE && exactness_parse(e->text, &x))
		exactness_join(&f->exactness, &x);
	return 0;
}

static json_t *
exactness_json(const struct exactness *x)
{
	return json_pack("{sIsIsIsIsIs{sIsIsI}s{sIsIsI}sI}", "sent", (json_int_t)x->sent,
	    "unsent", (json_int_t)x->unsent, "skipped", (json_int_t)x->skipped,
	    "socket_drops", (json_int_t)x->dropped, "own_drop", (json_int_t)x->doubted,
	    "stamps", "kernel", (json_int_t)x->kernel, "kernel_rx",
	    (json_int_t)x->kernel_rx, "user", (json_int_t)x->user, "delay_us", "p50",
	    (json_int_t)x->delay_p50, "p99", (json_int_t)x->delay_p99, "most",
	    (json_int_t)x->delay_most, "clock_bound_us", (json_int_t)x->clock_bound);
}

static void
exactness_text(const struct exactness *x)
{
	printf("exactness %llu left, %llu did not, %llu slot%s passed over\n"
	       "          %llu packet%s dropped by our sockets, %llu sample%s own-drop\n"
	       "          stamps: kernel %llu, kernel-rx %llu, user %llu\n"
	       "          behind the slot: at worst p50 %llu us, p99 %llu us, "
	       "most %llu us\n"
	       "          clock within %llu us\n",
	    (unsigned long long)x->sent, (unsigned long long)x->unsent,
	    (unsigned long long)x->skipped, x->skipped == 1 ? "" : "s",
	    (unsigned long long)x->dropped, x->dropped == 1 ? "" : "s",
	    (unsigned long long)x->doubted, x->doubted == 1 ? "" : "s",
	    (unsigned long long)x->kernel, (unsigned long long)x->kernel_rx,
	    (unsigned long long)x->user, (unsigned long long)x->delay_p50,
	    (unsigned long long)x->delay_p99, (unsigned long long)x->delay_most,
	    (unsigned long long)x->clock_bound);
}

static int
stats(struct journal_reader *r, bool json)
{
	struct facts f = {0};
	struct journal_visitor v = {
	    .ctx = &f, .counters = add_counters, .event = add_exactness};
	struct journal_stats s;
	char first[32], last[32];

	int rc = journal_stats(r, &s);
	if (rc == 0)
		rc =
		    journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v);
	instant_utc(s.first.ns, first);
	instant_utc(s.last.ns, last);
	if (json) {
		json_t *by = json_object();
		for (int i = 0; i < OUTCOME_COUNT; i++)
			json_object_set_new(by, outcome_name((enum outcome)i),
			    json_integer((json_int_t)s.by_outcome[i]));
		json_t *j = json_pack("{sssIsIsIsIsososssssososo}", "schema",
		    "linkwitness/journal-stats/1", "samples", (json_int_t)s.samples,
		    "blocks", (json_int_t)s.blocks, "segments", (json_int_t)s.segments,
		    "bytes", (json_int_t)s.bytes, "first",
		    s.samples ? json_string(first) : json_null(), "last",
		    s.samples ? json_string(last) : json_null(), "agent", s.agent, "root",
		    s.root, "by_outcome", by, "exactness", exactness_json(&f.exactness),
		    "customers", passing_json(&f.passing));
		json_dumpf(j, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(j);
	} else {
		printf("samples   %llu\nblocks    %llu\nsegments  %llu\nbytes     %llu\n"
		       "first     %s\nlast      %s\nagent     %s\nroot      %s\n",
		    (unsigned long long)s.samples, (unsigned long long)s.blocks,
		    (unsigned long long)s.segments, (unsigned long long)s.bytes,
		    s.samples ? first : "-", s.samples ? last : "-", s.agent, s.root);
		for (int i = 0; i < OUTCOME_COUNT; i++)
			printf("%-9s %llu\n", outcome_name((enum outcome)i),
			    (unsigned long long)s.by_outcome[i]);
		exactness_text(&f.exactness);
		passing_print(&f.passing);
	}
	passing_free(&f.passing);
	return rc < 0 ? complain(1, "journal: %s", journal_error(r)) : 0;
}

int
cmd_journal(struct options *o)
{
	bool given = o->n_args == 2 && strcmp(o->args[0], "verify") == 0;
	const char *what = o->n_args == 1 || given ? o->args[0] : "";
	struct journal_reader *r;
	char err[512];
	int status;

	bool dumps = strcmp(what, "dump") == 0, roots = strcmp(what, "roots") == 0;
	if (o->day != NULL && !roots)
		return complain(EXIT_USAGE, "journal: --day is of journal roots");
	if (roots && !o->csv)
		return journal_print_roots(o);
	if ((o->json && strcmp(what, "stats") != 0 && !dumps) || (o->csv && !dumps) ||
	    (o->csv && o->json))
		return complain(EXIT_USAGE,
		    "journal: stats and roots take --json, dump --csv or --json");
	if (strcmp(what, "verify") == 0) {
		int rc = journal_verify(o->data_dir, err, sizeof err);
		if (rc == 0 && given)
			return journal_check_roots(o, o->args[1]);
		if (rc == 0)
			printf("%s: the chain holds\n", o->data_dir);
		return rc == 0 ? 0 : complain(1, "%s: %s", o->data_dir, err);
	}
	if (strcmp(what, "dump") != 0 && strcmp(what, "stats") != 0)
		return complain(
		    EXIT_USAGE, "journal: say dump, stats, roots or verify, and no more");
	if (journal_read(&r, o->data_dir, err, sizeof err) < 0)
		return complain(1, "%s", err);
	if (dumps)
		status = o->json ? journal_rows_dump(r) : dump(r);
	else
		status = stats(r, o->json);
	journal_reader_free(r);
	return status;
}
