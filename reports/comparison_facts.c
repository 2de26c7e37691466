/* What is known of a link beside what it is compared by: what it was asked, how far that
 * is, and how fast names are found. */
#include "reports/comparison.h"

#include "reports/dossier.h"
#include "reports/value.h"

#include <stdio.h>
#include <string.h>

/* ---- facts ---- */

static bool
is_new_network(const struct comparison_view *v, const struct link_result *r, size_t n)
{
	const char *network = v->r->probes[r->targets[n].probe].network;

	for (size_t i = 0; i < n; i++)
		if (strcmp(v->r->probes[r->targets[i].probe].network, network) == 0)
			return false;
	return true;
}

static void
count_targets(const struct comparison_view *v, const struct link_result *r,
    struct comparison_facts *f)
{
	f->targets = r->n_targets;
	for (size_t i = 0; i < r->n_targets; i++) {
		const struct target_loss *t = &r->targets[i];
		f->networks += is_new_network(v, r, i);
		if (v->r->probes[t->probe].family != 6)
			continue;
		f->ipv6_targets++;
		f->ipv6_answered += t->sent > t->lost;
	}
}

void
comparison_facts(
    const struct comparison_view *v, size_t link, struct comparison_facts *out)
{
	const struct link_report *l = &v->r->links[link];

	*out = (struct comparison_facts){.names = {v->names[link][0], v->names[link][1]}};
	count_targets(v, l->result, out);
	if (l->has_path) {
		out->hops = l->path.n_hops;
		out->isp_hop = l->path.isp_hop;
		out->reached = trail_reached(&l->path);
	}
}

static json_t *
names_json(const struct comparison_names *n)
{
	json_t *o = json_object();

	value_set(o, "over", json_string("common"));
	value_set(o, "asked", json_integer((json_int_t)n->asked));
	value_set(o, "answers", json_integer((json_int_t)n->answers));
	value_set(o, "p50_s", n->p50_ns >= 0 ? seconds_json(n->p50_ns) : json_null());
	return o;
}

json_t *
comparison_facts_json(const struct comparison_view *v, size_t link)
{
	const struct span *period = &v->r->links[link].result->period;
	struct comparison_facts f;
	json_t *o = json_object();

	comparison_facts(v, link, &f);
	value_set(o, "from", value_instant(period->start_ns));
	value_set(o, "to", value_instant(period->end_ns));
	value_set(o, "targets", json_integer((json_int_t)f.targets));
	value_set(o, "networks", json_integer((json_int_t)f.networks));
	value_set(o, "ipv6_targets", json_integer((json_int_t)f.ipv6_targets));
	value_set(o, "ipv6_answered", json_integer((json_int_t)f.ipv6_answered));
	value_set(o, "hops", f.hops > 0 ? json_integer(f.hops) : json_null());
	value_set(o, "reached", f.hops > 0 ? json_boolean(f.reached) : json_null());
	value_set(o, "isp_hop", f.isp_hop > 0 ? json_integer(f.isp_hop) : json_null());
	value_set(o, "isp_names", names_json(&f.names[1]));
	value_set(o, "public_names", names_json(&f.names[0]));
	return o;
}

/* ---- on paper ---- */

static const struct column columns[] = {{"Link", 84, ALIGN_LEFT, true, FACE_TEXT},
    {"Targets", 72, ALIGN_LEFT, true, FACE_TEXT},
    {"IPv6", 98, ALIGN_LEFT, true, FACE_TEXT}, {"Path", 89, ALIGN_LEFT, true, FACE_TEXT},
    {"DNS of the ISP", 78, ALIGN_LEFT, true, FACE_TEXT},
    {"DNS, public", 78, ALIGN_LEFT, true, FACE_TEXT}};

static void
print_targets(const struct comparison_facts *f, char out[160])
{
	char n[32], networks[32];

	words_count(f->targets, n);
	words_count(f->networks, networks);
	if (f->targets == 0)
		say(out, 160, "none");
	else
		say(out, 160, "{1}\nin {2} {2|network|networks}", n, networks);
}

static void
print_ipv6(const struct comparison_facts *f, char out[160])
{
	char n[32], of[32];

	words_count(f->ipv6_answered, n);
	words_count(f->ipv6_targets, of);
	if (f->ipv6_targets == 0)
		say(out, 160, "not asked\nno target by IPv6");
	else if (f->ipv6_answered == 0)
		say(out, 160, "no\nnone of {1} {1|target|targets} answered", of);
	else
		say(out, 160, "yes\n{1} of {2} {2|target|targets} answered", n, of);
}

static void
print_path(const struct comparison_facts *f, char out[160])
{
	char hops[32], isp[32], length[64];

	words_count(f->hops, hops);
	words_count(f->isp_hop, isp);
	if (f->hops == 0) {
		say(out, 160, "not traced");
		return;
	}
	say(length, sizeof length, f->reached ? "{1} {1|hop|hops}" : "{1} or more hops",
	    hops);
	if (f->isp_hop > 0)
		say(out, 160, "{1}\nthe ISP from hop {2} on", length, isp);
	else
		snprintf(out, 160, "%s", length);
}

static void
print_names(const struct comparison_names *n, char out[160])
{
	char median[32], count[32];

	words_count(n->answers, count);
	if (n->asked == 0) {
		say(out, 160, "not asked");
	} else if (n->p50_ns < 0) {
		say(out, 160, "no answer");
	} else {
		words_ms(n->p50_ns, median);
		say(out, 160, "{1}\nof {2} {2|answer|answers}", median, count);
	}
}

void
comparison_facts_table(struct pages *p, const struct comparison_view *v)
{
	struct table t;

	page_heading(p, 70, "facts", say_word("What else is known of them"));
	table_begin(&t, p, columns, sizeof columns / sizeof *columns, 8.0);
	for (size_t i = 0; i < v->c->n_links; i++) {
		struct comparison_facts f;
		char name[COMPARISON_NAME], text[5][160];
		comparison_name(v, i, name);
		comparison_facts(v, i, &f);
		print_targets(&f, text[0]);
		print_ipv6(&f, text[1]);
		print_path(&f, text[2]);
		print_names(&f.names[1], text[3]);
		print_names(&f.names[0], text[4]);
		struct cell cells[] = {{.text = name, .bold = true}, {.text = text[0]},
		    {.text = text[1]}, {.text = text[2]}, {.text = text[3]},
		    {.text = text[4]}};
		table_row(&t, cells);
	}
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Of DNS it is the median time to an answer in the time all links have in common; the "
	        "rest is of each link's whole period, the path its newest trace that reached its "
	        "target. The largest packet and address translation are not measured."));
}
