#ifndef CMD_NOTIFY_H
#define CMD_NOTIFY_H

#include "config/settings.h"

#include <jansson.h>

/*
 * Notices: told once an incident, by mail, webhook or command. What is to be told lies in
 * DATA/spool, one file each, until it was told.
 */
struct notice {
	char id[64]; /* a-z 0-9 -: incident and phase; the same notice has the same id */
	char notify[NAME_ROOM]; /* whom to tell: the name of its block */
	char centre[NAME_ROOM], link[NAME_ROOM];
	char subject[144];
	char *text;
	json_t *event;             /* linkwitness/event/1 */
	int64_t created_s, next_s; /* Unix time; next: not before */
	unsigned attempts;
};

void notice_done(struct notice *n);

/* A way out: a link to bind to, or none (names empty: as the routing table says). */
struct route {
	char name[2 * NAME_ROOM]; /* for words; "any way" */
	char interface[32], source[64], source6[64];
	const struct link_conf *link; /* NULL: unbound; else its DNS servers are asked */
};

#define ROUTES_MAX 16

/*
 * notify_routes(s, conf, notice, is_dark, ctx, out):
 * Ways to try, best first: the one the block names by via, the other links that are not
 * dark, the notice's own where it is not dark, then unbound. Result: how many, at
 * least 1.
 */
typedef bool notify_dark(void *ctx, const struct link_def *link);
size_t notify_routes(const struct settings *s, const struct notify_conf *conf,
    const struct notice *notice, notify_dark *is_dark, void *ctx,
    struct route out[ROUTES_MAX]);

/*
 * notify_send(conf, notice, route, err, room):
 * Tell. At most a minute. Names are resolved by the route too: by the DNS servers the
 * link's probes name, then those of resolv.conf; unbound, by the system. Result 0, or
 * -errno with one line in err.
 */
int notify_send(const struct notify_conf *conf, const struct notice *notice,
    const struct route *route, char *err, size_t room);

/* The transports behind it. */
int notify_curl(const struct notify_conf *conf, const struct notice *notice,
    const struct route *route, char *err, size_t room);
int notify_command(
    const struct notify_conf *conf, const struct notice *notice, char *err, size_t room);

/* Resolve ${host} by ${route} into a literal. Result 0 or -ENOENT. */
int notify_resolve(const struct route *route, const char *host, char *out, size_t room);

/* The body of a mail or of a webhook; malloc'd. */
char *notice_mail(const struct notify_conf *conf, const struct notice *notice);
char *notice_json(const struct notice *notice);

/* How long to wait after so many attempts, in seconds: 5, 10, 20 … 600. */
int64_t notify_backoff_s(unsigned attempts);

#endif
