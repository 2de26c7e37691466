#include "base/version.h"
#include "cmd/import.h"

#include "cmd/import_facts.h"
#include "cmd/import_stage.h"
#include "cmd/options.h"
#include "config/text.h"
#include "rrd/archive.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static const struct import_format *const FORMATS[] = {&IMPORT_SAMPLES, &IMPORT_STATES,
    &IMPORT_SMOKEPING, &IMPORT_ATLAS, &IMPORT_PING, &IMPORT_FPING, &IMPORT_SPEEDTEST,
    &IMPORT_PINGPLOTTER, &IMPORT_NETMON, &IMPORT_MONITOR};
#define N_FORMATS (sizeof FORMATS / sizeof FORMATS[0])

/* Files of others are shown on terminals: no bytes that would steer one. */
static void
make_plain(char *text)
{
	char why[128];
	bool utf8 = true;

	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	utf8 = text_read(text, strlen(text), why, sizeof why) == 0;
	for (char *c = text; !utf8 && *c != '\0'; c++)
		if ((unsigned char)*c > 0x7f)
			*c = '?';
}

void
import_bad(struct import *im, const char *format, ...)
{
	char text[400];
	va_list ap;

	if (im->bad++ >= IMPORT_SHOWN)
		return;
	va_start(ap, format);
	int n = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	make_plain(text);
	fprintf(stderr, "%s:%lu: %s%s\n", im->file, im->line, text,
	    n >= (int)sizeof text ? "…" : "");
}

static const char *
plural(unsigned long long n)
{
	return n == 1 ? "" : "s";
}

/* ---- the options ---- */

/* What the configuration knows of the link; the names alone where it knows nothing. */
static void
know_link(struct import *im, const struct options *o)
{
	snprintf(im->link.centre, sizeof im->link.centre, "%s", o->centre);
	snprintf(im->link.link, sizeof im->link.link, "%s", o->links[0]);
	for (size_t i = 0; o->settings != NULL && i < o->settings->n_links; i++) {
		const struct link_def *def = &o->settings->links[i].def;
		if (strcmp(def->centre, im->link.centre) == 0 &&
		    strcmp(def->link, im->link.link) == 0)
			im->link = *def;
	}
}

static int
take_options(struct import *im, const struct options *o)
{
	const char *link = o->n_links == 1 ? o->links[0] : NULL;

	if (o->centre == NULL || link == NULL)
		return complain(EXIT_USAGE,
		    "import: say whose history it is: --centre C --link L (one link)");
	if (!facts_is_name(o->centre) || !facts_is_name(link))
		return complain(EXIT_USAGE,
		    "import: --centre and --link are names: a-z 0-9 -, at most 32");
	if (o->max_gap != NULL && !import_time_span(o->max_gap, &im->max_gap_ns))
		return complain(EXIT_USAGE,
		    "import: --max-gap: %s: not a span of time (60s, 5m, 2h)",
		    o->max_gap);
	know_link(im, o);
	const char *zone = o->timezone != NULL ? o->timezone : im->link.timezone;
	if (zone[0] == '\0' && o->timezone == NULL)
		return 0;
	if (import_time_zone(&im->zone, zone) < 0)
		return complain(EXIT_USAGE,
		    "import: --timezone: %s: no such zone (Europe/London, UTC)", zone);
	snprintf(im->link.timezone, sizeof im->link.timezone, "%s", zone);
	return 0;
}

/* ---- reading ---- */

static int
read_one(
    const struct import_format *format, void *ctx, struct import *im, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? stdin : fopen(path, "re");

	im->file = standard ? "standard input" : path;
	if (f == NULL)
		return complain(1, "import: %s: %s", path, strerror(errno));
	int rc = format->read(ctx, im, f);
	if (!standard)
		fclose(f);
	if (rc < 0 && rc != -EINVAL)
		return complain(1, "import: %s: %s", path, strerror(-rc));
	return rc < 0 ? 1 : 0;
}

static int
read_all(const struct import_format *format, void *ctx, struct import *im,
    const struct options *o)
{
	for (int i = 1; i < o->n_args; i++) {
		int status = read_one(format, ctx, im, o->args[i]);
		if (status != 0) {
			complain(status, "import: nothing was imported");
			return status;
		}
	}
	format->settle(ctx, im);
	if (im->nul_bytes > 0)
		complain(0, "import: %llu NUL bytes before rows were passed over",
		    (unsigned long long)im->nul_bytes);
	if (im->zone.twice > 0)
		complain(0,
		    "import: %llu times are in an hour that %s has twice: taken in the order of "
		    "the file, the first of them before the clocks went back",
		    (unsigned long long)im->zone.twice, im->zone.name);
	if (im->bad > IMPORT_SHOWN)
		complain(0, "import: %llu more bad rows are not shown",
		    (unsigned long long)(im->bad - IMPORT_SHOWN));
	if (im->bad > 0 && (o->strict || im->good == 0))
		return complain(1,
		    "import: %llu bad row%s: nothing was imported, nor the %llu good",
		    (unsigned long long)im->bad, plural(im->bad),
		    (unsigned long long)im->good);
	if (im->good == 0)
		return complain(1, "import: no rows: nothing was imported");
	return 0;
}

/* ---- what the journal has already ---- */

struct knowing {
	const struct import_format *format;
	void *ctx;
	struct import *im;
	struct journal_reader *reader;
};

static bool
is_mine(const struct knowing *k, uint32_t link)
{
	size_t n;
	const struct link_def *links = journal_links(k->reader, &n);

	return link < n && strcmp(links[link].centre, k->im->link.centre) == 0 &&
	       strcmp(links[link].link, k->im->link.link) == 0;
}

