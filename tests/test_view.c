/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view: what it keeps is what the journal says, a journal that lacks it is named, whatever else
   is wrong with it is made good in silence, and no forged act stays in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "complaint/taxonomy.h"
#include "office/audit.h"
#include "office/casefile.h"
#include "office/triage.h"
#include "office/vault_folder.h"
#include "tests/lib/chance.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fold_same.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;
static char *home;
static uint8_t first[HASH_LEN];

/* --- a desk that ends and begins again --- */

static int setup(void **state)
{
    chance_start();
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    home = folder_make();
    desk.vault.home = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(desk.vault.home >= 0);
    vault_begin(&desk.vault);
    memcpy(first, desk.vault.history.first, sizeof first);
    return 0;
}

static int teardown(void **state)
{
    close(desk.vault.home);
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    folder_remove(&home);
    return 0;
}

static const char *view_path(void)
{
    return folder_path(home, VIEW_FILE);
}

static void forget(void)
{
    const int gate = desk.vault.history.gate;
    history_end(&desk.vault.history);
    view_end(&desk.vault.view);
    desk.vault.damage_count = 0;
    desk.vault.history = (struct history){.gate = gate};
    vault_begin(&desk.vault);
}

/* The next command: true when it had a view to go on from. */
static bool again(void)
{
    forget();
    assert_int_equal(view_load(&desk.vault.view, first), ERROR_NONE);
    const bool had = desk.vault.history.fold != NULL;
    assert_int_equal(history_follow(&desk.vault.history), ERROR_NONE);
    return had;
}

/* What the journal comes to when it is read for the first time, with every signature checked. */
static void assert_as_anew(void)
{
    struct history anew = {.journal = desk.vault.journal,
                           .keys = desk.vault.keys,
                           .root = desk.vault.charter.root,
                           .gate = -1,
                           .at_once = true};
    assert_int_equal(history_follow(&anew), ERROR_NONE);
    fold_same(desk.vault.history.fold, anew.fold);
    assert_int_equal(desk.vault.history.txn, anew.txn);
    assert_memory_equal(desk.vault.history.next, anew.next, sizeof anew.next);
    history_end(&anew);
}

/* Up to 20 letters at a time are of different people. */
static void receive(int n)
{
    const uint64_t from = kiosk.seq + 1;
    const int first_person = (int)chance_below(20);
    for (int i = 0; i < n; i++) {
        const int person = (first_person + 7 * i) % 20;
        struct letter letter = fake_kiosk_letter(&kiosk, (char)(1 + 2 * person), "text");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, from, kiosk.seq, NULL), ERROR_NONE);
}

static void answer(uint64_t id)
{
    assert_int_equal(fake_desk_answer(&desk, id, "answer", 6, FAKE_DESK_DAY), ERROR_NONE);
}

static struct triage_case *list(size_t *n)
{
    struct triage_case *cases = NULL;
    assert_int_equal(triage_list(&desk.vault, &cases, n), ERROR_NONE);
    return cases;
}

/* However little it lacks. */
static void save(void)
{
    desk.vault.view.saved_txn = 0;
    view_save(&desk.vault.view);
}

static bool is_named(enum history_fault_kind kind, uint64_t txn)
{
    const struct history *history = &desk.vault.history;
    for (size_t i = 0; i < history->fault_count; i++)
        if (history->faults[i].kind == kind && history->faults[i].txn == txn)
            return true;
    return false;
}

/* --- the same --- */

static void it_says_what_the_journal_says(void **state)
{
    size_t n = 0;
    receive(3);
    for (int i = 0; i < 40; i++) {
        const uint32_t what = chance_below(3);
        if (what == 0)
            receive(1 + (int)chance_below(3));
        else
            answer(1 + chance_below((uint32_t)fold_case_count(desk.vault.history.fold)));
        if (chance_below(4) != 0)
            continue;
        free(list(&n));
        save();
        assert_true(again());
        assert_as_anew();
        assert_int_equal(desk.vault.history.fault_count, 0);
    }
}

