#ifndef REPORTS_DOSSIER_H
#define REPORTS_DOSSIER_H

#include "reports/evidence.h"
#include "reports/page.h"
#include "reports/say.h"
#include "reports/tally.h"
#include "reports/terms.h"

/*
 * The parts of the dossier. dossier.c strings them together; dossier_pdf() itself is
 * declared in reports/results.h.
 */
struct dossier {
	const struct results *r;
	struct zone *zones; /* one a link */
	const struct dossier_kind *kind;
	const void *more; /* what the kind needs beside the results */
};

/* A document of one kind: what it is called, and what draws its pages. */
struct dossier_kind {
	const char *title, *subject;
	void (*run)(struct pages *p, const struct dossier *ds);
};

/* As dossier_pdf, of any kind. */
int dossier_print(const struct results *r, const struct dossier_kind *kind,
    const void *more, const char *pdf_path, const char *png_dir, char *err, size_t room);
/* Whose the pages from here on are, for their heads; NULL: the document's. */
void dossier_name(struct pages *p, const struct dossier *ds, const struct link_report *l);

/* Names of places: "summary-0", "register-0", "outage-0-3", "method". */
#define PLACE_ROOM 64
void dossier_place(char out[PLACE_ROOM], const char *what, size_t link);
void dossier_outage_place(char out[PLACE_ROOM], size_t link, size_t outage);

void dossier_overview(struct pages *p, const struct dossier *ds);
void dossier_overview_rows(struct pages *p, const struct dossier *ds);
void dossier_summary(struct pages *p, const struct dossier *ds, size_t link);
void dossier_who(struct pages *p, const struct results *r, const struct link_report *l,
    const struct zone *z);
void dossier_figures(struct pages *p, const struct dossier *ds, size_t link);
void dossier_clauses(struct pages *p, const struct link_report *l, size_t link);
void dossier_heat(
    struct pages *p, const struct link_report *l, const struct zone *z, size_t link);
void dossier_owed(struct pages *p, const struct dossier *ds, size_t link);
/* Its parts: the credits in three readings, rights, and the first so many dates. */
void dossier_credits(
    struct pages *p, const struct settlement *s, const struct contract_conf *c);
void dossier_rights(struct pages *p, const struct settlement *s, const struct zone *z);
void dossier_dates(
    struct pages *p, const struct settlement *s, const struct zone *z, size_t most);
/* "nothing", "123.45 EUR", "10 % of the monthly charge". */
void dossier_worth(struct credit_worth w, const struct contract_conf *c, char out[96]);
/* Of the links that have evidence: */
void dossier_months(struct pages *p, const struct dossier *ds, size_t link);
void dossier_distribution(struct pages *p, const struct dossier *ds, size_t link);
void dossier_throughput(struct pages *p, const struct dossier *ds, size_t link);
void dossier_names(struct pages *p, const struct dossier *ds, size_t link);
void dossier_contacts(struct pages *p, const struct dossier *ds, size_t link);
void dossier_exclusions(struct pages *p, const struct dossier *ds, size_t link);
void dossier_quality(struct pages *p, const struct dossier *ds, size_t link);
void dossier_objections(struct pages *p, const struct dossier *ds, size_t link);
/* What is owed in all: of several periods of the contract their sum. */
void dossier_total(const struct link_report *l, enum reading reading, char out[96]);
void dossier_latency(struct pages *p, const struct dossier *ds, size_t link);
void dossier_register(struct pages *p, const struct dossier *ds, size_t link);
/* Those of its outages that are ${chosen}, or NULL for all. */
void dossier_register_rows(
    struct pages *p, const struct dossier *ds, size_t link, const bool *chosen);
void dossier_closeups(struct pages *p, const struct dossier *ds, size_t link);
/* The path around one of its outages, where it was traced. */
void dossier_path(struct pages *p, const struct dossier *ds, size_t link, size_t outage);
/* What it wants; 0 where there is none. */
double dossier_path_height(const struct dossier *ds, size_t link, size_t outage);
/* The pages' words and signs, for who reads such a thing for the first time. */
void dossier_reading(struct pages *p);
void dossier_method(struct pages *p, const struct dossier *ds);
#define CODE_W 56.0 /* 0.4 mm a module: telephones read it from paper */
#define CODE_H 68.0
/* The document's number and data root as a code, with what it is below. */
void dossier_code(struct pages *p, const struct annex *a, double x);
/* How to check the file; nothing where nothing goes along with it. */
void dossier_verify(struct pages *p, const struct dossier *ds);

/* ---- words: every number as people read it; locale-free ---- */

/* "12.4 s", "12 min 31 s", "5 h 07 min", "3 d 04 h"; fine: tenths below an hour. */
void words_duration(int64_t ns, bool fine, char out[40]);
/* A length that is known to ${bound}: no finer than that tells. */
void words_length(int64_t ns, int64_t bound, char out[40]);
/* A ratio as percent; never 100 unless it is all, never 0 unless it is none. */
void words_percent(double ratio, unsigned decimals, char out[32]);
/* A target as a contract writes it: "99.95 %". */
void words_target(double ratio, char out[32]);
/* Decimals that part a, b and c from each other and from 100 %. */
unsigned words_decimals(double a, double b, double c);
void words_count(uint64_t n, char out[32]);
void words_ms(int64_t ns, char out[32]);
/* Minutes: whole where they are, else with one decimal. */
void words_minutes(int64_t ns, char out[32]);
/* Always with one decimal, for columns. */
void words_minutes_tenth(int64_t ns, char out[32]);
void words_bits(uint64_t bps, char out[32]);
void words_bytes(uint64_t bytes, char out[32]);
const char *words_attribution(enum attribution a);
const char *words_unknown(enum unknown_reason reason);
uint32_t words_verdict_colour(enum verdict_kind v);
const char *words_verdict(enum verdict_kind v);
/* The one sentence that says what was found; 512 bytes hold it. */
void words_headline(const struct link_report *l, char *out, size_t room);
/* What the analyzer says in English (reasons, how a credit comes about), in the language
 * in use. */
void words_found(const char *text, char *out, size_t room);
/* Why something does not count; what people entered stays as it is. */
const char *words_reason(const char *word, char out[200]);
/* As results_definition. */
void words_definition(const struct profile_conf *p, char out[192]);
/* How a link is called: the centre's name and the link's. */
void words_link(const struct link_report *l, char *out, size_t room);
/* Overlapping outages of a site, and whether they could be chance. */
void words_overlaps(const struct site *s, char *out, size_t room);
/* Names of the links whose bits are set, "none" without any. */
void words_links(const struct results *r, uint64_t bits, char *out, size_t room);

/*
 * dossier_finish(pdf, n, alts, n_alts, r, path, err, room):
 * What cairo cannot write: language, display of the title, texts of figures, scope of
 * header cells, dates in their proper form, what goes along with ${r}; then the file,
 * whole or not at all.
 * Result 0 or -errno with a line in err.
 */
int dossier_finish(const unsigned char *pdf, size_t n, const char *const *alts,
    size_t n_alts, const struct results *r, const char *path, char *err, size_t room);

#endif
