#include "collector/change.h"

#include <string.h>

bool
change_same_probe(const struct probe_conf *a, const struct probe_conf *b)
{
	if (a == NULL) /* of one definition in the journal, so of one address */
		return true;
	return strcmp(a->address, b->address) == 0 && a->port == b->port &&
	       strcmp(a->query_name, b->query_name) == 0 &&
	       strcmp(a->query_type, b->query_type) == 0 && strcmp(a->url, b->url) == 0 &&
	       a->upload == b->upload && a->max_bytes == b->max_bytes &&
	       a->streams == b->streams;
}

bool
change_same_places(const struct settings *a, const struct settings *b)
{
	for (size_t i = 0; i < a->n_links && i < b->n_links; i++)
		if (strcmp(a->links[i].def.centre, b->links[i].def.centre) != 0 ||
		    strcmp(a->links[i].def.link, b->links[i].def.link) != 0 ||
		    strcmp(a->links[i].def.interface, b->links[i].def.interface) != 0 ||
		    strcmp(a->links[i].source, b->links[i].source) != 0 ||
		    strcmp(a->links[i].source6, b->links[i].source6) != 0 ||
		    a->links[i].has_mark != b->links[i].has_mark ||
		    a->links[i].mark != b->links[i].mark)
			return false;
	return a->n_links <= b->n_links;
}
