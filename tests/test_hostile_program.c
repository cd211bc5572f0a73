/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile texts through the real desk program on a terminal, and in its notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "complaint/letter.h"
#include "crypto/answer.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "desk/sanitize.h"
#include "office/casefile.h"
#include "office/publish.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/hostile.h"
#include "tests/lib/hostile_office.h"
#include "tests/lib/pty.h"

/* --- notices --- */

static void write_notices(const char *words, size_t len)
{
    const char *path = folder_path(hostile_desk.dir, "notices.txt");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(words, 1, len, file), len);
    fclose(file);
}

/* A notice that no kiosk can show as it is stays off the board. */
static void test_notices(void **state)
{
    char *out;
    out = folder_make();
    hostile_places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        struct publish_report report = {0};
        hostile_make(hostile);
        write_notices(hostile_text, hostile_text_len);
        const int error =
            publish_run(&hostile_desk.vault, out, FAKE_DESK_NOW + (uint32_t)i * 24 * 60, &report);
        if (hostile->kind == HOSTILE_HONEST)
            hostile_expect(error == ERROR_NONE, "notices", hostile, "honest words were refused");
        else if (hostile->kind != HOSTILE_HEAPS)
            hostile_expect(error != ERROR_NONE && report.line > 1, "notices", hostile,
                           "not refused");
    }
    folder_remove(&out);
    hostile_finish();
}

/* --- the real program on a real terminal --- */

#define PASSPHRASE "quiet-harbour-42"
enum { SHORT = 700 /* bytes of each text: all of them fit into one case on the screen */ };

static char *office, program[4096], pass[FOLDER_PATH];

/* What came out of the terminal, without the harness's own marks. */
static struct {
    char bytes[8 << 20];
    size_t len;
} stream;

static void take(void *context, const char *bytes, size_t len)
{
    assert_true(stream.len + len < sizeof stream.bytes);
    memcpy(stream.bytes + stream.len, bytes, len);
    stream.len += len;
}

static void drop_marks(void)
{
    static const char mark[] = "\033]777;";
    char *at = stream.bytes;
    while ((at = memmem(at, stream.len - (size_t)(at - stream.bytes), mark, sizeof mark - 1)) !=
           NULL) {
        char *end = memchr(at, '\a', stream.len - (size_t)(at - stream.bytes));
        assert_non_null(end);
        memmove(at, end + 1, stream.len - (size_t)(end + 1 - stream.bytes));
        stream.len -= (size_t)(end + 1 - at);
    }
}

static void write_pass(void)
{
    snprintf(pass, sizeof pass, "%s/pass", office);
    FILE *file = fopen(pass, "w");
    assert_non_null(file);
    fputs(PASSPHRASE "\n", file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    fclose(file);
}

/* Runs the program in the scratch folder. */
static int run_program(const char *line)
{
    char command[3 * 4096];
    snprintf(command, sizeof command,
             "cd '%s' && LC_ALL=C.UTF-8 '%s' %s --passphrase-file pass >out", office, program,
             line);
    return system(command); /* NOLINT: our own words */
}

static void enroll_kiosk(struct fake_kiosk *other, struct charter *charter)
{
    uint8_t request[CARD_REQUEST_LEN], file[CARD_FILE_LEN];
    struct card card;
    fake_kiosk_make(other, "PC-17");
    assert_int_equal(card_request_encode(other->seed, FAKE_DESK_DAY, request), 0);
    folder_write(folder_path(office, "kiosk.request"), request, sizeof request);
    assert_int_equal(
        run_program("enroll desk kiosk.request --facility PC-17 --type PEN --out kiosk.card"), 0);
    const char *path = folder_path(office, "kiosk.card");
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(file, 1, sizeof file, in), sizeof file);
    fclose(in);
    assert_int_equal(card_decode(file, sizeof file, &card, charter), 0);
    memcpy(other->office, charter->office, sizeof other->office);
}

/* One case: each text a letter of it. Returns how many there are. */
static unsigned send_letters(struct fake_kiosk *other, const struct charter *charter)
{
    size_t len = 0;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        struct letter letter = fake_kiosk_letter(other, 1, hostile_text);
        if (hostile_texts[i].kind == HOSTILE_TORN)
            continue;
        hostile_make(&hostile_texts[i]);
        letter.kind = other->seq == 0 ? LETTER_COMPLAINT : LETTER_FOLLOWUP;
        letter.text_len = hostile_fill(&hostile_texts[i], hostile_text, SHORT);
        letter.name = hostile_name;
        letter.name_len = hostile_name_len;
        fake_kiosk_add(other, charter, &letter);
    }
    uint8_t *bundle = fake_kiosk_bundle(other, 1, other->seq, &len);
    folder_write(folder_path(office, "stick.bundle"), bundle, len);
    free(bundle);
    assert_int_equal(run_program("import desk stick.bundle"), 0);
    return (unsigned)other->seq;
}

static unsigned make_office(void)
{
    struct fake_kiosk other;
    struct charter charter;
    const char *build = getenv("SANDYQ_BUILD");
    char here[2048];
    assert_non_null(getcwd(here, sizeof here));
    build = build != NULL ? build : "build";
    snprintf(program, sizeof program, "%s%s%s/sandyq-desk", build[0] == '/' ? "" : here,
             build[0] == '/' ? "" : "/", build);
    office = folder_make();
    assert_int_equal(setenv("HOME", office, 1), 0);
    write_pass();
    assert_int_equal(run_program("init desk --name Office"), 0);
    enroll_kiosk(&other, &charter);
    const unsigned n = send_letters(&other, &charter);
    fake_kiosk_drop(&other);
    return n;
}

