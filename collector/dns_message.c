#include "collector/dns_message.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define HEADER_BYTES 12
#define NAME_BYTES   255
#define RR_BYTES     10 /* type, class, TTL, length */
#define SOA_NUMBERS  20

static const struct {
	const char *name;
	int type;
} types[] = {{"A", ns_t_a}, {"AAAA", ns_t_aaaa}, {"NS", ns_t_ns}, {"MX", ns_t_mx},
    {"TXT", ns_t_txt}, {"SOA", ns_t_soa}, {"PTR", ns_t_ptr}, {"CNAME", ns_t_cname}};

struct message {
	const uint8_t *p;
	size_t len;
};

static uint16_t
u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

int
dns_message_type(const char *text)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcasecmp(types[i].name, text) == 0)
			return types[i].type;
	return -EINVAL;
}

int
dns_message_query(uint8_t out[DNS_QUERY_ROOM], const char *name, int type)
{
	unsigned char *made = NULL;
	int len = 0, rc;

	if (name[0] == '\0')
		return -EINVAL;
	rc = ares_create_query(name, ns_c_in, type, 0, 1, &made, &len, 0);
	if (rc == ARES_ENOMEM)
		return -ENOMEM;
	if (rc != ARES_SUCCESS || len < HEADER_BYTES || len > DNS_QUERY_ROOM) {
		ares_free_string(made);
		return -EINVAL;
	}
	memcpy(out, made, (size_t)len);
	ares_free_string(made);
	return len;
}

uint16_t
dns_message_id(const uint8_t *msg)
{
	return u16(msg);
}

void
dns_message_set_id(uint8_t *msg, uint16_t id)
{
	msg[0] = (uint8_t)(id >> 8);
	msg[1] = (uint8_t)id;
}

/*
 * The offset behind the name at ${at}, or 0 where there is none. Pointers are followed,
 * each strictly backwards, so it ends; the expanded name has at most 255 bytes.
 */
static size_t
name_end(const struct message *m, size_t at)
{
	size_t end = 0, total = 0, lowest = at;

	for (;;) {
		if (at >= m->len)
			return 0;
		uint8_t n = m->p[at];
		if ((n & 0xc0) == 0xc0) {
			if (at + 2 > m->len)
				return 0;
			size_t target = (size_t)(n & 0x3f) << 8 | m->p[at + 1];
			if (end == 0)
				end = at + 2;
			if (target >= lowest)
				return 0;
			at = lowest = target;
			continue;
		}
		if ((n & 0xc0) != 0) /* neither a label nor a pointer */
			return 0;
		total += (size_t)n + 1;
		if (total > NAME_BYTES)
			return 0;
		at += (size_t)n + 1;
		if (n == 0)
			return end != 0 ? end : at;
	}
}

static bool
strings_fill(const uint8_t *p, size_t n)
{
	size_t at = 0;

	while (at < n)
		at += (size_t)p[at] + 1;
	return at == n && n > 0;
}

static bool
names_fill(const struct message *m, size_t at, size_t end, int names, size_t rest)
{
	for (int i = 0; i < names; i++) {
		at = name_end(m, at);
		if (at == 0 || at > end)
			return false;
	}
	return at + rest == end;
}

/* Of the types that can be asked for, the data must be what the type says. */
static bool
data_is_good(const struct message *m, uint16_t type, size_t at, size_t n)
{
	switch (type) {
	case ns_t_a:
		return n == 4;
	case ns_t_aaaa:
		return n == 16;
	case ns_t_ns:
	case ns_t_cname:
	case ns_t_ptr:
		return names_fill(m, at, at + n, 1, 0);
	case ns_t_mx:
		return n > 2 && names_fill(m, at + 2, at + n, 1, 0);
	case ns_t_soa:
		return names_fill(m, at, at + n, 2, SOA_NUMBERS);
	case ns_t_txt:
		return strings_fill(m->p + at, n);
	default:
		return true;
	}
}

static bool
records_are_good(const struct message *m, size_t at)
{
	uint32_t n = (uint32_t)u16(m->p + 6) + u16(m->p + 8) + u16(m->p + 10);

	for (; n > 0; n--) {
		at = name_end(m, at);
		if (at == 0 || m->len - at < RR_BYTES)
			return false;
		uint16_t type = u16(m->p + at), length = u16(m->p + at + 8);
		bool internet = u16(m->p + at + 2) == ns_c_in;
		at += RR_BYTES;
		if (m->len - at < length ||
		    (internet && !data_is_good(m, type, at, length)))
			return false;
		at += length;
	}
	return true;
}

static bool
questions_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tolower(a[i]) != tolower(b[i]))
			return false;
	return true;
}

enum dns_match
dns_message_match(const uint8_t *msg, size_t len, const uint8_t *query, size_t query_len)
{
	struct message m = {msg, len};
	int rcode;

	if (len < 2 || memcmp(msg, query, 2) != 0)
		return DNS_FOREIGN;
	if (len < query_len || (msg[2] & 0xf8) != 0x80 || u16(msg + 4) != 1 ||
	    !questions_equal(
	        msg + HEADER_BYTES, query + HEADER_BYTES, query_len - HEADER_BYTES))
		return DNS_MISMATCH;
	bool truncated = (msg[2] & 0x02) != 0;
	if (!truncated && !records_are_good(&m, query_len))
		return DNS_MALFORMED;
	rcode = msg[3] & 0x0f;
	return rcode == ns_r_noerror || rcode == ns_r_nxdomain ? DNS_ANSWER : DNS_RCODE;
}
