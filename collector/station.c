#include "collector/station.h"

#include "base/bytes.h"
#include "base/version.h"
#include "collector/account.h"
#include "collector/change.h"
#include "collector/methods.h"
#include "collector/passive.h"
#include "collector/scribe.h"
#include "collector/tracer.h"
#include "collector/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETAIN_EVERY_NS  (3600 * NS_PER_S)
#define ACCOUNT_EVERY_NS (10 * NS_PER_S)
#define GATHER_NS        (700 * NS_PER_US) /* sent so much before or after its time */

/* A probe that is being measured. */
struct watched {
	uint32_t number;
	uint32_t link;
	uint32_t way; /* number of the link in the journal */
	enum kind kind;
	enum role role;
	struct probe_conf *conf; /* NULL: the journal's words say all (a list's target) */
	bool builtin, wanted;
};

struct way { /* of one link; its address is lent to the transports */
	struct egress egress;
	struct outlet outlet;
	struct link_def def;
	uint32_t number;                 /* in the journal */
	uint64_t rx, tx, own_rx, own_tx; /* bytes, when last counted */
	mono_t counted;
};

struct station {
	struct station_parts parts;
	struct settings *settings;
	struct settings **old; /* borrowed from until the end: few, one a reload */
	size_t n_old;
	struct scribe *scribe;
	uint32_t session;
	struct engine *engine;
	struct health *health;
	struct methods methods;
	struct wire *wire;
	struct tracer *tracer;
	struct way **ways;
	size_t n_ways;
	struct watched *watched;
	size_t n_watched, watched_room;
	uint32_t *places; /* by number: in watched, + 1 */
	uint8_t *traced;  /* a bit of each number: the path it goes is of interest */
	size_t n_places;
	struct loop_timer due, beat;
	mono_t ran, retained, accounted;
	uint64_t drops; /* told of so far */
	int64_t bound_ns;
	struct scribe_word word; /* its last */
	bool slow;
};

static void
say(struct station *s, const char *line)
{
	if (s->parts.say != NULL)
		s->parts.say(s->parts.ctx, line);
}

/* ---- facts ---- */

static void
on_sent(void *ctx, uint32_t probe, uint64_t seq, mono_t at)
{
	scribe_sent(((struct station *)ctx)->scribe, probe, seq, at);
}

static void
on_sample(void *ctx, const struct sample *sample)
{
	struct station *s = ctx;

	scribe_sample(s->scribe, sample);
	uint32_t n = sample->probe; /* of the many most are asked no more than a bit */
	if (n < s->n_places && (s->traced[n / 8] >> n % 8 & 1) != 0 &&
	    sample_is_answer(sample))
		tracer_answer(s->tracer, s->watched[s->places[n] - 1].link,
		    (mono_t){sample->sent.ns + sample->rtt_ns});
}

static void
note(struct station *s, enum event_kind kind, int32_t link, const char *text)
{
	struct event e = {.kind = kind, .link = link, .session = s->session};

	e.at = e.until = clock_mono();
	snprintf(e.text, sizeof e.text, "%s", text);
	scribe_event(s->scribe, &e);
}

static void
on_change(void *ctx, size_t link, const char *what)
{
	struct station *s = ctx;
	char line[256];

	if (link >= s->n_ways)
		return;
	note(s, EVENT_INTERFACE, (int32_t)s->ways[link]->number, what);
	snprintf(line, sizeof line, "%s/%s: %s", s->ways[link]->def.centre,
	    s->ways[link]->def.link, what);
	say(s, line);
}

static void
on_going(void *ctx)
{
	wire_collect(((struct station *)ctx)->wire);
}

static uint32_t
masking(void *ctx, size_t link)
{
	struct station *s = ctx;

	if (link >= s->n_ways || !http_running(s->methods.http, s->ways[link]->number))
		return 0;
	return http_loading(s->methods.http, s->ways[link]->number)
	           ? FLAG_MASKED | FLAG_LOAD
	           : FLAG_MASKED;
}

static void
on_throughput(void *ctx, const struct throughput *t)
{
	scribe_throughput(((struct station *)ctx)->scribe, t);
}

static void
on_path(void *ctx, const struct path *p)
{
	scribe_path(((struct station *)ctx)->scribe, p);
}

/* When the next is due; but not sooner than twice what is gathered after the last time,
 * so that a high rate costs few wakes: half of it leaves before its time, half after. */
