#include "collector/wire.h"

#include "base/bytes.h"
#include "collector/capture.h"
#include "collector/http_child.h"
#include "collector/icmp.h"
#include "collector/passive.h"
#include "collector/route.h"
#include "collector/stamp.h"
#include "collector/freezer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES        512
#define FRAMES_MANY   16384 /* at 100,000 probes a second 80 ms */
#define PAUSE_LEAST   NS_PER_MS
#define PAUSE_MOST    (100 * NS_PER_MS)
#define RETRY_NS      (10 * NS_PER_S)
#define ROUTE_HOLD_NS NS_PER_S
#define STAMPED_NS    (50 * NS_PER_MS) /* before it is found: a busy machine's queues */
#define PARTS         16 /* of a ring: fuller than one is much for a pause */

struct line { /* an interface */
	uint32_t ifindex;
	bool wanted;
	struct capture *capture; /* NULL: could not be opened */
	mono_t since, dropped, tried;
	uint64_t missed; /* packets, since its capture began */
	uint64_t told;   /* of these to sockets that listen by it */
	mono_t emptied;  /* what is found was captured after that */
	unsigned read;   /* since the timer's last turn */
	bool reading;    /* now: an answer found may ask for more */
	struct stamp_ruler ruler;
	bool jumped; /* UTC did: since the ring was last empty */
	struct passive *passive;
};

struct known { /* a probe */
	uint32_t link;
	uint8_t family; /* 0: not one of ours to prove */
	uint8_t leads;  /* a route by its link, as of asked */
	uint8_t address[16];
	mono_t asked;
};

struct wire {
	struct wire_parts parts;
	const struct link_conf *links;
	size_t n_links;
	struct line *lines;
	size_t n_lines;
	struct wire_counts *own; /* by link: our own packets alone */
	struct known *probes;    /* by number */
	size_t n_probes;
	struct flows *flows;
	struct routes *routes;
	struct freezer *freezer;
	mono_t overrun; /* a sending fell out of the flows */
	struct loop_timer timer;
	int64_t pause_ns;
	uint64_t drops;
};

static struct line *
line_of(const struct wire *w, uint32_t ifindex)
{
	for (size_t i = 0; ifindex != 0 && i < w->n_lines; i++)
		if (w->lines[i].ifindex == ifindex)
			return &w->lines[i];
	return NULL;
}

/* NULL: what leaves by it is not captured. */
static struct line *
line_of_link(const struct wire *w, size_t link)
{
	struct line *l = NULL;

	if (link < w->n_links)
		l = line_of(w, health_of(w->parts.health, link)->ifindex);
	return l != NULL && l->capture != NULL ? l : NULL;
}

/* ---- packets ---- */

/* Result: true for one that we sent out to be answered. */
static bool
is_sending(const struct packet *p)
{
	switch (p->protocol) {
	case IPPROTO_TCP:
		return (p->tcp_flags & (PACKET_SYN | PACKET_ACK)) == PACKET_SYN;
	case IPPROTO_UDP:
		return true;
	default:
		return p->body[0] == (p->family == 4 ? 8 : 128); /* echo request */
	}
}

static bool
is_own(const struct wire *w, const struct packet *p, bool leaves, uint32_t *probe,
    uint64_t *seq)
{
	if (p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_ICMPV6)
		return icmp_own(w->parts.icmp, p, probe, seq);
	const struct flow *flow = flows_find(w->flows, p, leaves);
	if (flow == NULL)
		return false;
	*probe = flow->probe;
	*seq = flow->seq;
	return true;
}

static void
count_own(struct wire *w, size_t link, const struct captured *c)
{
	struct wire_counts *own = &w->own[link];
	uint64_t bytes = c->length + health_of(w->parts.health, link)->frame_bytes;

	*(c->leaves ? &own->own_tx_bytes : &own->own_rx_bytes) += bytes;
	*(c->leaves ? &own->own_tx_packets : &own->own_rx_packets) += 1;
}

/* When it passed, ns 0 where the clock was set meanwhile: what came after the ruler was
 * read lies in its future. */
static mono_t
passed_at(struct line *l, const struct captured *c)
{
	mono_t at = {0};

	l->jumped |= l->ruler.jumped;
	if (!l->jumped && !stamp_mono(&l->ruler, &c->stamp, l->emptied, &at)) {
		stamp_ruler_read(&l->ruler);
		l->jumped |= l->ruler.jumped;
		(void)stamp_mono(&l->ruler, &c->stamp, l->emptied, &at);
	}
	return l->jumped ? (mono_t){0} : at;
}

