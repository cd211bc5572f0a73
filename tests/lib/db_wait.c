/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file system for SQLite that is told of each wait. */
#include "tests/lib/db_wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

static sqlite3_vfs waiting;
static void (*do_instead)(void);

static int wait_instead(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    if (do_instead != NULL)
        do_instead();
    return us;
}

void db_wait_is(void (*instead)(void))
{
    do_instead = instead;
    if (waiting.xSleep != NULL)
        return;
    waiting = *sqlite3_vfs_find(NULL);
    waiting.pNext = NULL;
    waiting.zName = "waiting";
    waiting.xSleep = wait_instead;
    assert_int_equal(sqlite3_vfs_register(&waiting, 1), SQLITE_OK);
}
