/* What a person reads at a terminal, in the centre's zone. */
#include "reports/promise.h"
#include "reports/results.h"
#include "reports/throughput.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "3 d 04 h", "2 h 05 min", "4 min 10 s", "12.3 s", "80 ms", to the nearest. */
static void
length_text(int64_t ns, char out[32])
{
	int64_t ms = (ns + NS_PER_MS / 2) / NS_PER_MS, s = (ms + 500) / 1000,
	        min = (s + 30) / 60, h = (min + 30) / 60;

	if (ns > 0 && ms < 1000)
		snprintf(out, 32, "%d ms", (int)ms);
	else if (ms < 59950)
		snprintf(out, 32, "%d.%d s", (int)((ms + 50) / 1000),
		    (int)((ms + 50) / 100 % 10));
	else if (s < 3600)
		snprintf(out, 32, "%" PRId64 " min %02" PRId64 " s", s / 60, s % 60);
	else if (min < 1440)
		snprintf(out, 32, "%" PRId64 " h %02" PRId64 " min", min / 60, min % 60);
	else
		snprintf(out, 32, "%" PRId64 " d %02" PRId64 " h", h / 24, h % 24);
}

/* How long an outage was; of one that was not seen to end, how long it was seen. */
static void
lasted_text(const struct outage *o, char out[32])
{
	length_text(o->open ? o->down_ns : o->end_ns - o->start_ns, out);
}

/* "measured 99.3 %; down 40.0 s in 1 outage", of a period. */
static void
sums_text(const struct link_result *l, FILE *out)
{
	char down[32];

	if (l->unknown_ns >= l->scheduled_ns) {
		fputs("nothing was measured\n", out);
		return;
	}
	length_text(l->down_ns, down);
	fprintf(out, "measured %.3f %%; down %s in %zu outage%s\n",
	    100 * (1 - (double)l->unknown_ns / (double)l->scheduled_ns), down,
	    l->n_outages, l->n_outages == 1 ? "" : "s");
}

/* Text of others, on somebody's terminal: no control character gets there. */
static const char *
tame(const char *text, char out[TEXT_ROOM])
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < TEXT_ROOM; text++) {
		const unsigned char *c = (const unsigned char *)text;
		bool high =
		    c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0; /* U+0080 to 9F */
		out[n++] = *c < 0x20 || *c == 0x7f || high ? '?' : *text;
		text += high;
	}
	out[n] = '\0';
	return out;
}

static void
heading(const struct link_report *l, FILE *out)
{
	char text[TEXT_ROOM];

	fputs(tame(l->def->centre, text), out);
	fprintf(out, "/%s", tame(l->def->link, text));
	if (l->def->isp[0] != '\0')
		fprintf(out, "  %s", tame(l->def->isp, text));
	fputc('\n', out);
}

static void
period_text(const struct link_report *l, FILE *out)
{
	char from[40], to[40];

	instant_local(l->result->period.start_ns, l->def->timezone, from);
	instant_local(l->result->period.end_ns, l->def->timezone, to);
	fprintf(out, "  %s to %s\n", from, to);
}

static void
outage_line(const struct link_report *l, const struct outage *o, FILE *out)
{
	char at[40], length[32], bound[32];

	instant_local(o->start_ns, l->def->timezone, at);
	lasted_text(o, length);
	length_text(o->start_bound_ns + o->end_bound_ns, bound);
	fprintf(out, "  %s  %s%-12s ±%-9s %-7s %-12s %-6s %s%s\n", at,
	    o->open ? ">" : " ", length, bound, extent_name(o->extent),
	    attribution_name(o->attribution), confidence_name(o->confidence),
	    o->open ? "still open" : o->id,
	    o->counted || o->micro ? "" : "  not counted");
	if (o->connections.watched && o->connections.attempted > 0)
		fprintf(out,
		    "      meanwhile %" PRIu64 " real connections failed, of %" PRIu64
		    " attempted\n",
		    o->connections.failed, o->connections.attempted);
}

static void
outage_table(const struct link_report *l, FILE *out)
{
	const struct link_result *r = l->result;

	if (r->n_outages == 0 && r->unknown_ns < r->scheduled_ns) {
		fputs("  No outage.\n", out);
	} else if (r->n_outages > 0) {
		fprintf(out, "  %-26s   %-12s %-10s %-7s %-12s %-6s %s\n", "outage began",
		    "lasted", "within", "extent", "fault", "sure", "id");
		for (size_t i = 0; i < r->n_outages; i++) {
			outage_line(l, &r->outages[i], out);
			trail_text(l->trails != NULL ? &l->trails[i] : NULL, out);
		}
	}
	if (r->n_micro > 0) {
		fprintf(out, "  %zu too short to be certain of:\n", r->n_micro);
		for (size_t i = 0; i < r->n_micro; i++)
			outage_line(l, &r->micro[i], out);
	}
}

