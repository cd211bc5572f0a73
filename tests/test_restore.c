/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office that was put back from a backup: over all boards that it ever published, before and
   after, nothing tells what the backup lacked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "office/arrived.h"
#include "office/audit.h"
#include "office/backup.h"
#include "office/restore.h"
#include "office/restored.h"
#include "protocol/names.h"
#include "tests/lib/audit_found.h"
#include "tests/lib/folder.h"
#include "tests/lib/publish_test.h"
#include "tests/lib/raw_db.h"

/* --- what stood on any board --- */

struct entry {
    uint32_t number, kind;
    uint8_t tag[SEGMENT_TAG_LEN];
    uint8_t body[HASH_LEN]; /* of an answer */
};

struct all_boards {
    struct entry *all;
    size_t n;
};

static void remember_entry(struct all_boards *boards, const struct segment *segment, uint32_t i)
{
    struct entry entry = {.number = segment->number, .kind = segment->kind};
    memcpy(entry.tag, segment->tags + (size_t)i * SEGMENT_TAG_LEN, sizeof entry.tag);
    if (segment->kind == SEGMENT_ANSWERS) {
        const struct hash_part part = {segment->bodies + (size_t)i * SEGMENT_BODY_LEN,
                                       SEGMENT_BODY_LEN};
        assert_int_equal(hash_sha256(entry.body, &part, 1), 0);
    }
    boards->all = realloc(boards->all, (boards->n + 1) * sizeof *boards->all);
    assert_non_null(boards->all);
    boards->all[boards->n++] = entry;
}

/* Keeps what the board of today adds. */
static void remember(struct all_boards *boards, const struct publish_scene *scene)
{
    for (uint32_t i = 0; i < scene->board.segment_count; i++)
        if (scene->board.segments[i].number == scene->board.head.number)
            for (uint32_t k = 0; k < scene->board.segments[i].count; k++)
                remember_entry(boards, &scene->board.segments[i], k);
}

/* Whoever kept them all lays them side by side: every tag once, so with one body. */
static void assert_nothing_twice(const struct all_boards *boards)
{
    for (size_t i = 0; i < boards->n; i++)
        for (size_t k = i + 1; k < boards->n; k++)
            if (boards->all[i].kind == boards->all[k].kind &&
                memcmp(boards->all[i].tag, boards->all[k].tag, SEGMENT_TAG_LEN) == 0)
                fail_msg("a tag of kind %u on boards %u and %u, bodies %s", boards->all[i].kind,
                         boards->all[i].number, boards->all[k].number,
                         memcmp(boards->all[i].body, boards->all[k].body, HASH_LEN) == 0
                             ? "the same"
                             : "different");
}

/* --- losing a journal --- */

static void answer(struct publish_scene *scene, uint64_t case_id, const char *text)
{
    assert_int_equal(fake_desk_answer(&scene->desk, case_id, text, strlen(text), FAKE_DESK_DAY),
                     ERROR_NONE);
}

static void add_cover(struct publish_scene *scene)
{
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(
        fake_desk_import(&scene->desk, &scene->kiosk, scene->kiosk.seq, scene->kiosk.seq, NULL),
        ERROR_NONE);
}

static void back_up(struct publish_scene *scene, const char *path)
{
    struct backup backup;
    assert_int_equal(backup_write(&scene->desk.vault, path, FAKE_DESK_NOW, &backup), ERROR_NONE);
}

static enum error restore_as(struct publish_scene *scene, const uint8_t *seed, const char *path,
                             char *const *folders, size_t n, struct restore_report *report)
{
    struct fake_desk *desk = &scene->desk;
    struct root root = {.seed = {0}};
    memcpy(root.seed, seed, sizeof root.seed);
    fake_desk_shut(desk);
    desk->vault.history = (struct history){.gate = -1};
    assert_int_equal(restore_fetch(&desk->vault, path), ERROR_NONE);
    vault_begin(&desk->vault);
    assert_int_equal(history_follow(&desk->vault.history), ERROR_NONE);
    const enum error error =
        restore_run(&desk->vault, &root, folders, n, FAKE_DESK_NOW + DAY_MINUTES, report);
    history_end(&desk->vault.history);
    restore_abandon(&desk->vault);
    close(desk->vault.history.gate);
    assert_int_equal(fake_desk_reopen(desk), ERROR_NONE);
    return error;
}

static enum error restore(struct publish_scene *scene, const char *path, char *const *folders,
                          size_t n, struct restore_report *report)
{
    return restore_as(scene, scene->desk.office.root_seed, path, folders, n, report);
}

