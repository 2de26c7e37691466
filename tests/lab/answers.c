/*
 * answers: whoever lies behind a TUN device answers echo requests, well or badly: late,
 *in another order, twice, not at all; and sends what nobody asked for, at a rate. It
 *writes down what it did with each request, so that a measurement can be held against it.
 *
 *	answers -i TUN -s SECONDS [-d MS] [-r MS] [-u PERMILLE] [-l PERMILLE] [-p] [-o
 *FILE]
 *		[-f WHAT=RATE]…
 *
 * -d  each answer waits so long; -r and at random up to so much longer, so that answers
 *     overtake each other
 * -u  so many of a thousand come twice; -l so many never
 * -p  each answer comes in two pieces
 * -o  a line for each request that was read: address, number, the time its answer was
 *     kept in ns (-1: none was sent), how many were sent
 * -f  a flood of packets that look like answers, RATE a second of each:
 *       ident   of another identifier
 *       cookie  of our identifier, the payload is another's
 *       seq     of our identifier and cookie, the number is one that was never sent
 *       stale   true answers to requests of more than eleven seconds ago
 *       error   a router's unreachable that quotes a request of then
 * It ends after SECONDS or at SIGTERM, and says in one JSON object what it did.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S    1000000000ll
#define NS_PER_MS   1000000ll
#define PACKET_ROOM 160
#define ECHO_AT     20 /* IPv4 without options */
#define WAITING     (1u << 17)
#define KEPT        (1u << 16) /* of old requests */
#define KEEP_EVERY  16
#define OLD_NS      (11 * NS_PER_S)
#define BURST       256

enum {
	IDENT,
	COOKIE,
	SEQ,
	STALE,
	ERROR,
	FLOODS
};
static const char *const FLOOD[FLOODS] = {"ident", "cookie", "seq", "stale", "error"};

struct packet {
	int64_t at;    /* to be sent; read, of what is kept */
	int64_t asked; /* read */
	uint16_t n;
	bool twice;
	uint8_t p[PACKET_ROOM];
};

static struct packet heap[WAITING], kept[KEPT];
static unsigned n_heap, n_kept, n_old;
static uint64_t first_kept;
static double flood[FLOODS];
static bool floods;
static uint64_t flooded[FLOODS], asked, answered, twice, lost, refused_by_kernel;
static int64_t delay_ns, spread_ns;
static unsigned twice_of_1000, lost_of_1000;
static bool in_pieces;
static FILE *truth;
static int tun;
static volatile sig_atomic_t stopped;

static void
on_stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static uint64_t
chance(void)
{
	static uint64_t s = 88172645463325252ull;

	s ^= s << 13;
	s ^= s >> 7;
	return s ^= s << 17;
}

static void
sum(uint8_t *at, const uint8_t *p, size_t n)
{
	uint32_t s = 0;

	at[0] = at[1] = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	s = (s & 0xffff) + (s >> 16);
	s = ~(s + (s >> 16));
	at[0] = (uint8_t)(s >> 8);
	at[1] = (uint8_t)s;
}

static bool
put(const uint8_t *p, size_t n)
{
	if (write(tun, p, n) == (ssize_t)n)
		return true;
	refused_by_kernel++;
	return false;
}

#define FIRST_PIECE 32 /* of what is behind the header */

static bool
put_piece(const uint8_t *p, size_t from, size_t n, bool last)
{
	uint8_t piece[PACKET_ROOM];
	size_t offset = from / 8;

	memcpy(piece, p, ECHO_AT);
	memcpy(piece + ECHO_AT, p + ECHO_AT + from, n);
	piece[2] = 0;
	piece[3] = (uint8_t)(ECHO_AT + n);
	piece[6] = (uint8_t)(offset >> 8 | (last ? 0 : 0x20));
	piece[7] = (uint8_t)offset;
	sum(piece + 10, piece, ECHO_AT);
	return put(piece, ECHO_AT + n);
}

static bool
put_answer(uint8_t *p, size_t n)
{
	static uint16_t number;

	if (!in_pieces || n <= ECHO_AT + FIRST_PIECE)
		return put(p, n);
	number++;
	p[4] = (uint8_t)(number >> 8);
	p[5] = (uint8_t)number;
	return put_piece(p, 0, FIRST_PIECE, false) &&
	       put_piece(p, FIRST_PIECE, n - ECHO_AT - FIRST_PIECE, true);
}

