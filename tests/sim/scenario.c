#include "tests/sim/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORDS_MAX 12

static const char *const LAYERS[] = {
    "cpe", "access", "core", "upstream", "targets", "dns"};
static const char *const FAULTS[] = {"down", "carrier", "loss", "delay", "stall", "icmp",
    "target", "kill", "stop", "reboot", "suspend", "step", "unsync"};
static const char *const EXPECTS[] = {
    "outage", "micro", "degradation", "unknown", "coverage", "quiet"};

static void __attribute__((noreturn))
wrong(const struct scenario *s, unsigned line, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", s->path, line, what);
	exit(2);
}

static int
lookup(const char *const *names, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], word) == 0)
			return (int)i;
	return -1;
}

/* "4d10h30m", "1500ms", "-3600s". */
static int64_t
duration(const struct scenario *s, unsigned line, const char *text)
{
	bool negative = *text == '-';
	int64_t total = 0;
	char *end;

	text += negative || *text == '+';
	if (*text == '\0')
		wrong(s, line, "a duration is missing");
	while (*text != '\0') {
		double v = strtod(text, &end);
		if (end == text)
			wrong(s, line, "not a duration");
		text = end;
		int64_t unit = 0;
		if (strncmp(text, "ms", 2) == 0)
			unit = NS_PER_MS;
		else if (*text == 's')
			unit = NS_PER_S;
		else if (*text == 'm')
			unit = 60 * NS_PER_S;
		else if (*text == 'h')
			unit = 3600 * NS_PER_S;
		else if (*text == 'd')
			unit = 86400 * NS_PER_S;
		else
			wrong(s, line, "a duration wants ms, s, m, h or d");
		text += unit == NS_PER_MS ? 2 : 1;
		total += (int64_t)(v * (double)unit + (v < 0 ? -0.5 : 0.5));
	}
	return negative ? -total : total;
}

static double
ratio(const struct scenario *s, unsigned line, const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || (*end != '\0' && strcmp(end, "%") != 0))
		wrong(s, line, "not a ratio");
	return *end == '%' ? v / 100 : v;
}

static int
link_named(const struct scenario *s, unsigned line, const char *word)
{
	if (strcmp(word, "all") == 0)
		return -1;
	for (int i = 0; i < s->n_links; i++)
		if (strcmp(s->links[i], word) == 0)
			return i;
	wrong(s, line, "no such link");
}

/* fault KIND [LINK] [LAYER|VALUE] at T [for D] */
static void
read_fault(struct scenario *s, unsigned line, char **w, int n)
{
	struct fault f = {.link = -1};
	int kind = n > 1 ? lookup(FAULTS, sizeof FAULTS / sizeof *FAULTS, w[1]) : -1;
	int at = 2;

	if (kind < 0 || s->n_faults == SIM_FAULTS_MAX)
		wrong(s, line, "no such fault, or too many");
	f.kind = (enum fault_kind)kind;
	if (f.kind <= FAULT_ICMP && at < n)
		f.link = link_named(s, line, w[at++]);
	if (f.kind == FAULT_DOWN && at < n) {
		int layer = lookup(LAYERS, sizeof LAYERS / sizeof *LAYERS, w[at++]);
		if (layer < 0)
			wrong(s, line, "no such layer");
		f.layer = (enum layer)layer;
	} else if (f.kind == FAULT_LOSS && at < n) {
		f.value = ratio(s, line, w[at++]);
	} else if ((f.kind == FAULT_DELAY || f.kind == FAULT_STEP) && at < n) {
		f.value = (double)duration(s, line, w[at++]);
	} else if (f.kind == FAULT_TARGET && at < n) {
		f.value = atof(w[at++]);
	}
	if (at + 1 >= n || strcmp(w[at], "at") != 0)
		wrong(s, line, "a fault wants: at T [for D]");
	f.from_ns = f.to_ns = duration(s, line, w[at + 1]);
	if (at + 3 < n && strcmp(w[at + 2], "for") == 0)
		f.to_ns += duration(s, line, w[at + 3]);
	s->faults[s->n_faults++] = f;
}

/* expect KIND LINK [WORD] [at T for D] [within D] [MARK] [VALUE] */
static void
read_expect(struct scenario *s, unsigned line, char **w, int n)
{
	struct expect e = {.line = line, .slack_ns = -1};
	int kind = n > 2 ? lookup(EXPECTS, sizeof EXPECTS / sizeof *EXPECTS, w[1]) : -1;
	int at = 3;

	if (kind < 0 || s->n_expects == SIM_EXPECTS_MAX)
		wrong(s, line, "no such expectation, or too many");
	e.kind = (enum expect_kind)kind;
	e.link = link_named(s, line, w[2]);
	if (e.kind == EXPECT_COVERAGE && at < n)
		e.value = ratio(s, line, w[at++]);
	else if (e.kind != EXPECT_QUIET && at < n)
		snprintf(e.word, sizeof e.word, "%s", w[at++]);
	for (; at < n; at++) {
		if (at + 1 < n && strcmp(w[at], "at") == 0)
			e.from_ns = duration(s, line, w[++at]);
		else if (at + 1 < n && strcmp(w[at], "for") == 0)
			e.length_ns = duration(s, line, w[++at]);
		else if (at + 1 < n && strcmp(w[at], "within") == 0)
			e.slack_ns = duration(s, line, w[++at]);
		else
			snprintf(e.mark, sizeof e.mark, "%s", w[at]);
	}
	s->expects[s->n_expects++] = e;
}