static void
measure_of(const struct degradation *d, char *out, size_t room)
{
	if (d->kind == DEG_LATENCY || d->kind == DEG_JITTER)
		snprintf(out, room, "%.1f ms instead of %.1f ms%s%s",
		    (double)d->during_ns / 1e6, (double)d->before_ns / 1e6,
		    d->settled ? ", and ordinary since" : "",
		    d->single ? ", by one network alone" : "");
	else if (d->kind == DEG_SATURATION)
		snprintf(out, room, "up to %.0f %% of the capacity used", 100 * d->peak);
	else if (d->kind == DEG_THROUGHPUT)
		snprintf(out, room, "%" PRIu64 " tests down to %.3g of %.6g Mbit/s",
		    d->sent, d->slowest_bps / 1e6, d->minimum_bps / 1e6);
	else
		snprintf(out, room, "%" PRIu64 " of %" PRIu64 " lost", d->lost, d->sent);
}

static void
flaky_text(const struct results *r, const struct link_report *l, FILE *out)
{
	char name[TEXT_ROOM];

	for (size_t i = 0; i < l->result->n_targets; i++) {
		const struct target_loss *t = &l->result->targets[i];
		if (t->flaky && t->probe < r->n_probes)
			fprintf(out,
			    "  target %s loses %.2f %%, the others %.2f %%: its own fault\n",
			    tame(r->probes[t->probe].name, name),
			    100 * (double)t->lost / (double)t->sent, 100 * t->peers);
	}
}

static void
others(const struct link_report *l, FILE *out)
{
	const struct link_result *r = l->result;
	char from[40], length[32], measure[128];

	for (size_t i = 0; i < r->n_degradations; i++) {
		const struct degradation *d = &r->degradations[i];
		instant_local(d->start_ns, l->def->timezone, from);
		length_text(d->end_ns - d->start_ns, length);
		measure_of(d, measure, sizeof measure);
		fprintf(out, "  %s  %s%-12s degraded: %s, %s (%s)\n", from,
		    d->open ? ">" : " ", length, degradation_name(d->kind), measure,
		    attribution_name(d->attribution));
	}
	for (size_t i = 0; i < r->n_unknown; i++) {
		const struct unknown *u = &r->unknown[i];
		instant_local(u->start_ns, l->def->timezone, from);
		length_text(u->end_ns - u->start_ns, length);
		fprintf(out, "  %s   %-12s unknown: %s\n", from, length,
		    unknown_name(u->reason));
	}
}

void
results_outages_text(const struct results *r, FILE *out)
{
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		char certain[32];
		if (i > 0)
			fputc('\n', out);
		heading(l, out);
		period_text(l, out);
		fputs("  ", out);
		sums_text(l->result, out);
		if (l->result->shortest_certain_ns > 0) {
			length_text(l->result->shortest_certain_ns, certain);
			fprintf(out,
			    "  an outage of %s or longer is certain to be found\n",
			    certain);
		}
		if (l->has_loss)
			fprintf(out,
			    "  loss %.4g %% of %" PRIu64
			    " probes (95 %%: %.4g %% to %.4g %%, as of %.0f independent ones)\n",
			    100 * l->loss.point, l->loss_sent, 100 * l->loss.lower,
			    100 * l->loss.upper, l->loss_effective);
		throughput_text(&l->throughput, out);
		outage_table(l, out);
		others(l, out);
		flaky_text(r, l, out);
	}
	if (r->n_links == 0)
		fputs("No link.\n", out);
}

