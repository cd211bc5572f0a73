/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk gives up what its work does not need (sandbox_desk). */
#ifndef DESK_DESK_SANDBOX_H
#define DESK_DESK_SANDBOX_H

#include <stddef.h>

#include "office/vault.h"
#include "sandbox/landlock.h"

/* From now on this process uses files beneath the folder of this open office and the officer's own
   (for their view), which may be renamed meanwhile, and at these places: what a command reads
   (LANDLOCK_READ) and where it writes to (LANDLOCK_KEEP). What is open stays so, the terminal among
   it. Irrevocable, and once in a process. Returns ERROR_NONE, ERROR_PROGRAM_CONFINED, or a lack of
   descriptors or memory; then nothing may be done. */
enum error desk_sandbox_enter(const struct vault *vault, const struct landlock_place *places,
                              size_t count);

#endif
