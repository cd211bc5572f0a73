/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A colleague or a technician with the journal in their hands, at what stands there of boards:
   which records and messages left on which, and with which tags. It is named, what can be put right
   is, and boards come out all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "office/audit.h"
#include "office/publish.h"
#include "office/queue.h"
#include "protocol/board_folder.h"
#include "tests/lib/audit_found.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;

/* An office with one kiosk and two cases. */
static int setup(void **state)
{
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    for (char who = 1; who <= 3; who += 2) {
        const struct letter letter = fake_kiosk_letter(&kiosk, who, "text");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, 2, NULL), ERROR_NONE);
    return 0;
}

static int teardown(void **state)
{
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    return 0;
}

static struct audit_found audit(void)
{
    return audit_found_in(&desk.vault);
}

static void change(const char *sql)
{
    raw_db(folder_path(desk.dir, "journal.db"), sql);
}

static uint32_t last_sent; /* messages of the board that was made last */

/* What the next board, of another day each time, says of the kiosk, and how many tags it adds. */
static enum error publish(struct head_mark *mark, uint32_t *arrivals)
{
    static uint32_t day;
    struct publish_report report;
    struct board_folder board;
    char *out = folder_make();
    const uint32_t now = FAKE_DESK_NOW + ++day * DAY_MINUTES;
    const enum error error = publish_run(&desk.vault, out, now, &report);
    const int fd = open(out, O_RDONLY | O_DIRECTORY);
    assert_true(report.made && fd >= 0);
    last_sent = report.sent;
    assert_int_equal(
        board_folder_open(fd, desk.vault.charter.board, desk.vault.charter.office, &board),
        ERROR_NONE);
    assert_true(head_find_mark(&board.head, kiosk.id, mark));
    *arrivals = board.segments[board.segment_count - 2].count;
    board_folder_close(&board);
    close(fd);
    folder_remove(&out);
    return error;
}

static void what_no_import_took_is_not_acknowledged(void **state)
{
    static const char *const hands[] = {
        "UPDATE kiosk SET tip_seq = 3, tip_hash = zeroblob(32)",
        "INSERT INTO record SELECT kiosk, 3, zeroblob(32), hash, day, flags, 1, "
        "randomblob(16), 0 FROM record WHERE seq = 2",
        "UPDATE kiosk SET tip_seq = 3, tip_hash = zeroblob(32);"
        "UPDATE record SET act = 1 WHERE seq = 3",
    };
    struct head_mark mark;
    uint32_t arrivals = 0;
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(mark.seq, 2);
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        change(hands[i]);
        assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
        assert_int_equal(mark.seq, 2);
        assert_int_equal(arrivals, 0);
    }
    assert_int_equal(audit().kinds[AUDIT_STRAY_RECORD], 1);
}

