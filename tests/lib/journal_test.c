/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the journal have in common: a journal in a folder of its own, and rows of one
   repeated byte. */
#include "tests/lib/journal_test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

struct journal_txn journal_test_txn(uint64_t no)
{
    struct journal_txn txn = {.no = no, .officer = 0, .acts = 2};
    memset(txn.prev, (int)no - 1, sizeof txn.prev);
    memset(txn.hash, (int)no, sizeof txn.hash);
    memset(txn.signature, (int)no, sizeof txn.signature);
    return txn;
}

struct journal_act journal_test_act(uint64_t seq, uint64_t txn)
{
    static const uint8_t head[] = "a sealed head";
    struct journal_act act = {.seq = seq, .txn = txn, .head = head, .head_len = sizeof head};
    memset(act.head_digest, (int)seq, sizeof act.head_digest);
    return act;
}

int journal_test_setup(void **state)
{
    static const uint8_t office[JOURNAL_HASH_LEN] = "the id of an office";
    static struct journal_scene scene;
    scene.folder = folder_make();
    snprintf(scene.path, sizeof scene.path, "%s/journal.db", scene.folder);
    const struct journal_txn txn = journal_test_txn(1);
    const struct journal_act one = journal_test_act(1, 1), two = journal_test_act(2, 1);
    assert_int_equal(journal_make(scene.path, false, office), ERROR_NONE);
    assert_int_equal(journal_open(scene.path, &scene.journal), ERROR_NONE);
    assert_int_equal(journal_begin(scene.journal), ERROR_NONE);
    assert_int_equal(journal_add_txn(scene.journal, &txn), ERROR_NONE);
    assert_int_equal(journal_add_act(scene.journal, &one), ERROR_NONE);
    assert_int_equal(journal_add_act(scene.journal, &two), ERROR_NONE);
    assert_int_equal(journal_commit(scene.journal), ERROR_NONE);
    *state = &scene;
    return 0;
}

int journal_test_teardown(void **state)
{
    struct journal_scene *scene = *state;
    journal_close(&scene->journal);
    folder_remove(&scene->folder);
    return 0;
}

void journal_test_sql(const struct journal_scene *scene, const char *sql)
{
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(scene->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}
