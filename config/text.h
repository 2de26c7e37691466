#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stddef.h>

/*
 * text_read(text, len, err, room):
 * Whether bytes are plain text: UTF-8, without control characters but tabs and ends of
 * line (LF, or CR LF). A NUL would cut a value, others would reach terminals and headers.
 *
 * Result  0, or the line of the first byte that is none, with what is wrong in err.
 * Source  RFC 3629 for UTF-8: no overlong forms, no surrogates, at most U+10FFFF.
 */
unsigned text_read(const char *text, size_t len, char *err, size_t room);

#endif
