/*
 * wan: a relay of packets between pairs of TUN devices, each pair a line of the lab's
 * network, that does to them what a seeded schedule says and writes down what it did.
 *
 *	centre -- cpe [tun]==access==[tun] bng [tun]==core==[tun] core
 *[tun]==upstream==[tun] internet
 *
 * The kernel at hand has no netem; besides, a relay knows the truth: of each episode the
 * interval by CLOCK_REALTIME and CLOCK_BOOTTIME and the first and last packet it touched,
 * of each way how many packets met which fate. One JSON object a line, as it happens.
 *
 *	wan -s SCHEDULE -t TRUTH -f SECONDS [-w] [-p PACKETS] LINE=NS:TUN,NS:TUN…
 *
 * NS is a name below /run/netns, or "." for the namespace wan was started in; the first
 * device is the customer's side. The TUN devices exist. With -w the schedule's time
 * begins at SIGUSR1, else at once; timed episodes wait for it. After SECONDS the relay
 * ends in any case, and so it does when the process that started it dies. -p writes a
 * line a packet.
 */
#include "tests/lab/line.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX 2048
#define QUEUE_MAX  20000
#define BURST_MAX  64
#define NS_PER_S   1000000000ll
#define FOREVER    INT64_MAX

struct packet {
	int64_t release_ns;
	uint64_t serial; /* of equal releases the first come goes first */
	unsigned line, length;
	enum way way;
	unsigned char *bytes;
};

struct relay {
	struct lines lines;
	struct pollfd fd[2 * LINES_MAX]; /* 2 i customer's side, 2 i + 1 the other */
	struct packet heap[QUEUE_MAX];
	unsigned n_heap;
	uint64_t serial;
	FILE *truth, *packets;
	int64_t end_ns;
	bool waits;
};

static struct relay relay;
static volatile sig_atomic_t stopped, begun;

static void
on_stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void
on_begin(int signal)
{
	(void)signal;
	begun = 1;
}

