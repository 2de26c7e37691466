#include "reports/dossier.h"

#include <stdio.h>

#define WORDS_H 30.0 /* of its sentence */

/* The path around an outage, on its close-up. */
struct ladder_ctx {
	const struct trail *t;
	const struct zone *z;
};

static void
paint_ladder(struct draw *d, struct box box, const void *ctx)
{
	const struct ladder_ctx *c = ctx;

	ladder_draw(d, box, c->t, c->z);
}

/* Sentences, not clauses strung together: another language orders them otherwise. */
static void
describe(const struct trail *t, char *out, size_t room)
{
	char address[46], next[46], hop[16], first[16];
	struct path_hop silent;
	unsigned number;
	int last = trail_last(t);

	out[0] = '\0';
	snprintf(hop, sizeof hop, "%d", last);
	if (last < 0)
		say(out, room, "No trace was made during the outage.");
	else if (last == 0)
		say(out, room, "No hop answered during the outage.");
	else
		say(out, room, "During the outage the path answered up to hop {1}, {2}.",
		    hop,
		    trail_address(t->at[TRAIL_DURING].family,
		        t->at[TRAIL_DURING].hops[last - 1].from, address));
	if (trail_next(t, &silent, &number)) {
		snprintf(first, sizeof first, "%u", number);
		say_more(out, room, "It was silent from hop {1}, {2}, on.", first,
		    trail_address(t->at[TRAIL_BEFORE].family, silent.from, next));
	}
	if (t->has[TRAIL_BEFORE] && t->has[TRAIL_AFTER])
		say_more(out, room,
		    trail_same(&t->at[TRAIL_BEFORE], &t->at[TRAIL_AFTER])
		        ? "Afterwards the path was as before."
		        : "Afterwards it was another path.");
}

static const struct trail *
trail_of(const struct dossier *ds, size_t link, size_t outage)
{
	const struct link_report *l = &ds->r->links[link];
	const struct trail *t = l->trails != NULL ? &l->trails[outage] : NULL;

	return t != NULL && (t->has[TRAIL_BEFORE] || t->has[TRAIL_DURING]) ? t : NULL;
}

double
dossier_path_height(const struct dossier *ds, size_t link, size_t outage)
{
	const struct trail *t = trail_of(ds, link, outage);

	return t != NULL ? ladder_height(t) + WORDS_H : 0;
}

void
dossier_path(struct pages *p, const struct dossier *ds, size_t link, size_t outage)
{
	const struct trail *t = trail_of(ds, link, outage);
	char words[480], name[64], title[160], number[16];

	if (t == NULL)
		return;
	struct ladder_ctx ctx = {t, &ds->zones[link]};
	describe(t, words, sizeof words);
	snprintf(name, sizeof name, "path-%zu-%zu", link + 1, outage + 1);
	snprintf(number, sizeof number, "%zu", outage + 1);
	say(title, sizeof title, "Outage {1}, the path hop by hop", number);
	double h = ladder_height(t);
	if (page_need(p, h + WORDS_H)) /* parted from its close-up */
		page_heading(p, h + WORDS_H, NULL, title);
	else
		page_gap(p, 6);
	page_figure(p, name, title, words, h, paint_ladder, &ctx);
	page_text(p, &style_note, words);
}
