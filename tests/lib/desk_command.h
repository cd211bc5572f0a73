/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command of the desk, run by a test that holds its office: in a process of its own, for it
   confines itself. Fails the running test when there is no such process. */
#ifndef TESTS_LIB_DESK_COMMAND_H
#define TESTS_LIB_DESK_COMMAND_H

#include <stddef.h>

#include "desk/command.h"

/* Runs the command of this name. The line's operands end with NULL and are counted here. said is
   what it printed, standard error behind standard output. Returns the exit status. */
int desk_command(const char *name, struct command_line line, char *said, size_t size);

#endif