/* Whoever may write to the database can keep an answer back, but not unseen. */
static void what_was_published_and_what_waits_is_audited(void **state)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    assert_int_equal(fake_desk_answer(&desk, 1, "one", 3, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&desk, 2, "two", 3, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(audit().kinds[AUDIT_BOARD] + audit().kinds[AUDIT_QUEUE], 0);
    change("UPDATE queue SET sealed = (SELECT sealed FROM queue ORDER BY seq DESC LIMIT 1)");
    assert_int_equal(audit().kinds[AUDIT_QUEUE], 1); /* one is its own */
    change("DELETE FROM queue");
    assert_int_equal(audit().kinds[AUDIT_QUEUE], 2);
    change("INSERT INTO queue SELECT 1, randomblob(4128)");
    assert_int_equal(audit().kinds[AUDIT_QUEUE], 3);
    change("UPDATE board SET answers = zeroblob(length(answers)) WHERE number = 1");
    assert_int_equal(audit().kinds[AUDIT_BOARD], 1);
    change("UPDATE board SET number = 7 WHERE number = 2");
    assert_int_equal(audit().kinds[AUDIT_BOARD], 3); /* one of no act; the last is missing */
}

/* What left on a board is what its act names, whatever becomes of the act. */
static void assert_nothing_twice_without(const char *hand)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    char sql[96];
    assert_int_equal(fake_desk_answer(&desk, 1, "one", 3, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    uint32_t number = 0;
    const uint64_t act = fold_board(desk.vault.history.fold, &number);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    snprintf(sql, sizeof sql, "%s WHERE seq = %llu", hand, (unsigned long long)act);
    change(sql);
    assert_int_equal(fake_desk_answer(&desk, 2, "two", 3, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(last_sent, 1); /* the new one, and not the old one again */
    assert_int_equal(desk.vault.damage_count, 1);
    assert_int_equal(audit().kinds[AUDIT_BOARD], 1);
}

static void a_board_act_without_its_words_has_nothing_published_twice(void **state)
{
    assert_nothing_twice_without("DELETE FROM body");
}

static void a_board_act_of_another_shape_has_nothing_published_twice(void **state)
{
    assert_nothing_twice_without("UPDATE body SET sealed = 7");
}

/* One hand at a time: a letter's tag is kept back, or told twice, or both at once. */
static void what_records_left_on_is_put_right(void **state)
{
    static const struct {
        const char *sql;
        uint32_t told; /* by the next board, with the record that came last */
    } hands[] = {
        {"UPDATE record SET board = 1 WHERE board = 0", 1},
        {"UPDATE record SET board = 77 WHERE board = 0", 1},
        {"UPDATE record SET board = 0 WHERE seq = 1", 1},
        {"UPDATE record SET board = 2 WHERE seq = 1", 1},
        {"UPDATE record SET board = 1 WHERE board = 0; UPDATE record SET board = 0 WHERE seq = 2",
         1},
    };
    struct head_mark mark;
    uint32_t arrivals = 0;
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(arrivals, 2);
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++) {
        struct letter letter = fake_kiosk_letter(&kiosk, (char)(5 + 2 * i), "text");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
        assert_int_equal(fake_desk_import(&desk, &kiosk, kiosk.seq, kiosk.seq, NULL), ERROR_NONE);
        change(hands[i].sql);
        assert_true(audit().kinds[AUDIT_ARRIVALS] > 0);
        desk.vault.damage_count = 0;
        assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
        assert_true(desk.vault.damage_count > 0);
        assert_int_equal(arrivals, hands[i].told);
        assert_int_equal(mark.seq, kiosk.seq);
        assert_int_equal(audit().all, 0);
        assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
        assert_int_equal(arrivals, 0);
    }
}

/* Two records change places, one that waits over a board and one that left on it: all counts fit.
 */
static void who_waits_takes_nobodys_place(void **state)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    desk.vault.charter.settings[CHARTER_ARRIVALS] = 16;
    for (int i = 3; i <= 18; i++)
        fake_kiosk_cover(&kiosk, &desk.vault.charter);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 18, NULL), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(mark.seq, 16);
    change("UPDATE record SET board = CASE seq WHEN 3 THEN 0 WHEN 18 THEN 1 ELSE board END");
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(arrivals, 2);
    assert_int_equal(mark.seq, 18);
    assert_int_equal(audit().all, 0);
}

/* As by the desk of an officer who signed for other tags: each letter's tag is made again. */
static void a_letter_whose_writer_does_not_find_it_is_named(void **state)
{
    change("UPDATE record SET tag = randomblob(16) WHERE seq = 2");
    const struct audit_found found = audit();
    assert_int_equal(found.kinds[AUDIT_RECORDS], 1);
    assert_int_equal(found.kinds[AUDIT_ARRIVALS], 1);
}

static void queue_entry(uint64_t act, const uint8_t entry[ANSWER_LEN])
{
    static char sql[2 * QUEUE_LEN + 96];
    uint8_t sealed[QUEUE_LEN];
    assert_int_equal(queue_seal(desk.vault.keys, act, entry, sealed), ERROR_NONE);
    size_t len = (size_t)snprintf(sql, sizeof sql, "UPDATE queue SET sealed = x'");
    for (size_t i = 0; i < sizeof sealed; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, "%02x", sealed[i]);
    snprintf(sql + len, sizeof sql - len, "' WHERE seq = %llu", (unsigned long long)act);
    change(sql);
}

/* What boards before a restore are said to have told counts in an office that was restored. */
static void what_nobody_restored_keeps_nothing_back(void **state)
{
    struct code_keys keys;
    uint8_t tag[ANSWER_TAG_LEN];
    char sql[160];
    struct head_mark mark;
    uint32_t arrivals = 0;
    fake_kiosk_keys(1, &keys);
    assert_int_equal(answer_tag(&keys, 1, tag), ERROR_NONE);
    size_t len = (size_t)snprintf(sql, sizeof sql, "INSERT INTO seen VALUES(x'");
    for (size_t i = 0; i < sizeof tag; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, "%02x", tag[i]);
    snprintf(sql + len, sizeof sql - len, "', %d, 1)", SEGMENT_ANSWERS);
    change(sql);
    change("INSERT INTO seen SELECT tag, 1, 1 FROM record WHERE seq = 1;"
           "INSERT INTO mark SELECT kiosk, 1000, tip_hash FROM kiosk");
    assert_int_equal(fake_desk_answer(&desk, 1, "one", 3, FAKE_DESK_DAY), ERROR_NONE);
    const uint64_t message = fake_desk_act(&desk, 1, ACT_MESSAGE, 1);
    assert_int_equal(fold_act(desk.vault.history.fold, message)->to, 1);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(arrivals, 2);
    assert_int_equal(mark.seq, 2);
}

/* A colleague can seal other words for a message that has left, not put them on the board. */
static void what_a_board_took_is_on_it(void **state)
{
    static const uint8_t entry[ANSWER_LEN] = "other words";
    struct head_mark mark;
    uint32_t arrivals = 0;
    assert_int_equal(fake_desk_answer(&desk, 1, "one", 3, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    const uint64_t act = fake_desk_act(&desk, 1, ACT_MESSAGE, 1);
    queue_entry(act, entry);
    const struct audit_found found = audit();
    assert_int_equal(found.all, 1);
    assert_int_equal(found.last.kind, AUDIT_QUEUE);
    assert_int_equal(found.last.seq, act);
}

/* Nor is anything of an act whose records are not those that it took. */
static void what_does_not_fit_its_import_is_not_acknowledged(void **state)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    change("INSERT INTO record SELECT kiosk, 3, zeroblob(32), hash, day, flags, act, "
           "randomblob(16), 0 FROM record WHERE seq = 2; UPDATE kiosk SET tip_seq = 3, tip_hash = "
           "zeroblob(32)");
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(mark.seq, 0);
    assert_int_equal(desk.vault.damage_count, 1);
    assert_int_equal(audit().kinds[AUDIT_RECORDS], 1);
    change("DELETE FROM record WHERE seq = 3; UPDATE kiosk SET tip_seq = 0");
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(mark.seq, 2);
}

/* A letter whose tag is another's would arrive unseen by its writer, and no segment takes a tag
   twice; what else came is told all the same. */
static void a_tag_that_was_changed_is_not_published(void **state)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    struct letter letter = fake_kiosk_letter(&kiosk, 5, "text");
    change("UPDATE record SET tag = (SELECT tag FROM record WHERE seq = 1)");
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(mark.seq, 0);
    assert_int_equal(arrivals, 0);
    assert_int_equal(desk.vault.damage_count, 1);
    fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_NONE);
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(arrivals, 1);
}

