#ifndef UNIT_RRD_TEXT_H
#define UNIT_RRD_TEXT_H

#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* All that DIR/rrd/NAME.rrd holds, as XML; given. */
static inline char *
rrd_text(const char *dir, const char *name)
{
	char path[256], out[256];
	struct stat st;

	snprintf(path, sizeof path, "%s/rrd/%s.rrd", dir, name);
	snprintf(out, sizeof out, "%s/dump.xml", dir);
	rrd_clear_error();
	if (rrd_dump_r(path, out) != 0)
		fail_msg("%s: %s", path, rrd_get_error());
	FILE *f = fopen(out, "r");
	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	char *text = calloc(1, (size_t)st.st_size + 1);
	assert_int_equal(fread(text, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	return text;
}

#endif
