/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal file: transactions, acts, bodies, keys; what comes once, what it refuses, and rows of
   another shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/journal_test.h"

static const uint8_t office[JOURNAL_HASH_LEN] = "the id of an office";

/* --- the file --- */

static void the_office_is_kept(void **state)
{
    struct journal_scene *scene = *state;
    uint8_t held[JOURNAL_HASH_LEN];
    assert_int_equal(journal_office(scene->journal, held), ERROR_NONE);
    assert_memory_equal(held, office, sizeof office);
    assert_int_equal(journal_make(scene->path, false, office), ERROR_EXISTS);
    journal_test_sql(scene, "DELETE FROM office");
    assert_int_equal(journal_office(scene->journal, held), ERROR_JOURNAL_CORRUPT);
    assert_int_equal(journal_check(scene->journal), ERROR_NONE);
    assert_int_equal(journal_checkpoint(scene->journal), ERROR_NONE);
}

static void what_is_no_journal_is_said(void **state)
{
    struct journal_scene *scene = *state;
    struct journal *journal = NULL;
    journal_close(&scene->journal);
    journal_test_sql(scene, "PRAGMA user_version = 2");
    assert_int_equal(journal_open(scene->path, &journal), ERROR_JOURNAL_NEWER);
    journal_test_sql(scene, "PRAGMA application_id = 7");
    assert_int_equal(journal_open(scene->path, &journal), ERROR_JOURNAL_FOREIGN);
    assert_int_equal(unlink(scene->path), 0);
    assert_int_equal(journal_open(scene->path, &journal), ERROR_JOURNAL_MISSING);
    assert_null(journal);
    journal_close(&journal);
}

static void a_journal_that_is_shared_is_the_groups(void **state)
{
    struct journal_scene *scene = *state;
    struct stat st;
    const mode_t was = umask(077);
    const char *path = folder_path(scene->folder, "shared.db");
    assert_int_equal(journal_make(path, true, office), ERROR_NONE);
    umask(was);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0660);
    assert_int_equal(stat(scene->path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
}

static void what_is_rolled_back_is_gone(void **state)
{
    struct journal_scene *scene = *state;
    const struct journal_txn txn = journal_test_txn(2);
    struct journal_txn held;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_txn(scene->journal, &txn), ERROR_NONE);
    assert_int_equal(journal_finish(scene->journal, ERROR_MEMORY), ERROR_MEMORY);
    assert_int_equal(journal_txn(scene->journal, 2, &held), ERROR_NO_ROW);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_txn(scene->journal, &txn), ERROR_NONE);
    assert_int_equal(journal_finish(scene->journal, ERROR_NONE), ERROR_NONE);
    journal_close(&scene->journal);
    assert_int_equal(journal_open(scene->path, &scene->journal), ERROR_NONE);
    assert_int_equal(journal_txn(scene->journal, 2, &held), ERROR_NONE);
}

/* --- transactions and acts --- */

struct seen {
    char text[128];
    struct journal *journal;
    enum error answer;
};

static void see(struct seen *seen, unsigned long number)
{
    const size_t len = strlen(seen->text);
    snprintf(seen->text + len, sizeof seen->text - len, "%lu ", number);
}

static enum error see_txn(void *context, const struct journal_txn *txn)
{
    struct seen *seen = context;
    struct journal_txn same;
    see(seen, txn->no);
    assert_int_equal(journal_txn(seen->journal, txn->no, &same), ERROR_NONE);
    assert_memory_equal(&same, txn, sizeof same);
    return seen->answer;
}