/* A request becomes its answer in place. */
static void
turn(struct packet *q)
{
	uint8_t address[4];

	memcpy(address, q->p + 12, 4);
	memcpy(q->p + 12, q->p + 16, 4);
	memcpy(q->p + 16, address, 4);
	q->p[ECHO_AT] = 0;
	sum(q->p + ECHO_AT + 2, q->p + ECHO_AT, q->n - ECHO_AT);
}

/* ---- what waits ---- */

static void
heap_add(const struct packet *q)
{
	unsigned i = n_heap++;

	for (; i > 0 && q->at < heap[(i - 1) / 2].at; i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = *q;
}

static void
heap_drop(void)
{
	struct packet *last = &heap[--n_heap];
	unsigned i = 0, child;

	while ((child = 2 * i + 1) < n_heap) {
		if (child + 1 < n_heap && heap[child + 1].at < heap[child].at)
			child++;
		if (last->at <= heap[child].at)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = *last;
}

static void
tell(const struct packet *q, int64_t held, int copies)
{
	if (truth != NULL)
		fprintf(truth, "%u.%u.%u.%u %u %lld %d\n", q->p[16], q->p[17], q->p[18],
		    q->p[19], q->p[ECHO_AT + 6] << 8 | q->p[ECHO_AT + 7], (long long)held,
		    copies);
}

static void
answer(struct packet *q)
{
	struct packet request = *q;
	int copies = 0;

	turn(q);
	int64_t held = now_ns() - q->asked;
	copies += put_answer(q->p, q->n);
	answered += copies > 0;
	if (q->twice && put_answer(q->p, q->n)) {
		copies++;
		twice++;
	}
	tell(&request, copies > 0 ? held : -1, copies);
}

static void
take(struct packet *q, int64_t now)
{
	asked++;
	if (floods && asked % KEEP_EVERY == 0) {
		q->at = now;
		kept[(first_kept + n_kept) % KEPT] = *q;
		if (n_kept < KEPT)
			n_kept++;
		else {
			first_kept++;
			n_old -= n_old > 0;
		}
	}
	if (chance() % 1000 < lost_of_1000 || n_heap == WAITING) {
		lost++;
		tell(q, -1, 0);
		return;
	}
	q->asked = now;
	q->at = now + delay_ns;
	if (spread_ns > 0)
		q->at += (int64_t)(chance() % (uint64_t)spread_ns);
	q->twice = chance() % 1000 < twice_of_1000;
	if (q->at == now)
		answer(q);
	else
		heap_add(q);
}

/* ---- what nobody asked for ---- */

static void
make_error(struct packet *q)
{
	uint8_t request[PACKET_ROOM];

	memcpy(request, q->p, q->n);
	memcpy(q->p + 12, "\xc6\x12\x00\x01", 4); /* 198.18.0.1, a router */
	memcpy(q->p + 16, request + 12, 4);
	memset(q->p + ECHO_AT, 0, 8);
	q->p[ECHO_AT] = 3;
	q->p[ECHO_AT + 1] = 1;
	memcpy(q->p + ECHO_AT + 8, request, 56);
	q->n = ECHO_AT + 8 + 56;
	q->p[2] = 0;
	q->p[3] = (uint8_t)q->n;
	sum(q->p + 10, q->p, ECHO_AT);
	sum(q->p + ECHO_AT + 2, q->p + ECHO_AT, q->n - ECHO_AT);
}

static void
make(unsigned what, struct packet *q)
{
	uint64_t r = chance();

	if (what == ERROR) {
		make_error(q);
		return;
	}
	if (what == IDENT)
		q->p[ECHO_AT + 4] ^= (uint8_t)(1 + r % 255);
	if (what == COOKIE)
		memcpy(q->p + ECHO_AT + 8, &r, 8);
	if (what == SEQ) { /* ahead of all there were, here and in the payload */
		q->p[ECHO_AT + 7] ^= (uint8_t)r;
		q->p[ECHO_AT + 16] ^= (uint8_t)r;
		q->p[ECHO_AT + 18] ^= (uint8_t)(1 + (r >> 8) % 255);
	}
	turn(q);
}

static void
flood_now(int64_t now)
{
	static int64_t began[FLOODS]; /* once there was something to make it of */
	struct packet q;

	while (n_old < n_kept && kept[(first_kept + n_old) % KEPT].at < now - OLD_NS)
		n_old++;
	for (unsigned f = 0; f < FLOODS; f++) {
		unsigned of = f == STALE || f == ERROR ? n_old : n_kept;
		if (of == 0)
			continue;
		if (began[f] == 0)
			began[f] = now;
		uint64_t due = (uint64_t)((double)(now - began[f]) / 1e9 * flood[f]);
		for (unsigned k = 0; flooded[f] < due && k < BURST; k++) {
			q = kept[(first_kept + chance() % of) % KEPT];
			make(f, &q);
			flooded[f] += put(q.p, q.n);
		}
	}
}

/* ---- the loop ---- */

/* Result: whether there may be more to do at once. */
static bool
turn_once(void)
{
	bool more = false;

	for (unsigned i = 0; i < BURST; i++) {
		struct packet q;
		ssize_t n = read(tun, q.p, sizeof q.p);
		if (n < ECHO_AT + 8)
			break;
		more = true;
		q.n = (uint16_t)n;
		if (q.p[0] == 0x45 && q.p[9] == 1 && q.p[ECHO_AT] == 8)
			take(&q, now_ns());
	}
	int64_t now = now_ns();
	for (unsigned i = 0; i < BURST && n_heap > 0 && heap[0].at <= now; i++) {
		struct packet q = heap[0];
		heap_drop();
		answer(&q);
		more = true;
	}
	flood_now(now);
	return more;
}

static void
run(int64_t seconds)
{
	int64_t began = now_ns(), now;

	while (!stopped && (now = now_ns()) - began < seconds * NS_PER_S) {
		if (turn_once())
			continue;
		int64_t wait = floods ? NS_PER_MS / 4 : 50 * NS_PER_MS;
		if (n_heap > 0 && heap[0].at - now < wait)
			wait = heap[0].at > now ? heap[0].at - now : 0;
		struct pollfd p = {.fd = tun, .events = POLLIN};
		struct timespec t = {.tv_nsec = wait};
		(void)ppoll(&p, 1, &t, NULL);
	}
}

static int
open_tun(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	return fd >= 0 && ioctl(fd, TUNSETIFF, &r) == 0 ? fd : -1;
}

static bool
read_flood(const char *text)
{
	for (unsigned f = 0; f < FLOODS; f++) {
		size_t n = strlen(FLOOD[f]);
		if (strncmp(text, FLOOD[f], n) == 0 && text[n] == '=') {
			flood[f] = strtod(text + n + 1, NULL);
			floods |= flood[f] > 0;
			return true;
		}
	}
	return false;
}

int
main(int argc, char **argv)
{
	const char *device = NULL;
	int64_t seconds = 0;
	int c;

	while ((c = getopt(argc, argv, "i:s:d:r:u:l:po:f:")) != -1) {
		switch (c) {
		case 'i':
			device = optarg;
			break;
		case 's':
			seconds = strtoll(optarg, NULL, 10);
			break;
		case 'd':
			delay_ns = strtoll(optarg, NULL, 10) * NS_PER_MS;
			break;
		case 'r':
			spread_ns = strtoll(optarg, NULL, 10) * NS_PER_MS;
			break;
		case 'u':
			twice_of_1000 = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'l':
			lost_of_1000 = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			in_pieces = true;
			break;
		case 'o':
			truth = fopen(optarg, "we");
			break;
		case 'f':
			if (read_flood(optarg))
				break;
			/* fall through */
		default:
			return 2;
		}
	}
	signal(SIGTERM, on_stop);
	tun = device != NULL && seconds > 0 ? open_tun(device) : -1;
	if (tun < 0) {
		fprintf(stderr, "answers: -i %s -s %lld: %s\n",
		    device != NULL ? device : "?", (long long)seconds, strerror(errno));
		return 1;
	}
	run(seconds);
	printf("{\"asked\":%llu,\"answered\":%llu,\"twice\":%llu,\"lost\":%llu,"
	       "\"waiting\":%u,\"refused\":%llu",
	    (unsigned long long)asked, (unsigned long long)answered,
	    (unsigned long long)twice, (unsigned long long)lost, n_heap,
	    (unsigned long long)refused_by_kernel);
	for (unsigned f = 0; f < FLOODS; f++)
		printf(",\"%s\":%llu", FLOOD[f], (unsigned long long)flooded[f]);
	puts("}");
	return truth != NULL && fclose(truth) != 0;
}
