/*
 * Download counts what curl hands over. Upload counts what the other end has acknowledged
 * (TCP_INFO), for what curl has read from us may still lie in the socket's buffer.
 */
#include "collector/http_child.h"

#include "collector/http_meter.h"

#include <curl/curl.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POLL_MS      5
#define BUFFER_BYTES (256 * 1024L)
#define RESOLVE_ROOM 1024
#define NOISE_BYTES  65536
#define CPU_SECONDS  120
#define FILES        64
#define CAP_WORDS    2

struct job {
	struct http_request request;
	struct http_url first, now; /* as configured; after redirects */
	uint32_t next_socket;
	int active; /* socket of the connection, or -1 */
	CURL *easy;
	CURLM *multi;
	struct curl_slist *resolve, *headers;
	struct http_meter meter;
	mono_t begun;
	mono_t first_byte; /* of the answer; ns 0: none yet */
	uint64_t given;    /* upload: bytes handed to curl */
	bool over;         /* max_bytes or limit_ns reached: stopped by us, and good */
	char why[128];
	uint8_t noise[NOISE_BYTES];
};

/* ---- what it counts ---- */

static uint64_t
acknowledged(const struct job *j)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof info;

	if (j->active < 0 ||
	    getsockopt(j->active, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
	    len < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof(uint64_t))
		return 0;
	return info.tcpi_bytes_acked;
}

static void
count_upload(struct job *j)
{
	if (j->request.upload)
		http_meter_feed(&j->meter, clock_mono(), acknowledged(j));
}

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;
	long status = 0;

	(void)p;
	(void)size;
	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	if (j->request.upload || status < 200 || status > 299)
		return n;
	http_meter_feed(&j->meter, clock_mono(), j->meter.last_bytes + n);
	if (j->meter.last_bytes < j->request.max_bytes)
		return n;
	j->over = true;
	return 0;
}

static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;

	(void)p;
	if (j->first_byte.ns == 0)
		j->first_byte = clock_mono();
	count_upload(j);
	return size * n;
}

/* Bytes that no link compresses. */
static size_t
on_read(char *out, size_t size, size_t n, void *ctx)
{
	struct job *j = ctx;
	uint64_t left = j->request.max_bytes - j->given;
	size_t room = size * n;

	if (room > left)
		room = (size_t)left;
	if (room > sizeof j->noise)
		room = sizeof j->noise;
	memcpy(out, j->noise, room);
	j->given += room;
	count_upload(j);
	return room;
}

static void
make_noise(struct job *j)
{
	uint64_t x = (uint64_t)clock_mono().ns | 1;

	for (size_t i = 0; i < sizeof j->noise; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j->noise[i] = (uint8_t)x;
	}
}

/* ---- where it may connect ---- */

static bool
address_is_ours(const struct http_request *r, const struct sockaddr *sa)
{
	const void *address =
	    sa->sa_family == AF_INET
	        ? (const void *)&((const struct sockaddr_in *)sa)->sin_addr
	        : (const void *)&((const struct sockaddr_in6 *)sa)->sin6_addr;

	if (sa->sa_family != r->family)
		return false;
	for (uint32_t i = 0; i < r->n_addresses; i++)
		if (memcmp(r->address[i], address, r->family == AF_INET ? 4 : 16) == 0)
			return true;
	return false;
}

static curl_socket_t
on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct job *j = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN || to->socktype != SOCK_STREAM ||
	    !address_is_ours(&j->request, &to->addr)) {
		snprintf(j->why, sizeof j->why, "an address that was not resolved");
		return CURL_SOCKET_BAD;
	}
	if (j->next_socket >= j->request.n_sockets) {
		snprintf(j->why, sizeof j->why, "more connections than sockets");
		return CURL_SOCKET_BAD;
	}
	j->active = HTTP_CHILD_SOCKETS + (int)j->next_socket++;
	return j->active;
}

static int
on_close(void *ctx, curl_socket_t fd)
{
	struct job *j = ctx;

	if (fd == j->active) {
		count_upload(j);
		j->active = -1;
	}
	return close(fd);
}

