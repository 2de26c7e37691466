#include "reports/text.h"
#include "reports/throughput.h"

#include <inttypes.h>

static void
outage_line(const struct link_report *l, const struct outage *o, FILE *out)
{
	char at[40], length[32], bound[32];

	instant_local(o->start_ns, l->def->timezone, at);
	text_lasted(o, length);
	text_length(o->start_bound_ns + o->end_bound_ns, bound);
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
			    text_tame(r->probes[t->probe].name, name),
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
		text_length(d->end_ns - d->start_ns, length);
		measure_of(d, measure, sizeof measure);
		fprintf(out, "  %s  %s%-12s degraded: %s, %s (%s)\n", from,
		    d->open ? ">" : " ", length, degradation_name(d->kind), measure,
		    attribution_name(d->attribution));
	}
	for (size_t i = 0; i < r->n_unknown; i++) {
		const struct unknown *u = &r->unknown[i];
		instant_local(u->start_ns, l->def->timezone, from);
		text_length(u->end_ns - u->start_ns, length);
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
		text_heading(l, out);
		text_period(l, out);
		fputs("  ", out);
		text_sums(l->result, out);
		if (l->result->shortest_certain_ns > 0) {
			text_length(l->result->shortest_certain_ns, certain);
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
