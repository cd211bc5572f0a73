/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's settings: a file of "name = value" lines, with the names of the options. */
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
    /* The user that sessions and helpers become; "" : the owner of the state folder. */
    char visitor[CONFIG_USER_LEN];
    int idle;                      /* seconds without a key that end a session, 10 to 3600; 180 */
    int paper;                     /* the printer's, 58 or 80 */
    char languages[LANG_COUNT][3]; /* in the order of the first screen */
    bool large;                    /* large print from the start */
    bool contrast;                 /* high contrast from the start */
};

/* Sets all to the values that hold without a file. */
void config_default(struct config *config);

/* Sets one by its name ("idle", "180"). Returns NULL, or an English message id that says what is
   wrong; then the setting is as before. The caller names the place. */
const char *config_set(struct config *config, const char *name, const char *value);

/* Reads a file. Blank lines and lines that begin with # are skipped; spaces around name, = and
   value do not count; a name may stand once; a path begins with /. A missing file is a fault only
   if must is true. Returns 0, or -1 with fault set to "PATH: line N: what is wrong" for the first
   fault, in the language now set. Even then all that was right is set, so that the terminal on
   which to say so is known; but nothing of a file that another user could write, when root reads
   it. */
int config_read(struct config *config, const char *path, bool must, char fault[CONFIG_FAULT_LEN]);

#endif
