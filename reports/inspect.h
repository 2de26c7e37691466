#ifndef REPORTS_INSPECT_H
#define REPORTS_INSPECT_H

#include <stddef.h>

/* What is inside of a PDF that somebody sent: anything at all. */
#define INSPECT_FILES 64
#define INSPECT_BYTES (64u << 20) /* of one file inside */

struct inside {
	struct inside_file {
		char *name;  /* UTF-8 */
		char *bytes; /* with a NUL behind that is not counted */
		size_t n;
	} files[INSPECT_FILES];
	size_t n;
	char id[64], data_root[128]; /* as its information says; empty: it does not */
};

/*
 * inspect_pdf(out, pdf, n, err, room):
 * The files inside of a PDF and what linkwitness wrote of it. The caller sees to it that
 * memory and time are limited: a PDF may ask for much of both.
 *
 * Result  0; -EBADMSG with a line in err. inspect_done either way.
 */
int inspect_pdf(struct inside *out, const char *pdf, size_t n, char *err, size_t room);
void inspect_done(struct inside *in);
const struct inside_file *inspect_find(const struct inside *in, const char *name);

#endif
