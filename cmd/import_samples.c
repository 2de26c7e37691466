/* import samples: time,probe,kind,role,outcome,rtt_ms[,flags][,target][,network] */
#include "cmd/import_csv.h"
#include "cmd/import_facts.h"

#include <string.h>

enum {
	TIME,
	PROBE,
	KIND,
	ROLE,
	OUTCOME,
	RTT,
	FLAGS,
	TARGET,
	NETWORK,
	N_COLUMNS
};

static const struct csv_column COLUMNS[N_COLUMNS] = {
    [TIME] = {"time", true},
    [PROBE] = {"probe", true},
    [KIND] = {"kind", true},
    [ROLE] = {"role", true},
    [OUTCOME] = {"outcome", true},
    [RTT] = {"rtt_ms", true},
    [FLAGS] = {"flags", false},
    [TARGET] = {"target", false},
    [NETWORK] = {"network", false},
};

/* Printable, and short enough to be kept. */
static bool
is_text(const char *text, size_t room)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return strlen(text) < room;
}

static bool
take_probe(struct import *im, char *const *field, struct probe_def *d)
{
	const char *target = field[TARGET] != NULL ? field[TARGET] : "";
	const char *network = field[NETWORK] != NULL ? field[NETWORK] : "";

	if (!facts_is_name(field[PROBE]))
		import_bad(
		    im, "probe: %.40s: a name is a-z 0-9 -, at most 32", field[PROBE]);
	else if (!kind_parse(field[KIND], &d->kind))
		import_bad(im, "kind: %.40s: not ping, tcp, dns or http", field[KIND]);
	else if (!role_parse(field[ROLE], &d->role))
		import_bad(im,
		    "role: %.40s: not internet, gateway, isp, reflector or throughput",
		    field[ROLE]);
	else if (!is_text(target, sizeof d->target))
		import_bad(im, "target: too long, or not text");
	else if (!is_text(network, sizeof d->network))
		import_bad(im, "network: too long, or not text");
	else {
		strcpy(d->name, field[PROBE]);
		strcpy(d->target, target);
		strcpy(d->network, network);
		return true;
	}
	return false;
}

static void
take_row(void *ctx, struct import *im, char *const *field)
{
	struct history *h = ctx;
	struct probe_def d = {0};
	enum outcome outcome;
	uint32_t flags = 0;
	int64_t time_ns, rtt_ns = -1;
	const char *why;

	if (!import_time_instant(&im->zone, field[TIME], &time_ns, &why)) {
		import_bad(im, "%s", why);
		return;
	}
	if (!take_probe(im, field, &d))
		return;
	if (!outcome_parse(field[OUTCOME], &outcome)) {
		import_bad(im,
		    "outcome: %.40s: not reply, lost, refused, not-sent or unsettled",
		    field[OUTCOME]);
		return;
	}
	if (field[RTT][0] != '\0' && !facts_ms(field[RTT], &rtt_ns)) {
		import_bad(
		    im, "rtt_ms: %.40s: not milliseconds from 0 to a day", field[RTT]);
		return;
	}
	if (outcome == OUTCOME_REPLY ? rtt_ns < 0
	                             : rtt_ns >= 0 && outcome != OUTCOME_REFUSED) {
		import_bad(im, "rtt_ms: %s",
		    rtt_ns < 0 ? "a reply has one" : "only an answer has one");
		return;
	}
	if (field[FLAGS] != NULL && !flags_parse(field[FLAGS], &flags)) {
		import_bad(im, "flags: %.60s: not words joined by ;", field[FLAGS]);
		return;
	}
	int probe = history_probe(h, &d, &why);
	if (probe < 0) {
		import_bad(im, "%s: probe %s had another one before", why, d.name);
		return;
	}
	history_add(h, (uint32_t)probe, time_ns, rtt_ns, outcome, flags);
	im->good++;
}

static int
read_file(void *ctx, struct import *im, FILE *f)
{
	return csv_read(im, f, COLUMNS, N_COLUMNS, take_row, ctx);
}

const struct import_format IMPORT_SAMPLES = FACTS_FORMAT("samples", read_file);
