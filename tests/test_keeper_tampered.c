/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keeper whose folder was tampered with promises nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wire.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/keeper_test.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"
#include "tests/lib/raw_db.h"

/* --- files that go under a keeper --- */

static void run_in(const struct kiosk_process *kiosk, const char *command)
{
    char line[3 * FOLDER_PATH];

    snprintf(line, sizeof line, "cd '%s' && %s", kiosk->dir, command);
    assert_int_equal(system(line), 0);
}

static void put_in(const struct kiosk_process *kiosk, const char *sql)
{
    raw_db(folder_path(kiosk->dir, "outbox.db"), sql);
}

typedef void tamper_fn(const struct kiosk_process *kiosk, const char *how);

/* It is done while a visitor writes: there is no receipt, and the keeper ends with an error. */
static void assert_nothing_promised_after(struct kiosk_process *kiosk, tamper_fn *tamper,
                                          const char *how)
{
    char *screen = NULL;

    kiosk_start_sized(kiosk, 0, 24, 160);
    kiosk_leave(kiosk);
    kiosk_begin(kiosk);
    tamper(kiosk, how);
    kiosk_go(kiosk, "They hit me\r", "Is this right?");
    kiosk_send(kiosk, "It is not stored yet");
    kiosk_go(kiosk, "1", "It is not stored yet");
    assert_false(pty_watch(kiosk->pty, "It is stored", 0));
    kiosk_go(kiosk, "2", "Goodbye");
    pty_type(kiosk->pty, " ");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
    screen = pty_text(kiosk->pty);
    assert_non_null(strstr(screen, "The outbox is damaged or gone"));
    free(screen);
}

static void assert_nothing_promised(struct kiosk_process *kiosk, const char *command)
{
    run_in(kiosk, "cp -a . ../$(basename \"$PWD\").old");
    assert_nothing_promised_after(kiosk, run_in, command);
    run_in(kiosk, "rm -rf ../$(basename \"$PWD\").old ../$(basename \"$PWD\").away");
}

static void test_removed_outbox_promises_nothing(void **state)
{
    assert_nothing_promised(*state, "rm outbox.db*");
}

static void test_older_outbox_promises_nothing(void **state)
{
    assert_nothing_promised(*state, "rm outbox.db* && cp ../$(basename \"$PWD\").old/outbox.db .");
}

static void test_copied_folder_promises_nothing(void **state)
{
    struct kiosk_process *kiosk = *state;

    assert_nothing_promised(kiosk, "mv \"$PWD\" \"$PWD.away\" && cp -a \"$PWD.away\" \"$PWD\"");
    /* The copy is whole: the next keeper goes on with it. */
    kiosk_start(kiosk, 0);
    kiosk_leave(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 4);
}

/* Nobody begins to write at a terminal that can keep nothing. */
static void test_waiting_keeper_notices_a_removed_outbox(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    run_in(kiosk, "rm outbox.db*");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
}

/* The card's own charter is over: only the newer one, which the disk does not give out just then,
   says that the kiosk may serve. */
static void test_a_charter_that_just_cannot_be_read_stays(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct fake_office *office = &kiosk->office;
    const uint32_t until = office->charter.expires;

    office->charter.expires = office->charter.issued;
    fake_office_charter(office);
    kiosk_card(kiosk, 2, until);
    office->charter.expires = until;
    office->charter.number = 2;
    fake_office_charter(office);
    folder_write(folder_path(kiosk->dir, "charter"), office->charter_bytes, CHARTER_LEN);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    run_in(kiosk, "chmod 000 charter");
    kiosk_leave(kiosk);
    kiosk_file(kiosk, "They hit me");
    run_in(kiosk, "chmod 600 charter");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(keeper_test_look(kiosk, "They hit me").with_text, 1);
}

/* --- what another program puts into the outbox --- */

#define TRIGGER                                                                                    \
    "CREATE TRIGGER t AFTER UPDATE ON ends BEGIN DELETE FROM record WHERE seq = new.tip_seq; END"

static void assert_not_served(struct kiosk_process *kiosk)
{
    char *screen = NULL;

    kiosk_start_sized(kiosk, 0, 24, 160);
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
    screen = pty_text(kiosk->pty);
    assert_non_null(strstr(screen, "Another program changed the tables of the outbox"));
    free(screen);
}

/* It would erase each record as it comes: the kiosk takes none. */
static void test_a_trigger_serves_nobody(void **state)
{
    struct kiosk_process *kiosk = *state;

    put_in(kiosk, TRIGGER);
    assert_not_served(kiosk);
    put_in(kiosk, "DROP TRIGGER t");
    kiosk_start(kiosk, 0);
    kiosk_leave(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 2);
}

static void test_a_trigger_put_in_meanwhile_promises_nothing(void **state)
{
    struct kiosk_process *kiosk = *state;

    assert_nothing_promised_after(kiosk, put_in, TRIGGER);
    assert_not_served(kiosk);
    /* What was there before is still there. */
    put_in(kiosk, "DROP TRIGGER t");
    assert_int_equal(kiosk_check(kiosk), 2);
}

/* --- a configuration with a fault --- */

#define FAULT "kiosk.conf: line 2: There is no setting of this name."
/* It does not guess and does not give up: it says so, serves nobody, and its chain goes on. */
static void test_a_fault_is_out_of_order(void **state)
{
    struct kiosk_process *kiosk = *state;

    keeper_test_config(kiosk, "idle = 60\nbeep = yes\n");
    keeper_test_start(kiosk, "");
    kiosk_wait(kiosk, OUT_OF_ORDER);
    assert_keeper_said(kiosk, FAULT);
    kiosk_go(kiosk, "3\r1", OUT_OF_ORDER);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 1);
}

static void test_a_fault_once(void **state)
{
    struct kiosk_process *kiosk = *state;

    keeper_test_config(kiosk, "idle = 60\nbeep = yes\n");
    keeper_test_start(kiosk, "--once");
    kiosk_wait(kiosk, OUT_OF_ORDER);
    pty_type(kiosk->pty, " ");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
    assert_keeper_said(kiosk, FAULT);
    /* On the terminal itself the line comes again when the screen is gone. */
    kiosk_start_sized(kiosk, 1, 24, 160);
    kiosk_wait(kiosk, OUT_OF_ORDER);
    pty_type(kiosk->pty, " ");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
    assert_true(pty_shows(kiosk->pty, FAULT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_removed_outbox_promises_nothing),
        KIOSK_TEST(test_older_outbox_promises_nothing),
        KIOSK_TEST(test_copied_folder_promises_nothing),
        KIOSK_TEST(test_waiting_keeper_notices_a_removed_outbox),
        KIOSK_TEST(test_a_charter_that_just_cannot_be_read_stays),
        KIOSK_TEST(test_a_trigger_serves_nobody),
        KIOSK_TEST(test_a_trigger_put_in_meanwhile_promises_nothing),
        KIOSK_TEST(test_a_fault_is_out_of_order),
        KIOSK_TEST(test_a_fault_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
