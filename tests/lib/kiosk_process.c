/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real kiosk for tests. */
#include "tests/lib/kiosk_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/answer.h"
#include "crypto/random.h"
#include "device/enroll.h"
#include "device/state.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"

enum { VALID_DAYS = 30 };

/* What the screens say, in English. */
#define LANGUAGE_SCREEN "Choose a language"
#define MENU_SCREEN     "What do you want to do?"

const char *kiosk_program(const char *name)
{
    static char path[4096];
    const char *programs = getenv("SANDYQ_PROGRAMS"), *build = getenv("SANDYQ_BUILD");

    programs = programs != NULL ? programs : build != NULL ? build : "build";
    snprintf(path, sizeof path, "%s/%s", programs, name);
    return path;
}

void kiosk_card(const struct kiosk_process *kiosk, uint32_t number, uint32_t expires)
{
    struct card card = {.number = number, .issued = FAKE_OFFICE_DAY, .expires = expires, .type = 1};
    uint8_t file[CARD_FILE_LEN];
    struct state *state = NULL;

    assert_int_equal(state_open(kiosk->dir, &state), ERROR_NONE);
    memcpy(card.key, state->key, sizeof card.key);
    strcpy(card.facility, "PC-17");
    fake_office_sign(&kiosk->office, &card, file);
    assert_int_equal(state_install_card(state, file, sizeof file), ERROR_NONE);
    state_close(&state);
}

void kiosk_board(struct fake_office *office, const char code[CODE_LEN], char *const *dirs, size_t n)
{
    enum { ENTRIES = 32 };
    static const char text[] = "We come on Tuesday. Is that good?YesNo";
    static uint8_t answers[ENTRIES][ANSWER_LEN], arrivals[ENTRIES][ANSWER_TAG_LEN];
    const struct fake_board board = {.number = 1,
                                     .answers = answers[0],
                                     .answer_count = ENTRIES,
                                     .arrivals = arrivals[0],
                                     .arrival_count = ENTRIES};
    struct answer answer = {
        .kind = ANSWER_QUESTION, .state = 1, .day = FAKE_OFFICE_DAY, .len = 33, .choices = {3, 2}};
    struct code_keys keys;

    memcpy(answer.text, text, sizeof text - 1);
    random_bytes(answers, sizeof answers);
    random_bytes(arrivals, sizeof arrivals);
    assert_int_equal(code_derive(code, "", office->charter.office, NULL, &keys), ERROR_NONE);
    assert_int_equal(answer_seal(&keys, 1, &answer, answers[1]), ERROR_NONE);
    assert_int_equal(answer_arrival_tag(&keys, office->charter.number, 0, arrivals[1]), ERROR_NONE);
    for (size_t i = 0; i < n; i++)
        fake_office_board(office, &board, folder_path(dirs[i], STATE_BOARD));
}

void kiosk_make(struct kiosk_process *kiosk)
{
    char id[CARD_KIOSK_TEXT_LEN];

    memset(kiosk, 0, sizeof *kiosk);
    fake_office_open(&kiosk->office);
    kiosk->office.charter.expires = day_today() + VALID_DAYS;
    fake_office_charter(&kiosk->office);
    kiosk->dir = folder_make();
    assert_int_equal(enroll_kiosk(kiosk->dir, day_today(), id), ERROR_NONE);
    kiosk_card(kiosk, 1, day_today() + VALID_DAYS);
}

void kiosk_free(struct kiosk_process *kiosk)
{
    pty_stop(&kiosk->pty);
    folder_remove(&kiosk->dir);
    fake_office_close(&kiosk->office);
}

void kiosk_start_as(struct kiosk_process *kiosk, const char *const *more, int rows, int cols)
{
    const char *argv[16] = {kiosk_program("sandyq-kiosk"), "--state", kiosk->dir};
    size_t n = 3;

    for (; more != NULL && *more != NULL; more++)
        argv[n++] = *more;
    pty_stop(&kiosk->pty);
    kiosk->pty = pty_start(rows, cols, argv, NULL);
    assert_non_null(kiosk->pty);
}

void kiosk_start_sized(struct kiosk_process *kiosk, int once, int rows, int cols)
{
    const char *more[] = {once ? "--once" : NULL, NULL};

    kiosk_start_as(kiosk, more, rows, cols);
}

void kiosk_start(struct kiosk_process *kiosk, int once)
{
    kiosk_start_sized(kiosk, once, 24, 64);
}

void kiosk_wait(struct kiosk_process *kiosk, const char *text)
{
    if (!pty_wait_text(kiosk->pty, text, KIOSK_SECONDS)) {
        char *screen = pty_text(kiosk->pty);

        print_error("%s\n", screen);
        free(screen);
        fail_msg("the screen does not show: %s", text);
    }
}

void kiosk_go(struct kiosk_process *kiosk, const char *keys, const char *text)
{
    (void)pty_rest(kiosk->pty);
    pty_type(kiosk->pty, keys);
    kiosk_wait(kiosk, text);
}

void kiosk_begin(struct kiosk_process *kiosk)
{
    kiosk_wait(kiosk, LANGUAGE_SCREEN);
    kiosk_go(kiosk, "3", MENU_SCREEN);
    kiosk_go(kiosk, "1", "who is it about?");
    kiosk_go(kiosk, "1", "Choose what fits best.");
    kiosk_go(kiosk, "1", "Which of these?");
    kiosk_go(kiosk, "2", "how urgent is it?");
    kiosk_go(kiosk, "\r0", "who may know?");
    kiosk_go(kiosk, "\r", "Is this right?");
    kiosk_go(kiosk, "2", "your own words");
}

void kiosk_send(struct kiosk_process *kiosk, const char *text)
{
    kiosk_go(kiosk, "1", "do you want a PIN?");
    kiosk_go(kiosk, "\r", text);
}

void kiosk_file(struct kiosk_process *kiosk, const char *text)
{
    kiosk_begin(kiosk);
    pty_type(kiosk->pty, text);
    kiosk_go(kiosk, "\r", "Is this right?");
    kiosk_send(kiosk, KIOSK_STORED);
}

void kiosk_forget(struct kiosk_process *kiosk)
{
    kiosk_go(kiosk, "0", "Wipe the number and leave?");
    kiosk_go(kiosk, "\r", "Goodbye");
    kiosk_go(kiosk, " ", LANGUAGE_SCREEN);
}

void kiosk_leave(struct kiosk_process *kiosk)
{
    kiosk_wait(kiosk, LANGUAGE_SCREEN);
    kiosk_go(kiosk, "3", MENU_SCREEN);
    kiosk_go(kiosk, "7", "Goodbye");
    kiosk_go(kiosk, " ", LANGUAGE_SCREEN);
}

int kiosk_end(struct kiosk_process *kiosk)
{
    int status;

    kill(pty_process(kiosk->pty), SIGTERM);
    status = pty_wait_exit(kiosk->pty, KIOSK_SECONDS);
    pty_stop(&kiosk->pty);
    return status;
}

uint64_t kiosk_check(const struct kiosk_process *kiosk)
{
    return kiosk_folder_check(kiosk->dir);
}
