/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine that is short of memory just then, for this process. */
#ifndef TESTS_LIB_SHORT_MEMORY_H
#define TESTS_LIB_SHORT_MEMORY_H

#include <stddef.h>

/* From now on libgcrypt finds memory to check a signature or to begin a cipher, together, so many
   times more, and then no more. */
void short_memory_begin(size_t calls);

/* The same, but only the one call after these finds none: if later ones failed, too, they would
   hide what comes of the first. */
void short_memory_moment(size_t calls);

/* There is memory again. */
void short_memory_end(void);

#endif
