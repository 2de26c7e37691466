#include "collector/http.h"

#include "base/bytes.h"
#include "collector/http_spawn.h"
#include "collector/idle.h"
#include "collector/resolve.h"

#include <errno.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DNS_PORT          53
#define WAIT_MOST_NS      (600 * NS_PER_S)
#define WAIT_STEP_NS      (NS_PER_S / 2)
#define LIMIT_NS          (15 * NS_PER_S) /* of the transfer, from its first byte */
#define GRACE_NS          (5 * NS_PER_S)  /* for the child to start and to report */
#define TAIL_NS           NS_PER_S
#define PATIENCE_LEAST_NS NS_PER_S
#define PATIENCE_MOST_NS  (60 * NS_PER_S)

enum phase {
	PHASE_NONE = 0,
	PHASE_WAITING,
	PHASE_RESOLVING,
	PHASE_RUNNING
};

struct http_link {
	bool used;
	struct idle idle;
	const struct http_probe *owner; /* its test resolves or runs */
	bool loading;
	mono_t loaded_until;
	struct http_carried carried; /* by the tests that are over */
};

struct http_probe {
	struct http *h;
	uint32_t number, link;
	char name[2 * NAME_ROOM], zone[64]; /* of the link, for the budget */
	uint64_t cap, taken;                /* of it; what this test is charged with */
	struct outlet outlet;
	struct http_request request; /* without addresses */
	struct http_url url;
	bool has_server;
	struct dns_server server;
	int family, family_asked; /* of the name's addresses */
	int64_t wait_ns;

	enum phase phase;
	uint64_t seq;
	mono_t asked, started;
	struct loop_timer timer; /* waiting: the next look; running: the kill */
	struct resolve *resolve;
	struct http_spawn child;
	struct http_sockets sockets;
	struct http_result result;
	size_t got; /* bytes of result */
	char why[128];
};

struct http {
	struct loop *loop;
	struct engine *engine;
	const char *const *child;
	struct transport transport;
	struct budget *budget;
	http_told_fn *told;
	void *told_ctx;
	http_begun_fn *begun;
	struct http_probe **probes; /* by number; NULL: none of ours */
	size_t n_probes;
	struct http_link *links; /* by number */
	size_t n_links;
};

static struct http_probe *
probe_of(const struct http *h, uint32_t number)
{
	return number < h->n_probes ? h->probes[number] : NULL;
}

static struct http_link *
link_of(const struct http *h, uint32_t number)
{
	return number < h->n_links && h->links[number].used ? &h->links[number] : NULL;
}

/* ---- the budget ---- */

/* Headers, acknowledgements and what is sent again are paid for as well. */
static uint64_t
with_overhead(uint64_t payload)
{
	return payload + payload / 10;
}

static int
charge(struct http_probe *p)
{
	uint64_t bytes = with_overhead(p->request.max_bytes);
	int rc;

	if (p->h->budget == NULL)
		return 0;
	rc = budget_take(p->h->budget, p->name, p->zone, p->cap, bytes, clock_wall());
	if (rc == 0)
		p->taken = bytes;
	return rc;
}

/* A child that did not say what it carried is charged in full. */
static void
give_back(struct http_probe *p)
{
	const struct http_result *r = &p->result;
	bool told = p->got == sizeof *r && r->magic == HTTP_CHILD_MAGIC &&
	            r->total_bytes <= p->request.max_bytes + HTTP_OVERHEAD_BYTES &&
	            r->beside_bytes <= 2 * HTTP_BESIDE_MOST; /* and one buffer more */
	bool ran = p->child.pid > 0;

	if (p->taken > 0 && (told || !ran))
		budget_settle(p->h->budget, p->name, p->taken,
		    ran ? with_overhead(r->total_bytes + r->beside_bytes) : 0);
	p->taken = 0;
}

/* ---- the end of a test ---- */

