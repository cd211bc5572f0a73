/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bundle in its chunks: what the files of import share. */
#ifndef OFFICE_IMPORT_PARTS_H
#define OFFICE_IMPORT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/contact.h"
#include "office/import.h"
#include "office/opening.h"

enum { IMPORT_CHUNK_MAX = 256 }; /* records of one transaction */

/* A bundle that is being taken. */
struct import_source {
    struct import *import;
    const char *name;
    uint8_t *data;        /* malloc'd; NULL when it is another's */
    const uint8_t *bytes; /* the bundle's file: data, or its owner's */
    size_t len;
    bool decoded; /* error says how; while the crew may decode it, it is the crew's */
    struct bundle bundle;
    struct card card;
    struct contact contact;     /* what it says, */
    struct contact_state state; /* and what its kiosk had come to, as far as was read */
    bool said;                  /* an act of the journal says the same already */
    bool brings_new;
    uint64_t held;
    enum error error;   /* nothing more of it is written */
    enum error *result; /* where the error goes; NULL: its source is refused */
};

/* A new record of it. */
struct import_record {
    struct record record;
    struct journal_record row;
    struct opening opening;
    enum error error;            /* what came of opening and sealing it */
    struct history_batch sealed; /* its acts */
    size_t acts;                 /* how many, and the first of them in the transaction */
    size_t at;
    bool held;   /* somebody else took it meanwhile */
    bool replay; /* its letter came before, in another record */
};

struct import_chunk {
    struct import_source *source;
    const struct keyset *keys; /* what it is opened and sealed with */
    bool last;                 /* of its bundle; only this one may be without records */
    uint64_t done;             /* records of the bundle when it is written */
    size_t n;
    struct import_record records[IMPORT_CHUNK_MAX];
};

/* The row of a record, without its flags. */
void import_row(const struct import_source *source, const struct record *record,
                struct journal_record *row);

/* Holds the board that the kiosk of a bundle has against the office's own of this number: another
   one is added to what does not fit. Errors of the store, ERROR_MEMORY. */
enum error import_compare_board(struct import_source *source);

/* Reads what the kiosk of a bundle had come to, from where it was read last. Errors of the store,
   ERROR_MEMORY. */
enum error import_follow(struct import_source *source);

/* Opens and seals record i of a chunk (crew_fn): all that needs no order. */
void import_open(void *chunk, size_t i);

/* Writes a chunk whose records are opened, in one transaction, and counts it in the import's
   report. Errors of history_append and of sealing: nothing was written. */
enum error import_write(struct import_chunk *chunk);

/* Wipes and frees a chunk. Does nothing for NULL. */
void import_chunk_free(struct import_chunk *chunk);

#endif
