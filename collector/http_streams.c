#include "collector/http_streams.h"

#include "base/bytes.h"

#include <curl/curl.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define POLL_MS      5
#define BUFFER_BYTES (256 * 1024L)
#define RESOLVE_ROOM 1024
#define NOISE_BYTES  65536
#define TCP_HEADER   20
#define TIMESTAMPS   12 /* their option, padded */

struct stream {
	struct http_streams *all;
	CURL *easy;
	int active;     /* socket of the connection, or -1 */
	uint64_t acked; /* upload: on connections that are closed */
	uint64_t given; /* upload: bytes handed to curl */
	bool added;
};

struct http_streams {
	const struct http_request *request;
	struct http_url first, now; /* as configured; after redirects */
	uint32_t next_socket;
	CURLM *multi;
	struct curl_slist *resolve, *headers;
	struct stream *streams;
	struct http_meter meter;
	mono_t begun;
	mono_t first_byte; /* of the answer; ns 0: none yet */
	bool over;         /* ended by us, or by the first stream's end: good */
	long status;       /* of the stream that ended first */
	uint64_t beside;   /* came and is not measured, over all redirects */
	uint64_t segments, segment_bytes; /* as the kernel told last */
	unsigned header_bytes;            /* of a segment */
	char why[128];
	uint8_t noise[NOISE_BYTES];
};

/* ---- what it counts ---- */

static bool
read_info(const struct stream *t, struct tcp_info *info)
{
	socklen_t len = sizeof *info;

	memset(info, 0, sizeof *info);
	return t->active >= 0 &&
	       getsockopt(t->active, IPPROTO_TCP, TCP_INFO, info, &len) == 0 &&
	       len >= offsetof(struct tcp_info, tcpi_bytes_sent) + sizeof(uint64_t);
}

static void
count_upload(struct http_streams *s)
{
	uint64_t acked = 0;

	if (!s->request->upload)
		return;
	for (uint32_t i = 0; i < s->request->n_streams; i++) {
		struct tcp_info info;
		acked += s->streams[i].acked;
		if (read_info(&s->streams[i], &info))
			acked += info.tcpi_bytes_acked;
	}
	http_meter_feed(&s->meter, clock_mono(), acked);
}

/* How large segments are: of the connections that are open. */
static void
count_segments(struct http_streams *s)
{
	uint64_t segments = 0, bytes = 0;

	for (uint32_t i = 0; i < s->request->n_streams; i++) {
		struct tcp_info info;
		if (!read_info(&s->streams[i], &info))
			continue;
		bool up = s->request->upload;
		segments += up ? info.tcpi_data_segs_out : info.tcpi_data_segs_in;
		bytes += up ? info.tcpi_bytes_sent : info.tcpi_bytes_received;
		s->header_bytes =
		    (s->request->family == AF_INET ? 20u : 40u) + TCP_HEADER +
		    (info.tcpi_options & TCPI_OPT_TIMESTAMPS ? TIMESTAMPS : 0);
	}
	if (segments == 0 || bytes == 0)
		return;
	s->segments = segments;
	s->segment_bytes = bytes;
}

/* A server must not cost more than the test may, by what it says beside. Result: whether
 * it may go on. */
static bool
count_beside(struct http_streams *s, size_t n)
{
	s->beside += n;
	if (s->beside <= HTTP_BESIDE_MOST)
		return true;
	snprintf(s->why, sizeof s->why, "more than was asked for");
	return false;
}

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct stream *t = ctx;
	struct http_streams *s = t->all;
	long status = 0;

	(void)p;
	(void)size;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (s->request->upload || status < 200 || status > 299)
		return count_beside(s, n) ? n : 0;
	http_meter_feed(&s->meter, clock_mono(), s->meter.last_bytes + n);
	if (s->meter.last_bytes < s->request->max_bytes)
		return n;
	s->over = true;
	s->status = status;
	return 0;
}

static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct stream *t = ctx;

	(void)p;
	if (t->all->first_byte.ns == 0)
		t->all->first_byte = clock_mono();
	count_upload(t->all);
	return count_beside(t->all, size * n) ? size * n : 0;
}

