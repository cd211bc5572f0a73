/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles that lie, letters that attack, disks that fail: refused, harmless, and nothing half
   done. */
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

#include "base/error.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/triage.h"
#include "protocol/bundle.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/full_disk.h"
#include "tests/lib/import_test.h"
#include "tests/lib/process.h"
#include "tests/lib/raw_db.h"

static void test_bundles_of_strangers_are_refused(void **state)
{
    struct import_scene *scene = *state;
    struct fake_kiosk stranger;
    fake_kiosk_make(&stranger, "PC-17");
    memcpy(stranger.office, scene->desk.vault.charter.office, sizeof stranger.office);
    fake_kiosk_cover(&stranger, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &stranger, 1, 1, NULL), ERROR_NOT_ENROLLED);
    memcpy(stranger.id, scene->kiosk.id, sizeof stranger.id);
    assert_int_equal(fake_desk_import(&scene->desk, &stranger, 1, 1, NULL), ERROR_FORGED);
    fake_kiosk_drop(&stranger);
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    scene->kiosk.office[0] ^= 1;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_OFFICE);
}

/* Every byte of a bundle without records; of one with a record all but the inside of the envelope,
   which one hash covers, and of that a sample. */
static void spoil(struct import *import, uint8_t *bundle, size_t len)
{
    for (size_t i = 0; i < len; i += i < 200 || i + 200 > len ? 1 : 61) {
        bundle[i] ^= 1;
        assert_int_not_equal(import_bundle(import, "flipped", bundle, len), ERROR_NONE);
        bundle[i] ^= 1;
        assert_int_not_equal(import_bundle(import, "cut", bundle, i), ERROR_NONE);
    }
}

static void test_every_flipped_byte_and_every_cut_is_refused(void **state)
{
    struct import_scene *scene = *state;
    struct import import = {.vault = &scene->desk.vault, .now = FAKE_DESK_NOW};
    size_t len = 0;
    uint8_t *bundle = fake_kiosk_bundle(&scene->kiosk, 1, 0, &len);
    spoil(&import, bundle, len);
    assert_int_equal(import_bundle(&import, "whole", bundle, len), ERROR_NONE);
    free(bundle);
    import_test_send(scene, 'a', "text");
    bundle = fake_kiosk_bundle(&scene->kiosk, 1, 1, &len);
    spoil(&import, bundle, len);
    assert_int_equal(import.report.records, 0);
    assert_int_equal(import_test_cases(scene), 0);
    assert_int_equal(import_bundle(&import, "whole", bundle, len), ERROR_NONE);
    free(bundle);
}

/* Escape sequences, OSC 52, bidirectional controls, a NUL and a C1 control: exact for machines,
   harmless for people. */
static void test_hostile_text_is_exact_in_json_and_harmless_in_show(void **state)
{
    struct import_scene *scene = *state;
    static const char hostile[] = "a\033[2Jb\033]52;c;QQ==\007c\xE2\x80\xAE"
                                  "d\0e\xC2\x9B"
                                  "31mf\r\ng";
    size_t len = 0;
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', hostile);
    letter.text_len = sizeof hostile - 1;
    letter.name = hostile;
    letter.name_len = sizeof hostile - 1;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = fake_desk_show(&scene->desk, 1, 0, &len);
    assert_int_equal(strlen(shown), len);
    assert_null(strpbrk(shown, "\033\007\r"));
    assert_null(strstr(shown, "\xE2\x80\xAE"));
    assert_null(strstr(shown, "\xC2\x9B"));
    assert_non_null(strstr(shown, "Name that the person gave:\n    | a\xEF\xBF\xBD[2Jb"));
    assert_non_null(strstr(shown, "\n\n    | a\xEF\xBF\xBD[2Jb"));
    free(shown);
    shown = fake_desk_show(&scene->desk, 1, 1, &len);
    assert_non_null(strstr(shown,
                           "\"name\": \"a\\u001B[2Jb\\u001B]52;c;QQ==\\u0007c\\u202Ed\\u0000e"
                           "\\u009B31mf\\r\\ng\""));
    assert_non_null(strstr(shown,
                           "\"text\": \"a\\u001B[2Jb\\u001B]52;c;QQ==\\u0007c\\u202Ed\\u0000e"
                           "\\u009B31mf\\r\\ng\""));
    free(shown);
}

