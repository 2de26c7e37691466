#include "reports/promise.h"
#include "reports/text.h"

#include <string.h>

static const char *
sentence(enum verdict_kind v)
{
	switch (v) {
	case VERDICT_MET:
		return "met: even the reading worst for the ISP reaches the target";
	case VERDICT_BREACHED:
		return "breached: even the reading best for the ISP misses the target";
	case VERDICT_ARGUABLE:
		return "arguable: missed by what was measured, not beyond its bounds";
	case VERDICT_NOT_PROVEN:
		return "not proven: reached by what was measured, not beyond its bounds";
	case VERDICT_REFUSED:
		return "refused: the measurement does not carry a verdict";
	case VERDICT_PENDING:
		return "pending: the period is not over";
	default:
		return "none: no target is agreed";
	}
}

/* Numbers that people's entries bear on say so. */
static void
entered_text(const struct terms *t, FILE *out)
{
	size_t tickets = 0, exclusions = 0;

	for (size_t i = 0; i < t->n_tickets; i++)
		tickets += t->tickets[i].opened_ns < t->period.end_ns &&
		           (t->tickets[i].closed_ns == INT64_MIN ||
		               t->tickets[i].closed_ns > t->period.start_ns);
	for (size_t i = 0; i < t->n_exempt; i++)
		exclusions += t->exempt[i].entered;
	if (tickets + exclusions > 0)
		fprintf(out,
		    "  entered       %zu ticket%s, %zu exclusion%s bear on this\n",
		    tickets, tickets == 1 ? "" : "s", exclusions,
		    exclusions == 1 ? "" : "s");
}

#define WEIGHTLESS_SHOWN 5

/* Outages that the contract does not count, and why. */
static void
weightless_text(const struct verdict *v, const char *zone, FILE *out)
{
	size_t shown = 0, more = 0;
	char at[40];

	for (size_t i = 0; i < v->n_times; i++) {
		const struct outage_time *w = &v->times[i];
		if (w->counted_ns > 0 || w->reason == NULL)
			continue;
		if (shown++ >= WEIGHTLESS_SHOWN) {
			more++;
			continue;
		}
		instant_local(w->start_ns, zone, at);
		fprintf(out, "  not counted   outage of %s: %s\n", at, w->reason);
	}
	if (more > 0)
		fprintf(out, "                and %zu more\n", more);
}

static bool
is_nothing(struct credit_worth w)
{
	return w.mills == 0 && w.share_ppb == 0;
}

static void
clauses_text(const struct credit_sheet *s, FILE *out)
{
	char text[TEXT_ROOM];

	for (size_t i = 0; i < s->n; i++) {
		const struct credit *c = &s->credits[i];
		if (!is_nothing(c->due))
			fprintf(out, "                %s: %s\n",
			    text_tame(c->conf->clause[0] != '\0' ? c->conf->clause
			                                         : c->conf->name,
			        text),
			    c->rule);
	}
	if (s->note[0] != '\0')
		fprintf(out, "                %s\n", s->note);
}

/* Money, dates and rights. */
static void
settlement_text(const struct link_report *l, const struct judged *d, FILE *out)
{
	const struct settlement *s = &d->settlement;
	const char *currency = d->conf->currency, *why = difference_name(s->difference);
	char worth[READINGS][96], at[40], text[TEXT_ROOM];

	for (int r = 0; r < READINGS; r++)
		credit_print(s->sheets[r].total, currency, worth[r], sizeof worth[r]);
	if (d->conf->n_credits > 0) {
		fprintf(out, "  owed          %s",
		    is_nothing(s->sheets[READING_POINT].total) ? "nothing"
		                                               : worth[READING_POINT]);
		if (strcmp(worth[READING_ISP], worth[READING_CUSTOMER]) != 0)
			fprintf(out, "  (the ISP may read %s, the customer %s: %s)",
			    worth[READING_ISP], worth[READING_CUSTOMER],
			    why != NULL ? why : "clauses");
		fputc('\n', out);
		clauses_text(&s->sheets[READING_POINT], out);
	}
	if (s->by_ticket) {
		text_length(s->measured_down_ns, text);
		credit_print(s->measured_owed, currency, worth[0], sizeof worth[0]);
		fprintf(out, "  by its clock  measured %s; that would owe %s\n", text,
		    worth[0]);
	}
	for (size_t i = 0; i < s->n_rights; i++) {
		instant_local(s->rights[i].arose_ns, l->def->timezone, at);
		fprintf(out, "  right         %s, since %s\n",
		    text_tame(s->rights[i].conf->right, text), at);
	}
	if (s->has_claim_by) {
		instant_local(s->claim_by_ns, l->def->timezone, at);
		fprintf(out, "  claim by      %s\n", at);
	}
}

