/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the keys of a whole visit: through curses and the real decoder into a session and
   all its screens. Input: the place (1 byte), the person's surroundings (1), which call fails (1),
   then keys and orders (tests/fuzz/teletype.h); orders of the target's own:
     03 the next store fails         06 types the group that the receipt asks for
     04 the next two stores fail     0F types a valid code with an answer
     13 the next derivation fails    10 types its PIN
     15 no paper, or paper again     14 types a code that nobody has */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "complaint/letter.h"
#include "kiosk/printer.h"
#include "kiosk/speech.h"
#include "protocol/card.h"
#include "session/out_of_order.h"
#include "session/session.h"
#include "session/slip.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/teletype.h"
#include "tests/lib/fake_session.h"
#include "tui/term.h"

enum { HEAD = 3, TYPES = 11, DUMP = 65536, FLOOD = 65536 };

enum order { FAIL = 3, FAIL_TWICE, GROUP = 6, CODE = 0x0F, PIN, UNDERIVED = 0x13, UNKNOWN, PAPER };

enum place { PRINTER = 4, VOICE = 8, BOARD = 16, LARGE = 32, CONTRAST = 64, PLAIN = 128 };

enum surroundings { LEDS = 16, CONSOLE = 32, HASTE = 64, STUCK = 128 };

static struct fake_session *session; /* the place and the office; the world around it is ours */

static struct {
    int begun;
    int stored;
    int failing;
    bool failed; /* a store did */
    bool underived;
    int printer;
    const struct screen *screen; /* the last one, while a key is waited for */
    bool blank;                  /* the last screen is */
    bool starved;
    char code[CODE_LEN];
} world;

/* --- the world around a session --- */

/* A code point in a cell takes the columns it says; nothing in it acts. */
static void check_cell(const struct screen *screen, int row, int col)
{
    const uint32_t ch = screen_at(screen, row, col)->ch;

    if (ch == ' ')
        return;
    world.blank = false;
    const bool twice = col + 1 < screen_cols(screen) && screen_at(screen, row, col + 1)->ch == 0;

    if (ch == 0) {
        must(col > 0 && screen_at(screen, row, col - 1)->ch != 0);
        return;
    }
    must(utf8_harmless(ch) || ch == 0xFFFD);
    must(uc_width(ch, "UTF-8") == (twice ? 2 : 1));
}

static void show(void *context, const struct screen *screen)
{
    const struct teletype *t = context;

    must(!screen_clipped(screen) || world.starved || t->rows < SCREEN_ROWS_MIN ||
         t->cols < SCREEN_COLS_MIN);
    world.blank = true;
    for (int row = 0; row < screen_rows(screen); row++)
        for (int col = 0; col < screen_cols(screen); col++)
            check_cell(screen, row, col);
    world.screen = screen;
    term_show(screen);
}

static void size(void *context, int *rows, int *cols)
{
    term_size(rows, cols);
}

static struct keypress press(void *context, int seconds)
{
    const struct keypress press = term_key(seconds);

    must(press.kind <= KEYPRESS_OTHER);
    must(press.kind != KEYPRESS_CHAR || utf8_harmless(press.ch));
    must(!press.pasted || press.kind == KEYPRESS_CHAR || press.kind == KEYPRESS_TAB);
    return press;
}

static void drop(void *context)
{
    term_drop();
}

static void wait(void *context, unsigned milliseconds)
{
    (void)context;
    (void)milliseconds;
}

static int derive(void *context, const char *code, const char *pin, const struct argon_watch *watch,
                  struct code_keys *keys)
{
    teletype_press(context, "1\r\033[", 4); /* somebody is impatient: it must mean nothing */
    memcpy(world.code, code, sizeof world.code);
    must(strlen(code) == CODE_DIGITS && strlen(pin) <= CODE_PIN_MAX);
    if (world.underived) {
        world.underived = false;
        return -1;
    }
    return fake_session_derive(session, code, pin, watch, keys);
}

static void begin(void *context)
{
    world.begun++;
}

/* What is stored is a letter of this session that the office can read. */
static int store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    struct letter letter;

    must(world.stored == 0 && world.begun == 1);
    if (world.failing > 0) {
        world.failing--;
        world.failed = true;
        return -1;
    }
    memcpy(session->envelope, envelope, ENVELOPE_LEN);
    if (!world.starved) {
        must(fake_session_open(session, &letter) == ERROR_NONE);
        must(letter.session == FAKE_SESSION_NUMBER && letter.day == FAKE_SESSION_DAY);
        must(memcmp(letter.kiosk, session->place.card.kiosk, LETTER_KIOSK_LEN) == 0);
    }
    world.stored++;
    return 0;
}

static int print(void *context, const uint8_t *bytes, size_t len)
{
    must(len > 0 && len <= SLIP_MAX);
    return world.printer;
}

static void say(void *context, const char *language, int pace, const char *text, size_t len)
{
    must(len < SESSION_SPEECH_MAX && utf8_valid(text, len) && memchr(text, '\0', len) == NULL);
    must(pace >= 0 && pace < SESSION_PACES && strlen(language) == 2);
}

/* --- orders --- */

/* The receipt asks for a group by its number, the only digit of the title. */
static void type_group(struct teletype *t)
{
    static char dump[DUMP];
    char group[5] = "";

    screen_dump(world.screen, dump, sizeof dump);
    const char *digit = dump + strcspn(dump, "123456");
    if (*digit != '\0' && strlen(world.code) == CODE_DIGITS)
        memcpy(group, world.code + (size_t)(*digit - '1') * 4, 4);
    teletype_type(t, group);
}

