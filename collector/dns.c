#include "collector/dns.h"

#include "base/bytes.h"
#include "collector/dns_channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DNS_PORT 53

struct dns_probe {
	struct dns *d;
	uint32_t number;
	struct outlet outlet;
	struct dns_channel *channel;
	bool stamped; /* the kernel stamps what leaves by this link */
	mono_t begun; /* what was asked before is not heard of by this channel */
};

struct dns {
	struct loop *loop;
	struct engine *engine;
	struct transport transport;
	dns_sent_fn *sent;
	struct dns_probe **probes; /* by number; NULL: none of ours */
	size_t n_probes;
};

static struct dns_probe *
probe_of(const struct dns *d, uint32_t number)
{
	return number < d->n_probes ? d->probes[number] : NULL;
}

static void
on_news(void *ctx, uint64_t seq, const struct dns_news *news)
{
	const struct dns_probe *p = ctx;
	struct answer a = {.outcome = news->outcome,
	    .code = news->code,
	    .stamp = news->stamp,
	    .sent = news->sent,
	    .received = news->received,
	    .flags = p->outlet.flags(p->outlet.ctx)};

	/* The end of c-ares's patience: the engine has settled it long ago by its own. */
	if (news->final && news->outcome == OUTCOME_LOST)
		return;
	engine_answer(p->d->engine, p->number, seq, &a);
}

/* One probe's stamp speaks for all of its link: a server whose neighbour is dead has
 * never given one. */
static void
expect_stamps(const struct dns_probe *p)
{
	const struct dns *d = p->d;

	for (size_t i = 0; i < d->n_probes; i++) {
		struct dns_probe *other = d->probes[i];
		if (other == NULL || other->outlet.ctx != p->outlet.ctx)
			continue;
		other->stamped = true;
		engine_expect_stamps(d->engine, other->number, true);
	}
}

static void
on_stamped(void *ctx, uint64_t seq, mono_t sent)
{
	const struct dns_probe *p = ctx;

	if (!p->stamped)
		expect_stamps(p);
	engine_stamped(p->d->engine, p->number, seq, sent);
}

static int
send_one(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	const struct dns_probe *p = probe_of(ctx, probe);
	uint16_t id;

	(void)now;
	if (p == NULL)
		return -ENOENT;
	out->flags = p->outlet.flags(p->outlet.ctx);
	int rc = dns_channel_send(p->channel, seq, out);
	if (rc == 0 && p->d->sent != NULL) {
		int fd = dns_channel_last(p->channel, &id);
		p->d->sent(p->outlet.ctx, fd, id, probe, seq);
	}
	return rc;
}

/* Whose probe is gone, or begins anew, nobody listens for. */
static uint32_t
doubt(void *ctx, uint32_t probe, mono_t sent)
{
	const struct dns_probe *p = probe_of(ctx, probe);

	return p == NULL || p->begun.ns > sent.ns ? FLAG_OWN_DROP : 0;
}

struct dns *
dns_new(struct loop *loop, struct engine *engine)
{
	struct dns *d = memory_grow(NULL, 1, sizeof *d);

	memset(d, 0, sizeof *d);
	d->loop = loop;
	d->engine = engine;
	d->transport.ctx = d;
	d->transport.send = send_one;
	d->transport.doubt = doubt;
	return d;
}

void
dns_free(struct dns *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n_probes; i++)
		dns_remove(d, (uint32_t)i);
	free(d->probes);
	free(d);
}

const struct transport *
dns_transport(const struct dns *d)
{
	return &d->transport;
}

void
dns_on_sent(struct dns *d, dns_sent_fn *sent)
{
	d->sent = sent;
}

static void
make_room(struct dns *d, uint32_t number)
{
	size_t n = (size_t)number * 2 + 16;

	if (number < d->n_probes)
		return;
	d->probes = memory_grow(d->probes, n, sizeof *d->probes);
	memset(d->probes + d->n_probes, 0, (n - d->n_probes) * sizeof *d->probes);
	d->n_probes = n;
}

int
dns_add(struct dns *d, uint32_t probe, const struct probe_conf *conf,
    const struct outlet *outlet)
{
	struct dns_listener listener = {.news = on_news, .stamped = on_stamped};
	struct dns_server server;
	struct dns_probe *p;
	int rc;

	if (probe_of(d, probe) != NULL)
		return -EEXIST;
	rc = dns_server_parse(
	    &server, conf->address, conf->port != 0 ? conf->port : DNS_PORT);
	if (rc < 0)
		return rc;
	p = memory_grow(NULL, 1, sizeof *p);
	*p = (struct dns_probe){
	    .d = d, .number = probe, .outlet = *outlet, .begun = clock_mono()};
	listener.ctx = p;
	rc = dns_channel_new(d->loop, outlet, &server, conf->query_name, conf->query_type,
	    &listener, &p->channel);
	if (rc < 0) {
		free(p);
		return rc;
	}
	make_room(d, probe);
	d->probes[probe] = p;
	return 0;
}

void
dns_remove(struct dns *d, uint32_t probe)
{
	struct dns_probe *p = probe_of(d, probe);

	if (p == NULL)
		return;
	d->probes[probe] = NULL;
	dns_channel_free(p->channel);
	free(p);
}
