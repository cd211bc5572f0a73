/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandyq-desk: opens, answers and publishes what people wrote at the kiosks. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lang.h"
#include "desk/command.h"
#include "desk/options.h"
#include "sandbox/harden.h"

int main(int argc, char **argv)
{
    struct command_line line = {0};
    char language[3];
    lang_wanted(language);
    if (lang_start(NULL) == 0)
        lang_set(language);
    /* What people write must not end up in a core file, nor be read by another process of this
       user. */
    (void)harden_hide();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow fails with EFBIG, and that is told */
    int status = options_parse(&line, argc, argv);
    if (status >= 0)
        return status;
    int used = 0;
    const struct command *command = command_find(line.operands, line.operand_count, &used);
    if (command != NULL) {
        line.operands += used;
        line.operand_count -= used;
    } else {
        command = command_screen();
    }
    status = options_check(command, &line);
    return status >= 0 ? status : command_run(command, &line);
}
