#include "reports/text.h"

#include <inttypes.h>
#include <stdio.h>

void
text_length(int64_t ns, char out[32])
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

void
text_lasted(const struct outage *o, char out[32])
{
	text_length(o->open ? o->down_ns : o->end_ns - o->start_ns, out);
}

void
text_sums(const struct link_result *l, FILE *out)
{
	char down[32];

	if (l->unknown_ns >= l->scheduled_ns) {
		fputs("nothing was measured\n", out);
		return;
	}
	text_length(l->down_ns, down);
	fprintf(out, "measured %.3f %%; down %s in %zu outage%s\n",
	    100 * (1 - (double)l->unknown_ns / (double)l->scheduled_ns), down,
	    l->n_outages, l->n_outages == 1 ? "" : "s");
}

const char *
text_tame(const char *text, char out[TEXT_ROOM])
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

void
text_heading(const struct link_report *l, FILE *out)
{
	char text[TEXT_ROOM];

	fputs(text_tame(l->def->centre, text), out);
	fprintf(out, "/%s", text_tame(l->def->link, text));
	if (l->def->isp[0] != '\0')
		fprintf(out, "  %s", text_tame(l->def->isp, text));
	fputc('\n', out);
}

void
text_period(const struct link_report *l, FILE *out)
{
	char from[40], to[40];

	instant_local(l->result->period.start_ns, l->def->timezone, from);
	instant_local(l->result->period.end_ns, l->def->timezone, to);
	fprintf(out, "  %s to %s\n", from, to);
}
