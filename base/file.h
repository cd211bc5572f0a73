/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files, read with suspicion and written so that a half file is never seen. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Does a file begin with this magic, whose last character is the digit of the version? Returns an enum
   error: _NONE, _TRUNCATED (shorter than a magic), _FOREIGN or _NEWER (a higher digit). */
enum { FILE_MAGIC_LEN = 8 };
enum error file_magic(const uint8_t *in, size_t len, const char magic[FILE_MAGIC_LEN + 1]);

/* Opens folder/name for reading, only if it is a regular file of at most max bytes; never through a symlink
   in the last step, never blocking, never touching a device. *fd is for the caller to close. Refusals as
   file_read; *fd is -1 then. */
enum error file_open(int dirfd, const char *name, size_t max, int *fd, size_t *len);

/* Reads folder/name (dirfd as in openat(2)) whole. Only a regular file, never through a symlink in the
   last step, never blocking. *data is malloc'd, for the caller to free. Returns an enum error:
   _MISSING, _SPECIAL, _LARGE (over max bytes) or _IO. */
enum error file_read(int dirfd, const char *name, size_t max, uint8_t **data, size_t *len);

/* Writes folder/name: a temporary name in the same folder, fsync, rename, fsync of the folder. What was
   there before stays whole until the rename. mode is what openat(2) is given, so media without modes work.
   Returns _NONE, _FULL, _READONLY, _SPECIAL (a folder of that name stands there) or _IO; on error nothing is
   left behind but what a power cut leaves, which file_sweep removes. */
enum error file_write(int dirfd, const char *name, mode_t mode, const void *data, size_t len);

/* The same for a file that is made piece by piece. */
struct file_writer;
enum error file_begin(int dirfd, const char *name, mode_t mode, struct file_writer **out);
enum error file_add(struct file_writer *writer, const void *data, size_t len);
enum error file_commit(struct file_writer **writer); /* syncs, renames, frees */
void file_abandon(
    struct file_writer **writer); /* removes the temporary file, frees; NULL is nothing */

/* Makes durable that path has a name: syncs the folder it stands in. For a folder just made, or found; a file
   written here needs none of it. A folder above that may not be read is passed over. Returns _NONE or _IO,
   _FULL ... */
enum error file_settle(const char *path);

/* Opens the folder dirfd to look through its names, from the first one; NULL on an error. For closedir(3). */
DIR *file_folder(int dirfd);

/* Is this what a temporary file is called? Such a one is no file of anybody's. */
bool file_is_temporary(const char *name);

/* Removes temporary files that a cut left in the folder, but none that a living writer is still at. */
void file_sweep(int dirfd);

#endif
