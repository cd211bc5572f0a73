/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: three views over one vault; drawing and keys know no terminal. */
#include "desk/triage_screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "desk/print.h"
#include "desk/print_case.h"
#include "office/casefile.h"
#include "office/triage.h"
#include "tui/edit.h"
#include "tui/list.h"
#include "tui/page.h"
#include "tui/wrap.h"

/* Some letters at full length fit; a longer case is read with `show`. */
enum { CASE_TEXT_LEN = 192 * 1024 };

enum shown { VIEW_LIST, VIEW_CASE, VIEW_WRITE, VIEW_ASK };

struct triage_screen {
    struct vault *vault;
    uint32_t now; /* minute */
    enum shown view;
    struct triage_case *cases;
    struct list list;
    enum error list_error;     /* ERROR_JOURNAL_ROW: not all rows of the list could be read */
    struct casefile *casefile; /* the open case, or NULL */
    char *case_text;           /* secret_new memory: the open case as text */
    struct page page;
    char *text; /* secret_new memory: the answer being written */
    struct edit edit;
    enum error lost;  /* the error that keeping it had */
    const char *note; /* a sentence or two for the officer, or NULL */
};

/* Ctrl-Z. A desk that lies in the background would keep the office from everybody else, and a
   letter in memory that nobody has an eye on. */
enum { SUSPEND = 0x1A };

/* Where the body stands: a title above, and above that the mark of an office for training; notes
   and a line of keys below. */
enum { TOP = 2, LEFT = 2, NOTE_MAX = 4 };

/* Wrapped to the narrowest screen, so that resizing the window changes no line. */
enum { CASE_COLUMNS = SCREEN_COLS_MIN - 2 * LEFT };

static int body_width(const struct screen *screen)
{
    return screen_cols(screen) - 2 * LEFT;
}

/* At least one row is kept for the note. */
static int note_height(const struct triage_screen *ui, const struct screen *screen)
{
    if (ui->note == NULL)
        return 1;
    const int n = wrap_lines(ui->note, strlen(ui->note), body_width(screen), NULL, 0);
    return n < 1 ? 1 : n < NOTE_MAX ? n : NOTE_MAX;
}

/* A blank row, the note, the keys. */
static int body_height(const struct triage_screen *ui, const struct screen *screen)
{
    return screen_rows(screen) - TOP - 1 - note_height(ui, screen) - 1;
}

void triage_screen_tell(struct triage_screen *ui, enum error error)
{
    ui->note = error != ERROR_NONE ? _(error_text(error)) : NULL;
}

enum error triage_screen_lost(const struct triage_screen *ui)
{
    return ui->lost;
}

/* --- drawing --- */

/* While signatures are checked behind the screen. */
static void say_checked(const struct triage_screen *ui, struct screen *screen)
{
    const struct history *history = &ui->vault->history;
    const uint64_t checked = history_checked(history);
    char text[160];
    if (ui->note != NULL || checked >= history->txn)
        return;
    snprintf(text, sizeof text, _("History checked up to transaction %llu of %llu."),
             (unsigned long long)checked, (unsigned long long)history->txn);
    screen_say(screen, screen_rows(screen) - 2, LEFT, SCREEN_PLAIN, text);
}

static void frame(const struct triage_screen *ui, struct screen *screen, const char *title,
                  const char *keys)
{
    const int rows = screen_rows(screen), height = note_height(ui, screen);
    const bool training = fold_training(ui->vault->history.fold);
    if (training)
        screen_say(screen, 0, LEFT, SCREEN_REVERSE, print_training());
    screen_say(screen, training ? 1 : 0, LEFT, SCREEN_BOLD, title);
    if (ui->note != NULL)
        screen_wrap(screen, rows - 1 - height, LEFT, body_width(screen), height, SCREEN_BOLD,
                    ui->note, strlen(ui->note));
    screen_say(screen, rows - 1, LEFT, SCREEN_PLAIN, keys);
}

