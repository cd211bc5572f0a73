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
#include "protocol/board_folder.h"
#include "protocol/names.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/short_memory.h"

static struct fake_office office;
static char *dir;
static char *media; /* where boards lie before they are installed */
static struct state *kiosk;

static int setup(void **state)
{
    fake_office_open(&office);
    dir = folder_make();
    media = folder_make();
    kiosk_folder_enroll(&office, dir, "PC-17", 1);
    return state_open(dir, &kiosk);
}

static int teardown(void **state)
{
    state_close(&kiosk);
    folder_remove(&dir);
    folder_remove(&media);
    fake_office_close(&office);
    return 0;
}

static void reopen(void)
{
    state_close(&kiosk);
    assert_int_equal(state_open(dir, &kiosk), ERROR_NONE);
}

/* The head that lies in a folder; for the caller to free. */
static uint8_t *head_in(const char *folder, size_t *len)
{
    return folder_read(folder_path(folder, NAMES_BOARD), len);
}

/* Takes the segments of the board in a folder that are lacked, but for the one with this place in
   the head, then its head; as an exchange does. Returns the first error. */
static enum error install_but(const char *folder, uint32_t left_out, uint32_t today)
{
    struct head head;
    char name[NAMES_LEN];
    size_t len = 0, segment_len = 0;
    uint8_t *bytes = head_in(folder, &len);
    enum error error = state_check_board(kiosk, bytes, len, today, &head);
    for (uint32_t i = 0; error == ERROR_NONE && i < head.segment_count; i++) {
        const struct head_segment named = head_segment(&head, i);
        if (i == left_out || state_has_segment(kiosk, &named) == ERROR_NONE)
            continue;
        assert_true(names_segment(&named, name));
        uint8_t *segment = folder_read(folder_path(folder, name), &segment_len);
        error = state_add_segment(kiosk, &named, segment, segment_len);
        free(segment);
    }
    if (error == ERROR_NONE)
        error = state_install_board(kiosk, bytes, len, today);
    free(bytes);
    return error;
}

static enum error install(const char *folder)
{
    return install_but(folder, UINT32_MAX, FAKE_OFFICE_DAY);
}

/* A board of this number of two answers and three arrivals in the folder `media`. */
static void make_board(struct fake_office *of, uint32_t number)
{
    fake_office_board(
        of, &(struct fake_board){.number = number, .answer_count = 2, .arrival_count = 3}, media);
}

static enum error install_board(uint32_t number, struct fake_office *of)
{
    make_board(of, number);
    return install(media);
}

