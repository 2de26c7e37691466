#ifndef COLLECTOR_PRIVILEGE_H
#define COLLECTOR_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Capabilities as the kernel counts them. All: 0, or -errno with one line in err.
 *
 * privilege_keep(user, raw, admin): become ${user} where we are root, and keep
 * CAP_NET_RAW and CAP_NET_ADMIN as said (permitted and effective), nothing else; no child
 * gains any. For the broker.
 *
 * privilege_leave(user): become ${user} where we are root, and give up every capability
 * in every set for good.
 */
int privilege_keep(const char *user, bool raw, bool admin, char *err, size_t room);
int privilege_leave(const char *user, char *err, size_t room);

/* True if CAP_NET_RAW is effective here. */
bool privilege_has_raw(void);

/* The user's numbers; false where there is no such user. */
bool privilege_user(const char *user, unsigned *uid, unsigned *gid);

#endif
