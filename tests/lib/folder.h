/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scratch folder for a test and a look at what stands in it. Failures end the test. */
#ifndef TESTS_LIB_FOLDER_H
#define TESTS_LIB_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* Room for the path of a file in a scratch folder. */
enum { FOLDER_PATH = 512 };

/* Makes an empty folder of its own, mode 0700, below $TMPDIR, or /dev/shm where it has room, or
   /tmp. Its path is owned by the caller (folder_remove). */
char *folder_make(void);

/* Removes the folder with all that is in it and frees the path; does nothing for NULL. */
void folder_remove(char **folder);

/* "folder/name", good until 63 more have been asked for. */
char *folder_path(const char *folder, const char *name);

/* Makes a named pipe, open for the caller, so that whoever writes into it never waits. */
int folder_fifo(const char *path);

/* The names in the folder, sorted, each followed by a space, in a buffer used again by the next
   call. */
const char *folder_names(const char *folder);

/* The bytes of a file, owned by the caller (free). */
uint8_t *folder_read(const char *path, size_t *len);
void folder_write(const char *path, const void *bytes, size_t len);
void folder_copy(const char *from, const char *to);

/* Changes one bit of the byte at this place of a file. */
void folder_flip(const char *path, size_t at);

/* A file's size, -1 when there is none. */
long folder_size(const char *path);

#endif
