#include "reports/page.h"
#include "reports/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Tables: measured rows that are never split, the header again on each page, hairlines
 * between rows and nothing else.
 */
#define CELL_GAP  7.0
#define ROW_PAD   2.2
#define MAX_LINES 4

static struct style
upper_style(const struct table *t, const struct column *c, const struct cell *cell)
{
	struct style s = {c->face, t->size, cell->colour == 0 ? INK : cell->colour};

	if (cell->bold)
		s.face = FACE_BOLD;
	if (s.face == FACE_MONO)
		s.size *= 0.86;
	return s;
}

static struct style
lower_style(const struct table *t)
{
	return (struct style){FACE_TEXT, t->size - 0.6, INK_MUTED};
}

/* The text up to a newline into upper, what follows into lower. A space parts the two for
 * those who read the structure, where it cannot be seen. */
static void
split(const char *text, bool left, char *upper, char *lower, size_t room)
{
	const char *newline = strchr(text, '\n');

	lower[0] = '\0';
	if (newline == NULL) {
		snprintf(upper, room, "%s", text);
		return;
	}
	snprintf(upper, room, "%.*s%s", (int)(newline - text), text, left ? " " : "");
	snprintf(lower, room, "%s%s", left ? "" : " ", newline + 1);
}

/* Draw a cell, or only measure it with y < 0. Result: its height. */
static double
cell_do(const struct table *t, const struct column *c, const struct cell *cell, double x,
    double y)
{
	char upper[512], lower[512];
	struct style big = upper_style(t, c, cell), small = lower_style(t);
	struct draw *d = t->p->d;
	double w = c->width - CELL_GAP, h = draw_leading(&big);

	split(cell->text, c->align == ALIGN_LEFT, upper, lower, sizeof upper);
	if (c->wrap && draw_width(d, &big, upper) > w) {
		h = y < 0 ? draw_block_height(d, &big, w, MAX_LINES, upper)
		          : draw_block(d, &big, x, y, w, MAX_LINES, upper);
	} else if (y >= 0) {
		draw_line(d, &big, x, y, w, c->align, upper);
	}
	if (lower[0] == '\0')
		return h;
	if (c->wrap && draw_width(d, &small, lower) > w) {
		const char *first = lower + (lower[0] == ' ');
		return h + (y < 0 ? draw_block_height(d, &small, w, MAX_LINES, first)
		                  : draw_block(d, &small, x, y + h, w, MAX_LINES, first));
	}
	if (y >= 0)
		draw_line(d, &small, x, y + h, w, c->align, lower);
	return h + draw_leading(&small);
}

static unsigned
header_lines(const struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (strchr(t->columns[i].title, '\n') != NULL)
			return 2;
	return 1;
}

static void
header(struct table *t)
{
	struct style s = {FACE_BOLD, t->size, INK};
	double x = PAGE_MARGIN, leading = draw_leading(&s);
	unsigned lines = header_lines(t);
	char upper[128], lower[128];

	draw_tag(t->p->d, "Table", NULL);
	draw_tag(t->p->d, "TR", NULL);
	for (size_t i = 0; i < t->n; i++) {
		const struct column *c = &t->columns[i];
		split(say_word(c->title), c->align == ALIGN_LEFT, upper, lower,
		    sizeof upper);
		double y = t->p->y + 2 + (lower[0] == '\0' ? (lines - 1) * leading : 0);
		draw_tag(t->p->d, "TH", NULL);
		draw_line(t->p->d, &s, x, y, c->width - CELL_GAP, c->align, upper);
		draw_line(
		    t->p->d, &s, x, y + leading, c->width - CELL_GAP, c->align, lower);
		draw_untag(t->p->d, "TH");
		x += c->width;
	}
	draw_untag(t->p->d, "TR");
	t->p->y += lines * leading + 5;
	draw_rule(
	    t->p->d, INK, 0.7, PAGE_MARGIN, t->p->y, PAGE_MARGIN + PAGE_INNER, t->p->y);
	t->p->y += ROW_PAD;
	t->open = true;
}

