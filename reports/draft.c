#include "reports/draft.h"

#include "base/link.h"
#include "reports/results.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the fault lies, for people. */
static const char *
place(enum attribution a)
{
	switch (a) {
	case ATTR_LOCAL:
		return "on our own side (host, LAN or power)";
	case ATTR_CPE:
		return "the router at our site (CPE)";
	case ATTR_ACCESS:
		return "the access line, between our router and your first node";
	case ATTR_ISP_CORE:
		return "inside your network";
	case ATTR_UPSTREAM:
		return "beyond your network, with your transit or peering";
	case ATTR_ISP_DNS:
		return "your DNS resolver";
	case ATTR_TARGET:
		return "the target itself";
	case ATTR_SATURATION:
		return "the line was full";
	case ATTR_UNDETERMINED:
		break;
	}
	return "not determined";
}

void
draft_subject(const struct draft *d, char *out, size_t room)
{
	const struct outage *o = d->outage;
	char when[40];

	if (d->kind == DRAFT_TEST || o == NULL) {
		snprintf(out, room, "Test of the notices for %s/%s", d->link->centre,
		    d->link->link);
		return;
	}
	instant_local(o->start_ns, link_zone(d->link), when);
	if (d->kind == DRAFT_CONFIRMED)
		snprintf(out, room, "%s/%s: Internet outage since %s", d->link->centre,
		    d->link->link, when);
	else
		snprintf(out, room, "%s/%s: Internet outage over after %lld s",
		    d->link->centre, d->link->link,
		    (o->end_ns - o->start_ns + NS_PER_S / 2) / NS_PER_S);
}

static void
tell_instant(
    FILE *f, const struct draft *d, const char *what, int64_t ns, int64_t bound_ns)
{
	char local[40], utc[32];

	instant_local(ns, link_zone(d->link), local);
	instant_utc(ns, utc);
	fprintf(f, "  %-12s %s  (%s), within %.2f s\n", what, local, utc,
	    (double)bound_ns / 1e9);
}

static void
tell_links(FILE *f, const struct draft *d, const char *what, uint64_t bits)
{
	const char *comma = "";

	if (bits == 0)
		return;
	fprintf(f, "  %-12s ", what);
	for (size_t i = 0; i < d->n_links && i < 64; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		fprintf(f, "%s%s (%s)", comma, d->links[i].link,
		    d->links[i].isp[0] != '\0' ? d->links[i].isp : d->links[i].centre);
		comma = ", ";
	}
	fputc('\n', f);
}

static void
tell_facts(FILE *f, const struct draft *d)
{
	const struct outage *o = d->outage;
	int64_t least = o->end_ns - o->start_ns - o->start_bound_ns - o->end_bound_ns;
	int64_t most = o->end_ns - o->start_ns + o->start_bound_ns + o->end_bound_ns;

	tell_instant(f, d, "Start", o->start_ns, o->start_bound_ns);
	if (o->open) {
		fprintf(f, "  %-12s not yet: %lld s after the start it lasts\n", "End",
		    (long long)((d->now_ns - o->start_ns) / NS_PER_S));
	} else {
		tell_instant(f, d, "End", o->end_ns, o->end_bound_ns);
		fprintf(f, "  %-12s %.1f s, between %.1f and %.1f s\n", "Duration",
		    (double)(o->end_ns - o->start_ns) / 1e9,
		    (double)(least > 0 ? least : 0) / 1e9, (double)most / 1e9);
	}
	fprintf(f, "  %-12s %s: %u of %u networks on the Internet did not answer\n",
	    "Extent", extent_name(o->extent), o->networks_failed, o->networks_total);
	fprintf(f, "  %-12s %" PRIu64 " probes lost, %" PRIu64 " answered\n", "Evidence",
	    o->probes_lost, o->replies_during);
	fprintf(f, "  %-12s %s (%s, confidence %s)\n", "Place", place(o->attribution),
	    attribution_name(o->attribution), confidence_name(o->confidence));
	if (o->deepest_answering != NULL)
		fprintf(f, "  %-12s %s\n", "Deepest",
		    strcmp(o->deepest_answering, "none") == 0
		        ? "no hop on the way answered"
		        : o->deepest_answering);
	tell_links(f, d, "Others up", o->links_up);
	tell_links(f, d, "Others down", o->links_down);
	fprintf(
	    f, "  %-12s %s\n", "Incident", o->incident[0] != '\0' ? o->incident : o->id);
	if (!o->counted && o->not_counted_reason != NULL)
		fprintf(f, "  %-12s %s\n", "Not counted", o->not_counted_reason);
}

static void
tell_ticket(FILE *f, const struct draft *d)
{
	const struct link_def *l = d->link;
	bool over = d->kind == DRAFT_OVER;

	if (d->outage->attribution == ATTR_LOCAL) {
		fputs(
		    "\nNo ticket: what is known points to our own side. Check power, cable and "
		    "host.\n",
		    f);
		return;
	}
	fprintf(f, "\n---- draft of a ticket%s%s ----\n\n",
	    l->isp[0] != '\0' ? " to " : "", l->isp);
	fprintf(f, "Our line at %s%s%s%s %s.\n",
	    l->centre_name[0] != '\0' ? l->centre_name : l->centre,
	    d->reference[0] != '\0' ? " (" : "", d->reference,
	    d->reference[0] != '\0' ? ")" : "",
	    over ? "was out of service" : "is out of service");
	fputs(
	    "Measured by an independent probe at the site, every sample bound to this line:\n\n",
	    f);
	tell_facts(f, d);
	fputs(
	    over
	        ? "\nService is back. Please confirm the times from your side, tell us the cause,\n"
	          "and record the outage against this service.\n"
	        : "\nPlease give us a ticket number and the time you registered this, restore the\n"
	          "service, and tell us the cause when it is over.\n",
	    f);
	fputs(
	    "The raw measurements are kept and can be sent.\n---- end of the draft ----\n",
	    f);
}

char *
draft_text(const struct draft *d)
{
	char *text = NULL, now[40];
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return NULL;
	instant_local(d->now_ns, link_zone(d->link), now);
	if (d->kind == DRAFT_TEST || d->outage == NULL) {
		fprintf(f,
		    "This is a test, sent at %s.\nNotices about %s/%s will reach you this way.\n",
		    now, d->link->centre, d->link->link);
	} else {
		fprintf(f, "%s, link %s%s%s%s: the Internet %s.\n",
		    d->link->centre_name[0] != '\0' ? d->link->centre_name
		                                    : d->link->centre,
		    d->link->link, d->link->isp[0] != '\0' ? " (" : "", d->link->isp,
		    d->link->isp[0] != '\0' ? ")" : "",
		    d->kind == DRAFT_OVER ? "is back" : "cannot be reached");
		fprintf(f, "Judged at %s, provisionally.\n\n", now);
		tell_facts(f, d);
		tell_ticket(f, d);
	}
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
