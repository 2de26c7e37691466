#include "reports/letter.h"

#include "reports/annex.h"

#include "reports/dossier.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct style style_draft = {FACE_BOLD, 8.5, INK_BAD};
static const struct style style_letter = {FACE_TEXT, 10, INK};
static const struct style style_subject = {FACE_BOLD, 11.5, INK};

#define CLAUSES_MOST 3
#define WRITE_W      230.0

/* A line to write on. */
static void
blank(struct pages *p, const char *label)
{
	static const struct style s = {FACE_TEXT, 8.5, INK_MUTED};
	double w = draw_width(p->d, &s, label) + 6;

	draw_tag(p->d, "P", NULL);
	draw_line(p->d, &s, PAGE_MARGIN, p->y, 0, ALIGN_LEFT, label);
	draw_untag(p->d, "P");
	draw_rule(p->d, INK_HATCH, 0.6, PAGE_MARGIN + w, p->y + 10,
	    PAGE_MARGIN + w + WRITE_W, p->y + 10);
	p->y += 18;
}

static void
paragraph(struct pages *p, const char *text)
{
	page_text(p, &style_letter, text);
	page_gap(p, 5);
}

static void
print_day(int64_t ns, const struct zone *z, char out[48])
{
	chart_zone_print(z, ns, 0, out);
	out[10] = '\0';
}

/* The last day of a period is the one before its end. */
static void
print_days(const struct span *s, const struct zone *z, char from[48], char to[48])
{
	print_day(s->start_ns, z, from);
	print_day(s->end_ns > s->start_ns ? s->end_ns - NS_PER_S : s->end_ns, z, to);
}

static void
head(struct pages *p, const struct link_report *l, const struct zone *z, int64_t made_ns)
{
	const struct link_def *def = l->def;
	char text[1200], today[48];

	page_text(p, &style_draft,
	    say_word(
	        "DRAFT, not signed. Made from measurements; nobody has stated it until a person has "
	        "read, completed and signed it."));
	page_gap(p, 10);
	blank(p, say_word("From (name, address):"));
	blank(p, say_word("Contact (telephone, mail):"));
	page_gap(p, 6);
	say(text, sizeof text, "To: {1}",
	    def->isp[0] != '\0' ? def->isp : say_word("the ISP"));
	page_text(p, &style_letter, text);
	blank(p, say_word("Address, customer number:"));
	page_gap(p, 6);
	print_day(made_ns, z, today);
	say(text, sizeof text, "Date: {1}", today);
	page_text(p, &style_letter, text);
	page_gap(p, 10);
}

static void
subject(struct pages *p, const struct link_report *l)
{
	char text[1200];
	const char *centre =
	    l->def->centre_name[0] != '\0' ? l->def->centre_name : l->def->centre;

	if (l->contract.reference[0] != '\0')
		say(text, sizeof text,
		    "Complaint about the line {1} at {2}, contract {3}", l->def->link,
		    centre, l->contract.reference);
	else
		say(text, sizeof text, "Complaint about the line {1} at {2}",
		    l->def->link, centre);
	page_text(p, &style_subject, text);
	page_gap(p, 8);
}

static void
finding(struct pages *p, const struct link_report *l, const struct zone *z)
{
	const struct verdict *v = &l->verdict;
	char text[1200], from[48], to[48], headline[512], n[32], down[40];

	print_days(&l->result->period, z, from, to);
	words_headline(l, headline, sizeof headline);
	say(text, sizeof text, "We measured this line from {1} to {2}. {3}.", from, to,
	    headline);
	paragraph(p, text);
	if (l->has_verdict && v->outage_count > 0) {
		words_count(v->outage_count, n);
		words_duration(v->down_ns, false, down);
		say(text, sizeof text,
		    "{1} {1|outage counts|outages count}, {2} of downtime in all. The dossier "
		    "enclosed lists each with its times, their uncertainty and the evidence, and "
		    "those that do not count with the reason.",
		    n, down);
		paragraph(p, text);
	}
}

static bool
is_nothing(struct credit_worth w)
{
	return w.mills == 0 && w.share_ppb == 0;
}