static int64_t
instant(const struct scenario *s, unsigned line, const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end == NULL || *end != '\0')
		wrong(s, line, "the start is written 2026-03-01T00:00:00Z");
	return (int64_t)timegm(&tm) * NS_PER_S;
}

static void
read_line(struct scenario *s, unsigned line, char **w, int n)
{
	const char *v = n > 1 ? w[1] : "";

	if (strcmp(w[0], "start") == 0) {
		s->start_ns = instant(s, line, v);
	} else if (strcmp(w[0], "length") == 0) {
		s->length_ns = duration(s, line, v);
	} else if (strcmp(w[0], "every") == 0) {
		s->every_ns = duration(s, line, v);
		s->tick_ns = s->every_ns > NS_PER_S ? s->every_ns : NS_PER_S;
		if (s->every_ns >= 60 * NS_PER_S)
			s->tick_ns = 10 * s->every_ns;
	} else if (strcmp(w[0], "rtt") == 0 && n == 3) {
		s->rtt_ns = duration(s, line, v);
		s->jitter_ns = duration(s, line, w[2]);
	} else if (strcmp(w[0], "loss") == 0) {
		s->loss = ratio(s, line, v);
	} else if (strcmp(w[0], "seed") == 0) {
		s->seed = strtoull(v, NULL, 0);
	} else if (strcmp(w[0], "medium") == 0) {
		snprintf(s->medium, sizeof s->medium, "%s", v);
	} else if (strcmp(w[0], "cpe-owner") == 0) {
		snprintf(s->cpe_owner, sizeof s->cpe_owner, "%s", v);
	} else if (strcmp(w[0], "gateway-silent") == 0) {
		s->gateway_silent = true;
	} else if (strcmp(w[0], "allow-micro") == 0) {
		s->allow_micro = true;
	} else if (strcmp(w[0], "link") == 0 && n == 2 && s->n_links < SIM_LINKS_MAX) {
		snprintf(s->links[s->n_links++], NAME_ROOM, "%s", v);
	} else if (strcmp(w[0], "fault") == 0) {
		read_fault(s, line, w, n);
	} else if (strcmp(w[0], "expect") == 0) {
		read_expect(s, line, w, n);
	} else {
		wrong(s, line, "not understood");
	}
}

void
scenario_read(struct scenario *s, const char *path)
{
	FILE *in = fopen(path, "re");
	char text[512], *words[WORDS_MAX], *save;
	unsigned line = 0;

	*s = (struct scenario){.start_ns = 1772323200 * NS_PER_S,
	    .every_ns = NS_PER_S,
	    .tick_ns = NS_PER_S,
	    .rtt_ns = 20 * NS_PER_MS,
	    .jitter_ns = 3 * NS_PER_MS,
	    .seed = 1,
	    .medium = "ethernet",
	    .cpe_owner = "isp"};
	snprintf(s->path, sizeof s->path, "%s", path);
	if (in == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	while (fgets(text, sizeof text, in) != NULL) {
		int n = 0;
		line++;
		if (line == 1 && text[0] != '#')
			wrong(s, line, "the first line is the claim, a comment");
		text[strcspn(text, "#\n")] = '\0';
		for (char *p = strtok_r(text, " \t", &save); p != NULL && n < WORDS_MAX;
		     p = strtok_r(NULL, " \t", &save))
			words[n++] = p;
		if (n > 0)
			read_line(s, line, words, n);
	}
	fclose(in);
	if (s->n_links == 0 || s->length_ns == 0 || s->n_expects == 0)
		wrong(s, line, "a scenario wants a link, a length and an expectation");
}

const struct fault *
scenario_fault(const struct scenario *s, enum fault_kind kind, int link, int64_t t)
{
	for (int i = 0; i < s->n_faults; i++) {
		const struct fault *f = &s->faults[i];
		if (f->kind == kind && (f->link == link || f->link < 0) &&
		    t >= f->from_ns && t < f->to_ns)
			return f;
	}
	return NULL;
}

bool
scenario_cut(const struct scenario *s, int link, enum layer depth, int64_t t)
{
	for (int i = 0; i < s->n_faults; i++) {
		const struct fault *f = &s->faults[i];
		if (f->kind != FAULT_DOWN || (f->link != link && f->link >= 0) ||
		    t < f->from_ns || t >= f->to_ns)
			continue;
		if (depth == LAYER_DNS ? f->layer <= LAYER_CORE || f->layer == LAYER_DNS
		                       : f->layer <= depth)
			return true;
	}
	return false;
}
