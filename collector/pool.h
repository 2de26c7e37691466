#ifndef COLLECTOR_POOL_H
#define COLLECTOR_POOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory for c-ares, which allocates six times a query. Blocks are powers of two, cut
 * from slabs that are kept; what is freed waits for the next of its size, so after the
 * first queries nothing more is asked of the system. One for the process, one thread.
 *
 * The three have the shapes of malloc, realloc and free, as ares_library_init_mem wants.
 */
void *pool_alloc(size_t size);
void *pool_realloc(void *p, size_t size);
void pool_free(void *p);

/* How often the system was asked for memory so far: constant in a steady state. */
uint64_t pool_grown(void);

/* Blocks given out and not returned. */
uint64_t pool_in_use(void);

/* Give all slabs back; nothing from the pool may be in use. */
void pool_done(void);

#endif
