/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each protection of the journal alone: one thing is changed, with a right hash and a right
   signature where they are not what is tried, and the audit names that and nothing before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/aead.h"
#include "crypto/secret.h"
#include "office/audit.h"
#include "office/gate.h"
#include "office/grant.h"
#include "office/home.h"
#include "office/identity.h"
#include "tests/lib/audit_found.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/gate_test.h"
#include "tests/lib/raw_db.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;

/* An office whose second transaction is its officer's: a kiosk is enrolled. */
static int open_desk(void **state)
{
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    return 0;
}

static int close_desk(void **state)
{
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    return 0;
}

static struct audit_found audit(void)
{
    return audit_found_in(&desk.vault);
}

static uint64_t count(const char *sql)
{
    sqlite3_stmt *select = NULL;
    sqlite3 *db = raw_db_open(folder_path(desk.dir, "journal.db"));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    const uint64_t n = (uint64_t)sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    raw_db_close(db);
    return n;
}

/* What audit says it looked at, counted by the database. */
static void test_an_audit_counts_what_stands_there(void **state)
{
    const struct letter letter = fake_kiosk_letter(&kiosk, 'a', "text");
    fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, 1, NULL), ERROR_NONE);
    const struct audit_report report = audit().report;
    assert_int_equal(report.txns, count("SELECT count(*) FROM txn"));
    assert_int_equal(report.acts, count("SELECT count(*) FROM act"));
    assert_int_equal(report.bodies, count("SELECT count(*) FROM body"));
    assert_int_equal(report.records, count("SELECT count(*) FROM record"));
    assert_int_equal(report.sealed + report.findings, 0);
}

static void change(const char *sql)
{
    raw_db(folder_path(desk.dir, "journal.db"), sql);
}

static void put_hex(char **to, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        *to += sprintf(*to, "%02X", bytes[i]);
}

/* Writes hash and signature of a transaction as its officer would. */
static void sign_anew(const struct journal_txn *txn)
{
    char sql[1024], *to = sql;
    to += sprintf(to, "UPDATE txn SET prev = x'");
    put_hex(&to, txn->prev, sizeof txn->prev);
    to += sprintf(to, "', hash = x'");
    put_hex(&to, txn->hash, sizeof txn->hash);
    to += sprintf(to, "', signature = x'");
    put_hex(&to, txn->signature, sizeof txn->signature);
    sprintf(to, "' WHERE no = %llu", (unsigned long long)txn->no);
    change(sql);
}

static enum error keep_digests(void *context, const struct journal_act *act)
{
    memcpy(context, act->head_digest, HASH_LEN);
    memcpy((uint8_t *)context + HASH_LEN, act->body_digest, HASH_LEN);
    return ERROR_NONE;
}

static void test_nothing_is_found_in_a_whole_journal(void **state)
{
    assert_int_equal(audit().all, 0);
}

static void test_a_transaction_that_follows_another_one_is_a_fork(void **state)
{
    struct journal_txn txn;
    uint8_t digests[2 * HASH_LEN];
    const struct vault *vault = &desk.vault;
    uint64_t last = 0;
    assert_int_equal(journal_last_txn(vault->journal, &txn), ERROR_NONE);
    assert_int_equal(txn.acts, 1);
    assert_int_equal(journal_last_act(vault->journal, &last), ERROR_NONE);
    assert_int_equal(journal_act(vault->journal, last, keep_digests, digests), ERROR_NONE);
    txn.prev[0] ^= 1;
    assert_int_equal(history_hash(vault->charter.office, &txn, digests, txn.hash), ERROR_NONE);
    assert_int_equal(
        signature_sign(vault->keys->sign, HISTORY_DOMAIN, txn.hash, HASH_LEN, txn.signature), 0);
    sign_anew(&txn);
    const struct audit_found found = audit();
    assert_int_equal(found.faults[HISTORY_FORK], 1);
    assert_int_equal(found.faults[HISTORY_HASH] + found.faults[HISTORY_SIGNATURE], 0);
}

static void test_acts_that_were_not_signed_are_named(void **state)
{
    change("UPDATE act SET body_digest = randomblob(32) WHERE txn = 2");
    const struct audit_found found = audit();
    assert_int_equal(found.faults[HISTORY_HASH], 1);
    assert_int_equal(found.faults[HISTORY_SIGNATURE], 0);
}

static void test_a_signature_of_nobody_is_named(void **state)
{
    change("UPDATE txn SET signature = randomblob(64) WHERE no = 2");
    const struct audit_found found = audit();
    assert_int_equal(found.faults[HISTORY_SIGNATURE], 1);
    assert_int_equal(found.faults[HISTORY_HASH], 0);
}

