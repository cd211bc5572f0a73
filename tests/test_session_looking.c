/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is found on the board; and that every visit derives and looks as often, whatever the person
   does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/segment.h"
#include "session/look.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/session_test.h"

#define ASK(code, pin) "2 [Your number] " code " Enter [Your PIN] " pin " Enter "
#define NOTHING        "[There is nothing to read yet] "
#define LEAVE          "[What do you want to do?] 7 [Goodbye]"

/* ---- what the visit does, call by call ---- */

static struct {
    char calls[4096]; /* d: a derivation, t and a: a look over arrivals or answers */
    size_t len;
    unsigned failing; /* derivations that find no memory */
} traced;

static void trace(char call, size_t n)
{
    traced.len += (size_t)snprintf(traced.calls + traced.len, sizeof traced.calls - traced.len,
                                   "%c%zu ", call, n);
    assert_true(traced.len < sizeof traced.calls);
}

void __real_segment_find_tags(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                              size_t n, uint8_t *found);
void __wrap_segment_find_tags(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                              size_t n, uint8_t *found);
void __real_segment_find_answers(const struct segment *segment,
                                 const uint8_t (*tags)[SEGMENT_TAG_LEN], size_t n,
                                 uint8_t (*out)[SEGMENT_ANSWER_LEN]);
void __wrap_segment_find_answers(const struct segment *segment,
                                 const uint8_t (*tags)[SEGMENT_TAG_LEN], size_t n,
                                 uint8_t (*out)[SEGMENT_ANSWER_LEN]);

void __wrap_segment_find_tags(const struct segment *segment, const uint8_t (*tags)[SEGMENT_TAG_LEN],
                              size_t n, uint8_t *found)
{
    trace('t', n);
    __real_segment_find_tags(segment, tags, n, found);
}

void __wrap_segment_find_answers(const struct segment *segment,
                                 const uint8_t (*tags)[SEGMENT_TAG_LEN], size_t n,
                                 uint8_t (*out)[SEGMENT_ANSWER_LEN])
{
    trace('a', n);
    __real_segment_find_answers(segment, tags, n, out);
}

static int derive(void *context, const char *code, const char *pin, const struct argon_watch *watch,
                  struct code_keys *keys)
{
    struct fake_session *of = context;
    if (traced.failing > 0) {
        traced.failing--;
        return -1;
    }
    trace('d', 0);
    of->derived++;
    memcpy(of->derived_code, code, sizeof of->derived_code);
    return fake_session_derive(of, code, pin, watch, keys);
}

static void wait(void *context, unsigned milliseconds)
{
    (void)context;
    (void)milliseconds;
    trace('w', 0);
}

static int setup(void **state)
{
    const int result = session_test_setup(state);
    if (result == 0) {
        session->io.derive = derive;
        session->io.wait = wait;
    }
    return result;
}

static enum session_end trace_play(const char *script)
{
    traced.len = 0;
    traced.calls[0] = '\0';
    return play(script);
}

static unsigned count(char call)
{
    unsigned n = 0;
    for (const char *at = traced.calls; (at = strchr(at, call)) != NULL; at++)
        n++;
    return n;
}

/* A board with these messages and so many letters. */
static void put_board(uint32_t letters, const char *const *texts, size_t n)
{
    session->letters = letters;
    assert_int_equal(fake_session_answer(session, &session_keys, texts, n), 0);
}

/* ---- all visits are alike ---- */

static void every_visit_derives_and_looks_as_often(void **state)
{
    static const char *const texts[] = {FAKE_SESSION_ASKS "Better?|Yes|No"};
    static const char *const visits[] = {
        MENU "Idle",
        MENU "7 [Goodbye]",
        MENU "Gone",
        MENU "3 [My rights] 1 [How to complain] Esc [My rights] Esc " LEAVE,
        MENU "4 [News from the Commissioner's office] Esc " LEAVE,
        MENU "8 [I am in danger or hurt now] Enter " GO,
        WRITTEN SEND GO,
        MENU "2 [Your number] " FAKE_SESSION_CODE " Idle",
        MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[It arrived.] Enter " LEAVE,
        MENU ASK(FAKE_SESSION_CODE,
                 FAKE_SESSION_PIN) "[It arrived.] 1 [your own words] \"x\" Enter "
                                   "[who may know?] 0 [Is this right?] 1 [Send it now?] Enter "
                                   "[It is stored] Enter",
        MENU ASK(FAKE_SESSION_CODE,
                 FAKE_SESSION_PIN) "[It arrived.] 2 [The office asks you] 1 [who may know?] 0 "
                                   "[Is this right?] 1 [Send it now?] Enter [It is stored] Enter",
        MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[It arrived.] Idle",
        MENU ASK(FAKE_SESSION_CODE, "1357") NOTHING "Idle",
        MENU ASK(FAKE_SESSION_CODE, "1357") NOTHING "Enter " ASK(FAKE_SESSION_UNKNOWN, "") NOTHING
        "Enter " ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[It arrived.] Enter " LEAVE,
        MENU "5 [Practise: learn the keys] Enter [who is it about?] 0 [what is it about?] 0 "
             "[how urgent is it?] 0 0 [who may know?] 0 " SEND "[Now it would be stored] 0 "
             "[Wipe the number and leave?] Enter [That was practice] Enter " LEAVE,
    };
    put_board(1, texts, 1);
    for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) {
        assert_int_equal(trace_play(visits[i]), SESSION_STORED);
        assert_int_equal(count('d'), LOOK_TRIES + 1);
        assert_int_equal(count('t'), LOOK_TRIES);
        assert_int_equal(count('a'), LOOK_TRIES);
    }
}

