/*
 * sim FILE: run a scenario in virtual time through the collector's engine, the journal
 * and the analyzer, and hold what was found against what was done. Each life of the
 * daemon is a process, so that a kill is one.
 */
#include "tests/sim/clock_virtual.h"
#include "tests/sim/judged.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int
one_life(
    const struct scenario *s, const char *dir, int64_t from, int64_t to, enum ending end)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(world_live(s, dir, from, to, end));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The first end of a life after ${t}. */
static const struct fault *
next_death(const struct scenario *s, int64_t t)
{
	const struct fault *best = NULL;

	for (int i = 0; i < s->n_faults; i++) {
		const struct fault *f = &s->faults[i];
		if (f->kind != FAULT_KILL && f->kind != FAULT_STOP &&
		    f->kind != FAULT_REBOOT)
			continue;
		if (f->from_ns > t && (best == NULL || f->from_ns < best->from_ns))
			best = f;
	}
	return best;
}

static int
live(const struct scenario *s, const char *dir)
{
	int64_t t = 0;

	while (t < s->length_ns) {
		const struct fault *f = next_death(s, t);
		int64_t end =
		    f != NULL && f->from_ns < s->length_ns ? f->from_ns : s->length_ns;
		bool killed = f != NULL && end == f->from_ns && f->kind != FAULT_STOP;
		if (one_life(s, dir, t, end, killed ? ENDING_KILLED : ENDING_CLEAN) != 0)
			return 1;
		if (end == s->length_ns)
			break;
		t = f->to_ns;
	}
	world_clock(s, s->length_ns);
	return 0;
}

static const char *
scratch(void)
{
	static char dir[64];
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(dir, sizeof dir, "%s/linkwitness-sim-XXXXXX", base);
	return mkdtemp(dir);
}

static void
remove_tree(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", dir, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
	static struct scenario s;
	struct timespec began, ended;
	const char *dir = argc == 2 ? scratch() : NULL;

	if (argc != 2 || dir == NULL) {
		fputs("usage: sim SCENARIO\n", stderr);
		return 2;
	}
	scenario_read(&s, argv[1]);
	clock_gettime(CLOCK_MONOTONIC, &began);
	int failed = live(&s, dir);
	if (failed == 0)
		failed = judged(&s, dir);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	printf("%s: %s in %.1f s\n", argv[1], failed ? "NOT OK" : "ok",
	    (double)(ended.tv_sec - began.tv_sec) +
	        (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
	if (getenv("SIM_KEEP") == NULL)
		remove_tree(dir);
	else
		printf("kept: %s\n", dir);
	return failed != 0;
}
