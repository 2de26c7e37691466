/* How documents are sent: who signs them, who stamps them, what is left out. */
#include "config/reading.h"

#include "config/redaction.h"
#include "config/units.h"

#include <errno.h>

static int
take_path(struct reading *r, cfg_t *cfg, const char *option, char *out, size_t room)
{
	if (take_text(r, -1, cfg, option, out, room) < 0)
		return -EINVAL;
	if (given(cfg, option) != NULL && out[0] != '/')
		return mistake(
		    r, -1, option, "\"%.60s\" is not a whole path; begin it with /", out);
	return 0;
}

static int
take_redaction(struct reading *r, cfg_t *cfg, struct sending_conf *s)
{
	const char *text = given(cfg, "redact"), *why;
	unsigned what;

	if (take_text(r, -1, cfg, "redact", s->redact, sizeof s->redact) < 0)
		return -EINVAL;
	if (text != NULL && !redaction_read(text, &what, &why))
		return mistake(
		    r, -1, "redact", "\"%.40s\" is not known; write %s", text, why);
	return 0;
}

int
read_sending(struct reading *r, cfg_t *cfg)
{
	static const char *const SCHEMES[] = {"http", "https", NULL};
	struct sending_conf *s = &r->settings->sending;

	if (take_path(r, cfg, "sign-key", s->key, sizeof s->key) < 0 ||
	    take_path(r, cfg, "sign-certificate", s->certificate, sizeof s->certificate) <
	        0 ||
	    take_text(r, -1, cfg, "timestamp-authority", s->authority,
	        sizeof s->authority) < 0 ||
	    take_redaction(r, cfg, s) < 0)
		return -EINVAL;
	if ((s->key[0] == '\0') != (s->certificate[0] == '\0'))
		return mistake(r, -1, s->key[0] == '\0' ? "sign-certificate" : "sign-key",
		    "sign-key and sign-certificate go together; write both");
	if (s->authority[0] != '\0' && !units_url(s->authority, SCHEMES))
		return mistake(r, -1, "timestamp-authority",
		    "\"%.60s\" is no URL; write https://HOST/PATH", s->authority);
	return 0;
}
