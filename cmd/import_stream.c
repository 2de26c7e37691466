#include "cmd/import_stream.h"

#include <errno.h>
#include <string.h>

#define STAMP_ROOM 80
#define LATEST_NS  (4102444800LL * NS_PER_S) /* 2100 */

int
stream_stamp(struct import *im, const char *line, size_t n, int64_t *out)
{
	static const char AROUND[] = " \t[]:-|>";
	char text[STAMP_ROOM];
	const char *why;

	while (n > 0 && strchr(AROUND, *line) != NULL) {
		line++;
		n--;
	}
	while (n > 0 && strchr(AROUND, line[n - 1]) != NULL)
		n--;
	if (n == 0)
		return 0;
	if (n >= sizeof text) {
		import_bad(im, "more before it than a time");
		return -EINVAL;
	}
	memcpy(text, line, n);
	text[n] = '\0';
	if (import_time_instant(&im->zone, text, out, &why))
		return 1;
	import_bad(im, "%.40s: %s", text, why);
	return -EINVAL;
}

bool
stream_time(struct import *im, struct stream_clock *c, const char *line)
{
	char text[STAMP_ROOM];
	const char *every = strstr(line, " every "), *why;
	size_t n = every != NULL ? (size_t)(every - line) : strlen(line);
	int64_t at, spacing = NS_PER_S;

	if (n >= sizeof text || line[0] < '0' || line[0] > '9')
		return false;
	memcpy(text, line, n);
	text[n] = '\0';
	if (!import_time_instant(&im->zone, text, &at, &why) ||
	    (every != NULL && !import_time_span(every + strlen(" every "), &spacing)))
		return false;
	*c = (struct stream_clock){
	    .set = true, .began_ns = at, .every_ns = spacing, .line = im->line};
	return true;
}

int64_t
stream_after(int64_t at_ns, int64_t n, int64_t each_ns)
{
	int64_t span, t;

	if (__builtin_mul_overflow(n, each_ns, &span) ||
	    __builtin_add_overflow(at_ns, span, &t) || t < 0 || t >= LATEST_NS)
		return -1;
	return t;
}

int64_t
stream_number(const char *p, const char **end)
{
	int64_t n = 0;

	*end = p;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > 1LL << 53)
			return -1;
	}
	if (p == *end)
		return -1;
	*end = p;
	return n;
}

int64_t
stream_ms(const char *text)
{
	char number[32];
	size_t n = strspn(text, "0123456789.");
	int64_t ns;

	if (n == 0 || n >= sizeof number)
		return -1;
	memcpy(number, text, n);
	number[n] = '\0';
	text += n;
	if (*text == ' ')
		text++;
	return strncmp(text, "ms", 2) == 0 && facts_ms(number, &ns) ? ns : -1;
}
