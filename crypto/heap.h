/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This process's own free(3) and realloc(3), which wipe the blocks that they give back. */
#ifndef CRYPTO_HEAP_H
#define CRYPTO_HEAP_H

#include <stddef.h>

/* From this call on, every block given to free(3) or left behind by realloc(3) is wiped first.
   Called by secret_start, so that no program with secrets can be linked without it. Under a
   sanitizer, which has its own heap, nothing is wiped. */
void heap_start(void);

/* Keeps the locked pool, len bytes from the start of the page that holds first, out of core files,
   and tells a leak checker that pointers may lie in it. Called once, by secret_start. */
void heap_pool(const void *first, size_t len);

#endif