static void
set_due(struct station *s)
{
	mono_t next = engine_next(s->engine);
	int64_t soonest = s->ran.ns + 2 * GATHER_NS;

	if (next.ns == INT64_MAX)
		return;
	next.ns += GATHER_NS;
	if (next.ns < soonest)
		next.ns = soonest;
	loop_timer_set(s->parts.loop, &s->due, next);
}

/* ---- probes come and go ---- */

static void
drop(struct station *s, size_t place)
{
	struct watched *w = &s->watched[place];

	engine_remove(s->engine, w->number);
	methods_remove(&s->methods, w->kind, w->number);
	free(w->conf);
	s->places[w->number] = 0;
	s->traced[w->number / 8] &= (uint8_t) ~(1u << w->number % 8);
	*w = s->watched[--s->n_watched];
	if (place < s->n_watched)
		s->places[w->number] = (uint32_t)place + 1;
}

static void
watch(struct station *s, const struct watched *w)
{
	if (s->n_watched == s->watched_room) {
		s->watched_room = s->watched_room * 2 + 16;
		s->watched = memory_grow(s->watched, s->watched_room, sizeof *s->watched);
	}
	if (w->number >= s->n_places) {
		size_t n = ((size_t)w->number * 2 + 16) / 8 * 8;
		s->places = memory_grow(s->places, n, sizeof *s->places);
		memset(s->places + s->n_places, 0, (n - s->n_places) * sizeof *s->places);
		s->traced = memory_grow(s->traced, n / 8, 1);
		memset(s->traced + s->n_places / 8, 0, (n - s->n_places) / 8);
		s->n_places = n;
	}
	s->watched[s->n_watched++] = *w;
	s->places[w->number] = (uint32_t)s->n_watched;
	if (w->role == ROLE_INTERNET && w->kind <= KIND_TCP)
		s->traced[w->number / 8] |= (uint8_t)(1u << w->number % 8);
}

/* A throughput test goes by its link's number and capacity: with either new it begins
 * anew. */
static bool
goes_on(const struct station *s, const struct watched *w, size_t link,
    const struct probe_conf *p)
{
	return w->link == link && change_same_probe(w->conf, p) &&
	       (w->kind != KIND_HTTP || w->way == s->ways[link]->number);
}

static void
begin(struct station *s, size_t link, const struct probe_conf *p, uint32_t number,
    bool listed)
{
	char line[256];

	if (number < s->n_places && s->places[number] != 0) {
		struct watched *w = &s->watched[s->places[number] - 1];
		if (goes_on(s, w, link, p)) {
			w->wanted = true;
			http_cap(s->methods.http, w->number,
			    s->settings->links[link].throughput_budget);
			return;
		}
		drop(s, s->places[number] - 1);
	}
	struct leaving by = {&s->settings->links[link], s->ways[link]->number,
	    &s->ways[link]->egress, &s->ways[link]->outlet};
	int rc = methods_add(&s->methods, number, p, &by);
	wire_probe(s->wire, number, link, p);
	if (rc == 0)
		rc = engine_add(s->engine, number, &p->def,
		    methods_transport(&s->methods, p->def.kind), clock_mono());
	if (rc < 0) {
		snprintf(line, sizeof line, "%s/%s/%s: not measured: %s", p->def.centre,
		    p->def.link, p->def.name, strerror(-rc));
		say(s, line);
		return;
	}
	struct watched w = {.number = number,
	    .link = (uint32_t)link,
	    .way = s->ways[link]->number,
	    .kind = p->def.kind,
	    .role = p->def.role,
	    .builtin = p->builtin,
	    .wanted = true};
	if (!listed) {
		w.conf = memory_grow(NULL, 1, sizeof *w.conf);
		*w.conf = *p;
	}
	watch(s, &w);
}

static void
begin_one(struct station *s, size_t link, const struct probe_conf *p)
{
	begin(s, link, p, (uint32_t)scribe_probe(s->scribe, &p->def), false);
}

/* gateway = auto: the next hop of the IPv4 default route, or else of the IPv6 one, once
 * it is known. */
