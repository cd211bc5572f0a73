/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes away from this process what its part of the work does not need: one function for each part.
   All of them: no new privileges, no core and not dumpable (the speech program aside), no
   capabilities (but the courier's own, the desk's to open files of others, where it is root, and a
   session's to lock memory), only listed system calls (seccomp) and, where the kernel has Landlock,
   only listed places of the file system. A kernel without Landlock is passed over in silence
   (landlock_abi says which it is); one without seccomp is an error. Irrevocable. They return 0 or
   -1, but sandbox_printer a path or NULL. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stddef.h>

#include "sandbox/landlock.h"

/* A session. It has no descriptor but 0, 1, 2 and those kept, which stand in rising order; reads
   from 0 and the kept ones, writes to 1, 2 and the kept ones, and asks 0 to 2 what a terminal is
   asked. No file, no process, no signal to others, no memory that is shared or executable. Any
   other system call kills the process. All its memory is locked where there is no limit on that
   (root, or LimitMEMLOCK=infinity), elsewhere only the pool of secrets: the key derivation alone
   takes 256 MiB. */
int sandbox_session(const int *kept, size_t count);

/* The keeper, once all is open and the launcher runs: files beneath the state folder, and its
   sockets. It starts nothing, signals nobody, opens no terminal and no socket but pairs. What is
   not listed fails with ENOSYS. */
int sandbox_keeper(const char *state_dir);

/* The courier: files beneath its two folders, and the standard descriptors. What is not listed
   fails with ENOSYS. */
int sandbox_courier(const char *state_dir, const char *media_dir);

/* The desk, once its office is open and, for the screen, the terminal: files at these places and
   beneath them (the office's folder, what a command reads, where it writes to), what is open
   already, and the terminal at the standard descriptors. It starts threads, for an import, but no
   process and no program, opens no socket and signals nobody, so that it does not suspend itself
   either. What is not listed fails with ENOSYS. */
int sandbox_desk(const struct landlock_place *places, size_t count);

/* The printer's process: its socket, no other descriptor but 0, 1 and 2, and the device, which it
   may open again for each slip, and only by the path that is returned: by its address, so do not
   copy it. It is never freed. Any other system call kills. */
const char *sandbox_printer(int socket, const char *device);

/* The speech program's process and all that it starts: it reads and executes what an installed
   program may, and what lies in the folder of `program`; writes to nothing but /dev/null and the
   sound card, makes and changes no file, has no network but UNIX sockets, signals and looks into no
   process outside. What it may not do fails with EPERM. */
int sandbox_speech(const char *program);

#endif
