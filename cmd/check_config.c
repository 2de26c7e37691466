/* What was understood of a configuration, for the person who wrote it. */
#include "analyzer/judge.h"
#include "cmd/check_contract.h"
#include "cmd/options.h"
#include "config/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What one sending costs on the wire each way, IP headers included. */
static void
bytes_of(const struct probe_conf *p, double *out, double *back)
{
	double ip = p->def.family == 6 ? 40 : 20;

	switch (p->def.kind) {
	case KIND_PING:
		*out = *back = ip + 64;
		break;
	case KIND_TCP: /* SYN and reset there, SYN-ACK back */
		*out = 2 * ip + 40 + 20;
		*back = ip + 40;
		break;
	case KIND_DNS:
		*out = ip + 8 + 12 + (double)strlen(p->query_name) + 6 + 11;
		*back = *out + 16;
		break;
	default: /* a throughput test: its cap, and the acknowledgements of it */
		*out = (double)p->max_bytes * (p->upload ? 1.05 : 0.02);
		*back = (double)p->max_bytes * (p->upload ? 0.02 : 1.05);
		break;
	}
}

static void
amount(double bytes, char out[24])
{
	static const char *const UNITS[] = {"B", "kB", "MB", "GB", "TB"};
	size_t u = 0;

	while (bytes >= 1000 && u < 4) {
		bytes /= 1000;
		u++;
	}
	snprintf(out, 24, bytes < 10 && u > 0 ? "%.1f %s" : "%.0f %s", bytes, UNITS[u]);
}

static bool
votes(const struct link_conf *l, const struct probe_conf *p)
{
	int64_t fastest = INT64_MAX;

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_def *d = &l->probes[i].def;
		if (d->role == ROLE_INTERNET && d->kind <= KIND_TCP &&
		    d->every_ns < fastest)
			fastest = d->every_ns;
	}
	return p->def.role == ROLE_INTERNET && p->def.kind <= KIND_TCP &&
	       p->def.every_ns <= 5 * fastest;
}

static void
print_probes(const struct link_conf *l)
{
	printf("    %-18s %-5s %-10s %-28s %-18s %-6s %-7s %s\n", "probe", "kind", "role",
	    "target", "network", "every", "timeout", "votes");
	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_conf *p = &l->probes[i];
		char every[24], timeout[24];
		units_print_duration(p->def.every_ns, every, sizeof every);
		units_print_duration(p->def.timeout_ns, timeout, sizeof timeout);
		printf("    %-18s %-5s %-10s %-28.60s %-18s %-6s %-7s %s%s\n",
		    p->def.name, kind_name(p->def.kind), role_name(p->def.role),
		    p->def.target, p->def.network[0] != '\0' ? p->def.network : "-",
		    every, timeout, votes(l, p) ? "yes" : "-",
		    p->builtin ? "  (built in)" : "");
	}
}

/* Too many to be shown one by one. */
static void
print_targets(const struct link_conf *l)
{
	for (size_t i = 0; i < l->n_lists; i++) {
		const struct target_list *t = &l->lists[i];
		char every[24], timeout[24];
		units_print_duration(t->every_ns, every, sizeof every);
		units_print_duration(t->timeout_ns, timeout, sizeof timeout);
		printf("    targets %s: %zu of %s, ping, reflector, every %s, timeout %s "
		       "(%.6g a second)\n",
		    t->name, t->n, t->file, every, timeout,
		    (double)t->n * 1e9 / (double)t->every_ns);
	}
}

#define WARMUP_LEAST_S 6 /* so long a test has to last for its whole warm-up */

/* Throughput tests: what they cost, and whether they last long enough to tell a rate. */
static void
print_tests(const struct link_conf *l)
{
	double day = 0;
	char a[24], b[24], cap[24];

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_conf *p = &l->probes[i];
		uint64_t bps =
		    p->upload ? l->def.capacity_up_bps : l->def.capacity_down_bps;
		if (p->def.kind != KIND_HTTP)
			continue;
		amount((double)p->max_bytes, cap);
		printf("    %s: %s, %u stream%s, at most %s a test\n", p->def.name,
		    p->upload ? "up" : "down", p->streams, p->streams == 1 ? "" : "s",
		    cap);
		day += 86400e9 / (double)p->def.every_ns * 1.1 * (double)p->max_bytes;
		double lasts = bps > 0 ? (double)p->max_bytes * 8 / (double)bps : 15;
		if (lasts < WARMUP_LEAST_S)
			printf(
			    "    %s: max-bytes is reached after %.1f s at the capacity; for a warm-up and a measure beyond it write max-bytes = %.0fM or more\n",
			    p->def.name, lasts, ceil(WARMUP_LEAST_S * (double)bps / 8e6));
	}
	if (day == 0)
		return;
	amount(day, a);
	amount(31 * day, b);
	printf("    throughput tests: at most %s a day, %s in a month of 31 days", a, b);
	amount((double)l->throughput_budget, cap);
	if (l->throughput_budget == 0)
		puts("; no throughput-budget");
	else if ((double)l->throughput_budget >= 31 * day)
		printf("; the budget of %s a month is enough\n", cap);
	else
		printf("; the budget of %s ends them after %.1f days of a month\n", cap,
		    (double)l->throughput_budget / day);
}

static void
print_path(const struct link_conf *l)
{
	char every[24];

	if (l->path_every_ns == 0) {
		puts("    path: not traced");
		return;
	}
	units_print_duration(l->path_every_ns, every, sizeof every);
	printf("    path: traced every %s, and when the link falls silent\n", every);
}

