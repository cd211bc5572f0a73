/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import at two desks of one office, and what the journal says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/contact.h"
#include "tests/lib/folder.h"
#include "tests/lib/import_test.h"

enum { RECORDS = 600, CHUNK = 256 };

/* Another desk of the office, of the same officer. */
static void colleague_open(const struct fake_desk *desk, struct vault *vault)
{
    *vault = (struct vault){.dir = dup(desk->vault.dir), .charter = desk->vault.charter};
    assert_true(vault->dir >= 0);
    assert_int_equal(keyset_copy(desk->vault.keys, &vault->keys), ERROR_NONE);
    assert_int_equal(journal_open(folder_path(desk->dir, "journal.db"), &vault->journal),
                     ERROR_NONE);
    vault->history = (struct history){
        .journal = vault->journal, .keys = vault->keys, .root = vault->charter.root};
    vault->history.gate = openat(vault->dir, "gate", O_RDWR | O_CLOEXEC);
    assert_true(vault->history.gate >= 0);
    assert_int_equal(history_follow(&vault->history), ERROR_NONE);
}

static void colleague_close(struct vault *vault)
{
    history_end(&vault->history);
    journal_close(&vault->journal);
    close(vault->history.gate);
    close(vault->dir);
    keyset_free(&vault->keys);
}

static void send_many(struct import_scene *scene)
{
    for (int i = 0; i < RECORDS; i++)
        import_test_send(scene, (char)i, "text");
}

/* An import of the whole chain at one desk. */
struct one {
    struct import import;
    const uint8_t *data;
    size_t len;
    enum error error;
    struct one *then; /* begins when a chunk of this one is written */
};

static void *run(void *context)
{
    struct one *one = context;
    one->error = import_bundle(&one->import, "test", one->data, one->len);
    return NULL;
}

static void run_then(void *context, const char *name, uint64_t done, uint64_t total)
{
    struct one *one = context;
    if (one->then != NULL)
        run(one->then);
    one->then = NULL;
}

static struct one begin(struct vault *vault, const uint8_t *data, size_t len)
{
    return (struct one){
        .import = {.vault = vault, .now = FAKE_DESK_NOW + 1}, .data = data, .len = len};
}

/* Every record is held once, by an act that counts it and has its digest. */
struct tally {
    const struct journal_record *rows[RECORDS];
    struct journal_record all[RECORDS];
    size_t n;
};

static enum error keep_row(void *context, const struct journal_record *record)
{
    struct tally *tally = context;
    assert_true(tally->n < RECORDS);
    tally->all[tally->n] = *record;
    tally->rows[tally->n] = &tally->all[tally->n];
    tally->n++;
    return ERROR_NONE;
}

static uint64_t check_act(struct vault *vault, uint64_t seq, uint8_t *plain)
{
    static struct tally tally;
    const uint8_t *content = NULL;
    size_t len = 0;
    struct contact contact;
    uint8_t digest[HASH_LEN];
    tally.n = 0;
    assert_int_equal(history_body(&vault->history, seq, ACT_IMPORT, plain, &content, &len),
                     ERROR_NONE);
    assert_int_equal(contact_decode(content, len, &contact), ERROR_NONE);
    assert_int_equal(journal_each_record(vault->journal, seq, keep_row, &tally), ERROR_NONE);
    assert_int_equal(tally.n, contact.taken);
    assert_int_equal(contact_digest(tally.rows, tally.n, digest), ERROR_NONE);
    assert_memory_equal(digest, contact.digest, HASH_LEN);
    return tally.n;
}

static void check_acts(struct vault *vault)
{
    uint64_t records = 0, letters = 0;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    assert_non_null(plain);
    assert_int_equal(history_follow(&vault->history), ERROR_NONE);
    for (uint64_t seq = 1; seq <= fold_last(vault->history.fold); seq++) {
        const struct fold_act *act = fold_act(vault->history.fold, seq);
        assert_int_equal(act->verdict, FOLD_COUNTS);
        letters += act->kind == ACT_LETTER;
        if (act->kind == ACT_IMPORT)
            records += check_act(vault, seq, plain);
    }
    secret_free(plain);
    assert_int_equal(records, RECORDS);
    assert_int_equal(letters, RECORDS);
    assert_int_equal(vault->history.fault_count, 0);
}

static void what_a_colleague_took_meanwhile_is_left_out(void **state)
{
    struct import_scene *scene = *state;
    struct vault colleague;
    size_t len = 0;
    send_many(scene);
    uint8_t *data = fake_kiosk_bundle(&scene->kiosk, 1, RECORDS, &len);
    colleague_open(&scene->desk, &colleague);
    struct one theirs = begin(&colleague, data, len), ours = begin(&scene->desk.vault, data, len);
    ours.then = &theirs;
    ours.import.progress = run_then;
    ours.import.context = &ours;
    run(&ours);
    assert_int_equal(ours.error, ERROR_NONE);
    assert_int_equal(theirs.error, ERROR_NONE);
    assert_int_equal(ours.import.report.records, CHUNK);
    assert_int_equal(ours.import.report.held, RECORDS - CHUNK);
    assert_int_equal(theirs.import.report.records, RECORDS - CHUNK);
    assert_int_equal(theirs.import.report.held, CHUNK);
    assert_int_equal(ours.import.report.complaints + theirs.import.report.complaints,
                     fold_case_count(colleague.history.fold));
    check_acts(&scene->desk.vault);
    colleague_close(&colleague);
    free(data);
}

static void two_desks_take_one_bundle_at_once(void **state)
{
    struct import_scene *scene = *state;
    struct vault colleague;
    pthread_t threads[2];
    size_t len = 0;
    send_many(scene);
    uint8_t *data = fake_kiosk_bundle(&scene->kiosk, 1, RECORDS, &len);
    colleague_open(&scene->desk, &colleague);
    struct one both[] = {begin(&colleague, data, len), begin(&scene->desk.vault, data, len)};
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, &both[i]), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(both[i].error, ERROR_NONE);
        assert_int_equal(both[i].import.report.records + both[i].import.report.held, RECORDS);
    }
    assert_int_equal(both[0].import.report.records + both[1].import.report.records, RECORDS);
    check_acts(&colleague);
    check_acts(&scene->desk.vault);
    colleague_close(&colleague);
    free(data);
}

static void importing_again_adds_no_transaction(void **state)
{
    struct import_scene *scene = *state;
    struct history *history = &scene->desk.vault.history;
    for (int i = 0; i < 4; i++)
        import_test_send(scene, (char)i, "text");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, NULL), ERROR_NONE);
    const uint64_t txn = history->txn;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
        assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, NULL), ERROR_NONE);
    }
    assert_int_equal(history->txn, txn);
    scene->kiosk.board = 1;
    for (int i = 0; i < 2; i++)
        assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, NULL), ERROR_NONE);
    assert_int_equal(history->txn, txn + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(what_a_colleague_took_meanwhile_is_left_out),
        IMPORT_TEST(two_desks_take_one_bundle_at_once),
        IMPORT_TEST(importing_again_adds_no_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