/* On one line each, for a terminal. */
static void
promises_text(const struct judged *d, FILE *out)
{
	for (size_t i = 0; i < d->n_commitments; i++) {
		struct promise w;
		promise_words(&d->commitments[i], &w);
		char *line = strchr(w.what, '\n');
		*line = '\0';
		for (char *p = w.measured; (p = strchr(p, '\n')) != NULL;)
			*p = ' ';
		fprintf(out, "  %s  %s (%s) %s: %s%s%s\n",
		    i == 0 ? "promised    " : "            ", w.what, line + 1,
		    w.promised, w.measured,
		    d->commitments[i].word != COMMITMENT_NOT_MEASURED ? ", " : "",
		    d->commitments[i].word != COMMITMENT_NOT_MEASURED ? w.verdict : "");
	}
}

static void
verdict_text(const struct link_report *l, const struct judged *d, FILE *out)
{
	const struct verdict *v = &d->verdict;
	const struct terms *t = &d->contract.terms;
	char a[32], b[32], from[40], to[40], text[TEXT_ROOM], definition[96];

	text_heading(l, out);
	instant_local(t->period.start_ns, l->def->timezone, from);
	instant_local(t->period.end_ns, l->def->timezone, to);
	fprintf(out, "  period        %s to %s (%s%s)\n", from, to, t->period_kind,
	    t->complete ? "" : ", not over");
	fprintf(out, "  contract      %s%s%s\n",
	    t->contract[0] != '\0' ? t->contract : "none",
	    d->contract.reference[0] != '\0' ? ", " : "",
	    text_tame(d->contract.reference, text));
	results_definition(&t->profile, definition);
	fprintf(out, "  definition    %s\n", definition);
	if (v->has_availability)
		fprintf(out, "  availability  %.5f %%  (from %.5f %% to %.5f %%)\n",
		    100 * v->point, 100 * v->lower, 100 * v->upper);
	else
		fputs("  availability  unknown\n", out);
	if (t->target > 0)
		fprintf(out, "  target        %.5g %%\n", 100 * t->target);
	fprintf(out, "  verdict       %s\n", sentence(v->verdict));
	bool told = v->verdict == VERDICT_PENDING || v->verdict == VERDICT_NONE;
	for (size_t i = 0; !told && i < v->n_reasons; i++)
		fprintf(out, "                %s\n", v->reasons[i]);
	text_length(v->down_ns, a);
	text_length(v->longest_ns, b);
	int64_t own = (v->mttr_ns + NS_PER_US) * (int64_t)v->outage_count;
	if (v->outage_count > 0)
		fprintf(out, "  down          %s%s %zu outage%s, the longest %s\n", a,
		    v->down_ns > own ? ": the end of an earlier outage, and" : " in",
		    v->outage_count, v->outage_count == 1 ? "" : "s", b);
	else
		fprintf(out, "  down          %s%s\n", a,
		    v->down_ns > 0 ? " of an outage that began before" : "");
	text_length(v->unknown_ns, a);
	fprintf(out, "  measured      %.3f %%; unknown for %s\n", 100 * v->coverage, a);
	entered_text(t, out);
	weightless_text(v, l->def->timezone, out);
	promises_text(d, out);
	if (d->has_settlement)
		settlement_text(l, d, out);
}

