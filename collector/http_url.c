#include "collector/http_url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

static const char *
scheme_skip(const char *text, bool *tls)
{
	if (strncasecmp(text, "http://", 7) == 0) {
		*tls = false;
		return text + 7;
	}
	if (strncasecmp(text, "https://", 8) == 0) {
		*tls = true;
		return text + 8;
	}
	return NULL;
}

static bool
name_is_good(const char *host)
{
	size_t label = 0;

	for (const char *p = host; *p != '\0'; p++) {
		label = *p == '.' ? 0 : label + 1;
		if ((*p == '.' && (p == host || p[-1] == '.')) || label > 63)
			return false;
	}
	return host[0] != '\0';
}

/* The host at ${text} and what follows it, or NULL. */
static const char *
host_read(struct http_url *u, const char *text)
{
	struct in6_addr six;
	struct in_addr four;
	bool brackets = *text == '[';
	size_t n = brackets ? strcspn(++text, "]") : strspn(text, letters);

	if (n >= sizeof u->host || (brackets && text[n] != ']'))
		return NULL;
	memcpy(u->host, text, n);
	u->host[n] = '\0';
	if (brackets) {
		u->family = AF_INET6;
		return inet_pton(AF_INET6, u->host, &six) == 1 ? text + n + 1 : NULL;
	}
	u->family = inet_pton(AF_INET, u->host, &four) == 1 ? AF_INET : AF_UNSPEC;
	return u->family == AF_INET || name_is_good(u->host) ? text + n : NULL;
}

/* ":port", or nothing; what follows, or NULL. */
static const char *
port_read(struct http_url *u, const char *text)
{
	uint32_t port = 0;
	const char *p = text;

	u->port = u->tls ? 443 : 80;
	if (*p != ':')
		return p;
	for (p++; *p >= '0' && *p <= '9' && port <= UINT16_MAX; p++)
		port = port * 10 + (uint32_t)(*p - '0');
	if (port == 0 || port > UINT16_MAX)
		return NULL;
	u->port = (uint16_t)port;
	return p;
}

int
http_url_parse(struct http_url *out, const char *text)
{
	struct http_url u = {0};
	const char *p;

	for (p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return -EINVAL;
	p = scheme_skip(text, &u.tls);
	if (p != NULL)
		p = host_read(&u, p);
	if (p != NULL)
		p = port_read(&u, p);
	if (p == NULL || strchr("/?#", *p) == NULL)
		return -EINVAL;
	*out = u;
	return 0;
}
