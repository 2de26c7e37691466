#ifndef CMD_PASS_H
#define CMD_PASS_H

#include "cmd/curve.h"
#include "cmd/trails.h"
#include "cmd/trials.h"
#include "cmd/taking.h"
#include "config/settings.h"

/* What is younger may be neither settled nor written. */
#define PASS_AIR_NS (15 * NS_PER_S)

/*
 * One reading of the journal for one period: it feeds the judge, and the curves with what
 * lies in the period. It reads more than the period, so that an outage over its edge is
 * whole and has the identity it has in any other period: 25 hours back and 2 ahead, and
 * four times as far until an hour with neither outage nor unknown time lies on each side,
 * or the journal ends.
 */
struct pass {
	/* What is asked for. */
	struct journal_reader *reader;
	struct judge_rule rule;
	int64_t from_ns, to_ns;            /* to: INT64_MAX for as far as there is */
	int64_t first_ns, last_ns, now_ns; /* of the journal; the clock */
	int64_t cut_ns; /* nothing that was sent later is read; 0: all there is */
	const char *zone;
	const struct settings *settings; /* today's, or NULL */
	bool whole;                      /* begin with the first sample */
	bool live;     /* as it is now: in order of completion, nothing held back */
	bool fine;     /* buckets for a latency chart */
	bool evidence; /* what the pages of a dossier rest on */
	bool windows;  /* minutes, for what is promised over a window */
	bool show;     /* tell a person how far it is */
	int64_t rights_back_ns; /* outages so long before the period are wanted too */
	/* What was found; from and to are set where they were open. */
	struct judge *judge;
	struct trials *trials;            /* of throughput; NULL while live */
	struct trails *trails;            /* likewise, of the path */
	const struct link_result *judged; /* by the reader's number of the link */
	struct earlier {
		struct outage *v; /* that begin before the period; no holes */
		size_t n;
	} * earlier; /* by link */
	size_t n_earlier;
	int64_t as_of_ns;     /* up to when was judged */
	struct curve *curves; /* by link */
	size_t n_curves;
	struct taking *takings; /* by link, where evidence is wanted */
	struct mark *last;      /* newest sample, by the reader's number of the probe */
	size_t n_last;
	struct curve_probe *before; /* likewise */
	struct outage *latest; /* live: the newest outage, by link; id empty for none */
	size_t n_latest;
	int64_t scan_from_ns, scan_to_ns;
	/* While reading. */
	size_t told_links, told_probes;
	int64_t newest_ns, oldest_ns;
	int64_t *voted_ns; /* newest sample of a voter, by link */
	uint64_t seen;
};

/* 0, or what journal_scan returned. */
int pass_run(struct pass *p);
void pass_done(struct pass *p);

#endif
