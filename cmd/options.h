#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "config/settings.h"

#include <jansson.h>

#include <stdbool.h>

struct record;

#define EXIT_USAGE 2
#define LINKS_MAX  64

/* The options of every command, as given. Words are borrowed from argv. */
struct options {
	const char *config, *data;
	const char *links[LINKS_MAX];
	size_t n_links;
	const char *from, *to, *profile, *output, *png, *xlsx, *tables;
	const char *centre, *timezone, *max_gap, *reason;
	const char *at, *said, *reference, *kind, *announced;
	const char *regime_file;
	const char *paper, *language, *letter;
	const char *name, *sign, *certificate, *journal, *redact, *day;
	const char *from_link, *to_link, *cut_over, *growth;
	bool json, csv, rebuild, strict, test, schedule;
	char **args; /* what follows the command */
	int n_args;
	char data_dir[1024];       /* where the data is: --data, or the configuration's */
	struct settings *settings; /* NULL where there is no configuration */
	/* To judge again what was judged before: as of then (0: now), by these records of
	 * people (NULL: those of the data). */
	int64_t as_of_ns;
	const struct record *records;
	size_t n_records;
	json_t **again; /* put the results there, and draw nothing; NULL: as usual */
};

/* One sentence on stderr, "linkwitness: …"; returns ${status}. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

int cmd_check_config(struct options *o);
int cmd_status(struct options *o);
int cmd_outages(struct options *o);
int cmd_sla(struct options *o);
int cmd_report(struct options *o);
int cmd_journal(struct options *o);
int cmd_import(struct options *o);
int cmd_archive(struct options *o);
int cmd_watch(struct options *o);
int cmd_notify(struct options *o);
int cmd_ticket(struct options *o);
int cmd_exclude(struct options *o);
int cmd_note(struct options *o);
int cmd_prescreen(struct options *o);
int cmd_keygen(struct options *o);
int cmd_verify(struct options *o);

#endif
