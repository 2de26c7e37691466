#ifndef ANALYZER_GROWTH_H
#define ANALYZER_GROWTH_H

#include "analyzer/demand.h"

/*
 * How a link's demand was spread over months, and whether it grows. Pure.
 *
 * The trend is that of the civil weeks' 95th percentiles of the minutes, of weeks of
 * which at least half was counted: the median of the slopes between any two (Theil 1950),
 * its interval from Kendall's statistic (Sen 1968), weeks taken as independent. One week
 * is as good as any other against days off; of less than two months nothing is said.
 */
#define GROWTH_WEEKS      9
#define GROWTH_CONFIDENCE 0.95
/* A month with fewer counted minutes than a week has is no worst one. */
#define GROWTH_MONTH (7 * 1440)

struct growth_month {
	int64_t start_ns, end_ns; /* civil */
	struct demand_use use[DEMAND_WAYS];
};

struct growth_trend {
	bool has;
	double per_month, lower, upper; /* of the median week, as a ratio; 30.44 days */
};

struct growth {
	struct growth_month *months; /* with a minute at least, by time */
	size_t n_months;
	bool has_worst[DEMAND_WAYS];
	size_t worst[DEMAND_WAYS]; /* by its 99th percentile, the first of equals */
	size_t weeks;              /* that the trend rests on, or would */
	struct growth_trend trends[DEMAND_WAYS];
};

/* Free with growth_done. */
void growth_of(struct growth *out, const struct demand *d, const char *zone);
void growth_done(struct growth *g);

#endif
