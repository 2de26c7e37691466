#include "collector/http_meter.h"

/* The warm-up of so much needs a whole of so much. */
static const struct {
	int64_t warmup_ns, least_ns;
} WARMUP[HTTP_WARMUPS] = {{NS_PER_S, 2 * NS_PER_S}, {2 * NS_PER_S, 6 * NS_PER_S}};

void
http_meter_begin(struct http_meter *m, mono_t now)
{
	*m = (struct http_meter){.begun = now};
}

static void
count_second(struct http_meter *m, mono_t now, uint64_t fresh)
{
	int64_t second = (now.ns - m->first.ns) / NS_PER_S;

	if (second < 0 || second >= THROUGHPUT_SECONDS)
		return;
	m->second[second] += fresh;
	m->n_seconds = (uint32_t)second + 1;
}

void
http_meter_feed(struct http_meter *m, mono_t now, uint64_t bytes)
{
	if (bytes <= m->last_bytes)
		return;
	if (m->last_bytes == 0) {
		m->first = now;
		m->first_bytes = bytes;
	}
	for (int i = 0; i < HTTP_WARMUPS; i++)
		if (m->warm[i].bytes == 0 && now.ns >= m->first.ns + WARMUP[i].warmup_ns)
			m->warm[i] = (struct http_mark){now, bytes};
	count_second(m, now, bytes - m->last_bytes);
	m->last = now;
	m->last_bytes = bytes;
}

void
http_meter_stop(struct http_meter *m, mono_t now)
{
	if (m->last_bytes > 0 && now.ns > m->last.ns)
		m->last = now;
}

bool
http_meter_read(const struct http_meter *m, struct http_measure *out)
{
	struct http_mark from = {m->first, m->first_bytes};

	if (m->last_bytes == 0)
		return false;
	for (int i = 0; i < HTTP_WARMUPS; i++)
		if (m->warm[i].bytes > 0 &&
		    m->last.ns - m->first.ns >= WARMUP[i].least_ns)
			from = m->warm[i];
	out->warmup_ns = from.at.ns - m->first.ns;
	if (m->last_bytes == from.bytes || m->last.ns <= from.at.ns) {
		from = (struct http_mark){m->begun, 0}; /* it all came at once */
		out->warmup_ns = 0;
	}
	out->start = from.at;
	out->bytes = m->last_bytes - from.bytes;
	out->duration_ns = m->last.ns > from.at.ns ? m->last.ns - from.at.ns : 1;
	return true;
}