static void test_officers_of_nobody_are_named(void **state)
{
    change("INSERT INTO officer SELECT 2, randomblob(32), agree FROM officer");
    const struct audit_found found = audit();
    assert_int_equal(found.kinds[AUDIT_OFFICER], 1);
    assert_int_equal(found.all, 1);
}

/* --- roles --- */

static enum fold_verdict take(struct fold *fold, const struct act *act)
{
    enum fold_verdict verdict = FOLD_COUNTS;
    assert_int_equal(fold_take(fold, fold_last(fold) + 1, act, &verdict), ERROR_NONE);
    return verdict;
}

/* A lead who steps back goes on to the end of the transaction, and no further. */
static void test_a_role_lasts_to_the_end_of_the_transaction(void **state)
{
    struct fold *fold = NULL;
    struct act lead = {.kind = ACT_OFFICER, .field = ACT_ROLE, .owner = 1, .to = ACT_LEAD};
    const struct act back = {.kind = ACT_REMOVED, .field = ACT_ROLE, .owner = 1, .from = ACT_LEAD};
    struct act letter = {.kind = ACT_LETTER};
    assert_int_equal(fold_new(&fold), ERROR_NONE);
    fold_begin(fold, 0);
    assert_int_equal(take(fold, &lead), FOLD_COUNTS);
    lead.owner = 2;
    assert_int_equal(take(fold, &lead), FOLD_COUNTS);
    fold_begin(fold, 1);
    assert_int_equal(take(fold, &back), FOLD_COUNTS);
    assert_int_equal(take(fold, &letter), FOLD_COUNTS);
    fold_begin(fold, 1);
    assert_int_equal(take(fold, &letter), FOLD_FORBIDDEN);
    fold_free(&fold);
}

/* --- digests and commitments --- */

static void test_digests_of_the_same_tell_nothing(void **state)
{
    static const uint8_t office[HASH_LEN] = {1}, key[AEAD_KEY_LEN] = {2};
    static uint8_t sealed[JOURNAL_BODY_MAX];
    const struct act_key head = {office, KEYSET_REGISTER, 1, key};
    const struct act_body_key body = {office, key};
    const struct act_content content = {.text = "the same", .text_len = 8};
    const struct act act = {.kind = ACT_NOTE};
    uint8_t digests[4][HASH_LEN];
    size_t len = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(act_seal_head(&head, &act, sealed, &len, digests[i]), ERROR_NONE);
        assert_int_equal(act_seal_body(&body, ACT_NOTE, &content, sealed, &len, digests[2 + i]),
                         ERROR_NONE);
    }
    assert_memory_not_equal(digests[0], digests[1], HASH_LEN);
    assert_memory_not_equal(digests[2], digests[3], HASH_LEN);
}

/* Only a commitment makes a head longer: acts with a body have one, and that an act has a body its
   row says anyway. */
static void test_heads_have_two_lengths(void **state)
{
    static const uint8_t office[HASH_LEN] = {1}, key[AEAD_KEY_LEN] = {2};
    const struct act_key head = {office, KEYSET_REGISTER, 1, key};
    const struct act acts[] = {
        {.kind = ACT_STATE, .field = ACT_CASE_STATE, .subject = {9}, .from = 1, .to = 2},
        {.kind = ACT_NOTE, .subject = {9}, .letters = 7, .commitment = {3}},
    };
    const size_t lengths[] = {ACT_HEAD_SEALED_SHORT, ACT_HEAD_SEALED};
    for (size_t i = 0; i < 2; i++) {
        uint8_t sealed[ACT_HEAD_SEALED];
        struct journal_act row = {.head = sealed};
        struct act found;
        assert_int_equal(act_seal_head(&head, &acts[i], sealed, &row.head_len, row.head_digest),
                         ERROR_NONE);
        assert_int_equal(row.head_len, lengths[i]);
        assert_int_equal(act_open_head(&head, &row, &found), ERROR_NONE);
        assert_memory_equal(&found.commitment, &acts[i].commitment, HASH_LEN);
        assert_int_equal(found.kind, acts[i].kind);
        assert_int_equal(found.to, acts[i].to);
    }
}

