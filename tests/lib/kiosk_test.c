/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the real kiosk have in common: one of its own for each test, its screens'
   size, how a refusal is seen, and what lies in its outbox. */
#include "tests/lib/kiosk_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"

int kiosk_test_setup(void **state)
{
    struct kiosk_process *kiosk = calloc(1, sizeof *kiosk);

    assert_non_null(kiosk);
    kiosk_make(kiosk);
    *state = kiosk;
    return 0;
}

int kiosk_test_teardown(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_free(kiosk);
    free(kiosk);
    return 0;
}

void assert_refused(const char *const *argv, const char *const *env, int status, const char *text)
{
    struct pty *pty = pty_start(ROWS, 100, argv, env);
    char *screen = NULL;

    assert_non_null(pty);
    assert_int_equal(pty_wait_exit(pty, KIOSK_SECONDS), status);
    screen = pty_text(pty);
    if (strstr(screen, text) == NULL) {
        print_error("%s\n", screen);
        fail_msg("not said: %s", text);
    }
    free(screen);
    pty_stop(&pty);
}

void assert_serve_refused(const struct kiosk_process *kiosk, const char *text)
{
    const char *argv[] = {kiosk_program("sandyq-kiosk"), "--state", kiosk->dir, NULL};

    assert_refused(argv, NULL, 1, text);
}

static enum error look_inside(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct looked *looked = context;
    uint8_t plain[LETTER_LEN];
    struct record record;
    struct letter letter;

    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(envelope_open(looked->secret, record.envelope, plain), ERROR_NONE);
    assert_int_equal(letter_decode(plain, &letter), ERROR_NONE);
    assert_int_equal(letter.session, seq);
    if (letter.kind == LETTER_COVER)
        return ERROR_NONE;
    looked->letters++;
    memcpy(looked->plain, plain, sizeof plain);
    return letter_decode(looked->plain, &looked->last) == ERROR_NONE ? ERROR_NONE : ERROR_CORRUPT;
}

const struct looked *kiosk_test_look(const struct kiosk_process *kiosk)
{
    static struct looked looked;
    struct outbox *outbox = NULL;
    struct outbox_tip tip;

    memset(&looked, 0, sizeof looked);
    looked.secret = kiosk->office.intake_secret;
    const char *path = folder_path(kiosk->dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 1, tip.seq, look_inside, &looked), ERROR_NONE);
    outbox_close(&outbox);
    return &looked;
}
