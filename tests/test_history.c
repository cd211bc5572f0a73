/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal that another program has changed, byte by byte and row by row: what reads differently
   is named, and the rest works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/error.h"
#include "desk/print_json.h"
#include "office/audit.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/officer.h"
#include "tests/lib/folder.h"
#include "tests/lib/history_test.h"
#include "tests/lib/raw_db.h"

/* --- another program --- */

static struct {
    unsigned flips, named, same, rows, lost;
} sum;

/* Everything that the office reads, as one text; *error is the first that was met. */
static char *read_all(enum error *error)
{
    char *text = NULL;
    size_t len = 0, n = 0;
    struct triage_case *cases = NULL;
    struct fleet_row *kiosks = NULL;
    struct officer_row *officers = NULL;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    history_test_desk.vault.damage_count = 0;
    history_test_desk.vault.history.stale = true;
    enum error each[5] = {ERROR_NONE};
    each[0] = triage_list(&history_test_desk.vault, &cases, &n);
    print_json_cases(out, cases, n, false);
    for (size_t id = 1; id <= n; id++) {
        struct casefile *casefile = NULL;
        enum error loaded = casefile_load(&history_test_desk.vault, id, &casefile);
        if (loaded == ERROR_NONE)
            loaded = print_json_case(out, casefile);
        each[1] = each[1] == ERROR_NONE ? loaded : each[1];
        casefile_free(&casefile);
    }
    free(cases);
    each[2] = fleet_list(&history_test_desk.vault, FAKE_DESK_NOW, &kiosks, &n);
    print_json_kiosks(out, kiosks, n, false);
    fleet_free(kiosks, n);
    each[3] = officer_list(&history_test_desk.vault, &officers, &n);
    if (each[3] == ERROR_NONE)
        print_json_officers(out, officers, n, false);
    free(officers);
    fclose(out);
    *error = ERROR_NONE;
    for (size_t i = 0; i < 5 && *error == ERROR_NONE; i++)
        *error = each[i];
    return text;
}

static enum error ignore(void *context, const struct audit_finding *finding)
{
    return ERROR_NONE;
}

/* Whether the desk, or an audit, says that something does not fit. */
static bool is_named(enum error error)
{
    struct audit_report report = {0};
    if (error != ERROR_NONE || history_test_desk.vault.history.fault_count > 0 ||
        history_test_desk.vault.damage_count > 0)
        return true;
    if (audit_run(&history_test_desk.vault, ignore, NULL, &report) != ERROR_NONE ||
        report.findings > 0)
        return true;
    return audit_verify(&history_test_desk.vault, ignore, NULL, &report) != ERROR_NONE ||
           report.findings > 0;
}

static char *honest;

/* Looks at what was done: it reads as before, or is named. */
static void judge(const char *table, const char *deed)
{
    enum error error = ERROR_NONE;
    char *text = read_all(&error);
    const bool same = strcmp(text, honest) == 0;
    const bool named = same ? history_test_desk.vault.history.fault_count > 0 : is_named(error);
    sum.named += named;
    sum.same += same && !named;
    sum.lost += !same && !named;
    if (!same && !named)
        print_error("%s: %s reads differently, and nobody is told\n", table, deed);
    free(text);
}

static const char *const tables[] = {"office",  "txn",    "act",   "body",     "casekey", "wrap",
                                     "officer", "record", "kiosk", "envelope", "queue"};
enum { TABLES = sizeof tables / sizeof *tables, ROWS = 64, COLUMNS = 9, BODY = 400 };

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    return statement;
}

static sqlite3_stmt *prepare_update(sqlite3 *db, const char *table, const char *column)
{
    char sql[512];
    snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1 WHERE rowid = ?2", table, column);
    return prepare(db, sql);
}