static void
release(struct http_probe *p, mono_t now)
{
	struct http_link *l = link_of(p->h, p->link);

	give_back(p);
	loop_timer_cancel(p->h->loop, &p->timer);
	resolve_free(p->resolve);
	p->resolve = NULL;
	if (p->child.pid > 0) {
		loop_unwatch(p->h->loop, p->child.result);
		loop_unwatch(p->h->loop, p->child.exited);
		http_spawn_end(&p->child);
	}
	http_sockets_carried(&p->sockets, &l->carried);
	http_sockets_close(&p->sockets);
	if (l->owner == p) {
		l->owner = NULL;
		if (l->loading)
			l->loaded_until.ns = now.ns + TAIL_NS;
		l->loading = false;
	}
	p->phase = PHASE_NONE;
}

static void
settle(struct http_probe *p, struct answer *a)
{
	uint64_t seq = p->seq;

	release(p, clock_mono());
	engine_answer(p->h->engine, p->number, seq, a);
}

static void
fail(struct http_probe *p, enum outcome outcome, enum code code, uint32_t flags,
    const char *why)
{
	struct answer a = {
	    .outcome = outcome, .code = code, .sent = p->started, .flags = flags};
	enum code link = p->outlet.ready(p->outlet.ctx);

	if (code == CODE_HTTP && link != CODE_NONE) /* it broke under the test */
		a.code = link;
	snprintf(p->why, sizeof p->why, "%s", why);
	settle(p, &a);
}

static void
tell(const struct http_probe *p)
{
	const struct http_result *r = &p->result;
	struct throughput t = {.probe = p->number,
	    .seq = p->seq,
	    .at = r->first,
	    .upload = p->request.upload,
	    .streams = (uint8_t)p->request.n_streams,
	    .warmup_ns = r->warmup_ns,
	    .duration_ns = r->duration_ns,
	    .total_ns = r->start.ns + r->duration_ns - r->first.ns,
	    .bytes = r->bytes,
	    .ip_bytes = r->ip_bytes,
	    .total_bytes = r->total_bytes,
	    .n_seconds = r->n_seconds};

	memcpy(t.second, r->second, sizeof t.second);
	if (p->h->told != NULL)
		p->h->told(p->h->told_ctx, &t);
}

static void
conclude(struct http_probe *p)
{
	struct http_result *r = &p->result;
	mono_t now = clock_mono();

	if (p->got < sizeof *r) {
		fail(p, OUTCOME_LOST, CODE_HTTP, 0, "the test's process died");
		return;
	}
	r->why[sizeof r->why - 1] = '\0';
	if (!http_spawn_believed(r, &p->request, p->started, now)) {
		fail(p, OUTCOME_LOST, CODE_HTTP, 0,
		    r->why[0] != '\0' ? r->why : "the test's process made no sense");
		return;
	}
	struct answer a = {.outcome = OUTCOME_REPLY,
	    .stamp = STAMP_USER,
	    .sent = r->start,
	    .received = {r->start.ns + r->duration_ns},
	    .bytes = r->bytes};
	p->why[0] = '\0';
	tell(p);
	settle(p, &a);
}

/* ---- a test ---- */

static void
on_result(void *ctx, uint32_t events)
{
	struct http_probe *p = ctx;
	ssize_t n = 0;

	(void)events;
	while (p->got < sizeof p->result &&
	       (n = read(p->child.result, (char *)&p->result + p->got,
	            sizeof p->result - p->got)) > 0)
		p->got += (size_t)n;
	if (p->got == sizeof p->result || n == 0)
		conclude(p);
}

/* It ended; what it wrote before may still be in the pipe. */
static void
on_exit_of_child(void *ctx, uint32_t events)
{
	struct http_probe *p = ctx;

	on_result(p, events);
	if (p->phase == PHASE_RUNNING)
		conclude(p);
}

