/* How to check the file: by whom, with what, against which hashes. */
#include "reports/annex.h"
#include "reports/dossier.h"

#include <errno.h>
#include <qrencode.h>
#include <stdio.h>

#define QR_H      128.0
#define QR_BORDER 4 /* modules of quiet around it (ISO/IEC 18004) */

static const struct style mono = {FACE_MONO, 7, INK};

/* ---- the code ---- */

static void
paint_code(struct draw *d, struct box box, const void *ctx)
{
	const QRcode *code = ctx;
	double module = box.h / (code->width + 2 * QR_BORDER);
	double x0 = box.x + QR_BORDER * module, y0 = box.y + QR_BORDER * module;

	for (int y = 0; y < code->width; y++)
		for (int x = 0, run; x < code->width; x += run) {
			const unsigned char *row = code->data + y * code->width;
			for (run = 1;
			     x + run < code->width && ((row[x] ^ row[x + run]) & 1) == 0;
			     run++)
				;
			if (row[x] & 1)
				draw_path_rect(d, x0 + x * module, y0 + y * module,
				    run * module, module);
		}
	draw_path_fill(d, INK);
}

/* NULL: out of memory alone, the text is short. */
static QRcode *
encode(struct pages *p, const struct annex *a, char alt[320])
{
	char text[160];

	snprintf(text, sizeof text, "%s %s", a->id, a->data_root);
	say(alt, 320, "QR code of the document's number and data root: {1}", text);
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (qr == NULL)
		p->rc = p->rc != 0 ? p->rc : -ENOMEM;
	return qr;
}

static void
code(struct pages *p, const struct annex *a)
{
	char alt[320];
	QRcode *qr = encode(p, a, alt);

	if (qr == NULL)
		return;
	page_figure(p, "code", say_word("Data root"), alt, QR_H, paint_code, qr);
	QRcode_free(qr);
}

void
dossier_code(struct pages *p, const struct annex *a, double x)
{
	const double side = CODE_W;
	char alt[320];
	QRcode *qr = encode(p, a, alt);

	if (qr == NULL)
		return;
	page_figure_at(p, (struct box){x, p->y, side, side}, alt, paint_code, qr);
	double edge = QR_BORDER * side / (qr->width + 2 * QR_BORDER);
	QRcode_free(qr);
	draw_tag(p->d, "P", NULL);
	draw_line(p->d, &style_small, x - side, p->y + side, side * 2 - edge, ALIGN_RIGHT,
	    say_word("Data root"));
	draw_untag(p->d, "P");
}

/* ---- words ---- */

static void
numbers(struct pages *p, const struct results *r)
{
	const struct annex *a = r->annex;
	char segments[32], config[65];

	words_count(a->roots.n, segments);
	snprintf(config, sizeof config, "%s",
	    a->config[0] != '\0' ? a->config : say_word("no configuration"));
	struct fact facts[] = {{"Document", a->id}, {"Data root", a->data_root},
	    {"Segments", segments}, {"Configuration", config}};
	page_facts(p, facts, sizeof facts / sizeof *facts, 1);
}

static const struct column columns[] = {{"Attachment", 92, ALIGN_LEFT, true, FACE_TEXT},
    {"What it is", 136, ALIGN_LEFT, true, FACE_TEXT},
    {"Bytes", 50, ALIGN_RIGHT, false, FACE_TEXT},
    {"SHA-256", 221, ALIGN_LEFT, true, FACE_MONO}};

static void
attachments(struct pages *p, const struct annex *a)
{
	struct table t;

	page_heading(p, 90, NULL, say_word("Inside of this file"));
	table_begin(&t, p, columns, 4, 7);
	for (size_t i = 0; i < a->n; i++) {
		char bytes[32], hash[72];
		words_count(a->v[i].n, bytes);
		snprintf(
		    hash, sizeof hash, "%.32s %s", a->v[i].sha256, a->v[i].sha256 + 32);
		struct cell cells[] = {{.text = a->v[i].name},
		    {.text = say_word(a->v[i].description)}, {.text = bytes},
		    {.text = hash}};
		table_row(&t, cells);
	}
	table_end(&t);
}

static void
commands(struct pages *p)
{
	page_heading(p, 110, NULL, say_word("Three ways to check it"));
	page_text(p, &style_body,
	    say_word(
	        "With nothing of ours: the SHA-256 of this file must be the one that stands in "
	        "the manifest beside it. The manifest lists every file that belongs to this "
	        "document, and those inside of it."));
	page_text(p, &mono, "sha256sum NAME.pdf");
	page_text(p, &mono,
	    "openssl cms -verify -binary -inform DER -in NAME.manifest.json.p7s "
	    "-content NAME.manifest.json");
	page_text(p, &mono, "        -CAfile CERTIFICATE -out /dev/null");
	page_text(p, &style_body,
	    say_word(
	        "With the program, offline: it says line by line what holds, and counts every "
	        "total again from its list."));
	page_text(p, &mono, "linkwitness verify NAME.pdf --certificate CERTIFICATE");
	page_text(p, &style_body,
	    say_word(
	        "With the journal too, which its owner keeps: the segments must have the roots "
	        "of roots.txt, and judging them again must give the same results."));
	page_text(p, &mono, "linkwitness verify NAME.pdf --journal DIRECTORY");
}

static void
signature(struct pages *p, const struct annex *a)
{
	char text[1400];

	page_heading(p, 60, NULL, say_word("Who vouches for it"));
	if (a->fingerprint[0] != '\0') {
		say(text, sizeof text,
		    "The manifest is signed by {1}. Compare the SHA-256 of the certificate "
		    "with what you have from them by another way:",
		    a->signer);
		page_text(p, &style_body, text);
		page_text(p, &mono, a->fingerprint);
	} else {
		page_text(p, &style_body,
		    say_word("Nobody signed it: who made it is not shown by the file."));
	}
	if (a->authority[0] != '\0') {
		say(text, sizeof text,
		    "When it was made is vouched for by a time stamp (RFC 3161) of {1}, "
		    "beside the manifest.",
		    a->authority);
		page_text(p, &style_body, text);
	}
	if (a->request.redacted != NULL) {
		say(text, sizeof text,
		    "Left out of this document: {1}. The roots are those of the whole "
		    "journal.",
		    a->request.redacted);
		page_text(p, &style_body, text);
	}
	page_text(p, &style_body,
	    say_word(
	        "What this shows: nothing was changed since the roots were made. Where a root "
	        "was given to the other party on the day itself, that is since that day."));
}

void
dossier_verify(struct pages *p, const struct dossier *ds)
{
	if (ds->r->annex == NULL)
		return;
	page_section(p, say_word("How to verify"), 500);
	page_title(p, "verify", say_word("How to verify"),
	    say_word("Whoever has this file can check it without us"));
	numbers(p, ds->r);
	code(p, ds->r->annex);
	commands(p);
	attachments(p, ds->r->annex);
	signature(p, ds->r->annex);
}
