/*
 * A time stamp authority for tests, on loopback alone: made_authority DIR WORD. It prints
 * its port and answers one request: "good" as openssl ts does with DIR/tsa.cnf; "refuse"
 * with 503; "garbage" with bytes that are no stamp; "stale" with DIR/stale.tsr.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 65536

static char room[MOST];

static int
fail(const char *what)
{
	perror(what);
	return 1;
}

/* The body of a request of Content-Length. */
static size_t
take(int fd, const char **body)
{
	size_t n = 0, need = MOST;

	while (n < need && n < MOST - 1) {
		ssize_t got = read(fd, room + n, MOST - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
		room[n] = '\0';
		char *end = strstr(room, "\r\n\r\n"),
		     *length = strstr(room, "Content-Length: ");
		if (end == NULL || length == NULL)
			continue;
		*body = end + 4;
		need = (size_t)(end + 4 - room) + strtoul(length + 16, NULL, 10);
	}
	return *body != NULL ? n - (size_t)(*body - room) : 0;
}

static int
stamp(const char *dir, const char *body, size_t n)
{
	FILE *f;
	int status;

	if (chdir(dir) < 0 || (f = fopen("query.tsq", "wb")) == NULL)
		return fail(dir);
	fwrite(body, 1, n, f);
	fclose(f);
	pid_t child = fork();
	if (child == 0) {
		execlp("openssl", "openssl", "ts", "-reply", "-config", "tsa.cnf",
		    "-queryfile", "query.tsq", "-out", "reply.tsr", (char *)NULL);
		_exit(127);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status)
	           ? WEXITSTATUS(status)
	           : 1;
}

static void
answer(int fd, const char *dir, const char *word, const char *body, size_t n)
{
	char head[256], path[1024];
	size_t length = 0;

	if (strcmp(word, "refuse") == 0) {
		dprintf(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
		return;
	}
	if (strcmp(word, "good") == 0 && stamp(dir, body, n) != 0)
		return;
	snprintf(path, sizeof path, "%s/%s", dir,
	    strcmp(word, "good") == 0    ? "reply.tsr"
	    : strcmp(word, "stale") == 0 ? "stale.tsr"
	                                 : "tsa.cnf");
	FILE *f = fopen(path, "rb");
	if (f != NULL) {
		length = fread(room, 1, MOST, f);
		fclose(f);
	}
	int used = snprintf(head, sizeof head,
	    "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    length);
	if (write(fd, head, (size_t)used) != used ||
	    write(fd, room, length) != (ssize_t)length)
		perror("answer");
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof a;
	const char *body = NULL;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 3 || fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, 1) < 0 || getsockname(fd, (struct sockaddr *)&a, &size) < 0)
		return fail("made_authority");
	printf("%u\n", ntohs(a.sin_port));
	fflush(stdout);
	alarm(60);
	int peer = accept(fd, NULL, NULL);
	if (peer < 0)
		return fail("accept");
	size_t n = take(peer, &body);
	answer(peer, argv[1], argv[2], body, n);
	close(peer);
	return 0;
}
