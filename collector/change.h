#ifndef COLLECTOR_CHANGE_H
#define COLLECTOR_CHANGE_H

#include "config/settings.h"

/*
 * What a reload leaves as it is. Two probes of one definition in the journal may still
 * differ: it does not know a dns probe's question, say; ${a} NULL is one of a list, which
 * is all that the journal knows. Numbers of links are places in the settings: when those
 * move, everything begins anew.
 */
bool change_same_probe(const struct probe_conf *a, const struct probe_conf *b);
bool change_same_places(const struct settings *a, const struct settings *b);

#endif
