/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table with open addressing: each slot has a handle's first bytes and its index. */
#include "office/fold_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "store/journal.h"

enum { EMPTY = UINT32_MAX, SLOTS_MIN = 256 };

struct slot {
    uint32_t start; /* of the handle */
    uint32_t i;     /* EMPTY: none */
};

struct fold_index {
    struct slot *slots;
    size_t room; /* a power of two */
    size_t n;
};

static struct slot *slots_new(size_t room)
{
    struct slot *slots = malloc(room * sizeof *slots);
    for (size_t i = 0; slots != NULL && i < room; i++)
        slots[i].i = EMPTY;
    return slots;
}

static void put(struct slot *slots, size_t room, struct slot slot)
{
    size_t at = slot.start & (room - 1);
    while (slots[at].i != EMPTY)
        at = (at + 1) & (room - 1);
    slots[at] = slot;
}

enum error fold_index_new(struct fold_index **out)
{
    struct fold_index *index = *out = calloc(1, sizeof *index);
    if (index == NULL)
        return ERROR_MEMORY;
    index->room = SLOTS_MIN;
    index->slots = slots_new(index->room);
    if (index->slots == NULL)
        fold_index_free(out);
    return *out != NULL ? ERROR_NONE : ERROR_MEMORY;
}

void fold_index_free(struct fold_index **index)
{
    if (*index == NULL)
        return;
    free((*index)->slots);
    free(*index);
    *index = NULL;
}

/* Keeps at least half of the slots empty. */
static enum error make_room(struct fold_index *index)
{
    if (2 * (index->n + 1) <= index->room)
        return ERROR_NONE;
    struct slot *more = slots_new(2 * index->room);
    if (more == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < index->room; i++)
        if (index->slots[i].i != EMPTY)
            put(more, 2 * index->room, index->slots[i]);
    free(index->slots);
    index->slots = more;
    index->room *= 2;
    return ERROR_NONE;
}

enum error fold_index_add(struct fold_index *index, const uint8_t *handle, uint32_t i)
{
    enum error error = make_room(index);
    if (error != ERROR_NONE)
        return error;
    put(index->slots, index->room, (struct slot){wire_get32(handle), i});
    index->n++;
    return ERROR_NONE;
}

uint32_t fold_index_find(const struct fold_index *index, const uint8_t *handle,
                         fold_index_fn *handle_at, const void *context)
{
    const uint32_t start = wire_get32(handle);
    for (size_t at = start & (index->room - 1); index->slots[at].i != EMPTY;
         at = (at + 1) & (index->room - 1))
        if (index->slots[at].start == start &&
            memcmp(handle_at(context, index->slots[at].i), handle, JOURNAL_HANDLE_LEN) == 0)
            return index->slots[at].i;
    return UINT32_MAX;
}
