/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk's places: the folders of the office and of the officer by the descriptors that are held,
   and those of a command. */
#include "desk/desk_sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sandbox/sandbox.h"

enum error desk_sandbox_enter(const struct vault *vault, const struct landlock_place *places,
                              size_t count)
{
    size_t n = 0;
    struct landlock_place *all = calloc(count + 2, sizeof *all);
    if (all == NULL)
        return ERROR_MEMORY;
    all[n++] = (struct landlock_place){.use = LANDLOCK_KEEP, .fd = vault->dir};
    if (vault->home >= 0)
        all[n++] = (struct landlock_place){.use = LANDLOCK_KEEP, .fd = vault->home};
    if (count > 0)
        memcpy(all + n, places, count * sizeof *all);
    errno = 0;
    enum error error = sandbox_desk(all, n + count) == 0
                           ? ERROR_NONE
                           : error_of_lack(errno, ERROR_PROGRAM_CONFINED);
    free(all);
    return error;
}
