#include "collector/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (1ull << (cap))

static int
set_capabilities(uint64_t permitted)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0}};

	for (int i = 0; i < 2; i++)
		data[i].permitted = data[i].effective = (uint32_t)(permitted >> (32 * i));
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static uint64_t
effective(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0}};

	if (syscall(SYS_capget, &head, data) < 0)
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

bool
privilege_has_raw(void)
{
	return (effective() & BIT(CAP_NET_RAW)) != 0;
}

bool
privilege_user(const char *user, unsigned *uid, unsigned *gid)
{
	struct passwd entry, *found;
	char room[4096];

	if (getpwnam_r(user, &entry, room, sizeof room, &found) != 0 || found == NULL)
		return false;
	*uid = entry.pw_uid;
	*gid = entry.pw_gid;
	return true;
}

/* What a later execve could bring back goes first, while we still may. */
static void
close_doors(uint64_t keep)
{
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned long cap = 0; cap < 64; cap++)
		if (!(keep & BIT(cap)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 &&
		    errno == EINVAL)
			break;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int
become(const char *user, uint64_t keep, char *err, size_t room)
{
	unsigned uid, gid;
	int rc;

	close_doors(keep);
	if (geteuid() == 0) {
		if (!privilege_user(user, &uid, &gid)) {
			snprintf(err, room,
			    "user %s: no such user; name another with user =", user);
			return -ENOENT;
		}
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
		/* Who is to be root stays so: in a user namespace there may be nobody
		 * else. */
		if (uid != 0 && (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
		                    setresuid(uid, uid, uid) < 0)) {
			rc = -errno;
			snprintf(err, room, "user %s: %s", user, strerror(-rc));
			return rc;
		}
	}
	rc = set_capabilities(keep);
	if (rc < 0)
		snprintf(err, room, "capabilities: %s", strerror(-rc));
	return rc;
}

int
privilege_keep(const char *user, bool raw, bool admin, char *err, size_t room)
{
	return become(user,
	    (raw ? BIT(CAP_NET_RAW) : 0) | (admin ? BIT(CAP_NET_ADMIN) : 0), err, room);
}

int
privilege_leave(const char *user, char *err, size_t room)
{
	return become(user, 0, err, room);
}