static uint64_t
upload_share(const struct http_streams *s)
{
	return s->request->max_bytes / s->request->n_streams;
}

/* Bytes that no link compresses. */
static size_t
on_read(char *out, size_t size, size_t n, void *ctx)
{
	struct stream *t = ctx;
	uint64_t left = upload_share(t->all) - t->given;
	size_t room = size * n;

	if (room > left)
		room = (size_t)left;
	if (room > sizeof t->all->noise)
		room = sizeof t->all->noise;
	memcpy(out, t->all->noise, room);
	t->given += room;
	count_upload(t->all);
	return room;
}

static void
make_noise(struct http_streams *s)
{
	uint64_t x = (uint64_t)clock_mono().ns | 1;

	for (size_t i = 0; i < sizeof s->noise; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		s->noise[i] = (uint8_t)x;
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
	struct stream *t = ctx;
	struct http_streams *s = t->all;

	if (purpose != CURLSOCKTYPE_IPCXN || to->socktype != SOCK_STREAM ||
	    !address_is_ours(s->request, &to->addr)) {
		snprintf(s->why, sizeof s->why, "an address that was not resolved");
		return CURL_SOCKET_BAD;
	}
	if (s->next_socket >= s->request->n_sockets) {
		snprintf(s->why, sizeof s->why, "more connections than sockets");
		return CURL_SOCKET_BAD;
	}
	t->active = HTTP_CHILD_SOCKETS + (int)s->next_socket++;
	return t->active;
}

static int
on_close(void *ctx, curl_socket_t fd)
{
	struct http_streams *s = ((struct stream *)ctx)->all;

	count_upload(s);
	for (uint32_t i = 0; i < s->request->n_streams; i++) {
		struct stream *t = &s->streams[i];
		struct tcp_info info;
		if (t->active != fd)
			continue;
		if (read_info(t, &info))
			t->acked += info.tcpi_bytes_acked;
		t->active = -1;
	}
	return close(fd);
}

/* Called before curl would ask the system for a name; it never may. An address is no name
 * but comes by here too. */
static int
on_resolver(void *state, void *reserved, void *ctx)
{
	struct http_streams *s = ctx;

	(void)state;
	(void)reserved;
	if (s->now.family != AF_UNSPEC)
		return 0;
	snprintf(s->why, sizeof s->why, "a name that was not resolved");
	return 1;
}

/* "host:port:address,address" */
static bool
pin_host(struct http_streams *s)
{
	const struct http_request *r = s->request;
	char text[RESOLVE_ROOM], address[INET6_ADDRSTRLEN];
	int n = snprintf(text, sizeof text, "%s:%u:", s->now.host, s->now.port);

	if (s->now.family != AF_UNSPEC)
		return true;
	for (uint32_t i = 0; i < r->n_addresses; i++) {
		inet_ntop(r->family, r->address[i], address, sizeof address);
		n += snprintf(text + n, sizeof text - (size_t)n,
		    r->family == AF_INET6 ? "%s[%s]" : "%s%s", i > 0 ? "," : "", address);
		if ((size_t)n >= sizeof text)
			return false;
	}
	struct curl_slist *more = curl_slist_append(s->resolve, text);
	if (more == NULL)
		return false;
	s->resolve = more;
	for (uint32_t i = 0; i < r->n_streams; i++)
		if (curl_easy_setopt(s->streams[i].easy, CURLOPT_RESOLVE, s->resolve) !=
		    CURLE_OK)
			return false;
	return true;
}

/* ---- options ---- */

static bool
options_fixed(struct stream *t)
{
	CURL *e = t->easy;
	int bad = 0;

	bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	bad |= curl_easy_setopt(e, CURLOPT_USERAGENT, "linkwitness");
	bad |= curl_easy_setopt(e, CURLOPT_FAILONERROR, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L); /* one each, no sharing */
	bad |= curl_easy_setopt(e, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	bad |= curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, (long)NOISE_BYTES);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, t);
	bad |= curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION, on_resolver);
	bad |= curl_easy_setopt(e, CURLOPT_RESOLVER_START_DATA, t->all);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	return bad == 0;
}

