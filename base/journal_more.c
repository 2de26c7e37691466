#include "base/journal_more.h"

#include "base/journal_format.h"

#include <string.h>

#define NUMBER_MOST 1000000u
#define UPLOAD_BIT  0x80u

static int64_t
take_length(struct cursor *c)
{
	int64_t ns = cursor_svarint(c);

	if (ns < 0 || ns > DURATION_MOST)
		c->bad = true;
	return ns;
}

static int64_t
take_instant(struct cursor *c)
{
	int64_t ns = cursor_svarint(c);

	if (!instant_sane(ns))
		c->bad = true;
	return ns;
}

static uint32_t
take_number(struct cursor *c)
{
	uint64_t number = cursor_varint(c);

	if (number > NUMBER_MOST)
		c->bad = true;
	return c->bad ? 0 : (uint32_t)number;
}

void
more_put_throughput(struct bytes *b, const struct throughput *t)
{
	bytes_varint(b, t->probe);
	bytes_varint(b, t->seq);
	bytes_svarint(b, t->at.ns);
	bytes_u8(b, (uint8_t)(t->streams | (t->upload ? UPLOAD_BIT : 0)));
	bytes_svarint(b, t->warmup_ns);
	bytes_svarint(b, t->duration_ns);
	bytes_svarint(b, t->total_ns);
	bytes_varint(b, t->bytes);
	bytes_varint(b, t->ip_bytes);
	bytes_varint(b, t->total_bytes);
	bytes_u8(b, (uint8_t)t->n_seconds);
	for (uint32_t i = 0; i < t->n_seconds; i++)
		bytes_varint(b, t->second[i]);
}

void
more_get_throughput(struct cursor *c, struct throughput *out)
{
	memset(out, 0, sizeof *out);
	out->probe = take_number(c);
	out->seq = cursor_varint(c);
	out->at.ns = take_instant(c);
	uint8_t streams = cursor_u8(c);
	out->streams = streams & (UPLOAD_BIT - 1);
	out->upload = (streams & UPLOAD_BIT) != 0;
	out->warmup_ns = take_length(c);
	out->duration_ns = take_length(c);
	out->total_ns = take_length(c);
	out->bytes = cursor_varint(c);
	out->ip_bytes = cursor_varint(c);
	out->total_bytes = cursor_varint(c);
	out->n_seconds = cursor_u8(c);
	if (out->n_seconds > THROUGHPUT_SECONDS)
		c->bad = true;
	for (uint32_t i = 0; !c->bad && i < out->n_seconds; i++)
		out->second[i] = cursor_varint(c);
}

static void
put_address(struct bytes *b, uint8_t family, const uint8_t address[16])
{
	bytes_put(b, address, family == 4 ? 4 : 16);
}

static void
take_address(struct cursor *c, uint8_t family, uint8_t out[16])
{
	size_t n = family == 4 ? 4 : 16;
	const uint8_t *p = cursor_take(c, n);

	if (p != NULL)
		memcpy(out, p, n);
}

void
more_put_path(struct bytes *b, const struct path *p)
{
	bytes_varint(b, p->link);
	bytes_svarint(b, p->at.ns);
	bytes_svarint(b, p->until.ns - p->at.ns);
	bytes_u8(b, (uint8_t)p->reason);
	bytes_u8(b, p->family);
	put_address(b, p->family, p->target);
	bytes_u8(b, p->isp_hop);
	bytes_u8(b, p->n_hops);
	for (unsigned i = 0; i < p->n_hops; i++) {
		const struct path_hop *h = &p->hops[i];
		bytes_u8(b, (uint8_t)h->kind);
		bytes_u8(b, h->sent);
		if (h->kind == HOP_SILENT)
			continue;
		put_address(b, p->family, h->from);
		bytes_svarint(b, h->rtt_ns);
	}
}

static void
take_hop(struct cursor *c, uint8_t family, struct path_hop *h)
{
	uint8_t kind = cursor_u8(c);

	h->sent = cursor_u8(c);
	h->rtt_ns = -1;
	if (kind >= HOP_KINDS) {
		c->bad = true;
		return;
	}
	h->kind = (enum hop_kind)kind;
	if (h->kind == HOP_SILENT)
		return;
	take_address(c, family, h->from);
	h->rtt_ns = take_length(c);
}

void
more_get_path(struct cursor *c, struct path *out)
{
	memset(out, 0, sizeof *out);
	out->link = take_number(c);
	out->at.ns = take_instant(c);
	int64_t length = take_length(c);
	uint8_t reason = cursor_u8(c);
	out->family = cursor_u8(c);
	if (reason >= PATH_REASONS || (out->family != 4 && out->family != 6))
		c->bad = true;
	if (c->bad)
		return;
	out->until.ns = out->at.ns + length;
	out->reason = (enum path_reason)reason;
	take_address(c, out->family, out->target);
	out->isp_hop = cursor_u8(c);
	out->n_hops = cursor_u8(c);
	if (out->n_hops > PATH_HOPS || out->isp_hop > out->n_hops)
		c->bad = true;
	for (unsigned i = 0; !c->bad && i < out->n_hops; i++)
		take_hop(c, out->family, &out->hops[i]);
}

double
throughput_bps(uint64_t bytes, int64_t ns)
{
	return ns > 0 ? (double)bytes * 8e9 / (double)ns : 0;
}

const char *
path_reason_name(enum path_reason reason)
{
	static const char *const NAMES[PATH_REASONS] = {
	    "routine", "suspected", "dark", "restored"};

	return NAMES[reason];
}

const char *
hop_kind_name(enum hop_kind kind)
{
	static const char *const NAMES[HOP_KINDS] = {
	    "silent", "router", "target", "unreachable"};

	return NAMES[kind];
}