/* Bodies are only read for what the view does not know yet. */
static void rows_of_the_list_come_from_it(void **state)
{
    size_t n = 0, now = 0;
    receive(6);
    struct triage_case *before = list(&n);
    save();
    assert_true(again());
    raw_db(folder_path(desk.dir, "journal.db"), "UPDATE body SET sealed = zeroblob(960)");
    struct triage_case *after = list(&now);
    assert_int_equal(n, now);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(before[i].id, after[i].id);
        assert_string_equal(before[i].facility, after[i].facility);
        assert_string_equal(before[i].category, after[i].category);
        assert_string_equal(before[i].language, after[i].language);
        assert_int_equal(before[i].day, after[i].day);
        assert_int_equal(before[i].letters, after[i].letters);
    }
    free(before);
    free(after);
}

static void it_is_written_when_it_is_worth_it(void **state)
{
    struct stat about;
    receive(2);
    view_save(&desk.vault.view);
    assert_int_equal(stat(view_path(), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_true(again());
    unlink(view_path());
    answer(1);
    view_save(&desk.vault.view);
    assert_int_not_equal(stat(view_path(), &about), 0);
    for (int i = 0; i < 90; i++)
        answer(1 + (uint64_t)i % fold_case_count(desk.vault.history.fold));
    for (int i = 0; i < 5; i++)
        receive(40);
    view_save(&desk.vault.view);
    assert_int_equal(stat(view_path(), &about), 0);
    /* Nor does it make anything fail. */
    folder_remove(&home);
    save();
    home = folder_make();
}

/* --- another journal --- */

static void keep_journal(const char *as)
{
    assert_int_equal(journal_checkpoint(desk.vault.journal), ERROR_NONE);
    folder_copy(folder_path(desk.dir, "journal.db"), folder_path(home, as));
}

static void put_back(const char *name)
{
    const char *path = folder_path(desk.dir, "journal.db");
    journal_close(&desk.vault.journal);
    folder_copy(folder_path(home, name), path);
    assert_int_equal(journal_open(path, &desk.vault.journal), ERROR_NONE);
}

/* A view of a transaction, which is returned, and then a journal without it. */
static uint64_t roll_back(void)
{
    receive(2);
    keep_journal("old");
    answer(1);
    save();
    put_back("old");
    return desk.vault.history.txn;
}

static void a_journal_rolled_back_is_named(void **state)
{
    const uint64_t txn = roll_back();
    for (int i = 0; i < 2; i++) { /* and the next view does not forget it */
        assert_int_equal(again(), i > 0);
        assert_true(is_named(HISTORY_ROLLED_BACK, txn));
        assert_as_anew();
        save();
    }
    answer(1);
    assert_true(again());
    assert_true(is_named(HISTORY_ROLLED_BACK, txn));
}

static void another_history_behind_the_same_number_is_named(void **state)
{
    const uint64_t txn = roll_back();
    forget();
    assert_int_equal(history_follow(&desk.vault.history), ERROR_NONE);
    answer(1);
    assert_int_equal(desk.vault.history.txn, txn);
    assert_false(again());
    assert_true(is_named(HISTORY_ROLLED_BACK, txn));
    assert_as_anew();
}

static enum error ignore(void *context, const struct audit_finding *finding)
{
    return ERROR_NONE;
}

static void audit_names_a_journal_rolled_back_too(void **state)
{
    struct audit_report report;
    roll_back();
    assert_false(again());
    assert_int_equal(audit_run(&desk.vault, ignore, NULL, &report), ERROR_NONE);
    assert_int_equal(report.findings, 1);
}

/* --- a view that is no good --- */

static void a_damaged_one_is_made_anew_in_silence(void **state)
{
    size_t len = 0;
    receive(3);
    save();
    uint8_t *good = folder_read(view_path(), &len);
    for (int i = 0; i < 60; i++) {
        const size_t at = i < 20 ? (size_t)i : chance_below((uint32_t)len);
        folder_write(view_path(), good, i % 3 == 2 ? at : len);
        if (i % 3 != 2)
            folder_flip(view_path(), at);
        assert_false(again());
        assert_int_equal(desk.vault.history.fault_count, 0);
    }
    folder_write(view_path(), good, len);
    assert_true(again());
    free(good);
}

static void anothers_is_refused(void **state)
{
    struct vault *vault = &desk.vault;
    receive(1);
    save();
    vault->keys->officer = 2;
    forget();
    assert_int_equal(view_load(&vault->view, first), ERROR_NONE);
    assert_null(vault->history.fold);
    vault->keys->officer = 1;
    vault->keys->view[0] ^= 1;
    assert_int_equal(view_load(&vault->view, first), ERROR_NONE);
    assert_null(vault->history.fold);
    vault->keys->view[0] ^= 1;
    vault->keys->office[31] ^= 1;
    assert_int_equal(view_load(&vault->view, first), ERROR_NONE);
    assert_null(vault->history.fold);
    vault->keys->office[31] ^= 1;
    uint8_t other[HASH_LEN] = {0};
    assert_int_equal(view_load(&vault->view, other), ERROR_NONE);
    assert_null(vault->history.fold);
    assert_true(again());
}

/* --- what somebody changes behind it --- */

static void rows_that_change_places_behind_it_do_not_open(void **state)
{
    struct casefile *casefile = NULL;
    const struct taxonomy_status *looking = taxonomy_status_numbered(2);
    bool changed = false;
    while (fold_case_count(desk.vault.history.fold) < 2)
        receive(1);
    /* Each adds a message and a status, which has no body that would not open. */
    assert_int_equal(fake_desk_set_status(&desk, 1, looking, FAKE_DESK_DAY, &changed), ERROR_NONE);
    answer(1);
    save();
    raw_db(folder_path(desk.dir, "journal.db"),
           "CREATE TEMP TABLE t AS SELECT * FROM act;"
           "UPDATE act SET (head, head_digest, body_digest) = (SELECT head, head_digest, "
           "body_digest FROM t WHERE t.seq = (SELECT max(seq) FROM t)) "
           "WHERE seq = (SELECT max(seq) FROM t) - 2");
    assert_true(again());
    assert_int_equal(desk.vault.history.fault_count, 0);
    for (uint64_t id = 1; id <= 2; id++) {
        assert_int_equal(casefile_load(&desk.vault, id, &casefile), ERROR_NONE);
        casefile_free(&casefile);
    }
    assert_int_equal(desk.vault.damage_count, 1);
}

/* --- signatures checked later --- */

/* More transactions than a command checks before it goes on. */
static void write_many(void)
{
    for (int i = 0; i < 300; i++) {
        struct casefile *casefile = NULL;
        assert_int_equal(casefile_load(&desk.vault, 1, &casefile), ERROR_NONE);
        assert_int_equal(casefile_note(casefile, FAKE_DESK_NOW, "note", 4), ERROR_NONE);
        casefile_free(&casefile);
    }
}

static void forge_the_last(void)
{
    raw_db(folder_path(desk.dir, "journal.db"),
           "UPDATE txn SET signature = (SELECT signature FROM txn WHERE no = 2) "
           "WHERE no = (SELECT max(no) FROM txn)");
}

static void a_forged_act_is_found_by_the_next_command(void **state)
{
    receive(1);
    write_many();
    answer(1);
    const uint64_t txn = desk.vault.history.txn;
    forge_the_last();
    assert_false(again());
    assert_true(history_checked(&desk.vault.history) < txn);
    assert_int_equal(fold_case(desk.vault.history.fold, 1)->messages, 1);
    save();
    assert_true(again());
    assert_true(history_checked(&desk.vault.history) < txn);
    assert_int_equal(desk.vault.history.fault_count, 0);
    assert_int_equal(history_check(&desk.vault.history, SIGNATURES_ALL), ERROR_NONE);
    assert_true(is_named(HISTORY_SIGNATURE, txn));
    assert_int_equal(fold_case(desk.vault.history.fold, 1)->messages, 0);
    assert_as_anew();
    assert_int_equal(history_check(&desk.vault.history, SIGNATURES_ALL), ERROR_NONE);
    save();
    assert_true(again());
    assert_true(is_named(HISTORY_SIGNATURE, txn));
    assert_int_equal(history_checked(&desk.vault.history), txn);
}

static void threads_find_it_too(void **state)
{
    receive(1);
    write_many();
    answer(1);
    const uint64_t txn = desk.vault.history.txn;
    forge_the_last();
    assert_false(again());
    history_check_behind(&desk.vault.history);
    for (int64_t end = clock_ms() + 60000; clock_ms() < end;)
        if (history_doubted(&desk.vault.history))
            break;
    assert_int_equal(history_follow(&desk.vault.history), ERROR_NONE);
    assert_int_equal(history_check(&desk.vault.history, SIGNATURES_ALL), ERROR_NONE);
    assert_true(is_named(HISTORY_SIGNATURE, txn));
    assert_as_anew();
}

static void nothing_is_added_to_what_is_not_checked(void **state)
{
    receive(1);
    write_many();
    answer(1);
    const uint64_t txn = desk.vault.history.txn;
    forge_the_last();
    assert_false(again());
    struct casefile *casefile = NULL;
    bool kept = false;
    assert_int_equal(casefile_load(&desk.vault, 1, &casefile), ERROR_NONE);
    assert_int_equal(triage_answer(casefile, "b", 1, FAKE_DESK_NOW, &kept), ERROR_CHANGED);
    casefile_free(&casefile);
    assert_true(is_named(HISTORY_SIGNATURE, txn));
    assert_int_equal(history_checked(&desk.vault.history), desk.vault.history.txn);
}

/* In the place of the clock's own: as long as `jump` is set, each look at it takes that long. */
int64_t __real_clock_ms(void);
int64_t __wrap_clock_ms(void);
static _Atomic int64_t jump, jumped;

int64_t __wrap_clock_ms(void)
{
    return __real_clock_ms() + (jumped += jump);
}

static unsigned told, told_seconds;

static void hear(unsigned seconds)
{
    told++;
    told_seconds = seconds;
}

static void a_long_check_is_told_of_before_it_begins(void **state)
{
    receive(1);
    write_many();
    assert_false(again());
    desk.vault.history.waits = hear;
    jump = 100;
    answer(1);
    jump = 0;
    assert_int_equal(told, 1);
    assert_true(told_seconds > 1);
    assert_int_equal(history_checked(&desk.vault.history), desk.vault.history.txn);
    answer(1);
    assert_int_equal(told, 1);
}

/* --- the program --- */

static void the_program_keeps_one(void **state)
{
    assert_int_equal(desk_run("$D list office $P"), 0);
    assert_int_equal(desk_run("cat .sandyq/*/view"), 0);
    assert_memory_equal(desk_said, "SANDYQV1", 8);
    assert_int_equal(desk_run("echo nonsense >$(echo .sandyq/*/view); $D list office $P"), 0);
    assert_int_equal(desk_run("cat .sandyq/*/view"), 0);
    assert_memory_equal(desk_said, "SANDYQV1", 8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_what_the_journal_says),
        TEST(rows_of_the_list_come_from_it),
        TEST(it_is_written_when_it_is_worth_it),
        TEST(a_journal_rolled_back_is_named),
        TEST(another_history_behind_the_same_number_is_named),
        TEST(audit_names_a_journal_rolled_back_too),
        TEST(a_damaged_one_is_made_anew_in_silence),
        TEST(anothers_is_refused),
        TEST(rows_that_change_places_behind_it_do_not_open),
        TEST(a_forged_act_is_found_by_the_next_command),
        TEST(threads_find_it_too),
        TEST(nothing_is_added_to_what_is_not_checked),
        TEST(a_long_check_is_told_of_before_it_begins),
    };
    const struct CMUnitTest program[] = {cmocka_unit_test(the_program_keeps_one)};
    return cmocka_run_group_tests(tests, NULL, NULL) +
           cmocka_run_group_tests(program, desk_test_setup, desk_test_teardown);
}
