#include "reports/chart_more.h"
#include "reports/dossier.h"

#include <stdio.h>

/* Latency and loss over time, and below it what was bad or unknown without being an
 * outage. */

#define BAND_H 285.0

struct band_ctx {
	const struct link_report *l;
	const struct zone *z;
};

static void
paint_band(struct draw *d, struct box box, const void *ctx)
{
	const struct band_ctx *c = ctx;

	band_draw(d, box, c->l, c->z);
}

static void
headline(const struct link_report *l, char *out, size_t room)
{
	char p50[32], p95[32];

	words_ms(l->rtt_p50_ns, p50);
	words_ms(l->rtt_p95_ns, p95);
	char n[32];
	words_count(l->result->voters_sent, n);
	if (l->result->voters_sent == 0)
		say(out, room, "No round trips were recorded");
	else if (l->rtt_p50_ns >= 0 && l->result->voters_sent < evidence_probes_least)
		say(out, room, "{1} {1|probe|probes}: too few to tell a percentile", n);
	else if (l->rtt_p50_ns < 0)
		say(out, room, "Nothing answered, so there is no round-trip time");
	else
		say(out, room, "Half of the answers came in {1}, 19 of 20 in {2}", p50,
		    p95);
}

static void
legend(struct pages *p, const struct link_report *l)
{
	char each[40], text[900];

	words_duration(l->bucket_ns, false, each);
	if (l->bucket_ns == 24 * 3600 * NS_PER_S)
		say(text, sizeof text,
		    "Line: median. Band: 5th to 95th percentile of the answers in each day.");
	else if (l->bucket_ns > 0)
		say(text, sizeof text,
		    "Line: median. Band: 5th to 95th percentile of the answers in each {1}.",
		    each);
	else
		say(text, sizeof text,
		    "Line: median. Band: 5th to 95th percentile of the answers.");
	say_more(text, sizeof text,
	    "Hatched: not measured. State: dark where an outage is listed.");
	if (use_is_known(l))
		say_more(text, sizeof text,
		    "Own use: the height is the capacity; dark the mean, light the fullest "
		    "minute, of the direction that was fuller.");
	if (pins_count(l) > 0)
		say_more(text, sizeof text,
		    "Pins: tickets when they were opened; lasting shifts of the round trip, by "
		    "how much.");
	page_text(p, &style_note, text);
	draw_tag(p->d, "P", NULL);
	p->y += loss_legend(p->d, PAGE_MARGIN, p->y, PAGE_INNER, 0) + 4;
	draw_untag(p->d, "P");
}

static void
percentiles(struct pages *p, const struct link_report *l)
{
	char p50[32], p95[32], p99[32], samples[32], lost[32], sent[32], voters[96],
	    down[32], up[32], most[32], use[192];

	words_ms(l->rtt_p50_ns, p50);
	bool few = l->result->voters_sent < evidence_probes_least;
	words_ms(few ? -1 : l->rtt_p95_ns, p95);
	words_ms(few ? -1 : l->rtt_p99_ns, p99);
	words_count(l->samples, samples);
	words_count(l->result->voters_sent, sent);
	words_count(l->result->voters_lost, lost);
	say(voters, sizeof voters, "{1} lost of {2}", lost, sent);
	struct fact facts[7] = {{"Median", p50}, {"Samples", samples},
	    {"95th percentile", p95}, {"Voters", voters}, {"99th percentile", p99},
	    {"Measure", say_word("round trips; they do not tell the direction")}};
	if (use_is_known(l)) {
		const struct use_bucket *all = &l->evidence->use.all;
		words_percent(all->mean[0], 1, down);
		words_percent(all->mean[1], 1, up);
		words_percent(all->most[all->most[1] > all->most[0]], 1, most);
		say(use, sizeof use, "{1} down, {2} up of the capacity; in a minute {3}",
		    down, up, most);
		facts[6] = (struct fact){"Own use", use};
	}
	page_facts(p, facts, use_is_known(l) ? 7 : 6, 2);
}

static const struct column degradation_columns[] = {
    {"From, to", 146, ALIGN_LEFT, false, FACE_TEXT},
    {"Lasted", 76, ALIGN_RIGHT, false, FACE_TEXT},
    {"Kind", 62, ALIGN_LEFT, false, FACE_TEXT},
    {"Attributed to", 80, ALIGN_LEFT, false, FACE_TEXT},
    {"Measure", 64, ALIGN_LEFT, false, FACE_TEXT},
    {"Probes", 71, ALIGN_LEFT, true, FACE_TEXT}};

static void
name_probes(const struct results *r, const struct degradation *g, char *out, size_t room)
{
	size_t used = 0;

	snprintf(out, room, "–");
	for (size_t i = 0; i < g->n_probes && used + 1 < room; i++) {
		if (g->probes[i] >= r->n_probes)
			continue;
		int n = snprintf(out + used, room - used, "%s%s", used > 0 ? ", " : "",
		    r->probes[g->probes[i]].name);
		used += n > 0 ? (size_t)n : 0;
	}
}

