/*
 * SmokePing's own files in ../shared/data/smokeping-satriyop against what their author
 * exported from them with rrdtool: every row of his, to 1e-9. And the archives join: each
 * second once, the finest that reaches back to it.
 */
#include "rrd/smokeping.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define PINGS 20
#define ROWS  20000
#define AHEAD (7 * 3600) /* his clock */

struct kept {
	long long from_s, to_s;
	double value[2 + PINGS]; /* loss, median, pings */
};

static struct kept rows[ROWS];
static size_t n_rows;
static int broken;

static void
hold(int holds, const char *file, const char *what, long long at)
{
	if (holds)
		return;
	if (broken++ < 20)
		printf("%s: not so: %s (%lld)\n", file, what, at);
}

static int
keep(void *ctx, const struct smokeping_row *r)
{
	struct kept *k = &rows[n_rows];

	hold(r->pings == PINGS && r->step_s == 300, ctx, "20 pings in 300 s", r->pings);
	if (n_rows == ROWS || r->pings != PINGS)
		return 1;
	hold(n_rows == 0 || rows[n_rows - 1].to_s == r->from_s, ctx,
	    "begins where the row before it ends", r->from_s);
	k->from_s = r->from_s;
	k->to_s = r->to_s;
	k->value[0] = r->loss;
	k->value[1] = r->median;
	memcpy(k->value + 2, r->ping, sizeof(double) * PINGS);
	n_rows++;
	return 0;
}

static const struct kept *
row_to(long long to_s)
{
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].to_s == to_s && rows[i].to_s - rows[i].from_s == 300)
			return &rows[i];
	return NULL;
}

/* "2021-04-20 10:00:00,uptime,loss,median,ping1,…" */
static void
compare(const char *file, char *line)
{
	struct tm tm = {0};
	const char *field;
	char *rest = line;
	int i = -2; /* his uptime column is empty throughout */

	if (strptime(strsep(&rest, ","), "%Y-%m-%d %H:%M:%S", &tm) == NULL) {
		hold(0, file, "a time", 0);
		return;
	}
	long long at = (long long)timegm(&tm) - AHEAD;
	const struct kept *k = row_to(at);
	hold(k != NULL, file, "a row of 5 minutes for each of his", at);
	while (
	    k != NULL && (field = strsep(&rest, ",\r\n")) != NULL && i < 2 + PINGS - 1) {
		if (++i < 0)
			continue;
		if (field[0] == '\0')
			hold(isnan(k->value[i]) != 0, file, "unknown where his is", at);
		else
			hold(fabs(strtod(field, NULL) - k->value[i]) <= 1e-9, file,
			    "equal to 1e-9", at);
	}
	hold(k == NULL || i == 2 + PINGS - 1, file, "all columns", i);
}

static size_t
export_of(const char *path)
{
	char line[4096];
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (f == NULL || fgets(line, sizeof line, f) == NULL) {
		hold(0, path, "can be read", 0);
		return 0;
	}
	for (; fgets(line, sizeof line, f) != NULL; n++)
		compare(path, line);
	fclose(f);
	return n;
}

static void
count(const char *file, long long row_s, size_t all, size_t known, size_t dark)
{
	size_t n = 0, n_known = 0, n_dark = 0;

	for (size_t i = 0; i < n_rows; i++) {
		if (rows[i].to_s - rows[i].from_s != row_s)
			continue;
		n++;
		n_known += !isnan(rows[i].value[0]);
		n_dark += rows[i].value[0] >= PINGS;
	}
	hold(n == all, file, "so many rows", (long long)n);
	hold(n_known == known, file, "so many known rows", (long long)n_known);
	hold(n_dark == dark, file, "so many rows that lost all", (long long)n_dark);
}

int
main(void)
{
	static const struct {
		const char *rrd, *csv;
		size_t known, hours, known_hours, dark_hours;
	} FILES[] = {
	    {"FW_NFW18_1", NULL, 2, 4237, 0, 0}, /* his export is of another host */
	    {"FW_NFW18_2_198", "NFW18_2_198", 1006, 4236, 1944, 188},
	    {"FW_NCFW20_0", "NCFW20_0", 1006, 4236, 1944, 0},
	};
	const char *shared = getenv("LW_SHARED"), *top = getenv("LW_TOP");
	char at[4096], path[4400], err[512];
	struct stat st;
	size_t compared = 0;

	if (shared != NULL)
		snprintf(at, sizeof at, "%s/data/smokeping-satriyop", shared);
	else
		snprintf(at, sizeof at, "%s/../shared/data/smokeping-satriyop",
		    top != NULL ? top : ".");
	if (stat(at, &st) < 0) {
		puts(
		    "skipped: there is no ../shared/data/smokeping-satriyop beside this clone");
		return 77;
	}
	for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
		n_rows = 0;
		snprintf(path, sizeof path, "%s/rrd/%s.rrd", at, FILES[i].rrd);
		if (smokeping_read(path, keep, path, err, sizeof err) != 0)
			hold(0, path, err, 0);
		count(path, 300, 1008, FILES[i].known, 0);
		count(path, 3600, FILES[i].hours, FILES[i].known_hours,
		    FILES[i].dark_hours);
		if (FILES[i].csv == NULL)
			continue;
		snprintf(path, sizeof path, "%s/csv_oracle/%s-AVERAGE-5m-2021-04-20.csv",
		    at, FILES[i].csv);
		compared += export_of(path);
	}
	printf("%zu rows of the author compared, %d broken\n", compared, broken);
	return broken > 0 || compared == 0;
}
