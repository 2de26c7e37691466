#include "base/link.h"

#include <string.h>

const char *
link_zone(const struct link_def *link)
{
	return link->timezone[0] != '\0' ? link->timezone : "UTC";
}

bool
link_is_named(const char *name, const char *centre, const char *link)
{
	size_t n = strlen(centre);

	if (strncmp(name, centre, n) == 0 && name[n] == '/')
		name += n + 1;
	return strcmp(name, link) == 0;
}