static int
know_sample(void *ctx, const struct sample *s)
{
	struct knowing *k = ctx;
	size_t n;

	if (k->format->known_sample == NULL ||
	    !is_mine(k, journal_probe_link(k->reader, s->probe)))
		return 0;
	return k->format->known_sample(
	    k->ctx, &journal_probes(k->reader, &n)[s->probe], s);
}

static int
know_event(void *ctx, const struct event *e)
{
	struct knowing *k = ctx;

	if (k->format->known_event == NULL || e->link < 0 ||
	    !is_mine(k, (uint32_t)e->link))
		return 0;
	return k->format->known_event(k->ctx, e);
}

/* A link the journal describes better than --centre and --link do keeps its description.
 */
static void
know_description(const struct knowing *k, const struct options *o)
{
	size_t n;
	const struct link_def *links = journal_links(k->reader, &n);

	for (size_t i = 0; i < n && o->settings == NULL; i++) {
		if (!is_mine(k, (uint32_t)i))
			continue;
		struct link_def def = links[i];
		if (k->im->link.timezone[0] != '\0')
			memcpy(def.timezone, k->im->link.timezone, sizeof def.timezone);
		k->im->link = def;
	}
}

static int
leave_out_known(const struct import_format *format, void *ctx, struct import *im,
    const struct options *o)
{
	struct knowing k = {.format = format, .ctx = ctx, .im = im};
	struct journal_visitor v = {
	    .ctx = &k, .sample = know_sample, .event = know_event};
	char err[512];
	wall_t first, last;
	int status = 0;

	int rc = journal_read(&k.reader, o->data_dir, err, sizeof err);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return complain(1, "import: %s", err);
	know_description(&k, o);
	if (format->span(ctx, &first, &last)) {
		last.ns++;
		if (journal_scan(k.reader, first, last, &v) < 0)
			status =
			    complain(1, "import: %s/journal: %s: nothing was imported",
			        o->data_dir, journal_error(k.reader));
	}
	journal_reader_free(k.reader);
	return status;
}

/* ---- writing ---- */

static int
write_journal(const struct import_format *format, void *ctx, struct import *im,
    const struct options *o)
{
	struct clock_state utc = {.synchronised = true};
	struct journal_writer *w = NULL;
	struct stage *stage;
	char err[1400], software[64];
	int rc;

	rc = stage_open(&stage, o->data_dir, err, sizeof err);
	if (rc < 0)
		return complain(1, "import: %s: nothing was imported", err);
	snprintf(software, sizeof software, "linkwitness %s import", version_number());
	rc = journal_open(&w, stage_dir(stage), software, err, sizeof err);
	if (rc == 0) {
		journal_import(w);
		journal_clock(w, &utc);
		rc = format->write(ctx, im, w);
		int closed = journal_close(w, true);
		if (rc == 0)
			rc = closed;
		if (rc < 0)
			snprintf(err, sizeof err, "%s: %s", o->data_dir, strerror(-rc));
	}
	if (rc == 0)
		rc = stage_commit(stage, err, sizeof err);
	stage_free(stage);
	if (rc < 0)
		return complain(1, "import: %s: nothing was imported", err);
	archive_forget(o->data_dir);
	return 0;
}

static void
report(const struct import *im, size_t written)
{
	printf("%s/%s: %zu %s%s imported", im->link.centre, im->link.link, written,
	    strcmp(im->format, "states") == 0 ? "state" : "sample", plural(written));
	if (im->repeated > 0)
		printf(", %llu row%s stood twice", (unsigned long long)im->repeated,
		    plural(im->repeated));
	unsigned long long known = im->good - im->repeated - written;
	if (known > 0)
		printf(", %llu %s there already", known, known == 1 ? "was" : "were");
	if (im->bad > 0)
		printf(", %llu bad row%s left out", (unsigned long long)im->bad,
		    plural(im->bad));
	putchar('\n');
}

static int
ask_format(void)
{
	char names[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < N_FORMATS && n < sizeof names; i++)
		n += (size_t)snprintf(names + n, sizeof names - n, "%s%s",
		    i == 0              ? ""
		    : i + 1 < N_FORMATS ? ", "
		                        : " or ",
		    FORMATS[i]->name);
	return complain(EXIT_USAGE, "import: say the format: %s", names);
}

int
cmd_import(struct options *o)
{
	const struct import_format *format = NULL;
	struct import im = {.show = isatty(STDERR_FILENO)};

	for (size_t i = 0; i < N_FORMATS && o->n_args > 0; i++)
		if (strcmp(o->args[0], FORMATS[i]->name) == 0)
			format = FORMATS[i];
	if (format == NULL)
		return ask_format();
	if (o->n_args < 2)
		return complain(
		    EXIT_USAGE, "import: say which FILE (- is standard input)");
	im.format = format->name;
	int status = take_options(&im, o);
	if (status != 0)
		return status;
	void *ctx = format->begin();
	status = read_all(format, ctx, &im, o);
	if (status == 0)
		status = leave_out_known(format, ctx, &im, o);
	size_t left = status == 0 ? format->left(ctx, &im) : 0;
	if (left > 0)
		status = write_journal(format, ctx, &im, o);
	if (status == 0 && im.bad > 0)
		complain(0, "import: %llu bad row%s left out, the %llu good taken",
		    (unsigned long long)im.bad, im.bad == 1 ? " was" : "s were",
		    (unsigned long long)im.good);
	if (status == 0)
		report(&im, left);
	format->end(ctx);
	return status;
}
