/*
 * The broker, in a network namespace of the test's own: what it hands over is bound as
 * configured, what it may do is what it needs, and it ends with its parent.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "collector/broker.h"
#include "collector/privilege.h"
#include "tests/unit/network.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAP_NET_ADMIN_BIT (1ull << 12)
#define CAP_NET_RAW_BIT   (1ull << 13)

static char path[64];
static const char *user; /* root where the namespace knows nobody else */

static void
write_conf(const char *links)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "data-dir = \"/nonexistent\"\nuser = \"%s\"\ncentre c {\n%s}\n", user,
	    links);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static struct settings *
load(void)
{
	struct settings *s = NULL;
	char err[400] = "";

	if (settings_load(&s, path, err, sizeof err) < 0)
		fail_msg("%s", err);
	return s;
}

#define PLAIN "link a { interface = lo gateway = none ping p { address = 127.0.0.1 } }\n"
#define MARKED                                                                           \
	"link b { interface = lo source = 127.0.0.9 mark = 77 gateway = none "           \
	"ping p { address = 127.0.0.1 } }\n"

static struct broker *
start(const struct settings *s)
{
	struct broker *b = NULL;
	char err[400] = "";

	if (broker_start(&b, s, path, err, sizeof err) < 0)
		fail_msg("%s", err);
	return b;
}

static int
option(int fd, int name)
{
	int value = -1;
	socklen_t n = sizeof value;

	assert_int_equal(getsockopt(fd, SOL_SOCKET, name, &value, &n), 0);
	return value;
}

static void
check_bound(int fd, int type, int family)
{
	char device[IFNAMSIZ] = "";
	socklen_t n = sizeof device;

	assert_true(fd >= 0);
	assert_int_equal(option(fd, SO_TYPE), type);
	assert_int_equal(option(fd, SO_DOMAIN), family);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &n), 0);
	assert_string_equal(device, "lo");
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void
sockets_are_bound_as_configured(void **state)
{
	static const struct {
		enum broker_kind kind;
		int family, type;
	} CASES[] = {{BROKER_ICMP4, AF_INET, SOCK_RAW},
	    {BROKER_ICMP6, AF_INET6, SOCK_RAW}, {BROKER_UDP, AF_INET, SOCK_DGRAM},
	    {BROKER_UDP, AF_INET6, SOCK_DGRAM}, {BROKER_TCP, AF_INET, SOCK_STREAM},
	    {BROKER_TCP, AF_INET6, SOCK_STREAM}};

	(void)state;
	write_conf(PLAIN MARKED);
	struct settings *s = load();
	struct broker *b = start(s);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		for (size_t link = 0; link < 2; link++) {
			int fd = broker_open(b, link, CASES[i].kind, CASES[i].family);
			check_bound(fd, CASES[i].type, CASES[i].family);
			assert_int_equal(option(fd, SO_MARK), link == 1 ? 77 : 0);
			close(fd);
		}
	}
	struct sockaddr_in own = {0};
	socklen_t n = sizeof own;
	int fd = broker_open(b, 1, BROKER_UDP, AF_INET);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &n), 0);
	assert_int_equal(ntohl(own.sin_addr.s_addr), 0x7f000009);
	close(fd);
	broker_stop(b);
	settings_free(s);
}

