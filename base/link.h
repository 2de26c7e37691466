#ifndef BASE_LINK_H
#define BASE_LINK_H

#include "base/journal.h"

/* Its zone; UTC where none is said. */
const char *link_zone(const struct link_def *link);

/* Is ${name} a link's: LINK, or CENTRE/LINK? */
bool link_is_named(const char *name, const char *centre, const char *link);

#endif
