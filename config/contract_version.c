/* Versions of one contract: each has its days, and follows the one before it. */
#include "config/clause.h"
#include "config/reading.h"

#include <errno.h>
#include <string.h>

static const struct contract_conf *
by_name(const struct settings *s, const char *name)
{
	for (size_t i = 0; name[0] != '\0' && i < s->n_contracts; i++)
		if (strcmp(s->contracts[i].name, name) == 0)
			return &s->contracts[i];
	return NULL;
}

static const struct contract_conf *
follower(const struct settings *s, const struct contract_conf *c)
{
	for (size_t i = 0; i < s->n_contracts; i++)
		if (strcmp(s->contracts[i].follows, c->name) == 0)
			return &s->contracts[i];
	return NULL;
}

const struct contract_conf *
settings_contract(const struct settings *s, const struct link_def *link)
{
	return by_name(s, link->contract);
}

static bool
in_force(const struct contract_conf *c, struct civil_date day)
{
	return (c->valid_from.year == 0 || clause_compare(c->valid_from, day) <= 0) &&
	       (c->valid_to.year == 0 || clause_compare(day, c->valid_to) <= 0);
}

const struct contract_conf *
settings_contract_at(
    const struct settings *s, const struct link_def *link, struct civil_date day)
{
	const struct contract_conf *c = settings_contract(s, link), *before;

	while (c != NULL && (before = by_name(s, c->follows)) != NULL)
		c = before;
	while (c != NULL && !in_force(c, day))
		c = follower(s, c);
	return c;
}

static int
check_version(struct reading *r, const struct contract_conf *c)
{
	const struct settings *s = r->settings;
	const struct contract_conf *before = by_name(s, c->follows), *other;
	int at = outline_find(&r->outline, -1, "contract", c->name);

	if (before == NULL)
		return mistake(r, at, "follows",
		    "there is no contract \"%s\"; add contract %s { … }", c->follows,
		    c->follows);
	if ((other = follower(s, before)) != c)
		return mistake(r, at, "follows",
		    "contract %s of line %u follows \"%s\" already; follow that one",
		    other->name, other->line, c->follows);
	if (c->valid_from.year == 0)
		return mistake(r, at, NULL,
		    "valid-from is missing; a contract that follows another says its first day");
	if (before->valid_to.year == 0)
		return mistake(r, outline_find(&r->outline, -1, "contract", before->name),
		    NULL,
		    "valid-to is missing; a contract that another follows says its last day");
	/* Days that rise along the way make a circle impossible, too. */
	if (clause_compare(before->valid_to, c->valid_from) >= 0)
		return mistake(r, at, "valid-from",
		    "contract %s still holds on that day; begin after its valid-to",
		    before->name);
	return 0;
}

int
check_versions(struct reading *r)
{
	const struct settings *s = r->settings;

	for (size_t i = 0; i < s->n_contracts; i++)
		if (s->contracts[i].follows[0] != '\0' &&
		    check_version(r, &s->contracts[i]) < 0)
			return -EINVAL;
	return 0;
}
