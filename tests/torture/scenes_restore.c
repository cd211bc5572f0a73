/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal is damaged and put back from an older backup; the boards are taken over from a medium,
   and the kiosk sends again what the backup lacks. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "office/backup.h"
#include "office/publish.h"
#include "office/restore.h"
#include "office/triage.h"
#include "protocol/board_folder.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"

static enum error answer(struct vault *vault, uint64_t case_id, const char *text)
{
    struct casefile *casefile = NULL;
    bool kept = false;
    enum error error = casefile_load(vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_answer(casefile, text, strlen(text), house_now(), &kept);
    casefile_free(&casefile);
    return error;
}

static enum error publish(const char *root, struct vault *vault, uint32_t days)
{
    struct publish_report report;
    const enum error error =
        publish_run(vault, house_path(root, "media"), house_now() + days * DAY_MINUTES, &report);
    return error == ERROR_NONE && !report.made ? ERROR_BOARD_PART : error;
}

static bool must_open(const char *root, struct vault **vault)
{
    house_must(house_vault(root, vault) == ERROR_NONE, "the office");
    return true;
}

/* On every day there is a board. */
static void publish_daily(const char *root)
{
    struct vault *vault = NULL;
    struct root *keys = NULL;
    must_open(root, &vault);
    vault->charter.number++;
    vault->charter.settings[CHARTER_BOARD_DAYS] = 127;
    house_must(house_root(vault, &keys) == ERROR_NONE &&
                   charter_encode(&vault->charter, keys->seed, vault->charter_bytes) ==
                       ERROR_NONE &&
                   file_write(vault->dir, "charter", 0600, vault->charter_bytes, CHARTER_LEN) ==
                       ERROR_NONE,
               "a charter");
    secret_free(keys);
    vault_close(&vault);
}

static void damage(const char *root)
{
    const int fd = open(house_path(root, "office/journal.db"), O_WRONLY | O_CLOEXEC);
    house_must(fd >= 0 && ftruncate(fd, 6000) == 0 && close(fd) == 0, "damage");
}

/* Case 1 has an answer on board 1; in the backup a second one waits. That leaves on board 2, with
   one for case 2, which the backup does not know. */
void scenes_restore_base(const char *root)
{
    struct vault *vault = NULL;
    struct backup backup;
    house_must_office(root);
    publish_daily(root);
    house_must_kiosk(root);
    house_must_card(root);
    house_must_file(root, "a ");
    house_must_carry(root, "media");
    house_must_import(root, "media");
    must_open(root, &vault);
    house_must(answer(vault, 1, "first") == ERROR_NONE && publish(root, vault, 0) == ERROR_NONE &&
                   answer(vault, 1, "second") == ERROR_NONE &&
                   backup_write(vault, house_path(root, "kept"), house_now(), &backup) ==
                       ERROR_NONE,
               "a backup");
    vault_close(&vault);
    house_must_file(root, " b");
    house_must_carry(root, "media");
    house_must_import(root, "media");
    must_open(root, &vault);
    house_must(answer(vault, 2, "to b") == ERROR_NONE && publish(root, vault, 1) == ERROR_NONE,
               "a second board");
    vault_close(&vault);
    house_must_carry(root, "media");
    house_must_remember(root);
    damage(root);
}

/* As the command does. */
static enum error restore(const char *root)
{
    struct vault *vault = NULL;
    struct root *keys = NULL;
    struct restore_report report;
    const char *media = house_path(root, "media");
    char *const folders[] = {strdup(media)};
    setenv("HOME", root, 1);
    enum error error = vault_open_alone(house_path(root, "office"), &vault);
    if (error == ERROR_NONE)
        error = restore_fetch(vault, house_path(root, "kept"));
    if (error == ERROR_NONE)
        error = vault_unlock(vault, NULL, &house_passphrase);
    if (error == ERROR_NONE)
        error = house_root(vault, &keys);
    if (error == ERROR_NONE)
        error = restore_run(vault, keys, folders, 1, house_now() + DAY_MINUTES, &report);
    if (vault != NULL)
        restore_abandon(vault);
    secret_free(keys);
    vault_close(&vault);
    free(folders[0]);
    return error;
}

void scenes_restore_run(const char *root)
{
    struct vault *vault = NULL;
    if (restore(root) != ERROR_NONE)
        return;
    marks_done(HOUSE_RESTORED, 1, NULL);
    if (house_vault(root, &vault) == ERROR_NONE && publish(root, vault, 2) == ERROR_NONE)
        marks_done(HOUSE_PUBLISHED, 3, NULL);
    vault_close(&vault);
}

/* --- afterwards --- */

static int by_tag(const void *a, const void *b)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, SEGMENT_TAG_LEN);
}