static enum error say(void *context, const struct audit_finding *finding)
{
    fail_msg("found: %s, act %llu", audit_kind_name(finding->kind),
             (unsigned long long)finding->seq);
    return ERROR_NONE;
}

static void assert_clean(struct publish_scene *scene, bool restored)
{
    struct audit_report report;
    assert_int_equal(audit_run(&scene->desk.vault, say, NULL, &report), ERROR_NONE);
    assert_int_equal(report.findings, 0);
    assert_int_equal(report.restored > 0, restored);
}

/* Takes the last board away to a stick. */
static char *carry(struct publish_scene *scene)
{
    char *stick = scene->out;
    scene->out = folder_make();
    return stick;
}

/* --- attack A4 --- */

/* The backup has a message that waits. Then that one leaves, and another that the backup lacks, and
   letters come; then the journal is lost. */
static void live_and_lose(struct publish_scene *scene, struct all_boards *boards)
{
    publish_test_file(scene, 'a');
    add_cover(scene);
    answer(scene, 1, "first");
    publish_test_run(scene, FAKE_DESK_DAY);
    remember(boards, scene);
    answer(scene, 1, "second");
    back_up(scene, folder_path(scene->desk.backups, "kept"));
    publish_test_file(scene, 'b');
    add_cover(scene);
    answer(scene, 1, "third");
    answer(scene, 2, "to the second");
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    remember(boards, scene);
}

/* The kiosks send again what the watermark lacks, people are answered anew, others write. */
static void go_on(struct publish_scene *scene, struct all_boards *boards)
{
    struct import_report report;
    struct head_mark mark;
    static const uint8_t none[HASH_LEN];
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    remember(boards, scene);
    assert_int_equal(scene->board.head.restored, 2);
    assert_memory_not_equal(scene->board.head.lost, none, sizeof none);
    assert_memory_not_equal(scene->board.head.kept, none, sizeof none);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 2);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, 4, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 1);
    publish_test_file(scene, 'c');
    answer(scene, 1, "another third");
    answer(scene, 2, "another to the second");
    answer(scene, 3, "to the third");
    publish_test_run(scene, FAKE_DESK_DAY + 3);
    remember(boards, scene);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 5);
}

static void old_boards_beside_new_ones_tell_nothing(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    struct answer said;
    live_and_lose(scene, &boards);
    char *stick = carry(scene), *folders[] = {stick};
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.left, 1);
    assert_int_equal(report.next, 3);
    assert_clean(scene, true);
    go_on(scene, &boards);
    assert_nothing_twice(&boards);
    for (char who = 'a'; who <= 'c'; who++)
        assert_int_equal(publish_test_arrivals(scene, who, 0), 1);
    assert_int_equal(publish_test_messages(scene, 'a'), 4);
    assert_int_equal(publish_test_messages(scene, 'b'), 2);
    assert_int_equal(publish_test_messages(scene, 'c'), 1);
    assert_int_equal(publish_test_message(scene, 'a', 4, &said), ERROR_NONE);
    assert_memory_equal(said.text, "another third", said.len);
    assert_clean(scene, true);
    free(boards.all);
    folder_remove(&stick);
}

/* As after a renewal, when what is no letter gets another tag than before: only letters would have
   their old ones. */
static void records_under_a_watermark_get_no_second_tag(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    live_and_lose(scene, &boards);
    char *stick = carry(scene), *folders[] = {stick};
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 1, &report),
                     ERROR_NONE);
    raw_db(folder_path(scene->desk.dir, "journal.db"), "DELETE FROM seen WHERE kind = 1");
    go_on(scene, &boards);
    assert_nothing_twice(&boards);
    free(boards.all);
    folder_remove(&stick);
}

/* One behind a gap is acknowledged by no watermark, and has its tag. */
static void records_behind_a_gap_get_no_second_tag(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    back_up(scene, folder_path(scene->desk.backups, "kept"));
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    remember(&boards, scene);
    char *stick = carry(scene), *folders[] = {stick};
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    remember(&boards, scene);
    assert_nothing_twice(&boards);
    assert_int_equal(publish_test_arrivals(scene, 'a', 0), 1);
    free(boards.all);
    folder_remove(&stick);
}

/* --- copies that lack something --- */