static void order(struct teletype *t, uint8_t byte)
{
    if (byte == FAIL || byte == FAIL_TWICE)
        world.failing = byte == FAIL ? 1 : 2;
    else if (byte == GROUP)
        type_group(t);
    else if (byte == CODE || byte == UNKNOWN)
        teletype_type(t, byte == CODE ? FAKE_SESSION_CODE : FAKE_SESSION_UNKNOWN);
    else if (byte == PIN)
        teletype_type(t, FAKE_SESSION_PIN);
    else if (byte == UNDERIVED)
        world.underived = true;
    else if (byte == PAPER)
        world.printer = world.printer == PRINTER_DONE ? PRINTER_PAPER : PRINTER_DONE;
}

/* --- the place --- */

static void start(void)
{
    static const char *const texts[] = {"Your complaint has arrived.",
                                        "Сізге дәрігер келеді.\n\nЕртең күтіңіз."};
    const char *build = getenv("SANDYQ_BUILD");
    struct code_keys keys;
    char locale[4096];

    if (session != NULL)
        return;
    fuzz_start();
    fuzz_fail_at(0);
    snprintf(locale, sizeof locale, "%s/locale", build != NULL ? build : "build");
    must(lang_start(locale) == 0);
    session = fake_session_new();
    must(session != NULL);
    session->quick = true;
    must(fake_session_derive(session, FAKE_SESSION_CODE, FAKE_SESSION_PIN, NULL, &keys) == 0);
    must(fake_session_answer(session, &keys, texts, 2) == 0);
}

static struct session_place place_of(uint8_t place, uint8_t surroundings)
{
    static const int idle[] = {60, 10, 180, 3600};
    struct session_place made = session->place;

    for (size_t i = 0; i < LANG_COUNT; i++)
        snprintf(made.languages[i], sizeof made.languages[i], "%s",
                 lang_code((i + place % 4) % LANG_COUNT));
    if (place % 4 == 3)
        memset(made.languages, 0, sizeof made.languages);
    made.paper = place & LARGE ? SLIP_58 : SLIP_80;
    made.large = (place & LARGE) != 0;
    made.contrast = (place & CONTRAST) != 0;
    if (!(place & BOARD))
        made.board = NULL;
    made.card.type = (uint8_t)(1 + surroundings % 16 % TYPES);
    made.idle_seconds = idle[surroundings / 16 % 4];
    return made;
}

static const char *terminal(uint8_t place, uint8_t surroundings)
{
    if (place & PLAIN && place & BOARD)
        return "vt220"; /* without colours */
    return surroundings & CONSOLE ? "linux" : "xterm-256color";
}

/* --- the run --- */

static void run(struct teletype *t, const struct session_io *io, const struct session_place *place)
{
    const enum session_end end = session_run(io, place);

    /* One visit, one envelope; without one the keeper knows that it owes a cover. */
    must(world.begun == (end != SESSION_NOBODY));
    must(world.stored == (end == SESSION_STORED));
    must(end != SESSION_FAILED || world.starved || world.failed);
    must(world.blank || world.starved);
    must(!t->late);
}

/* What is no terminal of ours is left alone. */
static void try_none(void)
{
    struct teletype t = {.type = NULL, .orders = ""};

    teletype_set(&t);
    must(term_open(&t.stop) == ERROR_SCREEN_TERMINAL);
    t.type = "dumb";
    must(term_open(&t.stop) == ERROR_SCREEN_KIND);
    must(setlocale(LC_CTYPE, "C") != NULL);
    must(term_open(&t.stop) == ERROR_SCREEN_UTF8);
    must(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    term_close();
    t.type = "linux";
    must(term_open(&t.stop) == ERROR_NONE);
    must(term_hold("/nowhere", true) == -1);
    /* With the minor number of /dev/null in front, too: it is no console all the same. */
    for (t.front = 0; t.front <= 4; t.front++)
        must(term_hold("/dev/null", true) == -1 && term_hold("/dev/null", false) == -1);
    for (int i = 0; i < FLOOD; i++)
        teletype_press(&t, "x", 1);
    term_drop();
    term_close();
    teletype_set(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    start();
    if (len < HEAD) {
        try_none();
        return 0;
    }
    struct teletype t = {
        .data = data + HEAD,
        .size = len - HEAD,
        .type = terminal(data[0], data[1]),
        .rows = SCREEN_ROWS_MIN,
        .cols = SCREEN_COLS_MIN,
        .leds = (data[1] & LEDS) != 0,
        .hurried = (data[1] & HASTE) != 0,
        .dead = (data[1] & STUCK) != 0,
        .orders = "\3\4\6\17\20\23\24\25",
        .order = order,
    };
    struct session_io io = {.context = &t,
                            .size = size,
                            .show = show,
                            .key = press,
                            .drop = drop,
                            .derive = derive,
                            .wait = wait,
                            .begin = begin,
                            .store = store,
                            .print = data[0] & PRINTER ? print : NULL,
                            .say = data[0] & VOICE ? say : NULL};
    const struct session_place place = place_of(data[0], data[1]);

    memset(&world, 0, sizeof world);
    world.printer = PRINTER_DONE;
    world.starved = data[2] > 0;
    teletype_set(&t);
    must(term_open(&t.stop) == ERROR_NONE);
    raise(SIGWINCH); /* curses does not know the size yet */
    fuzz_fail_at(data[2] * 2U);
    if (data[0] & PLAIN && !(data[0] & BOARD))
        out_of_order_run(&io, (data[0] & PRINTER) != 0);
    else
        run(&t, &io, &place);
    fuzz_fail_at(0);
    term_close();
    teletype_set(NULL);
    lang_set("en");
    return 0;
}
