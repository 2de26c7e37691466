#ifndef REPORTS_CHART_DAYS_H
#define REPORTS_CHART_DAYS_H

#include "reports/chart.h"

/* One civil day of several links, a lane each: its state, and below it what was lost by
 * the hour; colours of the names as of the dots, of loss as of the maps. */
struct day {
	const struct zone *zone;
	int64_t from_ns, to_ns;
	struct day_lane {
		const char *name;
		const struct verdict *ledger;
		const struct bucket *hours;
		size_t n_hours;
	} lanes[DOTS_MOST];
	size_t n;
};

double day_height(const struct day *day);
void day_draw(struct draw *d, struct box box, const struct day *day);

#endif
