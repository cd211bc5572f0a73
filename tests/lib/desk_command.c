/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command of the desk in a child. */
#include "tests/lib/desk_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The name may have two words. */
static const struct command *find(const char *name)
{
    char copy[64];
    int n = 0, used = 0;
    snprintf(copy, sizeof copy, "%s", name);
    char *words[2], *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL && n < 2;
         word = strtok_r(NULL, " ", &rest))
        words[n++] = word;
    return command_find(words, n, &used);
}

int desk_command(const char *name, struct command_line line, char *said, size_t size)
{
    const int file = memfd_create("said", 0);
    int status = 0;

    assert_true(file >= 0);
    while (line.operands[line.operand_count] != NULL)
        line.operand_count++;
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(file, STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
        _exit(command_run(find(name), &line));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    const ssize_t len = pread(file, said, size - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    close(file);
    return WEXITSTATUS(status);
}
