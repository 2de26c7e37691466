#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>

/*
 * The folder of one test, below /tmp, and the files in it. scratch_make and
 * scratch_remove return 0 if they did, as a set-up of cmocka does.
 */
static inline int
scratch_make(char *dir, size_t room, const char *name)
{
	snprintf(dir, room, "/tmp/lw-%s-XXXXXX", name);
	return mkdtemp(dir) == NULL;
}

static inline int
scratch_remove(const char *dir)
{
	char command[300];

	snprintf(command, sizeof command, "rm -r '%s'", dir);
	return system(command);
}

/* A file of these bytes. */
static inline void
scratch_put(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* What a file says, room - 1 bytes of it at most. */
static inline void
scratch_text(const char *path, char *text, size_t room)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, room - 1, f)] = '\0';
	fclose(f);
}

#endif
