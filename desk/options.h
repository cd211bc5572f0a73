/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand on the line of sandyq-desk: options and operands. */
#ifndef DESK_OPTIONS_H
#define DESK_OPTIONS_H

#include "desk/command.h"

/* Fills the line from the arguments; its texts point into argv. Sets the language that is asked
   for. Returns -1 to go on, or the exit status: of --help and --version, or of a line that is
   wrong, which was then said on standard error. */
int options_parse(struct command_line *line, int argc, char **argv);

/* Whether the command takes the options and as many operands as the line has: -1, or COMMAND_USAGE
   once it was said. */
int options_check(const struct command *command, const struct command_line *line);

#endif
