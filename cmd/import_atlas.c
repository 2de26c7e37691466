/*
 * import atlas: results of RIPE Atlas as its API gives them, an array or one object a
 * line; types ping, dns and traceroute, of all firmwares. The link is that of one Atlas
 * probe: results of a second one (prb_id) are refused.
 *
 * ping        Each packet of the burst is a probe of its own, ping-MSM, ping-MSM-2, …, so
 *             that the time from burst to burst is their spacing; all are one target. The
 *             packets are 1 s apart. Firmware 0 and 1 kept only how many were sent and
 *             answered, and the mean: the answered ones come first, each with the mean.
 * dns         dns-MSM-ADDRESS, one for each resolver asked. An answer with an rcode other
 *             than NOERROR and NXDOMAIN is a reply with code rcode; a timeout is lost.
 * traceroute  trace-MSM, one sample: the first answer of the destination itself, else
 *             lost; kind tcp for TCP, else ping. And where the first hop answers from a
 *             private network: gateway-ADDRESS, role gateway.
 *
 * What never left (an error of the call, a name that did not resolve) is not-sent.
 * Timestamps are UTC seconds.
 */
#include "cmd/import_facts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define PACKETS_MAX 1000
#define ERROR_ROOM  200

/* ---- values ---- */

/* A number, or the digits old firmware wrote as text. */
static bool
number_of(const json_t *o, const char *key, double *out)
{
	const json_t *v = json_object_get(o, key);

	if (json_is_string(v))
		return facts_number(json_string_value(v), out);
	*out = json_number_value(v);
	return json_is_number(v);
}

static bool
rtt_of(const json_t *o, const char *key, int64_t *out)
{
	double ms;

	if (!number_of(o, key, &ms) || !(ms >= 0 && ms <= 86400000))
		return false;
	*out = (int64_t)(ms * (double)NS_PER_MS + 0.5);
	return true;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL && text[0] != '\0' && strlen(text) < TEXT_ROOM ? text : NULL;
}

/* Where it went: by name where there is one, for addresses behind a name change. */
static const char *
target_of(const json_t *o)
{
	static const char *const KEYS[] = {"dst_name", "name", "dst_addr", "addr"};
	const char *text = NULL;

	for (size_t i = 0; i < 4 && text == NULL; i++)
		text = text_of(o, KEYS[i]);
	return text;
}

static bool
time_of(struct import *im, const json_t *o, const char *key, int64_t *out)
{
	json_int_t t = json_integer_value(json_object_get(o, key));

	if (t > 0 && t < 4102444800LL) {
		*out = t * NS_PER_S;
		return true;
	}
	import_bad(im, "%s: not Unix seconds between 1970 and 2100", key);
	return false;
}

static bool
same_address(const char *a, const char *b)
{
	uint8_t x[16] = {0}, y[16] = {0};

	if (a == NULL || b == NULL)
		return false;
	for (int family = AF_INET; family != 0; family = family == AF_INET ? AF_INET6 : 0)
		if (inet_pton(family, a, x) == 1 && inet_pton(family, b, y) == 1)
			return memcmp(x, y, sizeof x) == 0;
	return false;
}

/* ---- ping ---- */

static void
sample_of(const json_t *packet, struct sample *s)
{
	s->rtt_ns = -1;
	s->code = CODE_NONE;
	s->outcome = OUTCOME_LOST;
	if (rtt_of(packet, "rtt", &s->rtt_ns)) {
		s->outcome = OUTCOME_REPLY;
	} else if (json_object_get(packet, "error") != NULL) {
		s->outcome = OUTCOME_NOT_SENT;
		s->code = CODE_SEND_FAILED;
	}
}

static void
put_nth(void *ctx, struct import *im, struct probe_def *d, const char *name, unsigned nth,
    struct sample *s)
{
	facts_name_nth(d->name, name, nth);
	facts_put(ctx, im, d, s);
	s->time.ns += NS_PER_S;
}