static const char *held(const char *name)
{
    return folder_path(folder_path(dir, STATE_BOARD), name);
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

/* A session that runs as another user reads the board through a descriptor, whatever the umask of
   keeper and courier; by name nobody reaches it. */
static void board_is_read_by_a_session_of_another_user(void **state)
{
    struct stat st;
    struct board_folder board;
    int fd = -1;
    const mode_t before = umask(0077);
    assert_int_equal(unlinkat(kiosk->dir, STATE_BOARD, AT_REMOVEDIR), 0);
    reopen();
    const enum error error = install_board(1, &office);
    umask(before);
    assert_int_equal(error, ERROR_NONE);
    assert_int_equal(fstat(kiosk->dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(state_board(kiosk, &fd), ERROR_NONE);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    const enum error read = board_folder_open(fd, &board);
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(read, ERROR_NONE);
    board_folder_close(&board);
    close(fd);
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
    assert_int_equal(kiosk->board_charter, 1);
    ino_t before = inode("board/sandyq.board");
    assert_int_equal(install(media), ERROR_NONE);
    assert_int_equal(install_board(4, &office), ERROR_OLDER);
    assert_int_equal(install_board(3, &office), ERROR_OLDER);
    fake_office_open(&other);
    assert_int_equal(install_board(9, &other), ERROR_OFFICE);
    fake_office_close(&other);
    assert_true(inode("board/sandyq.board") == before);
    assert_int_equal(install_board(5, &office), ERROR_NONE);
    reopen();
    assert_int_equal(kiosk->board_number, 5);
    uint8_t *head = head_in(folder_path(dir, STATE_BOARD), &len);
    assert_int_equal(state_install_board(kiosk, head, len, FAKE_OFFICE_DAY), ERROR_NONE);
    free(head);
}

/* An office that was restored begins a new count under its next charter. */
static void board_of_a_newer_charter_is_newer(void **state)
{
    assert_int_equal(install_board(7, &office), ERROR_NONE);
    office.charter.number = 2;
    fake_office_charter(&office);
    assert_int_equal(install_board(1, &office), ERROR_NONE);
    reopen();
    assert_int_equal(kiosk->board_number, 1);
    assert_int_equal(kiosk->board_charter, 2);
    office.charter.number = 1;
    assert_int_equal(install_board(9, &office), ERROR_OLDER);
}

/* The very board that is held, while it just cannot be opened, is neither in nor older. */
static void board_held_that_cannot_be_opened_is_not_called_newer(void **state)
{
    struct rlimit was;
    size_t len = 0;

    assert_int_equal(install_board(3, &office), ERROR_NONE);
    uint8_t *head = head_in(media, &len);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    const struct rlimit none = {0, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const enum error error = state_install_board(kiosk, head, len, FAKE_OFFICE_DAY);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(error, ERROR_DESCRIPTORS);
    assert_int_equal(state_install_board(kiosk, head, len, FAKE_OFFICE_DAY), ERROR_NONE);
    free(head);
}

/* Whichever segment is not there, the board does not count, and the one before stays. */
static void board_counts_with_all_its_segments_only(void **state)
{
    assert_int_equal(install_board(1, &office), ERROR_NONE);
    make_board(&office, 2);
    for (uint32_t left_out = 2; left_out < 4; left_out++) {
        folder_remove(&dir); /* a kiosk that has board 1 alone */
        state_close(&kiosk);
        dir = folder_make();
        kiosk_folder_enroll(&office, dir, "PC-17", 1);
        assert_int_equal(state_open(dir, &kiosk), ERROR_NONE);
        assert_int_equal(install_board(1, &office), ERROR_NONE);
        make_board(&office, 2);
        assert_int_equal(install_but(media, left_out, FAKE_OFFICE_DAY), ERROR_BOARD_PART);
        reopen();
        assert_int_equal(kiosk->board_number, 1);
        assert_int_equal(install(media), ERROR_NONE);
        assert_int_equal(kiosk->board_number, 2);
    }
}

/* A segment is taken under the name and for the place of what it is, and no other. */
static void segment_that_is_another_is_refused(void **state)
{
    struct head head;
    char name[NAMES_LEN];
    size_t len = 0, other_len = 0;
    make_board(&office, 1);
    uint8_t *bytes = head_in(media, &len);
    assert_int_equal(state_check_board(kiosk, bytes, len, FAKE_OFFICE_DAY, &head), ERROR_NONE);
    const struct head_segment first = head_segment(&head, 0), second = head_segment(&head, 1);
    assert_true(names_segment(&second, name));
    uint8_t *other = folder_read(folder_path(media, name), &other_len);
    assert_int_equal(state_add_segment(kiosk, &first, other, other_len), ERROR_BOARD_PART);
    assert_int_equal(state_add_segment(kiosk, &second, other, other_len - 1), ERROR_BOARD_PART);
    other[other_len / 2] ^= 1;
    assert_int_equal(state_add_segment(kiosk, &second, other, other_len), ERROR_BOARD_PART);
    assert_string_equal(folder_names(folder_path(dir, STATE_BOARD)), "");
    free(other);
    free(bytes);
}

/* What the new head and the one before it name stays, for a session that just starts; the rest
   goes. */
static void segments_that_no_head_names_are_removed(void **state)
{
    for (uint32_t number = 1; number <= FAKE_OFFICE_BOARDS + 2; number++) {
        assert_int_equal(install_board(number, &office), ERROR_NONE);
        size_t files = 0;
        for (const char *at = folder_names(folder_path(dir, STATE_BOARD)); *at != '\0'; at++)
            files += *at == ' ';
        const uint32_t named = number > FAKE_OFFICE_BOARDS ? FAKE_OFFICE_BOARDS + 1 : number;
        assert_int_equal(files, 1 + 2 * named);
    }
    reopen();
    assert_int_equal(kiosk->board_number, FAKE_OFFICE_BOARDS + 2);
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
    struct board_folder board;
    int fd = -1;

    assert_int_equal(state_board(kiosk, &fd), ERROR_MISSING);
    assert_int_equal(install_board(1, &office), ERROR_NONE);
    assert_int_equal(state_board(kiosk, &fd), ERROR_NONE);
    assert_int_equal(board_folder_open(fd, &board), ERROR_NONE);
    assert_int_equal(board.segment_count, 2);
    board_folder_close(&board);
    close(fd);
}

/* Whatever part of it is damaged or gone; nothing older takes its place even then. */
static void damaged_board_counts_as_none_and_is_mended(void **state)
{
    char *media_then = folder_make();
    int fd = -1;

    assert_int_equal(install_board(4, &office), ERROR_NONE);
    char *all = strdup(folder_names(media)), *names = all;
    while (*names != '\0') {
        char name[NAMES_LEN];
        const size_t n = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, names);
        names += n + 1;
        for (int gone = 0; gone < 2; gone++) {
            if (gone)
                assert_int_equal(unlink(held(name)), 0);
            else
                folder_flip(held(name), (size_t)folder_size(held(name)) / 2);
            reopen();
            assert_int_equal(kiosk->board_number, 0);
            assert_int_equal(state_board(kiosk, &fd), ERROR_MISSING);
            if (strcmp(name, NAMES_BOARD) != 0) {
                struct fake_office same = office;
                same.segment_count = 0;
                memset(same.segments, 0, sizeof same.segments);
                fake_office_board(&same, &(struct fake_board){.number = 3}, media_then);
                assert_int_equal(install(media_then), ERROR_OLDER);
                for (uint32_t i = 0; i < same.segment_count; i++)
                    free(same.segments[i].bytes);
            }
            assert_int_equal(install(media), ERROR_NONE);
            reopen();
            assert_int_equal(kiosk->board_number, 4);
        }
    }
    free(all);
    folder_remove(&media_then);
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
    make_board(&office, 1);
    assert_int_equal(install_but(media, UINT32_MAX, FAKE_OFFICE_DAY + 366), ERROR_EXPIRED);
    assert_int_equal(install_but(media, UINT32_MAX, FAKE_OFFICE_DAY + 365), ERROR_NONE);
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
        CASE(board_is_read_by_a_session_of_another_user),
        CASE(board_of_a_newer_charter_is_newer),
        CASE(board_counts_with_all_its_segments_only),
        CASE(segment_that_is_another_is_refused),
        CASE(segments_that_no_head_names_are_removed),
        CASE(damaged_board_counts_as_none_and_is_mended),
        CASE(board_key_changes_with_the_charter),
        CASE(board_of_an_expired_charter_is_refused),
        CASE(nothing_is_installed_without_a_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
