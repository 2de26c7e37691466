#include "collector/capture.h"

#include "base/bytes.h"
#include "collector/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_BYTES 256u
#define BLOCK_BYTES (64 * 1024)
/* Where the kernel puts the packet in a frame of a cooked socket. */
#define FRAME_HEAD (TPACKET_ALIGN(TPACKET2_HDRLEN) + 16)
_Static_assert(FRAME_HEAD + FILTER_BYTES <= FRAME_BYTES, "a packet fits its frame");

struct capture {
	int fd;
	uint8_t *ring;
	size_t bytes;
	unsigned frames, at;
	struct tpacket2_hdr *held; /* given out; goes back at the next call */
};

/* ---- the broker's part ---- */

static bool
has_source(const struct ifaddrs *a, const struct link_conf *link)
{
	const void *at = a->ifa_addr;

	if (at == NULL)
		return false;
	if (a->ifa_addr->sa_family == AF_INET)
		return settings_is_source(link, 4,
		    (const uint8_t *)&((const struct sockaddr_in *)at)->sin_addr);
	return a->ifa_addr->sa_family == AF_INET6 &&
	       settings_is_source(
	           link, 6, ((const struct sockaddr_in6 *)at)->sin6_addr.s6_addr);
}

static unsigned
index_of(const struct link_conf *link)
{
	struct ifaddrs *all, *a;
	unsigned index = 0;

	if (link->def.interface[0] != '\0')
		return if_nametoindex(link->def.interface);
	if (getifaddrs(&all) < 0)
		return 0;
	for (a = all; a != NULL && index == 0; a = a->ifa_next)
		if (has_source(a, link))
			index = if_nametoindex(a->ifa_name);
	freeifaddrs(all);
	return index;
}

/* Nothing is received until it is bound, and the filter stands before. Locked, it stays
 * whatever becomes of who reads. */
int
capture_socket(
    const struct link_conf *link, const struct settings *settings, enum capture_want want)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
	    .sll_protocol = htons(ETH_P_ALL),
	    .sll_ifindex = (int)index_of(link)};
	struct sock_fprog filter;
	int on = 1;

	if (to.sll_ifindex == 0)
		return -ENODEV;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	int rc = filter_make(&filter, settings, want);
	if (rc == 0) {
		if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) <
		        0 ||
		    setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) < 0 ||
		    bind(fd, (struct sockaddr *)&to, sizeof to) < 0)
			rc = -errno;
		filter_free(&filter);
	}
	if (rc < 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

/* ---- reading ---- */

int
capture_new(struct capture **out, int fd, unsigned frames)
{
	int version = TPACKET_V2, rc;
	struct tpacket_req req = {.tp_block_size = BLOCK_BYTES,
	    .tp_block_nr = frames / (BLOCK_BYTES / FRAME_BYTES),
	    .tp_frame_size = FRAME_BYTES,
	    .tp_frame_nr = frames};
	size_t bytes = (size_t)frames * FRAME_BYTES;

	if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof req) < 0)
		goto failed;
	void *ring = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		goto failed;
	struct capture *c = memory_grow(NULL, 1, sizeof *c);
	*c = (struct capture){.fd = fd, .ring = ring, .bytes = bytes, .frames = frames};
	*out = c;
	return 0;
failed:
	rc = -errno;
	close(fd);
	return rc;
}

void
capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	munmap(c->ring, c->bytes);
	close(c->fd);
	free(c);
}

/* Not the interface's own, which wants no tag, or one of priority alone. */
static bool
of_a_vlan(const struct tpacket2_hdr *h)
{
	return (h->tp_status & TP_STATUS_VLAN_VALID) && (h->tp_vlan_tci & 0xfff) != 0;
}

bool
capture_next(struct capture *c, struct captured *out)
{
	for (;;) {
		uint8_t *frame = c->ring + (size_t)c->at * FRAME_BYTES;
		struct tpacket2_hdr *h = (struct tpacket2_hdr *)(void *)frame;
		if (c->held != NULL) {
			__atomic_store_n(
			    &c->held->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
			c->held = NULL;
		}
		uint32_t status = __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE);
		if (!(status & TP_STATUS_USER))
			return false;
		c->held = h;
		c->at = (c->at + 1) & (c->frames - 1);
		const struct sockaddr_ll *from =
		    (const struct sockaddr_ll *)(void *)(frame +
		                                         TPACKET_ALIGN(sizeof *h));
		if (h->tp_net > FRAME_BYTES || h->tp_snaplen > FRAME_BYTES - h->tp_net)
			continue; /* the kernel's word is not doubted, but checked */
		*out = (struct captured){.p = frame + h->tp_net,
		    .n = h->tp_snaplen,
		    .length = h->tp_len,
		    .stamp = {.tv_sec = h->tp_sec, .tv_nsec = h->tp_nsec},
		    .leaves = from->sll_pkttype == PACKET_OUTGOING,
		    .to_us = from->sll_pkttype == PACKET_HOST && !of_a_vlan(h)};
		return true;
	}
}

uint32_t
capture_drops(struct capture *c)
{
	struct tpacket_stats stats = {0};
	socklen_t n = sizeof stats;

	if (getsockopt(c->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &n) < 0)
		return 0;
	return stats.tp_drops;
}

unsigned
capture_frames(const struct capture *c)
{
	return c->frames;
}