/* The end shows four bars of one length, so that it takes as long whatever was done before. */
static void every_end_takes_as_long(void **state)
{
    static const struct {
        const char *script;
        unsigned before; /* derivations before the end */
    } visits[] = {
        {MENU "Idle", 0},
        {MENU "3 [My rights] 1 [How to complain] Esc [My rights] Esc " LEAVE, 0},
        {WRITTEN SEND GO, 1},
        {MENU ASK(FAKE_SESSION_CODE, "1357") NOTHING "Enter " LEAVE, 1},
        {MENU ASK(FAKE_SESSION_CODE, "1357") NOTHING "Enter " ASK(FAKE_SESSION_UNKNOWN, "") NOTHING
         "Enter [What do you want to do?] 1 [who is it about?] 1 [what is it about?] 1 2 "
         "[how urgent is it?] 0 0 [who may know?] 0 [Is this right?] 2 [your own words] \"x\" "
         "Enter " SEND GO,
         3},
    };
    unsigned bar = 0;
    put_board(1, NULL, 0);
    for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) {
        assert_int_equal(trace_play(visits[i].script), SESSION_STORED);
        const unsigned waits = count('w');
        if (visits[i].before == 1)
            bar = waits;
        assert_int_equal(waits, visits[i].before * bar);
    }
    assert_true(bar > 0);
}

/* Also where there is no board yet, and where the store fails. */
static void every_visit_derives_as_often_without_a_board(void **state)
{
    trace_play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) NOTHING "Enter " LEAVE);
    assert_int_equal(count('d'), LOOK_TRIES + 1);
    trace_play(WRITTEN "[Is this right?] 1 [do you want a PIN?] fail Enter "
                       "[It is not stored yet] 2 [Goodbye]");
    assert_int_equal(count('d'), LOOK_TRIES + 1);
}

static void nobody_costs_nothing(void **state)
{
    assert_int_equal(trace_play("[Choose a language] Gone"), SESSION_NOBODY);
    assert_string_equal(traced.calls, "");
}

/* A right PIN and a wrong one: the same calls in the same order with as many tags. */
static void wrong_pin_makes_the_same_calls(void **state)
{
    static const char *const texts[] = {"", "Two", NULL, "Four"};
    put_board(2, texts, 4);
    trace_play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[There is an answer for you.] Idle");
    char *right = strdup(traced.calls);
    trace_play(MENU ASK(FAKE_SESSION_CODE, "2469") NOTHING "Idle");
    assert_string_equal(traced.calls, right);
    free(right);
}

/* ---- three numbers ---- */

static void fourth_number_is_refused_in_words(void **state)
{
    static const struct {
        const char *key, *words;
    } languages[] = {{"1", "Сіз үш нөмірді теріп көрдіңіз"},
                     {"2", "Вы набрали три номера"},
                     {"3", "You have tried three numbers. Come again later for another."}};
    static const char *const texts[] = {"An answer"};
    char script[1024];
    put_board(0, texts, 1);
    for (size_t i = 0; i < 3; i++) {
        snprintf(script, sizeof script,
                 "%s 2 " FAKE_SESSION_CODE " Enter 1111 Enter Esc Enter 2222 Enter Esc Enter "
                 "3333 Enter Esc Enter " FAKE_SESSION_PIN " Enter show Enter Idle",
                 languages[i].key);
        trace_play(script);
        assert_kept(0, languages[i].words);
        assert_not_kept(0, texts[0]);
        assert_int_equal(count('d'), LOOK_TRIES + 1);
        assert_int_equal(count('t'), LOOK_TRIES);
    }
}

