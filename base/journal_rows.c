/*
 * The payload of a block: sections (type, length, body) of rows, samples in columns.
 *
 * Samples are packed against a prediction from their own probe: the sequence number
 * follows the last one, the send time is the seeded schedule's at so many slots later,
 * the RTT is like the last. What is stored is the difference, which is small, and zstd
 * does the rest.
 */
#include "base/journal_format.h"
#include "base/schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum section {
	SECTION_LINKS = 1,
	SECTION_PROBES,
	SECTION_SAMPLES,
	SECTION_COUNTERS,
	SECTION_EVENTS,
	SECTION_SENT
};

#define NUMBER_MAX 1000000u

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
	*r = (struct rows){0};
}

void
rows_clear(struct rows *r)
{
	r->n_links = r->n_probes = r->n_samples = 0;
	r->n_counters = r->n_events = r->n_sent = 0;
}

bool
rows_empty(const struct rows *r)
{
	return r->n_links + r->n_probes + r->n_samples + r->n_counters + r->n_events +
	           r->n_sent ==
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
	bytes_free(&d->body);
	*d = (struct dialect){0};
}

static struct dialect_probe *
dialect_at(struct dialect *d, uint32_t number)
{
	if (number >= d->n) {
		size_t n = number + 64u;
		d->probes = memory_grow(d->probes, n, sizeof *d->probes);
		memset(d->probes + d->n, 0, (n - d->n) * sizeof *d->probes);
		d->n = n;
	}
	return &d->probes[number];
}

static void
dialect_learn(struct dialect *d, uint32_t number, const struct probe_def *def)
{
	struct dialect_probe *p = dialect_at(d, number);

	p->known = true;
	p->every_ns = def->every_ns;
	p->seed = def->seed;
}

/* The sums below may be of hostile numbers: they wrap as unsigned. */
static int64_t
add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t
sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* When sequence number ${seq} of the probe should have left, by its last row in the
 * block. */
static int64_t
predict(const struct dialect_probe *p, uint64_t seq, int64_t base_ns)
{
	uint64_t ahead = seq - p->seq;

	if (p->sent_ns == 0)
		return base_ns;
	if (p->every_ns <= 0)
		return p->sent_ns;
	if (p->seed != 0 && p->sent_ns > 0) {
		uint64_t slot = (uint64_t)(p->sent_ns / p->every_ns) + ahead;
		if (slot < (uint64_t)(INSTANT_MOST / p->every_ns))
			return schedule_at(p->seed, p->every_ns, slot).ns;
	}
	return add(p->sent_ns, (int64_t)(ahead * (uint64_t)p->every_ns));
}

static bool
length_sane(int64_t ns)
{
	return ns >= 0 && ns <= DURATION_MOST;
}

static void
begin_block(struct dialect *d)
{
	for (size_t i = 0; i < d->n; i++)
		d->probes[i].sent_ns = d->probes[i].rtt_ns = 0, d->probes[i].seq = 0;
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
	if (number > NUMBER_MAX)
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
decode_probe(struct cursor *c, struct rows *rows, struct dialect *d)
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
	if (number > NUMBER_MAX || kind >= KIND_COUNT || role >= ROLE_COUNT ||
	    !length_sane(p.every_ns) || !length_sane(p.timeout_ns) ||
	    !length_sane(p.max_gap_ns))
		c->bad = true;
	if (c->bad)
		return;
	p.kind = (enum kind)kind;
	p.role = (enum role)role;
	rows_add_probe(rows, (uint32_t)number, &p);
	dialect_learn(d, (uint32_t)number, &p);
}