static void
take_counts(void *ctx, struct import *im, const json_t *o, struct probe_def *d,
    const char *name, struct sample *s)
{
	double sent, received;
	int64_t mean = -1;

	if (!number_of(o, "sent", &sent) || !number_of(o, "rcvd", &received) ||
	    sent > PACKETS_MAX || received > sent ||
	    (received > 0 && !rtt_of(o, "avg", &mean))) {
		import_bad(im, "no result, and not sent, rcvd and avg either");
		return;
	}
	for (unsigned i = 0; i < (unsigned)sent; i++) {
		bool answered = i < (unsigned)received;
		s->rtt_ns = answered ? mean : -1;
		s->outcome = answered ? OUTCOME_REPLY : OUTCOME_LOST;
		put_nth(ctx, im, d, name, i + 1, s);
	}
}

static void
take_ping(void *ctx, struct import *im, const json_t *o, const char *msm)
{
	struct probe_def d = {.kind = KIND_PING};
	struct sample s = {0};
	const json_t *packets = json_object_get(o, "result"), *packet;
	const char *target = target_of(o), *address = text_of(o, "dst_addr");
	char name[NAME_ROOM];
	unsigned nth = 0;
	size_t i;

	if (!time_of(im, o, "timestamp", &s.time.ns))
		return;
	if (target == NULL || json_array_size(packets) > PACKETS_MAX) {
		import_bad(im, "ping: no dst_name or dst_addr, or too many packets");
		return;
	}
	snprintf(name, sizeof name, "ping-%s", msm);
	strcpy(d.target, target);
	d.role = facts_role(address != NULL ? address : target);
	if (!json_is_array(packets)) {
		take_counts(ctx, im, o, &d, name, &s);
		return;
	}
	json_array_foreach(packets, i, packet)
	{
		if (json_object_get(packet, "dup") != NULL)
			continue;
		sample_of(packet, &s);
		put_nth(ctx, im, &d, name, ++nth, &s);
	}
}

/* ---- dns ---- */

/* The rcode of a message in base64: the low half of its fourth byte, in the fifth and
 * sixth character. -1: none. */
