/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the desk program have in common: one scratch folder with an office and a
   kiosk that is enrolled there, made once. Everything fails the running test. */
#include "tests/lib/desk_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "office/casefile.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/light_keyring.h"

char *desk_dir;
char desk_program[4096];
char desk_said[65536];
char desk_refused[65536];
struct fake_kiosk desk_kiosk;
struct charter desk_charter;

static void desk_slurp(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

int desk_run(const char *line)
{
    char command[16384], path[FOLDER_PATH];
    snprintf(command, sizeof command,
             "cd '%s' && D='%s' && P='--passphrase-file pass' && export LC_ALL=C.UTF-8 LANGUAGE=en "
             "LANG=en_US.UTF-8 && { %s ; } >out 2>err </dev/null",
             desk_dir, desk_program, line);
    const int status = system(command);
    snprintf(path, sizeof path, "%s/out", desk_dir);
    desk_slurp(path, desk_said, sizeof desk_said);
    snprintf(path, sizeof path, "%s/err", desk_dir);
    desk_slurp(path, desk_refused, sizeof desk_refused);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void assert_desk_said(const char *text)
{
    if (strstr(desk_said, text) == NULL)
        fail_msg("not said: %s\nbut: %s\nand: %s", text, desk_said, desk_refused);
}

void assert_desk_refused(const char *line, const char *text)
{
    assert_int_equal(desk_run(line), 1);
    if (strstr(desk_refused, text) == NULL)
        fail_msg("not refused with: %s\nbut: %s", text, desk_refused);
    assert_ptr_equal(strchr(desk_refused, '\n'), desk_refused + strlen(desk_refused) - 1);
}

static void enroll(void)
{
    uint8_t request[CARD_REQUEST_LEN];
    struct card card;
    static char file[CARD_FILE_LEN + 1];
    fake_kiosk_make(&desk_kiosk, "PC-17");
    assert_int_equal(card_request_encode(desk_kiosk.seed, FAKE_DESK_DAY, request), ERROR_NONE);
    folder_write(folder_path(desk_dir, "kiosk.request"), request, sizeof request);
    assert_int_equal(
        desk_run("$D enroll office kiosk.request --facility PC-17 --type PEN --out kiosk.card $P"),
        0);
    const char *path = folder_path(desk_dir, "kiosk.card");
    desk_slurp(path, file, sizeof file);
    assert_int_equal(card_decode((const uint8_t *)file, CARD_FILE_LEN, &card, &desk_charter),
                     ERROR_NONE);
    assert_string_equal(card.facility, "PC-17");
    memcpy(desk_kiosk.office, desk_charter.office, sizeof desk_kiosk.office);
}

void desk_test_write(const char *text)
{
    size_t len = 0;
    struct letter letter = fake_kiosk_letter(&desk_kiosk, 'a', text);
    fake_kiosk_add(&desk_kiosk, &desk_charter, &letter);
    uint8_t *bundle = fake_kiosk_bundle(&desk_kiosk, 1, desk_kiosk.seq, &len);
    folder_write(folder_path(desk_dir, "stick.bundle"), bundle, len);
    free(bundle);
}

int desk_test_setup(void **state)
{
    const char *build = getenv("SANDYQ_PROGRAMS");
    char here[2048];
    assert_non_null(build);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(desk_program, sizeof desk_program, "%s%s%s/sandyq-desk", build[0] == '/' ? "" : here,
             build[0] == '/' ? "" : "/", build);
    desk_dir = folder_make();
    assert_int_equal(setenv("HOME", desk_dir, 1), 0); /* where officers keep their keyrings */
    folder_write(folder_path(desk_dir, "pass"), DESK_SECRET "\nanother line",
                 sizeof DESK_SECRET "\nanother line" - 1);
    assert_int_equal(chmod(folder_path(desk_dir, "pass"), 0600), 0);
    folder_write(folder_path(desk_dir, "wrong"), "wrong\n", 6);
    assert_int_equal(chmod(folder_path(desk_dir, "wrong"), 0600), 0);
    assert_int_equal(desk_run("$D init office --name 'Омбудсмен' $P"), 0);
    assert_desk_said("fingerprint: ");
    light_keyrings(folder_path(desk_dir, "office"), desk_dir, DESK_SECRET);
    enroll();
    return 0;
}

int desk_test_teardown(void **state)
{
    fake_kiosk_drop(&desk_kiosk);
    folder_remove(&desk_dir);
    return 0;
}