static void
find_gateway(struct station *s, size_t link)
{
	const struct link_conf *conf = &s->settings->links[link];
	const struct health_link *h = health_of(s->health, link);
	const struct gateway *g = h->gateway.family != 0 ? &h->gateway : &h->gateway6;
	struct probe_conf p;

	if (strcmp(conf->gateway, "auto") != 0 || g->family == 0)
		return;
	for (size_t i = 0; i < conf->n_probes; i++)
		if (conf->probes[i].def.role == ROLE_GATEWAY ||
		    strcmp(conf->probes[i].def.name, "gateway") == 0)
			return;
	char address[GATEWAY_TEXT];
	gateway_text(g, h->name, address);
	for (size_t i = 0; i < s->n_watched; i++) {
		struct watched *w = &s->watched[i];
		if (w->link != link || w->role != ROLE_GATEWAY || !w->builtin)
			continue;
		if (strcmp(w->conf->address, address) == 0) {
			w->wanted = true;
			return;
		}
		if (w->wanted) { /* the route changed */
			drop(s, i);
			i--;
		}
	}
	settings_gateway(conf, address, &p);
	begin_one(s, link, &p);
}

/* ---- links ---- */

static void
adopt_links(struct station *s)
{
	const struct settings *settings = s->settings;

	while (s->n_ways < settings->n_links) {
		s->ways = memory_grow(s->ways, s->n_ways + 1, sizeof *s->ways);
		struct way *w = memory_grow(NULL, 1, sizeof *w);
		memset(w, 0, sizeof *w);
		s->ways[s->n_ways++] = w;
	}
	for (size_t i = 0; i < settings->n_links; i++) {
		struct way *w = s->ways[i];
		w->def = settings->links[i].def;
		w->number = (uint32_t)scribe_link(s->scribe, &w->def);
		w->egress = (struct egress){.broker = s->parts.broker,
		    .health = s->health,
		    .conf = &settings->links[i],
		    .link = i,
		    .masked = masking,
		    .masked_ctx = s,
		    .wire = s->wire};
		w->outlet = egress_outlet(&w->egress);
		w->counted.ns = 0;
		tracer_link(s->tracer, i, w->number, &w->egress, &settings->links[i]);
	}
	tracer_links(s->tracer, settings->n_links);
	health_on_going(s->health, on_going, s);
	health_links(s->health, settings->links, settings->n_links);
	wire_links(s->wire, settings);
}

/* Made known first, all of them: no slot passes while others are. */
static void
adopt_lists(struct station *s, size_t link, double *a_second)
{
	const struct link_conf *conf = &s->settings->links[link];
	struct probe_conf p;

	for (size_t i = 0; i < conf->n_lists; i++) {
		const struct target_list *list = &conf->lists[i];
		uint32_t *numbers = memory_grow(NULL, list->n, sizeof *numbers);
		for (size_t k = 0; k < list->n; k++) {
			settings_target(conf, list, k, &p);
			numbers[k] = (uint32_t)scribe_probe(s->scribe, &p.def);
		}
		for (size_t k = 0; k < list->n; k++) {
			settings_target(conf, list, k, &p);
			begin(s, link, &p, numbers[k], true);
		}
		free(numbers);
		*a_second += (double)list->n * 1e9 / (double)list->every_ns;
	}
}

static void
adopt_probes(struct station *s)
{
	double a_second = 0;

	for (size_t i = 0; i < s->n_watched; i++)
		s->watched[i].wanted = false;
	for (size_t l = 0; l < s->settings->n_links; l++) {
		const struct link_conf *conf = &s->settings->links[l];
		adopt_lists(s, l, &a_second);
		for (size_t p = 0; p < conf->n_probes; p++) {
			begin_one(s, l, &conf->probes[p]);
			a_second += 1e9 / (double)conf->probes[p].def.every_ns;
		}
		find_gateway(s, l);
	}
	for (size_t i = 0; i < s->n_watched;) {
		if (s->watched[i].wanted)
			i++;
		else
			drop(s, i);
	}
	scribe_reserve(s->scribe, a_second);
}

void
station_reload(struct station *s, struct settings *settings)
{
	char text[128];

	icmp_listen_alone(s->methods.icmp);
	if (!change_same_places(s->settings, settings)) {
		while (s->n_watched > 0)
			drop(s, s->n_watched - 1);
		for (size_t i = 0; i < s->n_ways; i++)
			icmp_forget(s->methods.icmp, &s->ways[i]->egress);
	}
	s->old = memory_grow(s->old, s->n_old + 1, sizeof *s->old);
	s->old[s->n_old++] = s->settings;
	s->settings = settings;
	adopt_links(s);
	adopt_probes(s);
	snprintf(text, sizeof text, "configuration %s", settings->sha256);
	note(s, EVENT_RELOAD, -1, text);
	set_due(s);
}

