/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a backup in the place of the journal. Everything is done to a copy beside it; once that is
   whole, whoever opens the office next would end what a power cut leaves of the rest. */
#include "office/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "base/grow.h"
#include "office/officer.h"
#include "office/publish_parts.h"
#include "office/published.h"
#include "office/restore_parts.h"
#include "office/restored.h"
#include "office/vault_folder.h"

#define RESTORING "restoring.db"

/* --- the copy of the backup --- */

enum { PIECE = 1 << 20 };

static enum error copy_bytes(int from, struct file_writer *to)
{
    uint8_t *piece = malloc(PIECE);
    ssize_t n = 0;
    enum error error = piece != NULL ? ERROR_NONE : ERROR_MEMORY;
    while (error == ERROR_NONE && (n = read(from, piece, PIECE)) > 0)
        error = file_add(to, piece, (size_t)n);
    free(piece);
    return error == ERROR_NONE && n < 0 ? ERROR_IO : error;
}

static enum error copy_file(struct vault *vault, const char *backup)
{
    struct file_writer *writer = NULL;
    size_t len = 0;
    int from = -1;
    enum error error = file_open(AT_FDCWD, backup, SIZE_MAX / 2, &from, &len);
    if (error != ERROR_NONE)
        return error;
    error = file_begin(vault->dir, RESTORING, vault_mode(vault), &writer);
    if (error == ERROR_NONE)
        error = copy_bytes(from, writer);
    if (error == ERROR_NONE)
        error = file_commit(&writer);
    file_abandon(&writer);
    close(from);
    return error;
}

enum error restore_fetch(struct vault *vault, const char *backup)
{
    vault_folder_remove_journal(vault->dir, RESTORING);
    enum error error = copy_file(vault, backup);
    if (error != ERROR_NONE)
        return error;
    error = vault_open_journal(vault, RESTORING);
    if (error == ERROR_NONE)
        error = journal_check(vault->journal);
    return error == ERROR_NONE || error_is_machine(error) || error == ERROR_FULL
               ? error
               : ERROR_BACKUP_UNFIT;
}

void restore_abandon(struct vault *vault)
{
    journal_close(&vault->journal);
    vault_folder_remove_journal(vault->dir, RESTORING);
    if (vault_folder_has(vault->dir, VAULT_JOURNAL_FILE))
        unlinkat(vault->dir, VAULT_RESTORED_FILE, 0);
}

/* --- answers that have left --- */

/* A restore under way. */
struct restore {
    struct vault *vault;
    struct restore_report *report;
    struct restore_boards boards;
    struct publish_last last;   /* by the journal */
    struct restored_left *left; /* by act */
    size_t left_count, left_room;
};

/* What does not open is damage that publishing names. */
static enum error find_left(void *context, const struct journal_queued *queued)
{
    struct restore *restore = context;
    const struct fold *fold = restore->vault->history.fold;
    const struct fold_act *act = fold_act(fold, queued->seq);
    uint8_t entry[ANSWER_LEN];
    if (act == NULL || act->kind != ACT_MESSAGE || act->verdict != FOLD_COUNTS ||
        fold_taken_back(fold, queued->seq))
        return ERROR_NONE;
    enum error error = queue_open(restore->vault->keys, queued, entry);
    if (error != ERROR_NONE)
        return error == ERROR_SEAL || error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
    const struct restore_segment *on = restore_boards_answer(&restore->boards, entry);
    if (on == NULL)
        return ERROR_NONE;
    error = GROW(restore->left, restore->left_count, 1, restore->left_room);
    if (error == ERROR_NONE)
        restore->left[restore->left_count++] =
            (struct restored_left){queued->seq, on->segment.number, on->segment.day};
    return error;
}

/* --- the act --- */

static enum error keep(void *context, const struct history_batch *batch)
{
    const struct restore *restore = context;
    return restore_boards_keep(&restore->boards);
}

