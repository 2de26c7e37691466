#include "cmd/notify.h"

#include "base/link.h"
#include "cmd/options.h"
#include "reports/draft.h"
#include "reports/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BACKOFF_MOST_S 600

void
notice_done(struct notice *n)
{
	free(n->text);
	json_decref(n->event);
	n->text = NULL;
	n->event = NULL;
}

int64_t
notify_backoff_s(unsigned attempts)
{
	if (attempts == 0)
		return 0;
	return attempts > 7 ? BACKOFF_MOST_S : 5LL << (attempts - 1);
}

/* ---- ways out ---- */

static bool
same_link(const struct link_def *a, const char *centre, const char *link)
{
	return strcmp(a->centre, centre) == 0 && strcmp(a->link, link) == 0;
}

static void
add_route(struct route *out, size_t *n, const struct link_conf *l)
{
	for (size_t i = 0; i < *n; i++)
		if (out[i].link == l)
			return;
	if (*n >= ROUTES_MAX - 1 || (l->def.interface[0] == '\0' &&
	                                l->source[0] == '\0' && l->source6[0] == '\0'))
		return;
	struct route *r = &out[(*n)++];
	*r = (struct route){.link = l};
	snprintf(r->name, sizeof r->name, "%s/%s", l->def.centre, l->def.link);
	memcpy(r->interface, l->def.interface, sizeof r->interface);
	memcpy(r->source, l->source, sizeof r->source);
	memcpy(r->source6, l->source6, sizeof r->source6);
}

size_t
notify_routes(const struct settings *s, const struct notify_conf *conf,
    const struct notice *notice, notify_dark *is_dark, void *ctx,
    struct route out[ROUTES_MAX])
{
	const struct link_conf *own = NULL;
	size_t n = 0;

	if (conf->kind != NOTIFY_COMMAND) {
		for (size_t i = 0; i < s->n_links; i++)
			if (link_is_named(
			        conf->via, s->links[i].def.centre, s->links[i].def.link))
				add_route(out, &n, &s->links[i]);
		for (size_t i = 0; i < s->n_links; i++) {
			if (same_link(&s->links[i].def, notice->centre, notice->link))
				own = &s->links[i];
			else if (!is_dark(ctx, &s->links[i].def))
				add_route(out, &n, &s->links[i]);
		}
		if (own != NULL && !is_dark(ctx, &own->def))
			add_route(out, &n, own);
	}
	out[n] = (struct route){.name = "any way"};
	return n + 1;
}

int
notify_send(const struct notify_conf *conf, const struct notice *notice,
    const struct route *route, char *err, size_t room)
{
	if (conf->kind == NOTIFY_COMMAND)
		return notify_command(conf, notice, err, room);
	return notify_curl(conf, notice, route, err, room);
}

/* ---- what is sent ---- */

/* A header's value from the configuration: no control characters, so no second header. */
static void
put_header(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s: ", name);
	for (const char *p = value; *p != '\0'; p++)
		fputc((unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p, f);
	fputs("\r\n", f);
}

char *
notice_mail(const struct notify_conf *conf, const struct notice *notice)
{
	static const char *const DAYS[] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char *mail = NULL, date[64], id[160];
	time_t t = (time_t)notice->created_s;
	struct tm tm;
	size_t n;
	FILE *f = open_memstream(&mail, &n);

	if (f == NULL)
		return NULL;
	gmtime_r(&t, &tm);
	snprintf(date, sizeof date, "%s, %02d %s %d %02d:%02d:%02d +0000",
	    DAYS[tm.tm_wday], tm.tm_mday, MONTHS[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	/* The same on every attempt: a mail that arrived twice shows as one. */
	snprintf(
	    id, sizeof id, "<%s.%s@linkwitness.invalid>", notice->id, notice->notify);
	put_header(f, "Date", date);
	put_header(f, "From", conf->from);
	put_header(f, "To", conf->to);
	put_header(f, "Subject", notice->subject);
	put_header(f, "Message-ID", id);
	put_header(f, "Auto-Submitted", "auto-generated");
	put_header(f, "MIME-Version", "1.0");
	put_header(f, "Content-Type", "text/plain; charset=utf-8");
	put_header(f, "Content-Transfer-Encoding", "8bit");
	fputs("\r\n", f);
	for (const char *p = notice->text; *p != '\0'; p++) {
		if (*p == '\n')
			fputc('\r', f);
		fputc(*p, f);
	}
	if (fclose(f) != 0) {
		free(mail);
		return NULL;
	}
	return mail;
}

char *
notice_json(const struct notice *notice)
{
	json_t *j = json_pack("{ss ss ss ss ss ss sO}", "schema", "linkwitness/notice/1",
	    "id", notice->id, "centre", notice->centre, "link", notice->link, "subject",
	    notice->subject, "text", notice->text, "event", notice->event);
	char *text =
	    j != NULL ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

	json_decref(j);
	return text;
}

/* ---- notify --test ---- */

static bool
none_is_dark(void *ctx, const struct link_def *link)
{
	(void)ctx;
	(void)link;
	return false;
}

static void
test_notice(struct notice *n, const struct settings *s, const struct notify_conf *conf)
{
	const struct link_def *link = &s->links[0].def;
	struct draft d = {
	    .kind = DRAFT_TEST, .link = link, .reference = "", .now_ns = clock_wall().ns};
	char now[32];

	*n = (struct notice){.created_s = d.now_ns / NS_PER_S};
	instant_utc(d.now_ns, now);
	snprintf(n->id, sizeof n->id, "test-%lld", (long long)n->created_s);
	memcpy(n->notify, conf->name, sizeof n->notify);
	memcpy(n->centre, link->centre, sizeof n->centre);
	memcpy(n->link, link->link, sizeof n->link);
	draft_subject(&d, n->subject, sizeof n->subject);
	n->text = draft_text(&d);
	n->event = json_pack("{ss ss ss ss ss}", "schema", "linkwitness/event/1", "time",
	    now, "event", "test", "centre", link->centre, "link", link->link);
}

static int
test_block(const struct settings *s, const struct notify_conf *conf)
{
	struct route routes[ROUTES_MAX];
	struct notice notice;
	char err[512] = "";
	int rc = -EIO;

	test_notice(&notice, s, conf);
	size_t n = notify_routes(s, conf, &notice, none_is_dark, NULL, routes);
	for (size_t i = 0; i < n && rc < 0; i++) {
		rc = notify_send(conf, &notice, &routes[i], err, sizeof err);
		if (rc < 0)
			complain(
			    1, "notify: %s: by %s: %s", conf->name, routes[i].name, err);
		else
			printf("%s: told, by %s\n", conf->name,
			    conf->kind == NOTIFY_COMMAND ? "its command"
			                                 : routes[i].name);
	}
	notice_done(&notice);
	return rc < 0 ? 1 : 0;
}

int
cmd_notify(struct options *o)
{
	int status = 0;

	if (!o->test || o->n_args > 0)
		return complain(
		    EXIT_USAGE, "notify: say --test; the watcher sends all else");
	if (o->settings == NULL)
		return complain(EXIT_USAGE, "notify: needs the configuration: -c FILE");
	if (o->settings->n_notify == 0)
		return complain(1, "notify: the configuration has no notify block");
	for (size_t i = 0; i < o->settings->n_notify; i++)
		if (test_block(o->settings, &o->settings->notify[i]) != 0)
			status = 1;
	return status;
}