static int
start_child(struct http_probe *p, const struct resolve_result *to, enum code *why)
{
	struct http_request request = p->request;
	unsigned wanted = request.n_streams * (HTTP_CHILD_REDIRECTS + 1);
	int rc = http_sockets_open(&p->sockets, &p->outlet, to->family, wanted, why);

	if (rc < 0)
		return rc;
	request.family = to->family;
	request.n_sockets = wanted;
	request.n_addresses = (uint32_t)to->n;
	memcpy(request.address, to->address, sizeof request.address);
	http_sockets_tell(&p->sockets, &request, p->url.port, p->h->begun, p->outlet.ctx,
	    p->number, p->seq);
	return http_spawn_start(&p->child, p->h->child, &request, p->sockets.fd);
}

static void
start(struct http_probe *p, const struct resolve_result *to)
{
	struct http_link *l = link_of(p->h, p->link);
	enum code why = CODE_SEND_FAILED;
	int rc;

	p->started = clock_mono();
	p->phase = PHASE_RUNNING;
	p->got = 0;
	rc = charge(p);
	if (rc < 0) {
		fail(p, OUTCOME_NOT_SENT, CODE_BUDGET, 0,
		    rc == -EDQUOT ? "the month's throughput-budget is used up"
		                  : "the throughput-budget could not be written down");
		return;
	}
	rc = start_child(p, to, &why);
	if (rc == 0)
		rc = loop_watch(p->h->loop, p->child.result, EPOLLIN, on_result, p);
	if (rc == 0)
		rc =
		    loop_watch(p->h->loop, p->child.exited, EPOLLIN, on_exit_of_child, p);
	if (rc < 0) {
		fail(p, OUTCOME_NOT_SENT, why, 0, strerror(-rc));
		return;
	}
	l->loading = true;
	loop_timer_set(p->h->loop, &p->timer,
	    (mono_t){p->started.ns + 2 * p->request.patience_ns + LIMIT_NS + GRACE_NS});
}

static bool
has_four(const struct http_probe *p)
{
	enum code why = CODE_NONE;
	int fd = p->outlet.open(p->outlet.ctx, AF_INET, SOCK_STREAM, &why);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || why != CODE_NO_ADDRESS;
}

static void on_resolved(void *ctx, const struct resolve_result *result);

static void
ask(struct http_probe *p, int family)
{
	p->phase = PHASE_RESOLVING;
	p->family_asked = family;
	int rc = resolve_start(p->h->loop, &p->outlet, &p->server, p->url.host, family,
	    on_resolved, p, &p->resolve);
	if (rc < 0)
		fail(p, OUTCOME_NOT_SENT, CODE_RESOLVE, 0, "no query left");
}

/* An IPv4 address is of no use to a link without one, and the name may have others. */
static void
on_resolved(void *ctx, const struct resolve_result *result)
{
	struct http_probe *p = ctx;
	struct resolve_result to = *result;

	resolve_free(p->resolve);
	p->resolve = NULL;
	if (p->family_asked == AF_UNSPEC && to.family == AF_INET && !has_four(p))
		ask(p, AF_INET6);
	else if (to.n > 0)
		start(p, &to);
	else if (p->family_asked != p->family)
		fail(p, OUTCOME_NOT_SENT, CODE_NO_ADDRESS, 0,
		    "the link has no address of the server's family");
	else
		fail(p, OUTCOME_LOST, CODE_RESOLVE, 0, "the name was not resolved");
}

static void
begin(struct http_probe *p, mono_t now)
{
	struct resolve_result literal = {.family = p->url.family, .n = 1};
	enum code why = p->outlet.ready(p->outlet.ctx);

	p->started = now;
	if (why != CODE_NONE) {
		fail(p, OUTCOME_NOT_SENT, why, 0, "the link was not ready");
		return;
	}
	link_of(p->h, p->link)->owner = p;
	if (p->url.family != AF_UNSPEC) {
		inet_pton(p->url.family, p->url.host, literal.address[0]);
		start(p, &literal);
		return;
	}
	ask(p, p->family);
}

/* ---- waiting ---- */

static bool
link_is_idle(const struct http_link *l, mono_t asked, mono_t now)
{
	if (l->owner != NULL || now.ns < l->loaded_until.ns)
		return false;
	return idle_is(&l->idle, asked, now);
}

