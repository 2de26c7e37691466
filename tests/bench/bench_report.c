/*
 * bench_report DIR: the dossier of a year with 200 outages, from results in memory: wall,
 * peak of the resident set, size, pages; what one of its pictures takes; and beside it,
 * in the same run, a graph of as many days by RRDtool and by gnuplot, where they are.
 */
#include "tests/golden/made_results.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define ROUNDS 5

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
dossier(const struct results *r, const char *path, const char *png)
{
	double best = 1e9;
	char err[256];

	for (int i = 0; i < ROUNDS; i++) {
		double began = now();
		if (dossier_pdf(r, path, png, err, sizeof err) < 0) {
			fprintf(stderr, "bench_report: %s\n", err);
			exit(1);
		}
		best = now() - began < best ? now() - began : best;
	}
	return best;
}

/* Pages and charts, these for a screen and for print: what drawing them adds, by each. */
static void
pictures(const struct results *r, const char *path, const char *dir, double without)
{
	char png[600];
	struct dirent *e;
	unsigned n = 0;

	snprintf(png, sizeof png, "%s/bench-png", dir);
	if (mkdir(png, 0755) < 0 && errno != EEXIST)
		exit(1);
	double s = dossier(r, path, png) - without;
	DIR *d = opendir(png);
	while (d != NULL && (e = readdir(d)) != NULL)
		n += strstr(e->d_name, ".png") != NULL;
	if (d == NULL || n == 0)
		exit(1);
	closedir(d);
	printf("%-34s %8.3f s, the mean of %u\n", "one PNG of it", s / n, n);
}

static void
beside(const char *what, const char *command)
{
	double began = now();

	if (system(command) == 0)
		printf("%-34s %8.3f s\n", what, now() - began);
	else
		printf("%-34s not there\n", what);
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/tmp";
	struct results *year = made_year(), *many = made_many(5000);
	char path[512], command[2048];
	struct rusage u;
	struct stat st;

	snprintf(path, sizeof path, "%s/bench-report.pdf", dir);
	double s = dossier(year, path, NULL);
	getrusage(RUSAGE_SELF, &u);
	if (stat(path, &st) < 0)
		return 1;
	printf("%-34s %8.3f s, %ld KiB resident, %lld KiB\n",
	    "dossier, a year, 200 outages", s, u.ru_maxrss, (long long)st.st_size / 1024);
	fflush(stdout);
	snprintf(command, sizeof command, "pdfinfo %s | grep Pages", path);
	if (system(command) != 0)
		printf("pages: pdfinfo is not there\n");
	pictures(year, path, dir, s);
	printf("%-34s %8.3f s\n", "dossier, a year, 5000 outages",
	    dossier(many, path, NULL));
	fflush(stdout);
	snprintf(command, sizeof command,
	    "cd %s && rrdtool create bench.rrd --start 1735689600 --step 3600 "
	    "DS:rtt:GAUGE:7200:0:U RRA:AVERAGE:0.5:1:8760 && awk 'BEGIN { for (i = 1; i <= 8760; "
	    "i++) printf \"update bench.rrd %%d:%%f\\n\", 1735689600 + i * 3600, 12 + i %% 24 / 5 }' | "
	    "rrdtool - >bench.log",
	    dir);
	if (system(command) == 0) {
		snprintf(command, sizeof command,
		    "cd %s && rrdtool graph bench.png --start 1735689600 --end 1767225600 -w 1000 "
		    "DEF:a=bench.rrd:rtt:AVERAGE LINE1:a#0072B2 >bench.log",
		    dir);
		beside("rrdtool graph, a year, one PNG", command);
	}
	snprintf(command, sizeof command,
	    "cd %s && command -v gnuplot >bench.log && awk 'BEGIN { for (i = 1; i <= 8760; i++) "
	    "print 1735689600 + i * 3600, 12 + i %% 24 / 5 }' >bench.data && gnuplot -e \"set terminal "
	    "pngcairo size 1000,400; set output 'bench-gnuplot.png'; set xdata time; set timefmt "
	    "'%%s'; plot 'bench.data' using 1:2 with lines\"",
	    dir);
	beside("gnuplot, a year, one PNG", command);
	made_free(year);
	made_free(many);
	return 0;
}
