#include "analyzer/interval.h"

#include "analyzer/stats.h"

#define PDV_QUANTILE 0.95

void
interval_clear(struct interval *i)
{
	i->n = i->lost = 0;
	i->answered = 0;
	i->every = 1;
}

void
interval_thin_out(struct interval *i)
{
	for (unsigned k = 0; k < INTERVAL_VALUES / 2; k++)
		i->rtt_ns[k] = i->rtt_ns[2 * k];
	i->n = INTERVAL_VALUES / 2;
	i->every *= 2;
}

void
interval_take(struct interval *i, int64_t at_ns, int64_t rtt_ns)
{
	if (interval_is_empty(i)) {
		i->start_ns = at_ns - at_ns % i->width_ns;
		i->answered = 0;
		i->every = 1;
	}
	if (at_ns < i->start_ns || at_ns - i->start_ns >= i->width_ns)
		return;
	if (rtt_ns < 0)
		i->lost++;
	else
		interval_answer(i, rtt_ns);
}

int64_t
interval_median(struct interval *i)
{
	/* each value kept stands for so many */
	uint64_t lost = i->every > 0 ? i->lost / i->every : i->lost;

	return stats_select(i->rtt_ns, i->n, lost, 0.5);
}

int64_t
interval_pdv(struct interval *i, unsigned fewest)
{
	if (i->n < fewest || i->n == 0)
		return -1;
	int64_t least = i->rtt_ns[0];
	for (unsigned k = 1; k < i->n; k++)
		least = i->rtt_ns[k] < least ? i->rtt_ns[k] : least;
	return stats_select(i->rtt_ns, i->n, 0, PDV_QUANTILE) - least;
}
