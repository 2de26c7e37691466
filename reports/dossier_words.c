#include "reports/dossier.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void
words_duration(int64_t ns, bool fine, char out[40])
{
	const char *sign = ns < 0 ? "−" : "";
	int64_t tenths = llabs(ns) / 100000000 + (llabs(ns) % 100000000 >= 50000000);
	int64_t s = fine ? tenths / 10 : (tenths + 5) / 10;

	if (ns == 0)
		snprintf(out, 40, "0 s");
	else if (llabs(ns) < NS_PER_S)
		snprintf(out, 40, "%s%lld.%03lld s", sign, llabs(ns) / NS_PER_S,
		    llabs(ns) / NS_PER_MS % 1000);
	else if (tenths < 600)
		snprintf(out, 40, "%s%lld.%lld s", sign, (long long)tenths / 10,
		    (long long)tenths % 10);
	else if (s < 3600 && fine)
		snprintf(out, 40, "%s%lld min %02lld.%lld s", sign, (long long)s / 60,
		    (long long)s % 60, (long long)tenths % 10);
	else if (s < 3600)
		snprintf(out, 40, "%s%lld min %02lld s", sign, (long long)s / 60,
		    (long long)s % 60);
	else if (s < 86400 && fine)
		snprintf(out, 40, "%s%lld h %02lld min %02lld s", sign,
		    (long long)s / 3600, (long long)s / 60 % 60, (long long)s % 60);
	else if (s < 86400)
		snprintf(out, 40, "%s%lld h %02lld min", sign, (long long)s / 3600,
		    (long long)s / 60 % 60);
	else
		snprintf(out, 40, "%s%lld d %02lld h %02lld min", sign,
		    (long long)s / 86400, (long long)s / 3600 % 24,
		    (long long)s / 60 % 60);
	say_numbers(out);
}

void
words_length(int64_t ns, int64_t bound, char out[40])
{
	int64_t least = ns < 3600 * NS_PER_S ? NS_PER_S : 30 * NS_PER_S;

	words_duration(ns, bound < least, out);
}

void
words_percent(double ratio, unsigned decimals, char out[32])
{
	long long unit = 1, value;
	double scaled;

	if (!(ratio >= -1000 && ratio <= 1000)) { /* no number at all */
		snprintf(out, 32, "–");
		return;
	}
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	scaled = ratio * 100 * (double)unit;
	value = llround(scaled);
	if (value == 100 * unit && ratio < 1)
		value--;
	if (value == 0 && ratio > 0)
		value = 1;
	if (decimals == 0 || value == 100 * unit || ratio == 0)
		snprintf(out, 32, "%lld %%", value / unit);
	else
		snprintf(out, 32, "%s%lld.%0*lld %%", value < 0 ? "−" : "",
		    llabs(value) / unit, (int)decimals, llabs(value) % unit);
	say_numbers(out);
}

void
words_target(double ratio, char out[32])
{
	unsigned decimals = 6;

	words_percent(ratio, decimals, out);
	while (ratio < 1 && decimals > 1 && out[strlen(out) - 3] == '0')
		words_percent(ratio, --decimals, out);
}

unsigned
words_decimals(double a, double b, double c)
{
	unsigned decimals = 3;

	for (; decimals < 6; decimals++) {
		double unit = pow(10, decimals) * 100;
		long long x = llround(a * unit), y = llround(b * unit),
		          z = llround(c * unit);
		bool full =
		    (x == (long long)unit && a < 1) || (y == (long long)unit && b < 1);
		if ((x != y || a == b) && (y != z || b == c) && !full)
			break;
	}
	return decimals;
}

void
words_count(uint64_t n, char out[32])
{
	char digits[24], text[64];
	size_t len =
	    (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0) { /* a thin space that does not break */
			memcpy(text + at, "\xE2\x80\xAF", 3);
			at += 3;
		}
		text[at++] = digits[i];
	}
	text[at] = '\0';
	snprintf(out, 32, "%.31s", text);
}

void
words_ms(int64_t ns, char out[32])
{
	if (ns < 0)
		snprintf(out, 32, "–");
	else if (ns < 1000000)
		snprintf(out, 32, "%lld.%03lld ms", (long long)ns / 1000000,
		    (long long)ns / 1000 % 1000);
	else
		snprintf(out, 32, "%lld.%lld ms", (long long)(ns + 50000) / 1000000,
		    (long long)(ns + 50000) / 100000 % 10);
	say_numbers(out);
}

