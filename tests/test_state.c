/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state folder: closed to others; nothing in it is replaced by what is older or foreign. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "device/state.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/short_memory.h"

static struct fake_office office;
static char *dir;
static struct state *kiosk;

static int setup(void **state)
{
    fake_office_open(&office);
    dir = folder_make();
    kiosk_folder_enroll(&office, dir, "PC-17", 1);
    return state_open(dir, &kiosk);
}

static int teardown(void **state)
{
    state_close(&kiosk);
    folder_remove(&dir);
    fake_office_close(&office);
    return 0;
}

static void reopen(void)
{
    state_close(&kiosk);
    assert_int_equal(state_open(dir, &kiosk), ERROR_NONE);
}

/* Installs a board of this number; it is freed. */
static int install_board(uint32_t number, const struct fake_office *of)
{
    size_t len = 0;
    uint8_t *board = fake_office_board(of, number, NULL, 0, NULL, 2, &len);

    int error = state_install_board(kiosk, board, len, FAKE_OFFICE_DAY);
    free(board);
    return error;
}

static ino_t inode(const char *name)
{
    struct stat st;

    assert_int_equal(fstatat(kiosk->dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    return st.st_ino;
}

static void enrolled_is_there(void **state)
{
    struct stat st;

    assert_true(kiosk->has_card);
    assert_string_equal(kiosk->card.facility, "PC-17");
    assert_int_equal(kiosk->charter.number, 1);
    assert_int_equal(kiosk->board_number, 0);
    assert_memory_equal(kiosk->card.key, kiosk->key, 32);
    assert_int_equal(fstatat(kiosk->dir, "kiosk.key", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 40);
    assert_int_equal(fstatat(kiosk->dir, "card", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(fstatat(kiosk->dir, "outbox.db", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_not_equal(fstatat(kiosk->dir, "enroll.request", &st, 0), 0);
}

static void enrolling_again_keeps_the_key(void **state)
{
    char id[CARD_KIOSK_TEXT_LEN];
    char again[CARD_KIOSK_TEXT_LEN];
    uint8_t of[32];
    uint32_t day = 0;
    size_t len = 0;

    card_kiosk_text(kiosk->kiosk, id);
    assert_int_equal(enroll_kiosk(dir, FAKE_OFFICE_DAY + 1, again), ERROR_NONE);
    assert_string_equal(id, again);
    uint8_t *request = folder_read(folder_path(dir, "enroll.request"), &len);
    assert_int_equal(card_request_decode(request, len, of, &day), ERROR_NONE);
    assert_memory_equal(of, kiosk->key, sizeof of);
    assert_int_equal(day, FAKE_OFFICE_DAY + 1);
    free(request);
    reopen();
    assert_true(kiosk->has_card);
}

static void folder_is_made_closed(void **state)
{
    char id[CARD_KIOSK_TEXT_LEN];
    struct state *fresh = NULL;
    struct stat st;

    const char *inner = folder_path(dir, "inner");
    assert_int_equal(state_open(inner, &fresh), ERROR_MISSING);
    assert_int_equal(enroll_kiosk(inner, FAKE_OFFICE_DAY, id), ERROR_NONE);
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
        assert_int_equal(chmod(dir, open_modes[i]), 0);
        assert_int_equal(state_open(dir, &opened), ERROR_OPEN);
        assert_int_equal(enroll_kiosk(dir, FAKE_OFFICE_DAY, id), ERROR_OPEN);
        assert_null(opened);
    }
    assert_int_equal(chmod(dir, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(dir, 12345, (gid_t)-1), 0);
        assert_int_equal(state_open(dir, &opened), ERROR_OPEN);
        assert_int_equal(chown(dir, 0, (gid_t)-1), 0);
    }
}

static void file_is_no_folder(void **state)
{
    struct state *opened = NULL;

    const char *path = folder_path(dir, "kiosk.key");
    assert_int_equal(state_open(path, &opened), ERROR_SPECIAL);
}

static void damaged_key_is_refused(void **state)
{
    struct state *opened = NULL;
    char id[CARD_KIOSK_TEXT_LEN];
    size_t len = 0;
    uint8_t *key = folder_read(folder_path(dir, "kiosk.key"), &len);

    for (size_t cut = 0; cut < len; cut++) {
        folder_write(folder_path(dir, "kiosk.key"), key, cut);
        assert_int_equal(state_open(dir, &opened), ERROR_TRUNCATED);
        assert_int_equal(enroll_kiosk(dir, FAKE_OFFICE_DAY, id), ERROR_TRUNCATED);
    }
    key[7]++;
    folder_write(folder_path(dir, "kiosk.key"), key, len);
    assert_int_equal(state_open(dir, &opened), ERROR_NEWER);
    assert_int_equal(unlinkat(kiosk->dir, "kiosk.key", 0), 0);
    assert_int_equal(symlinkat("card", kiosk->dir, "kiosk.key"), 0);
    assert_int_equal(state_open(dir, &opened), ERROR_SPECIAL);
    free(key);
}

static void damaged_card_counts_as_none_and_is_replaced(void **state)
{
    size_t len = 0;
    uint8_t *card = folder_read(folder_path(dir, "card"), &len);

    card[90] ^= 1;
    folder_write(folder_path(dir, "card"), card, len);
    card[90] ^= 1;
    reopen();
    assert_false(kiosk->has_card);
    assert_int_equal(state_ready(kiosk, FAKE_OFFICE_DAY), ERROR_FORGED);
    assert_int_equal(state_install_card(kiosk, card, len), ERROR_NONE);
    assert_int_equal(state_ready(kiosk, FAKE_OFFICE_DAY), ERROR_NONE);
    reopen();
    assert_true(kiosk->has_card);
    free(card);
}

static void last_days_bite(void **state)
{
    assert_int_equal(state_ready(kiosk, FAKE_OFFICE_DAY + 365), ERROR_NONE);
    assert_int_equal(state_ready(kiosk, FAKE_OFFICE_DAY + 366), ERROR_EXPIRED);
}

static void one_holds_a_lock(void **state)
{
    int fd = -1;
    int second = -1;

    assert_int_equal(state_lock(kiosk, "lock", &fd), ERROR_NONE);
    assert_int_equal(state_lock(kiosk, "lock", &second), ERROR_BUSY);
    assert_int_equal(second, -1);
    assert_int_equal(state_lock(kiosk, "courier.lock", &second), ERROR_NONE);
    close(second);
    close(fd);
    assert_int_equal(state_lock(kiosk, "lock", &fd), ERROR_NONE);
    close(fd);
}

static void cards_are_replaced_by_newer_ones_only(void **state)
{
    uint8_t card[CARD_FILE_LEN];
    uint8_t stranger[32] = {9};
    struct fake_office other;

    ino_t before = inode("card");
    size_t len = 0;
    uint8_t *held = folder_read(folder_path(dir, "card"), &len);
    assert_int_equal(state_install_card(kiosk, held, len), ERROR_NONE);
    assert_true(inode("card") == before);
    fake_office_card(&office, kiosk->key, 0, card);
    assert_int_equal(state_install_card(kiosk, card, sizeof card), ERROR_OLDER);
    fake_office_card(&office, stranger, 5, card);
    assert_int_equal(state_install_card(kiosk, card, sizeof card), ERROR_KIOSK);
    fake_office_open(&other);
    fake_office_card(&other, kiosk->key, 5, card);
    assert_int_equal(state_install_card(kiosk, card, sizeof card), ERROR_OFFICE);
    fake_office_close(&other);
    assert_true(inode("card") == before);
    fake_office_card(&office, kiosk->key, 2, card);
    assert_int_equal(state_install_card(kiosk, card, sizeof card), ERROR_NONE);
    assert_int_equal(state_install_card(kiosk, held, len), ERROR_OLDER);
    reopen();
    assert_int_equal(kiosk->card.number, 2);
    free(held);
}

static void charters_are_replaced_by_newer_ones_only(void **state)
{
    uint8_t first[CHARTER_LEN];
    struct fake_office other;

    memcpy(first, office.charter_bytes, sizeof first);
    assert_int_equal(state_install_charter(kiosk, first, sizeof first), ERROR_NONE);
    office.charter.number = 2;
    fake_office_charter(&office);
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN), ERROR_NONE);
    ino_t before = inode("charter");
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN), ERROR_NONE);
    assert_true(inode("charter") == before);
    assert_int_equal(state_install_charter(kiosk, first, sizeof first), ERROR_OLDER);
    office.charter.expires++; /* another under the same number */
    fake_office_charter(&office);
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN), ERROR_OLDER);
    fake_office_open(&other);
    other.charter.number = 7;
    fake_office_charter(&other);
    assert_int_equal(state_install_charter(kiosk, other.charter_bytes, CHARTER_LEN), ERROR_OFFICE);
    fake_office_close(&other);
    reopen();
    assert_int_equal(kiosk->charter.number, 2);
    assert_int_equal(kiosk->charter.expires, FAKE_OFFICE_DAY + 365);
}

