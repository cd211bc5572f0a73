/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publish: what the office answered is on the board, and the board tells nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/answer.h"
#include "crypto/signature.h"
#include "desk/command.h"
#include "office/casefile.h"
#include "office/passphrase.h"
#include "office/publish.h"
#include "office/triage.h"
#include "protocol/board.h"
#include "protocol/charter.h"
#include "tests/folder.h"
#include "tests/ward.h"

struct scene {
    struct ward ward;
    struct ward_kiosk kiosk;
    char out[WARD_PATH];
    struct publish_report report;
    uint8_t *data; /* the board last published */
    size_t len;
    struct board board;
};

static int setup(void **state)
{
    static struct scene scene;
    memset(&scene, 0, sizeof scene);
    ward_open(&scene.ward);
    scene.ward.vault.dir = open(scene.ward.dir, O_RDONLY | O_DIRECTORY);
    assert_true(scene.ward.vault.dir >= 0);
    ward_enroll(&scene.ward, &scene.kiosk, "PC-17");
    ward_scratch(scene.out);
    *state = &scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    free(scene->data);
    ward_remove(scene->out);
    ward_drop(&scene->kiosk);
    close(scene->ward.vault.dir);
    ward_close(&scene->ward);
    return 0;
}

static void file_complaint(struct scene *scene, char who)
{
    struct letter letter = ward_letter(&scene->kiosk, who, "text");
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(
        ward_import(&scene->ward, &scene->kiosk, scene->kiosk.seq, scene->kiosk.seq, NULL),
        ERROR_NONE);
}

static void read_board(struct scene *scene)
{
    const struct charter *charter = &scene->ward.vault.charter;
    int dir = open(scene->out, O_RDONLY | O_DIRECTORY);
    assert_true(dir >= 0);
    free(scene->data);
    assert_int_equal(file_read(dir, "sandyq.board", BOARD_MAX, &scene->data, &scene->len),
                     ERROR_NONE);
    assert_int_equal(
        board_decode(scene->data, scene->len, charter->board, charter->office, &scene->board),
        ERROR_NONE);
    close(dir);
}

static void publish(struct scene *scene, uint32_t today)
{
    assert_int_equal(publish_run(&scene->ward.vault, scene->out, today, &scene->report),
                     ERROR_NONE);
    read_board(scene);
}

static int read_message(struct scene *scene, char who, uint64_t n, struct answer *answer)
{
    struct code_keys keys;
    uint8_t tag[ANSWER_TAG_LEN];
    ward_keys(who, &keys);
    assert_int_equal(answer_tag(&keys, n, tag), ERROR_NONE);
    const uint8_t *entry = board_find(&scene->board, tag);
    return entry != NULL ? answer_open(&keys, n, entry, answer) : -1;
}

