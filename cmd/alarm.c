#include "cmd/alarm.h"

#include "base/bytes.h"
#include "cmd/spool.h"
#include "reports/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BACK_NS (24 * 3600 * NS_PER_S)
#define LEAD_IN_NS   (3600 * NS_PER_S) /* before an outage that is still open */
#define OLD_NS       (900 * NS_PER_S)
#define DOUBT_NS     (120 * NS_PER_S) /* judge every second for so long after a doubt */
#define CALM_NS      (60 * NS_PER_S)
#define CLEAR_NS     (15 * NS_PER_S) /* the hold, and a bit: no outage will come of it */
#define SUSPECT_LOST 3
#define SUSPECT_NS   (3 * NS_PER_S)

int
alarm_open(
    struct alarm *a, const char *data_dir, const struct settings *s, int64_t now_ns)
{
	*a = (struct alarm){.data_dir = data_dir, .settings = s, .began_ns = now_ns};
	a->doubt_ns = now_ns;
	return events_open(&a->events, data_dir, a->error, sizeof a->error);
}

void
alarm_close(struct alarm *a)
{
	events_free(a->events);
	free(a->links);
	a->events = NULL;
	a->links = NULL;
	a->n_links = 0;
}

int64_t
alarm_since(const struct alarm *a, int64_t now_ns)
{
	int64_t open = events_open_since(a->events), since = now_ns - LOOK_BACK_NS;

	return open < since ? open - LEAD_IN_NS : since;
}

bool
alarm_is_calm(const struct alarm *a, int64_t now_ns)
{
	return now_ns - a->doubt_ns > DOUBT_NS;
}

bool
alarm_is_dark(const struct alarm *a, size_t link)
{
	return link < a->n_links &&
	       (a->links[link].dark || a->links[link].live.state == LIVE_DARK ||
	           a->links[link].live.state == LIVE_SUSPECTED);
}

/* ---- notices ---- */

static const char *
reference_of(const struct alarm *a, const struct link_def *link)
{
	const struct contract_conf *c = settings_contract(a->settings, link);

	return c != NULL ? c->reference : "";
}

/* One file for each block; the phase in the id makes it one of its kind. */
static int
notify_all(struct alarm *a, const struct draft *d, const char *phase, const char *id,
    json_t *event)
{
	struct notice n = {.created_s = d->now_ns / NS_PER_S, .event = event};
	int first = 0;

	snprintf(n.id, sizeof n.id, "%s-%s", id, phase);
	memcpy(n.centre, d->link->centre, sizeof n.centre);
	memcpy(n.link, d->link->link, sizeof n.link);
	draft_subject(d, n.subject, sizeof n.subject);
	n.text = draft_text(d);
	for (size_t i = 0; n.text != NULL && i < a->settings->n_notify; i++) {
		memcpy(n.notify, a->settings->notify[i].name, sizeof n.notify);
		int rc = spool_put(a->data_dir, &n);
		if (rc < 0 && first == 0) {
			first = rc;
			snprintf(a->error, sizeof a->error, "%s/spool: %s", a->data_dir,
			    strerror(-rc));
		}
	}
	free(n.text);
	return first;
}

static int
write_event(struct alarm *a, json_t *event)
{
	int rc = events_write(a->events, event);

	if (rc < 0)
		snprintf(a->error, sizeof a->error, "%s/events.jsonl: %s", a->data_dir,
		    strerror(-rc));
	return rc;
}

/*
 * The notice first, then the event that remembers it was given: a crash between them
 * tells twice rather than never.
 */
static int
tell(struct alarm *a, const char *phase, const struct outage *o,
    const struct link_def *links, size_t n, size_t link, int64_t now_ns)
{
	bool over = strcmp(phase, "over") == 0;
	const char *incident = o->incident[0] != '\0' ? o->incident : o->id;
	const char *once = over ? o->id : incident;
	struct draft d = {.kind = over ? DRAFT_OVER : DRAFT_CONFIRMED,
	    .link = &links[link],
	    .reference = "",
	    .outage = o,
	    .links = links,
	    .n_links = n,
	    .now_ns = now_ns};
	json_t *event = event_json(phase, &links[link], now_ns, NULL, o, links, n);
	int rc = 0;

	if (a->settings != NULL && a->settings->n_notify > 0 &&
	    !events_told(a->events, phase, once)) {
		d.reference = reference_of(a, &links[link]);
		rc = notify_all(a, &d, phase, once, event);
	}
	if (rc < 0) { /* a full disk: not told yet, so again the next time */
		json_decref(event);
		return rc;
	}
	return write_event(a, event);
}

