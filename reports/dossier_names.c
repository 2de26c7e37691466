#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* The ISP's name servers against public ones. */
#define RUNS_MOST 8

static const struct column columns[] = {{"Name server", 106, ALIGN_LEFT, true, FACE_TEXT},
    {"Queries", 52, ALIGN_RIGHT, false, FACE_TEXT},
    {"Failed", 74, ALIGN_RIGHT, false, FACE_TEXT},
    {"Median", 50, ALIGN_RIGHT, false, FACE_TEXT},
    {"95 %", 54, ALIGN_RIGHT, false, FACE_TEXT},
    {"Time-out", 46, ALIGN_RIGHT, false, FACE_TEXT},
    {"Error\ncode", 38, ALIGN_RIGHT, false, FACE_TEXT},
    {"Mal-\nformed", 36, ALIGN_RIGHT, false, FACE_TEXT},
    {"Unreach-\nable", 43, ALIGN_RIGHT, false, FACE_TEXT}};

static void
headline(const struct tally *t, char *out, size_t room)
{
	char a[32], b[32];

	words_percent(t->failure[1], 3, a);
	words_percent(t->failure[0], 3, b);
	if (t->asked[1] > 0 && t->asked[0] > 0)
		say(out, room,
		    "The ISP's name servers failed {1} of queries, public ones {2}", a,
		    b);
	else if (t->asked[1] > 0)
		say(out, room, "The ISP's name servers failed {1} of queries", a);
	else
		say(out, room, "Public name servers failed {1} of queries", b);
}

static void
server_row(struct table *t, const struct results *r, const struct name_server *s)
{
	char name[TEXT_ROOM + 64], n[5][32], failed[96] = "–", p50[32], p95[32];
	char low[32], high[32];
	const struct probe_def *def =
	    s->probe < r->n_probes ? &r->probes[s->probe] : NULL;

	snprintf(name, sizeof name, "%s\n%s%s%s",
	    say_word(s->isp ? "of the ISP" : "public"), def != NULL ? def->name : "–",
	    def != NULL ? ", " : "", def != NULL ? def->target : "");
	words_count(s->asked, n[0]);
	words_count(s->timeout, n[1]);
	words_count(s->rcode, n[2]);
	words_count(s->malformed, n[3]);
	words_count(s->unreachable, n[4]);
	words_ms(s->p50_ns, p50);
	words_ms(s->p95_ns, p95);
	if (s->has_failure) {
		words_percent(s->failure.point, 3, failed);
		words_percent(s->failure.lower, 3, low);
		words_percent(s->failure.upper, 3, high);
		low[strcspn(low, " ")] = '\0';
		size_t used = strlen(failed);
		snprintf(failed + used, sizeof failed - used, "\n%s – %s", low, high);
	}
	struct cell cells[] = {{.text = name}, {.text = n[0]}, {.text = failed},
	    {.text = p50}, {.text = p95}, {.text = n[1]}, {.text = n[2]}, {.text = n[3]},
	    {.text = n[4]}};
	table_row(t, cells);
}

static const struct column run_columns[] = {{"From", 160, ALIGN_LEFT, false, FACE_TEXT},
    {"To", 160, ALIGN_LEFT, false, FACE_TEXT},
    {"Lasted", 100, ALIGN_RIGHT, false, FACE_TEXT}};

/* The longest first would hide their order: the first ones are listed, the rest counted.
 */
static void
runs(struct pages *p, const struct name_minutes *m, const struct zone *z)
{
	struct table t;
	char more[32], text[200];

	if (m->n_runs == 0)
		return;
	table_begin(&t, p, run_columns, 3, 7.6);
	for (size_t i = 0; i < m->n_runs && i < RUNS_MOST; i++) {
		char from[48], to[48], lasted[40];
		chart_zone_print(z, m->runs[i].start_ns, 0, from);
		chart_zone_print(z, m->runs[i].end_ns, 0, to);
		words_duration(m->runs[i].end_ns - m->runs[i].start_ns, false, lasted);
		struct cell cells[] = {{.text = from}, {.text = to}, {.text = lasted}};
		table_row(&t, cells);
	}
	table_end(&t);
	if (m->n_runs <= RUNS_MOST)
		return;
	words_count(m->n_runs, more);
	say(text, sizeof text, "The first ones of {1}; all are in the results.", more);
	page_text(p, &style_note, text);
}

static void
minutes(struct pages *p, const struct evidence *e, const struct zone *z)
{
	char text[400], dead[32], told[32];

	words_count(e->minutes.dead, dead);
	words_count(e->minutes.told, told);
	page_heading(p, 40, NULL, say_word("Internet reachable, resolver dead"));
	if (e->minutes.told == 0) {
		page_text(p, &style_body,
		    say_word(
		        "In no minute were two or more queries sent to the ISP's name servers, so no "
		        "minute can be called dead."));
		return;
	}
	say(text, sizeof text,
	    "{1} {1|minute|minutes} of {2}: no query to the ISP's name servers was answered, two "
	    "or more were sent, while targets on the Internet did answer. For people at the site "
	    "this is an outage; by the contract's definition it need not be one.",
	    dead, told);
	page_text(p, &style_body, text);
	runs(p, &e->minutes, z);
}

void
dossier_names(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct evidence *e = ds->r->links[link].evidence;
	char title[512], place[PLACE_ROOM];
	struct tally all;
	struct table t;

	if (e == NULL)
		return;
	dossier_place(place, "names", link);
	if (e->n_servers == 0) {
		page_section(p, say_word("Name servers"), 20);
		page_title_quiet(p, place, say_word("Name servers"),
		    say_word("Name servers were not measured"));
		page_text(p, &style_body,
		    say_word(
		        "No probe asks a name server over this link: nothing is said of them."));
		return;
	}
	page_section(p, say_word("Name servers"), 140);
	tally_find(&all, ds->r, &ds->r->links[link]);
	headline(&all, title, sizeof title);
	page_title(p, place, say_word("Name servers"), title);
	table_begin(&t, p, columns, sizeof columns / sizeof *columns, 7.4);
	for (size_t i = 0; i < e->n_servers; i++)
		server_row(&t, ds->r, &e->servers[i]);
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Failed: not answered, or answered with an error code (other than no such name) or "
	        "what is no answer; below it the 95 % interval by Clopper and Pearson, queries taken "
	        "as independent. Queries sent while the link was dark fail too, of both kinds. The "
	        "record tells that there was an error code, not which."));
	minutes(p, e, &ds->zones[link]);
}
