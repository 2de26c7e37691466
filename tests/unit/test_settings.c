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
	assert_string_equal(s->rrdcached, "/run/rrdcached.sock");
	assert_int_equal(s->n_links, 2);
	const struct link_conf *l = &s->links[0];
	assert_int_equal(l->mark, 7);
	assert_int_equal(l->def.capacity_down_bps, 1000000000);
	assert_string_equal(l->def.medium, "ppp");
	assert_int_equal(l->capture, CAPTURE_PROBES);
	assert_int_equal(s->links[1].capture, CAPTURE_ALL);
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

/* ---- addresses of one interface ---- */

static const char *
target_of(const struct link_conf *l, const char *name)
{
	for (size_t i = 0; i < l->n_probes; i++)
		if (strcmp(l->probes[i].def.name, name) == 0)
			return l->probes[i].def.target;
	return "";
}

/* fe80::1 is another host on each interface: the link's is meant, and told. */
static void
a_link_local_address_is_of_the_links_interface(void **state)
{
	static const char TEXT[] =
	    "centre a { link b { interface = eth0 gateway = \"FE80:0::1\"\n"
	    "ping one { address = \"2001:db8::1\" }\n"
	    "tcp two { address = \"fe80::2%eth0\" port = 80 }\n"
	    "dns three { server = \"fe80::3\" name = \"a.test\" } }\n"
	    "link c { interface = eth1 gateway = \"2001:DB8::9\" } }";
	struct settings *s;
	uint8_t address[16], want[16] = {0xfe, 0x80, [15] = 2};
	char err[600];

	(void)state;
	if (settings_parse(&s, "conf", TEXT, strlen(TEXT), err, sizeof err) < 0)
		fail_msg("%s", err);
	const struct link_conf *l = &s->links[0];
	assert_string_equal(l->gateway, "fe80::1%eth0");
	assert_string_equal(target_of(l, "gateway"), "fe80::1%eth0");
	assert_string_equal(target_of(l, "two"), "[fe80::2%eth0]:80");
	assert_string_equal(target_of(l, "three"), "fe80::3%eth0");
	assert_int_equal(settings_address(&l->probes[1], address), 6);
	assert_memory_equal(address, want, 16);
	assert_string_equal(l->probes[1].def.network, "fe80::/48");
	assert_string_equal(target_of(&s->links[1], "gateway"), "2001:db8::9");
	settings_free(s);
}

/* ---- lists of targets ---- */

static int
with_list(const char *list, struct settings **out, char *err, size_t room)
{
	char path[] = "/tmp/lw-list-XXXXXX", text[400];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, list, strlen(list)), strlen(list));
	close(fd);
	snprintf(text, sizeof text,
	    "centre a { link b { interface = eth0\n ping taken { address = 192.0.2.9 }\n"
	    "targets x { file = \"%s\" every = 200ms timeout = 1s } } }",
	    path);
	int rc = settings_parse(out, "conf", text, strlen(text), err, room);
	unlink(path);
	if (rc < 0 && strncmp(err, path, strlen(path)) == 0)
		memmove(err, err + strlen(path), strlen(err + strlen(path)) + 1);
	return rc;
}

static void
a_list_makes_a_probe_of_each_line(void **state)
{
	struct settings *s, *other;
	struct probe_conf p;
	char err[600];

	(void)state;
	assert_int_equal(with_list("# all\r\n\n 192.0.2.1 first # one\r\n192.0.2.2\n"
	                           "2001:DB8:0::1\tsix",
	                     &s, err, sizeof err),
	    0);
	const struct link_conf *l = &s->links[0];
	assert_int_equal(l->n_lists, 1);
	assert_int_equal(l->lists[0].n, 3);
	settings_target(l, &l->lists[0], 0, &p);
	assert_string_equal(p.def.name, "first");
	assert_string_equal(p.def.target, "192.0.2.1");
	assert_int_equal(p.def.kind, KIND_PING);
	assert_int_equal(p.def.role, ROLE_REFLECTOR);
	assert_int_equal(p.def.every_ns, 200 * NS_PER_MS);
	assert_int_equal(p.def.timeout_ns, NS_PER_S);
	settings_target(l, &l->lists[0], 1, &p);
	assert_string_equal(p.def.name, "192-0-2-2");
	settings_target(l, &l->lists[0], 2, &p);
	assert_string_equal(p.def.name, "six");
	assert_string_equal(p.def.target, "2001:db8::1");
	assert_int_equal(p.def.family, 6);
	assert_int_equal(strlen(s->sha256), 64);
	settings_free(s);
	assert_int_equal(with_list("192.0.2.1\n", &s, err, sizeof err), 0);
	assert_int_equal(with_list("192.0.2.2\n", &other, err, sizeof err), 0);
	assert_string_not_equal(s->sha256, other->sha256);
	settings_free(s);
	settings_free(other);
}

static void
a_mistake_in_a_list_is_named_with_its_line(void **state)
{
	static const struct {
		const char *list, *error;
	} CASES[] = {{"192.0.2.1\nnothing\n", ":2: \"nothing\" is no address"},
	    {"192.0.2.1 A\n", ":1: name \"A\": a name is"},
	    {"192.0.2.1 a b\n", ":1: more than an address and a name"},
	    {"192.0.2.1\n\n192.0.2.1\n", ":3: the name 192-0-2-1 is taken by line 1"},
	    {"192.0.2.1 taken\n", ":1: the name taken is taken by line 2 of conf"},
	    {"2001:db8:1111:2222:3333:4444:5555:6666\n", ":1: 2001:db8:1111"},
	    {"\xff\xfe\n", ":1: "}, {"# nobody\n", "has no target"}};
	struct settings *s;
	char err[600];

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		err[0] = '\0';
		assert_int_equal(with_list(CASES[i].list, &s, err, sizeof err), -22);
		if (strstr(err, CASES[i].error) == NULL)
			fail_msg("expected …%s…, got %s", CASES[i].error, err);
		assert_null(strchr(err, '\n'));
	}
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
	    cmocka_unit_test(a_link_local_address_is_of_the_links_interface),
	    cmocka_unit_test(a_list_makes_a_probe_of_each_line),
	    cmocka_unit_test(a_mistake_in_a_list_is_named_with_its_line),
	};
	const char *top = getenv("LW_TOP");

	snprintf(folder[0], sizeof folder[0], "%s/tests/data/bad-conf", top ? top : ".");
	snprintf(folder[1], sizeof folder[1], "%s/tests/data/good-conf", top ? top : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
