/*
 * When the way out by default is dark, so is the system's resolver: the name is asked by
 * the link the notice takes, of the DNS servers its own probes name, then of
 * resolv.conf's.
 */
#include "cmd/notify.h"

#include "collector/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVERS_MAX 4

static int
open_socket(void *ctx, int family, int type, enum code *why)
{
	const struct route *r = ctx;
	const char *source = family == AF_INET ? r->source : r->source6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : 0;

	if (rc == 0 && r->interface[0] != '\0' &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, r->interface,
	        (socklen_t)strlen(r->interface)) < 0)
		rc = -errno;
	if (rc == 0 && source[0] != '\0') {
		struct sockaddr_in a4 = {.sin_family = AF_INET};
		struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
		bool v4 = family == AF_INET;
		if (inet_pton(family, source,
		        v4 ? (void *)&a4.sin_addr : (void *)&a6.sin6_addr) != 1)
			rc = -EINVAL;
		else if (bind(fd, v4 ? (struct sockaddr *)&a4 : (struct sockaddr *)&a6,
		             v4 ? sizeof a4 : sizeof a6) < 0)
			rc = -errno;
	}
	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	*why = CODE_SEND_FAILED;
	return rc;
}

static uint32_t
never_changes(void *ctx)
{
	(void)ctx;
	return 0;
}

static enum code
is_ready(void *ctx)
{
	(void)ctx;
	return CODE_NONE;
}

struct asking {
	struct loop *loop;
	struct resolve_result result;
};

static void
answered(void *ctx, const struct resolve_result *result)
{
	struct asking *a = ctx;

	a->result = *result;
	loop_stop(a->loop);
}

static int
ask(const struct route *route, const struct dns_server *server, const char *host,
    char *out, size_t room)
{
	struct outlet outlet = {
	    (void *)route, open_socket, never_changes, is_ready, never_changes};
	int family = route->source[0] != '\0'    ? AF_INET
	             : route->source6[0] != '\0' ? AF_INET6
	                                         : AF_UNSPEC;
	struct asking a = {.loop = loop_new()};
	struct resolve *r = NULL;
	int rc = -ENOENT;

	if (a.loop == NULL)
		return rc;
	if (resolve_start(a.loop, &outlet, server, host, family, answered, &a, &r) == 0)
		(void)loop_run(a.loop);
	if (a.result.n > 0 && a.result.family != AF_UNSPEC &&
	    inet_ntop(a.result.family, a.result.address[0], out, (socklen_t)room) != NULL)
		rc = 0;
	resolve_free(r);
	loop_free(a.loop);
	return rc;
}

static size_t
servers_of(const struct route *route, struct dns_server *out)
{
	static const char WORD[] = "nameserver ";
	char line[256];
	size_t n = 0;

	for (size_t i = 0; route->link != NULL && i < route->link->n_probes; i++) {
		const struct probe_conf *p = &route->link->probes[i];
		if (p->def.kind == KIND_DNS && n < SERVERS_MAX &&
		    dns_server_parse(&out[n], p->address, p->port) == 0)
			n++;
	}
	FILE *f = fopen("/etc/resolv.conf", "re");
	while (f != NULL && n < SERVERS_MAX && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, WORD, sizeof WORD - 1) == 0) {
			char *address = line + sizeof WORD - 1;
			address += strspn(address, " \t");
			address[strcspn(address, " \t\r\n#;")] = '\0';
			n += dns_server_parse(&out[n], address, 53) == 0;
		}
	if (f != NULL)
		fclose(f);
	return n;
}

int
notify_resolve(const struct route *route, const char *host, char *out, size_t room)
{
	struct dns_server servers[SERVERS_MAX];
	uint8_t literal[16];

	if (host[0] == '[' || inet_pton(AF_INET, host, literal) == 1)
		return -ENOENT; /* nothing to resolve */
	size_t n = servers_of(route, servers);
	for (size_t i = 0; i < n; i++)
		if (ask(route, &servers[i], host, out, room) == 0)
			return 0;
	return -ENOENT;
}
