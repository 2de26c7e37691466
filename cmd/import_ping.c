/*
 * import ping: what iputils' ping prints (BusyBox' and BSD's too), one series after the
 * other in a file, each begun by its line "PING host (address) …".
 *
 * Times. With -D, or behind ts, each line says when it was printed: a packet left that
 * less its round trip. Without, a line that is a time alone (RFC 3339, or Unix seconds,
 * as "date -Is; ping …" leaves it) before the PING line says when the series began, and
 * its packets are 1 s apart, or as the line says: "2026-03-01T00:00:00Z every 200ms". A
 * series that follows without a time of its own began when the one above ended, by the
 * time that its summary gives. A file without any of this has no times, and is refused.
 *
 * Packets. ping does not print those that were lost: they are the numbers missing from
 * icmp_seq, up to what the summary says was transmitted, placed evenly between those
 * around them. Where the summary is missing (the log was cut off, or ping still ran), the
 * series ends with its last line. icmp_seq has 16 bits; where stamps are there, they tell
 * how often it went round. "no answer yet" is lost unless an answer follows; a router's
 * "Unreachable" is lost; "sendmsg:" is a packet that never left; a duplicate counts once.
 *
 * One host is one probe, named by what ping was told; one in a private network has the
 * role gateway, others internet.
 */
#include "base/bytes.h"
#include "cmd/import_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISSING_MAX 5000000 /* lost packets of one file: two months at 1 s */
#define SEQ_ROUND   65536
#define SEQ_MAX     0xffffffff
#define ENOUGH      16 /* packets that tell how far apart they are */

struct packet {
	int64_t seq, at_ns, rtt_ns; /* at_ns -1: no stamp */
	uint8_t outcome, code;
	unsigned long line;
};

struct series {
	struct probe_def probe;
	struct packet *packets;
	size_t n, room;
	struct stream_clock clock;
	int64_t header_ns;   /* stamp of the PING line; -1: none */
	int64_t last_seq;    /* highest so far; -1: none */
	int64_t transmitted; /* by the summary; -1: none */
	int64_t lasted_ns;   /* by the summary; -1: not said */
	int64_t unsent;      /* failed calls since the last packet */
	int64_t missing;     /* of all series of this file */
	bool open, whole;    /* whole: it began in this file */
	unsigned long line;  /* of its beginning */
};

/* ---- the clock of a series ---- */

/* Nanoseconds from packet to packet, by the stamps there are. */
static int64_t
spacing_of(const struct series *s)
{
	const struct packet *first = NULL, *last = NULL;

	for (size_t i = 0; i < s->n; i++) {
		if (s->packets[i].at_ns < 0)
			continue;
		if (first == NULL)
			first = &s->packets[i];
		last = &s->packets[i];
	}
	if (first == NULL || last->seq <= first->seq || last->at_ns <= first->at_ns)
		return NS_PER_S;
	return (last->at_ns - first->at_ns) / (last->seq - first->seq);
}

/* The number ping counts in 64 bits, from the 16 it prints: near the last one, or as many
 * rounds further as the time since asks for. */
static int64_t
unwrap(const struct series *s, int64_t printed, int64_t at_ns)
{
	if (s->last_seq < 0 || printed >= SEQ_ROUND)
		return printed;
	int64_t delta = (int16_t)(uint16_t)(printed - s->last_seq % SEQ_ROUND);
	if (s->n <= ENOUGH)
		return s->last_seq + delta < 0 ? 0 : s->last_seq + delta;
	const struct packet *first = &s->packets[0], *last = &s->packets[s->n - 1];
	if (at_ns >= 0 && last->at_ns > first->at_ns && first->at_ns >= 0 &&
	    last->seq > first->seq) {
		int64_t each = (last->at_ns - first->at_ns) / (last->seq - first->seq);
		int64_t more = (at_ns - last->at_ns) / (each > 0 ? each : 1) - delta;
		if (more > SEQ_ROUND / 2 && more < SEQ_MAX)
			delta += (more + SEQ_ROUND / 2) / SEQ_ROUND * SEQ_ROUND;
	}
	return s->last_seq + delta < 0 ? 0 : s->last_seq + delta;
}

/* ---- putting a series ---- */

