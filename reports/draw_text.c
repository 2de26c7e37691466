#include "reports/draw_text.h"

#include <math.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <string.h>

/*
 * Text. Most cells of a long table are figures (times, durations, ids): their glyphs come
 * from a table shaped once a face and size, which is six times cheaper than a layout and
 * draws the same, since tabular figures do not kern. Everything else is a pango layout,
 * kept by its text.
 */

struct fonts {
	FcConfig *config;
	PangoFontMap *map;
};

static const struct {
	const char *file, *package;
} font_files[] = {
    {"opentype/inter/Inter-Regular.otf", "fonts-inter"},
    {"opentype/inter/Inter-SemiBold.otf", "fonts-inter"},
    {"truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core"},
    {"truetype/dejavu/DejaVuSans-Bold.ttf", "fonts-dejavu-core"},
    {"truetype/dejavu/DejaVuSansMono.ttf", "fonts-dejavu-core"},
};

#define CACHED_LINES 4096
#define FIGURES      "0123456789.,:/%+- \u202f\u2212\u2013\u00b1\u2026"
#define FIGURES_MOST 64 /* bytes of a text */

#ifdef __SANITIZE_ADDRESS__
/* fontconfig keeps a table until exit, and a thread of pango's may still sort fonts then;
 * that it was let pass is not said on standard error, which tests read. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif

struct fonts *
fonts_new(char *err, size_t room)
{
	struct fonts *f = g_new0(struct fonts, 1);
	char path[512];

	f->config = FcConfigCreate();
	for (size_t i = 0; i < G_N_ELEMENTS(font_files); i++) {
		snprintf(path, sizeof path, "/usr/share/fonts/%s", font_files[i].file);
		if (!FcConfigAppFontAddFile(f->config, (const FcChar8 *)path)) {
			snprintf(err, room, "%s: no such font, install %s", path,
			    font_files[i].package);
			fonts_free(f);
			return NULL;
		}
	}
	f->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), f->config);
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(f->map), 72);
	return f;
}

void
fonts_free(struct fonts *f)
{
	if (f == NULL)
		return;
	if (f->map != NULL) {
		/* pango 1.50 keeps its reference of the configuration for ever otherwise
		 */
		pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), NULL);
		g_object_unref(f->map);
	}
	if (f->config != NULL)
		FcConfigDestroy(f->config);
	g_free(f);
}

static PangoContext *
context_new(struct fonts *fonts, cairo_t *cr)
{
	PangoContext *context = pango_font_map_create_context(fonts->map);
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	pango_cairo_context_set_resolution(context, 72);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_context_set_language(context, pango_language_from_string("en"));
	if (cr != NULL)
		pango_cairo_update_context(cr, context);
	return context;
}

struct draw *
draw_new(struct fonts *fonts, cairo_t *cr, bool tagged)
{
	struct draw *d = g_new0(struct draw, 1);

	d->fonts = fonts;
	d->cr = cr == NULL ? NULL : cairo_reference(cr);
	d->tagged = tagged && cr != NULL;
	d->context = context_new(fonts, cr);
	d->tabular = pango_attr_list_new();
	pango_attr_list_insert(d->tabular, pango_attr_font_features_new("tnum=1"));
	/* a hash or an address that is broken must not gain a character */
	pango_attr_list_insert(d->tabular, pango_attr_insert_hyphens_new(FALSE));
	d->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
	return d;
}

void
draw_free(struct draw *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n_figures; i++)
		g_object_unref(d->figures[i].pango_font);
	g_hash_table_destroy(d->lines);
	pango_attr_list_unref(d->tabular);
	g_object_unref(d->context);
	if (d->cr != NULL)
		cairo_destroy(d->cr);
	g_free(d);
}

