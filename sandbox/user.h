/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose rights this process has: root gives its own up for those of another user. */
#ifndef SANDBOX_USER_H
#define SANDBOX_USER_H

#include <sys/types.h>

#include "base/error.h"

/* When started as root: becomes the owner of the folder, for good, with the owner's own group and
   no other. Does nothing when that owner is root, when we are not root, or when the folder is not
   there. Call it before any secret is read. From then on memory may be locked without limit.
   ERROR_PROGRAM_CONFINED when it cannot be become, ERROR_MEMORY, ERROR_DESCRIPTORS, errors of
   error_of_folder. */
enum error user_become_owner(const char *dir);

/* The two halves of it, for a process that asks once and becomes the owner again and again, in
   children of its own. *owner is 0 where user_become does nothing, which returns 0 or -1. */
enum error user_owner(const char *dir, uid_t *owner);
int user_become(uid_t owner);

/* Becomes the user of that name, for good, with all its groups (a printer's or a sound card's
   device belongs to one of them). Only root can, and never to become root. Forgets
   PR_SET_PDEATHSIG. Returns 0 or -1. */
int user_become_named(const char *name);

#endif
