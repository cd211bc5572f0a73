/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board in the state folder: installed whole or not at all, and never replaced by what is older
   or foreign. */
#include "tests/lib/state_test.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/process.h"
#include "tests/lib/short_memory.h"

/* A session that runs as another user reads the board through a descriptor, whatever the umask of
   keeper and courier; by name nobody reaches it. */
static void board_is_read_by_a_session_of_another_user(void **state)
{
    struct stat st;
    struct board_folder board;
    int fd = -1;
    const mode_t before = umask(0077);
    assert_int_equal(unlinkat(state_kiosk->dir, STATE_BOARD, AT_REMOVEDIR), 0);
    state_test_reopen();
    const enum error error = state_test_install_board(1, &state_office);
    umask(before);
    assert_int_equal(error, ERROR_NONE);
    assert_int_equal(fstat(state_kiosk->dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(state_board(state_kiosk, &fd), ERROR_NONE);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    const enum error read =
        board_folder_open(fd, state_office.charter.board, state_office.charter.office, &board);
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(read, ERROR_NONE);
    board_folder_close(&board);
    close(fd);
}

static void boards_are_replaced_by_newer_ones_only(void **state)
{
    struct fake_office other;
    size_t len = 0;

    assert_int_equal(state_test_install_board(4, &state_office), ERROR_NONE);
    assert_int_equal(state_kiosk->board_number, 4);
    assert_int_equal(state_kiosk->board_charter, 1);
    ino_t before = state_test_inode("board/sandyq.board");
    assert_int_equal(state_test_install(state_media), ERROR_NONE);
    assert_int_equal(state_test_install_board(4, &state_office), ERROR_OLDER);
    assert_int_equal(state_test_install_board(3, &state_office), ERROR_OLDER);
    fake_office_open(&other);
    assert_int_equal(state_test_install_board(9, &other), ERROR_OFFICE);
    fake_office_close(&other);
    assert_true(state_test_inode("board/sandyq.board") == before);
    assert_int_equal(state_test_install_board(5, &state_office), ERROR_NONE);
    state_test_reopen();
    assert_int_equal(state_kiosk->board_number, 5);
    uint8_t *head = state_test_head_in(folder_path(state_dir, STATE_BOARD), &len);
    assert_int_equal(state_install_board(state_kiosk, head, len, FAKE_OFFICE_DAY), ERROR_NONE);
    free(head);
}

/* An office that was restored begins a new count under its next charter. */
static void board_of_a_newer_charter_is_newer(void **state)
{
    assert_int_equal(state_test_install_board(7, &state_office), ERROR_NONE);
    state_office.charter.number = 2;
    fake_office_charter(&state_office);
    assert_int_equal(state_test_install_board(1, &state_office), ERROR_NONE);
    state_test_reopen();
    assert_int_equal(state_kiosk->board_number, 1);
    assert_int_equal(state_kiosk->board_charter, 2);
    state_office.charter.number = 1;
    assert_int_equal(state_test_install_board(9, &state_office), ERROR_OLDER);
}

/* The very board that is held, while it just cannot be opened, is neither in nor older. */
static void board_held_that_cannot_be_opened_is_not_called_newer(void **state)
{
    struct rlimit was;
    size_t len = 0;

    assert_int_equal(state_test_install_board(3, &state_office), ERROR_NONE);
    uint8_t *head = state_test_head_in(state_media, &len);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    const struct rlimit none = {0, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const enum error error = state_install_board(state_kiosk, head, len, FAKE_OFFICE_DAY);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(error, ERROR_DESCRIPTORS);
    assert_int_equal(state_install_board(state_kiosk, head, len, FAKE_OFFICE_DAY), ERROR_NONE);
    free(head);
}

/* Whichever segment is not there, the board does not count, and the one before stays. */
static void board_counts_with_all_its_segments_only(void **state)
{
    assert_int_equal(state_test_install_board(1, &state_office), ERROR_NONE);
    state_test_make_board(&state_office, 2);
    for (uint32_t left_out = 2; left_out < 4; left_out++) {
        folder_remove(&state_dir); /* a kiosk that has board 1 alone */
        state_close(&state_kiosk);
        state_dir = folder_make();
        kiosk_folder_enroll(&state_office, state_dir, "PC-17", 1);
        assert_int_equal(state_open(state_dir, &state_kiosk), ERROR_NONE);
        assert_int_equal(state_test_install_board(1, &state_office), ERROR_NONE);
        state_test_make_board(&state_office, 2);
        assert_int_equal(state_test_install_but(state_media, left_out, FAKE_OFFICE_DAY),
                         ERROR_BOARD_PART);
        state_test_reopen();
        assert_int_equal(state_kiosk->board_number, 1);
        assert_int_equal(state_test_install(state_media), ERROR_NONE);
        assert_int_equal(state_kiosk->board_number, 2);
    }
}

/* A segment is taken under the name and for the place of what it is, and no other. */
static void segment_that_is_another_is_refused(void **state)
{
    struct head head;
    char name[NAMES_LEN];
    size_t len = 0, other_len = 0;
    state_test_make_board(&state_office, 1);
    uint8_t *bytes = state_test_head_in(state_media, &len);
    assert_int_equal(state_check_board(state_kiosk, bytes, len, FAKE_OFFICE_DAY, &head),
                     ERROR_NONE);
    const struct head_segment first = head_segment(&head, 0), second = head_segment(&head, 1);
    assert_true(names_segment(&second, name));
    uint8_t *other = folder_read(folder_path(state_media, name), &other_len);
    assert_int_equal(state_add_segment(state_kiosk, &first, other, other_len), ERROR_BOARD_PART);
    assert_int_equal(state_add_segment(state_kiosk, &second, other, other_len - 1),
                     ERROR_BOARD_PART);
    other[other_len / 2] ^= 1;
    assert_int_equal(state_add_segment(state_kiosk, &second, other, other_len), ERROR_BOARD_PART);
    assert_string_equal(folder_names(folder_path(state_dir, STATE_BOARD)), "");
    free(other);
    free(bytes);
}

/* What the new head and the one before it name stays, for a session that just starts; the rest
   goes. */
static void segments_that_no_head_names_are_removed(void **state)
{
    for (uint32_t number = 1; number <= FAKE_OFFICE_BOARDS + 2; number++) {
        assert_int_equal(state_test_install_board(number, &state_office), ERROR_NONE);
        size_t files = 0;
        for (const char *at = folder_names(folder_path(state_dir, STATE_BOARD)); *at != '\0'; at++)
            files += *at == ' ';
        const uint32_t named = number > FAKE_OFFICE_BOARDS ? FAKE_OFFICE_BOARDS + 1 : number;
        assert_int_equal(files, 1 + 2 * named);
    }
    state_test_reopen();
    assert_int_equal(state_kiosk->board_number, FAKE_OFFICE_BOARDS + 2);
}

/* Whichever of the signatures of card, charter and board finds no memory: what is held counts as
   not read just now, and nothing older takes its place. A newer charter waits for card and charter
   alone: a kiosk whose board has a bad sector is renewed. */
static void what_finds_no_memory_is_not_replaced(void **state)
{
    enum { SIGNATURES = 4 /* two of the card, one of charter and board each */ };

    state_office.charter.number = 2;
    fake_office_charter(&state_office);
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_NONE);
    assert_int_equal(state_test_install_board(3, &state_office), ERROR_NONE);
    struct fake_office next = state_office;
    next.charter.number = 3;
    fake_office_charter(&next);
    for (size_t checks = 0; checks <= SIGNATURES; checks++) {
        state_close(&state_kiosk);
        short_memory_begin(checks);
        const enum error error = state_open(state_dir, &state_kiosk);
        short_memory_end();
        assert_int_equal(error, ERROR_NONE);
        assert_int_equal(state_unwell(state_kiosk),
                         checks < SIGNATURES ? ERROR_MEMORY : ERROR_NONE);
        assert_int_not_equal(state_test_install_board(2, &state_office), ERROR_NONE);
        assert_int_equal(state_install_charter(state_kiosk, next.charter_bytes, CHARTER_LEN),
                         checks < SIGNATURES - 1 ? ERROR_MEMORY : ERROR_NONE);
    }
    assert_int_equal(state_kiosk->charter.number, 3);
    assert_int_equal(state_kiosk->board_number, 3);
}

static void board_is_opened_for_reading(void **state)
{
    struct board_folder board;
    int fd = -1;

    assert_int_equal(state_board(state_kiosk, &fd), ERROR_MISSING);
    assert_int_equal(state_test_install_board(1, &state_office), ERROR_NONE);
    assert_int_equal(state_board(state_kiosk, &fd), ERROR_NONE);
    assert_int_equal(
        board_folder_open(fd, state_office.charter.board, state_office.charter.office, &board),
        ERROR_NONE);
    assert_int_equal(board.segment_count, 2);
    board_folder_close(&board);
    close(fd);
}

/* Whatever part of it is damaged or gone; nothing older takes its place even then. */
static void damaged_board_counts_as_none_and_is_mended(void **state)
{
    char *media_then = folder_make();
    int fd = -1;

    assert_int_equal(state_test_install_board(4, &state_office), ERROR_NONE);
    char *all = strdup(folder_names(state_media)), *names = all;
    while (*names != '\0') {
        char name[NAMES_LEN];
        const size_t n = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, names);
        names += n + 1;
        for (int gone = 0; gone < 2; gone++) {
            if (gone)
                assert_int_equal(unlink(state_test_held(name)), 0);
            else
                folder_flip(state_test_held(name), (size_t)folder_size(state_test_held(name)) / 2);
            state_test_reopen();
            assert_int_equal(state_kiosk->board_number, 0);
            assert_int_equal(state_board(state_kiosk, &fd), state_kiosk->board_error);
            assert_int_equal(state_kiosk->board_error == ERROR_MISSING,
                             gone && strcmp(name, NAMES_BOARD) == 0);
            if (strcmp(name, NAMES_BOARD) != 0) {
                struct fake_office same = state_office;
                same.segment_count = 0;
                memset(same.segments, 0, sizeof same.segments);
                fake_office_board(&same, &(struct fake_board){.number = 3}, media_then);
                assert_int_equal(state_test_install(media_then), ERROR_OLDER);
                for (uint32_t i = 0; i < same.segment_count; i++)
                    free(same.segments[i].bytes);
            }
            assert_int_equal(state_test_install(state_media), ERROR_NONE);
            state_test_reopen();
            assert_int_equal(state_kiosk->board_number, 4);
        }
    }
    free(all);
    folder_remove(&media_then);
}

/* The office's next charter names another key for boards. */
static void change_key(void)
{
    struct fake_office other;
    fake_office_open(&other);
    memcpy(state_office.charter.board, other.charter.board, 32);
    memcpy(state_office.board_seed, other.board_seed, 32);
    fake_office_close(&other);
    state_office.charter.number++;
    fake_office_charter(&state_office);
}

static bool has_former(void)
{
    struct stat st;
    return fstatat(state_kiosk->dir, "charter.board", &st, 0) == 0;
}

/* What was installed stays when the office changes its key, until a board under the new key comes;
   and nothing else counts under the old one. */
static void board_is_kept_when_its_key_changes(void **state)
{
    struct fake_office before = state_office;
    uint8_t old_seed[32];
    memcpy(old_seed, state_office.board_seed, sizeof old_seed);
    before.board_seed = old_seed;
    assert_int_equal(state_test_install_board(4, &state_office), ERROR_NONE);
    char *same = folder_make();
    folder_copy(folder_path(state_media, NAMES_BOARD), folder_path(same, NAMES_BOARD));
    change_key();
    assert_int_equal(state_test_install_board(5, &state_office), ERROR_FORGED);
    for (int renewals = 0; renewals < 2; renewals++) {
        assert_int_equal(
            state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
            ERROR_NONE);
        assert_int_equal(state_kiosk->board_number, 4);
        state_test_reopen();
        assert_int_equal(state_kiosk->board_number, 4);
        assert_int_equal(state_test_install(same), ERROR_NONE);
        before.segment_count = 0;
        memset(before.segments, 0, sizeof before.segments);
        assert_int_equal(state_test_install_board(9, &before), ERROR_FORGED);
        fake_office_forget(&before);
        change_key();
    }
    assert_true(has_former());
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_NONE);
    assert_int_equal(state_test_install_board(5, &state_office), ERROR_NONE);
    assert_int_equal(state_kiosk->board_number, 5);
    assert_false(has_former());
    folder_remove(&same);
}

