/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes a board from the medium: looks what the kiosk lacks and whether there is room for it,
   brings that, and installs the head last. Leaves a copy of the kiosk's head in turn. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "courier/exchange_parts.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"
#include "protocol/segment.h"

enum { BLOCK = 4096 }; /* what a file system gives a file in */

/* The segments of a head, and which of them the kiosk lacks. */
struct lack {
    struct exchange *x;
    const struct head *head;
    bool *segments; /* by their place in the head */
    uint32_t count; /* of those lacked */
    uint64_t bytes; /* that these take on the disk */
    enum error error;
    enum error unread; /* of the machine, at a file that may be one of them */
};

static enum error look(struct lack *lack)
{
    char name[NAMES_LEN];
    for (uint32_t i = 0; i < lack->head->segment_count; i++) {
        const struct head_segment segment = head_segment(lack->head, i);
        if (!names_segment(&segment, name)) /* of a kind that a later version reads */
            continue;
        const enum error error = state_has_segment(lack->x->state, &segment);
        if (error == ERROR_NONE)
            continue;
        if (!board_folder_lacks(error))
            return error;
        lack->segments[i] = true;
        lack->count++;
        lack->bytes += (segment_len(segment.kind, segment.count) + BLOCK - 1) / BLOCK * BLOCK;
    }
    return ERROR_NONE;
}

/* A letter is never refused for a board: what a bundle takes stays free. Segments that no head
   needs any more go first. */
static enum error make_room(struct lack *lack)
{
    const struct state *state = lack->x->state;
    if (lack->count == 0 || state_has_room(state, lack->bytes))
        return ERROR_NONE;
    state_drop_segments(state);
    lack->x->report->board_bytes = lack->bytes;
    return state_has_room(state, lack->bytes) ? ERROR_NONE : ERROR_BOARD_ROOM;
}

/* --- bringing --- */

/* Adds a segment from its bytes if it is the one in this place of the head. */
static enum error add(struct lack *lack, uint32_t i, const uint8_t *bytes, size_t len)
{
    const struct head_segment segment = head_segment(lack->head, i);
    const enum error error = state_add_segment(lack->x->state, &segment, bytes, len);
    if (error == ERROR_NONE) {
        lack->segments[i] = false;
        lack->count--;
    }
    return error == ERROR_BOARD_PART ? ERROR_NONE : error;
}

/* Brings what lies under its own name. What is wrong with it on the medium is one and the same to
   the person: a part of the board. */
static enum error bring_named(struct lack *lack, uint32_t i)
{
    const struct head_segment segment = head_segment(lack->head, i);
    char name[NAMES_LEN];
    uint8_t *bytes = NULL;
    size_t len = 0;
    (void)names_segment(&segment, name);
    enum error error =
        medium_read(lack->x->medium, name, segment_len(segment.kind, segment.count), &bytes, &len);
    if (error == ERROR_NONE)
        error = add(lack, i, bytes, len);
    else if (!error_is_machine(error))
        error = ERROR_NONE;
    free(bytes);
    return error;
}

/* Finds the lacked segment that these bytes say they are, and adds it. */
static enum error match(struct lack *lack, const uint8_t *bytes, size_t len)
{
    struct segment found;
    if (segment_view(bytes, len, &found) != ERROR_NONE)
        return ERROR_NONE;
    for (uint32_t i = 0; i < lack->head->segment_count; i++) {
        const struct head_segment segment = head_segment(lack->head, i);
        if (lack->segments[i] && segment.number == found.number && segment.kind == found.kind)
            return add(lack, i, bytes, len);
    }
    return ERROR_NONE;
}

/* Looks into a file whose name may be what the medium made of a segment's. */
static void try_name(const char *name, void *visitor)
{
    struct lack *lack = visitor;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (lack->error != ERROR_NONE || lack->count == 0 ||
        (!names_ends(name, NAMES_ARRIVALS) && !names_ends(name, NAMES_ANSWERS)))
        return;
    const enum error error = medium_read(lack->x->medium, name, SEGMENT_MAX, &bytes, &len);
    if (error == ERROR_NONE)
        lack->error = match(lack, bytes, len);
    else if (error_is_machine(error))
        lack->unread = error;
    free(bytes);
}

static enum error bring(struct lack *lack)
{
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < lack->head->segment_count && error == ERROR_NONE; i++)
        if (lack->segments[i])
            error = bring_named(lack, i);
    if (error == ERROR_NONE && lack->count > 0)
        error = medium_each(lack->x->medium, try_name, lack);
    if (error == ERROR_NONE)
        error = lack->error;
    lack->x->report->board_missing = lack->count;
    if (error == ERROR_NONE && lack->count > 0)
        error = lack->unread != ERROR_NONE ? lack->unread : ERROR_BOARD_PART;
    return error;
}

static enum error take_segments(struct exchange *x, const struct head *head)
{
    struct lack lack = {.x = x, .head = head};
    lack.segments = calloc(head->segment_count + 1, sizeof *lack.segments);
    if (lack.segments == NULL)
        return ERROR_MEMORY;
    enum error error = look(&lack);
    if (error == ERROR_NONE)
        error = make_room(&lack);
    if (error == ERROR_NONE)
        error = bring(&lack);
    free(lack.segments);
    return error;
}

/* --- the head --- */

/* What does not fit is noted before it is installed. */
static enum error check(struct exchange *x, const uint8_t *in, size_t len, struct head *head)
{
    const enum error error = state_check_board(x->state, in, len, x->today, head);
    if (error != ERROR_NONE && error != ERROR_OLDER)
        return error;
    const enum error noted = state_note_head(x->state, in, len, &x->report->misfit);
    return noted != ERROR_NONE ? noted : error;
}

static enum error take_head(struct exchange *x, const uint8_t *in, size_t len)
{
    struct head head;
    enum error error = check(x, in, len, &head);
    if (error != ERROR_NONE || state_holds_board(x->state, &head))
        return error;
    error = take_segments(x, &head);
    if (error == ERROR_NONE)
        error = state_install_board(x->state, in, len, x->today);
    if (error == ERROR_FULL)
        state_drop_segments(x->state);
    return error;
}

enum error exchange_take_board(struct exchange *x)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = medium_find(x->medium, NAMES_BOARD, HEAD_MAX, &data, &len);
    if (error == ERROR_NONE)
        error = take_head(x, data, len);
    free(data);
    return error;
}

static bool is_there(const struct exchange *x, const char *name, const uint8_t *head, size_t len)
{
    uint8_t *bytes = NULL;
    size_t there = 0;
    const bool same = medium_read(x->medium, name, HEAD_MAX, &bytes, &there) == ERROR_NONE &&
                      there == len && memcmp(bytes, head, len) == 0;
    free(bytes);
    return same;
}

void exchange_leave_head(struct exchange *x)
{
    char name[NAMES_LEN];
    uint8_t *head = NULL;
    size_t len = 0;
    names_head(x->state->kiosk, name);
    if (x->report->board == ERROR_NONE) {
        medium_remove(x->medium, name);
    } else if (x->state->board_number > 0 &&
               file_read(x->state->board, NAMES_BOARD, HEAD_MAX, &head, &len) == ERROR_NONE) {
        if (!is_there(x, name, head, len))
            (void)medium_write(x->medium, name, head, len);
        free(head);
    }
}
