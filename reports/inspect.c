#include "reports/inspect.h"

#include "base/bytes.h"

#include <errno.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 8

struct reading {
	qpdf_data q;
	struct inside *out;
	const char *wrong;
};

static int
told(struct reading *r, const char *what)
{
	if (r->wrong == NULL)
		r->wrong = what;
	return -EBADMSG;
}

/* Strings of a PDF may be anything: at most ${room} - 1 bytes, none of them a NUL. */
static void
copy_text(char *out, size_t room, const char *text)
{
	snprintf(out, room, "%s", text != NULL ? text : "");
}

static char *
name_of(struct reading *r, qpdf_oh spec)
{
	static const char *const KEYS[] = {"/UF", "/F"};
	char *name = NULL;

	for (size_t i = 0; i < 2 && name == NULL; i++) {
		qpdf_oh v = qpdf_oh_get_key(r->q, spec, KEYS[i]);
		if (qpdf_oh_is_string(r->q, v))
			name = strdup(qpdf_oh_get_utf8_value(r->q, v));
		qpdf_oh_release(r->q, v);
	}
	return name;
}

/* The bytes of a stream, decoded. */
static int
take_bytes(struct reading *r, qpdf_oh stream, struct inside_file *f)
{
	unsigned char *p = NULL;
	size_t n = 0;

	if (!qpdf_oh_is_stream(r->q, stream))
		return told(r, "a file inside has no bytes");
	if (qpdf_oh_get_stream_data(r->q, stream, qpdf_dl_generalized, NULL, &p, &n) &
	    QPDF_ERRORS) {
		free(p);
		return told(r, "a file inside cannot be decoded");
	}
	if (n > INSPECT_BYTES) {
		free(p);
		return told(r, "a file inside is larger than 64 MiB");
	}
	f->bytes = memory_grow(NULL, n + 1, 1);
	if (n > 0)
		memcpy(f->bytes, p, n);
	f->bytes[n] = '\0';
	f->n = n;
	free(p);
	return 0;
}

static int
take_file(struct reading *r, qpdf_oh spec)
{
	struct inside *out = r->out;
	char *name = qpdf_oh_is_dictionary(r->q, spec) ? name_of(r, spec) : NULL;

	if (name == NULL)
		return told(r, "a file inside has no name");
	if (out->n == INSPECT_FILES || inspect_find(out, name) != NULL) {
		bool full = out->n == INSPECT_FILES;
		free(name);
		return told(r, full ? "more than 64 files are inside"
		                    : "two files inside have one name");
	}
	struct inside_file *f = &out->files[out->n++];
	*f = (struct inside_file){.name = name};
	qpdf_oh ef = qpdf_oh_get_key(r->q, spec, "/EF");
	if (!qpdf_oh_is_dictionary(r->q, ef))
		return told(r, "a file inside has no bytes");
	qpdf_oh stream = qpdf_oh_get_key(r->q, ef, "/F");
	return take_bytes(r, stream, f);
}

/* A node of the name tree: pairs of name and specification, or nodes below. */
static int
walk(struct reading *r, qpdf_oh node, unsigned depth)
{
	int rc = 0;

	if (!qpdf_oh_is_dictionary(r->q, node))
		return 0;
	if (depth == 0)
		return told(r, "its list of files has no end");
	qpdf_oh names = qpdf_oh_get_key(r->q, node, "/Names");
	int n =
	    qpdf_oh_is_array(r->q, names) ? qpdf_oh_get_array_n_items(r->q, names) : 0;
	for (int i = 1; i < n && rc == 0; i += 2)
		rc = take_file(r, qpdf_oh_get_array_item(r->q, names, i));
	qpdf_oh kids = qpdf_oh_get_key(r->q, node, "/Kids");
	n = qpdf_oh_is_array(r->q, kids) ? qpdf_oh_get_array_n_items(r->q, kids) : 0;
	if (n > INSPECT_FILES)
		return told(r, "more than 64 files are inside");
	for (int i = 0; i < n && rc == 0; i++)
		rc = walk(r, qpdf_oh_get_array_item(r->q, kids, i), depth - 1);
	return rc;
}

static int
read_all(struct reading *r, const char *pdf, size_t n, char *err, size_t room)
{
	if (qpdf_read_memory(r->q, "dossier", pdf, n, NULL) & QPDF_ERRORS) {
		qpdf_error e = qpdf_get_error(r->q);
		snprintf(err, room, "it is no PDF that can be read: %.200s",
		    e != NULL ? qpdf_get_error_message_detail(r->q, e) : "no reason");
		return -EBADMSG;
	}
	copy_text(r->out->id, sizeof r->out->id,
	    qpdf_get_info_key(r->q, "/LinkwitnessDocument"));
	copy_text(r->out->data_root, sizeof r->out->data_root,
	    qpdf_get_info_key(r->q, "/LinkwitnessDataRoot"));
	qpdf_oh root = qpdf_get_root(r->q), names, files;
	if (!qpdf_oh_is_dictionary(r->q, root))
		return told(r, "it has no catalogue");
	names = qpdf_oh_get_key(r->q, root, "/Names");
	if (!qpdf_oh_is_dictionary(r->q, names))
		return 0;
	files = qpdf_oh_get_key(r->q, names, "/EmbeddedFiles");
	return walk(r, files, DEPTH);
}

int
inspect_pdf(struct inside *out, const char *pdf, size_t n, char *err, size_t room)
{
	struct reading r = {.q = qpdf_init(), .out = out};

	memset(out, 0, sizeof *out);
	qpdf_silence_errors(r.q);
	qpdf_set_suppress_warnings(r.q, QPDF_TRUE);
	int rc = read_all(&r, pdf, n, err, room);
	/* What it threw on the way would else be told on standard error. */
	if (qpdf_has_error(r.q)) {
		(void)qpdf_get_error(r.q);
		if (rc == 0)
			rc = told(&r, "it is damaged");
	}
	if (r.wrong != NULL)
		snprintf(err, room, "%s", r.wrong);
	qpdf_cleanup(&r.q);
	return rc;
}

void
inspect_done(struct inside *in)
{
	for (size_t i = 0; i < in->n; i++) {
		free(in->files[i].name);
		free(in->files[i].bytes);
	}
	memset(in, 0, sizeof *in);
}

const struct inside_file *
inspect_find(const struct inside *in, const char *name)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->files[i].name, name) == 0)
			return &in->files[i];
	return NULL;
}
