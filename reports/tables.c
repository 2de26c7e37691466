#include "reports/tables.h"

#include "base/bytes.h"
#include "base/whole.h"
#include "reports/csv.h"
#include "reports/evidence.h"
#include "reports/tables_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LEVELS 6
#define STEP   64 /* room for the name of a step */

/* ---- cells ---- */

static void
plain(FILE *out, const json_t *v)
{
	char number[64];
	size_t n;

	if (json_is_string(v)) {
		csv_cell(out, json_string_value(v));
	} else if (json_is_boolean(v)) {
		fputs(json_is_true(v) ? "true" : "false", out);
	} else if (json_is_number(v)) {
		n = json_dumpb(
		    v, number, sizeof number, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		fwrite(number, 1, n < sizeof number ? n : 0, out);
	}
}

static void
list(FILE *out, const json_t *v)
{
	char *text = NULL;
	size_t n = 0, i;
	FILE *f = open_memstream(&text, &n);
	const json_t *e;

	if (f == NULL)
		return;
	json_array_foreach(v, i, e)
	{
		fputs(i > 0 ? "; " : "", f);
		if (json_is_string(e))
			fputs(json_string_value(e), f);
		else
			plain(f, e);
	}
	fclose(f);
	csv_cell(out, text);
	free(text);
}

/* ---- where a row is ---- */

struct place {
	const json_t *at[LEVELS];
	const char *key[LEVELS]; /* NULL: of a list */
	size_t number[LEVELS];   /* from 0 */
	const char *word;
};

/* "a.b": the first step into ${step}; result: what follows. */
static const char *
step_of(const char *path, char step[STEP])
{
	size_t n = strcspn(path, ".");

	snprintf(step, STEP, "%.*s", (int)n, path);
	return path + n + (path[n] == '.');
}

static const json_t *
step_into(const json_t *v, const char *step, const struct place *p)
{
	if (!json_is_array(v))
		return json_object_get(v, step);
	return json_array_get(
	    v, step[0] == '#' ? p->number[1] : (size_t)strtoul(step, NULL, 10));
}

static void
cell(FILE *out, const struct plan_column *c, const struct place *p)
{
	const json_t *v = p->at[c->level];
	char step[STEP];

	if (strcmp(c->path, "=") == 0) {
		fputs(p->word != NULL ? p->word : "", out);
		return;
	}
	if (strcmp(c->path, "@") == 0) {
		if (p->key[c->level] != NULL)
			csv_cell(out, p->key[c->level]);
		else
			fprintf(out, "%zu", p->number[c->level] + 1);
		return;
	}
	for (const char *path = c->path; *path != '\0' && v != NULL;) {
		path = step_of(path, step);
		if (strcmp(step, "+") == 0) {
			fprintf(out, "%zu", json_array_size(v));
			return;
		}
		v = step_into(v, step, p);
	}
	if (json_is_array(v))
		list(out, v);
	else
		plain(out, v);
}

static void
row(FILE *out, const struct plan *t, const struct place *p)
{
	for (const struct plan_column *c = t->columns; c->name != NULL; c++) {
		if (c > t->columns)
			fputc(',', out);
		cell(out, c, p);
	}
	fputs("\r\n", out);
}

/* ---- rows ---- */

static void rows(FILE *out, const struct plan *t, const char *each, const json_t *v,
    struct place *p, unsigned level);

static void
down(FILE *out, const struct plan *t, const char *each, struct place *p, unsigned level,
    const json_t *v, const char *key, size_t number)
{
	p->at[level] = v;
	p->key[level] = key;
	p->number[level] = number;
	rows(out, t, each, v, p, level);
}

static void
rows(FILE *out, const struct plan *t, const char *each, const json_t *v, struct place *p,
    unsigned level)
{
	char step[STEP];
	const char *key;
	json_t *e;
	size_t i, n;

	if (v == NULL || json_is_null(v))
		return;
	if (*each == '\0') {
		row(out, t, p);
		return;
	}
	each = step_of(each, step);
	n = strcspn(step, "[{");
	char kind = step[n], only = kind != '\0' ? step[n + 1] : '\0';
	step[n] = '\0';
	v = json_object_get(v, step);
	if (kind == '\0') {
		if (*each == '\0' && v != NULL)
			down(out, t, each, p, level + 1, v, step, 0);
		else
			rows(out, t, each, v, p, level);
	} else if (kind == '[') {
		json_array_foreach(v, i, e) down(out, t, each, p, level + 1, e, NULL, i);
	} else {
		i = 0;
		json_object_foreach((json_t *)(uintptr_t)v, key, e)
		{
			bool plain_one = !json_is_object(e) && !json_is_array(e);
			if (only == '=' ? plain_one : json_is_object(e))
				down(out, t, each, p, level + 1, e, key, i++);
		}
	}
}

static void
table(FILE *out, const struct plan *t, const json_t *root)
{
	struct place p = {.at[0] = root};

	for (const struct plan_column *c = t->columns; c->name != NULL; c++)
		fprintf(out, "%s%s", c > t->columns ? "," : "", c->name);
	fputs("\r\n", out);
	for (int i = 0; i < PLAN_EACH && t->each[i].path != NULL; i++) {
		p.word = t->each[i].word;
		rows(out, t, t->each[i].path, root, &p, 0);
	}
}

/* ---- what results.json sums up ---- */

static void
whose(FILE *out, const struct link_report *l)
{
	csv_cell(out, l->def->centre);
	fputc(',', out);
	csv_cell(out, l->def->link);
}

static void
instant(FILE *out, int64_t ns)
{
	char at[32];

	instant_utc(ns, at);
	fprintf(out, ",%s", at);
}

/* Seconds with six or nine decimals. */
static void
seconds(FILE *out, int64_t ns, bool fine)
{
	fprintf(out, ",%lld.%0*lld", (long long)(ns / NS_PER_S), fine ? 9 : 6,
	    (long long)(ns % NS_PER_S / (fine ? 1 : NS_PER_US)));
}

static void
mark(FILE *out, const struct results *r, const struct link_report *l,
    const struct closeup *c, const struct mark *m)
{
	const struct probe_def *p = &r->probes[m->probe];

	whose(out, l);
	fprintf(out, ",%s,", l->result->outages[c->outage].id);
	csv_cell(out, p->link);
	fputc(',', out);
	csv_cell(out, p->name);
	instant(out, m->sent_ns);
	fprintf(out, ",%s", outcome_name(m->outcome));
	if (m->rtt_ns >= 0)
		seconds(out, m->rtt_ns, false);
	else
		fputc(',', out);
	fputs("\r\n", out);
}

static void
samples(FILE *out, const struct results *r)
{
	fputs("centre,link,outage,of_link,probe,sent,outcome,rtt_s\r\n", out);
	for (size_t i = 0; i < r->n_links; i++)
		for (size_t k = 0; k < r->links[i].n_closeups; k++) {
			const struct closeup *c = &r->links[i].closeups[k];
			for (size_t n = 0; n < c->n_marks; n++)
				if (c->marks[n].probe < r->n_probes)
					mark(out, r, &r->links[i], c, &c->marks[n]);
		}
}

/* Names as in results.json, evidence[].round_trips. */
static const char *const CROWD_NAMES[CROWDS] = {"all", "busy", "quiet", "idle", "loaded"};

static void
spread(FILE *out, const struct link_report *l, int crowd)
{
	const struct hist *h = &l->evidence->crowds[crowd];
	uint64_t seen = 0;

	for (size_t i = 0; i < HIST_BUCKETS; i++) {
		int64_t from, to;
		if (h->count[i] == 0)
			continue;
		seen += h->count[i];
		hist_bucket(i, &from, &to);
		whose(out, l);
		fprintf(out, ",%s", CROWD_NAMES[crowd]);
		seconds(out, from, true);
		seconds(out, to, true);
		fprintf(out, ",%u,%" PRIu64 ",%" PRIu64 "\r\n", h->count[i], seen,
		    h->n + h->lost);
	}
}

static void
distribution(FILE *out, const struct results *r)
{
	fputs("centre,link,crowd,from_s,below_s,answered,answered_so_far,sent\r\n", out);
	for (size_t i = 0; i < r->n_links; i++)
		for (int c = 0; r->links[i].evidence != NULL && c < CROWDS; c++)
			spread(out, &r->links[i], c);
}

/* ---- files ---- */

struct writing {
	struct tables *t;
	const struct results *r;
	const json_t *root;
	const char *dir;
	char *err;
	size_t room;
	char *index; /* of the tables, a row each */
	size_t index_n;
	FILE *index_file;
};

static int
put(struct writing *w, const char *name, const char *text, size_t n)
{
	size_t need = strlen(w->dir) + strlen(name) + sizeof "/.csv";
	char *path = memory_grow(NULL, need, 1);

	snprintf(path, need, "%s/%s.csv", w->dir, name);
	w->t->paths = memory_grow(w->t->paths, w->t->n + 1, sizeof *w->t->paths);
	w->t->paths[w->t->n++] = path;
	int rc = whole_write(path, text, n, 0644);
	if (rc < 0)
		snprintf(w->err, w->room, "%s: %s", path, strerror(-rc));
	return rc;
}

/* How many lines there are: cells never hold a return without being quoted, and quotes
 * come in pairs. */
static size_t
count_rows(const char *text, size_t n)
{
	bool quoted = false;
	size_t lines = 0;

	for (size_t i = 0; i < n; i++) {
		quoted ^= text[i] == '"';
		lines += text[i] == '\n' && !quoted;
	}
	return lines - 1;
}

static int
write_table(struct writing *w, const struct plan *t,
    void (*fill)(FILE *out, const struct results *r))
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return -ENOMEM;
	if (fill != NULL)
		fill(f, w->r);
	else
		table(f, t, w->root);
	fclose(f);
	int rc = put(w, t->name, text, n);
	fprintf(w->index_file, "%s.csv,%zu,", t->name, count_rows(text, n));
	csv_cell(w->index_file, t->what);
	fputs("\r\n", w->index_file);
	free(text);
	return rc;
}

