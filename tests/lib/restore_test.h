/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of restoring have in common: an office that lives on behind its backup and loses
   its journal, and all that ever stood on its boards. Everything fails the running test. */
#ifndef TESTS_LIB_RESTORE_TEST_H
#define TESTS_LIB_RESTORE_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/hash.h"
#include "office/restore.h"
#include "protocol/segment.h"
#include "tests/lib/publish_test.h"

struct restore_test_entry {
    uint32_t number, kind;
    uint8_t tag[SEGMENT_TAG_LEN];
    uint8_t body[HASH_LEN]; /* of an answer */
};

/* What whoever keeps all boards has; all is for free. */
struct restore_test_boards {
    struct restore_test_entry *all;
    size_t n;
};

/* Keeps what the board that was read last adds. */
void restore_test_keep(struct restore_test_boards *boards, const struct publish_scene *scene);

/* They are laid side by side: every tag once, so with one body. */
void restore_test_nothing_twice(const struct restore_test_boards *boards);

/* Sends a text in this case. */
void restore_test_answer(struct publish_scene *scene, uint64_t case_id, const char *text);

/* The path of the backup that restore_test_live makes; valid until the next of folder_path. */
const char *restore_test_kept(const struct publish_scene *scene);

/* Writes a backup as this file. */
void restore_test_back_up(struct publish_scene *scene, const char *path);

/* Puts the backup back on the day FAKE_DESK_DAY + 1 and opens the office again; an error of
   restore_run. Whom the vault's view has as removed, this desk saw removed. */
enum error restore_test_run(struct publish_scene *scene, const char *path, char *const *folders,
                            size_t n, struct restore_report *report);

/* The same without a copy, as whoever has this seed instead of root's. */
enum error restore_test_run_as(struct publish_scene *scene, const uint8_t *seed, const char *path,
                               struct restore_report *report);

/* The same from restore_test_kept, on this day. */
enum error restore_test_run_on(struct publish_scene *scene, uint32_t day, char *const *folders,
                               size_t n, struct restore_report *report);

/* The audit finds nothing, and says whether the office was restored. */
void restore_test_clean(struct publish_scene *scene, bool restored);

/* Takes the last board away to a stick, for folder_remove. */
char *restore_test_carry(struct publish_scene *scene);

/* Two sticks with the board: the one of restore_test_carry and a copy of it. */
void restore_test_two_copies(struct publish_scene *scene, char *sticks[2]);

/* Removes what the last board added of this kind from a folder. */
void restore_test_remove(const char *folder, const struct board_folder *board, uint32_t kind);

/* A cover is filed and imported. */
void restore_test_cover(struct publish_scene *scene);

/* The backup has a message that waits. Then that one leaves, and another that the backup lacks, and
   letters come, on board 2. */
void restore_test_live(struct publish_scene *scene, struct restore_test_boards *boards);

/* restore_test_live, then a restore from its backup with board 2; returns the stick that has it,
   for folder_remove. */
char *restore_test_put_back(struct publish_scene *scene, struct restore_test_boards *boards,
                            struct restore_report *report);

/* After a restore from that backup, and all of board 2, on the days from FAKE_DESK_DAY + 2 on: the
   kiosk sends again what the watermark lacks, people are answered anew, others write. */
void restore_test_go_on(struct publish_scene *scene, struct restore_test_boards *boards);

#endif
