/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays the keys of a script and keeps the screens that are shown. */
#include "tests/lib/fake_terminal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const struct {
    const char *word;
    enum keypress_kind kind;
} key_words[] = {
    {"Enter", KEYPRESS_ENTER},      {"Esc", KEYPRESS_BACK},    {"Tab", KEYPRESS_TAB},
    {"F1", KEYPRESS_HELP},          {"Up", KEYPRESS_UP},       {"Down", KEYPRESS_DOWN},
    {"Left", KEYPRESS_LEFT},        {"Right", KEYPRESS_RIGHT}, {"PgUp", KEYPRESS_PAGE_UP},
    {"PgDn", KEYPRESS_PAGE_DOWN},   {"Home", KEYPRESS_HOME},   {"End", KEYPRESS_END},
    {"Backspace", KEYPRESS_DELETE}, {"Gone", KEYPRESS_GONE},   {"F2", KEYPRESS_HIDE},
    {"F3", KEYPRESS_SHOW},          {"F4", KEYPRESS_LAYOUT},   {"F5", KEYPRESS_LAYER},
    {"F6", KEYPRESS_UNDO},          {"F7", KEYPRESS_SAY},      {"F8", KEYPRESS_SLOWER},
};

void fake_terminal_size(const struct fake_terminal *terminal, int *rows, int *cols)
{
    *rows = terminal->rows;
    *cols = terminal->cols;
}

/* The number of the group that a receipt asks for is the only lone digit of a title. */
static void mask_title(char *dump)
{
    size_t title = strcspn(dump, "\n");
    size_t at = strcspn(dump, "0123456789");

    if (at < title && !isdigit((unsigned char)dump[at + 1]) && dump[at + 1] != '/')
        dump[at] = '0';
}

/* Replaces what is random on a receipt: the QR code's cells and the groups of four digits. */
static void mask(const struct screen *screen, char *dump)
{
    char *out = dump;
    bool receipt = false;

    for (int row = 0; row < screen_rows(screen); row++) {
        char *start = out;

        for (int col = 0; col < screen_cols(screen); col++) {
            const struct screen_cell *cell = screen_at(screen, row, col);
            bool module = cell->style == SCREEN_MODULES;

            receipt = receipt || module;
            if (cell->ch != 0)
                out += utf8_put(module ? '#' : cell->ch, out);
        }
        while (out > start && out[-1] == ' ')
            out--;
        *out++ = '\n';
    }
    *out = '\0';
    mask_title(dump);
    for (char *at = dump; receipt && *at != '\0';) {
        size_t run = strspn(at, "0123456789");

        if (run == 4)
            memset(at, '0', run);
        at += run > 0 ? run : 1;
    }
}

void fake_terminal_show(struct fake_terminal *terminal, const struct screen *screen)
{
    bool small = terminal->rows < SCREEN_ROWS_MIN || terminal->cols < SCREEN_COLS_MIN;

    terminal->shows++;
    if (screen_clipped(screen) && !small) {
        terminal->clipped = true;
        screen_dump(screen, terminal->now, sizeof terminal->now);
        fprintf(stderr, "text was clipped (%s):\n%s\n", terminal->language, terminal->now);
    }
    memcpy(terminal->last, terminal->now, sizeof terminal->last);
    screen_dump(screen, terminal->unmasked, sizeof terminal->unmasked);
    if (terminal->masked)
        mask(screen, terminal->now);
    else
        screen_dump(screen, terminal->now, sizeof terminal->now);
    if (strstr(terminal->now, "lease wait") != NULL)
        terminal->waits++;
    if (terminal->watch != NULL)
        terminal->watch(screen);
}

static void keep(struct fake_terminal *terminal, const char *dump)
{
    if (terminal->kept_count < FAKE_TERMINAL_SCREENS)
        terminal->kept[terminal->kept_count++] = strdup(dump);
}

static struct keypress typed(struct fake_terminal *terminal)
{
    struct utf8 decoder = {0};
    int32_t ch = UTF8_MORE;
    bool again = false;

    while (ch == UTF8_MORE && *terminal->script != '\0')
        ch = utf8_feed(&decoder, (uint8_t)*terminal->script++, &again);
    return (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)ch};
}

/* --- words of a script that are no keys: each acts, and returns true when a press comes of it
   --- */

static bool on_show(struct fake_terminal *terminal, struct keypress *press)
{
    keep(terminal, terminal->now);
    return false;
}

static bool on_before(struct fake_terminal *terminal, struct keypress *press)
{
    keep(terminal, terminal->last);
    return false;
}