static void assert_absent(const char *path, const char *const *canaries)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return;
    static char data[8 * 1024 * 1024];
    size_t len = fread(data, 1, sizeof data, file);
    fclose(file);
    for (; *canaries != NULL; canaries++)
        assert_null(memmem(data, len, *canaries, strlen(*canaries)));
}

static void test_journal_holds_no_plaintext(void **state)
{
    struct import_scene *scene = *state;
    static const char *const canaries[] = {
        "КАНАРЕЙКА", "КАНАРКИН", "answercanary", "notecanary", "PC-17", "Officer", NULL};
    char path[FOLDER_PATH];
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "КАНАРЕЙКА");
    letter.name = "КАНАРКИН";
    letter.name_len = strlen(letter.name);
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "answercanary", 12, FAKE_DESK_DAY),
                     ERROR_NONE);
    assert_int_equal(fake_desk_note(&scene->desk, 1, "notecanary", 10), ERROR_NONE);
    snprintf(path, sizeof path, "%s/journal.db", scene->desk.dir);
    assert_absent(path, canaries);
    snprintf(path, sizeof path, "%s/journal.db-wal", scene->desk.dir);
    assert_absent(path, canaries);
    assert_int_equal(journal_checkpoint(scene->desk.vault.journal), ERROR_NONE);
    snprintf(path, sizeof path, "%s/journal.db", scene->desk.dir);
    assert_absent(path, canaries);
}

struct refused {
    char text[512];
};

static void note_refused(void *context, const char *name, enum error error)
{
    struct refused *refused = context;
    const size_t len = strlen(refused->text);
    snprintf(refused->text + len, sizeof refused->text - len, "%s=%d ", name, error);
}

/* A stick with a good bundle, a bad one, a symlink, a pipe, a folder and another file on it. */
static void test_one_bad_bundle_stops_no_other(void **state)
{
    struct import_scene *scene = *state;
    struct refused refused = {""};
    struct import import = {
        .vault = &scene->desk.vault, .refused = note_refused, .context = &refused};
    char *dir = NULL;
    char path[FOLDER_PATH], expected[512];
    size_t len = 0;
    import_test_send(scene, 'a', "text");
    uint8_t *bundle = fake_kiosk_bundle(&scene->kiosk, 1, 1, &len);
    dir = folder_make();
    folder_write(folder_path(dir, "z.bundle"), bundle, len);
    folder_write(folder_path(dir, "readme.txt"), bundle, 10);
    bundle[100] ^= 1;
    folder_write(folder_path(dir, "a.bundle"), bundle, len);
    snprintf(path, sizeof path, "%s/b.bundle", dir);
    assert_int_equal(symlink("/dev/zero", path), 0);
    snprintf(path, sizeof path, "%s/c.bundle", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/d.bundle", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    import_path(&import, dir);
    snprintf(expected, sizeof expected, "a.bundle=%d b.bundle=%d c.bundle=%d d.bundle=%d ",
             ERROR_FORGED, ERROR_SPECIAL, ERROR_SPECIAL, ERROR_SPECIAL);
    assert_string_equal(refused.text, expected);
    assert_int_equal(import.report.bundles, 1);
    assert_int_equal(import.report.refused, 4);
    assert_int_equal(import_test_cases(scene), 1);
    import_path(&import, "/nowhere/at/all");
    assert_int_equal(import.report.refused, 5);
    free(bundle);
    folder_remove(&dir);
}

/* The letter of case 2 is damaged, which is noted once, and no other. */
static void assert_damaged(struct import_scene *scene, uint64_t letter)
{
    const struct vault *vault = &scene->desk.vault;
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(&scene->desk.vault, &cases, &n), ERROR_JOURNAL_ROW);
    assert_int_equal(n, 3);
    assert_int_equal(cases[0].id, 2); /* of no day that is known */
    assert_int_equal(cases[0].letters, 1);
    free(cases);
    assert_int_equal(vault->damage_count, 1);
    assert_int_equal(vault->damage[0].case_id, 2);
    assert_true(vault->damage[0].seq == letter);
}

