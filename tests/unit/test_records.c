/*
 * Records that only grow, and what they come to.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "records/tickets.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE (60 * NS_PER_S)
#define T0     (1767225600 * NS_PER_S)

static char dir[64], path[96];

static struct record
row(enum record_kind kind, const char *reference, int64_t at_ns)
{
	struct record r = {.kind = kind,
	    .centre = "victoria",
	    .link = "fibre",
	    .at_ns = at_ns,
	    .from_ns = RECORDS_NEVER,
	    .to_ns = RECORDS_NEVER,
	    .announced_ns = RECORDS_NEVER};

	snprintf(r.reference, sizeof r.reference, "%s", reference);
	return r;
}

static struct records *
open_for(bool write)
{
	struct records *r;
	char err[400] = "";

	if (records_open(&r, dir, write, err, sizeof err) < 0)
		fail_msg("%s", err);
	return r;
}

static void
add(struct records *to, struct record r)
{
	char err[400] = "";

	if (records_add(to, &r, err, sizeof err) < 0)
		fail_msg("%s", err);
	assert_true(r.id > 0 && r.entered_ns > T0 && r.author[0] != '\0');
}

static size_t
list(struct records *from, struct record **out)
{
	char err[400] = "";
	int n = records_list(from, INT64_MAX, out, err, sizeof err);

	if (n < 0)
		fail_msg("%s", err);
	return (size_t)n;
}

static int
begin(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/lw-records-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/records.sqlite", dir);
	return 0;
}

static int
end(void **state)
{
	char other[128];

	(void)state;
	unlink(path);
	snprintf(other, sizeof other, "%s-wal", path);
	unlink(other);
	snprintf(other, sizeof other, "%s-shm", path);
	unlink(other);
	return rmdir(dir);
}

static void
test_not_there(void **state)
{
	struct record *rows;
	struct records *r = open_for(false);

	(void)state;
	assert_int_equal(list(r, &rows), 0);
	assert_null(rows);
	assert_int_equal(access(path, F_OK), -1); /* reading makes nothing */
	records_close(r);
}

static void
test_it_only_grows(void **state)
{
	static const char *const FORBIDDEN[] = {"UPDATE entry SET at_us = 0",
	    "DELETE FROM entry", "UPDATE entry SET said = 'x' WHERE id = 1",
	    "REPLACE INTO entry (id, entered_us, author, kind, centre, link, maintenance)"
	    " VALUES (1, 0, 'x', 'note', 'c', 'l', 0)"};
	struct records *r = open_for(true);
	struct record *rows;
	sqlite3 *db;

	(void)state;
	add(r, row(RECORD_TICKET_OPENED, "T1", T0));
	records_close(r);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof FORBIDDEN / sizeof FORBIDDEN[0]; i++)
		assert_int_equal(
		    sqlite3_exec(db, FORBIDDEN[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
	sqlite3_close(db);
	r = open_for(false);
	assert_int_equal(list(r, &rows), 1);
	assert_string_equal(rows[0].reference, "T1");
	assert_int_equal(rows[0].at_ns, T0);
	free(rows);
	records_close(r);
}

static void
test_a_ticket(void **state)
{
	struct records *r = open_for(true), *second = open_for(true);
	struct record *rows, linked = row(RECORD_TICKET_LINKED, "T1", T0);
	struct ticket *t;

	(void)state;
	add(r, row(RECORD_TICKET_OPENED, "T1", T0 + 5 * MINUTE));
	add(second, row(RECORD_TICKET_OPENED, "T2", T0)); /* another desk, meanwhile */
	add(r, row(RECORD_TICKET_ACKNOWLEDGED, "T1", T0 + 9 * MINUTE));
	add(r, row(RECORD_TICKET_PAUSED, "T1", T0 + 20 * MINUTE));
	add(r, row(RECORD_TICKET_RESUMED, "T1", T0 + 30 * MINUTE));
	add(r, row(RECORD_TICKET_PAUSED, "T1", T0 + 40 * MINUTE));
	snprintf(linked.outage, sizeof linked.outage, "0123456789abcdef");
	add(r, linked);
	add(r, linked);
	add(r, row(RECORD_TICKET_CLOSED, "T1", T0 + 90 * MINUTE));
	add(r, row(RECORD_TICKET_CLOSED, "T1", T0 + 80 * MINUTE)); /* a correction */
	add(r, row(RECORD_TICKET_CLOSED, "T3", T0)); /* of none that is known */
	size_t n = list(r, &rows);
	assert_int_equal(n, 11);
	assert_int_equal(tickets_of(&t, rows, n), 2);
	assert_string_equal(t[0].reference, "T1");
	assert_int_equal(t[0].opened_ns, T0 + 5 * MINUTE);
	assert_int_equal(t[0].acknowledged_ns, T0 + 9 * MINUTE);
	assert_int_equal(t[0].detected_ns, RECORDS_NEVER);
	assert_int_equal(t[0].closed_ns, T0 + 80 * MINUTE);
	assert_int_equal(t[0].n_pauses, 2);
	assert_int_equal(t[0].pauses[0].end_ns, T0 + 30 * MINUTE);
	assert_int_equal(t[0].pauses[1].end_ns, RECORDS_NEVER);
	assert_int_equal(t[0].n_outages, 1);
	assert_int_equal(t[0].n_history, 9);
	assert_int_equal(t[1].closed_ns, RECORDS_NEVER);
	tickets_free(t, 2);
	free(rows);
	records_close(r);
	records_close(second);
}

/* What was entered by then, whatever it speaks of. */
static void
test_as_of(void **state)
{
	struct records *r = open_for(true);
	struct record *rows, x = row(RECORD_EXCLUSION, "", RECORDS_NEVER);
	const struct record **standing;
	char err[200];

	(void)state;
	x.from_ns = T0;
	x.to_ns = T0 + MINUTE;
	x.maintenance = true;
	add(r, x);
	add(r, x);
	size_t n = list(r, &rows);
	int64_t first = rows[0].entered_ns, id = rows[0].id;
	free(rows);
	assert_int_equal(n, 2);
	struct record gone = row(RECORD_EXCLUSION_REMOVED, "", T0);
	gone.refers = id;
	add(r, gone);
	n = list(r, &rows);
	assert_int_equal(tickets_exclusions(&standing, rows, n), 1);
	assert_int_equal(standing[0]->id, id + 1);
	assert_true(standing[0]->maintenance);
	assert_int_equal(standing[0]->announced_ns, RECORDS_NEVER);
	free(standing);
	free(rows);
	assert_int_equal(records_list(r, first - 1000, &rows, err, sizeof err), 0);
	records_close(r);
}

static void
test_not_ours(void **state)
{
	struct records *r;
	char err[400];
	sqlite3 *db;
	FILE *f = fopen(path, "w");

	(void)state;
	fputs(
	    "time,state\n2026-01-01,up and a good deal more, so that it is no header", f);
	fclose(f);
	assert_true(records_open(&r, dir, false, err, sizeof err) < 0);
	assert_non_null(strstr(err, "records.sqlite: it cannot be read"));
	assert_true(records_open(&r, dir, true, err, sizeof err) < 0);
	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_true(records_open(&r, dir, true, err, sizeof err) < 0);
	assert_non_null(strstr(err, "of another program"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_not_there, begin, end),
	    cmocka_unit_test_setup_teardown(test_it_only_grows, begin, end),
	    cmocka_unit_test_setup_teardown(test_a_ticket, begin, end),
	    cmocka_unit_test_setup_teardown(test_as_of, begin, end),
	    cmocka_unit_test_setup_teardown(test_not_ours, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
