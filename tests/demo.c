/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole way of a complaint, played by itself with the real programs in pseudo-terminals: two
   kiosks of two facilities and an office that share nothing but the files carried between them.
   Prints every screen. Fails when the office does not read what was typed, or the person not what
   was answered. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "crypto/code.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/pty.h"
#include "tests/lib/raster.h"

enum { PATH = 512, WAIT_SECONDS = 120, LOOKS = 400, COMMAND_ROWS = 60, COMMAND_COLS = 110 };
enum { ROWS = 24, COLS = 64 };

#define COMPLAINT "Үшінші камерада екі апта бойы жылу жоқ. Дәрігер келмейді."
/* ... as it is typed: the keys of a US keyboard in the Kazakh layout, a capital where a sentence
   begins. */
#define COMPLAINT_KEYS "8i3yi3 rfvthflf tr3 fgnf ,jqs ;ske ;j07 l2h3uth rtkvtql37"
#define ANSWER         "Біз сейсенбіде келеміз. Сізге ешкім қысым жасамауы тиіс."
#define PIN            "246810"

static const char *build;
static char folder[PATH];
static int step_number;

static __attribute__((format(printf, 1, 2), noreturn)) void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fflush(stdout);
    fputs("demo: ", stderr);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\ndemo: what it made is in %s\n", folder);
    va_end(arguments);
    exit(1);
}

static __attribute__((format(printf, 1, 2))) void step(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("\n=== %d. ", ++step_number);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    fflush(stdout);
}

/* A path in the demo's folder; one buffer of several, in turn. */
static const char *in(const char *name)
{
    static char paths[16][2 * PATH];
    static unsigned turn;
    char *path = paths[turn++ % 16];

    snprintf(path, 2 * PATH, "%s/%s", folder, name);
    return path;
}

static const char *program(const char *name)
{
    static char paths[4][2 * PATH];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, 2 * PATH, "%s/%s", build, name);
    return path;
}

/* What the screens say for an English text in another language. */
static const char *in_language(const char *code, const char *text)
{
    lang_set(code);
    return gettext(text);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in(name), "w");

    if (file == NULL || fchmod(fileno(file), 0600) != 0 || fputs(text, file) < 0 ||
        fclose(file) != 0)
        fail("%s cannot be written: %s", in(name), strerror(errno));
}

static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
    *to = '\0';
}

/* True when the screen shows the text, however it is broken into lines. */
static bool shows(struct pty *pty, const char *text)
{
    char *screen = pty_text(pty), *wanted = strdup(text);
    bool found;

    squeeze(screen);
    squeeze(wanted);
    found = strstr(screen, wanted) != NULL;
    free(screen);
    free(wanted);
    return found;
}

static void print_screen(struct pty *pty)
{
    char *text = pty_text(pty);
    int blank = 0;

    puts("    ----------------------------------------------------------------");
    for (char *line = strtok(text, ""), *next = line; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (line[0] == '\0') { /* blank lines only between others */
            blank++;
            continue;
        }
        for (; blank > 0; blank--)
            puts("    |");
        printf("    |%s\n", line);
    }
    puts("    ----------------------------------------------------------------");
    fflush(stdout);
    free(text);
}

/* Runs a command to its end and prints what it says. The caller stops the terminal. */
static struct pty *run(const char *const *argv)
{
    static const char *const env[] = {"LANGUAGE=en", NULL};
    struct pty *pty = pty_start(COMMAND_ROWS, COMMAND_COLS, argv, env);
    int status;

    if (pty == NULL)
        fail("there is no pseudo-terminal");
    printf("    $ %s", strrchr(argv[0], '/') + 1);
    for (size_t i = 1; argv[i] != NULL; i++)
        printf(strchr(argv[i], ' ') != NULL ? " \"%s\"" : " %s", argv[i]);
    putchar('\n');
    status = pty_wait_exit(pty, WAIT_SECONDS);
    print_screen(pty);
    if (status != 0)
        fail("%s ended with status %d", argv[0], status);
    return pty;
}

static void run_and_stop(const char *const *argv)
{
    struct pty *pty = run(argv);

    pty_stop(&pty);
}

static void courier(const char *kiosk)
{
    const char *argv[] = {
        program("sandyq-courier"), "exchange", "--state", kiosk, "--media", "stick", NULL};

    run_and_stop(argv);
}

/* Runs a command of the desk with up to five more words. */
static struct pty *desk(const char *verb, const char *a, const char *b, const char *c,
                        const char *d)
{
    const char *argv[16] = {program("sandyq-desk"), verb, "office"};
    const char *more[] = {a, b, c, d};
    size_t n = 3;

    for (size_t i = 0; i < 4; i++)
        if (more[i] != NULL)
            argv[n++] = more[i];
    argv[n++] = "--passphrase-file";
    argv[n++] = "passphrase";
    argv[n++] = "--language";
    argv[n++] = "en";
    return run(argv);
}

