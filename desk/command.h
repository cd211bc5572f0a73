/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of sandyq-desk, each from options to exit status. */
#ifndef DESK_COMMAND_H
#define DESK_COMMAND_H

#include "desk/command_line.h"

/* A command: its name of one or two words, operands and options. The one without a name is the
   triage screen. */
struct command {
    const char *name;
    int operands_min;
    int operands_max;
    unsigned takes;
    unsigned needs;
    int (*run)(const struct command_line *line);
};

/* The command that the first of n words name, and how many of them do; NULL when there is none.
   command_screen for `sandyq-desk OFFICE`. */
const struct command *command_find(char *const *words, int n, int *used);
const struct command *command_screen(void);

/* Starts the crypto library, runs the command, prints what came of it. Returns the exit status. */
int command_run(const struct command *command, const struct command_line *line);

#endif
