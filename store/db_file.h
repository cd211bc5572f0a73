/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store does with its file before SQLite sees it. All return a db_error. For store/db.c
 * alone. */
#ifndef STORE_DB_FILE_H
#define STORE_DB_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The db_error of an errno. */
int db_file_error(int number);

/* DB_OK for a regular file, DB_MISSING, DB_FOREIGN for a symlink, device or folder, else DB_IO. */
int db_file_check(const char *path);

/* DB_OK when the file and its folder can be written, DB_READONLY when not. SQLite itself would open
   such a file for reading, and fail late where it cannot make a -wal. */
int db_file_writable(const char *path);

/* Makes the names in path's folder durable: what was made or removed there. */
int db_file_settle(const char *path);

/* Makes path a file of these bytes, mode 0600, durably and at once: written beside it as path.new,
   synced and renamed. When there is something at path already, that stays and DB_OK is returned.
   Many may try at once; a path.new of one who was killed is taken over. On error nothing is left.
 */
int db_file_make(const char *path, const uint8_t *image, size_t len);

#endif
