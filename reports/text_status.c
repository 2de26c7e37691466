#include "reports/text.h"

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
		text_length(
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
	text_lasted(o, length);
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
		fprintf(out, "    %-18s %-5s %-10s %.8s  %-9s%s%s\n",
		    text_tame(p->name, name), kind_name(p->kind), role_name(p->role),
		    at + 11, outcome_name(m->outcome), rtt[0] != '\0' ? " " : "", rtt);
	}
}

void
results_status_text(const struct results *r, FILE *out)
{
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_report *l = &r->links[i];
		if (i > 0)
			fputc('\n', out);
		text_heading(l, out);
		now_text(r, l, out);
		fputs("  today         ", out);
		text_sums(l->result, out);
		latest_text(l, out);
		last_samples(r, l, out);
	}
	if (r->n_links == 0)
		fputs("No link.\n", out);
}