/* ---- verdicts ---- */

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
			    tame(c->conf->clause[0] != '\0' ? c->conf->clause
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
		length_text(s->measured_down_ns, text);
		credit_print(s->measured_owed, currency, worth[0], sizeof worth[0]);
		fprintf(out, "  by its clock  measured %s; that would owe %s\n", text,
		    worth[0]);
	}
	for (size_t i = 0; i < s->n_rights; i++) {
		instant_local(s->rights[i].arose_ns, l->def->timezone, at);
		fprintf(out, "  right         %s, since %s\n",
		    tame(s->rights[i].conf->right, text), at);
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

	heading(l, out);
	instant_local(t->period.start_ns, l->def->timezone, from);
	instant_local(t->period.end_ns, l->def->timezone, to);
	fprintf(out, "  period        %s to %s (%s%s)\n", from, to, t->period_kind,
	    t->complete ? "" : ", not over");
	fprintf(out, "  contract      %s%s%s\n",
	    t->contract[0] != '\0' ? t->contract : "none",
	    d->contract.reference[0] != '\0' ? ", " : "",
	    tame(d->contract.reference, text));
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
	length_text(v->down_ns, a);
	length_text(v->longest_ns, b);
	int64_t own = (v->mttr_ns + NS_PER_US) * (int64_t)v->outage_count;
	if (v->outage_count > 0)
		fprintf(out, "  down          %s%s %zu outage%s, the longest %s\n", a,
		    v->down_ns > own ? ": the end of an earlier outage, and" : " in",
		    v->outage_count, v->outage_count == 1 ? "" : "s", b);
	else
		fprintf(out, "  down          %s%s\n", a,
		    v->down_ns > 0 ? " of an outage that began before" : "");
	length_text(v->unknown_ns, a);
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

	heading(l, out);
	instant_local(t->period.start_ns, l->def->timezone, from);
	instant_local(t->period.end_ns, l->def->timezone, to);
	fprintf(out, "  period        %s to %s (%s%s)\n", from, to, t->period_kind,
	    t->complete ? "" : ", not over");
	fprintf(out, "  contract      %s\n",
	    t->contract[0] != '\0' ? tame(t->contract, text) : "none");
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
		length_text(v->down_ns, down);
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
		length_text(s.down_ns, down);
		fprintf(out, "\n%s, by any of %zu links\n",
		    tame(r->links[i].def->centre, text), n);
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

/* ---- status ---- */

static int64_t
last_sent(const struct link_report *l)
{
	int64_t newest = INT64_MIN;

	for (size_t i = 0; i < l->n_last; i++)
		if (l->last[i].sent_ns > newest)
			newest = l->last[i].sent_ns;
	return newest;
}

static void
now_text(const struct results *r, const struct link_report *l, FILE *out)
{
	const struct live *live = &l->live;
	char at[40] = "", length[32] = "";
	int64_t newest = last_sent(l);
	int64_t since = live->state == LIVE_UNKNOWN ? newest : live->since_ns;

	if (since > 0) {
		instant_local(since, l->def->timezone, at);
		length_text(
		    r->generated.ns > since ? r->generated.ns - since : 0, length);
	}
	fputs("  now           ", out);
	if (live->state == LIVE_UP)
		fprintf(out, "up; %u of %u networks answer\n",
		    live->networks_total - live->networks_failing, live->networks_total);
	else if (live->state == LIVE_DARK)
		fprintf(out, "DOWN since %s (%s); %u of %u networks silent%s%s\n", at,
		    length, live->networks_failing, live->networks_total,
		    live->attribution != ATTR_UNDETERMINED ? ", probably " : "",
		    live->attribution != ATTR_UNDETERMINED
		        ? attribution_name(live->attribution)
		        : "");
	else if (live->state == LIVE_SUSPECTED)
		fprintf(out,
		    "perhaps down since %s (%s); %u lost in a row, certain at %u\n", at,
		    length, live->lost_in_a_row, live->outage_needs);
	else if (newest != INT64_MIN)
		fprintf(out, "unknown; last measured %s (%s ago)\n", at, length);
	else
		fputs("unknown; nothing was measured\n", out);
}

static void
latest_text(const struct link_report *l, FILE *out)
{
	const struct outage *o = l->latest;
	char at[40], length[32];

	instant_local(o != NULL ? o->start_ns : l->looked_from_ns, l->def->timezone, at);
	if (o == NULL) {
		fprintf(out, "  last outage   none since %s\n", at);
		return;
	}
	lasted_text(o, length);
	fprintf(out, "  last outage   %s, %s%s; %s, %s confidence\n", at, length,
	    o->open ? " and not seen to end" : "", attribution_name(o->attribution),
	    confidence_name(o->confidence));
}

static void
last_samples(const struct results *r, const struct link_report *l, FILE *out)
{
	for (size_t i = 0; i < l->n_last; i++) {
		const struct mark *m = &l->last[i];
		char at[40], rtt[24] = "", name[TEXT_ROOM];
		if (m->probe >= r->n_probes)
			continue;
		const struct probe_def *p = &r->probes[m->probe];
		instant_local(m->sent_ns, l->def->timezone, at);
		if (m->rtt_ns >= 0 && p->kind != KIND_HTTP)
			snprintf(rtt, sizeof rtt, "%9.3f ms", (double)m->rtt_ns / 1e6);
		fprintf(out, "    %-18s %-5s %-10s %.8s  %-9s%s%s\n", tame(p->name, name),
		    kind_name(p->kind), role_name(p->role), at + 11,
		    outcome_name(m->outcome), rtt[0] != '\0' ? " " : "", rtt);
	}
}

void
results_status_text(const struct results *r, FILE *out)
{
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		if (i > 0)
			fputc('\n', out);
		heading(l, out);
		now_text(r, l, out);
		fputs("  today         ", out);
		sums_text(l->result, out);
		latest_text(l, out);
		last_samples(r, l, out);
	}
	if (r->n_links == 0)
		fputs("No link.\n", out);
}