static void
encode_samples(struct bytes *b, const struct rows *rows, struct dialect *d)
{
	size_t n = rows->n_samples;
	int64_t base = n > 0 ? rows->samples[0].sent.ns : 0;

	bytes_varint(b, n);
	bytes_svarint(b, base);
	for (size_t i = 0; i < n; i++)
		bytes_varint(b, rows->samples[i].probe);
	for (size_t i = 0; i < n; i++)
		bytes_u8(
		    b, (uint8_t)(rows->samples[i].outcome | rows->samples[i].stamp << 4));
	for (size_t i = 0; i < n; i++)
		bytes_varint(b, rows->samples[i].code);
	for (size_t i = 0; i < n; i++)
		bytes_varint(b, rows->samples[i].flags);
	for (size_t i = 0; i < n; i++)
		bytes_varint(b, rows->samples[i].bytes);
	for (size_t i = 0; i < n; i++) {
		const struct sample *s = &rows->samples[i];
		struct dialect_probe *p = dialect_at(d, s->probe);
		bytes_svarint(b, (int64_t)(s->seq - p->seq));
		bytes_svarint(b, sub(s->sent.ns, predict(p, s->seq, base)));
		bytes_svarint(b, s->rtt_ns < 0 ? 0 : sub(s->rtt_ns, p->rtt_ns));
		bytes_u8(b, s->rtt_ns >= 0);
		p->seq = s->seq;
		p->sent_ns = s->sent.ns;
		if (s->rtt_ns >= 0)
			p->rtt_ns = s->rtt_ns;
	}
}

static bool
decode_facts(struct cursor *c, struct sample *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t v = cursor_varint(c);
		if (v > NUMBER_MAX)
			return false;
		s[i].probe = (uint32_t)v;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t v = cursor_u8(c);
		if ((v & 15) >= OUTCOME_COUNT || (v >> 4) >= STAMP_COUNT)
			return false;
		s[i].outcome = (enum outcome)(v & 15);
		s[i].stamp = (enum stamp)(v >> 4);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t v = cursor_varint(c);
		if (v >= CODE_COUNT)
			return false;
		s[i].code = (enum code)v;
	}
	for (size_t i = 0; i < n; i++)
		s[i].flags = (uint32_t)cursor_varint(c);
	for (size_t i = 0; i < n; i++)
		s[i].bytes = cursor_varint(c);
	return !c->bad;
}

static void
decode_samples(struct cursor *c, struct rows *rows, struct dialect *d)
{
	uint64_t n = cursor_varint(c);
	int64_t base = cursor_svarint(c);

	/* Each sample takes at least nine bytes: a bound before anything is allocated. */
	if (c->bad || n > (size_t)(c->end - c->p) / 9 + 1) {
		c->bad = true;
		return;
	}
	if (n == 0)
		return;
	if (rows->room_samples < n) {
		rows->room_samples = n;
		rows->samples = memory_grow(rows->samples, n, sizeof *rows->samples);
	}
	memset(rows->samples, 0, n * sizeof *rows->samples);
	if (!decode_facts(c, rows->samples, n)) {
		c->bad = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct sample *s = &rows->samples[i];
		struct dialect_probe *p = dialect_at(d, s->probe);
		s->seq = p->seq + (uint64_t)cursor_svarint(c);
		s->sent.ns = add(predict(p, s->seq, base), cursor_svarint(c));
		s->rtt_ns = add(cursor_svarint(c), p->rtt_ns);
		if (cursor_u8(c) == 0)
			s->rtt_ns = -1;
		else if (length_sane(s->rtt_ns))
			p->rtt_ns = s->rtt_ns;
		else
			c->bad = true;
		if (!instant_sane(s->sent.ns))
			c->bad = true;
		p->seq = s->seq;
		p->sent_ns = s->sent.ns;
	}
	if (!c->bad)
		rows->n_samples = n;
}

static void
encode_counters(struct bytes *b, const struct counters *c)
{
	bytes_varint(b, c->link);
	bytes_svarint(b, c->at.ns);
	bytes_varint(b, c->rx_bytes);
	bytes_varint(b, c->tx_bytes);
	bytes_varint(b, c->rx_packets);
	bytes_varint(b, c->tx_packets);
	bytes_varint(b, c->ifindex);
	bytes_u8(b, (uint8_t)(c->carrier | c->admin_up << 1));
}