static bool on_pages(struct fake_terminal *terminal, struct keypress *press)
{
    keep(terminal, terminal->now);
    terminal->paging = terminal->large;
    *press = (struct keypress){.kind = KEYPRESS_PAGE_DOWN};
    return terminal->paging;
}

static bool on_resize(struct fake_terminal *terminal, struct keypress *press)
{
    terminal->script += strspn(terminal->script, " ");
    sscanf(terminal->script, "%dx%d", &terminal->rows, &terminal->cols);
    terminal->script += strcspn(terminal->script, " \n");
    *press = (struct keypress){.kind = KEYPRESS_RESIZE};
    return true;
}

static bool on_language(struct fake_terminal *terminal, struct keypress *press)
{
    *press = (struct keypress){.kind = KEYPRESS_CHAR,
                               .ch = *terminal->language == 'k'   ? '1'
                                     : *terminal->language == 'r' ? '2'
                                                                  : '3'};
    return true;
}

static bool on_wait(struct fake_terminal *terminal, struct keypress *press)
{
    *press = (struct keypress){.kind = KEYPRESS_IDLE};
    return true;
}

static bool on_idle(struct fake_terminal *terminal, struct keypress *press)
{
    terminal->idling = true;
    return on_wait(terminal, press);
}

/* The receipt asks for a group at random: its number is the only digit of the title. */
static bool on_check(struct fake_terminal *terminal, struct keypress *press)
{
    const char *digit = terminal->unmasked + strcspn(terminal->unmasked, "123456");

    memcpy(terminal->typing, terminal->code + (size_t)(*digit - '1') * 4, 4);
    return false;
}

static bool on_wrong(struct fake_terminal *terminal, struct keypress *press)
{
    on_check(terminal, press);
    terminal->typing[0] = terminal->typing[0] == '9' ? '0' : (char)(terminal->typing[0] + 1);
    return false;
}

static bool on_rush(struct fake_terminal *terminal, struct keypress *press)
{
    terminal->rushing = true;
    return false;
}

static bool on_calm(struct fake_terminal *terminal, struct keypress *press)
{
    terminal->rushing = false;
    return false;
}

/* The title, up to the bracket; of a screen in another language nothing is known. */
static void check_title(struct fake_terminal *terminal, const char *word)
{
    const char *title = terminal->unmasked;
    size_t len = strcspn(word, "]\n");
    const char *found = memmem(title, strcspn(title, "\n"), word, len);

    if (word[len] == ']' && len > 0 && (found != NULL || strcmp(terminal->language, "en") != 0)) {
        terminal->script = word + len + 1;
        return;
    }
    fprintf(stderr, "the script expects the screen [%.*s], but it is:\n%s\n", (int)len, word,
            title);
    abort();
}

static const struct {
    const char *word;
    bool (*act)(struct fake_terminal *terminal, struct keypress *press);
} orders[] = {
    {"show", on_show},         {"before", on_before}, {"pages", on_pages}, {"resize", on_resize},
    {"Language", on_language}, {"Wait", on_wait},     {"Idle", on_idle},   {"Check", on_check},
    {"Wrong", on_wrong},       {"Rush", on_rush},     {"Calm", on_calm},
};

static bool is_word(const char *name, const char *word, size_t len)
{
    return strlen(name) == len && strncmp(name, word, len) == 0;
}

/* A press, or none (KEYPRESS_OTHER) when the word only did something. */
static struct keypress take_word(struct fake_terminal *terminal)
{
    struct keypress press = {.kind = KEYPRESS_OTHER};
    const char *word = terminal->script;
    size_t len = strcspn(word, " \n");

    terminal->script += len;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (is_word(orders[i].word, word, len)) {
            if (!orders[i].act(terminal, &press))
                press.kind = KEYPRESS_OTHER;
            return press;
        }
    for (size_t i = 0; i < sizeof key_words / sizeof *key_words; i++)
        if (is_word(key_words[i].word, word, len))
            return (struct keypress){.kind = key_words[i].kind};
    if (terminal->word != NULL && terminal->word(terminal->context, word, len))
        return press;
    fprintf(stderr, "the script has an unknown word: %.*s\n", (int)len, word);
    abort();
}

/* In large print one page after the other, until the last. */
static bool next_page(struct fake_terminal *terminal, struct keypress *press)
{
    if (terminal->paging && strcmp(terminal->now, terminal->kept[terminal->kept_count - 1]) == 0)
        terminal->paging = false;
    if (!terminal->paging)
        return false;
    keep(terminal, terminal->now);
    *press = (struct keypress){.kind = KEYPRESS_PAGE_DOWN};
    return true;
}

