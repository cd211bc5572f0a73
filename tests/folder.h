/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scratch folder for a test and a look at what stands in it. Failures end the test. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* Makes an empty folder of its own under $TMPDIR or /tmp; its path is owned by the caller. */
char *folder_make(void);

/* Removes the folder with all that is in it and frees the path. */
void folder_remove(char **folder);

/* "folder/name" in one of four buffers used in turn. */
const char *folder_path(const char *folder, const char *name);

/* The names in the folder, sorted, each followed by a space, in a buffer used again by the next
 * call. */
const char *folder_names(const char *folder);

/* The bytes of a file, owned by the caller (free). */
uint8_t *folder_read(const char *path, size_t *len);
void folder_write(const char *path, const void *bytes, size_t len);

/* A file's size, -1 when there is none. */
long folder_size(const char *path);

#endif