static void without_a_copy_nothing_is_published(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    live_and_lose(scene, &boards);
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), NULL, 0, &report),
                     ERROR_NONE);
    assert_true(report.unseen);
    assert_int_equal(publish_run(&scene->desk.vault, scene->out, (FAKE_DESK_DAY + 2) * DAY_MINUTES,
                                 &scene->report),
                     ERROR_RENEWAL_FIRST);
    assert_clean(scene, true);
    /* A stick is found. */
    char *folders[] = {scene->out};
    back_up(scene, folder_path(scene->desk.backups, "again"));
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "again"), folders, 1, &report),
                     ERROR_NONE);
    go_on(scene, &boards);
    assert_nothing_twice(&boards);
    free(boards.all);
}

static void a_charter_that_was_renewed_goes_on_without_a_copy(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    publish_test_file(scene, 'a');
    back_up(scene, folder_path(scene->desk.backups, "kept"));
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), NULL, 0, &report),
                     ERROR_NONE);
    scene->desk.vault.charter.number++;
    fake_desk_charter(&scene->desk.vault, scene->desk.office.root_seed);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_int_equal(scene->board.head.number, 1);
}

static void remove_segment(const char *folder, const struct board_folder *board, uint32_t kind)
{
    char name[NAMES_LEN];
    for (uint32_t i = 0; i < board->head.segment_count; i++) {
        const struct head_segment named = head_segment(&board->head, i);
        if (named.number == board->head.number && named.kind == kind) {
            assert_true(names_segment(&named, name));
            assert_int_equal(unlink(folder_path(folder, name)), 0);
        }
    }
}

/* What a copy lacks, kiosks must not be told that they have; and boards may be unknown. */
static void numbers_leap_where_segments_are_missing(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    live_and_lose(scene, &boards);
    char *stick = carry(scene), *folders[] = {stick};
    remove_segment(stick, &scene->board, SEGMENT_ARRIVALS);
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 1);
    assert_int_equal(report.next, 2 + 1 + RESTORE_LEAP);
    go_on(scene, &boards);
    assert_int_equal(scene->board.head.number, report.next + 1);
    assert_int_equal(publish_test_arrivals(scene, 'b', 0),
                     1); /* whose tag was on what is missing */
    assert_clean(scene, true);
    free(boards.all);
    folder_remove(&stick);
}

static void another_copy_has_what_one_lacks(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    char command[512];
    live_and_lose(scene, &boards);
    char *stick = carry(scene), *other = folder_make(), *folders[] = {stick, other};
    snprintf(command, sizeof command, "cp %s/* %s", stick, other);
    assert_int_equal(system(command), 0);
    remove_segment(stick, &scene->board, SEGMENT_ARRIVALS);
    remove_segment(other, &scene->board, SEGMENT_ANSWERS);
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 2, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 0);
    go_on(scene, &boards);
    assert_nothing_twice(&boards);
    free(boards.all);
    folder_remove(&stick);
    folder_remove(&other);
}

/* A stick on which the board is older, or none: kiosks left theirs. */
static void a_head_that_a_kiosk_left_is_a_copy(void **state)
{
    struct publish_scene *scene = *state;
    struct all_boards boards = {.all = NULL};
    struct restore_report report;
    char name[NAMES_LEN];
    live_and_lose(scene, &boards);
    char *stick = carry(scene), *folders[] = {stick};
    names_head(scene->kiosk.id, name);
    assert_int_equal(rename(folder_path(stick, NAMES_BOARD), folder_path(stick, name)), 0);
    folder_write(folder_path(stick, "0123456789abcdef.head"), "no head", 7);
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 1, &report),
                     ERROR_NONE);
    assert_int_equal(report.missing, 0);
    go_on(scene, &boards);
    assert_nothing_twice(&boards);
    free(boards.all);
    folder_remove(&stick);
}

static void a_copy_that_is_none_is_refused(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    char *empty = folder_make(), *folders[] = {empty};
    publish_test_file(scene, 'a');
    back_up(scene, folder_path(scene->desk.backups, "kept"));
    assert_int_equal(restore(scene, folder_path(scene->desk.backups, "kept"), folders, 1, &report),
                     ERROR_MISSING);
    assert_string_equal(report.blamed, empty);
    assert_clean(scene, false);
    folder_remove(&empty);
}

/* --- who may say that it was restored --- */

/* As a desk whose view had this act otherwise. */
static bool is_explained(struct publish_scene *scene, uint64_t act)
{
    struct history *history = &scene->desk.vault.history;
    history->lost = 3;
    history->parted = act;
    assert_int_equal(restored_explain(history), ERROR_NONE);
    const bool explained = history->lost == 0;
    history->lost = history->parted = 0;
    return explained;
}

