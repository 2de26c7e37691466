#include "cmd/trials.h"

#include "analyzer/speed.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

struct link_trials {
	struct working *working;
	struct throughput_test *tests;
	size_t n_tests, room_tests;
};

struct trials {
	struct link_trials *links;
	size_t n_links;
};

struct trials *
trials_new(void)
{
	struct trials *t = memory_grow(NULL, 1, sizeof *t);

	*t = (struct trials){0};
	return t;
}

void
trials_free(struct trials *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_links; i++) {
		working_free(t->links[i].working);
		free(t->links[i].tests);
	}
	free(t->links);
	free(t);
}

static struct link_trials *
link_at(struct trials *t, uint32_t link)
{
	for (; t->n_links <= link; t->n_links++) {
		t->links = memory_grow(t->links, t->n_links + 1, sizeof *t->links);
		t->links[t->n_links] = (struct link_trials){.working = working_new()};
	}
	return &t->links[link];
}

/* ---- feeding ---- */

static void
add_test(struct link_trials *l, bool upload, const struct sample *s)
{
	if (l->n_tests == l->room_tests) {
		l->room_tests = l->room_tests * 2 + 16;
		l->tests = memory_grow(l->tests, l->room_tests, sizeof *l->tests);
	}
	l->tests[l->n_tests++] = (struct throughput_test){.at_ns = s->time.ns,
	    .probe = s->probe,
	    .session = s->session,
	    .seq = s->seq,
	    .outcome = s->outcome,
	    .code = s->code,
	    .bps = speed_of(s),
	    .upload = upload};
}

void
trials_sample(struct trials *t, uint32_t link, const struct probe_def *def, bool upload,
    const struct sample *sample)
{
	struct link_trials *l = link_at(t, link);

	if (probe_is_test(def))
		add_test(l, upload, sample);
	else if ((def->kind == KIND_PING || def->kind == KIND_TCP) &&
	         def->role != ROLE_GATEWAY)
		working_sample(l->working, sample);
}

void
trials_row(struct trials *t, uint32_t link, const struct throughput *row)
{
	struct link_trials *l = link_at(t, link);
	int64_t from = row->time.ns + row->warmup_ns;

	for (size_t i = l->n_tests; i-- > 0;) {
		struct throughput_test *test = &l->tests[i];
		if (test->probe != row->probe)
			continue;
		test->upload = row->upload;
		if (test->session != row->session || test->seq != row->seq)
			continue;
		test->detailed = true;
		test->detail = *row;
		working_test(l->working, row->time.ns, from, from + row->duration_ns,
		    &test->working);
	}
}

/* ---- what was found ---- */

static int64_t
median_of(int64_t *v, size_t n)
{
	stats_sort(v, n);
	return n > 0 ? stats_quantile(v, n, 0, 0.5) : 0;
}

/* Lists of one direction's tests, of which medians are told. */
enum list {
	LIST_MORE,
	LIST_IDLE,
	LIST_LOADED,
	LIST_IP,
	LIST_SECONDS,
	LISTS
};

/* Of the tests of one direction: their median rate with headers, how they were made, and
 * the medians of what they did to the latency. */
static void
sum_up(const struct throughput_report *r, bool upload, struct throughput_way *w)
{
	int64_t *list[LISTS];
	size_t n = 0, n_ip = 0;

	for (int i = 0; i < LISTS; i++)
		list[i] = memory_grow(NULL, r->n_tests + 1, sizeof *list[i]);
	for (size_t i = 0; i < r->n_tests; i++) {
		const struct throughput_test *t = &r->tests[i];
		if (t->upload != upload)
			continue;
		if (t->working.known) {
			list[LIST_MORE][n] = t->working.increase_ns;
			list[LIST_IDLE][n] = t->working.idle_ns;
			list[LIST_LOADED][n++] = t->working.loaded_ns;
		}
		if (!t->detailed)
			continue;
		list[LIST_SECONDS][w->detailed++] = t->detail.duration_ns;
		w->streams =
		    t->detail.streams > w->streams ? t->detail.streams : w->streams;
		if (t->detail.ip_bytes > 0)
			list[LIST_IP][n_ip++] = (int64_t)throughput_bps(
			    t->detail.ip_bytes, t->detail.duration_ns);
	}
	w->working = n;
	w->has_increase = n > 0;
	w->increase_ns = median_of(list[LIST_MORE], n);
	w->idle_ns = median_of(list[LIST_IDLE], n);
	w->loaded_ns = median_of(list[LIST_LOADED], n);
	w->measured_ns = median_of(list[LIST_SECONDS], w->detailed);
	w->median_ip_bps = n_ip > 0 ? (double)median_of(list[LIST_IP], n_ip) : -1;
	for (int i = 0; i < LISTS; i++)
		free(list[i]);
}

static void
grade(struct throughput_report *r)
{
	const struct throughput_way *down = &r->ways[0], *up = &r->ways[1];
	int64_t sum = 0;

	r->has_grade = down->has_increase || up->has_increase;
	sum += down->has_increase ? down->increase_ns : 0;
	sum += up->has_increase ? up->increase_ns : 0;
	r->increase_ns = down->has_increase && up->has_increase ? sum / 2 : sum;
	r->grade = stats_bloat(r->increase_ns);
}

void
trials_report(struct trials *t, uint32_t link, const struct speed *const speed[2],
    struct span period, struct throughput_report *out)
{
	static const struct speed_rule NONE;
	struct link_trials *l = link_at(t, link);
	size_t first = 0, n = 0;

	*out = (struct throughput_report){0};
	while (first < l->n_tests && l->tests[first].at_ns < period.start_ns)
		first++;
	while (first + n < l->n_tests && l->tests[first + n].at_ns < period.end_ns)
		n++;
	out->tests = n > 0 ? l->tests + first : NULL;
	out->n_tests = n;
	for (int up = 0; up < 2; up++) {
		struct throughput_way *w = &out->ways[up];
		struct speed_result r;
		speed_finish(
		    speed[up], &NONE, period.start_ns, period.end_ns, period.end_ns, &r);
		*w = (struct throughput_way){.tests = r.tests,
		    .failed = r.failed,
		    .unsaid = r.unsaid,
		    .slowest_bps = r.slowest_bps,
		    .median_bps = r.median_bps,
		    .fastest_bps = r.fastest_bps};
		speed_result_free(&r);
		sum_up(out, up != 0, w);
	}
	grade(out);
}
