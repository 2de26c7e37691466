#include "reports/annex.h"
#include "reports/dossier.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The dossier runs through its parts up to three times: to count pages and learn where
 * everything stands, to draw the PDF, to draw the PNGs. Bytes depend on the results
 * alone: no clock, no zone or locale of the process, no font of the host.
 */
void
dossier_place(char out[PLACE_ROOM], const char *what, size_t link)
{
	snprintf(out, PLACE_ROOM, "%s-%zu", what, link);
}

void
dossier_outage_place(char out[PLACE_ROOM], size_t link, size_t outage)
{
	snprintf(out, PLACE_ROOM, "outage-%zu-%zu", link, outage);
}

void
dossier_name(struct pages *p, const struct dossier *ds, const struct link_report *l)
{
	const struct results *r = ds->r;
	struct zone utc;
	char as_of[48], root[32];

	if (l != NULL && strlen(l->def->centre_name) + strlen(l->def->isp) > 60)
		snprintf(p->subject, sizeof p->subject, "%s/%s · %s", l->def->centre,
		    l->def->link, l->def->isp);
	else if (l != NULL)
		words_link(l, p->subject, sizeof p->subject);
	else
		snprintf(p->subject, sizeof p->subject, "%s", say_word(ds->kind->title));
	chart_zone_open(&utc, "UTC", r->as_of.ns, r->as_of.ns);
	chart_zone_print(&utc, r->as_of.ns, 0, as_of);
	as_of[10] = 'T';
	as_of[19] = 'Z';
	as_of[20] = '\0';
	snprintf(root, sizeof root, "%.16s%s",
	    r->root[0] != '\0' ? r->root : say_word("none"),
	    strlen(r->root) > 16 ? "…" : "");
	if (r->annex != NULL) {
		snprintf(root, sizeof root, "%.16s…", r->annex->data_root);
		say(p->foot, sizeof p->foot, "as of {1} · {2} · {3} · data root {4}",
		    as_of, r->software, r->annex->id, root);
		return;
	}
	say(p->foot, sizeof p->foot, "as of {1} · {2} · journal root {3}", as_of,
	    r->software, root);
}

static void
run(struct pages *p, const struct dossier *ds)
{
	dossier_name(p, ds, NULL);
	if (ds->r->n_links != 1)
		dossier_overview(p, ds);
	for (size_t i = 0; i < ds->r->n_links; i++) {
		dossier_name(p, ds, &ds->r->links[i]);
		dossier_summary(p, ds, i);
		dossier_owed(p, ds, i);
		dossier_months(p, ds, i);
		dossier_latency(p, ds, i);
		dossier_distribution(p, ds, i);
		dossier_throughput(p, ds, i);
		dossier_names(p, ds, i);
		dossier_register(p, ds, i);
		dossier_closeups(p, ds, i);
		dossier_contacts(p, ds, i);
		dossier_exclusions(p, ds, i);
		dossier_quality(p, ds, i);
		dossier_objections(p, ds, i);
	}
	if (ds->r->n_links != 1)
		dossier_name(p, ds, NULL);
	dossier_method(p, ds);
	if (ds->r->n_links > 0)
		dossier_reading(p);
	dossier_verify(p, ds);
}

static cairo_status_t
collect(void *to, const unsigned char *bytes, unsigned n)
{
	g_byte_array_append(to, bytes, n);
	return CAIRO_STATUS_SUCCESS;
}

static void
set_date(cairo_surface_t *s, const struct results *r, cairo_pdf_metadata_t which)
{
	struct zone utc;
	char text[48];

	chart_zone_open(&utc, "UTC", r->generated.ns, r->generated.ns);
	chart_zone_print(&utc, r->generated.ns, 0, text);
	text[10] = 'T';
	text[19] = 'Z';
	text[20] = '\0';
	cairo_pdf_surface_set_metadata(s, which, text);
}

static void
set_metadata(cairo_surface_t *s, const struct dossier *ds)
{
	const struct results *r = ds->r;
	char title[700], name[600], n[32];

	words_count(r->n_links, n);
	say(name, sizeof name, "no link");
	if (r->n_links > 0)
		words_link(&r->links[0], name, sizeof name);
	if (r->n_links > 1)
		say(title, sizeof title, "{1}: {2} links", say_word(ds->kind->title), n);
	else
		snprintf(title, sizeof title, "%s: %s", say_word(ds->kind->title), name);
	char *valid = g_utf8_make_valid(title, -1);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, valid);
	g_free(valid);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, r->software);
	cairo_pdf_surface_set_metadata(
	    s, CAIRO_PDF_METADATA_SUBJECT, say_word(ds->kind->subject));
	set_date(s, r, CAIRO_PDF_METADATA_CREATE_DATE);
	set_date(s, r, CAIRO_PDF_METADATA_MOD_DATE);
}

