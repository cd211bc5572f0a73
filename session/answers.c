/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the answer. Wrong number, wrong PIN and no answer yet are one screen after one and the
 * same work. */
#include "session/answers.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "session/day_words.h"
#include "session/dialog.h"
#include "session/pin.h"

static_assert((int)ANSWER_LEN == (int)BOARD_ENTRY_LEN, "the board carries answers");
static_assert((int)ANSWER_TAG_LEN == (int)BOARD_TAG_LEN, "and finds them by their tags");

enum { READING_HEAD = 256, READING_LINE = 256 };

struct reading {
    struct ui *ui;
    struct draft *draft; /* a follow-up: holds code, PIN and keys from the start */
    uint8_t state;       /* public state of the last message */
    size_t len;
    struct answer answer;
    uint8_t tags[ANSWER_COUNT_MAX][ANSWER_TAG_LEN]; /* while it looks: what for, */
    uint8_t entries[ANSWER_COUNT_MAX][ANSWER_LEN];  /* ... and what it found */
    char text[ANSWER_COUNT_MAX * (ANSWER_TEXT_MAX + READING_HEAD) + READING_LINE];
};

static const char *fault(const struct digits *digits)
{
    char code[CODE_LEN];
    enum error error = code_parse(digits->text, digits->len, code);
    explicit_bzero(code, sizeof code);
    if (error == ERROR_NONE)
        return NULL;
    if (error == ERROR_CODE_SHORT)
        return N_("The number has 24 digits. Some are missing.");
    return N_("One of the digits is wrong. Look again. Backspace takes digits away.");
}

/* Asks for the code until its check digits are right. */
static int ask_code(struct reading *reading, struct digits *digits)
{
    static const struct dialog dialog = {
        .title = N_("Is there an answer? Your number"),
        .text = N_("Type the 24 digits of your number."),
        .keys = N_("Digits: your number   Enter: go on   F3: show or hide\n"
                   "Esc: back   F1: help"),
        .enter = true,
        .help = HELP_CODE,
    };
    const char *note = NULL;
    do {
        int key = dialog_type(reading->ui, &dialog, digits, 4, note, fault);
        if (key != UI_NEXT)
            return key;
        note = fault(digits);
    } while (note != NULL);
    return UI_NEXT;
}

/* Adds one message to the text: its day and state, then the words. */
static void add(struct reading *reading)
{
    const struct answer *answer = &reading->answer;
    const char *state = taxonomy_public_text(answer->state);
    char day[DAY_WORDS_LEN];
    size_t room = sizeof reading->text - reading->len;
    int n = 0;
    day_words(answer->day, day);
    n = snprintf(reading->text + reading->len, READING_HEAD, "%s%s: %s%s",
                 reading->len > 0 ? "\n\n" : "", day, state != NULL ? _(state) : "",
                 answer->len > 0 ? "\n" : "");
    if (n < 0 || n >= READING_HEAD || (size_t)n + answer->len > room)
        return;
    memcpy(reading->text + reading->len + n, answer->text, answer->len);
    reading->len += (size_t)n + answer->len;
    reading->state = answer->state;
}

static bool view_board(const struct reading *reading, struct board *board)
{
    const struct session_place *place = reading->ui->place;
    return place->board != NULL && board_view(place->board, place->board_len, board) == ERROR_NONE;
}

/* Up to which day this terminal's envelopes have arrived: the same words to everyone who asks. */
static void mark(const struct reading *reading, char line[READING_LINE])
{
    const struct session_place *place = reading->ui->place;
    char day[DAY_WORDS_LEN];
    if (place->arrived == 0) {
        snprintf(line, READING_LINE, "%s",
                 _("No word has come back yet about what was sent from this terminal."));
        return;
    }
    day_words(place->arrived, day);
    snprintf(line, READING_LINE,
             _("What was sent from this terminal has arrived up to this day: %s."), day);
}

/* Behind the last message, the same words that everyone gets. */
static void close_case(struct reading *reading)
{
    static const char apart[] = "\n\n────────────\n";
    char line[READING_LINE];
    size_t len;
    mark(reading, line);
    len = strlen(line);
    if (len + sizeof apart > sizeof reading->text - reading->len)
        return;
    /* Not the office's words: a line apart. */
    memcpy(reading->text + reading->len, apart, sizeof apart - 1);
    memcpy(reading->text + reading->len + sizeof apart - 1, line, len);
    reading->len += sizeof apart - 1 + len;
}

