#include "cmd/delivery.h"

#include "base/stamp.h"
#include "base/whole.h"
#include "cmd/authority.h"
#include "config/excerpt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the annex ---- */

/* Times that mean another one tomorrow are told as what they came to. */
static const char *
fixed(const char *given, wall_t at, char room[32])
{
	if (given == NULL || (given[0] != '-' && strcmp(given, "now") != 0))
		return given;
	instant_utc(at.ns, room);
	return room;
}

static void
take_request(struct delivery *d, const struct options *o, const char *document)
{
	struct annex_request *q = &d->annex.request;

	*q = (struct annex_request){.document = document,
	    .from = fixed(o->from, d->r->from, d->from),
	    .to = fixed(o->to, d->r->to, d->to),
	    .profile = o->profile,
	    .from_link = o->from_link,
	    .to_link = o->to_link,
	    .cut_over = o->cut_over,
	    .growth = o->growth,
	    .paper = o->paper,
	    .language = o->language};
}

/* The journal is known by the newest root it rests on, whatever came later. */
static void
settle_journal(struct results *r, const struct journal_roots *roots)
{
	const struct journal_root *last = roots->n > 0 ? &roots->v[roots->n - 1] : NULL;

	if (last == NULL)
		return;
	memcpy(r->root, last->root, sizeof r->root);
	if (r->journal_last.ns > last->last_ns)
		r->journal_last.ns = last->last_ns;
}

/* ---- who signs ---- */

/* "DIR/signing.key": the certificate beside it, as keygen leaves it. */
static void
beside_key(const char *key, char out[1100])
{
	size_t n = strlen(key);

	if (n > 4 && strcmp(key + n - 4, ".key") == 0)
		n -= 4;
	snprintf(out, 1100, "%.*s.crt", (int)n, key);
}

static int
take_signer(struct delivery *d, const struct options *o)
{
	const struct sending_conf *s = o->settings != NULL ? &o->settings->sending : NULL;
	const char *key = o->sign;
	char certificate[1100], err[1300];

	if (s != NULL && s->authority[0] != '\0')
		memcpy(d->annex.authority, s->authority, sizeof s->authority);
	if (key != NULL && strlen(key) > 1024)
		return complain(EXIT_USAGE, "--sign: longer than 1024 bytes is no path");
	if (key != NULL) {
		beside_key(key, certificate);
	} else if (s != NULL && s->key[0] != '\0') {
		key = s->key;
		snprintf(certificate, sizeof certificate, "%s", s->certificate);
	}
	if (key == NULL)
		return 0;
	if (signer_load(&d->signer, key, certificate, err, sizeof err) < 0)
		return complain(1, "%s", err);
	snprintf(d->annex.signer, sizeof d->annex.signer, "%s", signer_name(d->signer));
	memcpy(d->annex.fingerprint, signer_fingerprint(d->signer), DIGEST_ROOM);
	return 0;
}

bool
delivery_is_wanted(const struct options *o)
{
	return o->output != NULL || o->tables != NULL;
}

int
delivery_prepare(
    struct delivery *d, struct gathered *g, const struct options *o, const char *document)
{
	int64_t from, to;
	char err[512];

	memset(d, 0, sizeof *d);
	d->r = gathered_document(g, &from, &to);
	take_request(d, o, document);
	d->annex.request.redacted = gathered_redacted(g);
	if (o->settings != NULL)
		memcpy(d->annex.config, o->settings->sha256, sizeof o->settings->sha256);
	if (journal_roots(&d->annex.roots, o->data_dir, to, err, sizeof err) < 0)
		return complain(1, "%s", err);
	journal_roots_keep(&d->annex.roots, from);
	settle_journal(d->r, &d->annex.roots);
	return o->again != NULL || o->output == NULL ? 0 : take_signer(d, o);
}

static char *
configuration(const struct results *r, const struct options *o, const char *redacted)
{
	const char *why;
	unsigned what = 0;

	if (o->settings == NULL)
		return NULL;
	const struct link_def **links = memory_grow(NULL, r->n_links + 1, sizeof *links);
	for (size_t i = 0; i < r->n_links; i++)
		links[i] = r->links[i].def;
	if (redacted != NULL)
		(void)redaction_read(redacted, &what, &why); /* it was printed so */
	char *text = excerpt_of(o->settings, links, r->n_links, what);
	free(links);
	return text;
}

void
delivery_attach(struct delivery *d, struct gathered *g, const struct options *o,
    const char *name, json_t *more)
{
	struct record *rows;
	char *text = configuration(d->r, o, d->annex.request.redacted);
	struct annex_parts parts = {
	    .configuration = text, .more = more, .more_name = name};

	parts.n_records = gathered_records(g, &rows);
	parts.records = rows;
	annex_make(&d->annex, d->r, &parts);
	if (o->again != NULL)
		*o->again = results_json(d->r, &d->annex, &parts);
	d->r->annex = &d->annex;
	free(rows);
	free(text);
}

