/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds a case by its handle: a hash table of indices. Handles are the output of a keyed hash, so
   their first bytes spread by themselves. */
#ifndef OFFICE_FOLD_INDEX_H
#define OFFICE_FOLD_INDEX_H

#include <stdint.h>

#include "base/error.h"

struct fold_index;

/* An empty one. *out is the caller's, for fold_index_free. ERROR_MEMORY. */
enum error fold_index_new(struct fold_index **out);

/* Frees and sets to NULL. Does nothing for NULL. */
void fold_index_free(struct fold_index **index);

/* Adds index i under a handle that is not there yet. ERROR_MEMORY: it is as it was. */
enum error fold_index_add(struct fold_index *index, const uint8_t *handle, uint32_t i);

/* The index of a handle, UINT32_MAX when it is not there. handle_at gives the handle of an index.
 */
typedef const uint8_t *fold_index_fn(const void *context, uint32_t i);
uint32_t fold_index_find(const struct fold_index *index, const uint8_t *handle,
                         fold_index_fn *handle_at, const void *context);

#endif
