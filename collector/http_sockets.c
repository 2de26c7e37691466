#include "collector/http_sockets.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define V4_HEADERS    (20 + 20)
#define V6_HEADERS    (40 + 20)
#define STAMP_BYTES   12 /* of TCP's option, with what fills it up */
#define REDIRECT_PORT 443

static void
set_end(struct sockaddr_storage *out, int family, const uint8_t *address, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof *out);
	out->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		v4->sin_port = htons(port);
		if (address != NULL)
			memcpy(&v4->sin_addr, address, sizeof v4->sin_addr);
	} else {
		v6->sin6_port = htons(port);
		if (address != NULL)
			memcpy(&v6->sin6_addr, address, sizeof v6->sin6_addr);
	}
}

static socklen_t
end_bytes(int family)
{
	return family == AF_INET ? sizeof(struct sockaddr_in)
	                         : sizeof(struct sockaddr_in6);
}

static void
take_port(int fd, int family)
{
	struct sockaddr_storage own;
	socklen_t n = sizeof own;
	uint16_t port;

	if (getsockname(fd, (struct sockaddr *)&own, &n) < 0)
		return;
	port = family == AF_INET ? ((struct sockaddr_in *)&own)->sin_port
	                         : ((struct sockaddr_in6 *)&own)->sin6_port;
	if (port != 0)
		return;
	set_end(&own, family, NULL, 0);
	(void)bind(fd, (struct sockaddr *)&own, end_bytes(family));
}

int
http_sockets_open(struct http_sockets *s, const struct outlet *outlet, int family,
    unsigned wanted, enum code *why)
{
	s->n = 0;
	s->header_bytes = family == AF_INET ? V4_HEADERS : V6_HEADERS;
	while (s->n < wanted && s->n < HTTP_SOCKETS) {
		int fd = outlet->open(outlet->ctx, family, SOCK_STREAM, why);
		if (fd < 0) {
			http_sockets_close(s);
			return fd;
		}
		take_port(fd, family);
		s->fd[s->n++] = fd;
	}
	return 0;
}

void
http_sockets_close(struct http_sockets *s)
{
	while (s->n > 0)
		close(s->fd[--s->n]);
}

void
http_sockets_tell(const struct http_sockets *s, const struct http_request *request,
    uint16_t port, http_begun_fn *begun, void *ctx, uint32_t probe, uint64_t seq)
{
	struct sockaddr_storage peer;

	for (unsigned i = 0; begun != NULL && i < s->n; i++) {
		for (uint32_t k = 0; k < request->n_addresses; k++) {
			set_end(&peer, request->family, request->address[k], port);
			begun(ctx, s->fd[i], &peer, probe, seq);
			if (port == REDIRECT_PORT)
				continue;
			set_end(
			    &peer, request->family, request->address[k], REDIRECT_PORT);
			begun(ctx, s->fd[i], &peer, probe, seq);
		}
	}
}

void
http_sockets_carried(const struct http_sockets *s, struct http_carried *sum)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct tcp_info t = {0};
		socklen_t n = sizeof t;
		if (getsockopt(s->fd[i], IPPROTO_TCP, TCP_INFO, &t, &n) < 0 ||
		    n < offsetof(struct tcp_info, tcpi_bytes_sent) + sizeof(uint64_t))
			continue;
		uint64_t each = s->header_bytes;
		if (t.tcpi_options & TCPI_OPT_TIMESTAMPS)
			each += STAMP_BYTES;
		sum->rx_bytes += t.tcpi_bytes_received + t.tcpi_segs_in * each;
		sum->tx_bytes += t.tcpi_bytes_sent + t.tcpi_segs_out * each;
		sum->rx_packets += t.tcpi_segs_in;
		sum->tx_packets += t.tcpi_segs_out;
	}
}