static void desk_and_stop(const char *verb, const char *a, const char *b, const char *c,
                          const char *d)
{
    struct pty *pty = desk(verb, a, b, c, d);

    pty_stop(&pty);
}

/* --- the parts --- */

static void make_folder(void)
{
    const char *base = getenv("TMPDIR");
    unsigned char random[16];
    char passphrase[2 * sizeof random + 2];
    FILE *source = fopen("/dev/urandom", "r");

    snprintf(folder, sizeof folder, "%s/sandyq-demo-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(folder) == NULL || mkdir(in("stick"), 0700) != 0 || chdir(folder) != 0 ||
        setenv("HOME", folder, 1) != 0)
        fail("%s cannot be made: %s", folder, strerror(errno));
    if (source == NULL || fread(random, sizeof random, 1, source) != 1)
        fail("there is no /dev/urandom");
    fclose(source);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(passphrase + 2 * i, 3, "%02x", random[i]);
    strcpy(passphrase + 2 * sizeof random, "\n");
    write_file("passphrase", passphrase);
    write_file("complaint.txt", COMPLAINT);
    write_file("answer.txt", ANSWER);
    printf(
        "Everything is made in %s\n"
        "  office/    the Commissioner's office: keys, journal; its passphrase is in passphrase\n"
        "  kiosk-a/   a terminal in a prison\n"
        "  kiosk-b/   a terminal in a pre-trial detention centre\n"
        "  stick/     the only thing that travels between them\n",
        folder);
}

/* Makes a kiosk's key and has the office sign its card. */
static void enroll(const char *kiosk, const char *facility, const char *type)
{
    const char *argv[] = {program("sandyq-kiosk"), "--state", kiosk, "--enroll", NULL};
    struct pty *pty = NULL;
    char *text = NULL, id[17] = "", request[64], card[64];
    const char *at = NULL;

    step("Kiosk %s makes its key; the key stays in %s.", facility, in(kiosk));
    pty = run(argv);
    text = pty_text(pty);
    at = strstr(text, "Kiosk:");
    if (at == NULL || sscanf(at, "Kiosk: %16[0-9a-f]", id) != 1)
        fail("the kiosk did not say its id");
    free(text);
    pty_stop(&pty);
    step("The stick carries the request to the office, and the signed card back: %s.", in("stick"));
    courier(kiosk);
    snprintf(request, sizeof request, "stick/%s.request", id);
    snprintf(card, sizeof card, "stick/%s.card", facility);
    {
        const char *enroll_argv[] = {program("sandyq-desk"),
                                     "enroll",
                                     "office",
                                     request,
                                     "--facility",
                                     facility,
                                     "--type",
                                     type,
                                     "--out",
                                     card,
                                     "--passphrase-file",
                                     "passphrase",
                                     "--language",
                                     "en",
                                     NULL};

        run_and_stop(enroll_argv);
    }
    courier(kiosk);
}

static struct pty *open_kiosk(const char *kiosk)
{
    const char *argv[] = {program("sandyq-kiosk"), "--state", kiosk, "--once", NULL};
    struct pty *pty = pty_start(ROWS, COLS, argv, NULL);

    if (pty == NULL || !pty_wait_text(pty, "Choose a language", WAIT_SECONDS))
        fail("the kiosk does not show its first screen");
    print_screen(pty);
    return pty;
}

/* Types keys, the first of them after a pause as a person makes it, and prints the screen they
   lead to. */
static void press(struct pty *pty, const char *what, const char *keys)
{
    printf("    %s\n", what);
    (void)pty_rest(pty);
    pty_type(pty, keys);
    if (pty_settle(pty) == PTY_STUCK)
        fail("the kiosk does not come to rest");
    print_screen(pty);
}

/* Types keys that make the kiosk work for a while, until the screen shows the text. */
static void press_and_wait(struct pty *pty, const char *what, const char *keys, const char *text)
{
    printf("    %s\n", what);
    (void)pty_rest(pty);
    pty_type(pty, keys);
    for (int looks = 0; !shows(pty, text); looks++)
        if (looks > LOOKS || pty_settle(pty) == PTY_ENDED)
            fail("the kiosk does not show: %s", text);
    print_screen(pty);
}

static void leave(struct pty **pty)
{
    pty_type(*pty, " ");
    if (pty_wait_exit(*pty, WAIT_SECONDS) != 0)
        fail("the kiosk ended badly");
    pty_stop(pty);
}

/* The picture beside the digits must say the digits, and nothing else. */
static void check_qr(struct pty *pty, const char *code)
{
    char scanned[256];

    if (raster_scan_terminal(pty, scanned, sizeof scanned) != 1 || strcmp(scanned, code) != 0)
        fail("the picture on the receipt is not the number");
    puts("    the picture, read by a scanner, is these 24 digits");
}

/* The group of the number that is asked for: its place is the only digit of the title. */
static void type_back(struct pty *pty, const char *code)
{
    char *text = pty_text(pty), keys[] = "0000\r";
    const char *place = text + strcspn(text, "123456");

    if (*place == '\0')
        fail("no group of the number is asked for");
    memcpy(keys, code + (size_t)(*place - '1') * 4, 4);
    free(text);
    press(pty, "these four digits, and Enter", keys);
}

