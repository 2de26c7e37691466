#ifndef REPORTS_ROUTE_H
#define REPORTS_ROUTE_H

#include "base/path.h"

#include <jansson.h>

/* One trace of the path as an object; a new reference. See INTERFACES.md, "Path". */
json_t *route_json(const struct path *p);

/* The same in one line of text: "1 192.168.1.1  2 *  3 203.0.113.1 (ISP)  …". */
void route_text(const struct path *p, char *out, size_t room);

#endif
