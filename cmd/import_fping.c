/*
 * import fping: what fping prints with -l or -c, a line a packet,
 *
 *   [1772323200.123456] 8.8.8.8 : [0], 64 bytes, 12.3 ms (12.3 avg, 0% loss)
 *   [1772323201.623456] 8.8.8.8 : [1], timed out (12.3 avg, 50% loss)
 *
 * with -C and -q, a line a host, and without any of these, a line a host and run:
 *
 *   8.8.8.8 : 12.3 11.9 - 12.0
 *   8.8.8.8 is alive (12.3 ms)       8.8.8.8 is unreachable
 *
 * Times. -D (or ts) stamps a line when it is printed: a packet left that less its round
 * trip; where it timed out, that is not known, and the stamp is taken. A stamp before a
 * line of -C is its end: the packets left 1 s apart, the last of them then. Without
 * stamps, a line that is a time alone ("date -Is; fping …") says when what follows began:
 * packet [n] left n seconds later, or as the line says: "2026-03-01T00:00:00Z every 20ms"
 * (fping's -p). A file without any of this has no times, and is refused.
 *
 * A host is a probe. Of a line of -C each packet of the burst is a probe of its own
 * (8-8-8-8, 8-8-8-8-2, …), all of them one target, so that the time from burst to burst
 * is their spacing. Where both are printed, the line of -C repeats the packets above it
 * and is passed over. One in a private network has the role gateway, others internet.
 */
#include "base/bytes.h"
#include "cmd/import_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST_MAX 1000

struct host {
	char name[64];
	int64_t last;        /* number of its last packet under the clock; -1: none */
	unsigned long clock; /* line of that clock */
	bool packets;        /* lines of packets came since its last line of -C */
};

struct log {
	struct stream_clock clock;
	struct host *hosts;
	size_t n;
	bool sums; /* there were lines of -q or -Q without packets */
};

static struct host *
host_of(struct log *log, const char *name)
{
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->hosts[i].name, name) == 0)
			return &log->hosts[i];
	log->hosts = memory_grow(log->hosts, log->n + 1, sizeof *log->hosts);
	struct host *h = &log->hosts[log->n++];
	*h = (struct host){.last = -1};
	snprintf(h->name, sizeof h->name, "%s", name);
	return h;
}

static int
no_time(struct import *im)
{
	import_bad(im, "no time: log with fping -D, or put a line with the time it began "
	               "(2026-03-01T00:00:00Z) before each run");
	return -EINVAL;
}

/* When packet ${n} of ${h} left by the clock; -EINVAL where none holds (said). */
static int
by_clock(
    const struct log *log, struct import *im, struct host *h, int64_t n, int64_t *out)
{
	if (h->clock != log->clock.line)
		h->last = -1;
	if (!log->clock.set || n <= h->last)
		return no_time(im);
	if (n > 1LL << 32) {
		import_bad(im, "[%lld]: not the number of a packet", (long long)n);
		return 0;
	}
	h->clock = log->clock.line;
	h->last = n;
	/* where that is no time any more, the sample is refused */
	*out = stream_after(log->clock.began_ns, n, log->clock.every_ns);
	return 1;
}

static void
put(void *ctx, struct import *im, const struct host *h, unsigned nth, int64_t at,
    int64_t rtt_ns)
{
	struct probe_def d = {.kind = KIND_PING, .role = facts_role(h->name)};
	struct sample s = {.time = {at},
	    .rtt_ns = rtt_ns,
	    .outcome = rtt_ns >= 0 ? OUTCOME_REPLY : OUTCOME_LOST};

	facts_name_nth(d.name, h->name, nth);
	strcpy(d.target, h->name);
	facts_put(ctx, im, &d, &s);
}

/* "[0], 64 bytes, 12.3 ms (…" or "[0], timed out (…" */
static int
take_packet(void *ctx, struct log *log, struct import *im, struct host *h, int64_t stamp,
    const char *words)
{
	const char *end, *bytes;
	int64_t n = stream_number(words + 1, &end), rtt = -1, at = stamp;

	if (n < 0 || strncmp(end, "], ", 3) != 0) {
		import_bad(im, "not \"[N], …\"");
		return 0;
	}
	words = end + 3;
	if (strncmp(words, "timed out", 9) != 0) {
		bytes = strstr(words, " bytes, ");
		rtt = bytes != NULL ? stream_ms(bytes + strlen(" bytes, ")) : -1;
		if (rtt < 0) {
			import_bad(im, "not \"N bytes, N ms\", nor \"timed out\"");
			return 0;
		}
	}
	h->packets = true;
	if (stamp >= 0) {
		put(ctx, im, h, 1, rtt > 0 ? stamp - rtt : stamp, rtt);
		return 0;
	}
	int rc = by_clock(log, im, h, n, &at);
	if (rc > 0)
		put(ctx, im, h, 1, at, rtt);
	return rc < 0 ? rc : 0;
}