static bool
options_upload(struct stream *t)
{
	CURL *e = t->easy;
	int bad = 0;

	bad |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->all->headers);
	bad |= curl_easy_setopt(e, CURLOPT_POST, 1L);
	bad |= curl_easy_setopt(
	    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)upload_share(t->all));
	bad |= curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	bad |= curl_easy_setopt(e, CURLOPT_READDATA, t);
	return bad == 0;
}

/* Neither wait for a 100 Continue nor call the noise a form. */
static bool
upload_headers(struct http_streams *s)
{
	s->headers = curl_slist_append(NULL, "Expect:");
	return s->headers != NULL &&
	       curl_slist_append(s->headers, "Content-Type: application/octet-stream") !=
	           NULL;
}

/* ---- the transfer ---- */

/* Silence: no answer yet (or, of an upload, nothing taken), or nothing more of it. */
static bool
is_silent(const struct http_streams *s, mono_t now)
{
	int64_t last = s->meter.last_bytes > 0 ? s->meter.last.ns : s->begun.ns;

	return now.ns - last > s->request->patience_ns;
}

/* The first stream that ended says how the test did: well, elsewhere, or not. */
static bool
first_end(struct http_streams *s, CURLcode *rc, struct stream **which)
{
	int left;
	CURLMsg *message = curl_multi_info_read(s->multi, &left);

	if (message == NULL || message->msg != CURLMSG_DONE)
		return false;
	*rc = message->data.result;
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)which);
	return true;
}

static bool
time_is_up(struct http_streams *s, mono_t now)
{
	if (s->meter.last_bytes == 0 || now.ns - s->meter.first.ns < s->request->limit_ns)
		return false;
	http_meter_stop(&s->meter, now);
	s->over = true;
	return true;
}

