#include "analyzer/judge.h"

static const char *const ATTRIBUTIONS[] = {"undetermined", "local", "cpe", "access",
    "isp-core", "upstream", "isp-dns", "target", "saturation"};
static const char *const DEGRADATIONS[] = {"loss", "latency", "jitter", "dns", "service",
    "stall", "icmp", "ipv4", "ipv6", "throughput", "saturation", "target"};
static const char *const UNKNOWNS[] = {"collector-stopped", "no-samples", "no-target",
    "clock", "local-fault", "disk-full", "stated"};
static const char *const LIVES[] = {"up", "suspected", "down", "unknown"};

const char *
extent_name(enum extent e)
{
	return e == EXTENT_TOTAL ? "total" : "partial";
}

const char *
attribution_name(enum attribution a)
{
	return ATTRIBUTIONS[a];
}

const char *
confidence_name(enum confidence c)
{
	return c == CONF_HIGH ? "high" : c == CONF_MEDIUM ? "medium" : "low";
}

const char *
degradation_name(enum degradation_kind k)
{
	return DEGRADATIONS[k];
}

const char *
unknown_name(enum unknown_reason r)
{
	return UNKNOWNS[r];
}

const char *
live_name(enum live_state s)
{
	return LIVES[s];
}
