#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/check_contract.h"
#include "config/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char top[1024];

/* What was printed on standard output. */
static size_t
printed(const struct settings *s, char *out, size_t room)
{
	FILE *f = tmpfile();
	int kept = dup(STDOUT_FILENO);

	assert_non_null(f);
	fflush(stdout);
	assert_true(dup2(fileno(f), STDOUT_FILENO) >= 0);
	for (size_t i = 0; i < s->n_contracts; i++)
		check_contract(&s->contracts[i]);
	fflush(stdout);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0);
	close(kept);
	rewind(f);
	size_t n = fread(out, 1, room - 1, f);
	out[n] = '\0';
	fclose(f);
	return n;
}

/* The first line that differs is told; LW_GOLDEN=write makes the file anew. */
static void
every_clause_is_said_in_words(void **state)
{
	static char is[65536], should[65536];
	struct settings *s;
	char path[2048], err[600];

	(void)state;
	snprintf(path, sizeof path, "%s/tests/data/good-conf/contract.conf", top);
	if (settings_load(&s, path, err, sizeof err) != 0)
		fail_msg("%s", err);
	size_t n = printed(s, is, sizeof is);
	settings_free(s);
	snprintf(path, sizeof path, "%s/tests/golden/check-contract.txt", top);
	const char *mode = getenv("LW_GOLDEN");
	bool anew = mode != NULL && strcmp(mode, "write") == 0;
	FILE *f = fopen(path, anew ? "we" : "re");
	assert_non_null(f);
	if (anew)
		assert_int_equal(fwrite(is, 1, n, f), n);
	else
		should[fread(should, 1, sizeof should - 1, f)] = '\0';
	fclose(f);
	if (anew)
		skip();
	for (char *a = is, *b = should; *a != '\0' || *b != '\0';) {
		size_t m = strcspn(a, "\n"), k = strcspn(b, "\n");
		if (m != k || strncmp(a, b, m) != 0)
			fail_msg("is: %.*s\nnot: %.*s", (int)m, a, (int)k, b);
		a += m + (a[m] != '\0');
		b += k + (b[k] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_clause_is_said_in_words),
	};
	const char *where = getenv("LW_TOP");

	snprintf(top, sizeof top, "%s", where != NULL ? where : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