static void
print_cost(const struct link_conf *l)
{
	double packets = 0, out = 0, back = 0;
	char a[24], b[24];

	for (size_t i = 0; i < l->n_lists; i++) {
		const struct target_list *t = &l->lists[i];
		double day = 86400e9 / (double)t->every_ns;
		for (size_t k = 0; k < t->n; k++) {
			double ip = strchr(t->targets[k].address, ':') != NULL ? 40 : 20;
			packets += day;
			out += day * (ip + 64);
			back += day * (ip + 64);
		}
	}

	for (size_t i = 0; i < l->n_probes; i++) {
		const struct probe_conf *p = &l->probes[i];
		double day = 86400e9 / (double)p->def.every_ns, there, here;
		bytes_of(p, &there, &here);
		packets +=
		    day * (p->def.kind == KIND_HTTP ? (double)p->max_bytes / 1448 : 1);
		out += day * there;
		back += day * here;
	}
	amount(out, a);
	amount(back, b);
	printf("    a day: %.0f packets sent; at most %s out, %s in\n", packets, a, b);
	print_tests(l);
	print_path(l);
}

/* The analyzer's own word on what it will be certain of. */
static void
print_certainty(const struct link_conf *l)
{
	struct judge_rule rule;
	unsigned needs;
	int64_t shortest;

	judge_rule_default(&rule);
	struct judge *j = judge_new(&rule);
	judge_link(j, &l->def);
	for (size_t i = 0; i < l->n_probes; i++)
		judge_probe(j, &l->probes[i].def, 0);
	judge_certain(j, 0, &needs, &shortest);
	if (shortest > 0)
		printf("    shortest certain outage: %.1f s (%u lost in a row)\n",
		    (double)shortest / 1e9, needs);
	else
		puts("    nobody votes: add a ping or tcp of role internet");
	judge_free(j);
}

static void
print_link(const struct settings *s, const struct link_conf *l)
{
	static const char *const WATCHED[] = {"none: samples are egress-unproven",
	    "our own", "our own, customers' handshakes"};
	const struct contract_conf *c = settings_contract(s, &l->def);
	char down[24] = "-", up[24] = "-";

	if (l->def.capacity_down_bps > 0)
		snprintf(down, sizeof down, "%.6g Mbit/s",
		    (double)l->def.capacity_down_bps / 1e6);
	if (l->def.capacity_up_bps > 0)
		snprintf(
		    up, sizeof up, "%.6g Mbit/s", (double)l->def.capacity_up_bps / 1e6);
	printf("  link %s/%s\n", l->def.centre, l->def.link);
	printf(
	    "    isp %s; interface %s%s%s%s%s; gateway %s; %s; cpe of %s; down %s, up %s\n",
	    l->def.isp[0] != '\0' ? l->def.isp : "-",
	    l->def.interface[0] != '\0' ? l->def.interface : "-",
	    l->source[0] != '\0' ? ", source " : "", l->source,
	    l->source6[0] != '\0' ? ", " : "", l->source6, l->gateway, l->def.medium,
	    l->def.cpe_owner, down, up);
	if (c != NULL)
		printf("    contract %s, line %u\n", c->name, c->line);
	printf("    packets watched: %s\n", WATCHED[l->capture]);
	print_probes(l);
	print_targets(l);
	print_cost(l);
	print_certainty(l);
}

static void
print_sending(const struct sending_conf *s)
{
	if (s->key[0] != '\0')
		printf("documents are signed with %s, certificate %s\n", s->key,
		    s->certificate);
	if (s->authority[0] != '\0')
		printf("documents are stamped by %s\n", s->authority);
	if (s->redact[0] != '\0')
		printf("documents leave out %s\n", s->redact);
}

int
cmd_check_config(struct options *o)
{
	const struct settings *s = o->settings;
	char bound[24], keep[24];

	if (o->n_args > 0)
		return complain(EXIT_USAGE, "check-config: %s is too much", o->args[0]);
	units_print_duration(s->clock_bound_ns, bound, sizeof bound);
	units_print_duration(s->retain_ns, keep, sizeof keep);
	printf("data in %s, kept %s; run as %s; clock: %s%s\n", s->data_dir, keep,
	    s->user, s->clock_trusted ? "trusted within " : "as the kernel says",
	    s->clock_trusted ? bound : "");
	print_sending(&s->sending);
	if (s->rrdcached[0] != '\0')
		printf("RRD files written through rrdcached at %s\n", s->rrdcached);
	for (size_t i = 0; i < s->n_links; i++) {
		const struct link_def *d = &s->links[i].def;
		if (i == 0 || strcmp(d->centre, s->links[i - 1].def.centre) != 0)
			printf("\ncentre %s: %s, %s\n", d->centre, d->centre_name,
			    d->timezone);
		print_link(s, &s->links[i]);
	}
	for (size_t i = 0; i < s->n_contracts; i++)
		check_contract(&s->contracts[i]);
	for (size_t i = 0; i < s->n_notify; i++) {
		const struct notify_conf *n = &s->notify[i];
		printf("%snotify %s: %s %s%s%s\n", i == 0 ? "\n" : "", n->name,
		    n->kind == NOTIFY_MAIL      ? "mail"
		    : n->kind == NOTIFY_WEBHOOK ? "webhook"
		                                : "command",
		    n->kind == NOTIFY_MAIL      ? n->to
		    : n->kind == NOTIFY_WEBHOOK ? n->url
		                                : n->command,
		    n->via[0] != '\0' ? " by " : "", n->via);
	}
	return 0;
}
