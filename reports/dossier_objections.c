#include "reports/dossier.h"
#include "reports/objections.h"

/* What the ISP will say, and what was measured that answers it, or does not. */

static const struct column columns[] = {
    {"The ISP may say", 112, ALIGN_LEFT, true, FACE_TEXT},
    {"What was measured", 317, ALIGN_LEFT, true, FACE_TEXT},
    {"Hence", 70, ALIGN_LEFT, true, FACE_TEXT}};

static const char *const claims[OBJECTIONS] = {
    "It was your router.",
    "It was your LAN, or your power.",
    "You filled the line yourself.",
    "It was announced maintenance.",
    "The target was down, not the line.",
    "Pings are rate limited; they prove nothing.",
    "Your clock is wrong.",
    "You did not measure all the time.",
    "The ticket was opened late.",
    "Other accesses were fine.",
};

static const char *const words[] = {"answered", "in part", "conceded", "does not arise"};
static const uint32_t colours[] = {INK_GOOD, INK, INK_BAD, INK_MUTED};

static void
count(size_t n, char out[32])
{
	words_count((uint64_t)n, out);
}

static void
router(const struct objections *o, char *out, size_t room)
{
	char n[32], of[32], cpe[32], beyond[32];

	count(o->counted, of);
	count(o->gateway_answered, n);
	count(o->beyond, beyond);
	count(o->attributed_cpe, cpe);
	if (o->gateway_probes == 0)
		say(out, room,
		    "No probe asks the router at the site, so the record cannot clear it.");
	else
		say(out, room,
		    "The router answered at the site in {1} of {2} counted outages; in {3} of them "
		    "something of the ISP's answered behind it too. That a router answers inside "
		    "does not prove its outer side. {4} {4|outage is|outages are} attributed to "
		    "the router.",
		    n, of, beyond, cpe);
}

static void
lan(const struct objections *o, char *out, size_t room)
{
	char n[32], of[32], local[32];

	count(o->counted, of);
	count(o->gateway_answered, n);
	count(o->attributed_local, local);
	if (o->gateway_probes == 0)
		say(out, room,
		    "No probe stays inside the site, so a fault of the LAN cannot be told from one "
		    "of the line, unless the interface lost its carrier.");
	else
		say(out, room,
		    "The same LAN carried answers of the router in {1} of {2} counted outages. {3} "
		    "{3|outage is|outages are} attributed to the site itself and {3|does|do} not "
		    "count.",
		    n, of, local);
}

static void
full(const struct objections *o, char *out, size_t room)
{
	char n[32], of[32], known[32];

	count(o->counted, of);
	count(o->during_saturation, n);
	count(o->load_known, known);
	if (o->load_known == 0)
		say(out, room,
		    "What the line carried was not measured against a stated capacity: this cannot "
		    "be answered.");
	else
		say(out, room,
		    "What the line carried is known at the beginning of {1} of {2} counted outages: "
		    "{3} of these began while it was full.",
		    known, of, n);
}

static void
maintenance(const struct objections *o, char *out, size_t room)
{
	char n[32], of[32], entries[32], minutes[32];

	count(o->counted, of);
	count(o->touched, n);
	count(o->exclusions, entries);
	words_minutes(o->excluded_ns, minutes);
	if (o->exclusions == 0)
		say(out, room,
		    "No maintenance was entered for the period. Where the ISP announced some, the "
		    "notice must be shown, and it will be excluded as the contract says.");
	else
		say(out, room,
		    "{1} {1|entry was|entries were} made and {2} minutes excluded. {3} of {4} "
		    "counted outages {3|touches|touch} one: what lies within is left out.",
		    entries, minutes, n, of);
}

static void
target(const struct objections *o, char *out, size_t room)
{
	char voters[32], networks[32], failed[32], of[32], flaky[32];

	count(o->voters, voters);
	count(o->networks, networks);
	count(o->fewest_failed, failed);
	count(o->of_networks, of);
	count(o->flaky, flaky);
	if (o->of_networks < 2)
		say(out, room,
		    "{1} {1|target|targets} in {2} {2|network|networks} {1|was|were} asked, and no "
		    "other network confirms every counted outage.",
		    voters, networks);
	else
		say(out, room,
		    "{1} {1|target|targets} in {2} {2|network|networks} {1|was|were} asked. In each "
		    "counted outage at least {3} of {4} networks failed together.",
		    voters, networks, failed, of);
	if (o->fewest_failed < 2)
		say_more(out, room,
		    "Where one network alone was left to ask, the target is not cleared.");
	if (o->flaky > 0)
		say_more(out, room,
		    "{1} {1|target loses|targets lose} more than {1|its|their} peers and "
		    "{1|speaks|speak} for {1|itself|themselves} alone.",
		    flaky);
}

static void
icmp(const struct objections *o, char *out, size_t room)
{
	char pings[32], others[32], loss[32], found[32];

	count(o->pings, pings);
	count(o->others, others);
	count(o->icmp, found);
	words_percent(o->ordinary_loss, 3, loss);
	if (o->others == 0 && o->ordinary_loss > OBJECTIONS_LITTLE_LOSS)
		say(out, room,
		    "{1|The one target is|All {1} targets are} asked by ICMP alone, and ordinary "
		    "loss outside of outages is up to {2}: a limit cannot be ruled out.",
		    pings, loss);
	else if (o->others == 0)
		say(out, room,
		    "{1|The one target is|All {1} targets are} asked by ICMP alone. Ordinary loss "
		    "outside of outages is at most {2}, which speaks against a limit, but no "
		    "other protocol confirms it.",
		    pings, loss);
	else
		say(out, room,
		    "{1} {1|target is|targets are} asked by TCP beside {2} by ICMP, and an outage "
		    "needs both to fail. Ordinary loss is at most {3}. Loss of ICMP alone was "
		    "found {4} {4|time|times}, and would be no outage.",
		    others, pings, loss, found);
}

