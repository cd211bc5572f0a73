/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that breaks off in the middle of a folder's names, for this process. */
#ifndef TESTS_LIB_CUT_LISTING_H
#define TESTS_LIB_CUT_LISTING_H

#include <stddef.h>

/* From now on readdir gives so many names, over all folders, and then fails with EIO. */
void cut_listing_begin(size_t names);

/* All names are given again. */
void cut_listing_end(void);

#endif
