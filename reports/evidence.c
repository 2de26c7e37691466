#include "reports/evidence.h"

#include "base/bytes.h"
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Facts are put in as they are read; evidence_complete.c makes figures of them. */
#define MINUTE_NS   (60 * NS_PER_S)
#define ASKED_LEAST 2

int64_t
evidence_clock_bound(const struct results *r, const struct link_report *l)
{
	const struct evidence *e = l->evidence;
	int64_t day = e != NULL && e->has_exactness
	                  ? (int64_t)e->exactness.clock_bound * NS_PER_US
	                  : 0;

	return r->clock_bound_ns > 0 && day > r->clock_bound_ns ? day : r->clock_bound_ns;
}

void
evidence_done(struct evidence *e)
{
	free(e->loads);
	free(e->use.list);
	free(e->tests);
	free(e->servers);
	free(e->minutes.runs);
	free(e->rows);
	free(e->tickets);
	free(e->notes);
	free(e->exclusions);
	free(e->ticket_rows);
	free(e->exclusion_rows);
	free(e->instrument);
	free(e->packets);
	free(e->days);
	memset(e, 0, sizeof *e);
}

void
evidence_load(struct evidence *e, int64_t from_ns, int64_t to_ns)
{
	if (e->n_loads > 0 && e->loads[e->n_loads - 1].end_ns >= from_ns) {
		e->loads[e->n_loads - 1].end_ns = to_ns;
		return;
	}
	if (e->n_loads == e->room_loads) {
		e->room_loads = e->room_loads * 2 + 16;
		e->loads = memory_grow(e->loads, e->room_loads, sizeof *e->loads);
	}
	e->loads[e->n_loads++] = (struct span){from_ns, to_ns};
}

void
evidence_test(struct evidence *e, const struct speed_test *t)
{
	if (e->n_tests == e->room_tests) {
		e->room_tests = e->room_tests * 2 + 64;
		e->tests = memory_grow(e->tests, e->room_tests, sizeof *e->tests);
	}
	e->tests[e->n_tests++] = *t;
}

struct name_server *
evidence_server(struct evidence *e, uint32_t probe, bool isp)
{
	for (size_t i = 0; i < e->n_servers; i++)
		if (e->servers[i].probe == probe)
			return &e->servers[i];
	e->servers = memory_grow(e->servers, e->n_servers + 1, sizeof *e->servers);
	struct name_server *s = &e->servers[e->n_servers++];
	memset(s, 0, sizeof *s);
	s->probe = probe;
	s->isp = isp;
	return s;
}

void
evidence_minute(struct evidence *e, int64_t start_ns, unsigned asked, unsigned answered,
    bool internet)
{
	struct name_minutes *m = &e->minutes;

	if (asked < ASKED_LEAST)
		return;
	m->told++;
	if (answered > 0 || !internet)
		return;
	m->dead++;
	if (m->n_runs > 0 && m->runs[m->n_runs - 1].end_ns == start_ns) {
		m->runs[m->n_runs - 1].end_ns += MINUTE_NS;
		return;
	}
	if (m->n_runs == m->room) {
		m->room = m->room * 2 + 16;
		m->runs = memory_grow(m->runs, m->room, sizeof *m->runs);
	}
	m->runs[m->n_runs++] = (struct span){start_ns, start_ns + MINUTE_NS};
}

/* What was said again, as at each reload of the same configuration, is no news. */
static bool
is_repeated(const struct evidence *e, const struct event *event)
{
	for (size_t i = e->n_instrument; i-- > 0;)
		if (e->instrument[i].kind == event->kind)
			return event->kind == EVENT_RELOAD &&
			       strncmp(e->instrument[i].text, event->text,
			           sizeof e->instrument[i].text - 1) == 0;
	return false;
}

/* What stands up to ${stop} into out, what is behind it as the result. NULL: it is not
 * there, or too long. */
static const char *
take_word(const char *p, const char *stop, char *out, size_t room)
{
	const char *end = p != NULL ? strstr(p, stop) : NULL;

	if (end == NULL || (size_t)(end - p) >= room)
		return NULL;
	memcpy(out, p, (size_t)(end - p));
	out[end - p] = '\0';
	return end + strlen(stop);
}