static void test_answer_is_read_from_the_board(void **state)
{
    struct scene *scene = *state;
    static const char text[] = "Мы получили ваше письмо. Врач придёт в понедельник.";
    struct answer answer;
    file_complaint(scene, 'a');
    file_complaint(scene, 'c');
    assert_int_equal(ward_answer(&scene->ward, 1, text, sizeof text - 1, WARD_DAY + 3), ERROR_NONE);
    publish(scene, WARD_DAY + 4);
    assert_int_equal(read_message(scene, 'a', 1, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_ARRIVED);
    assert_int_equal(answer.len, 0);
    assert_int_equal(read_message(scene, 'a', 2, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_ANSWERED);
    assert_int_equal(answer.day, WARD_DAY + 3);
    assert_int_equal(answer.len, sizeof text - 1);
    assert_memory_equal(answer.text, text, answer.len);
    assert_int_equal(read_message(scene, 'a', 3, &answer), -1);
    assert_int_equal(read_message(scene, 'c', 1, &answer), ERROR_NONE);
    assert_int_equal(read_message(scene, 'c', 2, &answer), -1);
}

static void test_marks_name_the_unbroken_chain(void **state)
{
    struct scene *scene = *state;
    struct board_mark mark;
    file_complaint(scene, 'a');
    file_complaint(scene, 'b');
    publish(scene, WARD_DAY);
    assert_int_equal(scene->board.kiosk_count, 1);
    assert_true(board_find_mark(&scene->board, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 2);
    assert_int_equal(mark.day, WARD_DAY + 2);
    assert_memory_equal(mark.hash, scene->kiosk.hash, sizeof mark.hash);
    ward_cover(&scene->kiosk, &scene->ward.vault.charter);
    file_complaint(scene, 'c'); /* record 4; 3 is missing */
    publish(scene, WARD_DAY);
    assert_true(board_find_mark(&scene->board, scene->kiosk.id, &mark));
    assert_int_equal(mark.seq, 2);
}

static void test_number_grows_only_with_change(void **state)
{
    struct scene *scene = *state;
    file_complaint(scene, 'a');
    publish(scene, WARD_DAY);
    assert_int_equal(scene->board.number, 1);
    const size_t len = scene->len;
    uint8_t *first = malloc(len);
    memcpy(first, scene->data, len);
    publish(scene, WARD_DAY + 9); /* another day, nothing new */
    assert_false(scene->report.changed);
    assert_int_equal(scene->len, len);
    assert_memory_equal(scene->data, first, len);
    file_complaint(scene, 'b');
    publish(scene, WARD_DAY + 9);
    assert_true(scene->report.changed);
    assert_int_equal(scene->board.number, 2);
    assert_int_equal(scene->board.day, WARD_DAY + 9);
    free(first);
}

static void test_padding_stays_for_ever(void **state)
{
    struct scene *scene = *state;
    file_complaint(scene, 'a');
    publish(scene, WARD_DAY);
    assert_int_equal(scene->board.entry_count, BOARD_MULTIPLE);
    uint8_t *first = malloc(BOARD_MULTIPLE * BOARD_ENTRY_LEN);
    memcpy(first, scene->board.entries, BOARD_MULTIPLE * BOARD_ENTRY_LEN);
    file_complaint(scene, 'b');
    publish(scene, WARD_DAY);
    assert_int_equal(scene->board.entry_count, 2 * BOARD_MULTIPLE);
    for (size_t i = 0; i < BOARD_MULTIPLE; i++) {
        const uint8_t *entry = first + i * BOARD_ENTRY_LEN;
        const uint8_t *again = board_find(&scene->board, entry);
        assert_non_null(again);
        assert_memory_equal(again, entry, BOARD_ENTRY_LEN);
    }
    free(first);
}

static void test_status_is_told_when_people_see_it_change(void **state)
{
    struct scene *scene = *state;
    struct answer answer;
    bool changed = false;
    file_complaint(scene, 'a');
    assert_int_equal(
        ward_set_status(&scene->ward, 1, taxonomy_status("closed"), WARD_DAY, &changed),
        ERROR_NONE);
    assert_true(changed);
    assert_int_equal(
        ward_set_status(&scene->ward, 1, taxonomy_status("closed"), WARD_DAY, &changed),
        ERROR_NONE);
    assert_false(changed);
    assert_int_equal(
        ward_set_status(&scene->ward, 1, taxonomy_status("closed-upheld"), WARD_DAY, &changed),
        ERROR_NONE);
    assert_true(changed);
    publish(scene, WARD_DAY);
    assert_int_equal(read_message(scene, 'a', 2, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_CLOSED);
    assert_int_equal(answer.len, 0);
    assert_int_equal(read_message(scene, 'a', 3, &answer), -1);
    assert_int_equal(
        ward_set_status(&scene->ward, 99, taxonomy_status("closed"), WARD_DAY, &changed),
        ERROR_CASE);
}

static void test_answers_have_limits(void **state)
{
    struct scene *scene = *state;
    struct answer answer;
    char text[ANSWER_TEXT_MAX + 1];
    memset(text, 'x', sizeof text);
    file_complaint(scene, 'a');
    assert_int_equal(ward_answer(&scene->ward, 1, text, sizeof text, WARD_DAY), ERROR_TEXT_LONG);
    assert_int_equal(ward_answer(&scene->ward, 1, text, 0, WARD_DAY), ERROR_TEXT_EMPTY);
    assert_int_equal(ward_answer(&scene->ward, 1, "\xFF", 1, WARD_DAY), ERROR_TEXT_UTF8);
    assert_int_equal(ward_answer(&scene->ward, 7, "text", 4, WARD_DAY), ERROR_CASE);
    assert_int_equal(ward_answer(&scene->ward, 1, text, ANSWER_TEXT_MAX, WARD_DAY), ERROR_NONE);
    publish(scene, WARD_DAY);
    assert_int_equal(read_message(scene, 'a', 2, &answer), ERROR_NONE);
    assert_int_equal(answer.len, ANSWER_TEXT_MAX);
    assert_int_equal(read_message(scene, 'a', 3, &answer), -1);
}

static int set_status(struct scene *scene, const char *code)
{
    bool changed = false;
    return ward_set_status(&scene->ward, 1, taxonomy_status(code), WARD_DAY, &changed);
}

static struct triage_case look(struct scene *scene)
{
    struct triage_case row;
    assert_int_equal(ward_row(&scene->ward, 1, &row), ERROR_NONE);
    return row;
}

static void test_the_last_number_is_kept_for_the_closing(void **state)
{
    struct scene *scene = *state;
    struct answer answer;
    file_complaint(scene, 'a');
    for (uint32_t n = 2; n < ANSWER_COUNT_MAX; n++)
        assert_int_equal(ward_answer(&scene->ward, 1, "x", 1, WARD_DAY), ERROR_NONE);
    assert_int_equal(ward_answer(&scene->ward, 1, "x", 1, WARD_DAY), ERROR_MESSAGES);
    assert_int_equal(set_status(scene, "opened"), ERROR_NONE); /* nothing is told */
    assert_int_equal(look(scene).messages, ANSWER_COUNT_MAX - 1);
    assert_string_equal(taxonomy_status_numbered(look(scene).status)->code, "opened");
    assert_int_equal(set_status(scene, "closed"), ERROR_NONE);
    publish(scene, WARD_DAY);
    assert_int_equal(read_message(scene, 'a', ANSWER_COUNT_MAX, &answer), ERROR_NONE);
    assert_int_equal(answer.state, TAXONOMY_CLOSED);
    assert_int_equal(set_status(scene, "opened"), ERROR_NONE);
    assert_int_equal(look(scene).messages, ANSWER_COUNT_MAX);
}

static void test_a_status_promises_no_answer_that_is_not_there(void **state)
{
    struct scene *scene = *state;
    file_complaint(scene, 'a');
    assert_int_equal(set_status(scene, "answered"), ERROR_NO_ANSWER);
    assert_int_equal(set_status(scene, "need-info"), ERROR_NO_ANSWER);
    assert_int_equal(look(scene).messages, 1);
    assert_int_equal(set_status(scene, "opened"), ERROR_NONE);
    assert_int_equal(look(scene).messages, 2);
    assert_true(look(scene).waits);
    assert_int_equal(ward_answer(&scene->ward, 1, " \n\t\xC2\xA0 ", 6, WARD_DAY), ERROR_TEXT_EMPTY);
    assert_int_equal(ward_answer(&scene->ward, 1, "Which ward?", 11, WARD_DAY), ERROR_NONE);
    assert_false(look(scene).waits);
    assert_int_equal(set_status(scene, "need-info"), ERROR_NONE);
    file_complaint(scene, 'a'); /* the person writes again */
    assert_int_equal(set_status(scene, "answered"), ERROR_NO_ANSWER);
}

/* A kiosk keeps a newer board: whoever puts back a backup must come out above it. */
static void test_number_passes_what_a_kiosk_holds(void **state)
{
    struct scene *scene = *state;
    file_complaint(scene, 'a');
    publish(scene, WARD_DAY);
    assert_int_equal(scene->report.ahead, 0);
    scene->kiosk.board = 7;
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    publish(scene, WARD_DAY); /* nothing changed, but board 1 would be refused */
    assert_int_equal(scene->board.number, 8);
    assert_int_equal(scene->report.ahead, 7);
    assert_memory_equal(scene->report.ahead_kiosk, scene->kiosk.id, CARD_KIOSK_LEN);
    publish(scene, WARD_DAY);
    assert_false(scene->report.changed);
    assert_int_equal(scene->report.ahead, 0);
    scene->kiosk.board = UINT32_MAX; /* a kiosk that lies must not use up the numbers */
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    publish(scene, WARD_DAY);
    assert_int_equal(scene->board.number, 8);
    assert_true(scene->report.ahead == UINT32_MAX);
}

static void test_a_damaged_row_keeps_no_other_from_the_board(void **state)
{
    struct scene *scene = *state;
    struct vault *vault = &scene->ward.vault;
    struct answer answer;
    file_complaint(scene, 'a');
    file_complaint(scene, 'c');
    ward_damage(&scene->ward, 1, 2);
    assert_int_equal(ward_answer(&scene->ward, 1, "text", 4, WARD_DAY),
                     ERROR_NONE); /* as message 3 */
    vault->damage_count = 0;
    assert_int_equal(publish_run(vault, scene->out, WARD_DAY, &scene->report), ERROR_CASEBOOK_ROW);
    assert_int_equal(vault->damage_count, 1);
    assert_int_equal(vault->damage[0].case_id, 1);
    assert_int_equal(vault->damage[0].message, 2);
    read_board(scene);
    assert_int_equal(read_message(scene, 'a', 3, &answer), ERROR_NONE);
    assert_int_equal(read_message(scene, 'c', 1, &answer), ERROR_NONE);
}

/* --- public notices --- */

static void write_notices(struct scene *scene, const char *text, size_t len)
{
    assert_int_equal(file_write(scene->ward.vault.dir, "notices.txt", 0600, text, len), ERROR_NONE);
}

static void assert_notices(struct scene *scene, const char *text)
{
    assert_int_equal(scene->board.notices_len, strlen(text));
    assert_memory_equal(scene->board.notices, text, strlen(text));
    assert_int_equal(scene->report.notices, strlen(text));
}

static void test_notices_are_on_the_board(void **state)
{
    static const char text[] = "Дүйсенбі\n\n[en]\nMonday";
    struct scene *scene = *state;
    publish(scene, WARD_DAY);
    assert_notices(scene, "");
    write_notices(scene, text, sizeof text - 1);
    publish(scene, WARD_DAY);
    assert_notices(scene, text);
    assert_int_equal(scene->board.number, 2);
    write_notices(scene, "Tuesday", 7);
    publish(scene, WARD_DAY);
    assert_notices(scene, "Tuesday");
    assert_int_equal(scene->board.number, 3);
    assert_int_equal(unlinkat(scene->ward.vault.dir, "notices.txt", 0), 0);
    publish(scene, WARD_DAY);
    assert_notices(scene, "");
    assert_int_equal(scene->board.number, 4);
}

/* What an editor leaves and nobody sees makes no other board. */
static void test_same_notices_are_the_same_board(void **state)
{
    static const char *const texts[] = {
        "Monday\n\n[en]\nTuesday",
        "Monday\n\n[en]\nTuesday\n",
        "Monday  \n \n[en] \nTuesday \t\n\n \n",
        "\xEF\xBB\xBFMonday\r\n\r\n[en]\r\nTuesday\r\n",
        "Monday\n\n[en]\nTuesday\r",
    };
    struct scene *scene = *state;
    file_complaint(scene, 'a');
    write_notices(scene, texts[0], strlen(texts[0]));
    publish(scene, WARD_DAY);
    const size_t len = scene->len;
    uint8_t *first = malloc(len);
    memcpy(first, scene->data, len);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_notices(scene, texts[i], strlen(texts[i]));
        publish(scene, WARD_DAY + 9);
        assert_false(scene->report.changed);
        assert_int_equal(scene->len, len);
        assert_memory_equal(scene->data, first, len);
        assert_notices(scene, texts[0]);
    }
    free(first);
}

static void test_blank_notices_are_none(void **state)
{
    static const char *const texts[] = {"", "\n", " \r\n\t\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"};
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_notices(scene, texts[i], strlen(texts[i]));
        publish(scene, WARD_DAY);
        assert_notices(scene, "");
        assert_int_equal(scene->board.number, 1);
    }
}

/* Refuses the notices, and the board of before stays as it is. */
static void assert_not_published(struct scene *scene, int error, uint32_t line)
{
    const size_t len = scene->len;
    uint8_t *before = malloc(len);
    memcpy(before, scene->data, len);
    assert_int_equal(publish_run(&scene->ward.vault, scene->out, WARD_DAY, &scene->report), error);
    assert_string_equal(scene->report.blamed, "notices.txt");
    assert_int_equal(scene->report.line, line);
    read_board(scene);
    assert_int_equal(scene->len, len);
    assert_memory_equal(scene->data, before, len);
    free(before);
}

static void test_notices_that_no_kiosk_can_show_are_refused(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        enum error error;
        uint32_t line;
    } bad[] = {
        {"a\nb\xFF\nc", 6, ERROR_TEXT_UTF8, 2},
        {"\xFF\xFEM\0o\0", 6, ERROR_TEXT_UTF8, 1}, /* UTF-16 */
        {"\xCC\xEE\xED", 3, ERROR_TEXT_UTF8, 1},   /* CP1251 */
        {"a\r\nb\r\nc\td", 9, ERROR_NOTICES_CHARACTER, 3},
        {"a\rb", 3, ERROR_NOTICES_CHARACTER, 1},
        {"\33[2Jb", 5, ERROR_NOTICES_CHARACTER, 1},
        {"a\n\0b", 4, ERROR_NOTICES_CHARACTER, 2},
        {"a\0", 2, ERROR_NOTICES_CHARACTER, 1},
        {"a\x7F", 2, ERROR_NOTICES_CHARACTER, 1},
        {"\xE2\x80\xAE"
         "b",
         4, ERROR_NOTICES_CHARACTER, 1},                  /* right to left */
        {"a\xEF\xBB\xBF", 4, ERROR_NOTICES_CHARACTER, 1}, /* a mark that is not first */
    };
    struct scene *scene = *state;
    file_complaint(scene, 'a');
    publish(scene, WARD_DAY);
    file_complaint(scene, 'b');
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_notices(scene, bad[i].text, bad[i].len);
        assert_not_published(scene, bad[i].error, bad[i].line);
    }
    write_notices(scene, "a\xC2\xA0\xE2\x80\x94", 6); /* what a word processor writes */
    publish(scene, WARD_DAY);
    assert_null(scene->report.blamed);
    assert_int_equal(scene->board.number, 2); /* nothing was lost, no number used up */
}