static int
write_list(struct writing *w, const struct plan *list, const char *document)
{
	int rc = 0;

	for (; list->name != NULL && rc == 0; list++)
		if (list->documents == NULL || strstr(list->documents, document) != NULL)
			rc = write_table(w, list, NULL);
	return rc;
}

static int
write_all(struct writing *w, const char *document)
{
	static const struct plan SAMPLES = {
	    .name = "samples", .what = "every sample of the close-ups of outages"};
	static const struct plan SPREAD = {.name = "distribution",
	    .what = "round trips counted by how long they took",
	    .documents = "dossier sla"};
	static const struct plan *const LISTS[] = {
	    plan_of_links, plan_of_verdicts, plan_of_evidence, plan_of_documents};
	int rc = 0;

	fputs("file,rows,what\r\n", w->index_file);
	for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS && rc == 0; i++)
		rc = write_list(w, LISTS[i], document);
	if (rc == 0)
		rc = write_table(w, &SAMPLES, samples);
	if (rc == 0 && strstr(SPREAD.documents, document) != NULL)
		rc = write_table(w, &SPREAD, distribution);
	fflush(w->index_file);
	if (rc == 0)
		rc = put(w, "tables", w->index, w->index_n);
	return rc;
}

/* The attached files as they are: what is beside the document is what is inside of it. */
static json_t *
root_of(const struct annex *a)
{
	json_t *root = NULL, *records = NULL;

	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->v[i].name, "results.json") == 0)
			root = json_loadb(a->v[i].bytes, a->v[i].n, 0, NULL);
		else if (strcmp(a->v[i].name, "records.json") == 0)
			records = json_loadb(a->v[i].bytes, a->v[i].n, 0, NULL);
	}
	if (records != NULL)
		json_object_set_new(root, "records", records);
	return root;
}

int
tables_write(struct tables *t, const struct results *r, const struct annex *a,
    const char *dir, char *err, size_t room)
{
	json_t *root = root_of(a);
	struct writing w = {
	    .t = t, .r = r, .root = root, .dir = dir, .err = err, .room = room};
	int rc = 0;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		rc = -errno;
		snprintf(err, room, "%s: %s", dir, strerror(-rc));
	}
	w.index_file = open_memstream(&w.index, &w.index_n);
	if (rc == 0)
		rc = write_all(&w, a->request.document);
	fclose(w.index_file);
	free(w.index);
	json_decref(root);
	return rc;
}

void
tables_done(struct tables *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->paths[i]);
	free(t->paths);
	*t = (struct tables){0};
}
