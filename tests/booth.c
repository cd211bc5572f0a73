/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world around a session, played from a script. */
#include "tests/booth.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "kiosk/printer.h"
#include "protocol/board.h"
#include "session/library.h"
#include "session/out_of_order.h"

static const struct {
    const char *word;
    enum keypress_kind kind;
} booth_keys[] = {
    {"Enter", KEYPRESS_ENTER},      {"Esc", KEYPRESS_BACK},    {"Tab", KEYPRESS_TAB},
    {"F1", KEYPRESS_HELP},          {"Up", KEYPRESS_UP},       {"Down", KEYPRESS_DOWN},
    {"Left", KEYPRESS_LEFT},        {"Right", KEYPRESS_RIGHT}, {"PgUp", KEYPRESS_PAGE_UP},
    {"PgDn", KEYPRESS_PAGE_DOWN},   {"Home", KEYPRESS_HOME},   {"End", KEYPRESS_END},
    {"Backspace", KEYPRESS_DELETE}, {"Gone", KEYPRESS_GONE},   {"F2", KEYPRESS_HIDE},
    {"F3", KEYPRESS_SHOW},          {"F4", KEYPRESS_LAYOUT},   {"F5", KEYPRESS_LAYER},
    {"F6", KEYPRESS_UNDO},          {"F7", KEYPRESS_SAY},      {"F8", KEYPRESS_SLOWER},
};

static void booth_size(void *context, int *rows, int *cols)
{
    const struct booth *booth = context;

    *rows = booth->rows;
    *cols = booth->cols;
}

/* The number of the group that a receipt asks for is the only lone digit of a title. */
static void booth_mask_title(char *dump)
{
    size_t title = strcspn(dump, "\n");
    size_t at = strcspn(dump, "0123456789");

    if (at < title && !isdigit((unsigned char)dump[at + 1]) && dump[at + 1] != '/')
        dump[at] = '0';
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
    booth_mask_title(dump);
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
    screen_dump(screen, booth->unmasked, sizeof booth->unmasked);
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

static struct keypress booth_typed(struct booth *booth)
{
    struct utf8 decoder = {0};
    int32_t ch = UTF8_MORE;
    bool again = false;

    while (ch == UTF8_MORE && *booth->script != '\0')
        ch = utf8_feed(&decoder, (uint8_t)*booth->script++, &again);
    return (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)ch};
}

/* --- words of a script that are no keys: each acts, and returns true when a press comes of it --- */

static bool booth_on_show(struct booth *booth, struct keypress *press)
{
    booth_keep(booth, booth->now);
    return false;
}

static bool booth_on_before(struct booth *booth, struct keypress *press)
{
    booth_keep(booth, booth->last);
    return false;
}

static bool booth_on_pages(struct booth *booth, struct keypress *press)
{
    booth_keep(booth, booth->now);
    booth->paging = booth->place.large;
    *press = (struct keypress){.kind = KEYPRESS_PAGE_DOWN};
    return booth->paging;
}

static bool booth_on_fail(struct booth *booth, struct keypress *press)
{
    booth->failing++;
    return false;
}

static bool booth_on_resize(struct booth *booth, struct keypress *press)
{
    booth->script += strspn(booth->script, " ");
    sscanf(booth->script, "%dx%d", &booth->rows, &booth->cols);
    booth->script += strcspn(booth->script, " \n");
    *press = (struct keypress){.kind = KEYPRESS_RESIZE};
    return true;
}

static bool booth_on_language(struct booth *booth, struct keypress *press)
{
    *press = (struct keypress){.kind = KEYPRESS_CHAR,
                               .ch = *booth->language == 'k'   ? '1'
                                     : *booth->language == 'r' ? '2'
                                                               : '3'};
    return true;
}

static bool booth_on_wait(struct booth *booth, struct keypress *press)
{
    *press = (struct keypress){.kind = KEYPRESS_IDLE};
    return true;
}

static bool booth_on_idle(struct booth *booth, struct keypress *press)
{
    booth->idling = true;
    return booth_on_wait(booth, press);
}

/* The receipt asks for a group at random: its number is the only digit of the title. */
static bool booth_on_check(struct booth *booth, struct keypress *press)
{
    const char *digit = booth->unmasked + strcspn(booth->unmasked, "123456");

    memcpy(booth->typing, booth->code + (size_t)(*digit - '1') * 4, 4);
    return false;
}

static bool booth_on_wrong(struct booth *booth, struct keypress *press)
{
    booth_on_check(booth, press);
    booth->typing[0] = booth->typing[0] == '9' ? '0' : (char)(booth->typing[0] + 1);
    return false;
}

static bool booth_on_rush(struct booth *booth, struct keypress *press)
{
    booth->rushing = true;
    return false;
}

static bool booth_on_calm(struct booth *booth, struct keypress *press)
{
    booth->rushing = false;
    return false;
}

