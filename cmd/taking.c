#include "cmd/taking.h"

#include "base/link.h"
#include "base/zone.h"
#include "cmd/curve.h"
#include "cmd/speeds.h"

#include <string.h>

#define MINUTE_NS  (60 * NS_PER_S)
#define QUARTER_NS (15 * MINUTE_NS)
#define FRESH_NS   (2 * NS_PER_S)
#define BUSY_FROM  8
#define BUSY_TO    18
#define IDLE_MOST  0.1
#define LOADED     0.5

void
taking_init(struct taking *t, const struct link_def *def)
{
	memset(t, 0, sizeof *t);
	snprintf(t->zone, sizeof t->zone, "%s", link_zone(def));
	t->capacity_down_bps = def->capacity_down_bps;
	t->capacity_up_bps = def->capacity_up_bps;
	t->quarter_ns = t->minute_ns = INT64_MIN;
}

static void
look_at(struct taking *t, int64_t ns)
{
	int64_t quarter = ns - ns % QUARTER_NS;
	struct zone_time z;

	if (quarter == t->quarter_ns)
		return;
	t->quarter_ns = quarter;
	zone_civil(ns, t->zone, &z);
	t->busy = z.weekday < 5 && z.hour >= BUSY_FROM && z.hour < BUSY_TO;
}

static void
put(struct evidence *e, enum crowd c, int64_t rtt_ns)
{
	if (rtt_ns >= 0)
		hist_add(&e->crowds[c], rtt_ns);
	else
		hist_add_lost(&e->crowds[c]);
}

static void
take_voter(struct taking *t, const struct sample *s)
{
	struct evidence *e = &t->evidence;
	/* An answer to the kernel's second SYN says nothing of the round trip. */
	int64_t rtt =
	    sample_is_answer(s) && !(s->flags & FLAG_RETRANSMITTED) ? s->rtt_ns : -1;

	look_at(t, s->time.ns);
	put(e, CROWD_ALL, rtt);
	put(e, t->busy ? CROWD_BUSY : CROWD_QUIET, rtt);
	int64_t age = s->time.ns - t->use_ns;
	if (!t->has_use || age > FRESH_NS || age < -FRESH_NS)
		return;
	if (t->use <= IDLE_MOST)
		put(e, CROWD_IDLE, rtt);
	else if (t->use >= LOADED)
		put(e, CROWD_LOADED, rtt);
}

static void
take_query(struct taking *t, const struct probe_def *p, const struct sample *s)
{
	struct name_server *n =
	    evidence_server(&t->evidence, s->probe, p->role == ROLE_ISP);

	n->asked++;
	if (sample_is_answer(s) && s->rtt_ns >= 0)
		hist_add(&n->answers, s->rtt_ns);
	if (s->code == CODE_RCODE)
		n->rcode++;
	else if (s->code == CODE_MALFORMED)
		n->malformed++;
	else if (s->outcome == OUTCOME_REPLY)
		n->good++;
	else if (s->code == CODE_UNREACHABLE || s->code == CODE_PORT ||
	         s->outcome == OUTCOME_REFUSED)
		n->unreachable++;
	else
		n->timeout++;
	if (n->isp) {
		t->asked++;
		t->answered += sample_is_answer(s);
	}
}

static void
turn_minute(struct taking *t, int64_t ns)
{
	int64_t minute = ns - ns % MINUTE_NS;

	if (minute == t->minute_ns)
		return;
	if (t->asked > 0)
		evidence_minute(
		    &t->evidence, t->minute_ns, t->asked, t->answered, t->internet);
	t->minute_ns = minute;
	t->asked = t->answered = 0;
	t->internet = false;
}

bool
taking_counts(const struct sample *s)
{
	return sample_may_vote(s) && s->outcome != OUTCOME_UNSETTLED &&
	       s->outcome != OUTCOME_NOT_SENT && !(s->flags & FLAG_MASKED);
}

void
taking_sample(struct taking *t, const struct probe_def *p, const struct sample *s)
{
	turn_minute(t, s->time.ns);
	if (!taking_counts(s))
		return;
	if (p->kind == KIND_DNS && (p->role == ROLE_ISP || p->role == ROLE_INTERNET))
		take_query(t, p, s);
	if (!curve_is_of(p))
		return;
	t->internet |= sample_is_answer(s);
	take_voter(t, s);
}

void
taking_counters(struct taking *t, const struct counters *c)
{
	const struct counters *before = &t->counters;
	double s = (double)(c->time.ns - before->time.ns) / 1e9;

	t->has_use = t->has_counters && s > 0 && s < 10 &&
	             c->ifindex == before->ifindex && c->rx_bytes >= before->rx_bytes &&
	             c->tx_bytes >= before->tx_bytes && t->capacity_down_bps > 0 &&
	             t->capacity_up_bps > 0;
	if (t->has_use) {
		double down = (double)(c->rx_bytes - before->rx_bytes) * 8 / s /
		              (double)t->capacity_down_bps,
		       up = (double)(c->tx_bytes - before->tx_bytes) * 8 / s /
		            (double)t->capacity_up_bps;
		t->use = down > up ? down : up;
		evidence_load(&t->evidence, before->time.ns, c->time.ns);
		evidence_use(
		    &t->evidence, before->time.ns, c->time.ns, (double[2]){down, up});
		t->use_ns = c->time.ns;
	}
	t->counters = *c;
	t->has_counters = true;
}

void
taking_tests(struct taking *t, const struct throughput_report *r)
{
	for (size_t i = 0; i < r->n_tests; i++) {
		const struct throughput_test *test = &r->tests[i];
		struct speed_test s = {.at_ns = test->at_ns,
		    .bps = (double)test->bps,
		    .up = test->upload,
		    .failed = test->bps == 0};
		if (test->bps < 0)
			t->evidence.unsaid[test->upload]++;
		else
			evidence_test(&t->evidence, &s);
	}
}

void
taking_event(struct taking *t, const struct event *e)
{
	evidence_event(&t->evidence, e);
	evidence_exactness(&t->evidence, t->zone, e);
}

void
taking_close(struct taking *t)
{
	turn_minute(t, INT64_MAX);
}

void
taking_done(struct taking *t)
{
	evidence_done(&t->evidence);
}