/* One exchange up to the first stream's end, its limits or its failure. */
static CURLcode
transfer(struct http_streams *s, struct stream **ended)
{
	CURLcode rc = CURLE_OK;
	int running = 1;

	*ended = NULL;
	for (uint32_t i = 0; i < s->request->n_streams; i++) {
		if (curl_multi_add_handle(s->multi, s->streams[i].easy) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		s->streams[i].added = true;
	}
	while (curl_multi_perform(s->multi, &running) == CURLM_OK) {
		mono_t now = clock_mono();
		count_upload(s);
		count_segments(s);
		if (first_end(s, &rc, ended) || s->over || time_is_up(s, now))
			break;
		if (is_silent(s, now)) {
			snprintf(s->why, sizeof s->why, "silence");
			rc = CURLE_OPERATION_TIMEDOUT;
			break;
		}
		curl_multi_poll(s->multi, NULL, 0, POLL_MS, NULL);
	}
	if (s->status == 0)
		curl_easy_getinfo((*ended != NULL ? *ended : &s->streams[0])->easy,
		    CURLINFO_RESPONSE_CODE, &s->status);
	return s->over ? CURLE_OK : rc;
}

static void
stop_all(struct http_streams *s)
{
	for (uint32_t i = 0; i < s->request->n_streams; i++) {
		if (s->streams[i].added)
			curl_multi_remove_handle(s->multi, s->streams[i].easy);
		s->streams[i].added = false;
	}
}

/* True where the answer sends us elsewhere on the same host. */
static bool
redirected(struct http_streams *s, const struct stream *t, char *url, size_t room)
{
	char *to = NULL;

	if (t == NULL ||
	    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK ||
	    to == NULL)
		return false;
	if (strlen(to) >= room || http_url_parse(&s->now, to) < 0 ||
	    strcasecmp(s->now.host, s->first.host) != 0) {
		snprintf(s->why, sizeof s->why, "redirected to a host not resolved");
		return false;
	}
	strcpy(url, to);
	return true;
}

static bool
aim(struct http_streams *s, const char *url)
{
	s->status = 0;
	for (uint32_t i = 0; i < s->request->n_streams; i++) {
		struct stream *t = &s->streams[i];
		t->given = t->acked = 0;
		if (curl_easy_setopt(t->easy, CURLOPT_URL, url) != CURLE_OK)
			return false;
	}
	http_meter_begin(&s->meter, clock_mono());
	return pin_host(s);
}

static CURLcode
follow(struct http_streams *s)
{
	char url[sizeof s->request->url];
	CURLcode rc = CURLE_TOO_MANY_REDIRECTS;
	struct stream *ended;

	strcpy(url, s->request->url);
	for (int i = 0; i <= HTTP_CHILD_REDIRECTS; i++) {
		if (!aim(s, url))
			return CURLE_OUT_OF_MEMORY;
		rc = transfer(s, &ended);
		bool elsewhere = rc == CURLE_OK && redirected(s, ended, url, sizeof url);
		stop_all(s);
		if (!elsewhere)
			return rc;
		rc = CURLE_TOO_MANY_REDIRECTS;
	}
	return rc;
}

/* ---- outside ---- */

struct http_streams *
http_streams_new(const struct http_request *request, const struct http_url *url)
{
	struct http_streams *s = memory_grow(NULL, 1, sizeof *s);

	memset(s, 0, sizeof *s);
	s->request = request;
	s->first = s->now = *url;
	s->begun = clock_mono();
	s->streams = memory_grow(NULL, request->n_streams, sizeof *s->streams);
	memset(s->streams, 0, request->n_streams * sizeof *s->streams);
	bool good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	s->multi = good ? curl_multi_init() : NULL;
	good = s->multi != NULL && (!request->upload || upload_headers(s));
	for (uint32_t i = 0; i < request->n_streams; i++) {
		struct stream *t = &s->streams[i];
		t->all = s;
		t->active = -1;
		t->easy = good ? curl_easy_init() : NULL;
		good = t->easy != NULL && options_fixed(t) &&
		       (!request->upload || options_upload(t));
	}
	if (good) {
		make_noise(s);
		return s;
	}
	http_streams_free(s);
	return NULL;
}

void
http_streams_free(struct http_streams *s)
{
	if (s == NULL)
		return;
	stop_all(s);
	for (uint32_t i = 0; i < s->request->n_streams; i++)
		curl_easy_cleanup(s->streams[i].easy);
	curl_multi_cleanup(s->multi);
	curl_slist_free_all(s->resolve);
	curl_slist_free_all(s->headers);
	curl_global_cleanup();
	free(s->streams);
	free(s);
}

bool
http_streams_run(struct http_streams *s, struct http_result *out)
{
	CURLcode rc = follow(s);

	out->status = (int32_t)s->status;
	out->total_ns = clock_mono().ns - s->begun.ns;
	out->total_bytes = s->meter.last_bytes;
	out->beside_bytes = s->beside;
	out->ttfb_ns = s->first_byte.ns != 0 ? s->first_byte.ns - s->begun.ns : -1;
	/* An upload stopped by its time limit has no status yet. */
	bool accepted = (s->status >= 200 && s->status <= 299) ||
	                (s->status == 0 && s->over && s->request->upload);
	if (rc == CURLE_OK && accepted && s->meter.last_bytes > 0)
		return true;
	if (s->why[0] != '\0')
		snprintf(out->why, sizeof out->why, "%s", s->why);
	else if (rc != CURLE_OK)
		snprintf(out->why, sizeof out->why, "%s", curl_easy_strerror(rc));
	else if (!accepted)
		snprintf(out->why, sizeof out->why, "HTTP status %ld", s->status);
	else
		snprintf(out->why, sizeof out->why, "an empty body");
	return false;
}

const struct http_meter *
http_streams_meter(const struct http_streams *s)
{
	return &s->meter;
}

uint64_t
http_streams_headers(const struct http_streams *s, uint64_t payload)
{
	if (s->segments == 0)
		return 0;
	double each = (double)s->segment_bytes / (double)s->segments;
	return (uint64_t)((double)payload / each * s->header_bytes);
}