/* Called before curl would ask the system for a name; it never may. An address is no name
 * but comes by here too. */
static int
on_resolver(void *state, void *reserved, void *ctx)
{
	struct job *j = ctx;

	(void)state;
	(void)reserved;
	if (j->now.family != AF_UNSPEC)
		return 0;
	snprintf(j->why, sizeof j->why, "a name that was not resolved");
	return 1;
}

/* "host:port:address,address" */
static bool
pin_host(struct job *j)
{
	char text[RESOLVE_ROOM], address[INET6_ADDRSTRLEN];
	int n = snprintf(text, sizeof text, "%s:%u:", j->now.host, j->now.port);

	if (j->now.family != AF_UNSPEC)
		return true;
	for (uint32_t i = 0; i < j->request.n_addresses; i++) {
		inet_ntop(
		    j->request.family, j->request.address[i], address, sizeof address);
		n += snprintf(text + n, sizeof text - (size_t)n,
		    j->request.family == AF_INET6 ? "%s[%s]" : "%s%s", i > 0 ? "," : "",
		    address);
		if ((size_t)n >= sizeof text)
			return false;
	}
	struct curl_slist *more = curl_slist_append(j->resolve, text);
	if (more == NULL)
		return false;
	j->resolve = more;
	return curl_easy_setopt(j->easy, CURLOPT_RESOLVE, j->resolve) == CURLE_OK;
}

/* ---- the transfer ---- */

static bool
options_fixed(struct job *j)
{
	CURL *e = j->easy;
	int bad = 0;

	bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(e, CURLOPT_USERAGENT, "linkwitness");
	bad |= curl_easy_setopt(e, CURLOPT_FAILONERROR, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(e, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	bad |= curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, (long)NOISE_BYTES);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, j);
	bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, j);
	bad |= curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION, on_resolver);
	bad |= curl_easy_setopt(e, CURLOPT_RESOLVER_START_DATA, j);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, j);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, j);
	return bad == 0;
}

static bool
options_upload(struct job *j)
{
	CURL *e = j->easy;
	int bad = 0;

	/* Neither wait for a 100 Continue nor call the noise a form. */
	j->headers = curl_slist_append(NULL, "Expect:");
	if (j->headers == NULL || curl_slist_append(j->headers,
	                              "Content-Type: application/octet-stream") == NULL)
		return false;
	bad |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, j->headers);
	bad |= curl_easy_setopt(e, CURLOPT_POST, 1L);
	bad |= curl_easy_setopt(
	    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)j->request.max_bytes);
	bad |= curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	bad |= curl_easy_setopt(e, CURLOPT_READDATA, j);
	make_noise(j);
	return bad == 0;
}

/* Silence: no answer yet (or, of an upload, nothing taken), or nothing more of it. */
static bool
is_silent(const struct job *j, mono_t now)
{
	int64_t last = j->meter.last_bytes > 0 ? j->meter.last.ns : j->begun.ns;

	return now.ns - last > j->request.patience_ns;
}

