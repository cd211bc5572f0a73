/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before readdir(3). */
#include "tests/lib/cut_listing.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_cut;
static size_t left;

void cut_listing_begin(size_t names)
{
    is_cut = true;
    left = names;
}

void cut_listing_end(void)
{
    is_cut = false;
}

struct dirent *readdir(DIR *folder)
{
    struct dirent *(*real)(DIR *) = NULL;
    void *found = dlsym(RTLD_NEXT, "readdir64"); /* on our machines the same */
    memcpy(&real, &found, sizeof real);
    if (is_cut && left == 0) {
        errno = EIO;
        return NULL;
    }
    if (is_cut)
        left--;
    return real(folder);
}
