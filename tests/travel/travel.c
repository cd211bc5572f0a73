/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays a small office by the library alone, for a stranger to read: travel FOLDER [FAULT].

   FOLDER gets sandyq.charter, the cards and bundles of two kiosks, boards/1 to boards/3 (a medium
   each), `secrets` (the intake secret and the keys of two receipts) and `played`: a line for each
   letter, arrival and message, as the stranger has to find them. FAULT: how the office breaks its
   word; `before`, `changed` or `added` (see break_word). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "crypto/answer.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"

enum { KIOSKS = 2, BOARDS = 3, SEGMENTS = 2 * BOARDS, ANSWERS = 16, ARRIVALS_MAX = 8 };

/* What the kiosks seal, in order. */
static const struct {
    int kiosk;
    enum letter_kind kind;
    char who;
    uint8_t arrival;
    const char *text;
    uint8_t seen, question, choice;
} letters[] = {
    {0, LETTER_COMPLAINT, 'a', 0, "Меня бьют.", 0, 0, 0},
    {0, LETTER_COVER, 0, 0, "", 0, 0, 0},
    {1, LETTER_COVER, 0, 0, "", 0, 0, 0},
    {1, LETTER_COMPLAINT, 'c', 0, "", 0, 0, 0},
    {1, LETTER_SEEN, 'a', 0, "", 1, 0, 0},
    {0, LETTER_FOLLOWUP, 'a', 7, "Вчера снова.", 2, 2, 3},
};

/* Boards from 1: the charter's number then, and how many records were taken. */
static const struct {
    uint32_t charter;
    uint32_t taken;
} boards[BOARDS + 1] = {{0, 0}, {1, 5}, {2, 1}, {2, 0}};

static const struct {
    uint32_t board;
    char who;
    uint32_t i;
} arrived[] = {{1, 'a', 0}, {1, 'c', 0}, {2, 'a', 7}};

