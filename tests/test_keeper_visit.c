/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper and its sessions: one envelope for each, whatever ends it; and how its options are
   read. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/day.h"
#include "base/wire.h"
#include "courier/exchange.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "protocol/names.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/keeper_test.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"

/* Real time in which a keeper that is not deaf acts on what came. */
enum { NEWS_SECONDS = 20 };

/* --- what the office finds in the outbox --- */

static void test_each_end_of_a_session_is_one_envelope(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct keeper_found found;

    kiosk_start(kiosk, 0);
    kiosk_leave(kiosk); /* 2: a cover of the session */
    kiosk_file(kiosk, "Қамауда ұрды");
    kiosk_forget(kiosk); /* 3: the complaint */
    kiosk_go(kiosk, "3", "What do you want to do?");
    assert_int_equal(kiosk_end(kiosk), 0); /* 4: asked to end in the middle */
    assert_int_equal(kiosk_check(kiosk), 4);
    found = keeper_test_look(kiosk, "Қамауда ұрды");
    assert_int_equal(found.complaints, 1);
    assert_int_equal(found.with_text, 1);
    assert_false(found.wrong_number);
}

static void test_nobody_is_no_envelope(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_go(kiosk, "x9\r\033", "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 1); /* the cover of the start */
}

static void test_hang_up(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    pty_hang_up(kiosk->pty);
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 0);
    assert_int_equal(kiosk_check(kiosk), 2);
}

static void test_keeper_holds_no_terminal(void **state)
{
    struct kiosk_process *kiosk = *state;
    char path[64], target[128];

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    for (int fd = 0; fd < 64; fd++) {
        ssize_t n;

        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pty_process(kiosk->pty), fd);
        n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        assert_string_not_equal(target, pty_device(kiosk->pty));
        assert_string_not_equal(target, "/dev/tty");
    }
    assert_int_equal(kiosk_end(kiosk), 0);
}

/* A clock set back: the chain's day does not go back, and the day counts as having its record. */
static void test_clock_set_back(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_folder_append(kiosk->dir, NULL, day_today() + 10);
    kiosk_start(kiosk, 0);
    kiosk_leave(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 3);
}

/* Waits until another session's process than this one waits for a visitor. */
static void await_another(struct kiosk_process *kiosk, pid_t before)
{
    const int64_t until = clock_ms() + NEWS_SECONDS * 1000;
    pid_t after = 0;
    while (clock_ms() < until && (after == 0 || after == before)) {
        pty_pass(kiosk->pty, 5);
        after = pty_grandchild(kiosk->pty);
    }
    assert_true(after != 0 && after != before);
    kiosk_wait(kiosk, "Choose a language");
}

/* A board that a courier brings is what the next visitor reads, without a visit between. */
static void test_a_new_board_reaches_a_waiting_session(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct exchange_report report;
    char *media = folder_make();

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    const pid_t before = pty_grandchild(kiosk->pty);
    fake_office_board(
        &kiosk->office,
        &(struct fake_board){
            .number = 1, .notices = "We come on Monday.", .answer_count = 3, .arrival_count = 3},
        media);
    assert_int_equal(exchange_run(kiosk->dir, media, day_today(), &report), ERROR_NONE);
    await_another(kiosk, before);
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "4", "We come on Monday.");
    assert_int_equal(kiosk_end(kiosk), 0);
    folder_remove(&media);
}

/* Puts the board of a folder into the kiosk's, its head last and by a rename, and nothing else. */
static void move_board(const struct kiosk_process *kiosk, const char *media)
{
    char name[NAMES_LEN], to[512], aside[512];
    const char *names = folder_names(media);
    snprintf(to, sizeof to, "%s", folder_path(kiosk->dir, STATE_BOARD));
    snprintf(aside, sizeof aside, "%s", folder_path(to, ".head"));
    for (size_t n = 0; *names != '\0'; names += n + 1) {
        n = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, names);
        char *held = strdup(strcmp(name, NAMES_BOARD) == 0 ? aside : folder_path(to, name));
        folder_copy(folder_path(media, name), held);
        free(held);
    }
    assert_int_equal(rename(aside, folder_path(to, NAMES_BOARD)), 0);
}

