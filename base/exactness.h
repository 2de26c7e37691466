#ifndef BASE_EXACTNESS_H
#define BASE_EXACTNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The collector's own error over a stretch of time, as it publishes it: an event of the
 * journal each ten seconds, its text beginning with EXACTNESS_WORD. Times in us.
 */
#define EXACTNESS_WORD "exactness"

struct exactness {
	uint64_t sent;    /* sendings that left */
	uint64_t unsent;  /* that the kernel did not take */
	uint64_t skipped; /* slots passed over: we came too late for them */
	uint64_t dropped; /* packets our sockets had no room for */
	uint64_t doubted; /* lost samples flagged own-drop for that */
	uint64_t kernel, kernel_rx, user; /* answers by the source of their stamps */
	uint64_t delay_p50, delay_p99,
	    delay_most;       /* how far sent from its slot's time; 0 where nothing was */
	uint64_t clock_bound; /* of UTC labels; the largest */
};

/* As the text of an event; false where it does not fit (256 bytes hold it unless numbers
 * are absurd). */
bool exactness_print(const struct exactness *e, char *out, size_t room);

/* Back from such a text. Result: false for any other, *out untouched. */
bool exactness_parse(const char *text, struct exactness *out);

/* Two stretches as one: counts are added, of delays and bounds the larger is kept. */
void exactness_join(struct exactness *to, const struct exactness *from);

#endif
