#ifndef COLLECTOR_DNS_MESSAGE_H
#define COLLECTOR_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DNS messages as bytes, without a socket: a question is built by c-ares, an answer is
 * only checked. Everything here takes hostile bytes.
 *
 * Source  RFC 1035 section 4 (messages, names), RFC 2181 section 9 (truncation).
 */
#define DNS_QUERY_ROOM 512 /* header, a name of 255, type and class: 271 at most */

/* What a datagram is to a question of ours. */
enum dns_match {
	DNS_FOREIGN,   /* another id, or too short to have one */
	DNS_MISMATCH,  /* our id, but no response or not to our question */
	DNS_MALFORMED, /* our id and question, but its records cannot be parsed */
	DNS_RCODE,     /* well-formed; an rcode other than NOERROR and NXDOMAIN */
	DNS_ANSWER     /* well-formed: NOERROR, with data or without, or NXDOMAIN */
};

/* A, AAAA, NS, MX, TXT, SOA, PTR, CNAME in any case; else -EINVAL. */
int dns_message_type(const char *text);

/*
 * dns_message_query(out, name, type):
 * A query with recursion desired and id 0 for ${name}, dots between labels.
 *
 * Result  its length, or -EINVAL where the name is none, -ENOMEM.
 */
int dns_message_query(uint8_t out[DNS_QUERY_ROOM], const char *name, int type);

uint16_t dns_message_id(const uint8_t *msg);
void dns_message_set_id(uint8_t *msg, uint16_t id);

/*
 * dns_message_match(msg, len, query, query_len):
 * What ${msg} is to ${query}. Names are compared without regard to case. Where the TC bit
 * is set the records may end anywhere. Bytes after the last record are not looked at.
 */
enum dns_match dns_message_match(
    const uint8_t *msg, size_t len, const uint8_t *query, size_t query_len);

#endif
