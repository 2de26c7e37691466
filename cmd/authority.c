#include "cmd/authority.h"

#include "base/stamp.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define CONNECT_S 15L
#define WHOLE_S   60L

static size_t
take(char *p, size_t size, size_t count, void *ctx)
{
	struct bytes *out = ctx;

	if (size * count > STAMP_MOST - out->n)
		return 0;
	bytes_put(out, p, size * count);
	return size * count;
}

static int
result(CURL *c, CURLcode code, const char *detail, char *err, size_t room)
{
	long status = 0;
	const char *type = NULL;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	if (code != CURLE_OK)
		snprintf(err, room, "%s",
		    code == CURLE_WRITE_ERROR ? "its answer is longer than 1 MiB"
		    : detail[0] != '\0'       ? detail
		                              : curl_easy_strerror(code));
	else if (status != 200)
		snprintf(err, room, "it answered %ld", status);
	else if (type == NULL ||
	         strncasecmp(type, "application/timestamp-reply", 27) != 0)
		snprintf(err, room, "its answer is no time stamp but %.60s",
		    type != NULL ? type : "of no type");
	else
		return 0;
	return -EIO;
}

int
authority_ask(const char *url, const void *query, size_t n, struct bytes *out, char *err,
    size_t room)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURL *c = curl_easy_init();
	struct curl_slist *headers =
	    curl_slist_append(NULL, "Content-Type: application/timestamp-query");

	if (c == NULL || headers == NULL) {
		snprintf(err, room, "out of memory");
		curl_easy_cleanup(c);
		curl_slist_free_all(headers);
		return -EIO;
	}
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, WHOLE_S);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "linkwitness");
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, (const char *)query);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)n);
	int rc = result(c, curl_easy_perform(c), detail, err, room);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	return rc;
}
