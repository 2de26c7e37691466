#include "reports/annex.h"
#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* Several links in one dossier: side by side, and on one time axis. */
#define OVERVIEW_CURVES 4 /* links at most whose curves fit */

struct band_ctx {
	const struct link_report *l;
	const struct zone *z;
};

static const struct column overview_columns[] = {
    {"Link", 112, ALIGN_LEFT, true, FACE_TEXT}, {"ISP", 112, ALIGN_LEFT, true, FACE_TEXT},
    {"Availability", 92, ALIGN_LEFT, true, FACE_TEXT},
    {"Outages\nand downtime", 84, ALIGN_LEFT, true, FACE_TEXT},
    {"Verdict", 62, ALIGN_LEFT, true, FACE_TEXT},
    {"Page", 37, ALIGN_RIGHT, false, FACE_TEXT}};

static void
overview_row(struct table *t, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	const struct verdict *v = &l->verdict;
	char name[NAME_ROOM + TEXT_ROOM + 8], availability[128], down[96], page[16],
	    n[32];
	char at[40], low[32], high[32], place[PLACE_ROOM];

	snprintf(availability, sizeof availability, "%s", say_word("not known"));
	snprintf(name, sizeof name, "%s\n%s", l->def->link,
	    l->def->centre_name[0] != '\0' ? l->def->centre_name : l->def->centre);
	if (l->has_verdict && v->has_availability) {
		unsigned decimals = words_decimals(v->lower, v->upper, v->point);
		words_percent(v->point, decimals, at);
		words_percent(v->lower, decimals, low);
		words_percent(v->upper, decimals, high);
		say(availability, sizeof availability,
		    strcmp(low, high) == 0 ? "{1}" : "{1}\nbetween {2} and {3}", at, low,
		    high);
	}
	words_duration(l->result->down_ns, false, at);
	words_count(l->result->n_outages, n);
	say(down, sizeof down, "{1} listed\n{2}", n, at);
	dossier_place(place, "summary", link);
	snprintf(page, sizeof page, "%u", page_of(t->p, place));
	struct cell cells[] = {{.text = name, .bold = true}, {.text = l->def->isp},
	    {.text = availability}, {.text = down},
	    {.text = say_word(l->has_verdict ? words_verdict(v->verdict) : "no contract"),
	        .bold = true,
	        .colour = l->has_verdict ? words_verdict_colour(v->verdict) : INK_MUTED},
	    {.text = page, .colour = INK_BLUE, .place = place}};
	table_row(t, cells);
}

static void
paint_band(struct draw *d, struct box box, const void *ctx)
{
	const struct band_ctx *c = ctx;

	band_draw(d, box, c->l, c->z);
}

/* The links below each other on one time axis: who was up while another was down. */
static void
curves(struct pages *p, const struct dossier *ds)
{
	for (size_t i = 0; i < ds->r->n_links; i++) {
		const struct link_report *l = &ds->r->links[i];
		struct band_ctx ctx = {l, &ds->zones[i]};
		char name[32], title[2 * NAME_ROOM + TEXT_ROOM + 8], headline[512],
		    alt[640];
		snprintf(name, sizeof name, "overview-%zu", i + 1);
		snprintf(title, sizeof title, "%s/%s%s%s", l->def->centre, l->def->link,
		    l->def->isp[0] != '\0' ? ", " : "", l->def->isp);
		words_headline(l, headline, sizeof headline);
		say(alt, sizeof alt, "Round-trip time, loss and state of one link. {1}.",
		    headline);
		page_heading(p, 150, NULL, title);
		page_text(p, &style_note, headline);
		page_figure(p, name, title, alt, 132, paint_band, &ctx);
	}
}

void
dossier_overview_rows(struct pages *p, const struct dossier *ds)
{
	struct table t;

	table_begin(&t, p, overview_columns, 6, 8.5);
	for (size_t i = 0; i < ds->r->n_links; i++)
		overview_row(&t, ds, i);
	table_end(&t);
}

static void
headline(const struct results *r, char *out, size_t room)
{
	struct tally_links c;
	char links[32], agreed[32], missed[32], outages[32];

	tally_links(&c, r);
	words_count(r->n_links, links);
	words_count(c.agreed, agreed);
	words_count(c.missed, missed);
	words_count(c.outages, outages);
	if (c.agreed == 0)
		say(out, room,
		    "{1} links: {2} {2|outage|outages} found, no target is agreed", links,
		    outages);
	else if (c.agreed < r->n_links)
		say(out, room,
		    "{1} links: {2} of {3} with a target missed the availability agreed",
		    links, missed, agreed);
	else
		say(out, room, "{1} of {2} links missed the availability agreed", missed,
		    links);
}

/* What follows, and beside it the document's code. */
static void
parts(struct pages *p, const struct annex *a)
{
	const char *text = say_word(
	    "Each link has its own summary, curves, register and close-ups; the method at the end "
	    "is common to all.");

	if (a == NULL) {
		page_text(p, &style_note, text);
		return;
	}
	page_need(p, CODE_H);
	draw_tag(p->d, "P", NULL);
	draw_block(
	    p->d, &style_note, PAGE_MARGIN, p->y, PAGE_INNER - CODE_W - 20, 0, text);
	draw_untag(p->d, "P");
	dossier_code(p, a, PAGE_MARGIN + PAGE_INNER - CODE_W);
	p->y += CODE_H;
}

void
dossier_overview(struct pages *p, const struct dossier *ds)
{
	char text[256];

	page_begin(p, say_word("Overview"));
	if (ds->r->n_links == 0) {
		page_title(p, "overview", say_word("Overview"),
		    say_word("No link to report on"));
		return;
	}
	headline(ds->r, text, sizeof text);
	page_title(p, "overview", say_word("Overview"), text);
	page_gap(p, 6);
	dossier_overview_rows(p, ds);
	parts(p, ds->r->annex);
	if (ds->r->n_links <= OVERVIEW_CURVES)
		curves(p, ds);
}
