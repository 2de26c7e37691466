/* "journal roots": what is given to the other party beforehand. */
#include "base/journal_roots.h"
#include "base/whole.h"
#include "cmd/journal_roots.h"
#include "cmd/timespec.h"
#include "reports/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOTS_MOST (64u << 20)

/* One civil day in UTC: the zone of a root is nobody's. */
static int
read_day(const char *day, struct span *out)
{
	int64_t from = INT64_MIN, to = INT64_MAX;
	char err[256];

	if (day == NULL)
		*out = (struct span){INT64_MIN, INT64_MAX};
	else if (timespec_range(
	             day, day, "UTC", clock_wall().ns, &from, &to, err, sizeof err) < 0)
		return complain(EXIT_USAGE, "--day: %s", err);
	else
		*out = (struct span){from, to};
	return 0;
}

/* The roots of a day are those of the segments whose writing was begun on it. */
static bool
is_of(const struct journal_root *r, const struct span *day)
{
	return r->begun_ns >= day->start_ns && r->begun_ns < day->end_ns;
}

static void
print_json(const struct journal_roots *r, const struct span *day)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < r->n; i++) {
		json_t *s = json_object();
		if (!is_of(&r->v[i], day))
			continue;
		value_set(s, "segment", json_integer(r->v[i].segment));
		value_set(s, "blocks", json_integer(r->v[i].blocks));
		value_set(s, "begun", value_instant(r->v[i].begun_ns));
		value_set(s, "root", json_string(r->v[i].root));
		json_array_append_new(list, s);
	}
	value_set(o, "schema", json_string("linkwitness/roots/1"));
	value_set(o, "agent", value_text(r->agent));
	value_set(o, "segments", list);
	(void)json_print(o, stdout); /* main says whether stdout took it */
	json_decref(o);
}

static void
print_text(const struct journal_roots *r, const struct span *day)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		char begun[32];
		if (!is_of(&r->v[i], day))
			continue;
		instant_utc(r->v[i].begun_ns, begun);
		printf("%s %08u %u %s  begun %.19sZ\n", r->agent, r->v[i].segment,
		    r->v[i].blocks, r->v[i].root, begun);
		n++;
	}
	if (n > 0)
		puts("Agent, segment, blocks, root (SHA-256). Each covers all that was "
		     "written before it: whoever\nhas the last one can show later that "
		     "none of it was changed since they got it.");
}

int
journal_print_roots(const struct options *o)
{
	struct journal_roots roots;
	struct span day = {0};
	char err[512];
	size_t n = 0;
	int status = read_day(o->day, &day);

	if (status != 0)
		return status;
	if (journal_roots(&roots, o->data_dir, INT64_MAX, err, sizeof err) < 0)
		return complain(1, "%s", err);
	for (size_t i = 0; i < roots.n; i++)
		n += is_of(&roots.v[i], &day);
	if (o->json)
		print_json(&roots, &day);
	else
		print_text(&roots, &day);
	if (n == 0 && o->day != NULL)
		status = complain(1, "journal roots: no segment was begun on %s", o->day);
	journal_roots_done(&roots);
	return status;
}

/* ---- roots that were given ---- */

struct given {
	char agent[37], root[65];
	unsigned segment, blocks;
};

/* "AGENT SEGMENT BLOCKS ROOT", whatever stands behind it. */
static bool
read_line(const char *line, struct given *g)
{
	int end = 0;
	char *rest;

	if (strlen(line) < sizeof g->agent || line[36] != ' ')
		return false;
	snprintf(g->agent, sizeof g->agent, "%.36s", line);
	g->segment = (unsigned)strtoul(line + 37, &rest, 10);
	if (rest == line + 37 || *rest != ' ')
		return false;
	const char *blocks = rest + 1;
	g->blocks = (unsigned)strtoul(blocks, &rest, 10);
	if (rest == blocks || *rest != ' ')
		return false;
	end = (int)strspn(rest + 1, "0123456789abcdef");
	if (end != 64)
		return false;
	snprintf(g->root, sizeof g->root, "%.64s", rest + 1);
	return true;
}

static bool
check_line(const struct options *o, const char *agent, const struct given *g)
{
	char root[65];
	const char *wrong = NULL;

	int rc = journal_root_then(o->data_dir, g->segment, g->blocks, root);
	if (strcmp(agent, g->agent) != 0)
		wrong = "it is another agent's";
	else if (rc < 0)
		wrong = rc == -ENOENT    ? "the segment is not there"
		        : rc == -ENODATA ? "it has fewer blocks than it had"
		                         : "it cannot be read";
	else if (strcmp(root, g->root) != 0)
		wrong = "its root was another one";
	printf("%-6s %08u %u %s%s%s\n", wrong == NULL ? "holds" : "FAILS", g->segment,
	    g->blocks, g->root, wrong != NULL ? ": " : "", wrong != NULL ? wrong : "");
	return wrong == NULL;
}

int
journal_check_roots(const struct options *o, const char *path)
{
	struct bytes b = {0};
	struct journal_roots roots;
	struct given g;
	char err[512];
	size_t n = 0, failed = 0;
	int rc = whole_read(&b, path, ROOTS_MOST);

	if (rc < 0)
		return complain(1, "%s: %s", path, strerror(-rc));
	if (journal_roots(&roots, o->data_dir, INT64_MAX, err, sizeof err) < 0) {
		bytes_free(&b);
		return complain(1, "%s", err);
	}
	char *rest = (char *)b.p, *line;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (!read_line(line, &g))
			continue;
		n++;
		failed += !check_line(o, roots.agent, &g);
	}
	journal_roots_done(&roots);
	bytes_free(&b);
	(void)fflush(stdout);
	if (n == 0)
		return complain(EXIT_USAGE,
		    "%s: no root is in it; lines of journal roots are wanted", path);
	return failed > 0 ? complain(1, "%s: %zu of %zu root%s do%s not hold", path,
	                        failed, n, n == 1 ? "" : "s", failed == 1 ? "es" : "")
	                  : 0;
}
