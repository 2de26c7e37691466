#include "collector/resolve.h"

#include "base/bytes.h"

#include <ares.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_NS (5 * NS_PER_S)

/* Both questions are asked at once; the outcome waits for A, and for AAAA without it. */
enum question {
	FOUR,
	SIX,
	QUESTIONS
};

struct resolve {
	struct loop *loop;
	struct loop_timer timer; /* at the end of patience; at once when all is known */
	struct dns_channel *channel[QUESTIONS];
	bool known[QUESTIONS];
	struct resolve_result found[QUESTIONS];
	resolve_fn *fn;
	void *ctx;
};

static bool
is_done(const struct resolve *r)
{
	return r->known[FOUR] && (r->found[FOUR].n > 0 || r->known[SIX]);
}

static void
finish(void *ctx, mono_t now)
{
	static const struct resolve_result none;
	struct resolve *r = ctx;
	const struct resolve_result *result = &none;

	(void)now;
	for (int i = QUESTIONS - 1; i >= 0; i--)
		if (r->found[i].n > 0)
			result = &r->found[i];
	r->fn(r->ctx, result);
}

static void
take_four(struct resolve_result *out, const struct dns_news *news)
{
	struct ares_addrttl got[RESOLVE_ADDRESSES];
	int n = RESOLVE_ADDRESSES;

	if (ares_parse_a_reply(news->msg, (int)news->len, NULL, got, &n) != ARES_SUCCESS)
		return;
	for (int i = 0; i < n; i++)
		memcpy(out->address[i], &got[i].ipaddr, 4);
	out->n = (size_t)n;
	out->family = AF_INET;
}

static void
take_six(struct resolve_result *out, const struct dns_news *news)
{
	struct ares_addr6ttl got[RESOLVE_ADDRESSES];
	int n = RESOLVE_ADDRESSES;

	if (ares_parse_aaaa_reply(news->msg, (int)news->len, NULL, got, &n) !=
	    ARES_SUCCESS)
		return;
	for (int i = 0; i < n; i++)
		memcpy(out->address[i], &got[i].ip6addr, 16);
	out->n = (size_t)n;
	out->family = AF_INET6;
}

/* The token tells which question. A channel must not be freed from here, so the end is
 * left to the timer. */
static void
on_news(void *ctx, uint64_t token, const struct dns_news *news)
{
	struct resolve *r = ctx;

	if (r->known[token] || (news->outcome == OUTCOME_LOST && !news->final))
		return;
	if (news->outcome == OUTCOME_REPLY && news->code == CODE_NONE) {
		if (token == FOUR)
			take_four(&r->found[FOUR], news);
		else
			take_six(&r->found[SIX], news);
	}
	r->known[token] = true;
	if (is_done(r))
		loop_timer_set(r->loop, &r->timer, clock_mono());
}

static int
ask(struct resolve *r, const struct outlet *outlet, const struct dns_server *server,
    const char *name, enum question question)
{
	const struct dns_listener listener = {r, on_news, NULL};
	struct departure d = {0};
	int rc = dns_channel_new(r->loop, outlet, server, name,
	    question == FOUR ? "A" : "AAAA", &listener, &r->channel[question]);

	return rc == 0 ? dns_channel_send(r->channel[question], question, &d) : rc;
}

int
resolve_start(struct loop *loop, const struct outlet *outlet,
    const struct dns_server *server, const char *name, int family, resolve_fn *fn,
    void *ctx, struct resolve **out)
{
	struct resolve *r = memory_grow(NULL, 1, sizeof *r);
	int rc = 0;

	memset(r, 0, sizeof *r);
	r->loop = loop;
	r->fn = fn;
	r->ctx = ctx;
	r->timer = (struct loop_timer){.fn = finish, .ctx = r};
	r->known[FOUR] = family == AF_INET6;
	r->known[SIX] = family == AF_INET;
	for (int i = 0; i < QUESTIONS && rc == 0; i++)
		if (!r->known[i])
			rc = ask(r, outlet, server, name, (enum question)i);
	if (rc < 0) {
		resolve_free(r);
		return rc;
	}
	loop_timer_set(loop, &r->timer, (mono_t){clock_mono().ns + PATIENCE_NS});
	*out = r;
	return 0;
}

void
resolve_free(struct resolve *r)
{
	if (r == NULL)
		return;
	loop_timer_cancel(r->loop, &r->timer);
	for (int i = 0; i < QUESTIONS; i++)
		dns_channel_free(r->channel[i]);
	free(r);
}
