#include "records/records.h"

#include "base/bytes.h"

#include <errno.h>
#include <pwd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION 0x6c774c31 /* "lwL1", in the header of the file */
#define VERSION     1
#define BUSY_MS     5000
#define MOST        1000000 /* rows: far above what anybody enters */

struct records {
	sqlite3 *db; /* NULL: there is none, and it is empty */
	char path[1100];
};

static const char SCHEMA[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS entry ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, entered_us INTEGER NOT NULL,"
    " author TEXT NOT NULL, kind TEXT NOT NULL, centre TEXT NOT NULL, link TEXT NOT NULL,"
    " reference TEXT, at_us INTEGER, from_us INTEGER, to_us INTEGER, announced_us INTEGER,"
    " maintenance INTEGER NOT NULL, refers INTEGER, outage TEXT, said TEXT);"
    "CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry BEGIN"
    " SELECT RAISE(ABORT, 'an entry is never changed: enter a correction'); END;"
    "CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry BEGIN"
    " SELECT RAISE(ABORT, 'an entry is never removed: enter a correction'); END;"
    "CREATE TRIGGER IF NOT EXISTS entry_is_new BEFORE INSERT ON entry"
    " WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.id) BEGIN"
    " SELECT RAISE(ABORT, 'an entry is never replaced: enter a correction'); END;"
    "PRAGMA application_id = 1819757617;" /* APPLICATION */
    "PRAGMA user_version = 1;"
    "COMMIT;";

static const char *const KINDS[RECORD_KINDS] = {"ticket-opened", "ticket-updated",
    "ticket-acknowledged", "ticket-detected", "ticket-paused", "ticket-resumed",
    "ticket-closed", "ticket-linked", "exclusion", "exclusion-removed", "note"};

const char *
record_kind_name(enum record_kind k)
{
	return KINDS[k];
}

static int
broken(const struct records *r, const char *what, char *err, size_t room)
{
	snprintf(err, room, "%s: %s%s%s", r->path, what,
	    r->db != NULL && what[0] != '\0' ? ": " : "",
	    r->db != NULL ? sqlite3_errmsg(r->db) : "");
	return -EIO;
}

/* ---- opening ---- */

static int64_t
pragma(struct records *r, const char *name)
{
	sqlite3_stmt *s;
	char sql[64];
	int64_t v = -1;

	snprintf(sql, sizeof sql, "PRAGMA %s", name);
	if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return v;
}

static int
check(struct records *r, bool write, char *err, size_t room)
{
	int64_t application = pragma(r, "application_id");
	int64_t version = pragma(r, "user_version");

	if (application < 0)
		return broken(r, "it cannot be read", err, room);
	if (application == 0 && version == 0 && pragma(r, "schema_version") == 0) {
		if (!write)
			return 0;
		(void)sqlite3_exec(r->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if (sqlite3_exec(r->db, SCHEMA, NULL, NULL, NULL) != SQLITE_OK)
			return broken(r, "it cannot be made", err, room);
		return 0;
	}
	if (application != APPLICATION) {
		snprintf(err, room, "%s: a database of another program; move it away",
		    r->path);
		return -EINVAL;
	}
	if (version != VERSION) {
		snprintf(err, room, "%s: of version %lld, this program knows %d", r->path,
		    (long long)version, VERSION);
		return -EINVAL;
	}
	return 0;
}

/* Reading takes the writer's files beside the database, or leave to make them. Without
 * either it is read as it stands. */
static int
open_unchanging(struct records *r, char *err, size_t room)
{
	char uri[1200];

	if (strpbrk(r->path, "?#%") != NULL)
		return broken(r, "it cannot be read", err, room);
	(void)sqlite3_close(r->db);
	r->db = NULL;
	snprintf(uri, sizeof uri, "file:%s?immutable=1", r->path);
	if (sqlite3_open_v2(uri, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) !=
	    SQLITE_OK)
		return broken(r, "it cannot be opened", err, room);
	return 0;
}

int
records_open(
    struct records **out, const char *data_dir, bool write, char *err, size_t room)
{
	struct records *r = memory_grow(NULL, 1, sizeof *r);
	struct stat st;
	int rc = 0;

	memset(r, 0, sizeof *r);
	snprintf(r->path, sizeof r->path, "%s/records.sqlite", data_dir);
	if (!write && stat(r->path, &st) < 0 && errno == ENOENT) {
		*out = r;
		return 0;
	}
	int flags =
	    write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	if (sqlite3_open_v2(r->path, &r->db, flags, NULL) != SQLITE_OK)
		rc = broken(r, "it cannot be opened", err, room);
	if (rc == 0 && !write && pragma(r, "application_id") < 0)
		rc = open_unchanging(r, err, room);
	if (rc == 0) {
		(void)sqlite3_busy_timeout(r->db, BUSY_MS);
		rc = check(r, write, err, room);
	}
	if (rc < 0) {
		records_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void
records_close(struct records *r)
{
	if (r == NULL)
		return;
	(void)sqlite3_close(r->db);
	free(r);
}

/* ---- writing ---- */

static void
find_author(char out[33])
{
	const struct passwd *p = getpwuid(getuid());

	if (p != NULL && p->pw_name != NULL)
		snprintf(out, 33, "%.32s", p->pw_name);
	else
		snprintf(out, 33, "uid %u", (unsigned)getuid());
}

static void
bind_time(sqlite3_stmt *s, int at, int64_t ns)
{
	if (ns == RECORDS_NEVER)
		(void)sqlite3_bind_null(s, at);
	else
		(void)sqlite3_bind_int64(s, at, ns / NS_PER_US);
}

static void
bind_text(sqlite3_stmt *s, int at, const char *text)
{
	if (text[0] == '\0')
		(void)sqlite3_bind_null(s, at);
	else
		(void)sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

int
records_add(struct records *r, struct record *rec, char *err, size_t room)
{
	static const char SQL[] =
	    "INSERT INTO entry (entered_us, author, kind, centre, link, reference, at_us,"
	    " from_us, to_us, announced_us, maintenance, refers, outage, said)"
	    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(r->db, SQL, -1, &s, NULL) != SQLITE_OK)
		return broken(r, "it cannot be written", err, room);
	rec->entered_ns = clock_wall().ns / NS_PER_US * NS_PER_US;
	find_author(rec->author);
	bind_time(s, 1, rec->entered_ns);
	(void)sqlite3_bind_text(s, 2, rec->author, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(s, 3, KINDS[rec->kind], -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 4, rec->centre, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(s, 5, rec->link, -1, SQLITE_TRANSIENT);
	bind_text(s, 6, rec->reference);
	bind_time(s, 7, rec->at_ns);
	bind_time(s, 8, rec->from_ns);
	bind_time(s, 9, rec->to_ns);
	bind_time(s, 10, rec->announced_ns);
	(void)sqlite3_bind_int(s, 11, rec->maintenance);
	(void)sqlite3_bind_int64(s, 12, rec->refers);
	bind_text(s, 13, rec->outage);
	bind_text(s, 14, rec->said);
	int rc = sqlite3_step(s);
	(void)sqlite3_finalize(s);
	if (rc != SQLITE_DONE)
		return broken(r, "it cannot be written", err, room);
	rec->id = sqlite3_last_insert_rowid(r->db);
	return 0;
}

/* ---- reading ---- */

static int64_t
time_at(sqlite3_stmt *s, int i)
{
	const int64_t most = INT64_MAX / NS_PER_US;
	int64_t us = sqlite3_column_int64(s, i);

	if (sqlite3_column_type(s, i) != SQLITE_INTEGER || us > most || us < -most)
		return RECORDS_NEVER;
	return us * NS_PER_US;
}

static void
text_at(sqlite3_stmt *s, int i, char *out, size_t room)
{
	const unsigned char *text = sqlite3_column_text(s, i);

	snprintf(out, room, "%s", text != NULL ? (const char *)text : "");
}

/* false: a kind of a later version; it is passed over. */
static bool
read_row(sqlite3_stmt *s, struct record *rec)
{
	char kind[32];

	memset(rec, 0, sizeof *rec);
	text_at(s, 3, kind, sizeof kind);
	int k = 0;
	while (k < RECORD_KINDS && strcmp(KINDS[k], kind) != 0)
		k++;
	if (k == RECORD_KINDS)
		return false;
	rec->kind = (enum record_kind)k;
	rec->id = sqlite3_column_int64(s, 0);
	rec->entered_ns = time_at(s, 1);
	text_at(s, 2, rec->author, sizeof rec->author);
	text_at(s, 4, rec->centre, sizeof rec->centre);
	text_at(s, 5, rec->link, sizeof rec->link);
	text_at(s, 6, rec->reference, sizeof rec->reference);
	rec->at_ns = time_at(s, 7);
	rec->from_ns = time_at(s, 8);
	rec->to_ns = time_at(s, 9);
	rec->announced_ns = time_at(s, 10);
	rec->maintenance = sqlite3_column_int(s, 11) != 0;
	rec->refers = sqlite3_column_int64(s, 12);
	text_at(s, 13, rec->outage, sizeof rec->outage);
	text_at(s, 14, rec->said, sizeof rec->said);
	return true;
}

int
records_list(
    struct records *r, int64_t until_ns, struct record **out, char *err, size_t room)
{
	static const char SQL[] =
	    "SELECT id, entered_us, author, kind, centre, link, reference, at_us, from_us,"
	    " to_us, announced_us, maintenance, refers, outage, said FROM entry"
	    " WHERE entered_us <= ? ORDER BY id";
	size_t n = 0, n_room = 0;
	sqlite3_stmt *s;
	int rc;

	*out = NULL;
	if (r->db == NULL || pragma(r, "user_version") == 0)
		return 0;
	if (sqlite3_prepare_v2(r->db, SQL, -1, &s, NULL) != SQLITE_OK)
		return broken(r, "it cannot be read", err, room);
	(void)sqlite3_bind_int64(s, 1, until_ns / NS_PER_US);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && n < MOST) {
		if (n == n_room) {
			n_room = n_room * 2 + 16;
			*out = memory_grow(*out, n_room, sizeof **out);
		}
		n += read_row(s, &(*out)[n]);
	}
	(void)sqlite3_finalize(s);
	if (rc != SQLITE_DONE) {
		free(*out);
		*out = NULL;
		return broken(r, "it cannot be read", err, room);
	}
	return (int)n;
}