static bool booth_on_paper(struct booth *booth, struct keypress *press)
{
    booth->printer = PRINTER_PAPER;
    return false;
}

static bool booth_on_dead(struct booth *booth, struct keypress *press)
{
    booth->printer = PRINTER_GONE;
    return false;
}

static const struct {
    const char *word;
    bool (*act)(struct booth *booth, struct keypress *press);
} booth_orders[] = {
    {"show", booth_on_show},   {"before", booth_on_before}, {"pages", booth_on_pages},
    {"fail", booth_on_fail},   {"resize", booth_on_resize}, {"Language", booth_on_language},
    {"Wait", booth_on_wait},   {"Idle", booth_on_idle},     {"Check", booth_on_check},
    {"Wrong", booth_on_wrong}, {"Rush", booth_on_rush},     {"Calm", booth_on_calm},
    {"paper", booth_on_paper}, {"dead", booth_on_dead},
};

static bool booth_is(const char *name, const char *word, size_t len)
{
    return strlen(name) == len && strncmp(name, word, len) == 0;
}

/* A press, or none (KEYPRESS_OTHER) when the word only did something. */
static struct keypress booth_word(struct booth *booth)
{
    struct keypress press = {.kind = KEYPRESS_OTHER};
    const char *word = booth->script;
    size_t len = strcspn(word, " \n");

    booth->script += len;
    for (size_t i = 0; i < sizeof booth_orders / sizeof *booth_orders; i++)
        if (booth_is(booth_orders[i].word, word, len)) {
            if (!booth_orders[i].act(booth, &press))
                press.kind = KEYPRESS_OTHER;
            return press;
        }
    for (size_t i = 0; i < sizeof booth_keys / sizeof *booth_keys; i++)
        if (booth_is(booth_keys[i].word, word, len))
            return (struct keypress){.kind = booth_keys[i].kind};
    fprintf(stderr, "the script has an unknown word: %.*s\n", (int)len, word);
    abort();
}

/* In large print one page after the other, until the last. */
static bool booth_pages(struct booth *booth, struct keypress *press)
{
    if (booth->paging && strcmp(booth->now, booth->kept[booth->kept_count - 1]) == 0)
        booth->paging = false;
    if (!booth->paging)
        return false;
    booth_keep(booth, booth->now);
    *press = (struct keypress){.kind = KEYPRESS_PAGE_DOWN};
    return true;
}

/* What is still to be typed of a group of digits. */
static bool booth_types(struct booth *booth, struct keypress *press)
{
    if (booth->typing[0] == '\0')
        return false;
    *press = (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)booth->typing[0]};
    memmove(booth->typing, booth->typing + 1, sizeof booth->typing - 1);
    return true;
}

static struct keypress booth_next(struct booth *booth)
{
    struct keypress press = {.kind = KEYPRESS_OTHER};