/* "12.3 11.9 - 12.0" into ms. Result: how many, -1 where it is something else. */
static int
burst_of(const char *words, int64_t *rtt)
{
	char field[32];
	int n = 0;

	for (words += strspn(words, " "); *words != '\0'; words += strspn(words, " ")) {
		size_t length = strcspn(words, " ");
		if (n == BURST_MAX || length >= sizeof field)
			return -1;
		memcpy(field, words, length);
		field[length] = '\0';
		words += length;
		rtt[n] = -1;
		if (strcmp(field, "-") != 0 && !facts_ms(field, &rtt[n]))
			return -1;
		n++;
	}
	return n > 0 ? n : -1;
}

static int
take_burst(void *ctx, struct log *log, struct import *im, struct host *h, int64_t stamp,
    const int64_t *rtt, int n)
{
	int64_t every = NS_PER_S, began = stamp - (n - 1) * every;

	if (h->packets) {
		h->packets = false;
		return 0;
	}
	if (stamp < 0) {
		int rc = by_clock(log, im, h, 0, &began);
		if (rc <= 0)
			return rc;
		every = log->clock.every_ns;
	}
	for (int i = 0; i < n; i++)
		put(ctx, im, h, (unsigned)i + 1, stream_after(began, i, every), rtt[i]);
	return 0;
}

/* "8.8.8.8 is alive (12.3 ms)", "8.8.8.8 is unreachable" */
static int
take_run(void *ctx, struct log *log, struct import *im, struct host *h, int64_t stamp,
    const char *words)
{
	const char *open = strchr(words, '(');
	int64_t at = stamp, rtt = -1;

	if (strncmp(words, "alive", 5) == 0) {
		rtt = open != NULL ? stream_ms(open + 1) : -1;
		if (rtt < 0) {
			import_bad(im, "alive, but not how fast: fping -e says");
			return 0;
		}
	}
	if (stamp < 0) {
		int rc = by_clock(log, im, h, 0, &at);
		if (rc <= 0)
			return rc;
	}
	put(ctx, im, h, 1, at, rtt);
	return 0;
}

/* The host before ${words}, and the stamp before that. Result: NULL where it is none
 * (said). */
static struct host *
split(struct log *log, struct import *im, const char *line, const char *words,
    int64_t *stamp)
{
	const char *end = words, *begin;
	char name[64];

	while (end > line && end[-1] == ' ')
		end--;
	for (begin = end; begin > line && begin[-1] != ' '; begin--)
		;
	*stamp = -1;
	if (begin == end || end - begin >= (int)sizeof name) {
		import_bad(im, "no host before it, or one longer than %zu bytes",
		    sizeof name - 1);
		return NULL;
	}
	memcpy(name, begin, (size_t)(end - begin));
	name[end - begin] = '\0';
	if (stream_stamp(im, line, (size_t)(begin - line), stamp) < 0)
		return NULL;
	return host_of(log, name);
}

static int
take_colon(
    void *ctx, struct log *log, struct import *im, const char *line, const char *colon)
{
	const char *words = colon + strlen(" : ");
	int64_t rtt[BURST_MAX], stamp;
	int n = 0;

	if (strncmp(words, "xmt/rcv/", 8) == 0) {
		log->sums = true;
		return 0;
	}
	if (words[0] != '[' && (n = burst_of(words, rtt)) < 0) {
		import_bad(im, "not a packet, nor times and - for each packet");
		return 0;
	}
	struct host *h = split(log, im, line, colon, &stamp);
	if (h == NULL)
		return 0;
	return words[0] == '[' ? take_packet(ctx, log, im, h, stamp, words)
	                       : take_burst(ctx, log, im, h, stamp, rtt, n);
}

static int
take_line(void *ctx, struct log *log, struct import *im, const char *line)
{
	const char *colon = strstr(line, " : "), *is = strstr(line, " is ");
	int64_t stamp;

	if (line[0] == '\0' || line[0] == '#' || stream_time(im, &log->clock, line))
		return 0;
	if (strncmp(line, "ICMP ", 5) == 0 || strstr(line, " ICMP ") != NULL)
		return 0; /* a router's word; the packet times out below */
	if (colon != NULL)
		return take_colon(ctx, log, im, line, colon);
	if (is == NULL || (strncmp(is + 4, "alive", 5) != 0 &&
	                      strncmp(is + 4, "unreachable", 11) != 0)) {
		import_bad(im, "not a line of fping, nor a time");
		return 0;
	}
	struct host *h = split(log, im, line, is, &stamp);
	return h != NULL ? take_run(ctx, log, im, h, stamp, is + 4) : 0;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	struct lines l = {.file = f};
	struct log log = {.sums = false};
	uint64_t before = im->good;
	char *text;
	int got = 0, rc = 0;

	while (rc == 0 && (got = line_next(im, &l, &text)) > 0)
		if (text != NULL)
			rc = take_line(ctx, &log, im, line_trim(text));
	if (rc == 0 && got == 0 && log.sums && im->good == before)
		import_bad(im, "only sums, no packets: log with fping -l -D, or -C N");
	free(log.hosts);
	line_done(im, &l);
	return rc < 0 ? rc : got;
}

const struct import_format IMPORT_FPING = FACTS_FORMAT("fping", read_file);
