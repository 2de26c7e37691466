#ifndef REPORTS_MIGRATION_H
#define REPORTS_MIGRATION_H

#include "analyzer/growth.h"
#include "analyzer/migration.h"
#include "analyzer/window.h"
#include "reports/comparison.h"

/* The plan of a move from one link to another: what was found, and when what is done. */
#define MIGRATION_LEVELS 4 /* 50, 70, 80, 90 % of a speed */
#define MIGRATION_SPEEDS 3 /* the old link's, the new one's, what is asked for */
extern const double migration_level[MIGRATION_LEVELS];

/* How often the old link's demand would have been above these shares of a speed. */
struct migration_load {
	char name[96];
	double bps[2];                     /* down, up; 0: not known */
	double above[2][MIGRATION_LEVELS]; /* of its minutes; -1: not known */
};

/* A link for a time of at most 30 days before or after the move. */
struct migration_side {
	bool has;
	struct span period;
	struct verdict ledger; /* of the period, by the comparison's profile */
	uint64_t sent, lost;
	struct stats_bounds loss;
	bool has_loss;
	int64_t p50_ns, p95_ns; /* means of the hours'; -1: none */
};

struct migration_view {
	const struct comparison_view *pair; /* old, new: over the parallel run */
	const struct migration *m;
	struct span parallel;
	struct growth growth;    /* of the old link */
	struct window_week week; /* use of the old link, trouble and tickets of both */
	bool has_week, has_slot;
	unsigned slot_day, slot_hour, slot_hours; /* the so many hours that score least */
	double slot_score;                        /* their mean */
	size_t tickets;                           /* that are in the week */
	int64_t cut_over_ns;
	bool proposed; /* nobody said when */
	struct migration_load loads[MIGRATION_SPEEDS];
	size_t n_loads;
	struct migration_side before, after;
};

/* One step of the runbook; its time follows from the move's. */
struct migration_step {
	int days, minutes; /* civil, from the move on */
	const char *what, *who, *evidence;
};
extern const struct migration_step migration_steps[];
extern const size_t migration_n_steps;
int64_t migration_step_at(const struct migration_view *v, const struct migration_step *s);

/* Going back takes the last hour of the window: when it must have begun. */
int64_t migration_last_back(const struct migration_view *v);

/* The sentence that says how it stands; 512 bytes hold it. */
void migration_headline(const struct migration_view *v, char *out, size_t room);

/* Parts of its pages: the months of the demand, the runbook, and the sides of the move.
 */
void migration_print_at(const struct migration_view *v, int64_t ns, char out[48]);
void migration_months(struct pages *p, const struct migration_view *v);
void migration_print_rate(double bps, char out[32]);
void migration_runbook(struct pages *p, const struct migration_view *v);
void migration_before_after(struct pages *p, const struct migration_view *v);

/* linkwitness/migration/1 of INTERFACES.md, a new reference; the PDF as dossier_pdf. */
json_t *migration_json(const struct migration_view *v);
int migration_pdf(const struct migration_view *v, const char *pdf_path,
    const char *png_dir, char *err, size_t room);

#endif
