/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of sandyq-desk, each from options to exit status. */
#ifndef DESK_COMMAND_H
#define DESK_COMMAND_H

#include "desk/command_line.h"

/* A command: its name, operands and options. The one without a name is the triage screen. */
struct command {
    const char *name;
    int operands_min;
    int operands_max;
    unsigned takes;
    unsigned needs;
    int (*run)(const struct command_line *line);
};

/* The command of this name, or NULL; command_screen for `sandyq-desk OFFICE`. */
const struct command *command_find(const char *name);
const struct command *command_screen(void);

/* Starts the crypto library, runs the command, prints what came of it. Returns the exit status. */
int command_run(const struct command *command, const struct command_line *line);

#endif
