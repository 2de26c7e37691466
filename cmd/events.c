#include "cmd/events.h"

#include "base/bytes.h"
#include "reports/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_BYTES                                                                     \
	(8 << 20) /* of the file's end: what was told longer ago is past telling */

struct told {
	char phase[16], id[17];
	int64_t start_ns;
};

struct events {
	int fd;
	bool quiet; /* nobody reads standard output any more */
	bool torn;  /* the last line was cut short */
	struct told *told;
	size_t n;
};

static void
remember(struct events *e, const json_t *event)
{
	const char *phase = json_string_value(json_object_get(event, "event"));
	const json_t *outage = json_object_get(event, "outage");
	const char *id = json_string_value(json_object_get(outage, "id"));
	const char *incident = json_string_value(json_object_get(outage, "incident"));
	const char *ids[] = {id, incident};

	for (int i = 0; i < 2; i++) {
		if (phase == NULL || ids[i] == NULL || strlen(phase) > 15 ||
		    strlen(ids[i]) != 16 || events_told(e, phase, ids[i]))
			continue;
		e->told = memory_grow(e->told, e->n + 1, sizeof *e->told);
		struct told *t = &e->told[e->n++];
		strcpy(t->phase, phase);
		strcpy(t->id, ids[i]);
		t->start_ns =
		    json_integer_value(json_object_get(outage, "start_unix_ns"));
	}
}

static void
load(struct events *e, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	if (f == NULL)
		return;
	if (fseeko(f, 0, SEEK_END) == 0 && ftello(f) > MEMORY_BYTES)
		(void)fseeko(f, -MEMORY_BYTES, SEEK_END);
	else
		rewind(f);
	while (getline(&line, &room, f) > 0) {
		json_t *event = json_loads(line, 0, NULL);
		if (event != NULL)
			remember(e, event);
		json_decref(event);
	}
	free(line);
	fclose(f);
}

/* A line that a crash cut short must not swallow the next one. */
static void
end_line(int fd)
{
	off_t n = lseek(fd, 0, SEEK_END);
	char last = '\n';

	if (n > 0 && pread(fd, &last, 1, n - 1) == 1 && last != '\n')
		(void)!write(fd, "\n", 1);
}

int
events_open(struct events **out, const char *data_dir, char *err, size_t room)
{
	struct events *e = memory_grow(NULL, 1, sizeof *e);
	char path[1100];

	memset(e, 0, sizeof *e);
	snprintf(path, sizeof path, "%s/events.jsonl", data_dir);
	load(e, path);
	e->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (e->fd < 0) {
		int rc = -errno;
		snprintf(err, room, "%s: %s", path, strerror(errno));
		events_free(e);
		return rc;
	}
	end_line(e->fd);
	*out = e;
	return 0;
}

void
events_free(struct events *e)
{
	if (e == NULL)
		return;
	if (e->fd >= 0)
		close(e->fd);
	free(e->told);
	free(e);
}

bool
events_told(const struct events *e, const char *phase, const char *id)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->told[i].phase, phase) == 0 &&
		    strcmp(e->told[i].id, id) == 0)
			return true;
	return false;
}

int64_t
events_open_since(const struct events *e)
{
	int64_t since = INT64_MAX;

	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->told[i].phase, "confirmed") == 0 &&
		    !events_told(e, "over", e->told[i].id) && e->told[i].start_ns > 0 &&
		    e->told[i].start_ns < since)
			since = e->told[i].start_ns;
	return since;
}

int
events_write(struct events *e, json_t *event)
{
	char *text = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(15));
	size_t n = text != NULL ? strlen(text) : 0;
	int rc = text == NULL ? -ENOMEM : 0;

	if (rc == 0) {
		text[n] = '\n';
		if (!e->quiet &&
		    (fwrite(text, 1, n + 1, stdout) != n + 1 || fflush(stdout) != 0))
			e->quiet = true;
		if (e->torn)
			end_line(e->fd);
		ssize_t done = write(e->fd, text, n + 1);
		e->torn = done != (ssize_t)n + 1;
		if (e->torn)
			rc = done < 0 ? -errno : -ENOSPC;
		else if (fdatasync(e->fd) < 0)
			rc = -errno;
	}
	remember(e, event);
	json_decref(event);
	free(text);
	return rc;
}

