/*
 * What the analyzer says in English, in the language of the document: reasons of a
 * verdict, which are sentences with numbers in them, and how a credit comes about, which
 * is put together from pieces.
 */
#include "reports/dossier.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sentences[] = {"nothing was measured in this period",
    "coverage {1} %, below the {2} % a verdict needs",
    "the clock is known to {1} ms only; a verdict needs 100 ms",
    "{1} needs {2} probes a second of voters ({3} in {4} s); there are {5}",
    "whose fault it was is not certain for {1} % of the downtime",
    "the contract states no target", "the period is open, but the target is out of reach",
    "the period is not over", "below the target, but not by every reading of the edges",
    "above the target, unless what is unknown or disputed was down",
    "no monthly charge is stated: a cap in money cannot limit a credit in shares of it",
    "no monthly charge is stated: a cap in shares of it cannot limit a credit in money",
    "no monthly charge is stated: a share of it is taken as more than any credit in money",
    "the ticket was opened after service was restored",
    "all of it waited on the customer", "shorter than the contract's least length",
    "within the grace", "in excluded or unknown time"};

/* The longer of two that begin alike comes first. */
static const char *const pieces[] = {" outage, each by itself",
    " outages, each by itself", " outages more, likewise", " of the monthly charge",
    " beyond what the target allows", "no availability can be stated",
    "no outage reached a step", ": no step reached", ": in proportion, each ",
    " by steps of ", " available (", ", at least ", ", at most ", ", below ", ", over ",
    "mean loss ", "mean RTT ", "mean jitter ", "mean download ", "mean upload ",
    "not measured", " or part", " in full", " (nearest)", "; and ", " and ", " down",
    " days", " day", " at ", " of ", " in ", "; not paid: \"", "\" is the highest",
    "; cut by the contract's cap", "nothing"};

/* Why an outage, or a part of one, weighs nothing: the analyzer has a word for it. */
static const struct {
	const char *word, *english;
} reasons[] = {{"local", "fault at the site"}, {"cpe", "the customer's router"},
    {"carrier", "no carrier, cause open"}, {"clock", "clock not known"},
    {"micro", "micro-outage"}, {"attribution", "by its cause"},
    {"no ticket", "no ticket"},
    {"the clock was never started", "the contract's clock was never started"},
    {"maintenance", "maintenance"}, {"holiday", "holiday"},
    {"service-hours", "outside service hours"}, {"other", "other reasons"}};

const char *
words_reason(const char *word, char out[200])
{
	if (word == NULL)
		return say_word("no reason recorded");
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].word, word) == 0)
			return say_word(reasons[i].english);
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (strcmp(sentences[i], word) == 0)
			return say_word(sentences[i]);
	snprintf(out, 200, "%s", word); /* as people entered it */
	return out;
}

#define PLACES   5
#define PLACE_OF 64

/* Is ${text} this sentence? Then its values, in the order of their places. */
static bool
is_sentence(const char *text, const char *sentence, char values[PLACES][PLACE_OF])
{
	size_t n = 0;

	while (*sentence != '\0') {
		size_t plain = strcspn(sentence, "{");
		if (strncmp(text, sentence, plain) != 0)
			return false;
		text += plain;
		sentence += plain;
		if (*sentence == '\0')
			break;
		sentence = strchr(sentence, '}') + 1;
		/* a value ends where what follows it begins */
		char stop[2] = {sentence[0], '\0'};
		size_t value = strcspn(text, stop);
		if (n == PLACES || value == 0 || value >= PLACE_OF)
			return false;
		memcpy(values[n], text, value);
		values[n++][value] = '\0';
		text += value;
	}
	return *text == '\0';
}

/* The ledger counts in microseconds, and its sentences do; a page has no use for more
 * than tenths of a second. Result: the digits taken, 0 where there is nothing to shorten.
 */
