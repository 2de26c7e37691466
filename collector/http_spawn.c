#include "collector/http_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Above every number that the child is to get, so that no copy overwrites another. */
#define HIGH_FD 64

struct plumbing {
	int request[2], result[2]; /* pipes */
	int sockets[HTTP_SOCKETS];
};

static void
close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static int
raise_fd(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, HIGH_FD);

	if (high < 0)
		return -errno;
	close(*fd);
	*fd = high;
	return 0;
}

static int
plumb(struct plumbing *p, const struct http_request *request, const int *sockets)
{
	int rc = 0;

	if (pipe2(p->request, O_CLOEXEC) < 0 || pipe2(p->result, O_CLOEXEC) < 0)
		return -errno;
	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = raise_fd(&p->request[i]);
		if (rc == 0)
			rc = raise_fd(&p->result[i]);
	}
	for (uint32_t i = 0; i < request->n_sockets && rc == 0; i++) {
		p->sockets[i] = fcntl(sockets[i], F_DUPFD_CLOEXEC, HIGH_FD);
		if (p->sockets[i] < 0)
			rc = -errno;
	}
	if (rc < 0)
		return rc;
	/* A pipe holds a request at once: it never blocks. */
	if (write(p->request[1], request, sizeof *request) != sizeof *request)
		return -EIO;
	close_all(&p->request[1], 1);
	return fcntl(p->result[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int
spawn(pid_t *pid, const char *const *command, const struct plumbing *p, uint32_t n)
{
	static char *empty[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t how;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&how);
	rc = posix_spawn_file_actions_adddup2(&actions, p->request[0], 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, p->result[1], 1);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = posix_spawn_file_actions_adddup2(
		    &actions, p->sockets[i], HTTP_CHILD_SOCKETS + (int)i);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (rc == 0)
		rc = posix_spawn(
		    pid, command[0], &actions, &how, (char *const *)command, empty);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&how);
	return -rc;
}

int
http_spawn_start(struct http_spawn *out, const char *const *command,
    const struct http_request *request, const int *sockets)
{
	struct http_spawn s = HTTP_SPAWN_NONE;
	struct plumbing p;
	int rc;

	memset(&p, -1, sizeof p); /* no descriptor is yet */
	rc = plumb(&p, request, sockets);

	if (rc == 0)
		rc = spawn(&s.pid, command, &p, request->n_sockets);
	if (rc == 0) {
		s.result = p.result[0];
		p.result[0] = -1;
		s.exited = pidfd_open(s.pid, 0);
		rc = s.exited < 0 ? -errno : 0;
		if (rc < 0)
			http_spawn_end(&s);
	}
	close_all(p.request, 2);
	close_all(p.result, 2);
	close_all(p.sockets, HTTP_SOCKETS);
	if (rc == 0)
		*out = s;
	return rc;
}

bool
http_spawn_believed(const struct http_result *r, const struct http_request *request,
    mono_t started, mono_t now)
{
	return r->magic == HTTP_CHILD_MAGIC && r->good && r->duration_ns > 0 &&
	       r->start.ns >= started.ns && r->start.ns <= now.ns &&
	       r->duration_ns <= now.ns - r->start.ns && r->bytes > 0 &&
	       r->bytes / 2 <= request->max_bytes + HTTP_OVERHEAD_BYTES &&
	       r->first.ns >= started.ns && r->first.ns <= r->start.ns &&
	       r->warmup_ns >= 0 && r->warmup_ns <= now.ns - r->first.ns &&
	       r->total_bytes >= r->bytes && r->n_seconds <= THROUGHPUT_SECONDS;
}

void
http_spawn_end(struct http_spawn *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_all(&s->exited, 1);
	close_all(&s->result, 1);
	s->pid = 0;
}
