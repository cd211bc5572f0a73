/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the board published last, from the journal into a folder: as often as it takes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "office/publish_parts.h"
#include "office/published.h"
#include "office/restored.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"

/* --- the last board --- */

static enum error keep_head(void *context, const struct journal_board *row)
{
    struct publish_last *last = context;
    last->bytes = malloc(row->head.len + 1);
    if (last->bytes == NULL)
        return ERROR_MEMORY;
    last->len = row->head.len;
    if (row->head.len > 0)
        memcpy(last->bytes, row->head.bytes, row->head.len);
    return ERROR_NONE;
}

static enum error read_made(struct vault *vault, uint64_t seq, struct publish_last *last)
{
    struct published_board board;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    const enum error error = published_act(&vault->history, seq, plain, &board);
    if (error == ERROR_NONE) {
        last->held = last->number;
        last->day = board.day;
        memcpy(last->hash, board.hash, HASH_LEN);
    }
    secret_free(plain);
    return error == ERROR_MALFORMED ? ERROR_JOURNAL_ROW : error;
}

static enum error read_restored(struct vault *vault, uint64_t seq, struct publish_last *last)
{
    struct restored restored;
    const enum error error = restored_read(&vault->history, seq, &restored);
    if (error != ERROR_NONE)
        return error == ERROR_FORGED ? ERROR_JOURNAL_ROW : error;
    last->held = restored.board;
    last->day = restored.day;
    last->unseen = (restored.flags & RESTORED_UNSEEN) != 0 ? restored.charter : 0;
    memcpy(last->hash, restored.head, HASH_LEN);
    return ERROR_NONE;
}

static enum error check_head(struct publish_last *last)
{
    uint8_t hash[HASH_LEN];
    const struct hash_part part = {last->bytes, last->len};
    if (hash_sha256(hash, &part, 1) != 0)
        return ERROR_MEMORY;
    if (memcmp(hash, last->hash, HASH_LEN) != 0)
        return ERROR_JOURNAL_CORRUPT;
    return head_view(last->bytes, last->len, &last->head) == ERROR_NONE ? ERROR_NONE
                                                                        : ERROR_JOURNAL_CORRUPT;
}

enum error publish_files_last(struct vault *vault, struct publish_last *last)
{
    uint32_t number = 0;
    const uint64_t seq = fold_board(vault->history.fold, &number);
    *last = (struct publish_last){.number = number};
    if (seq == 0)
        return ERROR_NONE;
    const bool restored = fold_act(vault->history.fold, seq)->kind == ACT_RESTORED;
    enum error error = restored ? read_restored(vault, seq, last) : read_made(vault, seq, last);
    if (error == ERROR_NONE && last->held > 0)
        error = journal_head(vault->journal, last->held, keep_head, last);
    if (error == ERROR_NONE && last->held > 0)
        error = check_head(last);
    if (error != ERROR_NONE)
        publish_files_free(last);
    return error == ERROR_NO_ROW ? ERROR_JOURNAL_CORRUPT : error;
}

void publish_files_free(struct publish_last *last)
{
    free(last->bytes);
    *last = (struct publish_last){.number = 0};
}

/* Whether a head of the folder is another than the last one, but not older. */
static bool is_ahead(const struct vault *vault, const struct publish_last *last,
                     const uint8_t *bytes, size_t len)
{
    const struct charter *charter = &vault->charter;
    struct head head;
    if (head_decode(bytes, len, charter->board, charter->office, &head) != ERROR_NONE)
        return false;
    if (last->held == 0)
        return true;
    const int newer = head_compare(&head, &last->head);
    return newer > 0 || (newer == 0 && (len != last->len || memcmp(bytes, last->bytes, len) != 0));
}

enum error publish_files_follow(struct vault *vault, const char *out,
                                const struct publish_last *last)
{
    enum error error = ERROR_NONE;
    uint8_t *bytes = NULL;
    size_t len = 0;
    const int dir = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOTDIR ? ERROR_READONLY : error_of_errno(errno);
    /* What cannot be read is no board; writing it anew says what is wrong. */
    if (file_read(dir, NAMES_BOARD, HEAD_MAX, &bytes, &len) == ERROR_NONE &&
        is_ahead(vault, last, bytes, len))
        error = ERROR_BOARD_NEWER;
    free(bytes);
    close(dir);
    return error;
}

/* --- writing --- */

struct writing {
    int dir;
    const struct head *head;
    struct head_segment segment;
};

static enum error write_segment(void *context, const struct journal_board *row)
{
    const struct writing *writing = context;
    const struct journal_file *file =
        writing->segment.kind == SEGMENT_ARRIVALS ? &row->arrivals : &row->answers;
    char name[NAMES_LEN];
    enum error error =
        board_folder_fits(file->bytes, file->len, writing->head->office, &writing->segment, NULL);
    if (error == ERROR_BOARD_PART || !names_segment(&writing->segment, name))
        return ERROR_JOURNAL_CORRUPT;
    return error == ERROR_NONE ? file_write(writing->dir, name, 0644, file->bytes, file->len)
                               : error;
}

static enum error write_segments(struct journal *journal, int dir, const struct head *head)
{
    struct writing writing = {.dir = dir, .head = head};
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < head->segment_count && error == ERROR_NONE; i++) {
        writing.segment = head_segment(head, i);
        error = board_folder_has(dir, head->office, &writing.segment);
        if (board_folder_lacks(error))
            error = journal_board(journal, writing.segment.number, write_segment, &writing);
        if (error == ERROR_NO_ROW)
            error = ERROR_JOURNAL_CORRUPT;
    }
    return error;
}

/* --- what is of no use any more --- */

/* What cannot be removed only takes room: the next time it is tried again. */
static void remove_old(int dir, const struct head *head)
{
    const char *name = NULL;
    DIR *folder = file_folder(dir);
    while (folder != NULL && file_next(folder, &name) == ERROR_NONE && name != NULL)
        if (names_like_segment(name) && !names_listed(head, name))
            (void)unlinkat(dir, name, 0);
    if (folder != NULL)
        closedir(folder);
}

enum error publish_files_write(struct vault *vault, const char *out,
                               const struct publish_last *last)
{
    const int dir = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOTDIR ? ERROR_READONLY : error_of_errno(errno);
    file_sweep(dir);
    enum error error = write_segments(vault->journal, dir, &last->head);
    if (error == ERROR_NONE)
        error = file_write(dir, NAMES_CHARTER, 0644, vault->charter_bytes, CHARTER_LEN);
    if (error == ERROR_NONE)
        error = file_write(dir, NAMES_BOARD, 0644, last->bytes, last->len);
    if (error == ERROR_NONE)
        remove_old(dir, &last->head);
    close(dir);
    return error;
}
