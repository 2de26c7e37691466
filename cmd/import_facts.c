#include "cmd/import_facts.h"

#include "base/bytes.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define RTT_MAX_MS 86400000
#define LATEST_NS  (4102444800LL * NS_PER_S) /* 2100 */
#define NAME_HEAD  23 /* of a name that is too long; a dash and eight digits follow */

void *
facts_begin(void)
{
	return history_new();
}

void
facts_settle(void *ctx, struct import *im)
{
	im->repeated += history_settle(ctx);
}

bool
facts_span(const void *ctx, wall_t *first, wall_t *last)
{
	return history_span(ctx, first, last);
}

int
facts_known(void *ctx, const struct probe_def *probe, const struct sample *s)
{
	history_known(ctx, probe, s);
	return 0;
}

size_t
facts_left(void *ctx, struct import *im)
{
	(void)im;
	return history_left(ctx);
}

int
facts_write(void *ctx, struct import *im, struct journal_writer *w)
{
	return history_write(ctx, w, &im->link, im->max_gap_ns);
}

void
facts_end(void *ctx)
{
	history_free(ctx);
}

bool
facts_put(void *ctx, struct import *im, const struct probe_def *d, struct sample *s)
{
	const char *what;

	if (s->time.ns < 0 || s->time.ns >= LATEST_NS) {
		import_bad(im, "time: not between 1970 and 2100");
		return false;
	}
	int probe = history_probe(ctx, d, &what);
	if (probe < 0) {
		import_bad(im, "%s: probe %s had another one before", what, d->name);
		return false;
	}
	s->probe = (uint32_t)probe;
	history_sample(ctx, s);
	im->good++;
	return true;
}

/* ---- names ---- */

static char
letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
}

void
facts_name(char out[NAME_ROOM], const char *text)
{
	size_t n = strlen(text);
	bool whole = n < NAME_ROOM;

	for (size_t i = 0; i < (whole ? n : NAME_HEAD); i++)
		out[i] = letter(text[i]);
	out[whole ? n : NAME_HEAD] = '\0';
	if (!whole)
		snprintf(out + NAME_HEAD, NAME_ROOM - NAME_HEAD, "-%08x",
		    (unsigned)crc32c(0, text, n));
	if (n == 0)
		strcpy(out, "probe");
}

void
facts_name_nth(char out[NAME_ROOM], const char *text, unsigned nth)
{
	char whole[TEXT_ROOM + 16];

	if (nth <= 1)
		snprintf(whole, sizeof whole, "%.*s", TEXT_ROOM, text);
	else
		snprintf(whole, sizeof whole, "%.*s-%u", TEXT_ROOM, text, nth);
	facts_name(out, whole);
}

bool
facts_is_name(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n < NAME_ROOM &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

enum role
facts_role(const char *address)
{
	uint8_t a[16];
	bool near = false;

	if (inet_pton(AF_INET, address, a) == 1)
		near = a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
		       (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254) ||
		       (a[0] == 100 && (a[1] & 0xc0) == 64);
	else if (inet_pton(AF_INET6, address, a) == 1)
		near = (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
	return near ? ROLE_GATEWAY : ROLE_INTERNET;
}

/* ---- numbers ---- */

bool
facts_ms(const char *p, int64_t *out)
{
	int64_t ms = 0, ns = 0, unit = NS_PER_MS / 10;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		ms = ms * 10 + (*p - '0');
		if (ms > RTT_MAX_MS)
			return false;
	}
	if (*p == '.' && p[1] >= '0' && p[1] <= '9')
		for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
			ns += (*p - '0') * unit;
	*out = ms * NS_PER_MS + ns;
	return *p == '\0';
}

bool
facts_number(const char *p, double *out)
{
	double unit = 1;

	*out = 0;
	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		*out = *out * 10 + (*p - '0');
	if (*p == '.' && p[1] >= '0' && p[1] <= '9')
		for (p++; *p >= '0' && *p <= '9'; p++) {
			unit /= 10;
			*out += (*p - '0') * unit;
		}
	return *p == '\0' && *out < 1e15;
}
