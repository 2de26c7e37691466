#ifndef CMD_TERMS_H
#define CMD_TERMS_H

#include "analyzer/verdict.h"
#include "config/contract.h"

/* What a verdict is by: of a contract, or NULL for none, and a profile. */

/* A profile by name, with the contract's parameters where it is the contract's own; false
 * if there is none of that name. */
bool terms_profile(
    struct profile_conf *out, const struct contract_conf *c, const char *name);

/* All but the period, which is the caller's to set. Whose clock counts is the contract's
 * by its own profile, and the ticket's by the profile of that name. */
void terms_of(
    struct terms *t, const struct contract_conf *c, const struct profile_conf *p);

#endif
