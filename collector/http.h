#ifndef COLLECTOR_HTTP_H
#define COLLECTOR_HTTP_H

#include "base/loop.h"
#include "collector/budget.h"
#include "collector/engine.h"
#include "collector/http_sockets.h"
#include "collector/outlet.h"
#include "config/settings.h"

/*
 * The transport of throughput tests. A test waits for its link to be idle and for any
 * other test of the link to end, has the host's name resolved through the link, and runs
 * in a child process (http_child.h) that gets nothing but sockets bound to the link. It
 * is over after max_bytes, or 15 s after its first byte, or when the body ends.
 *
 * reply      rtt_ns is the time of the measure and bytes what it carried, so bytes * 8 /
 *            rtt is the rate (http_meter.h); sent is when the measure began
 * lost       code resolve: the server gave no address; code http: no connection, no good
 *            status, silence for longer than the probe's timeout, or the child died; or
 *            why the link is not ready (no-carrier, …) where that broke the test
 * not-sent   flag load: the link was never idle while the test could wait (half its
 *            period, at most ten minutes), or the one before has not ended;
 *            code resolve: no server to ask on this link; code budget: the link's
 *            throughput-budget has no room for it this month; else the code of the call
 *            that failed
 * unsettled  the probe was removed while its test ran
 *
 * Masking. While a test loads a link, what other probes measure there is our own doing:
 * their samples carry FLAG_MASKED. The transports take the flag from the link's outlet
 * (outlet.h, flags): departure.flags and answer.flags |= http_running(h, link) ?
 * FLAG_MASKED : 0, both, for what was under way when the test began counts too. While the
 * test itself runs, without the second after it, they carry FLAG_LOAD beside: the working
 * latency is read from these.
 *
 * A test that went well also tells how, second by second (base/throughput.h).
 */
struct http;

/*
 * http_new(loop, engine, child):
 * ${child} is the command that runs http_child_main, NULL at its end; child[0] is a path.
 * All borrowed until http_free, which ends what still runs.
 */
struct http *http_new(struct loop *loop, struct engine *engine, const char *const *child);
void http_free(struct http *h);

/* How a good test went, told just before its sample is. */
typedef void http_told_fn(void *ctx, const struct throughput *t);
void http_tell(struct http *h, http_told_fn *told, void *ctx);

/*
 * http_budget(h, dir, err, room):
 * Charge each test to the budget kept in DATA (budget.h). Result 0, or what budget_open
 * said, with its line in err: tests of links with a cap are not made then.
 */
int http_budget(struct http *h, const char *dir, char *err, size_t room);

/* Called for each connection that a test may make, before it does. */
void http_on_begun(struct http *h, http_begun_fn *begun);

/* What all tests of the link have carried since the start, with what one carries now. */
struct http_carried http_carried(const struct http *h, uint32_t number);

/* For engine_add, of probes that http_add has taken. It settles. */
const struct transport *http_transport(const struct http *h);

/*
 * http_add(h, probe, number, link, conf, outlet), http_remove(h, probe):
 * Take up a probe of kind http under the journal's number, on the link of that ${number}.
 * A name in its URL is asked of the server of the link's first dns probe of role isp, or
 * of its first dns probe of any role.
 *
 * Result  0, -EEXIST, or -EINVAL: the URL is none.
 */
int http_add(struct http *h, uint32_t probe, uint32_t number,
    const struct link_conf *link, const struct probe_conf *conf,
    const struct outlet *outlet);
void http_remove(struct http *h, uint32_t probe);

/* The link's throughput-budget has changed to ${bytes} a month. */
void http_cap(struct http *h, uint32_t probe, uint64_t bytes);

/*
 * http_link_rate(h, number, down_bps, up_bps, now):
 * What the link's interface carried in the second before ${now}; call it for every link
 * with http probes each time its counters are read (idle.h).
 */
void http_link_rate(
    struct http *h, uint32_t number, uint64_t down_bps, uint64_t up_bps, mono_t now);

/* True while a test loads the link, and for a second after it: queues empty slowly. */
bool http_running(const struct http *h, uint32_t number);

/* True while a test loads the link, and no longer. */
bool http_loading(const struct http *h, uint32_t number);

/* Why the last test of ${probe} failed, in words for a log; empty where it did not. */
const char *http_why(const struct http *h, uint32_t probe);

#endif
