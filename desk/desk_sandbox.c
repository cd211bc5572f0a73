/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk's places: the office's folder by the descriptor that is held, and those of a command. */
#include "desk/desk_sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sandbox/sandbox.h"

enum error desk_sandbox_enter(const struct vault *vault, const struct landlock_place *places,
                              size_t count)
{
    struct landlock_place *all = calloc(count + 1, sizeof *all);
    if (all == NULL)
        return ERROR_MEMORY;
    all[0] = (struct landlock_place){.use = LANDLOCK_KEEP, .fd = vault->dir};
    if (count > 0)
        memcpy(all + 1, places, count * sizeof *all);
    errno = 0;
    enum error error = sandbox_desk(all, count + 1) == 0
                           ? ERROR_NONE
                           : error_of_lack(errno, ERROR_PROGRAM_CONFINED);
    free(all);
    return error;
}