/* ---- looking ---- */

static int
look_at_outage(struct alarm *a, const struct outage *o, const struct link_def *links,
    size_t n, size_t link, int64_t now_ns)
{
	struct alarm_link *l = &a->links[link];
	bool confirmed = events_told(a->events, "confirmed", o->id);
	int rc = 0;

	if (!confirmed && !o->open && o->end_ns < a->began_ns - OLD_NS)
		return 0;
	if (!confirmed) {
		rc = tell(a, "confirmed", o, links, n, link, now_ns);
		l->suspected = false;
	}
	if (events_told(a->events, "over", o->id))
		return rc;
	/* Its end may be where our knowledge ended: it is over when the link is seen up.
	 */
	if (o->open || l->live.state != LIVE_UP) {
		l->dark = true;
		return rc;
	}
	l->suspected = false;
	return rc < 0 ? rc : tell(a, "over", o, links, n, link, now_ns);
}

static int
look_at_judgement(struct alarm *a, struct judge *j, const struct link_def *links,
    size_t n, int64_t now_ns, int64_t settled_ns)
{
	const struct link_result *results;
	int first = 0;
	int64_t from = alarm_since(a, now_ns);

	size_t k = judge_finish(j, from, settled_ns, settled_ns, &results);
	for (size_t i = 0; i < k && i < n; i++) {
		a->links[i].dark = false;
		for (size_t o = 0; o < results[i].n_outages; o++) {
			int rc = look_at_outage(
			    a, &results[i].outages[o], links, n, i, now_ns);
			if (rc < 0 && first == 0)
				first = rc;
		}
	}
	return first;
}

/* What is suspected but not judged: told once, and once taken back if nothing comes of
 * it. */
static int
look_at_suspicion(
    struct alarm *a, const struct link_def *link, struct alarm_link *l, int64_t now_ns)
{
	const struct live *live = &l->live;
	bool doubt = live->state == LIVE_SUSPECTED || live->state == LIVE_DARK;

	if (doubt || l->dark || l->suspected)
		a->doubt_ns = now_ns;
	if (doubt && !l->suspected && !l->dark && live->lost_in_a_row >= SUSPECT_LOST &&
	    now_ns - live->since_ns >= SUSPECT_NS) {
		l->suspected = true;
		return write_event(
		    a, event_json("suspected", link, now_ns, live, NULL, NULL, 0));
	}
	if (l->suspected && live->state == LIVE_UP &&
	    now_ns - l->up_since_ns > CLEAR_NS) {
		l->suspected = false;
		return write_event(
		    a, event_json("cleared", link, now_ns, live, NULL, NULL, 0));
	}
	return 0;
}

/* How each link stands now. */
static void
look_at_links(struct alarm *a, const struct judge *j, size_t n, int64_t now_ns)
{
	if (n > a->n_links) {
		a->links = memory_grow(a->links, n, sizeof *a->links);
		memset(a->links + a->n_links, 0, (n - a->n_links) * sizeof *a->links);
		a->n_links = n;
	}
	for (size_t i = 0; i < n; i++) {
		struct alarm_link *l = &a->links[i];
		bool was_up = l->live.state == LIVE_UP && l->up_since_ns > 0;
		judge_live(j, (uint32_t)i, now_ns, &l->live);
		if (l->live.state == LIVE_UP && !was_up)
			l->up_since_ns = now_ns;
	}
}
/* Judged before suspected: what was confirmed before a restart is not suspected again. */
int
alarm_look(struct alarm *a, struct judge *j, const struct link_def *links, size_t n,
    int64_t now_ns, int64_t settled_ns)
{
	int64_t pause = alarm_is_calm(a, now_ns) ? CALM_NS : NS_PER_S;
	int first = 0;

	look_at_links(a, j, n, now_ns);
	if (now_ns - a->judged_ns >= pause || now_ns < a->judged_ns) {
		a->judged_ns = now_ns;
		first = look_at_judgement(a, j, links, n, now_ns, settled_ns);
	}
	for (size_t i = 0; i < n; i++) {
		int rc = look_at_suspicion(a, &links[i], &a->links[i], now_ns);
		if (rc < 0 && first == 0)
			first = rc;
	}
	return first;
}
