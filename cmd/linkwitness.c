#include "cmd/options.h"

#include "base/version.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_DEFAULT "/etc/linkwitness/linkwitness.conf"

static const struct command {
	const char *name, *help;
	int (*run)(struct options *o);
	bool needs_config;
	const char *takes; /* which options beside --config and --data */
} COMMANDS[] = {
    {"check-config", "what was understood: probes, rates, bytes a day", cmd_check_config,
        true, ""},
    {"status", "links now, last outage, last samples, coverage today [--json]",
        cmd_status, false, "link json"},
    {"outages", "outages, degradations and unknown time [--json | --csv]", cmd_outages,
        false, "link from to json csv"},
    {"sla", "the verdict under each link's contract [--profile P] [--json]", cmd_sla,
        false, "link from to profile json"},
    {"prescreen", "a regulator's rule, indicative: REGIME | all | de-tkg57 --schedule",
        cmd_prescreen, false, "link from to json schedule regime-file"},
    {"report",
        "dossier|sla|compare|migration -o FILE.pdf [--png DIR] [--csv DIR] [--xlsx FILE]",
        cmd_report, false,
        "link from to profile output png csv xlsx json paper language letter sign redact from-link to-link cut-over growth"},
    {"ticket",
        "open|update|ack|detected|pause|resume|close|link REFERENCE … [--at T] | list",
        cmd_ticket, false, "link reference at said json"},
    {"exclude", "add --link L --from T --to T --reason R | remove ID | list", cmd_exclude,
        false, "link from to reason kind announced json"},
    {"note", "add --link L TEXT [--at T] | list", cmd_note, false, "link at said json"},
    {"keygen", "DIR --name NAME: a key to sign dossiers with", cmd_keygen, false, "name"},
    {"verify", "DOSSIER.pdf | MANIFEST [--certificate C] [--journal DIR]", cmd_verify,
        false, "certificate journal"},
    {"journal",
        "dump [--csv | --json] | stats [--json] | roots [--day D] [--json] | verify [ROOTS]",
        cmd_journal, false, "json csv day"},
    {"import", "FORMAT --centre C --link L FILE…: a history made elsewhere", cmd_import,
        false, "link centre timezone max-gap strict"},
    {"archive", "bring the RRDs up to the journal [--rebuild]", cmd_archive, false,
        "rebuild"},
    {"watch", "follow the journal: RRDs, live events", cmd_watch, false, ""},
    {"notify", "--test: a test notice to everybody who is told", cmd_notify, true,
        "test"},
};
#define N_COMMANDS (sizeof COMMANDS / sizeof COMMANDS[0])

enum {
	OPT_DATA = 256,
	OPT_LINK,
	OPT_FROM,
	OPT_TO,
	OPT_PROFILE,
	OPT_PNG,
	OPT_XLSX,
	OPT_CENTRE,
	OPT_TIMEZONE,
	OPT_MAX_GAP,
	OPT_REASON,
	OPT_AT,
	OPT_SAID,
	OPT_REFERENCE,
	OPT_KIND,
	OPT_ANNOUNCED,
	OPT_REGIME_FILE,
	OPT_PAPER,
	OPT_LANGUAGE,
	OPT_LETTER,
	OPT_NAME,
	OPT_SIGN,
	OPT_CERTIFICATE,
	OPT_JOURNAL,
	OPT_REDACT,
	OPT_DAY,
	OPT_FROM_LINK,
	OPT_TO_LINK,
	OPT_CUT_OVER,
	OPT_GROWTH,
	OPT_JSON,
	OPT_CSV,
	OPT_REBUILD,
	OPT_STRICT,
	OPT_TEST,
	OPT_SCHEDULE,
	OPT_HELP,
	OPT_VERSION
};

