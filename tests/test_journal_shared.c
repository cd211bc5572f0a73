/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two officers at one journal: each sees what the other wrote, and one waits while the other
   writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/db_wait.h"
#include "tests/lib/journal_test.h"

/* Writes while another waits, and commits when that other has waited once. */
static struct journal *writer;
static int waits;

static void wait_for_writer(void)
{
    if (waits++ == 0 && writer != NULL)
        assert_int_equal(journal_commit(writer), ERROR_NONE);
}

static struct journal *second(const struct journal_scene *scene)
{
    struct journal *journal = NULL;
    assert_int_equal(journal_open(scene->path, &journal), ERROR_NONE);
    return journal;
}

static void add_txn(struct journal *journal, uint64_t no)
{
    const struct journal_txn txn = journal_test_txn(no);
    assert_int_equal(journal_add_txn(journal, &txn), ERROR_NONE);
}

static uint64_t last_of(struct journal *journal)
{
    struct journal_txn txn;
    assert_int_equal(journal_last_txn(journal, &txn), ERROR_NONE);
    return txn.no;
}

static int64_t version_of(struct journal *journal)
{
    int64_t version = 0;
    assert_int_equal(journal_version(journal, &version), ERROR_NONE);
    return version;
}

static void the_version_changes_when_another_has_written(void **state)
{
    struct journal_scene *scene = *state;
    struct journal *other = second(scene);
    const int64_t mine = version_of(scene->journal), theirs = version_of(other);
    assert_int_equal(journal_begin(other), ERROR_NONE);
    add_txn(other, 2);
    assert_int_equal(version_of(scene->journal), mine);
    assert_int_equal(last_of(scene->journal), 1);
    assert_int_equal(journal_commit(other), ERROR_NONE);
    assert_int_equal(version_of(other), theirs);
    assert_int_not_equal(version_of(scene->journal), mine);
    assert_int_equal(version_of(scene->journal), version_of(scene->journal));
    assert_int_equal(last_of(scene->journal), 2);
    journal_close(&other);
}

/* Numbers are taken after the wait, so nobody takes one twice. */
static void who_begins_second_waits_and_sees_what_the_first_wrote(void **state)
{
    struct journal_scene *scene = *state;
    struct journal *other = second(scene);
    writer = scene->journal;
    waits = 0;
    assert_int_equal(last_of(other), 1);
    assert_int_equal(journal_begin(writer), ERROR_NONE);
    add_txn(writer, 2);
    assert_int_equal(journal_begin(other), ERROR_NONE);
    assert_int_equal(waits, 1);
    assert_int_equal(last_of(other), 2);
    add_txn(other, last_of(other) + 1);
    assert_int_equal(journal_commit(other), ERROR_NONE);
    assert_int_equal(last_of(scene->journal), 3);
    journal_close(&other);
}

static void who_waits_too_long_is_told(void **state)
{
    struct journal_scene *scene = *state;
    struct journal *other = second(scene);
    writer = NULL;
    waits = 0;
    assert_int_equal(journal_begin(scene->journal), ERROR_NONE);
    add_txn(scene->journal, 2);
    assert_int_equal(journal_begin(other), ERROR_BUSY);
    assert_true(waits > 1);
    assert_int_equal(last_of(other), 1);
    assert_int_equal(journal_commit(scene->journal), ERROR_NONE);
    assert_int_equal(journal_begin(other), ERROR_NONE);
    assert_int_equal(journal_finish(other, ERROR_NONE), ERROR_NONE);
    assert_int_equal(last_of(other), 2);
    journal_close(&other);
}

/* A reader in the middle of a walk sees the journal as it was when the walk began. */
static enum error write_beside(void *context, const struct journal_txn *txn)
{
    struct journal *other = context;
    if (txn->no > 1)
        return ERROR_EXISTS;
    assert_int_equal(journal_begin(other), ERROR_NONE);
    add_txn(other, 2);
    assert_int_equal(journal_commit(other), ERROR_NONE);
    return ERROR_NONE;
}

static void who_reads_holds_nobody_up(void **state)
{
    struct journal_scene *scene = *state;
    struct journal *other = second(scene);
    waits = 0;
    assert_int_equal(journal_each_txn(scene->journal, 0, write_beside, other), ERROR_NONE);
    assert_int_equal(waits, 0);
    assert_int_equal(last_of(scene->journal), 2);
    journal_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(the_version_changes_when_another_has_written),
        JOURNAL_TEST(who_begins_second_waits_and_sees_what_the_first_wrote),
        JOURNAL_TEST(who_waits_too_long_is_told),
        JOURNAL_TEST(who_reads_holds_nobody_up),
    };
    db_wait_is(wait_for_writer);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
