#include "reports/dossier.h"

#include <stdio.h>

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

static void
describe(const struct trail *t, char *out, size_t room)
{
	char address[46], next[46];
	struct path_hop hop;
	unsigned number;
	int last = trail_last(t), n = 0;

	if (last < 0)
		n = snprintf(out, room, "No trace was made during the outage");
	else if (last == 0)
		n = snprintf(out, room, "No hop answered during the outage");
	else
		n = snprintf(out, room,
		    "During the outage the path answered up to hop %d, %s", last,
		    trail_address(t->at[TRAIL_DURING].family,
		        t->at[TRAIL_DURING].hops[last - 1].from, address));
	if (n > 0 && (size_t)n < room && trail_next(t, &hop, &number))
		n += snprintf(out + n, room - (size_t)n,
		    ", and was silent from hop %u, %s, on", number,
		    trail_address(t->at[TRAIL_BEFORE].family, hop.from, next));
	if (n > 0 && (size_t)n < room)
		snprintf(out + n, room - (size_t)n, "%s.",
		    !t->has[TRAIL_BEFORE] || !t->has[TRAIL_AFTER] ? ""
		    : trail_same(&t->at[TRAIL_BEFORE], &t->at[TRAIL_AFTER])
		        ? "; afterwards it was as before"
		        : "; afterwards it was another");
}

void
dossier_path(struct pages *p, const struct dossier *ds, size_t link, size_t outage)
{
	const struct link_report *l = &ds->r->links[link];
	const struct trail *t = l->trails != NULL ? &l->trails[outage] : NULL;
	char words[320], name[64], title[96];

	if (t == NULL || (!t->has[TRAIL_BEFORE] && !t->has[TRAIL_DURING]))
		return;
	struct ladder_ctx ctx = {t, &ds->zones[link]};
	describe(t, words, sizeof words);
	snprintf(name, sizeof name, "path-%zu-%zu", link + 1, outage + 1);
	snprintf(title, sizeof title, "Outage %zu, the path hop by hop", outage + 1);
	double h = ladder_height(t);
	page_need(p, h + 24);
	page_gap(p, 6);
	page_figure(p, name, title, words, h, paint_ladder, &ctx);
	page_text(p, &style_note, words);
}
