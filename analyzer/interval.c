#include "analyzer/interval.h"

#include "analyzer/stats.h"

#define PDV_QUANTILE 0.95

bool
interval_is_empty(const struct interval *i)
{
	return i->n == 0 && i->lost == 0;
}

void
interval_clear(struct interval *i)
{
	i->n = i->lost = 0;
	i->answered = 0;
	i->every = 1;
}

static void
thin_out(struct interval *i)
{
	for (unsigned k = 0; k < INTERVAL_VALUES / 2; k++)
		i->rtt_ns[k] = i->rtt_ns[2 * k];
	i->n = INTERVAL_VALUES / 2;
	i->every *= 2;
}

void
interval_take(struct interval *i, int64_t at_ns, int64_t rtt_ns)
{
	int64_t start = at_ns - at_ns % i->width_ns;

	if (interval_is_empty(i)) {
		i->start_ns = start;
		i->answered = 0;
		i->every = 1;
	}
	if (start != i->start_ns)
		return;
	if (rtt_ns < 0) {
		i->lost++;
		return;
	}
	uint64_t nth = i->answered++;
	if (i->n == INTERVAL_VALUES && nth % i->every == 0)
		thin_out(i);
	if (nth % i->every == 0)
		i->rtt_ns[i->n++] = rtt_ns;
}

int64_t
interval_median(struct interval *i)
{
	/* each value kept stands for so many */
	uint64_t lost = i->every > 0 ? i->lost / i->every : i->lost;

	return stats_select(i->rtt_ns, i->n, lost, 0.5);
}

int64_t
interval_pdv(struct interval *i, unsigned least)
{
	if (i->n < least || i->n == 0)
		return -1;
	return stats_select(i->rtt_ns, i->n, 0, PDV_QUANTILE) -
	       stats_select(i->rtt_ns, i->n, 0, 0);
}
