/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two desks on one journal: each sees what the other does, and neither overwrites it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "office/casefile.h"
#include "office/officer.h"
#include "tests/lib/folder.h"
#include "tests/lib/history_test.h"

/* --- two desks --- */

/* A second officer at a desk of their own, in the same process. */
static struct vault *second_desk(void)
{
    static const struct passphrase passphrase = {11, "twelve four"};
    char print[NAMING_FINGERPRINT_LEN], name[NAMING_NAME_MAX + 1];
    const char *home = folder_path(history_test_desk.dir, "second");
    const struct officer_order order = {print, ACT_OFFICER_ROLE, FAKE_DESK_NOW};
    struct vault *vault = NULL;
    uint32_t no = 0;
    assert_int_equal(vault_open(history_test_desk.dir, &vault), ERROR_NONE);
    assert_int_equal(officer_join(vault, home, "Second", &passphrase, print), ERROR_NONE);
    assert_int_equal(officer_add(&history_test_desk.vault, &order, &no, name), ERROR_NONE);
    assert_int_equal(no, 2);
    assert_int_equal(vault_unlock(vault, home, &passphrase), ERROR_NONE);
    return vault;
}

static struct casefile *load(struct vault *vault)
{
    struct casefile *casefile = NULL;
    assert_int_equal(casefile_load(vault, 1, &casefile), ERROR_NONE);
    return casefile;
}

struct notes {
    size_t n;
    const char *words;
    uint32_t officer;
};

static enum error count_note(void *context, const struct item *item)
{
    struct notes *notes = context;
    notes->n += item->kind == ITEM_NOTE && item->officer == notes->officer &&
                item->len == strlen(notes->words) &&
                memcmp(item->text, notes->words, item->len) == 0;
    return ERROR_NONE;
}

static size_t notes(struct vault *vault, uint32_t officer, const char *words)
{
    struct notes notes = {.words = words, .officer = officer};
    struct casefile *casefile = load(vault);
    assert_int_equal(casefile_walk(casefile, count_note, &notes), ERROR_NONE);
    casefile_free(&casefile);
    return notes.n;
}

static void test_each_desk_sees_the_other(void **state)
{
    struct vault *second = second_desk();
    struct casefile *casefile = load(second);
    assert_int_equal(casefile_note(casefile, FAKE_DESK_NOW, "from two", 8), ERROR_NONE);
    casefile_free(&casefile);
    assert_int_equal(notes(&history_test_desk.vault, 2, "from two"), 1);
    assert_int_equal(fake_desk_note(&history_test_desk, 1, "from one", 8), ERROR_NONE);
    assert_int_equal(notes(second, 1, "from one"), 1);
    history_test_receive('e', "three"); /* by the first */
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(second, &cases, &n), ERROR_NONE);
    assert_int_equal(n, 3);
    free(cases);
    assert_int_equal(second->history.fault_count + history_test_desk.vault.history.fault_count, 0);
    vault_close(&second);
}

/* Two answer one case: the second is told what stands, and keeps the words. */
static void test_a_conflict_is_refused_and_the_words_are_kept(void **state)
{
    struct vault *second = second_desk();
    struct casefile *mine = load(&history_test_desk.vault), *theirs = load(second);
    bool kept = false, changed = false;
    assert_int_equal(triage_answer(mine, "first", 5, FAKE_DESK_NOW, &kept), ERROR_NONE);
    assert_int_equal(triage_answer(theirs, "second", 6, FAKE_DESK_NOW, &kept), ERROR_CHANGED);
    assert_true(kept);
    assert_int_equal(casefile_seen(theirs)->messages, 0);
    casefile_free(&theirs);
    theirs = load(second);
    assert_int_equal(casefile_seen(theirs)->messages, 1);
    assert_int_equal(notes(&history_test_desk.vault, 2, "second"), 1);
    assert_int_equal(triage_set_status(theirs, taxonomy_status("closed"), FAKE_DESK_NOW, &changed),
                     ERROR_NONE);
    casefile_free(&mine);
    mine = load(&history_test_desk.vault);
    assert_int_equal(casefile_seen(mine)->state, taxonomy_status("closed")->number);
    history_test_receive('a', "and again"); /* a letter that neither has seen */
    assert_int_equal(triage_answer(theirs, "third", 5, FAKE_DESK_NOW, &kept), ERROR_CHANGED);
    assert_true(kept);
    assert_int_equal(notes(second, 2, "third"), 1);
    casefile_free(&theirs);
    casefile_free(&mine);
    vault_close(&second);
}

static void test_a_status_against_a_colleague_is_refused_with_what_stands(void **state)
{
    struct vault *second = second_desk();
    struct casefile *mine = load(&history_test_desk.vault), *theirs = load(second);
    bool changed = false;
    assert_int_equal(triage_set_status(mine, taxonomy_status("opened"), FAKE_DESK_NOW, &changed),
                     ERROR_NONE);
    assert_int_equal(triage_set_status(theirs, taxonomy_status("closed"), FAKE_DESK_NOW, &changed),
                     ERROR_CHANGED);
    assert_int_not_equal(casefile_seen(theirs)->state, taxonomy_status("opened")->number);
    casefile_free(&theirs);
    theirs = load(second);
    assert_int_equal(casefile_seen(theirs)->state, taxonomy_status("opened")->number);
    assert_int_equal(casefile_undo(theirs, FAKE_DESK_NOW), ERROR_NONE);
    assert_int_equal(casefile_undo(mine, FAKE_DESK_NOW), ERROR_NO_UNDO);
    casefile_free(&mine);
    casefile_free(&theirs);
    vault_close(&second);
}

/* A desk that only looks meets keys that are made while it looks: nothing that is sealed under them
   is called a fault. */
static void test_new_keys_are_no_fault_to_who_looks_on(void **state)
{
    struct vault *second = second_desk();
    assert_int_equal(officer_remove(&history_test_desk.vault, 2, FAKE_DESK_NOW), ERROR_NONE);
    assert_int_equal(fake_desk_note(&history_test_desk, 1, "not for two", 11), ERROR_NONE);
    assert_int_equal(history_follow(&second->history), ERROR_NONE);
    assert_true(second->history.fault_count > 0);
    assert_int_equal(second->history.faults[0].kind, HISTORY_KEY);
    assert_int_equal(history_test_desk.vault.history.fault_count, 0);
    vault_close(&second);
}

#define DESKS_TEST(f) cmocka_unit_test_setup_teardown(f, history_test_setup, history_test_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESKS_TEST(test_each_desk_sees_the_other),
        DESKS_TEST(test_a_conflict_is_refused_and_the_words_are_kept),
        DESKS_TEST(test_a_status_against_a_colleague_is_refused_with_what_stands),
        DESKS_TEST(test_new_keys_are_no_fault_to_who_looks_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
