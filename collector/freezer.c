#include "collector/freezer.h"

#include "base/bytes.h"
#include "base/pcapng.h"
#include "base/version.h"
#include "collector/packet_ring.h"
#include "collector/scribe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AROUND_NS  (60 * NS_PER_S)
#define CERTAIN_NS (3 * NS_PER_S)
#define KEEP_S     200 /* 60 before, 60 of it, 60 after, and the timeouts */
#define RING_LEAST 512
#define RING_MOST  (64 * 1024)
#define FILE_MOST  (4u << 20)

struct voter {
	uint32_t link;
	bool votes, heard, failing;
};

struct silence { /* of a link */
	unsigned heard, failing;
	mono_t since;      /* ns 0: it is not silent */
	mono_t start, end; /* of the one that is kept; start ns 0: none */
	mono_t written;    /* up to here, of it */
	uint32_t number;
};

struct freezer {
	struct scribe *scribe;
	uint32_t session;
	const struct settings *settings;
	struct silence *silences;
	size_t n;
	struct voter *voters; /* by probe */
	size_t n_voters;
	struct packet_ring *ring;
	double a_second; /* packets */
};

/* ---- what becomes of sendings ---- */

void
freezer_sample(struct freezer *t, const struct sample *s)
{
	struct voter *v = s->probe < t->n_voters ? &t->voters[s->probe] : NULL;

	if (v == NULL || !v->votes || v->link >= t->n || (s->flags & FLAG_DUP))
		return;
	struct silence *q = &t->silences[v->link];
	bool failing = !sample_is_answer(s);
	q->heard += !v->heard;
	v->heard = true;
	q->failing += failing;
	q->failing -= v->failing;
	v->failing = failing;
	bool silent = q->failing > 0 && q->failing * 5 >= q->heard * 4;
	if (silent && q->since.ns == 0)
		q->since = s->sent;
	else if (!silent)
		q->since.ns = 0;
}

void
freezer_packet(struct freezer *t, size_t link, const struct captured *c, mono_t now)
{
	struct ringed *r = packet_ring_put(t->ring, now);

	r->time.ns = (int64_t)c->stamp.tv_sec * NS_PER_S + c->stamp.tv_nsec;
	r->link = (uint32_t)link;
	r->length = c->length;
	r->leaves = c->leaves;
	r->n = (uint16_t)(c->n < RINGED_BYTES ? c->n : RINGED_BYTES);
	memcpy(r->p, c->p, r->n);
}

/* ---- the file ---- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
put_packets(struct freezer *t, size_t link, mono_t from, mono_t to, struct bytes *b,
    unsigned *written, unsigned *left_out)
{
	uint64_t i, end = packet_ring_find(t->ring, from, to, &i);

	*written = *left_out = 0;
	for (; i < end; i++) {
		const struct ringed *r = packet_ring_at(t->ring, i);
		struct pcapng_packet p = {.time = r->time,
		    .p = r->p,
		    .n = r->n,
		    .length = r->length,
		    .leaves = r->leaves};
		if (r->link != link)
			continue;
		if (b->n >= FILE_MOST) {
			++*left_out;
			continue;
		}
		pcapng_packet(b, &p);
		++*written;
	}
}

static void
write_down(struct freezer *t, size_t link, mono_t from, mono_t to)
{
	const struct link_def *def = &t->settings->links[link].def;
	struct silence *q = &t->silences[link];
	struct scribe_file f = {.event = {.kind = EVENT_NOTE,
	                            .link = (int32_t)q->number,
	                            .session = t->session,
	                            .at = {later(from.ns, 0)},
	                            .until = to}};
	char software[64], comment[200], stamp[32];
	struct bytes b = {0};
	struct tm tm;
	unsigned written, left_out;
	time_t at =
	    (time_t)((clock_wall().ns - (clock_mono().ns - q->start.ns)) / NS_PER_S);

	snprintf(software, sizeof software, "linkwitnessd %s", version_number());
	snprintf(comment, sizeof comment,
	    "packets of our own probes on link %s/%s, around a silence", def->centre,
	    def->link);
	pcapng_begin(&b, software, comment);
	pcapng_interface(&b, def->interface[0] != '\0' ? def->interface : def->link,
	    PCAPNG_RAW, RINGED_BYTES);
	put_packets(t, link, from, to, &b, &written, &left_out);
	snprintf(f.data, sizeof f.data, "%s", t->settings->data_dir);
	gmtime_r(&at, &tm);
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H%M%SZ", &tm);
	snprintf(f.name, sizeof f.name, "%.20s-%.32s-%.32s%s.pcapng", stamp, def->centre,
	    def->link, q->written.ns != 0 ? "-end" : "");
	snprintf(f.words, sizeof f.words, "%u packets", written);
	if (left_out > 0)
		snprintf(f.words, sizeof f.words, "%u packets, %u more left out", written,
		    left_out);
	f.p = b.p;
	f.n = b.n;
	if (written == 0 || !scribe_file(t->scribe, &f))
		bytes_free(&b);
	q->written = to;
}

/* ---- silences ---- */