static void test_notices_have_a_limit(void **state)
{
    static char text[2 * BOARD_NOTICES_MAX + 1];
    struct scene *scene = *state;
    publish(scene, WARD_DAY);
    memset(text, 'x', sizeof text);
    write_notices(scene, text, BOARD_NOTICES_MAX + 1);
    assert_not_published(scene, ERROR_NOTICES_LONG, 0);
    write_notices(scene, text, sizeof text);
    assert_not_published(scene, ERROR_NOTICES_LONG, 0);
    memset(text + BOARD_NOTICES_MAX, '\n', BOARD_NOTICES_MAX);
    write_notices(scene, text, 2 * BOARD_NOTICES_MAX);
    publish(scene, WARD_DAY);
    assert_int_equal(scene->board.notices_len, BOARD_NOTICES_MAX);
    assert_int_equal(scene->board.number, 2);
}

static void test_notices_are_a_plain_file(void **state)
{
    struct scene *scene = *state;
    const int dir = scene->ward.vault.dir;
    publish(scene, WARD_DAY);
    assert_int_equal(mkdirat(dir, "notices.txt", 0700), 0);
    assert_not_published(scene, ERROR_SPECIAL, 0);
    assert_int_equal(unlinkat(dir, "notices.txt", AT_REMOVEDIR), 0);
    assert_int_equal(symlinkat("elsewhere", dir, "notices.txt"), 0);
    assert_not_published(scene, ERROR_SPECIAL, 0);
    assert_int_equal(unlinkat(dir, "notices.txt", 0), 0);
    assert_int_equal(mkfifoat(dir, "notices.txt", 0600), 0);
    assert_not_published(scene, ERROR_SPECIAL, 0);
    assert_int_equal(unlinkat(dir, "notices.txt", 0), 0);
    if (geteuid() != 0) { /* nothing is closed to root */
        write_notices(scene, "a", 1);
        assert_int_equal(fchmodat(dir, "notices.txt", 0, 0), 0);
        assert_not_published(scene, ERROR_NOTICES_FILE, 0);
    }
}

