#ifndef REPORTS_CHART_MORE_H
#define REPORTS_CHART_MORE_H

#include "reports/chart.h"
#include "reports/evidence.h"
#include "reports/say.h"

/* Charts of a link's evidence. As in chart.h: a drawing and a box, no pages. */

/* Distributions of round trips beside each other, and their tails. */
#define SPREAD_LINES 4
struct spread_line {
	const char *name;
	const struct hist *hist; /* lost ones included; something in it */
	uint32_t colour;
};

struct spread {
	struct spread_line lines[SPREAD_LINES];
	size_t n;
	double limit_ns; /* what is agreed; 0: nothing */
	const char *limit_name;
};

#define SPREAD_H 190.0
void spread_draw(struct draw *d, struct box box, const struct spread *s);

/* Own use against the capacity, a strip on the axis of others. */
#define USE_H 18.0
bool use_is_known(const struct link_report *l);
void use_draw(
    struct draw *d, const struct time_axis *a, double y, const struct link_report *l);

/* Tickets as they were opened, and shifts of the level of the round trip; their names
 * stand so far above the plot. */
#define PINS_H 14.0
size_t pins_count(const struct link_report *l);
void pins_draw(struct draw *d, const struct time_axis *a, struct box plot,
    const struct link_report *l);

/* Throughput by the hour of the day against the contract, and the share of the tests in
 * three bands below it. */
#define RATES_H 230.0
void rates_draw(struct draw *d, struct box box, const struct speed_side *s);
#define BANDS_H 34.0
void bands_draw(struct draw *d, struct box box, const struct speed_side *s);

/* How much of each day was measured: a row a month, a column a day. */
double coverage_height(const struct evidence *e, const struct zone *z);
void coverage_draw(
    struct draw *d, struct box box, const struct evidence *e, const struct zone *z);
#define COVERAGE_CLASSES 5
extern const uint32_t coverage_colour[COVERAGE_CLASSES];

/* The largest bound of the clock each day, by powers of ten. */
#define CLOCK_H 90.0
void clock_draw(
    struct draw *d, struct box box, const struct evidence *e, const struct zone *z);

#endif