/* Of what a detainee wrote, short and empty look like most. */
static void test_a_letter_has_fewer_lengths(void **state)
{
    static const uint8_t office[HASH_LEN] = {1}, key[AEAD_KEY_LEN] = {2};
    static const char text[ACT_CONTENT_MAX];
    static uint8_t sealed[JOURNAL_BODY_MAX];
    static const struct {
        size_t text_len, letter, note;
    } lengths[] = {{0, 960, 192},     {140, 960, 192},      {141, 960, 480},
                   {428, 960, 480},   {429, 960, 960},      {908, 960, 960},
                   {909, 3968, 3968}, {3917, 16320, 16320}, {ACT_CONTENT_MAX, 16320, 16320}};
    const struct act_body_key body = {office, key};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const struct act_content content = {.text = text, .text_len = lengths[i].text_len};
        uint8_t digest[HASH_LEN];
        size_t letter = 0, note = 0;
        assert_int_equal(act_seal_body(&body, ACT_LETTER, &content, sealed, &letter, digest),
                         ERROR_NONE);
        assert_int_equal(act_seal_body(&body, ACT_NOTE, &content, sealed, &note, digest),
                         ERROR_NONE);
        assert_int_equal(letter, lengths[i].letter);
        assert_int_equal(note, lengths[i].note);
    }
}

static void test_a_case_key_is_of_its_case(void **state)
{
    struct journal_casekey row;
    uint8_t *key = secret_new(KEYSET_KEY_LEN);
    const uint8_t handle[JOURNAL_HANDLE_LEN] = {1};
    assert_non_null(key);
    assert_int_equal(grant_case_key(desk.vault.keys, KEYSET_GENERAL, handle, key, &row),
                     ERROR_NONE);
    assert_int_equal(grant_open_case_key(desk.vault.keys, &row, key), ERROR_NONE);
    row.handle[0] ^= 1;
    assert_int_equal(grant_open_case_key(desk.vault.keys, &row, key), ERROR_SEAL);
    secret_free(key);
}

/* --- the first transaction --- */

static void test_another_first_transaction_is_another_journal(void **state)
{
    const struct passphrase passphrase = {.len = 23, .text = "correct horse battery 1"};
    char *dir = folder_make(), print[CHARTER_FINGERPRINT_LEN];
    const char *office = folder_path(dir, "office"), *home = folder_path(dir, "home");
    const struct vault_order order = {
        .name = "", .officer = "", .home = home, .now = FAKE_DESK_NOW};
    struct vault *vault = NULL;
    uint8_t first[HASH_LEN];
    int own = -1;
    assert_int_equal(vault_make(office, &order, &passphrase, print), ERROR_NONE);
    assert_int_equal(vault_open(office, &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, home, &passphrase), ERROR_NONE);
    memcpy(first, vault->history.first, HASH_LEN);
    first[0] ^= 1;
    assert_int_equal(home_open(home, vault->charter.office, false, &own), ERROR_NONE);
    assert_int_equal(identity_save(own, vault->keys, first, &passphrase), ERROR_NONE);
    close(own);
    vault_close(&vault);
    assert_int_equal(vault_open(office, &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, home, &passphrase), ERROR_JOURNAL_OTHER);
    vault_close(&vault);
    folder_remove(&dir);
}

/* --- the gate --- */

/* Another desk is in the gate until it sees somebody behind it. */
static void test_a_transaction_waits_at_the_gate(void **state)
{
    int told[2];
    char bytes[2] = {0};
    int64_t place = 0;
    struct history_batch batch = {.acts = NULL};
    assert_int_equal(pipe2(told, O_NONBLOCK), 0);
    const int gate = open(folder_path(desk.dir, "gate"), O_RDWR | O_CLOEXEC);
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &place), ERROR_NONE);
    const pid_t other = gate_test_fork();
    if (other == 0) {
        gate_test_await(gate, place + 1);
        const bool said = write(told[1], "x", 1) == 1;
        gate_leave(gate, place);
        _exit(said ? 0 : 1);
    }
    assert_int_equal(history_append(&desk.vault.history, &batch), ERROR_NONE);
    assert_int_equal(read(told[0], bytes, sizeof bytes), 1);
    assert_int_equal(waitpid(other, NULL, 0), other);
    close(gate);
    close(told[0]);
    close(told[1]);
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(test_nothing_is_found_in_a_whole_journal),
        WITH_DESK(test_an_audit_counts_what_stands_there),
        WITH_DESK(test_a_transaction_that_follows_another_one_is_a_fork),
        WITH_DESK(test_acts_that_were_not_signed_are_named),
        WITH_DESK(test_a_signature_of_nobody_is_named),
        WITH_DESK(test_officers_of_nobody_are_named),
        WITH_DESK(test_a_case_key_is_of_its_case),
        WITH_DESK(test_a_transaction_waits_at_the_gate),
        cmocka_unit_test(test_a_role_lasts_to_the_end_of_the_transaction),
        cmocka_unit_test(test_digests_of_the_same_tell_nothing),
        cmocka_unit_test(test_heads_have_two_lengths),
        cmocka_unit_test(test_a_letter_has_fewer_lengths),
        cmocka_unit_test(test_another_first_transaction_is_another_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
