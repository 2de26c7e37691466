/* Files of regimes, by the same strict reading as the configuration's. */
#include "config/regime.h"

#include "base/bytes.h"
#include "base/zone.h"
#include "config/clause.h"
#include "config/reading.h"
#include "config/text.h"
#include "config/units.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_MOST  65536
#define COUNT_MOST 1000
#define DAY_NS     (86400 * NS_PER_S)

/* clang-format off */
#define TEXT(name) CFG_STR(name, NULL, CFGF_NODEFAULT)
#define SOURCE TEXT("source"), TEXT("as-of"), TEXT("status")

static cfg_opt_t FIGURE[] = {TEXT("value"), SOURCE, CFG_END()};
static cfg_opt_t LACK[] = {TEXT("text"), SOURCE, CFG_END()};
static cfg_opt_t REGIME[] = {TEXT("title"), TEXT("applies"), TEXT("method"), SOURCE,
	CFG_SEC("figure", FIGURE, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("lack", LACK, CFGF_MULTI | CFGF_TITLE), CFG_END()};
static cfg_opt_t TOP[] = {CFG_SEC("regime", REGIME, CFGF_MULTI | CFGF_TITLE), CFG_END()};
/* clang-format on */

static const char *const STATUSES[] = {"verified", "secondary", "unverified", NULL};

/* What each regime's arithmetic asks for; the order is that of print. */
struct wanted {
	const char *name;
	enum figure_kind kind;
	double least, most; /* of a count */
};

static const struct wanted TKG57[] = {{"zone", FIGURE_ZONE, 0, 0},
    {"in-force", FIGURE_DATE, 0, 0}, {"measuring-days", FIGURE_COUNT, 3, 3},
    {"measurements", FIGURE_COUNT, 1, COUNT_MOST},
    {"measurements-a-day", FIGURE_COUNT, 1, COUNT_MOST},
    {"days-between", FIGURE_COUNT, 0, 30}, {"window-days", FIGURE_COUNT, 1, 366},
    {"spacing", FIGURE_DURATION, 0, 0}, {"pause-after", FIGURE_COUNT, 1, COUNT_MOST},
    {"pause", FIGURE_DURATION, 0, 0}, {"maximum-share", FIGURE_SHARE, 0, 0},
    {"maximum-days", FIGURE_COUNT, 1, 3}, {"normal-share", FIGURE_SHARE, 0, 0},
    {"minimum-days", FIGURE_COUNT, 1, 3}, {NULL, 0, 0, 0}};
static const struct wanted TKG58[] = {{"zone", FIGURE_ZONE, 0, 0},
    {"free-days", FIGURE_COUNT, 0, 366}, {"report-day", FIGURE_COUNT, 0, 1},
    {"first-amount", FIGURE_MONEY, 0, 0}, {"first-share", FIGURE_SHARE, 0, 0},
    {"second-from", FIGURE_COUNT, 1, 366}, {"second-amount", FIGURE_MONEY, 0, 0},
    {"second-share", FIGURE_SHARE, 0, 0}, {"appointment-amount", FIGURE_MONEY, 0, 0},
    {"appointment-share", FIGURE_SHARE, 0, 0}, {NULL, 0, 0, 0}};
static const struct wanted CODES[] = {{"zone", FIGURE_ZONE, 0, 0},
    {"in-force", FIGURE_DATE, 0, 0}, {"fix-days", FIGURE_COUNT, 1, 366}, {NULL, 0, 0, 0}};
static const struct wanted AUTO[] = {{"zone", FIGURE_ZONE, 0, 0},
    {"working-days", FIGURE_COUNT, 0, 366}, {"daily-amount", FIGURE_MONEY, 0, 0},
    {"amounts-from", FIGURE_DATE, 0, 0}, {"appointment-amount", FIGURE_MONEY, 0, 0},
    {"late-start-amount", FIGURE_MONEY, 0, 0}, {NULL, 0, 0, 0}};
static const struct wanted EU[] = {{NULL, 0, 0, 0}};
static const struct wanted CAF[] = {{"from-hour", FIGURE_HOUR, 0, 0},
    {"to-hour", FIGURE_HOUR, 0, 0}, {"days", FIGURE_COUNT, 1, 366},
    {"tests-an-hour", FIGURE_COUNT, 1, 60}, {"latency-every", FIGURE_DURATION, 0, 0},
    {"speed-share", FIGURE_SHARE, 0, 0}, {"tests-share", FIGURE_SHARE, 0, 0},
    {"latency-most", FIGURE_DURATION, 0, 0}, {"latency-share", FIGURE_SHARE, 0, 0},
    {NULL, 0, 0, 0}};
static const struct wanted AU[] = {{"longer-than", FIGURE_DURATION, 0, 0},
    {"night-from", FIGURE_HOUR, 0, 0}, {"night-to", FIGURE_HOUR, 0, 0},
    {"busy-from", FIGURE_HOUR, 0, 0}, {"busy-to", FIGURE_HOUR, 0, 0}, {NULL, 0, 0, 0}};

static const struct {
	const char *name;
	const struct wanted *wanted;
} KNOWN[REGIMES] = {[REGIME_DE_TKG57] = {"de-tkg57", TKG57},
    [REGIME_DE_TKG58] = {"de-tkg58", TKG58},
    [REGIME_UK_CODES] = {"uk-codes", CODES},
    [REGIME_UK_AUTO_COMPENSATION] = {"uk-auto-compensation", AUTO},
    [REGIME_EU_2015_2120] = {"eu-2015-2120", EU},
    [REGIME_US_CAF_80_80] = {"us-caf-80-80", CAF},
    [REGIME_AU_30S] = {"au-30s", AU}};

const char *
regime_name(enum regime_id id)
{
	return KNOWN[id].name;
}

bool
regime_find(const char *name, enum regime_id *out)
{
	for (int i = 0; i < REGIMES; i++) {
		if (strcmp(KNOWN[i].name, name) == 0) {
			*out = (enum regime_id)i;
			return true;
		}
	}
	return false;
}

const char *
regime_status_name(enum regime_status s)
{
	return STATUSES[s];
}

const struct regime_figure *
regime_figure(const struct regime *r, const char *name)
{
	for (size_t i = 0; i < r->n_figures; i++)
		if (strcmp(r->figures[i].name, name) == 0)
			return &r->figures[i];
	assert(!"a figure that no regime of this name has");
	return NULL;
}

/* ---- values ---- */

/* Required everywhere: what is stated without a source is worth nothing here. */
static int
take_required(
    struct reading *r, int at, cfg_t *cfg, const char *option, char *out, size_t room)
{
	if (take_text(r, at, cfg, option, out, room) < 0)
		return -EINVAL;
	if (given(cfg, option) == NULL || out[0] == '\0')
		return mistake(r, at, given(cfg, option) != NULL ? option : NULL,
		    "%s is missing; add %s = \"…\"", option, option);
	return 0;
}

static int
take_source(struct reading *r, int at, cfg_t *cfg, struct regime_source *s)
{
	char day[REGIME_VALUE_ROOM], status[16], why[CLAUSE_WHY];

	if (take_required(r, at, cfg, "source", s->text, sizeof s->text) < 0 ||
	    take_required(r, at, cfg, "as-of", day, sizeof day) < 0)
		return -EINVAL;
	if (!clause_date(day, &s->as_of, why, sizeof why))
		return mistake(r, at, "as-of", "%s", why);
	int place = take_choice(r, at, cfg, "status", STATUSES, 0);
	if (place < 0 || take_required(r, at, cfg, "status", status, sizeof status) < 0)
		return -EINVAL;
	s->status = (enum regime_status)place;
	return 0;
}

/* "5.00 EUR". */
static bool
parse_money(const char *text, struct regime_figure *f, char *why, size_t room)
{
	const char *blank = strchr(text, ' ');
	char sum[REGIME_VALUE_ROOM];

	if (blank == NULL || strlen(blank + 1) != 3 ||
	    strspn(blank + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3) {
		snprintf(why, room,
		    "\"%.40s\" is no sum; write one with its currency, like \"5.00 EUR\"",
		    text);
		return false;
	}
	snprintf(sum, sizeof sum, "%.*s", (int)(blank - text), text);
	memcpy(f->currency, blank + 1, 4);
	return clause_money(sum, &f->mills, why, room);
}

/* "18:00", to 24:00. */
static bool
parse_hour(const char *text, double *minutes)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
			return false;
	int hour = (text[0] - '0') * 10 + text[1] - '0';
	int minute = (text[3] - '0') * 10 + text[4] - '0';
	*minutes = hour * 60 + minute;
	return text[5] == '\0' && minute < 60 && *minutes <= 1440;
}

static int
parse_value(struct reading *r, int at, cfg_t *cfg, const struct wanted *w,
    struct regime_figure *f)
{
	char why[CLAUSE_WHY] = "";
	const char *right = NULL;
	unsigned count;
	bool good = true;

	switch (w->kind) {
	case FIGURE_SHARE:
		good = units_percent(f->value, &f->number, &right);
		break;
	case FIGURE_COUNT:
		if (take_count(r, at, cfg, "value", (unsigned)w->least, (unsigned)w->most,
		        &count) < 0)
			return -EINVAL;
		f->number = count;
		break;
	case FIGURE_DURATION:
		return take_duration(
		    r, at, cfg, "value", NS_PER_MS, 366 * DAY_NS, &f->ns);
	case FIGURE_MONEY:
		good = parse_money(f->value, f, why, sizeof why);
		break;
	case FIGURE_HOUR:
		good = parse_hour(f->value, &f->number);
		right = "a time of day, from 00:00 to 24:00";
		break;
	case FIGURE_DATE:
		good = clause_date(f->value, &f->date, why, sizeof why);
		break;
	case FIGURE_ZONE:
		good = zone_exists(f->value);
		right = "a zone like Europe/London";
		break;
	}
	if (good)
		return 0;
	return why[0] != '\0' ? mistake(r, at, "value", "%s", why)
	                      : mistake(r, at, "value", "\"%.40s\" is none; write %s",
	                            f->value, right);
}

/* ---- sections ---- */

static const struct wanted *
find_wanted(enum regime_id id, const char *name)
{
	const struct wanted *w = KNOWN[id].wanted;

	while (w->name != NULL && strcmp(w->name, name) != 0)
		w++;
	return w->name != NULL ? w : NULL;
}

static int
read_figure(struct reading *r, int parent, cfg_t *cfg, struct regime *out)
{
	const char *title = cfg_title(cfg);
	int at = outline_find(&r->outline, parent, "figure", title);
	const struct wanted *w = find_wanted(out->id, title);

	if (w == NULL)
		return mistake(r, at, NULL,
		    "%s has no figure \"%.40s\"; INTERFACES.md lists those it has",
		    out->name, title);
	struct regime_figure *f = &out->figures[out->n_figures++];
	f->name = w->name;
	f->kind = w->kind;
	f->line = outline_line(&r->outline, at, NULL);
	if (take_required(r, at, cfg, "value", f->value, sizeof f->value) < 0 ||
	    parse_value(r, at, cfg, w, f) < 0)
		return -EINVAL;
	return take_source(r, at, cfg, &f->source);
}

static int
read_lack(struct reading *r, int parent, cfg_t *cfg, struct regime *out)
{
	const char *title = cfg_title(cfg);
	int at = outline_find(&r->outline, parent, "lack", title);

	if (out->n_lacks >= REGIME_LACKS_MOST)
		return mistake(
		    r, at, NULL, "there are at most %d; remove some", REGIME_LACKS_MOST);
	struct regime_lack *l = &out->lacks[out->n_lacks++];
	if (check_name(r, at, "lack", title) < 0)
		return -EINVAL;
	snprintf(l->name, sizeof l->name, "%s", title);
	if (take_required(r, at, cfg, "text", l->text, sizeof l->text) < 0)
		return -EINVAL;
	return take_source(r, at, cfg, &l->source);
}

static bool
has_figure(const struct regime *r, const char *name)
{
	for (size_t i = 0; i < r->n_figures; i++)
		if (strcmp(r->figures[i].name, name) == 0)
			return true;
	return false;
}

/* Figures that only make sense together. */
static int
check_figures(struct reading *r, int at, const struct regime *out)
{
	for (const struct wanted *w = KNOWN[out->id].wanted; w->name != NULL; w++)
		if (!has_figure(out, w->name))
			return mistake(r, at, NULL,
			    "%s needs figure %s; add figure %s { value = … source = … }",
			    out->name, w->name, w->name);
	if (out->id == REGIME_DE_TKG57) {
		const struct regime_figure *all = regime_figure(out, "measurements");
		double day = regime_figure(out, "measurements-a-day")->number;
		double days = regime_figure(out, "measuring-days")->number;
		if (all->number != day * days)
			return mistake(r,
			    outline_find(&r->outline, at, "figure", all->name), "value",
			    "%s are not %g days of %g; write their product", all->value,
			    days, day);
	}
	if (out->id == REGIME_US_CAF_80_80 && regime_figure(out, "from-hour")->number >=
	                                          regime_figure(out, "to-hour")->number)
		return mistake(r, outline_find(&r->outline, at, "figure", "to-hour"),
		    "value", "it is not after from-hour; write a later time of that day");
	return 0;
}

static int
read_regime(struct reading *r, cfg_t *top, struct regime *out)
{
	if (cfg_size(top, "regime") != 1)
		return mistake(r, -1, NULL,
		    "there are %u regimes in it; write one regime NAME { … } a file",
		    cfg_size(top, "regime"));
	cfg_t *cfg = cfg_getnsec(top, "regime", 0);
	const char *title = cfg_title(cfg);
	int at = outline_find(&r->outline, -1, "regime", title);
	if (!regime_find(title, &out->id))
		return mistake(r, at, NULL,
		    "regime \"%.40s\" is not known; one of: de-tkg57, de-tkg58, uk-codes, uk-auto-compensation, eu-2015-2120, us-caf-80-80, au-30s",
		    title);
	snprintf(out->name, sizeof out->name, "%s", title);
	if (take_required(r, at, cfg, "title", out->title, sizeof out->title) < 0 ||
	    take_required(r, at, cfg, "applies", out->applies, sizeof out->applies) < 0 ||
	    take_required(r, at, cfg, "method", out->method, sizeof out->method) < 0 ||
	    take_source(r, at, cfg, &out->source) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < cfg_size(cfg, "figure"); i++)
		if (read_figure(r, at, cfg_getnsec(cfg, "figure", i), out) < 0)
			return -EINVAL;
	for (unsigned i = 0; i < cfg_size(cfg, "lack"); i++)
		if (read_lack(r, at, cfg_getnsec(cfg, "lack", i), out) < 0)
			return -EINVAL;
	return check_figures(r, at, out);
}

/* ---- the file ---- */

static bool
is_there(const cfg_opt_t *options, const char *name)
{
	for (; options->name != NULL; options++)
		if (strcmp(options->name, name) == 0 && options->type != CFGT_SEC)
			return true;
	return false;
}

/* Names that mean nothing, with their line. */
static int
check_names(struct reading *r)
{
	static const char *const WITHIN[][2] = {
	    {"regime", ""}, {"figure", "regime"}, {"lack", "regime"}};
	const struct outline *o = &r->outline;

	for (size_t i = 0; i < o->n_sections; i++) {
		const struct outline_section *s = &o->sections[i];
		const char *parent = s->parent >= 0 ? o->sections[s->parent].kind : "";
		bool good = false;
		for (size_t k = 0; k < sizeof WITHIN / sizeof WITHIN[0]; k++)
			good |= strcmp(s->kind, WITHIN[k][0]) == 0 &&
			        strcmp(parent, WITHIN[k][1]) == 0;
		if (!good)
			return mistake(r, (int)i, NULL,
			    "no such section \"%s\" here; regime NAME { figure NAME { … } lack NAME { … } }",
			    s->kind);
	}
	for (size_t i = 0; i < o->n_options; i++) {
		const struct outline_option *c = &o->options[i];
		const char *kind = c->section >= 0 ? o->sections[c->section].kind : "";
		const cfg_opt_t *options = strcmp(kind, "regime") == 0   ? REGIME
		                           : strcmp(kind, "figure") == 0 ? FIGURE
		                           : strcmp(kind, "lack") == 0   ? LACK
		                                                         : TOP;
		if (!is_there(options, c->name))
			return mistake(r, c->section, c->name,
			    "no such option here; INTERFACES.md lists those that are");
	}
	return 0;
}

/* Told by the outline or by the values; what only libconfuse refuses is nearly nothing.
 */
static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	(void)cfg;
	(void)format;
	(void)ap;
}

