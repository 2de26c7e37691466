#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What lies in an array elsewhere, found by hash: open addressing, never more than half
 * full, nothing taken out. slots holds indices plus one, 0 where there is none; who looks
 * for something goes on from table_slot, and around at the end, until it is found or a
 * slot is empty.
 */
struct table {
	uint32_t *slots;
	size_t room; /* a power of two */
};

/* Where to begin to look for ${hash}. */
size_t table_slot(const struct table *t, uint64_t hash);

void table_put(struct table *t, uint64_t hash, uint32_t index);

/* Room for one more than ${n}. Result: true if the table was made anew and is empty: put
 * all of them again. */
bool table_grow(struct table *t, size_t n);

#endif
