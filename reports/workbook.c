#include "reports/workbook.h"

#include "base/bytes.h"
#include "base/zone.h"
#include "reports/workbook_sheet.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNIX_DAY 25569 /* 1970-01-01, as spreadsheets count days */

/* ---- sheets ---- */

void
sheet_open(struct sheet *s, const struct book *b, const char *name, const double *widths)
{
	lxw_worksheet *there = workbook_get_worksheet_by_name(b->wb, name);

	*s = (struct sheet){
	    .b = b, .ws = there != NULL ? there : workbook_add_worksheet(b->wb, name)};
	for (uint16_t i = 0; widths[i] > 0; i++)
		worksheet_set_column(s->ws, i, i, widths[i], NULL);
	worksheet_set_landscape(s->ws);
	worksheet_set_paper(s->ws, 9); /* A4 */
	worksheet_fit_to_pages(s->ws, 1, 0);
}

void
sheet_head(struct sheet *s, const char *const *names)
{
	for (; *names != NULL; names++)
		sheet_text(s, LOOK_HEAD, *names);
	sheet_next(s);
	worksheet_freeze_panes(s->ws, s->row, 0);
	worksheet_repeat_rows(s->ws, 0, s->row - 1);
}

/* Text of others is a string whatever it begins with, and has no control bytes. */
void
sheet_text(struct sheet *s, enum look look, const char *text)
{
	char tame[1024];
	size_t n = 0;

	for (; *text != '\0' && n + 1 < sizeof tame; text++)
		tame[n++] = (unsigned char)*text < ' ' && *text != '\n' ? '?' : *text;
	while (n > 0 && *text != '\0' && ((unsigned char)tame[n - 1] & 0xC0) == 0x80)
		n--; /* not half a letter */
	tame[n] = '\0';
	worksheet_write_string(s->ws, s->row, s->column++, tame, s->b->look[look]);
}

void
sheet_number(struct sheet *s, enum look look, double v)
{
	if (isfinite(v))
		worksheet_write_number(s->ws, s->row, s->column, v, s->b->look[look]);
	s->column++;
}

void
sheet_time(struct sheet *s, int64_t ns)
{
	sheet_number(s, LOOK_TIME, (double)(ns / 1000) / 86400e6 + UNIX_DAY);
}

void
sheet_local(struct sheet *s, int64_t ns, const char *zone)
{
	struct zone_time t;

	zone_civil(ns, zone, &t);
	sheet_time(s, ns + (int64_t)t.offset_s * NS_PER_S);
}

void
sheet_seconds(struct sheet *s, int64_t ns)
{
	sheet_number(s, LOOK_SECONDS, (double)ns / 1e9);
}

void
sheet_formula(struct sheet *s, enum look look, const char *formula, double value)
{
	if (isfinite(value))
		worksheet_write_formula_num(
		    s->ws, s->row, s->column, formula, s->b->look[look], value);
	else
		worksheet_write_formula_str(
		    s->ws, s->row, s->column, formula, s->b->look[look], "");
	s->column++;
}

void
sheet_skip(struct sheet *s)
{
	s->column++;
}

void
sheet_next(struct sheet *s)
{
	s->row++;
	s->column = 0;
}

void
sheet_filter(struct sheet *s, uint16_t columns)
{
	if (s->row > 1)
		worksheet_autofilter(s->ws, 0, 0, s->row - 1, columns - 1);
}

/* ---- the book ---- */

static void
make_looks(struct book *b)
{
	for (int i = 0; i < LOOK_COUNT_OF; i++) {
		b->look[i] = workbook_add_format(b->wb);
		format_set_font_name(b->look[i], "Arial");
		format_set_font_size(b->look[i], 9);
		format_set_align(b->look[i], LXW_ALIGN_VERTICAL_TOP);
	}
	format_set_bold(b->look[LOOK_HEAD]);
	format_set_bottom(b->look[LOOK_HEAD], LXW_BORDER_THIN);
	format_set_text_wrap(b->look[LOOK_HEAD]);
	format_set_bg_color(b->look[LOOK_HEAD], 0xECEFF2);
	format_set_bold(b->look[LOOK_TITLE]);
	format_set_font_size(b->look[LOOK_TITLE], 14);
	format_set_font_color(b->look[LOOK_NOTE], 0x57606A);
	format_set_num_format(b->look[LOOK_TIME], "yyyy-mm-dd hh:mm:ss.000");
	format_set_num_format(b->look[LOOK_SECONDS], "#,##0.000");
	format_set_num_format(b->look[LOOK_COUNT], "#,##0");
	format_set_num_format(b->look[LOOK_PERCENT], "0.0000000%");
	format_set_num_format(b->look[LOOK_MONEY], "#,##0.00###");
	format_set_num_format(b->look[LOOK_NUMBER], "0.######");
	format_set_bg_color(b->look[LOOK_INPUT], 0xFFF8DC);
	format_set_border(b->look[LOOK_INPUT], LXW_BORDER_HAIR);
	format_set_bold(b->look[LOOK_RESULT]);
	format_set_num_format(b->look[LOOK_RESULT], "#,##0.00###");
	format_set_top(b->look[LOOK_RESULT], LXW_BORDER_THIN);
	format_set_bold(b->look[LOOK_BOLD]);
}

