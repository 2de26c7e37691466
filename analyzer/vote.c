/*
 * Who votes, and how. Targets of one network are one vote, which fails when every probe
 * to them that ever answered has failed since. A network joins at its first answer; it
 * leaves when it alone fails for long, and returns after ten answers in a row. Everything
 * is updated by one sample at a time, in order of sending.
 */
#include "analyzer/line.h"

#include "base/bytes.h"

#include <string.h>

#define OTHERS_NEEDED 2
#define OTHERS_RATIO  0.8

enum say
say_of(const struct sample *s)
{
	if (s->outcome == OUTCOME_NOT_SENT &&
	    (s->code == CODE_NO_CARRIER || s->code == CODE_NO_INTERFACE))
		return SAY_CUT;
	/* During our own throughput test an answer shows that the link carries; that one
	 * was lost shows nothing. */
	if (s->flags & FLAG_MASKED)
		return sample_is_answer(s) &&
		               !(s->flags & (FLAG_OWN_DROP | FLAG_EGRESS_WRONG |
		                                FLAG_RETRANSMITTED))
		           ? SAY_ANSWER
		           : SAY_NOTHING;
	if (!sample_may_vote(s) || s->outcome == OUTCOME_UNSETTLED)
		return SAY_NOTHING;
	/* What was sent then was lost; what was answered is the kernel's second try. */
	if (s->outcome == OUTCOME_REPLY && (s->flags & FLAG_RETRANSMITTED))
		return SAY_LOST;
	if (sample_is_answer(s))
		return SAY_ANSWER;
	if (s->outcome == OUTCOME_LOST)
		return SAY_LOST;
	return SAY_NOTHING;
}

static int
network_of(struct line *l, const struct probe_def *def)
{
	const char *name = def->network[0] != '\0' ? def->network : def->target;
	int family = def->family == 6 ? V6 : V4;
	char key[64];

	memset(key, 0, sizeof key);
	memcpy(key, name, strnlen(name, sizeof key - 1));
	for (size_t i = 0; i < l->n_networks; i++)
		if (l->networks[i].family == family &&
		    strcmp(l->networks[i].name, key) == 0)
			return (int)i;
	if (l->n_networks == NETWORKS_MAX)
		return -1;
	l->networks = memory_grow(l->networks, l->n_networks + 1, sizeof *l->networks);
	struct network_line *n = &l->networks[l->n_networks];
	memset(n, 0, sizeof *n);
	memcpy(n->name, key, sizeof n->name);
	n->family = family;
	n->every_ns = def->every_ns;
	return (int)l->n_networks++;
}

/* ---- how long they may be silent ---- */

static int64_t
patience(const struct probe_line *p)
{
	int64_t limit =
	    p->max_gap_ns > 3 * p->def.every_ns ? p->max_gap_ns : 3 * p->def.every_ns;

	return limit + 2 * NS_PER_S;
}

static int64_t
network_patience(const struct network_line *n)
{
	return 3 * n->every_ns + 2 * NS_PER_S;
}

static void
sooner(int64_t *until_ns, int64_t at_ns)
{
	if (at_ns < *until_ns)
		*until_ns = at_ns;
}

/* ---- who votes now ---- */

static bool
is_member(const struct network_line *n)
{
	return n->joined && !n->left && !n->absent;
}

static void
recount(struct line *l)
{
	l->heard_until_ns = INT64_MIN;
	l->recount_classes = true;
	memset(l->members, 0, sizeof l->members);
	memset(l->failing, 0, sizeof l->failing);
	for (size_t i = 0; i < l->n_networks; i++) {
		if (!is_member(&l->networks[i]))
			continue;
		l->members[l->networks[i].family]++;
		l->failing[l->networks[i].family] += l->networks[i].failing;
	}
}

static bool
may_vote(const struct line *l, const struct probe_line *p)
{
	return p->network >= 0 && (p->current || l->n_current == 0);
}

/* Unless it is much slower than the fastest. */
static void
admit(struct line *l, struct probe_line *p)
{
	struct network_line *n = &l->networks[p->network];

	p->votes = p->def.every_ns <= 5 * l->fastest_ns;
	if (p->votes && (!n->voting || p->def.every_ns < n->every_ns))
		n->every_ns = p->def.every_ns;
	n->voting |= p->votes;
}

/* Those heard lately, or where none is, all that are declared; and of them who is not
 * much slower than the fastest. A definition that nobody uses any more, after a reload,
 * keeps nobody else from voting. */
