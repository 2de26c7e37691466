#include "config/text.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

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
		size_t n = bytes_utf8(p, end);
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