/* The newest of all heads: of a copy, or the last that the backup has. */
static enum error fill(struct restore *restore, struct restored *restored)
{
    const struct restore_boards *boards = &restore->boards;
    const struct publish_last *last = &restore->last;
    struct journal_txn txn;
    const bool taken = boards->bytes != NULL;
    const struct head *head = taken ? &boards->head : &last->head;
    const struct hash_part part = {taken ? boards->bytes : last->bytes,
                                   taken ? boards->len : last->len};
    *restored = (struct restored){
        .board = head->number,
        .day = head->day,
        .charter = restore->vault->charter.number,
        .flags = taken ? 0 : RESTORED_UNSEEN,
    };
    if (head->number > 0 && hash_sha256(restored->head, &part, 1) != 0)
        return ERROR_MEMORY;
    memcpy(restored->lost, head->journal, sizeof restored->lost);
    enum error error = journal_last_txn(restore->vault->journal, &txn);
    if (error == ERROR_NONE)
        memcpy(restored->kept, txn.hash, sizeof restored->kept);
    return error;
}

/* Adds an act to the batch that names messages from the one numbered `at` on. *named becomes how
   many. */
static enum error add_act(struct restore *restore, const struct restored *restored,
                          const struct root *root, struct act act, size_t at,
                          struct history_batch *batch, size_t *named)
{
    const struct vault *vault = restore->vault;
    const size_t rest = restore->left_count - at;
    *named = rest < RESTORED_LEFT_MAX ? rest : RESTORED_LEFT_MAX;
    const struct restored_left *left = rest > 0 ? restore->left + at : NULL;
    struct act_content content = {.head_len = restored_len(*named)};
    uint8_t *body = malloc(content.head_len);
    if (body == NULL)
        return ERROR_MEMORY;
    content.head = body;
    act.from = at == 0 ? restore->last.number : act.to;
    enum error error =
        restored_encode(restored, left, *named, vault->charter.office, root->seed, body);
    if (error == ERROR_NONE)
        error = history_batch_add(batch, vault->keys, &act, NULL, &content, NULL);
    free(body);
    return error;
}

static enum error add_acts(struct restore *restore, const struct restored *restored,
                           const struct root *root, uint32_t now)
{
    struct vault *vault = restore->vault;
    struct history_batch batch = {.beside = keep, .context = restore};
    const struct act act = {
        .kind = ACT_RESTORED,
        .field = ACT_BOARD_NO,
        .minute = now,
        .to = restore->report->next - 1,
    };
    size_t named = 0;
    enum error error = add_act(restore, restored, root, act, 0, &batch, &named);
    for (size_t at = named; error == ERROR_NONE && at < restore->left_count; at += named)
        error = add_act(restore, restored, root, act, at, &batch, &named);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    if (error == ERROR_NONE)
        vault->history.parted = batch.acts[0].seq;
    history_batch_free(&batch);
    return error == ERROR_NONE ? restored_explain(&vault->history) : error;
}

static uint32_t next_number(const struct restore *restore, uint32_t now)
{
    const struct restore_boards *boards = &restore->boards;
    const struct fold *fold = restore->vault->history.fold;
    const uint32_t own = restore->last.number, read = boards->highest;
    const uint32_t since = boards->bytes != NULL
                               ? boards->head.day
                               : fold_act(fold, fold_last(fold))->minute / DAY_MINUTES;
    return (own > read ? own : read) + 1 + published_unknown(since, now / DAY_MINUTES);
}

/* Kiosks whose cards were lost: nothing of them can be imported before they are enrolled again. */
static void name_kiosks(struct restore *restore)
{
    const struct head *head = &restore->boards.head;
    struct restore_report *report = restore->report;
    for (uint32_t i = 0; i < head->kiosk_count; i++) {
        const uint8_t *id = head->marks + (size_t)i * HEAD_MARK_LEN;
        if (fold_kiosk_of(restore->vault->history.fold, id) != NULL)
            continue;
        if (report->kiosk_count < RESTORE_KIOSKS_MAX)
            memcpy(report->kiosks[report->kiosk_count++], id, CARD_KIOSK_LEN);
        else
            report->more_kiosks++;
    }
}