static void
on_time(void *ctx, mono_t now)
{
	struct http_probe *p = ctx;

	if (p->phase == PHASE_RUNNING) {
		fail(p, OUTCOME_LOST, CODE_HTTP, 0, "the test's process hung");
	} else if (link_is_idle(link_of(p->h, p->link), p->asked, now)) {
		begin(p, now);
	} else if (now.ns - p->asked.ns >= p->wait_ns) {
		p->started = now;
		fail(p, OUTCOME_NOT_SENT, CODE_NONE, FLAG_LOAD, "the link was in use");
	} else {
		loop_timer_set(p->h->loop, &p->timer, (mono_t){now.ns + WAIT_STEP_NS});
	}
}

static int
send_one(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	struct http_probe *p = probe_of(ctx, probe);

	if (p == NULL)
		return -ENOENT;
	if (p->phase != PHASE_NONE) { /* the one before has not ended yet */
		out->flags = FLAG_LOAD;
		return -EBUSY;
	}
	out->code = p->outlet.ready(p->outlet.ctx);
	if (out->code != CODE_NONE)
		return -ENETDOWN;
	if (p->url.family == AF_UNSPEC && !p->has_server) {
		out->code = CODE_RESOLVE;
		return -EDESTADDRREQ;
	}
	p->phase = PHASE_WAITING;
	p->seq = seq;
	p->asked = now;
	/* Even where it can begin at once: engine_run must not be entered from here. */
	loop_timer_set(p->h->loop, &p->timer, now);
	return 0;
}

/* ---- outside ---- */

struct http *
http_new(struct loop *loop, struct engine *engine, const char *const *child)
{
	struct http *h = memory_grow(NULL, 1, sizeof *h);

	memset(h, 0, sizeof *h);
	h->loop = loop;
	h->engine = engine;
	h->child = child;
	h->transport = (struct transport){.ctx = h, .send = send_one, .settles = true};
	return h;
}

static void
drop(struct http *h, uint32_t number)
{
	struct http_probe *p = h->probes[number];

	h->probes[number] = NULL;
	if (p == NULL)
		return;
	release(p, clock_mono());
	free(p);
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n_probes; i++)
		drop(h, (uint32_t)i);
	free(h->probes);
	budget_free(h->budget);
	free(h->links);
	free(h);
}

void
http_tell(struct http *h, http_told_fn *told, void *ctx)
{
	h->told = told;
	h->told_ctx = ctx;
}

int
http_budget(struct http *h, const char *dir, char *err, size_t room)
{
	return budget_open(&h->budget, dir, err, room);
}

void
http_on_begun(struct http *h, http_begun_fn *begun)
{
	h->begun = begun;
}

struct http_carried
http_carried(const struct http *h, uint32_t number)
{
	const struct http_link *l = link_of(h, number);
	struct http_carried sum = {0};

	if (l == NULL)
		return sum;
	sum = l->carried;
	if (l->owner != NULL)
		http_sockets_carried(&l->owner->sockets, &sum);
	return sum;
}

const struct transport *
http_transport(const struct http *h)
{
	return &h->transport;
}

static void
make_room(struct http *h, uint32_t probe, uint32_t link)
{
	if (probe >= h->n_probes) {
		size_t n = (size_t)probe * 2 + 16;
		h->probes = memory_grow(h->probes, n, sizeof *h->probes);
		memset(h->probes + h->n_probes, 0, (n - h->n_probes) * sizeof *h->probes);
		h->n_probes = n;
	}
	if (link >= h->n_links) {
		size_t n = (size_t)link * 2 + 4;
		h->links = memory_grow(h->links, n, sizeof *h->links);
		memset(h->links + h->n_links, 0, (n - h->n_links) * sizeof *h->links);
		h->n_links = n;
	}
}

