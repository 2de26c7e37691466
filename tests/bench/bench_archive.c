/*
 * bench_archive DIR: so many probes at one a second into their RRD files, as `watch` does
 * it: fed a second, flushed a second. Beside it, in the same run and of the same values:
 * through rrdcached, where it is; one rrdtool told an update for each file and slot
 * through a pipe; and one rrdtool process for each.
 *
 *   PROBES=300 SECONDS=600     files (9 MB of disk each), seconds of facts
 *
 * Cost is CPU time of all processes that have a part in it, over the updates of a slot;
 * the share of a core is what 3,000 probes need each ten seconds. Facts are fed as fast
 * as they are taken, so rrdcached writes when it ends (its -w is longer than the run).
 */
#include "rrd/archive.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS  3
#define SLOT_S  10
#define START_S 1790000000LL
#define ALONE   300 /* updates by a process each: slow */

static char dir[512];
static int probes = 300, seconds = 600;

static void
die(const char *what)
{
	fprintf(stderr, "bench_archive: %s\n", what);
	exit(1);
}

/* CPU time of this process, and of those it has waited for. */
static double
cpu_s(void)
{
	struct rusage mine, theirs;

	getrusage(RUSAGE_SELF, &mine);
	getrusage(RUSAGE_CHILDREN, &theirs);
	return (double)(mine.ru_utime.tv_sec + mine.ru_stime.tv_sec +
	                theirs.ru_utime.tv_sec + theirs.ru_stime.tv_sec) +
	       (double)(mine.ru_utime.tv_usec + mine.ru_stime.tv_usec +
	                theirs.ru_utime.tv_usec + theirs.ru_stime.tv_usec) /
	           1e6;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static struct archive *
opened(const char *cached)
{
	struct archive *a = archive_new(dir);
	struct probe_def p = {
	    .centre = "c", .link = "l", .every_ns = NS_PER_S, .timeout_ns = NS_PER_S};

	if (cached != NULL)
		archive_cached(a, cached);
	for (int i = 0; i < probes; i++) {
		snprintf(p.name, sizeof p.name, "p%d", i);
		archive_probe(a, (uint32_t)i, &p);
	}
	return a;
}

static void
feed(struct archive *a, int from, int to)
{
	for (int t = from; t < to; t++) {
		for (int i = 0; i < probes; i++) {
			struct sample s = {.probe = (uint32_t)i,
			    .time = {(START_S + t) * NS_PER_S + i * NS_PER_US},
			    .rtt_ns = (20 + i % 7) * NS_PER_MS + t * NS_PER_US};
			archive_sample(a, &s);
		}
		if (archive_flush(a, (wall_t){(START_S + t + 1) * NS_PER_S}, 0) < 0)
			die(archive_error(a));
	}
}

/* ---- the ways ---- */

/* The files are made by the first slots, which are not counted. */
static double
ours(const char *cached)
{
	struct archive *a = opened(cached);

	feed(a, 0, 2 * SLOT_S);
	double began = cpu_s();
	feed(a, 2 * SLOT_S, seconds + 2 * SLOT_S);
	archive_free(a);
	return cpu_s() - began;
}

static double
through_rrdcached(void)
{
	char socket_path[600], address[620], pid_file[600];
	struct stat st;

	snprintf(socket_path, sizeof socket_path, "%s/socket", dir);
	snprintf(address, sizeof address, "unix:%s", socket_path);
	snprintf(pid_file, sizeof pid_file, "%s/pid", dir);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rrdcached", "rrdcached", "-g", "-F", "-w", "3600", "-f", "7200",
		    "-l", address, "-p", pid_file, "-b", dir, NULL);
		_exit(127);
	}
	for (int i = 0; i < 300 && stat(socket_path, &st) < 0; i++)
		usleep(10000);
	double cost = ours(socket_path), began = cpu_s();
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return cost + cpu_s() - began;
}

