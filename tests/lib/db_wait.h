/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SQLite does while another connection holds the file: in the place of a sleep it calls a
   function of the test. SQLite is asked for that in its own words (sqlite3_vfs), since how it
   sleeps otherwise differs from version to version. */
#ifndef TESTS_LIB_DB_WAIT_H
#define TESTS_LIB_DB_WAIT_H

/* From now on each wait in this process is a call of `instead`; NULL: nothing at all. Databases
   that are open keep the way they had. */
void db_wait_is(void (*instead)(void));

#endif