/* The power went before the old key was removed, and then a segment was lost: the session is told
   the key that the board really counts under. */
static void a_mended_board_counts_under_its_own_key(void **state)
{
    char former[512], kept[512], name[NAMES_LEN];
    char *aside = folder_make();
    assert_int_equal(state_test_install_board(4, &state_office), ERROR_NONE);
    change_key();
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_NONE);
    snprintf(former, sizeof former, "%s", folder_path(state_dir, "charter.board"));
    snprintf(kept, sizeof kept, "%s", folder_path(aside, "charter.board"));
    folder_copy(former, kept);
    assert_int_equal(state_test_install_board(5, &state_office), ERROR_NONE);
    folder_copy(kept, former);
    const char *names = folder_names(state_media);
    if (strncmp(names, NAMES_BOARD " ", sizeof NAMES_BOARD) == 0)
        names += sizeof NAMES_BOARD;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(names, " "), names);
    assert_int_equal(unlink(state_test_held(name)), 0);
    state_test_reopen();
    assert_int_equal(state_kiosk->board_number, 0);
    assert_int_equal(state_test_install(state_media), ERROR_NONE);
    assert_int_equal(state_kiosk->board_number, 5);
    assert_memory_equal(state_kiosk->board_key, state_kiosk->charter.board, 32);
    folder_remove(&aside);
}

