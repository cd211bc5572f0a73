/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any values in the rows of an office's journal, as another program with access to the folder can
   put there: the desk goes on, or says a word. Input: how (1 byte: which call fails, of each three
   or five one; 32 the desk has no secrets yet, 64 it fails in what is shown and done then, 128 the
   desk is open meanwhile), then changes: table (1 byte), column (1), row (1), deed (1), a number
   (1), and for a deed that writes bytes as many of them (none: a secret wrapped for the officer
   that was never made). */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/office.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

enum { HEAD = 1, BARE = 32, LATER = 64, OPEN = 128, CHANGE = 5, CHANGES = 8 };

static const struct {
    const char *table;
    const char *columns[8];
} tables[] = {
    {"office", {"id"}},
    {"txn", {"no", "prev", "officer", "acts", "hash", "signature"}},
    {"act", {"seq", "txn", "head", "head_digest", "body_digest"}},
    {"body", {"seq", "sealed"}},
    {"casekey", {"commitment", "handle", "compartment", "generation", "wrapped"}},
    {"wrap", {"officer", "compartment", "generation", "sealed"}},
    {"officer", {"no", "sign", "agree"}},
    {"kiosk", {"kiosk", "tip_seq", "tip_hash", "tip_day"}},
    {"record", {"kiosk", "seq", "hash", "previous", "day", "flags", "act"}},
    {"envelope", {"kiosk", "seq", "hash", "envelope"}},
};
enum { TABLES = sizeof tables / sizeof *tables };

/* What a value becomes: @ is its column, ?2 the number, ?3 the bytes; and rows that go. */
static const char *const deeds[] = {
    "?2",
    "-?2",
    "9223372036854775807 - ?2",
    "@ + ?2",
    "NULL",
    "?3",
    "CAST(@ AS TEXT)",
    "zeroblob(?2 * ?2)",
    "CAST(substr(@, 1, ?2) AS BLOB)",
    "CAST(substr(@, 1, ?2) || ?3 || substr(@, ?2 + 1 + length(?3)) AS BLOB)",
};
enum { DEEDS = sizeof deeds / sizeof *deeds, MOVED = DEEDS, GONE, ALL };

static struct fake_desk *desk;
static struct journal_wrap never_made;

static void make_false(void)
{
    const struct keyset *keys = desk->vault.keys;
    struct keyset_generation made = *keys->generations[0];
    struct grant_holder holder = {.officer = keys->officer};

    memcpy(holder.agree, keys->agree_public, HPKE_KEY_LEN);
    made.secret[0] ^= 1;
    must(grant_secret(desk->vault.charter.office, &made, &holder, &never_made) == ERROR_NONE);
}

static void start(void)
{
    fuzz_fail_at(0);
    if (desk != NULL)
        return;
    desk = fuzz_office();
    make_false();
}

/* The deed with the column in it. */
static void fill_in(const char *deed, const char *column, char *out, size_t room)
{
    size_t len = 0;

    for (; *deed != '\0'; deed++)
        len +=
            (size_t)snprintf(out + len, room - len, "%.*s", *deed == '@' ? (int)strlen(column) : 1,
                             *deed == '@' ? column : deed);
}

static void compose(const uint8_t *change, char *sql, size_t room)
{
    static const char row[] =
        "WHERE rowid = (SELECT rowid FROM %s ORDER BY rowid LIMIT 1 OFFSET ?1)";
    const char *table = tables[change[0] % TABLES].table;
    const char *const *columns = tables[change[0] % TABLES].columns;
    char value[256], where[128];
    size_t n = 0;

    while (n < 8 && columns[n] != NULL)
        n++;
    const char *column = columns[change[1] % n];
    const int deed = change[3] % ALL;
    snprintf(where, sizeof where, row, table);
    if (deed == GONE) {
        snprintf(sql, room, "DELETE FROM %s %s", table, where);
        return;
    }
    if (deed == MOVED)
        snprintf(value, sizeof value, "(SELECT %s FROM %s ORDER BY rowid LIMIT 1 OFFSET ?2)",
                 column, table);
    else
        fill_in(deeds[deed], column, value, sizeof value);
    snprintf(sql, room, "UPDATE %s SET %s = %s %s", table, column, value, where);
}

/* What the tables do not take is left out. Returns the bytes of the change. */
static size_t change_row(sqlite3 *db, const uint8_t *change, size_t size)
{
    char sql[512];
    sqlite3_stmt *statement = NULL;
    const size_t len = size - CHANGE < change[4] ? size - CHANGE : change[4];

    compose(change, sql, sizeof sql);
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
        if (i == 3 && len == 0)
            must(sqlite3_bind_blob(statement, i, never_made.sealed, sizeof never_made.sealed,
                                   SQLITE_STATIC) == SQLITE_OK);
        else if (i == 3)
            must(sqlite3_bind_blob(statement, i, change + CHANGE, (int)len, SQLITE_STATIC) ==
                 SQLITE_OK);
        else
            must(sqlite3_bind_int(statement, i, change[i == 1 ? 2 : 4]) == SQLITE_OK);
    }
    (void)sqlite3_step(statement);
    sqlite3_finalize(statement);
    return CHANGE + (change[3] % ALL == 5 || change[3] % ALL == 9 ? len : 0);
}

static void change_rows(const uint8_t *data, size_t size)
{
    sqlite3 *db = raw_db_open(folder_path(desk->dir, "journal.db"));

    for (int i = 0; i < CHANGES && size >= CHANGE; i++) {
        const size_t n = change_row(db, data, size);
        data += n;
        size -= n;
    }
    raw_db_close(db);
}

/* An officer who begins with nothing but their own keys takes what was wrapped for them. */
static void drop_secrets(struct keyset *keys)
{
    while (keys->generation_count > 0)
        keyset_drop(keys, keys->generations[0]->compartment, keys->generations[0]->generation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    if (size < HEAD)
        return 0;
    struct vault *vault = &desk->vault;
    const unsigned fault = data[0] & LATER ? 0 : data[0] % 32;
    const unsigned later = data[0] & LATER ? data[0] % 32 : 0;

    fuzz_office_back(desk);
    if (data[0] & BARE)
        drop_secrets(vault->keys);
    if (!(data[0] & OPEN))
        change_rows(data + HEAD, size - HEAD);
    fuzz_fail_at(3 * fault);
    enum error error = fake_desk_reopen(desk);
    fuzz_fail_at(0);
    if (data[0] & OPEN)
        change_rows(data + HEAD, size - HEAD);
    if (size == HEAD)
        must((error == ERROR_NONE && vault->history.fault_count == 0) || fault > 0);
    must(error == ERROR_NONE || error_text(error) != NULL);
    if (error == ERROR_NONE) {
        fuzz_office_show(desk, 5 * later);
        fuzz_office_go_on(desk, later);
    }
    return 0;
}
