/*
 * A probe finds its door by its egress and family. Answers are matched by the mark in
 * their payload alone, so there is no table of what is outstanding but the engine's.
 */
#include "collector/icmp.h"

#include "base/bytes.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct target {
	bool used, stamped; /* stamps of its sendings are expected */
	struct door *door;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
};

struct icmp {
	struct transport transport;
	struct doors all;
	struct door **doors;
	size_t n_doors;
	struct target *targets; /* by probe */
	size_t n_targets;
	struct loop_timer tick;
};

/* ---- doors ---- */

static struct door *
door_of(struct icmp *i, struct egress *e, int family)
{
	for (size_t k = 0; k < i->n_doors; k++)
		if (door_is(i->doors[k], e, family))
			return i->doors[k];
	i->doors = memory_grow(i->doors, i->n_doors + 1, sizeof *i->doors);
	return i->doors[i->n_doors++] = door_new(&i->all, e, family);
}

static struct door *
door_for(const struct icmp *i, uint32_t probe)
{
	return probe < i->n_targets ? i->targets[probe].door : NULL;
}

static const struct sockaddr *
target(void *ctx, uint32_t probe)
{
	const struct icmp *i = ctx;

	return probe < i->n_targets ? &i->targets[probe].address.any : NULL;
}

/* ---- the busy ones ---- */

/* Result: whether any is. */
static bool
read_busy(struct icmp *i)
{
	bool busy = false, rings = false;

	for (size_t k = 0; k < i->n_doors; k++)
		rings = rings || door_rings(i->doors[k]);
	if (rings)
		i->all.ear.collect(i->all.ear.ctx);
	for (size_t k = 0; k < i->n_doors; k++) {
		if (!door_busy(i->doors[k]))
			continue;
		door_read(i->doors[k]);
		busy = true;
	}
	return busy;
}

static void
tick_next(struct icmp *i, mono_t now)
{
	loop_timer_set(
	    i->all.loop, &i->tick, (mono_t){(now.ns / DOOR_TICK_NS + 1) * DOOR_TICK_NS});
}

static void
much(void *ctx, mono_t now)
{
	struct icmp *i = ctx;

	if (i->tick.place == 0)
		tick_next(i, now);
}

static void
on_tick(void *ctx, mono_t now)
{
	struct icmp *i = ctx;
	bool busy = false;

	read_busy(i);
	for (size_t k = 0; k < i->n_doors; k++)
		if (door_busy(i->doors[k]))
			busy |= door_rest(i->doors[k]);
	if (busy)
		tick_next(i, now);
}

/* ---- the transport ---- */

static int
icmp_send(void *ctx, uint32_t probe, uint64_t seq, mono_t now, struct departure *out)
{
	struct icmp *i = ctx;
	struct target *t = &i->targets[probe];

	int rc = door_send(t->door, &t->address.any, probe, seq, now, out);
	bool stamped = door_stamps(t->door);
	if (rc == ENGINE_QUEUED && stamped != t->stamped)
		engine_expect_stamps(i->all.engine, probe, t->stamped = stamped);
	return rc;
}

static void
icmp_flush(void *ctx)
{
	struct icmp *i = ctx;

	for (size_t k = 0; k < i->n_doors; k++)
		door_flush(i->doors[k]);
}

/* Nothing is called lost that has come and was not read. While much is sent this happens
 * each tick, and need not again. */
static void
icmp_collect(void *ctx)
{
	struct icmp *i = ctx;

	if (read_busy(i))
		loop_timer_set(
		    i->all.loop, &i->tick, (mono_t){clock_mono().ns + 2 * DOOR_TICK_NS});
}

/* Without a door nobody listened any more. */
static uint32_t
icmp_doubt(void *ctx, uint32_t probe, mono_t sent)
{
	struct icmp *i = ctx;
	struct door *d = i->targets[probe].door;

	return d != NULL ? door_doubt(d, sent) : FLAG_OWN_DROP;
}

/* ---- life ---- */