/* A card that brings the charter with another key. */
static uint8_t new_card[CARD_FILE_LEN];

static void begin_with_a_new_card(void **state)
{
    state_test_teardown(state);
    assert_int_equal(state_test_setup(state), 0);
    assert_int_equal(state_test_install_board(4, &state_office), ERROR_NONE);
    change_key();
    fake_office_card(&state_office, state_kiosk->key, 2, new_card);
}

static void install_card(void *context)
{
    (void)context;
    state_install_card(state_kiosk, new_card, sizeof new_card);
}

/* Also when the power goes between the two files. */
static void board_is_kept_when_a_card_changes_its_key(void **state)
{
    begin_with_a_new_card(state);
    const unsigned stops = process_cut(install_card, NULL, UINT_MAX);
    for (unsigned cut = 1; cut <= stops + 1; cut++) {
        state_test_reopen();
        assert_int_equal(state_kiosk->board_number, 4);
        begin_with_a_new_card(state);
        process_cut(install_card, NULL, cut);
    }
}

/* The charter that is kept must be an earlier one of this office, or anybody's boards count. */
static void another_offices_charter_keeps_no_board(void **state)
{
    struct fake_office other, forger = state_office;
    fake_office_open(&other);
    forger.board_seed = other.board_seed;
    forger.segment_count = 0;
    memset(forger.segments, 0, sizeof forger.segments);
    fake_office_board(&forger, &(struct fake_board){.number = 9, .answer_count = 2},
                      folder_path(state_dir, STATE_BOARD));
    folder_write(folder_path(state_dir, "charter.board"), other.charter_bytes, CHARTER_LEN);
    state_test_reopen();
    assert_int_equal(state_kiosk->board_number, 0);
    fake_office_forget(&forger);
    fake_office_close(&other);
}

