#ifndef CONFIG_READING_H
#define CONFIG_READING_H

#include "config/outline.h"
#include "config/settings.h"

#include <confuse.h>

#define LINKS_MOST     64  /* the judge keeps a bit for each */
#define PROBES_MOST    256 /* of one link */
#define CONTRACTS_MOST 256
#define TARGETS_MOST   100000 /* of all lists together */

/* One configuration being read: inside of config/ only. */
struct reading {
	struct settings *settings;
	struct outline outline;
	const char *name; /* of the file, for messages */
	char *err;
	size_t room;
	bool failed;
};

/* Say what is wrong at an option of a section (NULL: the section); -EINVAL. Only the
 * first mistake is told. */
int mistake(struct reading *r, int section, const char *option, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The text of an option, or NULL where it is not given. */
const char *given(cfg_t *cfg, const char *option);

/* Copy a text option that must fit; absent leaves ${out} alone. */
int take_text(struct reading *r, int section, cfg_t *cfg, const char *option, char *out,
    size_t room);
int take_duration(struct reading *r, int section, cfg_t *cfg, const char *option,
    int64_t least, int64_t most, int64_t *out);

/*
 * take_host(r, section, option, link, text, wanted, out, room):
 * The address of a host, in its one spelling. A link-local one is told with its
 * interface, which is the link's. ${wanted} says what would be right; NULL: an address.
 */
int take_host(struct reading *r, int section, const char *option,
    const struct link_conf *link, const char *text, const char *wanted, char *out,
    size_t room);

/* One of a list of words, NULL at its end. */
int take_word(struct reading *r, int section, cfg_t *cfg, const char *option,
    const char *const *words, char *out, size_t room);

/* The place in the list; ${otherwise} where it is not given. */
int take_choice(struct reading *r, int section, cfg_t *cfg, const char *option,
    const char *const *words, int otherwise);
/* yes or no. */
int take_flag(struct reading *r, int section, cfg_t *cfg, const char *option, bool *out);
int take_count(struct reading *r, int section, cfg_t *cfg, const char *option,
    unsigned least, unsigned most, unsigned *out);

/* a-z, 0-9 and '-', at most 32: the title of a section. */
int check_name(struct reading *r, int section, const char *kind, const char *name);

int read_contract(struct reading *r, cfg_t *cfg);
/* Sections of the contract of section ${at}; an amount in its currency. */
int read_credits(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c);
int read_rights(struct reading *r, int at, cfg_t *cfg, struct contract_conf *c);
int take_amount(struct reading *r, int section, cfg_t *cfg, const char *option,
    const struct contract_conf *c, struct amount *out);
/* That versions of contracts follow one another. */
int check_versions(struct reading *r);
/* Who signs, who stamps, what is left out. */
int read_sending(struct reading *r, cfg_t *cfg);
int read_notify(struct reading *r, cfg_t *cfg);
/* That the link a notify section prefers is there, and one alone. */
int check_via(struct reading *r, const struct notify_conf *n);

/* A link's section with its probes, appended to the settings. */
int read_link(struct reading *r, int centre, const struct link_def *pattern, cfg_t *cfg);
/* A probe's section, of that kind, appended to the link's. */
int read_probe(
    struct reading *r, int link_at, struct link_conf *link, const char *kind, cfg_t *cfg);

/* A list of targets of a link; then that all names of the link differ. */
int read_targets(struct reading *r, int link_at, struct link_conf *link, cfg_t *cfg);
int check_targets(struct reading *r, struct link_conf *link);

/* The built-in targets, for a link that has no ping or tcp of role internet. */
void builtin_add(struct link_conf *link, bool ipv6);

/* What every probe derives from the rest: family, target and network texts, seed. */
void probe_finish(const struct link_conf *link, struct probe_conf *p);
void probe_init(
    const struct link_conf *link, struct probe_conf *p, enum kind kind, const char *name);

#endif
