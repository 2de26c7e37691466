#include "reports/page.h"
#include "reports/picture.h"
#include "reports/say.h"

#include <cairo-pdf.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#define CHART_EDGE   18.0
#define SECTION_GAP  24.0
#define SECTION_HEAD 50.0 /* a title of two lines */

const struct style style_title = {FACE_BOLD, 17, INK};
const struct style style_heading = {FACE_BOLD, 11.5, INK};
const struct style style_body = {FACE_TEXT, 9, INK};
const struct style style_note = {FACE_TEXT, 7.5, INK_MUTED};
const struct style style_small = {FACE_TEXT, 7, INK_MUTED};

const struct paper *
page_paper(const char *name)
{
	static const struct paper list[] = {{"a4", 595, 842}, {"letter", 612, 792}};

	if (name == NULL)
		return &list[0];
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

/* How far what is printed moves to the right, in whole points. */
static double
middle(const struct paper *paper)
{
	return (double)(((int)paper->w - (int)(PAGE_INNER + 2 * PAGE_MARGIN)) / 2);
}

double
page_bottom(const struct pages *p)
{
	return p->paper->h - 56;
}

void
pages_open(struct pages *p, enum pages_kind kind, struct fonts *fonts,
    cairo_surface_t *surface, void *places, void *alts)
{
	p->kind = kind;
	p->fonts = fonts;
	p->surface = surface;
	p->places = places;
	p->alts = alts;
	p->number = 0;
	p->rc = 0;
	p->d = NULL;
	if (p->paper == NULL)
		p->paper = page_paper(NULL);
	if (kind == PAGES_PDF) {
		cairo_t *cr = cairo_create(surface);
		cairo_translate(cr, middle(p->paper), 0);
		p->d = draw_new(fonts, cr, true);
		cairo_destroy(cr);
		draw_tag(p->d, "Document", NULL);
	} else if (kind == PAGES_COUNT) {
		p->d = draw_new(fonts, NULL, false);
	}
}

static void
draw_frame_texts(struct pages *p)
{
	char text[64];
	double right = PAGE_MARGIN + PAGE_INNER, foot = p->paper->h - 40;

	draw_line(p->d, &style_note, PAGE_MARGIN, 32, PAGE_INNER * 0.42, ALIGN_LEFT,
	    p->section);
	draw_line(p->d, &style_note, PAGE_MARGIN + PAGE_INNER * 0.44, 32,
	    PAGE_INNER * 0.56, ALIGN_RIGHT, p->subject);
	draw_rule(p->d, INK_RULE, 0.5, PAGE_MARGIN, 46, right, 46);
	draw_rule(p->d, INK_RULE, 0.5, PAGE_MARGIN, foot - 5, right, foot - 5);
	draw_line(
	    p->d, &style_small, PAGE_MARGIN, foot, PAGE_INNER - 80, ALIGN_LEFT, p->foot);
	char number[16], total[16];
	snprintf(number, sizeof number, "%u", p->number);
	snprintf(total, sizeof total, "%u", p->total);
	say(text, sizeof text, "Page {1} of {2}", number, total);
	draw_line(p->d, &style_note, right - 78, foot, 78, ALIGN_RIGHT, text);
}

static void
finish_page(struct pages *p)
{
	if (p->number == 0 || p->kind == PAGES_COUNT)
		return;
	if (p->rc == 0)
		p->rc = draw_status(p->d, p->err, sizeof p->err);
	if (p->kind == PAGES_PDF) {
		cairo_surface_show_page(p->surface);
		return;
	}
	char *path = g_strdup_printf("%s/page-%03u.png", p->png_dir, p->number);
	draw_free(p->d);
	p->d = NULL;
	if (p->rc == 0)
		p->rc = picture_write(p->surface, PICTURE_PAGE_DPI, p->section, path,
		    p->err, sizeof p->err);
	cairo_surface_destroy(p->surface);
	p->surface = NULL;
	g_free(path);
}

int
pages_close(struct pages *p)
{
	finish_page(p);
	if (p->kind == PAGES_COUNT)
		p->total = p->number;
	if (p->kind == PAGES_PDF)
		draw_untag(p->d, "Document");
	if (p->rc == 0 && p->d != NULL)
		p->rc = draw_status(p->d, p->err, sizeof p->err);
	draw_free(p->d);
	p->d = NULL;
	return p->rc;
}

void
page_begin(struct pages *p, const char *section)
{
	finish_page(p);
	if (section != p->section)
		snprintf(p->section, sizeof p->section, "%s", section);
	p->number++;
	p->y = PAGE_TOP;
	if (p->kind == PAGES_PNG) {
		p->surface = picture_new(p->paper->w, p->paper->h, PICTURE_PAGE_DPI);
		cairo_t *cr = cairo_create(p->surface);
		cairo_translate(cr, middle(p->paper), 0);
		p->d = draw_new(p->fonts, cr, false);
		cairo_destroy(cr);
	}
	draw_frame_texts(p);
}

bool
page_need(struct pages *p, double h)
{
	if (p->y + h <= page_bottom(p) || p->y <= PAGE_TOP)
		return false;
	page_begin(p, p->section);
	return true;
}

void
page_section(struct pages *p, const char *section, double with)
{
	if (p->number > 0 && p->y + SECTION_GAP + SECTION_HEAD + with <= page_bottom(p))
		p->y += SECTION_GAP;
	else
		page_begin(p, section);
	if (section != p->section) /* for the heads of the pages from the next on */
		snprintf(p->section, sizeof p->section, "%s", section);
}

unsigned
page_of(const struct pages *p, const char *place)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(p->places, place));
}