static size_t
shorten_seconds(const char *text, char out[32])
{
	char *end;
	size_t whole = strspn(text, "0123456789");
	size_t part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;

	if (whole == 0 || part < 3 || strncmp(text + whole + 1 + part, " s", 2) != 0 ||
	    isalnum((unsigned char)text[whole + part + 3]))
		return 0;
	double s = strtod(text, &end); /* of a minute: never 60 of them */
	say_number(out, 32, "%.1f", s >= 59.95 && s < 60 ? 59.9 : s);
	return (size_t)(end - text);
}

static const char *
piece_at(const char *text)
{
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		if (strncmp(text, pieces[i], strlen(pieces[i])) == 0)
			return pieces[i];
	return NULL;
}

/* The next of ${text}, a piece, seconds or a character, behind what is in out already.
 * What stands between quotes is a name, and stays. */
static void
put_next(const char **text, bool *quoted, char *out, size_t used, size_t room)
{
	const char *piece = piece_at(*text), *said;
	char seconds[32], one[8];
	size_t taken = shorten_seconds(*text, seconds);

	if (piece != NULL) {
		taken = strlen(piece);
		said = say_word(piece);
		*quoted ^= strchr(piece, '"') != NULL;
	} else if (taken > 0) {
		said = say_numbers(seconds);
	} else {
		taken = 1;
		snprintf(one, sizeof one, "0%c%c", **text, (*text)[1]);
		if (!*quoted && used > 0 && isdigit((unsigned char)out[used - 1]))
			say_numbers(one);
		one[2] = '\0';
		said = one + 1;
	}
	*text += taken;
	snprintf(out + used, room - used, "%s", said);
}

/* Cut at the end of a character. */
static void
cut(char *out)
{
	const char *end = out;

	while (*end != '\0') {
		size_t bytes = (unsigned char)*end < 0x80   ? 1
		               : (unsigned char)*end < 0xE0 ? 2
		               : (unsigned char)*end < 0xF0 ? 3
		                                            : 4;
		if (strlen(end) < bytes)
			break;
		end += bytes;
	}
	out[end - out] = '\0';
}

void
words_found(const char *text, char *out, size_t room)
{
	char v[PLACES][PLACE_OF] = {{0}};
	bool quoted = false;
	size_t used = 0;

	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (is_sentence(text, sentences[i], v)) {
			for (size_t k = 0; k < PLACES; k++)
				say_numbers(v[k]);
			say(out, room, sentences[i], v[0], v[1], v[2], v[3], v[4]);
			return;
		}
	out[0] = '\0';
	while (*text != '\0' && used + 1 < room) {
		put_next(&text, &quoted, out, used, room);
		used += strlen(out + used);
	}
	if (used + 1 >= room)
		cut(out);
}

void
words_definition(const struct profile_conf *p, char out[192])
{
	const char *name = p->name[0] != '\0' ? p->name : "event";
	char n[16], share[24], each[24], wait[24], least[16];

	snprintf(n, sizeof n, "%u", p->n);
	snprintf(least, sizeof least, "%u", p->p);
	say_number(share, sizeof share, "%.3g %%", 100 * p->threshold);
	say_number(each, sizeof each, "%.3g s", (double)p->delta_ns / 1e9);
	say_number(wait, sizeof wait, "%.3g s", (double)p->wait_ns / 1e9);
	if (strcmp(name, "ses-10-10") == 0)
		say(out, 192, "{1} ({2} seconds in a row with more than {3} lost)", name,
		    n, share);
	else if (strcmp(name, "mef") == 0)
		snprintf(out, 192, "%s (Δt %s, n %s, C %s, p %s)", name, each, n, share,
		    least);
	else if (strcmp(name, "y1540") == 0)
		snprintf(out, 192, "%s (Tav %s, c1 %s)", name, each, share);
	else if (strcmp(name, "rfc2678") == 0)
		snprintf(out, 192, "%s (dT %s, W %s, N %u)", name, each, wait, p->probes);
	else if (strcmp(name, "ticket") == 0)
		say(out, 192, "{1} (the ISP's clock)", name);
	else
		say(out, 192, "{1} (exact intervals)", name);
}