static int
draw_pdf(
    struct pages *p, const struct dossier *ds, const char *path, char *err, size_t room)
{
	GByteArray *bytes = g_byte_array_new();
	cairo_surface_t *s =
	    cairo_pdf_surface_create_for_stream(collect, bytes, p->paper->w, p->paper->h);
	int rc;

	set_metadata(s, ds);
	pages_open(p, PAGES_PDF, p->fonts, s, p->places, p->alts);
	ds->kind->run(p, ds);
	rc = pages_close(p);
	cairo_surface_finish(s);
	if (rc == 0 && cairo_surface_status(s) != CAIRO_STATUS_SUCCESS) {
		snprintf(p->err, sizeof p->err, "drawing: %s",
		    cairo_status_to_string(cairo_surface_status(s)));
		rc = -EIO;
	}
	cairo_surface_destroy(s);
	if (rc != 0) {
		snprintf(err, room, "%s: %s", path, p->err);
	} else {
		GPtrArray *alts = p->alts;
		rc = dossier_finish(bytes->data, bytes->len,
		    (const char *const *)alts->pdata, alts->len, ds->r, path, err, room);
	}
	g_byte_array_free(bytes, TRUE);
	return rc;
}

static int
draw_pngs(
    struct pages *p, const struct dossier *ds, const char *dir, char *err, size_t room)
{
	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		int rc = -errno;
		snprintf(err, room, "%s: %s", dir, strerror(-rc));
		return rc;
	}
	p->png_dir = dir;
	pages_open(p, PAGES_PNG, p->fonts, NULL, p->places, p->alts);
	ds->kind->run(p, ds);
	int rc = pages_close(p);
	if (rc != 0)
		snprintf(err, room, "%s", p->err);
	return rc;
}

static struct zone *
zones_of(const struct results *r)
{
	struct zone *zones = g_new0(struct zone, r->n_links + 1);

	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		int64_t from = l->result->period.start_ns, to = l->result->period.end_ns;
		for (size_t k = 0; k < l->n_closeups; k++) {
			from =
			    l->closeups[k].from_ns < from ? l->closeups[k].from_ns : from;
			to = l->closeups[k].to_ns > to ? l->closeups[k].to_ns : to;
		}
		chart_zone_open(&zones[i], l->def->timezone, from,
		    r->as_of.ns > to ? r->as_of.ns : to);
	}
	return zones;
}

int
dossier_print(const struct results *r, const struct dossier_kind *kind, const void *more,
    const char *pdf_path, const char *png_dir, char *err, size_t room)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t before = uselocale(plain);
	struct pages p = {0};
	struct dossier ds = {.r = r, .zones = zones_of(r), .kind = kind, .more = more};
	int rc = -ENOENT;

	p.paper = page_paper(r->paper);
	say_use(r->language != NULL ? say_language(r->language) : NULL);
	p.places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p.alts = g_ptr_array_new_with_free_func(g_free);
	p.fonts = fonts_new(err, room);
	if (p.fonts == NULL)
		goto out;
	pages_open(&p, PAGES_COUNT, p.fonts, NULL, p.places, p.alts);
	kind->run(&p, &ds);
	rc = pages_close(&p);
	if (rc == 0)
		rc = draw_pdf(&p, &ds, pdf_path, err, room);
	if (rc == 0 && png_dir != NULL)
		rc = draw_pngs(&p, &ds, png_dir, err, room);
out:
	fonts_free(p.fonts);
	g_ptr_array_free(p.alts, TRUE);
	g_hash_table_destroy(p.places);
	g_free(ds.zones);
	say_use(NULL);
	uselocale(before);
	freelocale(plain);
	return rc;
}

bool
dossier_has_paper(const char *name)
{
	return page_paper(name) != NULL;
}

int
dossier_pdf(const struct results *r, const char *pdf_path, const char *png_dir, char *err,
    size_t room)
{
	static const struct dossier_kind kind = {"Internet link dossier",
	    "Measured availability, outages, loss and latency of an Internet link", run};

	return dossier_print(r, &kind, NULL, pdf_path, png_dir, err, room);
}
