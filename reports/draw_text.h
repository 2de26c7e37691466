#ifndef REPORTS_DRAW_TEXT_H
#define REPORTS_DRAW_TEXT_H

#include "reports/draw.h"

#include <pango/pangocairo.h>

/* Inside of draw.c and draw_text.c alone. */
#define FIGURE_STYLES 12

/* Glyphs of printable ASCII in one face and size, for strings of figures. */
struct figures {
	enum face face;
	double size;
	cairo_scaled_font_t *font; /* borrowed from pango's font */
	PangoFont *pango_font;
	unsigned long glyph[128];
	double advance[128], ascent;
	bool has[128];
};

struct draw {
	struct fonts *fonts;
	cairo_t *cr; /* NULL: measuring */
	bool tagged, has_colour;
	uint32_t colour;
	PangoContext *context;
	PangoAttrList *tabular; /* tnum=1: figures of one width */
	GHashTable *lines;      /* "face size text" -> PangoLayout */
	struct figures figures[FIGURE_STYLES];
	size_t n_figures;
};

void draw_use(struct draw *d, uint32_t colour);

#endif