/* Looks for every message, however many there are; gathers those from the first without a gap. */
static void look(struct reading *reading, const struct board *board)
{
    const struct code_keys *keys = &reading->draft->keys;
    size_t made = 0;
    size_t n = 0;
    while (made < ANSWER_COUNT_MAX && answer_tag(keys, made + 1, reading->tags[made]) == ERROR_NONE)
        made++;
    board_copy_all(board, (const uint8_t(*)[BOARD_TAG_LEN])reading->tags, made, reading->entries);
    /* Zeros stand for no entry, and under no tag. */
    while (n < made &&
           answer_open(keys, n + 1, reading->entries[n], &reading->answer) == ERROR_NONE) {
        add(reading);
        n++;
    }
    if (n > 0)
        close_case(reading);
    explicit_bzero(reading->tags, sizeof reading->tags);
    explicit_bzero(reading->entries, sizeof reading->entries);
    explicit_bzero(&reading->answer, sizeof reading->answer);
}

static int nothing(struct reading *reading)
{
    char line[READING_LINE];
    const struct dialog dialog = {
        .title = N_("There is nothing to read yet"),
        .text =
            N_("There is nothing under this number and PIN.\n\n"
               "Perhaps the answer is not here yet: it can take days or weeks. Perhaps the number "
               "or the PIN is not right. Come again, here or at another terminal."),
        .tail = line,
        .keys = N_("Enter: menu   Esc: type the number again   F1: help"),
        .enter = true,
        .help = HELP_CODE,
    };
    mark(reading, line);
    return dialog_choose(reading->ui, &dialog);
}

/* Shows what was found. Returns 1 (write more), UI_NEXT, UI_BACK or UI_OVER. */
static int show_answers(struct reading *reading)
{
    static const char *const choices[] = {N_("Write more about this")};
    const char *state = taxonomy_public_text(reading->state);
    const struct dialog dialog = {
        .title = state != NULL ? state : N_("From the Commissioner's office"),
        .choices = choices,
        .count = 1,
        .secret = true,
        .keys = N_("1: write more   Up, Down: read   Enter: menu   F1: help"),
        .enter = true,
        .help = HELP_ANSWER,
    };
    struct page page;
    page_start(&page, reading->text, reading->len);
    return dialog_read(reading->ui, &dialog, &page);
}

/* Derives the keys and looks. Returns what show_answers or nothing returns. */
static int open_case(struct reading *reading)
{
    struct draft *draft = reading->draft;
    struct board board;
    dialog_wait(reading->ui);
    reading->len = 0;
    /* Without memory for the derivation there is nothing to be found either. */
    if (dialog_derive(reading->ui, draft->code, draft->pin, &draft->keys) == 0 &&
        view_board(reading, &board))
        look(reading, &board);
    dialog_waited(reading->ui);
    return reading->len > 0 ? show_answers(reading) : nothing(reading);
}

static enum filing_end more(struct reading *reading)
{
    enum filing_end end = FILING_BACK;
    do {
        end = filing_run(reading->ui, reading->draft);
    } while (end == FILING_BACK && !filing_abandon(reading->ui, reading->draft) &&
             !reading->ui->over);
    return reading->ui->over && end == FILING_BACK ? FILING_LEFT : end;
}

/* From the code to the answers and on. UI_BACK at the PIN or at the answers leads to the code
 * again. */
static enum filing_end steps(struct reading *reading)
{
    struct digits digits;
    int key = UI_BACK;
    digits_start(&digits, reading->draft->code, CODE_DIGITS, true);
    while (key == UI_BACK) {
        key = ask_code(reading, &digits);
        if (key == UI_BACK)
            return FILING_BACK;
        if (key == UI_NEXT)
            key = pin_ask(reading->ui, reading->draft->pin);
        if (key == UI_NEXT)
            key = open_case(reading);
        if (key == 1)
            return more(reading);
    }
    return key == UI_OVER ? FILING_LEFT : FILING_BACK;
}

enum filing_end answers_run(struct ui *ui)
{
    struct reading *reading = secret_new(sizeof *reading);
    enum filing_end end = FILING_BACK;
    if (reading == NULL) {
        dialog_sorry(ui);
        return FILING_BACK;
    }
    reading->ui = ui;
    reading->draft = draft_new(LETTER_FOLLOWUP, ui->language);
    if (reading->draft != NULL)
        end = steps(reading);
    else
        dialog_sorry(ui);
    draft_free(&reading->draft);
    secret_free(reading);
    return end;
}