/* ---- what goes beside it ---- */

int
delivery_tables(struct delivery *d, const struct options *o)
{
	char err[4200];

	if (o->tables == NULL || o->again != NULL)
		return 0;
	if (tables_write(&d->tables, d->r, &d->annex, o->tables, err, sizeof err) < 0)
		return complain(1, "%s", err);
	return 0;
}

static int
list_files(const struct delivery *d, struct manifest_files *f, const struct options *o)
{
	manifest_add(f, o->output, "document", o->output);
	int rc = o->png != NULL ? manifest_add_charts(f, o->output, o->png) : 0;
	if (rc < 0)
		return complain(1, "%s: %s", o->png, strerror(-rc));
	for (size_t i = 0; i < d->tables.n; i++)
		manifest_add(f, o->output, "table", d->tables.paths[i]);
	if (o->xlsx != NULL)
		manifest_add(f, o->output, "workbook", o->xlsx);
	if (o->letter != NULL)
		manifest_add(f, o->output, "letter", o->letter);
	return 0;
}

static int
put_beside(const struct options *o, const char *end, const struct bytes *b)
{
	char *path = manifest_path(o->output, end);
	int rc = whole_write(path, b->p, b->n, 0644), status = 0;

	if (rc < 0)
		status = complain(1, "%s: %s", path, strerror(-rc));
	free(path);
	return status;
}

/* A signature of what was signed before would be a lie beside the new manifest. */
static void
remove_stale(const struct options *o)
{
	static const char *const ENDS[] = {".p7s", ".tsr"};

	for (size_t i = 0; i < 2; i++) {
		char *path = manifest_path(o->output, ENDS[i]);
		unlink(path);
		free(path);
	}
}

static int
sign(const struct delivery *d, const struct options *o, const char *text, size_t n)
{
	struct bytes der = {0};
	char err[512];
	int status = 0;

	if (d->signer == NULL)
		return 0;
	if (signer_sign(d->signer, text, n, &der, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = put_beside(o, ".p7s", &der);
	bytes_free(&der);
	return status;
}

static int
stamp(const struct delivery *d, const struct options *o, const char *text, size_t n)
{
	struct bytes query = {0}, answer = {0};
	const char *url = d->annex.authority;
	struct stamped s;
	char err[512];
	int status = 0;

	if (url[0] == '\0')
		return 0;
	if (stamp_query(text, n, &query, err, sizeof err) < 0 ||
	    authority_ask(url, query.p, query.n, &answer, err, sizeof err) < 0 ||
	    stamp_check(
	        &s, text, n, answer.p, answer.n, query.p, query.n, err, sizeof err) < 0)
		status = complain(1,
		    "timestamp-authority %s: %s; %s stays without a time stamp", url, err,
		    o->output);
	if (status == 0)
		status = put_beside(o, ".tsr", &answer);
	bytes_free(&query);
	bytes_free(&answer);
	return status;
}

int
delivery_seal(const struct delivery *d, const struct options *o)
{
	struct manifest_files f = {0};
	char err[512], *text = NULL;
	size_t n;

	if (o->again != NULL || o->output == NULL)
		return 0;
	int status = list_files(d, &f, o);
	remove_stale(o);
	if (status == 0 && manifest_write(&f, d->r, &text, &n, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = sign(d, o, text, n);
	if (status == 0)
		status = stamp(d, o, text, n);
	free(text);
	manifest_done(&f);
	return status;
}

void
delivery_done(struct delivery *d)
{
	if (d->r != NULL)
		d->r->annex = NULL;
	annex_done(&d->annex);
	tables_done(&d->tables);
	signer_free(d->signer);
	d->signer = NULL;
}

int
delivery_make(const struct deliverable *what, struct gathered *g, const struct options *o)
{
	struct delivery d = {0};
	char err[512];
	int status = 0;
	json_t *j = NULL;

	if (delivery_is_wanted(o))
		status = delivery_prepare(&d, g, o, what->name);
	if (status == 0)
		j = what->json(what->view);
	if (status == 0 && o->json)
		(void)json_print(j, stdout); /* main says whether stdout took it */
	if (status == 0 && delivery_is_wanted(o)) {
		delivery_attach(&d, g, o, what->name, j);
		status = delivery_tables(&d, o);
	}
	if (status == 0 && o->again == NULL && o->output != NULL &&
	    what->pdf(what->view, o->output, o->png, err, sizeof err) < 0)
		status = complain(1, "%s", err);
	if (status == 0)
		status = delivery_seal(&d, o);
	json_decref(j);
	delivery_done(&d);
	return status;
}

int
delivery_place(const struct options *o, const char *report)
{
	if (!delivery_is_wanted(o) && !o->json)
		return complain(EXIT_USAGE,
		    "report %s: say where to: -o FILE.pdf, --csv DIR or --json", report);
	if (o->png != NULL && o->output == NULL)
		return complain(
		    EXIT_USAGE, "report %s: --png goes with -o FILE.pdf", report);
	return 0;
}
