/* The process of a throughput test: confined, given a request, asked for a result. */
#include "collector/http_child.h"

#include "collector/http_streams.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CPU_SECONDS 120
#define FILES       128
#define CAP_WORDS   2

static void
conclude(const struct http_streams *s, struct http_result *out)
{
	const struct http_meter *meter = http_streams_meter(s);
	struct http_measure m;

	out->good = http_meter_read(meter, &m);
	if (!out->good)
		return;
	out->first = meter->first;
	out->start = m.start;
	out->warmup_ns = m.warmup_ns;
	out->duration_ns = m.duration_ns;
	out->bytes = m.bytes;
	uint64_t headers = http_streams_headers(s, m.bytes);
	out->ip_bytes = headers > 0 ? m.bytes + headers : 0;
	out->n_seconds = meter->n_seconds;
	memcpy(out->second, meter->second, sizeof out->second);
}

static void
run(const struct http_request *request, const struct http_url *url,
    struct http_result *out)
{
	struct http_streams *s = http_streams_new(request, url);

	if (s == NULL)
		snprintf(out->why, sizeof out->why, "libcurl does not start");
	else if (http_streams_run(s, out))
		conclude(s, out);
	http_streams_free(s);
}

/* What it will never need it gives up. The order does not matter: none can fail for want
 * of another. */
static int
confine(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[CAP_WORDS] = {0};
	const struct rlimit zero = {0, 0}, cpu = {CPU_SECONDS, CPU_SECONDS},
	                    files = {FILES, FILES};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &head, none) < 0 || setrlimit(RLIMIT_CORE, &zero) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &zero) < 0 || setrlimit(RLIMIT_CPU, &cpu) < 0 ||
	    setrlimit(RLIMIT_NOFILE, &files) < 0)
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static bool
request_read(struct http_request *r)
{
	size_t got = 0;
	ssize_t n;

	while (got < sizeof *r && (n = read(0, (char *)r + got, sizeof *r - got)) > 0)
		got += (size_t)n;
	return got == sizeof *r && r->magic == HTTP_CHILD_MAGIC &&
	       r->n_sockets <= HTTP_SOCKETS && r->n_addresses <= HTTP_ADDRESSES &&
	       r->n_streams > 0 && r->n_streams <= HTTP_STREAMS &&
	       memchr(r->url, '\0', sizeof r->url) != NULL;
}

int
http_child_main(void)
{
	struct http_request request;
	struct http_url url;
	struct http_result result = {.magic = HTTP_CHILD_MAGIC, .ttfb_ns = -1};

	if (confine() < 0 || !request_read(&request) ||
	    http_url_parse(&url, request.url) < 0)
		return 2;
	run(&request, &url, &result);
	return write(1, &result, sizeof result) == sizeof result ? 0 : 1;
}