void
words_minutes(int64_t ns, char out[32])
{
	const int64_t minute = 60 * NS_PER_S, tenth = minute / 10;
	int64_t all = ns < 0 ? -ns : ns, tenths = (all + tenth / 2) / tenth;
	char whole[32];

	words_count((uint64_t)tenths / 10, whole);
	if (all % minute == 0)
		snprintf(out, 32, "%s%.27s", ns < 0 ? "−" : "", whole);
	else if (tenths == 0)
		snprintf(out, 32, "< 0.1");
	else
		snprintf(out, 32, "%s%.24s.%lld", ns < 0 ? "−" : "", whole,
		    (long long)tenths % 10);
	say_numbers(out);
}

void
words_minutes_tenth(int64_t ns, char out[32])
{
	size_t n;

	words_minutes(ns, out);
	n = strlen(out);
	if (strpbrk(out, ".,") == NULL && n < 29) {
		memcpy(out + n, ".0", 3);
		say_numbers(out);
	}
}

static void
scaled(uint64_t n, const char *const units[5], uint64_t base, char out[32])
{
	unsigned k = 0;
	uint64_t one = 1;

	while (k < 4 && n / one >= base) {
		one *= base;
		k++;
	}
	uint64_t tenths = n / one * 10 + n % one * 10 / one;
	if (tenths % 10 == 0 || k == 0)
		snprintf(out, 32, "%llu %s", (unsigned long long)tenths / 10, units[k]);
	else
		snprintf(out, 32, "%llu.%llu %s", (unsigned long long)tenths / 10,
		    (unsigned long long)tenths % 10, units[k]);
	say_numbers(out);
}