/* A fault is told in one line, with the file and the line in it. */
static void test_whoever_publishes_is_told_where_the_fault_is(void **state)
{
    static const struct passphrase passphrase = {11, "twelve four"};
    struct scene *scene = *state;
    char office[2 * WARD_PATH], pass[2 * WARD_PATH], file[3 * WARD_PATH], said[1024] = "";
    char fingerprint[CHARTER_FINGERPRINT_LEN], expected[4 * WARD_PATH];
    char *operands[] = {office, NULL};
    snprintf(office, sizeof office, "%s/office", scene->out);
    snprintf(pass, sizeof pass, "%s/pass", scene->out);
    snprintf(file, sizeof file, "%s/notices.txt", office);
    assert_int_equal(vault_make(office, "Office", &passphrase, fingerprint), ERROR_NONE);
    folder_write(pass, passphrase.text, passphrase.len);
    folder_write(file, "Monday\nTues\tday\n", 16);
    const struct command_line line = {
        .out = scene->out, .passphrase_file = pass, .operands = operands, .operand_count = 1};
    const int kept = dup(STDERR_FILENO);
    const int err = memfd_create("err", 0);
    assert_int_equal(dup2(err, STDERR_FILENO), STDERR_FILENO);
    const int status = command_run(command_find("publish"), &line);
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    assert_true(pread(err, said, sizeof said - 1, 0) > 0);
    close(kept);
    close(err);
    assert_int_equal(status, COMMAND_FAILED);
    snprintf(expected, sizeof expected, "sandyq-desk: %s: Line 2: %s\n", file,
             error_text(ERROR_NOTICES_CHARACTER));
    assert_string_equal(said, expected);
    assert_int_equal(faccessat(AT_FDCWD, folder_path(scene->out, "sandyq.board"), F_OK, 0), -1);
}

