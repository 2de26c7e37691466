#ifndef CONFIG_REGIME_H
#define CONFIG_REGIME_H

#include "config/contract.h"

/*
 * A regulator's rule as data: every amount, share, count and date that it lays down, each
 * with where it is from, as of when, and how sure that is. The arithmetic is
 * analyzer/prescreen.h's; what it needs is fixed by the regime's name, and a file must
 * give all of it and nothing else. Shape of the files: INTERFACES.md, "Regimes".
 */
#define REGIME_FIGURES_MOST 16
#define REGIME_LACKS_MOST   8
#define REGIME_VALUE_ROOM   64

enum regime_id {
	REGIME_DE_TKG57,
	REGIME_DE_TKG58,
	REGIME_UK_CODES,
	REGIME_UK_AUTO_COMPENSATION,
	REGIME_EU_2015_2120,
	REGIME_US_CAF_80_80,
	REGIME_AU_30S,
	REGIMES
};

/* How well a source is known. */
enum regime_status {
	REGIME_VERIFIED,  /* in a public text */
	REGIME_SECONDARY, /* in somebody's account of it */
	REGIME_UNVERIFIED /* from memory */
};

struct regime_source {
	char text[TEXT_ROOM];
	struct civil_date as_of;
	enum regime_status status;
};

enum figure_kind {
	FIGURE_SHARE,    /* number: ratio */
	FIGURE_COUNT,    /* number */
	FIGURE_DURATION, /* ns */
	FIGURE_MONEY,    /* mills, in currency */
	FIGURE_HOUR,     /* number: minutes after midnight, to 1440 */
	FIGURE_DATE,     /* date */
	FIGURE_ZONE      /* value: a name of the time zone database */
};

struct regime_figure {
	const char *name; /* static */
	enum figure_kind kind;
	char value[REGIME_VALUE_ROOM]; /* as written */
	double number;
	int64_t ns, mills;
	char currency[4];
	struct civil_date date;
	struct regime_source source;
	unsigned line;
};

/* What a screening of ours does not have and the certified procedure asks for. */
struct regime_lack {
	char name[NAME_ROOM], text[TEXT_ROOM];
	struct regime_source source;
};

struct regime {
	enum regime_id id;
	char name[NAME_ROOM];
	char title[TEXT_ROOM], applies[TEXT_ROOM], method[2 * TEXT_ROOM];
	struct regime_source source;
	struct regime_figure figures[REGIME_FIGURES_MOST];
	size_t n_figures;
	struct regime_lack lacks[REGIME_LACKS_MOST];
	size_t n_lacks;
};

/*
 * regime_parse(out, name, text, len, err, room):
 * Read a file of one regime, as strictly as a configuration; ${name} is the file's, for
 * the message.
 *
 * Result  0, or -EINVAL with one line "FILE:LINE: what is wrong, and what would be right"
 *         in err; -ENOMEM. out is of no use then.
 */
int regime_parse(struct regime *out, const char *name, const char *text, size_t len,
    char *err, size_t room);
/* The same of a file: a regular one, at most 64 KiB; also -errno. */
int regime_load(struct regime *out, const char *path, char *err, size_t room);

/* A figure that the regime must have: its values are those of its kind. */
const struct regime_figure *regime_figure(const struct regime *r, const char *name);

const char *regime_name(enum regime_id id);
bool regime_find(const char *name, enum regime_id *out);
const char *regime_status_name(enum regime_status s);

#endif