static void
elect(struct judge *j, struct line *l)
{
	l->fastest_ns = 0;
	for (size_t i = 0; i < l->n_probes; i++) {
		struct probe_line *q = &j->probes[l->probes[i]];
		q->votes = may_vote(l, q);
		if (q->votes && (l->fastest_ns == 0 || q->def.every_ns < l->fastest_ns))
			l->fastest_ns = q->def.every_ns;
	}
	for (size_t k = 0; k < l->n_networks; k++)
		l->networks[k].voting = false;
	for (size_t i = 0; i < l->n_probes; i++) {
		struct probe_line *q = &j->probes[l->probes[i]];
		if (q->votes)
			admit(l, q);
	}
	for (size_t k = 0; k < l->n_networks; k++)
		l->networks[k].absent |= !l->networks[k].voting && l->networks[k].joined;
	recount(l);
}

/* One more, who changes nothing for the others unless it is the fastest, or the first of
 * those heard. */
static void
elect_also(struct judge *j, struct line *l, struct probe_line *p)
{
	if (may_vote(l, p) && (p->def.every_ns < l->fastest_ns || l->fastest_ns == 0)) {
		elect(j, l);
		return;
	}
	p->votes = may_vote(l, p);
	if (!p->votes)
		return;
	admit(l, p);
	const struct network_line *n = &l->networks[p->network];
	sooner(&l->heard_until_ns, p->heard_ns + patience(p));
	sooner(&l->heard_until_ns, n->last_sent_ns + network_patience(n));
}

void
vote_probe(struct judge *j, struct line *l, struct probe_line *p)
{
	bool may = p->def.role == ROLE_INTERNET &&
	           (p->def.kind == KIND_PING || p->def.kind == KIND_TCP);

	p->network = may ? network_of(l, &p->def) : -1;
	elect_also(j, l, p);
}

static void
set_current(struct line *l, struct probe_line *p, bool current)
{
	l->n_current += current;
	l->n_current -= p->current;
	p->current = current;
}

static void
retire(struct line *l, struct probe_line *p)
{
	if (p->network >= 0 && p->known && !p->failing && l->networks[p->network].up > 0)
		l->networks[p->network].up--;
	set_current(l, p, false);
	degrade_state(l, p, false, false);
}

/* A probe that is defined anew, at another pace, goes on where it was. */
static void
follow(struct line *l, struct probe_line *p, struct probe_line *before)
{
	degrade_state(l, p, before->known, before->failing);
	p->present = before->present;
	p->last_sent_ns = before->last_sent_ns;
	p->last_answer_ns = before->last_answer_ns;
	memcpy(p->ring, before->ring, sizeof p->ring);
	p->ring_n = before->ring_n;
	set_current(l, before, false);
	degrade_state(l, before, false, false);
}

static bool
is_stale(const struct probe_line *p, int64_t now_ns)
{
	return p->current && now_ns - p->heard_ns > patience(p);
}

/* Result: whether any was. */
static bool
retire_stale(struct judge *j, struct line *l, int64_t now_ns)
{
	bool any = false;

	if (now_ns < l->stale_from_ns)
		return false;
	l->stale_from_ns = INT64_MAX;
	for (size_t i = 0; i < l->n_probes; i++) {
		struct probe_line *q = &j->probes[l->probes[i]];
		if (!q->current)
			continue;
		if (is_stale(q, now_ns)) {
			retire(l, q);
			any = true;
		} else {
			sooner(&l->stale_from_ns, q->heard_ns + patience(q));
		}
	}
	return any;
}

/* Result: whether another of its name was sent until now, whose place it takes. */
static bool
succeed(struct judge *j, struct line *l, struct probe_line *p)
{
	bool any = false;

	for (uint32_t i = p->same; &j->probes[i] != p; i = j->probes[i].same) {
		struct probe_line *q = &j->probes[i];
		if (!q->current)
			continue;
		if (q->network == p->network && q->def.kind == p->def.kind)
			follow(l, p, q);
		else
			retire(l, q);
		any = true;
	}
	return any;
}

/* Whatever came of it, a sample shows that its probe is one that is sent; and with each,
 * another probe is looked at. */
void
vote_heard(struct judge *j, struct line *l, struct probe_line *p, int64_t now_ns)
{
	if (now_ns < p->heard_ns) /* the clock was set back */
		l->heard_until_ns = l->stale_from_ns = INT64_MIN;
	p->heard_ns = now_ns;
	if (p->current) {
		struct probe_line *q = &j->probes[l->probes[vote_next_heard(l)]];
		if (is_stale(q, now_ns)) {
			retire(l, q);
			elect(j, l);
		}
		return;
	}
	bool first = l->n_current == 0;
	set_current(l, p, true);
	bool others = succeed(j, l, p);
	others |= retire_stale(j, l, now_ns);
	sooner(&l->stale_from_ns, now_ns + patience(p));
	if (first || others)
		elect(j, l);
	else
		elect_also(j, l, p);
}

