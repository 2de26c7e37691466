#include "base/whole.h"
#include "reports/dossier.h"
#include "reports/dossier_attach.h"

#include <errno.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <string.h>

/*
 * The last pass over the PDF. The structure tree is walked in reading order, as the
 * figures' texts were collected; long tables are entered only as far as their header.
 */
struct walk {
	qpdf_data q;
	const char *const *alts;
	size_t n_alts, at;
};

static int
fail(qpdf_data q, char *err, size_t room)
{
	qpdf_error e = qpdf_get_error(q);
	const char *text = e != NULL ? qpdf_get_error_full_text(q, e) : "unknown error";

	snprintf(err, room, "finishing the PDF: %s", text);
	return -EIO;
}

static bool
is_named(qpdf_data q, qpdf_oh element, const char *name)
{
	qpdf_oh s = qpdf_oh_get_key(q, element, "/S");
	bool same = qpdf_oh_is_name(q, s) && strcmp(qpdf_oh_get_name(q, s), name) == 0;

	qpdf_oh_release(q, s);
	return same;
}

static void
give_scope(qpdf_data q, qpdf_oh element)
{
	qpdf_oh scope = qpdf_oh_parse(q, "<< /O /Table /Scope /Column >>");

	qpdf_oh_replace_key(q, element, "/A", scope);
	qpdf_oh_release(q, scope);
}

static void
give_text(struct walk *w, qpdf_oh element)
{
	if (w->at >= w->n_alts)
		return;
	qpdf_oh text = qpdf_oh_new_unicode_string(w->q, w->alts[w->at++]);
	qpdf_oh_replace_key(w->q, element, "/Alt", text);
	qpdf_oh_release(w->q, text);
}

static void
visit(struct walk *w, qpdf_oh element, unsigned depth)
{
	if (depth > 16 || !qpdf_oh_is_dictionary(w->q, element))
		return;
	if (is_named(w->q, element, "/Figure")) {
		give_text(w, element);
		return;
	}
	if (is_named(w->q, element, "/TH")) {
		give_scope(w->q, element);
		return;
	}
	qpdf_oh kids = qpdf_oh_get_key(w->q, element, "/K");
	if (qpdf_oh_is_array(w->q, kids)) {
		int n = qpdf_oh_get_array_n_items(w->q, kids);
		if (is_named(w->q, element, "/Table") && n > 1)
			n = 1;
		for (int i = 0; i < n; i++) {
			qpdf_oh kid = qpdf_oh_get_array_item(w->q, kids, i);
			visit(w, kid, depth + 1);
			qpdf_oh_release(w->q, kid);
		}
	} else {
		visit(w, kids, depth + 1);
	}
	qpdf_oh_release(w->q, kids);
}

/* cairo 1.16 writes dates without their prefix. */
static void
mend_date(qpdf_data q, const char *key)
{
	const char *date = qpdf_get_info_key(q, key);
	char text[64];

	if (date == NULL || strncmp(date, "D:", 2) == 0)
		return;
	snprintf(text, sizeof text, "D:%s", date);
	qpdf_set_info_key(q, key, text);
}

static void
mend(qpdf_data q, const char *const *alts, size_t n_alts)
{
	struct walk w = {.q = q, .alts = alts, .n_alts = n_alts};
	qpdf_oh root = qpdf_get_root(q),
	        language = qpdf_oh_new_string(q, say_used()->tag);
	qpdf_oh view = qpdf_oh_parse(q, "<< /DisplayDocTitle true >>");
	qpdf_oh tree = qpdf_oh_get_key(q, root, "/StructTreeRoot");

	qpdf_oh_replace_key(q, root, "/Lang", language);
	qpdf_oh_replace_key(q, root, "/ViewerPreferences", view);
	visit(&w, tree, 0);
	mend_date(q, "/CreationDate");
	mend_date(q, "/ModDate");
	qpdf_oh_release_all(q);
}

int
dossier_finish(const unsigned char *pdf, size_t n, const char *const *alts, size_t n_alts,
    const struct results *r, const char *path, char *err, size_t room)
{
	qpdf_data q = qpdf_init();
	int rc = 0;

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	if (qpdf_read_memory(q, "dossier", (const char *)pdf, n, NULL) & QPDF_ERRORS) {
		rc = fail(q, err, room);
		goto out;
	}
	mend(q, alts, n_alts);
	if (r->annex != NULL)
		dossier_attach(q, r->annex, r->as_of.ns);
	if (qpdf_init_write_memory(q) & QPDF_ERRORS) {
		rc = fail(q, err, room);
		goto out;
	}
	qpdf_set_object_stream_mode(q, qpdf_o_generate);
	qpdf_set_deterministic_ID(q, QPDF_TRUE);
	if (qpdf_write(q) & QPDF_ERRORS) {
		rc = fail(q, err, room);
		goto out;
	}
	if (qpdf_more_warnings(q)) { /* cairo wrote something it should not have */
		snprintf(err, room, "finishing the PDF: %s",
		    qpdf_get_error_full_text(q, qpdf_next_warning(q)));
		rc = -EIO;
		goto out;
	}
	rc = whole_write(path, qpdf_get_buffer(q), qpdf_get_buffer_length(q), 0644);
	if (rc < 0)
		snprintf(err, room, "%s: %s", path, strerror(-rc));
out:
	qpdf_cleanup(&q);
	return rc;
}
