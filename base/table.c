#include "base/table.h"

#include "base/bytes.h"

#include <string.h>

size_t
table_slot(const struct table *t, uint64_t hash)
{
	return (hash ^ hash >> 32) & (t->room - 1);
}

void
table_put(struct table *t, uint64_t hash, uint32_t index)
{
	size_t at = table_slot(t, hash);

	while (t->slots[at] != 0)
		at = (at + 1) & (t->room - 1);
	t->slots[at] = index + 1;
}

bool
table_grow(struct table *t, size_t n)
{
	if (n * 2 < t->room)
		return false;
	t->room = t->room > 0 ? t->room * 2 : 64;
	t->slots = memory_grow(t->slots, t->room, sizeof *t->slots);
	memset(t->slots, 0, t->room * sizeof *t->slots);
	return true;
}
