#ifndef BASE_SAMPLE_H
#define BASE_SAMPLE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The vocabulary of facts. A sample says what became of one sending of a probe and
 * never judges. The numbers of the enums are those of the journal: append, never
 * renumber.
 */
enum kind {
	KIND_PING = 0,
	KIND_TCP,
	KIND_DNS,
	KIND_HTTP,
	KIND_COUNT
};

enum role {
	ROLE_INTERNET = 0,
	ROLE_GATEWAY,
	ROLE_ISP,
	ROLE_REFLECTOR,
	ROLE_THROUGHPUT,
	ROLE_COUNT
};

enum outcome {
	OUTCOME_REPLY = 0, /* answered; rtt_ns holds */
	OUTCOME_LOST,      /* not answered within its timeout */
	OUTCOME_REFUSED, /* the target itself said no (reset, port unreachable); an answer
	                  */
	OUTCOME_NOT_SENT,  /* never left: the call failed, or no carrier */
	OUTCOME_UNSETTLED, /* in flight when the daemon died */
	OUTCOME_COUNT
};

enum sample_flag {
	FLAG_LATE = 1 << 0,
	FLAG_CLOCK = 1 << 1,
	FLAG_OWN_DROP = 1 << 2,
	FLAG_EGRESS_WRONG = 1 << 3,
	FLAG_EGRESS_UNPROVEN = 1 << 4,
	FLAG_MASKED = 1 << 5,
	FLAG_DUP = 1 << 6,
	FLAG_RETRANSMITTED = 1 << 7,
	FLAG_LOAD = 1 << 8,
	FLAG_COUNT = 9
};

/* Where the two time stamps of a round trip came from. */
enum stamp {
	STAMP_NONE = 0, /* no stamp: nothing was received */
	STAMP_USER,     /* both by this program */
	STAMP_KERNEL_RX,
	STAMP_KERNEL, /* both by the kernel */
	STAMP_IMPORT, /* somebody else's number */
	STAMP_COUNT
};

/* Why, beside the outcome: a small code, printed as a word. */
enum code {
	CODE_NONE = 0,
	CODE_TIMEOUT,
	CODE_NEIGHBOUR,    /* sent with carrier up, no kernel TX stamp by the timeout */
	CODE_NO_CARRIER,   /* not-sent: link down or administratively down */
	CODE_NO_INTERFACE, /* not-sent: the interface is not there */
	CODE_NO_ROUTE,     /* not-sent: the kernel had no way out */
	CODE_SEND_FAILED,  /* not-sent: any other error of the call */
	CODE_UNREACHABLE,  /* lost: a router on the way said unreachable */
	CODE_RESET,        /* refused by a TCP reset */
	CODE_PORT,         /* refused by port unreachable from the target */
	CODE_RCODE,        /* dns: answered with an rcode other than NOERROR */
	CODE_MALFORMED,    /* an answer that cannot be parsed */
	CODE_RESOLVE,      /* http: name not resolved */
	CODE_HTTP,         /* http: status or transfer failed */
	CODE_NO_ADDRESS,   /* not-sent: the link has no address of this family */
	CODE_BUDGET,       /* not-sent: http, the month's budget has no room for it */
	CODE_COUNT
};

struct sample {
	uint32_t probe;   /* index in the reader's probe table, or the writer's number */
	uint32_t session; /* strictly increasing over restarts */
	uint64_t seq;     /* of this probe in this session, from 1 */
	mono_t sent;      /* when it left, CLOCK_BOOTTIME */
	wall_t time;    /* the same as UTC label; set by readers, ignored by the writer */
	int64_t rtt_ns; /* -1 unless reply or refused; http: duration of the transfer */
	uint64_t bytes; /* http: bytes carried; else 0 */
	enum outcome outcome;
	enum stamp stamp;
	enum code code;
	uint32_t flags;
};

const char *kind_name(enum kind kind);
const char *role_name(enum role role);
const char *outcome_name(enum outcome outcome);
const char *stamp_name(enum stamp stamp);
const char *code_name(enum code code);

/*
 * kind_parse(text, out) and its siblings:
 * The value of a word. Result: true and *out set, or false and *out untouched.
 */
bool kind_parse(const char *text, enum kind *out);
bool role_parse(const char *text, enum role *out);
bool outcome_parse(const char *text, enum outcome *out);

/*
 * flags_print(flags, out, room), flags_parse(text, out):
 * Flags as words joined by ';' (empty for none), and back. flags_print truncates at a
 * word's end; 128 bytes hold them all.
 */
void flags_print(uint32_t flags, char *out, size_t room);
bool flags_parse(const char *text, uint32_t *out);

/* True if the sample is an answer in the sense of RFC 2678: reply, or refused by the
 * target. */
static inline bool
sample_is_answer(const struct sample *s)
{
	return s->outcome == OUTCOME_REPLY || s->outcome == OUTCOME_REFUSED;
}

/* True if a sample may vote at all: it left, by its link, and was not our own drop. */
static inline bool
sample_may_vote(const struct sample *s)
{
	if (s->outcome == OUTCOME_NOT_SENT || s->outcome == OUTCOME_UNSETTLED)
		return false;
	return !(s->flags & (FLAG_OWN_DROP | FLAG_EGRESS_WRONG | FLAG_MASKED));
}

#endif
