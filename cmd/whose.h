#ifndef CMD_WHOSE_H
#define CMD_WHOSE_H

#include "cmd/options.h"

/*
 * Whose record it is: a link by name, among those of the configuration and those that
 * were measured.
 */
struct whose {
	char centre[NAME_ROOM], link[NAME_ROOM];
	char zone[64];
};

/* The links of that name, or all where it is NULL: "a/x, b/x" into ${out}, as many as
 * there is room for. Result: how many; *last is the place of the last. */
size_t whose_named(const struct link_def *defs, size_t n, const char *name, char *out,
    size_t room, size_t *last);

/* The one link that --link names. 0, or the exit status, the reason told. */
int whose_link(struct whose *out, const struct options *o);

/* ${text}, the value of ${option}: an instant in the link's zone; NULL for now. At most
 * now unless ${future}. 0, or the exit status, the reason told. */
int whose_time(int64_t *out, const struct whose *w, const char *option, const char *text,
    bool future);

/* Text that people entered: UTF-8 of one line, at most ${most} bytes. 0, or the exit
 * status, the reason told. */
int whose_text(const char *option, const char *text, size_t most);

/* Is that link among those asked for? It is where none is named. */
bool whose_is_asked(const struct options *o, const char *centre, const char *link);

/* The zone of a centre as the configuration has it, or UTC. */
const char *whose_zone(const struct options *o, const char *centre);

#endif
