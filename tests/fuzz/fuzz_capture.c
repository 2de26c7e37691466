/*
 * Captured packets as an enemy would send them, through the parser, the search for our
 * own sendings, the echoes, and the count of handshakes. The input is a run of packets,
 * each behind two bytes: its length, and bit 0 whether it leaves, bits 1-7 how many
 * tenths of a second passed. What is counted must add up, whatever comes.
 *
 * Links: collector/packet.c collector/passive.c collector/flows.c
 * Links: collector/echo.c base/bytes.c base/clock.c
 */
#include "collector/echo.h"
#include "collector/flows.h"
#include "collector/passive.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct echo_key key = {
    {0x0123456789abcdefull, 0xfedcba9876543210ull}, 4711, 815};

static void
must(bool claim)
{
	if (!claim)
		abort();
}

/* Nothing of the packet lies outside of it. */
static void
check(const struct packet *t, const uint8_t *p, size_t n)
{
	size_t size = packet_address_bytes(t);

	must(t->family == 4 || t->family == 6);
	must(t->from >= p && t->from + size <= p + n);
	must(t->to >= p && t->to + size <= p + n);
	must(t->body == NULL || (t->body >= p && t->body + t->body_n <= p + n));
	must(t->protocol == IPPROTO_TCP || t->body != NULL);
}

/* A sending that looks like the packet is found by it, and by no other direction. */
static void
check_flow(struct flows *flows, const struct packet *t, bool leaves, mono_t at)
{
	struct flow f = {
	    .protocol = t->protocol, .family = t->family, .seq = 5, .at = at};
	size_t size = packet_address_bytes(t);

	if (t->protocol == IPPROTO_UDP && t->body_n < 2) {
		must(flows_find(flows, t, leaves) == NULL);
		return;
	}
	memcpy(f.local, leaves ? t->from : t->to, size);
	memcpy(f.remote, leaves ? t->to : t->from, size);
	f.local_port = leaves ? t->from_port : t->to_port;
	f.remote_port = leaves ? t->to_port : t->from_port;
	if (t->protocol == IPPROTO_UDP)
		f.tag = (uint16_t)(t->body[0] << 8 | t->body[1]);
	(void)flows_add(flows, &f);
	const struct flow *found = flows_find(flows, t, leaves);
	must(found != NULL && found->seq == 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct passive *passive = passive_new();
	struct flows *flows = flows_new();
	const struct passive_counts *c = passive_counts(passive);
	mono_t now = {NS_PER_S};
	struct packet t;
	uint32_t probe;
	uint64_t seq;

	for (size_t at = 0; at + 2 <= n;) {
		size_t length = p[at] < n - at - 2 ? p[at] : n - at - 2;
		bool leaves = p[at + 1] & 1;
		uint8_t *exact = malloc(length > 0 ? length : 1);
		must(exact != NULL);
		now.ns += (int64_t)(p[at + 1] >> 1) * 100 * NS_PER_MS;
		memcpy(exact, p + at + 2, length);
		if (packet_parse(&t, exact, length)) {
			check(&t, exact, length);
			passive_packet(passive, &t, leaves, now);
			if (t.protocol == IPPROTO_ICMP || t.protocol == IPPROTO_ICMPV6)
				(void)echo_captured(&key, t.family, leaves, t.body,
				    t.body_n, &probe, &seq);
			else
				check_flow(flows, &t, leaves, now);
		}
		free(exact);
		at += 2 + length;
	}
	must(c->answered + c->refused + c->unanswered + c->unfollowed <= c->attempted);
	passive_expire(passive, (mono_t){INT64_MAX});
	must(c->answered + c->refused + c->unanswered + c->unfollowed == c->attempted);
	must(c->timed <= c->answered);
	passive_free(passive);
	flows_free(flows);
	return 0;
}
