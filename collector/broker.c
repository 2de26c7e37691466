#include "collector/broker.h"

#include "base/bytes.h"
#include "collector/capture.h"
#include "collector/privilege.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECEIVE_BYTES (4 << 20)
#define MANY_BYTES    (32 << 20) /* with many targets: a tenth of a second at 100,000/s */

struct broker {
	int fd;
	pid_t pid; /* 0: it has ended */
};

struct request {
	uint32_t reload; /* else a socket is wanted */
	uint32_t link;
	uint32_t kind, family;
	char sha256[65];
};

int
broker_bind(int fd, const struct link_conf *link, int family)
{
	const char *device = link->def.interface;
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	int rc = 0;

	if (device[0] != '\0' && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
	                             (socklen_t)strlen(device) + 1) < 0)
		return -errno;
	if (link->has_mark &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &link->mark, sizeof link->mark) < 0)
		return -errno;
	if (family == AF_INET && link->source[0] != '\0') {
		inet_pton(AF_INET, link->source, &v4.sin_addr);
		rc = bind(fd, (struct sockaddr *)&v4, sizeof v4);
	} else if (family == AF_INET6 && link->source6[0] != '\0') {
		inet_pton(AF_INET6, link->source6, &v6.sin6_addr);
		rc = bind(fd, (struct sockaddr *)&v6, sizeof v6);
	}
	return rc < 0 ? -errno : 0;
}

/* ---- the broker's side ---- */

static int
open_for(const struct link_conf *link, const struct request *q)
{
	int room = link->n_lists > 0 ? MANY_BYTES : RECEIVE_BYTES, rc;
	int family = q->kind == BROKER_ICMP4   ? AF_INET
	             : q->kind == BROKER_ICMP6 ? AF_INET6
	                                       : (int)q->family;
	int type = q->kind == BROKER_TCP   ? SOCK_STREAM
	           : q->kind == BROKER_UDP ? SOCK_DGRAM
	                                   : SOCK_RAW;
	int protocol = q->kind == BROKER_ICMP4   ? IPPROTO_ICMP
	               : q->kind == BROKER_ICMP6 ? IPPROTO_ICMPV6
	                                         : 0;

	if (q->kind < BROKER_ICMP4 || q->kind > BROKER_TCP ||
	    (family != AF_INET && family != AF_INET6))
		return -EINVAL;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -errno;
	if (type == SOCK_RAW &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	rc = broker_bind(fd, link, family);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

/* One capture serves all links of its interface: it looks at what any of them wants. */
static int
open_capture(const struct settings *s, const struct link_conf *link)
{
	enum capture_want want = link->capture;

	for (size_t i = 0; i < s->n_links; i++)
		if (strcmp(s->links[i].def.interface, link->def.interface) == 0 &&
		    s->links[i].capture > want)
			want = s->links[i].capture;
	return want == CAPTURE_NONE ? -EPERM : capture_socket(link, s, want);
}

static void
answer(int to, int result)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	int32_t code = result < 0 ? result : 0;
	struct iovec iov = {&code, sizeof code};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (result >= 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = &control;
		m.msg_controllen = sizeof control;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &result, sizeof result);
	}
	(void)!sendmsg(to, &m, MSG_NOSIGNAL);
}

static bool
sets_mark(const struct settings *s)
{
	for (size_t i = 0; i < s->n_links; i++)
		if (s->links[i].has_mark)
			return true;
	return false;
}

/* Many targets want sockets with room for all their answers: larger than
 * net.core.rmem_max only with CAP_NET_ADMIN. */
static bool
has_lists(const struct settings *s)
{
	for (size_t i = 0; i < s->n_links; i++)
		if (s->links[i].n_lists > 0)
			return true;
	return false;
}

static int
reload(struct settings **settings, const char *path, const char *sha256, bool admin)
{
	struct settings *fresh;
	char err[400];

	if (settings_load(&fresh, path, err, sizeof err) < 0)
		return -EINVAL;
	int rc = strcmp(fresh->sha256, sha256) != 0 ? -ESTALE
	         : sets_mark(fresh) && !admin       ? -EPERM
	                                            : 0;
	if (rc < 0) {
		settings_free(fresh);
		return rc;
	}
	settings_free(*settings);
	*settings = fresh;
	return 0;
}