/* What an exchange writes beside the board wakes the keeper, too, and may do so too early. */
static void test_a_board_is_news_by_itself(void **state)
{
    struct kiosk_process *kiosk = *state;
    char *media = folder_make();

    fake_office_board(&kiosk->office,
                      &(struct fake_board){.number = 1, .notices = "We come on Tuesday."}, media);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    const pid_t before = pty_grandchild(kiosk->pty);
    move_board(kiosk, media);
    await_another(kiosk, before);
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "4", "We come on Tuesday.");
    assert_int_equal(kiosk_end(kiosk), 0);
    folder_remove(&media);
}

/* What the keeper's own check finds: not "nothing to read yet", which may be wrong. */
static void test_a_damaged_board_says_no_wrong_word(void **state)
{
    struct kiosk_process *kiosk = *state;
    char name[NAMES_LEN], path[NAMES_LEN + sizeof STATE_BOARD];

    kiosk_board(&kiosk->office, FAKE_SESSION_CODE, &kiosk->dir, 1);
    assert_true(names_segment(&kiosk->office.segments[0].named, name));
    snprintf(path, sizeof path, STATE_BOARD "/%s", name);
    folder_flip(folder_path(kiosk->dir, path), SEGMENT_HEADER_LEN);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "2", "Your number");
    kiosk_go(kiosk, FAKE_SESSION_CODE "\r", "Your PIN");
    kiosk_go(kiosk, "\r", "Not at this terminal");
    assert_int_equal(kiosk_end(kiosk), 0);
}

/* A waiting session makes room for a new card; its number is not used up. */
static void test_news_reach_a_waiting_session(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct timespec asked, ended;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    const pid_t before = pty_grandchild(kiosk->pty);
    kiosk_card(kiosk, 2, day_today() + 5);
    await_another(kiosk, before);
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_card(kiosk, 3, day_today() + 6);
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    assert_true(pty_shows(kiosk->pty, "What do you want to do?"));
    /* And it still ends in order: at once, not when its time is over. */
    clock_gettime(CLOCK_MONOTONIC, &asked);
    assert_int_equal(kiosk_end(kiosk), 0);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_true(ended.tv_sec - asked.tv_sec < 40);
    assert_int_equal(kiosk_check(kiosk), 2);
}

/* --- a charter that comes during a visit --- */

/* A courier brings the next charter, with a new intake key before the old ones. */
static void bring_charter(struct kiosk_process *kiosk)
{
    struct charter *charter = &kiosk->office.charter;
    struct exchange_report report;
    uint8_t *secret = secret_new(ENVELOPE_KEY_LEN);
    char *media = folder_make();

    assert_non_null(secret);
    for (uint32_t i = charter->intake_count++; i > 0; i--)
        charter->intake[i] = charter->intake[i - 1];
    charter->intake[0].epoch++;
    assert_int_equal(envelope_key_new(secret, charter->intake[0].key), ERROR_NONE);
    charter->number++;
    fake_office_charter(&kiosk->office);
    folder_write(folder_path(media, NAMES_CHARTER), kiosk->office.charter_bytes, CHARTER_LEN);
    assert_int_equal(exchange_run(kiosk->dir, media, day_today(), &report), ERROR_NONE);
    assert_int_equal(report.charter, ERROR_NONE);
    secret_free(secret);
    folder_remove(&media);
}

/* Epochs of the keys that the records are sealed to, from the first record. */
struct sealed_to {
    const struct charter *charter;
    uint32_t epochs[8];
    size_t n;
};

static enum error add_epoch(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct sealed_to *sealed = context;
    uint8_t named[ENVELOPE_ID_LEN], id[ENVELOPE_ID_LEN];
    struct record record;

    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(envelope_names(record.envelope, named), ERROR_NONE);
    for (uint32_t i = 0; i < sealed->charter->intake_count; i++) {
        assert_int_equal(envelope_key_id(sealed->charter->intake[i].key, id), 0);
        if (memcmp(id, named, sizeof id) == 0)
            sealed->epochs[sealed->n] = sealed->charter->intake[i].epoch;
    }
    sealed->n++;
    return ERROR_NONE;
}

