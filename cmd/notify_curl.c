#include "cmd/notify.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define CONNECT_S 15L
#define WHOLE_S   60L

struct upload {
	const char *p;
	size_t n;
};

static size_t
give(char *out, size_t size, size_t count, void *ctx)
{
	struct upload *u = ctx;
	size_t n = size * count < u->n ? size * count : u->n;

	memcpy(out, u->p, n);
	u->p += n;
	u->n -= n;
	return n;
}

static size_t
swallow(char *p, size_t size, size_t count, void *ctx)
{
	(void)p;
	(void)ctx;
	return size * count;
}

/* The device first: without it the route's address alone may leave by another link. */
static int
bind_device(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
	const struct route *r = ctx;
	socklen_t n = (socklen_t)strlen(r->interface);

	(void)purpose;
	if (n > 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, r->interface, n) < 0)
		return CURL_SOCKOPT_ERROR;
	return CURL_SOCKOPT_OK;
}

/* Resolve the host of ${url} by the route and hand it to curl: "HOST:PORT:ADDRESS". */
static struct curl_slist *
resolve(const char *url, const struct route *route)
{
	char literal[64], line[512], *host = NULL, *port = NULL;
	struct curl_slist *list = NULL;
	CURLU *u = curl_url();

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    notify_resolve(route, host, literal, sizeof literal) == 0) {
		snprintf(line, sizeof line, "%s:%s:%s", host, port, literal);
		list = curl_slist_append(NULL, line);
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return list;
}

static void
set_route(CURL *c, const struct route *route, struct curl_slist *resolved)
{
	char host[80];

	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, bind_device);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, (void *)route);
	if (route->source[0] != '\0' || route->source6[0] != '\0') {
		snprintf(host, sizeof host, "host!%s",
		    route->source[0] != '\0' ? route->source : route->source6);
		curl_easy_setopt(c, CURLOPT_INTERFACE, host);
		curl_easy_setopt(c, CURLOPT_IPRESOLVE,
		    route->source[0] != '\0' ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6);
	}
	if (resolved != NULL)
		curl_easy_setopt(c, CURLOPT_RESOLVE, resolved);
}

/* The recipients of a To line: separated by commas. */
static struct curl_slist *
recipients(const char *to)
{
	struct curl_slist *list = NULL;
	char copy[TEXT_ROOM], *rest = copy, *word;

	snprintf(copy, sizeof copy, "%s", to);
	while ((word = strsep(&rest, ",")) != NULL) {
		char *open = strchr(word, '<');
		if (open != NULL) {
			word = open + 1;
			word[strcspn(word, ">")] = '\0';
		}
		word += strspn(word, " \t");
		word[strcspn(word, " \t\r\n")] = '\0';
		if (word[0] != '\0')
			list = curl_slist_append(list, word);
	}
	return list;
}

static int
result(CURL *c, CURLcode code, const char *detail, bool mail, char *err, size_t room)
{
	long status = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK) {
		snprintf(err, room, "%s",
		    detail[0] != '\0' ? detail : curl_easy_strerror(code));
		return -EIO;
	}
	if (!mail && (status < 200 || status > 299)) {
		snprintf(err, room, "the webhook answered %ld", status);
		return -EIO;
	}
	return 0;
}

int
notify_curl(const struct notify_conf *conf, const struct notice *notice,
    const struct route *route, char *err, size_t room)
{
	bool mail = conf->kind == NOTIFY_MAIL;
	char *body = mail ? notice_mail(conf, notice) : notice_json(notice);
	char detail[CURL_ERROR_SIZE] = "";
	struct curl_slist *to = NULL, *headers = NULL, *resolved = NULL;
	CURL *c = curl_easy_init();
	int rc = -ENOMEM;

	snprintf(err, room, "out of memory");
	if (c == NULL || body == NULL)
		goto out;
	struct upload up = {body, strlen(body)};
	if (route->link != NULL)
		resolved = resolve(conf->url, route);
	curl_easy_setopt(c, CURLOPT_URL, conf->url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, WHOLE_S);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, mail ? "smtp,smtps" : "http,https");
	set_route(c, route, resolved);
	if (mail) {
		char from[TEXT_ROOM] = "";
		struct curl_slist *one = recipients(conf->from);
		if (one != NULL)
			snprintf(from, sizeof from, "%s", one->data);
		curl_slist_free_all(one);
		to = recipients(conf->to);
		curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
		curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(c, CURLOPT_READDATA, &up);
	} else {
		headers = curl_slist_append(NULL, "Content-Type: application/json");
		headers = curl_slist_append(headers, "Expect:");
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(c, CURLOPT_USERAGENT, "linkwitness");
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	}
	rc = result(c, curl_easy_perform(c), detail, mail, err, room);
out:
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	curl_slist_free_all(headers);
	curl_slist_free_all(resolved);
	free(body);
	return rc;
}
