/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world around a session, played from a script. */
#include "tests/booth.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "courier/board.h"
#include "courier/refusal.h"
#include "crypto/envelope.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "tui/utf8.h"

static const struct {
    const char *word;
    enum press_kind kind;
} booth_keys[] = {
    {"Enter", PRESS_ENTER},      {"Esc", PRESS_BACK},    {"Tab", PRESS_TAB},
    {"F1", PRESS_HELP},          {"Up", PRESS_UP},       {"Down", PRESS_DOWN},
    {"Left", PRESS_LEFT},        {"Right", PRESS_RIGHT}, {"PgUp", PRESS_PAGE_UP},
    {"PgDn", PRESS_PAGE_DOWN},   {"Home", PRESS_HOME},   {"End", PRESS_END},
    {"Backspace", PRESS_DELETE}, {"Idle", PRESS_IDLE},   {"Gone", PRESS_GONE},
};

static void booth_size(void *context, int *rows, int *cols)
{
    const struct booth *booth = context;

    *rows = booth->rows;
    *cols = booth->cols;
}

/* Replaces what is random on a receipt: the QR code's cells and the groups of four digits. */
static void booth_mask(const struct screen *screen, char *dump)
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
    for (char *at = dump; receipt && *at != '\0';) {
        size_t run = strspn(at, "0123456789");

        if (run == 4)
            memset(at, '0', run);
        at += run > 0 ? run : 1;
    }
}

static void booth_show(void *context, const struct screen *screen)
{
    struct booth *booth = context;
    bool small = booth->rows < SCREEN_ROWS_MIN || booth->cols < SCREEN_COLS_MIN;

    booth->shows++;
    if (screen_clipped(screen) && !small) {
        booth->clipped = true;
        screen_dump(screen, booth->now, sizeof booth->now);
        fprintf(stderr, "text was clipped (%s):\n%s\n", booth->language, booth->now);
    }
    memcpy(booth->last, booth->now, sizeof booth->last);
    if (booth->masked)
        booth_mask(screen, booth->now);
    else
        screen_dump(screen, booth->now, sizeof booth->now);
    if (strstr(booth->now, "lease wait") != NULL)
        booth->waits++;
    if (booth->watch != NULL)
        booth->watch(screen);
}

static void booth_keep(struct booth *booth, const char *dump)
{
    if (booth->kept_count < BOOTH_SCREENS)
        booth->kept[booth->kept_count++] = strdup(dump);
}

static struct press booth_typed(struct booth *booth)
{
    struct utf8 decoder = {0};
    int32_t ch = UTF8_MORE;
    bool again = false;

    while (ch == UTF8_MORE && *booth->script != '\0')
        ch = utf8_feed(&decoder, (uint8_t)*booth->script++, &again);
    return (struct press){.kind = PRESS_CHAR, .ch = (uint32_t)ch};
}

/* Acts on a word that is no key. True when it was one. */
static bool booth_order(struct booth *booth, const char *word, size_t len, struct press *press)
{
    if (len == 4 && strncmp(word, "show", len) == 0) {
        booth_keep(booth, booth->now);
    } else if (len == 6 && strncmp(word, "before", len) == 0) {
        booth_keep(booth, booth->last);
    } else if (len == 4 && strncmp(word, "fail", len) == 0) {
        booth->failing++;
    } else if (len == 6 && strncmp(word, "resize", len) == 0) {
        sscanf(word + len, "%dx%d", &booth->rows, &booth->cols);
        booth->script += strspn(booth->script, " ");
        booth->script += strcspn(booth->script, " \n");
        press->kind = PRESS_RESIZE;
    } else if (len == 8 && strncmp(word, "Language", len) == 0) {
        *press = (struct press){PRESS_CHAR, *booth->language == 'k'   ? '1'
                                            : *booth->language == 'r' ? '2'
                                                                      : '3'};
    } else {
        return false;
    }
    return true;
}

static struct press booth_word(struct booth *booth)
{
    struct press press = {.kind = PRESS_OTHER};
    const char *word = booth->script;
    size_t len = strcspn(word, " \n");

    booth->script += len;
    if (booth_order(booth, word, len, &press))
        return press;
    for (size_t i = 0; i < sizeof booth_keys / sizeof *booth_keys; i++)
        if (strlen(booth_keys[i].word) == len && strncmp(booth_keys[i].word, word, len) == 0)
            return (struct press){.kind = booth_keys[i].kind};
    fprintf(stderr, "the script has an unknown word: %.*s\n", (int)len, word);
    abort();
}

static struct press booth_next(struct booth *booth)
{
    struct press press = {.kind = PRESS_OTHER};

