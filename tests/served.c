/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real kiosk for tests. */
#include "tests/served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "device/enroll.h"
#include "protocol/record.h"
#include "store/outbox.h"

enum { VALID_DAYS = 30 };

/* What the screens say, in English. */
#define LANGUAGE_SCREEN "Choose a language"
#define MENU_SCREEN     "What do you want to do?"

const char *served_program(const char *name)
{
    static char path[4096];
    const char *build = getenv("SANDYQ_BUILD");

    snprintf(path, sizeof path, "%s/%s", build == NULL ? "build" : build, name);
    return path;
}

void served_card(const struct served *served, uint32_t number, uint32_t expires)
{
    struct card card = {.number = number, .issued = OFFICE_DAY, .expires = expires, .type = 1};
    uint8_t file[CARD_FILE_LEN];
    struct state *state = NULL;

    assert_int_equal(state_open(served->dir, &state), ERROR_NONE);
    memcpy(card.key, state->key, sizeof card.key);
    strcpy(card.facility, "PC-17");
    assert_int_equal(
        card_encode(&card, served->office.charter_bytes, served->office.root_seed, file),
        ERROR_NONE);
    assert_int_equal(state_install_card(state, file, sizeof file), ERROR_NONE);
    state_close(&state);
}

void served_make(struct served *served)
{
    char id[CARD_KIOSK_TEXT_LEN];

    memset(served, 0, sizeof *served);
    office_open(&served->office);
    served->office.charter.expires = day_today() + VALID_DAYS;
    office_charter(&served->office);
    office_scratch(served->dir);
    assert_int_equal(enroll_kiosk(served->dir, day_today(), id), ERROR_NONE);
    served_card(served, 1, day_today() + VALID_DAYS);
}

void served_free(struct served *served)
{
    pty_stop(&served->pty);
    office_remove(served->dir);
    office_close(&served->office);
}

void served_start_as(struct served *served, const char *const *more, int rows, int cols)
{
    const char *argv[16] = {served_program("sandyq-kiosk"), "--state", served->dir};
    size_t n = 3;

    for (; more != NULL && *more != NULL; more++)
        argv[n++] = *more;
    pty_stop(&served->pty);
    served->pty = pty_start(rows, cols, argv, NULL);
    assert_non_null(served->pty);
}

void served_start_sized(struct served *served, int once, int rows, int cols)
{
    const char *more[] = {once ? "--once" : NULL, NULL};

    served_start_as(served, more, rows, cols);
}

void served_start(struct served *served, int once)
{
    served_start_sized(served, once, 24, 64);
}

void served_wait(struct served *served, const char *text)
{
    if (!pty_wait_text(served->pty, text, SERVED_SECONDS)) {
        char *screen = pty_text(served->pty);

        print_error("%s\n", screen);
        free(screen);
        fail_msg("the screen does not show: %s", text);
    }
}

void served_go(struct served *served, const char *keys, const char *text)
{
    (void)pty_rest(served->pty);
    pty_type(served->pty, keys);
    served_wait(served, text);
}

void served_begin(struct served *served)
{
    served_wait(served, LANGUAGE_SCREEN);
    served_go(served, "3", MENU_SCREEN);
    served_go(served, "1", "who is it about?");
    served_go(served, "1", "Choose what fits best.");
    served_go(served, "1", "Which of these?");
    served_go(served, "2", "how urgent is it?");
    served_go(served, "\r0", "who may know?");
    served_go(served, "\r", "Is this right?");
    served_go(served, "2", "your own words");
}

void served_send(struct served *served, const char *text)
{
    served_go(served, "1", "do you want a PIN?");
    served_go(served, "\r", text);
}

void served_file(struct served *served, const char *text)
{
    served_begin(served);
    pty_type(served->pty, text);
    served_go(served, "\r", "Is this right?");
    served_send(served, SERVED_STORED);
}

void served_forget(struct served *served)
{
    served_go(served, "0", "Wipe the number and leave?");
    served_go(served, "\r", "Goodbye");
    served_go(served, " ", LANGUAGE_SCREEN);
}

void served_leave(struct served *served)
{
    served_wait(served, LANGUAGE_SCREEN);
    served_go(served, "3", MENU_SCREEN);
    served_go(served, "7", "Goodbye");
    served_go(served, " ", LANGUAGE_SCREEN);
}

int served_end(struct served *served)
{
    int status;

    kill(pty_process(served->pty), SIGTERM);
    status = pty_wait_exit(served->pty, SERVED_SECONDS);
    pty_stop(&served->pty);
    return status;
}

struct chain {
    uint64_t next;
    uint8_t hash[RECORD_HASH_LEN];
    uint32_t day;
    const uint8_t *key;
};

static enum error check_record(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct chain *chain = context;
    struct record record;

    assert_int_equal(len, RECORD_LEN);
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(record_check(&record, chain->key), ERROR_NONE);
    assert_int_equal(seq, chain->next);
    assert_int_equal(record.seq, chain->next);
    assert_memory_equal(record.previous, chain->hash, RECORD_HASH_LEN);
    assert_true(record.day >= chain->day);
    memcpy(chain->hash, record.hash, RECORD_HASH_LEN);
    chain->day = record.day;
    chain->next++;
    return ERROR_NONE;
}

uint64_t served_check(const struct served *served)
{
    struct chain chain = {.next = 1};
    struct outbox *outbox = NULL;
    struct outbox_tip tip;
    struct state *state = NULL;
    char path[4096];

    assert_int_equal(state_open(served->dir, &state), ERROR_NONE);
    state_outbox_path(state, path);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    chain.key = state->key;
    assert_int_equal(outbox_each(outbox, 1, tip.seq, check_record, &chain), ERROR_NONE);
    assert_int_equal(chain.next, tip.seq + 1);
    outbox_close(&outbox);
    state_close(&state);
    return tip.seq;
}
