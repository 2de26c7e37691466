#include "base/exactness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t at;
	bool counts; /* else the largest is kept */
} FIELDS[] = {{"sent", offsetof(struct exactness, sent), true},
    {"unsent", offsetof(struct exactness, unsent), true},
    {"skipped", offsetof(struct exactness, skipped), true},
    {"drops", offsetof(struct exactness, dropped), true},
    {"own-drop", offsetof(struct exactness, doubted), true},
    {"kernel", offsetof(struct exactness, kernel), true},
    {"kernel-rx", offsetof(struct exactness, kernel_rx), true},
    {"user", offsetof(struct exactness, user), true},
    {"delay-p50", offsetof(struct exactness, delay_p50), false},
    {"delay-p99", offsetof(struct exactness, delay_p99), false},
    {"delay-most", offsetof(struct exactness, delay_most), false},
    {"clock-bound", offsetof(struct exactness, clock_bound), false}};

#define N_FIELDS (sizeof FIELDS / sizeof FIELDS[0])

static uint64_t *
field(struct exactness *e, size_t i)
{
	return (uint64_t *)((char *)e + FIELDS[i].at);
}

bool
exactness_print(const struct exactness *e, char *out, size_t room)
{
	struct exactness copy = *e;
	size_t n = (size_t)snprintf(out, room, EXACTNESS_WORD);

	for (size_t i = 0; i < N_FIELDS && n < room; i++)
		n += (size_t)snprintf(
		    out + n, room - n, " %s=%" PRIu64, FIELDS[i].name, *field(&copy, i));
	return n < room;
}

/* " NAME=NUMBER", each in its place. */
bool
exactness_parse(const char *text, struct exactness *out)
{
	struct exactness e;
	const char *p = text;
	char *end;

	if (strncmp(p, EXACTNESS_WORD, strlen(EXACTNESS_WORD)) != 0)
		return false;
	p += strlen(EXACTNESS_WORD);
	for (size_t i = 0; i < N_FIELDS; i++) {
		size_t n = strlen(FIELDS[i].name);
		if (p[0] != ' ' || strncmp(p + 1, FIELDS[i].name, n) != 0 ||
		    p[n + 1] != '=' || p[n + 2] < '0' || p[n + 2] > '9')
			return false;
		*field(&e, i) = strtoull(p + n + 2, &end, 10);
		p = end;
	}
	if (*p != '\0')
		return false;
	*out = e;
	return true;
}

void
exactness_join(struct exactness *to, const struct exactness *from)
{
	struct exactness copy = *from;

	for (size_t i = 0; i < N_FIELDS; i++) {
		uint64_t *a = field(to, i), b = *field(&copy, i);
		if (FIELDS[i].counts)
			*a += b;
		else if (b > *a)
			*a = b;
	}
}