static enum error take_over(struct restore *restore, const struct root *root, uint32_t now)
{
    struct restored restored = {.board = 0};
    struct restore_report *report = restore->report;
    report->missing = restore_boards_missing(&restore->boards, false);
    report->unseen = restore->boards.bytes == NULL;
    report->older = report->unseen && restore->boards.highest > 0;
    report->next = next_number(restore, now);
    enum error error = journal_each_queued(restore->vault->journal, find_left, restore);
    if (error == ERROR_NONE)
        error = fill(restore, &restored);
    if (error == ERROR_NONE)
        error = add_acts(restore, &restored, root, now);
    report->board = restored.board;
    report->left = restore->left_count;
    name_kiosks(restore);
    return error;
}

/* Whom this officer saw removed after the backup was made. */
static enum error remove_again(struct vault *vault, uint32_t now, struct restore_report *report)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < vault->view.removed_count && error == ERROR_NONE; i++) {
        const uint32_t no = vault->view.removed[i];
        const struct fold_officer *officer = fold_officer(vault->history.fold, no);
        if (officer == NULL || officer->role == ACT_NOBODY)
            continue;
        error = officer_remove(vault, no, now);
        if (error == ERROR_NONE)
            report->removed[report->removed_count++] = no;
    }
    return error;
}

/* --- in its place --- */

/* What of the copy is still in its log would be lost with the name. */
static enum error put_in_place(struct vault *vault)
{
    const int dir = vault->dir;
    enum error error = journal_checkpoint(vault->journal);
    if (error != ERROR_NONE)
        return error;
    journal_close(&vault->journal);
    if (vault_folder_has(dir, RESTORING "-wal"))
        return ERROR_IO;
    error = vault_folder_sync(dir, RESTORING);
    if (error == ERROR_NONE && renameat(dir, RESTORING, dir, VAULT_RESTORED_FILE) != 0)
        error = error_of_errno(errno);
    if (error == ERROR_NONE && fsync(dir) != 0)
        error = ERROR_IO;
    if (error == ERROR_NONE)
        error = vault_folder_move_journal(dir);
    return error == ERROR_NONE ? vault_folder_finish(dir) : error;
}

/* --- the whole --- */

static enum error read_copies(struct restore *restore, char *const *folders, size_t n)
{
    enum error error = ERROR_NONE;
    restore->boards = (struct restore_boards){.vault = restore->vault, .own = restore->last.held};
    for (size_t i = 0; i < n && error == ERROR_NONE; i++) {
        error = restore_boards_read(&restore->boards, folders[i]);
        restore->report->blamed = error != ERROR_NONE ? folders[i] : NULL;
    }
    return error;
}

enum error restore_run(struct vault *vault, const struct root *root, char *const *folders, size_t n,
                       uint32_t now, struct restore_report *report)
{
    struct restore restore = {.vault = vault, .report = report};
    *report = (struct restore_report){.unseen = false};
    enum error error = history_settle(&vault->history);
    if (error == ERROR_NONE && !fold_is_lead(vault->history.fold, vault->keys->officer))
        error = ERROR_FORBIDDEN;
    if (error == ERROR_NONE)
        error = publish_files_last(vault, &restore.last);
    if (error == ERROR_NONE)
        error = read_copies(&restore, folders, n);
    if (error == ERROR_NONE)
        error = take_over(&restore, root, now);
    if (error == ERROR_NONE)
        error = remove_again(vault, now, report);
    if (error == ERROR_NONE)
        error = put_in_place(vault);
    free(restore.left);
    restore_boards_free(&restore.boards);
    publish_files_free(&restore.last);
    return error;
}