static void transactions_come_in_order_and_once(void **state)
{
    struct journal_scene *scene = *state;
    struct seen seen = {.journal = scene->journal};
    struct journal_txn last, txn = journal_test_txn(2), fork = journal_test_txn(3);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_txn(scene->journal, &txn), ERROR_NONE);
    assert_int_equal(journal_add_txn(scene->journal, &txn), ERROR_EXISTS);
    memcpy(fork.prev, txn.prev, sizeof fork.prev);
    assert_int_equal(journal_add_txn(scene->journal, &fork), ERROR_EXISTS);
    fork = journal_test_txn(3);
    fork.officer = UINT32_MAX;
    assert_int_equal(journal_add_txn(scene->journal, &fork), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_last_txn(scene->journal, &last), ERROR_NONE);
    assert_memory_equal(&last, &fork, sizeof last);
    assert_int_equal(journal_each_txn(scene->journal, 0, see_txn, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "1 2 3 ");
    seen.text[0] = '\0';
    assert_int_equal(journal_each_txn(scene->journal, 2, see_txn, &seen), ERROR_NONE);
    assert_int_equal(journal_each_txn(scene->journal, UINT64_MAX, see_txn, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "3 ");
    seen.answer = ERROR_FORGED;
    assert_int_equal(journal_each_txn(scene->journal, 0, see_txn, &seen), ERROR_FORGED);
    assert_string_equal(seen.text, "3 1 ");
}

static enum error see_act(void *context, const struct journal_act *act)
{
    struct seen *seen = context;
    see(seen, act->seq);
    see(seen, act->txn);
    see(seen, act->head_len);
    see(seen, act->body_digest[31]);
    return seen->answer;
}

static void acts_come_in_order_and_once(void **state)
{
    struct journal_scene *scene = *state;
    struct seen seen = {.text = ""};
    uint64_t last = 0;
    struct journal_act act = journal_test_act(3, 1);
    memset(act.body_digest, 9, sizeof act.body_digest);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_act(scene->journal, &act), ERROR_NONE);
    assert_int_equal(journal_add_act(scene->journal, &act), ERROR_EXISTS);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_last_act(scene->journal, &last), ERROR_NONE);
    assert_int_equal(last, 3);
    assert_int_equal(journal_each_act(scene->journal, 1, see_act, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "2 1 14 0 3 1 14 9 ");
    seen.text[0] = '\0';
    assert_int_equal(journal_act(scene->journal, 3, see_act, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "3 1 14 9 ");
    assert_int_equal(journal_act(scene->journal, 4, see_act, &seen), ERROR_NO_ROW);
    seen.answer = ERROR_SEAL;
    assert_int_equal(journal_act(scene->journal, 3, see_act, &seen), ERROR_SEAL);
}

static void numbers_that_do_not_come_back_are_refused(void **state)
{
    static const uint64_t wrong[] = {0, (uint64_t)INT64_MAX + 1, UINT64_MAX};
    struct journal_scene *scene = *state;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    for (size_t i = 0; i < 3; i++) {
        struct journal_txn txn = journal_test_txn(2);
        const struct journal_act act = journal_test_act(wrong[i], 1);
        const struct journal_record record = {.seq = wrong[i], .act = 1};
        txn.no = wrong[i];
        assert_int_equal(journal_add_txn(scene->journal, &txn), ERROR_MALFORMED);
        assert_int_equal(journal_add_act(scene->journal, &act), ERROR_MALFORMED);
        assert_int_equal(journal_add_record(scene->journal, &record, NULL, 0), ERROR_MALFORMED);
        assert_int_equal(journal_has_record(scene->journal, &record), ERROR_NO_ROW);
    }
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
}

static void an_empty_journal_has_no_last(void **state)
{
    struct journal_scene *scene = *state;
    struct journal *empty = NULL;
    struct journal_txn txn;
    uint64_t last = 9;
    const char *path = folder_path(scene->folder, "empty.db");
    assert_int_equal(journal_make(path, false, office), ERROR_NONE);
    assert_int_equal(journal_open(path, &empty), ERROR_NONE);
    assert_int_equal(journal_last_txn(empty, &txn), ERROR_NO_ROW);
    assert_int_equal(journal_last_act(empty, &last), ERROR_NONE);
    assert_int_equal(last, 0);
    journal_close(&empty);
}

static void a_body_belongs_to_one_act(void **state)
{
    struct journal_scene *scene = *state;
    static uint8_t body[JOURNAL_BODY_MAX], held[JOURNAL_BODY_MAX];
    size_t len = 0;
    memset(body, 'b', sizeof body);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_body(scene->journal, 2, body, sizeof body), ERROR_NONE);
    assert_int_equal(journal_add_body(scene->journal, 2, body, 1), ERROR_EXISTS);
    assert_int_not_equal(journal_add_body(scene->journal, 3, body, 1), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_body(scene->journal, 2, held, &len), ERROR_NONE);
    assert_int_equal(len, sizeof body);
    assert_memory_equal(held, body, sizeof body);
    assert_int_equal(journal_body(scene->journal, 1, held, &len), ERROR_NO_ROW);
    assert_int_equal(len, 0);
}

