/*
 * One stretch being read: the chain from block to block, and rows whose numbers are those
 * of their session, held as rows of the reader's tables.
 */
#include "base/journal_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
reading_done(struct reading *g)
{
	dialect_free(&g->dialect);
	free(g->probe_map);
	free(g->link_map);
	hold_free(&g->hold);
	*g = (struct reading){0};
}

void
reading_session(struct reading *g, uint32_t boot, uint32_t session, uint32_t block)
{
	g->boot = boot;
	if (g->in_session && g->session == session && block > 0)
		return;
	g->in_session = true;
	g->session = session;
	dialect_forget(&g->dialect);
	if (g->n_probe_map > 0)
		memset(g->probe_map, 0, g->n_probe_map * sizeof *g->probe_map);
	if (g->n_link_map > 0)
		memset(g->link_map, 0, g->n_link_map * sizeof *g->link_map);
}

static bool
mapped(const uint32_t *map, size_t n, uint32_t number, uint32_t *out)
{
	if (number >= n || map[number] == 0)
		return false;
	*out = map[number] - 1;
	return true;
}

/* Samples in the hold, behind those it counts, become those of the reader's tables. */
static void
take_samples(struct reading *g, size_t n, int64_t anchor_ns)
{
	struct hold *h = &g->hold;

	if (n == 0)
		return;
	struct sample *s = h->samples + h->n_samples, *to = s, *end = s + n;
	int64_t least = h->least_ns, newest = h->newest_ns;
	uint32_t flags = 0, probe = UINT32_MAX, index = 0;
	bool known = false;

	for (; s < end; s++) {
		if (s->probe != probe) {
			probe = s->probe;
			known = mapped(g->probe_map, g->n_probe_map, probe, &index);
		}
		if (!known)
			continue;
		if (to != s)
			*to = *s;
		to->probe = index;
		to->session = g->session;
		to->time.ns = to->sent.ns + anchor_ns;
		int64_t until = to->time.ns + (to->rtt_ns > 0 ? to->rtt_ns : 0);
		least = to->time.ns < least ? to->time.ns : least;
		newest = until > newest ? until : newest;
		flags |= to->flags;
		to++;
	}
	h->n_samples = (size_t)(to - h->samples);
	h->least_ns = least;
	h->newest_ns = newest;
	h->amends |= (flags & (FLAG_LATE | FLAG_DUP)) != 0;
}

static void
take_rare(struct journal_reader *r, struct reading *g, int64_t anchor)
{
	const struct rows *rows = &r->rows;

	for (size_t i = 0; i < rows->n_throughputs; i++) {
		struct throughput t = rows->throughputs[i];
		if (!mapped(g->probe_map, g->n_probe_map, t.probe, &t.probe))
			continue;
		t.session = g->session;
		t.time.ns = t.at.ns + anchor;
		hold_throughput(&g->hold, &t);
	}
	for (size_t i = 0; i < rows->n_paths; i++) {
		struct path p = rows->paths[i];
		if (!mapped(g->link_map, g->n_link_map, p.link, &p.link))
			continue;
		p.time.ns = p.at.ns + anchor;
		hold_path(&g->hold, &p);
	}
}

static void
take_others(struct journal_reader *r, struct reading *g, int64_t anchor)
{
	const struct rows *rows = &r->rows;

	for (size_t i = 0; i < rows->n_counters; i++) {
		struct counters c = rows->counters[i];
		if (!mapped(g->link_map, g->n_link_map, c.link, &c.link))
			continue;
		c.time.ns = c.at.ns + anchor;
		hold_counters(&g->hold, &c);
	}
	for (size_t i = 0; i < rows->n_events; i++) {
		struct event e = rows->events[i];
		uint32_t link;
		reader_plain(e.text);
		e.session = g->session;
		if (e.link >= 0)
			e.link =
			    mapped(g->link_map, g->n_link_map, (uint32_t)e.link, &link)
			        ? (int32_t)link
			        : -1;
		e.time.ns = e.at.ns + anchor;
		e.time_until.ns = e.until.ns + anchor;
		hold_event(&g->hold, &e);
	}
	take_rare(r, g, anchor);
}

void
reading_hold(struct journal_reader *r, struct reading *g)
{
	struct hold *h = &g->hold;
	size_t n = r->rows.n_samples, want = h->n_samples + n;

	if (h->room_samples < want) {
		h->room_samples = want * 2;
		h->samples = memory_grow(h->samples, h->room_samples, sizeof *h->samples);
	}
	if (n > 0)
		memcpy(
		    h->samples + h->n_samples, r->rows.samples, n * sizeof *h->samples);
	take_samples(g, n, r->boots[g->boot].anchor_ns);
	take_others(r, g, r->boots[g->boot].anchor_ns);
}

/* The samples of a block straight into the hold. */
static int
decode_held(struct journal_reader *r, struct reading *g, const struct block_head *h,
    const uint8_t *payload)
{
	struct hold *hold = &g->hold;
	struct sample *own = r->rows.samples;
	size_t room = r->rows.room_samples, n;

	r->rows.samples = hold->samples;
	r->rows.room_samples = hold->room_samples;
	r->rows.behind = hold->n_samples;
	r->rows.facts = true;
	int rc = rows_decode(&r->rows, payload, h->bytes, &g->dialect);
	hold->samples = r->rows.samples;
	hold->room_samples = r->rows.room_samples;
	n = r->rows.n_samples;
	r->rows.samples = own;
	r->rows.room_samples = room;
	r->rows.behind = r->rows.n_samples = 0;
	r->rows.facts = false;
	if (rc < 0)
		return rc;
	reader_learn(r, g);
	take_samples(g, n, r->boots[g->boot].anchor_ns);
	take_others(r, g, r->boots[g->boot].anchor_ns);
	return 0;
}

int
reading_spoilt(
    struct journal_reader *r, uint32_t segment, uint32_t block, const char *what)
{
	snprintf(
	    r->error, sizeof r->error, "segment %u, block %u: %s", segment, block, what);
	return -EBADMSG;
}

int
reading_block(struct journal_reader *r, struct reading *g, const struct block_head *h,
    const uint8_t *payload, bool hold)
{
	uint32_t boot = reader_boot(r, h->boot_id, &h->clock);

	if (g->chained && memcmp(g->hash, h->previous, HASH_BYTES) != 0)
		return reading_spoilt(r, g->segment, h->number, "hash chain broken");
	block_hash(g->hash, h, payload);
	g->chained = true;
	reading_session(g, boot, h->session, h->number);
	int rc = hold ? decode_held(r, g, h, payload)
	              : rows_decode(&r->rows, payload, h->bytes, &g->dialect);
	if (rc < 0)
		return reading_spoilt(r, g->segment, h->number, "damaged");
	if (!hold)
		reader_learn(r, g);
	return 0;
}