static void
what_is_not_configured_is_refused(void **state)
{
	(void)state;
	write_conf(PLAIN "link gone { interface = lw-none gateway = none }\n"
	                 "link far { source = 192.0.2.1 gateway = none }\n");
	struct settings *s = load();
	struct broker *b = start(s);
	assert_int_equal(broker_open(b, 3, BROKER_UDP, AF_INET), -EINVAL);
	assert_int_equal(broker_open(b, UINT32_MAX, BROKER_UDP, AF_INET), -EINVAL);
	assert_int_equal(broker_open(b, 0, 0, AF_INET), -EINVAL);
	assert_int_equal(broker_open(b, 0, 99, AF_INET), -EINVAL);
	assert_int_equal(broker_open(b, 0, BROKER_UDP, AF_UNIX), -EINVAL);
	assert_int_equal(broker_open(b, 0, BROKER_TCP, AF_PACKET), -EINVAL);
	assert_int_equal(broker_open(b, 1, BROKER_ICMP4, AF_INET), -ENODEV);
	assert_int_equal(broker_open(b, 2, BROKER_UDP, AF_INET), -EADDRNOTAVAIL);
	/* It is none the worse for it. */
	int fd = broker_open(b, 0, BROKER_ICMP4, AF_INET);
	check_bound(fd, SOCK_RAW, AF_INET);
	close(fd);
	broker_stop(b);
	settings_free(s);
}

static void
another_file_is_taken_if_it_is_the_one_meant(void **state)
{
	(void)state;
	write_conf(PLAIN);
	struct settings *s = load();
	struct broker *b = start(s);
	write_conf(PLAIN "link more { interface = lo gateway = none }\n");
	struct settings *more = load();
	assert_int_equal(broker_reload(b, s->sha256), -ESTALE);
	assert_int_equal(broker_open(b, 1, BROKER_UDP, AF_INET), -EINVAL);
	assert_int_equal(broker_reload(b, more->sha256), 0);
	int fd = broker_open(b, 1, BROKER_ICMP6, AF_INET6);
	check_bound(fd, SOCK_RAW, AF_INET6);
	close(fd);
	/* The first mark comes too late: CAP_NET_ADMIN is given up. */
	write_conf(PLAIN MARKED);
	struct settings *marked = load();
	assert_int_equal(broker_reload(b, marked->sha256), -EPERM);
	write_conf("link a {");
	assert_int_equal(broker_reload(b, marked->sha256), -EINVAL);
	fd = broker_open(b, 1, BROKER_ICMP4, AF_INET);
	check_bound(fd, SOCK_RAW, AF_INET);
	close(fd);
	broker_stop(b);
	settings_free(marked);
	settings_free(more);
	settings_free(s);
}

/* ---- processes ---- */

