/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that keeper and session share: turns, answers, and a keeper that is gone. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/mailbox.h"

/* A visit: the keeper's side, and a session in a thread that hands over one envelope. */
struct visit {
    struct mailbox *keeper;
    struct mailbox *session;
    int fd;
    int ends[2];
    uint8_t envelope[ENVELOPE_LEN];
    int word;
    pthread_t thread;
};

static int setup(void **state)
{
    struct visit *visit = calloc(1, sizeof *visit);

    assert_non_null(visit);
    assert_int_equal(mailbox_make(&visit->keeper, &visit->fd), 0);
    visit->session = mailbox_join(visit->fd);
    assert_non_null(visit->session);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, visit->ends), 0);
    *state = visit;
    return 0;
}

static int teardown(void **state)
{
    struct visit *visit = *state;

    mailbox_free(&visit->keeper);
    mailbox_free(&visit->session);
    close(visit->fd);
    close(visit->ends[1]);
    if (visit->ends[0] >= 0)
        close(visit->ends[0]);
    free(visit);
    return 0;
}

static void *run_session(void *context)
{
    struct visit *visit = context;

    visit->word = mailbox_store(visit->session, visit->ends[1], visit->envelope);
    return NULL;
}

static void hand_over(struct visit *visit, uint8_t filling)
{
    memset(visit->envelope, filling, sizeof visit->envelope);
    assert_int_equal(pthread_create(&visit->thread, NULL, run_session, visit), 0);
}

/* Looks until there is something. */
static uint32_t look(struct visit *visit, uint32_t before, uint8_t seen[ENVELOPE_LEN])
{
    uint32_t turn = before;

    while (turn == before)
        turn = mailbox_look(visit->keeper, seen);
    return turn;
}

static void test_the_answer_is_the_keepers(void **state)
{
    struct visit *visit = *state;
    uint8_t seen[ENVELOPE_LEN], cover[ENVELOPE_LEN];
    uint32_t turn = 0;

    memset(cover, 'c', sizeof cover);
    memcpy(seen, cover, sizeof seen);
    assert_int_equal(mailbox_look(visit->keeper, seen), 0);
    mailbox_answer(visit->keeper, 0, true); /* ticks go by before anything is there */
    assert_memory_equal(seen, cover, sizeof seen);
    hand_over(visit, 'a');
    turn = look(visit, 0, seen);
    assert_memory_equal(seen, visit->envelope, sizeof seen);
    mailbox_answer(visit->keeper, turn, false);
    /* A tick later the cover was stored: that is no answer to this. */
    mailbox_answer(visit->keeper, turn, true);
    pthread_join(visit->thread, NULL);
    assert_int_equal(visit->word, -1);
    /* The person tries again. */
    hand_over(visit, 'b');
    turn = look(visit, turn, seen);
    assert_memory_equal(seen, visit->envelope, sizeof seen);
    mailbox_answer(visit->keeper, turn, true);
    pthread_join(visit->thread, NULL);
    assert_int_equal(visit->word, 0);
}

static void test_a_keeper_that_is_gone(void **state)
{
    struct visit *visit = *state;

    hand_over(visit, 'a');
    close(visit->ends[0]);
    visit->ends[0] = -1;
    pthread_join(visit->thread, NULL);
    assert_int_equal(visit->word, -1);
}

/* A session cannot take the memory away under the keeper, nor make it larger. */
static void test_its_size_is_sealed(void **state)
{
    struct visit *visit = *state;

    assert_int_equal(ftruncate(visit->fd, 0), -1);
    assert_int_equal(ftruncate(visit->fd, 1 << 20), -1);
    assert_int_equal(fcntl(visit->fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
}

/* How often the kernel had to give this thread a page so far. */
static long pages_given(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_THREAD, &usage), 0);
    return usage.ru_minflt;
}

/* The kernel counts the pages that a process touches for the first time, and keeps the count: it
   must be the same with an envelope and without. */
static void test_a_look_costs_the_same(void **state)
{
    struct visit *visit = *state;
    uint8_t seen[ENVELOPE_LEN] = {1};
    uint32_t turn = 0;
    long before;

    assert_int_equal(mailbox_look(visit->keeper, seen), 0);
    hand_over(visit, 'a');
    before = pages_given();
    turn = look(visit, 0, seen);
    assert_int_equal(pages_given() - before, 0);
    mailbox_answer(visit->keeper, turn, true);
    pthread_join(visit->thread, NULL);
}

#define MAILBOX_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAILBOX_TEST(test_the_answer_is_the_keepers),
        MAILBOX_TEST(test_a_keeper_that_is_gone),
        MAILBOX_TEST(test_its_size_is_sealed),
        MAILBOX_TEST(test_a_look_costs_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