/* ---- what an event says ---- */

static json_t *
instant_json(int64_t ns)
{
	char text[32];

	instant_utc(ns, text);
	return json_string(text);
}

static json_t *
names_json(uint64_t bits, const struct link_def *links, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n && i < 64; i++)
		if (bits >> i & 1)
			json_array_append_new(list, json_string(links[i].link));
	return list;
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *
outage_json(const struct outage *o, const struct link_def *links, size_t n)
{
	json_t *evidence = json_pack("{sI sI so so so}", "probes_lost",
	    (json_int_t)o->probes_lost, "rx_bytes", (json_int_t)o->rx_bytes,
	    "deepest_answering", text_or_null(o->deepest_answering), "other_links_up",
	    names_json(o->links_up, links, n), "other_links_down",
	    names_json(o->links_down, links, n));
	json_t *j = json_object();

	json_object_set_new(j, "id", json_string(o->id));
	json_object_set_new(j, "incident", text_or_null(o->incident));
	json_object_set_new(j, "common_cause", text_or_null(o->common_cause));
	json_object_set_new(j, "start", instant_json(o->start_ns));
	json_object_set_new(j, "start_unix_ns", json_integer(o->start_ns));
	json_object_set_new(j, "start_bound_s", seconds_json(o->start_bound_ns));
	json_object_set_new(j, "open", json_boolean(o->open));
	json_object_set_new(j, "end", o->open ? json_null() : instant_json(o->end_ns));
	json_object_set_new(
	    j, "end_bound_s", o->open ? json_null() : seconds_json(o->end_bound_ns));
	json_object_set_new(j, "duration_s", seconds_json(o->end_ns - o->start_ns));
	json_object_set_new(j, "extent", json_string(extent_name(o->extent)));
	json_object_set_new(j, "networks_failed", json_integer(o->networks_failed));
	json_object_set_new(j, "networks_total", json_integer(o->networks_total));
	json_object_set_new(
	    j, "attribution", json_string(attribution_name(o->attribution)));
	json_object_set_new(j, "confidence", json_string(confidence_name(o->confidence)));
	json_object_set_new(j, "counted", json_boolean(o->counted));
	json_object_set_new(j, "not_counted_reason", text_or_null(o->not_counted_reason));
	json_object_set_new(j, "evidence", evidence);
	return j;
}

json_t *
event_json(const char *phase, const struct link_def *link, int64_t now_ns,
    const struct live *live, const struct outage *outage, const struct link_def *links,
    size_t n_links)
{
	json_t *j = json_object();

	json_object_set_new(j, "schema", json_string("linkwitness/event/1"));
	json_object_set_new(j, "time", instant_json(now_ns));
	json_object_set_new(j, "event", json_string(phase));
	json_object_set_new(j, "centre", json_string(link->centre));
	json_object_set_new(j, "link", json_string(link->link));
	json_object_set_new(j, "isp", text_or_null(link->isp));
	json_object_set_new(j, "provisional", json_true());
	if (live != NULL) {
		json_object_set_new(j, "since",
		    live->since_ns > 0 ? instant_json(live->since_ns) : json_null());
		json_object_set_new(
		    j, "networks_failing", json_integer(live->networks_failing));
		json_object_set_new(
		    j, "networks_total", json_integer(live->networks_total));
		json_object_set_new(
		    j, "lost_in_a_row", json_integer(live->lost_in_a_row));
		json_object_set_new(j, "outage_needs", json_integer(live->outage_needs));
		json_object_set_new(
		    j, "attribution", json_string(attribution_name(live->attribution)));
	}
	if (outage != NULL)
		json_object_set_new(j, "outage", outage_json(outage, links, n_links));
	return j;
}
