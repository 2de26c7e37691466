#include "analyzer/track.h"

#include "analyzer/stats.h"
#include "base/bytes.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_NS  (60 * NS_PER_S)
#define HOUR_NS    (60 * MINUTE_NS)
#define BEFORE_NS  (12 * HOUR_NS)
#define KEEP_NS    (13 * HOUR_NS)
#define KNOWN_NS   HOUR_NS /* so much must have been measured before anything is said */
#define CONTEXT_NS (2 * HOUR_NS)    /* before, for PELT */
#define AFTER_NS   (30 * MINUTE_NS) /* and after */
#define LONG_NS    (10 * HOUR_NS) /* of what flaps, the ring must still hold the start */
#define ORDINARY   0.25
#define ENOUGH     5.0 /* minutes at twice the size that matters */

struct value {
	int64_t at_ns, ns;
};

struct track {
	int64_t width_ns;
	struct changepoint_rule rule;
	struct value *ring;
	size_t room, n;  /* n: ever put in */
	int64_t *values; /* to select from */
	int64_t hour, base_ns, need_ns;
	bool has_base, active;
	double rise, fall;
	int64_t rise_from_ns, fall_from_ns;
	int64_t before_ns, before_need_ns; /* when it began to rise */
	struct track_episode *episodes;
	size_t n_episodes, room_episodes;
	size_t n_closed; /* of episodes, those before the clock went back */
};

struct track *
track_new(int64_t width_ns, const struct changepoint_rule *rule)
{
	struct track *t = memory_grow(NULL, 1, sizeof *t);

	*t = (struct track){.width_ns = width_ns,
	    .rule = *rule,
	    .room = (size_t)(KEEP_NS / width_ns) + 2,
	    .hour = INT64_MIN};
	t->ring = memory_grow(NULL, t->room, sizeof *t->ring);
	t->values = memory_grow(NULL, t->room, sizeof *t->values);
	return t;
}

void
track_free(struct track *t)
{
	if (t == NULL)
		return;
	free(t->ring);
	free(t->values);
	free(t->episodes);
	free(t);
}

struct track *
track_copy(const struct track *t)
{
	struct track *c = memory_grow(NULL, 1, sizeof *c);

	*c = *t;
	c->ring = memory_grow(NULL, t->room, sizeof *c->ring);
	memcpy(c->ring, t->ring, (t->n < t->room ? t->n : t->room) * sizeof *c->ring);
	c->values = memory_grow(NULL, t->room, sizeof *c->values);
	c->room_episodes = t->n_episodes;
	c->episodes = NULL;
	if (t->n_episodes > 0) {
		c->episodes = memory_grow(NULL, t->n_episodes, sizeof *c->episodes);
		memcpy(c->episodes, t->episodes, t->n_episodes * sizeof *c->episodes);
	}
	return c;
}

static const struct value *
value_back(const struct track *t, size_t back)
{
	return &t->ring[(t->n - 1 - back) % t->room];
}

static size_t
held(const struct track *t)
{
	return t->n < t->room ? t->n : t->room;
}

/* ---- the ordinary level ---- */

static void
learn_base(struct track *t, int64_t hour)
{
	int64_t until = hour * HOUR_NS;
	size_t m = 0;

	for (size_t i = 0; i < held(t); i++) {
		const struct value *v = value_back(t, i);
		if (v->at_ns < until - BEFORE_NS)
			break;
		if (v->at_ns < until)
			t->values[m++] = v->ns;
	}
	t->hour = hour;
	t->has_base = (int64_t)m * t->width_ns >= KNOWN_NS;
	if (!t->has_base)
		return;
	t->base_ns = stats_select(t->values, m, 0, ORDINARY);
	t->need_ns = (int64_t)(t->rule.least_ratio * (double)t->base_ns);
	if (t->need_ns < t->rule.least_ns)
		t->need_ns = t->rule.least_ns;
}

/* ---- the edges ---- */

static void
put_episode(struct track *t, const struct track_episode *e)
{
	struct track_episode *last =
	    t->n_episodes > t->n_closed ? &t->episodes[t->n_episodes - 1] : NULL;

	if (last != NULL && e->start_ns <= last->end_ns) {
		/* The level had not left after all. */
		if (e->end_ns > last->end_ns) {
			last->end_ns = e->end_ns;
			last->open = e->open;
			last->settled = e->settled;
		}
		return;
	}
	if (t->n_episodes == t->room_episodes) {
		t->room_episodes = t->room_episodes * 2 + 4;
		t->episodes =
		    memory_grow(t->episodes, t->room_episodes, sizeof *t->episodes);
	}
	t->episodes[t->n_episodes++] = *e;
}

struct window {
	int64_t *ns, *at_ns;
	struct changepoint_level *levels;
	size_t n, n_levels;
};

/* The values from ${from} on, oldest first, and their levels. */
static void
open_window(struct track *t, int64_t from_ns, struct window *w)
{
	size_t back = 0;

	while (back < held(t) && value_back(t, back)->at_ns >= from_ns)
		back++;
	w->n = back;
	w->ns = memory_grow(NULL, back + 1, sizeof *w->ns);
	w->at_ns = memory_grow(NULL, back + 1, sizeof *w->at_ns);
	w->levels = memory_grow(NULL, back + 1, sizeof *w->levels);
	for (size_t i = 0; i < back; i++) {
		w->ns[i] = value_back(t, back - 1 - i)->ns;
		w->at_ns[i] = value_back(t, back - 1 - i)->at_ns;
	}
	w->n_levels =
	    changepoint_levels(w->ns, w->at_ns, w->n, t->width_ns, &t->rule, w->levels);
}

static void
close_window(struct window *w)
{
	free(w->ns);
	free(w->at_ns);
	free(w->levels);
}

