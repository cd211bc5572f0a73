/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists that grow: an array, how many members it has, and for how many there is room. */
#ifndef BASE_GROW_H
#define BASE_GROW_H

#include <stddef.h>

#include "base/error.h"

/* Makes room for `more` members behind the n that the list has; room is a size_t that can be
   assigned to. Each takes part of an expression once or more: no side effects. */
#define GROW(list, n, more, room) grow_list(&(list), (n), (more), &(room), sizeof *(list))

/* *list is a pointer to members of `size` bytes, malloc'd or NULL, with room for *room of them; n
   of these are in use. When n + more do not fit, they move into a larger array, at least twice as
   large, and the old one is wiped and freed: what a list holds may be secret. ERROR_MEMORY, also
   when no size_t counts the bytes: list and room are as they were. */
enum error grow_list(void *list, size_t n, size_t more, size_t *room, size_t size);

#endif
