/*
 * The daemon. The order is the point: understand the configuration, fork the broker while
 * there is privilege, leave all privilege, and only then open what others write to.
 */
#include "base/version.h"
#include "collector/privilege.h"
#include "collector/station.h"
#include "config/units.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_USAGE       2
#define PATIENCE_LEAST_S 1
#define PATIENCE_MOST_S  60
#define FAREWELL_NS      (5 * NS_PER_S)

struct daemon {
	const char *config;
	int64_t for_ns; /* 0: until stopped */
	bool watch;
	struct loop *loop;
	struct broker *broker;
	struct station *station;
	struct loop_timer over, again;
	pid_t watcher;
	mono_t watching; /* since when */
	bool replaced;   /* the watcher was told to end, another is to follow at once */
	int patience_s;
	char watcher_path[PATH_MAX];
	char http_path[PATH_MAX];
	bool failed; /* the loop was stopped by a failure */
};

static int
complain(int status, const char *format, ...)
{
	va_list ap;

	fputs("linkwitnessd: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

static void
say(void *ctx, const char *line)
{
	(void)ctx;
	complain(0, "%s", line);
}

/* ---- where our other programs are: beside us in a build tree, else where installed ----
 */

static void
find_program(char out[PATH_MAX], const char *name, const char *installed)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	snprintf(out, PATH_MAX, "%s/%s", installed, name);
	if (n <= 0)
		return;
	self[n] = '\0';
	char *slash = strrchr(self, '/');
	if (slash == NULL || (size_t)(slash - self) + strlen(name) + 2 > sizeof self)
		return;
	strcpy(slash + 1, name);
	if (access(self, X_OK) == 0)
		snprintf(out, PATH_MAX, "%s", self);
}

/* ---- the watcher ---- */

static void
start_watcher(struct daemon *d)
{
	pid_t parent = getpid(), pid;
	sigset_t none;

	if (!d->watch)
		return;
	pid = fork();
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(1);
		execl(d->watcher_path, "linkwitness", "-c", d->config, "watch",
		    (char *)NULL);
		_exit(127);
	}
	d->watcher = pid > 0 ? pid : 0;
	d->watching = clock_mono();
	d->replaced = false;
	if (pid < 0)
		complain(0, "%s: %s", d->watcher_path, strerror(errno));
}

static void
start_again(void *ctx, mono_t now)
{
	(void)now;
	start_watcher(ctx);
}

/* It died: start it again, more patiently each time it did not last. */
static void
reap_watcher(struct daemon *d)
{
	mono_t now = clock_mono();
	int status;

	if (d->watcher == 0 || waitpid(d->watcher, &status, WNOHANG) != d->watcher)
		return;
	d->watcher = 0;
	if (d->replaced) {
		start_watcher(d);
		return;
	}
	if (now.ns - d->watching.ns > PATIENCE_MOST_S * NS_PER_S)
		d->patience_s = PATIENCE_LEAST_S;
	if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		complain(0, "the watcher ended (%s %d); started again in %d s",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		    d->patience_s);
	loop_timer_set(
	    d->loop, &d->again, (mono_t){now.ns + (int64_t)d->patience_s * NS_PER_S});
	d->patience_s =
	    d->patience_s * 2 < PATIENCE_MOST_S ? d->patience_s * 2 : PATIENCE_MOST_S;
}

/* Another one for another configuration. It takes its time to end; measuring does not
 * wait for it. */
static void
replace_watcher(struct daemon *d)
{
	d->patience_s = PATIENCE_LEAST_S;
	loop_timer_cancel(d->loop, &d->again);
	if (d->watcher == 0) {
		start_watcher(d);
		return;
	}
	d->replaced = true;
	kill(d->watcher, SIGTERM);
}

static void
stop_watcher(struct daemon *d)
{
	static const struct timespec PAUSE = {.tv_nsec = 10 * NS_PER_MS};
	mono_t began = clock_mono();

	loop_timer_cancel(d->loop, &d->again);
	if (d->watcher == 0)
		return;
	kill(d->watcher, SIGTERM);
	while (waitpid(d->watcher, NULL, WNOHANG) == 0) {
		if (clock_mono().ns - began.ns > FAREWELL_NS)
			kill(d->watcher, SIGKILL);
		nanosleep(&PAUSE, NULL);
	}
	d->watcher = 0;
}

