/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office that has a case for each hostile text, and the count of what got through. Of the
   tests of hostile texts; everything fails the running test. */
#include "tests/lib/hostile_office.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "office/triage.h"

struct fake_desk hostile_desk;
struct fake_kiosk hostile_kiosk;
uint64_t honest_case;
uint64_t hostile_cases[HOSTILE_COUNT];

char hostile_text[LETTER_TEXT_MAX + 1], hostile_name[LETTER_NAME_MAX], hostile_note[ITEM_NOTE_MAX];

char hostile_answer[ANSWER_TEXT_MAX + 1];
size_t hostile_text_len, hostile_name_len, hostile_note_len, hostile_answer_len;
unsigned hostile_places, hostile_through;

void hostile_got_through(const char *place, const struct hostile *hostile, const char *why)
{
    print_error("%s got through: %s: %.80s\n", hostile->name, place, why);
    hostile_through++;
}

void hostile_finish(void)
{
    static unsigned before;
    const unsigned now = hostile_through - before;
    before = hostile_through;
    assert_int_equal(now, 0);
}

void hostile_expect(bool right, const char *place, const struct hostile *hostile, const char *why)
{
    if (!right)
        hostile_got_through(place, hostile, why);
}

void hostile_make(const struct hostile *hostile)
{
    hostile_text_len = hostile_fill(hostile, hostile_text, LETTER_TEXT_MAX);
    hostile_name_len = hostile_fill(hostile, hostile_name, sizeof hostile_name);
    hostile_note_len = hostile_fill(hostile, hostile_note, sizeof hostile_note);
    hostile_answer_len = hostile_fill(hostile, hostile_answer, ANSWER_TEXT_MAX);
    hostile_text[hostile_text_len] = hostile_answer[hostile_answer_len] = '\0';
}

static void write_letter(char who, const char *words, size_t len, const char *called,
                         size_t called_len)
{
    struct letter letter = fake_kiosk_letter(&hostile_kiosk, who, "");
    letter.text = words;
    letter.text_len = len;
    letter.name = called;
    letter.name_len = called_len;
    fake_kiosk_add(&hostile_kiosk, &hostile_desk.vault.charter, &letter);
}

static void add_to_case(uint64_t id, const char *noted, size_t noted_len, const char *answered,
                        size_t answered_len)
{
    assert_int_equal(fake_desk_note(&hostile_desk, id, noted, noted_len), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&hostile_desk, id, answered, answered_len, FAKE_DESK_DAY),
                     ERROR_NONE);
}

static void fill_office(void)
{
    struct triage_case *rows = NULL;
    size_t n = 0, at = 1;
    write_letter(1, "honest", 6, "Name", 4);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        hostile_make(&hostile_texts[i]);
        if (hostile_texts[i].kind != HOSTILE_TORN)
            write_letter((char)(i + 2), hostile_text, hostile_text_len, hostile_name,
                         hostile_name_len);
    }
    assert_int_equal(fake_desk_import(&hostile_desk, &hostile_kiosk, 1, hostile_kiosk.seq, NULL),
                     ERROR_NONE);
    assert_int_equal(triage_list(&hostile_desk.vault, &rows, &n), ERROR_NONE);
    assert_int_equal(n, hostile_kiosk.seq);
    honest_case = rows[0].id;
    add_to_case(honest_case, "honest", 6, "honest", 6);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        hostile_make(&hostile_texts[i]);
        hostile_cases[i] = hostile_texts[i].kind != HOSTILE_TORN ? rows[at++].id : 0;
        if (hostile_cases[i] != 0)
            add_to_case(hostile_cases[i], hostile_note, hostile_note_len, hostile_answer,
                        hostile_answer_len);
    }
    free(rows);
}

int hostile_setup(void **state)
{
    lang_set("en");
    fake_desk_open(&hostile_desk);
    fake_desk_enroll(&hostile_desk, &hostile_kiosk, "PC-17");
    fill_office();
    return 0;
}

int hostile_teardown(void **state)
{
    fake_kiosk_drop(&hostile_kiosk);
    fake_desk_close(&hostile_desk);
    print_message("hostile: %d texts x %u places, %u got through\n", HOSTILE_COUNT, hostile_places,
                  hostile_through);
    return 0;
}

unsigned hostile_count(const char *shown, const char *words)
{
    unsigned n = 0;
    for (; (shown = strstr(shown, words)) != NULL; shown += strlen(words))
        n++;
    return n;
}

json_t *hostile_parse(const struct hostile *hostile, const char *json, size_t len)
{
    json_error_t error;
    json_t *value = json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    hostile_expect(value != NULL, "JSON", hostile, error.text);
    return value;
}

struct screen *hostile_screen;
char hostile_dump[SCREEN_ROWS_MIN * ROW_MAX];

void hostile_check_grid(const char *place, const struct hostile *hostile, const struct screen *grid)
{
    for (int row = 0; row < screen_rows(grid); row++)
        for (int col = 0; col < screen_cols(grid); col++) {
            const uint32_t ch = screen_at(grid, row, col)->ch;
            hostile_expect(ch == 0 || utf8_harmless(ch), place, hostile,
                           "a cell that is not harmless");
        }
}