/* Levels i up to the result stand high; the median of all their values. */
static size_t
high_run(const struct track *t, const struct window *w, size_t i, int64_t *median_ns)
{
	int64_t least = t->before_ns + t->before_need_ns;
	size_t k = i;

	while (k < w->n_levels && w->levels[k].median_ns >= least)
		k++;
	if (k == i)
		return k;
	size_t from = w->levels[i].from, n = w->levels[k - 1].to - from;
	memcpy(t->values, w->ns + from, n * sizeof *t->values);
	*median_ns = stats_select(t->values, n, 0, 0.5);
	return k;
}

/* What was proposed in [rise_from, end): as it is found by PELT, if it is. */
static void
confirm(struct track *t, int64_t end_ns, bool open, bool settled)
{
	struct window w;
	int64_t median = 0;

	open_window(t, t->rise_from_ns - CONTEXT_NS, &w);
	for (size_t i = 0; i < w.n_levels;) {
		size_t k = high_run(t, &w, i, &median);
		if (k == i) {
			i++;
			continue;
		}
		size_t first = w.levels[i].from, last = w.levels[k - 1].to - 1;
		bool touches = last + 1 == w.n;
		struct track_episode e = {
		    .start_ns = first > 0 ? w.at_ns[first] : t->rise_from_ns,
		    .end_ns = w.at_ns[last] + t->width_ns,
		    .before_ns = t->before_ns,
		    .during_ns = median,
		    .open = open && touches,
		    .settled = settled && touches};
		if (!e.open && e.end_ns > end_ns)
			e.end_ns = end_ns;
		if (e.start_ns < end_ns && e.end_ns > t->rise_from_ns &&
		    e.end_ns - e.start_ns >= t->rule.lasting_ns)
			put_episode(t, &e);
		i = k;
	}
	close_window(&w);
}

/* ---- the proposal ---- */

/* The median of the values of [from, to). */
static int64_t
median_between(struct track *t, int64_t from_ns, int64_t to_ns)
{
	size_t m = 0;

	for (size_t i = 0; i < held(t) && value_back(t, i)->at_ns >= from_ns; i++) {
		if (value_back(t, i)->at_ns < to_ns)
			t->values[m++] = value_back(t, i)->ns;
	}
	return stats_select(t->values, m, 0, 0.5);
}

/* It fell against what is ordinary by now: back to what was, or is this ordinary now? */
static bool
stayed(struct track *t)
{
	int64_t during = median_between(t, t->rise_from_ns, t->fall_from_ns);
	int64_t after = median_between(t, t->fall_from_ns, INT64_MAX);

	return after - t->before_ns > during - after;
}

static void
reset(struct track *t)
{
	t->active = false;
	t->rise = t->fall = 0;
}

static void
weigh(struct track *t, const struct value *v)
{
	double z = (double)(v->ns - t->base_ns) / (double)t->need_ns - 0.5;

	z = z > 1 ? 1 : z < -1 ? -1 : z;
	z *= (double)t->width_ns / (double)MINUTE_NS;
	if (!t->active) {
		if (t->rise <= 0) {
			t->rise_from_ns = v->at_ns;
			t->before_ns = t->base_ns;
			t->before_need_ns = t->need_ns;
		}
		t->rise = fmax(0, t->rise + z);
		t->active = t->rise >= ENOUGH;
		t->fall = 0;
		return;
	}
	if (t->fall <= 0)
		t->fall_from_ns = v->at_ns;
	t->fall = fmax(0, t->fall - z);
	if (t->fall < ENOUGH || (v->at_ns - t->fall_from_ns < AFTER_NS &&
	                            v->at_ns - t->rise_from_ns < LONG_NS))
		return;
	confirm(t, t->fall_from_ns, false, stayed(t));
	reset(t);
}

/* What goes on ends with the last value there was. */
static void
break_off(struct track *t)
{
	if (t->active && t->fall >= ENOUGH)
		confirm(t, t->fall_from_ns, false, false);
	else if (t->active)
		confirm(t, value_back(t, 0)->at_ns + t->width_ns, false, false);
	reset(t);
}

void
track_restart(struct track *t)
{
	break_off(t);
	t->n = 0;
	t->hour = INT64_MIN;
	t->has_base = false;
	t->n_closed = t->n_episodes;
}

void
track_value(struct track *t, int64_t at_ns, int64_t value_ns)
{
	struct value v = {at_ns, value_ns};
	int64_t hour = at_ns / HOUR_NS;

	if (t->n > 0) {
		int64_t last = value_back(t, 0)->at_ns;
		if (at_ns <= last)
			return;
		if (at_ns - last > t->width_ns + t->rule.lasting_ns)
			break_off(t);
	}
	if (hour != t->hour)
		learn_base(t, hour);
	t->ring[t->n++ % t->room] = v;
	if (t->has_base)
		weigh(t, &v);
	else
		reset(t);
}

size_t
track_finish(const struct track *t, int64_t as_of_ns, struct track_episode **out)
{
	struct track *c = track_copy(t);

	if (c->active) {
		int64_t last = value_back(c, 0)->at_ns;
		if (c->fall >= ENOUGH)
			confirm(c, c->fall_from_ns, false, stayed(c));
		else
			confirm(c, last + c->width_ns,
			    as_of_ns - last <= c->width_ns + c->rule.lasting_ns, false);
	}
	for (size_t i = 0; i < c->n_episodes; i++) {
		if (c->episodes[i].open && as_of_ns > c->episodes[i].end_ns)
			c->episodes[i].end_ns = as_of_ns;
	}
	size_t n = c->n_episodes;
	*out = c->episodes;
	c->episodes = NULL;
	track_free(c);
	return n;
}