/* ---- another configuration ---- */

/* A parser that reads what somebody wrote at night reads it in a child first. */
static bool
reads_well(const char *path)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		struct settings *s;
		char err[500];
		if (settings_load(&s, path, err, sizeof err) == 0)
			_exit(0);
		complain(0, "%s; nothing is changed", err);
		_exit(EXIT_USAGE);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFSIGNALED(status))
		complain(0, "%s: reading it failed; nothing is changed", path);
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Why a readable file cannot be taken while measuring goes on, or NULL. */
static const char *
why_not(struct daemon *d, const struct settings *now, const struct settings *s)
{
	if (strcmp(now->data_dir, s->data_dir) != 0)
		return "data-dir cannot change while it is written to; restart for that";
	if (strcmp(now->user, s->user) != 0)
		return "user cannot change without privilege; restart for that";
	switch (broker_reload(d->broker, s->sha256)) {
	case 0:
		return NULL;
	case -EPERM:
		return "the first mark needs CAP_NET_ADMIN, which was given up; restart for "
		       "that";
	case -ESTALE:
		return "it was changed again meanwhile; send SIGHUP once more";
	default:
		return "the broker does not take it; restart for that";
	}
}

static void
reload(struct daemon *d)
{
	struct settings *s;
	char err[500];

	if (!reads_well(d->config))
		return;
	if (settings_load(&s, d->config, err, sizeof err) < 0) {
		complain(0, "%s; nothing is changed", err);
		return;
	}
	const char *why = why_not(d, station_settings(d->station), s);
	if (why != NULL) {
		complain(0, "%s: %s; nothing is changed", d->config, why);
		settings_free(s);
		return;
	}
	station_reload(d->station, s);
	replace_watcher(d);
	complain(0, "%s: taken", d->config);
}

/* ---- signals and time ---- */

static void
on_signal(void *ctx, int signo)
{
	struct daemon *d = ctx;

	if (signo == SIGHUP) {
		reload(d);
	} else if (signo == SIGCHLD) {
		reap_watcher(d);
		if (!broker_ended(d->broker))
			return;
		/* Privilege is gone for good here; who started us can give it again. */
		complain(
		    0, "the broker ended: no socket can be opened any more; start again");
		d->failed = true;
		loop_stop(d->loop);
	} else {
		loop_stop(d->loop);
	}
}

static void
on_over(void *ctx, mono_t now)
{
	(void)now;
	loop_stop(((struct daemon *)ctx)->loop);
}

/* ---- the start ---- */

static int
usage(int status)
{
	fputs("usage: linkwitnessd -c FILE [--for DURATION] [--no-watch]\n",
	    status == 0 ? stdout : stderr);
	return status;
}

/* Result: -1 to go on, else what to exit with. */
static int
read_arguments(struct daemon *d, int argc, char **argv)
{
	static const struct option OPTIONS[] = {{"config", required_argument, NULL, 'c'},
	    {"for", required_argument, NULL, 'f'}, {"no-watch", no_argument, NULL, 'n'},
	    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'},
	    {NULL, 0, NULL, 0}};
	const char *why;
	int c;

	while ((c = getopt_long(argc, argv, ":c:", OPTIONS, NULL)) != -1) {
		switch (c) {
		case 'c':
			d->config = optarg;
			break;
		case 'f':
			if (!units_duration(optarg, &d->for_ns, &why) || d->for_ns == 0)
				return complain(
				    EXIT_USAGE, "--for %s: write %s", optarg, why);
			break;
		case 'n':
			d->watch = false;
			break;
		case 'h':
			return usage(0);
		case 'v':
			printf("linkwitnessd %s\n", version_number());
			return 0;
		default:
			return complain(EXIT_USAGE, "%s: %s", argv[optind - 1],
			    c == ':' ? "its value is missing"
			             : "no such option; --help lists them");
		}
	}
	if (optind != argc)
		return complain(EXIT_USAGE,
		    "%s: it takes options alone; --help lists them", argv[optind]);
	return d->config != NULL ? -1 : usage(EXIT_USAGE);
}