static PangoFontDescription *
describe(enum face face, double size)
{
	PangoFontDescription *desc = pango_font_description_new();

	pango_font_description_set_family_static(
	    desc, face == FACE_MONO ? "DejaVu Sans Mono" : "Inter, DejaVu Sans");
	pango_font_description_set_weight(
	    desc, face == FACE_BOLD ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_absolute_size(desc, size * PANGO_SCALE);
	return desc;
}

/* Text of the outside world may hold anything: bytes that are no UTF-8 and control
 * characters become the replacement character. Caller frees. */
static char *
clean_text(const char *text)
{
	char *valid = g_utf8_make_valid(text, -1);

	for (char *p = valid; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
	return valid;
}

static PangoLayout *
layout_new(struct draw *d, const struct style *s, const char *text)
{
	PangoLayout *layout = pango_layout_new(d->context);
	PangoFontDescription *desc = describe(s->face, s->size);
	char *clean = clean_text(text);

	pango_layout_set_font_description(layout, desc);
	pango_font_description_free(desc);
	pango_layout_set_attributes(layout, d->tabular);
	pango_layout_set_text(layout, clean, -1);
	g_free(clean);
	return layout;
}

static PangoLayout *
layout_of(struct draw *d, const struct style *s, const char *text)
{
	char *key =
	    g_strdup_printf("%d %d %s", (int)s->face, (int)lrint(s->size * 100), text);
	PangoLayout *layout = g_hash_table_lookup(d->lines, key);

	if (layout != NULL) {
		g_free(key);
		return layout;
	}
	if (g_hash_table_size(d->lines) >= CACHED_LINES)
		g_hash_table_remove_all(d->lines);
	layout = layout_new(d, s, text);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	g_hash_table_insert(d->lines, key, layout);
	return layout;
}

double
draw_leading(const struct style *s)
{
	return s->size * 1.35;
}

/* What stands with figures and is not ASCII has its glyph where ASCII has none. */
static const char *const beside[] = {"±", "–", "−", "\u202F", "\u00A0"};

/* The place of the character at p in a table of glyphs, and its bytes. 0: it has none. */
static unsigned
figure_at(const char *p, size_t *bytes)
{
	*bytes = 1;
	if ((unsigned char)*p < 128)
		return strchr("0123456789abcdef:.-+ hmsin", *p) != NULL
		           ? (unsigned char)*p
		           : 0;
	for (unsigned i = 0; i < G_N_ELEMENTS(beside); i++) {
		*bytes = strlen(beside[i]);
		if (strncmp(p, beside[i], *bytes) == 0)
			return i + 1;
	}
	return 0;
}

static bool
is_figures(const char *text)
{
	bool digit = false;
	size_t bytes;

	for (const char *p = text; *p != '\0'; p += bytes) {
		if (figure_at(p, &bytes) == 0)
			return false;
		digit |= *p >= '0' && *p <= '9';
	}
	return digit;
}

static void
shape_figure(struct draw *d, struct figures *f, unsigned at, const char *text)
{
	struct style s = {f->face, f->size, INK};
	PangoLayout *layout = layout_new(d, &s, text);
	PangoLayoutLine *line = pango_layout_get_line_readonly(layout, 0);
	PangoGlyphItem *run = line->runs->data;

	if (f->font == NULL) {
		f->pango_font = g_object_ref(run->item->analysis.font);
		f->font =
		    pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(f->pango_font));
		f->ascent = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
	}
	/* a character that another font must lend goes the long way */
	f->has[at] = run->item->analysis.font == f->pango_font;
	f->glyph[at] = run->glyphs->glyphs[0].glyph;
	f->advance[at] = (double)run->glyphs->glyphs[0].geometry.width / PANGO_SCALE;
	g_object_unref(layout);
}

static void
shape_figures(struct draw *d, struct figures *f)
{
	for (unsigned c = ' '; c < 127; c++)
		shape_figure(d, f, c, (char[]){(char)c, '\0'});
	for (unsigned i = 0; i < G_N_ELEMENTS(beside); i++)
		shape_figure(d, f, i + 1, beside[i]);
}

static struct figures *
figures_of(struct draw *d, const struct style *s)
{
	for (size_t i = 0; i < d->n_figures; i++)
		if (d->figures[i].face == s->face && d->figures[i].size == s->size)
			return &d->figures[i];
	if (d->n_figures == FIGURE_STYLES)
		return NULL;
	struct figures *f = &d->figures[d->n_figures++];
	f->face = s->face;
	f->size = s->size;
	shape_figures(d, f);
	return f;
}

/* The table for a text that is short and all figures, or NULL. */
static struct figures *
figures_for(struct draw *d, const struct style *s, const char *text)
{
	size_t bytes;

	if (strlen(text) >= FIGURES_MOST || !is_figures(text))
		return NULL;
	struct figures *f = figures_of(d, s);
	for (const char *p = text; f != NULL && *p != '\0'; p += bytes)
		if (!f->has[figure_at(p, &bytes)])
			return NULL;
	return f;
}

static double
figures_width(const struct figures *f, const char *text)
{
	double w = 0;
	size_t bytes;

	for (const char *p = text; *p != '\0'; p += bytes)
		w += f->advance[figure_at(p, &bytes)];
	return w;
}

static void
figures_show(
    struct draw *d, const struct figures *f, double x, double y, const char *text)
{
	cairo_glyph_t glyphs[FIGURES_MOST];
	cairo_text_cluster_t clusters[FIGURES_MOST];
	size_t bytes;
	int n = 0;

	for (const char *p = text; *p != '\0'; p += bytes, n++) {
		unsigned at = figure_at(p, &bytes);
		glyphs[n] = (cairo_glyph_t){f->glyph[at], x, y + f->ascent};
		clusters[n] = (cairo_text_cluster_t){(int)bytes, 1};
		x += f->advance[at];
	}
	cairo_set_scaled_font(d->cr, f->font);
	cairo_show_text_glyphs(d->cr, text, (int)strlen(text), glyphs, n, clusters, n, 0);
}

double
draw_width(struct draw *d, const struct style *s, const char *text)
{
	int w;

	const struct figures *f = figures_for(d, s, text);
	if (f != NULL)
		return figures_width(f, text);
	PangoLayout *layout = layout_of(d, s, text);
	pango_layout_set_width(layout, -1);
	pango_layout_get_size(layout, &w, NULL);
	return (double)w / PANGO_SCALE;
}

static double
aligned(double x, double width, double text_width, enum align align)
{
	if (align == ALIGN_RIGHT)
		return x + width - text_width;
	if (align == ALIGN_CENTRE)
		return x + (width - text_width) / 2;
	return x;
}

static unsigned figures_cut;

unsigned
draw_figures_cut(void)
{
	return figures_cut;
}

void
draw_line(struct draw *d, const struct style *s, double x, double y, double width,
    enum align align, const char *text)
{
	if (d->cr == NULL || text[0] == '\0')
		return;
	double w = draw_width(d, s, text);
	draw_use(d, s->colour);
	const struct figures *f = figures_for(d, s, text);
	if (f != NULL && (width == 0 || w <= width)) {
		figures_show(d, f, aligned(x, width, w, align), y, text);
		return;
	}
	PangoLayout *layout = layout_of(d, s, text);
	if (width > 0 && w > width) {
		figures_cut += text[strspn(text, FIGURES)] == '\0';
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
		w = width;
	} else {
		pango_layout_set_width(layout, -1);
	}
	double base = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
	cairo_new_path(d->cr);
	cairo_move_to(d->cr, aligned(x, width, w, align), y + base);
	pango_cairo_show_layout_line(d->cr, pango_layout_get_line_readonly(layout, 0));
	cairo_new_path(d->cr);
}

static PangoLayout *
wrapped(struct draw *d, const struct style *s, double width, unsigned max_lines,
    const char *text)
{
	PangoLayout *layout = layout_new(d, s, text);

	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_auto_dir(layout, FALSE);
	if (max_lines > 0) {
		pango_layout_set_height(layout, -(int)max_lines);
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	}
	return layout;
}

double
draw_block_height(struct draw *d, const struct style *s, double width, unsigned max_lines,
    const char *text)
{
	PangoLayout *layout = wrapped(d, s, width, max_lines, text);
	int n = pango_layout_get_line_count(layout);

	g_object_unref(layout);
	return n * draw_leading(s);
}

/*
 * One line of a wrapped text. Pango gives no glyph to the space a line is broken at, and
 * cairo then writes the line as a replacement text, behind which readers of the structure
 * see nothing more of the paragraph: so the line is set again, by itself, with its space.
 */
static void
draw_wrapped(
    struct draw *d, const struct style *s, PangoLayout *layout, int i, double x, double y)
{
	PangoLayoutLine *line = pango_layout_get_line_readonly(layout, i);
	bool cut = pango_layout_is_ellipsized(layout) &&
	           i + 1 == pango_layout_get_line_count(layout);
	const char *text = pango_layout_get_text(layout) + line->start_index;
	char *own = g_strndup(text, (gsize)line->length);
	double base = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;

	cairo_new_path(d->cr);
	cairo_move_to(d->cr, x, y + base);
	if (!cut) {
		layout = layout_of(d, s, own);
		pango_layout_set_width(layout, -1);
		line = pango_layout_get_line_readonly(layout, 0);
	}
	pango_cairo_show_layout_line(d->cr, line);
	cairo_new_path(d->cr);
	g_free(own);
}

double
draw_block(struct draw *d, const struct style *s, double x, double y, double width,
    unsigned max_lines, const char *text)
{
	PangoLayout *layout = wrapped(d, s, width, max_lines, text);
	int n = pango_layout_get_line_count(layout);

	if (d->cr != NULL) {
		draw_use(d, s->colour);
		for (int i = 0; i < n; i++)
			draw_wrapped(d, s, layout, i, x, y + i * draw_leading(s));
	}
	g_object_unref(layout);
	return n * draw_leading(s);
}