static void choose_answers(struct pty *pty)
{
    press(pty, "key 1: Kazakh", "1");
    press(pty, "key 1: write", "1");
    press(pty, "key 1: about the one who writes", "1");
    press(pty, "key 4: the fourth group", "4");
    press(pty, "key 1: its first line", "1");
    press(pty, "key 1: it gets worse", "1");
    press(pty, "Enter: nobody but the office may know", "\r");
}

static void write_words(struct pty *pty)
{
    press(pty, "key 2: own words", "2");
    press(pty, "the person types, on a US keyboard", COMPLAINT_KEYS);
    if (shows(pty, COMPLAINT))
        fail("the kiosk shows the text to anybody standing behind");
    press(pty, "F3: show it", "\033OR");
    if (!shows(pty, COMPLAINT))
        fail("the kiosk does not show the text typed before it is sent");
    press(pty, "F3: hide it", "\033OR");
    press(pty, "Enter: done", "\r");
}

static void take_number(struct pty *pty, char code[CODE_LEN])
{
    char *text = NULL;

    press(pty, "key 1: show the number", "1");
    text = pty_text(pty);
    fake_terminal_code(text, code);
    free(text);
    if (strlen(code) != CODE_DIGITS)
        fail("there is no receipt");
    check_qr(pty, code);
    press(pty, "key 1: the number is written down", "1");
    type_back(pty, code);
    type_back(pty, code);
    press(pty, "Enter: wipe it and leave", "\r");
}

static void file_complaint(char code[CODE_LEN])
{
    struct pty *pty = NULL;

    step("A person writes at kiosk PRISON-A, in Kazakh; sealed letters go to %s.",
         in("kiosk-a/outbox.db"));
    pty = open_kiosk("kiosk-a");
    choose_answers(pty);
    write_words(pty);
    press(pty, "key 1: send it", "1");
    press(pty, "a PIN, kept in the head", PIN);
    press(pty, "Enter", "\r");
    press(pty, "the PIN once more", PIN);
    press_and_wait(pty, "Enter", "\r", in_language("kk", "It is stored. Now your number"));
    take_number(pty, code);
    leave(&pty);
}

static void work_at_office(void)
{
    struct pty *pty = NULL;

    step("The stick takes the sealed bundle from the prison: %s.", in("stick"));
    courier("kiosk-a");
    step("The office opens it; what it keeps is sealed again in %s.", in("office/journal.db"));
    desk_and_stop("import", "stick", NULL, NULL, NULL);
    desk_and_stop("list", NULL, NULL, NULL, NULL);
    pty = desk("show", "1", NULL, NULL, NULL);
    if (!shows(pty, COMPLAINT))
        fail("the office does not read what was typed");
    pty_stop(&pty);
    step("The office answers with the text in %s.", in("answer.txt"));
    desk_and_stop("answer", "1", "--text-file", "answer.txt", NULL);
    step("The office publishes its board, the same for every kiosk: %s.", in("stick/sandyq.board"));
    desk_and_stop("publish", "--out", "stick", NULL, NULL);
    desk_and_stop("kiosks", NULL, NULL, NULL, NULL);
}

static void read_answer(const char *code)
{
    struct pty *pty = NULL;

    step("The stick brings the board to the other facility: %s.", in("kiosk-b/board"));
    courier("kiosk-b");
    step("The same person, now elsewhere, asks at kiosk SIZO-B, in Russian.");
    pty = open_kiosk("kiosk-b");
    press(pty, "key 2: Russian", "2");
    press(pty, "key 2: is there an answer?", "2");
    press(pty, "the number from the slip", code);
    press(pty, "Enter", "\r");
    press_and_wait(pty, "the PIN and Enter", PIN "\r", ANSWER);
    press(pty, "Enter: back to the menu", "\r");
    press_and_wait(pty, "key 7: leave", "7", in_language("ru", "Goodbye"));
    leave(&pty);
}

int main(int argc, char **argv)
{
    char code[CODE_LEN] = "";

    if (argc != 2) {
        fputs("Usage: demo BUILD\n", stderr);
        return 2;
    }
    build = realpath(argv[1], NULL);
    if (build == NULL)
        fail("%s: %s", argv[1], strerror(errno));
    if (lang_start(program("locale")) != 0)
        fail("the translations are not in %s", program("locale"));
    make_folder();
    step("The Commissioner's office makes its keys: %s.", in("office"));
    desk_and_stop("init", "--name", "Office of the Commissioner", NULL, NULL);
    enroll("kiosk-a", "PRISON-A", "PEN");
    enroll("kiosk-b", "SIZO-B", "SIZO");
    file_complaint(code);
    work_at_office();
    read_answer(code);
    step("Done: the office read what was written, and the person read what was answered.");
    printf("    All of it is in %s. To delete it: rm -r %s\n", folder, folder);
    return 0;
}