unsigned
vote_quorum(double quorum, unsigned members)
{
	unsigned q = (unsigned)(quorum * members);

	return (double)q + 1e-9 < quorum * members ? q + 1 : q;
}

double
vote_rate(const struct judge *j, const struct line *l)
{
	double rate = 0;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (p->votes)
			rate += 1e9 / (double)p->def.every_ns;
	}
	return rate;
}

/* ---- ordinary loss ---- */

void
vote_learn_loss(struct line *l, uint64_t sent, uint64_t lost)
{
	if (sent > 0 && (lost > 0 || l->long_loss > 0))
		l->long_loss +=
		    ((double)lost / (double)sent - l->long_loss) / (double)l->counted;
	/* A good line's would go on towards 0 for ever; denormal numbers are slow. */
	if (l->long_loss < 1e-15)
		l->long_loss = 0;
}

void
vote_count(struct line *l, int64_t at_ns, uint64_t sent, uint64_t lost)
{
	vote_count_in(l, vote_minute(l, at_ns), sent, lost);
	vote_learn_loss(l, sent, lost);
}

/* What was counted as loss was the onset of an outage. */
void
vote_uncount(struct line *l, int64_t at_ns, uint64_t lost)
{
	int64_t minute = at_ns / (60 * NS_PER_S);

	for (int back = 0; back < 2 && lost > 0; back++) {
		size_t i = vote_minute_place(minute - back);
		if (l->minutes[i].minute != minute - back)
			continue;
		uint64_t n = lost < l->minutes[i].lost ? lost : l->minutes[i].lost;
		l->minutes[i].lost -= n;
		l->minutes[i].sent -= n;
		lost -= n;
	}
}

/* Loss in the last ten minutes that were not dark; where they hold too few votes to tell,
 * that of the last hundred or so if it is worse. */
double
vote_loss(const struct line *l, int64_t now_ns)
{
	uint64_t sent = 0, lost = 0;
	int64_t oldest = now_ns / (60 * NS_PER_S) - LOSS_MINUTES;

	for (size_t i = 0; i < LOSS_MINUTES; i++) {
		if (l->minutes[i].minute <= oldest)
			continue;
		sent += l->minutes[i].sent;
		lost += l->minutes[i].lost;
	}
	double loss = sent > 0 ? (double)lost / (double)sent : 0;
	return sent < VOTES_FEW && l->long_loss > loss ? l->long_loss : loss;
}

/* ---- membership ---- */

static int64_t
dark_so_far(const struct line *l, int64_t now_ns)
{
	const struct run *r = &l->runs[0];

	return l->dark_ns + (r->active ? now_ns - r->seen_ns : 0);
}

static void
begin_to_fail(struct line *l, struct network_line *n, int64_t now_ns)
{
	n->failing = true;
	n->fail_since_ns = now_ns;
	n->dark_at_fail_ns = dark_so_far(l, now_ns);
	n->row = 0;
	if (n->n_others < l->n_networks) {
		n->others = memory_grow(n->others, l->n_networks, sizeof *n->others);
		n->n_others = l->n_networks;
	}
	for (size_t i = 0; i < l->n_networks; i++) {
		n->others[i].sent = l->networks[i].sent;
		n->others[i].answered = l->networks[i].answered;
	}
	recount(l);
}

static unsigned
others_fine(const struct line *l, const struct network_line *n)
{
	unsigned fine = 0;

	for (size_t i = 0; i < l->n_networks && i < n->n_others; i++) {
		const struct network_line *o = &l->networks[i];
		uint64_t sent = o->sent - n->others[i].sent;
		uint64_t answered = o->answered - n->others[i].answered;
		if (o != n && o->family == n->family && is_member(o) && sent > 0 &&
		    (double)answered >= OTHERS_RATIO * (double)sent)
			fine++;
	}
	return fine;
}

/* A network that fails while others answer says something of itself, not of the link. */
static void
consider_leaving(struct judge *j, struct line *l, struct network_line *n, int64_t now_ns)
{
	int64_t limit =
	    5 * n->every_ns > j->rule.leave_ns ? 5 * n->every_ns : j->rule.leave_ns;
	int64_t failing =
	    now_ns - n->fail_since_ns - (dark_so_far(l, now_ns) - n->dark_at_fail_ns);

	if (!n->failing || n->left || failing < limit || l->runs[0].active ||
	    l->runs[1 + n->family].active)
		return;
	if (l->members[n->family] <= 2 || others_fine(l, n) < OTHERS_NEEDED)
		return;
	n->left = true;
	n->row = 0;
	recount(l);
}