static void only_root_explains_a_journal_that_goes_back(void **state)
{
    struct publish_scene *scene = *state;
    struct restore_report report;
    publish_test_file(scene, 'a');
    back_up(scene, folder_path(scene->desk.backups, "kept"));
    for (int honest = 1; honest >= 0; honest--) {
        const struct fake_office *office = &scene->desk.office;
        assert_int_equal(restore_as(scene, honest ? office->root_seed : office->board_seed,
                                    folder_path(scene->desk.backups, "kept"), NULL, 0, &report),
                         ERROR_NONE);
        const uint64_t act = fold_last(scene->desk.vault.history.fold);
        assert_int_equal(is_explained(scene, act), honest);
        assert_false(is_explained(scene, act - 1));
        const struct audit_found found = audit_found_in(&scene->desk.vault);
        assert_int_equal(found.kinds[AUDIT_RESTORED], !honest);
        assert_int_equal(found.all, !honest);
    }
}

/* --- backups --- */

/* A colleague imports while a backup is written: kiosks are not told to forget that. */
static void what_the_backup_lacks_is_not_acknowledged(void **state)
{
    struct publish_scene *scene = *state;
    struct vault *vault = &scene->desk.vault;
    struct backup backup;
    struct arrived arrived;
    struct told told;
    publish_test_file(scene, 'a');
    assert_int_equal(
        backup_write(vault, folder_path(scene->desk.backups, "kept"), FAKE_DESK_NOW, &backup),
        ERROR_NONE);
    publish_test_file(scene, 'b');
    const struct fold_kiosk *kiosk = fold_kiosk(vault->history.fold, 0);
    assert_int_equal(told_begin(&told, vault, NULL), ERROR_NONE);
    assert_int_equal(arrived_read(&told, kiosk, backup.act, 100, &arrived), ERROR_NONE);
    told_free(&told);
    assert_int_equal(arrived.kiosk.tip_seq, 1);
    assert_int_equal(arrived.n, 1);
    arrived_free(&arrived);
}

static size_t count_backups(const struct publish_scene *scene)
{
    char command[512], line[32] = "";
    snprintf(command, sizeof command, "ls %s | grep -c 'journal-.*backup$'", scene->desk.backups);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(line, sizeof line, pipe));
    pclose(pipe);
    return (size_t)strtoul(line, NULL, 10);
}

static void each_board_has_a_backup_and_the_last_ones_stay(void **state)
{
    struct publish_scene *scene = *state;
    for (uint32_t i = 0; i < BACKUP_KEPT + 2; i++) {
        publish_test_run(scene, FAKE_DESK_DAY + i);
        assert_int_equal(count_backups(scene), i + 1 < BACKUP_KEPT ? i + 1 : BACKUP_KEPT);
    }
    publish_test_run(scene, FAKE_DESK_DAY + BACKUP_KEPT + 1 + BACKUP_DAYS);
    assert_int_equal(count_backups(scene), 2); /* one is as old as it may be */
}

static void without_a_backup_no_board_is_made(void **state)
{
    struct publish_scene *scene = *state;
    char *none = strdup(folder_path(scene->desk.backups, "no/folder"));
    scene->desk.vault.backups = none;
    assert_int_equal(publish_run(&scene->desk.vault, scene->out, FAKE_DESK_NOW, &scene->report),
                     ERROR_PARENT);
    assert_true(scene->report.unsaved);
    assert_false(scene->report.made);
    assert_int_not_equal(access(folder_path(scene->out, NAMES_BOARD), F_OK), 0);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(old_boards_beside_new_ones_tell_nothing),
        PUBLISH_TEST(records_under_a_watermark_get_no_second_tag),
        PUBLISH_TEST(records_behind_a_gap_get_no_second_tag),
        PUBLISH_TEST(without_a_copy_nothing_is_published),
        PUBLISH_TEST(a_charter_that_was_renewed_goes_on_without_a_copy),
        PUBLISH_TEST(numbers_leap_where_segments_are_missing),
        PUBLISH_TEST(another_copy_has_what_one_lacks),
        PUBLISH_TEST(a_head_that_a_kiosk_left_is_a_copy),
        PUBLISH_TEST(a_copy_that_is_none_is_refused),
        PUBLISH_TEST(only_root_explains_a_journal_that_goes_back),
        PUBLISH_TEST(what_the_backup_lacks_is_not_acknowledged),
        PUBLISH_TEST(each_board_has_a_backup_and_the_last_ones_stay),
        PUBLISH_TEST(without_a_backup_no_board_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