/* Sealed bytes belong to one act: what was moved to another one, or changed, is noticed. */
static void test_changed_row_is_noticed(void **state)
{
    struct import_scene *scene = *state;
    char sql[256];
    import_test_send(scene, 'a', "text");
    import_test_send(scene, 'c', "another");
    import_test_send(scene, 'e', "a third");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, NULL), ERROR_NONE);
    const uint64_t second = fake_desk_act(&scene->desk, 2, ACT_LETTER, 1);
    fake_desk_damage(&scene->desk, second);
    assert_damaged(scene, second);
    snprintf(sql, sizeof sql,
             "UPDATE body SET sealed = (SELECT sealed FROM body WHERE seq = %llu) WHERE seq = %llu",
             (unsigned long long)fake_desk_act(&scene->desk, 3, ACT_LETTER, 1),
             (unsigned long long)second);
    raw_db(folder_path(scene->desk.dir, "journal.db"), sql);
    assert_damaged(scene, second);
    struct triage_case row;
    assert_int_equal(fake_desk_row(&scene->desk, 3, &row), ERROR_NONE);
}

/* At every place where the disk can become full; then the same bundle is simply taken again. */
static void test_full_disk_takes_half_of_nothing(void **state)
{
    struct import_scene *scene = *state;
    int error = ERROR_FULL, refusals = 0;
    for (int i = 0; i < 3; i++)
        import_test_send(scene, (char)('a' + 2 * i), "text");
    for (size_t len = 0; error != ERROR_NONE && len < 1024 * 1024; len += 4096) {
        assert_int_equal(journal_checkpoint(scene->desk.vault.journal), ERROR_NONE);
        full_disk_begin(len);
        error = fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, NULL);
        full_disk_end();
        assert_int_equal(import_test_cases(scene), error == ERROR_NONE ? 3 : 0);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
        refusals += error == ERROR_FULL;
    }
    assert_int_equal(error, ERROR_NONE);
    assert_true(refusals > 3);
}

/* --- cut at random moments --- */

enum { PER_BUNDLE = 20, BUNDLES = 3, CUT_STEP = 100 };

static void import_all(struct import_scene *scene)
{
    for (int i = 0; i < BUNDLES; i++)
        fake_desk_import(&scene->desk, &scene->kiosk, 1 + (uint64_t)i * PER_BUNDLE,
                         (uint64_t)(i + 1) * PER_BUNDLE, NULL);
}

static void import_apart(void *context)
{
    struct import_scene *scene = context;
    if (fake_desk_reopen(&scene->desk) == ERROR_NONE)
        import_all(scene);
}

/* Imports in a process with a connection of its own (a database is not carried over a fork),
   which is killed at this call to the kernel. False when it came to its end before. */
static bool cut_import(struct import_scene *scene, unsigned at)
{
    fake_desk_shut(&scene->desk);
    const unsigned stops = process_cut(import_apart, scene, at);
    assert_int_equal(fake_desk_reopen(&scene->desk), ERROR_NONE);
    return stops == at;
}

