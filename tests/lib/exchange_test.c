/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the exchange have in common: an office, a kiosk's folder and a medium of
   their own for each test. Everything fails the running test. */
#include "tests/lib/exchange_test.h"

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
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"

struct fake_office exchange_office;
char *exchange_dir;
char *exchange_media;
uint8_t exchange_key[32];
char exchange_id[CARD_KIOSK_TEXT_LEN];
struct exchange_report exchange_told;

int exchange_test_setup(void **state)
{
    struct state *kiosk = NULL;

    fake_office_open(&exchange_office);
    exchange_dir = folder_make();
    exchange_media = folder_make();
    kiosk_folder_enroll(&exchange_office, exchange_dir, "PC-17", 1);
    assert_int_equal(state_open(exchange_dir, &kiosk), ERROR_NONE);
    memcpy(exchange_key, kiosk->key, sizeof exchange_key);
    card_kiosk_text(kiosk->kiosk, exchange_id);
    state_close(&kiosk);
    return 0;
}

int exchange_test_teardown(void **state)
{
    folder_remove(&exchange_dir);
    folder_remove(&exchange_media);
    fake_office_close(&exchange_office);
    return 0;
}

int exchange_test_run(void)
{
    return exchange_run(exchange_dir, exchange_media, FAKE_OFFICE_DAY, &exchange_told);
}

void exchange_put_charter(uint32_t number)
{
    exchange_office.charter.number = number;
    fake_office_charter(&exchange_office);
    folder_write(folder_path(exchange_media, NAMES_CHARTER), exchange_office.charter_bytes,
                 CHARTER_LEN);
}

void exchange_put_board(uint32_t number, const struct head_mark *mark)
{
    const struct fake_board board = {.number = number,
                                     .marks = mark,
                                     .mark_count = mark == NULL ? 0 : 1,
                                     .answer_count = 3,
                                     .arrival_count = 3};
    fake_office_board(&exchange_office, &board, exchange_media);
}

/* Reads a bundle on the medium as the office would; the caller frees *data. */
struct bundle exchange_get_bundle(int number, uint8_t **data)
{
    struct bundle bundle;
    char name[64];
    size_t len = 0;

    if (number == 1)
        snprintf(name, sizeof name, "%s.bundle", exchange_id);
    else
        snprintf(name, sizeof name, "%s-%d.bundle", exchange_id, number);
    *data = folder_read(folder_path(exchange_media, name), &len);
    assert_int_equal(
        bundle_decode(*data, len, exchange_key, exchange_office.charter.office, &bundle),
        ERROR_NONE);
    return bundle;
}

void assert_numbered_bundle(int number, uint64_t first, uint64_t last)
{
    uint8_t *data = NULL;
    struct bundle bundle = exchange_get_bundle(number, &data);

    assert_true(bundle.first == first);
    assert_true(bundle.last == last);
    free(data);
}

void assert_bundle(uint64_t first, uint64_t last)
{
    assert_numbered_bundle(1, first, last);
}

void assert_outbox_held(uint64_t first, uint64_t last)
{
    uint64_t held_first = 0;
    uint64_t held_last = 0;

    kiosk_folder_held(exchange_dir, &held_first, &held_last);
    assert_true(held_first == first);
    assert_true(held_last == last);
}

bool exchange_on_media(const char *name)
{
    char path[FOLDER_PATH];

    snprintf(path, sizeof path, "%s/%s", exchange_media, name);
    return access(path, F_OK) == 0;
}