    if (booth->idling)
        return (struct keypress){.kind = KEYPRESS_IDLE};
    if (booth_pages(booth, &press))
        return press;
    while (press.kind == KEYPRESS_OTHER && !booth_types(booth, &press)) {
        if (!booth->quoted)
            booth->script += strspn(booth->script, " \n");
        if (*booth->script == '\0')
            return (struct keypress){.kind = KEYPRESS_GONE};
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

/* Restless: another size, then the old one, and only then the key. True while it is not the key's turn. While the
   countdown runs nothing moves: that would be a sign of life. */
static bool booth_moves(struct booth *booth, int seconds)
{
    static const int sizes[][2] = {{1, 1}, {24, 64}, {80, 200}, {25, 80}, {23, 64}, {100, 300}};
    int turn = booth->moves % 3;

    if (!booth->restless || booth->idled > 0 || (turn == 0 && seconds == 1))
        return false;
    booth->moves++;
    if (turn == 0) {
        booth->home_rows = booth->rows;
        booth->home_cols = booth->cols;
        memcpy(booth->home_last, booth->last, sizeof booth->home_last);
        booth->rows = sizes[booth->moves / 3 % 6][0];
        booth->cols = sizes[booth->moves / 3 % 6][1];
    } else if (turn == 1) {
        booth->rows = booth->home_rows;
        booth->cols = booth->home_cols;
    } else {
        memcpy(booth->last, booth->home_last, sizeof booth->last);
    }
    return turn != 2;
}

/* After the time is over, and after the terminal is gone, no session has business here. */
static struct keypress booth_press(void *context, int seconds)
{
    struct booth *booth = context;
    struct keypress press = {.kind = KEYPRESS_RESIZE};

    if (booth_moves(booth, seconds))
        return press;
    press = booth_next(booth);
    booth->late = booth->late || booth->over;
    booth->idled = press.kind == KEYPRESS_IDLE && booth->idling ? booth->idled + seconds : 0;
    booth->over = press.kind == KEYPRESS_GONE || booth->idled >= booth->place.idle_seconds;
    booth->presses += press.kind != KEYPRESS_IDLE && press.kind != KEYPRESS_GONE;
    press.too_fast = booth->rushing;
    return press;
}

static void booth_drop(void *context)
{
    struct booth *booth = context;

    booth->drops++;
}

int booth_derive(struct booth *booth, const char *code, const char *pin,
                 const struct argon_watch *watch, struct code_keys *keys)
{
    uint8_t hash[HASH_LEN];
    const struct hash_part parts[] = {{code, strlen(code)}, {":", 1}, {pin, strlen(pin)}};

    if (!booth->quick)
        return code_derive(code, pin, booth->place.charter.office, watch, keys) == ERROR_NONE ? 0
                                                                                              : -1;
    if (hash_sha256(hash, parts, 3) != 0)
        return -1;
    for (int i = 1; watch != NULL && i <= 2; i++)
        watch->step(watch->context, i, 2);
    memcpy(keys->tag, hash, sizeof keys->tag);
    memcpy(keys->answer, hash, sizeof keys->answer);
    return 0;
}

static int booth_session_derive(void *context, const char *code, const char *pin,
                                const struct argon_watch *watch, struct code_keys *keys)
{
    struct booth *booth = context;

    booth->derived++;
    memcpy(booth->code, code, sizeof booth->code);
    return booth_derive(booth, code, pin, watch, keys);
}

static int booth_print(void *context, const uint8_t *bytes, size_t len)
{
    struct booth *booth = context;

    booth->slips++;
    memcpy(booth->slip, bytes, len);
    booth->slip_len = len;
    return booth->printer;
}

static void booth_say(void *context, const char *language, int pace, const char *text, size_t len)
{
    struct booth *booth = context;

    booth->sayings += len > 0;
    booth->silences += len == 0;
    booth->pace = pace;
    if (len == 0)
        return;
    memcpy(booth->said, text, len);
    booth->said[len] = '\0';
}

void booth_printer(struct booth *booth)
{
    booth->io.print = booth_print;
    booth->place.paper = SLIP_58;
}

void booth_voice(struct booth *booth)
{
    booth->io.say = booth_say;
}

static int booth_store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    struct booth *booth = context;

    booth->presses_at_store = booth->presses;
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
    booth->io = (struct session_io){.context = booth,
                                    .size = booth_size,
                                    .show = booth_show,
                                    .key = booth_press,
                                    .drop = booth_drop,
                                    .derive = booth_session_derive,
                                    .store = booth_store};
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
    place->library = booth->library = library_load("texts");
    if (booth->library == NULL ||
        envelope_key_new(booth->intake, place->charter.intake) != ERROR_NONE)
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
    library_free(&(*booth)->library);
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
                          .notices = BOOTH_NEWS,
                          .notices_len = sizeof BOOTH_NEWS - 1,
                          .entry_count = BOARD_MULTIPLE,
                          .entries = entries};
    uint8_t seed[SIGNATURE_SEED_LEN];

    random_bytes(entries, sizeof entries);
    memcpy(board.office, booth->place.charter.office, sizeof board.office);
    booth->place.arrived = mark.day;
    memcpy(mark.kiosk, booth->place.card.kiosk, sizeof mark.kiosk);
    for (size_t i = 1; i <= n; i++) {
        booth_message(&answer, i, texts[i - 1]);
        if (answer_seal(keys, i, &answer, entries + i * BOARD_ENTRY_LEN) != ERROR_NONE)
            return -1;
    }
    random_bytes(seed, sizeof seed);
    free(booth->board);
    booth->board = NULL;
    if (board_encode(&board, &mark, seed, &booth->board, &booth->place.board_len) != ERROR_NONE)
        return -1;
    booth->place.board = booth->board;
    return 0;
}

enum session_end booth_play(struct booth *booth, const char *script)
{
    booth_forget(booth);
    booth->script = script;
    booth->quoted = booth->changed = booth->over = booth->late = false;
    booth->idling = booth->rushing = booth->paging = false;
    booth->moves = 0;
    booth->attempts = booth->stored = booth->waits = booth->shows = booth->idled = 0;
    booth->presses = booth->presses_at_store = 0;
    booth->derived = booth->drops = booth->slips = booth->sayings = booth->silences = 0;
    booth->said[0] = '\0';
    booth->typing[0] = '\0';
    booth->printer = PRINTER_DONE;
    return session_run(&booth->io, &booth->place);
}

void booth_close(struct booth *booth, const char *script)
{
    booth_forget(booth);
    booth->script = script;
    out_of_order_run(&booth->io, false);
}

int booth_open(struct booth *booth, struct letter *letter)
{
    int error = envelope_open(booth->intake, booth->envelope, booth->opened);

    if (error == ERROR_NONE)
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
