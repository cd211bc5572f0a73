/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong number, wrong PIN and no answer yet end on the same screen after the same work. */
#include "session/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "session/day_words.h"
#include "session/dialog.h"
#include "session/enquiry.h"
#include "session/look.h"
#include "session/pin.h"

/* Room for the line above a message, and for what is said of letters. */
enum { HEAD_LEN = 256, LINE_LEN = 1024 };

/* What the digits do below the messages. */
enum { ANSWERS_WRITE_MORE = 1, ANSWERS_REPLY = 2 };

/* What a screen ends with beside an enum ui_key: the follow-up is stored. */
enum { ANSWERS_SENT = -20 };

struct answers {
    struct ui *ui;
    struct draft *draft;  /* a follow-up: holds code, PIN and keys from the start */
    struct digits digits; /* the field that the number is typed into */
    struct answer answer; /* one message opened */
    /* What was found. */
    bool answered; /* there is a message, and this is the public state of the last one: */
    uint8_t state;
    uint8_t seen; /* up to this message all that is there can be read here */
    bool newer;   /* there is one that cannot */
    bool asks;    /* there is a question */
    size_t len;   /* of the text; 0: nothing was found */
    char text[ANSWER_COUNT_MAX * (ANSWER_TEXT_MAX + HEAD_LEN) + 2 * LINE_LEN];
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

/* --- what is there --- */

/* Adds from which day on arrivals are there, once older ones have left the board. */
static void add_oldest(const struct board_folder *board, char line[LINE_LEN])
{
    char day[DAY_WORDS_LEN];
    uint32_t i = 0;
    while (board != NULL && i < board->segment_count && board->segments[i].kind != SEGMENT_ARRIVALS)
        i++;
    if (board == NULL || i == board->segment_count || board->segments[i].number == 1)
        return;
    const size_t len = strlen(line);
    day_words(board->segments[i].day, day);
    snprintf(line + len, LINE_LEN - len, _(" What came before this day is no longer here: %s."),
             day);
}

/* Writes up to which day this terminal's envelopes have arrived, the day before the last one's,
   since more may have been written on that one; the same for everyone who asks. */
static void write_arrived(const struct answers *answers, char line[LINE_LEN])
{
    const struct session_place *place = answers->ui->place;
    if (place->arrived == 0) {
        snprintf(line, LINE_LEN, "%s",
                 _("No word has come back yet about what was sent from this terminal."));
        return;
    }
    char day[DAY_WORDS_LEN];
    day_words(place->arrived - 1, day);
    snprintf(line, LINE_LEN,
             _("All that was written at this terminal up to this day has arrived: %s. If you wrote "
               "here by then and nothing is here, it did not arrive, or a digit is wrong."),
             day);
    add_oldest(place->board, line);
}

__attribute__((format(printf, 2, 3))) static void add_line(struct answers *answers,
                                                           const char *format, ...)
{
    char *at = answers->text + answers->len;
    const size_t room = sizeof answers->text - answers->len;
    va_list values;
    va_start(values, format);
    const int n = vsnprintf(at, room, format, values);
    va_end(values);
    if (n > 0 && (size_t)n < room)
        answers->len += (size_t)n;
}

/* Adds which letters have arrived. */
static void add_letters(struct answers *answers, const struct look_found *found)
{
    char day[DAY_WORDS_LEN];
    day_words(found->arrived, day);
    if (found->arrived != 0)
        add_line(answers, "%s: %s", day, _("Your letter has arrived at the office."));
    if (found->more > 0) {
        add_line(answers, "%s", answers->len > 0 ? "\n" : "");
        add_line(answers, _("Letters you wrote later that have arrived: %u."),
                 (unsigned)found->more);
    }
}

/* Adds the opened message n to the text: its day and state, then its words. */
static void add_message(struct answers *answers, uint8_t n)
{
    const struct answer *answer = &answers->answer;
    const char *state = taxonomy_public_text(answer->state);
    char day[DAY_WORDS_LEN];
    day_words(answer->day, day);
    add_line(answers, "%s%s: %s%s", answers->len > 0 ? "\n\n" : "", day,
             state != NULL ? _(state) : "", answer->len > 0 ? "\n" : "");
    if (answer->len <= sizeof answers->text - answers->len) {
        memcpy(answers->text + answers->len, answer->text, answer->len);
        answers->len += answer->len;
    }
    if (answer->kind == ANSWER_QUESTION)
        add_line(answers, "\n%s", _("This is a question. Press 2 to answer it."));
    else if (answer->kind != ANSWER_TEXT)
        add_line(answers, "\n%s",
                 _("There is a message here that this terminal is too old to show. Come again "
                   "later, or look at another terminal."));
    answers->state = answer->state;
    answers->answered = true;
    answers->asks |= answer->kind == ANSWER_QUESTION;
    answers->newer |= answer->kind != ANSWER_TEXT && answer->kind != ANSWER_QUESTION;
    if (!answers->newer)
        answers->seen = n;
}

/* Adds what is said to everyone, behind a rule: these are not the office's words. */
static void add_arrived(struct answers *answers)
{
    char line[LINE_LEN];
    write_arrived(answers, line);
    add_line(answers, "\n\n────────────\n%s", line);
}

/* Gathers what is to be read: letters, then messages in the order of their numbers. Of some the
   segment may have left the list already. */
static void gather(struct answers *answers, const struct look_found *found)
{
    answers->len = 0;
    answers->answered = answers->newer = answers->asks = false;
    answers->seen = 0;
    add_letters(answers, found);
    for (uint8_t n = 1; n <= ANSWER_COUNT_MAX; n++)
        if (answer_open(&found->keys, n, found->entries[n - 1], &answers->answer) == ERROR_NONE)
            add_message(answers, n);
    if (answers->len > 0 && !answers->answered)
        add_line(answers, "\n\n%s",
                 _("There is no answer yet: it can take days or weeks. Come again, here or at "
                   "another terminal."));
    if (answers->len > 0)
        add_arrived(answers);
    explicit_bzero(&answers->answer, sizeof answers->answer);
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

/* Returns UI_NEXT, UI_BACK or UI_OVER. */
static int show_spent(struct answers *answers)
{
    static const struct dialog dialog = {
        .title = N_("No more numbers now"),
        .text = N_("You have tried three numbers. Come again later for another."),
        .keys = N_("Enter: menu   Esc: type the number again   F1: help"),
        .enter = true,
        .help = HELP_CODE,
    };
    return dialog_choose(answers->ui, &dialog);
}

/* What is missing may be the answer: better none than a wrong word. Returns as show_spent. */
static int show_lost(struct answers *answers)
{
    static const struct dialog dialog = {
        .title = N_("Not at this terminal"),
        .text =
            N_("The disk of this terminal is damaged: it cannot look for answers now. Try another "
               "terminal of the Commissioner. You can still write here."),
        .keys = N_("Enter: menu   Esc: type the number again   F1: help"),
        .enter = true,
        .help = HELP_CODE,
    };
    return dialog_choose(answers->ui, &dialog);
}

/* Returns ANSWERS_WRITE_MORE, ANSWERS_REPLY when there is a question, UI_NEXT, UI_BACK or
   UI_OVER. */
static int show_messages(struct answers *answers)
{
    static const char *const choices[] = {N_("Write more about this"),
                                          N_("Answer the office's question")};
    const char *state = taxonomy_public_text(answers->state);
    const char *answered = state != NULL ? state : N_("From the Commissioner's office");
    const struct dialog dialog = {
        .title = answers->answered ? answered : N_("It has arrived. No answer yet"),
        .choices = choices,
        .count = answers->asks ? 2 : 1,
        .secret = true,
        .keys = answers->asks
                    ? N_("1: write more   2: answer   Up, Down: read\nEnter: menu   F1: help")
                    : N_("1: write more   Up, Down: read   Enter: menu   F1: help"),
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
    draft_wipe_answers(answers->draft);
    return ui->over && end == FILING_BACK ? FILING_LEFT : end;
}

/* What the digits below the messages lead to. Returns ANSWERS_SENT, UI_OVER, or UI_BACK: to the
   messages again. */
static int reply(struct answers *answers, const struct look_found *found, int key)
{
    answers->draft->seen = answers->seen;
    if (key == ANSWERS_REPLY)
        key = enquiry_choose(answers->ui, found, answers->draft);
    if (key == UI_BACK || key == UI_OVER)
        return key;
    const enum filing_end end = write_more(answers);
    if (end == FILING_SENT)
        return ANSWERS_SENT;
    return end == FILING_LEFT ? UI_OVER : UI_BACK;
}

/* Shows the messages, again after a reply that was not sent. Returns ANSWERS_SENT, UI_NEXT, UI_BACK
   or UI_OVER. */
static int read_messages(struct answers *answers, const struct look_found *found)
{
    int key = UI_BACK;
    look_note_seen(answers->ui, found, answers->seen);
    do {
        key = show_messages(answers);
        if (key != ANSWERS_WRITE_MORE && key != ANSWERS_REPLY)
            return key;
        key = reply(answers, found, key);
    } while (key == UI_BACK);
    return key;
}

/* --- from the number to the end --- */

/* Looks, and shows what was found. Returns as read_messages. */
static int look_and_show(struct answers *answers)
{
    struct draft *draft = answers->draft;
    const struct look_found *found = NULL;
    const enum look_end end = look_number(answers->ui, draft->code, draft->pin, &found);
    if (end == LOOK_SPENT)
        return show_spent(answers);
    if (end == LOOK_LOST)
        return show_lost(answers);
    if (end == LOOK_LACK) {
        dialog_sorry(answers->ui);
        return answers->ui->over ? UI_OVER : UI_BACK;
    }
    draft->keys = found->keys;
    gather(answers, found);
    return answers->len > 0 ? read_messages(answers, found) : show_nothing(answers);
}

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
        if (key == UI_NEXT)
            key = look_and_show(answers);
        if (key == UI_OVER)
            return FILING_LEFT;
        if (key == ANSWERS_SENT)
            return FILING_SENT;
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