static void
see_leave(struct wire *w, struct line *l, const struct captured *c, uint32_t probe,
    uint64_t seq, bool here, bool echo)
{
	mono_t at = here && echo ? passed_at(l, c) : (mono_t){0};

	if (engine_left(w->parts.engine, probe, seq, here, at))
		icmp_seen(w->parts.icmp, probe, at);
}

/* What the kernel would have given to our socket, had we not asked it not to. Who listens
 * by this capture does so whatever has become of the link's interface since. */
static void
hear(struct wire *w, struct line *l, const struct captured *c, const struct packet *p,
    uint32_t probe, uint64_t seq)
{
	if (c->to_us && p->body[0] == (p->family == 4 ? 0 : 129) && packet_whole(p))
		icmp_heard(w->parts.icmp, l->ifindex, probe, seq, passed_at(l, c));
}

static void
see(struct wire *w, struct line *l, const struct captured *c)
{
	struct packet p;
	uint32_t probe;
	uint64_t seq;

	if (!packet_parse(&p, c->p, c->n))
		return;
	if (!is_own(w, &p, c->leaves, &probe, &seq)) {
		if (p.protocol == IPPROTO_TCP)
			passive_packet(l->passive, &p, c->leaves,
			    stamp_since(&l->ruler, &c->stamp, l->emptied));
		return;
	}
	if (probe >= w->n_probes || w->probes[probe].link >= w->n_links)
		return;
	size_t link = w->probes[probe].link;
	bool here = health_of(w->parts.health, link)->ifindex == l->ifindex;
	if (here) {
		/* Of a throughput test its sockets tell, and more than is captured. */
		if (w->probes[probe].family != 0)
			count_own(w, link, c);
		freezer_packet(w->freezer, link, c, l->ruler.read);
	}
	bool echo = p.protocol != IPPROTO_TCP && p.protocol != IPPROTO_UDP;
	if (c->leaves && is_sending(&p))
		see_leave(w, l, c, probe, seq, here, echo);
	else if (echo)
		hear(w, l, c, &p, probe, seq);
}

static void
learn_drops(struct wire *w, struct line *l)
{
	uint32_t drops = capture_drops(l->capture);

	if (drops == 0)
		return;
	w->drops += drops;
	l->missed += drops;
	l->dropped = clock_mono();
}

static void
drain(struct wire *w, struct line *l)
{
	struct captured c;
	unsigned n = capture_frames(l->capture); /* a round: more may come for ever */

	if (l->reading)
		return;
	l->reading = true;
	stamp_ruler_read(&l->ruler);
	mono_t began = l->ruler.read;
	l->jumped = l->ruler.jumped;
	for (; n > 0 && capture_next(l->capture, &c); n--) {
		see(w, l, &c);
		l->read++;
	}
	if (n > 0)
		l->emptied.ns = began.ns - STAMPED_NS;
	l->reading = false;
}

void
wire_collect(struct wire *w)
{
	for (size_t i = 0; i < w->n_lines; i++)
		if (w->lines[i].capture != NULL)
			drain(w, &w->lines[i]);
}

/* Nobody wakes us for packets: we come as often as the fullest ring wants. */
static void
on_time(void *ctx, mono_t now)
{
	struct wire *w = ctx;
	bool much = false, little = true;

	wire_collect(w);
	for (size_t i = 0; i < w->n_lines; i++) {
		struct line *l = &w->lines[i];
		if (l->capture == NULL)
			continue;
		much |= l->read > capture_frames(l->capture) / PARTS;
		little &= l->read < capture_frames(l->capture) / (4 * PARTS);
		l->read = 0;
		learn_drops(w, l);
	}
	if (much && w->pause_ns > PAUSE_LEAST)
		w->pause_ns /= 4;
	else if (little && w->pause_ns < PAUSE_MOST)
		w->pause_ns *= 2;
	if (w->pause_ns < PAUSE_LEAST)
		w->pause_ns = PAUSE_LEAST;
	if (w->pause_ns > PAUSE_MOST)
		w->pause_ns = PAUSE_MOST;
	loop_timer_set(w->parts.loop, &w->timer, (mono_t){now.ns + w->pause_ns});
}

/* ---- what was not seen ---- */

/* Was there a route by its link, all the while since it was sent? Where the kernel does
 * not say, nothing is held against the sample. */
