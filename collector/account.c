#include "collector/account.h"

#include "base/exactness.h"

static uint64_t
us(int64_t ns)
{
	return ns > 0 ? (uint64_t)(ns / NS_PER_US) : 0;
}

bool
account_event(struct engine *e, uint64_t drops, int64_t bound_ns, struct event *out)
{
	struct engine_account a;

	engine_take_account(e, &a);
	struct exactness x = {.sent = a.sendings,
	    .unsent = a.unsent,
	    .skipped = a.skipped,
	    .dropped = drops,
	    .doubted = a.doubted,
	    .kernel = a.stamps[STAMP_KERNEL],
	    .kernel_rx = a.stamps[STAMP_KERNEL_RX],
	    .user = a.stamps[STAMP_USER],
	    .delay_p50 = us(a.delay_p50_ns),
	    .delay_p99 = us(a.delay_p99_ns),
	    .delay_most = us(a.delay_most_ns),
	    .clock_bound = us(bound_ns)};
	out->kind = EVENT_NOTE;
	out->link = -1;
	return exactness_print(&x, out->text, sizeof out->text);
}
