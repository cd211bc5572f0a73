/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store does with its file before SQLite sees it. For store/db.c and db_look.c alone. */
#ifndef STORE_DB_FILE_H
#define STORE_DB_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The error for an errno: ERROR_MISSING, ERROR_FOREIGN for a symlink, else that of
   error_of_errno. */
enum error db_file_error(int number);

/* Returns ERROR_NONE for a regular file, ERROR_MISSING, ERROR_FOREIGN for a symlink, device or
   folder, or an error of the machine (error_is_machine). */
enum error db_file_check(const char *path);

/* Returns ERROR_NONE when file and folder can be written, ERROR_READONLY or another error when not.
   SQLite would open the file for reading and fail only when it has to make a -wal. */
enum error db_file_writable(const char *path);

/* Syncs path's folder, so that what was made or removed there stays so. */
enum error db_file_settle(const char *path);

/* Makes path a file of these bytes and this mode, durably and at once: written beside it as
   path.new, synced and renamed. When there is something at path already, that stays and ERROR_NONE
   is returned. Many may try at once; a path.new of one who was killed is taken over. On error
   nothing is left. */
enum error db_file_make(const char *path, unsigned mode, const uint8_t *image, size_t len);

#endif