/* Sets one value; false when the tables do not take it. */
static bool set(sqlite3 *db, const char *table, const char *column, sqlite3_int64 *row,
                sqlite3_value *value)
{
    sqlite3_stmt *update = prepare_update(db, table, column);
    sqlite3_bind_value(update, 1, value);
    sqlite3_bind_int64(update, 2, *row);
    const bool done = sqlite3_step(update) == SQLITE_DONE;
    sqlite3_finalize(update);
    return done;
}

/* Every byte of each table's first row, but of what is longer than a head, which one seal covers,
   and of other rows a sample; and a byte less. With SANDYQ_FLIPS every byte of every row. */
static bool first_row;

static void flip_blob(sqlite3 *db, const char *table, const char *column, sqlite3_int64 row,
                      sqlite3_value *value)
{
    const int len = sqlite3_value_bytes(value);
    uint8_t *bytes = malloc((size_t)len + 1);
    memcpy(bytes, sqlite3_value_blob(value), (size_t)len);
    sqlite3_stmt *update = prepare_update(db, table, column);
    const int step = getenv("SANDYQ_FLIPS") != NULL || (first_row && len <= BODY) ? 1 : 47;
    for (int i = 0; i <= len; i = i < len && i + step > len ? len : i + step) {
        if (i < len)
            bytes[i] ^= 1;
        sqlite3_bind_blob(update, 1, bytes, i < len ? len : len - 1, SQLITE_STATIC);
        sqlite3_bind_int64(update, 2, row);
        if (sqlite3_step(update) == SQLITE_DONE) {
            sum.flips++;
            judge(table, column);
        }
        sqlite3_reset(update);
        if (i < len)
            bytes[i] ^= 1;
    }
    sqlite3_bind_blob(update, 1, bytes, len, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(update), SQLITE_DONE);
    sqlite3_finalize(update);
    free(bytes);
}

static void flip_number(sqlite3 *db, const char *table, const char *column, sqlite3_int64 row,
                        sqlite3_value *value)
{
    const sqlite3_int64 was = sqlite3_value_int64(value);
    for (int i = 0; i < 9; i++) {
        const sqlite3_int64 now =
            i < 8 ? (sqlite3_int64)((uint64_t)was ^ (UINT64_C(1) << (8 * i))) : -was;
        sqlite3_stmt *update = prepare_update(db, table, column);
        sqlite3_bind_int64(update, 1, now);
        sqlite3_bind_int64(update, 2, row);
        const bool done = sqlite3_step(update) == SQLITE_DONE;
        sqlite3_finalize(update);
        if (!done)
            continue;
        sum.flips++;
        judge(table, column);
        /* The row has another name when it was its number that changed. */
        update = prepare_update(db, table, column);
        sqlite3_bind_int64(update, 1, was);
        sqlite3_bind_int64(update, 2, row);
        assert_int_equal(sqlite3_step(update), SQLITE_DONE);
        if (sqlite3_changes(db) == 0) {
            sqlite3_reset(update);
            sqlite3_bind_int64(update, 2, now);
            assert_int_equal(sqlite3_step(update), SQLITE_DONE);
            assert_int_equal(sqlite3_changes(db), 1);
        }
        sqlite3_finalize(update);
    }
}

/* Another kind of value: a text, a number, nothing. */
static void change_kind(sqlite3 *db, const char *table, const char *column, sqlite3_int64 row,
                        sqlite3_value *value)
{
    static const char *const kinds[] = {"'text'", "1.5", "NULL"};
    char sql[512];
    for (size_t i = 0; i < 3; i++) {
        snprintf(sql, sizeof sql, "UPDATE %s SET %s = %s WHERE rowid = %lld", table, column,
                 kinds[i], (long long)row);
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            continue;
        sum.flips++;
        judge(table, column);
        assert_true(set(db, table, column, &row, value));
    }
}