/* As by the desk of an officer who signed for one tag twice: a segment takes it once, has a tag for
   every record all the same, and whose act the second was is named, not who made the board. */
static void a_tag_signed_for_twice_stops_no_board(void **state)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    const struct letter letter = fake_kiosk_letter(&kiosk, 1, "text");
    change("UPDATE record SET tag = randomblob(16) WHERE seq = 1"); /* so that it is not seen */
    fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_NONE);
    const uint64_t second = fold_last(desk.vault.history.fold);
    change("UPDATE record SET tag = (SELECT tag FROM record WHERE seq = 3) WHERE seq = 1");
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(arrivals, 3);
    assert_int_equal(mark.seq, 3);
    assert_int_equal(desk.vault.damage_count, 1);
    assert_int_equal(desk.vault.damage[0].seq, second);
    const struct audit_found found = audit();
    assert_int_equal(found.kinds[AUDIT_ARRIVALS], 1);
    assert_int_equal(found.all, 1);
    assert_int_equal(found.last.seq, second);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
    assert_int_equal(arrivals, 0);
}

/* An officer has the key of the queue: of two entries of one tag one leaves, both are named. */
static void a_tag_queued_twice_stops_no_board(void **state)
{
    static const uint8_t entry[ANSWER_LEN] = "one and the same tag";
    struct head_mark mark;
    uint32_t arrivals = 0;
    uint64_t acts[2];
    for (uint64_t i = 0; i < 2; i++) {
        assert_int_equal(fake_desk_answer(&desk, i + 1, "Words.", 3, FAKE_DESK_DAY), ERROR_NONE);
        acts[i] = fake_desk_act(&desk, i + 1, ACT_MESSAGE, 1);
    }
    assert_int_equal(audit().all, 0);
    for (size_t i = 0; i < 2; i++)
        queue_entry(acts[i], entry);
    assert_int_equal(audit().kinds[AUDIT_QUEUE], 2);
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(last_sent, 1);
    assert_int_equal(desk.vault.damage_count, 1);
    assert_int_equal(desk.vault.damage[0].seq, acts[1]);
    assert_int_equal(audit().kinds[AUDIT_QUEUE], 2);
    assert_int_equal(publish(&mark, &arrivals), ERROR_NONE);
}

