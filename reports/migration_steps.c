/* Who does what and when, and what came of it: the last parts of a plan on paper. */
#include "reports/migration.h"

#include "reports/dossier.h"

#include <stdio.h>

/* ---- who does what ---- */

static const struct column step_columns[] = {{"When", 106, ALIGN_LEFT, true, FACE_TEXT},
    {"What", 188, ALIGN_LEFT, true, FACE_TEXT}, {"Who", 70, ALIGN_LEFT, true, FACE_TEXT},
    {"Evidence", 135, ALIGN_LEFT, true, FACE_TEXT}};

static void
print_offset(const struct migration_step *s, char out[64])
{
	int days = s->days < 0 ? -s->days : s->days;
	char n[16], text[48];

	snprintf(n, sizeof n, "%d", days % 7 == 0 ? days / 7 : days);
	say(text, sizeof text, days % 7 == 0 ? "{1} {1|week|weeks}" : "{1} {1|day|days}",
	    n);
	if (s->days == 0 && s->minutes == 0)
		snprintf(out, 64, "T");
	else if (s->days == 0)
		snprintf(out, 64, "T + %d min", s->minutes);
	else
		snprintf(out, 64, "T %s %s", s->days < 0 ? "−" : "+", text);
}

void
migration_runbook(struct pages *p, const struct migration_view *v)
{
	struct table t;

	page_heading(p, 200, "runbook", say_word("Runbook"));
	table_begin(&t, p, step_columns, 4, 8.0);
	for (size_t i = 0; i < migration_n_steps; i++) {
		const struct migration_step *s = &migration_steps[i];
		char at[48], offset[64], when[128];
		migration_print_at(v, migration_step_at(v, s), at);
		at[s->minutes == 0 && s->days != 0 ? 10 : 16] = '\0';
		print_offset(s, offset);
		snprintf(when, sizeof when, "%s\n%s", at, offset);
		struct cell cells[] = {{.text = when, .bold = s->days == 0},
		    {.text = say_word(s->what)}, {.text = say_word(s->who)},
		    {.text = say_word(s->evidence)}};
		table_row(&t, cells);
	}
	table_end(&t);
}

/* ---- before and after ---- */

static const struct column side_columns[] = {{"", 150, ALIGN_LEFT, true, FACE_TEXT},
    {"Before", 174, ALIGN_LEFT, true, FACE_TEXT},
    {"After", 175, ALIGN_LEFT, true, FACE_TEXT}};

static void
side_row(struct table *t, const char *what, const char *before, const char *after)
{
	struct cell cells[] = {
	    {.text = say_word(what)}, {.text = before}, {.text = after}};

	table_row(t, cells);
}

struct side_words {
	char period[128], availability[160], down[128], loss[160], p50[32], p95[32];
};

static void
word_side(
    const struct migration_view *v, const struct migration_side *s, struct side_words *w)
{
	char a[48], b[48], c[32];

	migration_print_at(v, s->period.start_ns, a);
	migration_print_at(v, s->period.end_ns, b);
	a[16] = b[16] = '\0';
	say(w->period, sizeof w->period, "{1}\nto {2}", a, b);
	say(w->availability, sizeof w->availability, "not known");
	if (s->ledger.has_availability) {
		unsigned n = words_decimals(s->ledger.point, s->ledger.lower, 1);
		words_percent(s->ledger.point, n, a);
		words_percent(s->ledger.lower, n, b);
		words_percent(s->ledger.upper, n, c);
		say(w->availability, sizeof w->availability, "{1}\nbetween {2} and {3}",
		    a, b, c);
	}
	words_duration(s->ledger.down_ns, true, a);
	words_count(s->ledger.outage_count, c);
	say(w->down, sizeof w->down, "{1}\nin {2} {2|outage|outages}", a, c);
	snprintf(w->loss, sizeof w->loss, "–");
	if (s->has_loss) {
		words_percent(s->loss.point, 3, a);
		words_percent(s->loss.lower, 3, b);
		words_percent(s->loss.upper, 3, c);
		say(w->loss, sizeof w->loss, "{1}\nbetween {2} and {3}", a, b, c);
	}
	snprintf(w->p50, sizeof w->p50, "–");
	snprintf(w->p95, sizeof w->p95, "–");
	if (s->p50_ns >= 0) {
		words_ms(s->p50_ns, w->p50);
		words_ms(s->p95_ns, w->p95);
	}
}

void
migration_before_after(struct pages *p, const struct migration_view *v)
{
	struct side_words before, after;
	struct table t;

	if (v->proposed)
		return; /* the runbook says when there is one to be made */
	page_heading(p, v->before.has && v->after.has ? 230 : 40, "after",
	    say_word("Before and after"));
	if (!v->before.has || !v->after.has) {
		page_text(p, &style_body,
		    say_word(
		        "There is less than a day on one side of the move: make this "
		        "plan again 30 days after it."));
		return;
	}
	word_side(v, &v->before, &before);
	word_side(v, &v->after, &after);
	table_begin(&t, p, side_columns, 3, 8.0);
	side_row(
	    &t, "Link", v->pair->r->links[0].def->link, v->pair->r->links[1].def->link);
	side_row(&t, "Period", before.period, after.period);
	side_row(&t, "Availability", before.availability, after.availability);
	side_row(&t, "Downtime", before.down, after.down);
	side_row(&t, "Packet loss\n95 % interval", before.loss, after.loss);
	side_row(&t, "Round trip, median\nmean of hours", before.p50, after.p50);
	side_row(&t, "Round trip, p95\nmean of hours", before.p95, after.p95);
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Not the same minutes: what changed besides the line is in it too. At most 30 days "
	        "on each side, whatever the contracts count."));
}
