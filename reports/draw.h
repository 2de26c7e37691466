#ifndef REPORTS_DRAW_H
#define REPORTS_DRAW_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Drawing: text through pango in a private set of fonts, shapes and structure tags
 * through cairo. The same calls serve a PDF page, a PNG, and a pass that only measures.
 * Lengths are points, y grows downwards, colours are 0xRRGGBB.
 */
enum ink {
	INK = 0x1B1F24,
	INK_MUTED = 0x57606A,
	INK_BLUE = 0x0072B2,
	INK_BAD = 0xB34700,
	INK_GOOD = 0x00734F,
	INK_RULE = 0xD0D7DE,
	INK_HAIR = 0xECEFF2,
	INK_SMOKE = 0xCFE1F0,
	INK_SMOKE_DARK = 0x8FBBDC,
	INK_MEDIAN = 0x08306B,
	INK_REPLY = 0x56A0D3,
	INK_TINT_BAD = 0xFBE9DD,
	INK_TINT_ROW = 0xFDF1E8, /* words stand on it */
	INK_HATCH = 0x8C959F,
	INK_PAPER = 0xFFFFFF
};

enum face {
	FACE_TEXT,
	FACE_BOLD,
	FACE_MONO,
	FACE_COUNT
};

enum align {
	ALIGN_LEFT,
	ALIGN_RIGHT,
	ALIGN_CENTRE
};

struct style {
	enum face face;
	double size;
	uint32_t colour;
};

struct fonts;

/*
 * fonts_new(err, room):
 * The private fonts: nothing of the host's configuration, so that pages are the same
 * everywhere. NULL with a line in err naming the file and the package that is missing.
 */
struct fonts *fonts_new(char *err, size_t room);
void fonts_free(struct fonts *f);

struct draw;

/*
 * draw_new(fonts, cr, tagged):
 * A drawing on ${cr} (a reference is taken); NULL only measures. With ${tagged}, tags
 * reach the PDF. The transformation of ${cr} must be final.
 */
struct draw *draw_new(struct fonts *fonts, cairo_t *cr, bool tagged);
void draw_free(struct draw *d);

/* True where nothing is drawn, only measured. */
bool draw_is_quiet(const struct draw *d);

/* Height of a line of this style, and the width of a text on one line. */
double draw_leading(const struct style *s);
double draw_width(struct draw *d, const struct style *s, const char *text);

/*
 * draw_line(d, s, x, y, width, align, text):
 * One line whose top is ${y}, cut with an ellipsis where wider than ${width} (0: never
 * cut, aligned about x).
 */
void draw_line(struct draw *d, const struct style *s, double x, double y, double width,
    enum align align, const char *text);

/* How many lines of nothing but figures were cut so far, in any drawing: none may be. */
unsigned draw_figures_cut(void);

/*
 * draw_block(d, s, x, y, width, max_lines, text):
 * Wrapped text, at most ${max_lines} lines (0: all of them), each drawn on its own with
 * its trailing space, so that readers of the structure see all of it. Result: the height.
 */
double draw_block(struct draw *d, const struct style *s, double x, double y, double width,
    unsigned max_lines, const char *text);
double draw_block_height(struct draw *d, const struct style *s, double width,
    unsigned max_lines, const char *text);

void draw_fill(struct draw *d, uint32_t colour, double x, double y, double w, double h);
void draw_frame(struct draw *d, uint32_t colour, double x, double y, double w, double h);
/* A diagonal hatch: the picture of unknown time. */
void draw_hatch(struct draw *d, uint32_t colour, double x, double y, double w, double h);
void draw_rule(struct draw *d, uint32_t colour, double width, double x0, double y0,
    double x1, double y1);

/* Many shapes as one path: add, then paint them all. */
void draw_path_rect(struct draw *d, double x, double y, double w, double h);
void draw_path_to(struct draw *d, bool move, double x, double y);
void draw_path_fill(struct draw *d, uint32_t colour);
void draw_path_stroke(struct draw *d, uint32_t colour, double width);

/* Structure; attributes may be NULL and hold integers and strings only. */
void draw_tag(struct draw *d, const char *tag, const char *attributes);
void draw_untag(struct draw *d, const char *tag);

/* 0 or -errno; cairo keeps the first error. */
int draw_status(const struct draw *d, char *err, size_t room);

#endif
