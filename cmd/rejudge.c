#include "cmd/rejudge.h"

#include "base/journal_roots.h"
#include "cmd/gather.h"

#include <errno.h>
#include <string.h>

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

/* The chain as a whole, then each root that the manifest lists. */
static bool
check_roots(const char *dir, const json_t *manifest, struct findings *f)
{
	const json_t *list = json_object_get(manifest, "segments"), *s;
	char err[512], root[65];
	size_t i;

	if (journal_verify(dir, err, sizeof err) != 0) {
		findings_add(f, FINDING_FAILS, "journal", "%s: %s", dir, err);
		return false;
	}
	json_array_foreach(list, i, s)
	{
		uint32_t segment =
		    (uint32_t)json_integer_value(json_object_get(s, "segment"));
		uint32_t blocks =
		    (uint32_t)json_integer_value(json_object_get(s, "blocks"));
		int rc = journal_root_then(dir, segment, blocks, root);
		if (rc < 0)
			findings_add(f, FINDING_FAILS, "journal", "segment %u: %s",
			    segment,
			    rc == -ENOENT    ? "it is not there"
			    : rc == -ENODATA ? "it has fewer blocks than it had"
			                     : "it cannot be read");
		else if (strcmp(root, text_of(s, "root")) != 0)
			findings_add(f, FINDING_FAILS, "journal",
			    "segment %u: its root is not the one the document rests on",
			    segment);
		if (rc < 0 || strcmp(root, text_of(s, "root")) != 0)
			return false;
	}
	findings_add(f, FINDING_HOLDS, "journal",
	    "%s: the chain holds, and %zu segments have the roots the document rests on",
	    dir, json_array_size(list));
	return true;
}

void
rejudge(const struct options *o, const json_t *manifest, const json_t *results,
    const struct inside *in, struct findings *f)
{
	(void)results;
	(void)in;
	(void)check_roots(o->journal, manifest, f);
}
