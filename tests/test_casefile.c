/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case: what was loaded stays as it was, damaged rows close no other, and one too long to be kept
   is read all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "complaint/taxonomy.h"
#include "office/casefile.h"
#include "office/triage.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"

enum { LONG = CASEFILE_KEPT_MAX / LETTER_TEXT_MAX + 2 };

static struct fake_desk desk;
static struct fake_kiosk kiosk;
static struct casefile *casefile;
static char text[LETTER_TEXT_MAX + 1];

static int setup(void **state)
{
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    return 0;
}

static int teardown(void **state)
{
    casefile_free(&casefile);
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    return 0;
}

/* Letters of one person, each of len bytes; the first character is another one each time. */
static void receive(size_t letters, size_t len)
{
    memset(text, 'x', len);
    text[len] = '\0';
    for (size_t i = 0; i < letters; i++) {
        text[0] = (char)('A' + i % 26);
        struct letter letter = fake_kiosk_letter(&kiosk, 'a', text);
        letter.kind = i == 0 ? LETTER_COMPLAINT : LETTER_FOLLOWUP;
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, letters, NULL), ERROR_NONE);
}

static void load(void)
{
    casefile_free(&casefile);
    assert_int_equal(casefile_load(&desk.vault, 1, &casefile), ERROR_NONE);
    assert_int_equal(casefile_seen(casefile)->number, 1);
}

struct seen {
    size_t letters;
    size_t messages;
    size_t opened;
    size_t notes;
    size_t len; /* each letter's */
};

static enum error see(void *context, const struct item *item)
{
    struct seen *seen = context;
    if (item->kind == ITEM_LETTER) {
        assert_int_equal(item->letter->text_len, seen->len);
        assert_int_equal(item->letter->text[0], 'A' + seen->letters++ % 26);
        assert_int_equal(item->letter->text[seen->len - 1], 'x');
        assert_memory_equal(item->kiosk, kiosk.id, sizeof kiosk.id);
        assert_int_equal(item->seq, seen->letters);
    }
    seen->messages += item->kind == ITEM_MESSAGE;
    seen->opened += item->kind == ITEM_MESSAGE && item->has_text && item->len == 6 &&
                    memcmp(item->text, "answer", 6) == 0;
    seen->notes += item->kind == ITEM_NOTE && item->len == 4 && memcmp(item->text, "note", 4) == 0;
    return ERROR_NONE;
}

static struct seen walk(size_t len, enum error expected)
{
    struct seen seen = {.len = len};
    assert_int_equal(casefile_walk(casefile, see, &seen), expected);
    return seen;
}

static void test_a_case_stays_as_it_was_loaded(void **state)
{
    bool kept = false;
    receive(3, 100);
    assert_int_equal(fake_desk_note(&desk, 1, "note", 4), ERROR_NONE);
    load();
    assert_int_equal(triage_answer(casefile, "answer", 6, FAKE_DESK_NOW, &kept), ERROR_NONE);
    fake_desk_damage(&desk, fake_desk_act(&desk, 1, ACT_NOTE, 1));
    for (int i = 0; i < 2; i++) {
        const struct seen seen = walk(100, ERROR_NONE);
        assert_int_equal(seen.letters, 3);
        assert_int_equal(seen.messages, 0);
        assert_int_equal(seen.opened, 0);
        assert_int_equal(seen.notes, 1);
    }
    load();
    assert_int_equal(walk(100, ERROR_JOURNAL_ROW).opened, 1);
    assert_int_equal(desk.vault.damage_count, 1);
}

/* Its letters alone are more than what is kept. */
static void test_a_case_too_long_to_keep_is_read_and_answered(void **state)
{
    struct triage_case row;
    bool kept = false;
    receive(LONG, LETTER_TEXT_MAX);
    load();
    for (int i = 0; i < 2; i++) {
        const struct seen seen = walk(LETTER_TEXT_MAX, ERROR_NONE);
        assert_int_equal(seen.letters, LONG);
        assert_int_equal(seen.opened, 0);
    }
    assert_int_equal(triage_row(casefile, &row), ERROR_NONE);
    assert_int_equal(row.letters, LONG);
    assert_true(row.waits);
    assert_int_equal(triage_answer(casefile, "answer", 6, FAKE_DESK_NOW, &kept), ERROR_NONE);
    assert_int_equal(walk(LETTER_TEXT_MAX, ERROR_NONE).messages, 0); /* as it was loaded */
    load();
    assert_int_equal(walk(LETTER_TEXT_MAX, ERROR_NONE).messages, 1);
    assert_int_equal(triage_row(casefile, &row), ERROR_NONE);
    assert_int_equal(row.messages, 1);
    assert_int_equal(casefile_told(casefile), TAXONOMY_ANSWERED);
    assert_false(row.waits);
}

static void test_a_freed_case_leaves_its_memory(void **state)
{
    receive(20, LETTER_TEXT_MAX);
    for (int i = 0; i < 20; i++)
        load();
    assert_int_equal(walk(LETTER_TEXT_MAX, ERROR_NONE).letters, 20);
}

static void test_there_is_no_such_case(void **state)
{
    receive(1, 10);
    assert_int_equal(casefile_load(&desk.vault, 0, &casefile), ERROR_CASE);
    assert_int_equal(casefile_load(&desk.vault, 2, &casefile), ERROR_CASE);
    assert_null(casefile);
}

/* As when the disk failed while the history was made anew. */
static void lose_history(void)
{
    struct history *history = &desk.vault.history;
    fold_free(&history->fold);
    assert_int_equal(fold_new(&history->fold), ERROR_NONE);
    history->stale = true;
}

static void test_a_case_outlives_a_history_that_is_made_anew(void **state)
{
    receive(LONG, LETTER_TEXT_MAX);
    load();
    lose_history();
    assert_int_equal(walk(LETTER_TEXT_MAX, ERROR_NONE).letters, LONG);
    lose_history();
    assert_int_equal(casefile_note(casefile, FAKE_DESK_NOW, "note", 4), ERROR_NONE);
    lose_history();
    assert_int_equal(casefile_undo(casefile, FAKE_DESK_NOW), ERROR_NO_UNDO);
    lose_history();
    assert_false(casefile_training(casefile));
    load();
    assert_int_equal(walk(LETTER_TEXT_MAX, ERROR_NONE).notes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_case_stays_as_it_was_loaded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_case_too_long_to_keep_is_read_and_answered, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_freed_case_leaves_its_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_there_is_no_such_case, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_case_outlives_a_history_that_is_made_anew, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
