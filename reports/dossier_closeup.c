#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* The worst outages, sample by sample. */
#define FACTS_H   148.0 /* below a figure, about */
#define FACT_H    13.0
#define TITLES_H  70.0  /* of the section and of the close-up */
#define HEADING_H 32.0  /* of the close-up alone */
#define SECTION_H 116.0 /* both, and the gap above, at most */

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
	char text[48], seconds[32];

	chart_zone_print(z, at, 3, text);
	if (bound == 0) {
		say(out, room, "{1}, as stated", text);
		return;
	}
	say_number(seconds, sizeof seconds, "%.3f s", (double)bound / 1e9);
	say(out, room, "{1}, within ± {2}", text, seconds);
}

static void
print_holes(const struct outage *o, const struct zone *z, char *out, size_t room)
{
	char from[48], lasted[40], unknown[40], n[32];

	if (o->n_holes == 0)
		return;
	chart_zone_print(z, o->holes[0].start_ns, 1, from);
	words_duration(o->holes[0].end_ns - o->holes[0].start_ns, true, lasted);
	words_duration(o->unknown_ns, true, unknown);
	words_count(o->n_holes, n);
	say(out, room, "{1}, unknown time {2}; the first from {3} for {4}", n, unknown,
	    from, lasted);
}

static void
print_evidence(const struct outage *o, char *out, size_t room)
{
	char failed[16], total[16], lost[32], replies[32], rx[32];

	snprintf(failed, sizeof failed, "%u", o->networks_failed);
	snprintf(total, sizeof total, "%u", o->networks_total);
	words_count(o->probes_lost, lost);
	words_count(o->replies_during, replies);
	words_bytes(o->rx_bytes, rx);
	say(out, room,
	    "{1}, {2} of {3} networks failed; {4} {4|probe|probes} lost, {5} {5|reply|replies}, "
	    "{6} received; deepest answering: {7}",
	    say_word(extent_name(o->extent)), failed, total, lost, replies, rx,
	    say_data(o->deepest_answering != NULL ? o->deepest_answering : "none"));
}

/* What it meant to those who use the link. */
static void
add_connections(char *out, size_t room, const struct connections *c)
{
	char failed[32], attempted[32];

	if (!c->watched || c->attempted == 0)
		return;
	words_count(c->failed, failed);
	words_count(c->attempted, attempted);
	size_t n = strlen(out);
	snprintf(out + n, room - n, ";");
	say_more(out, room,
	    "while the link was dark, {1} real {1|connection|connections} failed, of {2} "
	    "attempted",
	    failed, attempted);
}

/* The files in which the packets of that time are, and by what they are known. */
static void
print_packets(const struct evidence *e, const struct outage *o, char *out, size_t room)
{
	const struct packet_note *n;
	size_t at = 0;
	char packets[32];

	out[0] = '\0';
	while (
	    e != NULL && (n = evidence_packets(e, o->start_ns, o->end_ns, &at)) != NULL) {
		words_count(n->packets, packets);
		say_more(out, room, "{1}: {2} {2|packet|packets}, SHA-256 {3}", n->name,
		    packets, n->sha256);
	}
}

/* The ISP's clock beside ours: when it was told, and what the contract makes of it. */
static void
print_ticket(const struct link_report *l, const struct outage *o, const struct zone *z,
    char *out, size_t room)
{
	const struct ticket *t = evidence_ticket(l, o);
	char opened[48], counted[40];

	if (t == NULL)
		say(out, room, "none is on record");
	else if (t->opened_ns == RECORDS_NEVER)
		snprintf(out, room, "%s", t->reference);
	else {
		chart_zone_print(z, t->opened_ns, 0, opened);
		say(out, room, "{1}, opened {2}", t->reference, opened);
	}
	for (size_t i = 0; l->has_verdict && i < l->verdict.n_times; i++) {
		const struct outage_time *w = &l->verdict.times[i];
		if (l->conf == NULL || strcmp(w->outage_id, o->id) != 0 ||
		    w->counted_ns <= 0)
			continue;
		words_length(w->counted_ns, o->start_bound_ns + o->end_bound_ns, counted);
		size_t n = strlen(out);
		snprintf(out + n, room - n, ";");
		say_more(out, room, "by the contract's clock {1}", counted);
		break;
	}
}

