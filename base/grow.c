/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists that grow. */
#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 16 };

/* No realloc: it may leave the old members behind as they are. The pointer is copied as bytes,
   because its type is the caller's. */
enum error grow_list(void *list, size_t n, size_t more, size_t *room, size_t size)
{
    void *old = NULL;
    if (n <= *room && more <= *room - n)
        return ERROR_NONE;
    if (more > SIZE_MAX / size / 2 || n > SIZE_MAX / size / 2 - more)
        return ERROR_MEMORY;
    const size_t wanted = n + more > ROOM_FIRST ? n + more : ROOM_FIRST;
    const size_t becomes = wanted > 2 * n ? wanted : 2 * n;
    void *grown = malloc(becomes * size);
    if (grown == NULL)
        return ERROR_MEMORY;
    memcpy(&old, list, sizeof old);
    if (old != NULL) {
        memcpy(grown, old, n * size);
        explicit_bzero(old, *room * size);
        free(old);
    }
    memcpy(list, &grown, sizeof grown);
    *room = becomes;
    return ERROR_NONE;
}
