/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's settings: one file of "name = value" lines with the names of the options. */
#ifndef KIOSK_CONFIG_H
#define KIOSK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lang.h"

enum {
    CONFIG_PATH_LEN = 256,
    CONFIG_USER_LEN = 33,
    CONFIG_FAULT_LEN = 5120,
    CONFIG_FILE_MAX = 65536
};

struct config {
    char tty[CONFIG_PATH_LEN];     /* "" : the terminal of standard input */
    char locale[CONFIG_PATH_LEN];  /* "" : beside the program */
    char texts[CONFIG_PATH_LEN];   /* the rights library's folder; "" : beside the program */
    char printer[CONFIG_PATH_LEN]; /* the printer's device; "" : none */
    char speaker[CONFIG_PATH_LEN]; /* the speech program; "" : none */
    char
        visitor[CONFIG_USER_LEN]; /* the user that sessions and helpers become; "" : the keeper's */
    int idle;                     /* seconds without a key that end a session, 10 to 3600; 180 */
    int paper;                    /* the printer's, 58 or 80 */
    char languages[LANG_COUNT][3]; /* in the order of the first screen */
    bool large;                    /* large print from the start */
    bool contrast;                 /* high contrast from the start */
};

void config_default(struct config *config);

/* Sets one by its name ("idle", "180"). Returns NULL, or an English message id that says what is
   wrong: the caller names the place. */
const char *config_set(struct config *config, const char *name, const char *value);

/* Reads a file: blank lines and lines that begin with # are passed over; spaces around name, = and
   value are free; a name may stand once; a path begins with /. Returns 0; -1 with fault set to
   "PATH: line N: what is wrong" (the first) in the language now set. Also then all that was right
   is set, so that the terminal is known on which to say so; but nothing of a file that another user
   could write, when root reads it. A file that is missing is a fault only when must is true. */
int config_read(struct config *config, const char *path, bool must, char fault[CONFIG_FAULT_LEN]);

#endif
