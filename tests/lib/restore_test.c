/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office that loses its journal. */
#include "tests/lib/restore_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "office/audit.h"
#include "office/backup.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"

/* --- what stood on any board --- */

static void keep_entry(struct restore_test_boards *boards, const struct segment *segment,
                       uint32_t i)
{
    struct restore_test_entry entry = {.number = segment->number, .kind = segment->kind};
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
void restore_test_keep(struct restore_test_boards *boards, const struct publish_scene *scene)
{
    for (uint32_t i = 0; i < scene->board.segment_count; i++)
        if (scene->board.segments[i].number == scene->board.head.number)
            for (uint32_t k = 0; k < scene->board.segments[i].count; k++)
                keep_entry(boards, &scene->board.segments[i], k);
}

/* Whoever kept them all lays them side by side: every tag once, so with one body. */
void restore_test_nothing_twice(const struct restore_test_boards *boards)
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

void restore_test_answer(struct publish_scene *scene, uint64_t case_id, const char *text)
{
    assert_int_equal(fake_desk_answer(&scene->desk, case_id, text, strlen(text), FAKE_DESK_DAY),
                     ERROR_NONE);
}

void restore_test_cover(struct publish_scene *scene)
{
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(
        fake_desk_import(&scene->desk, &scene->kiosk, scene->kiosk.seq, scene->kiosk.seq, NULL),
        ERROR_NONE);
}

const char *restore_test_kept(const struct publish_scene *scene)
{
    return folder_path(scene->desk.backups, "kept");
}

void restore_test_back_up(struct publish_scene *scene, const char *path)
{
    struct backup backup;
    assert_int_equal(backup_write(&scene->desk.vault, path, FAKE_DESK_NOW, &backup), ERROR_NONE);
}

static enum error run(struct publish_scene *scene, const uint8_t *seed, uint32_t now,
                      const char *path, char *const *folders, size_t n,
                      struct restore_report *report)
{
    struct fake_desk *desk = &scene->desk;
    struct root root = {.seed = {0}};
    struct view view; /* what this desk saw before */
    memcpy(view.removed, desk->vault.view.removed, sizeof view.removed);
    view.removed_count = desk->vault.view.removed_count;
    memcpy(root.seed, seed, sizeof root.seed);
    fake_desk_shut(desk);
    desk->vault.history = (struct history){.gate = -1};
    assert_int_equal(restore_fetch(&desk->vault, path), ERROR_NONE);
    vault_begin(&desk->vault);
    memcpy(desk->vault.view.removed, view.removed, sizeof view.removed);
    desk->vault.view.removed_count = view.removed_count;
    assert_int_equal(history_follow(&desk->vault.history), ERROR_NONE);
    const enum error error = restore_run(&desk->vault, &root, folders, n, now, report);
    history_end(&desk->vault.history);
    restore_abandon(&desk->vault);
    close(desk->vault.history.gate);
    assert_int_equal(fake_desk_reopen(desk), ERROR_NONE);
    return error;
}

enum error restore_test_run(struct publish_scene *scene, const char *path, char *const *folders,
                            size_t n, struct restore_report *report)
{
    return run(scene, scene->desk.office.root_seed, FAKE_DESK_NOW + DAY_MINUTES, path, folders, n,
               report);
}

enum error restore_test_run_as(struct publish_scene *scene, const uint8_t *seed, const char *path,
                               struct restore_report *report)
{
    return run(scene, seed, FAKE_DESK_NOW + DAY_MINUTES, path, NULL, 0, report);
}

enum error restore_test_run_on(struct publish_scene *scene, uint32_t day, char *const *folders,
                               size_t n, struct restore_report *report)
{
    return run(scene, scene->desk.office.root_seed, day * DAY_MINUTES, restore_test_kept(scene),
               folders, n, report);
}

static enum error say(void *context, const struct audit_finding *finding)
{
    fail_msg("found: %s, act %llu", audit_kind_name(finding->kind),
             (unsigned long long)finding->seq);
    return ERROR_NONE;
}

void restore_test_clean(struct publish_scene *scene, bool restored)
{
    struct audit_report report;
    assert_int_equal(audit_run(&scene->desk.vault, say, NULL, &report), ERROR_NONE);
    assert_int_equal(report.findings, 0);
    assert_int_equal(report.restored > 0, restored);
}

/* Takes the last board away to a stick. */
char *restore_test_carry(struct publish_scene *scene)
{
    char *stick = scene->out;
    scene->out = folder_make();
    return stick;
}

void restore_test_two_copies(struct publish_scene *scene, char *sticks[2])
{
    char command[512];
    sticks[0] = restore_test_carry(scene);
    sticks[1] = folder_make();
    snprintf(command, sizeof command, "cp %s/* %s", sticks[0], sticks[1]);
    assert_int_equal(system(command), 0);
}

void restore_test_remove(const char *folder, const struct board_folder *board, uint32_t kind)
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

/* --- attack A4 --- */

/* The backup has a message that waits. Then that one leaves, and another that the backup lacks, and
   letters come; then the journal is lost. */
void restore_test_live(struct publish_scene *scene, struct restore_test_boards *boards)
{
    publish_test_file(scene, 'a');
    restore_test_cover(scene);
    restore_test_answer(scene, 1, "first");
    publish_test_run(scene, FAKE_DESK_DAY);
    restore_test_keep(boards, scene);
    restore_test_answer(scene, 1, "second");
    restore_test_back_up(scene, restore_test_kept(scene));
    publish_test_file(scene, 'b');
    restore_test_cover(scene);
    restore_test_answer(scene, 1, "third");
    restore_test_answer(scene, 2, "to the second");
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    restore_test_keep(boards, scene);
}

char *restore_test_put_back(struct publish_scene *scene, struct restore_test_boards *boards,
                            struct restore_report *report)
{
    restore_test_live(scene, boards);
    char *stick = restore_test_carry(scene), *folders[] = {stick};
    assert_int_equal(restore_test_run(scene, restore_test_kept(scene), folders, 1, report),
                     ERROR_NONE);
    return stick;
}

/* The kiosks send again what the watermark lacks, people are answered anew, others write. */
void restore_test_go_on(struct publish_scene *scene, struct restore_test_boards *boards)
{
    struct import_report report;
    struct head_mark mark;
    static const uint8_t none[HASH_LEN];
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    restore_test_keep(boards, scene);
    assert_int_equal(scene->board.head.restored, 2);
    assert_memory_not_equal(scene->board.head.lost, none, sizeof none);
    assert_memory_not_equal(scene->board.head.kept, none, sizeof none);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 2);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 3, 4, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 1);
    publish_test_file(scene, 'c');
    restore_test_answer(scene, 1, "another third");
    restore_test_answer(scene, 2, "another to the second");
    restore_test_answer(scene, 3, "to the third");
    publish_test_run(scene, FAKE_DESK_DAY + 3);
    restore_test_keep(boards, scene);
    assert_true(head_find_mark(&scene->board.head, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 5);
}