/* Which records of the journal it rests on: sendings by number, by session of the
 * collector. */
static void
print_records(const struct results *r, const struct closeup *c, char *out, size_t room)
{
	char session[32], first[32], last[32], name[NAME_ROOM + 2];
	uint32_t said = 0;

	out[0] = '\0';
	for (size_t i = 0; i < c->n_records; i++) {
		const struct closeup_record *at = &c->records[i];
		if (at->probe >= r->n_probes)
			continue;
		snprintf(session, sizeof session, "%u", at->session);
		words_count(at->first, first);
		words_count(at->last, last);
		snprintf(name, sizeof name, "%s", r->probes[at->probe].name);
		if (i == 0 || at->session != said)
			say_more(out, room, "session {1}:", session);
		said = at->session;
		say_more(out, room,
		    i + 1 < c->n_records ? "{1} {2} to {3}," : "{1} {2} to {3}", name,
		    first, last);
	}
}

/* What was looked at that would excuse the ISP. */
static void
print_excluded(const struct link_report *l, const struct outage *o, const struct zone *z,
    char *out, size_t room)
{
	const struct evidence *e = l->evidence;
	char from[48], to[48];

	for (size_t i = 0; e != NULL && i < e->n_exclusion_rows; i++) {
		const struct exclusion_row *x = &e->exclusion_rows[i];
		if (x->start_ns >= o->end_ns || x->end_ns <= o->start_ns)
			continue;
		chart_zone_print(z, x->start_ns, 0, from);
		chart_zone_print(z, x->end_ns, 0, to);
		say(out, room, "from {1} to {2}: {3}", from, to, x->reason);
		return;
	}
	say(out, room, "no: no exclusion on record touches it");
}

static void
facts(struct pages *p, const struct dossier *ds, size_t link, const struct closeup *c)
{
	const struct outage *o = &ds->r->links[link].result->outages[c->outage];
	const struct zone *z = &ds->zones[link];
	int64_t ns = o->end_ns - o->start_ns;
	int64_t bound = o->start_bound_ns + (o->open ? 0 : o->end_bound_ns);
	char start[128], end[128], length[320], least[40], most[40], whose[192];
	char evidence[440], up[200], down[200], others[440], holes[200], ids[128], t[40],
	    reason[200], packets[600], ticket[320], excluded[400], records[900];
	const struct link_report *l = &ds->r->links[link];

	print_edge(start, sizeof start, z, o->start_ns, o->start_bound_ns);
	print_edge(end, sizeof end, z, o->end_ns, o->end_bound_ns);
	words_length(ns, bound, t);
	words_length(ns > bound ? ns - bound : 0, bound, least);
	words_length(ns + bound, bound, most);
	if (o->counted)
		say(length, sizeof length, "{1}, between {2} and {3}; counts: yes", t,
		    least, most);
	else
		say(length, sizeof length, "{1}, between {2} and {3}; counts: no, {4}", t,
		    least, most, words_reason(o->not_counted_reason, reason));
	say(whose, sizeof whose, "{1} ({2} confidence)",
	    say_word(words_attribution(o->attribution)),
	    say_word(confidence_name(o->confidence)));
	print_evidence(o, evidence, sizeof evidence);
	add_connections(evidence, sizeof evidence, &o->connections);
	words_links(ds->r, o->links_up, up, sizeof up);
	words_links(ds->r, o->links_down, down, sizeof down);
	if ((o->links_up | o->links_down) == 0)
		say(others, sizeof others, "none of the site was measured at the time");
	else
		say(others, sizeof others, "up: {1}; down: {2}", up, down);
	print_holes(o, z, holes, sizeof holes);
	snprintf(ids, sizeof ids, "%s", o->id);
	if (o->incident[0] != '\0' && strcmp(o->incident, o->id) != 0)
		say_more(ids, sizeof ids, "incident {1}", o->incident);
	if (o->common_cause[0] != '\0')
		say_more(ids, sizeof ids, "common cause {1}", o->common_cause);
	print_packets(ds->r->links[link].evidence, o, packets, sizeof packets);
	struct fact list[12] = {{"Attribution", whose}, {"Start", start},
	    {"End", o->open ? say_word("still open at the end of the record") : end},
	    {"Lasted", length}, {"Evidence", evidence}, {"Other links", others},
	    {"Identifier", ids}};
	size_t n = 7;
	if (l->evidence != NULL) {
		print_ticket(l, o, z, ticket, sizeof ticket);
		print_excluded(l, o, z, excluded, sizeof excluded);
		list[n++] = (struct fact){"Ticket", ticket};
		list[n++] = (struct fact){"Excluded", excluded};
	}
	if (o->n_holes > 0)
		list[n++] = (struct fact){"Holes in it", holes};
	print_records(ds->r, c, records, sizeof records);
	if (records[0] != '\0')
		list[n++] = (struct fact){"Records", records};
	if (packets[0] != '\0')
		list[n++] = (struct fact){"Packets", packets};
	page_facts(p, list, n, 1);
}