static void __attribute__((noreturn))
serve(int fd, const struct settings *first, const char *path, bool admin)
{
	struct settings *fresh = NULL;
	struct request q;

	for (;;) {
		ssize_t n = recv(fd, &q, sizeof q, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof q)
			_exit(0); /* the parent is gone */
		q.sha256[64] = '\0';
		const struct settings *s = fresh != NULL ? fresh : first;
		if (q.reload) {
			int32_t code = reload(&fresh, path, q.sha256, admin);
			answer(fd, code < 0 ? code : -EALREADY);
			continue;
		}
		int got = q.link >= s->n_links       ? -EINVAL
		          : q.kind == BROKER_CAPTURE ? open_capture(s, &s->links[q.link])
		                                     : open_for(&s->links[q.link], &q);
		answer(fd, got);
		if (got >= 0)
			close(got);
	}
}

/* What it is: no more than the capabilities it needs, and gone with its parent. Its first
 * word is why that failed, or nothing. */
static void __attribute__((noreturn))
be_broker(int fd, pid_t parent, const struct settings *settings, const char *path)
{
	char why[200] = "";
	bool admin = sets_mark(settings) || has_lists(settings);
	int rc = privilege_keep(settings->user, true, admin, why, sizeof why);

	if (rc < 0 && !sets_mark(settings)) { /* it does without, with smaller sockets */
		admin = false;
		rc = privilege_keep(settings->user, true, false, why, sizeof why);
	}
	if (rc == 0)
		why[0] = '\0';

	/* After the change of user, which forgets it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A terminal's ^C is for the parent, which then ends us. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	(void)!send(fd, why, strlen(why) + 1, MSG_NOSIGNAL);
	if (rc < 0 || getppid() != parent)
		_exit(1);
	serve(fd, settings, path, admin);
}

/* ---- the parent's side ---- */

int
broker_start(struct broker **out, const struct settings *settings, const char *path,
    char *err, size_t room)
{
	char why[200] = "it ended at once";
	int pair[2];
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		int rc = -errno;
		snprintf(err, room, "broker: %s", strerror(-rc));
		return rc;
	}
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		close(pair[0]);
		be_broker(pair[1], parent, settings, path);
	}
	int failure = errno;
	close(pair[1]);
	if (pid < 0) {
		snprintf(err, room, "broker: %s", strerror(failure));
		close(pair[0]);
		return -failure;
	}
	while ((n = recv(pair[0], why, sizeof why, 0)) < 0 && errno == EINTR)
		;
	struct broker *b = memory_grow(NULL, 1, sizeof *b);
	*b = (struct broker){pair[0], pid};
	if (n == 1) {
		*out = b;
		return 0;
	}
	broker_stop(b);
	snprintf(err, room, "broker: %.190s%s", why,
	    sets_mark(settings) ? " (a link sets a mark: that needs CAP_NET_ADMIN too)"
	                        : "");
	return -EPERM;
}

void
broker_stop(struct broker *b)
{
	if (b == NULL)
		return;
	close(b->fd);
	while (b->pid > 0 && waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(b);
}

bool
broker_ended(struct broker *b)
{
	if (b->pid > 0 && waitpid(b->pid, NULL, WNOHANG) == b->pid)
		b->pid = 0;
	return b->pid == 0;
}

static int
ask(struct broker *b, const struct request *q)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	int32_t code = 0;
	struct iovec iov = {&code, sizeof code};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	ssize_t n;
	int fd;

	if (send(b->fd, q, sizeof *q, MSG_NOSIGNAL) != sizeof *q)
		return -EPIPE;
	while ((n = recvmsg(b->fd, &m, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	if (n != sizeof code)
		return -EPIPE;
	if (code < 0)
		return code;
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS)
		return -EPIPE;
	memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

int
broker_open(struct broker *b, size_t link, enum broker_kind kind, int family)
{
	struct request q = {
	    .link = (uint32_t)link, .kind = (uint32_t)kind, .family = (uint32_t)family};

	return ask(b, &q);
}

int
broker_reload(struct broker *b, const char *sha256)
{
	struct request q = {.reload = 1};

	snprintf(q.sha256, sizeof q.sha256, "%s", sha256);
	int rc = ask(b, &q);
	return rc == -EALREADY ? 0 : rc;
}
