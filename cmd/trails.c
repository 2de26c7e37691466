#include "cmd/trails.h"

#include "base/bytes.h"
#include "base/journal_more.h"

#include <stdlib.h>
#include <string.h>

struct packed {
	int64_t at_ns;
	size_t place; /* in the bytes of the link */
	bool reached;
};

struct link_trails {
	struct bytes bytes;
	struct packed *v;
	size_t n, room;
};

struct trails {
	struct link_trails *links;
	size_t n_links;
};

struct trails *
trails_new(void)
{
	struct trails *r = memory_grow(NULL, 1, sizeof *r);

	*r = (struct trails){0};
	return r;
}

void
trails_free(struct trails *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n_links; i++) {
		bytes_free(&r->links[i].bytes);
		free(r->links[i].v);
	}
	free(r->links);
	free(r);
}

void
trails_row(struct trails *r, const struct path *p)
{
	for (; r->n_links <= p->link; r->n_links++) {
		r->links = memory_grow(r->links, r->n_links + 1, sizeof *r->links);
		r->links[r->n_links] = (struct link_trails){0};
	}
	struct link_trails *l = &r->links[p->link];
	if (l->n == l->room) {
		l->room = l->room * 2 + 16;
		l->v = memory_grow(l->v, l->room, sizeof *l->v);
	}
	l->v[l->n++] = (struct packed){p->time.ns, l->bytes.n, trail_reached(p)};
	more_put_path(&l->bytes, p);
}

static void
unpack(const struct link_trails *l, size_t i, struct path *out)
{
	struct cursor c;

	cursor_init(&c, l->bytes.p + l->v[i].place, l->bytes.n - l->v[i].place);
	more_get_path(&c, out);
	out->time.ns = l->v[i].at_ns;
}

static void
take(const struct link_trails *l, size_t i, struct trail *out, enum trail_when when)
{
	if (i >= l->n || out->has[when])
		return;
	out->has[when] = true;
	unpack(l, i, &out->at[when]);
}

/* The first trace at ${ns} or later. */
static size_t
from(const struct link_trails *l, int64_t ns)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->v[mid].at_ns < ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
find(const struct link_trails *l, const struct outage *o, struct trail *out)
{
	size_t first = from(l, o->start_ns), past = first, before = first;
	int64_t end = o->open ? INT64_MAX : o->end_ns;

	while (before > 0 && !l->v[before - 1].reached)
		before--;
	before = before > 0 ? before : first;
	if (before > 0)
		take(l, before - 1, out, TRAIL_BEFORE);
	for (; past < l->n && l->v[past].at_ns < end; past++)
		if (!l->v[past].reached)
			take(l, past, out, TRAIL_DURING);
	while (past < l->n && !l->v[past].reached)
		past++;
	take(l, past, out, TRAIL_AFTER);
}

struct trail *
trails_of(const struct trails *r, uint32_t link, const struct outage *outages, size_t n)
{
	struct trail *out;

	if (link >= r->n_links || n == 0)
		return NULL;
	out = memory_grow(NULL, n, sizeof *out);
	memset(out, 0, n * sizeof *out);
	for (size_t i = 0; i < n; i++)
		find(&r->links[link], &outages[i], &out[i]);
	return out;
}

bool
trails_newest(const struct trails *r, uint32_t link, int64_t to_ns, struct path *out)
{
	if (link >= r->n_links)
		return false;
	const struct link_trails *l = &r->links[link];
	size_t end = from(l, to_ns), i = end;

	if (end == 0)
		return false;
	while (i > 0 && !l->v[i - 1].reached)
		i--;
	unpack(l, i > 0 ? i - 1 : end - 1, out);
	return true;
}