/* In order of number; of one number what answered first. */
static int
by_seq(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void
put(void *ctx, struct import *im, struct series *s, const struct packet *p, int64_t at_ns)
{
	struct sample out = {.time = {at_ns},
	    .rtt_ns = p->rtt_ns,
	    .outcome = (enum outcome)p->outcome,
	    .code = (enum code)p->code};

	facts_put(ctx, im, &s->probe, &out);
}

/* When packet ${seq} left: between the stamped ones around it, or off the nearest. */
static int64_t
time_of(const struct series *s, const struct packet *before, const struct packet *after,
    int64_t seq, int64_t spacing)
{
	if (before != NULL && after != NULL && after->seq > before->seq)
		return before->at_ns + (int64_t)((double)(after->at_ns - before->at_ns) *
		                                 (double)(seq - before->seq) /
		                                 (double)(after->seq - before->seq));
	if (before != NULL)
		return stream_after(before->at_ns, seq - before->seq, spacing);
	if (after != NULL)
		return stream_after(after->at_ns, seq - after->seq, spacing);
	return stream_after(s->clock.began_ns, seq, s->clock.every_ns);
}

static const struct packet *
next_stamped(const struct series *s, size_t from)
{
	for (size_t i = from; i < s->n; i++)
		if (s->packets[i].at_ns >= 0)
			return &s->packets[i];
	return NULL;
}

static void
put_all(void *ctx, struct import *im, struct series *s, int64_t first, int64_t last)
{
	const struct packet lost = {.rtt_ns = -1, .outcome = OUTCOME_LOST};
	const struct packet *before = NULL, *after = next_stamped(s, 0);
	int64_t spacing = spacing_of(s), origin = first;
	size_t i = 0;

	for (int64_t seq = first; seq <= last; seq++) {
		bool here = i < s->n && s->packets[i].seq == seq;
		const struct packet *p = here ? &s->packets[i] : &lost;
		bool stamped = after != NULL || before != NULL;
		int64_t at = here && p->at_ns >= 0
		                 ? p->at_ns
		                 : time_of(s, before, after, stamped ? seq : seq - origin,
		                       spacing);
		put(ctx, im, s, p, at);
		if (!here)
			continue;
		if (p->at_ns >= 0)
			before = p;
		for (i++; i < s->n && s->packets[i].seq == seq; i++)
			;
		if (after != NULL && after->seq <= seq)
			after = next_stamped(s, i);
	}
}

/* The first number: 1, or 0 where ping counts from there; in a log whose beginning is
 * missing, the first that is there. */
static int64_t
first_of(const struct series *s)
{
	if (s->n > 0 && (s->packets[0].seq == 0 || !s->whole))
		return s->packets[0].seq;
	return 1;
}

static int
close_series(void *ctx, struct import *im, struct series *s)
{
	unsigned long line = im->line;
	bool stamped = false;
	int rc = 0;

	if (!s->open)
		return 0;
	s->open = false;
	if (s->n > 0)
		qsort(s->packets, s->n, sizeof *s->packets, by_seq);
	for (size_t i = 0; i < s->n; i++)
		stamped |= s->packets[i].at_ns >= 0;
	int64_t first = first_of(s), last = s->n > 0 ? s->packets[s->n - 1].seq : 0;
	if (s->transmitted >= 0 && first + s->transmitted - 1 > last)
		last = first + s->transmitted - 1;
	if (!stamped && s->header_ns >= 0)
		s->clock = (struct stream_clock){
		    .set = true, .began_ns = s->header_ns, .every_ns = NS_PER_S};
	im->line = s->line;
	s->missing +=
	    last - first + 1 > (int64_t)s->n ? last - first + 1 - (int64_t)s->n : 0;
	if (s->missing > MISSING_MAX) {
		import_bad(im, "more than %d lost packets: not believed", MISSING_MAX);
		rc = -EINVAL;
	} else if (last >= first && !stamped && !s->clock.set) {
		import_bad(im,
		    "no times: log with ping -D, or put a line with the time it "
		    "began (2026-03-01T00:00:00Z) before each PING line");
		rc = -EINVAL;
	} else {
		put_all(ctx, im, s, first, last);
	}
	im->line = line;
	s->probe.name[0] = '\0';
	if (s->lasted_ns >= 0 && !stamped)
		s->clock.began_ns += s->lasted_ns; /* the next began then */
	else
		s->clock.set = false;
	return rc;
}

/* ---- lines ---- */

static void
append(struct series *s, struct import *im, struct packet p)
{
	if (s->n == s->room) {
		s->room = s->room * 2 + 256;
		s->packets = memory_grow(s->packets, s->room, sizeof *s->packets);
	}
	p.line = im->line;
	s->packets[s->n++] = p;
	if (p.seq > s->last_seq)
		s->last_seq = p.seq;
}

/* What never left has the first of the numbers that are missing below ${seq}. */
static void
append_unsent(struct series *s, struct import *im, int64_t seq)
{
	struct packet p = {.at_ns = -1,
	    .rtt_ns = -1,
	    .outcome = OUTCOME_NOT_SENT,
	    .code = CODE_SEND_FAILED};

	if (s->last_seq < 0 && s->whole && s->unsent > 0)
		s->last_seq = 0;
	for (; s->unsent > 0 && s->last_seq >= 0 && s->last_seq + 1 < seq; s->unsent--) {
		p.seq = s->last_seq + 1;
		append(s, im, p);
	}
	s->unsent = 0;
}

static void
begin(struct series *s, const struct import *im, bool whole, int64_t header_ns)
{
	s->n = 0;
	s->open = true;
	s->whole = whole;
	s->header_ns = header_ns;
	s->last_seq = s->transmitted = s->lasted_ns = -1;
	s->unsent = 0;
	s->line = im->line;
}

static void
add(struct series *s, struct import *im, struct packet p)
{
	if (!s->open) /* the log begins in the middle of a series */
		begin(s, im, false, -1);
	p.seq = unwrap(s, p.seq, p.at_ns);
	append_unsent(s, im, p.seq);
	append(s, im, p);
}

/* The host ${text} begins with, up to a blank or bracket; empty where it is too long.
 * Result: what follows it and its blanks. */
static const char *
host_of(const char *text, char *host, size_t room)
{
	size_t n = strcspn(text, " (");
	const char *rest = text + n + strspn(text + n, " ");

	if (n > 0 && text[n - 1] == ':')
		n--;
	host[0] = '\0';
	if (n < room)
		snprintf(host, room, "%.*s", (int)n, text);
	return rest;
}

/* "PING dns.google (8.8.8.8) 56(84) bytes of data." */
static int
take_header(
    void *ctx, struct import *im, struct series *s, const char *line, const char *words)
{
	char host[TEXT_ROOM], address[64] = "";
	const char *rest = words + strlen("PING ");
	int64_t at = -1;
	int rc = close_series(ctx, im, s);

	if (rc < 0 || stream_stamp(im, line, (size_t)(words - line), &at) < 0)
		return rc;
	rest = host_of(rest, host, sizeof host);
	if (host[0] == '\0') {
		import_bad(im, "PING what? not a host");
		return 0;
	}
	if (*rest == '(')
		snprintf(address, sizeof address, "%.*s", (int)strcspn(rest + 1, ")"),
		    rest + 1);
	begin(s, im, true, at);
	s->probe = (struct probe_def){.kind = KIND_PING};
	facts_name(s->probe.name, host);
	strcpy(s->probe.target, host);
	s->probe.role = facts_role(address[0] != '\0' ? address : host);
	return 0;
}

/* The host of an answer, where no PING line named it: "dns.google (8.8.8.8): icmp_seq".
 */
static void
name_by_answer(struct series *s, const char *from)
{
	char host[64];

	if (s->probe.name[0] != '\0')
		return;
	host_of(from, host, sizeof host);
	facts_name(s->probe.name, host);
	strcpy(s->probe.target, host);
	s->probe.role = facts_role(host);
}

/* "64 bytes from 8.8.8.8: icmp_seq=1 ttl=57 time=12.3 ms" */
static void
take_answer(struct import *im, struct series *s, const char *line, const char *words)
{
	const char *from = strstr(words, " bytes from ") + strlen(" bytes from ");
	const char *seq = strstr(words, "seq="), *time = strstr(words, "time=");
	struct packet p = {.at_ns = -1, .outcome = OUTCOME_REPLY};
	const char *end = words;

	if (time == NULL && (time = strstr(words, "time<")) == NULL) {
		import_bad(im, "no time=: ping with 16 bytes or more");
		return;
	}
	p.seq = seq != NULL ? stream_number(seq + 4, &end) : -1;
	p.rtt_ns = stream_ms(time + 5);
	if (p.seq < 0 || p.seq > SEQ_MAX || p.rtt_ns < 0) {
		import_bad(im, "not \"icmp_seq=N … time=N ms\"");
		return;
	}
	if (stream_stamp(im, line, (size_t)(words - line), &p.at_ns) < 0)
		return;
	if (p.at_ns >= 0)
		p.at_ns -= p.rtt_ns;
	if (strstr(words, "(DUP!)") != NULL)
		return;
	name_by_answer(s, from);
	add(s, im, p);
}

/* "no answer yet for icmp_seq=5", "From 10.0.0.1 icmp_seq=9 Destination Host …": a stamp
 * there is not that of the sending. */
static void
take_lost(struct import *im, struct series *s, const char *words, enum code code)
{
	struct packet p = {
	    .at_ns = -1, .rtt_ns = -1, .outcome = OUTCOME_LOST, .code = (uint8_t)code};
	const char *seq = strstr(words, "icmp_seq"), *end;

	if (strstr(words, "Redirect") != NULL)
		return; /* a word to the sender; the packet went on */
	p.seq = seq != NULL ? stream_number(seq + strlen("icmp_seq="), &end) : -1;
	if (p.seq < 0 || p.seq > SEQ_MAX)
		import_bad(im, "no icmp_seq=N");
	else if (s->open)
		add(s, im, p);
}

/* "120 packets transmitted, 113 received, +2 errors, 5% packet loss, time 119301ms" */
static void
take_summary(struct import *im, struct series *s, const char *line, const char *words)
{
	const char *p = words, *end, *time = strstr(words, ", time ");

	while (p > line && p[-1] >= '0' && p[-1] <= '9')
		p--;
	int64_t n = stream_number(p, &end);
	if (n < 0 || n > SEQ_MAX || end != words) {
		import_bad(im, "not \"N packets transmitted\"");
		return;
	}
	if (!s->open)
		return;
	s->transmitted = n;
	append_unsent(s, im, n + (s->n > 0 && s->packets[0].seq == 0 ? 0 : 1));
	if (time != NULL)
		s->lasted_ns = stream_ms(time + strlen(", time "));
}

static const struct {
	const char *words;
	enum {
		ANSWER,
		WAITING,
		UNREACHABLE,
		HEADER,
		SUMMARY,
		UNSENT,
		NOTHING
	} what;
} MARKS[] = {
    {" bytes from ", ANSWER},
    {"no answer yet for icmp_seq", WAITING},
    {"Request timeout for icmp_seq", WAITING},
    {"From ", UNREACHABLE},
    {"PING ", HEADER},
    {" packets transmitted", SUMMARY},
    {"ping: sendmsg", UNSENT},
    {"ping: sendto", UNSENT},
    {"--- ", NOTHING},
    {"rtt min/", NOTHING},
    {"round-trip min/", NOTHING},
    {" packets, ", NOTHING},
    {"ping: ", NOTHING},
    {"wrong data byte", NOTHING},
};
#define N_MARKS (sizeof MARKS / sizeof MARKS[0])

static int
take_line(void *ctx, struct import *im, struct series *s, const char *line)
{
	const char *words = NULL;
	size_t i;

	if (line[0] == '\0' || line[0] == '#')
		return 0;
	for (i = 0; i < N_MARKS && words == NULL; i++)
		words = strstr(line, MARKS[i].words);
	if (words == NULL) {
		struct stream_clock next;
		if (!stream_time(im, &next, line)) {
			import_bad(im, "not a line of ping, nor a time");
			return 0;
		}
		int rc = close_series(ctx, im, s);
		s->clock = next;
		return rc;
	}
	switch (MARKS[i - 1].what) {
	case ANSWER:
		while (words > line && words[-1] >= '0' && words[-1] <= '9')
			words--;
		take_answer(im, s, line, words);
		break;
	case WAITING:
		take_lost(im, s, words, CODE_TIMEOUT);
		break;
	case UNREACHABLE:
		take_lost(im, s, words, CODE_UNREACHABLE);
		break;
	case HEADER:
		return take_header(ctx, im, s, line, words);
	case SUMMARY:
		take_summary(im, s, line, words);
		break;
	case UNSENT:
		s->unsent++;
		break;
	case NOTHING:
		break;
	}
	return 0;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	struct lines l = {.file = f};
	struct series s = {.open = false};
	char *text;
	int got = 0, rc = 0;

	while (rc == 0 && (got = line_next(im, &l, &text)) > 0)
		if (text != NULL)
			rc = take_line(ctx, im, &s, line_trim(text));
	if (rc == 0)
		rc = close_series(ctx, im, &s);
	free(s.packets);
	line_done(im, &l);
	return rc < 0 ? rc : got;
}

const struct import_format IMPORT_PING = FACTS_FORMAT("ping", read_file);
