/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boards that were published after a backup was made, from copies of them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/wire.h"
#include "office/restore_parts.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"

/* --- reading --- */

static bool is_same(const struct head_segment *a, const struct head_segment *b)
{
    return a->number == b->number && a->kind == b->kind &&
           memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

/* The segment that a head names, or NULL when no copy has it. */
static const struct restore_segment *find_segment(const struct restore_boards *boards,
                                                  const struct head_segment *named)
{
    for (size_t i = 0; i < boards->n; i++)
        if (is_same(&boards->all[i].named, named))
            return &boards->all[i];
    return NULL;
}

static enum error add_segment(struct restore_boards *boards, const struct head_segment *named,
                              uint8_t *bytes, size_t len)
{
    struct segment segment;
    const uint8_t *office = boards->vault->charter.office;
    enum error error = board_folder_fits(bytes, len, office, named, &segment);
    if (error == ERROR_NONE)
        error = GROW(boards->all, boards->n, 1, boards->room);
    if (error == ERROR_NONE)
        boards->all[boards->n++] = (struct restore_segment){*named, segment, bytes, len};
    else
        free(bytes);
    return error;
}

/* One that is not there, or not whole, may be in the next folder. */
static enum error read_segment(struct restore_boards *boards, int dir,
                               const struct head_segment *named)
{
    char name[NAMES_LEN];
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (named->number <= boards->own || !names_segment(named, name) ||
        find_segment(boards, named) != NULL)
        return ERROR_NONE;
    enum error error = file_read(dir, name, SEGMENT_MAX, &bytes, &len);
    if (error == ERROR_NONE)
        error = add_segment(boards, named, bytes, len);
    return error == ERROR_MEMORY || error == ERROR_DESCRIPTORS ? error : ERROR_NONE;
}

static enum error read_head(struct restore_boards *boards, int dir, const char *name,
                            uint8_t **bytes, size_t *len, struct head *head)
{
    const struct charter *charter = &boards->vault->charter;
    enum error error = file_read(dir, name, HEAD_MAX, bytes, len);
    return error == ERROR_NONE ? head_decode(*bytes, *len, charter->board, charter->office, head)
                               : error;
}

/* Takes a head of this name, and what the folder has of its segments. */
static enum error read_board(struct restore_boards *boards, int dir, const char *name)
{
    struct head head;
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum error error = read_head(boards, dir, name, &bytes, &len, &head);
    for (uint32_t i = 0; error == ERROR_NONE && i < head.segment_count; i++) {
        const struct head_segment named = head_segment(&head, i);
        error = read_segment(boards, dir, &named);
    }
    if (error == ERROR_NONE && head.number > boards->highest)
        boards->highest = head.number;
    if (error == ERROR_NONE && head.number > boards->own &&
        (boards->bytes == NULL || head_compare(&head, &boards->head) > 0)) {
        free(boards->bytes);
        boards->bytes = bytes;
        boards->len = len;
        boards->head = head;
        return ERROR_NONE;
    }
    free(bytes);
    return error;
}

/* Copies that kiosks left; one that is none is passed over. */
static enum error read_copies(struct restore_boards *boards, int dir, size_t *copies)
{
    const char *name = NULL;
    DIR *folder = file_folder(dir);
    enum error error = folder != NULL ? file_next(folder, &name) : error_of_errno(errno);
    for (; error == ERROR_NONE && name != NULL; error = file_next(folder, &name)) {
        if (!names_ends(name, NAMES_HEAD))
            continue;
        error = read_board(boards, dir, name);
        *copies += error == ERROR_NONE;
        if (error != ERROR_MEMORY && error != ERROR_DESCRIPTORS)
            error = ERROR_NONE;
        if (error != ERROR_NONE)
            break;
    }
    if (folder != NULL)
        closedir(folder);
    return error;
}

enum error restore_boards_read(struct restore_boards *boards, const char *folder)
{
    size_t copies = 0;
    const int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT || errno == ENOTDIR ? ERROR_MISSING : error_of_errno(errno);
    enum error error = read_copies(boards, dir, &copies);
    if (error == ERROR_NONE)
        error = read_board(boards, dir, NAMES_BOARD);
    close(dir);
    return error == ERROR_MISSING && copies > 0 ? ERROR_NONE : error;
}

void restore_boards_free(struct restore_boards *boards)
{
    for (size_t i = 0; i < boards->n; i++)
        free(boards->all[i].bytes);
    free(boards->all);
    free(boards->bytes);
    *boards = (struct restore_boards){.vault = NULL};
}

/* --- what they have --- */

size_t restore_boards_missing(const struct restore_boards *boards, bool arrivals_only)
{
    size_t missing = 0;
    for (uint32_t i = 0; boards->bytes != NULL && i < boards->head.segment_count; i++) {
        const struct head_segment named = head_segment(&boards->head, i);
        missing += named.number > boards->own &&
                   (!arrivals_only || named.kind == SEGMENT_ARRIVALS) &&
                   find_segment(boards, &named) == NULL;
    }
    return missing;
}

const struct restore_segment *restore_boards_answer(const struct restore_boards *boards,
                                                    const uint8_t tag[SEGMENT_TAG_LEN])
{
    uint8_t tags[1][SEGMENT_TAG_LEN];
    memcpy(tags[0], tag, sizeof tags[0]);
    for (size_t i = 0; i < boards->n; i++) {
        uint8_t found = 0;
        if (boards->all[i].named.kind == SEGMENT_ANSWERS)
            segment_find_tags(&boards->all[i].segment, tags, 1, &found);
        if (found != 0)
            return &boards->all[i];
    }
    return NULL;
}

/* --- keeping --- */

static void take_file(const struct restore_boards *boards, const struct head_segment *named,
                      struct journal_board *row)
{
    const struct restore_segment *found = find_segment(boards, named);
    if (found == NULL)
        return;
    const struct journal_file file = {found->bytes, found->len};
    *(named->kind == SEGMENT_ARRIVALS ? &row->arrivals : &row->answers) = file;
    row->day = found->segment.day;
    row->charter = found->segment.charter;
}

/* Of a board before the newest nobody has the head, and nobody needs it. */
static enum error keep_board(const struct restore_boards *boards, uint32_t number)
{
    const struct head *head = &boards->head;
    struct journal_board row = {.number = number, .day = head->day, .charter = head->charter};
    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment named = head_segment(head, i);
        if (named.number == number)
            take_file(boards, &named, &row);
    }
    if (number == head->number) {
        row.head = (struct journal_file){boards->bytes, boards->len};
        row.day = head->day;
        row.charter = head->charter;
    }
    /* No act of the backup has made it: what stands there somebody put there. */
    enum error error = journal_drop_board(boards->vault->journal, number);
    return error == ERROR_NONE ? journal_add_board(boards->vault->journal, &row) : error;
}