static pid_t
only_child(pid_t of)
{
	char name[64];
	int pid = 0;

	snprintf(name, sizeof name, "/proc/%d/task/%d/children", of, of);
	FILE *f = fopen(name, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	return pid;
}

static uint64_t
status_of(pid_t pid, const char *field)
{
	char name[64], line[256];
	uint64_t value = UINT64_MAX;

	snprintf(name, sizeof name, "/proc/%d/status", pid);
	FILE *f = fopen(name, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			value = strtoull(line + strlen(field), NULL, 16);
	fclose(f);
	return value;
}

static void
it_keeps_what_it_needs_and_no_more(void **state)
{
	static const struct {
		const char *links;
		uint64_t caps;
	} CASES[] = {{PLAIN, CAP_NET_RAW_BIT},
	    {PLAIN MARKED, CAP_NET_RAW_BIT | CAP_NET_ADMIN_BIT}};

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		write_conf(CASES[i].links);
		struct settings *s = load();
		struct broker *b = start(s);
		pid_t pid = only_child(getpid());
		assert_true(status_of(pid, "CapEff:") == CASES[i].caps);
		assert_true(status_of(pid, "CapPrm:") == CASES[i].caps);
		assert_true(status_of(pid, "CapBnd:") == CASES[i].caps);
		assert_true(status_of(pid, "CapInh:") == 0);
		assert_true(status_of(pid, "CapAmb:") == 0);
		assert_int_equal(status_of(pid, "NoNewPrivs:"), 1);
		unsigned uid, gid;
		assert_true(privilege_user(user, &uid, &gid));
		char hex[16];
		snprintf(hex, sizeof hex, "%u", uid); /* status prints decimals */
		assert_int_equal(status_of(pid, "Uid:"), strtoull(hex, NULL, 16));
		broker_stop(b);
		settings_free(s);
	}
}

static void
what_is_left_is_left_in_every_set(void **state)
{
	int status;

	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		char err[200];
		int rc = privilege_leave(user, err, sizeof err);
		bool none = status_of(getpid(), "CapEff:") == 0 &&
		            status_of(getpid(), "CapPrm:") == 0 &&
		            status_of(getpid(), "CapInh:") == 0 &&
		            status_of(getpid(), "CapBnd:") == 0 &&
		            status_of(getpid(), "CapAmb:") == 0 &&
		            status_of(getpid(), "NoNewPrivs:") == 1;
		bool raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0;
		_exit(rc == 0 && none && !raw && !privilege_has_raw() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static bool
gone(pid_t pid)
{
	for (int i = 0; i < 200; i++) {
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		waitpid(pid, NULL, WNOHANG);
		usleep(10000);
	}
	return false;
}

static void
it_ends_with_its_parent(void **state)
{
	int pipe_fd[2];
	pid_t broker = 0;

	(void)state;
	write_conf(PLAIN);
	assert_int_equal(pipe(pipe_fd), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid_t parent = fork();
	if (parent == 0) {
		struct settings *s = load();
		start(s);
		broker = only_child(getpid());
		(void)!write(pipe_fd[1], &broker, sizeof broker);
		pause();
		_exit(0);
	}
	assert_int_equal(read(pipe_fd[0], &broker, sizeof broker), sizeof broker);
	assert_int_equal(kill(broker, 0), 0);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_true(gone(broker));
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

static void
its_own_end_is_noticed(void **state)
{
	(void)state;
	write_conf(PLAIN);
	struct settings *s = load();
	struct broker *b = start(s);
	assert_false(broker_ended(b));
	pid_t pid = only_child(getpid());
	kill(pid, SIGKILL);
	for (int i = 0; i < 200 && !broker_ended(b); i++)
		usleep(10000);
	assert_true(broker_ended(b));
	assert_int_equal(broker_open(b, 0, BROKER_ICMP4, AF_INET), -EPIPE);
	assert_int_equal(broker_reload(b, s->sha256), -EPIPE);
	broker_stop(b);
	settings_free(s);
}

static void
no_start_without_the_capability(void **state)
{
	int status;

	(void)state;
	write_conf(PLAIN MARKED);
	pid_t pid = fork();
	if (pid == 0) {
		struct settings *s = load();
		struct broker *b;
		char err[300] = "";
		if (privilege_keep(user, true, false, err, sizeof err) < 0)
			_exit(2);
		int rc = broker_start(&b, s, path, err, sizeof err);
		_exit(rc == -EPERM && strstr(err, "CAP_NET_ADMIN") != NULL &&
		              strchr(err, '\n') == NULL
		          ? 0
		          : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sockets_are_bound_as_configured),
	    cmocka_unit_test(what_is_not_configured_is_refused),
	    cmocka_unit_test(another_file_is_taken_if_it_is_the_one_meant),
	    cmocka_unit_test(it_keeps_what_it_needs_and_no_more),
	    cmocka_unit_test(what_is_left_is_left_in_every_set),
	    cmocka_unit_test(it_ends_with_its_parent),
	    cmocka_unit_test(its_own_end_is_noticed),
	    cmocka_unit_test(no_start_without_the_capability),
	};
	char map[256] = "";
	FILE *f = fopen("/proc/self/uid_map", "r");

	if (f == NULL || fgets(map, sizeof map, f) == NULL || !network_own()) {
		puts("skipped: no network namespace for this user; run it as root");
		return 77;
	}
	fclose(f);
	/* All users are mapped, or root alone. */
	user = strstr(map, "4294967295") != NULL ? "nobody" : "root";
	snprintf(path, sizeof path, "/tmp/lw-broker-%d.conf", (int)getpid());
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return rc;
}