static void draw_row(const struct triage_screen *ui, struct screen *screen, size_t i, int row)
{
    const struct triage_case *line = &ui->cases[i];
    const enum screen_style style = i == ui->list.at ? SCREEN_REVERSE : SCREEN_PLAIN;
    char day[DAY_TEXT_LEN], text[128];
    day_text(line->day, day);
    snprintf(text, sizeof text,
             "%c%6" PRIu64 " %s %s %-15s %s %-10.10s %s %" PRIu32 "+%" PRIu32 "%s%s",
             i == ui->list.at ? '>' : ' ', line->id, print_urgency(line->urgency), line->category,
             line->facility, day, print_status(line->status), line->language, line->letters,
             line->messages, line->misplaced ? "!" : "", line->waits ? "*" : "");
    screen_say(screen, row, 0, style, text);
}

static void draw_list(struct triage_screen *ui, struct screen *screen)
{
    frame(ui, screen, _("Cases, the most urgent first; * waits for an answer"),
          _("Up, Down: choose   Enter: open   q: end"));
    if (ui->list.count == 0)
        screen_say(screen, TOP, LEFT, SCREEN_PLAIN, _("There are no cases yet."));
    const size_t height = (size_t)body_height(ui, screen);
    for (size_t i = 0; i < height && ui->list.top + i < ui->list.count; i++)
        draw_row(ui, screen, ui->list.top + i, TOP + (int)i);
    say_checked(ui, screen);
}

static void draw_case(struct triage_screen *ui, struct screen *screen)
{
    int above = 0, below = 0;
    page_draw(&ui->page, screen, TOP, LEFT, body_width(screen), body_height(ui, screen), &above,
              &below);
    frame(ui, screen, below > 0 ? _("A case - there is more below") : _("A case"),
          _("Up, Down, blank: read   a: answer   q, Esc: back"));
}

static void draw_write(struct triage_screen *ui, struct screen *screen)
{
    int above = 0, below = 0;
    char title[160];
    snprintf(title, sizeof title, "%s - %s %zu", _("Your answer"), _("room for letters:"),
             edit_room(&ui->edit) / 2);
    frame(ui, screen, title, _("Write.   Tab: new line   Enter: done   Esc: done"));
    edit_draw(&ui->edit, screen, TOP, LEFT, body_width(screen), body_height(ui, screen), &above,
              &below);
}

static void draw_ask(struct triage_screen *ui, struct screen *screen)
{
    const char *const choices[] = {
        _("send"), _("keep writing"), _("drop"),
        _("send as a question: the last lines, 1 to 3, are its answers")};
    frame(ui, screen, _("What shall happen with this answer?"), _("Press a digit."));
    list_choices(screen, TOP, LEFT, body_width(screen), body_height(ui, screen), choices, 4);
}

void triage_screen_draw(struct triage_screen *ui, struct screen *screen)
{
    static void (*const draw[])(struct triage_screen *, struct screen *) = {
        [VIEW_LIST] = draw_list,
        [VIEW_CASE] = draw_case,
        [VIEW_WRITE] = draw_write,
        [VIEW_ASK] = draw_ask,
    };
    screen_clear(screen);
    draw[ui->view](ui, screen);
}

/* --- moving --- */

static void wipe_case_text(struct triage_screen *ui)
{
    explicit_bzero(ui->case_text, CASE_TEXT_LEN);
    page_start(&ui->page, ui->case_text, 0);
}

static enum error load_list(struct triage_screen *ui)
{
    free(ui->cases);
    ui->cases = NULL;
    ui->list_error = triage_list(ui->vault, &ui->cases, &ui->list.count);
    if (ui->list.at >= ui->list.count)
        ui->list.at = ui->list.count > 0 ? ui->list.count - 1 : 0;
    if (ui->list.top > ui->list.at)
        ui->list.top = ui->list.at;
    return ui->list_error;
}

/* Adds a notice that the case is cut to both ends of the text. */
static void mark_cut(char *case_text)
{
    const char *text =
        _("This case is longer than the screen can hold. Read all of it with: sandyq-desk show");
    const size_t len = strlen(text), end = CASE_TEXT_LEN - len - 2;
    memmove(case_text + len + 2, case_text, end - len - 2);
    memcpy(case_text, text, len);
    memcpy(case_text + len, "\n\n", 2);
    size_t at = end;
    while (case_text[at - 1] != '\n')
        at--;
    explicit_bzero(case_text + at, CASE_TEXT_LEN - at);
    case_text[at] = '\n';
    memcpy(case_text + at + 1, text, len);
}

