/* Links compared by all of their round trips, not by two numbers of them. */
#include "reports/comparison.h"

#include "reports/chart_tails.h"
#include "reports/dossier.h"

#include <stdio.h>

static void
paint_tails(struct draw *d, struct box box, const void *ctx)
{
	tails_draw(d, box, ctx);
}

/* "fibre: half within 12.8 ms, 99 of 100 within 14 ms" */
static void
say_tail(const struct comparison_view *v, size_t link, char *out, size_t room)
{
	const struct tail *t = &v->tails[link];
	char name[COMPARISON_NAME], half[32], most[32];

	comparison_name(v, link, name);
	name[48] = '\0';
	if (t->p50_ns < 0) {
		say(out, room, "{1}: half or more lost", name);
		return;
	}
	words_ms(t->p50_ns, half);
	if (t->p99_ns < 0) {
		say(out, room, "{1}: half within {2}, one probe in 100 or more lost",
		    name, half);
		return;
	}
	words_ms(t->p99_ns, most);
	say(out, room, "{1}: half within {2}, 99 of 100 within {3}", name, half, most);
}

void
comparison_tails(struct pages *p, const struct comparison_view *v)
{
	struct tails tails = {.n = v->c->n_links};
	char names[DOTS_MOST][COMPARISON_NAME], notes[DOTS_MOST][64], count[32],
	    all[1200] = "", one[240], text[1300], alt[1600];
	size_t used = 0;
	bool any = false;

	for (size_t i = 0; i < v->c->n_links; i++) {
		const struct tail *t = &v->tails[i];
		if (t->n == 0)
			continue;
		any = true;
		comparison_name(v, i, names[i]);
		words_count(t->answered + t->lost, count);
		say(notes[i], sizeof notes[i], "{1} {1|probe|probes}", count);
		tails.lines[i] = (struct tails_line){names[i], notes[i], t};
		say_tail(v, i, one, sizeof one);
		used += (size_t)snprintf(
		    all + used, sizeof all - used, "%s%s", used > 0 ? "; " : "", one);
	}
	if (!any)
		return;
	const char *title = say_word("Round trips, all of them");
	page_heading(p, TAILS_H + 50, "tails", title);
	snprintf(text, sizeof text, "%s.", all);
	say(alt, sizeof alt,
	    "{1}: for each link the share of probes that take longer than so many "
	    "milliseconds. {2}",
	    title, text);
	page_figure(p, "tails", title, alt, TAILS_H, paint_tails, &tails);
	page_text(p, &style_body, text);
	page_text(p, &style_note,
	    say_word(
	        "Of the time all links have in common, down to the share that the probes of each tell "
	        "of. What is lost takes longer than anything: a line that goes on level to the right "
	        "is loss."));
}