static int
make_directories(const char *path)
{
	char part[1100];

	snprintf(part, sizeof part, "%s", path);
	for (char *c = part + 1; *c != '\0'; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
		*c = '/';
	}
	return mkdir(part, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/* The data belongs to whom we are going to be: what root made there is handed over. */
static int
prepare_data(const struct settings *s)
{
	unsigned uid, gid;
	struct stat st;
	char path[1100];
	int rc = make_directories(s->data_dir);

	if (rc < 0)
		return complain(1, "%s: %s", s->data_dir, strerror(-rc));
	if (geteuid() != 0 || !privilege_user(s->user, &uid, &gid))
		return 0;
	static const char *const PARTS[] = {"", "/journal", "/rrd", "/spool"};
	for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
		snprintf(path, sizeof path, "%s%s", s->data_dir, PARTS[i]);
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == 0 &&
		    lchown(path, uid, gid) < 0)
			return complain(1, "%s: %s", path, strerror(errno));
	}
	return 0;
}

/* A connect that nobody answers is open for ten seconds: in an outage that makes more
 * than the usual thousand, and the journal wants to open its own then. */
static void
raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

static int
run(struct daemon *d, struct settings *settings)
{
	static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	const char *child[] = {d->http_path, NULL};
	struct station_parts parts = {
	    .loop = d->loop, .broker = d->broker, .http_child = child, .say = say};
	char err[1200];
	int rc;

	rc = loop_signals(
	    d->loop, SIGNALS, sizeof SIGNALS / sizeof SIGNALS[0], on_signal, d);
	if (rc < 0)
		return complain(1, "signals: %s", strerror(-rc));
	if (station_new(&d->station, &parts, settings, err, sizeof err) < 0) {
		settings_free(settings);
		return complain(1, "%s", err);
	}
	if (d->for_ns > 0)
		loop_timer_set(d->loop, &d->over, (mono_t){clock_mono().ns + d->for_ns});
	start_watcher(d);
	rc = loop_run(d->loop);
	if (rc < 0)
		complain(1, "event loop: %s", strerror(-rc));
	int end = station_free(d->station);
	if (end < 0)
		complain(1, "journal: %s", strerror(-end));
	stop_watcher(d);
	return rc < 0 || end < 0 || d->failed ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct daemon d = {.watch = true, .patience_s = PATIENCE_LEAST_S};
	struct settings *settings;
	char err[600];

	int status = read_arguments(&d, argc, argv);
	if (status >= 0)
		return status;
	int rc = settings_load(&settings, d.config, err, sizeof err);
	if (rc < 0 && rc != -EINVAL)
		return complain(EXIT_USAGE, "%s", err);
	if (rc < 0) {
		fprintf(stderr, "%s\n", err);
		return EXIT_USAGE;
	}
	if (!privilege_has_raw()) {
		settings_free(settings);
		return complain(1,
		    "CAP_NET_RAW is missing: start it as root, or with the "
		    "capability as the systemd unit does");
	}
	signal(SIGPIPE, SIG_IGN);
	raise_files();
	find_program(d.watcher_path, "linkwitness", BINDIR);
	find_program(d.http_path, "linkwitness-http", LIBEXECDIR);
	d.over = (struct loop_timer){.fn = on_over, .ctx = &d};
	d.again = (struct loop_timer){.fn = start_again, .ctx = &d};
	status = prepare_data(settings);
	if (status == 0 &&
	    broker_start(&d.broker, settings, d.config, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0 && privilege_leave(settings->user, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	d.loop = status == 0 ? loop_new() : NULL;
	if (status == 0 && d.loop == NULL)
		status = complain(1, "event loop: %s", strerror(errno));
	if (status == 0)
		status = run(&d, settings);
	else
		settings_free(settings);
	broker_stop(d.broker);
	loop_free(d.loop);
	return status;
}
