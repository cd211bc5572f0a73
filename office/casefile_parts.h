/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of casefile share. For office/casefile*.c alone. */
#ifndef OFFICE_CASEFILE_PARTS_H
#define OFFICE_CASEFILE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "office/casefile.h"

/* An item kept in memory, followed by the data it points to. */
struct kept {
    struct kept *next;
    struct item item;
    struct letter letter;
    char bytes[];
};

/* In secret_new memory. */
struct casefile {
    struct vault *vault;
    struct fold_case seen; /* as it was loaded */
    bool training;
    bool damaged;
    bool too_long; /* nothing is kept */
    struct kept *first;
    struct kept *last;
    size_t size; /* of all that is kept */
};

/* The case as the history has it by now. What the casefile saw may stand no longer: the history may
   have been made anew since, without an act that turned out to be forged, and cases then have other
   numbers; or it could not be read to its end. ERROR_CASE when there is none any more, errors of
   history_follow. */
enum error casefile_find(const struct casefile *casefile, const struct fold_case **found);

#endif
