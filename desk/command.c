/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of sandyq-desk: the table of them, and running one. */
#include "desk/command.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "desk/command_audit.h"
#include "desk/command_backup.h"
#include "desk/command_case.h"
#include "desk/command_office.h"
#include "desk/command_officer.h"

static const struct command commands[] = {
    {"init", 1, 1, COMMAND_NAME | COMMAND_OFFICER_NAME, 0, command_init},
    {"enroll", 2, 2, COMMAND_FACILITY | COMMAND_TYPE | COMMAND_OUT | COMMAND_ROOT_PASSPHRASE,
     COMMAND_FACILITY | COMMAND_TYPE | COMMAND_OUT, command_enroll},
    {"import", 2, INT32_MAX, 0, 0, command_import},
    {"list", 1, 1, COMMAND_JSON, 0, command_list},
    {"show", 2, 2, COMMAND_JSON, 0, command_show},
    {"answer", 2, 2, COMMAND_TEXT_FILE | COMMAND_QUESTION, 0, command_answer},
    {"status", 3, 3, 0, 0, command_status},
    {"undo", 2, 2, 0, 0, command_undo},
    {"take-back", 3, 3, 0, 0, command_take_back},
    {"note", 2, 2, COMMAND_TEXT_FILE, 0, command_note},
    {"kiosks", 1, 1, COMMAND_JSON, 0, command_kiosks},
    {"publish", 1, 1, COMMAND_OUT | COMMAND_BACKUP | COMMAND_TODAY, COMMAND_OUT, command_publish},
    {"backup", 1, 2, 0, 0, command_backup},
    {"restore", 2, INT32_MAX, COMMAND_ROOT_PASSPHRASE, 0, command_restore},
    {"audit", 1, 1, COMMAND_JSON, 0, command_audit},
    {"verify", 1, 1, COMMAND_JSON, 0, command_verify},
    {"officer join", 1, 1, COMMAND_NAME, 0, command_officer_join},
    {"officer add", 2, 6, COMMAND_ROLE | COMMAND_ROOT | COMMAND_ROOT_PASSPHRASE, 0,
     command_officer_add},
    {"officer list", 1, 1, COMMAND_JSON, 0, command_officer_list},
    {"officer remove", 2, 2, COMMAND_ROOT | COMMAND_ROOT_PASSPHRASE, 0, command_officer_remove},
    {"officer passphrase", 1, 1, COMMAND_NEW_PASSPHRASE, 0, command_officer_passphrase},
};

static const struct command screen = {"", 1, 1, 0, 0, command_triage};

/* How many words name the command; 0 when they do not. */
static int words_of(const char *name, char *const *words, int n)
{
    const size_t len = strcspn(name, " ");
    if (n < 1 || strlen(words[0]) != len || strncmp(words[0], name, len) != 0)
        return 0;
    if (name[len] == '\0')
        return 1;
    return n > 1 && strcmp(words[1], name + len + 1) == 0 ? 2 : 0;
}

const struct command *command_find(char *const *words, int n, int *used)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        *used = words_of(commands[i].name, words, n);
        if (*used > 0)
            return &commands[i];
    }
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