/* The text goes straight into locked memory: the stream has no buffer of its own. */
static enum error write_case_text(struct triage_screen *ui)
{
    wipe_case_text(ui);
    FILE *out = fmemopen(ui->case_text, CASE_TEXT_LEN, "w");
    if (out == NULL)
        return ERROR_MEMORY;
    setvbuf(out, NULL, _IONBF, 0);
    enum error error = print_case_wide(out, CASE_COLUMNS, ui->vault, ui->casefile);
    const bool cut = ferror(out) != 0;
    fclose(out);
    if (cut)
        mark_cut(ui->case_text);
    page_start(&ui->page, ui->case_text, strnlen(ui->case_text, CASE_TEXT_LEN - 1));
    return error;
}

static enum error load_case(struct triage_screen *ui)
{
    casefile_free(&ui->casefile);
    enum error error = casefile_load(ui->vault, ui->cases[ui->list.at].id, &ui->casefile);
    return error == ERROR_NONE ? write_case_text(ui) : error;
}

static void close_case(struct triage_screen *ui)
{
    casefile_free(&ui->casefile);
    wipe_case_text(ui);
    ui->view = VIEW_LIST;
    triage_screen_tell(ui, ui->list_error);
}

/* A damaged case is shown as far as it opens. */
static void open_case(struct triage_screen *ui)
{
    if (ui->list.count == 0)
        return;
    enum error error = load_case(ui);
    if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW)
        ui->view = VIEW_CASE;
    else
        close_case(ui);
    triage_screen_tell(ui, error);
}

/* After a change, loads the case again and updates its row. An answer changes no row's place. */
static enum error reload_case(struct triage_screen *ui)
{
    struct triage_case row;
    enum error error = load_case(ui);
    if (ui->casefile != NULL && triage_row(ui->casefile, &row) == ERROR_NONE)
        ui->cases[ui->list.at] = row;
    return error;
}

static void drop_text(struct triage_screen *ui)
{
    explicit_bzero(ui->text, ANSWER_TEXT_MAX);
    edit_start(&ui->edit, ui->text, 0, ANSWER_TEXT_MAX);
    ui->view = VIEW_CASE;
}

/* Shows the case as it stands after what was done, with a word on it. If it cannot be loaded again,
   returns to the list, loaded anew. */
static void show_again(struct triage_screen *ui, const char *note)
{
    enum error error = reload_case(ui);
    if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW) {
        ui->note = note;
        return;
    }
    (void)load_list(ui);
    close_case(ui);
    triage_screen_tell(ui, error);
}

typedef enum error send_fn(struct casefile *casefile, const char *text, size_t len, uint32_t now,
                           bool *kept);

static void send_text(struct triage_screen *ui, send_fn *send, const char *kept_words)
{
    bool kept = false;
    enum error error = send(ui->casefile, ui->text, ui->edit.len, ui->now, &kept);
    if (error != ERROR_NONE && !kept) {
        ui->view = VIEW_WRITE;
        triage_screen_tell(ui, error);
        return;
    }
    drop_text(ui);
    show_again(ui, error == ERROR_NONE ? kept_words
                                       : _("The case was changed meanwhile. Your words are kept as "
                                           "a note: read it again."));
}

/* Saves the text as a note of the case when the terminal is gone. */
static void keep_text(struct triage_screen *ui)
{
    static const char between[] = "\n\n";
    const char *head = _("This answer was not sent. It was being written when the screen ended.");
    const size_t head_len = strlen(head), text_at = head_len + sizeof between - 1;
    const size_t len = text_at + ui->edit.len;
    char *note = ui->edit.len > 0 ? secret_new(len) : NULL;
    if (note == NULL) {
        ui->lost = ui->edit.len > 0 ? ERROR_MEMORY : ERROR_NONE;
        return;
    }
    memcpy(note, head, head_len);
    memcpy(note + head_len, between, sizeof between - 1);
    memcpy(note + text_at, ui->text, ui->edit.len);
    ui->lost = casefile_note(ui->casefile, ui->now, note, len);
    secret_free(note);
}

static bool is_letter(struct keypress key, uint32_t ch)
{
    return key.kind == KEYPRESS_CHAR && key.ch == ch;
}

/* q on a Russian or Kazakh layout is the key of 'й'; a is the key of 'ф'. */
static bool is_quit(struct keypress key)
{
    return is_letter(key, 'q') || is_letter(key, 'Q') || is_letter(key, 0x439);
}

