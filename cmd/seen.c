#include "cmd/seen.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

void
seen_done(struct seen *s)
{
	free(s->probes);
	*s = (struct seen){0};
}

static void
advance(struct seen_probe *p, uint64_t seq)
{
	uint64_t by = seq - p->newest;

	if (by >= SEEN_WINDOW)
		memset(p->bits, 0, sizeof p->bits);
	else
		for (uint64_t i = p->newest + 1; i <= seq; i++)
			p->bits[i % SEEN_WINDOW / 64] &= ~(1ull << i % 64);
	p->newest = seq;
}

bool
seen_is_new(struct seen *s, const struct sample *sample)
{
	uint64_t seq = sample->seq, bit = 1ull << seq % 64;

	if (sample->probe >= s->n) {
		size_t n = (size_t)sample->probe + 16;
		s->probes = memory_grow(s->probes, n, sizeof *s->probes);
		memset(s->probes + s->n, 0, (n - s->n) * sizeof *s->probes);
		s->n = n;
	}
	struct seen_probe *p = &s->probes[sample->probe];
	if (sample->session < p->session)
		return true; /* histories side by side, as only a scan shows them: once */
	if (sample->session > p->session) {
		memset(p, 0, sizeof *p);
		p->session = sample->session;
	}
	if (seq > p->newest)
		advance(p, seq);
	else if (p->newest - seq >= SEEN_WINDOW)
		return false;
	uint64_t *word = &p->bits[seq % SEEN_WINDOW / 64];
	bool is_new = (*word & bit) == 0;
	*word |= bit;
	return is_new;
}