struct icmp *
icmp_new(struct loop *loop, struct engine *engine)
{
	struct icmp *i = memory_grow(NULL, 1, sizeof *i);

	*i = (struct icmp){.all = {.loop = loop,
	                       .engine = engine,
	                       .ctx = i,
	                       .target = target,
	                       .much = much}};
	i->transport = (struct transport){.ctx = i,
	    .send = icmp_send,
	    .flush = icmp_flush,
	    .collect = icmp_collect,
	    .doubt = icmp_doubt};
	i->tick = (struct loop_timer){.fn = on_tick, .ctx = i};
	return i;
}

void
icmp_free(struct icmp *i)
{
	if (i == NULL)
		return;
	loop_timer_cancel(i->all.loop, &i->tick);
	/* All of them may be asked whose a packet is, until the last is shut. */
	for (size_t k = 0; k < i->n_doors; k++)
		door_shut(i->doors[k]);
	for (size_t k = 0; k < i->n_doors; k++)
		door_free(i->doors[k]);
	free(i->doors);
	free(i->targets);
	free(i);
}

const struct transport *
icmp_transport(const struct icmp *i)
{
	return &i->transport;
}

int
icmp_add(struct icmp *i, uint32_t probe, const struct probe_conf *conf, struct egress *e)
{
	struct target t = {.used = true};
	uint8_t address[16], family = settings_address(conf, address);

	if (family == 0)
		return -EINVAL;
	t.address.any.sa_family = family == 4 ? AF_INET : AF_INET6;
	if (family == 4)
		memcpy(&t.address.v4.sin_addr, address, 4);
	else
		memcpy(&t.address.v6.sin6_addr, address, 16);
	if (probe >= i->n_targets) {
		size_t n = (size_t)probe * 2 + 16;
		i->targets = memory_grow(i->targets, n, sizeof *i->targets);
		memset(i->targets + i->n_targets, 0,
		    (n - i->n_targets) * sizeof *i->targets);
		i->n_targets = n;
	}
	if (i->targets[probe].used)
		return -EEXIST;
	t.door = door_of(i, e, t.address.any.sa_family);
	i->targets[probe] = t;
	/* What was expected of another door before is nothing to this one. */
	engine_expect_stamps(i->all.engine, probe, t.stamped);
	return 0;
}

void
icmp_remove(struct icmp *i, uint32_t probe)
{
	if (probe < i->n_targets)
		i->targets[probe].used = false;
}

void
icmp_forget(struct icmp *i, const struct egress *e)
{
	for (size_t k = 0; k < i->n_doors;) {
		struct door *d = i->doors[k];
		if (!door_is(d, e, 0)) {
			k++;
			continue;
		}
		door_shut(d);
		for (size_t t = 0; t < i->n_targets; t++)
			if (i->targets[t].door == d)
				i->targets[t].door = NULL;
		door_free(d);
		i->doors[k] = i->doors[--i->n_doors];
	}
}

/* ---- captures ---- */

bool
icmp_own(const struct icmp *i, const struct packet *p, uint32_t *probe, uint64_t *seq)
{
	for (size_t k = 0; k < i->n_doors; k++)
		if (door_owns(i->doors[k], p, probe, seq))
			return true;
	return false;
}

void
icmp_seen(struct icmp *i, uint32_t probe, mono_t at)
{
	struct door *d = door_for(i, probe);

	if (d != NULL)
		door_seen(d, at);
}

void
icmp_heard(struct icmp *i, uint32_t interface, uint32_t probe, uint64_t seq, mono_t at)
{
	struct door *d = door_for(i, probe);

	if (d != NULL)
		door_heard(d, interface, probe, seq, at);
}

void
icmp_listen(struct icmp *i, const struct ear *ear)
{
	i->all.ear = *ear;
}

void
icmp_listen_alone(struct icmp *i)
{
	for (size_t k = 0; k < i->n_doors; k++)
		door_listen_alone(i->doors[k]);
}

uint64_t
icmp_drops(struct icmp *i)
{
	for (size_t k = 0; k < i->n_doors; k++)
		door_count(i->doors[k]);
	return i->all.drops;
}
