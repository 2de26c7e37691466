#include "collector/http_meter.h"

void
http_meter_begin(struct http_meter *m, mono_t now)
{
	*m = (struct http_meter){.begun = now};
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
	if (m->warm_bytes == 0 && now.ns >= m->first.ns + HTTP_WARMUP_NS) {
		m->warm = now;
		m->warm_bytes = bytes;
	}
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
	mono_t from = m->first;
	uint64_t before = m->first_bytes;

	if (m->last_bytes == 0)
		return false;
	if (m->warm_bytes > 0 && m->last.ns - m->first.ns >= 2 * HTTP_WARMUP_NS) {
		from = m->warm;
		before = m->warm_bytes;
	}
	if (m->last_bytes == before || m->last.ns <= from.ns) { /* it all came at once */
		from = m->begun;
		before = 0;
	}
	out->start = from;
	out->bytes = m->last_bytes - before;
	out->duration_ns = m->last.ns > from.ns ? m->last.ns - from.ns : 1;
	return true;
}
