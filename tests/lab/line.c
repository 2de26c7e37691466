#include "tests/lab/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REORDER_NS 10000000
#define WORDS_MAX  10

static const char *const kinds[] = {
    [EPISODE_DELAY] = "delay",
    [EPISODE_JITTER] = "jitter",
    [EPISODE_LOSS] = "loss",
    [EPISODE_REORDER] = "reorder",
    [EPISODE_BLACKOUT] = "blackout",
    [EPISODE_HOLD] = "hold",
};

const char *
episode_name(enum episode_kind kind)
{
	return kinds[kind];
}

/* splitmix64: one state a way, so what one line carries moves no other line's dice. */
static double
draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (double)((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

static bool
read_time(const char *word, int64_t *ns)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || !(value >= 0 && value < 1e6))
		return false;
	if (strcmp(end, "ms") == 0)
		*ns = (int64_t)(value * 1e6);
	else if (strcmp(end, "s") == 0)
		*ns = (int64_t)(value * 1e9);
	else if (strcmp(end, "m") == 0)
		*ns = (int64_t)(value * 60e9);
	else
		return false;
	return true;
}

static bool
read_ratio(const char *word, double *ratio)
{
	char *end;

	*ratio = strtod(word, &end) / 100;
	return end != word && strcmp(end, "%") == 0 && *ratio >= 0 && *ratio <= 1;
}

static const char *
read_value(struct episode *e, const char *word)
{
	int64_t ns;

	if (e->kind == EPISODE_LOSS || e->kind == EPISODE_REORDER)
		return word != NULL && read_ratio(word, &e->value)
		           ? NULL
		           : "a share such as 5% is wanted";
	if (word == NULL || !read_time(word, &ns))
		return "a time such as 80ms is wanted";
	e->value = (double)ns;
	return NULL;
}

/* The words of an episode; what is wrong with them, or NULL. */
static const char *
read_episode(struct lines *ls, char **word, unsigned n)
{
	struct episode e = {.ways = {true, true}};
	unsigned at = 1, i;
	const char *wrong;

	for (i = 0; i < ls->n && strcmp(ls->line[i].name, word[0]) != 0; i++)
		;
	if (i == ls->n)
		return "no such line";
	if (ls->n_episodes == EPISODES_MAX)
		return "too many episodes";
	e.line = i;
	if (at < n && strcmp(word[at], "up") == 0)
		e.ways[WAY_DOWN] = false, at++;
	else if (at < n && strcmp(word[at], "down") == 0)
		e.ways[WAY_UP] = false, at++;
	for (i = 0; at < n && i <= EPISODE_HOLD && strcmp(kinds[i], word[at]) != 0; i++)
		;
	if (at == n || i > EPISODE_HOLD)
		return "delay, jitter, loss, reorder, blackout or hold is wanted";
	e.kind = i;
	at++;
	if (e.kind != EPISODE_BLACKOUT && e.kind != EPISODE_HOLD) {
		wrong = read_value(&e, at < n ? word[at] : NULL);
		if (wrong != NULL)
			return wrong;
		at++;
	}
	if (at != n) {
		if (at + 4 != n || strcmp(word[at], "at") != 0 ||
		    strcmp(word[at + 2], "for") != 0 ||
		    !read_time(word[at + 1], &e.from_ns) ||
		    !read_time(word[at + 3], &e.to_ns))
			return "at TIME for TIME is wanted";
		e.timed = true;
		e.to_ns += e.from_ns;
	}
	ls->episode[ls->n_episodes++] = e;
	return NULL;
}

static const char *
read_line(struct lines *ls, char *text)
{
	char *word[WORDS_MAX], *save = NULL, *w;
	unsigned n = 0;

	text[strcspn(text, "#\n")] = '\0';
	for (w = strtok_r(text, " \t", &save); w != NULL;
	     w = strtok_r(NULL, " \t", &save)) {
		if (n == WORDS_MAX)
			return "too many words";
		word[n++] = w;
	}
	if (n == 0)
		return NULL;
	if (strcmp(word[0], "seed") == 0) {
		if (n != 2)
			return "seed NUMBER is wanted";
		ls->seed = strtoull(word[1], NULL, 10);
		return NULL;
	}
	return read_episode(ls, word, n);
}

