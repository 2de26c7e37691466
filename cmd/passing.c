#include "cmd/passing.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
passing_free(struct passing *p)
{
	free(p->last);
	*p = (struct passing){0};
}

void
passing_add(struct passing *p, const struct counters *c)
{
	uint64_t now[WIRE_FIELDS], was[WIRE_FIELDS], sum[WIRE_FIELDS];

	if (c->link >= p->n) {
		size_t n = c->link + 8u;
		p->last = memory_grow(p->last, n, sizeof *p->last);
		memset(p->last + p->n, 0, (n - p->n) * sizeof *p->last);
		p->n = n;
	}
	struct counters *last = &p->last[c->link];
	bool follows = last->watched && c->watched && c->ifindex == last->ifindex &&
	               c->rx_bytes >= last->rx_bytes && c->tx_bytes >= last->tx_bytes;
	memcpy(now, &c->wire, sizeof now);
	memcpy(was, &last->wire, sizeof was);
	for (size_t i = 0; i < WIRE_FIELDS; i++)
		follows = follows && now[i] >= was[i];
	p->watched |= c->watched;
	if (follows) {
		memcpy(sum, &p->sum, sizeof sum);
		for (size_t i = 0; i < WIRE_FIELDS; i++)
			sum[i] += now[i] - was[i];
		memcpy(&p->sum, sum, sizeof sum);
		p->rx_bytes += c->rx_bytes - last->rx_bytes;
		p->tx_bytes += c->tx_bytes - last->tx_bytes;
	}
	*last = *c;
}

json_t *
passing_json(const struct passing *p)
{
	const struct wire_counts *s = &p->sum;

	if (!p->watched)
		return json_null();
	return json_pack("{sIsIsIsIsIsIsIsIsIsIsI}", "attempted",
	    (json_int_t)s->attempted, "answered", (json_int_t)s->answered, "refused",
	    (json_int_t)s->refused, "unanswered", (json_int_t)s->unanswered, "unfollowed",
	    (json_int_t)s->unfollowed, "handshake_us",
	    (json_int_t)(s->timed > 0 ? s->rtt_us / s->timed : 0), "rx_bytes",
	    (json_int_t)p->rx_bytes, "tx_bytes", (json_int_t)p->tx_bytes, "own_rx_bytes",
	    (json_int_t)s->own_rx_bytes, "own_tx_bytes", (json_int_t)s->own_tx_bytes,
	    "capture_drops", (json_int_t)s->dropped);
}

void
passing_print(const struct passing *p)
{
	const struct wire_counts *s = &p->sum;

	if (!p->watched)
		return;
	printf("customers %llu connection%s attempted, %llu answered, %llu refused, %llu "
	       "unanswered; handshake %llu us in the mean\n",
	    (unsigned long long)s->attempted, s->attempted == 1 ? "" : "s",
	    (unsigned long long)s->answered, (unsigned long long)s->refused,
	    (unsigned long long)s->unanswered,
	    (unsigned long long)(s->timed > 0 ? s->rtt_us / s->timed : 0));
	if (s->dropped > 0)
		printf("          the capture dropped %llu packet%s\n",
		    (unsigned long long)s->dropped, s->dropped == 1 ? "" : "s");
	if (s->unfollowed > 0)
		printf("          %llu were too many to follow\n",
		    (unsigned long long)s->unfollowed);
	printf("          %llu bytes in, %llu out; our own of them %llu and %llu\n",
	    (unsigned long long)p->rx_bytes, (unsigned long long)p->tx_bytes,
	    (unsigned long long)s->own_rx_bytes, (unsigned long long)s->own_tx_bytes);
}