/* One exchange up to its end, its limits or its failure. */
static CURLcode
transfer(struct job *j)
{
	CURLcode rc = CURLE_OK;
	int running = 1, left;

	if (curl_multi_add_handle(j->multi, j->easy) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	while (running > 0 && curl_multi_perform(j->multi, &running) == CURLM_OK &&
	       running > 0) {
		mono_t now = clock_mono();
		count_upload(j);
		if (j->meter.last_bytes > 0 &&
		    now.ns - j->meter.first.ns >= j->request.limit_ns) {
			http_meter_stop(&j->meter, now);
			j->over = true;
			break;
		}
		if (is_silent(j, now)) {
			snprintf(j->why, sizeof j->why, "silence");
			rc = CURLE_OPERATION_TIMEDOUT;
			break;
		}
		curl_multi_poll(j->multi, NULL, 0, POLL_MS, NULL);
	}
	CURLMsg *message = curl_multi_info_read(j->multi, &left);
	if (message != NULL && message->msg == CURLMSG_DONE)
		rc = message->data.result;
	curl_multi_remove_handle(j->multi, j->easy);
	return j->over ? CURLE_OK : rc;
}

/* True where the answer sends us elsewhere on the same host. */
static bool
redirected(struct job *j, char *url, size_t room)
{
	char *to = NULL;

	if (curl_easy_getinfo(j->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK ||
	    to == NULL)
		return false;
	if (strlen(to) >= room || http_url_parse(&j->now, to) < 0 ||
	    strcasecmp(j->now.host, j->first.host) != 0) {
		snprintf(j->why, sizeof j->why, "redirected to a host not resolved");
		return false;
	}
	strcpy(url, to);
	return true;
}

static CURLcode
follow(struct job *j)
{
	char url[sizeof j->request.url];
	CURLcode rc = CURLE_TOO_MANY_REDIRECTS;

	strcpy(url, j->request.url);
	for (int i = 0; i <= HTTP_CHILD_REDIRECTS; i++) {
		if (!pin_host(j) ||
		    curl_easy_setopt(j->easy, CURLOPT_URL, url) != CURLE_OK)
			return CURLE_OUT_OF_MEMORY;
		j->given = 0;
		http_meter_begin(&j->meter, clock_mono());
		rc = transfer(j);
		if (rc != CURLE_OK || !redirected(j, url, sizeof url))
			return rc;
		rc = CURLE_TOO_MANY_REDIRECTS;
	}
	return rc;
}

static void
conclude(struct job *j, CURLcode rc, struct http_result *out)
{
	struct http_measure m;
	long status = 0;

	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	out->status = (int32_t)status;
	out->total_ns = clock_mono().ns - j->begun.ns;
	out->total_bytes = j->meter.last_bytes;
	out->ttfb_ns = j->first_byte.ns != 0 ? j->first_byte.ns - j->begun.ns : -1;
	/* An upload stopped by its time limit has no status yet. */
	bool accepted = (status >= 200 && status <= 299) ||
	                (status == 0 && j->over && j->request.upload);
	if (rc == CURLE_OK && accepted && http_meter_read(&j->meter, &m)) {
		out->good = true;
		out->start = m.start;
		out->duration_ns = m.duration_ns;
		out->bytes = m.bytes;
		return;
	}
	if (j->why[0] != '\0')
		snprintf(out->why, sizeof out->why, "%s", j->why);
	else if (rc != CURLE_OK)
		snprintf(out->why, sizeof out->why, "%s", curl_easy_strerror(rc));
	else if (!accepted)
		snprintf(out->why, sizeof out->why, "HTTP status %ld", status);
	else
		snprintf(out->why, sizeof out->why, "an empty body");
}

static void
run(struct job *j, struct http_result *out)
{
	CURLcode rc = CURLE_FAILED_INIT;

	j->active = -1;
	j->begun = clock_mono();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		snprintf(out->why, sizeof out->why, "libcurl does not start");
		return;
	}
	j->easy = curl_easy_init();
	j->multi = curl_multi_init();
	if (j->easy != NULL && j->multi != NULL && options_fixed(j) &&
	    (!j->request.upload || options_upload(j)))
		rc = follow(j);
	if (j->easy != NULL)
		conclude(j, rc, out);
	curl_easy_cleanup(j->easy);
	curl_multi_cleanup(j->multi);
	curl_slist_free_all(j->resolve);
	curl_slist_free_all(j->headers);
	curl_global_cleanup();
}

/* ---- the process ---- */

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
	       memchr(r->url, '\0', sizeof r->url) != NULL;
}

int
http_child_main(void)
{
	static struct job job;
	struct http_result result = {.magic = HTTP_CHILD_MAGIC, .ttfb_ns = -1};

	if (confine() < 0 || !request_read(&job.request) ||
	    http_url_parse(&job.first, job.request.url) < 0)
		return 2;
	job.now = job.first;
	run(&job, &result);
	return write(1, &result, sizeof result) == sizeof result ? 0 : 1;
}
