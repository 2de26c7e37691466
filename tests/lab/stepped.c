/*
 * linkwitnessd on a machine whose clock is set while it runs: linked with these in place
 * of what tells the time, CLOCK_REALTIME and every stamp that the kernel makes of it are
 * moved from given instants on. The machine's own clock is never touched, and of the
 * daemon not a line is another.
 *
 *	LW_STEPS="AT:BY AT:BY…"    seconds since the start, seconds forward or (-) back
 */
#include "collector/capture.h"

#include <linux/errqueue.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define S          1000000000ll
#define STEPS_MOST 16

int __real_clock_gettime(clockid_t id, struct timespec *t);
ssize_t __real_recvmsg(int fd, struct msghdr *m, int flags);
int __real_recvmmsg(
    int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *timeout);
bool __real_capture_next(struct capture *c, struct captured *out);

int __wrap_clock_gettime(clockid_t id, struct timespec *t);
ssize_t __wrap_recvmsg(int fd, struct msghdr *m, int flags);
int __wrap_recvmmsg(
    int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *timeout);
bool __wrap_capture_next(struct capture *c, struct captured *out);

static struct {
	int64_t at, by; /* by the machine's CLOCK_REALTIME */
} steps[STEPS_MOST];
static unsigned n_steps;

static void __attribute__((constructor)) read_steps(void)
{
	const char *text = getenv("LW_STEPS");
	struct timespec t;
	char *end;

	__real_clock_gettime(CLOCK_REALTIME, &t);
	while (text != NULL && *text != '\0' && n_steps < STEPS_MOST) {
		double at = strtod(text, &end);
		if (end == text || *end != ':')
			abort();
		steps[n_steps].at = t.tv_sec * S + t.tv_nsec + (int64_t)(at * 1e9);
		steps[n_steps++].by = (int64_t)(strtod(end + 1, &end) * 1e9);
		text = end + strspn(end, " ");
	}
}

/* What the machine calls ${t} is called so after all steps up to then. */
static void
move(struct timespec *t)
{
	int64_t at = t->tv_sec * S + t->tv_nsec, by = 0;

	if (at == 0)
		return;
	for (unsigned i = 0; i < n_steps; i++)
		by += steps[i].at <= at ? steps[i].by : 0;
	t->tv_sec = (at + by) / S;
	t->tv_nsec = (at + by) % S;
}

static void
move_stamps(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		struct scm_timestamping t;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPING)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof t);
		move(&t.ts[0]);
		memcpy(CMSG_DATA(c), &t, sizeof t);
	}
}

int
__wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = __real_clock_gettime(id, t);

	if (rc == 0 && id == CLOCK_REALTIME)
		move(t);
	return rc;
}

ssize_t
__wrap_recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n = __real_recvmsg(fd, m, flags);

	if (n >= 0)
		move_stamps(m);
	return n;
}

int
__wrap_recvmmsg(
    int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *timeout)
{
	int got = __real_recvmmsg(fd, m, n, flags, timeout);

	for (int i = 0; i < got; i++)
		move_stamps(&m[i].msg_hdr);
	return got;
}

bool
__wrap_capture_next(struct capture *c, struct captured *out)
{
	bool any = __real_capture_next(c, out);

	if (any)
		move(&out->stamp);
	return any;
}
