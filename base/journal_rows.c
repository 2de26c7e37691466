/*
 * The rows of a block and its payload: what is not a sample, row by row; samples in
 * columns (journal_columns.h).
 */
#include "base/journal_columns.h"
#include "base/journal_more.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RARE_MOST     4096 /* tests, and paths, in a block */
#define COUNTERS_BACK 64   /* rows in which the last reading of a link is looked for */

#define ADD(r, what, value)                                                              \
	do {                                                                             \
		if ((r)->n_##what == (r)->room_##what) {                                 \
			(r)->room_##what = (r)->room_##what * 2 + 64;                    \
			(r)->what =                                                      \
			    memory_grow((r)->what, (r)->room_##what, sizeof *(r)->what); \
		}                                                                        \
		(r)->what[(r)->n_##what++] = (value);                                    \
	} while (0)

void
rows_free(struct rows *r)
{
	free(r->links);
	free(r->probes);
	free(r->samples);
	free(r->counters);
	free(r->events);
	free(r->sent);
	free(r->sent_of);
	free(r->throughputs);
	free(r->paths);
	*r = (struct rows){0};
}

void
rows_clear(struct rows *r)
{
	r->n_links = r->n_probes = r->n_samples = 0;
	r->n_counters = r->n_events = r->n_sent = 0;
	r->n_throughputs = r->n_paths = 0;
}

bool
rows_empty(const struct rows *r)
{
	return r->n_links + r->n_probes + r->n_samples + r->n_counters + r->n_events +
	           r->n_sent + r->n_throughputs + r->n_paths ==
	       0;
}

void
rows_add_link(struct rows *r, uint32_t number, const struct link_def *def)
{
	struct link_row row = {number, *def};

	ADD(r, links, row);
}

void
rows_add_probe(struct rows *r, uint32_t number, const struct probe_def *def)
{
	struct probe_row row = {number, *def};

	ADD(r, probes, row);
}

void
rows_add_sample(struct rows *r, const struct sample *s)
{
	ADD(r, samples, *s);
}

void
rows_add_counters(struct rows *r, const struct counters *c)
{
	ADD(r, counters, *c);
}

void
rows_add_event(struct rows *r, const struct event *e)
{
	ADD(r, events, *e);
}

void
rows_add_throughput(struct rows *r, const struct throughput *t)
{
	ADD(r, throughputs, *t);
}

void
rows_add_path(struct rows *r, const struct path *p)
{
	ADD(r, paths, *p);
}

/* One row a probe: its newest sending. */
void
rows_add_sent(struct rows *r, const struct sent_row *s)
{
	if (s->probe >= NUMBER_MAX)
		return;
	if (s->probe >= r->n_sent_of) {
		size_t n = (size_t)s->probe * 2 + 64;
		r->sent_of = memory_grow(r->sent_of, n, sizeof *r->sent_of);
		memset(r->sent_of + r->n_sent_of, 0,
		    (n - r->n_sent_of) * sizeof *r->sent_of);
		r->n_sent_of = n;
	}
	size_t place = r->sent_of[s->probe];
	if (place < r->n_sent && r->sent[place].probe == s->probe) {
		r->sent[place] = *s;
		return;
	}
	r->sent_of[s->probe] = (uint32_t)r->n_sent;
	ADD(r, sent, *s);
}

void
dialect_free(struct dialect *d)
{
	free(d->probes);
	free(d->order);
	free(d->place);
	free(d->runs);
	free(d->wide);
	for (size_t i = 0; i < SECTION_MOST; i++)
		bytes_free(&d->sections[i]);
	*d = (struct dialect){0};
}

void
dialect_forget(struct dialect *d)
{
	for (size_t i = 0; i < d->n; i++)
		d->probes[i].known = false;
}

struct dialect_probe *
dialect_probe(struct dialect *d, uint32_t number)
{
	return number < d->n && d->probes[number].known ? &d->probes[number] : NULL;
}

void
dialect_learn(struct dialect *d, uint32_t number, const struct probe_def *def)
{
	if (number >= d->n) {
		size_t n = number + 64u;
		d->probes = memory_grow(d->probes, n, sizeof *d->probes);
		memset(d->probes + d->n, 0, (n - d->n) * sizeof *d->probes);
		d->n = n;
	}
	d->probes[number] = (struct dialect_probe){
	    .known = true, .every_ns = def->every_ns, .seed = def->seed};
}

/* The sums below may be of hostile numbers: they wrap as unsigned. */
static uint64_t
less(uint64_t a, uint64_t b)
{
	return a - b;
}

static bool
length_sane(int64_t ns)
{
	return ns >= 0 && ns <= DURATION_MOST;
}

static void
encode_link(struct bytes *b, const struct link_row *row)
{
	const struct link_def *l = &row->def;

	bytes_varint(b, row->number);
	bytes_text(b, l->centre);
	bytes_text(b, l->link);
	bytes_text(b, l->centre_name);
	bytes_text(b, l->isp);
	bytes_text(b, l->timezone);
	bytes_text(b, l->contract);
	bytes_text(b, l->interface);
	bytes_text(b, l->medium);
	bytes_text(b, l->cpe_owner);
	bytes_varint(b, l->capacity_down_bps);
	bytes_varint(b, l->capacity_up_bps);
}

static void
decode_link(struct cursor *c, struct rows *rows)
{
	struct link_def l = {0};
	uint64_t number = cursor_varint(c);

	cursor_text(c, l.centre, sizeof l.centre);
	cursor_text(c, l.link, sizeof l.link);
	cursor_text(c, l.centre_name, sizeof l.centre_name);
	cursor_text(c, l.isp, sizeof l.isp);
	cursor_text(c, l.timezone, sizeof l.timezone);
	cursor_text(c, l.contract, sizeof l.contract);
	cursor_text(c, l.interface, sizeof l.interface);
	cursor_text(c, l.medium, sizeof l.medium);
	cursor_text(c, l.cpe_owner, sizeof l.cpe_owner);
	l.capacity_down_bps = cursor_varint(c);
	l.capacity_up_bps = cursor_varint(c);
	if (number >= NUMBER_MAX)
		c->bad = true;
	if (!c->bad)
		rows_add_link(rows, (uint32_t)number, &l);
}

static void
encode_probe(struct bytes *b, const struct probe_row *row)
{
	const struct probe_def *p = &row->def;

	bytes_varint(b, row->number);
	bytes_text(b, p->centre);
	bytes_text(b, p->link);
	bytes_text(b, p->name);
	bytes_u8(b, (uint8_t)p->kind);
	bytes_u8(b, (uint8_t)p->role);
	bytes_u8(b, p->family);
	bytes_svarint(b, p->every_ns);
	bytes_svarint(b, p->timeout_ns);
	bytes_svarint(b, p->max_gap_ns);
	bytes_u64(b, p->seed);
	bytes_text(b, p->target);
	bytes_text(b, p->network);
}

static void
decode_probe(struct cursor *c, struct rows *rows)
{
	struct probe_def p = {0};
	uint64_t number = cursor_varint(c);

	cursor_text(c, p.centre, sizeof p.centre);
	cursor_text(c, p.link, sizeof p.link);
	cursor_text(c, p.name, sizeof p.name);
	uint8_t kind = cursor_u8(c), role = cursor_u8(c);
	p.family = cursor_u8(c);
	p.every_ns = cursor_svarint(c);
	p.timeout_ns = cursor_svarint(c);
	p.max_gap_ns = cursor_svarint(c);
	p.seed = cursor_u64(c);
	cursor_text(c, p.target, sizeof p.target);
	cursor_text(c, p.network, sizeof p.network);
	if (number >= NUMBER_MAX || kind >= KIND_COUNT || role >= ROLE_COUNT ||
	    !length_sane(p.every_ns) || !length_sane(p.timeout_ns) ||
	    !length_sane(p.max_gap_ns))
		c->bad = true;
	if (c->bad)
		return;
	p.kind = (enum kind)kind;
	p.role = (enum role)role;
	rows_add_probe(rows, (uint32_t)number, &p);
}

/* A reading against the one before. */
static void
encode_counters(struct bytes *b, const struct counters *c, const struct counters *last)
{
	bytes_varint(b, c->link);
	bytes_svarint(b,
	    (int64_t)less((uint64_t)sent_us(c->at.ns), (uint64_t)sent_us(last->at.ns)));
	bytes_svarint(b, (int64_t)less(c->rx_bytes, last->rx_bytes));
	bytes_svarint(b, (int64_t)less(c->tx_bytes, last->tx_bytes));
	bytes_svarint(b, (int64_t)less(c->rx_packets, last->rx_packets));
	bytes_svarint(b, (int64_t)less(c->tx_packets, last->tx_packets));
	bytes_svarint(b, (int64_t)c->ifindex - last->ifindex);
	bytes_u8(b, (uint8_t)(c->carrier | c->admin_up << 1));
}

/* The reading before it of the same link, of those in the block. */
static const struct counters *
counters_before(const struct rows *rows, size_t n, uint32_t link)
{
	static const struct counters none;

	for (size_t back = 1; back <= n && back <= COUNTERS_BACK; back++)
		if (rows->counters[n - back].link == link)
			return &rows->counters[n - back];
	return &none;
}

static void
decode_counters(struct cursor *cur, struct rows *rows)
{
	struct counters c = {0};
	uint64_t link = cursor_varint(cur);
	const struct counters *last =
	    counters_before(rows, rows->n_counters, (uint32_t)link);
	int64_t at =
	    (int64_t)((uint64_t)sent_us(last->at.ns) + (uint64_t)cursor_svarint(cur));

	c.rx_bytes = last->rx_bytes + (uint64_t)cursor_svarint(cur);
	c.tx_bytes = last->tx_bytes + (uint64_t)cursor_svarint(cur);
	c.rx_packets = last->rx_packets + (uint64_t)cursor_svarint(cur);
	c.tx_packets = last->tx_packets + (uint64_t)cursor_svarint(cur);
	c.ifindex = last->ifindex + (uint32_t)cursor_svarint(cur);
	uint8_t bits = cursor_u8(cur);
	c.carrier = bits & 1;
	c.admin_up = bits & 2;
	c.link = (uint32_t)link;
	if (link >= NUMBER_MAX || __builtin_mul_overflow(at, NS_PER_US, &c.at.ns) ||
	    !instant_sane(c.at.ns))
		cur->bad = true;
	if (rows->n_counters == BLOCK_ROWS)
		cur->bad = true;
	if (!cur->bad)
		rows_add_counters(rows, &c);
}

/* Beside the rows of counters, by their places: older readers pass it over. */
static void
encode_wire(struct bytes *b, const struct rows *rows)
{
	size_t next = 0;

	for (size_t i = 0; i < rows->n_counters; i++) {
		const struct counters *c = &rows->counters[i];
		const struct counters *last = counters_before(rows, i, c->link);
		uint64_t now[WIRE_FIELDS], was[WIRE_FIELDS];
		if (!c->watched)
			continue;
		memcpy(now, &c->wire, sizeof now);
		memcpy(was, &last->wire, sizeof was);
		bytes_varint(b, i - next);
		for (size_t k = 0; k < WIRE_FIELDS; k++)
			bytes_svarint(b, (int64_t)less(now[k], was[k]));
		next = i + 1;
	}
}

static void
decode_wire(struct cursor *cur, struct rows *rows)
{
	uint64_t next = 0;

	while (!cur->bad && cur->p < cur->end) {
		uint64_t at = cursor_varint(cur), v[WIRE_FIELDS];
		if (at > rows->n_counters || (next += at) >= rows->n_counters) {
			cur->bad = true;
			return;
		}
		struct counters *c = &rows->counters[next];
		memcpy(v, &counters_before(rows, next, c->link)->wire, sizeof v);
		for (size_t k = 0; k < WIRE_FIELDS; k++)
			v[k] += (uint64_t)cursor_svarint(cur);
		memcpy(&c->wire, v, sizeof v);
		c->watched = true;
		next++;
	}
}

static void
encode_event(struct bytes *b, const struct event *e)
{
	bytes_u8(b, (uint8_t)e->kind);
	bytes_svarint(b, e->link);
	bytes_svarint(b, e->at.ns);
	bytes_svarint(b, e->until.ns);
	bytes_text(b, e->text);
}

static void
decode_event(struct cursor *c, struct rows *rows)
{
	struct event e = {0};

	e.kind = (enum event_kind)cursor_u8(c);
	int64_t link = cursor_svarint(c);
	e.at.ns = cursor_svarint(c);
	e.until.ns = cursor_svarint(c);
	cursor_text(c, e.text, sizeof e.text);
	if (link < -1 || link >= NUMBER_MAX || !instant_sane(e.at.ns) ||
	    !instant_sane(e.until.ns))
		c->bad = true;
	if (rows->n_events == BLOCK_ROWS)
		c->bad = true;
	e.link = (int32_t)link;
	if (!c->bad)
		rows_add_event(rows, &e);
}

/* The newest sending of a probe, against its last sample in the block. */
static void
encode_send(
    struct bytes *b, struct dialect *d, const struct sent_row *s, uint32_t last_probe)
{
	struct dialect_probe none = {0}, *p = dialect_probe(d, s->probe);

	p = p != NULL && p->block == d->block ? p : &none;
	bytes_svarint(b, (int64_t)s->probe - last_probe);
	bytes_svarint(b, (int64_t)less(s->seq, p->seq));
	bytes_svarint(b, (int64_t)less((uint64_t)sent_us(s->sent.ns),
	                     (uint64_t)sent_predicted(d, p, s->seq)));
}

static void
decode_send(struct cursor *c, struct rows *rows, struct dialect *d, uint32_t *last_probe)
{
	struct dialect_probe none = {0}, *p;
	struct sent_row s = {0};
	uint64_t probe = *last_probe + (uint64_t)cursor_svarint(c);

	if (probe >= NUMBER_MAX) {
		c->bad = true;
		return;
	}
	*last_probe = s.probe = (uint32_t)probe;
	p = dialect_probe(d, s.probe);
	p = p != NULL && p->block == d->block ? p : &none;
	s.seq = p->seq + (uint64_t)cursor_svarint(c);
	int64_t at = (int64_t)((uint64_t)sent_predicted(d, p, s.seq) +
	                       (uint64_t)cursor_svarint(c));
	if (__builtin_mul_overflow(at, NS_PER_US, &s.sent.ns) || !instant_sane(s.sent.ns))
		c->bad = true;
	if (!c->bad)
		rows_add_sent(rows, &s);
}

static void
decode_throughput(struct cursor *c, struct rows *rows)
{
	struct throughput t;

	more_get_throughput(c, &t);
	if (rows->n_throughputs == RARE_MOST)
		c->bad = true;
	if (!c->bad)
		rows_add_throughput(rows, &t);
}

static void
decode_path(struct cursor *c, struct rows *rows)
{
	struct path p;

	more_get_path(c, &p);
	if (rows->n_paths == RARE_MOST)
		c->bad = true;
	if (!c->bad)
		rows_add_path(rows, &p);
}

/*
 * What one sync of a station at a quiet hour needs not, one in an outage needs: room for
 * it is taken at the first, as the steady state allocates nothing.
 */
#define SECTION_ROOM 4096

static void
begin_block(struct dialect *d)
{
	for (size_t i = 0; i < SECTION_MOST; i++) {
		if (d->sections[i].p == NULL)
			bytes_more(&d->sections[i], SECTION_ROOM);
		d->sections[i].n = 0;
	}
	if (++d->block == 0) { /* once in four thousand million */
		for (size_t i = 0; i < d->n; i++)
			d->probes[i].block = 0;
		d->block = 1;
	}
}

void
rows_encode(struct bytes *b, const struct rows *rows, struct dialect *d)
{
	struct bytes *s = d->sections;
	uint32_t last = 0;

	begin_block(d);
	for (size_t i = 0; i < rows->n_links; i++)
		encode_link(&s[SECTION_LINKS], &rows->links[i]);
	for (size_t i = 0; i < rows->n_probes; i++) {
		encode_probe(&s[SECTION_PROBES], &rows->probes[i]);
		dialect_learn(d, rows->probes[i].number, &rows->probes[i].def);
	}
	columns_put(d, rows);
	for (size_t i = 0; i < rows->n_counters; i++)
		encode_counters(&s[SECTION_COUNTERS], &rows->counters[i],
		    counters_before(rows, i, rows->counters[i].link));
	encode_wire(&s[SECTION_WIRE], rows);
	for (size_t i = 0; i < rows->n_events; i++)
		encode_event(&s[SECTION_EVENTS], &rows->events[i]);
	for (size_t i = 0; i < rows->n_sent; last = rows->sent[i++].probe)
		encode_send(&s[SECTION_SENDS], d, &rows->sent[i], last);
	for (size_t i = 0; i < rows->n_throughputs; i++)
		more_put_throughput(&s[SECTION_THROUGHPUT], &rows->throughputs[i]);
	for (size_t i = 0; i < rows->n_paths; i++)
		more_put_path(&s[SECTION_PATH], &rows->paths[i]);
	for (size_t i = 0; i < SECTION_MOST; i++) {
		if (s[i].n == 0)
			continue;
		bytes_u8(b, (uint8_t)i);
		bytes_varint(b, s[i].n);
		bytes_put(b, s[i].p, s[i].n);
	}
}

/* Result: false where there is a section twice, or one is cut. */
static bool
find_sections(struct cursor part[SECTION_MOST], const void *p, size_t n)
{
	struct cursor c;
	uint32_t seen = 0;

	for (size_t i = 0; i < SECTION_MOST; i++)
		cursor_init(&part[i], p, 0);
	cursor_init(&c, p, n);
	while (c.p < c.end) {
		uint8_t type = cursor_u8(&c);
		uint64_t len = cursor_varint(&c);
		const uint8_t *at = len <= n ? cursor_take(&c, len) : NULL;
		if (at == NULL)
			return false;
		if (type >= SECTION_MOST)
			continue;
		if (seen >> type & 1)
			return false;
		seen |= 1u << type;
		cursor_init(&part[type], at, len);
	}
	return true;
}

int
rows_links(struct rows *rows, const void *p, size_t n)
{
	struct cursor c;

	cursor_init(&c, p, n);
	while (!c.bad && c.p < c.end && rows->n_links < DEFS_MOST)
		decode_link(&c, rows);
	return c.bad || c.p < c.end ? -EBADMSG : 0;
}

int
rows_probes(struct rows *rows, const void *p, size_t n)
{
	struct cursor c;

	cursor_init(&c, p, n);
	while (!c.bad && c.p < c.end && rows->n_probes < DEFS_MOST)
		decode_probe(&c, rows);
	return c.bad || c.p < c.end ? -EBADMSG : 0;
}

int
rows_decode(struct rows *rows, const void *p, size_t n, struct dialect *d)
{
	struct cursor part[SECTION_MOST], *c;
	uint32_t last = 0;

	rows_clear(rows);
	begin_block(d);
	if (!find_sections(part, p, n))
		return -EBADMSG;
	c = &part[SECTION_PROBES];
	if (rows_links(rows, part[SECTION_LINKS].p,
	        (size_t)(part[SECTION_LINKS].end - part[SECTION_LINKS].p)) < 0 ||
	    rows_probes(rows, c->p, (size_t)(c->end - c->p)) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < rows->n_probes; i++)
		dialect_learn(d, rows->probes[i].number, &rows->probes[i].def);
	if (!columns_get(d, part, rows))
		return -EBADMSG;
	for (c = &part[SECTION_COUNTERS]; !c->bad && c->p < c->end;)
		decode_counters(c, rows);
	decode_wire(&part[SECTION_WIRE], rows);
	for (c = &part[SECTION_EVENTS]; !c->bad && c->p < c->end;)
		decode_event(c, rows);
	for (c = &part[SECTION_SENDS]; !rows->facts && !c->bad && c->p < c->end;)
		decode_send(c, rows, d, &last);
	for (c = &part[SECTION_THROUGHPUT]; !c->bad && c->p < c->end;)
		decode_throughput(c, rows);
	for (c = &part[SECTION_PATH]; !c->bad && c->p < c->end;)
		decode_path(c, rows);
	for (size_t i = 0; i < SECTION_MOST; i++)
		if (part[i].bad)
			return -EBADMSG;
	return 0;
}
