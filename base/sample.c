#include "base/sample.h"

#include <string.h>

static const char *const KINDS[] = {"ping", "tcp", "dns", "http"};
static const char *const ROLES[] = {
    "internet", "gateway", "isp", "reflector", "throughput"};
static const char *const OUTCOMES[] = {
    "reply", "lost", "refused", "not-sent", "unsettled"};
static const char *const STAMPS[] = {"none", "user", "kernel-rx", "kernel", "import"};
static const char *const CODES[] = {"", "timeout", "neighbour", "no-carrier",
    "no-interface", "no-route", "send-failed", "unreachable", "reset", "port", "rcode",
    "malformed", "resolve", "http", "no-address", "budget"};
static const char *const FLAGS[] = {"late", "clock", "own-drop", "egress-wrong",
    "egress-unproven", "masked", "dup", "retransmitted", "load"};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char *
word_of(const char *const *words, size_t n, unsigned value)
{
	return value < n ? words[value] : "?";
}

static int
index_of(const char *const *words, size_t n, const char *text, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
			return (int)i;
	return -1;
}

const char *
kind_name(enum kind kind)
{
	return word_of(KINDS, COUNT(KINDS), kind);
}

const char *
role_name(enum role role)
{
	return word_of(ROLES, COUNT(ROLES), role);
}

const char *
outcome_name(enum outcome outcome)
{
	return word_of(OUTCOMES, COUNT(OUTCOMES), outcome);
}

const char *
stamp_name(enum stamp stamp)
{
	return word_of(STAMPS, COUNT(STAMPS), stamp);
}

const char *
code_name(enum code code)
{
	return word_of(CODES, COUNT(CODES), code);
}

bool
kind_parse(const char *text, enum kind *out)
{
	int i = index_of(KINDS, COUNT(KINDS), text, strlen(text));

	if (i >= 0)
		*out = (enum kind)i;
	return i >= 0;
}

bool
role_parse(const char *text, enum role *out)
{
	int i = index_of(ROLES, COUNT(ROLES), text, strlen(text));

	if (i >= 0)
		*out = (enum role)i;
	return i >= 0;
}

bool
outcome_parse(const char *text, enum outcome *out)
{
	int i = index_of(OUTCOMES, COUNT(OUTCOMES), text, strlen(text));

	if (i >= 0)
		*out = (enum outcome)i;
	return i >= 0;
}

void
flags_print(uint32_t flags, char *out, size_t room)
{
	size_t used = 0;

	if (room == 0)
		return;
	out[0] = '\0';
	for (unsigned bit = 0; bit < FLAG_COUNT; bit++) {
		if (!(flags & (1u << bit)))
			continue;
		size_t len = strlen(FLAGS[bit]);
		if (used + len + 2 > room)
			return;
		if (used > 0)
			out[used++] = ';';
		memcpy(out + used, FLAGS[bit], len + 1);
		used += len;
	}
}

bool
flags_parse(const char *text, uint32_t *out)
{
	uint32_t flags = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, ";");
		int bit = index_of(FLAGS, COUNT(FLAGS), text, len);
		if (bit < 0)
			return false;
		flags |= 1u << bit;
		text += len;
		if (*text == ';')
			text++;
	}
	*out = flags;
	return true;
}