/* In the order in which they stand. */
static const char *const SHEETS[][2] = {
    {"README", "this"},
    {"Summary", "what each link came to, and what is owed: it follows the cells below"},
    {"Months", "each period: where its time went, availability, verdict"},
    {"Clauses", "what the contract promises beside availability, and what was measured"},
    {"Incidents", "every outage; the yellow cells say whether it counts: change one to "
                  "see what it does to the credit"},
    {"Credit", "the credit, clause by clause, as formulas over the incidents"},
    {"Exclusions", "maintenance and other time that is put aside, and why"},
    {"Contacts", "tickets that bear on these numbers"},
    {"Throughput",
        "every test of throughput; take away the rate of one, a yellow cell, to "
        "see what it does"},
    {"Bands", "the tests of each direction against the speeds of the contract, as "
              "formulas over them"},
    {"HourlyQuantiles", "round trips and losses by the hour, of the voting probes"},
    {"Degradations", "what was bad without being an outage"},
    {"Coverage", "time in which nothing is known, and why"},
    {"Config", "links, probes and the parameters of the rules"},
    {"Hashes", "what ties these numbers to the journal"},
};

static void
note(struct sheet *s, const char *what, const char *text)
{
	sheet_text(s, LOOK_BOLD, what);
	sheet_text(s, LOOK_TEXT, text);
	sheet_next(s);
}

static void
readme(const struct book *b)
{
	static const double WIDTHS[] = {24, 110, 0};
	char at[32];
	struct sheet s;

	sheet_open(&s, b, SHEETS[0][0], WIDTHS);
	sheet_text(&s, LOOK_TITLE, "Outages and credits, to recompute");
	sheet_next(&s);
	instant_utc(b->r->as_of.ns, at);
	note(&s, "As of", at);
	note(&s, "Made by", b->r->software);
	note(&s, "Units",
	    "times are dates with milliseconds, in UTC and beside it as the centre's clocks "
	    "show them; durations are seconds; ratios are percentages");
	note(&s, "Formulas",
	    "hold by themselves: nothing is fetched, no macro runs. Their values as stored "
	    "are the analyzer's own");
	sheet_next(&s);
	for (size_t i = 1; i < sizeof SHEETS / sizeof SHEETS[0]; i++)
		note(&s, SHEETS[i][0], SHEETS[i][1]);
}

static void
list_accounts(const struct results *r, struct accounts *a)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_links; i++)
		n += r->links[i].n_listed;
	*a = (struct accounts){.v = memory_grow(NULL, n + 1, sizeof *a->v)};
	for (size_t i = 0; i < r->n_links; i++)
		for (size_t k = 0; k < r->links[i].n_listed; k++)
			a->v[a->n++] = (struct account_of){
			    .l = &r->links[i], .d = &r->links[i].verdicts[k]};
}

static void
fill(struct book *b)
{
	struct accounts a;

	list_accounts(b->r, &a);
	make_looks(b);
	for (size_t i = 0; i < sizeof SHEETS / sizeof SHEETS[0]; i++)
		workbook_add_worksheet(b->wb, SHEETS[i][0]);
	readme(b);
	workbook_incidents(b, &a);
	workbook_credit(b, &a);
	workbook_summary(b, &a);
	workbook_months(b, &a);
	workbook_clauses(b, &a);
	workbook_exclusions(b, &a);
	workbook_contacts(b, &a);
	workbook_throughput(b);
	workbook_hours(b);
	workbook_degradations(b);
	workbook_coverage(b);
	workbook_config(b);
	workbook_hashes(b);
	free(a.v);
}

int
workbook_write(const struct results *r, const char *path, char *err, size_t room)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE};
	lxw_doc_properties about = {.title = "Outages and credits, to recompute",
	    .author = "linkwitness",
	    .created = (time_t)(r->as_of.ns / NS_PER_S)};
	struct book b = {.r = r};
	char part[4200];

	if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part) {
		snprintf(err, room, "%.80s…: the name is too long", path);
		return -ENAMETOOLONG;
	}
	/* The library tells of a file that it cannot open in words of its own, on stderr.
	 */
	FILE *f = fopen(part, "w");
	if (f == NULL) {
		int rc = -errno;
		snprintf(err, room, "%s: %s", path, strerror(errno));
		return rc;
	}
	fclose(f);
	b.wb = workbook_new_opt(part, &options);
	if (b.wb == NULL) {
		snprintf(err, room, "%s: cannot be written", path);
		return -ENOMEM;
	}
	workbook_set_properties(b.wb, &about);
	fill(&b);
	errno = 0;
	lxw_error e = workbook_close(b.wb);
	int rc = e == LXW_NO_ERROR ? 0 : errno != 0 ? -errno : -EIO;
	if (rc == 0 && rename(part, path) < 0)
		rc = -errno;
	if (rc < 0) {
		unlink(part);
		snprintf(err, room, "%s: %s", path, strerror(-rc));
	}
	return rc;
}
