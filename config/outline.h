#ifndef CONFIG_OUTLINE_H
#define CONFIG_OUTLINE_H

#include <stddef.h>

/*
 * Where things stand in a configuration: what libconfuse does not keep. A first pass over
 * the text finds sections and options with their lines, and refuses what libconfuse would
 * let pass: braces, quotes and comments that stay open, an option given twice, a name
 * given twice; and whatever the two might read differently: escapes, signs outside of
 * quotes, comments.
 */
struct outline_section {
	char kind[33], title[65];
	unsigned open_line, close_line;
	int parent; /* -1: none */
};

struct outline_option {
	char name[33];
	unsigned line;
	int section; /* -1: the top level */
};

struct outline {
	struct outline_section *sections;
	struct outline_option *options;
	size_t n_sections, n_options;
};

/*
 * outline_read(o, text, len, err, room):
 * Find sections and options in ${text}, whose comments are made blank.
 *
 * Result  0, or the line of the mistake with what is wrong (and right) in err; either way
 *         outline_done is owed.
 */
unsigned outline_read(struct outline *o, char *text, size_t len, char *err, size_t room);
void outline_done(struct outline *o);

/* A section by kind and title under a parent; -1 where there is none. */
int outline_find(
    const struct outline *o, int parent, const char *kind, const char *title);
/* The line of an option; that of its section's beginning where it is not given. */
unsigned outline_line(const struct outline *o, int section, const char *option);

#endif
