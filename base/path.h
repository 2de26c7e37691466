#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/clock.h"

#include <stdint.h>

/*
 * The routers on the way to a target, as one trace found them. A silent hop is a router
 * that does not answer to expired packets, which many do not: it is no loss.
 */
#define PATH_HOPS 30

enum path_reason {
	PATH_ROUTINE = 0, /* all was well, and it was time */
	PATH_SUSPECTED,   /* nothing is answered on the link, or since lately */
	PATH_DARK,        /* still so */
	PATH_RESTORED,    /* answers came again */
	PATH_REASONS
};

enum hop_kind {
	HOP_SILENT = 0,
	HOP_ROUTER,      /* time exceeded */
	HOP_TARGET,      /* the target's own answer */
	HOP_UNREACHABLE, /* destination unreachable */
	HOP_KINDS
};

struct path_hop {
	enum hop_kind kind;
	uint8_t from[16]; /* who answered; IPv4 in the first four bytes */
	int64_t rtt_ns;   /* -1 of a silent one */
	uint8_t sent;     /* probes it took */
};

struct path {
	uint32_t link;    /* index in the reader's link table, or the writer's number */
	mono_t at, until; /* first probe sent; last hop settled */
	wall_t time;      /* of at, as UTC label; set by readers */
	enum path_reason reason;
	uint8_t family; /* 4 or 6 */
	uint8_t target[16];
	uint8_t isp_hop; /* number of the ISP's first hop; 0: not found */
	uint8_t n_hops;  /* hop i has number i + 1 */
	struct path_hop hops[PATH_HOPS];
};

const char *path_reason_name(enum path_reason reason);
const char *hop_kind_name(enum hop_kind kind);

#endif