static void test_killed_import_run_again_gives_the_same(void **state)
{
    struct import_scene *scene = *state;
    unsigned at = 1;
    chance_start();
    for (int i = 0; i < BUNDLES * PER_BUNDLE; i++)
        import_test_send(scene, (char)(i % 50), "text");
    while (cut_import(scene, at))
        at += 1 + chance_below(CUT_STEP);
    struct triage_case *cases = NULL;
    size_t n = 0;
    uint32_t letters = 0;
    assert_int_equal(triage_list(&scene->desk.vault, &cases, &n), ERROR_NONE);
    assert_int_equal(n, 50);
    for (size_t i = 0; i < n; i++) {
        letters += cases[i].letters;
        assert_int_equal(cases[i].messages, 0);
    }
    assert_int_equal(letters, BUNDLES * PER_BUNDLE);
    free(cases);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->kiosk.tip_seq, BUNDLES * PER_BUNDLE);
    assert_int_equal(row->gaps.n + row->forks.n, 0);
    fleet_free(row, 1);
}

/* A trigger that drops letters as they come, put into the journal by someone without a key: no
   letter is taken, so no board will acknowledge one. */
static void test_a_trigger_in_the_journal_drops_no_letter(void **state)
{
    struct import_scene *scene = *state;
    struct journal *again = NULL;
    struct import_report report;
    char path[FOLDER_PATH];
    snprintf(path, sizeof path, "%s", folder_path(scene->desk.dir, "journal.db"));
    import_test_send(scene, 'a', "Is anybody there?");
    raw_db(path, "CREATE TRIGGER t AFTER INSERT ON body BEGIN DELETE FROM body WHERE seq = "
                 "new.seq; DELETE FROM act WHERE seq = new.seq; END");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, &report), ERROR_ALTERED);
    assert_int_equal(journal_open(path, &again), ERROR_ALTERED);
    assert_null(again);
    raw_db(path, "DROP TRIGGER t");
    fake_desk_shut(&scene->desk);
    assert_int_equal(fake_desk_reopen(&scene->desk), ERROR_NONE);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, &report), ERROR_NONE);
    assert_int_equal(report.records, 1);
    assert_int_equal(import_test_cases(scene), 1);
}

/* Another program waits for the commit and takes the letter out again: it is not said to be in. */
static void test_a_letter_that_does_not_come_back_is_not_taken(void **state)
{
    static const char *const deeds[] = {
        "DELETE FROM txn WHERE no = (SELECT max(no) FROM txn)",
        "DELETE FROM act WHERE seq = (SELECT max(seq) FROM act)",
        "DELETE FROM body",
        "UPDATE body SET sealed = zeroblob(length(sealed))",
        "DELETE FROM casekey",
        "UPDATE casekey SET wrapped = zeroblob(length(wrapped))",
    };
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        struct import_scene *scene = *state;
        struct fake_desk *desk = &scene->desk;
        import_test_send(scene, 'a', "Is anybody there?");
        fake_desk_shut(desk);
        raw_db_watch(folder_path(desk->dir, "journal.db"));
        assert_int_equal(fake_desk_reopen(desk), ERROR_NONE);
        raw_db_after_commit(raw_db_run, deeds[i]);
        assert_int_equal(fake_desk_import(desk, &scene->kiosk, 1, 1, NULL), ERROR_JOURNAL_ROW);
        raw_db_unwatch();
        import_test_teardown(state);
        import_test_setup(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(test_bundles_of_strangers_are_refused),
        IMPORT_TEST(test_every_flipped_byte_and_every_cut_is_refused),
        IMPORT_TEST(test_hostile_text_is_exact_in_json_and_harmless_in_show),
        IMPORT_TEST(test_journal_holds_no_plaintext),
        IMPORT_TEST(test_one_bad_bundle_stops_no_other),
        IMPORT_TEST(test_changed_row_is_noticed),
        IMPORT_TEST(test_a_trigger_in_the_journal_drops_no_letter),
        IMPORT_TEST(test_a_letter_that_does_not_come_back_is_not_taken),
        IMPORT_TEST(test_full_disk_takes_half_of_nothing),
        IMPORT_TEST(test_killed_import_run_again_gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