static bool
take_count(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

/* "packets NAME N bytes sha256 HEX (N packets)": what could not be written has no hash.
 */
static void
take_packets(struct evidence *e, const struct event *event)
{
	struct packet_note n = {.from_ns = event->time.ns, .to_ns = event->time_until.ns};
	char none[2], bytes[24], packets[24];
	const char *p = take_word(event->text, "packets ", none, sizeof none);

	if (p != event->text + strlen("packets "))
		return;
	p = take_word(p, " ", n.name, sizeof n.name);
	p = take_word(p, " bytes sha256 ", bytes, sizeof bytes);
	p = take_word(p, " (", n.sha256, sizeof n.sha256);
	p = take_word(p, " packets", packets, sizeof packets);
	if (p == NULL || !take_count(bytes, &n.bytes) ||
	    !take_count(packets, &n.packets) || strlen(n.sha256) != 64 ||
	    strspn(n.sha256, "0123456789abcdef") != 64)
		return;
	if (e->n_packets == e->room_packets) {
		e->room_packets = e->room_packets * 2 + 8;
		e->packets = memory_grow(e->packets, e->room_packets, sizeof *e->packets);
	}
	e->packets[e->n_packets++] = n;
}

const struct packet_note *
evidence_packets(const struct evidence *e, int64_t from_ns, int64_t to_ns, size_t *at)
{
	while (*at < e->n_packets) {
		const struct packet_note *n = &e->packets[(*at)++];
		if (n->from_ns < to_ns && n->to_ns > from_ns)
			return n;
	}
	return NULL;
}

void
evidence_event(struct evidence *e, const struct event *event)
{
	if (event->kind == EVENT_NOTE)
		take_packets(e, event);
	bool told = event->kind == EVENT_SESSION_START || event->kind == EVENT_RELOAD ||
	            event->kind == EVENT_GAP || event->kind == EVENT_TORN_TAIL ||
	            event->kind == EVENT_CLOCK_STEP || event->kind == EVENT_SESSION_STOP;

	if (!told || is_repeated(e, event))
		return;
	if (e->n_instrument == e->room_instrument) {
		e->room_instrument = e->room_instrument * 2 + 32;
		e->instrument =
		    memory_grow(e->instrument, e->room_instrument, sizeof *e->instrument);
	}
	struct instrument_note *n = &e->instrument[e->n_instrument++];
	*n = (struct instrument_note){.at_ns = event->time.ns,
	    .until_ns = event->time_until.ns,
	    .kind = event->kind};
	snprintf(n->text, sizeof n->text, "%.95s", event->text);
}

/* The day an instant lies in, at the end of the list: events come in order. */
static struct quality_day *
day_at(struct evidence *e, const char *zone, int64_t ns)
{
	struct zone_time t;

	for (size_t i = e->n_days; i-- > 0;)
		if (ns >= e->days[i].start_ns && ns < e->days[i].end_ns)
			return &e->days[i];
	e->days = memory_grow(e->days, e->n_days + 1, sizeof *e->days);
	struct quality_day *d = &e->days[e->n_days++];
	memset(d, 0, sizeof *d);
	zone_civil(ns, zone, &t);
	d->start_ns = ns;
	d->end_ns = ns + 1;
	(void)zone_day_start(zone, t.year, t.month, t.day, &d->start_ns);
	(void)zone_day_start(zone, t.year, t.month, t.day + 1, &d->end_ns);
	return d;
}

void
evidence_exactness(struct evidence *e, const char *zone, const struct event *event)
{
	struct exactness x;

	if (event->kind != EVENT_NOTE || !exactness_parse(event->text, &x))
		return;
	struct quality_day *d = day_at(e, zone, event->time.ns);
	if (d->has_exactness)
		exactness_join(&d->exactness, &x);
	else
		d->exactness = x;
	d->has_exactness = true;
	if (e->has_exactness)
		exactness_join(&e->exactness, &x);
	else
		e->exactness = x;
	e->has_exactness = true;
}
