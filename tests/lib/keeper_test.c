/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the keeper have in common: what lies in its outbox, its settings, and what
   it says. Everything fails the running test. */
#include "tests/lib/keeper_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/wire.h"
#include "complaint/letter.h"
#include "crypto/envelope.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_test.h"

static enum error look_inside(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    static uint8_t plain[LETTER_LEN];
    struct keeper_found *found = context;
    struct record record;
    struct letter letter;

    (void)len;
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(envelope_open(found->office->intake_secret, record.envelope, plain),
                     ERROR_NONE);
    assert_int_equal(letter_decode(plain, &letter), ERROR_NONE);
    found->wrong_number = found->wrong_number || letter.session != seq;
    if (letter.kind == LETTER_COVER)
        return ERROR_NONE;
    found->complaints++;
    if (found->text != NULL && letter.text_len == strlen(found->text) &&
        memcmp(letter.text, found->text, letter.text_len) == 0)
        found->with_text++;
    return ERROR_NONE;
}

struct keeper_found keeper_test_look(const struct kiosk_process *kiosk, const char *text)
{
    struct keeper_found found = {.office = &kiosk->office, .text = text};
    struct outbox *outbox = NULL;

    const char *path = folder_path(kiosk->dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 1, KEEPER_RECORDS_MAX, look_inside, &found), ERROR_NONE);
    outbox_close(&outbox);
    return found;
}

void keeper_test_config(const struct kiosk_process *kiosk, const char *text)
{
    folder_write(folder_path(kiosk->dir, "kiosk.conf"), text, strlen(text));
}

/* Starts the kiosk with its standard error in the folder's file "said". */
void keeper_test_start(struct kiosk_process *kiosk, const char *options)
{
    static char line[4 * FOLDER_PATH];
    const char *argv[] = {"/bin/sh", "-c", line, NULL};

    snprintf(line, sizeof line, "exec '%s' --state '%s' %s 2>'%s/said'",
             kiosk_program("sandyq-kiosk"), kiosk->dir, options, kiosk->dir);
    pty_stop(&kiosk->pty);
    kiosk->pty = pty_start(24, 64, argv, NULL);
    assert_non_null(kiosk->pty);
}

void assert_keeper_said(const struct kiosk_process *kiosk, const char *text)
{
    size_t len = 0;
    char *said = (char *)folder_read(folder_path(kiosk->dir, "said"), &len);
    const char *at = NULL;

    assert_true(len > 0);
    said[len - 1] = '\0'; /* the end of its one line */
    at = strstr(said, text);
    assert_non_null(at);
    assert_null(strstr(at + 1, text));
    free(said);
}

unsigned keeper_test_files(const char *dir)
{
    char command[FOLDER_PATH];
    unsigned n = 0;
    FILE *pipe = NULL;

    snprintf(command, sizeof command, "ls -A '%s' | wc -l", dir);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%u", &n), 1);
    pclose(pipe);
    return n;
}