static void
close_part(struct table *t)
{
	if (t->open)
		draw_untag(t->p->d, "Table");
	t->open = false;
}

void
table_begin(
    struct table *t, struct pages *p, const struct column *columns, size_t n, double size)
{
	*t = (struct table){.p = p, .columns = columns, .n = n, .size = size};
}

void
table_row(struct table *t, const struct cell *cells)
{
	double h = 0, x = PAGE_MARGIN,
	       head = t->open ? 0 : header_lines(t) * t->size * 1.35 + 5 + ROW_PAD;

	for (size_t i = 0; i < t->n; i++)
		h = fmax(h, cell_do(t, &t->columns[i], &cells[i], 0, -1));
	if (t->p->y + head + h + 2 * ROW_PAD > page_bottom(t->p)) {
		close_part(t);
		page_need(t->p, t->p->paper->h);
	}
	if (!t->open)
		header(t);
	if (t->tint != 0)
		draw_fill(t->p->d, t->tint, PAGE_MARGIN, t->p->y - ROW_PAD, PAGE_INNER,
		    h + 2 * ROW_PAD);
	draw_tag(t->p->d, "TR", NULL);
	for (size_t i = 0; i < t->n; i++) {
		draw_tag(t->p->d, "TD", NULL);
		if (cells[i].place != NULL) {
			char attributes[96];
			snprintf(
			    attributes, sizeof attributes, "dest='%s'", cells[i].place);
			draw_tag(t->p->d, "Link", attributes);
		}
		cell_do(t, &t->columns[i], &cells[i], x, t->p->y);
		if (cells[i].place != NULL)
			draw_untag(t->p->d, "Link");
		draw_untag(t->p->d, "TD");
		x += t->columns[i].width;
	}
	draw_untag(t->p->d, "TR");
	t->p->y += h + ROW_PAD;
	draw_rule(t->p->d, INK_HAIR, 0.6, PAGE_MARGIN, t->p->y, PAGE_MARGIN + PAGE_INNER,
	    t->p->y);
	t->p->y += ROW_PAD;
}

void
table_end(struct table *t)
{
	close_part(t);
	t->p->y += 4;
}

static const struct style style_fact = {FACE_TEXT, 8.2, INK};

static double
fact_height(struct pages *p, const struct fact *f, double width)
{
	return draw_block_height(p->d, &style_fact, width, MAX_LINES, f->value);
}

static double
facts_height(
    struct pages *p, const struct fact *facts, size_t n, unsigned columns, double value_w)
{
	double all = 0;

	for (size_t i = 0; i < n; i += columns) {
		double h = 0;
		for (size_t k = i; k < i + columns && k < n; k++)
			h = fmax(h, fact_height(p, &facts[k], value_w));
		all += h + 1.4;
	}
	return all;
}

void
page_facts(struct pages *p, const struct fact *facts, size_t n, unsigned columns)
{
	static const struct style label = {FACE_TEXT, 7.5, INK_MUTED};
	double each = PAGE_INNER / columns, label_w = columns == 1 ? 84 : 64;
	double value_w = each - label_w - 10;
	char name[96];

	/* on one page: a line or two of them on the next say nothing */
	page_need(p, facts_height(p, facts, n, columns, value_w));
	for (size_t i = 0; i < n; i += columns) {
		double h = 0;
		for (size_t k = i; k < i + columns && k < n; k++)
			h = fmax(h, fact_height(p, &facts[k], value_w));
		page_need(p, h);
		for (size_t k = i; k < i + columns && k < n; k++) {
			double x = PAGE_MARGIN + (double)(k - i) * each;
			draw_tag(p->d, "P", NULL);
			/* a space behind it, for those who read without seeing */
			snprintf(name, sizeof name, "%s ", say_word(facts[k].label));
			draw_line(
			    p->d, &label, x, p->y + 0.6, label_w - 6, ALIGN_LEFT, name);
			draw_block(p->d, &style_fact, x + label_w, p->y, value_w,
			    MAX_LINES, facts[k].value);
			draw_untag(p->d, "P");
		}
		p->y += h + 1.4;
	}
}
