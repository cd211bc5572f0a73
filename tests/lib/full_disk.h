/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A full disk, for this process. Fails the running test when there is none to be had. */
#ifndef TESTS_LIB_FULL_DISK_H
#define TESTS_LIB_FULL_DISK_H

#include <stddef.h>

/* From now on no file grows beyond len bytes: EFBIG, without a signal. */
void full_disk_begin(size_t len);

/* There is room again. */
void full_disk_end(void);

#endif