static int64_t
clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int64_t
realtime(int64_t boot_ns)
{
	return boot_ns + clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

static bool
earlier(const struct packet *a, const struct packet *b)
{
	if (a->release_ns != b->release_ns)
		return a->release_ns < b->release_ns;
	return a->serial < b->serial;
}

static void
heap_add(struct relay *r, struct packet p)
{
	unsigned i = r->n_heap++;

	for (; i > 0 && earlier(&p, &r->heap[(i - 1) / 2]); i = (i - 1) / 2)
		r->heap[i] = r->heap[(i - 1) / 2];
	r->heap[i] = p;
}

static struct packet
heap_take(struct relay *r)
{
	struct packet top = r->heap[0], last = r->heap[--r->n_heap];
	unsigned i = 0, child;

	while ((child = 2 * i + 1) < r->n_heap) {
		if (child + 1 < r->n_heap &&
		    earlier(&r->heap[child + 1], &r->heap[child]))
			child++;
		if (!earlier(&r->heap[child], &last))
			break;
		r->heap[i] = r->heap[child];
		i = child;
	}
	r->heap[i] = last;
	return top;
}

static void
packet_tell(struct relay *r, unsigned line, enum way way, const unsigned char *bytes,
    unsigned length, const char *fate, int64_t now_ns, int64_t release_ns)
{
	unsigned version = bytes[0] >> 4;

	if (r->packets == NULL)
		return;
	fprintf(r->packets, "%lld %s %s v%u proto=%u length=%u %s %.3f\n",
	    (long long)realtime(now_ns), r->lines.line[line].name,
	    way == WAY_UP ? "up" : "down", version,
	    version == 4 && length > 9   ? bytes[9]
	    : version == 6 && length > 6 ? bytes[6]
	                                 : 0,
	    length, fate, (double)(release_ns - now_ns) / 1e6);
}

static void
packet_read(struct relay *r, unsigned line, enum way way)
{
	static const char *const words[] = {"passed", "lost", "blackout"};
	struct way_state *w = &r->lines.line[line].ways[way];
	struct packet p = {.line = line, .way = way};
	unsigned char bytes[PACKET_MAX];
	int64_t now, release;
	enum fate fate;
	ssize_t n;

	for (unsigned i = 0; i < BURST_MAX; i++) {
		n = read(
		    r->fd[2 * line + (way == WAY_UP ? 0 : 1)].fd, bytes, sizeof(bytes));
		if (n <= 0)
			return;
		now = release = clock_ns(CLOCK_BOOTTIME);
		fate = lines_fate(&r->lines, line, way, now, &release);
		packet_tell(r, line, way, bytes, (unsigned)n, words[fate], now, release);
		if (fate != FATE_PASS)
			continue;
		if (r->n_heap == QUEUE_MAX || (p.bytes = malloc((size_t)n)) == NULL) {
			w->overflow++;
			continue;
		}
		memcpy(p.bytes, bytes, (size_t)n);
		p.length = (unsigned)n;
		p.release_ns = release;
		p.serial = r->serial++;
		heap_add(r, p);
	}
}

static void
packets_release(struct relay *r, int64_t now_ns)
{
	while (r->n_heap > 0 && r->heap[0].release_ns <= now_ns) {
		struct packet p = heap_take(r);
		struct way_state *w = &r->lines.line[p.line].ways[p.way];
		int fd = r->fd[2 * p.line + (p.way == WAY_UP ? 1 : 0)].fd;

		if (write(fd, p.bytes, p.length) == (ssize_t)p.length)
			w->passed++;
		else
			w->overflow++;
		free(p.bytes);
	}
}

static void
instant_tell(FILE *f, const char *key, int64_t boot_ns)
{
	fprintf(f, ",\"%s\":%.9f,\"%s_boot_ns\":%lld", key,
	    (double)(realtime(boot_ns) / NS_PER_S) +
	        (double)(realtime(boot_ns) % NS_PER_S) / 1e9,
	    key, (long long)boot_ns);
}

static void
episode_tell(struct relay *r, struct episode *e, bool open)
{
	FILE *f = r->truth;

	e->told = true;
	fprintf(f, "{\"what\":\"%s\",\"line\":\"%s\",\"way\":\"%s\",\"value\":%g",
	    episode_name(e->kind), r->lines.line[e->line].name,
	    !e->ways[WAY_DOWN] ? "up"
	    : !e->ways[WAY_UP] ? "down"
	                       : "both",
	    e->value);
	instant_tell(f, "from", e->from_ns);
	if (!open)
		instant_tell(f, "to", e->to_ns);
	if (e->touched[WAY_UP] + e->touched[WAY_DOWN] > 0) {
		instant_tell(f, "first", e->first_ns);
		instant_tell(f, "last", e->last_ns);
	}
	fprintf(f, ",\"open\":%s,\"up\":%llu,\"down\":%llu}\n", open ? "true" : "false",
	    (unsigned long long)e->touched[WAY_UP],
	    (unsigned long long)e->touched[WAY_DOWN]);
	fflush(f);
}

/* Write the truth of what is over; returns when the next episode will be. */
static int64_t
episodes_settle(struct relay *r, int64_t now_ns, bool last)
{
	struct lines *ls = &r->lines;
	int64_t next = FOREVER;
	struct episode *e;

	for (e = ls->episode; ls->started && e < ls->episode + ls->n_episodes; e++) {
		if (!e->timed || e->told)
			continue;
		if (now_ns >= e->to_ns)
			episode_tell(r, e, false);
		else if (last && now_ns >= e->from_ns)
			episode_tell(r, e, true);
		else if (e->to_ns < next)
			next = e->to_ns;
	}
	return next;
}

static void
begin(struct relay *r)
{
	int64_t now = clock_ns(CLOCK_BOOTTIME);

	lines_start(&r->lines, now);
	fprintf(r->truth, "{\"what\":\"start\"");
	instant_tell(r->truth, "from", now);
	fprintf(r->truth, ",\"seed\":%llu}\n", (unsigned long long)r->lines.seed);
	fflush(r->truth);
}

static void
totals_tell(struct relay *r)
{
	for (unsigned i = 0; i < 2 * r->lines.n; i++) {
		const struct way_state *w = &r->lines.line[i / 2].ways[i % 2];

		fprintf(r->truth,
		    "{\"what\":\"total\",\"line\":\"%s\",\"way\":\"%s\",\"seen\":%llu,"
		    "\"passed\":%llu,\"lost\":%llu,\"blackout\":%llu,\"held\":%llu,"
		    "\"reordered\":%llu,\"overflow\":%llu}\n",
		    r->lines.line[i / 2].name, i % 2 == WAY_UP ? "up" : "down",
		    (unsigned long long)w->seen, (unsigned long long)w->passed,
		    (unsigned long long)w->lost, (unsigned long long)w->blackout,
		    (unsigned long long)w->held, (unsigned long long)w->reordered,
		    (unsigned long long)w->overflow);
	}
}

static void
run(struct relay *r)
{
	sigset_t open;
	struct timespec wait;
	int64_t now, next;

	sigemptyset(&open);
	for (;;) {
		now = clock_ns(CLOCK_BOOTTIME);
		if (!r->lines.started && (!r->waits || begun))
			begin(r);
		packets_release(r, now);
		next = episodes_settle(r, now, false);
		if (stopped || now >= r->end_ns)
			break;
		if (r->n_heap > 0 && r->heap[0].release_ns < next)
			next = r->heap[0].release_ns;
		if (r->end_ns < next)
			next = r->end_ns;
		next = next > now ? next - now : 0;
		wait = (struct timespec){next / NS_PER_S, next % NS_PER_S};
		if (ppoll(r->fd, 2 * r->lines.n, &wait, &open) <= 0)
			continue;
		for (unsigned i = 0; i < 2 * r->lines.n; i++)
			if (r->fd[i].revents != 0)
				packet_read(r, i / 2, i % 2 == 0 ? WAY_UP : WAY_DOWN);
	}
	episodes_settle(r, now, true);
	totals_tell(r);
}

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "wan: %s: %s\n", what, why);
	exit(1);
}

