/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wipes every heap block as it is freed. libgcrypt copies the shared secret of X25519 into ordinary
   blocks and frees them as they are, so the secret would lie in the heap until the process ends; so
   would text in the blocks of any other library. The definitions here take the place of the C
   library's in the whole process, its shared libraries included. */
#include "crypto/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_LEAKS_CHECKED
#elif __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define HEAP_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HEAP_LEAKS_CHECKED
#elif defined(__SANITIZE_THREAD__)
#define HEAP_SANITIZED
#endif
#ifdef HEAP_LEAKS_CHECKED
#define HEAP_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

#ifdef HEAP_SANITIZED

void heap_start(void)
{
}

#else

void *__libc_malloc(size_t len);
void __libc_free(void *block);
void *__libc_realloc(void *block, size_t len);

/* Set once, before any thread is started. */
static bool wiping;

void heap_start(void)
{
    wiping = true;
}

void free(void *block)
{
    if (block != NULL && wiping)
        explicit_bzero(block, malloc_usable_size(block));
    __libc_free(block);
}

/* The C library's realloc moves a block without calling free: the old place is wiped here. */
void *realloc(void *block, size_t len)
{
    if (block == NULL || len == 0 || !wiping)
        return __libc_realloc(block, len);
    size_t had = malloc_usable_size(block);
    if (len <= had && len >= had / 2)
        return block;
    /* Not malloc: a test's stand-in for that would take one call of realloc for two. */
    void *moved = __libc_malloc(len);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, len < had ? len : had);
    free(block);
    return moved;
}

#endif

void heap_pool(const void *first, size_t len)
{
    void *page = (void *)((uintptr_t)first & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1));

    /* Where the kernel cannot do this, the limit of 0 on core files still holds. */
    (void)madvise(page, len, MADV_DONTDUMP);
#ifdef HEAP_LEAKS_CHECKED
    /* libgcrypt keeps the only pointer to some of its ordinary blocks in the pool. */
    __lsan_register_root_region(page, len);
#endif
}