/* --- a full disk, at every place where it can become full --- */

enum { SWEEP_STEP = 2048, SWEEP_END = 1024 * 1024 };

static void test_full_disk_halves_no_answer(void **state)
{
    struct scene *scene = *state;
    enum error error = ERROR_FULL, refusals = 0;
    file_complaint(scene, 'a');
    for (size_t len = 0; error != ERROR_NONE && len < SWEEP_END; len += SWEEP_STEP) {
        assert_int_equal(caseload_checkpoint(scene->ward.vault.cases), ERROR_NONE);
        ward_starve(len);
        error = ward_answer(&scene->ward, 1, "text", 4, WARD_DAY);
        ward_feed();
        const struct triage_case row = look(scene);
        assert_int_equal(row.messages, error == ERROR_NONE ? 2 : 1);
        assert_int_equal(row.waits, error != ERROR_NONE);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
        refusals += error == ERROR_FULL;
    }
    assert_int_equal(error, ERROR_NONE);
    assert_true(refusals > 3);
}

static void test_full_disk_halves_no_status(void **state)
{
    struct scene *scene = *state;
    enum error error = ERROR_FULL;
    file_complaint(scene, 'a');
    for (size_t len = 0; error != ERROR_NONE && len < SWEEP_END; len += SWEEP_STEP) {
        assert_int_equal(caseload_checkpoint(scene->ward.vault.cases), ERROR_NONE);
        ward_starve(len);
        error = set_status(scene, "closed");
        ward_feed();
        assert_int_equal(look(scene).messages, error == ERROR_NONE ? 2 : 1);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
    }
    assert_int_equal(error, ERROR_NONE);
}

