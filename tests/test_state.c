/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state folder: closed to others; nothing in it is replaced by what is older or foreign. */
#include "tests/lib/state_test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "tests/lib/folder.h"

static void enrolled_is_there(void **state)
{
    struct stat st;

    assert_true(state_kiosk->has_card);
    assert_string_equal(state_kiosk->card.facility, "PC-17");
    assert_int_equal(state_kiosk->charter.number, 1);
    assert_int_equal(state_kiosk->board_number, 0);
    assert_memory_equal(state_kiosk->card.key, state_kiosk->key, 32);
    assert_int_equal(fstatat(state_kiosk->dir, "kiosk.key", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 40);
    assert_int_equal(fstatat(state_kiosk->dir, "card", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(fstatat(state_kiosk->dir, "outbox.db", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_not_equal(fstatat(state_kiosk->dir, "enroll.request", &st, 0), 0);
}

static void enrolling_again_keeps_the_key(void **state)
{
    char id[CARD_KIOSK_TEXT_LEN];
    char again[CARD_KIOSK_TEXT_LEN];
    uint8_t of[32];
    uint32_t day = 0;
    size_t len = 0;

    card_kiosk_text(state_kiosk->kiosk, id);
    assert_int_equal(enroll_kiosk(state_dir, FAKE_OFFICE_DAY + 1, again), ERROR_NONE);
    assert_string_equal(id, again);
    uint8_t *request = folder_read(folder_path(state_dir, "enroll.request"), &len);
    assert_int_equal(card_request_decode(request, len, of, &day), ERROR_NONE);
    assert_memory_equal(of, state_kiosk->key, sizeof of);
    assert_int_equal(day, FAKE_OFFICE_DAY + 1);
    free(request);
    state_test_reopen();
    assert_true(state_kiosk->has_card);
}

static void folder_is_made_closed(void **state)
{
    char id[CARD_KIOSK_TEXT_LEN];
    struct state *fresh = NULL;
    struct stat st;

    const char *inner = folder_path(state_dir, "inner");
    assert_int_equal(state_open(inner, &fresh), ERROR_MISSING);
    assert_int_equal(enroll_kiosk(inner, FAKE_OFFICE_DAY, id), ERROR_NONE);
    /* A courier may make no folder, so the board's is there from the beginning. */
    assert_int_equal(stat(folder_path(inner, STATE_BOARD), &st), 0);
    assert_int_equal(stat(inner, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(state_open(inner, &fresh), ERROR_NONE);
    assert_non_null(fresh->seed);
    assert_false(fresh->has_card);
    assert_int_equal(state_ready(fresh, FAKE_OFFICE_DAY), ERROR_MISSING);
    state_close(&fresh);
}

static void open_folder_is_refused(void **state)
{
    static const mode_t open_modes[] = {0755, 0750, 0710, 0701, 0704, 0702, 0720};
    char id[CARD_KIOSK_TEXT_LEN];
    struct state *opened = NULL;

    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        assert_int_equal(chmod(state_dir, open_modes[i]), 0);
        assert_int_equal(state_open(state_dir, &opened), ERROR_OPEN);
        assert_int_equal(enroll_kiosk(state_dir, FAKE_OFFICE_DAY, id), ERROR_OPEN);
        assert_null(opened);
    }
    assert_int_equal(chmod(state_dir, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(state_dir, 12345, (gid_t)-1), 0);
        assert_int_equal(state_open(state_dir, &opened), ERROR_OPEN);
        assert_int_equal(chown(state_dir, 0, (gid_t)-1), 0);
    }
}

static void file_is_no_folder(void **state)
{
    struct state *opened = NULL;

    const char *path = folder_path(state_dir, "kiosk.key");
    assert_int_equal(state_open(path, &opened), ERROR_NOT_FOLDER);
}

static void damaged_key_is_refused(void **state)
{
    struct state *opened = NULL;
    char id[CARD_KIOSK_TEXT_LEN];
    size_t len = 0;
    uint8_t *key = folder_read(folder_path(state_dir, "kiosk.key"), &len);

    for (size_t cut = 0; cut < len; cut++) {
        folder_write(folder_path(state_dir, "kiosk.key"), key, cut);
        assert_int_equal(state_open(state_dir, &opened), ERROR_TRUNCATED);
        assert_int_equal(enroll_kiosk(state_dir, FAKE_OFFICE_DAY, id), ERROR_TRUNCATED);
    }
    key[7]++;
    folder_write(folder_path(state_dir, "kiosk.key"), key, len);
    assert_int_equal(state_open(state_dir, &opened), ERROR_NEWER);
    assert_int_equal(unlinkat(state_kiosk->dir, "kiosk.key", 0), 0);
    assert_int_equal(symlinkat("card", state_kiosk->dir, "kiosk.key"), 0);
    assert_int_equal(state_open(state_dir, &opened), ERROR_SPECIAL);
    free(key);
}

static void damaged_card_counts_as_none_and_is_replaced(void **state)
{
    size_t len = 0;
    uint8_t *card = folder_read(folder_path(state_dir, "card"), &len);

    card[90] ^= 1;
    folder_write(folder_path(state_dir, "card"), card, len);
    card[90] ^= 1;
    state_test_reopen();
    assert_false(state_kiosk->has_card);
    assert_int_equal(state_ready(state_kiosk, FAKE_OFFICE_DAY), ERROR_FORGED);
    assert_int_equal(state_install_card(state_kiosk, card, len), ERROR_NONE);
    assert_int_equal(state_ready(state_kiosk, FAKE_OFFICE_DAY), ERROR_NONE);
    state_test_reopen();
    assert_true(state_kiosk->has_card);
    free(card);
}

static void last_days_bite(void **state)
{
    assert_int_equal(state_ready(state_kiosk, FAKE_OFFICE_DAY + 365), ERROR_NONE);
    assert_int_equal(state_ready(state_kiosk, FAKE_OFFICE_DAY + 366), ERROR_EXPIRED);
}

static void one_holds_a_lock(void **state)
{
    int fd = -1;
    int second = -1;

    assert_int_equal(state_lock(state_kiosk, "lock", &fd), ERROR_NONE);
    assert_int_equal(state_lock(state_kiosk, "lock", &second), ERROR_BUSY);
    assert_int_equal(second, -1);
    assert_int_equal(state_lock(state_kiosk, "courier.lock", &second), ERROR_NONE);
    close(second);
    close(fd);
    assert_int_equal(state_lock(state_kiosk, "lock", &fd), ERROR_NONE);
    close(fd);
}

static void cards_are_replaced_by_newer_ones_only(void **state)
{
    uint8_t card[CARD_FILE_LEN];
    uint8_t stranger[32] = {9};
    struct fake_office other;

    ino_t before = state_test_inode("card");
    size_t len = 0;
    uint8_t *held = folder_read(folder_path(state_dir, "card"), &len);
    assert_int_equal(state_install_card(state_kiosk, held, len), ERROR_NONE);
    assert_true(state_test_inode("card") == before);
    fake_office_card(&state_office, state_kiosk->key, 0, card);
    assert_int_equal(state_install_card(state_kiosk, card, sizeof card), ERROR_OLDER);
    fake_office_card(&state_office, stranger, 5, card);
    assert_int_equal(state_install_card(state_kiosk, card, sizeof card), ERROR_KIOSK);
    fake_office_open(&other);
    fake_office_card(&other, state_kiosk->key, 5, card);
    assert_int_equal(state_install_card(state_kiosk, card, sizeof card), ERROR_OFFICE);
    fake_office_close(&other);
    assert_true(state_test_inode("card") == before);
    fake_office_card(&state_office, state_kiosk->key, 2, card);
    assert_int_equal(state_install_card(state_kiosk, card, sizeof card), ERROR_NONE);
    assert_int_equal(state_install_card(state_kiosk, held, len), ERROR_OLDER);
    state_test_reopen();
    assert_int_equal(state_kiosk->card.number, 2);
    free(held);
}

static void charters_are_replaced_by_newer_ones_only(void **state)
{
    uint8_t first[CHARTER_LEN];
    struct fake_office other;

    memcpy(first, state_office.charter_bytes, sizeof first);
    assert_int_equal(state_install_charter(state_kiosk, first, sizeof first), ERROR_NONE);
    state_office.charter.number = 2;
    fake_office_charter(&state_office);
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_NONE);
    ino_t before = state_test_inode("charter");
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_NONE);
    assert_true(state_test_inode("charter") == before);
    assert_int_equal(state_install_charter(state_kiosk, first, sizeof first), ERROR_OLDER);
    state_office.charter.expires++; /* another under the same number */
    fake_office_charter(&state_office);
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_OLDER);
    fake_office_open(&other);
    other.charter.number = 7;
    fake_office_charter(&other);
    assert_int_equal(state_install_charter(state_kiosk, other.charter_bytes, CHARTER_LEN),
                     ERROR_OFFICE);
    fake_office_close(&other);
    state_test_reopen();
    assert_int_equal(state_kiosk->charter.number, 2);
    assert_int_equal(state_kiosk->charter.expires, FAKE_OFFICE_DAY + 365);
}

/* A newer charter that came by itself outlives a card file that holds an older one. */
static void newest_charter_counts(void **state)
{
    size_t len = 0;
    uint8_t *card = folder_read(folder_path(state_dir, "card"), &len);

    state_office.charter.number = 2;
    fake_office_charter(&state_office);
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_NONE);
    assert_int_equal(unlinkat(state_kiosk->dir, "card", 0), 0);
    state_test_reopen();
    assert_false(state_kiosk->has_card);
    assert_int_equal(state_install_card(state_kiosk, card, len), ERROR_NONE);
    assert_int_equal(state_kiosk->charter.number, 2);
    state_test_reopen();
    assert_int_equal(state_kiosk->charter.number, 2);
    free(card);
}

static void charter_in_a_newer_card_is_taken(void **state)
{
    uint8_t card[CARD_FILE_LEN];

    state_office.charter.number = 3;
    fake_office_charter(&state_office);
    fake_office_card(&state_office, state_kiosk->key, 1, card);
    assert_int_equal(state_install_card(state_kiosk, card, sizeof card), ERROR_NONE);
    state_test_reopen();
    assert_int_equal(state_kiosk->charter.number, 3);
}

/* A lack of memory sends nobody to change the disk. */
static void no_memory_for_the_key_is_called_that(void **state)
{
    void *blocks[SECRET_POOL / 64];
    struct state *other = NULL;
    size_t n = 0;
    for (size_t len = 4096; len >= 16; len /= 2)
        while (n < sizeof blocks / sizeof *blocks && (blocks[n] = secret_new(len)) != NULL)
            n++;
    const enum error error = state_open(state_dir, &other);
    while (n > 0)
        secret_free(blocks[--n]);
    assert_int_equal(error, ERROR_MEMORY);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(enrolled_is_there),
        STATE_TEST(enrolling_again_keeps_the_key),
        STATE_TEST(folder_is_made_closed),
        STATE_TEST(open_folder_is_refused),
        STATE_TEST(file_is_no_folder),
        STATE_TEST(damaged_key_is_refused),
        STATE_TEST(no_memory_for_the_key_is_called_that),
        STATE_TEST(damaged_card_counts_as_none_and_is_replaced),
        STATE_TEST(last_days_bite),
        STATE_TEST(one_holds_a_lock),
        STATE_TEST(cards_are_replaced_by_newer_ones_only),
        STATE_TEST(charters_are_replaced_by_newer_ones_only),
        STATE_TEST(newest_charter_counts),
        STATE_TEST(charter_in_a_newer_card_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
