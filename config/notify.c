#include "config/reading.h"

#include "base/bytes.h"
#include "base/link.h"
#include "config/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* name@host: one, without the signs that separate or decorate addresses. */
static bool
is_mail_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at > text && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
	       strpbrk(text, " \t<>,;:\"\\()") == NULL;
}

static int
take_mail_address(
    struct reading *r, int at, cfg_t *cfg, const char *option, char *out, size_t room)
{
	if (take_text(r, at, cfg, option, out, room) < 0)
		return -EINVAL;
	if (given(cfg, option) != NULL && !is_mail_address(out))
		return mistake(r, at, option,
		    "\"%.60s\" is no address; write someone@example.org", out);
	return 0;
}

static int
read_mail(struct reading *r, int at, cfg_t *cfg, struct notify_conf *n)
{
	static const char *const SCHEMES[] = {"smtp", "smtps", NULL};

	n->kind = NOTIFY_MAIL;
	if (take_mail_address(r, at, cfg, "mail", n->to, sizeof n->to) < 0 ||
	    take_mail_address(r, at, cfg, "from", n->from, sizeof n->from) < 0 ||
	    take_text(r, at, cfg, "smtp", n->url, sizeof n->url) < 0)
		return -EINVAL;
	if (given(cfg, "smtp") == NULL)
		return mistake(r, at, NULL,
		    "smtp: the server is missing; write smtp = \"smtp://HOST:PORT\"");
	if (!units_url(n->url, SCHEMES))
		return mistake(r, at, "smtp",
		    "\"%.60s\" is no server; write smtp://HOST:PORT", n->url);
	if (n->from[0] == '\0')
		snprintf(n->from, sizeof n->from, "%s", n->to);
	return 0;
}

static int
read_webhook(struct reading *r, int at, cfg_t *cfg, struct notify_conf *n)
{
	static const char *const SCHEMES[] = {"http", "https", NULL};

	n->kind = NOTIFY_WEBHOOK;
	if (take_text(r, at, cfg, "webhook", n->url, sizeof n->url) < 0)
		return -EINVAL;
	if (!units_url(n->url, SCHEMES))
		return mistake(r, at, "webhook",
		    "\"%.60s\" is no URL; write https://HOST/PATH", n->url);
	return 0;
}

static int
read_command(struct reading *r, int at, cfg_t *cfg, struct notify_conf *n)
{
	n->kind = NOTIFY_COMMAND;
	if (take_text(r, at, cfg, "command", n->command, sizeof n->command) < 0)
		return -EINVAL;
	if (n->command[0] != '/')
		return mistake(r, at, "command",
		    "\"%.60s\" is none; write it with its whole path, /…", n->command);
	return 0;
}

/* smtp and from say nothing beside a webhook or a command: a mistake, not a wish. */
static int
check_company(struct reading *r, int at, cfg_t *cfg)
{
	static const char *const OF_MAIL[] = {"smtp", "from"};

	for (size_t i = 0; i < sizeof OF_MAIL / sizeof OF_MAIL[0]; i++)
		if (given(cfg, OF_MAIL[i]) != NULL)
			return mistake(r, at, OF_MAIL[i],
			    "it goes with mail alone; remove it, or write mail");
	return 0;
}

int
read_notify(struct reading *r, cfg_t *cfg)
{
	const char *title = cfg_title(cfg);
	int at = outline_find(&r->outline, -1, "notify", title);
	bool mail = given(cfg, "mail") != NULL, hook = given(cfg, "webhook") != NULL,
	     command = given(cfg, "command") != NULL;
	struct settings *s = r->settings;

	s->notify = memory_grow(s->notify, s->n_notify + 1, sizeof *s->notify);
	struct notify_conf *n = &s->notify[s->n_notify++];
	memset(n, 0, sizeof *n);
	if (check_name(r, at, "notify", title) < 0)
		return -EINVAL;
	snprintf(n->name, sizeof n->name, "%s", title);
	n->line = outline_line(&r->outline, at, NULL);
	if (mail + hook + command != 1)
		return mistake(
		    r, at, NULL, "notify %s wants one of mail, webhook, command", title);
	if (take_text(r, at, cfg, "via", n->via, sizeof n->via) < 0)
		return -EINVAL;
	if (mail)
		return read_mail(r, at, cfg, n);
	if (check_company(r, at, cfg) < 0)
		return -EINVAL;
	return hook ? read_webhook(r, at, cfg, n) : read_command(r, at, cfg, n);
}

int
check_via(struct reading *r, const struct notify_conf *n)
{
	const struct settings *s = r->settings;
	const struct link_def *found[2] = {NULL, NULL};
	int at = outline_find(&r->outline, -1, "notify", n->name);
	unsigned count = 0;

	if (n->via[0] == '\0')
		return 0;
	for (size_t i = 0; i < s->n_links; i++)
		if (link_is_named(n->via, s->links[i].def.centre, s->links[i].def.link) &&
		    count++ < 2)
			found[count - 1] = &s->links[i].def;
	if (count == 0)
		return mistake(r, at, "via",
		    "there is no link \"%.66s\"; write LINK or CENTRE/LINK", n->via);
	if (count > 1)
		return mistake(r, at, "via",
		    "\"%s\" is not one link alone; write %s/%s or %s/%s%s", n->via,
		    found[0]->centre, found[0]->link, found[1]->centre, found[1]->link,
		    count > 2 ? " or another" : "");
	return 0;
}