static enum error keep_boards(const struct restore_boards *boards)
{
    enum error error = ERROR_NONE;
    uint32_t kept = boards->own;
    for (uint32_t i = 0; i < boards->head.segment_count && error == ERROR_NONE; i++) {
        const uint32_t number = head_segment(&boards->head, i).number;
        if (number <= kept)
            continue;
        error = keep_board(boards, number);
        kept = number;
    }
    return error == ERROR_NONE && kept < boards->head.number
               ? keep_board(boards, boards->head.number)
               : error;
}

static enum error keep_tags(struct journal *journal, const struct restore_segment *one)
{
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < one->segment.count && error == ERROR_NONE; i++)
        error = journal_add_seen(journal, one->segment.tags + (size_t)i * SEGMENT_TAG_LEN,
                                 one->named.kind, one->named.number);
    return error;
}

/* Where tags of arrivals are missing, what the marks say is said to nobody: such records get theirs
   anew. */
static enum error keep_marks(const struct restore_boards *boards)
{
    enum error error = ERROR_NONE;
    if (restore_boards_missing(boards, true) > 0)
        return ERROR_NONE;
    for (uint32_t i = 0; i < boards->head.kiosk_count && error == ERROR_NONE; i++) {
        const uint8_t *at = boards->head.marks + (size_t)i * HEAD_MARK_LEN;
        struct journal_mark mark = {.seq = wire_get64(at + CARD_KIOSK_LEN)};
        memcpy(mark.hash, at + CARD_KIOSK_LEN + 8, sizeof mark.hash);
        error = journal_put_mark(boards->vault->journal, at, &mark);
    }
    return error;
}

enum error restore_boards_keep(const struct restore_boards *boards)
{
    if (boards->bytes == NULL)
        return ERROR_NONE;
    enum error error = keep_boards(boards);
    for (size_t i = 0; i < boards->n && error == ERROR_NONE; i++)
        error = keep_tags(boards->vault->journal, &boards->all[i]);
    return error == ERROR_NONE ? keep_marks(boards) : error;
}
