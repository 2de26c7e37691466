/*
 * The command is the configuration's, word for word; facts reach it as environment
 * variables and as JSON on standard input, never as part of its text.
 */
#include "cmd/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMAND_S 60

static _Noreturn void
run(const struct notify_conf *conf, const struct notice *notice, int in)
{
	const json_t *event = json_object_get(notice->event, "event");
	int null = open("/dev/null", O_RDWR);

	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	dup2(in, STDIN_FILENO);
	/* Events go to our standard output: the command's words must not come between. */
	dup2(null, STDOUT_FILENO);
	close_range(3, ~0U, 0);
	setenv("LINKWITNESS_ID", notice->id, 1);
	setenv("LINKWITNESS_NOTIFY", notice->notify, 1);
	setenv("LINKWITNESS_CENTRE", notice->centre, 1);
	setenv("LINKWITNESS_LINK", notice->link, 1);
	setenv("LINKWITNESS_SUBJECT", notice->subject, 1);
	setenv("LINKWITNESS_TEXT", notice->text, 1);
	setenv("LINKWITNESS_EVENT", json_is_string(event) ? json_string_value(event) : "",
	    1);
	execl("/bin/sh", "sh", "-c", conf->command, (char *)NULL);
	_exit(127);
}

static int64_t
now_ms(void)
{
	return clock_mono().ns / NS_PER_MS;
}

/* Give it the JSON, as far as it will have it, until the time is over. */
static void
feed(int fd, const char *json, int64_t until_ms)
{
	size_t n = strlen(json);

	while (n > 0) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		int64_t left = until_ms - now_ms();
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return;
		ssize_t done = write(fd, json, n);
		if (done < 0 && errno != EAGAIN)
			return;
		if (done > 0) {
			json += done;
			n -= (size_t)done;
		}
	}
}

static int
await(pid_t child, int64_t until_ms, char *err, size_t room)
{
	struct timespec nap = {0, 20000000};
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (now_ms() > until_ms) {
			kill(-child, SIGKILL);
			waitpid(child, &status, 0);
			snprintf(err, room, "the command took more than %d s", COMMAND_S);
			return -ETIMEDOUT;
		}
		nanosleep(&nap, NULL);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		snprintf(err, room, "the command ended with %d", WEXITSTATUS(status));
	else
		snprintf(
		    err, room, "the command was killed by signal %d", WTERMSIG(status));
	return -EIO;
}

int
notify_command(
    const struct notify_conf *conf, const struct notice *notice, char *err, size_t room)
{
	int64_t until = now_ms() + COMMAND_S * 1000;
	char *json = notice_json(notice);
	int ends[2];

	if (json == NULL || pipe2(ends, O_CLOEXEC) < 0) {
		snprintf(err, room, "%s", strerror(errno));
		free(json);
		return -EIO;
	}
	pid_t child = fork();
	if (child == 0)
		run(conf, notice, ends[0]);
	close(ends[0]);
	if (child < 0) {
		snprintf(err, room, "%s", strerror(errno));
		close(ends[1]);
		free(json);
		return -EAGAIN;
	}
	setpgid(child, child);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	feed(ends[1], json, until);
	close(ends[1]);
	free(json);
	return await(child, until, err, room);
}
