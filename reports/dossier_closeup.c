#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* The worst outages, sample by sample. */
#define FACTS_H 98.0 /* below a figure, about */
#define FACT_H  13.0

struct lanes_ctx {
	const struct results *r;
	const struct link_report *l;
	const struct closeup *c;
	const struct zone *z;
};

static void
paint_lanes(struct draw *d, struct box box, const void *ctx)
{
	const struct lanes_ctx *c = ctx;

	lanes_draw(d, box, c->r, c->l, c->c, c->z);
}

static void
print_edge(char *out, size_t room, const struct zone *z, int64_t at, int64_t bound)
{
	char text[48];

	chart_zone_print(z, at, 3, text);
	snprintf(out, room, "%s, within ± %.3f s", text, (double)bound / 1e9);
}

static void
print_holes(const struct outage *o, const struct zone *z, char *out, size_t room)
{
	char from[48], lasted[40], unknown[40];

	if (o->n_holes == 0)
		return;
	chart_zone_print(z, o->holes[0].start_ns, 1, from);
	words_duration(o->holes[0].end_ns - o->holes[0].start_ns, true, lasted);
	words_duration(o->unknown_ns, true, unknown);
	snprintf(out, room, "%zu, unknown time %s; the first from %s for %s", o->n_holes,
	    unknown, from, lasted);
}

/* What it meant to those who use the link. */
static void
add_connections(char *out, size_t room, const struct connections *c)
{
	size_t n = strlen(out);

	if (c->watched && c->attempted > 0)
		snprintf(out + n, room - n,
		    "; while the link was dark, %llu real connections failed, of %llu "
		    "attempted",
		    (unsigned long long)c->failed, (unsigned long long)c->attempted);
}

static void
facts(struct pages *p, const struct dossier *ds, size_t link, const struct outage *o)
{
	const struct zone *z = &ds->zones[link];
	int64_t ns = o->end_ns - o->start_ns;
	int64_t bound = o->start_bound_ns + (o->open ? 0 : o->end_bound_ns);
	char start[128], end[128], length[320], least[40], most[40], whose[192];
	char evidence[400], rx[32], up[200], down[200], others[440], holes[200], ids[128],
	    t[40];

	print_edge(start, sizeof start, z, o->start_ns, o->start_bound_ns);
	print_edge(end, sizeof end, z, o->end_ns, o->end_bound_ns);
	words_duration(ns, true, t);
	words_duration(ns > bound ? ns - bound : 0, true, least);
	words_duration(ns + bound, true, most);
	snprintf(length, sizeof length, "%s, between %s and %s; counts: %s%s", t, least,
	    most, o->counted ? "yes" : "no, ",
	    o->counted                      ? ""
	    : o->not_counted_reason == NULL ? "no reason recorded"
	                                    : o->not_counted_reason);
	snprintf(whose, sizeof whose, "%s: %s (%s confidence)",
	    attribution_name(o->attribution), words_attribution(o->attribution),
	    confidence_name(o->confidence));
	words_bytes(o->rx_bytes, rx);
	snprintf(evidence, sizeof evidence,
	    "%s, %u of %u networks failed; %llu probes lost, %llu replies, %s received; deepest "
	    "answering: %s",
	    extent_name(o->extent), o->networks_failed, o->networks_total,
	    (unsigned long long)o->probes_lost, (unsigned long long)o->replies_during, rx,
	    o->deepest_answering != NULL ? o->deepest_answering : "none");
	add_connections(evidence, sizeof evidence, &o->connections);
	words_links(ds->r, o->links_up, up, sizeof up);
	words_links(ds->r, o->links_down, down, sizeof down);
	snprintf(others, sizeof others, "up: %s; down: %s", up, down);
	print_holes(o, z, holes, sizeof holes);
	snprintf(ids, sizeof ids, "%s%s%s%s%s", o->id,
	    o->incident[0] != '\0' ? ", incident " : "", o->incident,
	    o->common_cause[0] != '\0' ? ", common cause " : "", o->common_cause);
	struct fact list[8] = {{"Attribution", whose}, {"Start", start},
	    {"End", o->open ? "still open at the end of the record" : end},
	    {"Lasted", length}, {"Evidence", evidence}, {"Other links", others},
	    {"Identifier", ids}, {"Holes in it", holes}};
	page_facts(p, list, o->n_holes > 0 ? 8 : 7, 1);
}

static void
closeup(struct pages *p, const struct dossier *ds, size_t link, const struct closeup *c)
{
	const struct link_report *l = &ds->r->links[link];
	const struct outage *o = &l->result->outages[c->outage];
	struct lanes_ctx ctx = {ds->r, l, c, &ds->zones[link]};
	char title[200], at[48], length[40], place[PLACE_ROOM], alt[400], name[64];
	double h = lanes_height(ds->r, l, c);

	chart_zone_print(ctx.z, o->start_ns, 0, at);
	at[16] = '\0';
	words_duration(o->end_ns - o->start_ns, false, length);
	snprintf(title, sizeof title, "Outage %zu, %s: %s%s, %s", c->outage + 1, at,
	    o->open ? "still open after " : "", length,
	    o->attribution == ATTR_UNDETERMINED ? "cause not determined"
	                                        : attribution_name(o->attribution));
	dossier_outage_place(place, link, c->outage);
	page_heading(p, h + FACTS_H + (o->n_holes > 0 ? FACT_H : 0), place, title);
	snprintf(alt, sizeof alt,
	    "Every sample around outage %zu, a lane a probe: the marks of lost probes fill the "
	    "time between start and end. %s.",
	    c->outage + 1, title);
	snprintf(name, sizeof name, "outage-%zu-%zu", link + 1, c->outage + 1);
	page_figure(p, name, title, alt, h, paint_lanes, &ctx);
	page_gap(p, 4);
	facts(p, ds, link, o);
	dossier_path(p, ds, link, c->outage);
}

void
dossier_closeups(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char place[PLACE_ROOM];

	if (l->n_closeups == 0)
		return;
	page_section(p, "Close-ups of outages", 300);
	dossier_place(place, "closeups", link);
	page_title(
	    p, place, "Close-ups of outages", "The worst outages, sample by sample");
	for (size_t i = 0; i < l->n_closeups; i++)
		if (l->closeups[i].outage < l->result->n_outages)
			closeup(p, ds, link, &l->closeups[i]);
}
