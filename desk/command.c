/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of sandyq-desk: the table of them, and running one. */
#include "desk/command.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "desk/command_case.h"
#include "desk/command_office.h"

static const struct command commands[] = {
    {"init", 1, 1, COMMAND_NAME, 0, command_init},
    {"enroll", 2, 2, COMMAND_FACILITY | COMMAND_TYPE | COMMAND_OUT,
     COMMAND_FACILITY | COMMAND_TYPE | COMMAND_OUT, command_enroll},
    {"import", 2, INT32_MAX, 0, 0, command_import},
    {"list", 1, 1, COMMAND_JSON, 0, command_list},
    {"show", 2, 2, COMMAND_JSON, 0, command_show},
    {"answer", 2, 2, COMMAND_TEXT_FILE, 0, command_answer},
    {"status", 3, 3, 0, 0, command_status},
    {"note", 2, 2, COMMAND_TEXT_FILE, 0, command_note},
    {"kiosks", 1, 1, COMMAND_JSON, 0, command_kiosks},
    {"publish", 1, 1, COMMAND_OUT, COMMAND_OUT, command_publish},
};

static const struct command screen = {"", 1, 1, 0, 0, command_triage};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

const struct command *command_screen(void)
{
    return &screen;
}

int command_run(const struct command *command, const struct command_line *line)
{
    enum error error = secret_start();
    if (error != ERROR_NONE)
        return command_fail("start", error);
    int status = command->run(line);
    if (fflush(stdout) != 0 || ferror(stdout))
        return command_fail("stdout", ERROR_OUTPUT);
    return status;
}
