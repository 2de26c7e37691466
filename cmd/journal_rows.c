#include "cmd/journal_rows.h"

#include "cmd/options.h"
#include "reports/results.h"
#include "reports/trail.h"
#include "reports/value.h"

static json_t *
time_json(wall_t time)
{
	char text[32];

	instant_utc(time.ns, text);
	return json_string(text);
}

static int
print(json_t *o)
{
	bool bad = json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12)) < 0 ||
	           putchar('\n') == EOF;

	json_decref(o);
	return bad ? 1 : 0;
}

static int
dump_throughput(void *ctx, const struct throughput *t)
{
	size_t n;
	const struct probe_def *p = &journal_probes(ctx, &n)[t->probe];
	json_t *o = json_object(), *seconds = json_array();

	json_object_set_new(o, "row", json_string("throughput"));
	json_object_set_new(o, "time", time_json(t->time));
	json_object_set_new(o, "centre", json_string(p->centre));
	json_object_set_new(o, "link", json_string(p->link));
	json_object_set_new(o, "probe", json_string(p->name));
	json_object_set_new(o, "session", json_integer(t->session));
	json_object_set_new(o, "seq", json_integer((json_int_t)t->seq));
	json_object_set_new(o, "direction", json_string(t->upload ? "up" : "down"));
	json_object_set_new(o, "streams", json_integer(t->streams));
	json_object_set_new(o, "warmup_s", seconds_json(t->warmup_ns));
	json_object_set_new(o, "duration_s", seconds_json(t->duration_ns));
	json_object_set_new(o, "bytes", json_integer((json_int_t)t->bytes));
	json_object_set_new(o, "ip_bytes", json_integer((json_int_t)t->ip_bytes));
	json_object_set_new(o, "total_bytes", json_integer((json_int_t)t->total_bytes));
	if (t->duration_ns > 0) {
		double s = (double)t->duration_ns / 1e9;
		json_object_set_new(
		    o, "bps", json_integer((json_int_t)((double)t->bytes * 8 / s)));
		json_object_set_new(
		    o, "ip_bps", json_integer((json_int_t)((double)t->ip_bytes * 8 / s)));
	}
	for (uint32_t i = 0; i < t->n_seconds; i++)
		json_array_append_new(seconds, json_integer((json_int_t)t->second[i]));
	json_object_set_new(o, "bytes_each_second", seconds);
	return print(o);
}

static int
dump_path(void *ctx, const struct path *p)
{
	size_t n;
	const struct link_def *l = &journal_links(ctx, &n)[p->link];
	json_t *o = json_object();

	json_object_set_new(o, "row", json_string("path"));
	json_object_set_new(o, "centre", json_string(l->centre));
	json_object_set_new(o, "link", json_string(l->link));
	json_object_update_missing_new(o, trail_trace_json(p));
	return print(o);
}

static const char *
event_word(enum event_kind kind)
{
	static const char *const WORDS[] = {[EVENT_SESSION_START] = "session-start",
	    [EVENT_SESSION_STOP] = "session-stop",
	    [EVENT_GAP] = "gap",
	    [EVENT_RELOAD] = "reload",
	    [EVENT_TORN_TAIL] = "torn-tail",
	    [EVENT_CLOCK_STEP] = "clock-step",
	    [EVENT_INTERFACE] = "interface",
	    [EVENT_NOTE] = "note",
	    [EVENT_STATE] = "state",
	    [EVENT_HISTORY_END] = "history-end"};

	return (size_t)kind < sizeof WORDS / sizeof WORDS[0] && WORDS[kind] != NULL
	           ? WORDS[kind]
	           : "unknown";
}

static int
dump_event(void *ctx, const struct event *e)
{
	size_t n;
	const struct link_def *links = journal_links(ctx, &n);
	bool known = e->link >= 0 && (size_t)e->link < n;
	json_t *o = json_object();

	json_object_set_new(o, "row", json_string("event"));
	json_object_set_new(o, "event", json_string(event_word(e->kind)));
	json_object_set_new(o, "time", time_json(e->time));
	json_object_set_new(o, "until", time_json(e->time_until));
	json_object_set_new(
	    o, "centre", known ? value_text(links[e->link].centre) : json_null());
	json_object_set_new(
	    o, "link", known ? value_text(links[e->link].link) : json_null());
	json_object_set_new(o, "session", json_integer(e->session));
	json_object_set_new(o, "text", value_text(e->text));
	return print(o);
}

int
journal_rows_dump(struct journal_reader *r)
{
	struct journal_visitor v = {.ctx = r,
	    .throughput = dump_throughput,
	    .path = dump_path,
	    .event = dump_event};
	int rc = journal_scan(r, (wall_t){INT64_MIN / 2}, (wall_t){INT64_MAX / 2}, &v);

	if (rc < 0)
		return complain(1, "journal: %s", journal_error(r));
	return 0;
}