/* Number 3 of the first case was left out, as a restored office does. */
static const struct {
    uint32_t board;
    char who;
    uint64_t n;
    uint8_t state;
    const char *text;
    const char *choices[ANSWER_CHOICES_MAX]; /* of a question */
} messages[] = {
    {2, 'a', 1, 2, "Мы проверяем.", {NULL}},
    {2, 'a', 2, 3, "Вам стало хуже?", {"Нет", "Немного", "Да"}},
    {3, 'a', 4, 4, "", {NULL}},
    {3, 'c', 1, 3, "Напишите, что случилось.", {"Да"}},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static struct fake_office office;
static struct fake_kiosk kiosks[KIOSKS];
static struct head_segment named[SEGMENTS];
static uint8_t *files[SEGMENTS];
static size_t lens[SEGMENTS];
static uint8_t before[HASH_LEN];
static const char *folder, *fault;
static FILE *played;

static void hash_bytes(const uint8_t *bytes, size_t len, uint8_t hash[HASH_LEN])
{
    const struct hash_part part = {bytes, len};
    assert_int_equal(hash_sha256(hash, &part, 1), 0);
}

/* --- kiosks --- */

static void seal_letters(void)
{
    for (size_t i = 0; i < COUNT(letters); i++) {
        struct fake_kiosk *kiosk = &kiosks[letters[i].kiosk];
        struct letter letter = fake_kiosk_letter(kiosk, letters[i].who, letters[i].text);
        letter.kind = letters[i].kind;
        letter.arrival = letters[i].arrival;
        letter.seen = letters[i].seen;
        letter.question = letters[i].question;
        letter.choice = letters[i].choice;
        fake_kiosk_add(kiosk, &office.charter, &letter);
        if (letter.kind != LETTER_COVER)
            fprintf(played,
                    "letter %s %" PRIu64
                    " kind %d of %c, arrival %u, seen %u, chose %u of %u: %s\n",
                    kiosk->facility, kiosk->seq, letter.kind, letters[i].who, letter.arrival,
                    letter.seen, letter.choice, letter.question, letters[i].text);
    }
}

static void write_kiosk(const struct fake_kiosk *kiosk)
{
    struct card card = {
        .number = 1, .issued = FAKE_OFFICE_DAY, .expires = FAKE_OFFICE_DAY, .type = 1};
    uint8_t file[CARD_FILE_LEN];
    char name[NAMES_LEN];
    size_t len = 0;
    memcpy(card.key, kiosk->key, sizeof card.key);
    memcpy(card.facility, kiosk->facility, sizeof card.facility);
    fake_office_sign(&office, &card, file);
    snprintf(name, sizeof name, "%s.card", kiosk->facility);
    folder_write(folder_path(folder, name), file, sizeof file);
    uint8_t *bundle = fake_kiosk_bundle(kiosk, 1, kiosk->seq, &len);
    names_bundle(kiosk->id, 1, name);
    folder_write(folder_path(folder, name), bundle, len);
    free(bundle);
}

/* --- boards --- */

static void make_segment(uint32_t board, uint32_t kind, const uint8_t *entries, uint32_t count)
{
    const size_t at = 2 * (board - 1) + (kind == SEGMENT_ANSWERS);
    struct segment segment = {.kind = kind,
                              .number = board,
                              .day = FAKE_OFFICE_DAY + board,
                              .charter = boards[board].charter,
                              .count = count};
    memcpy(segment.office, office.charter.office, sizeof segment.office);
    if (kind == SEGMENT_ANSWERS)
        memcpy(segment.before, before, sizeof before);
    free(files[at]);
    assert_int_equal(segment_encode(&segment, entries, &files[at], &lens[at]), ERROR_NONE);
    named[at] = (struct head_segment){.number = board, .kind = kind, .count = count};
    hash_bytes(files[at], lens[at], named[at].hash);
}

static void make_arrivals(uint32_t board)
{
    uint8_t tags[ARRIVALS_MAX][SEGMENT_TAG_LEN];
    struct code_keys keys;
    size_t at = 0;
    random_bytes(tags, sizeof tags);
    for (size_t i = 0; i < COUNT(arrived); i++) {
        if (arrived[i].board != board)
            continue;
        fake_kiosk_keys(arrived[i].who, &keys);
        assert_int_equal(answer_arrival_tag(&keys, boards[board].charter, arrived[i].i, tags[at++]),
                         ERROR_NONE);
        fprintf(played, "arrived %c %u board %u\n", arrived[i].who, arrived[i].i, board);
    }
    make_segment(board, SEGMENT_ARRIVALS, tags[0], boards[board].taken);
}

/* Makes a question of a text; of none of them nothing. */
static void add_choices(struct answer *answer, const char *const choices[ANSWER_CHOICES_MAX])
{
    size_t at = answer->len;
    for (size_t i = 0; i < ANSWER_CHOICES_MAX && choices[i] != NULL; i++) {
        answer->kind = ANSWER_QUESTION;
        answer->choices[i] = (uint8_t)strlen(choices[i]);
        memcpy(answer->text + at, choices[i], answer->choices[i]);
        at += answer->choices[i];
        fprintf(played, " | %s", choices[i]);
    }
}

static void make_answers(uint32_t board)
{
    static uint8_t entries[ANSWERS][SEGMENT_ANSWER_LEN];
    static struct answer answer;
    struct code_keys keys;
    random_bytes(entries, sizeof entries);
    for (size_t i = 0; i < COUNT(messages); i++) {
        if (messages[i].board != board)
            continue;
        fake_kiosk_keys(messages[i].who, &keys);
        memset(&answer, 0, sizeof answer);
        answer.kind = ANSWER_TEXT;
        answer.state = messages[i].state;
        answer.day = FAKE_OFFICE_DAY;
        answer.len = (uint16_t)strlen(messages[i].text);
        memcpy(answer.text, messages[i].text, answer.len);
        fprintf(played, "message %c %" PRIu64 " board %u, state %d: %s", messages[i].who,
                messages[i].n, board, messages[i].state, messages[i].text);
        add_choices(&answer, messages[i].choices);
        assert_int_equal(answer_seal(&keys, messages[i].n, &answer, entries[i]), ERROR_NONE);
        fprintf(played, "\n");
    }
    make_segment(board, SEGMENT_ANSWERS, entries[0], ANSWERS);
}

/* Which segments a board names: the last one leaves out what the first one added. */
static uint32_t first_named(uint32_t board)
{
    return board == BOARDS ? 2 : 0;
}

static void write_medium(uint32_t board, const uint8_t *head, size_t len)
{
    char path[FOLDER_PATH], name[NAMES_LEN];
    snprintf(path, sizeof path, "%s/boards/%u", folder, board);
    assert_int_equal(mkdir(path, 0700), 0);
    folder_write(folder_path(path, NAMES_BOARD), head, len);
    for (uint32_t i = first_named(board); i < 2 * board; i++) {
        assert_true(names_segment(&named[i], name));
        folder_write(folder_path(path, name), files[i], lens[i]);
    }
}

static void make_head(uint32_t board, uint32_t hidden)
{
    struct head_mark marks[KIOSKS];
    const uint32_t first = first_named(board);
    const struct head_lists lists = {marks, (const uint8_t(*)[CARD_KIOSK_LEN])kiosks[1].id,
                                     named + first, "Приём по вторникам.\n"};
    struct head head = {.charter = boards[board].charter,
                        .number = board,
                        .day = FAKE_OFFICE_DAY + board,
                        .kiosk_count = KIOSKS,
                        .excluded_count = board == BOARDS,
                        .segment_count = 2 * board - first - hidden,
                        .notices_len = (uint32_t)strlen(lists.notices)};
    uint8_t *out = NULL;
    size_t len = 0;
    memcpy(head.office, office.charter.office, sizeof head.office);
    memcpy(head.before, before, sizeof before);
    random_bytes(head.journal, sizeof head.journal);
    for (size_t i = 0; i < KIOSKS; i++) {
        marks[i] = (struct head_mark){.seq = kiosks[i].seq, .day = FAKE_OFFICE_DAY};
        memcpy(marks[i].kiosk, kiosks[i].id, sizeof marks[i].kiosk);
        memcpy(marks[i].hash, kiosks[i].hash, sizeof marks[i].hash);
    }
    assert_int_equal(head_encode(&head, &lists, office.board_seed, &out, &len), ERROR_NONE);
    hash_bytes(out, len, before);
    write_medium(board, out, len);
    free(out);
}

/* At the second board: another head before it, an answers segment of the first board made anew, or
   one that the first head did not name. */
static void break_word(uint32_t board)
{
    static const uint8_t entries[2][SEGMENT_ANSWER_LEN] = {{1}, {2}};
    if (board == 2 && strcmp(fault, "before") == 0)
        before[31] ^= 1;
    if (board == 2 && strcmp(fault, "changed") == 0)
        make_segment(1, SEGMENT_ANSWERS, entries[0], 2);
}

static void make_boards(void)
{
    for (uint32_t board = 1; board <= BOARDS; board++) {
        office.charter.number = boards[board].charter;
        fake_office_charter(&office);
        break_word(board);
        make_arrivals(board);
        make_answers(board);
        make_head(board, board == 1 && strcmp(fault, "added") == 0);
    }
    folder_write(folder_path(folder, NAMES_CHARTER), office.charter_bytes, CHARTER_LEN);
}

static void write_hex(FILE *file, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        fprintf(file, "%02x", bytes[i]);
}

static void write_secrets(void)
{
    FILE *file = fopen(folder_path(folder, "secrets"), "we");
    assert_non_null(file);
    fprintf(file, "intake ");
    write_hex(file, office.intake_secret, 32);
    for (char who = 'a'; who <= 'c'; who += 2) {
        struct code_keys keys;
        fake_kiosk_keys(who, &keys);
        fprintf(file, "\nreceipt %c ", who);
        write_hex(file, keys.tag, sizeof keys.tag);
        fputc(' ', file);
        write_hex(file, keys.answer, sizeof keys.answer);
    }
    fputc('\n', file);
    assert_int_equal(fclose(file), 0);
}

static void play(void **state)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof path, "%s/boards", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    played = fopen(folder_path(folder, "played"), "we");
    assert_non_null(played);
    fake_office_open(&office);
    fake_kiosk_make(&kiosks[0], "PC-17");
    fake_kiosk_make(&kiosks[1], "PC-18");
    for (size_t i = 0; i < KIOSKS; i++)
        memcpy(kiosks[i].office, office.charter.office, sizeof kiosks[i].office);
    seal_letters();
    for (size_t i = 0; i < KIOSKS; i++)
        write_kiosk(&kiosks[i]);
    make_boards();
    write_secrets();
    assert_int_equal(fclose(played), 0);
    for (size_t i = 0; i < KIOSKS; i++)
        fake_kiosk_drop(&kiosks[i]);
    for (size_t i = 0; i < SEGMENTS; i++)
        free(files[i]);
    fake_office_close(&office);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(play)};
    if (argc < 2 || argc > 3) {
        fputs("usage: travel FOLDER [before|changed|added]\n", stderr);
        return 2;
    }
    folder = argv[1];
    fault = argc == 3 ? argv[2] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
