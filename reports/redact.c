#include "reports/redact.h"

#include "base/bytes.h"
#include "reports/evidence.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "192.0.2.1:443" as names are written: "192-0-2-1-443". */
static void
as_name(const char *text, char out[TEXT_ROOM])
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < TEXT_ROOM; text++)
		out[n++] = isalnum((unsigned char)*text)
		               ? (char)tolower((unsigned char)*text)
		               : '-';
	out[n] = '\0';
}

static bool
is_named_by_address(const struct probe_def *p)
{
	char name[TEXT_ROOM];

	as_name(p->target, name);
	return strlen(name) >= 7 && isdigit((unsigned char)name[0]) &&
	       strncmp(p->name, name, strlen(name) < 7 ? strlen(name) : 7) == 0;
}

/* Each text that differs has a number of its own, from 1 in the order of the list. */
static size_t *
number(const struct probe_def *list, size_t n, size_t offset)
{
	size_t *out = memory_grow(NULL, n + 1, sizeof *out), next = 1;

	for (size_t i = 0; i < n; i++) {
		const char *a = (const char *)&list[i] + offset;
		size_t k = 0;
		while (k < i && strcmp((const char *)&list[k] + offset, a) != 0)
			k++;
		out[i] = k < i ? out[k] : next++;
	}
	return out;
}

void
redact_probes(struct probe_def *list, size_t n)
{
	size_t *targets = number(list, n, offsetof(struct probe_def, target));
	size_t *networks = number(list, n, offsetof(struct probe_def, network));

	for (size_t i = 0; i < n; i++) {
		if (is_named_by_address(&list[i]))
			snprintf(list[i].name, sizeof list[i].name, "probe-%zu", i + 1);
		snprintf(list[i].target, sizeof list[i].target, "target %zu", targets[i]);
		snprintf(
		    list[i].network, sizeof list[i].network, "network %zu", networks[i]);
	}
	free(targets);
	free(networks);
}

void
redact_links(struct link_def *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		snprintf(list[i].centre_name, sizeof list[i].centre_name, "%s",
		    list[i].centre);
}

void
redact_records(struct record *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		memset(rows[i].author, 0, sizeof rows[i].author);
		if (rows[i].kind != RECORD_EXCLUSION)
			memset(rows[i].said, 0, sizeof rows[i].said);
	}
}

void
redact_notes(struct link_report *l)
{
	for (size_t i = 0; l->evidence != NULL && i < l->evidence->n_instrument; i++)
		l->evidence->instrument[i].text[0] = '\0';
}
