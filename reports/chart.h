#ifndef REPORTS_CHART_H
#define REPORTS_CHART_H

#include "reports/draw.h"
#include "reports/results.h"
#include "reports/say.h"

/*
 * Charts take a drawing and a box, and know nothing of pages. Points, y downwards.
 */
struct box {
	double x, y, w, h;
};

/* The civil clock of a zone between two instants: offsets of UTC and where they change.
 */
#define ZONE_STEPS 64

struct zone {
	char name[64];
	struct {
		int64_t from_ns, offset_s;
	} steps[ZONE_STEPS];
	size_t n;
};

struct civil {
	int year, month, day, hour, minute, second;
	int64_t day_number; /* days since 1970 of the civil date */
};

/* Learn the zone's offsets over [from, to]; empty name: UTC. */
void chart_zone_open(struct zone *z, const char *name, int64_t from_ns, int64_t to_ns);
int64_t chart_zone_offset_s(const struct zone *z, int64_t ns);
struct civil chart_zone_civil(const struct zone *z, int64_t ns);
/* The instant of a civil midnight of day ${day_number}, plus ${second}s of that day. */
int64_t chart_zone_of_civil(const struct zone *z, int64_t day_number, int64_t second);
/* "2026-11-23 06:27:16.1 +01:00" with ${decimals} of the second, 0 to 6; "+01:00". */
void chart_zone_print(const struct zone *z, int64_t ns, unsigned decimals, char out[48]);
void chart_zone_print_offset(int64_t offset_s, char out[16]);
struct civil civil_of_day(int64_t day_number);
int64_t civil_day_number(int year, int month, int day);
extern const char *const civil_months[12];

/* ---- axes ---- */

struct time_axis {
	const struct zone *zone;
	int64_t from_ns, to_ns;
	double x, w;
};

double axis_x(const struct time_axis *a, int64_t ns);
/* Ticks at civil boundaries: grid lines from top to bottom, before the data is drawn. */
void axis_grid(struct draw *d, const struct time_axis *a, double top, double bottom);
/* Their labels from y down (two lines where a day changes); result: height. */
double axis_labels(struct draw *d, const struct time_axis *a, double y);
#define AXIS_LABELS_H 21.0

/* A nice step of 1, 2 or 5 times a power of ten that gives at most ${n} steps up to max.
 */
double axis_nice(double max, unsigned n);

/* ---- loss ---- */

#define LOSS_CLASSES 7
extern const uint32_t loss_colour[LOSS_CLASSES];
unsigned loss_class(uint64_t sent, uint64_t lost);
/* Legend of the classes that buckets of up to ${sent} probes can show; result: height. */
double loss_legend(struct draw *d, double x, double y, double w, uint64_t sent);

/* ---- charts ---- */

/* Loss by civil day and hour, of r's hours. heat_height: what it wants at this width. */
double heat_height(const struct link_report *l, const struct zone *z);
/* The least that it can be read at: heat_draw fills the box from there on. */
double heat_least(const struct link_report *l, const struct zone *z);
void heat_draw(
    struct draw *d, struct box box, const struct link_report *l, const struct zone *z);
/* What the rows and columns are, in words, for the caption. */
bool heat_by_rows(const struct link_report *l, const struct zone *z);

/* Round-trip time p5-p50-p95 over time, with a strip of loss and one of state. */
void band_draw(
    struct draw *d, struct box box, const struct link_report *l, const struct zone *z);

/* Every probe of a close-up as a lane, the other links' lanes below. */
double lanes_height(
    const struct results *r, const struct link_report *l, const struct closeup *c);
void lanes_draw(struct draw *d, struct box box, const struct results *r,
    const struct link_report *l, const struct closeup *c, const struct zone *z);

/* The path before, during and after an outage as ladders. */
double ladder_height(const struct trail *t);
void ladder_draw(
    struct draw *d, struct box box, const struct trail *t, const struct zone *z);

/*
 * Availability of periods that follow one another: a dot within its interval each,
 * against the target. What lies below the axis is cut off there and marked so.
 */
struct month {
	char label[16];
	bool has; /* else hatched */
	double lower, point, upper;
	uint32_t colour;
};

struct months {
	const struct month *list;
	size_t n;
	double target; /* ratio; 0: none */
};

#define MONTHS_H 130.0
void months_draw(struct draw *d, struct box box, const struct months *m);

/*
 * The civil week, a row a day from Monday, a column an hour: each with its number, in
 * steps of the highest; hatched where nothing was counted. A run of hours is framed.
 */
struct week {
	const double (*use)[24]; /* [7]; negative: not counted */
	bool has_slot;
	unsigned day, hour, hours;
	const char *unit_low, *unit_high; /* of the legend: "0", "82 Mbit/s" */
};

#define WEEK_H 152.0
void week_draw(struct draw *d, struct box box, const struct week *w);

/* Candidates side by side: a row a metric, on its own axis; a dot within its interval. */
#define DOTS_MOST 5
extern const uint32_t dots_colour[DOTS_MOST];

struct dots_row {
	const char *title, *note;
	char low[32], high[32]; /* the ends of the axis, as they are printed */
	double from, to;        /* likewise */
	bool more;              /* is better */
	struct {
		bool has, has_interval, has_limit;
		double lower, point, upper;
		double limit; /* from there on what is agreed is kept: tinted */
		char value[40], rank[24];
	} dots[DOTS_MOST];
};

struct dots {
	const char *names[DOTS_MOST];
	size_t n;
	const struct dots_row *rows;
	size_t n_rows;
};

double dots_height(const struct dots *d);
void dots_draw(struct draw *d, struct box box, const struct dots *dots);

#endif