static const struct option OPTIONS[] = {
    {"config", required_argument, NULL, 'c'},
    {"data", required_argument, NULL, OPT_DATA},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
#define N_GENERAL 4 /* those above are every command's */
    {"link", required_argument, NULL, OPT_LINK},
    {"from", required_argument, NULL, OPT_FROM},
    {"to", required_argument, NULL, OPT_TO},
    {"profile", required_argument, NULL, OPT_PROFILE},
    {"output", required_argument, NULL, 'o'},
    {"png", required_argument, NULL, OPT_PNG},
    {"xlsx", required_argument, NULL, OPT_XLSX},
    {"centre", required_argument, NULL, OPT_CENTRE},
    {"timezone", required_argument, NULL, OPT_TIMEZONE},
    {"max-gap", required_argument, NULL, OPT_MAX_GAP},
    {"reason", required_argument, NULL, OPT_REASON},
    {"at", required_argument, NULL, OPT_AT},
    {"said", required_argument, NULL, OPT_SAID},
    {"reference", required_argument, NULL, OPT_REFERENCE},
    {"kind", required_argument, NULL, OPT_KIND},
    {"announced", required_argument, NULL, OPT_ANNOUNCED},
    {"regime-file", required_argument, NULL, OPT_REGIME_FILE},
    {"paper", required_argument, NULL, OPT_PAPER},
    {"language", required_argument, NULL, OPT_LANGUAGE},
    {"letter", required_argument, NULL, OPT_LETTER},
    {"name", required_argument, NULL, OPT_NAME},
    {"sign", required_argument, NULL, OPT_SIGN},
    {"certificate", required_argument, NULL, OPT_CERTIFICATE},
    {"journal", required_argument, NULL, OPT_JOURNAL},
    {"redact", required_argument, NULL, OPT_REDACT},
    {"day", required_argument, NULL, OPT_DAY},
    {"from-link", required_argument, NULL, OPT_FROM_LINK},
    {"to-link", required_argument, NULL, OPT_TO_LINK},
    {"cut-over", required_argument, NULL, OPT_CUT_OVER},
    {"growth", required_argument, NULL, OPT_GROWTH},
    {"json", no_argument, NULL, OPT_JSON},
    {"csv", no_argument, NULL, OPT_CSV},
    {"rebuild", no_argument, NULL, OPT_REBUILD},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"test", no_argument, NULL, OPT_TEST},
    {"schedule", no_argument, NULL, OPT_SCHEDULE},
    {NULL, 0, NULL, 0},
};
#define N_OPTIONS (sizeof OPTIONS / sizeof OPTIONS[0] - 1)

int
complain(int status, const char *format, ...)
{
	va_list ap;

	fputs("linkwitness: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

static int
usage(FILE *out, int status)
{
	fputs("usage: linkwitness [-c FILE | --data DIR] COMMAND [OPTION…]\n\n", out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-13s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	fputs(
	    "\nLinks are CENTRE/LINK, or LINK where it is unique; times 2026-10-03T14:00, "
	    "a day, a month\n(2026-10), -7d or now. linkwitness(1) tells the rest.\n",
	    out);
	return status;
}

/* A file opened later must not become standard output, where results go; and what was
 * closed stays of no use: results that nobody can get are a failure. */
static bool
hold_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
		if (fd < 0)
			return false;
	} while (fd <= STDERR_FILENO);
	close(fd);
	return true;
}

/* Everything that takes a value, and where it goes; NULL for one too many. */
static const char **
place_of(struct options *o, int c)
{
	const struct {
		int c;
		const char **place;
	} PLACES[] = {{'c', &o->config}, {'o', &o->output}, {OPT_DATA, &o->data},
	    {OPT_FROM, &o->from}, {OPT_TO, &o->to}, {OPT_PROFILE, &o->profile},
	    {OPT_PNG, &o->png}, {OPT_CSV, &o->tables}, {OPT_XLSX, &o->xlsx},
	    {OPT_CENTRE, &o->centre}, {OPT_TIMEZONE, &o->timezone},
	    {OPT_REASON, &o->reason}, {OPT_AT, &o->at}, {OPT_SAID, &o->said},
	    {OPT_REFERENCE, &o->reference}, {OPT_KIND, &o->kind},
	    {OPT_ANNOUNCED, &o->announced}, {OPT_REGIME_FILE, &o->regime_file},
	    {OPT_PAPER, &o->paper}, {OPT_LANGUAGE, &o->language},
	    {OPT_LETTER, &o->letter}, {OPT_NAME, &o->name}, {OPT_SIGN, &o->sign},
	    {OPT_CERTIFICATE, &o->certificate}, {OPT_JOURNAL, &o->journal},
	    {OPT_REDACT, &o->redact}, {OPT_DAY, &o->day}, {OPT_FROM_LINK, &o->from_link},
	    {OPT_TO_LINK, &o->to_link}, {OPT_CUT_OVER, &o->cut_over},
	    {OPT_GROWTH, &o->growth}};

	if (c == OPT_LINK)
		return o->n_links < LINKS_MAX ? &o->links[o->n_links++] : NULL;
	for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
		if (PLACES[i].c == c)
			return PLACES[i].place;
	return &o->max_gap;
}

static bool *
switch_of(struct options *o, int c)
{
	switch (c) {
	case OPT_JSON:
		return &o->json;
	case OPT_CSV:
		return &o->csv;
	case OPT_REBUILD:
		return &o->rebuild;
	case OPT_STRICT:
		return &o->strict;
	case OPT_SCHEDULE:
		return &o->schedule;
	default:
		return &o->test;
	}
}

static int
take_option(struct options *o, const struct option *option)
{
	if (optarg == NULL) {
		*switch_of(o, option->val) = true;
		return 0;
	}
	if (optarg[0] == '\0')
		return complain(EXIT_USAGE, "--%s: it is empty", option->name);
	const char **place = place_of(o, option->val);
	if (place == NULL)
		return complain(EXIT_USAGE, "--link: at most %d of them", LINKS_MAX);
	*place = optarg;
	return 0;
}

/* Is ${word} one of the words of ${list}? */
static bool
is_in(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

/* An option that does nothing would let its user believe that it did. */
static int
refuse_others(const struct command *command, const bool given[N_OPTIONS])
{
	for (size_t i = N_GENERAL; i < N_OPTIONS; i++)
		if (given[i] && !is_in(command->takes, OPTIONS[i].name))
			return complain(EXIT_USAGE, "%s: --%s is none of its options%s%s",
			    command->name, OPTIONS[i].name,
			    command->takes[0] != '\0' ? "; they are: " : "",
			    command->takes);
	return 0;
}

/* Whoever checks a dossier has neither configuration nor data. */
static bool
stands_alone(const struct command *command)
{
	return command->run == cmd_keygen || command->run == cmd_verify;
}

/* Find the data: --data alone is enough; else the configuration says. */
static int
locate(struct options *o, const struct command *command)
{
	const char *path = o->config != NULL ? o->config : CONFIG_DEFAULT;
	const char *dir = o->data;
	char err[1024];

	if (o->config != NULL || o->data == NULL || command->needs_config) {
		int rc = settings_load(&o->settings, path, err, sizeof err);
		if (rc < 0 && rc != -EINVAL)
			return complain(EXIT_USAGE, "%s", err);
		if (rc < 0) {
			fprintf(stderr, "%s\n", err);
			return EXIT_USAGE;
		}
		dir = o->data != NULL ? o->data : o->settings->data_dir;
	}
	if (strlen(dir) >= sizeof o->data_dir)
		return complain(
		    EXIT_USAGE, "--data: longer than %zu bytes", sizeof o->data_dir - 1);
	snprintf(o->data_dir, sizeof o->data_dir, "%s", dir);
	return 0;
}

/* Results that were not written are a failure, unless whoever reads them had enough. */
static int
flush_results(int status)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	int error = errno;
	if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR))
		return status;
	return status != 0
	           ? status
	           : complain(1, "standard output: %s",
	                 error != 0 ? strerror(error) : "it could not be written");
}