/* A newer charter that came by itself outlives a card file that holds an older one. */
static void newest_charter_counts(void **state)
{
    size_t len = 0;
    uint8_t *card = folder_read(folder_path(dir, "card"), &len);

    office.charter.number = 2;
    fake_office_charter(&office);
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN), ERROR_NONE);
    assert_int_equal(unlinkat(kiosk->dir, "card", 0), 0);
    reopen();
    assert_false(kiosk->has_card);
    assert_int_equal(state_install_card(kiosk, card, len), ERROR_NONE);
    assert_int_equal(kiosk->charter.number, 2);
    reopen();
    assert_int_equal(kiosk->charter.number, 2);
    free(card);
}

static void charter_in_a_newer_card_is_taken(void **state)
{
    uint8_t card[CARD_FILE_LEN];

    office.charter.number = 3;
    fake_office_charter(&office);
    fake_office_card(&office, kiosk->key, 1, card);
    assert_int_equal(state_install_card(kiosk, card, sizeof card), ERROR_NONE);
    reopen();
    assert_int_equal(kiosk->charter.number, 3);
}

static void boards_are_replaced_by_newer_ones_only(void **state)
{
    struct fake_office other;
    size_t len = 0;

    assert_int_equal(install_board(4, &office), ERROR_NONE);
    assert_int_equal(kiosk->board_number, 4);
    ino_t before = inode("board");
    uint8_t *held = folder_read(folder_path(dir, "board"), &len);
    assert_int_equal(state_install_board(kiosk, held, len, FAKE_OFFICE_DAY), ERROR_NONE);
    free(held);
    assert_int_equal(install_board(4, &office), ERROR_OLDER);
    assert_int_equal(install_board(3, &office), ERROR_OLDER);
    fake_office_open(&other);
    assert_int_equal(install_board(9, &other), ERROR_OFFICE);
    fake_office_close(&other);
    assert_true(inode("board") == before);
    assert_int_equal(install_board(5, &office), ERROR_NONE);
    reopen();
    assert_int_equal(kiosk->board_number, 5);
}