/* Several definitions of one period, side by side. */
static void
profiles_text(const struct link_report *l, size_t first, FILE *out)
{
	const struct terms *t = &l->verdicts[first].contract.terms;
	char from[40], to[40], text[TEXT_ROOM];

	text_heading(l, out);
	instant_local(t->period.start_ns, l->def->timezone, from);
	instant_local(t->period.end_ns, l->def->timezone, to);
	fprintf(out, "  period        %s to %s (%s%s)\n", from, to, t->period_kind,
	    t->complete ? "" : ", not over");
	fprintf(out, "  contract      %s\n",
	    t->contract[0] != '\0' ? text_tame(t->contract, text) : "none");
	if (t->target > 0)
		fprintf(out, "  target        %.5g %%\n", 100 * t->target);
	fprintf(out, "  %-13s %-11s %-25s %-14s %-8s %s\n", "definition", "available",
	    "from, to", "down", "outages", "verdict");
	for (size_t i = first; i < l->n_listed; i++) {
		const struct judged *d = &l->verdicts[i];
		const struct verdict *v = &d->verdict;
		char bounds[40] = "", point[24] = "unknown", down[32], count[24],
		     definition[96];
		if (d->contract.terms.period.start_ns != t->period.start_ns ||
		    d->contract.terms.period.end_ns != t->period.end_ns)
			continue;
		if (v->has_availability) {
			snprintf(point, sizeof point, "%.5f %%", 100 * v->point);
			snprintf(bounds, sizeof bounds, "%.5f %% %.5f %%", 100 * v->lower,
			    100 * v->upper);
		}
		text_length(v->down_ns, down);
		snprintf(count, sizeof count, "%zu", v->outage_count);
		results_definition(&d->contract.terms.profile, definition);
		fprintf(out, "  %-13s %-11s %-25s %-14s %-8s %-10s %s\n",
		    d->contract.terms.profile.name, point, bounds,
		    v->has_availability ? down : "", v->has_availability ? count : "",
		    verdict_name(v->verdict),
		    definition + strlen(d->contract.terms.profile.name));
	}
}

/* Is the ${i}th the first of its period, among several of it? */
static bool
begins_table(const struct link_report *l, size_t i, bool *among)
{
	const struct span *p = &l->verdicts[i].contract.terms.period;

	*among = false;
	for (size_t k = 0; k < l->n_listed; k++) {
		const struct span *q = &l->verdicts[k].contract.terms.period;
		if (k == i || q->start_ns != p->start_ns || q->end_ns != p->end_ns)
			continue;
		*among = true;
		if (k < i)
			return false;
	}
	return *among;
}

static void
listed_text(const struct link_report *l, bool *any, FILE *out)
{
	for (size_t k = 0; k < l->n_listed; k++) {
		bool among, begins = begins_table(l, k, &among);
		if (among && !begins)
			continue;
		if (*any)
			fputc('\n', out);
		*any = true;
		if (begins)
			profiles_text(l, k, out);
		else
			verdict_text(l, &l->verdicts[k], out);
	}
}

#define SITE_LINKS 16

static void
sites_text(const struct results *r, FILE *out)
{
	size_t links[SITE_LINKS], n;
	struct site s;
	char down[32], text[TEXT_ROOM];

	for (size_t i = 0; i < r->n_links; i++) {
		if (!results_site(r, i, links, SITE_LINKS, &n, &s) || !s.has_availability)
			continue;
		text_length(s.down_ns, down);
		fprintf(out, "\n%s, by any of %zu links\n",
		    text_tame(r->links[i].def->centre, text), n);
		fprintf(out,
		    "  availability  %.5f %%; all down for %s; %.5f %% if they failed independently\n",
		    100 * s.measured, down, 100 * s.independent);
		fprintf(out,
		    "  overlaps      %zu of outages, %.3g expected by chance (p %.2g)\n",
		    s.overlaps, s.expected, s.chance);
	}
}

void
results_sla_text(const struct results *r, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < r->n_links; i++)
		listed_text(&r->links[i], &any, out);
	sites_text(r, out);
	if (r->n_links == 0)
		fputs("No link.\n", out);
}