static int
rcode_of(const char *base64)
{
	static const char DIGITS[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *high, *low;

	if (base64 == NULL || strlen(base64) < 6)
		return -1;
	high = strchr(DIGITS, base64[4]);
	low = strchr(DIGITS, base64[5]);
	if (high == NULL || low == NULL)
		return -1;
	return (int)((high - DIGITS) << 2 | (low - DIGITS) >> 4) & 0xf;
}

static void
take_answer(void *ctx, struct import *im, const json_t *o, const char *msm, int64_t at)
{
	const json_t *result = json_object_get(o, "result"),
	             *error = json_object_get(o, "error");
	const char *address = target_of(o), *dst = text_of(o, "dst_addr");
	struct probe_def d = {.kind = KIND_DNS};
	struct sample s = {.time = {at}, .rtt_ns = -1, .outcome = OUTCOME_LOST};
	char name[TEXT_ROOM + 32];

	address = dst != NULL ? dst : address;
	if (address == NULL) {
		import_bad(im, "dns: no dst_addr");
		return;
	}
	if (rtt_of(result, "rt", &s.rtt_ns)) {
		int rcode = rcode_of(json_string_value(json_object_get(result, "abuf")));
		s.outcome = OUTCOME_REPLY;
		if (rcode > 0 && rcode != 3)
			s.code = CODE_RCODE;
	} else if (error == NULL) {
		import_bad(im, "dns: neither result with rt, nor error");
		return;
	} else if (json_object_get(error, "timeout") != NULL) {
		s.code = CODE_TIMEOUT;
	} else if (json_object_get(error, "senderror") != NULL) {
		s.outcome = OUTCOME_NOT_SENT;
		s.code = CODE_SEND_FAILED;
	} else if (json_object_get(error, "getaddrinfo") != NULL) {
		s.outcome = OUTCOME_NOT_SENT;
		s.code = CODE_RESOLVE;
	}
	snprintf(name, sizeof name, "dns-%s-%s", msm, address);
	facts_name(d.name, name);
	strcpy(d.target, address);
	facts_put(ctx, im, &d, &s);
}

static void
take_dns(void *ctx, struct import *im, const json_t *o, const char *msm)
{
	const json_t *set = json_object_get(o, "resultset"), *one;
	int64_t at;
	size_t i;

	if (!time_of(im, o, "timestamp", &at))
		return;
	if (!json_is_array(set)) {
		take_answer(ctx, im, o, msm, at);
		return;
	}
	json_array_foreach(set, i, one) if (json_object_get(one, "time") == NULL ||
	                                    time_of(im, one, "time", &at))
	    take_answer(ctx, im, one, msm, at);
}

/* ---- traceroute ---- */

/* The first answer in a hop, from ${address} or (NULL) from anyone. */
static const json_t *
answer_in(const json_t *hop, const char *address)
{
	const json_t *packets = json_object_get(hop, "result"), *packet;
	size_t i;
	int64_t rtt;

	json_array_foreach(packets, i, packet)
	{
		const char *from = text_of(packet, "from");
		if (from != NULL && rtt_of(packet, "rtt", &rtt) &&
		    json_object_get(packet, "err") == NULL &&
		    (address == NULL || same_address(from, address)))
			return packet;
	}
	return NULL;
}

static void
put_gateway(void *ctx, struct import *im, const json_t *hop, int64_t at)
{
	const json_t *packet = answer_in(hop, NULL);
	const char *from = packet != NULL ? text_of(packet, "from") : NULL;
	struct probe_def d = {.kind = KIND_PING, .role = ROLE_GATEWAY};
	struct sample s = {.time = {at}};
	char name[TEXT_ROOM + 16];

	if (from == NULL || facts_role(from) != ROLE_GATEWAY)
		return;
	sample_of(packet, &s);
	snprintf(name, sizeof name, "gateway-%s", from);
	facts_name(d.name, name);
	strcpy(d.target, from);
	facts_put(ctx, im, &d, &s);
}

static void
take_traceroute(void *ctx, struct import *im, const json_t *o, const char *msm)
{
	const json_t *hops = json_object_get(o, "result"), *hop, *reached = NULL;
	const char *target = target_of(o), *address = text_of(o, "dst_addr"),
	           *proto = text_of(o, "proto"), *error = NULL;
	struct probe_def d = {.kind = KIND_PING};
	struct sample s = {.rtt_ns = -1, .outcome = OUTCOME_LOST};
	size_t i;

	if (!time_of(im, o, "timestamp", &s.time.ns))
		return;
	if (target == NULL || !json_is_array(hops)) {
		import_bad(im, "traceroute: no dst_name or dst_addr, or no result");
		return;
	}
	json_array_foreach(hops, i, hop)
	{
		if (reached == NULL)
			reached = answer_in(hop, address);
		if (error == NULL)
			error = text_of(hop, "error");
	}
	if (reached != NULL) {
		sample_of(reached, &s);
	} else if (error != NULL) {
		s.outcome = OUTCOME_NOT_SENT;
		s.code = strstr(error, "resol") != NULL         ? CODE_RESOLVE
		         : strstr(error, "unreachable") != NULL ? CODE_NO_ROUTE
		                                                : CODE_SEND_FAILED;
	}
	if (proto != NULL && strcmp(proto, "TCP") == 0)
		d.kind = KIND_TCP;
	snprintf(d.name, sizeof d.name, "trace-%s", msm);
	strcpy(d.target, target);
	d.role = facts_role(address != NULL ? address : target);
	if (facts_put(ctx, im, &d, &s) && json_array_size(hops) > 0)
		put_gateway(ctx, im, json_array_get(hops, 0), s.time.ns);
}

/* ---- results ---- */

/* Result 0, or -EINVAL: it is of another Atlas probe (said). */
static int
take_result(void *ctx, struct import *im, const json_t *o)
{
	const char *type = text_of(o, "type");
	double id = -1, probe = 0;
	char msm[24];

	if (type == NULL || !number_of(o, "msm_id", &id) || !(id >= 0 && id < 1e15) ||
	    !number_of(o, "prb_id", &probe) || !(probe >= 1 && probe < 1e15)) {
		import_bad(im, "not a result of RIPE Atlas: type, msm_id, prb_id");
		return 0;
	}
	if (im->source != 0 && im->source != (int64_t)probe) {
		import_bad(im,
		    "prb_id: %lld, but what came before is of %lld: a link is one probe's; "
		    "select one, as by jq 'select(.prb_id == %lld)'",
		    (long long)probe, (long long)im->source, (long long)im->source);
		return -EINVAL;
	}
	snprintf(msm, sizeof msm, "%lld", (long long)id);
	im->source = (int64_t)probe;
	if (strcmp(type, "ping") == 0)
		take_ping(ctx, im, o, msm);
	else if (strcmp(type, "dns") == 0)
		take_dns(ctx, im, o, msm);
	else if (strcmp(type, "traceroute") == 0)
		take_traceroute(ctx, im, o, msm);
	else
		import_bad(im, "type: %.20s: not ping, dns or traceroute", type);
	return 0;
}

/* ---- the file, object by object ---- */

struct feed {
	struct import *im;
	FILE *file;
	bool by_line, ended; /* one object a line: a line is all the parser gets to see */
};

/* One byte a call: the parser takes no more than the object. */
static size_t
feed_byte(void *out, size_t room, void *arg)
{
	struct feed *feed = arg;
	int c = room > 0 && !feed->ended ? getc(feed->file) : EOF;

	if (c == EOF)
		return 0;
	if (c == '\n') {
		feed->im->line++;
		feed->ended = feed->by_line;
	}
	*(char *)out = (char)c;
	return 1;
}

/* The first byte of the next object, or EOF; counts brackets on the way. */
static int
next_begin(struct feed *feed, int *depth)
{
	int c;

	while ((c = getc(feed->file)) != EOF) {
		if (c == '\n')
			feed->im->line++;
		else if (c == '\0')
			feed->im->nul_bytes++;
		else if (c == '[' || c == ']')
			*depth += c == '[' ? 1 : -1;
		else if (c != ' ' && c != '\t' && c != '\r' && (c != ',' || *depth == 0))
			break;
	}
	return c;
}

static void
skip_line(struct feed *feed)
{
	char byte;

	while (!feed->ended && feed_byte(&byte, 1, feed) > 0)
		;
}

static void
skip_marks(FILE *f)
{
	int c = getc(f);

	while (c == 0xef) {
		(void)getc(f);
		(void)getc(f);
		c = getc(f);
	}
	if (c != EOF)
		ungetc(c, f);
}

/* Result 0; 1 where the rest cannot be read any more (said); -EINVAL (said). */
static int
take_object(void *ctx, struct feed *feed, int c)
{
	struct import *im = feed->im;
	unsigned long at = im->line;
	json_error_t error = {.text = "does not begin with {"};
	json_t *o = NULL;
	int rc = 0;

	feed->ended = false;
	ungetc(c, feed->file);
	if (c == '{')
		o = json_load_callback(
		    feed_byte, feed, feed->by_line ? 0 : JSON_DISABLE_EOF_CHECK, &error);
	unsigned long now = im->line;
	im->line = at;
	if (json_is_object(o)) {
		rc = take_result(ctx, im, o);
	} else {
		import_bad(im, "not JSON: %.*s%s", ERROR_ROOM, error.text,
		    feed->by_line ? "" : "; what follows is not read");
		rc = feed->by_line ? 0 : 1;
	}
	im->line = now;
	json_decref(o);
	if (feed->by_line && rc == 0)
		skip_line(feed);
	return rc;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	struct feed feed = {.im = im, .file = f};
	int depth = 0, c, rc = 0;
	bool any = false;

	im->line = 1;
	skip_marks(f);
	while (rc == 0 && (c = next_begin(&feed, &depth)) != EOF) {
		if (!any && depth == 0 && c != '{') {
			import_bad(
			    im, "not RIPE Atlas JSON: an array, or one object a line");
			return -EINVAL;
		}
		feed.by_line = depth == 0;
		any = true;
		rc = take_object(ctx, &feed, c);
	}
	if (rc == 0 && depth > 0)
		import_bad(im, "the array is not closed: the file was cut off");
	if (ferror(f))
		return -EIO;
	return rc < 0 ? rc : 0;
}

const struct import_format IMPORT_ATLAS = FACTS_FORMAT("atlas", read_file);
