#include "collector/stamp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <string.h>

int
stamp_enable(int fd, bool sending)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE, on = 1;

	if (sending)
		flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
	(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) < 0
	           ? -errno
	           : 0;
}

bool
stamp_get(struct msghdr *m, struct timespec *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		struct scm_timestamping t;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof t);
		if (t.ts[0].tv_sec == 0)
			continue;
		*out = t.ts[0];
		return true;
	}
	return false;
}

bool
stamp_mono(const struct timespec *stamp, mono_t after, mono_t now, mono_t *out)
{
	int64_t offset = clock_wall().ns - clock_mono().ns;
	int64_t at = (int64_t)stamp->tv_sec * NS_PER_S + stamp->tv_nsec - offset;

	/* Reading two clocks takes a moment: that much is no contradiction. */
	if (at < after.ns - NS_PER_MS || at > now.ns + NS_PER_MS)
		return false;
	out->ns = at;
	return true;
}

bool
stamp_drops(struct msghdr *m, uint32_t *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(out, CMSG_DATA(c), sizeof *out);
		return true;
	}
	return false;
}