int
lines_read(struct lines *ls, const char *path, char *err, size_t room)
{
	FILE *f = fopen(path, "re");
	char text[512];
	const char *wrong = NULL;
	unsigned number = 0, i;

	if (f == NULL) {
		snprintf(err, room, "%s: %s", path, strerror(errno));
		return -errno;
	}
	while (wrong == NULL && fgets(text, sizeof(text), f) != NULL) {
		number++;
		wrong = read_line(ls, text);
	}
	fclose(f);
	if (wrong != NULL) {
		snprintf(err, room, "%s:%u: %s", path, number, wrong);
		return -EINVAL;
	}
	for (i = 0; i < 2 * ls->n; i++)
		ls->line[i / 2].ways[i % 2].rng = ls->seed * 1000003 + i * 7919;
	return 0;
}

void
lines_start(struct lines *ls, int64_t now_ns)
{
	unsigned i;

	for (i = 0; i < ls->n_episodes && !ls->started; i++) {
		if (!ls->episode[i].timed)
			continue;
		ls->episode[i].from_ns += now_ns;
		ls->episode[i].to_ns += now_ns;
	}
	ls->started = true;
}

static bool
acts(const struct lines *ls, const struct episode *e, unsigned line, enum way way,
    int64_t now_ns)
{
	if (e->line != line || !e->ways[way])
		return false;
	return !e->timed || (ls->started && now_ns >= e->from_ns && now_ns < e->to_ns);
}

static void
touch(struct episode *e, enum way way, int64_t now_ns)
{
	if (e->touched[WAY_UP] + e->touched[WAY_DOWN] == 0)
		e->first_ns = now_ns;
	e->touched[way]++;
	e->last_ns = now_ns;
}

enum fate
lines_fate(
    struct lines *ls, unsigned line, enum way way, int64_t now_ns, int64_t *release_ns)
{
	struct way_state *w = &ls->line[line].ways[way];
	struct episode *blackout = NULL, *hold = NULL, *loss = NULL, *e;
	int64_t at = now_ns;
	bool behind = false;

	w->seen++;
	for (e = ls->episode; e < ls->episode + ls->n_episodes; e++) {
		if (!acts(ls, e, line, way, now_ns))
			continue;
		if (e->kind == EPISODE_BLACKOUT)
			blackout = e;
		else if (e->kind == EPISODE_HOLD)
			hold = e;
		else if (e->kind == EPISODE_LOSS && draw(&w->rng) < e->value)
			loss = e;
		else if (e->kind == EPISODE_REORDER && draw(&w->rng) < e->value)
			behind = true, touch(e, way, now_ns);
		else if (e->kind == EPISODE_DELAY)
			at += (int64_t)e->value, touch(e, way, now_ns);
		else if (e->kind == EPISODE_JITTER)
			at += (int64_t)(e->value * draw(&w->rng)), touch(e, way, now_ns);
	}
	if (blackout != NULL) {
		touch(blackout, way, now_ns);
		w->blackout++;
		return FATE_BLACKOUT;
	}
	if (loss != NULL) {
		touch(loss, way, now_ns);
		w->lost++;
		return FATE_LOST;
	}
	if (hold != NULL) {
		touch(hold, way, now_ns);
		w->held++;
		at = hold->to_ns > at ? hold->to_ns : at;
	}
	/* Jitter keeps the order, as a queue does; only reordering lets others past. */
	if (at < w->newest_release_ns)
		at = w->newest_release_ns;
	w->newest_release_ns = at;
	if (behind) {
		w->reordered++;
		at += REORDER_NS;
	}
	*release_ns = at;
	return FATE_PASS;
}