/* A place to be linked to; recorded while counting, a destination in the PDF. */
static void
mark_place(struct pages *p, const char *place)
{
	char attributes[128];

	if (place == NULL)
		return;
	if (p->kind == PAGES_COUNT)
		g_hash_table_insert(
		    p->places, g_strdup(place), GUINT_TO_POINTER(p->number));
	/* whole numbers: cairo reads decimals by the locale's sign */
	snprintf(
	    attributes, sizeof attributes, "name='%s' x=0 y=%d", place, (int)p->y - 12);
	draw_tag(p->d, "cairo.dest", attributes);
	draw_untag(p->d, "cairo.dest");
}

static int
add_outline(struct pages *p, int parent, const char *place, const char *text)
{
	char attributes[128];

	if (p->kind != PAGES_PDF || place == NULL)
		return 0;
	snprintf(attributes, sizeof attributes, "dest='%s'", place);
	return cairo_pdf_surface_add_outline(p->surface, parent, text, attributes,
	    parent == CAIRO_PDF_OUTLINE_ROOT ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
}

char *
page_bind(const char *text)
{
	GString *s = g_string_new(NULL);

	for (const char *c = text; *c != '\0'; c++) {
		bool bound = *c == ' ' && c > text && g_ascii_isdigit(c[-1]) &&
		             (c[1] == '%' || g_ascii_islower(c[1]) ||
		                 (g_ascii_isupper(c[1]) && g_ascii_isupper(c[2])));
		g_string_append(s, bound ? "\u00A0" : (char[]){*c, '\0'});
	}
	return g_string_free(s, FALSE);
}

static void
title(struct pages *p, const struct style *s, const char *place, const char *outline,
    const char *text)
{
	mark_place(p, place);
	p->outline = add_outline(p, CAIRO_PDF_OUTLINE_ROOT, place, outline);
	char *bound = page_bind(text);
	draw_tag(p->d, "H1", NULL);
	p->y += draw_block(p->d, s, PAGE_MARGIN, p->y, PAGE_INNER, 4, bound);
	draw_untag(p->d, "H1");
	g_free(bound);
	p->y += 4;
}

void
page_title(struct pages *p, const char *place, const char *outline, const char *text)
{
	title(p, &style_title, place, outline, text);
}

void
page_title_quiet(
    struct pages *p, const char *place, const char *outline, const char *text)
{
	title(p, &style_heading, place, outline, text);
}

void
page_heading(struct pages *p, double with, const char *place, const char *text)
{
	if (p->y > PAGE_TOP)
		p->y += 11;
	page_need(p, draw_leading(&style_heading) + 5 + with);
	mark_place(p, place);
	add_outline(p, p->outline, place, text);
	draw_tag(p->d, "H2", NULL);
	p->y += draw_block(p->d, &style_heading, PAGE_MARGIN, p->y, PAGE_INNER, 3, text);
	draw_untag(p->d, "H2");
	p->y += 5;
}

void
page_text(struct pages *p, const struct style *s, const char *text)
{
	char *bound = page_bind(text);
	double h = draw_block_height(p->d, s, PAGE_INNER, 0, bound);

	page_need(p, h);
	draw_tag(p->d, "P", NULL);
	p->y += draw_block(p->d, s, PAGE_MARGIN, p->y, PAGE_INNER, 0, bound);
	draw_untag(p->d, "P");
	p->y += 3;
	g_free(bound);
}

void
page_link(struct pages *p, const char *place, const char *text)
{
	static const struct style link = {FACE_BOLD, 9, INK_BLUE};
	char attributes[128];

	page_need(p, draw_leading(&link));
	snprintf(attributes, sizeof attributes, "dest='%s'", place);
	draw_tag(p->d, "P", NULL);
	draw_tag(p->d, "Link", attributes);
	draw_line(p->d, &link, PAGE_MARGIN, p->y, PAGE_INNER, ALIGN_LEFT, text);
	draw_untag(p->d, "Link");
	draw_untag(p->d, "P");
	p->y += draw_leading(&link) + 3;
}

void
page_gap(struct pages *p, double h)
{
	p->y += h;
}

static void
write_chart(struct pages *p, const char *name, const char *title, double h,
    page_paint *paint, const void *ctx, unsigned dpi)
{
	double head = draw_leading(&style_heading) + 8;
	char *path = g_strdup_printf("%s/chart-%s%s.png", p->png_dir, name,
	    dpi == PICTURE_PRINT_DPI ? "-print" : "");
	cairo_surface_t *s =
	    picture_new(PAGE_INNER + 2 * CHART_EDGE, h + head + 2 * CHART_EDGE, dpi);
	cairo_t *cr = cairo_create(s);
	struct draw *d = draw_new(p->fonts, cr, false);
	struct box box = {CHART_EDGE, CHART_EDGE + head, PAGE_INNER, h};

	cairo_destroy(cr);
	draw_line(
	    d, &style_heading, CHART_EDGE, CHART_EDGE, PAGE_INNER, ALIGN_LEFT, title);
	paint(d, box, ctx);
	if (p->rc == 0)
		p->rc = draw_status(d, p->err, sizeof p->err);
	draw_free(d);
	if (p->rc == 0)
		p->rc = picture_write(s, dpi, title, path, p->err, sizeof p->err);
	cairo_surface_destroy(s);
	g_free(path);
}

void
page_figure_at(
    struct pages *p, struct box box, const char *alt, page_paint *paint, const void *ctx)
{
	if (p->kind == PAGES_PDF)
		g_ptr_array_add(p->alts, g_strdup(alt));
	draw_tag(p->d, "Figure", NULL);
	if (!draw_is_quiet(p->d))
		paint(p->d, box, ctx);
	draw_untag(p->d, "Figure");
}

void
page_figure(struct pages *p, const char *name, const char *title, const char *alt,
    double h, page_paint *paint, const void *ctx)
{
	page_need(p, h);
	page_figure_at(
	    p, (struct box){PAGE_MARGIN, p->y, PAGE_INNER, h}, alt, paint, ctx);
	p->y += h + 4;
	if (p->kind != PAGES_PNG)
		return;
	write_chart(p, name, title, h, paint, ctx, PICTURE_SCREEN_DPI);
	write_chart(p, name, title, h, paint, ctx, PICTURE_PRINT_DPI);
}
