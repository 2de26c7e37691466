#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers as people write them: digits, perhaps with a point, no sign, no exponent and no
 * leading zero. Each: true and *out set, or false, *out untouched and *why (static text)
 * what would be right.
 */

/* The number that ${text} begins with; returns what follows it, or NULL where there is
 * none. Exact to 15 digits. */
const char *units_number(const char *text, double *out);

/* "500ms", "1s", "2.5s", "5min", "1h", "30d" as nanoseconds; never negative. Units: ns,
 * us, ms, s, min, h, d. */
bool units_duration(const char *text, int64_t *out, const char **why);
/* "500M", "1.5G", "64k", "1000000" as bit/s. */
bool units_rate(const char *text, uint64_t *out, const char **why);
/* "100M", "512KiB", "2GiB", "1000" as bytes. */
bool units_bytes(const char *text, uint64_t *out, const char **why);
/* "99.95%" as a ratio, 0 < ratio <= 1. */
bool units_percent(const char *text, double *out, const char **why);
/* "443": 1 to 65535, no leading zero. */
bool units_port(const char *text, uint16_t *out, const char **why);
/* "7" or "0x1f": 1 to 2^32 - 1. */
bool units_mark(const char *text, uint32_t *out, const char **why);

/* A literal address: its family (4 or 6) and 16 bytes; false for names, multicast, "any",
 * and IPv4 dressed as IPv6. */
bool units_address(
    const char *text, uint8_t *family, uint8_t address[16], const char **why);

/* Is it a link-local address of IPv6, so of one interface alone? */
static inline bool
units_link_local(uint8_t family, const uint8_t address[16])
{
	return family == 6 && address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/* SCHEME://[USER@]HOST[:PORT][/…], of one of the schemes (NULL at their end); no blanks.
 */
bool units_url(const char *text, const char *const *schemes);

/* a-z, 0-9 and '-', at most 32. */
bool units_name(const char *text);

/* "1s", "500ms", "2h": whole numbers of the largest unit; units_duration reads it back.
 */
void units_print_duration(int64_t ns, char *out, size_t room);

#endif
