/* What a comparison comes to without weights, and what the contracts ask for beside it.
 */
#include "reports/comparison.h"

#include "reports/dossier.h"

#include <stdio.h>
#include <string.h>

/* ---- what is agreed ---- */

/* Agreed is a mean of round trips: it is drawn where the hours' medians are. */
bool
comparison_agreed(
    const struct comparison_view *v, size_t link, enum compare_metric m, double *at)
{
	const struct comparison_required *r = &v->required[link];

	*at = m == COMPARE_AVAILABILITY ? r->availability
	      : m == COMPARE_LOSS       ? r->loss
	      : m == COMPARE_MEDIAN     ? r->rtt_ns
	                                : 0;
	return *at > 0;
}

static void
print_agreed(enum compare_metric m, double at, char out[160])
{
	char value[32];

	if (m == COMPARE_MEDIAN) {
		words_ms((int64_t)at, value);
		say(out, 160, "round trip at most {1}, as a mean", value);
		return;
	}
	say_number(value, sizeof value, "%.6g %%", at * 100);
	say(out, 160, m == COMPARE_LOSS ? "loss at most {1}" : "availability {1}", value);
}

void
comparison_agreed_note(struct pages *p, const struct comparison_view *v)
{
	char all[700] = "", text[900], name[COMPARISON_NAME], one[160];
	size_t used = 0;
	double at;

	for (size_t i = 0; i < v->c->n_links; i++) {
		bool begun = false;
		comparison_name(v, i, name);
		name[48] = '\0';
		for (int m = 0; m < COMPARE_METRICS; m++) {
			if (!comparison_agreed(v, i, (enum compare_metric)m, &at) ||
			    used + 240 > sizeof all)
				continue;
			print_agreed((enum compare_metric)m, at, one);
			used +=
			    (size_t)snprintf(all + used, sizeof all - used, "%s%s%s%s",
			        begun      ? ", "
			        : used > 0 ? "; "
			                   : "",
			        begun ? "" : name, begun ? "" : ": ", one);
			begun = true;
		}
	}
	if (used == 0)
		return;
	say(text, sizeof text,
	    "Tinted is where a link keeps what its contract agrees: {1}.", all);
	page_text(p, &style_note, text);
}

/* ---- who is first ---- */

static void
list_missing(const struct comparison_view *v, size_t link, char *out, size_t room)
{
	size_t used = 0;

	out[0] = '\0';
	for (int m = 0; m < COMPARE_METRICS && used + 1 < room; m++) {
		if (!compare_is_measured(v->c, (enum compare_metric)m) ||
		    v->c->links[link].values[m].first)
			continue;
		used += (size_t)snprintf(out + used, room - used, "%s%s",
		    used > 0 ? ", " : "", comparison_word((enum compare_metric)m));
	}
}

static void
say_link(const struct comparison_view *v, size_t link, char *out, size_t room)
{
	char name[COMPARISON_NAME], n[32], of[32], missing[240];

	comparison_name(v, link, name);
	name[48] = '\0';
	words_count(v->c->links[link].firsts, n);
	words_count(v->c->measured, of);
	if (v->c->links[link].firsts == v->c->measured) {
		say(out, room, "{1} is first in all {2} measures", name, of);
	} else if (v->c->links[link].firsts == 0) {
		say(out, room, "{1} is first in none", name);
	} else {
		list_missing(v, link, missing, sizeof missing);
		say(out, room, "{1} is first in {2} of {3} measures, not in {4}", name, n,
		    of, missing);
	}
}

void
comparison_firsts(struct pages *p, const struct comparison_view *v)
{
	char all[1600] = "", text[2000], one[440], name[COMPARISON_NAME];
	size_t used = 0;
	bool shared = false;

	if (v->c->measured == 0)
		return;
	for (size_t i = 0; i < v->c->n_links && used + 1 < sizeof all; i++) {
		say_link(v, i, one, sizeof one);
		used += (size_t)snprintf(
		    all + used, sizeof all - used, "%s%s", i > 0 ? "; " : "", one);
		shared |= v->c->links[i].firsts == v->c->measured;
	}
	say(text, sizeof text, "By the marks alone, unweighted: {1}.", all);
	if (v->c->always < v->c->n_links) {
		comparison_name(v, v->c->always, name);
		name[48] = '\0';
		say_more(text, sizeof text,
		    "No weights of these measures put another before {1}.", name);
	} else if (shared) {
		say_more(text, sizeof text, "No weights tell those first in all apart.");
	} else {
		say_more(text, sizeof text,
		    "Which is first in all hangs on how the measures are weighed: no weights are "
		    "set here.");
	}
	page_text(p, &style_body, text);
}
