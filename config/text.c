#include "config/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Length of the UTF-8 sequence at p, 0 where there is none. */
static size_t
sequence(const uint8_t *p, const uint8_t *end)
{
	static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *p < 0x80             ? 1
	           : (*p & 0xe0) == 0xc0 ? 2
	           : (*p & 0xf0) == 0xe0 ? 3
	           : (*p & 0xf8) == 0xf0 ? 4
	                                 : 0;

	if (n < 2)
		return n;
	if ((size_t)(end - p) < n)
		return 0;
	uint32_t point = *p & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	bool surrogate = point >= 0xd800 && point <= 0xdfff;
	return point >= LEAST[n] && point <= 0x10ffff && !surrogate ? n : 0;
}

/* C0, DEL and (as UTF-8: C2 80 to C2 9F) C1. */
static bool
is_control(const uint8_t *p, const uint8_t *end)
{
	if (*p == '\r')
		return end - p < 2 || p[1] != '\n';
	return (*p < ' ' && *p != '\t' && *p != '\n') || *p == 127 ||
	       (*p == 0xc2 && end - p > 1 && p[1] >= 0x80 && p[1] < 0xa0);
}

unsigned
text_read(const char *text, size_t len, char *err, size_t room)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + len;
	unsigned line = 1;

	while (p < end) {
		size_t n = sequence(p, end);
		if (n == 0) {
			snprintf(err, room,
			    "byte 0x%02x is no UTF-8; save the file as UTF-8", *p);
			return line;
		}
		if (*p == '\0') {
			snprintf(err, room,
			    "a NUL byte is in it; a configuration is plain text");
			return line;
		}
		if (is_control(p, end)) {
			snprintf(err, room,
			    "a control character (byte 0x%02x) is in it; remove it", *p);
			return line;
		}
		line += *p == '\n';
		p += n;
	}
	return 0;
}
