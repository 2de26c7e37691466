#ifndef UNIT_NETWORK_H
#define UNIT_NETWORK_H

#include "collector/privilege.h"

#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A namespace of our own, with its loopback up; false where this user may have none, or
 * no raw sockets in it.
 */
static inline bool
network_own(void)
{
	struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	if (unshare(CLONE_NEWNET) < 0 || !privilege_has_raw())
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &up) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

#endif
