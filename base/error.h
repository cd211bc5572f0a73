/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a carried file is not taken: one list for every file format. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error {
    ERROR_NONE,
    ERROR_MISSING,   /* there is no such file */
    ERROR_SPECIAL,   /* a folder, device, symlink or pipe where a file is expected */
    ERROR_LARGE,     /* larger than such a file can be */
    ERROR_TRUNCATED, /* ends too early, or has bytes too many */
    ERROR_FOREIGN,   /* not such a file */
    ERROR_NEWER,     /* written by a later version */
    ERROR_FORGED,    /* the signature is wrong: changed on the way, or never ours */
    ERROR_MALFORMED, /* signed, but the fields make no sense */
    ERROR_OFFICE,    /* of another office */
    ERROR_KIOSK,     /* of another kiosk */
    ERROR_OLDER,     /* older than the one held */
    ERROR_EXPIRED,   /* its last day is over */
    ERROR_CHAIN,     /* the records do not follow one another */
    ERROR_FULL,      /* no space left */
    ERROR_READONLY,  /* the folder cannot be written */
    ERROR_OPEN,      /* the folder is readable or writable by others, or belongs to another user */
    ERROR_BUSY,      /* another process holds it */
    ERROR_CORRUPT,   /* the outbox is damaged */
    ERROR_IO,        /* the disk or memory failed */
    ERROR_COUNT
};

/* One sentence of what happened and what to do, as an English message id for gettext; for ERROR_NONE
   an empty string. */
const char *error_text(int error);

#endif