/* What is not written of the silence that is kept. */
static void
write_rest(struct freezer *t, size_t link, mono_t now)
{
	struct silence *q = &t->silences[link];
	int64_t from = q->written.ns == 0 ? q->start.ns - AROUND_NS
	                                  : later(q->written.ns, q->end.ns - AROUND_NS);

	write_down(t, link, (mono_t){from}, now);
	q->start.ns = 0;
}

void
freezer_beat(struct freezer *t, size_t link, uint32_t number, mono_t now)
{
	struct silence *q = &t->silences[link];
	bool silent = q->since.ns != 0 && now.ns - q->since.ns >= CERTAIN_NS;

	q->number = number;
	if (silent && q->start.ns == 0) {
		q->start = q->since;
		q->written.ns = 0;
	}
	if (q->start.ns == 0)
		return;
	if (silent)
		q->end = now; /* one that begins anew meanwhile goes on */
	if (q->written.ns == 0 && now.ns - q->start.ns >= 2 * AROUND_NS)
		write_down(t, link, (mono_t){q->start.ns - AROUND_NS},
		    (mono_t){q->start.ns + AROUND_NS});
	if (now.ns - q->end.ns < AROUND_NS)
		return;
	write_rest(t, link, now);
}

/* ---- life ---- */

static void
write_all(struct freezer *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->silences[i].start.ns != 0)
			write_rest(t, i, clock_mono());
}

void
freezer_links(struct freezer *t, const struct settings *s)
{
	write_all(t);
	t->silences = memory_grow(t->silences, s->n_links + 1, sizeof *t->silences);
	memset(t->silences, 0, (s->n_links + 1) * sizeof *t->silences);
	for (size_t i = 0; i < t->n_voters; i++)
		t->voters[i].heard = t->voters[i].failing = false;
	t->settings = s;
	t->n = s->n_links;
}

void
freezer_probe(
    struct freezer *t, uint32_t number, size_t link, const struct probe_conf *conf)
{
	const struct probe_def *def = &conf->def;

	if (number >= t->n_voters) {
		size_t n = (size_t)number * 2 + 16;
		t->voters = memory_grow(t->voters, n, sizeof *t->voters);
		memset(t->voters + t->n_voters, 0, (n - t->n_voters) * sizeof *t->voters);
		t->n_voters = n;
	}
	t->voters[number] = (struct voter){.link = (uint32_t)link,
	    .votes = def->role == ROLE_INTERNET &&
	             (def->kind == KIND_PING || def->kind == KIND_TCP)};
	if (t->settings->links[link].capture == CAPTURE_NONE || def->kind == KIND_HTTP)
		return;
	t->a_second += 2e9 / (double)def->every_ns;
	double want = t->a_second * KEEP_S;
	packet_ring_grow(t->ring, want < RING_MOST ? (size_t)want : RING_MOST);
}

struct freezer *
freezer_new(struct scribe *scribe, uint32_t session)
{
	struct freezer *t = memory_grow(NULL, 1, sizeof *t);

	*t = (struct freezer){.scribe = scribe, .session = session};
	t->ring = packet_ring_new(RING_LEAST);
	return t;
}

void
freezer_free(struct freezer *t)
{
	if (t == NULL)
		return;
	write_all(t);
	packet_ring_free(t->ring);
	free(t->silences);
	free(t->voters);
	free(t);
}