static void
path_of(int probe, char out[600])
{
	snprintf(out, 600, "%s/rrd/c/l/p%d.rrd", dir, probe);
}

/* Later slots of the same files; the writing of lines is ours and counted too, for who
 * uses rrdtool so has that to do. */
static double
through_pipe(void)
{
	char path[600];
	double began = cpu_s();
	FILE *f = popen("rrdtool - >/dev/null", "w");

	if (f == NULL)
		die("no rrdtool");
	for (int t = 0; t < seconds; t += SLOT_S)
		for (int i = 0; i < probes; i++) {
			path_of(i, path);
			fprintf(f, "update %s %lld:10:0:0.02%d\n", path,
			    START_S + 2 * seconds + t, i % 7);
		}
	if (pclose(f) != 0)
		die("rrdtool failed");
	return cpu_s() - began;
}

static double
each_alone(void)
{
	char path[600], value[64];
	double began = cpu_s();

	for (int i = 0; i < ALONE; i++) {
		path_of(i % probes, path);
		snprintf(value, sizeof value, "%lld:10:0:0.02",
		    START_S + 4 * seconds + i / probes * SLOT_S);
		pid_t pid = vfork();
		if (pid == 0) {
			execlp("rrdtool", "rrdtool", "update", path, value, NULL);
			_exit(127);
		}
		waitpid(pid, NULL, 0);
	}
	return cpu_s() - began;
}

/* ---- the table ---- */

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
row(const char *what, double *costs, double updates)
{
	qsort(costs, ROUNDS, sizeof *costs, by_size);
	double each = costs[ROUNDS / 2] / updates;
	printf("%-36s %10.1f %12.2f\n", what, each * 1e6, each * 3000 / SLOT_S * 100);
}

static double
of_files(double (*way)(void))
{
	char path[600];
	double cost = way();

	snprintf(path, sizeof path, "%s/rrd", dir);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return cost;
}

static double ours_alone[ROUNDS], piped[ROUNDS], alone[ROUNDS], cached[ROUNDS];

/* Three ways upon the same files, one after another. */
static double
direct(void)
{
	static int round;

	ours_alone[round] = ours(NULL);
	piped[round] = through_pipe();
	alone[round] = each_alone();
	return ours_alone[round++];
}

int
main(int argc, char **argv)
{
	bool has_cached = system("command -v rrdcached >/dev/null") == 0,
	     has_tool = system("command -v rrdtool >/dev/null") == 0;
	double updates;

	snprintf(dir, sizeof dir, "%s/bench-archive-XXXXXX", argc > 1 ? argv[1] : "/tmp");
	if (getenv("PROBES") != NULL)
		probes = (int)strtol(getenv("PROBES"), NULL, 10);
	if (getenv("SECONDS") != NULL)
		seconds = (int)strtol(getenv("SECONDS"), NULL, 10);
	if (!has_tool || probes < 1 || seconds < SLOT_S || mkdtemp(dir) == NULL) {
		fprintf(
		    stderr, "bench_archive: skipped, it needs rrdtool and a folder\n");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	updates = (double)probes * seconds / SLOT_S;
	for (int i = 0; i < ROUNDS; i++) {
		of_files(direct);
		if (has_cached)
			cached[i] = of_files(through_rrdcached);
	}
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	printf(
	    "archive: %d files, %d s of facts, medians of %d\n", probes, seconds, ROUNDS);
	printf("%-36s %10s %12s\n", "", "us/update", "%-of-a-core");
	row("linkwitness, directly", ours_alone, updates);
	if (has_cached)
		row("linkwitness and rrdcached", cached, updates);
	else
		printf("%-36s not there\n", "linkwitness and rrdcached");
	row("rrdtool update through a pipe", piped, updates);
	row("rrdtool update, a process each", alone, ALONE);
	printf("3,000 probes at 1/s: %.2f %% of a core (reach: 5)\n",
	    ours_alone[ROUNDS / 2] / updates * 3000 / SLOT_S * 100);
	return 0;
}
