/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices new files in a kiosk's state folder and a new board in the folder beneath it. */
#ifndef KIOSK_WATCH_H
#define KIOSK_WATCH_H

#include <stdbool.h>

struct watch {
    int fd;    /* to poll for reading; -1: none */
    int board; /* what of it is about the board's folder */
};

/* Watches the state folder of this path. Returns false with errno when it cannot; then fd is -1.
   For watch_close. */
bool watch_open(const char *dir, struct watch *watch);

/* Closes it; one that is not open is passed over. */
void watch_close(struct watch *watch);

/* Takes what came since it was asked last. Returns whether it is news: a file that was put into the
   state folder or taken from it, or the head of a board. Where so much came that some of it was
   lost, that is news, too. */
bool watch_came(const struct watch *watch);

#endif