static void
decode_counters(struct cursor *cur, struct rows *rows)
{
	struct counters c = {0};
	uint64_t link = cursor_varint(cur);

	c.at.ns = cursor_svarint(cur);
	c.rx_bytes = cursor_varint(cur);
	c.tx_bytes = cursor_varint(cur);
	c.rx_packets = cursor_varint(cur);
	c.tx_packets = cursor_varint(cur);
	c.ifindex = (uint32_t)cursor_varint(cur);
	uint8_t bits = cursor_u8(cur);
	c.carrier = bits & 1;
	c.admin_up = bits & 2;
	c.link = (uint32_t)link;
	if (link > NUMBER_MAX || !instant_sane(c.at.ns))
		cur->bad = true;
	if (!cur->bad)
		rows_add_counters(rows, &c);
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
	if (link < -1 || link > NUMBER_MAX || !instant_sane(e.at.ns) ||
	    !instant_sane(e.until.ns))
		c->bad = true;
	e.link = (int32_t)link;
	if (!c->bad)
		rows_add_event(rows, &e);
}

static void
decode_sent(struct cursor *c, struct rows *rows)
{
	struct sent_row s = {0};
	uint64_t probe = cursor_varint(c);

	s.seq = cursor_varint(c);
	s.sent.ns = cursor_svarint(c);
	s.probe = (uint32_t)probe;
	if (probe > NUMBER_MAX || !instant_sane(s.sent.ns))
		c->bad = true;
	if (!c->bad)
		rows_add_sent(rows, &s);
}

static void
close_section(struct bytes *b, enum section type, struct bytes *body)
{
	bytes_u8(b, (uint8_t)type);
	bytes_varint(b, body->n);
	bytes_put(b, body->p, body->n);
	body->n = 0;
}

void
rows_encode(struct bytes *b, const struct rows *rows, struct dialect *d)
{
	struct bytes *body = &d->body;

	begin_block(d);
	body->n = 0;
	for (size_t i = 0; i < rows->n_links; i++)
		encode_link(body, &rows->links[i]);
	close_section(b, SECTION_LINKS, body);
	for (size_t i = 0; i < rows->n_probes; i++) {
		encode_probe(body, &rows->probes[i]);
		dialect_learn(d, rows->probes[i].number, &rows->probes[i].def);
	}
	close_section(b, SECTION_PROBES, body);
	encode_samples(body, rows, d);
	close_section(b, SECTION_SAMPLES, body);
	for (size_t i = 0; i < rows->n_counters; i++)
		encode_counters(body, &rows->counters[i]);
	close_section(b, SECTION_COUNTERS, body);
	for (size_t i = 0; i < rows->n_events; i++)
		encode_event(body, &rows->events[i]);
	close_section(b, SECTION_EVENTS, body);
	for (size_t i = 0; i < rows->n_sent; i++) {
		bytes_varint(body, rows->sent[i].probe);
		bytes_varint(body, rows->sent[i].seq);
		bytes_svarint(body, rows->sent[i].sent.ns);
	}
	close_section(b, SECTION_SENT, body);
}

static void
decode_section(uint8_t type, struct cursor *body, struct rows *rows, struct dialect *d)
{
	if (type == SECTION_SAMPLES) {
		decode_samples(body, rows, d);
		return;
	}
	while (!body->bad && body->p < body->end) {
		switch (type) {
		case SECTION_LINKS:
			decode_link(body, rows);
			break;
		case SECTION_PROBES:
			decode_probe(body, rows, d);
			break;
		case SECTION_COUNTERS:
			decode_counters(body, rows);
			break;
		case SECTION_EVENTS:
			decode_event(body, rows);
			break;
		case SECTION_SENT:
			decode_sent(body, rows);
			break;
		default:
			return; /* of a later version: skipped */
		}
	}
}

int
rows_decode(struct rows *rows, const void *p, size_t n, struct dialect *d)
{
	struct cursor c, body;

	rows_clear(rows);
	begin_block(d);
	cursor_init(&c, p, n);
	while (!c.bad && c.p < c.end) {
		uint8_t type = cursor_u8(&c);
		uint64_t len = cursor_varint(&c);
		const uint8_t *at = len <= n ? cursor_take(&c, len) : NULL;
		if (at == NULL)
			return -EBADMSG;
		cursor_init(&body, at, len);
		decode_section(type, &body, rows, d);
		if (body.bad)
			return -EBADMSG;
	}
	return c.bad ? -EBADMSG : 0;
}
