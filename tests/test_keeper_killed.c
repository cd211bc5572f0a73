/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keepers and sessions killed at any moment lose nothing that was acknowledged. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wire.h"
#include "tests/lib/chance.h"
#include "tests/lib/folder.h"
#include "tests/lib/keeper_test.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"

enum {
    KILLS_MAX = 200,       /* of the keeper, and as many of sessions */
    KILLS = 40,            /* ... unless SANDYQ_KILLS asks for more: each takes a second or two */
    KILL_FILING = 8,       /* every so-manieth of these files a complaint */
    KILL_LEAVE_MS = 2500,  /* a leaving visitor is through by then */
    KILL_FILING_MS = 4000, /* and one who files */
};

/* --- what the disk tells --- */

/* The number of the record in the file "pending"; 0 when there is none. */
static uint64_t pending_number(const struct kiosk_process *kiosk)
{
    size_t len = 0;
    uint8_t *data = folder_read(folder_path(kiosk->dir, "pending"), &len);
    const uint64_t number = len > 8 ? wire_get64(data) : 0;

    free(data);
    return number;
}

static void start_and_end(struct kiosk_process *kiosk)
{
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
}

/* The power goes while a person stands at the receipt, at a menu, or reads. Every start
   afterwards adds one record, whatever the visit was for; the first one adds what was
   acknowledged. */
static void test_power_cut_in_a_visit(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct keeper_found found;
    uint64_t records = 0;

    for (int i = 0; i < 3; i++) {
        kiosk_start(kiosk, 0);
        kiosk_wait(kiosk, "Choose a language");
        if (i == 0) {
            kiosk_file(kiosk, "They cut the power");
        } else {
            kiosk_go(kiosk, "3", "What do you want to do?");
            kiosk_go(kiosk, i == 1 ? "3" : "4", "Esc");
        }
        while (pending_number(kiosk) != records + 2)
            pty_pass(kiosk->pty, 5);
        kill(pty_process(kiosk->pty), SIGKILL);
        assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 128 + SIGKILL);
        assert_int_equal(kiosk_check(kiosk), records + 1);
        start_and_end(kiosk);
        assert_int_equal(kiosk_check(kiosk), records + 2);
        start_and_end(kiosk); /* what is old is not taken twice */
        assert_int_equal(kiosk_check(kiosk), records + 3);
        records += 3;
    }
    found = keeper_test_look(kiosk, "They cut the power");
    assert_int_equal(found.complaints, 1);
    assert_int_equal(found.with_text, 1);
    assert_false(found.wrong_number);
}

/* --- kills --- */

static int kills = KILLS;

/* Everything below depends on the seed alone, but for the machine's own pace. */
static void take_seed(void)
{
    const char *given = getenv("SANDYQ_KILLS");

    chance_start();
    if (given != NULL && atoi(given) > 0 && atoi(given) <= KILLS_MAX)
        kills = atoi(given);
    print_message("%d kills\n", kills);
}

/* One visitor up to a random moment. Returns true when the visitor has seen that it is stored; the
   text of a complaint is then in text. *came counts those who passed the language screen. */
static bool visit_in_part(struct kiosk_process *kiosk, int round, char text[32], unsigned *came)
{
    bool filing = round % KILL_FILING == 0;
    bool stored;

    snprintf(text, 32, "Round %d", round);
    if (chance_below(8) == 0) { /* before the first screen is even there */
        pty_pass(kiosk->pty, (int)chance_below(50));
        return false;
    }
    (*came)++;
    if (!filing) {
        kiosk_wait(kiosk, "Choose a language");
        kiosk_go(kiosk, "3", "What do you want to do?");
        pty_rest(kiosk->pty);
        pty_type(kiosk->pty, "7");
        stored = pty_watch(kiosk->pty, "Goodbye", (int)chance_below(KILL_LEAVE_MS));
        text[0] = '\0';
        return stored;
    }
    kiosk_begin(kiosk);
    pty_type(kiosk->pty, text);
    kiosk_go(kiosk, "\r", "Is this right?");
    kiosk_go(kiosk, "1", "do you want a PIN?");
    pty_rest(kiosk->pty);
    pty_type(kiosk->pty, "\r");
    return pty_watch(kiosk->pty, KIOSK_STORED, (int)chance_below(KILL_FILING_MS));
}

struct promises {
    uint64_t stored; /* visits that were told so */
    unsigned texts;
    char text[2 * KILLS_MAX / KILL_FILING + 2][32];
};

static void remember(struct promises *promises, bool stored, const char *text)
{
    if (!stored)
        return;
    promises->stored++;
    if (text[0] != '\0')
        strcpy(promises->text[promises->texts++], text);
}

static void assert_kept(const struct kiosk_process *kiosk, const struct promises *promises)
{
    struct keeper_found found = {0};

    assert_true(kiosk_check(kiosk) >= promises->stored);
    for (unsigned i = 0; i < promises->texts; i++) {
        found = keeper_test_look(kiosk, promises->text[i]);
        assert_int_equal(found.with_text, 1);
    }
    assert_false(found.wrong_number);
    print_message("%u visits were told that it is stored, %u of them with a complaint\n",
                  (unsigned)promises->stored, promises->texts);
}

static void test_killed_keepers_lose_nothing(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct promises promises = {0};
    unsigned before = keeper_test_files(kiosk->dir);
    unsigned came = 0;
    char text[32];

    take_seed();
    for (int i = 0; i < kills; i++) {
        bool stored;

        kiosk_start(kiosk, 0);
        stored = visit_in_part(kiosk, i, text, &came);
        kill(pty_process(kiosk->pty), SIGKILL);
        assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 128 + SIGKILL);
        remember(&promises, stored, text);
    }
    kiosk_start(kiosk, 0);
    kiosk_leave(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_kept(kiosk, &promises);
    assert_int_equal(keeper_test_files(kiosk->dir),
                     before + 2); /* the keeper's lock, and what was pending */
}

/* A killed session leaves exactly one envelope, whether it had stored its own or not. */
static void test_killed_sessions_lose_nothing(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct promises promises = {0};
    unsigned came = 0;
    char text[32];

    take_seed();
    kiosk_start(kiosk, 0);
    for (int i = 0; i < kills; i++) {
        bool stored;
        pid_t session = 0;

        kiosk_wait(kiosk, "Choose a language");
        stored = visit_in_part(kiosk, i, text, &came);
        while (session == 0)
            session = pty_grandchild(kiosk->pty);
        kill(session, SIGKILL);
        while (pty_grandchild(kiosk->pty) == session)
            pty_pass(kiosk->pty, 1);
        remember(&promises, stored, text);
    }
    kiosk_leave(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_kept(kiosk, &promises);
    assert_int_equal(kiosk_check(kiosk), came + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_power_cut_in_a_visit),
        KIOSK_TEST(test_killed_keepers_lose_nothing),
        KIOSK_TEST(test_killed_sessions_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
