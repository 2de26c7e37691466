#ifndef REPORTS_TABLES_PLAN_H
#define REPORTS_TABLES_PLAN_H

#include <stddef.h>

/*
 * Inside of tables*.c alone: which tables there are, and where in the JSON their cells
 * stand.
 *
 * each     from the root to the rows, steps parted by dots: "key", "key[]" (each of a
 *          list), "key{}" (each object of an object), "key{=}" (each plain value of it).
 *          Every step with brackets is a level; level 0 is the root.
 * column   a level, and the way from there: "key", "0" (of a list), "#" (of a list, the
 *          number that level 1 is at), "+" (how many there are), "@" (key of the level's
 *          step, or its number from 1), "=" (the word of this each), "" (itself).
 *
 * A list of plain values is one cell, with "; " between; null and what is missing is
 * an empty one.
 */
struct plan_column {
	const char *name;
	unsigned level;
	const char *path;
};

#define PLAN_EACH    3
#define PLAN_COLUMNS 40

struct plan {
	const char *name, *what;
	const char *documents; /* of which it is, with a space between; NULL: of all */
	struct plan_each {
		const char *path, *word;
	} each[PLAN_EACH];
	struct plan_column columns[PLAN_COLUMNS];
};

extern const struct plan plan_of_links[], plan_of_verdicts[], plan_of_evidence[],
    plan_of_documents[]; /* each ends with a NULL name */

#endif
