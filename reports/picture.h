#ifndef REPORTS_PICTURE_H
#define REPORTS_PICTURE_H

#include <cairo.h>
#include <stddef.h>

/* Dots an inch of what is written: pages and charts for a screen, charts for print. */
#define PICTURE_PAGE_DPI   96
#define PICTURE_SCREEN_DPI 150
#define PICTURE_PRINT_DPI  300

/* A white image surface of so many points; what is drawn on it is in points. */
cairo_surface_t *picture_new(double w, double h, unsigned dpi);

/*
 * picture_write(s, dpi, title, path, err, room):
 * A picture as PNG, with its resolution and its title, so that it is printed at its size
 * and found by name. Written beside its place and renamed: no half a picture is ever
 * found there. The bytes depend on the picture alone.
 *
 * Result  0, or -errno with a line in err.
 */
int picture_write(cairo_surface_t *s, unsigned dpi, const char *title, const char *path,
    char *err, size_t room);

#endif