static void board_of_an_expired_charter_is_refused(void **state)
{
    state_test_make_board(&state_office, 1);
    assert_int_equal(state_test_install_but(state_media, UINT32_MAX, FAKE_OFFICE_DAY + 366),
                     ERROR_EXPIRED);
    assert_int_equal(state_test_install_but(state_media, UINT32_MAX, FAKE_OFFICE_DAY + 365),
                     ERROR_NONE);
}

static void nothing_is_installed_without_a_card(void **state)
{
    assert_int_equal(unlinkat(state_kiosk->dir, "card", 0), 0);
    state_test_reopen();
    assert_int_equal(state_install_charter(state_kiosk, state_office.charter_bytes, CHARTER_LEN),
                     ERROR_MISSING);
    assert_int_equal(state_test_install_board(1, &state_office), ERROR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(boards_are_replaced_by_newer_ones_only),
        STATE_TEST(board_held_that_cannot_be_opened_is_not_called_newer),
        STATE_TEST(what_finds_no_memory_is_not_replaced),
        STATE_TEST(board_is_opened_for_reading),
        STATE_TEST(board_is_read_by_a_session_of_another_user),
        STATE_TEST(board_of_a_newer_charter_is_newer),
        STATE_TEST(board_counts_with_all_its_segments_only),
        STATE_TEST(segment_that_is_another_is_refused),
        STATE_TEST(segments_that_no_head_names_are_removed),
        STATE_TEST(damaged_board_counts_as_none_and_is_mended),
        STATE_TEST(board_is_kept_when_its_key_changes),
        STATE_TEST(a_mended_board_counts_under_its_own_key),
        STATE_TEST(board_is_kept_when_a_card_changes_its_key),
        STATE_TEST(another_offices_charter_keeps_no_board),
        STATE_TEST(board_of_an_expired_charter_is_refused),
        STATE_TEST(nothing_is_installed_without_a_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
