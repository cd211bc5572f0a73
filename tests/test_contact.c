/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kiosk has come to by what its bundles told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "office/contact.h"

enum { WELL = BUNDLE_PRINTER_OK | BUNDLE_DISK_OK | BUNDLE_CLOCK_OK, DAY = DAY_RELEASED };

/* The last act of a bundle of records 1 to last, from a kiosk that is well and holds this board. */
static struct contact said(uint64_t last, uint32_t board)
{
    return (struct contact){.first = 1,
                            .last = last,
                            .charter = 1,
                            .board = board,
                            .image = 7,
                            .health = WELL,
                            .flags = CONTACT_CLOCK | CONTACT_LAST};
}

/* How many rollbacks it shows that were not known. */
static uint32_t take(struct contact_state *state, uint64_t last, uint32_t board)
{
    const struct contact contact = said(last, board);
    const uint32_t before = state->rollbacks;
    contact_take(state, &contact, DAY);
    return state->rollbacks - before;
}

static void bytes_are_as_the_page_says(void **state)
{
    uint8_t bytes[CONTACT_LEN + 1];
    struct contact back, contact = {.first = 0x0102,
                                    .last = 0x0103,
                                    .charter = 4,
                                    .board = 5,
                                    .image = 6,
                                    .exchange_age = 0x0807,
                                    .health = 3,
                                    .flags = CONTACT_LAST | CONTACT_BRINGS,
                                    .taken = 2,
                                    .misfits = {.n = 1, .all = {{{1, 2, {3}}, {4, 5, {6}}}}}};
    memset(contact.kiosk, 'k', sizeof contact.kiosk);
    memset(contact.digest, 'd', sizeof contact.digest);
    contact_encode(&contact, bytes);
    assert_memory_equal(bytes, "kkkkkkkk\2\1\0\0\0\0\0\0\3\1\0\0\0\0\0\0\4\0\0\0\5\0\0\0\6\0\0\0",
                        36);
    assert_memory_equal(bytes + 76, "\1\0\0\0\2\0\0\0\3", 9);
    assert_memory_equal(bytes + 36, "\7\10\3\14\2\0\0\0dddd", 12);
    assert_int_equal(contact_decode(bytes, CONTACT_LEN, &back), ERROR_NONE);
    assert_true(contact_equal(&back, &contact));
    assert_int_equal(back.flags, contact.flags);
    assert_int_equal(back.taken, 2);
    assert_memory_equal(back.digest, contact.digest, sizeof back.digest);
    assert_int_equal(contact_decode(bytes, CONTACT_LEN + 1, &back), ERROR_NONE);
    assert_int_equal(contact_decode(bytes, CONTACT_LEN - 1, &back), ERROR_MALFORMED);
}

