/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file into another. For store/db.c alone. */
#ifndef STORE_DB_COPY_H
#define STORE_DB_COPY_H

#include <sqlite3.h>

#include "base/error.h"

/* As db_copy. */
enum error db_copy_to(sqlite3 *from, const char *path);

#endif