/* The very board that is held, while it just cannot be opened, is neither in nor older. */
static void board_held_that_cannot_be_opened_is_not_called_newer(void **state)
{
    struct rlimit was;
    size_t len = 0;
    uint8_t *board = fake_office_board(&office, 3, NULL, 0, NULL, 2, &len);

    assert_int_equal(state_install_board(kiosk, board, len, FAKE_OFFICE_DAY), ERROR_NONE);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    const struct rlimit none = {0, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const enum error error = state_install_board(kiosk, board, len, FAKE_OFFICE_DAY);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(error, ERROR_DESCRIPTORS);
    assert_int_equal(state_install_board(kiosk, board, len, FAKE_OFFICE_DAY), ERROR_NONE);
    free(board);
}

/* Whichever of the signatures of card, charter and board finds no memory: what is held counts as
   not read just now, and nothing older takes its place. */
static void what_finds_no_memory_is_not_replaced(void **state)
{
    enum { SIGNATURES = 4 /* two of the card, one of charter and board each */ };

    office.charter.number = 2;
    fake_office_charter(&office);
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN), ERROR_NONE);
    assert_int_equal(install_board(3, &office), ERROR_NONE);
    for (size_t checks = 0; checks <= SIGNATURES; checks++) {
        state_close(&kiosk);
        short_memory_begin(checks);
        const enum error error = state_open(dir, &kiosk);
        short_memory_end();
        assert_int_equal(error, ERROR_NONE);
        assert_int_equal(kiosk->unread, checks < SIGNATURES);
        assert_int_not_equal(install_board(2, &office), ERROR_NONE);
    }
    assert_int_equal(kiosk->charter.number, 2);
    assert_int_equal(kiosk->board_number, 3);
}