/* Of a close-up with its path: they stand on one page where one page holds them, but not
 * at the price of a page that is left half empty. ${head}: above it on this page. */
static double
room_of(const struct pages *p, const struct dossier *ds, size_t link,
    const struct closeup *c, double head)
{
	const struct link_report *l = &ds->r->links[link];
	const struct outage *o = &l->result->outages[c->outage];
	double h = lanes_height(ds->r, l, c) + FACTS_H + (o->n_holes > 0 ? FACT_H : 0);
	double path = dossier_path_height(ds, link, c->outage);
	size_t at = 0;

	while (l->evidence != NULL &&
	       evidence_packets(l->evidence, o->start_ns, o->end_ns, &at) != NULL)
		h += 2 * FACT_H;
	double whole = page_bottom(p) - PAGE_TOP, left = page_bottom(p) - p->y - head;
	bool parted = left < h + path && left >= h && left > 0.4 * whole;
	return !parted && h + path <= whole - TITLES_H ? h + path : h;
}

static void
closeup(struct pages *p, const struct dossier *ds, size_t link, const struct closeup *c)
{
	const struct link_report *l = &ds->r->links[link];
	const struct outage *o = &l->result->outages[c->outage];
	struct lanes_ctx ctx = {ds->r, l, c, &ds->zones[link]};
	char title[200], at[48], length[40], place[PLACE_ROOM], alt[400], name[64], n[32];
	const char *whose;
	double h = lanes_height(ds->r, l, c);

	chart_zone_print(ctx.z, o->start_ns, 0, at);
	at[16] = '\0';
	words_duration(o->end_ns - o->start_ns, false, length);
	words_count(c->outage + 1, n);
	whose = o->attribution == ATTR_UNDETERMINED ? say_word("cause not determined")
	                                            : terms_attribution(o->attribution);
	if (o->open)
		say(title, sizeof title, "Outage {1}, {2}: still open after {3}, {4}", n,
		    at, length, whose);
	else
		say(title, sizeof title, "Outage {1}, {2}: {3}, {4}", n, at, length,
		    whose);
	dossier_outage_place(place, link, c->outage);
	page_heading(p, room_of(p, ds, link, c, HEADING_H), place, title);
	say(alt, sizeof alt,
	    "Every sample around outage {1}, a lane a probe: the marks of lost probes fill the "
	    "time between start and end. {2}.",
	    n, title);
	snprintf(name, sizeof name, "outage-%zu-%zu", link + 1, c->outage + 1);
	page_figure(p, name, title, alt, h, paint_lanes, &ctx);
	page_gap(p, 4);
	facts(p, ds, link, c);
	dossier_path(p, ds, link, c->outage);
}

void
dossier_closeups(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char place[PLACE_ROOM];

	if (l->n_closeups == 0)
		return;
	page_section(p, say_word("Close-ups of outages"),
	    room_of(p, ds, link, &l->closeups[0], SECTION_H) + 10);
	dossier_place(place, "closeups", link);
	page_title(p, place, say_word("Close-ups of outages"),
	    say_word("The worst outages, sample by sample"));
	for (size_t i = 0; i < l->n_closeups; i++)
		if (l->closeups[i].outage < l->result->n_outages)
			closeup(p, ds, link, &l->closeups[i]);
}
