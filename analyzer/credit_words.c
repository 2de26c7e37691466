#include "analyzer/credit_words.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PPB 1000000000LL

void
credit_words_add(struct phrase *p, const char *format, ...)
{
	va_list ap;

	if (p->n + 1 >= p->room)
		return;
	va_start(ap, format);
	int n = vsnprintf(p->text + p->n, p->room - p->n, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	p->n += (size_t)n;
	if (p->n < p->room)
		return;
	p->n = p->room - 1;
	/* Drop a character that was cut: its continuation bytes, then its first. */
	size_t at = p->n;
	while (at > 0 && ((unsigned char)p->text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at > 0 && (unsigned char)p->text[at - 1] >= 0xc0)
		p->text[at - 1] = '\0';
}

/* ${whole} and ${part} of ${scale}, a power of ten, with as many decimals as there are.
 */
static void
decimal(struct phrase *p, int64_t whole, int64_t part, int64_t scale)
{
	credit_words_add(p, "%lld", (long long)whole);
	if (part == 0)
		return;
	credit_words_add(p, ".");
	for (scale /= 10; scale > 0 && part > 0; scale /= 10) {
		credit_words_add(p, "%lld", (long long)(part / scale));
		part %= scale;
	}
}

void
credit_words_duration(struct phrase *p, int64_t ns)
{
	int64_t h = ns / (3600 * NS_PER_S), min = ns / (60 * NS_PER_S) % 60;
	int64_t rest = ns % (60 * NS_PER_S);
	const char *gap = "";

	if (h != 0) {
		credit_words_add(p, "%lld h", (long long)h);
		gap = " ";
	}
	if (min != 0) {
		credit_words_add(p, "%s%lld min", gap, (long long)min);
		gap = " ";
	}
	if (rest != 0 || ns == 0) {
		credit_words_add(p, "%s", gap);
		decimal(p, rest / NS_PER_S, rest % NS_PER_S, NS_PER_S);
		credit_words_add(p, " s");
	}
}

void
credit_words_percent(struct phrase *p, int64_t ppb)
{
	decimal(p, ppb / (PPB / 100), ppb % (PPB / 100), PPB / 100);
	credit_words_add(p, " %%");
}

/* Mills without the currency's name. */
static void
mills(struct phrase *p, int64_t v, const char *currency)
{
	int64_t step = credit_step(currency);

	if (v % step != 0) /* a stated amount may be finer than what is paid */
		step = 1;
	if (step == 1000)
		credit_words_add(p, "%lld", (long long)(v / 1000));
	else if (step == 10)
		credit_words_add(
		    p, "%lld.%02lld", (long long)(v / 1000), (long long)(v % 1000 / 10));
	else
		credit_words_add(
		    p, "%lld.%03lld", (long long)(v / 1000), (long long)(v % 1000));
}

static void
money(struct phrase *p, int64_t v, const char *currency)
{
	mills(p, v, currency);
	if (currency[0] != '\0')
		credit_words_add(p, " %s", currency);
}

void
credit_print(struct credit_worth w, const char *currency, char *out, size_t room)
{
	struct phrase p = {out, room, 0};

	if (w.mills != 0 || w.share_ppb == 0)
		money(&p, w.mills, currency);
	if (w.share_ppb != 0) {
		credit_words_add(&p, "%s", w.mills != 0 ? " and " : "");
		credit_words_percent(&p, w.share_ppb);
		credit_words_add(&p, " of the monthly charge");
	}
}

void
credit_words_amount(struct phrase *p, const struct contract_conf *c,
    const struct amount *a, struct credit_worth each)
{
	if (a->kind == AMOUNT_NONE) {
		credit_words_add(p, "nothing");
		return;
	}
	if (a->kind == AMOUNT_MONEY) {
		money(p, a->mills, c->currency);
		return;
	}
	if (a->kind == AMOUNT_SHARE) {
		credit_words_percent(p, llround(a->share * 1e9));
	} else {
		int64_t u = llround(a->days * 1e6);
		decimal(p, u / 1000000, u % 1000000, 1000000);
		credit_words_add(p, u == 1000000 ? " day" : " days");
	}
	if (c->mrc_mills == 0) {
		credit_words_add(p, " of the monthly charge");
		return;
	}
	credit_words_add(p, " of ");
	money(p, c->mrc_mills, c->currency);
	credit_words_add(p, " (");
	mills(p, each.mills, c->currency);
	credit_words_add(p, ")");
}

/* A value that was measured, not calculated with: six digits are plenty. */
static void
measured(struct phrase *p, double v, const char *unit)
{
	int64_t part = llround(v * 1e6);

	decimal(p, part / 1000000, part % 1000000, 1000000);
	credit_words_add(p, " %s", unit);
}

void
credit_words_metric(struct phrase *p, enum metric m, double v)
{
	switch (m) {
	case METRIC_LOSS:
		credit_words_percent(p, llround(v * 1e9));
		return;
	case METRIC_RTT:
	case METRIC_JITTER:
		measured(p, v / NS_PER_MS, "ms");
		return;
	case METRIC_SPEED_DOWN:
	case METRIC_SPEED_UP:
		measured(p, v / 1e6, "Mbit/s");
		return;
	}
}

int64_t
credit_step(const char *currency)
{
	/* ISO 4217, list one: currencies with no and with three decimals. */
	static const char NONE[][4] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF",
	    "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
	static const char THREE[][4] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

	for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++)
		if (strcmp(currency, NONE[i]) == 0)
			return 1000;
	for (size_t i = 0; i < sizeof THREE / sizeof THREE[0]; i++)
		if (strcmp(currency, THREE[i]) == 0)
			return 1;
	return 10;
}