/* Attach to the TUN device of ${end}, "NS:TUN". */
static int
tun_open(char *end, int home)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	char path[256], *device = strchr(end, ':');
	int ns = home, fd;

	if (device == NULL || strlen(device + 1) >= IFNAMSIZ)
		die(end, "NAMESPACE:DEVICE is wanted");
	*device++ = '\0';
	if (strcmp(end, ".") != 0) {
		snprintf(path, sizeof(path), "/run/netns/%s", end);
		ns = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
		die(end, strerror(errno));
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	strcpy(request.ifr_name, device);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		die(device, strerror(errno));
	if (ns != home)
		close(ns);
	if (setns(home, CLONE_NEWNET) < 0)
		die("own namespace", strerror(errno));
	return fd;
}

static void
line_open(struct relay *r, char *text, int home)
{
	char *first = strchr(text, '='), *second;
	unsigned i = r->lines.n;

	if (first == NULL || (second = strchr(first, ',')) == NULL)
		die(text, "LINE=NS:TUN,NS:TUN is wanted");
	*first++ = *second++ = '\0';
	if (i == LINES_MAX || strlen(text) >= sizeof(r->lines.line[i].name))
		die(text, "too many lines, or too long a name");
	strcpy(r->lines.line[i].name, text);
	r->fd[2 * i] = (struct pollfd){tun_open(first, home), POLLIN, 0};
	r->fd[2 * i + 1] = (struct pollfd){tun_open(second, home), POLLIN, 0};
	r->lines.n++;
}

static void
signals_set(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, go = {.sa_handler = on_begin};
	sigset_t closed;

	sigemptyset(&closed);
	sigaddset(&closed, SIGTERM);
	sigaddset(&closed, SIGINT);
	sigaddset(&closed, SIGUSR1);
	sigprocmask(SIG_BLOCK, &closed, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGUSR1, &go, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static FILE *
create(const char *path)
{
	FILE *f = fopen(path, "we");

	if (f == NULL)
		die(path, strerror(errno));
	return f;
}

int
main(int argc, char **argv)
{
	const char *schedule = NULL, *truth = NULL;
	struct relay *r = &relay;
	double seconds = 0;
	char err[512];
	int c, home;

	signals_set();
	while ((c = getopt(argc, argv, "s:t:f:p:w")) != -1) {
		if (c == 's')
			schedule = optarg;
		else if (c == 't')
			truth = optarg;
		else if (c == 'f')
			seconds = strtod(optarg, NULL);
		else if (c == 'p')
			r->packets = create(optarg);
		else if (c == 'w')
			r->waits = true;
		else
			return 2;
	}
	if (schedule == NULL || truth == NULL || !(seconds > 0) || optind == argc) {
		fputs("usage: wan -s SCHEDULE -t TRUTH -f SECONDS [-w] [-p PACKETS] "
		      "LINE=NS:TUN,NS:TUN...\n",
		    stderr);
		return 2;
	}
	r->end_ns = clock_ns(CLOCK_BOOTTIME) + (int64_t)(seconds * 1e9);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	for (; optind < argc; optind++)
		line_open(r, argv[optind], home);
	if (lines_read(&r->lines, schedule, err, sizeof(err)) < 0) {
		fprintf(stderr, "wan: %s\n", err);
		return 2;
	}
	r->truth = create(truth);
	run(r);
	return 0;
}