/* ---- time ---- */

static void
on_due(void *ctx, mono_t now)
{
	struct station *s = ctx;

	engine_run(s->engine, now);
	s->ran = now;
	set_due(s);
}

static void
count(struct station *s, size_t link, mono_t now)
{
	struct way *w = s->ways[link];
	struct counters c = {.link = w->number, .at = now};
	double bits = 8e9 / (double)(now.ns - w->counted.ns);

	health_count(s->health, link, &c);
	wire_count(s->wire, link, &c);
	struct http_carried test = http_carried(s->methods.http, w->number);
	if (c.watched) {
		uint64_t frame = health_of(s->health, link)->frame_bytes;
		c.wire.own_rx_bytes += test.rx_bytes + test.rx_packets * frame;
		c.wire.own_tx_bytes += test.tx_bytes + test.tx_packets * frame;
		c.wire.own_rx_packets += test.rx_packets;
		c.wire.own_tx_packets += test.tx_packets;
	}
	scribe_counters(s->scribe, &c);
	/* What customers use: our own probes keep no test waiting. */
	uint64_t rx = passive_others(c.rx_bytes, w->rx, c.wire.own_rx_bytes, w->own_rx),
	         tx = passive_others(c.tx_bytes, w->tx, c.wire.own_tx_bytes, w->own_tx);
	if (w->counted.ns != 0 && now.ns > w->counted.ns)
		http_link_rate(s->methods.http, w->number, (uint64_t)((double)rx * bits),
		    (uint64_t)((double)tx * bits), now);
	w->rx = c.rx_bytes;
	w->tx = c.tx_bytes;
	w->own_rx = c.wire.own_rx_bytes;
	w->own_tx = c.wire.own_tx_bytes;
	w->counted = now;
}

static void
tell_clock(struct station *s)
{
	struct clock_state clock;

	clock_state_read(&clock);
	if (s->settings->clock_trusted) {
		clock.synchronised = true;
		clock.bound_ns = s->settings->clock_bound_ns;
	}
	s->bound_ns = clock.bound_ns;
	scribe_clock(s->scribe, &clock);
}

/* Never what a claim may still need: the longest window of the contracts. */
static void
retain(struct station *s, mono_t now)
{
	const struct settings *c = s->settings;
	int64_t wall = clock_wall().ns, claim = 0;

	if (s->retained.ns != 0 && now.ns - s->retained.ns < RETAIN_EVERY_NS)
		return;
	s->retained = now;
	for (size_t i = 0; i < c->n_contracts; i++) {
		int64_t window = contract_claim_ns(&c->contracts[i]);
		claim = window > claim ? window : claim;
	}
	scribe_retain(s->scribe, c->data_dir, (wall_t){wall - c->retain_ns},
	    c->retain_bytes, (wall_t){wall - claim});
}

/* What the scribe says is of the beats before. */
static void
write_down(struct station *s, mono_t now)
{
	char line[1200];
	struct scribe_word word;

	scribe_sync(s->scribe, now);
	scribe_ask(s->scribe, &word);
	if (word.sync < 0 && s->word.sync >= 0) {
		snprintf(line, sizeof line, "%s/journal: %s; measuring goes on unwritten",
		    s->settings->data_dir, strerror(-word.sync));
		say(s, line);
	} else if (word.sync >= 0 && s->word.sync < 0) {
		say(s, "journal: written again; the gap is recorded");
	}
	if (word.retain < 0 && s->word.retain >= 0)
		say(s, "journal: old segments could not be removed");
	if (word.unwritten > s->word.unwritten && !s->slow)
		say(s, "journal: writing is too slow; the gap is recorded");
	s->slow = word.unwritten > s->word.unwritten;
	s->word = word;
}

/* Our own error since it was told last: each ten seconds and at the end. */
static void
account(struct station *s, mono_t now)
{
	struct event e = {.session = s->session, .at = now, .until = now};
	uint64_t drops = icmp_drops(s->methods.icmp);

	if (account_event(s->engine, drops - s->drops, s->bound_ns, &e))
		scribe_event(s->scribe, &e);
	s->drops = drops;
	s->accounted = now;
}