static void
own_clock(const struct objections *o, char *out, size_t room)
{
	char bound[32], edges[40];

	words_ms(o->clock_bound_ns, bound);
	words_duration(o->edges_ns, false, edges);
	if (!o->synchronised)
		say(out, room,
		    "The clock was not known to be synchronised: lengths hold, times of day may be "
		    "off by what is not known.");
	else if (o->clock_bound_ns == 0)
		say(out, room,
		    "The history was imported: its times are taken as they stand, and nothing is "
		    "known of the clock.");
	else
		say(out, room,
		    "It was within ± {1} of UTC, by its own synchronisation. Lengths come from a "
		    "clock that is never set. All edges of counted outages together are uncertain "
		    "by {2}, and this is in the bounds.",
		    bound, edges);
}

static void
gaps(const struct objections *o, char *out, size_t room)
{
	char unknown[40], share[32];

	words_duration(o->unknown_ns, false, unknown);
	words_percent(o->unknown_share, 3, share);
	if (o->unknown_ns == 0) {
		say(out, room, "There is no gap in the period.");
		return;
	}
	say(out, room, "{1} of the period was not measured ({2}).", unknown, share);
	if (o->breached)
		say_more(out, room,
		    "Even if the link was up in all of it, the target is missed.");
	else if (o->has_target)
		say_more(out, room,
		    "If the link was up in all of it, the target is not proven missed.");
	else if (o->little_unknown)
		say_more(out, room,
		    "What was measured is enough for a verdict, but no target is agreed.");
}

static void
ticket(const struct objections *o, char *out, size_t room)
{
	char contract[40], measured[40], without[32], of[32];

	words_duration(o->contract_down_ns, false, contract);
	words_duration(o->measured_down_ns, false, measured);
	count(o->without_ticket, without);
	count(o->counted, of);
	if (!o->has_contract)
		say(out, room,
		    "No contract was given, so no clock of one depends on a ticket.");
	else if (!o->by_ticket)
		say(out, room,
		    "The clock of the contract as it was entered runs from what is measured: when a "
		    "ticket was opened changes nothing.");
	else
		say(out, room,
		    "The contract's clock runs by the ticket: {1} by it, {2} as measured. {3} of {4} "
		    "counted outages {3|has|have} no ticket.",
		    contract, measured, without, of);
}

static void
others(const struct objections *o, char *out, size_t room)
{
	char links[32], up[32], down[32], of[32];

	count(o->other_links, links);
	count(o->other_up, up);
	count(o->other_down, down);
	count(o->counted, of);
	if (o->other_links == 0)
		say(out, room,
		    "This site has no other link that is measured: what other customers of the ISP "
		    "saw is not known here.");
	else
		say(out, room,
		    "Another link of this site was up in {1} of {2} counted outages: site, power "
		    "and targets were fine then, and the fault lies with this link. In {3} another "
		    "link failed too.",
		    up, of, down);
}

static void (*const answers[OBJECTIONS])(const struct objections *, char *, size_t) = {
    router, lan, full, maintenance, target, icmp, own_clock, gaps, ticket, others};

static void
headline(const struct tally *t, char *out, size_t room)
{
	char answered[32], conceded[32], parts[32];

	count(t->objections[OBJECTION_ANSWERED], answered);
	count(t->objections[OBJECTION_PARTLY], parts);
	count(t->objections[OBJECTION_CONCEDED], conceded);
	say(out, room,
	    "Likely objections: {1} answered by what was measured, {2} in part, {3} conceded",
	    answered, parts, conceded);
}

void
dossier_objections(struct pages *p, const struct dossier *ds, size_t link)
{
	const struct link_report *l = &ds->r->links[link];
	char title[256], place[PLACE_ROOM], answer[900];
	struct objections o;
	struct tally all;
	struct table t;

	if (l->evidence == NULL)
		return;
	objections_find(&o, ds->r, l);
	dossier_place(place, "objections", link);
	page_section(p, say_word("Likely objections"), o.counted == 0 ? 20 : 260);
	if (o.counted == 0) {
		page_title_quiet(p, place, say_word("Likely objections"),
		    say_word(
		        "No outage counts, so no objection to one is to be expected"));
		return;
	}
	tally_find(&all, ds->r, l);
	headline(&all, title, sizeof title);
	page_title(p, place, say_word("Likely objections"), title);
	table_begin(&t, p, columns, 3, 7.8);
	for (int i = 0; i < OBJECTIONS; i++) {
		answers[i](&o, answer, sizeof answer);
		struct cell cells[] = {{.text = say_word(claims[i])}, {.text = answer},
		    {.text = say_word(words[o.word[i]]),
		        .bold = true,
		        .colour = colours[o.word[i]]}};
		table_row(&t, cells);
	}
	table_end(&t);
	page_text(p, &style_note,
	    say_word(
	        "Answered: what was measured speaks against the objection. Conceded: nothing that was "
	        "measured does. What is conceded may still be wrong: the ISP knows its own network."));
}
