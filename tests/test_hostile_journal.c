/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A colleague or a technician with the journal in their hands: what they take away, put in or
   change is named by the next desk or by the audit, serves nobody, and locks nobody out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "office/audit.h"
#include "office/grant.h"
#include "office/intake.h"
#include "office/officer.h"
#include "office/request.h"
#include "tests/lib/audit_found.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;

/* An office of a lead with one kiosk and two cases, and of a second officer, who never did a thing.
 */
static struct keyset *second;

static void join(uint32_t no)
{
    char fingerprint[NAMING_FINGERPRINT_LEN], name[NAMING_NAME_MAX + 1];
    const struct officer_order order = {fingerprint, ACT_OFFICER_ROLE, FAKE_DESK_NOW};
    assert_int_equal(keyset_new(desk.vault.charter.office, &second), ERROR_NONE);
    assert_int_equal(keyset_make_own(second), ERROR_NONE);
    assert_int_equal(request_write(desk.vault.dir, 0600, second, "Second", fingerprint),
                     ERROR_NONE);
    assert_int_equal(officer_add(&desk.vault, &order, &second->officer, name), ERROR_NONE);
    assert_int_equal(second->officer, no);
}

static int setup(void **state)
{
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    for (char who = 1; who <= 3; who += 2) {
        const struct letter letter = fake_kiosk_letter(&kiosk, who, "text");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, 2, NULL), ERROR_NONE);
    join(2);
    return 0;
}

static int teardown(void **state)
{
    keyset_free(&second);
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    return 0;
}

/* --- what the audit finds --- */

static struct audit_found audit(void)
{
    return audit_found_in(&desk.vault);
}

static void change(const char *sql)
{
    raw_db(folder_path(desk.dir, "journal.db"), sql);
}

static void nothing_is_found_where_nothing_was_done(void **state)
{
    assert_int_equal(audit().all, 0);
}

/* --- officers --- */

static void an_officer_whose_row_is_gone_is_named(void **state)
{
    change("DELETE FROM officer WHERE no = 2");
    const struct audit_found found = audit();
    assert_int_equal(found.all, 1);
    assert_int_equal(found.kinds[AUDIT_OFFICER], 1);
    assert_int_equal(found.last.officer, 2);
}

static void an_officer_whose_keys_were_changed_is_named(void **state)
{
    change("UPDATE officer SET agree = randomblob(32) WHERE no = 2");
    const struct audit_found found = audit();
    assert_int_equal(found.all, 1);
    assert_int_equal(found.last.kind, AUDIT_OFFICER);
    assert_int_equal(found.last.officer, 2);
}

/* --- keys --- */

/* What the second officer's desk reads for the first time. */
static struct history read_as_second(void)
{
    struct history history = {.journal = desk.vault.journal,
                              .keys = second,
                              .root = desk.vault.charter.root,
                              .gate = -1,
                              .at_once = true};
    assert_int_equal(history_follow(&history), ERROR_NONE);
    return history;
}

/* Wraps a secret that everybody knows for the second officer, n times, from this generation on. */
static void wrap_rubbish(uint16_t compartment, uint32_t from, uint32_t n)
{
    static const uint8_t known[KEYSET_KEY_LEN] = "everybody knows this one";
    struct grant_holder holder = {.officer = 2};
    struct keyset *hostile = NULL;
    struct journal_wrap wrap;
    memcpy(holder.agree, second->agree_public, HPKE_KEY_LEN);
    assert_int_equal(keyset_new(desk.vault.charter.office, &hostile), ERROR_NONE);
    assert_int_equal(journal_begin(desk.vault.journal), ERROR_NONE);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(keyset_add(hostile, compartment, from + i, known), ERROR_NONE);
        assert_int_equal(grant_secret(desk.vault.charter.office,
                                      keyset_find(hostile, compartment, from + i), &holder, &wrap),
                         ERROR_NONE);
        assert_int_equal(journal_put_wrap(desk.vault.journal, &wrap), ERROR_NONE);
        keyset_drop(hostile, compartment, from + i);
    }
    assert_int_equal(journal_commit(desk.vault.journal), ERROR_NONE);
    keyset_free(&hostile);
}

