/* import states: time,state; a state holds until the next row, before the first is
 * unknown, and the last row ends the history. */
#include "base/bytes.h"
#include "cmd/import_csv.h"

#include <stdlib.h>
#include <string.h>

enum {
	TIME,
	STATE,
	N_COLUMNS
};

static const struct csv_column COLUMNS[N_COLUMNS] = {
    [TIME] = {"time", true},
    [STATE] = {"state", true},
};

static const char *const WORDS[] = {"up", "down", "unknown"};
#define N_WORDS    3
#define SYNC_EVERY 512

struct state_row {
	int64_t time_ns;
	uint8_t word;
	bool known;
	const char *file;
	unsigned long line;
};

struct states {
	struct state_row *rows;
	size_t n, room;
};

static void
take_row(void *ctx, struct import *im, char *const *field)
{
	struct states *s = ctx;
	struct state_row row = {.word = N_WORDS, .file = im->file, .line = im->line};
	const char *why;

	for (uint8_t i = 0; i < N_WORDS; i++)
		if (strcmp(field[STATE], WORDS[i]) == 0)
			row.word = i;
	if (!import_time_instant(&im->zone, field[TIME], &row.time_ns, &why)) {
		import_bad(im, "%s", why);
		return;
	}
	if (row.word == N_WORDS) {
		import_bad(im, "state: %.40s: not up, down or unknown", field[STATE]);
		return;
	}
	if (s->n == s->room) {
		s->room = s->room * 2 + 256;
		s->rows = memory_grow(s->rows, s->room, sizeof *s->rows);
	}
	s->rows[s->n++] = row;
	im->good++;
}

static void *
begin(void)
{
	struct states *s = memory_grow(NULL, 1, sizeof *s);

	memset(s, 0, sizeof *s);
	return s;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	return csv_read(im, f, COLUMNS, N_COLUMNS, take_row, ctx);
}

/* In time; rows of one time in the order they came. */
static int
by_time(const void *a, const void *b)
{
	const struct state_row *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* One instant has one state: the same again is a repetition, another one a bad row. */
static void
settle(void *ctx, struct import *im)
{
	struct states *s = ctx;
	size_t kept = 0;

	if (s->n > 0)
		qsort(s->rows, s->n, sizeof *s->rows, by_time);
	for (size_t i = 0; i < s->n; i++) {
		const struct state_row *row = &s->rows[i];
		if (kept == 0 || s->rows[kept - 1].time_ns != row->time_ns) {
			s->rows[kept++] = *row;
			continue;
		}
		if (s->rows[kept - 1].word == row->word) {
			im->repeated++;
			continue;
		}
		im->file = row->file;
		im->line = row->line;
		im->good--;
		import_bad(im, "state: %s, but %s:%lu says %s at the same time",
		    WORDS[row->word], s->rows[kept - 1].file, s->rows[kept - 1].line,
		    WORDS[s->rows[kept - 1].word]);
	}
	s->n = kept;
}

static bool
span(const void *ctx, wall_t *first, wall_t *last)
{
	const struct states *s = ctx;

	if (s->n == 0)
		return false;
	first->ns = s->rows[0].time_ns;
	last->ns = s->rows[s->n - 1].time_ns;
	return true;
}

static int
known_event(void *ctx, const struct event *e)
{
	struct states *s = ctx;

	for (size_t low = 0, high = s->n; e->kind == EVENT_STATE && low < high;) {
		size_t mid = low + (high - low) / 2;
		if (s->rows[mid].time_ns < e->time.ns)
			low = mid + 1;
		else if (s->rows[mid].time_ns > e->time.ns)
			high = mid;
		else {
			s->rows[mid].known =
			    strcmp(WORDS[s->rows[mid].word], e->text) == 0;
			break;
		}
	}
	return 0;
}

static size_t
left(void *ctx, struct import *im)
{
	const struct states *s = ctx;
	size_t n = 0;

	(void)im;
	for (size_t i = 0; i < s->n; i++)
		n += !s->rows[i].known;
	return n;
}

static int
write_all(void *ctx, struct import *im, struct journal_writer *w)
{
	const struct states *s = ctx;
	struct event e = {.kind = EVENT_STATE, .link = journal_link(w, &im->link)};
	mono_t now = {0};
	int rc = 0;

	e.session = journal_session(w);
	for (size_t i = 0; i < s->n && rc == 0; i++) {
		e.at.ns = e.until.ns = s->rows[i].time_ns;
		if (s->rows[i].known)
			continue;
		strcpy(e.text, WORDS[s->rows[i].word]);
		journal_event(w, &e);
		if (i % SYNC_EVERY == SYNC_EVERY - 1) {
			now.ns += 2 * 10 * NS_PER_S; /* a block each time */
			rc = journal_sync(w, now);
		}
	}
	e.kind = EVENT_HISTORY_END;
	e.text[0] = '\0';
	journal_event(w, &e);
	return rc;
}

static void
end(void *ctx)
{
	struct states *s = ctx;

	free(s->rows);
	free(s);
}

const struct import_format IMPORT_STATES = {
    "states", begin, read_file, settle, span, NULL, known_event, left, write_all, end};
