#include "config/units.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	double factor;
};

static const struct unit DURATIONS[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9},
    {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9}, {NULL, 0}};
static const struct unit RATES[] = {
    {"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {NULL, 0}};
static const struct unit BYTES[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9},
    {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {NULL, 0}};

/* Digits around at most one point, at most 15 of them: as a whole number and what it is
 * to be divided by, each exact in a double, no locale. No zero leads them, for some read
 * what follows it as octal. */
static const char *
fraction(const char *text, double *whole, double *under)
{
	double v = 0, scale = 1;
	bool point = false;
	unsigned digits = 0;

	if (*text == '.' || (text[0] == '0' && text[1] >= '0' && text[1] <= '9'))
		return NULL;
	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if (++digits > 15)
			return NULL;
		v = v * 10 + (*text - '0');
		if (point)
			scale *= 10;
	}
	if (digits == 0 || text[-1] == '.')
		return NULL;
	*whole = v;
	*under = scale;
	return text;
}

const char *
units_number(const char *text, double *out)
{
	double whole, under;
	const char *rest = fraction(text, &whole, &under);

	if (rest != NULL)
		*out = whole / under;
	return rest;
}

static bool
with_unit(const char *text, const struct unit *units, double *out)
{
	double v;
	const char *rest = units_number(text, &v);

	if (rest == NULL)
		return false;
	while (*rest == ' ')
		rest++;
	for (; units->name != NULL; units++) {
		if (strcmp(rest, units->name) == 0) {
			*out = v * units->factor;
			return true;
		}
	}
	return false;
}

bool
units_duration(const char *text, int64_t *out, const char **why)
{
	double v;

	*why = "a duration with its unit, like 500ms, 1s, 5min, 1h or 30d";
	if (!with_unit(text, DURATIONS, &v) || v > 9e18)
		return false;
	*out = (int64_t)(v + 0.5);
	return true;
}

bool
units_rate(const char *text, uint64_t *out, const char **why)
{
	double v;

	*why = "bits a second, like 64k, 500M or 1G";
	if (!with_unit(text, RATES, &v) || v < 1 || v > 1e15)
		return false;
	*out = (uint64_t)(v + 0.5);
	return true;
}

bool
units_bytes(const char *text, uint64_t *out, const char **why)
{
	double v;

	*why = "bytes, like 100M or 2GiB";
	if (!with_unit(text, BYTES, &v) || v > 1e18)
		return false;
	*out = (uint64_t)(v + 0.5);
	return true;
}

bool
units_percent(const char *text, double *out, const char **why)
{
	double whole, under;
	const char *rest = fraction(text, &whole, &under);

	*why = "a percentage above 0% and at most 100%, like 99.95%";
	if (rest == NULL || strcmp(rest + strspn(rest, " "), "%") != 0)
		return false;
	/* one division: the nearest double to what is written */
	double v = whole / (under * 100);
	if (v <= 0 || v > 1)
		return false;
	*out = v;
	return true;
}

bool
units_port(const char *text, uint16_t *out, const char **why)
{
	unsigned v = 0;

	*why = "a port from 1 to 65535, in decimal and without leading zeros";
	if (*text < '1' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9' && v <= 65535; text++)
		v = v * 10 + (unsigned)(*text - '0');
	if (*text != '\0' || v > 65535)
		return false;
	*out = (uint16_t)v;
	return true;
}

static int
hex_digit(char c, unsigned base)
{
	int v = c >= '0' && c <= '9'   ? c - '0'
	        : c >= 'a' && c <= 'f' ? c - 'a' + 10
	        : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                               : 99;

	return v < (int)base ? v : -1;
}

bool
units_mark(const char *text, uint32_t *out, const char **why)
{
	unsigned base = 10;
	uint64_t v = 0;

	*why = "a mark from 1 to 4294967295, in decimal or as 0x…";
	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	} else if (text[0] == '0') {
		return false;
	}
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		int digit = hex_digit(*text, base);
		if (digit < 0)
			return false;
		v = v * base + (unsigned)digit;
		if (v > UINT32_MAX)
			return false;
	}
	if (v == 0)
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
units_address(const char *text, uint8_t *family, uint8_t address[16], const char **why)
{
	uint8_t a[16] = {0};
	static const uint8_t none[16];
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};

	*why = "an IPv4 or IPv6 address of one host, not a name";
	if (inet_pton(AF_INET, text, a) == 1) {
		if (a[0] == 0 || a[0] >= 224)
			return false;
		*family = 4;
	} else if (inet_pton(AF_INET6, text, a) == 1) {
		if (memcmp(a, mapped, 12) == 0)
			*why = "an IPv4 address in its own form, like 192.0.2.1";
		if (a[0] == 0xff || memcmp(a, none, 16) == 0 ||
		    memcmp(a, mapped, 12) == 0)
			return false;
		*family = 6;
	} else {
		return false;
	}
	memcpy(address, a, 16);
	return true;
}

/* The host of a URL, past its user: NULL where no scheme of the list begins it. */
static const char *
host_of(const char *text, const char *const *schemes, const char **end)
{
	for (; *schemes != NULL; schemes++) {
		size_t n = strlen(*schemes);
		if (strncmp(text, *schemes, n) != 0 || strncmp(text + n, "://", 3) != 0)
			continue;
		const char *host = text + n + 3;
		*end = host + strcspn(host, "/?#");
		for (const char *c = host; c < *end; c++)
			if (*c == '@')
				host = c + 1;
		return host;
	}
	return NULL;
}

bool
units_url(const char *text, const char *const *schemes)
{
	const char *end, *why, *host = host_of(text, schemes, &end);
	uint8_t family, address[16];
	char part[256];
	uint16_t port;

	if (host == NULL || (size_t)(end - host) >= sizeof part ||
	    strpbrk(text, " \t\"<>\\^`{|}") != NULL)
		return false;
	memcpy(part, host, (size_t)(end - host));
	part[end - host] = '\0';
	char *after;
	if (part[0] == '[') {
		after = strchr(part, ']');
		if (after == NULL)
			return false;
		*after++ = '\0';
		if (!units_address(part + 1, &family, address, &why) || family != 6)
			return false;
	} else {
		after = part + strcspn(part, ":");
		if (after == part || strpbrk(part, "[]@,;=!$&'()*+") != NULL)
			return false;
	}
	return *after == '\0' || (*after == ':' && units_port(after + 1, &port, &why));
}

bool
units_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= 32 && text[n] == '\0';
}

void
units_print_duration(int64_t ns, char *out, size_t room)
{
	static const struct {
		int64_t ns;
		const char *name;
	} UNITS[] = {{86400 * NS_PER_S, "d"}, {3600 * NS_PER_S, "h"},
	    {60 * NS_PER_S, "min"}, {NS_PER_S, "s"}, {NS_PER_MS, "ms"}, {NS_PER_US, "us"},
	    {1, "ns"}};

	for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
		if (ns >= UNITS[i].ns && ns % UNITS[i].ns == 0) {
			snprintf(out, room, "%lld%s", (long long)(ns / UNITS[i].ns),
			    UNITS[i].name);
			return;
		}
	}
	snprintf(out, room, "0s"); /* a duration is never negative */
}