/* More than there is locked memory for. */
enum { RUBBISH = SECRET_POOL / sizeof(struct keyset_generation) + 1 };

static void secrets_that_nobody_made_take_no_room(void **state)
{
    wrap_rubbish(KEYSET_HOUSE, 2, RUBBISH);
    wrap_rubbish(KEYSET_GENERAL + 1, 1, 1);
    struct history history = read_as_second();
    assert_int_equal(second->generation_count, 4);
    assert_int_equal(fold_case_count(history.fold), 2);
    assert_int_equal(history.fault_count, 1);
    assert_int_equal(history.faults[0].kind, HISTORY_SECRET);
    history_end(&history);
}

static void a_secret_in_the_place_of_the_one_that_was_made_is_not_used(void **state)
{
    wrap_rubbish(KEYSET_GENERAL, 1, 1);
    struct history history = read_as_second();
    assert_null(keyset_newest(second, KEYSET_GENERAL));
    assert_int_equal(second->generation_count, 3);
    assert_int_equal(history.fault_count, 1);
    assert_int_equal(history.faults[0].kind, HISTORY_SECRET);
    history_end(&history);
}

/* A removal, and what comes after it, are read by who joins the office later still. */
static void secrets_are_taken_as_they_were_made(void **state)
{
    assert_int_equal(officer_remove(&desk.vault, 2, FAKE_DESK_NOW), ERROR_NONE);
    keyset_free(&second);
    join(3);
    struct letter letter = fake_kiosk_letter(&kiosk, 5, "text");
    fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_NONE);
    struct history history = read_as_second();
    assert_int_equal(history.fault_count, 0);
    assert_int_equal(second->generation_count, 7);
    assert_int_equal(fold_case_count(history.fold), 3);
    assert_int_equal(history.txn, desk.vault.history.txn);
    history_end(&history);
}

/* Rubbish in the folder, and in the file itself. */
static void an_intake_key_that_nobody_named_is_not_taken(void **state)
{
    struct vault *vault = &desk.vault;
    struct grant_holder holder = {.officer = 1};
    struct keyset *keys = NULL, *hostile = NULL;
    memcpy(holder.agree, vault->keys->agree_public, HPKE_KEY_LEN);
    assert_int_equal(keyset_copy(vault->keys, &keys), ERROR_NONE);
    assert_int_equal(keyset_new(vault->charter.office, &hostile), ERROR_NONE);
    for (uint8_t epoch = 70; epoch >= 1; epoch--) {
        const uint8_t secret[ENVELOPE_KEY_LEN] = {epoch};
        hostile->intake_count = keys->intake_count = 0;
        assert_int_equal(keyset_add_intake(hostile, epoch, secret), ERROR_NONE);
        if (epoch == 1) { /* the true file is still there */
            assert_int_equal(intake_load(vault->dir, &vault->charter, keys), ERROR_NONE);
            assert_int_equal(keys->intake_count, 1);
        }
        assert_int_equal(
            intake_save(vault->dir, 0600, vault->charter.office, &hostile->intake[0], &holder, 1),
            ERROR_NONE);
    }
    keys->intake_count = 0;
    assert_int_equal(intake_load(vault->dir, &vault->charter, keys), ERROR_NONE);
    assert_int_equal(keys->intake_count, 0);
    keyset_free(&hostile);
    keyset_free(&keys);
}

static void a_desk_without_the_intake_key_takes_no_letter(void **state)
{
    struct letter letter = fake_kiosk_letter(&kiosk, 5, "text");
    fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    desk.vault.keys->intake_count = 0;
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_INTAKE_KEY);
    desk.vault.keys->intake_count = 1;
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_NONE);
    assert_int_equal(fold_case_count(desk.vault.history.fold), 3);
}

