#ifndef CMD_SPEEDS_H
#define CMD_SPEEDS_H

#include "analyzer/judge.h"
#include "config/settings.h"

/*
 * What a judge is told of throughput tests, by today's configuration (NULL: none): which
 * way the tests of a probe go, and what the contract promises of every one of them. A
 * probe that is not configured goes up if it is named "upload", as imports name it.
 */
bool speeds_up(const struct settings *s, const struct probe_def *probe);
void speeds_tell_probe(struct judge *j, const struct settings *s,
    const struct probe_def *probe, uint32_t number);
/* By the version of the contract that was in force at ${at}. */
void speeds_tell_link(struct judge *j, const struct settings *s,
    const struct link_def *link, uint32_t number, int64_t at_ns);

#endif