/* It was silent until the first of the answers that let it return. */
static void
come_back(struct judge *j, struct line *l, struct network_line *n)
{
	n->left = false;
	for (size_t i = 0; i < l->n_probes; i++) {
		struct probe_line *p = &j->probes[l->probes[i]];
		if (p->votes && &l->networks[p->network] == n) {
			degrade_add(l, DEG_TARGET, ATTR_TARGET, n->fail_since_ns,
			    n->up_sent_ns, n->lost_row, n->lost_row, l->probes[i]);
			break;
		}
	}
	n->lost_row = 0;
	recount(l);
}

/* A network nobody sends to any more (a reload took it away) is no member. With each
 * sample another is looked at. */
static void
look_for_absent(struct line *l, int64_t now_ns)
{
	if (l->n_networks == 0)
		return;
	struct network_line *n = &l->networks[vote_next_network(l)];
	bool absent = n->joined && now_ns - n->last_sent_ns > network_patience(n);

	if (absent && !n->absent) {
		n->absent = true;
		recount(l);
	}
}

void
vote_all_heard(const struct judge *j, struct line *l)
{
	int64_t until = INT64_MAX;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_line *p = &j->probes[l->probes[i]];
		if (p->current)
			sooner(&until, p->heard_ns + patience(p));
	}
	for (size_t i = 0; i < l->n_networks; i++) {
		const struct network_line *n = &l->networks[i];
		if (n->joined && !n->absent)
			sooner(&until, n->last_sent_ns + network_patience(n));
	}
	l->heard_until_ns = until;
}

/* Nobody was heard while nothing was measured. */
void
vote_gap(struct judge *j, struct line *l, int64_t to_ns)
{
	l->heard_until_ns = l->stale_from_ns = INT64_MIN;
	for (size_t i = 0; i < l->n_networks; i++)
		if (!l->networks[i].absent && l->networks[i].joined)
			l->networks[i].last_sent_ns = to_ns;
	for (size_t i = 0; i < l->n_probes; i++)
		if (j->probes[l->probes[i]].current)
			j->probes[l->probes[i]].heard_ns = to_ns;
}

/* ---- one sample ---- */

static void
take_answer(struct judge *j, struct line *l, struct probe_line *p, struct network_line *n,
    const struct sample *s)
{
	int64_t now = s->time.ns;

	if (!p->known || p->failing) {
		degrade_state(l, p, true, false);
		n->up++;
	}
	n->last_answer_ns = now;
	n->row++;
	if (n->failing || !n->joined) {
		n->failing = false;
		n->up_sent_ns = now;
		n->up_received_ns = now + s->rtt_ns;
		n->up_answers = 0;
		n->row = 1;
		if (!n->joined) {
			n->joined = true;
			if (!l->ever_joined)
				l->joined_ns = now;
			l->ever_joined = true;
		}
		if (!n->left)
			n->lost_row = 0;
		recount(l);
	}
	n->up_answers++;
	if (now + s->rtt_ns < n->up_received_ns)
		n->up_received_ns = now + s->rtt_ns;
	if (n->left && n->row >= j->rule.return_answers)
		come_back(j, l, n);
}

static void
take_loss(struct line *l, struct probe_line *p, struct network_line *n, int64_t now)
{
	if (p->known && !p->failing) {
		degrade_state(l, p, true, true);
		if (n->up > 0)
			n->up--;
	}
	n->row = 0;
	n->lost_row++;
	if (n->joined && !n->failing && n->up == 0)
		begin_to_fail(l, n, now);
}

void
vote_take(struct judge *j, struct line *l, struct probe_line *p, const struct sample *s,
    enum say say)
{
	struct network_line *n = &l->networks[p->network];
	int64_t now = s->time.ns;

	n->last_sent_ns = now;
	if (n->absent) {
		n->absent = false;
		recount(l);
	}
	if (say == SAY_ANSWER)
		take_answer(j, l, p, n, s);
	else
		take_loss(l, p, n, now);
	if (!l->runs[0].active) {
		n->sent++;
		n->answered += say == SAY_ANSWER;
	}
	look_for_absent(l, now);
	if (say != SAY_ANSWER)
		consider_leaving(j, l, n, now);
}