/* However little room a board has. */
static void what_cannot_leave_keeps_no_answer_waiting(void **state)
{
    struct head_mark mark;
    uint32_t arrivals = 0;
    desk.vault.charter.settings[CHARTER_ANSWERS] = 1;
    for (uint64_t i = 1; i <= 2; i++)
        assert_int_equal(fake_desk_answer(&desk, i, "Words.", 3, FAKE_DESK_DAY), ERROR_NONE);
    const uint64_t spoiled = fake_desk_act(&desk, 1, ACT_MESSAGE, 1);
    change("UPDATE queue SET sealed = zeroblob(length(sealed)) WHERE seq = "
           "(SELECT min(seq) FROM queue)");
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(last_sent, 1);
    assert_int_equal(desk.vault.damage_count, 1);
    assert_int_equal(desk.vault.damage[0].seq, spoiled);
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(last_sent, 0); /* the other has left */
}

/* Of entries of one tag only the first has a place. */
static void a_tag_queued_often_keeps_no_answer_waiting(void **state)
{
    static const uint8_t entry[ANSWER_LEN] = "one and the same tag";
    struct head_mark mark;
    uint32_t arrivals = 0;
    desk.vault.charter.settings[CHARTER_ANSWERS] = 2;
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(fake_desk_answer(&desk, i / 3 + 1, "Words.", 3, FAKE_DESK_DAY),
                         ERROR_NONE);
    for (uint32_t number = 1; number <= 3; number++)
        queue_entry(fake_desk_act(&desk, 1, ACT_MESSAGE, number), entry);
    assert_int_equal(publish(&mark, &arrivals), ERROR_JOURNAL_ROW);
    assert_int_equal(last_sent, 2);
    assert_int_equal(desk.vault.damage_count, 2);
}

/* A lead's desk can make a generation of one compartment alone, and an act of the office under it:
   that is none, since no other desk looks there for the key of its body. */
static void a_board_under_another_key_is_none(void **state)
{
    static const uint8_t secret[32] = {9}, body[72] = {0};
    struct vault *vault = &desk.vault;
    struct history_batch batch = {.acts = NULL};
    struct history_act *added = NULL;
    uint32_t number = 0;
    assert_int_equal(keyset_add(vault->keys, KEYSET_GENERAL, 7, secret), ERROR_NONE);
    fold_board(vault->history.fold, &number);
    const struct act_content content = {.head = body, .head_len = sizeof body};
    const struct act act = {.kind = ACT_BOARD,
                            .field = ACT_BOARD_NO,
                            .minute = FAKE_DESK_NOW,
                            .from = number,
                            .to = number + 1};
    assert_int_equal(history_batch_add(&batch, vault->keys, &act, NULL, &content, &added),
                     ERROR_NONE);
    const struct keyset_generation *held = keyset_find(vault->keys, KEYSET_GENERAL, 7);
    const struct act_key key = {vault->keys->office, KEYSET_GENERAL, 7, held->head};
    assert_int_equal(
        act_seal_head(&key, &added->act, added->head, &added->head_len, added->head_digest),
        ERROR_NONE);
    assert_int_equal(history_append(&vault->history, &batch), ERROR_NONE);
    history_batch_free(&batch);
    fake_kiosk_cover(&kiosk, &vault->charter);
    kiosk.board = number + 1;
    assert_int_equal(fake_desk_import(&desk, &kiosk, 3, 3, NULL), ERROR_NONE);
    assert_int_equal(vault->damage_count, 1); /* by the desk that believes its own act */
    assert_true(audit().all > 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_no_import_took_is_not_acknowledged),
        TEST(what_was_published_and_what_waits_is_audited),
        TEST(a_board_act_without_its_words_has_nothing_published_twice),
        TEST(a_board_act_of_another_shape_has_nothing_published_twice),
        TEST(what_records_left_on_is_put_right),
        TEST(who_waits_takes_nobodys_place),
        TEST(a_letter_whose_writer_does_not_find_it_is_named),
        TEST(what_nobody_restored_keeps_nothing_back),
        TEST(what_a_board_took_is_on_it),
        TEST(what_does_not_fit_its_import_is_not_acknowledged),
        TEST(a_tag_that_was_changed_is_not_published),
        TEST(a_tag_signed_for_twice_stops_no_board),
        TEST(a_tag_queued_twice_stops_no_board),
        TEST(what_cannot_leave_keeps_no_answer_waiting),
        TEST(a_tag_queued_often_keeps_no_answer_waiting),
        TEST(a_board_under_another_key_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
