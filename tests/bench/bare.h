#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What the bare loops of the benches share; they link nothing of ours. */
static inline int64_t
bare_now(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The IPv4 addresses of a file, one a line; NULL without any. */
static inline struct sockaddr_in *
bare_targets(const char *path, size_t *n)
{
	struct sockaddr_in *targets = NULL;
	char line[128];
	FILE *f = fopen(path, "r");

	*n = 0;
	if (f == NULL)
		return NULL;
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, " \n")] = '\0';
		targets = reallocarray(targets, *n + 1, sizeof *targets);
		targets[*n] = (struct sockaddr_in){.sin_family = AF_INET};
		*n += inet_pton(AF_INET, line, &targets[*n].sin_addr) == 1;
	}
	fclose(f);
	if (*n > 0)
		return targets;
	free(targets);
	return NULL;
}

#endif
