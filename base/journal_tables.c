/*
 * The tables of a reader: boots with their clocks, links, probes. They are found by hash,
 * since every segment defines its probes anew.
 */
#include "base/journal_reading.h"
#include "base/schedule.h"

#include <string.h>

/* ---- texts ---- */

void
reader_plain(char *text)
{
	uint8_t *p = (uint8_t *)text;
	const uint8_t *end = p + strlen(text);

	while (p < end) {
		size_t n = bytes_utf8(p, end);
		bool control =
		    *p < ' ' || *p == 127 || (n == 2 && *p == 0xc2 && p[1] < 0xa0);
		if (n > 0 && !control) {
			p += n;
			continue;
		}
		*p++ = '?';
	}
}

/* Names stand in paths and columns too. */
static void
plain_name(char *name)
{
	for (; *name != '\0'; name++) {
		bool plain =
		    (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9') || *name == '-' || *name == '_';
		if (!plain)
			*name = '?';
	}
}

static void
plain_link(struct link_def *l)
{
	plain_name(l->centre);
	plain_name(l->link);
	plain_name(l->contract);
	reader_plain(l->centre_name);
	reader_plain(l->isp);
	reader_plain(l->timezone);
	reader_plain(l->interface);
	reader_plain(l->medium);
	reader_plain(l->cpe_owner);
}

static void
plain_probe(struct probe_def *p)
{
	plain_name(p->centre);
	plain_name(p->link);
	plain_name(p->name);
	reader_plain(p->target);
	reader_plain(p->network);
}

/* ---- boots ---- */

static uint32_t
find_boot(struct journal_reader *r, const char *id)
{
	uint64_t hash = schedule_seed(id);

	if (table_grow(&r->boot_table, r->n_boots))
		for (size_t i = 0; i < r->n_boots; i++)
			table_put(
			    &r->boot_table, schedule_seed(r->boots[i].id), (uint32_t)i);
	size_t at = table_slot(&r->boot_table, hash);
	for (; r->boot_table.slots[at] != 0; at = (at + 1) & (r->boot_table.room - 1)) {
		uint32_t i = r->boot_table.slots[at] - 1;
		if (strcmp(r->boots[i].id, id) == 0)
			return i;
	}
	return UINT32_MAX;
}

uint32_t
reader_boot(struct journal_reader *r, const char *id, const struct clock_state *clock)
{
	uint32_t i = find_boot(r, id);

	if (i == UINT32_MAX) {
		if (r->n_boots == BOOTS_MOST)
			return BOOTS_MOST - 1;
		i = (uint32_t)r->n_boots;
		r->boots = memory_grow(r->boots, r->n_boots + 1, sizeof *r->boots);
		struct boot *b = &r->boots[r->n_boots++];
		*b = (struct boot){.anchor_ns = clock->offset_ns,
		    .bound_ns = clock->bound_ns,
		    .synchronised = clock->synchronised};
		memcpy(b->id, id, sizeof b->id);
		table_put(&r->boot_table, schedule_seed(id), i);
	} else if (clock->synchronised && !r->boots[i].synchronised) {
		r->boots[i].anchor_ns = clock->offset_ns;
		r->boots[i].bound_ns = clock->bound_ns;
		r->boots[i].synchronised = true;
	}
	return i;
}

/* ---- links and probes ---- */

static uint32_t
table_link(struct journal_reader *r, const struct link_def *def, bool renew)
{
	for (size_t i = 0; i < r->n_links; i++) {
		if (strcmp(r->links[i].centre, def->centre) == 0 &&
		    strcmp(r->links[i].link, def->link) == 0) {
			if (renew)
				r->links[i] = *def;
			return (uint32_t)i;
		}
	}
	if (r->n_links == LINKS_MOST)
		return UINT32_MAX;
	r->links = memory_grow(r->links, r->n_links + 1, sizeof *r->links);
	r->links[r->n_links] = *def;
	return (uint32_t)r->n_links++;
}

static uint32_t
table_probe(struct journal_reader *r, const struct probe_def *def)
{
	struct link_def l = {0};

	if (table_grow(&r->probe_table, r->n_probes))
		for (size_t i = 0; i < r->n_probes; i++)
			table_put(&r->probe_table, journal_probe_hash(&r->probes[i]),
			    (uint32_t)i);
	size_t at = table_slot(&r->probe_table, journal_probe_hash(def));
	for (; r->probe_table.slots[at] != 0; at = (at + 1) & (r->probe_table.room - 1)) {
		uint32_t i = r->probe_table.slots[at] - 1;
		if (memcmp(&r->probes[i], def, sizeof *def) == 0)
			return i;
	}
	memcpy(l.centre, def->centre, sizeof l.centre);
	memcpy(l.link, def->link, sizeof l.link);
	uint32_t link = table_link(r, &l, false);
	if (r->n_probes == PROBES_MOST || link == UINT32_MAX)
		return UINT32_MAX;
	r->probes = memory_grow(r->probes, r->n_probes + 1, sizeof *r->probes);
	r->probe_links =
	    memory_grow(r->probe_links, r->n_probes + 1, sizeof *r->probe_links);
	r->probes[r->n_probes] = *def;
	r->probe_links[r->n_probes] = link;
	table_put(&r->probe_table, journal_probe_hash(def), (uint32_t)r->n_probes);
	return (uint32_t)r->n_probes++;
}

static void
map_set(uint32_t **map, size_t *n, uint32_t number, uint32_t value)
{
	if (number >= *n) {
		size_t want = number + 32u;
		*map = memory_grow(*map, want, sizeof **map);
		memset(*map + *n, 0, (want - *n) * sizeof **map);
		*n = want;
	}
	(*map)[number] = value + 1;
}

void
reader_learn(struct journal_reader *r, struct reading *g)
{
	struct rows *rows = &r->rows;

	for (size_t i = 0; i < rows->n_links; i++) {
		plain_link(&rows->links[i].def);
		uint32_t to = table_link(r, &rows->links[i].def, true);
		if (to == UINT32_MAX)
			reader_spoilt(r, r->first_segment, 0, "too many links");
		else if (g != NULL)
			map_set(&g->link_map, &g->n_link_map, rows->links[i].number, to);
	}
	for (size_t i = 0; i < rows->n_probes; i++) {
		plain_probe(&rows->probes[i].def);
		uint32_t to = table_probe(r, &rows->probes[i].def);
		if (to == UINT32_MAX)
			reader_spoilt(r, r->first_segment, 0, "too many probes");
		else if (g != NULL)
			map_set(
			    &g->probe_map, &g->n_probe_map, rows->probes[i].number, to);
	}
}

const struct probe_def *
journal_probes(const struct journal_reader *r, size_t *n)
{
	*n = r->n_probes;
	return r->probes;
}

const struct link_def *
journal_links(const struct journal_reader *r, size_t *n)
{
	*n = r->n_links;
	return r->links;
}

uint32_t
journal_probe_link(const struct journal_reader *r, uint32_t probe)
{
	return r->probe_links[probe];
}
