/*
 * A fuzz target without libFuzzer: replay files, or change them at random for a while.
 *
 *     fuzz_X [-t SECONDS] [-s SEED] [FILE|FOLDER…]
 *
 * Every file is run as it is; with -t inputs made of them follow until the time is over.
 * Without files: the corpus of this target, LW_TOP/tests/fuzz/corpus/X; exit 77 where
 * there is none. The input under way is kept in crash-PID in the working folder until it
 * has passed. What is found ends the program there and then.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MOST 65536
#define FILES_MOST 4096

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct input {
	uint8_t *p;
	size_t n;
};

static struct input corpus[FILES_MOST];
static size_t n_corpus;
static uint64_t state;
static char crash_path[64];
static int crash = -1;

static uint64_t
roll(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static void
load(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct input in = {.p = malloc(INPUT_MOST)};

	if (f == NULL || in.p == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	in.n = fread(in.p, 1, INPUT_MOST, f);
	fclose(f);
	if (n_corpus < FILES_MOST)
		corpus[n_corpus++] = in;
	else
		free(in.p);
}

static void
load_all(const char *path)
{
	char name[4096];
	struct stat st;
	struct dirent *entry;
	DIR *dir;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		load(path);
		return;
	}
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
			load(name);
	}
	if (dir != NULL)
		closedir(dir);
}

/* From memory of its exact size, so that a byte too far is seen. */
static void
run(const uint8_t *p, size_t n)
{
	uint8_t *exact = malloc(n > 0 ? n : 1);

	if (exact == NULL)
		exit(2);
	memcpy(exact, p, n);
	if (ftruncate(crash, 0) < 0 || pwrite(crash, p, n, 0) != (ssize_t)n)
		exit(2);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
}

static void
change(uint8_t *p, size_t *n)
{
	static const uint8_t loved[] = {0, 1, 0x7f, 0x80, 0xc0, 0xff};
	size_t at = *n > 0 ? (size_t)roll(*n) : 0, len;
	const struct input *other = &corpus[roll(n_corpus)];

	switch (roll(7)) {
	case 0: /* a bit */
		if (*n > 0)
			p[at] ^= (uint8_t)(1u << roll(8));
		break;
	case 1: /* a byte that often matters */
		if (*n > 0)
			p[at] = loved[roll(sizeof loved)];
		break;
	case 2: /* cut */
		*n = at;
		break;
	case 3: /* drop a part */
		len = *n > at ? (size_t)roll(*n - at) : 0;
		memmove(p + at, p + at + len, *n - at - len);
		*n -= len;
		break;
	case 4: /* double a part */
		len = *n > at ? (size_t)roll(*n - at) : 0;
		if (*n + len <= INPUT_MOST) {
			memmove(p + at + len, p + at, *n - at);
			*n += len;
		}
		break;
	case 5: /* the rest from another */
		len = other->n > at ? other->n - at : 0;
		if (len > 0) {
			memcpy(p + at, other->p + at, len);
			*n = other->n;
		}
		break;
	default: /* a random byte */
		if (*n > 0)
			p[at] = (uint8_t)roll(256);
	}
}

/* The folder of seeds that bears the target's name. */
static void
load_own(const char *program)
{
	const char *top = getenv("LW_TOP"), *name = strstr(program, "fuzz_");
	char path[4096];

	for (const char *p = name; p != NULL; p = strstr(p + 1, "fuzz_"))
		name = p;
	if (top == NULL || name == NULL)
		return;
	snprintf(
	    path, sizeof path, "%s/tests/fuzz/corpus/%s", top, name + strlen("fuzz_"));
	load_all(path);
}

static void
keep_open(void)
{
	snprintf(crash_path, sizeof crash_path, "crash-%d", (int)getpid());
	crash = open(crash_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (crash < 0) {
		perror(crash_path);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	static uint8_t p[INPUT_MOST];
	uint64_t runs = 0, seed = 1;
	long seconds = 0;
	int c;

	while ((c = getopt(argc, argv, "t:s:")) != -1) {
		if (c == 't')
			seconds = strtol(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	state = seed * 0x9e3779b97f4a7c15u + 1;
	for (int i = optind; i < argc; i++)
		load_all(argv[i]);
	if (optind == argc)
		load_own(argv[0]);
	if (n_corpus == 0) {
		fprintf(stderr, "no inputs: give files, or LW_TOP\n");
		return 77;
	}
	keep_open();
	for (size_t i = 0; i < n_corpus; i++, runs++)
		run(corpus[i].p, corpus[i].n);
	for (time_t end = time(NULL) + seconds; time(NULL) < end; runs++) {
		const struct input *from = &corpus[roll(n_corpus)];
		size_t n = from->n;
		memcpy(p, from->p, n);
		for (uint64_t k = roll(6) + 1; k > 0; k--)
			change(p, &n);
		run(p, n);
	}
	unlink(crash_path);
	for (size_t i = 0; i < n_corpus; i++)
		free(corpus[i].p);
	printf("%zu files, %ju runs, seed %ju: nothing found\n", n_corpus,
	    (uintmax_t)runs, (uintmax_t)seed);
	return 0;
}
