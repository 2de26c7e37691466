/* The worst day of each link compared, and how the others fared on it. */
#include "reports/comparison.h"

#include "reports/chart_days.h"
#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

static void
paint_day(struct draw *d, struct box box, const void *ctx)
{
	day_draw(d, box, ctx);
}

static bool
is_same(const struct compare_day *a, const struct compare_day *b)
{
	return a->has && b->has && a->day.start_ns == b->day.start_ns;
}

/* "fibre: 1 h down, 12 of 2 880 probes lost" of each whose worst day it is. */
static void
say_day(const struct comparison_view *v, size_t link, char *out, size_t room)
{
	const struct compare_day *day = &v->c->links[link].worst;
	char name[COMPARISON_NAME], down[40], lost[32], sent[32];
	size_t used = 0;

	for (size_t i = link; i < v->c->n_links && used + 1 < room; i++) {
		const struct compare_day *own = &v->c->links[i].worst;
		if (!is_same(day, own))
			continue;
		comparison_name(v, i, name);
		name[48] = '\0';
		words_duration(own->down_ns, true, down);
		words_count(own->lost, lost);
		words_count(own->sent, sent);
		used +=
		    (size_t)snprintf(out + used, room - used, "%s", used > 0 ? "; " : "");
		if (own->sent > 0)
			say(out + used, room - used,
			    "{1}: {2} down, {3} of {4} probes lost", name, down, lost,
			    sent);
		else
			say(out + used, room - used, "{1}: {2} down", name, down);
		used += strlen(out + used);
	}
}

static void
one_day(
    struct pages *p, const struct comparison_view *v, const struct zone *z, size_t link)
{
	const struct compare_day *worst = &v->c->links[link].worst;
	struct day day = {.zone = z,
	    .from_ns = worst->day.start_ns,
	    .to_ns = worst->day.end_ns,
	    .n = v->c->n_links};
	char names[DOTS_MOST][COMPARISON_NAME], said[900], text[1000], alt[1300],
	    date[48], file[32];

	for (size_t i = 0; i < day.n; i++) {
		comparison_name(v, i, names[i]);
		day.lanes[i] = (struct day_lane){.name = names[i],
		    .ledger = &v->ledgers[i],
		    .hours = v->r->links[i].hours,
		    .n_hours = v->r->links[i].n_hours};
	}
	chart_zone_print(z, worst->day.start_ns, 0, date);
	date[10] = '\0';
	say_day(v, link, said, sizeof said);
	snprintf(text, sizeof text, "%s. %s.", date, said);
	say(alt, sizeof alt,
	    "A day of all links: what is dark was down, what is hatched is unknown; below it the "
	    "loss of each hour. {1}",
	    text);
	snprintf(file, sizeof file, "day-%zu", link + 1);
	page_need(p, day_height(&day) + 20);
	page_text(p, &style_body, text);
	page_figure(p, file, text, alt, day_height(&day), paint_day, &day);
}

void
comparison_days(struct pages *p, const struct comparison_view *v, const struct zone *z)
{
	bool any = false;

	for (size_t i = 0; i < v->c->n_links; i++) {
		bool told = !v->c->links[i].worst.has;
		for (size_t k = 0; k < i && !told; k++)
			told = is_same(&v->c->links[k].worst, &v->c->links[i].worst);
		if (told)
			continue;
		if (!any)
			page_heading(p, 110, "days", say_word("The worst day of each"));
		any = true;
		one_day(p, v, z, i);
	}
	if (any)
		page_text(p, &style_note,
		    say_word(
		        "Of each link the day with most downtime in common time, without any that with "
		        "the largest loss. Dark is down, hatched unknown; the lower strip is loss by "
		        "the hour, in the colours of the maps."));
}
