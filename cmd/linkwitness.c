#include "cmd/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_DEFAULT "/etc/linkwitness/linkwitness.conf"

static const struct command {
	const char *name, *help;
	int (*run)(struct options *o);
	bool needs_config;
} COMMANDS[] = {
    {"check-config", "what was understood: probes, rates, bytes a day", cmd_check_config, true},
    {"status", "links now", cmd_status, false},
    {"outages", "outages, degradations and unknown time", cmd_outages, false},
    {"sla", "the verdict under each link's contract", cmd_sla, false},
    {"report", "dossier -o FILE.pdf [--png DIR]", cmd_report, false},
    {"journal", "dump [--csv] | stats [--json] | verify", cmd_journal, false},
    {"import", "samples|states --centre C --link L FILE…", cmd_import, false},
    {"archive", "bring the RRDs up to the journal [--rebuild]", cmd_archive, false},
    {"watch", "follow the journal: RRDs, live events", cmd_watch, false},
    {"notify", "--test: a test notice to everybody who is told", cmd_notify, true},
};
#define N_COMMANDS (sizeof COMMANDS / sizeof COMMANDS[0])

enum { OPT_DATA = 256, OPT_LINK, OPT_FROM, OPT_TO, OPT_PROFILE, OPT_PNG, OPT_XLSX, OPT_CENTRE,
	OPT_TIMEZONE, OPT_MAX_GAP, OPT_JSON, OPT_CSV, OPT_REBUILD, OPT_STRICT, OPT_TEST,
	OPT_REASON, OPT_HELP, OPT_VERSION };

static const struct option OPTIONS[] = {
    {"config", required_argument, NULL, 'c'},
    {"data", required_argument, NULL, OPT_DATA},
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
    {"json", no_argument, NULL, OPT_JSON},
    {"csv", no_argument, NULL, OPT_CSV},
    {"rebuild", no_argument, NULL, OPT_REBUILD},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"test", no_argument, NULL, OPT_TEST},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

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

static void
usage(FILE *out)
{
	fputs("usage: linkwitness [-c FILE | --data DIR] COMMAND [OPTION…]\n\n", out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-13s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	fputs("\nlinkwitness(1) tells the rest.\n", out);
}

static bool
take_option(struct options *o, int c)
{
	switch (c) {
	case 'c':
		o->config = optarg;
		break;
	case 'o':
		o->output = optarg;
		break;
	case OPT_DATA:
		o->data = optarg;
		break;
	case OPT_LINK:
		if (o->n_links == LINKS_MAX)
			return false;
		o->links[o->n_links++] = optarg;
		break;
	case OPT_FROM:
		o->from = optarg;
		break;
	case OPT_TO:
		o->to = optarg;
		break;
	case OPT_PROFILE:
		o->profile = optarg;
		break;
	case OPT_PNG:
		o->png = optarg;
		break;
	case OPT_XLSX:
		o->xlsx = optarg;
		break;
	case OPT_CENTRE:
		o->centre = optarg;
		break;
	case OPT_TIMEZONE:
		o->timezone = optarg;
		break;
	case OPT_MAX_GAP:
		o->max_gap = optarg;
		break;
	case OPT_REASON:
		o->reason = optarg;
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_CSV:
		o->csv = true;
		break;
	case OPT_REBUILD:
		o->rebuild = true;
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case OPT_TEST:
		o->test = true;
		break;
	default:
		return false;
	}
	return true;
}

/* Find the data: --data alone is enough; else the configuration says. */
static int
locate(struct options *o, const struct command *command)
{
	const char *path = o->config != NULL ? o->config : CONFIG_DEFAULT;
	char err[512];

	if (o->config == NULL && o->data != NULL && !command->needs_config) {
		snprintf(o->data_dir, sizeof o->data_dir, "%s", o->data);
		return 0;
	}
	if (settings_load(&o->settings, path, err, sizeof err) < 0) {
		fprintf(stderr, "%s\n", err);
		return EXIT_USAGE;
	}
	snprintf(o->data_dir, sizeof o->data_dir, "%s",
	    o->data != NULL ? o->data : o->settings->data_dir);
	return 0;
}

int
main(int argc, char **argv)
{
	struct options o = {0};
	const struct command *command = NULL;
	int c, status;

	while ((c = getopt_long(argc, argv, "c:o:", OPTIONS, NULL)) != -1) {
		if (c == OPT_HELP || c == OPT_VERSION) {
			if (c == OPT_HELP)
				usage(stdout);
			else
				puts("linkwitness 0.1.0");
			return 0;
		}
		if (!take_option(&o, c))
			return EXIT_USAGE;
	}
	if (optind >= argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(argv[optind], COMMANDS[i].name) == 0)
			command = &COMMANDS[i];
	if (command == NULL)
		return complain(EXIT_USAGE, "%s: no such command; --help lists them", argv[optind]);
	o.args = argv + optind + 1;
	o.n_args = argc - optind - 1;
	status = locate(&o, command);
	if (status == 0)
		status = command->run(&o);
	settings_free(o.settings);
	if (fflush(stdout) != 0 && status == 0)
		status = complain(1, "standard output: cannot be written");
	return status;
}
