#include "reports/throughput.h"

#include "reports/value.h"

#include <inttypes.h>
#include <math.h>

static json_t *
working_json(const struct working_latency *w)
{
	json_t *o;

	if (!w->known)
		return json_null();
	o = json_object();
	value_set_s(o, "idle_s", w->idle_ns);
	value_set_s(o, "loaded_s", w->loaded_ns);
	value_set_s(o, "increase_s", w->increase_ns);
	value_set(o, "grade", json_string(stats_bloat(w->increase_ns)));
	value_set(o, "buffer_delay_percent", json_real(w->delay));
	value_set(o, "round_trips_per_minute", json_real(round(w->per_minute)));
	value_set(o, "targets", json_integer(w->targets));
	value_set(o, "probes_idle", json_integer((json_int_t)w->idle));
	value_set(o, "probes_loaded", json_integer((json_int_t)w->loaded));
	value_set(o, "probes_loaded_lost", json_integer((json_int_t)w->loaded_lost));
	return o;
}

static void
set_detail(json_t *o, const struct throughput *d)
{
	json_t *seconds = json_array();
	json_int_t ip = (json_int_t)throughput_bps(d->ip_bytes, d->duration_ns);

	value_set(o, "streams", json_integer(d->streams));
	value_set_s(o, "warmup_s", d->warmup_ns);
	value_set_s(o, "measured_s", d->duration_ns);
	value_set(o, "ip_bps", d->ip_bytes > 0 ? json_integer(ip) : json_null());
	value_set(o, "bytes", json_integer((json_int_t)d->total_bytes));
	for (uint32_t i = 0; i < d->n_seconds; i++)
		json_array_append_new(
		    seconds, json_integer((json_int_t)(d->second[i] * 8)));
	value_set(o, "bps_each_second", seconds);
}

static json_t *
test_json(const struct results *r, const struct throughput_test *t)
{
	json_t *o = json_object();

	value_set(o, "time", value_instant(t->at_ns));
	value_set(o, "probe",
	    t->probe < r->n_probes ? value_text(r->probes[t->probe].name) : json_null());
	value_set(o, "direction", json_string(t->upload ? "up" : "down"));
	value_set(o, "outcome", json_string(outcome_name(t->outcome)));
	value_set(o, "code", value_text_or_null(code_name(t->code)));
	value_set(o, "bps", t->bps >= 0 ? json_integer((json_int_t)t->bps) : json_null());
	if (t->detailed)
		set_detail(o, &t->detail);
	value_set(o, "latency_under_load", working_json(&t->working));
	return o;
}

static json_t *
way_json(const struct throughput_way *w)
{
	json_t *o = json_object();

	value_set(o, "tests", json_integer((json_int_t)w->tests));
	value_set(o, "failed", json_integer((json_int_t)w->failed));
	value_set(o, "not_made", json_integer((json_int_t)w->unsaid));
	value_set(o, "slowest_bps",
	    w->tests > 0 ? json_integer((json_int_t)w->slowest_bps) : json_null());
	value_set(o, "median_bps",
	    w->tests > 0 ? json_integer((json_int_t)w->median_bps) : json_null());
	value_set(o, "fastest_bps",
	    w->tests > 0 ? json_integer((json_int_t)w->fastest_bps) : json_null());
	value_set(o, "median_ip_bps",
	    w->median_ip_bps >= 0 ? json_integer((json_int_t)w->median_ip_bps)
	                          : json_null());
	value_set(o, "latency_increase_s",
	    w->has_increase ? seconds_json(w->increase_ns) : json_null());
	value_set(o, "latency_idle_s",
	    w->has_increase ? seconds_json(w->idle_ns) : json_null());
	value_set(o, "latency_loaded_s",
	    w->has_increase ? seconds_json(w->loaded_ns) : json_null());
	value_set(o, "tests_with_latency", json_integer((json_int_t)w->working));
	value_set(o, "detailed", json_integer((json_int_t)w->detailed));
	value_set(o, "streams",
	    w->detailed > 0 ? json_integer((json_int_t)w->streams) : json_null());
	value_set(o, "measured_s",
	    w->detailed > 0 ? seconds_json(w->measured_ns) : json_null());
	return o;
}

json_t *
throughput_json(const struct results *r, const struct throughput_report *t)
{
	json_t *o = json_object(), *tests = json_array();

	value_set(o, "down", way_json(&t->ways[0]));
	value_set(o, "up", way_json(&t->ways[1]));
	value_set(o, "latency_increase_s",
	    t->has_grade ? seconds_json(t->increase_ns) : json_null());
	value_set(o, "grade", t->has_grade ? json_string(t->grade) : json_null());
	for (size_t i = 0; i < t->n_tests; i++)
		json_array_append_new(tests, test_json(r, &t->tests[i]));
	value_set(o, "tests", tests);
	return o;
}

static void
way_text(const struct throughput_way *w, const char *name, FILE *out)
{
	if (w->tests + w->unsaid == 0)
		return;
	fprintf(out, "  throughput %s  %" PRIu64 " tests", name, w->tests);
	if (w->failed > 0)
		fprintf(out, ", %" PRIu64 " failed", w->failed);
	if (w->unsaid > 0)
		fprintf(out, ", %" PRIu64 " not made", w->unsaid);
	if (w->tests > 0)
		fprintf(out, "; median %.4g Mbit/s, %.4g to %.4g", w->median_bps / 1e6,
		    w->slowest_bps / 1e6, w->fastest_bps / 1e6);
	if (w->median_ip_bps >= 0)
		fprintf(out, "; with headers %.4g", w->median_ip_bps / 1e6);
	if (w->has_increase)
		fprintf(out, "; %.1f ms more latency under load",
		    (double)w->increase_ns / 1e6);
	fputc('\n', out);
}

void
throughput_text(const struct throughput_report *t, FILE *out)
{
	way_text(&t->ways[0], "down", out);
	way_text(&t->ways[1], "up", out);
	if (t->has_grade)
		fprintf(out,
		    "  latency under load is graded %s (bufferbloat; informal, no standard)\n",
		    t->grade);
}
