#include "collector/broker.h"

#include "base/bytes.h"
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

struct broker {
	int fd;
	pid_t pid;
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
	int family = q->kind == BROKER_ICMP4   ? AF_INET
	             : q->kind == BROKER_ICMP6 ? AF_INET6
	                                       : (int)q->family;
	int type = q->kind == BROKER_TCP   ? SOCK_STREAM
	           : q->kind == BROKER_UDP ? SOCK_DGRAM
	                                   : SOCK_RAW;
	int protocol = q->kind == BROKER_ICMP4   ? IPPROTO_ICMP
	               : q->kind == BROKER_ICMP6 ? IPPROTO_ICMPV6
	                                         : 0;
	int room = RECEIVE_BYTES, rc;

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

static int
reload(struct settings **settings, const char *path, const char *sha256)
{
	struct settings *fresh;
	char err[400];

	if (settings_load(&fresh, path, err, sizeof err) < 0)
		return -EINVAL;
	if (strcmp(fresh->sha256, sha256) != 0) {
		settings_free(fresh);
		return -ESTALE;
	}
	settings_free(*settings);
	*settings = fresh;
	return 0;
}

static void __attribute__((noreturn))
serve(int fd, const struct settings *first, const char *path)
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
			int32_t code = reload(&fresh, path, q.sha256);
			answer(fd, code < 0 ? code : -EALREADY);
			continue;
		}
		int got = q.link < s->n_links ? open_for(&s->links[q.link], &q) : -EINVAL;
		answer(fd, got);
		if (got >= 0)
			close(got);
	}
}

/* ---- the parent's side ---- */

int
broker_start(struct broker **out, const struct settings *settings, const char *path,
    char *err, size_t room)
{
	bool admin = false;
	int pair[2];

	for (size_t i = 0; i < settings->n_links; i++)
		admin |= settings->links[i].has_mark;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		snprintf(err, room, "broker: %s", strerror(errno));
		return -errno;
	}
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		char why[200];
		close(pair[0]);
		if (privilege_keep(settings->user, true, admin, why, sizeof why) < 0)
			_exit(1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT,
		    SIG_IGN); /* a terminal's ^C is for the parent, which then ends us */
		signal(SIGHUP, SIG_IGN);
		if (getppid() != parent)
			_exit(1);
		serve(pair[1], settings, path);
	}
	close(pair[1]);
	if (pid < 0) {
		int rc = -errno;
		snprintf(err, room, "broker: %s", strerror(-rc));
		close(pair[0]);
		return rc;
	}
	struct broker *b = memory_grow(NULL, 1, sizeof *b);
	*b = (struct broker){pair[0], pid};
	*out = b;
	return 0;
}

void
broker_stop(struct broker *b)
{
	if (b == NULL)
		return;
	close(b->fd);
	while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(b);
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