/* A charter names the newest key, and older ones to which letters are still on their way. */
static void all_intake_keys_of_the_charter_are_needed(void **state)
{
    struct charter *charter = &desk.vault.charter;
    uint8_t *secret = secret_new(ENVELOPE_KEY_LEN);
    struct letter letter = fake_kiosk_letter(&kiosk, 5, "to the older key");
    assert_non_null(secret);
    fake_kiosk_add(&kiosk, charter, &letter);
    charter->intake[1] = charter->intake[0];
    charter->intake[0].epoch = 2;
    charter->intake_count = 2;
    assert_int_equal(envelope_key_new(secret, charter->intake[0].key), ERROR_NONE);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_INTAKE_KEY);
    assert_int_equal(keyset_add_intake(desk.vault.keys, 2, secret), ERROR_NONE);
    secret_free(secret);
    letter = fake_kiosk_letter(&kiosk, 6, "to the newer one");
    fake_kiosk_add(&kiosk, charter, &letter);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 4, NULL), ERROR_NONE);
    assert_int_equal(fold_case_count(desk.vault.history.fold), 4);
}

/* As many as there are looked at together, and more, and before the true ones. */
static void keys_of_nobody_keep_no_case_from_a_removal(void **state)
{
    static struct journal_casekey left[2000];
    size_t n = 0;
    change("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 700) "
           "INSERT INTO casekey SELECT randomblob(32), randomblob(16), 16, 0, randomblob(60) "
           "FROM i");
    assert_int_equal(officer_remove(&desk.vault, 2, FAKE_DESK_NOW), ERROR_NONE);
    assert_int_equal(journal_stale_casekeys(desk.vault.journal, KEYSET_GENERAL, 2, left, 2000, &n),
                     ERROR_NONE);
    assert_int_equal(n, 700);
}

/* --- what was taken away or changed before the end of a view --- */

/* Act 1 founds the office; the kiosk's card, the import and the second officer follow. */
#define OF_LETTER "(SELECT min(seq) FROM act WHERE txn = 3)"
#define OTHER     "(SELECT min(seq) + 2 FROM act WHERE txn = 3)"

/* One hand in the journal, and what the audit finds. */
static const struct hand {
    const char *sql;
    enum audit_kind kind;
    enum history_fault_kind fault; /* AUDIT_HISTORY */
    bool at_once;                  /* the next desk names it, too */
} hands[] = {
    {"DELETE FROM act WHERE seq = " OF_LETTER, AUDIT_HISTORY, HISTORY_HASH, false},
    {"DELETE FROM act WHERE txn = 3; DELETE FROM txn WHERE no = 3", AUDIT_HISTORY, HISTORY_HOLE,
     false},
    {"DELETE FROM txn WHERE no = 3", AUDIT_HISTORY, HISTORY_HASH, false},
    {"UPDATE act SET head = zeroblob(173) WHERE seq = " OF_LETTER, AUDIT_HISTORY, HISTORY_HEAD,
     false},
    {"UPDATE txn SET officer = 2 WHERE no = 3", AUDIT_HISTORY, HISTORY_HASH, false},
    {"UPDATE txn SET signature = (SELECT signature FROM txn WHERE no = 2) WHERE no = 3",
     AUDIT_HISTORY, HISTORY_SIGNATURE, false},
    {"DELETE FROM txn WHERE no = (SELECT max(no) FROM txn); "
     "DELETE FROM act WHERE txn NOT IN (SELECT no FROM txn)",
     AUDIT_HISTORY, HISTORY_ROLLED_BACK, true},
    {"DELETE FROM body WHERE seq = " OF_LETTER, AUDIT_BODY, 0, false},
    {"UPDATE body SET sealed = (SELECT sealed FROM body WHERE seq = " OTHER
     ") WHERE seq = " OF_LETTER,
     AUDIT_BODY, 0, false},
    {"DELETE FROM casekey WHERE rowid = (SELECT min(rowid) FROM casekey)", AUDIT_KEY, 0, false},
    {"UPDATE casekey SET wrapped = (SELECT max(wrapped) FROM casekey)", AUDIT_KEY, 0, false},
    {"UPDATE casekey SET generation = 2", AUDIT_KEY, 0, false},
    {"DELETE FROM wrap WHERE officer = 1 AND compartment = 16", AUDIT_WRAP, 0, false},
    {"DELETE FROM wrap WHERE officer = 2 AND compartment = 1", AUDIT_WRAP, 0, false},
    {"DELETE FROM wrap WHERE officer = 0", AUDIT_WRAP, 0, false},
    {"UPDATE wrap SET sealed = (SELECT sealed FROM wrap WHERE officer = 2 AND compartment = 16) "
     "WHERE officer = 1 AND compartment = 16",
     AUDIT_HISTORY, HISTORY_SECRET, true},
    {"INSERT INTO wrap VALUES(1, 16, 7, zeroblob(80))", AUDIT_HISTORY, HISTORY_SECRET, true},
    {"DELETE FROM officer WHERE no = 2", AUDIT_OFFICER, 0, false},
    {"DELETE FROM kiosk", AUDIT_TIP, 0, false},
    {"UPDATE kiosk SET tip_seq = 1", AUDIT_TIP, 0, false},
    {"INSERT INTO kiosk VALUES(x'0102030405060708', 0, zeroblob(32), 0)", AUDIT_TIP, 0, false},
    {"DELETE FROM record WHERE seq = 2", AUDIT_RECORDS, 0, false},
    {"UPDATE record SET day = day + 1 WHERE seq = 2", AUDIT_RECORDS, 0, false},
    {"UPDATE record SET tag = randomblob(16) WHERE seq = 2", AUDIT_RECORDS, 0, false},
    {"UPDATE record SET tag = (SELECT tag FROM record WHERE seq = 1)", AUDIT_RECORDS, 0, false},
    {"UPDATE record SET act = 1", AUDIT_STRAY_RECORD, 0, false},
};