    while (press.kind == PRESS_OTHER) {
        if (!booth->quoted)
            booth->script += strspn(booth->script, " \n");
        if (*booth->script == '\0')
            return (struct press){.kind = PRESS_GONE};
        if (*booth->script == '"') {
            booth->quoted = !booth->quoted;
            booth->script++;
        } else if (booth->quoted || isdigit((unsigned char)*booth->script)) {
            press = booth_typed(booth);
        } else if (*booth->script == '#') {
            booth->script += strcspn(booth->script, "\n");
        } else {
            press = booth_word(booth);
        }
    }
    return press;
}

static struct press booth_press(void *context, int idle_seconds)
{
    struct booth *booth = context;
    struct press press = booth_next(booth);

    booth->late = booth->late || booth->over;
    booth->over = press.kind == PRESS_IDLE || press.kind == PRESS_GONE;
    return press;
}

static int booth_store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    struct booth *booth = context;

    if (booth->attempts++ > 0 && memcmp(booth->tried, envelope, ENVELOPE_LEN) != 0)
        booth->changed = true;
    memcpy(booth->tried, envelope, ENVELOPE_LEN);
    if (booth->failing > 0) {
        booth->failing--;
        return -1;
    }
    booth->stored++;
    memcpy(booth->envelope, envelope, ENVELOPE_LEN);
    return 0;
}

struct booth *booth_new(void)
{
    struct booth *booth = calloc(1, sizeof *booth);
    struct session_place *place = NULL;

    if (booth == NULL)
        return NULL;
    booth->io = (struct session_io){booth, booth_size, booth_show, booth_press, booth_store};
    booth->rows = SCREEN_ROWS_MIN;
    booth->cols = SCREEN_COLS_MIN;
    booth->language = "en";
    place = &booth->place;
    /* Fixed, so that the fingerprint and the codes' keys are the same in every run. */
    memset(place->charter.office, 0x5a, sizeof place->charter.office);
    snprintf(place->charter.name, sizeof place->charter.name, "Адам құқықтары жөніндегі уәкіл");
    snprintf(place->card.facility, sizeof place->card.facility, "KZ-17");
    memset(place->card.kiosk, 0xc3, sizeof place->card.kiosk);
    place->number = BOOTH_NUMBER;
    place->today = BOOTH_DAY;
    place->idle_seconds = 60;
    booth->arrived = 5;
    if (envelope_key_new(booth->intake, place->charter.intake) != ENVELOPE_OK)
        booth_free(&booth);
    return booth;
}

static void booth_forget(struct booth *booth)
{
    while (booth->kept_count > 0)
        free(booth->kept[--booth->kept_count]);
}

void booth_free(struct booth **booth)
{
    if (*booth == NULL)
        return;
    booth_forget(*booth);
    free((*booth)->board);
    free(*booth);
    *booth = NULL;
}

static void booth_message(struct answer *answer, size_t n, const char *text)
{
    answer->state = n == 1 ? 1 : 3;
    answer->day = BOOTH_DAY - 10 + (uint32_t)n;
    answer->len = (uint16_t)strlen(text);
    memcpy(answer->text, text, answer->len);
}

int booth_answer(struct booth *booth, const struct code_keys *keys, const char *const *texts,
                 size_t n)
{
    static uint8_t entries[BOARD_MULTIPLE * BOARD_ENTRY_LEN];
    static struct answer answer;
    struct board_mark mark = {.seq = booth->arrived, .day = booth->arrived > 0 ? BOOTH_DAY - 3 : 0};
    struct board board = {.number = 1,
                          .day = BOOTH_DAY,
                          .kiosk_count = 1,
                          .notices = "",
                          .entry_count = BOARD_MULTIPLE,
                          .entries = entries};
    uint8_t seed[SIGN_SEED_LEN];

    random_bytes(entries, sizeof entries);
    memcpy(board.office, booth->place.charter.office, sizeof board.office);
    memcpy(mark.kiosk, booth->place.card.kiosk, sizeof mark.kiosk);
    for (size_t i = 1; i <= n; i++) {
        booth_message(&answer, i, texts[i - 1]);
        if (answer_seal(keys, i, &answer, entries + i * BOARD_ENTRY_LEN) != ANSWER_OK)
            return -1;
    }
    random_bytes(seed, sizeof seed);
    free(booth->board);
    booth->board = NULL;
    if (board_encode(&board, &mark, seed, &booth->board, &booth->place.board_len) != REFUSAL_NONE)
        return -1;
    booth->place.board = booth->board;
    return 0;
}

enum session_end booth_play(struct booth *booth, const char *script)
{
    booth_forget(booth);
    booth->script = script;
    booth->quoted = booth->changed = booth->over = booth->late = false;
    booth->attempts = booth->stored = booth->waits = booth->shows = 0;
    return session_run(&booth->io, &booth->place);
}

int booth_open(struct booth *booth, struct letter *letter)
{
    int error = envelope_open(booth->intake, booth->envelope, booth->opened);

    if (error == ENVELOPE_OK)
        error = letter_decode(booth->opened, letter);
    return error;
}

void booth_code(const char *screen, char code[CODE_LEN])
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