/* What is still to be typed of a group of digits. */
static bool types_digit(struct fake_terminal *terminal, struct keypress *press)
{
    if (terminal->typing[0] == '\0')
        return false;
    *press = (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)terminal->typing[0]};
    memmove(terminal->typing, terminal->typing + 1, sizeof terminal->typing - 1);
    return true;
}

static struct keypress next_press(struct fake_terminal *terminal)
{
    struct keypress press = {.kind = KEYPRESS_OTHER};

    if (terminal->idling)
        return (struct keypress){.kind = KEYPRESS_IDLE};
    if (next_page(terminal, &press))
        return press;
    while (press.kind == KEYPRESS_OTHER && !types_digit(terminal, &press)) {
        if (!terminal->quoted)
            terminal->script += strspn(terminal->script, " \n");
        if (*terminal->script == '\0')
            return (struct keypress){.kind = KEYPRESS_GONE};
        if (*terminal->script == '"') {
            terminal->quoted = !terminal->quoted;
            terminal->script++;
        } else if (terminal->quoted || isdigit((unsigned char)*terminal->script)) {
            press = typed(terminal);
        } else if (*terminal->script == '[') {
            check_title(terminal, terminal->script + 1);
        } else if (*terminal->script == '#') {
            terminal->script += strcspn(terminal->script, "\n");
        } else {
            press = take_word(terminal);
        }
    }
    return press;
}

/* Restless: another size, then the old one, and only then the key. True while it is not the
   key's turn. While the countdown runs nothing moves: that would be a sign of life. */
static bool is_moved(struct fake_terminal *terminal, int seconds)
{
    static const int sizes[][2] = {{1, 1}, {24, 64}, {80, 200}, {25, 80}, {23, 64}, {100, 300}};
    int turn = terminal->moves % 3;

    if (!terminal->restless || terminal->idled > 0 || (turn == 0 && seconds == 1))
        return false;
    terminal->moves++;
    if (turn == 0) {
        terminal->home_rows = terminal->rows;
        terminal->home_cols = terminal->cols;
        memcpy(terminal->home_last, terminal->last, sizeof terminal->home_last);
        terminal->rows = sizes[terminal->moves / 3 % 6][0];
        terminal->cols = sizes[terminal->moves / 3 % 6][1];
    } else if (turn == 1) {
        terminal->rows = terminal->home_rows;
        terminal->cols = terminal->home_cols;
    } else {
        memcpy(terminal->last, terminal->home_last, sizeof terminal->last);
    }
    return turn != 2;
}

/* After the time is over, and after the terminal is gone, no session has business here. */
struct keypress fake_terminal_key(struct fake_terminal *terminal, int seconds)
{
    struct keypress press = {.kind = KEYPRESS_RESIZE};

    if (is_moved(terminal, seconds))
        return press;
    press = next_press(terminal);
    terminal->late = terminal->late || terminal->over;
    terminal->idled =
        press.kind == KEYPRESS_IDLE && terminal->idling ? terminal->idled + seconds : 0;
    terminal->over = press.kind == KEYPRESS_GONE || terminal->idled >= terminal->idle_seconds;
    terminal->presses += press.kind != KEYPRESS_IDLE && press.kind != KEYPRESS_GONE;
    press.too_fast = terminal->rushing;
    return press;
}

void fake_terminal_make(struct fake_terminal *terminal)
{
    memset(terminal, 0, sizeof *terminal);
    terminal->rows = SCREEN_ROWS_MIN;
    terminal->cols = SCREEN_COLS_MIN;
    terminal->language = "en";
}

void fake_terminal_load(struct fake_terminal *terminal, const char *script)
{
    fake_terminal_forget(terminal);
    terminal->script = script;
    terminal->quoted = terminal->over = terminal->late = false;
    terminal->idling = terminal->rushing = terminal->paging = false;
    terminal->moves = terminal->waits = terminal->shows = terminal->idled = terminal->presses = 0;
    terminal->typing[0] = '\0';
}

void fake_terminal_forget(struct fake_terminal *terminal)
{
    while (terminal->kept_count > 0)
        free(terminal->kept[--terminal->kept_count]);
}

void fake_terminal_code(const char *screen, char code[CODE_LEN])
{
    size_t len = 0;

    while (*screen != '\0') {
        size_t run = strspn(screen, "0123456789");

        if (run == 4 && len + run < CODE_LEN) {
            memcpy(code + len, screen, run);
            len += run;
        }
        screen += run > 0 ? run : 1;
    }
    code[len] = '\0';
}
