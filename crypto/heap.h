/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process's free(3) and realloc(3), which wipe what they give back. */
#ifndef CRYPTO_HEAP_H
#define CRYPTO_HEAP_H

#include <stddef.h>

/* From here on every block given to free(3), or left behind by realloc(3), is wiped first. Called
   by secret_start, so that no program with secrets is linked without it. Under a sanitizer, which
   has a heap of its own, nothing is wiped. */
void heap_start(void);

/* Keeps the locked pool, len bytes from the page of first on, out of every core that the kernel writes; and tells a leak
   checker that pointers may lie in it. */
void heap_pool(const void *first, size_t len);

#endif
