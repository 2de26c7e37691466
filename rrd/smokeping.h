#ifndef RRD_SMOKEPING_H
#define RRD_SMOKEPING_H

#include <stddef.h>
#include <stdint.h>

/*
 * The RRD files of SmokePing: data sources loss (pings lost of N, a mean and so not
 * always whole), median and ping1 to pingN (seconds, by size); uptime is not used.
 */
#define SMOKEPING_PINGS 1000

/* A row: [from_s, to_s), UTC. A file's rows come in order of time and do not overlap:
 * each stretch of time comes from the finest archive (consolidated by AVERAGE) that
 * reaches back so far, the oldest row cut where a finer archive begins. */
struct smokeping_row {
	int64_t from_s, to_s;
	int64_t step_s; /* the base step, in which ${pings} are sent */
	unsigned pings;
	double loss, median; /* NaN: unknown */
	const double *ping;  /* ${pings} of them, seconds; NaN: unknown, or lost */
};

/* Non-zero stops the reading. */
typedef int smokeping_row_fn(void *ctx, const struct smokeping_row *row);

/*
 * smokeping_read(path, row, ctx, err, room):
 * Give out every row, known and unknown.
 *
 * Result  0; what the callback returned; -EINVAL not a file of SmokePing, -errno; one
 *         line in err for both.
 */
int smokeping_read(
    const char *path, smokeping_row_fn *row, void *ctx, char *err, size_t room);

#endif