/* Whoever brings a charter while somebody stands there would else tell a letter, which the session
   seals, from a cover that the keeper seals for it. */
static void test_a_visit_seals_to_the_key_it_began_with(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct sealed_to sealed = {.charter = &kiosk->office.charter};
    struct outbox *outbox = NULL;
    const uint32_t first = kiosk->office.charter.intake[0].epoch;

    kiosk_start(kiosk, 0);
    kiosk_begin(kiosk);
    bring_charter(kiosk);
    kiosk_go(kiosk, "They hit me\r", "Is this right?");
    kiosk_send(kiosk, KIOSK_STORED); /* 2: a letter */
    kiosk_forget(kiosk);
    kiosk_go(kiosk, "3", "What do you want to do?");
    bring_charter(kiosk);
    const pid_t session = pty_grandchild(kiosk->pty);
    assert_true(session > 0);
    kill(session, SIGKILL); /* 3: a cover of the keeper */
    while (pty_grandchild(kiosk->pty) == session)
        pty_watch(kiosk->pty, "nothing", 1);
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    bring_charter(kiosk);
    kiosk_go(kiosk, "7", "Goodbye"); /* 4: a cover of the session */
    kiosk_go(kiosk, " ", "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    const char *path = folder_path(kiosk->dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 1, 8, add_epoch, &sealed), ERROR_NONE);
    outbox_close(&outbox);
    assert_int_equal(sealed.n, 4);
    assert_int_equal(sealed.epochs[1], first);
    assert_int_equal(sealed.epochs[2], first + 1);
    assert_int_equal(sealed.epochs[3], first + 2);
}

/* --- a configuration with a fault --- */

static void test_a_missing_file_that_was_named(void **state)
{
    struct kiosk_process *kiosk = *state;

    keeper_test_start(kiosk, "--config /nonexistent/kiosk.conf");
    kiosk_wait(kiosk, OUT_OF_ORDER);
    assert_keeper_said(kiosk, "/nonexistent/kiosk.conf: This is no file that can be read.");
    assert_int_equal(kiosk_end(kiosk), 0);
}

static void test_options_count_more_than_the_file(void **state)
{
    struct kiosk_process *kiosk = *state;

    keeper_test_config(kiosk, "tty = /dev/null\nbeep = yes\n");
    keeper_test_start(kiosk, "");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
    assert_keeper_said(kiosk, "/dev/null: This terminal cannot be used.");
    keeper_test_start(kiosk, "--tty \"$(tty)\"");
    kiosk_wait(kiosk, OUT_OF_ORDER);
    assert_int_equal(kiosk_end(kiosk), 0);
}

/* What is wrong on the command line is told to whoever typed it. */
static void test_wrong_options_are_wrong_usage(void **state)
{
    static const char *const wrong[] = {"--paper 79",     "--print huge", "--contrast maybe",
                                        "--languages kk", "--idle 9",     "--speech-process x"};
    struct kiosk_process *kiosk = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        keeper_test_start(kiosk, wrong[i]);
        assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 2);
    }
    assert_int_equal(kiosk_check(kiosk), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_each_end_of_a_session_is_one_envelope),
        KIOSK_TEST(test_nobody_is_no_envelope),
        KIOSK_TEST(test_hang_up),
        KIOSK_TEST(test_keeper_holds_no_terminal),
        KIOSK_TEST(test_clock_set_back),
        KIOSK_TEST(test_news_reach_a_waiting_session),
        KIOSK_TEST(test_a_new_board_reaches_a_waiting_session),
        KIOSK_TEST(test_a_board_is_news_by_itself),
        KIOSK_TEST(test_a_damaged_board_says_no_wrong_word),
        KIOSK_TEST(test_a_visit_seals_to_the_key_it_began_with),
        KIOSK_TEST(test_a_missing_file_that_was_named),
        KIOSK_TEST(test_options_count_more_than_the_file),
        KIOSK_TEST(test_wrong_options_are_wrong_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
