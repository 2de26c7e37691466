#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* What was left out of the verdict, on whose word, and which outages it touches. */

static const struct column columns[] = {{"From, to", 124, ALIGN_LEFT, true, FACE_TEXT},
    {"Minutes", 48, ALIGN_RIGHT, false, FACE_TEXT},
    {"Left out", 48, ALIGN_RIGHT, false, FACE_TEXT},
    {"Source", 102, ALIGN_LEFT, true, FACE_TEXT},
    {"Reason", 107, ALIGN_LEFT, true, FACE_TEXT},
    {"Outages", 70, ALIGN_LEFT, true, FACE_TEXT}};

static void
print_source(const struct record *r, const struct zone *z, char *out, size_t room)
{
	char id[32], at[48];
	size_t used;

	snprintf(id, sizeof id, "%lld", (long long)r->id);
	chart_zone_print(z, r->entered_ns, 0, at);
	at[16] = '\0';
	say(out, room, "entry {1} of {2},\nby {3}", id, at, r->author);
	if (!r->maintenance)
		return;
	used = strlen(out);
	if (r->announced_ns == RECORDS_NEVER) {
		snprintf(
		    out + used, room - used, "; %s", say_word("no notice on record"));
		return;
	}
	chart_zone_print(z, r->announced_ns, 0, at);
	at[16] = '\0';
	snprintf(out + used, room - used, "; ");
	say(out + used + 2, room - used - 2, "announced {1}", at);
}

static void
exclusion_row(
    struct table *t, const struct exclusion_row *x, const struct zone *z, size_t link)
{
	char when[112], from[48], to[48], in[32], took[32], source[256], outages[96];
	char first[32], more[32], place[PLACE_ROOM];

	chart_zone_print(z, x->start_ns, 0, from);
	chart_zone_print(z, x->end_ns, 0, to);
	snprintf(when, sizeof when, "%s\n%s", from, to);
	words_minutes(x->in_ns, in);
	words_minutes(x->took_ns, took);
	print_source(x->record, z, source, sizeof source);
	snprintf(outages, sizeof outages, "%s", say_word("no outage"));
	snprintf(first, sizeof first, "%zu", x->first + 1);
	words_count(x->outages - 1, more);
	if (x->outages == 1)
		say(outages, sizeof outages, "No. {1}", first);
	else if (x->outages > 1)
		say(outages, sizeof outages, "No. {1} and {2} more", first, more);
	dossier_place(place, "register", link);
	struct cell cells[] = {{.text = when}, {.text = in}, {.text = took},
	    {.text = source}, {.text = x->reason},
	    {.text = outages,
	        .colour = x->outages > 0 ? INK_BLUE : 0,
	        .place = x->outages > 0 ? place : NULL}};
	table_row(t, cells);
}

/* Whatever is left out that no entry explains is of the contract's own hours. */
static void
sums(struct pages *p, const struct link_report *l, const struct tally *t)
{
	char text[900], all[32], reason[64], minutes[32], words[200];

	words_minutes(l->verdict.excluded_ns, all);
	say(text, sizeof text,
	    "Minutes left out of the verdict, by reason, in all {1}:", all);
	for (size_t i = 0; i < t->n_excluded; i++) {
		words_minutes(t->excluded[i].ns, minutes);
		snprintf(reason, sizeof reason, "%.60s",
		    words_reason(t->excluded[i].reason, words));
		say_more(text, sizeof text,
		    i + 1 < t->n_excluded ? "{1} {2};" : "{1} {2}.", reason, minutes);
	}
	page_text(p, &style_body, text);
}

static void
not_counted(struct pages *p, const struct tally *t)
{
	char text[300], n[32], of[32];

	if (t->not_counted == 0)
		return;
	words_count(t->not_counted, n);
	words_count(t->outages, of);
	say(text, sizeof text,
	    "{1} of {2} {2|outage|outages} of the register {1|does|do} not count by "
	    "{1|its|their} cause; {1|it stays|they stay} in the register with the reason.",
	    n, of);
	page_text(p, &style_body, text);
}

void
dossier_exclusions(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct evidence *e = l->evidence;
	char title[256], n[32], minutes[32], place[PLACE_ROOM];
	struct tally all;
	struct table t;

	if (e == NULL)
		return;
	tally_find(&all, ds->r, l);
	bool none = e->n_exclusion_rows == 0 && l->verdict.excluded_ns == 0;
	page_section(p, say_word("Exclusions"), none ? 20 : 90);
	words_count(e->n_exclusion_rows, n);
	words_minutes(l->verdict.excluded_ns, minutes);
	if (none)
		say(title, sizeof title, "Nothing is excluded from the verdict");
	else
		say(title, sizeof title,
		    "{1} minutes are left out of the verdict; {2} {2|entry|entries} by people",
		    minutes, n);
	dossier_place(place, "exclusions", link);
	if (none)
		page_title_quiet(p, place, say_word("Exclusions"), title);
	else
		page_title(p, place, say_word("Exclusions"), title);
	if (e->n_exclusion_rows > 0) {
		table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7.2);
		for (size_t i = 0; i < e->n_exclusion_rows; i++)
			exclusion_row(&t, &e->exclusion_rows[i], &ds->zones[link], link);
		table_end(&t);
		page_text(p, &style_note,
		    say_word(
		        "Minutes: of the entry, within the period. Left out: what the verdict left out "
		        "of it under the contract's rules; maintenance without the notice agreed, and "
		        "what exceeds the agreed length, is not left out."));
	}
	if (!none && l->has_verdict)
		sums(p, l, &all);
	not_counted(p, &all);
}