static void test_full_disk_takes_no_board_number(void **state)
{
    struct scene *scene = *state;
    enum error error = ERROR_FULL, refusals = 0;
    file_complaint(scene, 'a');
    publish(scene, WARD_DAY);
    file_complaint(scene, 'b');
    for (size_t len = 0; error != ERROR_NONE && len < SWEEP_END; len += 8 * SWEEP_STEP) {
        assert_int_equal(caseload_checkpoint(scene->ward.vault.cases), ERROR_NONE);
        ward_starve(len);
        error = publish_run(&scene->ward.vault, scene->out, WARD_DAY, &scene->report);
        ward_feed();
        read_board(scene);
        assert_int_equal(scene->board.number, error == ERROR_NONE ? 2 : 1);
        assert_true(error == ERROR_NONE || error == ERROR_FULL || error == ERROR_FULL);
        refusals += error != ERROR_NONE;
    }
    assert_int_equal(error, ERROR_NONE);
    assert_true(scene->report.changed);
    assert_true(refusals > 3);
}

static void test_folder_that_is_none(void **state)
{
    struct scene *scene = *state;
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/missing/folder", scene->out);
    assert_int_equal(publish_run(&scene->ward.vault, path, WARD_DAY, &scene->report),
                     ERROR_MISSING);
    snprintf(path, sizeof path, "%s/file", scene->out);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(publish_run(&scene->ward.vault, path, WARD_DAY, &scene->report),
                     ERROR_READONLY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answer_is_read_from_the_board),
        TEST(test_marks_name_the_unbroken_chain),
        TEST(test_number_grows_only_with_change),
        TEST(test_padding_stays_for_ever),
        TEST(test_status_is_told_when_people_see_it_change),
        TEST(test_answers_have_limits),
        TEST(test_the_last_number_is_kept_for_the_closing),
        TEST(test_a_status_promises_no_answer_that_is_not_there),
        TEST(test_number_passes_what_a_kiosk_holds),
        TEST(test_a_damaged_row_keeps_no_other_from_the_board),
        TEST(test_notices_are_on_the_board),
        TEST(test_same_notices_are_the_same_board),
        TEST(test_blank_notices_are_none),
        TEST(test_notices_that_no_kiosk_can_show_are_refused),
        TEST(test_notices_have_a_limit),
        TEST(test_notices_are_a_plain_file),
        TEST(test_whoever_publishes_is_told_where_the_fault_is),
        TEST(test_full_disk_halves_no_answer),
        TEST(test_full_disk_halves_no_status),
        TEST(test_full_disk_takes_no_board_number),
        TEST(test_folder_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
