/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of sandyq-desk, each from options to exit status. */
#ifndef DESK_COMMAND_H
#define DESK_COMMAND_H

#include <stdbool.h>

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

/* The options a command takes, as bits. */
enum command_option {
    COMMAND_NAME = 1,
    COMMAND_FACILITY = 2,
    COMMAND_TYPE = 4,
    COMMAND_OUT = 8,
    COMMAND_JSON = 16,
    COMMAND_TEXT_FILE = 32,
};

struct command_line {
    unsigned given; /* enum command_option of those that were given */
    const char *name;
    const char *facility;
    const char *type;
    const char *out;
    const char *text_file;
    const char *passphrase_file;
    char **operands; /* behind the command: OFFICE first */
    int operand_count;
};

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