static void a_range_that_cannot_be_is_refused(void **state)
{
    static const struct {
        uint64_t first, last;
        uint32_t taken;
        enum error error;
    } cases[] = {
        {1, 0, 0, ERROR_NONE},         {1, 4096, 256, ERROR_NONE},
        {5, 4, 0, ERROR_NONE},         {0, 3, 0, ERROR_MALFORMED},
        {5, 3, 0, ERROR_MALFORMED},    {1, 4097, 0, ERROR_MALFORMED},
        {1, 1, 4097, ERROR_MALFORMED}, {1, UINT64_MAX, 0, ERROR_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[CONTACT_LEN];
        struct contact contact = said(cases[i].last, 1);
        contact.first = cases[i].first;
        contact.taken = cases[i].taken;
        contact_encode(&contact, bytes);
        assert_int_equal(contact_decode(bytes, sizeof bytes, &contact), cases[i].error);
    }
}

static void a_digest_is_of_rows_in_order(void **state)
{
    static const struct hash_part parts[] = {{"kkkkkkkk\1\0\0\0\0\0\0\0", 16},
                                             {"hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", 32},
                                             {"pppppppppppppppppppppppppppppppp", 32},
                                             {"\2\1\0\0\3tttttttttttttttt", 21}};
    struct journal_record record = {.seq = 1, .day = 0x0102, .flags = 3};
    const struct journal_record *records[] = {&record};
    uint8_t digest[HASH_LEN], expected[HASH_LEN];
    memset(record.kiosk, 'k', sizeof record.kiosk);
    memset(record.hash, 'h', sizeof record.hash);
    memset(record.previous, 'p', sizeof record.previous);
    memset(record.tag, 't', sizeof record.tag);
    assert_int_equal(contact_digest(records, 1, digest), ERROR_NONE);
    assert_int_equal(hash_sha256(expected, parts, 4), 0);
    assert_memory_equal(digest, expected, HASH_LEN);
    assert_int_equal(contact_digest(records, 0, digest), ERROR_NONE);
    assert_int_equal(hash_sha256(expected, parts, 0), 0);
    assert_memory_equal(digest, expected, HASH_LEN);
}

/* Boards that do not fit are told whatever else a bundle says, and once. */
static void boards_that_do_not_fit_are_told_once(void **state)
{
    struct contact_state kiosk = {.board = 0};
    struct contact contact = said(10, 5);
    contact_take(&kiosk, &contact, DAY);
    contact.misfits = (struct misfit_list){.n = 1, .all = {{{1, 2, {3}}, {4, 5, {6}}}}};
    const struct contact plain = said(10, 5);
    assert_false(contact_equal(&contact, &plain));
    assert_false(contact_equal(&plain, &contact));
    for (int counts = 0; counts < 2; counts++) {
        struct contact_state then = kiosk;
        contact.flags = counts ? CONTACT_LAST : CONTACT_LAST | CONTACT_FULL;
        assert_true(contact_tells(&then, &contact));
        assert_true(contact_brings_misfit(&then, &contact));
        contact_take(&then, &contact, DAY);
        assert_false(contact_brings_misfit(&then, &contact));
        contact_take(&then, &plain, DAY);
        assert_false(contact_brings_misfit(&then, &contact));
    }
}

static void the_latest_bundle_is_believed(void **state)
{
    struct contact_state kiosk = {.board = 0};
    assert_int_equal(take(&kiosk, 10, 5), 0);
    assert_int_equal(take(&kiosk, 12, 5), 0);
    assert_int_equal(kiosk.bundle_last, 12);
    assert_int_equal(kiosk.board, 5);
    assert_int_equal(kiosk.charter, 1);
    assert_int_equal(kiosk.image, 7);
    assert_int_equal(kiosk.health, WELL);
    assert_int_equal(kiosk.imported, DAY);
    assert_int_equal(take(&kiosk, 11, 4), 0); /* late */
    assert_int_equal(kiosk.bundle_last, 12);
    assert_int_equal(kiosk.board, 5);
}

static void a_chunk_that_is_not_the_last_tells_nothing(void **state)
{
    struct contact_state kiosk = {.board = 0};
    struct contact contact = said(10, 5);
    contact.flags = CONTACT_CLOCK | CONTACT_BRINGS;
    assert_false(contact_counts(&contact));
    assert_false(contact_tells(&kiosk, &contact));
    contact_take(&kiosk, &contact, DAY);
    assert_int_equal(kiosk.imported, 0);
    contact.flags = CONTACT_CLOCK | CONTACT_LAST | CONTACT_FULL;
    contact_take(&kiosk, &contact, DAY);
    assert_int_equal(kiosk.imported, 0);
}

static void a_rollback_is_told_once(void **state)
{
    struct contact_state kiosk = {.board = 0};
    assert_int_equal(take(&kiosk, 8, 5), 0);
    assert_int_equal(take(&kiosk, 5, 6), 1);
    assert_int_equal(take(&kiosk, 5, 7), 0);
    assert_int_equal(take(&kiosk, 7, 8), 0);
    assert_int_equal(take(&kiosk, 4, 9), 1); /* back once more */
    assert_int_equal(take(&kiosk, 9, 10), 0);
    assert_int_equal(take(&kiosk, 8, 11), 1); /* from another end */
    assert_int_equal(take(&kiosk, 10, 11), 0);
    assert_int_equal(take(&kiosk, 11, 3), 1); /* of the board alone */
    assert_int_equal(take(&kiosk, 12, 3), 0);
    assert_int_equal(kiosk.rollbacks, 4);
    assert_int_equal(kiosk.rollback.was_seq, 10);
    assert_int_equal(kiosk.rollback.was_board, 11);
    assert_int_equal(kiosk.rollback.seq, 11);
    assert_int_equal(kiosk.rollback.board, 3);
    assert_int_equal(kiosk.rollback.day, DAY);
    assert_int_equal(kiosk.board, 11);
}

static void after_a_rollback_an_old_bundle_is_late(void **state)
{
    struct contact_state kiosk = {.board = 0};
    assert_int_equal(take(&kiosk, 10, 5), 0);
    assert_int_equal(take(&kiosk, 5, 6), 1);
    assert_int_equal(take(&kiosk, 10, 5), 0);
    assert_int_equal(kiosk.bundle_last, 5);
    assert_int_equal(take(&kiosk, 8, 7), 0);
    assert_int_equal(take(&kiosk, 6, 8), 1);
    assert_int_equal(kiosk.rollback.was_seq, 8);
    assert_int_equal(kiosk.highest, 10);
}

static void a_bad_disk_is_believed_of_a_late_bundle_that_brings_something(void **state)
{
    struct contact_state kiosk = {.board = 0};
    struct contact late = said(5, 0);
    late.health = WELL & ~BUNDLE_DISK_OK;
    take(&kiosk, 10, 5);
    contact_take(&kiosk, &late, DAY + 1);
    assert_int_equal(kiosk.health, WELL);
    late.flags |= CONTACT_BRINGS;
    contact_take(&kiosk, &late, DAY + 1);
    assert_int_equal(kiosk.health, WELL & ~BUNDLE_DISK_OK);
    assert_int_equal(kiosk.imported, DAY);
    assert_int_equal(kiosk.bundle_last, 10);
    take(&kiosk, 11, 5);
    assert_int_equal(kiosk.health, WELL);
    late.flags &= (uint8_t)~CONTACT_BRINGS;
    late.exchange_age = UINT16_MAX; /* salvaged */
    contact_take(&kiosk, &late, DAY + 1);
    assert_int_equal(kiosk.health, WELL & ~BUNDLE_DISK_OK);
}

static void a_clock_is_checked_against_the_office(void **state)
{
    struct contact_state kiosk = {.board = 0};
    struct contact contact = said(1, 1);
    contact.flags = CONTACT_LAST;
    contact_take(&kiosk, &contact, DAY);
    assert_int_equal(kiosk.health, WELL & ~BUNDLE_CLOCK_OK);
    assert_int_equal(contact_latest_day(DAY * DAY_MINUTES), DAY + 1);
    assert_int_equal(contact_latest_day(DAY * DAY_MINUTES + DAY_MINUTES - 1), DAY + 1);
}

static void importing_again_tells_nothing(void **state)
{
    struct contact_state kiosk = {.board = 0};
    struct contact contact = said(0, 0);
    contact.charter = contact.image = contact.health = 0;
    assert_true(contact_tells(&kiosk, &contact)); /* that there was an exchange */
    contact_take(&kiosk, &contact, DAY);
    assert_false(contact_tells(&kiosk, &contact));
    contact = said(3, 1);
    assert_true(contact_tells(&kiosk, &contact));
    contact_take(&kiosk, &contact, DAY);
    contact.flags |= CONTACT_BRINGS;
    assert_false(contact_tells(&kiosk, &contact));
    contact.exchange_age = 1;
    assert_true(contact_tells(&kiosk, &contact));
}

static void a_bundle_is_known_again(void **state)
{
    const struct contact contact = said(3, 1);
    struct contact other = contact;
    other.flags |= CONTACT_BRINGS;
    other.taken = 7;
    other.digest[0] = 1;
    assert_true(contact_equal(&contact, &other));
    other.flags = CONTACT_CLOCK;
    assert_false(contact_equal(&contact, &other));
    other = contact;
    other.exchange_age = 1;
    assert_false(contact_equal(&contact, &other));
    other = contact;
    other.kiosk[7] = 1;
    assert_false(contact_equal(&contact, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_as_the_page_says),
        cmocka_unit_test(a_range_that_cannot_be_is_refused),
        cmocka_unit_test(a_digest_is_of_rows_in_order),
        cmocka_unit_test(boards_that_do_not_fit_are_told_once),
        cmocka_unit_test(the_latest_bundle_is_believed),
        cmocka_unit_test(a_chunk_that_is_not_the_last_tells_nothing),
        cmocka_unit_test(a_rollback_is_told_once),
        cmocka_unit_test(after_a_rollback_an_old_bundle_is_late),
        cmocka_unit_test(a_bad_disk_is_believed_of_a_late_bundle_that_brings_something),
        cmocka_unit_test(a_clock_is_checked_against_the_office),
        cmocka_unit_test(importing_again_tells_nothing),
        cmocka_unit_test(a_bundle_is_known_again),
    };
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