/* All that was ever published is on the last board, which lasts longer than this scene. */
static const char *weigh_tags(const struct board_folder *board)
{
    size_t n = 0, count = 0;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < board->segment_count; i++)
        count += board->segments[i].count;
    const uint8_t **tags = calloc(count + 1, sizeof *tags);
    house_must(tags != NULL, "memory");
    for (uint32_t i = 0; i < board->segment_count; i++)
        for (uint32_t k = 0; k < board->segments[i].count; k++)
            tags[n++] = board->segments[i].tags + (size_t)k * SEGMENT_TAG_LEN;
    qsort(tags, n, sizeof *tags, by_tag);
    for (size_t i = 1; i < n; i++)
        if (by_tag(&tags[i - 1], &tags[i]) == 0)
            wrong = "something is published twice";
    free(tags);
    return wrong;
}

static const char *weigh_board(const char *root, const struct vault *vault, uint32_t *number)
{
    struct board_folder board;
    const int dir = open(house_path(root, "media"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const enum error error =
        board_folder_open(dir, vault->charter.board, vault->charter.office, &board);
    if (dir >= 0)
        close(dir);
    if (error != ERROR_NONE)
        return "a published board that is not whole";
    *number = board.head.number;
    const char *wrong = weigh_tags(&board);
    board_folder_close(&board);
    return wrong;
}

/* Boards on the next days, until what was sent again has come and is acknowledged. */
static const char *live_on(const char *root, const struct marks *marks)
{
    struct vault *vault = NULL;
    uint32_t number = 0;
    if (house_vault(root, &vault) != ERROR_NONE)
        return "a restored office does not open";
    const char *wrong = vault->history.fault_count > 0 ? "a restored office has faults" : NULL;
    struct publish_report report;
    if (wrong == NULL && publish_run(vault, house_path(root, "media"),
                                     house_now() + 2 * DAY_MINUTES, &report) != ERROR_NONE)
        wrong = "no board can be published";
    vault_close(&vault);
    for (int i = 0; i < 2 && wrong == NULL; i++)
        wrong = house_carries(root, "media");
    if (wrong == NULL)
        wrong = house_imports(root, "media");
    if (wrong == NULL && house_vault(root, &vault) != ERROR_NONE)
        wrong = "the office does not open";
    if (wrong == NULL && fold_case_count(vault->history.fold) < 2)
        wrong = scene_lost("a letter is lost");
    if (wrong == NULL &&
        (answer(vault, 2, "once more to b") != ERROR_NONE || publish(root, vault, 3) != ERROR_NONE))
        wrong = "nobody can be answered";
    if (wrong == NULL)
        wrong = weigh_board(root, vault, &number);
    if (wrong == NULL && number < 4)
        wrong = scene_lost("a published board is lost");
    vault_close(&vault);
    return wrong;
}

const char *scenes_restore_check(const char *root, const struct marks *marks)
{
    struct vault *vault = NULL;
    const bool old = house_vault(root, &vault) != ERROR_NONE;
    vault_close(&vault);
    if (old && marks_has(marks, HOUSE_RESTORED, 1, true))
        return scene_lost("a restored journal is lost");
    if (old && restore(root) != ERROR_NONE)
        return "nothing can be restored";
    scene_found(1);
    const char *wrong = live_on(root, marks);
    return wrong != NULL ? wrong : house_goes_on(root);
}
