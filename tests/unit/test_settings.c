#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/settings.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[2][1024];

/* "# expect: LINE: words" in the first line. */
static void
expectation(const char *path, char *out, size_t room)
{
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	assert_non_null(fgets(out, (int)room, f));
	fclose(f);
	out[strcspn(out, "\n")] = '\0';
}

static void
one_mistake(const char *path)
{
	struct settings *s = NULL;
	char first[300], err[600] = "", prefix[1200];
	unsigned line;
	int at = 0;

	expectation(path, first, sizeof first);
	if (sscanf(first, "# expect: %u: %n", &line, &at) != 1 || at == 0)
		fail_msg("%s: its first line expects nothing", path);
	if (settings_load(&s, path, err, sizeof err) != -22)
		fail_msg("%s: was taken", path);
	assert_null(s);
	snprintf(prefix, sizeof prefix, "%s:%u: ", path, line);
	if (strncmp(err, prefix, strlen(prefix)) != 0)
		fail_msg("expected %s…, got %s", prefix, err);
	if (strstr(err, first + at) == NULL)
		fail_msg("expected …%s…, got %s", first + at, err);
	assert_null(strchr(err, '\n'));
}

static unsigned
each(const char *dir, void (*look)(const char *path))
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;
	char path[2048];

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".conf") == NULL)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		look(path);
		n++;
	}
	closedir(d);
	return n;
}

static void
every_mistake_is_named_with_its_line(void **state)
{
	(void)state;
	assert_true(each(folder[0], one_mistake) >= 60);
}

static void
one_good(const char *path)
{
	struct settings *s;
	char err[600];

	if (settings_load(&s, path, err, sizeof err) != 0)
		fail_msg("%s", err);
	assert_int_equal(strlen(s->sha256), 64);
	settings_free(s);
}

static void
good_ones_are_taken(void **state)
{
	(void)state;
	assert_true(each(folder[1], one_good) >= 4);
	char example[2048];
	snprintf(example, sizeof example, "%s/../../../config/linkwitness.conf.example",
	    folder[1]);
	one_good(example);
}

static struct settings *
load(const char *name)
{
	struct settings *s;
	char path[2048], err[600];

	snprintf(path, sizeof path, "%s/%s", folder[1], name);
	if (settings_load(&s, path, err, sizeof err) != 0)
		fail_msg("%s", err);
	return s;
}

static void
what_was_said_is_what_is_understood(void **state)
{
	struct settings *s = load("everything.conf");

	(void)state;
	assert_true(s->clock_trusted);
	assert_int_equal(s->clock_bound_ns, 50 * NS_PER_MS);
	assert_int_equal(s->retain_bytes, 20ull << 30);
	assert_int_equal(s->n_links, 2);
	const struct link_conf *l = &s->links[0];
	assert_int_equal(l->mark, 7);
	assert_int_equal(l->def.capacity_down_bps, 1000000000);
	assert_string_equal(l->def.medium, "ppp");
	assert_string_equal(l->probes[1].def.name, "own");
	assert_int_equal(l->probes[1].def.every_ns, 20 * NS_PER_MS);
	assert_int_equal(l->probes[1].def.role, ROLE_REFLECTOR);
	assert_string_equal(l->probes[2].def.target, "[2001:db8::53]:5353");
	assert_string_equal(l->probes[2].def.network, "2001:db8::/48");
	assert_true(l->probes[3].upload);
	assert_int_equal(s->contracts[0].claim_window_ns, 90 * 86400 * NS_PER_S);
	assert_int_equal(s->n_notify, 3);
	assert_ptr_equal(settings_contract(s, &l->def), &s->contracts[0]);
	settings_free(s);
}

static void
a_link_without_targets_gets_five_networks(void **state)
{
	struct settings *s = load("least.conf");
	char networks[16][64];
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < s->links[0].n_probes; i++) {
		const struct probe_conf *p = &s->links[0].probes[i];
		unsigned k = 0;
		assert_true(p->builtin);
		while (k < n && strcmp(networks[k], p->def.network) != 0)
			k++;
		if (k == n)
			strcpy(networks[n++], p->def.network);
	}
	assert_int_equal(n, 5);
	settings_free(s);
}

static void
refused(const char *path, const char *words)
{
	struct settings *s;
	char err[600] = "";

	assert_true(settings_load(&s, path, err, sizeof err) < 0);
	if (strncmp(err, path, strlen(path)) != 0 || strstr(err, words) == NULL)
		fail_msg("expected %s: …%s…, got %s", path, words, err);
}

static void
what_is_no_text_file_is_refused(void **state)
{
	char dir[] = "/tmp/lw-settings-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	refused(dir, "not a regular file");
	snprintf(path, sizeof path, "%s/none", dir);
	refused(path, "No such file");
	snprintf(path, sizeof path, "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "not a regular file");
	unlink(path);
	snprintf(path, sizeof path, "%s/nul", dir);
	FILE *f = fopen(path, "we");
	assert_int_equal(fwrite("clock = kernel\nuser = \"a\0b\"\n", 1, 28, f), 28);
	fclose(f);
	refused(path, ":2: a NUL byte");
	f = fopen(path, "we");
	for (int i = 0; i < 70000; i++)
		fputs("# a comment line\n", f);
	fclose(f);
	refused(path, "larger than 1 MiB");
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_mistake_is_named_with_its_line),
	    cmocka_unit_test(good_ones_are_taken),
	    cmocka_unit_test(what_was_said_is_what_is_understood),
	    cmocka_unit_test(a_link_without_targets_gets_five_networks),
	    cmocka_unit_test(what_is_no_text_file_is_refused),
	};
	const char *top = getenv("LW_TOP");

	snprintf(folder[0], sizeof folder[0], "%s/tests/data/bad-conf", top ? top : ".");
	snprintf(folder[1], sizeof folder[1], "%s/tests/data/good-conf", top ? top : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
