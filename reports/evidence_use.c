#include "reports/evidence.h"

#include "base/bytes.h"
#include "reports/value.h"

#include <string.h>

/* What the link itself carried, against its capacity: sums while the counters are read,
 * shares once they are complete. */
#define MINUTE_NS (60 * NS_PER_S)

static struct use_bucket *
bucket_at(struct use *u, int64_t ns)
{
	int64_t start = ns - (ns - u->phase_ns) % u->width_ns;

	if (u->n > 0 && u->list[u->n - 1].start_ns >= start)
		return &u->list[u->n - 1];
	if (u->n == u->room) {
		u->room = u->room * 2 + 64;
		u->list = memory_grow(u->list, u->room, sizeof *u->list);
	}
	struct use_bucket *b = &u->list[u->n++];
	*b = (struct use_bucket){.start_ns = start, .end_ns = start + u->width_ns};
	return b;
}

/* A minute of which less than half was counted says nothing of its load. */
static void
close_minute(struct use *u)
{
	for (int i = 0; i < 2 && u->minute.counted_ns >= MINUTE_NS / 2; i++) {
		struct use_bucket *b = bucket_at(u, u->minute.start_ns);
		double share = u->minute.mean[i] / (double)u->minute.counted_ns;
		b->most[i] = share > b->most[i] ? share : b->most[i];
	}
	memset(&u->minute, 0, sizeof u->minute);
}

void
evidence_use(struct evidence *e, int64_t from_ns, int64_t to_ns, const double share[2])
{
	struct use *u = &e->use;
	int64_t minute = from_ns - from_ns % MINUTE_NS;

	if (u->width_ns <= 0 || to_ns <= from_ns)
		return;
	if (minute != u->minute.start_ns) {
		close_minute(u);
		u->minute.start_ns = minute;
	}
	struct use_bucket *b = bucket_at(u, from_ns);
	b->counted_ns += to_ns - from_ns;
	u->minute.counted_ns += to_ns - from_ns;
	for (int i = 0; i < 2; i++) {
		b->mean[i] += share[i] * (double)(to_ns - from_ns);
		u->minute.mean[i] += share[i] * (double)(to_ns - from_ns);
	}
}

void
evidence_use_complete(struct evidence *e, struct span period)
{
	struct use *u = &e->use;
	size_t n = 0;

	close_minute(u);
	u->all =
	    (struct use_bucket){.start_ns = period.start_ns, .end_ns = period.end_ns};
	for (size_t i = 0; i < u->n; i++) {
		struct use_bucket b = u->list[i];
		if (b.end_ns <= period.start_ns || b.start_ns >= period.end_ns ||
		    b.counted_ns == 0)
			continue;
		u->all.counted_ns += b.counted_ns;
		for (int k = 0; k < 2; k++) {
			u->all.mean[k] += b.mean[k];
			b.mean[k] /= (double)b.counted_ns;
			if (b.most[k] > u->all.most[k])
				u->all.most[k] = b.most[k];
		}
		u->list[n++] = b;
	}
	u->n = n;
	for (int k = 0; k < 2 && u->all.counted_ns > 0; k++)
		u->all.mean[k] /= (double)u->all.counted_ns;
}

static void
set_bucket(json_t *o, const struct use_bucket *b)
{
	value_set(o, "start", value_instant(b->start_ns));
	value_set(o, "end", value_instant(b->end_ns));
	value_set_s(o, "counted_s", b->counted_ns);
	value_set(o, "down", json_real(b->mean[0]));
	value_set(o, "up", json_real(b->mean[1]));
	value_set(o, "down_most", json_real(b->most[0]));
	value_set(o, "up_most", json_real(b->most[1]));
}

json_t *
evidence_use_json(const struct evidence *e)
{
	json_t *o = json_object(), *list = json_array();

	if (e->use.n == 0) {
		json_decref(o);
		json_decref(list);
		return json_null();
	}
	set_bucket(o, &e->use.all);
	for (size_t i = 0; i < e->use.n; i++) {
		json_t *b = json_object();
		set_bucket(b, &e->use.list[i]);
		json_array_append_new(list, b);
	}
	value_set(o, "buckets", list);
	return o;
}