/* What was bad, as it was measured. */
static void
measure_of(const struct degradation *g, char *out, size_t room)
{
	char now[32], was[32];

	if (g->kind == DEG_LATENCY || g->kind == DEG_JITTER) {
		say_number(now, sizeof now, "%.1f ms", (double)g->during_ns / 1e6);
		say_number(was, sizeof was, "%.1f ms", (double)g->before_ns / 1e6);
		say(out, room, "{1},\nwas {2}", now, was);
	} else if (g->kind == DEG_SATURATION) {
		say_number(now, sizeof now, "%.0f %%", 100 * g->peak);
		say(out, room, "up to {1}\nof capacity", now);
	} else if (g->kind == DEG_THROUGHPUT) {
		say_number(now, sizeof now, "%.3g", g->slowest_bps / 1e6);
		say_number(was, sizeof was, "%.6g", g->minimum_bps / 1e6);
		say(out, room, "{1} of\n{2} Mbit/s", now, was);
	} else {
		words_count(g->lost, now);
		words_count(g->sent, was);
		say(out, room, "{1}\nof {2} lost", now, was);
	}
}

static void
degradations(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_result *res = ds->r->links[link].result;
	const struct zone *z = &ds->zones[link];
	struct table t;

	page_heading(p, 50, NULL, say_word("Degradations"));
	if (res->n_degradations == 0) {
		page_text(p, &style_body,
		    say_word("None was found in the time that was measured."));
		return;
	}
	table_begin(&t, p, degradation_columns, 6, 7.2);
	for (size_t i = 0; i < res->n_degradations; i++) {
		const struct degradation *g = &res->degradations[i];
		char from[48], to[48], when[112], lasted[40], lost[96], probes[256];
		chart_zone_print(z, g->start_ns, 1, from);
		chart_zone_print(z, g->end_ns, 1, to);
		snprintf(when, sizeof when, "%s\n%s%s%s", from,
		    g->open ? say_word("open at") : "", g->open ? " " : "", to);
		words_duration(g->end_ns - g->start_ns, true, lasted);
		measure_of(g, lost, sizeof lost);
		name_probes(ds->r, g, probes, sizeof probes);
		struct cell cells[] = {{.text = when}, {.text = lasted},
		    {.text = terms_degradation(g->kind)},
		    {.text = terms_attribution(g->attribution)}, {.text = lost},
		    {.text = probes}};
		table_row(&t, cells);
	}
	table_end(&t);
}

static const struct column unknown_columns[] = {
    {"From", 132, ALIGN_LEFT, false, FACE_TEXT},
    {"To", 132, ALIGN_LEFT, false, FACE_TEXT},
    {"Lasted", 86, ALIGN_RIGHT, false, FACE_TEXT},
    {"Why nothing is known", 149, ALIGN_LEFT, true, FACE_TEXT}};

static void
unknown_time(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_result *res = ds->r->links[link].result;
	const struct zone *z = &ds->zones[link];
	char text[160], total[40];
	struct table t;

	page_heading(p, 50, NULL, say_word("Unknown time"));
	if (res->n_unknown == 0) {
		page_text(p, &style_body, say_word("All of the period was measured."));
		return;
	}
	words_duration(res->unknown_ns, true, total);
	say(text, sizeof text, "{1} in all, counted neither as up nor as down.", total);
	page_text(p, &style_body, text);
	table_begin(&t, p, unknown_columns, 4, 7.2);
	for (size_t i = 0; i < res->n_unknown; i++) {
		const struct unknown *u = &res->unknown[i];
		char from[48], to[48], lasted[40];
		chart_zone_print(z, u->start_ns, 1, from);
		chart_zone_print(z, u->end_ns, 1, to);
		words_duration(u->end_ns - u->start_ns, true, lasted);
		struct cell cells[] = {{.text = from}, {.text = to}, {.text = lasted},
		    {.text = say_word(words_unknown(u->reason))}};
		table_row(&t, cells);
	}
	table_end(&t);
}

void
dossier_latency(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	struct band_ctx ctx = {l, &ds->zones[link]};
	char text[160], alt[400], place[PLACE_ROOM], name[32];

	page_section(p, say_word("Latency and loss"),
	    l->result->voters_sent > 0 ? BAND_H + 75 : 60);
	headline(l, text, sizeof text);
	dossier_place(place, "latency", link);
	page_title(p, place, say_word("Latency and loss"), text);
	page_gap(p, 2);
	snprintf(name, sizeof name, "latency-%zu", link + 1);
	say(alt, sizeof alt,
	    "Round-trip time over the period, median and the band of the 5th to the 95th "
	    "percentile, with strips of loss and state below. {1}.",
	    text);
	if (l->result->voters_sent > 0) {
		page_figure(p, name, say_word("Round-trip time, loss and state"), alt,
		    BAND_H, paint_band, &ctx);
		legend(p, l);
		percentiles(p, l);
	} else {
		page_text(p, &style_body,
		    say_word(
		        "No probe to a target on the Internet lies in the period: there is no "
		        "curve of latency and none of loss."));
	}
	degradations(p, ds, link);
	unknown_time(p, ds, link);
}