static void
on_beat(void *ctx, mono_t now)
{
	struct station *s = ctx;

	/* What could not be asked is not written down as if it had been. */
	bool asked = health_refresh(s->health) == 0;
	wire_refresh(s->wire, now);
	for (size_t i = 0; asked && i < s->settings->n_links; i++) {
		count(s, i, now);
		find_gateway(s, i);
	}
	tell_clock(s);
	if (now.ns - s->accounted.ns >= ACCOUNT_EVERY_NS)
		account(s, now);
	tracer_beat(s->tracer, now);
	write_down(s, now);
	retain(s, now);
	int64_t next = s->beat.at.ns + NS_PER_S;
	loop_timer_set(
	    s->parts.loop, &s->beat, (mono_t){next > now.ns ? next : now.ns + NS_PER_S});
	set_due(s);
}

/* ---- life ---- */

int
station_new(struct station **out, const struct station_parts *parts,
    struct settings *settings, char *err, size_t room)
{
	struct station *s = memory_grow(NULL, 1, sizeof *s);
	struct engine_sink sink = {s, on_sent, on_sample};
	struct journal_writer *journal;
	char software[64];

	memset(s, 0, sizeof *s);
	s->parts = *parts;
	snprintf(software, sizeof software, "linkwitnessd %s", version_number());
	int rc = journal_open(&journal, settings->data_dir, software, err, room);
	if (rc < 0) {
		free(s);
		return rc;
	}
	s->health = health_new(parts->loop, on_change, s);
	if (s->health == NULL) {
		rc = -errno;
		snprintf(err, room, "rtnetlink: %s", strerror(-rc));
		journal_close(journal, true);
		free(s);
		return rc;
	}
	s->session = journal_session(journal);
	rc = scribe_new(&s->scribe, journal);
	if (rc < 0) {
		snprintf(err, room, "the journal's thread: %s", strerror(-rc));
		health_free(s->health);
		journal_close(journal, true);
		free(s);
		return rc;
	}
	s->settings = settings;
	s->engine = engine_new(&sink);
	engine_gather(s->engine, GATHER_NS);
	s->methods.icmp = icmp_new(parts->loop, s->engine);
	s->methods.tcp = tcp_new(parts->loop, s->engine);
	s->methods.dns = dns_new(parts->loop, s->engine);
	dns_on_sent(s->methods.dns, egress_sent_query);
	s->methods.http = http_new(parts->loop, s->engine, parts->http_child);
	http_tell(s->methods.http, on_throughput, s);
	http_on_begun(s->methods.http, egress_sent_test);
	char line[1300];
	if (http_budget(s->methods.http, settings->data_dir, line, sizeof line) < 0)
		say(s, line);
	s->wire = wire_new(&(struct wire_parts){parts->loop, s->engine, s->methods.icmp,
	    parts->broker, s->health, s->scribe, s->session, on_change, s});
	s->tracer = tracer_new(parts->loop, on_path, s);
	s->due = (struct loop_timer){.fn = on_due, .ctx = s};
	s->beat = (struct loop_timer){.fn = on_beat, .ctx = s};
	tell_clock(s);
	adopt_links(s);
	adopt_probes(s);
	s->accounted = clock_mono();
	char text[128];
	snprintf(text, sizeof text, "configuration %s", settings->sha256);
	note(s, EVENT_NOTE, -1, text);
	on_beat(s, clock_mono());
	loop_timer_set(parts->loop, &s->beat,
	    (mono_t){clock_mono().ns / NS_PER_S * NS_PER_S + NS_PER_S});
	*out = s;
	return 0;
}

const struct settings *
station_settings(const struct station *s)
{
	return s->settings;
}

int
station_free(struct station *s)
{
	if (s == NULL)
		return 0;
	loop_timer_cancel(s->parts.loop, &s->due);
	loop_timer_cancel(s->parts.loop, &s->beat);
	account(s, clock_mono());
	methods_free(&s->methods); /* the last answers are read */
	tracer_free(s->tracer);
	wire_free(s->wire);
	engine_free(s->engine);
	health_free(s->health);
	int rc = journal_close(scribe_free(s->scribe), true);
	for (size_t i = 0; i < s->n_ways; i++)
		free(s->ways[i]);
	for (size_t i = 0; i < s->n_old; i++)
		settings_free(s->old[i]);
	settings_free(s->settings);
	free(s->ways);
	free(s->old);
	for (size_t i = 0; i < s->n_watched; i++)
		free(s->watched[i].conf);
	free(s->watched);
	free(s->places);
	free(s->traced);
	free(s);
	return rc;
}
