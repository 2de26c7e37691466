#include "reports/dossier.h"

/* How to read the pages: for the one who has never seen such a thing, and must answer. */

static const struct column columns[] = {
    {"Where it says", 118, ALIGN_LEFT, true, FACE_BOLD},
    {"it means", 381, ALIGN_LEFT, true, FACE_TEXT}};

static const char *const rows[][2] = {
    {"up, down, unknown",
        "Every moment of the period is one of the three. Unknown is time in which nothing "
        "could be measured; it is hatched in the charts, and never counted as up or as down."},
    {"outage, micro-outage",
        "An outage is a time in which nearly all places asked on the Internet stopped "
        "answering together, for longer than chance would have it. What is too short to be "
        "certain of is a micro-outage: it is listed, and not counted."},
    {"± and \"between … and …\"",
        "The beginning of an outage lies between the last answer and the first loss. The "
        "middle is printed, with half of that distance after the ±. What follows from it "
        "(lengths, availability, credit) has a smallest and a largest value, and the verdict "
        "rests on the one that is better for the ISP."},
    {"missed, met, not proven",
        "Missed: the availability is below what was agreed even in the reading that is best "
        "for the ISP. Met: it is above even in the worst one. In all other cases nothing is "
        "claimed."},
    {"counts: yes, no",
        "An outage whose cause lies at the site, or that the contract leaves out, stays in "
        "the register with the reason, and does not count."},
    {"attributed to, confidence",
        "Where the fault lies by what still answered: the router at the site, the ISP's own "
        "equipment, the second line. Low, medium or high confidence says how many of these "
        "were there to tell."},
    {"median, 95th percentile",
        "Half of the round trips were no longer than the median; 19 of 20 no longer than the "
        "95th percentile."},
    {"fact, rule, conclusion",
        "What was measured stands under Measured, what was agreed under Agreed, and what "
        "follows from the two under Verdict. Whoever doubts the last can check the other two."},
};

void
dossier_reading(struct pages *p)
{
	struct table t;

	page_section(p, say_word("How to read it"), 200);
	page_title(p, "reading", say_word("How to read it"),
	    say_word("How to read these pages"));
	table_begin(&t, p, columns, 2, 8);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cell cells[] = {
		    {.text = say_word(rows[i][0])}, {.text = say_word(rows[i][1])}};
		table_row(&t, cells);
	}
	table_end(&t);
}