static struct pty *start(const char *const *words)
{
    const char *argv[10] = {program};
    size_t n = 1;
    const char *desk = folder_path(office, "desk");
    for (; *words != NULL; words++)
        argv[n++] = strcmp(*words, "OFFICE") == 0 ? desk : *words;
    argv[n++] = "--passphrase-file";
    argv[n++] = pass;
    argv[n++] = "--language";
    argv[n] = "en";
    stream.len = 0;
    struct pty *pty = pty_start(24, TERMINAL, argv, NULL);
    assert_non_null(pty);
    pty_tap(pty, take, NULL);
    return pty;
}

static void finish_program(struct pty *pty)
{
    assert_int_equal(pty_wait_exit(pty, 60), 0);
    pty_stop(&pty);
    drop_marks();
    stream.bytes[stream.len] = '\0';
}

/* No text is in what the terminal got. Single signs the screen may have for itself. */
static void check_stream(const char *place)
{
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        if (hostile->kind == HOSTILE_ACTS && hostile->len > 1)
            hostile_expect(memmem(stream.bytes, stream.len, hostile->unit, hostile->len) == NULL,
                           place, hostile, "its bytes");
    }
}

static void check_show(unsigned letters)
{
    finish_program(start((const char *[]){"show", "OFFICE", "1", NULL}));
    const char *flaw = hostile_flaw(stream.bytes, stream.len, "\r\n");
    hostile_expect(flaw == NULL, "show on a terminal", &hostile_texts[0], flaw);
    check_stream("show on a terminal");
    assert_int_equal(hostile_count(stream.bytes, HOSTILE_HEAD), 2 * letters);
    assert_int_equal(hostile_count(stream.bytes, HOSTILE_TAIL), letters);
}

static void check_json(void)
{
    finish_program(start((const char *[]){"show", "OFFICE", "1", "--json", NULL}));
    for (size_t i = 0; i < stream.len; i++)
        hostile_expect((stream.bytes[i] >= ' ' && stream.bytes[i] <= '~') ||
                           stream.bytes[i] == '\r' || stream.bytes[i] == '\n',
                       "JSON on a terminal", &hostile_texts[0], "not ASCII");
    json_decref(hostile_parse(&hostile_texts[0], stream.bytes, stream.len));
}

/* The frame stands, each cell is harmless, and what imitates is behind the margin. */
static void check_page(struct pty *pty)
{
    char *page = pty_text(pty);
    const char *flaw = hostile_flaw(page, strlen(page), "\n");
    hostile_expect(flaw == NULL, "screen on a terminal", &hostile_texts[0], flaw);
    hostile_expect(strncmp(page, "  A case", 8) == 0, "screen on a terminal", &hostile_texts[0],
                   page);
    hostile_expect(strstr(page, "\n  Up, Down, blank: read   a: answer   q, Esc: back\n") != NULL,
                   "screen on a terminal", &hostile_texts[0], page);
    for (char *row = strtok(page, "\n"); row != NULL; row = strtok(NULL, "\n"))
        hostile_expect(strncmp(row, "      |", 7) == 0 || (strstr(row, "Status: closed") == NULL &&
                                                           strstr(row, HOSTILE_FORGED) == NULL),
                       "screen on a terminal", &hostile_texts[0], row);
    free(page);
}

static unsigned read_pages(struct pty *pty)
{
    unsigned heads = 0;
    for (bool more = true; more;) {
        more = pty_shows(pty, "there is more below");
        check_page(pty);
        char *page = pty_text(pty);
        heads += hostile_count(page, SCREEN_HEAD);
        free(page);
        pty_type(pty, " ");
        assert_int_equal(pty_settle(pty), PTY_IDLE);
    }
    return heads;
}

/* A control sequence that the screen may send: moves, erases, colours, and no mode but a few. */
static bool is_ours(const char *sequence)
{
    static const char *const modes[] = {"?1049", "?1034",  "?1",    "?7", "?12",
                                        "?25",   "?12;25", "?2004", "4"};
    const size_t len = strspn(sequence, "?0123456789;");
    if (sequence[len] != 'h' && sequence[len] != 'l')
        return sequence[len] != '\0' && strchr("HdGmJKrXPSTt@ABCDbLM", sequence[len]) != NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i]) == len && memcmp(modes[i], sequence, len) == 0)
            return true;
    return false;
}

static void check_sequences(void)
{
    for (const char *at = strchr(stream.bytes, '\033'); at != NULL; at = strchr(at + 1, '\033')) {
        if (at[1] == '[' && !is_ours(at + 2))
            fail_msg("a control sequence of another kind: %.8s", at + 1);
        if (at[1] == '\0' || strchr("[()=>M78", at[1]) == NULL)
            fail_msg("an escape sequence of another kind: %.8s", at + 1);
    }
    assert_int_equal(strlen(stream.bytes), stream.len);
    assert_null(strchr(stream.bytes, '\a'));
    assert_null(strchr(stream.bytes, '\016'));
}

static void check_screen(unsigned letters)
{
    struct pty *pty = start((const char *[]){"OFFICE", NULL});
    assert_true(pty_wait_text(pty, "Cases, the most urgent", 60));
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "A case", 60));
    assert_true(read_pages(pty) >= 2 * letters);
    pty_type(pty, "qq");
    finish_program(pty);
    check_stream("screen on a terminal");
    check_sequences();
}

static void test_the_real_program_on_a_terminal(void **state)
{
    hostile_places += 3;
    const unsigned letters = make_office();
    check_show(letters);
    check_json();
    check_screen(letters);
    folder_remove(&office);
    hostile_finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notices),
        cmocka_unit_test(test_the_real_program_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, hostile_setup, hostile_teardown);
}
