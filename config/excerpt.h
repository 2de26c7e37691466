#ifndef CONFIG_EXCERPT_H
#define CONFIG_EXCERPT_H

#include "config/redaction.h"
#include "config/settings.h"

/*
 * excerpt_of(s, links, n, redact):
 * The part of a configuration that a judgement of these links rests on, as text that can
 * be parsed again: their centres, the links themselves, their contracts with all versions
 * and how the clock is judged. What concerns others stays at home: other links, other
 * contracts, who is told, keys, lists of targets, paths; and what ${redact}
 * (config/redaction.h) says is left out, with the probes where that is addresses.
 *
 * Result  the text, the caller's to free; NULL where the settings were not made from one.
 */
char *excerpt_of(const struct settings *s, const struct link_def *const *links, size_t n,
    unsigned redact);

#endif