static bool is_answer(struct keypress key)
{
    return is_letter(key, 'a') || is_letter(key, 'A') || is_letter(key, 0x444);
}

/* Once something was found to be forged, cases may have other numbers: the list is read again
   before one of them is opened. */
static bool read_again(struct triage_screen *ui)
{
    if (!history_doubted(&ui->vault->history))
        return false;
    (void)load_list(ui);
    ui->note = _("A part of the history turned out to be forged, and is left out now. Ask for an "
                 "audit.");
    return true;
}

static bool key_list(struct triage_screen *ui, const struct screen *screen, struct keypress key)
{
    if (read_again(ui))
        return true;
    if (is_quit(key) || key.kind == KEYPRESS_BACK)
        return false;
    if (key.kind == KEYPRESS_ENTER)
        open_case(ui);
    else
        list_key(&ui->list, key, body_height(ui, screen));
    return true;
}

static bool key_case(struct triage_screen *ui, const struct screen *screen, struct keypress key)
{
    triage_screen_tell(ui, ERROR_NONE);
    if (is_quit(key) || key.kind == KEYPRESS_BACK)
        close_case(ui);
    else if (is_answer(key))
        ui->view = VIEW_WRITE;
    else
        page_key(&ui->page, key, body_height(ui, screen));
    return true;
}

static bool key_write(struct triage_screen *ui, const struct screen *screen, struct keypress key)
{
    if (key.kind == KEYPRESS_ENTER || key.kind == KEYPRESS_BACK)
        ui->view = VIEW_ASK;
    else
        edit_key(&ui->edit, key, body_width(screen), body_height(ui, screen));
    return true;
}

static bool key_ask(struct triage_screen *ui, const struct screen *screen, struct keypress key)
{
    switch (list_chosen(key, 4)) {
    case 0:
        send_text(ui, triage_answer, _("The answer is kept. It waits for a board: publish."));
        break;
    case 1:
        ui->view = VIEW_WRITE;
        break;
    case 2:
        drop_text(ui);
        break;
    case 3:
        send_text(ui, triage_ask, _("The question is kept. It waits for a board: publish."));
        break;
    default:
        break;
    }
    return true;
}

bool triage_screen_key(struct triage_screen *ui, const struct screen *screen, struct keypress key)
{
    static bool (*const keys[])(struct triage_screen *, const struct screen *, struct keypress) = {
        [VIEW_LIST] = key_list,
        [VIEW_CASE] = key_case,
        [VIEW_WRITE] = key_write,
        [VIEW_ASK] = key_ask,
    };
    if (key.kind == KEYPRESS_GONE) {
        keep_text(ui);
        return false;
    }
    if (key.kind == KEYPRESS_OTHER && key.ch == SUSPEND) {
        ui->note = _("This screen is not suspended: it holds the office open. Leave it, or use "
                     "another terminal.");
        return true;
    }
    return keys[ui->view](ui, screen, key);
}

/* --- life --- */

enum error triage_screen_new(struct vault *vault, uint32_t now, struct triage_screen **out)
{
    struct triage_screen *ui = *out = calloc(1, sizeof *ui);
    if (ui == NULL)
        return ERROR_MEMORY;
    ui->vault = vault;
    ui->now = now;
    ui->case_text = secret_new(CASE_TEXT_LEN);
    ui->text = secret_new(ANSWER_TEXT_MAX);
    enum error error = ui->case_text != NULL && ui->text != NULL ? load_list(ui) : ERROR_MEMORY;
    triage_screen_tell(ui, error);
    if (error != ERROR_NONE && error != ERROR_JOURNAL_ROW) {
        triage_screen_free(out);
        return error;
    }
    vault->history.waits = NULL; /* the screen says how far it is: say_checked */
    history_check_behind(&vault->history);
    edit_start(&ui->edit, ui->text, 0, ANSWER_TEXT_MAX);
    return ERROR_NONE;
}

void triage_screen_free(struct triage_screen **ui)
{
    if (*ui == NULL)
        return;
    casefile_free(&(*ui)->casefile);
    secret_free((*ui)->case_text);
    secret_free((*ui)->text);
    free((*ui)->cases);
    free(*ui);
    *ui = NULL;
}

void triage_screen_tick(struct triage_screen *ui, uint32_t now)
{
    ui->now = now;
}