static int
parse_text(struct reading *r, const char *text, struct regime *out)
{
	if (check_names(r) < 0)
		return -EINVAL;
	cfg_t *cfg = cfg_init(TOP, CFGF_NONE);
	int rc = -EINVAL;

	if (cfg == NULL) {
		snprintf(r->err, r->room, "%s: %s", r->name, strerror(ENOMEM));
		return -ENOMEM;
	}
	cfg_set_error_function(cfg, on_error);
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS)
		rc = read_regime(r, cfg, out);
	else
		mistake(r, -1, NULL,
		    "it cannot be understood; write NAME = VALUE or KIND NAME { … }");
	cfg_free(cfg);
	return rc;
}

int
regime_parse(struct regime *out, const char *name, const char *text, size_t len,
    char *err, size_t room)
{
	struct reading r = {.name = name, .err = err, .room = room};
	char what[400] = "", *copy;
	unsigned line;
	int rc = -EINVAL;

	memset(out, 0, sizeof *out);
	if (len > SIZE_MOST) {
		snprintf(
		    err, room, "%s:1: it is larger than 64 KiB; that is no regime", name);
		return -EINVAL;
	}
	copy = memory_grow(NULL, len + 2, 1);
	memcpy(copy, text, len);
	memcpy(copy + len, "\n", 2);
	line = text_read(copy, len, what, sizeof what);
	if (line == 0)
		line = outline_read(&r.outline, copy, len, what, sizeof what);
	if (line != 0)
		snprintf(err, room, "%s:%u: %s", name, line, what);
	else
		rc = parse_text(&r, copy, out);
	free(copy);
	outline_done(&r.outline);
	return rc;
}

int
regime_load(struct regime *out, const char *path, char *err, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = 0;
	char *text = memory_grow(NULL, SIZE_MOST + 1, 1);
	struct stat st;
	size_t n = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EINVAL;
	while (rc == 0 && n <= SIZE_MOST) {
		ssize_t got = read(fd, text + n, SIZE_MOST + 1 - n);
		if (got == 0)
			break;
		if (got < 0)
			rc = -errno;
		else
			n += (size_t)got;
	}
	if (rc < 0)
		snprintf(err, room, "%s: %s; name a file of one regime", path,
		    rc == -EINVAL ? "not a regular file" : strerror(-rc));
	else
		rc = regime_parse(out, path, text, n, err, room);
	if (fd >= 0)
		close(fd);
	free(text);
	return rc;
}