static void board_is_opened_for_reading(void **state)
{
    struct board board;
    size_t len = 0;
    int fd = -1;

    assert_int_equal(state_board(kiosk, &fd, &len), ERROR_MISSING);
    assert_int_equal(install_board(1, &office), ERROR_NONE);
    assert_int_equal(state_board(kiosk, &fd, &len), ERROR_NONE);
    uint8_t *bytes = malloc(len);
    assert_int_equal(read(fd, bytes, len), len);
    assert_int_equal(board_view(bytes, len, &board), ERROR_NONE);
    assert_int_equal(write(fd, "x", 1), -1);
    close(fd);
    free(bytes);
}

static void damaged_board_counts_as_none_and_is_replaced(void **state)
{
    size_t len = 0;
    int fd = -1;

    assert_int_equal(install_board(4, &office), ERROR_NONE);
    uint8_t *held = folder_read(folder_path(dir, "board"), &len);
    held[len / 2] ^= 1;
    folder_write(folder_path(dir, "board"), held, len);
    reopen();
    assert_int_equal(kiosk->board_number, 0);
    assert_int_equal(state_board(kiosk, &fd, &len), ERROR_MISSING);
    held[len / 2] ^= 1;
    free(held);
    assert_int_equal(install_board(4, &office), ERROR_NONE);
    reopen();
    assert_int_equal(kiosk->board_number, 4);
}

/* With a charter the office can change its board key; the board under the old one counts no
   more. */
static void board_key_changes_with_the_charter(void **state)
{
    struct fake_office other;

    assert_int_equal(install_board(4, &office), ERROR_NONE);
    fake_office_open(&other);
    memcpy(office.charter.board, other.charter.board, 32);
    memcpy(office.board_seed, other.board_seed, 32);
    fake_office_close(&other);
    office.charter.number = 2;
    fake_office_charter(&office);
    assert_int_equal(install_board(5, &office), ERROR_FORGED);
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN), ERROR_NONE);
    assert_int_equal(kiosk->board_number, 0);
    assert_int_equal(install_board(5, &office), ERROR_NONE);
}

static void board_of_an_expired_charter_is_refused(void **state)
{
    size_t len = 0;
    uint8_t *board = fake_office_board(&office, 1, NULL, 0, NULL, 0, &len);

    assert_int_equal(state_install_board(kiosk, board, len, FAKE_OFFICE_DAY + 366), ERROR_EXPIRED);
    assert_int_equal(state_install_board(kiosk, board, len, FAKE_OFFICE_DAY + 365), ERROR_NONE);
    free(board);
}

static void nothing_is_installed_without_a_card(void **state)
{
    assert_int_equal(unlinkat(kiosk->dir, "card", 0), 0);
    reopen();
    assert_int_equal(state_install_charter(kiosk, office.charter_bytes, CHARTER_LEN),
                     ERROR_MISSING);
    assert_int_equal(install_board(1, &office), ERROR_MISSING);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* A lack of memory sends nobody to change the disk. */
static void no_memory_for_the_key_is_called_that(void **state)
{
    void *blocks[SECRET_POOL / 64];
    struct state *other = NULL;
    size_t n = 0;
    for (size_t len = 4096; len >= 16; len /= 2)
        while (n < sizeof blocks / sizeof *blocks && (blocks[n] = secret_new(len)) != NULL)
            n++;
    const enum error error = state_open(dir, &other);
    while (n > 0)
        secret_free(blocks[--n]);
    assert_int_equal(error, ERROR_MEMORY);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(enrolled_is_there),
        CASE(enrolling_again_keeps_the_key),
        CASE(folder_is_made_closed),
        CASE(open_folder_is_refused),
        CASE(file_is_no_folder),
        CASE(damaged_key_is_refused),
        CASE(no_memory_for_the_key_is_called_that),
        CASE(damaged_card_counts_as_none_and_is_replaced),
        CASE(last_days_bite),
        CASE(one_holds_a_lock),
        CASE(cards_are_replaced_by_newer_ones_only),
        CASE(charters_are_replaced_by_newer_ones_only),
        CASE(newest_charter_counts),
        CASE(charter_in_a_newer_card_is_taken),
        CASE(boards_are_replaced_by_newer_ones_only),
        CASE(board_held_that_cannot_be_opened_is_not_called_newer),
        CASE(what_finds_no_memory_is_not_replaced),
        CASE(board_is_opened_for_reading),
        CASE(damaged_board_counts_as_none_and_is_replaced),
        CASE(board_key_changes_with_the_charter),
        CASE(board_of_an_expired_charter_is_refused),
        CASE(nothing_is_installed_without_a_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