/* Whom to ask for the name: only a server that the link itself is configured with. */
static void
choose_server(struct http_probe *p, const struct link_conf *link)
{
	const struct probe_conf *best = NULL;

	for (size_t i = 0; i < link->n_probes; i++) {
		const struct probe_conf *c = &link->probes[i];
		if (c->def.kind == KIND_DNS &&
		    (best == NULL ||
		        (c->def.role == ROLE_ISP && best->def.role != ROLE_ISP)))
			best = c;
	}
	p->has_server = best != NULL && dns_server_parse(&p->server, best->address,
	                                    best->port != 0 ? best->port : DNS_PORT) == 0;
}

static int64_t
clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

int
http_add(struct http *h, uint32_t probe, uint32_t number, const struct link_conf *link,
    const struct probe_conf *conf, const struct outlet *outlet)
{
	struct http_url url;
	struct http_probe *p;

	if (probe_of(h, probe) != NULL)
		return -EEXIST;
	if (strlen(conf->url) >= sizeof p->request.url ||
	    http_url_parse(&url, conf->url) < 0)
		return -EINVAL;
	make_room(h, probe, number);
	p = memory_grow(NULL, 1, sizeof *p);
	memset(p, 0, sizeof *p);
	p->h = h;
	p->number = probe;
	p->link = number;
	snprintf(p->name, sizeof p->name, "%s/%s", link->def.centre, link->def.link);
	memcpy(p->zone, link->def.timezone, sizeof p->zone);
	p->cap = link->throughput_budget;
	p->outlet = *outlet;
	p->url = url;
	p->child = HTTP_SPAWN_NONE;
	p->family = conf->def.family == 4   ? AF_INET
	            : conf->def.family == 6 ? AF_INET6
	                                    : AF_UNSPEC;
	p->wait_ns = clamp(conf->def.every_ns / 2, 0, WAIT_MOST_NS);
	p->timer = (struct loop_timer){.fn = on_time, .ctx = p};
	p->request = (struct http_request){.magic = HTTP_CHILD_MAGIC,
	    .upload = conf->upload,
	    .max_bytes = conf->max_bytes,
	    .n_streams = conf->streams > 0 ? conf->streams : 1,
	    .patience_ns =
	        clamp(conf->def.timeout_ns, PATIENCE_LEAST_NS, PATIENCE_MOST_NS),
	    .limit_ns = LIMIT_NS};
	strcpy(p->request.url, conf->url);
	choose_server(p, link);
	h->probes[probe] = p;
	h->links[number].used = true;
	idle_limit(&h->links[number].idle, link->def.capacity_down_bps,
	    link->def.capacity_up_bps);
	return 0;
}

void
http_remove(struct http *h, uint32_t probe)
{
	struct http_probe *p = probe_of(h, probe);

	if (p == NULL)
		return;
	if (p->phase == PHASE_RUNNING)
		fail(p, OUTCOME_UNSETTLED, CODE_NONE, 0, "");
	else if (p->phase != PHASE_NONE)
		fail(p, OUTCOME_NOT_SENT, CODE_NONE, 0, "");
	drop(h, probe);
}

void
http_cap(struct http *h, uint32_t probe, uint64_t bytes)
{
	struct http_probe *p = probe_of(h, probe);

	if (p != NULL)
		p->cap = bytes;
}

void
http_link_rate(
    struct http *h, uint32_t number, uint64_t down_bps, uint64_t up_bps, mono_t now)
{
	struct http_link *l = link_of(h, number);

	if (l != NULL)
		idle_tell(&l->idle, down_bps, up_bps, now);
}

bool
http_running(const struct http *h, uint32_t number)
{
	const struct http_link *l = link_of(h, number);

	return l != NULL && (l->loading || clock_mono().ns < l->loaded_until.ns);
}

bool
http_loading(const struct http *h, uint32_t number)
{
	const struct http_link *l = link_of(h, number);

	return l != NULL && l->loading;
}

const char *
http_why(const struct http *h, uint32_t probe)
{
	const struct http_probe *p = probe_of(h, probe);

	return p != NULL ? p->why : "";
}
