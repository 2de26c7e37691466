#ifndef CMD_CLAIMS_H
#define CMD_CLAIMS_H

#include "analyzer/service.h"
#include "cmd/options.h"
#include "records/tickets.h"

/*
 * What people entered of a link, as the analyzer takes it: exclusions and the clocks of
 * tickets. Records entered tomorrow change yesterday's verdict: they are read each time.
 */
struct claims;

/* 0, or the exit status, the reason told. Free with claims_free. */
int claims_open(struct claims **out, const struct options *o);
void claims_free(struct claims *c);

struct claim_set { /* of one link; points into the claims */
	struct exclusion_span *exclusions;
	size_t n_exclusions;
	struct ticket_clock *tickets;
	size_t n_tickets;
	struct span *pauses;
};

void claims_of(struct claim_set *out, const struct claims *c, const struct link_def *def);
void claims_done(struct claim_set *s);

/* The rows themselves, for who prints them: tickets, exclusions and notes of the link, of
 * ${def}. The lists are the caller's to free, what they point to is the claims'. */
struct claim_rows {
	const struct ticket **tickets;
	size_t n_tickets;
	const struct record **exclusions, **notes;
	size_t n_exclusions, n_notes;
};

void claims_rows(
    struct claim_rows *out, const struct claims *c, const struct link_def *def);

/* Every row of these links, in the order of entry (none where ${c} is NULL). Result: how
 * many; *out is the caller's to free. */
size_t claims_entries(
    const struct claims *c, const struct link_def *defs, size_t n, struct record **out);

/* Who entered what, and what they wrote, is not told from here on. NULL is fine. */
void claims_redact(struct claims *c);

#endif
