/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong number, wrong PIN and no answer yet end on the same screen after the same work. */
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

enum { HEAD_LEN = 256, LINE_LEN = 256 };

/* What 1 does below the messages. */
enum { ANSWERS_WRITE_MORE = 1 };

struct answers {
    struct ui *ui;
    struct draft *draft;  /* a follow-up: holds code, PIN and keys from the start */
    struct digits digits; /* the field that the number is typed into */
    /* Looking: the tags looked for, what the board holds under them, and one message opened. */
    uint8_t tags[ANSWER_COUNT_MAX][ANSWER_TAG_LEN];
    uint8_t entries[ANSWER_COUNT_MAX][ANSWER_LEN];
    struct answer answer;
    /* What was found. */
    uint8_t state; /* public state of the last message */
    size_t len;    /* of the text; 0: nothing was found */
    char text[ANSWER_COUNT_MAX * (ANSWER_TEXT_MAX + HEAD_LEN) + LINE_LEN];
};

/* --- the number --- */

/* What is wrong with a number, or NULL. */
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

/* Asks for the number until its check digits are right. Returns UI_NEXT, UI_BACK or UI_OVER. */
static int ask_code(struct answers *answers)
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
        int key = dialog_type(answers->ui, &dialog, &answers->digits, 4, note, fault);
        if (key != UI_NEXT)
            return key;
        note = fault(&answers->digits);
    } while (note != NULL);
    return UI_NEXT;
}

/* --- looking --- */

/* Writes up to which day this terminal's envelopes have arrived: the same for everyone who asks. */
static void write_arrived(const struct answers *answers, char line[LINE_LEN])
{
    const struct session_place *place = answers->ui->place;
    if (place->arrived == 0) {
        snprintf(line, LINE_LEN, "%s",
                 _("No word has come back yet about what was sent from this terminal."));
        return;
    }
    char day[DAY_WORDS_LEN];
    day_words(place->arrived, day);
    snprintf(line, LINE_LEN, _("What was sent from this terminal has arrived up to this day: %s."),
             day);
}

/* Adds the opened message to the text: its day and state, then its words. */
static void add_message(struct answers *answers)
{
    const struct answer *answer = &answers->answer;
    const char *state = taxonomy_public_text(answer->state);
    size_t room = sizeof answers->text - answers->len;
    char day[DAY_WORDS_LEN];
    day_words(answer->day, day);
    int n = snprintf(answers->text + answers->len, HEAD_LEN, "%s%s: %s%s",
                     answers->len > 0 ? "\n\n" : "", day, state != NULL ? _(state) : "",
                     answer->len > 0 ? "\n" : "");
    if (n < 0 || n >= HEAD_LEN || (size_t)n + answer->len > room)
        return;
    memcpy(answers->text + answers->len + n, answer->text, answer->len);
    answers->len += (size_t)n + answer->len;
    answers->state = answer->state;
}

/* Adds what is said to everyone, behind a rule: these are not the office's words. */
static void add_arrived(struct answers *answers)
{
    static const char rule[] = "\n\n────────────\n";
    char line[LINE_LEN];
    write_arrived(answers, line);
    size_t len = strlen(line);
    if (len + sizeof rule > sizeof answers->text - answers->len)
        return;
    memcpy(answers->text + answers->len, rule, sizeof rule - 1);
    memcpy(answers->text + answers->len + sizeof rule - 1, line, len);
    answers->len += sizeof rule - 1 + len;
}

/* Looks for as many messages as a case can have, however many there are, and gathers those up to
   the first gap. */
static void look(struct answers *answers, const struct board *board)
{
    const struct code_keys *keys = &answers->draft->keys;
    size_t made = 0;
    while (made < ANSWER_COUNT_MAX && answer_tag(keys, made + 1, answers->tags[made]) == ERROR_NONE)
        made++;
    board_copy_all(board, (const uint8_t(*)[BOARD_TAG_LEN])answers->tags, made, answers->entries);
    /* A tag without an entry gets zeros, which open under no key. */
    size_t n = 0;
    while (n < made &&
           answer_open(keys, n + 1, answers->entries[n], &answers->answer) == ERROR_NONE) {
        add_message(answers);
        n++;
    }
    if (n > 0)
        add_arrived(answers);
    explicit_bzero(answers->tags, sizeof answers->tags);
    explicit_bzero(answers->entries, sizeof answers->entries);
    explicit_bzero(&answers->answer, sizeof answers->answer);
}

/* Derives the keys and looks: one and the same work whether there is something or not. */
static void find(struct answers *answers)
{
    const struct session_place *place = answers->ui->place;
    struct draft *draft = answers->draft;
    struct board board;

    dialog_wait(answers->ui);
    answers->len = 0;
    /* Without memory for the keys nothing can be found either. */
    if (dialog_derive(answers->ui, draft->code, draft->pin, &draft->keys) == 0 &&
        place->board != NULL && board_view(place->board, place->board_len, &board) == ERROR_NONE)
        look(answers, &board);
    dialog_waited(answers->ui);
}

/* --- what was found --- */

/* Returns UI_NEXT, UI_BACK or UI_OVER. */
static int show_nothing(struct answers *answers)
{
    char line[LINE_LEN];
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
    write_arrived(answers, line);
    return dialog_choose(answers->ui, &dialog);
}

/* Returns ANSWERS_WRITE_MORE, UI_NEXT, UI_BACK or UI_OVER. */
static int show_messages(struct answers *answers)
{
    static const char *const choices[] = {N_("Write more about this")};
    const char *state = taxonomy_public_text(answers->state);
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
    page_start(&page, answers->text, answers->len);
    return dialog_read(answers->ui, &dialog, &page);
}

/* Files a follow-up, until it is sent, thrown away, or the session is over. */
static enum filing_end write_more(struct answers *answers)
{
    struct ui *ui = answers->ui;
    enum filing_end end = FILING_BACK;
    do {
        end = filing_run(ui, answers->draft);
    } while (end == FILING_BACK && !filing_abandon(ui, answers->draft) && !ui->over);
    return ui->over && end == FILING_BACK ? FILING_LEFT : end;
}

/* --- from the number to the end --- */

/* Number, PIN, what is there. UI_BACK after the number leads to the number again. */
static enum filing_end run(struct answers *answers)
{
    digits_start(&answers->digits, answers->draft->code, CODE_DIGITS, true);
    for (;;) {
        int key = ask_code(answers);
        if (key == UI_BACK)
            return FILING_BACK;
        if (key == UI_NEXT)
            key = pin_ask(answers->ui, answers->draft->pin);
        if (key == UI_NEXT) {
            find(answers);
            key = answers->len > 0 ? show_messages(answers) : show_nothing(answers);
        }
        if (key == UI_OVER)
            return FILING_LEFT;
        if (key == ANSWERS_WRITE_MORE)
            return write_more(answers);
        if (key == UI_NEXT)
            return FILING_BACK;
    }
}

enum filing_end answers_run(struct ui *ui)
{
    struct answers *answers = secret_new(sizeof *answers);
    enum filing_end end = FILING_BACK;
    if (answers == NULL) {
        dialog_sorry(ui);
        return FILING_BACK;
    }
    answers->ui = ui;
    answers->draft = draft_new(LETTER_FOLLOWUP, ui->language);
    if (answers->draft != NULL)
        end = run(answers);
    else
        dialog_sorry(ui);
    draft_free(&answers->draft);
    secret_free(answers);
    return end;
}
