#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include "reports/chart.h"

/*
 * Pages of A4 or Letter: a running head and foot, and a flow of headings, paragraphs,
 * tables and figures that break by themselves. The same code runs once to count pages,
 * then to draw.
 */
#define PAGE_MARGIN 48.0  /* left; on paper wider than A4 all is moved to its middle */
#define PAGE_INNER  499.0 /* width of what is printed, on any paper */
#define PAGE_TOP    62.0

struct paper {
	const char *name; /* a4, letter */
	double w, h;
};

/* By its name, NULL for A4. Result: NULL where there is none of that name. */
const struct paper *page_paper(const char *name);

enum pages_kind {
	PAGES_COUNT,
	PAGES_PDF,
	PAGES_PNG
};

struct pages {
	enum pages_kind kind;
	struct fonts *fonts;
	struct draw *d;
	cairo_surface_t *surface;
	const char *png_dir; /* PAGES_PNG */
	const struct paper *paper;
	double y;
	unsigned number, total; /* total: 0 while counting */
	char section[128], subject[512], foot[256];
	int outline;  /* of the last heading of level 1 */
	void *places; /* name -> page, filled while counting, shared by the passes */
	void *alts;   /* texts of the figures, in order */
	char err[256];
	int rc;
};

/*
 * pages_open(p, kind, fonts, surface, places, alts): start a pass on p->paper (NULL: A4);
 * surface of PAGES_PDF only. pages_close finishes the last page. Result: 0 or -errno with
 * p->err.
 */
void pages_open(struct pages *p, enum pages_kind kind, struct fonts *fonts,
    cairo_surface_t *surface, void *places, void *alts);
int pages_close(struct pages *p);

/* Begin a page with this running head; page_need starts one where less than h is left. */
void page_begin(struct pages *p, const char *section);
bool page_need(struct pages *p, double h);
/* Where the room for text ends. */
double page_bottom(const struct pages *p);
/* A section that need not begin on a page of its own: below the one before where its head
 * and ${with} points more have room, else on a new page. */
void page_section(struct pages *p, const char *section, double with);
/* Page of a place, 0 where not known yet. */
unsigned page_of(const struct pages *p, const char *place);

/* Headings keep ${with} points of what follows on their page. */
void page_title(
    struct pages *p, const char *place, const char *outline, const char *text);
/* A section with nothing in it: a title no louder than that. */
void page_title_quiet(
    struct pages *p, const char *place, const char *outline, const char *text);
void page_heading(struct pages *p, double with, const char *place, const char *text);
void page_text(struct pages *p, const struct style *s, const char *text);
void page_link(struct pages *p, const char *place, const char *text);
void page_gap(struct pages *p, double h);
/* A unit must not part from its number: the text with spaces that do not break there;
 * g_free. */
char *page_bind(const char *text);

/*
 * page_figure(p, name, title, alt, h, paint, ctx):
 * A figure of height ${h}; in a pass of PNGs also written alone under its title, as
 * chart-NAME.png for a screen and chart-NAME-print.png for print.
 */
typedef void page_paint(struct draw *d, struct box box, const void *ctx);
void page_figure(struct pages *p, const char *name, const char *title, const char *alt,
    double h, page_paint *paint, const void *ctx);
/* One beside other things: where it is told, and in no file of its own. */
void page_figure_at(
    struct pages *p, struct box box, const char *alt, page_paint *paint, const void *ctx);

extern const struct style style_title, style_heading, style_body, style_note, style_small;

/* ---- tables ---- */

struct column {
	const char *title;
	double width;
	enum align align;
	bool wrap; /* else one line, cut with an ellipsis */
	enum face face;
};

struct cell {
	const char *text; /* after a newline: a second, muted line */
	uint32_t colour;  /* 0: ink */
	bool bold;
	const char *place; /* a link to it, or NULL */
};

#define TABLE_COLUMNS 10

struct table {
	struct pages *p;
	const struct column *columns;
	size_t n;
	double size;   /* of the text */
	uint32_t tint; /* of the rows from here on; 0: none */
	bool open;
};

/* The header is drawn at once and again on every page the table reaches. */
void table_begin(struct table *t, struct pages *p, const struct column *columns, size_t n,
    double size);
void table_row(struct table *t, const struct cell *cells);
void table_end(struct table *t);

/* Pairs of a label and a value, in one or two columns. */
struct fact {
	const char *label;
	const char *value;
};
void page_facts(struct pages *p, const struct fact *facts, size_t n, unsigned columns);

#endif
