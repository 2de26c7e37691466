#include "collector/pool.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define HIDE(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define SHOW(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define HIDE(p, n) ((void)(p), (void)(n))
#define SHOW(p, n) ((void)(p), (void)(n))
#endif

#define SMALLEST   5  /* 32 bytes */
#define LARGEST    17 /* 128 KiB: above a channel of c-ares */
#define SLAB_BYTES (64 * 1024)
#define OUTSIZE    0xff /* larger than any class: straight from the system */

/* Before every block; sixteen bytes keep what follows aligned. */
struct head {
	size_t size; /* asked for */
	uint8_t class;
};
#define HEAD_BYTES 16

struct slab {
	struct slab *next;
	uint64_t pad;
};

struct hole {
	struct hole *next;
};

static struct {
	struct hole *holes[LARGEST + 1];
	struct slab *slabs;
	uint64_t grown, in_use;
} pool;

_Static_assert(sizeof(struct head) <= HEAD_BYTES, "the head fits");
_Static_assert(sizeof(struct slab) == HEAD_BYTES, "blocks of a slab stay aligned");

static uint8_t
class_of(size_t size)
{
	uint8_t class = SMALLEST;

	while (class <= LARGEST && ((size_t)1 << class) < size)
		class ++;
	return class <= LARGEST ? class : OUTSIZE;
}

/* The head stays readable while its block is a hole: it tells the class. */
static void
put_hole(uint8_t class, struct head *head)
{
	struct hole *hole = (struct hole *)((char *)head + HEAD_BYTES);

	hole->next = pool.holes[class];
	pool.holes[class] = hole;
	HIDE((char *)hole + sizeof *hole, ((size_t)1 << class) - sizeof *hole);
}

static int
grow(uint8_t class)
{
	size_t block = HEAD_BYTES + ((size_t)1 << class);
	size_t n = SLAB_BYTES / block > 0 ? SLAB_BYTES / block : 1;
	struct slab *slab = malloc(sizeof *slab + n * block);

	if (slab == NULL)
		return -1;
	slab->next = pool.slabs;
	pool.slabs = slab;
	pool.grown++;
	for (size_t i = 0; i < n; i++) {
		struct head *head = (struct head *)((char *)(slab + 1) + i * block);
		head->class = class;
		put_hole(class, head);
	}
	return 0;
}

static void *
alloc_outsize(size_t size)
{
	struct head *head =
	    size < SIZE_MAX - HEAD_BYTES ? malloc(HEAD_BYTES + size) : NULL;

	if (head == NULL)
		return NULL;
	*head = (struct head){.size = size, .class = OUTSIZE};
	pool.grown++;
	pool.in_use++;
	return (char *)head + HEAD_BYTES;
}

void *
pool_alloc(size_t size)
{
	uint8_t class = class_of(size);

	if (class == OUTSIZE)
		return alloc_outsize(size);
	if (pool.holes[class] == NULL && grow(class) < 0)
		return NULL;
	struct hole *hole = pool.holes[class];
	struct head *head = (struct head *)((char *)hole - HEAD_BYTES);
	pool.holes[class] = hole->next;
	SHOW(hole, size);
	if (size < sizeof *hole)
		HIDE((char *)hole + size, sizeof *hole - size);
	head->size = size;
	pool.in_use++;
	return hole;
}

void
pool_free(void *p)
{
	if (p == NULL)
		return;
	struct head *head = (struct head *)((char *)p - HEAD_BYTES);
	pool.in_use--;
	if (head->class == OUTSIZE) {
		free(head);
		return;
	}
	SHOW(p, sizeof(struct hole));
	put_hole(head->class, head);
}

void *
pool_realloc(void *p, size_t size)
{
	if (p == NULL)
		return pool_alloc(size);
	struct head *head = (struct head *)((char *)p - HEAD_BYTES);
	void *q = pool_alloc(size);

	if (q == NULL)
		return NULL;
	memcpy(q, p, size < head->size ? size : head->size);
	pool_free(p);
	return q;
}

uint64_t
pool_grown(void)
{
	return pool.grown;
}

uint64_t
pool_in_use(void)
{
	return pool.in_use;
}

void
pool_done(void)
{
	while (pool.slabs != NULL) {
		struct slab *next = pool.slabs->next;
		free(pool.slabs);
		pool.slabs = next;
	}
	memset(pool.holes, 0, sizeof pool.holes);
}
