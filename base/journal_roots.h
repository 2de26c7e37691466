#ifndef BASE_JOURNAL_ROOTS_H
#define BASE_JOURNAL_ROOTS_H

#include "base/journal.h"

/*
 * Roots: the hash of a segment's newest block, which covers every block before it, of
 * that segment and of all segments before. Whoever was given a root once can tell later
 * whether the journal still holds what it held then.
 *
 * Segments and roots are text too, a line each, ascending: "AGENT SEGMENT BLOCKS ROOT\n";
 * the SHA-256 of that text is the data root of whatever rests on these segments.
 */
struct journal_root {
	uint32_t segment, blocks;  /* so many blocks of it are covered */
	int64_t begun_ns;          /* UTC: when writing it began */
	int64_t first_ns, last_ns; /* UTC of its earliest and latest row */
	bool dated; /* its clock was synchronised: first and last are to be trusted */
	char root[65];
};

struct journal_roots {
	char agent[37];
	struct journal_root *v;
	size_t n;
};

/*
 * journal_roots(out, dir, until_ns, err, room):
 * Of every segment of the journal that has a block, by what the headers of blocks say;
 * journal_verify checks that they speak the truth. Blocks from the first on whose rows
 * all lie at or after ${until_ns} are left out, so that what came later changes nothing.
 * Free with journal_roots_done.
 *
 * Result  0, or -errno with one line in err: -ENOENT no journal, -EBADMSG damage.
 */
int journal_roots(
    struct journal_roots *out, const char *dir, int64_t until_ns, char *err, size_t room);
void journal_roots_done(struct journal_roots *r);

/* Leave out segments all of whose rows lie before ${from_ns}; those whose clock was not
 * synchronised stay. */
void journal_roots_keep(struct journal_roots *r, int64_t from_ns);

/* The root of ${segment} after its first ${blocks} blocks: what it was when there were no
 * more. 0; -ENOENT there is no such segment; -ENODATA it has fewer; -EBADMSG. */
int journal_root_then(const char *dir, uint32_t segment, uint32_t blocks, char out[65]);

/* The text, and its SHA-256. The caller frees the text. */
char *journal_roots_text(const struct journal_roots *r, size_t *n);
void journal_roots_hash(const struct journal_roots *r, char out[65]);

#endif
