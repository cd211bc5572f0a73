/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files, read with suspicion and written so that a half file is never seen. */
#ifndef COURIER_FILE_H
#define COURIER_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads folder/name (dirfd as in openat(2)) whole. Only a regular file, never through a symlink in the
   last step, never blocking. *data is malloc'd, for the caller to free. Returns an enum refusal:
   _MISSING, _SPECIAL, _LARGE (over max bytes) or _IO. */
int file_read(int dirfd, const char *name, size_t max, uint8_t **data, size_t *len);

/* Writes folder/name: a temporary name in the same folder, fsync, rename, fsync of the folder. What was
   there before stays whole until the rename. Returns _NONE, _FULL, _READONLY or _IO; on error nothing is
   left behind but what a power cut leaves, which file_sweep removes. */
int file_write(int dirfd, const char *name, mode_t mode, const void *data, size_t len);

/* The same for a file that is made piece by piece. */
struct file_writer;
int file_begin(int dirfd, const char *name, mode_t mode, struct file_writer **out);
int file_add(struct file_writer *writer, const void *data, size_t len);
int file_commit(struct file_writer **writer); /* syncs, renames, frees */
void file_abandon(struct file_writer **writer); /* removes the temporary file, frees; NULL is nothing */

/* Removes temporary files that a cut left in the folder. */
void file_sweep(int dirfd);

#endif