static bool
led(struct wire *w, struct known *k, uint32_t ifindex, mono_t sent, mono_t now)
{
	int family = k->family == 4 ? AF_INET : AF_INET6;
	mono_t changed = routes_changed(w->routes, family);

	if (changed.ns >= sent.ns)
		return false;
	if (k->asked.ns == 0 || now.ns - k->asked.ns > ROUTE_HOLD_NS ||
	    k->asked.ns <= changed.ns) {
		const struct link_conf *conf = &w->links[k->link];
		k->leads = route_leads(family, k->address, ifindex,
		               conf->has_mark ? conf->mark : 0) != 0;
		k->asked = now;
	}
	return k->leads;
}

static uint32_t
judge(void *ctx, struct sample *s, bool stamped)
{
	struct wire *w = ctx;

	if (w->n_lines == 0) /* nothing is watched: no look at what lies far in memory */
		return FLAG_EGRESS_UNPROVEN;
	struct known *k = s->probe < w->n_probes ? &w->probes[s->probe] : NULL;

	if (k == NULL || k->family == 0 || k->link >= w->n_links)
		return FLAG_EGRESS_UNPROVEN;
	uint32_t ifindex = health_of(w->parts.health, k->link)->ifindex;
	struct line *l = line_of(w, ifindex);
	if (l == NULL || l->capture == NULL)
		return FLAG_EGRESS_UNPROVEN;
	/* Asked only where it could change anything: it is a call for each sample. */
	if (l->dropped.ns < s->sent.ns)
		learn_drops(w, l);
	if (l->since.ns > s->sent.ns || l->dropped.ns >= s->sent.ns ||
	    w->overrun.ns >= s->sent.ns)
		return FLAG_EGRESS_UNPROVEN;
	if (sample_is_answer(s) || stamped || !led(w, k, ifindex, s->sent, clock_mono()))
		return FLAG_EGRESS_WRONG;
	if (s->code == CODE_TIMEOUT)
		s->code = CODE_NEIGHBOUR;
	return 0;
}

static void
collect(void *ctx)
{
	wire_collect(ctx);
}

static void
told(void *ctx, const struct sample *s)
{
	struct wire *w = ctx;

	if (w->n_lines > 0)
		freezer_sample(w->freezer, s);
}

/* ---- for the sockets, which listen by it ---- */

static uint32_t
listens(void *ctx, size_t link)
{
	const struct line *l = line_of_link(ctx, link);

	return l != NULL && capture_frames(l->capture) == FRAMES_MANY ? l->ifindex : 0;
}

static struct ear_missed
missed(void *ctx, uint32_t interface, uint64_t since)
{
	struct line *l = line_of(ctx, interface);
	struct ear_missed m = {0};

	if (l == NULL || l->capture == NULL)
		return m;
	learn_drops(ctx, l);
	m.packets = l->missed;
	m.at = l->dropped;
	uint64_t from = l->told > since ? l->told : since;
	if (l->missed > from) {
		m.untold = l->missed - from;
		l->told = l->missed;
	}
	return m;
}

/* ---- captures come and go ---- */

static bool
has_lists(const struct wire *w)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (w->links[i].n_lists > 0 && w->links[i].capture != CAPTURE_NONE)
			return true;
	return false;
}

static void
open_line(struct wire *w, struct line *l, size_t link, mono_t now)
{
	char text[128];

	if (l->tried.ns != 0 && now.ns - l->tried.ns < RETRY_NS)
		return;
	int fd = broker_open(w->parts.broker, link, BROKER_CAPTURE, 0);
	int rc = fd < 0
	             ? fd
	             : capture_new(&l->capture, fd, has_lists(w) ? FRAMES_MANY : FRAMES);
	l->since = l->emptied = clock_mono();
	if (rc < 0 && l->tried.ns == 0) {
		snprintf(text, sizeof text,
		    "what leaves cannot be watched: %s; samples are egress-unproven",
		    strerror(-rc));
		w->parts.say(w->parts.ctx, link, text);
	}
	l->tried = now;
}

static void
line_close(struct line *l)
{
	capture_free(l->capture);
	passive_free(l->passive);
}

static void
want(struct wire *w, size_t link, uint32_t ifindex, mono_t now)
{
	struct line *l = line_of(w, ifindex);

	if (l == NULL) {
		w->lines = memory_grow(w->lines, w->n_lines + 1, sizeof *w->lines);
		l = &w->lines[w->n_lines++];
		*l = (struct line){.ifindex = ifindex, .passive = passive_new()};
	}
	l->wanted = true;
	if (l->capture == NULL)
		open_line(w, l, link, now);
}

