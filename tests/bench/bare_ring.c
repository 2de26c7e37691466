/*
 * What rings bring: ICMP echo as whole frames through PACKET_MMAP (TPACKET_V2), sent past
 * the queueing discipline, answers taken from a receive ring. Nothing is kept. Beside
 * bare_icmp in bench_rings; never installed.
 *
 * bare_ring TARGETS SECONDS INTERFACE SOURCE-ADDRESS NEXT-HOP-MAC
 * prints: sent received seconds cpu-nanoseconds
 */
#include "tests/bench/bare.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAMES      4096
#define FRAME_BYTES 256
#define BATCH       64
#define DATA_AT     (TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))

static struct sockaddr_in *targets;
static size_t n_targets;
static uint8_t pattern[14 + 20 + 64];
static uint8_t *tx, *rx;

static uint32_t
sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return sum;
}

static uint16_t
folded(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static int
make_pattern(int fd, const char *name, const char *source, const char *mac)
{
	struct ifreq r = {0};
	struct iphdr ip = {.version = 4,
	    .ihl = 5,
	    .tot_len = htons(84),
	    .ttl = 64,
	    .protocol = IPPROTO_ICMP};
	struct icmphdr icmp = {.type = ICMP_ECHO, .un.echo.id = htons(4711)};

	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &r) < 0 ||
	    inet_pton(AF_INET, source, &ip.saddr) != 1 ||
	    sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &pattern[0], &pattern[1],
	        &pattern[2], &pattern[3], &pattern[4], &pattern[5]) != 6)
		return -1;
	memcpy(pattern + 6, r.ifr_hwaddr.sa_data, 6);
	pattern[12] = ETH_P_IP >> 8;
	memcpy(pattern + 14, &ip, sizeof ip);
	memcpy(pattern + 34, &icmp, sizeof icmp);
	icmp.checksum = folded(sum_of(pattern + 34, 64));
	memcpy(pattern + 34, &icmp, sizeof icmp);
	return 0;
}

/* Answers alone: IPv4, ICMP, echo reply. */
static void
filter(int fd)
{
	struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 3),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 20),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_ECHOREPLY, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 128), BPF_STMT(BPF_RET | BPF_K, 0)};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static int
ring_open(const char *name, int protocol, int which, uint8_t **ring)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), version = TPACKET_V2, on = 1;
	struct tpacket_req q = {.tp_block_size = 1 << 16,
	    .tp_frame_size = FRAME_BYTES,
	    .tp_block_nr = FRAMES / ((1 << 16) / FRAME_BYTES),
	    .tp_frame_nr = FRAMES};
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
	    .sll_protocol = htons((uint16_t)protocol),
	    .sll_ifindex = (int)if_nametoindex(name)};

	if (fd < 0)
		return -1;
	if (which == PACKET_RX_RING)
		filter(fd);
	else
		setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
	if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0 ||
	    setsockopt(fd, SOL_PACKET, which, &q, sizeof q) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof at) < 0)
		return -1;
	*ring = mmap(NULL, (size_t)FRAMES * FRAME_BYTES, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	return *ring == MAP_FAILED ? -1 : fd;
}

static uint64_t
receive(void)
{
	static unsigned at;
	uint64_t n = 0;

	for (;; at = (at + 1) % FRAMES) {
		struct tpacket2_hdr *h =
		    (struct tpacket2_hdr *)(rx + (size_t)at * FRAME_BYTES);
		if ((__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) ==
		    0)
			return n;
		n++;
		__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	}
}

/* Result: how many found room. */
static unsigned
put(uint64_t first, unsigned n)
{
	static unsigned at;

	for (unsigned i = 0; i < n; i++) {
		struct tpacket2_hdr *h =
		    (struct tpacket2_hdr *)(tx + (size_t)at * FRAME_BYTES);
		uint8_t *p = (uint8_t *)h + DATA_AT;
		struct iphdr ip;
		if (__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) !=
		    TP_STATUS_AVAILABLE)
			return i;
		memcpy(p, pattern, sizeof pattern);
		memcpy(&ip, p + 14, sizeof ip);
		ip.daddr = targets[(first + i) % n_targets].sin_addr.s_addr;
		ip.check = 0;
		ip.check = folded(sum_of((const uint8_t *)&ip, sizeof ip));
		memcpy(p + 14, &ip, sizeof ip);
		h->tp_len = sizeof pattern;
		__atomic_store_n(&h->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
		at = (at + 1) % FRAMES;
	}
	return n;
}

int
main(int argc, char **argv)
{
	uint64_t sent = 0, received = 0;

	if (argc != 6 || (targets = bare_targets(argv[1], &n_targets)) == NULL)
		return 2;
	int64_t length = (int64_t)(atof(argv[2]) * 1e9);
	int in = ring_open(argv[3], ETH_P_IP, PACKET_RX_RING, &rx);
	int out = ring_open(argv[3], 0, PACKET_TX_RING, &tx);
	if (in < 0 || out < 0 || make_pattern(out, argv[3], argv[4], argv[5]) < 0) {
		perror("packet ring");
		return 1;
	}
	int64_t begin = bare_now(CLOCK_MONOTONIC);
	while (bare_now(CLOCK_MONOTONIC) - begin < length) {
		sent += put(sent, BATCH);
		if (send(out, NULL, 0, MSG_DONTWAIT) < 0)
			usleep(1);
		received += receive();
	}
	double seconds = (double)(bare_now(CLOCK_MONOTONIC) - begin) / 1e9;
	int64_t cpu = bare_now(CLOCK_PROCESS_CPUTIME_ID);
	usleep(100000);
	received += receive();
	printf("%llu %llu %.3f %lld\n", (unsigned long long)sent,
	    (unsigned long long)received, seconds, (long long)cpu);
	return 0;
}
