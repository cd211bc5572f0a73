/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publish: the board and the charter, for the courier. */
#ifndef OFFICE_PUBLISH_H
#define OFFICE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/vault.h"
#include "protocol/card.h"

/* What waits for boards, and when they come out. */
struct publish_forecast {
    size_t waiting;  /* messages that no board has taken */
    uint32_t boards; /* that it takes until none waits */
    uint32_t due;    /* day of the next board; today, when today's is not made yet */
    uint32_t leaves; /* day of the board that probably takes the newest of them */
};

struct publish_report {
    bool made;        /* a new board; false: none is due, and the last one's files are there */
    uint32_t number;  /* of the board that the folder has, */
    uint32_t day;     /* and its day */
    uint32_t answers; /* entries of answers that a board adds */
    uint32_t sent;    /* messages among them, when it was made now */
    uint32_t mended;  /* records that were said to have left on another board than is true */
    struct publish_forecast forecast;
    uint32_t ahead; /* a board that a kiosk holds and this office never made; 0: none */
    uint8_t ahead_kiosk[CARD_KIOSK_LEN];
    uint32_t notices;   /* bytes of public notices, for a board that is made */
    bool unsaved;       /* the error is that of the backup (office/backup) */
    const char *blamed; /* the file in the office's folder that is at fault, or NULL */
    uint32_t line;      /* of that file; 0: the file as a whole */
};

/* Makes the folder for a board, when it is missing, and its name durable. publish_run does the
   same; this is for a process that gives up making folders before. Errors of publish_run
   about a folder. */
enum error publish_folder(const char *out);

/* Makes a board when one is due, on the charter's days and at most once a day, whether anything
   waits or not; the first on any day. Before that it writes a backup (backup_publish), and what is
   not in the backup is not acknowledged. Then brings the folder `out`, which is made when it is
   missing, to what the last board is: sandyq.board, its segments, and sandyq.charter; segments
   that it does not name are removed. The board's number goes up by one, or above what a kiosk
   holds, which it would not give up for an older one.

   The public notices are OFFICE/notices.txt without a byte order mark, carriage returns, and blanks
   at the ends of lines and of the text; when there is no such file, there are none.

   With ERROR_JOURNAL_ROW and report->made the board is made and written, without the messages and
   the earlier boards of vault->damage, and acknowledges no record of the import acts there, but for
   records that were only said to have left on another board than is true: that is put right. On any
   other error no board was made, unless report->made says so; then its files are not all written,
   and the next call writes them: ERROR_NOTICES_*, ERROR_TEXT_UTF8, ERROR_SPECIAL, ERROR_MISSING,
   ERROR_READONLY, ERROR_FULL, ERROR_IO, ERROR_MEMORY, ERROR_JOURNAL_CORRUPT (the last board is not
   what was published), ERROR_RENEWAL_FIRST (the office was restored without a copy of its boards,
   and its charter is still the one of before), errors of backup_publish (report->unsaved),
   ERROR_BOARD_NEWER (the folder has a board of this office that the journal lacks; nothing there is
   touched), errors of history_append. */
enum error publish_run(struct vault *vault, const char *out, uint32_t now,
                       struct publish_report *report);

/* Whether a board of this day is to be believed: under a date that is years ahead all that was
   published would leave, and kiosks would forget what they keep to send again; and what comes out
   under one that is years behind leaves with the next right one. ERROR_OFFICE_EXPIRED when the
   charter is over; ERROR_OFFICE_GAP when the last board, or the restore after it, is more than
   PUBLISH_GAP_DAYS before this day or after it; ERROR_NONE before the first board. */
enum { PUBLISH_GAP_DAYS = 60 };
enum error publish_dated(const struct vault *vault, uint32_t today);

/* What waits in this minute. ERROR_MEMORY, errors of the store. */
enum error publish_look(struct vault *vault, uint32_t now, struct publish_forecast *forecast);

#endif
