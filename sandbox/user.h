/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose rights this process has: root gives its own up for those of another user. */
#ifndef SANDBOX_USER_H
#define SANDBOX_USER_H

#include <sys/types.h>

/* When started as root: becomes the owner of the folder, for good, with the owner's own group and no other. Nothing
   happens when that is root, when we are not root, or when the folder is not there. Call it before any secret is read.
   Memory may be locked without limit from then on. Returns 0 or -1. The two halves are for who asks once and becomes it
   again and again, in processes of its own; user_owner says 0 where nothing happens. */
int user_become_owner(const char *dir);
int user_owner(const char *dir, uid_t *owner);
int user_become(uid_t owner);

/* Becomes the user of that name, for good, with all its groups (a printer's and a sound card's device belong to such).
   Only root can, and never to become root. Forgets PR_SET_PDEATHSIG. Returns 0 or -1. */
int user_become_named(const char *name);

#endif
