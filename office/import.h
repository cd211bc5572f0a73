/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import: bundles from a stick or a folder, checked, opened once and filed. What is held already is
   passed over, so importing again, after a cut or by mistake, changes nothing.

   The new records of a bundle are written in chunks, each in one transaction with one import act;
   while one is written, the letters of the next are opened and sealed on all cores. */
#ifndef OFFICE_IMPORT_H
#define OFFICE_IMPORT_H

#include <stdint.h>

#include "office/vault.h"

struct import_report {
    uint64_t bundles; /* taken */
    uint64_t refused;
    uint64_t records; /* new ones */
    uint64_t held;    /* known already */
    uint64_t covers;
    uint64_t seen;       /* notes that messages were read, and nothing written */
    uint64_t complaints; /* new cases */
    uint64_t joined;     /* letters that joined a case */
    uint64_t unreadable;
    uint64_t misplaced;
    uint64_t replays;   /* letters that came before, in another record: they are not added again */
    uint64_t rollbacks; /* bundles that show a kiosk set back to an older state */
    uint64_t misfits;   /* bundles that tell of a board that does not fit */
};

/* An import of one or many bundles. refused and progress may be NULL; they get names from a stick,
   to be shown neutralised. */
struct import {
    struct vault *vault;
    uint32_t now;   /* minute */
    uint32_t chunk; /* records of one transaction; 0: as many as there may be */
    struct import_report report;
    void (*refused)(void *context, const char *name, enum error error);
    void (*progress)(void *context, const char *name, uint64_t done, uint64_t total); /* records */
    void *context;
};

/* Takes a bundle file, or every *.bundle of a folder in the order of names. The order in which the
   bundles of a kiosk come makes no difference in the end. One bad bundle stops no other: it is
   counted, and `refused` hears why. */
void import_path(struct import *import, const char *path);

/* Takes one bundle from memory. On an error the chunks before it stay, each whole, and another
   import takes the rest; of a bundle that does not fit, or when the intake key is not held
   (ERROR_INTAKE_KEY, ERROR_NOT_ENROLLED, ERROR_RECORD_NUMBER,
   ERROR_JOURNAL_ROW, errors of bundle_decode) nothing is taken. ERROR_MEMORY, errors of
   history_append and the store. */
enum error import_bundle(struct import *import, const char *name, const uint8_t *data, size_t len);

#endif