static void flip_row(sqlite3 *db, const char *table, sqlite3_int64 row)
{
    sqlite3_value *values[COLUMNS];
    char names[COLUMNS][32];
    char sql[128];
    sqlite3_stmt *select = NULL;
    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE rowid = %lld", table, (long long)row);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    const int n = sqlite3_column_count(select);
    assert_true(n <= COLUMNS);
    for (int i = 0; i < n; i++) {
        values[i] = sqlite3_value_dup(sqlite3_column_value(select, i));
        snprintf(names[i], sizeof names[i], "%s", sqlite3_column_name(select, i));
    }
    sqlite3_finalize(select);
    for (int i = 0; i < n; i++) {
        if (sqlite3_value_type(values[i]) == SQLITE_BLOB)
            flip_blob(db, table, names[i], row, values[i]);
        else if (sqlite3_value_type(values[i]) == SQLITE_INTEGER)
            flip_number(db, table, names[i], row, values[i]);
        change_kind(db, table, names[i], row, values[i]);
        sqlite3_value_free(values[i]);
    }
}

static size_t rows_of(sqlite3 *db, const char *table, sqlite3_int64 rows[ROWS])
{
    size_t n = 0;
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT rowid FROM %s ORDER BY rowid", table);
    sqlite3_stmt *select = prepare(db, sql);
    while (sqlite3_step(select) == SQLITE_ROW && n < ROWS)
        rows[n++] = sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    return n;
}

/* A journal in which everything stands: two letters, a status, a note, an answer, an envelope that
   does not open. */
static void fill(void)
{
    static const uint8_t noise[ENVELOPE_LEN];
    enum error error = ERROR_NONE;
    bool changed = false;
    assert_int_equal(fake_desk_note(&history_test_desk, 1, "note", 4), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&history_test_desk, 2, "answer", 6, FAKE_DESK_DAY),
                     ERROR_NONE);
    assert_int_equal(fake_desk_set_status(&history_test_desk, 1, taxonomy_status("opened"),
                                          FAKE_DESK_DAY, &changed),
                     ERROR_NONE);
    fake_kiosk_raw(&history_test_kiosk, noise);
    assert_int_equal(fake_desk_import(&history_test_desk, &history_test_kiosk,
                                      history_test_kiosk.seq, history_test_kiosk.seq, NULL),
                     ERROR_NONE);
    free(honest);
    honest = read_all(&error);
    assert_false(is_named(error));
}

static sqlite3 *other_program(void)
{
    sqlite3 *db = raw_db_open(folder_path(history_test_desk.dir, "journal.db"));
    raw_db_run(db, "PRAGMA synchronous=OFF");
    return db;
}

static void test_every_flipped_byte_is_named_or_reads_the_same(void **state)
{
    enum error error = ERROR_NONE;
    fill();
    sqlite3 *db = other_program();
    for (size_t t = 0; t < TABLES; t++) {
        sqlite3_int64 rows[ROWS];
        const size_t n = rows_of(db, tables[t], rows);
        for (size_t i = 0; i < n; i++) {
            first_row = i == 0;
            flip_row(db, tables[t], rows[i]);
        }
    }
    raw_db_close(db);
    char *text = read_all(&error);
    assert_string_equal(text, honest);
    assert_false(is_named(error));
    free(text);
    assert_int_equal(sum.lost, 0);
}

/* A row is gone. */
static void remove_row(sqlite3 *db, const char *table, sqlite3_int64 row)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "DROP TABLE IF EXISTS temp.keep; CREATE TEMP TABLE keep AS SELECT * FROM main.%s "
             "WHERE rowid = %lld; DELETE FROM main.%s WHERE rowid = %lld",
             table, (long long)row, table, (long long)row);
    raw_db_run(db, sql);
    sum.rows++;
    judge(table, "a row that was removed");
    snprintf(sql, sizeof sql, "INSERT INTO main.%s SELECT * FROM temp.keep", table);
    raw_db_run(db, sql);
}

