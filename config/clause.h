#ifndef CONFIG_CLAUSE_H
#define CONFIG_CLAUSE_H

#include "config/contract.h"

/*
 * The values of a contract as people write them: dates, amounts, lists. Each reader:
 * true and the result set, or false with a sentence in why[room] on what is wrong and
 * what would be right; the result is then of no use.
 */
#define CLAUSE_WHY 240

/* "2026-12-25", of a year from 1970 to 9999. */
bool clause_date(const char *text, struct civil_date *out, char *why, size_t room);
/* Negative, 0 or positive as a comes before, is, or comes after b. */
int clause_compare(struct civil_date a, struct civil_date b);

/* "450.00": mills, above 0. */
bool clause_money(const char *text, int64_t *mills, char *why, size_t room);
/* "10%", "1/30", "2 days", "25.00": above 0. */
bool clause_amount(const char *text, struct amount *out, char *why, size_t room);

/* "Mon-Fri 08:00-18:00, Sat 09:00-13:00": sorted, without overlap. */
bool clause_hours(const char *text, struct contract_conf *c, char *why, size_t room);
/* "2026-12-25, 2026-12-26": sorted. */
bool clause_holidays(const char *text, struct contract_conf *c, char *why, size_t room);
/* "access isp-core": bits of CONTRACT_COUNTS. */
bool clause_counts(const char *text, uint32_t *out, char *why, size_t room);
/* "ticket-opened", "earliest ticket-opened provider-detected", "latest …". */
bool clause_clock(
    const char *text, unsigned *events, enum clock_pick *pick, char *why, size_t room);

/* "5min 5%, 1h 15%" by the rule (and metric) of ${c}, from the mildest failure to the
 * worst; stored ascending. */
bool clause_tiers(const char *text, struct credit_conf *c, char *why, size_t room);
/* "72h", "30d", "7 business days". */
bool clause_within(const char *text, struct deadline_conf *d, char *why, size_t room);

/* For people: "10%", "1 day", "25.00 EUR"; "2026-12-25". */
void clause_print_amount(
    const struct amount *a, const char *currency, char *out, size_t room);
void clause_print_date(struct civil_date d, char *out, size_t room);

#endif
