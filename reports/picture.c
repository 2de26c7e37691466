#include "reports/picture.h"

#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMPRESSION 4 /* of 9: beyond it time doubles for a twentieth less */

cairo_surface_t *
picture_new(double w, double h, unsigned dpi)
{
	double scale = dpi / 72.0;
	cairo_surface_t *s = cairo_image_surface_create(
	    CAIRO_FORMAT_RGB24, (int)(w * scale + 0.5), (int)(h * scale + 0.5));
	cairo_t *cr = cairo_create(s);

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_set_device_scale(s, scale, scale);
	return s;
}

/* cairo's pixels are 0x00RRGGBB in words of the machine. */
static void
take_row(const uint32_t *pixels, int n, png_byte *out)
{
	for (int i = 0; i < n; i++, out += 3) {
		out[0] = (png_byte)(pixels[i] >> 16);
		out[1] = (png_byte)(pixels[i] >> 8);
		out[2] = (png_byte)pixels[i];
	}
}

static void
write_head(png_structp png, png_infop info, int w, int h, unsigned dpi, const char *title)
{
	png_uint_32 metre = (png_uint_32)(dpi / 0.0254 + 0.5);
	png_text text;

	memset(&text, 0, sizeof text);
	text.compression = PNG_ITXT_COMPRESSION_NONE;
	text.key = (png_charp) "Title";
	text.text = (png_charp)(uintptr_t)title;
	png_set_compression_level(png, COMPRESSION);
	png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 8, PNG_COLOR_TYPE_RGB,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_pHYs(png, info, metre, metre, PNG_RESOLUTION_METER);
	png_set_text(png, info, &text, 1);
	png_write_info(png, info);
}

static bool
write_pixels(FILE *f, cairo_surface_t *s, unsigned dpi, const char *title)
{
	int w = cairo_image_surface_get_width(s), h = cairo_image_surface_get_height(s);
	int stride = cairo_image_surface_get_stride(s);
	const unsigned char *data = cairo_image_surface_get_data(s);
	png_structp png =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
	png_byte *row = malloc((size_t)w * 3);
	bool done = false;

	if (info != NULL && row != NULL && setjmp(png_jmpbuf(png)) == 0) {
		png_init_io(png, f);
		write_head(png, info, w, h, dpi, title);
		for (int y = 0; y < h; y++) {
			take_row(
			    (const uint32_t *)(const void *)(data + (size_t)y * stride),
			    w, row);
			png_write_row(png, row);
		}
		png_write_end(png, NULL);
		done = true;
	}
	png_destroy_write_struct(&png, &info);
	free(row);
	return done;
}

int
picture_write(cairo_surface_t *s, unsigned dpi, const char *title, const char *path,
    char *err, size_t room)
{
	char part[4200];
	int rc = 0;

	if (cairo_surface_status(s) != CAIRO_STATUS_SUCCESS) {
		snprintf(err, room, "%s: %s", path,
		    cairo_status_to_string(cairo_surface_status(s)));
		return -EIO;
	}
	if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part) {
		snprintf(err, room, "%.80s…: the name is too long", path);
		return -ENAMETOOLONG;
	}
	cairo_surface_flush(s);
	errno = 0;
	FILE *f = fopen(part, "w");
	if (f == NULL || !write_pixels(f, s, dpi, title))
		rc = errno != 0 ? -errno : -EIO;
	if (f != NULL && fclose(f) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(part, path) < 0)
		rc = -errno;
	if (rc < 0) {
		unlink(part);
		snprintf(err, room, "%s: %s", path, strerror(-rc));
	}
	return rc;
}