/* What is sealed or signed stands in the place of another's. */
static void swap_rows(sqlite3 *db, const char *table, const char *column, sqlite3_int64 a,
                      sqlite3_int64 b)
{
    char swap[512];
    snprintf(swap, sizeof swap,
             "UPDATE main.%s SET %s = (SELECT o.%s FROM main.%s o WHERE o.rowid = "
             "CASE main.%s.rowid WHEN %lld THEN %lld ELSE %lld END) WHERE rowid IN (%lld, %lld)",
             table, column, column, table, table, (long long)a, (long long)b, (long long)a,
             (long long)a, (long long)b);
    raw_db_run(db, "DROP TABLE IF EXISTS temp.was");
    char keep[256];
    snprintf(keep, sizeof keep, "CREATE TEMP TABLE was AS SELECT rowid r, %s v FROM main.%s",
             column, table);
    raw_db_run(db, keep);
    raw_db_run(db, swap);
    sum.rows++;
    judge(table, "rows that were swapped");
    snprintf(swap, sizeof swap,
             "UPDATE main.%s SET %s = (SELECT v FROM temp.was WHERE r = main.%s.rowid)", table,
             column, table);
    raw_db_run(db, swap);
}

static void test_every_row_that_is_removed_or_swapped_is_named(void **state)
{
    static const struct {
        const char *table, *column;
    } sealed[] = {{"txn", "signature"},  {"txn", "hash"},        {"txn", "officer"},
                  {"act", "head"},       {"act", "head_digest"}, {"act", "body_digest"},
                  {"act", "txn"},        {"body", "sealed"},     {"casekey", "wrapped"},
                  {"casekey", "handle"}, {"wrap", "sealed"},     {"record", "previous"},
                  {"record", "act"}};
    enum error error = ERROR_NONE;
    const unsigned lost = sum.lost;
    fill();
    sqlite3 *db = other_program();
    sqlite3_int64 rows[ROWS];
    for (size_t t = 1; t < TABLES; t++) {
        const size_t n = rows_of(db, tables[t], rows);
        for (size_t i = 0; i < n; i++)
            remove_row(db, tables[t], rows[i]);
    }
    for (size_t t = 0; t < sizeof sealed / sizeof *sealed; t++) {
        const size_t n = rows_of(db, sealed[t].table, rows);
        for (size_t i = 1; i < n; i++)
            swap_rows(db, sealed[t].table, sealed[t].column, rows[i - 1], rows[i]);
    }
    raw_db_close(db);
    char *text = read_all(&error);
    assert_string_equal(text, honest);
    free(text);
    assert_int_equal(sum.lost, lost);
}

/* Taking the last act away stops nobody: the hole is named, and the next act stands. */
static void test_the_office_goes_on_behind_a_removed_act(void **state)
{
    static const char *const deeds[] = {
        "DELETE FROM act WHERE seq = (SELECT max(seq) FROM act)",
        "DELETE FROM body WHERE seq = (SELECT max(seq) FROM body)",
        "DELETE FROM txn WHERE no = (SELECT max(no) FROM txn)",
    };
    char words[] = "went on 0";
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        sqlite3 *db = other_program();
        raw_db_run(db, deeds[i]);
        raw_db_close(db);
        history_test_desk.vault.history.stale = true;
        words[sizeof words - 2]++;
        assert_int_equal(fake_desk_note(&history_test_desk, 1, words, sizeof words - 1),
                         ERROR_NONE);
        enum error error = ERROR_NONE;
        char *text = read_all(&error);
        assert_true(is_named(ERROR_NONE));
        assert_non_null(strstr(text, words));
        free(text);
    }
}

static int report(void **state)
{
    free(honest);
    print_message("history: %u bytes flipped, %u rows removed or swapped: %u named, %u "
                  "read the same, %u unseen\n",
                  sum.flips, sum.rows, sum.named, sum.same, sum.lost);
    return 0;
}

#define HISTORY_TEST(f)                                                                            \
    cmocka_unit_test_setup_teardown(f, history_test_setup, history_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(test_the_office_goes_on_behind_a_removed_act),
        HISTORY_TEST(test_every_row_that_is_removed_or_swapped_is_named),
        HISTORY_TEST(test_every_flipped_byte_is_named_or_reads_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, report);
}