void
words_bits(uint64_t bps, char out[32])
{
	static const char *const units[5] = {
	    "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};

	scaled(bps, units, 1000, out);
}

void
words_bytes(uint64_t bytes, char out[32])
{
	char n[32];

	if (bytes < 1024) {
		words_count(bytes, n);
		say(out, 32, "{1} {1|byte|bytes}", n);
		return;
	}
	const char *const units[5] = {
	    "", say_word("KiB"), say_word("MiB"), say_word("GiB"), say_word("TiB")};
	scaled(bytes, units, 1024, out);
}

const char *
words_attribution(enum attribution a)
{
	switch (a) {
	case ATTR_LOCAL:
		return "the site itself: this host, its LAN or its power";
	case ATTR_CPE:
		return "the router at the site (CPE)";
	case ATTR_ACCESS:
		return "the access line, between the site and the ISP's first hop";
	case ATTR_ISP_CORE:
		return "the ISP's own network, beyond its first hop";
	case ATTR_UPSTREAM:
		return "beyond the ISP's network, on its way to the Internet";
	case ATTR_ISP_DNS:
		return "the ISP's name servers";
	case ATTR_TARGET:
		return "a target that was measured, not the link";
	case ATTR_SATURATION:
		return "the link was full";
	case ATTR_UNDETERMINED:
		break;
	}
	return "not determined from what was measured";
}

const char *
words_unknown(enum unknown_reason reason)
{
	switch (reason) {
	case UNKNOWN_COLLECTOR_STOPPED:
		return "the collector was not running";
	case UNKNOWN_NO_SAMPLES:
		return "no samples were recorded";
	case UNKNOWN_NO_TARGET:
		return "no target was left that could vote";
	case UNKNOWN_CLOCK:
		return "the clock was not synchronised";
	case UNKNOWN_LOCAL_FAULT:
		return "a fault of the site itself";
	case UNKNOWN_DISK_FULL:
		return "the disk was full";
	case UNKNOWN_STATED:
		break;
	}
	return "stated as unknown by the imported history";
}

uint32_t
words_verdict_colour(enum verdict_kind v)
{
	if (v == VERDICT_BREACHED)
		return INK_BAD;
	return v == VERDICT_MET ? INK_GOOD : INK_MUTED;
}

const char *
words_verdict(enum verdict_kind v)
{
	static const char *const words[] = {[VERDICT_MET] = "met",
	    [VERDICT_BREACHED] = "breached",
	    [VERDICT_ARGUABLE] = "arguable",
	    [VERDICT_NOT_PROVEN] = "not proven",
	    [VERDICT_REFUSED] = "refused",
	    [VERDICT_PENDING] = "pending",
	    [VERDICT_NONE] = "no target"};

	return words[v];
}

/* That nothing was dark is not all there is to say where the link was of little use. */
static void
headline_without_outage(const struct link_report *l, char *out, size_t room)
{
	struct degraded d[TALLY_DEGRADATIONS];
	char services[40], loss[40];

	tally_degraded(d, l);
	words_duration(d[DEG_SERVICE].ns, false, services);
	words_duration(d[DEG_LOSS].ns, false, loss);
	if (d[DEG_SERVICE].ns > 0)
		say(out, room,
		    "No outage was found, but services failed for {1} while pings were answered",
		    services);
	else if (d[DEG_LOSS].ns > 0)
		say(out, room,
		    "No outage was found, but packets were lost for {1}, more than is ordinary",
		    loss);
	else
		say(out, room, "No outage was found in the time that was measured");
}

static void
headline_without_target(const struct link_report *l, char *out, size_t room)
{
	char down[40], lost[32];
	size_t n = l->result->n_outages;

	words_duration(l->result->down_ns, false, down);
	words_count(n, lost);
	if (l->result->scheduled_ns > 0 &&
	    l->result->unknown_ns >= l->result->scheduled_ns)
		say(out, room,
		    "Nothing is known of this period: no time of it was measured");
	else if (n == 0)
		headline_without_outage(l, out, room);
	else if (l->result->down_ns == 0)
		say(out, room,
		    "{1} {1|outage was|outages were} found, {1|and it does not|none of which} "
		    "{1|count|counts}",
		    lost);
	else
		say(out, room,
		    "{1} {1|outage was|outages were} found: {2} without the Internet",
		    lost, down);
}

void
words_headline(const struct link_report *l, char *out, size_t room)
{
	const struct verdict *v = &l->verdict;
	double target = l->contract.terms.target;
	char at[32], low[32], high[32], goal[32], reason[200];

	if (!l->has_verdict || !v->has_availability || v->verdict == VERDICT_NONE) {
		headline_without_target(l, out, room);
		return;
	}
	unsigned decimals = words_decimals(v->lower, v->upper, target);
	words_percent(v->point, decimals, at);
	words_percent(v->lower, decimals, low);
	words_percent(v->upper, decimals, high);
	words_target(target, goal);
	switch (v->verdict) {
	case VERDICT_MET:
		if (v->lower >= v->point)
			say(out, room, "Availability was {1}: the {2} agreed was met", at,
			    goal);
		else
			say(out, room,
			    "Availability met the {1} agreed: {2}, at least {3}", goal,
			    at, low);
		break;
	case VERDICT_BREACHED:
		say(out, room, "Availability missed the {1} agreed: {2}, at most {3}",
		    goal, at, high);
		break;
	case VERDICT_ARGUABLE:
		say(out, room,
		    "Availability of {1} is below the {2} agreed, but could be {3}", at,
		    goal, high);
		break;
	case VERDICT_NOT_PROVEN:
		say(out, room,
		    "Availability of {1} reaches the {2} agreed, but could be as low as {3}",
		    at, goal, low);
		break;
	case VERDICT_PENDING:
		say(out, room,
		    "The period is still open: availability is {1} so far, {2} is agreed",
		    at, goal);
		break;
	default:
		words_found(v->n_reasons > 0 ? v->reasons[0] : "", reason, sizeof reason);
		say(out, room, "The record does not carry a verdict: {1}",
		    v->n_reasons > 0 ? reason : say_word("too little was measured"));
	}
}

void
words_link(const struct link_report *l, char *out, size_t room)
{
	const char *centre =
	    l->def->centre_name[0] != '\0' ? l->def->centre_name : l->def->centre;

	if (l->def->isp[0] != '\0')
		snprintf(out, room, "%s · %s · %s", centre, l->def->link, l->def->isp);
	else
		snprintf(out, room, "%s · %s", centre, l->def->link);
}

void
words_links(const struct results *r, uint64_t bits, char *out, size_t room)
{
	size_t used = 0;

	say(out, room, "none");
	for (size_t i = 0; i < r->n_link_defs && i < 64; i++) {
		if ((bits >> i & 1) == 0 || used >= room)
			continue;
		int n = snprintf(out + used, room - used, "%s%s/%s", used > 0 ? ", " : "",
		    r->link_defs[i].centre, r->link_defs[i].link);
		used += n > 0 ? (size_t)n : 0;
	}
}

void
words_overlaps(const struct site *s, char *out, size_t room)
{
	char chance[48], times[32], expected[32];

	if (s->chance < 0.001)
		say(chance, sizeof chance, "less than 0.1 %");
	else if (s->chance > 0.995)
		say(chance, sizeof chance, "more than 99 %");
	else
		say_number(chance, sizeof chance, "%.2g %%", s->chance * 100);
	words_count(s->overlaps, times);
	say_number(expected, sizeof expected, "%.2g", s->expected);
	say(out, room,
	    "Outages of two links overlapped {1} {1|time|times}; by chance {2} would be expected, "
	    "and so many or more come about with a probability of {3}.",
	    times, expected, chance);
	if (s->chance < 0.05)
		say_more(out, room, "The links share a cause of failure.");
}
