/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a carried file is not taken: one list for every file format. */
#ifndef COURIER_REFUSAL_H
#define COURIER_REFUSAL_H

enum refusal {
    REFUSAL_NONE,
    REFUSAL_MISSING,   /* there is no such file */
    REFUSAL_SPECIAL,   /* a folder, device, symlink or pipe where a file is expected */
    REFUSAL_LARGE,     /* larger than such a file can be */
    REFUSAL_TRUNCATED, /* ends too early, or has bytes too many */
    REFUSAL_FOREIGN,   /* not such a file */
    REFUSAL_NEWER,     /* written by a later version */
    REFUSAL_FORGED,    /* the signature is wrong: changed on the way, or never ours */
    REFUSAL_MALFORMED, /* signed, but the fields make no sense */
    REFUSAL_OFFICE,    /* of another office */
    REFUSAL_KIOSK,     /* of another kiosk */
    REFUSAL_OLDER,     /* older than the one held */
    REFUSAL_EXPIRED,   /* its last day is over */
    REFUSAL_CHAIN,     /* the records do not follow one another */
    REFUSAL_FULL,      /* no space left */
    REFUSAL_READONLY,  /* the folder cannot be written */
    REFUSAL_OPEN,    /* the folder is readable or writable by others, or belongs to another user */
    REFUSAL_BUSY,    /* another process holds it */
    REFUSAL_CORRUPT, /* the outbox is damaged */
    REFUSAL_IO,      /* the disk or memory failed */
    REFUSAL_COUNT
};

/* One sentence of what happened and what to do, as an English message id for gettext; for REFUSAL_NONE
   an empty string. */
const char *refusal_text(int refusal);

#endif