/* --- keys --- */

static struct journal_casekey casekey(uint8_t name, uint16_t compartment, uint32_t generation,
                                      size_t len)
{
    struct journal_casekey key = {.compartment = compartment, .generation = generation, .len = len};
    memset(key.commitment, name, sizeof key.commitment);
    memset(key.handle, name, sizeof key.handle);
    memset(key.wrapped, name, len);
    return key;
}

static void add_casekey(struct journal *journal, const struct journal_casekey *key)
{
    assert_int_equal(journal_begin(journal), ERROR_NONE);
    assert_int_equal(journal_add_casekey(journal, key), ERROR_NONE);
    assert_int_equal(journal_commit(journal), ERROR_NONE);
}

static void a_case_key_is_kept_and_wrapped_anew(void **state)
{
    struct journal_scene *scene = *state;
    struct journal_casekey key = casekey('k', 16, 1, 80), held;
    const struct journal_casekey unknown = casekey('u', 16, 1, 60);
    add_casekey(scene->journal, &key);
    assert_int_equal(journal_casekey(scene->journal, key.commitment, &held), ERROR_NONE);
    assert_memory_equal(&held, &key, sizeof key);
    assert_int_equal(journal_casekey(scene->journal, unknown.commitment, &held), ERROR_NO_ROW);
    key = casekey('k', 16, UINT32_MAX, 60);
    memset(key.wrapped, 'n', key.len);
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_casekey(scene->journal, &key), ERROR_EXISTS);
    assert_int_equal(journal_rewrap(scene->journal, &unknown), ERROR_NO_ROW);
    assert_int_equal(journal_rewrap(scene->journal, &key), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_casekey(scene->journal, key.commitment, &held), ERROR_NONE);
    assert_memory_equal(&held, &key, sizeof key);
}

static void stale_case_keys_are_found_until_there_is_none(void **state)
{
    struct journal_scene *scene = *state;
    const struct journal_casekey keys[] = {
        casekey('a', 16, 1, 60), casekey('b', 16, 2, 60), casekey('c', 16, 3, 60),
        casekey('d', 16, 3, 80), casekey('e', 17, 1, 80),
    };
    struct journal_casekey held[4];
    size_t found = 9;
    int all = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        add_casekey(scene->journal, &keys[i]);
    assert_int_equal(journal_stale_casekeys(scene->journal, 16, 3, held, 4, &found), ERROR_NONE);
    assert_int_equal(found, 3);
    for (size_t i = 0; i < found; i++)
        all += held[i].commitment[0];
    assert_int_equal(all, 'a' + 'b' + 'd');
    for (all = 0; all < 4; all++) {
        assert_int_equal(journal_stale_casekeys(scene->journal, 16, 3, held, 1, &found),
                         ERROR_NONE);
        if (found == 0)
            break;
        const struct journal_casekey fresh = casekey(held[0].commitment[0], 16, 3, 60);
        assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
        assert_int_equal(journal_rewrap(scene->journal, &fresh), ERROR_NONE);
        assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    }
    assert_int_equal(all, 3);
}

static enum error see_wrap(void *context, const struct journal_wrap *wrap)
{
    struct seen *seen = context;
    see(seen, wrap->compartment);
    see(seen, wrap->generation);
    see(seen, wrap->sealed[JOURNAL_WRAP_LEN - 1]);
    return seen->answer;
}

static void put_wrap(struct journal *journal, uint32_t officer, uint16_t compartment,
                     uint32_t generation, uint8_t sealed)
{
    struct journal_wrap wrap = {compartment, generation, officer, {0}};
    memset(wrap.sealed, sealed, sizeof wrap.sealed);
    assert_int_equal(journal_put_wrap(journal, &wrap), ERROR_NONE);
}

