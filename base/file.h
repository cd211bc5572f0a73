/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: read with suspicion, written atomically. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Checks that the len bytes of a file begin with this magic, whose last character is the digit of
   the version. Returns ERROR_NONE, _TRUNCATED (shorter than a magic), _FOREIGN or _NEWER (the same
   magic with a higher digit). */
enum { FILE_MAGIC_LEN = 8 };
enum error file_magic(const uint8_t *in, size_t len, const char magic[FILE_MAGIC_LEN + 1]);

/* Opens name in dirfd (as in openat(2)) for reading. Only a regular file of at most max
   bytes; never follows a symlink in the last component, never blocks, never opens a device.
   Sets *len to its size and *fd to a descriptor for the caller to close. Errors as
   file_read; then *fd is -1. */
enum error file_open(int dirfd, const char *name, size_t max, int *fd, size_t *len);

/* Reads the whole of name in dirfd, with the care of file_open. *data is for the caller to free.
   Returns ERROR_NONE, _MISSING, _SPECIAL (not a regular file), _LARGE (over max bytes) or an error
   of the machine (error_is_machine); on an error *data is NULL. */
enum error file_read(int dirfd, const char *name, size_t max, uint8_t **data, size_t *len);

/* Writes name in dirfd: a temporary file in the same folder, fsync, rename, fsync of the folder. A
   file that was there before stays whole until the rename. mode is passed to openat(2), so file
   systems without modes work. Returns ERROR_NONE, _FULL, _READONLY, _MISSING (the folder is gone),
   _SPECIAL (there is a folder of that name) or an error of the machine. After an error no temporary
   file is left; after a power cut one may be, for file_sweep. */
enum error file_write(int dirfd, const char *name, mode_t mode, const void *data, size_t len);

/* file_write in pieces; errors as there. */
struct file_writer;

/* Creates the temporary file. *out is for file_commit or file_abandon; NULL on an error. */
enum error file_begin(int dirfd, const char *name, mode_t mode, struct file_writer **out);

/* Appends len bytes. After an error the writer is still to be abandoned. */
enum error file_add(struct file_writer *writer, const void *data, size_t len);

/* Syncs, renames, frees the writer and sets it to NULL, also on an error. */
enum error file_commit(struct file_writer **writer);

/* Removes the temporary file, frees the writer and sets it to NULL. *writer may be NULL. */
void file_abandon(struct file_writer **writer);

/* Makes the name of path durable by syncing the folder that holds it. For folders that were just
   made or found; file_write needs no such help. Does nothing when that folder may not be read.
   Returns ERROR_NONE or why not. */
enum error file_settle(const char *path);

/* Opens the folder dirfd for readdir(3), from its first name; dirfd stays open. NULL on an error.
   For closedir(3). */
DIR *file_folder(int dirfd);

/* Sets *name to the folder's next name, valid until the next call; NULL after the last. Returns
   ERROR_NONE, or why the rest cannot be read. */
enum error file_next(DIR *folder, const char **name);

/* Whether this is the name of a temporary file: nobody may take it for a file with content. */
bool file_is_temporary(const char *name);

/* Removes the temporary files that dead writers left in the folder. */
void file_sweep(int dirfd);

#endif