/* What was opened can be read again at any time in the visit. */
static void opened_number_stays_open(void **state)
{
    static const char *const texts[] = {"An answer"};
    put_board(1, texts, 1);
    trace_play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[It arrived.] show Enter " ASK(
        FAKE_SESSION_CODE, "1111") NOTHING "Enter " ASK(FAKE_SESSION_CODE, "2222") NOTHING
               "Enter " ASK(FAKE_SESSION_CODE, "3333") "[No more numbers now] Enter " ASK(
                   FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[It arrived.] show Enter " LEAVE);
    assert_string_equal(session->terminal.kept[0], session->terminal.kept[1]);
    assert_kept(1, texts[0]);
    assert_int_equal(count('d'), LOOK_TRIES + 1);
    assert_int_equal(count('a'), LOOK_TRIES);
}

/* It says nothing about the case, and the try is not lost. */
static void short_memory_is_said(void **state)
{
    static const char *const texts[] = {"An answer"};
    put_board(1, texts, 1);
    traced.failing = 1;
    trace_play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[Not now] show Enter "
                                                             "[Your number] Enter "
                                                             "[Your PIN] " FAKE_SESSION_PIN
                                                             " Enter [It arrived.] show Idle");
    assert_kept(0, "too little memory");
    assert_kept(1, texts[0]);
    assert_int_equal(count('a'), LOOK_TRIES);
}

/* Not "nothing": that may be wrong. The try counts, and the visit derives as often as any. */
static void damaged_board_is_said(void **state)
{
    session->place.board_lost = true;
    for (int again = 0; again < 2; again++) {
        trace_play(MENU ASK(FAKE_SESSION_CODE,
                            FAKE_SESSION_PIN) "[Not at this terminal] show Esc "
                                              "[Your number] Enter [Your PIN] " FAKE_SESSION_PIN
                                              " Enter "
                                              "[Not at this terminal] Enter " LEAVE);
        assert_kept(0, "can still write here.");
        assert_kept(0, "Try another terminal");
        assert_int_equal(count('d'), LOOK_TRIES + 1);
    }
}

/* ---- what is found ---- */

/* The segments that held messages 1 to 4 have left the list. */
static void gaps_are_passed_over(void **state)
{
    static const char *const texts[] = {NULL, NULL, NULL, NULL, "The fifth", NULL, "The seventh"};
    put_board(0, texts, 7);
    play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[There is an answer for you.] show Idle");
    assert_kept(0, "The fifth");
    assert_kept(0, "The seventh");
    assert_not_kept(0, "Your letter has arrived");
}

static void letter_that_only_arrived_is_told(void **state)
{
    put_board(1, NULL, 0);
    play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[It has arrived. No answer yet] show Enter "
                                                       "[What do you want to do?] Idle");
    assert_kept(0, "17 November 2026: Your letter has arrived at the office.");
    assert_kept(0, "There is no answer yet");
    assert_not_kept(0, "Letters you wrote later");
}

static void later_letters_are_counted(void **state)
{
    static const char *const texts[] = {NULL, "An answer"};
    put_board(3, texts, 2);
    play(MENU ASK(FAKE_SESSION_CODE, FAKE_SESSION_PIN) "[There is an answer for you.] show Idle");
    assert_kept(0, "Your letter has arrived at the office.");
    assert_kept(0, "Letters you wrote later that have arrived: 2.");
    assert_kept(0, "An answer");
    assert_not_kept(0, "There is no answer yet");
}

/* A person who wrote again before this was read can still add to it. */
static void more_is_written_to_a_letter_that_only_arrived(void **state)
{
    struct letter letter;
    put_board(1, NULL, 0);
    play(MENU ASK(FAKE_SESSION_CODE,
                  FAKE_SESSION_PIN) "[It has arrived. No answer yet] 1 "
                                    "[your own words] \"More\" Enter "
                                    "[who may know?] 0 [Is this right?] 1 [Send it now?] Enter "
                                    "[It is stored] Enter");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_memory_equal(letter.tag_key, session_keys.tag, CODE_KEY_LEN);
    assert_in_range(letter.arrival, 1, LETTER_ARRIVAL_MAX);
}

#define LOOK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, session_test_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        LOOK_TEST(every_visit_derives_and_looks_as_often),
        LOOK_TEST(every_end_takes_as_long),
        LOOK_TEST(every_visit_derives_as_often_without_a_board),
        LOOK_TEST(nobody_costs_nothing),
        LOOK_TEST(wrong_pin_makes_the_same_calls),
        LOOK_TEST(fourth_number_is_refused_in_words),
        LOOK_TEST(opened_number_stays_open),
        LOOK_TEST(short_memory_is_said),
        LOOK_TEST(damaged_board_is_said),
        LOOK_TEST(gaps_are_passed_over),
        LOOK_TEST(letter_that_only_arrived_is_told),
        LOOK_TEST(later_letters_are_counted),
        LOOK_TEST(more_is_written_to_a_letter_that_only_arrived),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