static void wraps_are_each_officers_own(void **state)
{
    struct journal_scene *scene = *state;
    struct seen seen = {.text = ""}, other = {.text = ""}, none = {.text = ""};
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    put_wrap(scene->journal, 1, 16, 1, 5);
    put_wrap(scene->journal, 1, 2, 2, 6);
    put_wrap(scene->journal, 1, 2, 1, 7);
    put_wrap(scene->journal, 0, 2, 1, 8);
    put_wrap(scene->journal, 1, 16, 1, 9); /* in the place of the first */
    assert_int_equal(journal_each_wrap(scene->journal, 1, see_wrap, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "2 1 7 2 2 6 16 1 9 ");
    assert_int_equal(journal_drop_wraps(scene->journal, 1), ERROR_NONE);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_each_wrap(scene->journal, 1, see_wrap, &none), ERROR_NONE);
    assert_string_equal(none.text, "");
    assert_int_equal(journal_each_wrap(scene->journal, 0, see_wrap, &other), ERROR_NONE);
    assert_string_equal(other.text, "2 1 8 ");
}

static enum error see_officer(void *context, const struct journal_officer *officer)
{
    struct seen *seen = context;
    see(seen, officer->no);
    see(seen, officer->sign[0]);
    see(seen, officer->agree[31]);
    return seen->answer;
}

static void officers_are_known_by_number_and_key(void **state)
{
    struct journal_scene *scene = *state;
    struct seen seen = {.text = ""};
    struct journal_officer officer = {2, {22}, {0}};
    officer.agree[31] = 23;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    assert_int_equal(journal_add_officer(scene->journal, &officer), ERROR_NONE);
    officer.no = 1;
    assert_int_equal(journal_add_officer(scene->journal, &officer), ERROR_EXISTS);
    officer.sign[0] = 11;
    assert_int_equal(journal_add_officer(scene->journal, &officer), ERROR_NONE);
    officer.sign[0] = 12;
    assert_int_equal(journal_add_officer(scene->journal, &officer), ERROR_EXISTS);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_each_officer(scene->journal, see_officer, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "1 11 23 2 22 23 ");
}

/* --- rows of another shape --- */

static enum error no_kiosk(void *context, const struct journal_kiosk *kiosk)
{
    return ERROR_NONE;
}

static enum error no_record(void *context, const struct journal_record *record)
{
    return ERROR_NONE;
}

/* What reading all rows of the table that the statement changes says. */
static enum error read_all(struct journal *journal, const char *table)
{
    static uint8_t body[JOURNAL_BODY_MAX];
    struct seen seen = {.journal = journal};
    struct journal_casekey key[2];
    size_t n = 0;
    if (strcmp(table, "office") == 0)
        return journal_office(journal, body);
    if (strcmp(table, "txn") == 0)
        return journal_each_txn(journal, 0, see_txn, &seen);
    if (strcmp(table, "act") == 0)
        return journal_each_act(journal, 0, see_act, &seen);
    if (strcmp(table, "body") == 0)
        return journal_body(journal, 1, body, &n);
    if (strcmp(table, "casekey") == 0)
        return journal_stale_casekeys(journal, 16, UINT32_MAX, key, 2, &n);
    if (strcmp(table, "wrap") == 0)
        return journal_each_wrap(journal, 1, see_wrap, &seen);
    if (strcmp(table, "officer") == 0)
        return journal_each_officer(journal, see_officer, &seen);
    if (strcmp(table, "kiosk") == 0)
        return journal_each_kiosk(journal, no_kiosk, NULL);
    return journal_each_record(journal, 0, no_record, NULL);
}

static void fill(struct journal *journal)
{
    const struct journal_casekey key = casekey('k', 16, 1, 60);
    const struct journal_officer officer = {1, {1}, {2}};
    const struct journal_record record = {.seq = 1, .act = 1};
    assert_int_equal(journal_begin(journal), ERROR_NONE);
    assert_int_equal(journal_add_body(journal, 1, key.wrapped, 60), ERROR_NONE);
    assert_int_equal(journal_add_casekey(journal, &key), ERROR_NONE);
    put_wrap(journal, 1, 2, 3, 4);
    assert_int_equal(journal_add_officer(journal, &officer), ERROR_NONE);
    assert_int_equal(journal_add_kiosk(journal, record.kiosk), ERROR_NONE);
    assert_int_equal(journal_add_record(journal, &record, NULL, 0), ERROR_NONE);
    assert_int_equal(journal_commit(journal), ERROR_NONE);
}

