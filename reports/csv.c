#include "reports/csv.h"

#include "reports/results.h"

#include <inttypes.h>
#include <string.h>

void
csv_cell(FILE *out, const char *text)
{
	bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;

	if (!formula && strpbrk(text, "\",\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputs(formula ? "\"'" : "\"", out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void
seconds(FILE *out, int64_t ns)
{
	int64_t us = ns / 1000;

	fprintf(out, ",%s%" PRId64 ".%06" PRId64, us < 0 ? "-" : "",
	    (us < 0 ? -us : us) / 1000000, (us < 0 ? -us : us) % 1000000);
}

static void
row(const struct link_report *l, const struct outage *o, FILE *out)
{
	char start[32], end[32] = "";
	int64_t length = o->end_ns - o->start_ns,
	        slack = o->start_bound_ns + o->end_bound_ns;

	instant_utc(o->start_ns, start);
	if (!o->open)
		instant_utc(o->end_ns, end);
	csv_cell(out, l->def->centre);
	fputc(',', out);
	csv_cell(out, l->def->link);
	fprintf(out, ",%s,%s,%s,%s,%s", o->id, o->micro ? "micro" : "outage", start, end,
	    o->open ? "true" : "false");
	seconds(out, o->start_bound_ns);
	seconds(out, o->end_bound_ns);
	seconds(out, length);
	seconds(out, length > slack ? length - slack : 0);
	if (o->open)
		fputc(',', out); /* not known yet */
	else
		seconds(out, length + slack);
	seconds(out, o->down_in_ns);
	seconds(out, length - o->clipped_ns - o->down_in_ns);
	fprintf(out, ",%s,%u,%u,%" PRIu64 ",%s,%s,%s,%s,%s,%s", extent_name(o->extent),
	    o->networks_failed, o->networks_total, o->replies_during,
	    attribution_name(o->attribution), confidence_name(o->confidence),
	    o->counted ? "true" : "false",
	    o->not_counted_reason != NULL ? o->not_counted_reason : "", o->incident,
	    o->common_cause);
	seconds(out, o->clipped_ns);
	fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%s\n", o->probes_lost, o->rx_bytes,
	    o->deepest_answering != NULL ? o->deepest_answering : "");
}

void
results_outages_csv(const struct results *r, FILE *out)
{
	fputs("centre,link,id,class,start,end,open,start_bound_s,end_bound_s,duration_s,"
	      "duration_min_s,duration_max_s,down_s,unknown_s,extent,networks_failed,"
	      "networks_total,replies_during,attribution,confidence,counted,"
	      "not_counted_reason,incident,common_cause,clipped_s,probes_lost,rx_bytes,"
	      "deepest_answering\n",
	    out);
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link_result *l = r->links[i].result;
		for (size_t k = 0; k < l->n_outages; k++)
			row(&r->links[i], &l->outages[k], out);
		for (size_t k = 0; k < l->n_micro; k++)
			row(&r->links[i], &l->micro[k], out);
	}
}
