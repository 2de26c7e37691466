/*
 * What the kernel alone costs: ICMP echo by sendmmsg and recvmmsg over one raw socket,
 * and nothing is kept of it. Beside linkwitnessd in bench_rate; never installed.
 *
 * bare_icmp TARGETS A-SECOND SECONDS   (A-SECOND 0: as fast as it goes)
 * prints: sent received seconds cpu-nanoseconds
 */
#include "tests/bench/bare.h"

#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH   64
#define TICK_NS 750000

static struct sockaddr_in *targets;
static size_t n_targets;
static uint8_t out[BATCH][64], in[BATCH][256];
static struct mmsghdr sends[BATCH], gets[BATCH];
static struct iovec out_iov[BATCH], in_iov[BATCH];

static void
make_ready(void)
{
	for (int i = 0; i < BATCH; i++) {
		struct icmphdr h = {.type = ICMP_ECHO, .un.echo.id = htons(4711)};
		uint32_t sum = 0;
		memcpy(out[i], &h, sizeof h);
		for (int k = 0; k < 64; k += 2)
			sum += (uint32_t)out[i][k] << 8 | out[i][k + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		h.checksum = htons((uint16_t)~sum);
		memcpy(out[i], &h, sizeof h);
		out_iov[i] = (struct iovec){out[i], 64};
		in_iov[i] = (struct iovec){in[i], 256};
		sends[i].msg_hdr = (struct msghdr){.msg_iov = &out_iov[i],
		    .msg_iovlen = 1,
		    .msg_namelen = sizeof(struct sockaddr_in)};
		gets[i].msg_hdr = (struct msghdr){.msg_iov = &in_iov[i], .msg_iovlen = 1};
	}
}

/* Requests come back too on a loopback; a reply is type 0 behind the IP header. */
static uint64_t
receive(int fd)
{
	uint64_t n = 0;
	int got;

	while ((got = recvmmsg(fd, gets, BATCH, MSG_DONTWAIT, NULL)) > 0)
		for (int i = 0; i < got; i++)
			n += gets[i].msg_len > 28 && in[i][20] == ICMP_ECHOREPLY;
	return n;
}

int
main(int argc, char **argv)
{
	uint64_t sent = 0, received = 0;
	int room = 8 << 20, only = ~(1 << ICMP_ECHOREPLY);

	if (argc != 4 || (targets = bare_targets(argv[1], &n_targets)) == NULL)
		return 2;
	double rate = atof(argv[2]);
	int64_t length = (int64_t)(atof(argv[3]) * 1e9);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (fd < 0) {
		perror("raw socket");
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	setsockopt(fd, SOL_RAW, 1 /* ICMP_FILTER */, &only, sizeof only);
	make_ready();
	int64_t begin = bare_now(CLOCK_MONOTONIC), at;
	while ((at = bare_now(CLOCK_MONOTONIC) - begin) < length) {
		uint64_t due =
		    rate > 0 ? (uint64_t)(rate * (double)at / 1e9) : sent + BATCH;
		while (sent < due) {
			unsigned n = due - sent < BATCH ? (unsigned)(due - sent) : BATCH;
			for (unsigned i = 0; i < n; i++)
				sends[i].msg_hdr.msg_name =
				    &targets[(sent + i) % n_targets];
			int done = sendmmsg(fd, sends, n, 0);
			if (done <= 0) {
				perror("sendmmsg");
				return 1;
			}
			sent += (uint64_t)done;
			received += receive(fd);
		}
		if (rate > 0) {
			struct timespec t = {.tv_nsec = TICK_NS};
			nanosleep(&t, NULL);
		}
	}
	double seconds = (double)(bare_now(CLOCK_MONOTONIC) - begin) / 1e9;
	int64_t cpu = bare_now(CLOCK_PROCESS_CPUTIME_ID);
	usleep(100000);
	received += receive(fd);
	printf("%llu %llu %.3f %lld\n", (unsigned long long)sent,
	    (unsigned long long)received, seconds, (long long)cpu);
	return 0;
}
