/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An officer's view: what their desk made of the journal, kept in a sealed file in their own folder
   so that the next command reads on from there. Whatever is wrong with it, it is made anew from the
   journal; but if the journal lacks what the view has seen, the journal was rolled back, and that
   is a fault of the history.

   view    mode 0600
   offset  bytes  what
        0      8  "SANDYQV1"
        8    ...  box (crypto/box) under the officer's view key; aad = these 8 bytes || office ||
                  number of the officer, 4 bytes
   plaintext, integers little-endian
        0     32  hash of transaction 1
       32      8  number of the last transaction taken
       40     32  what the next one must name as prev
       72      8  the transaction that an earlier journal had and this one lacks; 0
       80      4  faults; each 17 bytes: kind, transaction (8), act (8)
              4  signatures still to be checked; each 136 bytes: transaction (8), public key, hash,
                  signature
              4  rows; each 24 bytes: 1 when its letter was read, category (2), facility (15),
                  language (2), day (4)
             ...  fold (office/fold_pack) */
#ifndef OFFICE_VIEW_H
#define OFFICE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/history.h"

#define VIEW_FILE "view"

/* What the list says of a case, from its first letter that opens. */
struct view_row {
    bool known; /* false: none opened yet */
    char category[3];
    char facility[16];
    char language[3];
    uint32_t day;
};

enum { VIEW_REMOVED_MAX = 64 };

/* A view begins as zeros, but for the history it stands on and home. */
struct view {
    struct history *history;
    int home;              /* the officer's folder; -1: nothing is kept */
    struct view_row *rows; /* by number of the case */
    size_t row_count, row_room;
    uint64_t anew; /* of the history that the rows are of */
    /* Officers that a view of another journal than this one had as removed; of more, the newest. */
    uint32_t removed[VIEW_REMOVED_MAX];
    size_t removed_count;
    /* What the file has. */
    uint64_t saved_txn;
    uint64_t saved_acts;
    size_t saved_rows; /* known ones */
    size_t saved_left;
};

/* Reads the officer's view into an open vault whose keys and number are known: its history then
   stands where the view ends, or at the beginning. first is the hash of transaction 1. Errors of
   the store, ERROR_MEMORY. */
enum error view_load(struct view *view, const uint8_t *first);

/* Adds an unknown row for each case of the history that has none yet. ERROR_MEMORY. */
enum error view_cover(struct view *view);

/* Writes the view if the file lacks so much that it is worth it. Without an error: a view that
   cannot be written is made anew. */
void view_save(struct view *view);

/* Frees what the view has of its own. */
void view_end(struct view *view);

#endif