/* Tables of a report go into a directory; of other commands to standard output. */
static void
take_tables(struct option options[N_OPTIONS + 1], int argc, char **argv)
{
	int c;

	memcpy(options, OPTIONS, sizeof OPTIONS);
	opterr = 0;
	/* "-": what is no option is told in its place */
	while ((c = getopt_long(argc, argv, "-:c:o:", OPTIONS, NULL)) != -1 && c != 1)
		;
	bool report = c == 1 && strcmp(optarg, "report") == 0;
	for (size_t i = 0; report && i < N_OPTIONS; i++)
		if (options[i].val == OPT_CSV)
			options[i].has_arg = required_argument;
	optind = 0; /* from the beginning */
}

static int
read_options(struct options *o, bool given[N_OPTIONS], int argc, char **argv)
{
	struct option options[N_OPTIONS + 1];
	int c;

	take_tables(options, argc, argv);
	while ((c = getopt_long(argc, argv, ":c:o:", options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return complain(EXIT_USAGE, "%s: %s", argv[optind - 1],
			    c == ':' ? "its value is missing"
			             : "no such option; --help lists the commands");
		size_t i = 0;
		while (OPTIONS[i].val != c)
			i++;
		given[i] = true;
		int status =
		    c == OPT_HELP || c == OPT_VERSION ? 0 : take_option(o, &OPTIONS[i]);
		if (status != 0)
			return status;
	}
	return 0;
}

static int
run(struct options *o, int argc, char **argv)
{
	bool given[N_OPTIONS] = {false};
	const struct command *command = NULL;
	int status = read_options(o, given, argc, argv);

	if (status != 0)
		return status;
	for (size_t i = 0; i < N_GENERAL; i++) {
		if (given[i] && OPTIONS[i].val == OPT_HELP)
			return usage(stdout, 0);
		if (given[i] && OPTIONS[i].val == OPT_VERSION)
			return printf("linkwitness %s\n", version_number()) < 0;
	}
	if (optind >= argc)
		return usage(stderr, EXIT_USAGE);
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(argv[optind], COMMANDS[i].name) == 0)
			command = &COMMANDS[i];
	if (command == NULL)
		return complain(
		    EXIT_USAGE, "%s: no such command; --help lists them", argv[optind]);
	o->args = argv + optind + 1;
	o->n_args = argc - optind - 1;
	status = refuse_others(command, given);
	if (status == 0 && !stands_alone(command))
		status = locate(o, command);
	return status == 0 ? command->run(o) : status;
}

int
main(int argc, char **argv)
{
	struct options o = {0};

	if (!hold_descriptors())
		return 1;
	signal(SIGPIPE, SIG_IGN);
	int status = flush_results(run(&o, argc, argv));
	settings_free(o.settings);
	return status;
}