/* The next command of the first officer: keys come from the journal, the rest from the view. */
static void begin_again(void)
{
    struct vault *vault = &desk.vault;
    struct keyset *keys = vault->keys;
    uint8_t first[HASH_LEN];
    memcpy(first, vault->history.first, sizeof first);
    const int gate = vault->history.gate;
    history_end(&vault->history);
    view_end(&vault->view);
    while (keys->generation_count > 0)
        keyset_drop(keys, keys->generations[0]->compartment, keys->generations[0]->generation);
    vault->history = (struct history){.gate = gate};
    vault_begin(vault);
    assert_int_equal(view_load(&vault->view, first), ERROR_NONE);
    assert_int_equal(history_follow(&vault->history), ERROR_NONE);
}

/* The last transaction is the lead's naming of the second officer. */
static void every_hand_is_named(void **state)
{
    char *home = folder_make();
    const char *path = folder_path(desk.dir, "journal.db"), *kept = folder_path(home, "kept");
    desk.vault.home = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    vault_begin(&desk.vault);
    view_save(&desk.vault.view);
    begin_again();
    assert_int_equal(audit().all, 0);
    assert_int_equal(journal_checkpoint(desk.vault.journal), ERROR_NONE);
    folder_copy(path, kept);
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        const struct hand *hand = &hands[i];
        change(hand->sql);
        begin_again();
        if ((desk.vault.history.fault_count > 0) != hand->at_once)
            fail_msg("%s: %zu faults", hand->sql, desk.vault.history.fault_count);
        const struct audit_found found = audit();
        if (found.kinds[hand->kind] == 0 ||
            (hand->kind == AUDIT_HISTORY && found.faults[hand->fault] == 0))
            fail_msg("%s: not found", hand->sql);
        journal_close(&desk.vault.journal);
        folder_copy(kept, path);
        assert_int_equal(journal_open(path, &desk.vault.journal), ERROR_NONE);
        begin_again();
    }
    assert_int_equal(audit().all, 0);
    close(desk.vault.home);
    folder_remove(&home);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_found_where_nothing_was_done),
        TEST(an_officer_whose_row_is_gone_is_named),
        TEST(an_officer_whose_keys_were_changed_is_named),
        TEST(secrets_that_nobody_made_take_no_room),
        TEST(a_secret_in_the_place_of_the_one_that_was_made_is_not_used),
        TEST(secrets_are_taken_as_they_were_made),
        TEST(an_intake_key_that_nobody_named_is_not_taken),
        TEST(a_desk_without_the_intake_key_takes_no_letter),
        TEST(all_intake_keys_of_the_charter_are_needed),
        TEST(keys_of_nobody_keep_no_case_from_a_removal),
        TEST(every_hand_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