static void rows_of_another_shape_are_damage(void **state)
{
    static const struct {
        const char *table, *change;
    } cases[] = {
        {"office", "id = x'00'"},
        {"txn", "prev = 'text'"},
        {"txn", "hash = zeroblob(33)"},
        {"txn", "signature = zeroblob(63)"},
        {"txn", "officer = 4294967296"},
        {"txn", "officer = -1"},
        {"txn", "acts = 'many'"},
        {"act", "head_digest = x'00'"},
        {"act", "body_digest = 7"},
        {"body", "sealed = zeroblob(16321)"},
        {"body", "sealed = 'text'"},
        {"casekey", "handle = x'00'"},
        {"casekey", "commitment = x'00'"},
        {"casekey", "generation = -1"},
        {"casekey", "wrapped = zeroblob(81)"},
        {"casekey", "wrapped = 1"},
        {"wrap", "sealed = zeroblob(79)"},
        {"wrap", "compartment = 65536"},
        {"wrap", "generation = 'x'"},
        {"officer", "sign = x'00'"},
        {"officer", "agree = 'text'"},
        {"officer", "no = 4294967296"},
        {"kiosk", "kiosk = x'00'"},
        {"kiosk", "tip_seq = -1"},
        {"kiosk", "tip_hash = x''"},
        {"record", "kiosk = x'00'"},
        {"record", "seq = -1"},
        {"record", "hash = x'00'"},
        {"record", "previous = 'text'"},
        {"record", "day = 4294967296"},
        {"record", "flags = 256"},
        {"record", "act = 'x'"},
    };
    struct journal_scene *scene = *state;
    char *good = strdup(folder_path(scene->folder, "good.db"));
    fill(scene->journal);
    journal_close(&scene->journal);
    folder_copy(scene->path, good);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[128];
        folder_copy(good, scene->path);
        assert_int_equal(journal_open(scene->path, &scene->journal), ERROR_NONE);
        assert_int_equal(read_all(scene->journal, cases[i].table), ERROR_NONE);
        snprintf(sql, sizeof sql, "UPDATE %s SET %s", cases[i].table, cases[i].change);
        journal_test_sql(scene, sql);
        if (read_all(scene->journal, cases[i].table) != ERROR_JOURNAL_CORRUPT)
            fail_msg("taken: %s", sql);
        journal_close(&scene->journal);
    }
    free(good);
}

/* Whoever reads acts opens heads: a wrong one is for them to name. */
static void a_head_that_is_no_blob_has_no_length(void **state)
{
    struct journal_scene *scene = *state;
    struct seen seen = {.text = ""};
    journal_test_sql(scene, "UPDATE act SET head = 'text' WHERE seq = 1");
    assert_int_equal(journal_each_act(scene->journal, 0, see_act, &seen), ERROR_NONE);
    assert_string_equal(seen.text, "1 1 0 0 2 1 14 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(the_office_is_kept),
        JOURNAL_TEST(what_is_no_journal_is_said),
        JOURNAL_TEST(a_journal_that_is_shared_is_the_groups),
        JOURNAL_TEST(what_is_rolled_back_is_gone),
        JOURNAL_TEST(transactions_come_in_order_and_once),
        JOURNAL_TEST(acts_come_in_order_and_once),
        JOURNAL_TEST(numbers_that_do_not_come_back_are_refused),
        JOURNAL_TEST(an_empty_journal_has_no_last),
        JOURNAL_TEST(a_body_belongs_to_one_act),
        JOURNAL_TEST(a_case_key_is_kept_and_wrapped_anew),
        JOURNAL_TEST(stale_case_keys_are_found_until_there_is_none),
        JOURNAL_TEST(wraps_are_each_officers_own),
        JOURNAL_TEST(officers_are_known_by_number_and_key),
        JOURNAL_TEST(rows_of_another_shape_are_damage),
        JOURNAL_TEST(a_head_that_is_no_blob_has_no_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