static void
clauses(struct pages *p, const struct link_report *l)
{
	const struct credit_sheet *s = &l->settlement->sheets[READING_POINT];
	char text[1600], worth[96], how[700], more[32];
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct credit *c = &s->credits[i];
		if (is_nothing(c->paid))
			continue;
		if (shown == CLAUSES_MOST) {
			left++;
			continue;
		}
		shown++;
		dossier_worth(c->paid, l->conf, worth);
		words_found(c->rule, how, sizeof how);
		say(text, sizeof text, "By {1}: {2}. {3}",
		    c->conf->clause[0] != '\0' ? c->conf->clause : c->conf->name, worth,
		    how);
		page_text(p, &style_body, text);
	}
	if (left > 0) {
		words_count(left, more);
		say(text, sizeof text, "{1} more {1|clause|clauses}: see the dossier.",
		    more);
		page_text(p, &style_body, text);
	}
	page_gap(p, 5);
}

static void
clause_names(const struct contract_conf *c, char *out, size_t room)
{
	out[0] = '\0';
	for (size_t i = 0; i < c->n_credits; i++) {
		const struct credit_conf *k = &c->credits[i];
		size_t used = strlen(out);
		snprintf(out + used, room - used, "%s%s", i > 0 ? ", " : "",
		    k->clause[0] != '\0' ? k->clause : k->name);
	}
}

static void
demand(struct pages *p, const struct link_report *l, const struct zone *z)
{
	char text[1200], total[96], low[96], day[48], periods[32], names[300];
	const struct settlement *s = l->settlement;
	bool several = l->evidence != NULL && l->evidence->periods > 1;

	if (s == NULL || l->conf == NULL ||
	    is_nothing(several ? l->evidence->owed[READING_POINT]
	                       : s->sheets[READING_POINT].total)) {
		paragraph(p,
		    say_word(
		        "By the clauses as they were entered no credit is owed for this "
		        "period. We ask you to examine the outages listed, to name their "
		        "causes, and to say what you will do against them."));
		return;
	}
	dossier_total(l, READING_POINT, total);
	dossier_total(l, READING_ISP, low);
	say(text, sizeof text,
	    "We ask for a credit of {1}. In the reading most favourable to you it is {2}.",
	    total, low);
	paragraph(p, text);
	if (several) {
		words_count(l->evidence->periods, periods);
		clause_names(l->conf, names, sizeof names);
		say(text, sizeof text,
		    "It is the sum over {1} periods of the contract, under {2}; the dossier lists "
		    "each.",
		    periods, names);
		paragraph(p, text);
	} else {
		clauses(p, l);
	}
	if (several ? l->evidence->has_claim_by : s->has_claim_by) {
		print_day(several ? l->evidence->claim_by_ns : s->claim_by_ns, z, day);
		say(text, sizeof text,
		    "The claim is due by {1} and is made with this letter.", day);
		paragraph(p, text);
	}
}

static void
close_letter(struct pages *p, const struct results *r)
{
	char text[600];

	paragraph(p,
	    say_word(
	        "If you do not agree, please name the outages you dispute and show your own "
	        "record of them."));
	blank(p, say_word("Please answer by:"));
	page_gap(p, 24);
	blank(p, say_word("Signature, name, date:"));
	page_gap(p, 8);
	say(text, sizeof text,
	    "Enclosed: the dossier as of the same time, from the record with the root {1}.",
	    r->annex != NULL     ? r->annex->data_root
	    : r->root[0] != '\0' ? r->root
	                         : "–");
	page_text(p, &style_note, text);
}

static void
run(struct pages *p, const struct dossier *ds)
{
	const struct results *r = ds->r;
	const struct link_report *l = &r->links[0];
	const struct zone *z = &ds->zones[0];

	dossier_name(p, ds, l);
	page_begin(p, say_word("Draft of a letter"));
	head(p, l, z, r->generated.ns);
	subject(p, l);
	finding(p, l, z);
	demand(p, l, z);
	close_letter(p, r);
}

int
letter_pdf(const struct results *r, const char *pdf_path, char *err, size_t room)
{
	static const struct dossier_kind kind = {"Draft of a letter to an ISP",
	    "Draft, not signed: demand under a contract, from measurements", run};

	if (r->n_links != 1) {
		snprintf(err, room, "a letter is about one link, not %zu", r->n_links);
		return -EINVAL;
	}
	return dossier_print(r, &kind, NULL, pdf_path, NULL, err, room);
}