void
wire_refresh(struct wire *w, mono_t now)
{
	for (size_t i = 0; i < w->n_lines; i++)
		w->lines[i].wanted = false;
	for (size_t i = 0; i < w->n_links; i++) {
		uint32_t ifindex = health_of(w->parts.health, i)->ifindex;
		if (ifindex != 0 && w->links[i].capture != CAPTURE_NONE)
			want(w, i, ifindex, now);
	}
	for (size_t i = 0; i < w->n_lines;) {
		if (w->lines[i].wanted) {
			i++;
			continue;
		}
		icmp_listen_alone(w->parts.icmp);
		line_close(&w->lines[i]);
		w->lines[i] = w->lines[--w->n_lines];
	}
}

/* Another configuration may want another filter: all begin anew. */
void
wire_links(struct wire *w, const struct settings *s)
{
	size_t n = s->n_links;

	for (size_t i = 0; i < w->n_lines; i++)
		line_close(&w->lines[i]);
	w->own = memory_grow(w->own, n + 1, sizeof *w->own);
	memset(w->own, 0, (n + 1) * sizeof *w->own);
	w->n_lines = 0;
	w->links = s->links;
	w->n_links = n;
	freezer_links(w->freezer, s);
	wire_refresh(w, clock_mono());
}

void
wire_probe(struct wire *w, uint32_t number, size_t link, const struct probe_conf *conf)
{
	struct known k = {.link = (uint32_t)link};

	if (number >= w->n_probes) {
		size_t n = (size_t)number * 2 + 16;
		w->probes = memory_grow(w->probes, n, sizeof *w->probes);
		memset(w->probes + w->n_probes, 0, (n - w->n_probes) * sizeof *w->probes);
		w->n_probes = n;
	}
	/* Of an http test, of whose absence nothing follows, 0. */
	k.family = settings_address(conf, k.address);
	w->probes[number] = k;
	freezer_probe(w->freezer, number, link, conf);
	if ((conf->def.kind == KIND_TCP || conf->def.kind == KIND_DNS) &&
	    conf->def.every_ns > 0)
		flows_reserve(w->flows, (size_t)(FLOWS_HOLD_NS / conf->def.every_ns) + 4);
	if (conf->def.kind == KIND_HTTP) /* each socket to each address, on two ports */
		flows_reserve(w->flows,
		    2 * HTTP_ADDRESSES * (HTTP_CHILD_REDIRECTS + 1) * conf->streams);
}

void
wire_expect(struct wire *w, const struct flow *flow)
{
	if (!flows_add(w->flows, flow))
		w->overrun = flow->at;
}

void
wire_count(struct wire *w, size_t link, struct counters *c)
{
	struct line *l = line_of_link(w, link);

	freezer_beat(w->freezer, link, c->link, c->at);
	if (l == NULL || w->links[link].capture == CAPTURE_NONE)
		return;
	drain(w, l);
	passive_expire(l->passive, c->at);
	const struct passive_counts *n = passive_counts(l->passive);
	c->watched = true;
	c->wire = w->own[link];
	c->wire.attempted = n->attempted;
	c->wire.answered = n->answered;
	c->wire.refused = n->refused;
	c->wire.unanswered = n->unanswered;
	c->wire.unfollowed = n->unfollowed;
	c->wire.timed = n->timed;
	c->wire.rtt_us = n->rtt_us;
	learn_drops(w, l);
	c->wire.dropped = w->drops;
}

/* ---- life ---- */

struct wire *
wire_new(const struct wire_parts *parts)
{
	struct wire *w = memory_grow(NULL, 1, sizeof *w);
	struct engine_proof proof = {w, collect, judge, told};

	memset(w, 0, sizeof *w);
	w->parts = *parts;
	w->routes = routes_new(parts->loop);
	w->freezer = freezer_new(parts->scribe, parts->session);
	w->flows = flows_new();
	w->pause_ns = PAUSE_MOST;
	w->timer = (struct loop_timer){.fn = on_time, .ctx = w};
	loop_timer_set(parts->loop, &w->timer, (mono_t){clock_mono().ns + w->pause_ns});
	engine_prove(parts->engine, &proof);
	icmp_listen(parts->icmp, &(struct ear){w, collect, listens, missed});
	return w;
}

void
wire_free(struct wire *w)
{
	if (w == NULL)
		return;
	loop_timer_cancel(w->parts.loop, &w->timer);
	for (size_t i = 0; i < w->n_lines; i++)
		line_close(&w->lines[i]);
	free(w->own);
	freezer_free(w->freezer);
	flows_free(w->flows);
	routes_free(w->routes);
	free(w->lines);
	free(w->probes);
	free(w);
}
