/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: three views over one vault; drawing and keys know no terminal. */
#include "desk/triage_screen.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "crypto/secret.h"
#include "desk/print.h"
#include "office/casefile.h"
#include "office/triage.h"
#include "tui/edit.h"
#include "tui/list.h"
#include "tui/page.h"
#include "tui/term.h"
#include "tui/wrap.h"

/* A case as text: some letters at full length fit; a longer case is read with `show`. */
enum { PAPER_LEN = 192 * 1024 };

enum view { VIEW_LIST, VIEW_CASE, VIEW_WRITE, VIEW_ASK };

struct triage_screen {
    struct vault *vault;
    uint32_t today;
    enum view view;
    struct triage_case *cases;
    struct list list;
    char *paper; /* secret_new memory: the open case */
    struct page page;
    char *text; /* secret_new memory: the answer being written */
    struct edit edit;
    int lost;         /* the error that keeping it had */
    const char *note; /* a sentence or two for the officer, or NULL */
};

/* Where the body stands: a title above, notes and a line of keys below. */
enum { TOP = 2, LEFT = 2, NOTE_MAX = 4 };

/* The case is wrapped to the narrowest screen: so it fits every one, and a window that changes its
   size changes no line. */
enum { PAPER_COLUMNS = SCREEN_COLS_MIN - 2 * LEFT };

static int body_width(const struct screen *screen)
{
    return screen_cols(screen) - 2 * LEFT;
}

/* The row of the note is there even when nothing is to be said. */
static int note_height(const struct triage_screen *triage, const struct screen *screen)
{
    if (triage->note == NULL)
        return 1;
    const int n = wrap_lines(triage->note, strlen(triage->note), body_width(screen), NULL, 0);
    return n < 1 ? 1 : n < NOTE_MAX ? n : NOTE_MAX;
}

/* A blank row, the note, the keys. */
static int body_height(const struct triage_screen *triage, const struct screen *screen)
{
    return screen_rows(screen) - TOP - 1 - note_height(triage, screen) - 1;
}

void triage_screen_tell(struct triage_screen *triage, enum error error)
{
    triage->note = error != ERROR_NONE ? _(error_text(error)) : NULL;
}

enum error triage_screen_lost(const struct triage_screen *triage)
{
    return triage->lost;
}

/* --- drawing --- */

static void frame(const struct triage_screen *triage, struct screen *screen, const char *title,
                  const char *keys)
{
    const int rows = screen_rows(screen), height = note_height(triage, screen);
    screen_say(screen, 0, LEFT, SCREEN_BOLD, title);
    if (triage->note != NULL)
        screen_wrap(screen, rows - 1 - height, LEFT, body_width(screen), height, SCREEN_BOLD,
                    triage->note, strlen(triage->note));
    screen_say(screen, rows - 1, LEFT, SCREEN_PLAIN, keys);
}

static void draw_row(const struct triage_screen *triage, struct screen *screen, size_t i, int row)
{
    const struct triage_case *line = &triage->cases[i];
    const enum screen_style style = i == triage->list.at ? SCREEN_REVERSE : SCREEN_PLAIN;
    char day[DAY_TEXT_LEN], text[128];
    day_text(line->day, day);
    snprintf(text, sizeof text,
             "%c%6" PRIu64 " %s %s %-15s %s %-10.10s %s %" PRIu32 "+%" PRIu32 "%s%s",
             i == triage->list.at ? '>' : ' ', line->id, print_urgency(line->urgency),
             line->category, line->facility, day, print_status(line->status), line->language,
             line->letters, line->messages, line->misplaced ? "!" : "", line->waits ? "*" : "");
    screen_say(screen, row, 0, style, text);
}

static void draw_list(struct triage_screen *triage, struct screen *screen)
{
    frame(triage, screen, _("Cases, the most urgent first; * waits for an answer"),
          _("Up, Down: choose   Enter: open   q: end"));
    if (triage->list.count == 0)
        screen_say(screen, TOP, LEFT, SCREEN_PLAIN, _("There are no cases yet."));
    const size_t height = (size_t)body_height(triage, screen);
    for (size_t i = 0; i < height && triage->list.top + i < triage->list.count; i++)
        draw_row(triage, screen, triage->list.top + i, TOP + (int)i);
}

static void draw_case(struct triage_screen *triage, struct screen *screen)
{
    int above = 0, below = 0;
    page_draw(&triage->page, screen, TOP, LEFT, body_width(screen), body_height(triage, screen),
              &above, &below);
    frame(triage, screen, below > 0 ? _("A case - there is more below") : _("A case"),
          _("Up, Down, blank: read   a: answer   q, Esc: back"));
}

static void draw_write(struct triage_screen *triage, struct screen *screen)
{
    int above = 0, below = 0;
    char title[160];
    snprintf(title, sizeof title, "%s - %s %zu", _("Your answer"), _("room for letters:"),
             edit_room(&triage->edit) / 2);
    frame(triage, screen, title, _("Write.   Tab: new line   Enter: done   Esc: done"));
    edit_draw(&triage->edit, screen, TOP, LEFT, body_width(screen), body_height(triage, screen),
              &above, &below);
}

static void draw_ask(struct triage_screen *triage, struct screen *screen)
{
    const char *const choices[] = {_("send"), _("keep writing"), _("drop")};
    frame(triage, screen, _("What shall happen with this answer?"), _("Press a digit."));
    list_choices(screen, TOP, LEFT, body_width(screen), body_height(triage, screen), choices, 3);
}

void triage_screen_draw(struct triage_screen *triage, struct screen *screen)
{
    static void (*const draw[])(struct triage_screen *, struct screen *) = {
        [VIEW_LIST] = draw_list,
        [VIEW_CASE] = draw_case,
        [VIEW_WRITE] = draw_write,
        [VIEW_ASK] = draw_ask,
    };
    screen_clear(screen);
    draw[triage->view](triage, screen);
}

/* --- moving --- */

static void wipe_paper(struct triage_screen *triage)
{
    explicit_bzero(triage->paper, PAPER_LEN);
    page_start(&triage->page, triage->paper, 0);
}

static enum error load_list(struct triage_screen *triage)
{
    free(triage->cases);
    triage->cases = NULL;
    enum error error = triage_list(triage->vault, 0, &triage->cases, &triage->list.count);
    if (triage->list.at >= triage->list.count)
        triage->list.at = triage->list.count > 0 ? triage->list.count - 1 : 0;
    if (triage->list.top > triage->list.at)
        triage->list.top = triage->list.at;
    return error;
}

/* Says at both ends of a paper that is full that not all of the case is on it. */
static void mark_cut(char *paper)
{
    const char *text =
        _("This case is longer than the screen can hold. Read all of it with: sandyq-desk show");
    const size_t len = strlen(text), end = PAPER_LEN - len - 2;
    memmove(paper + len + 2, paper, end - len - 2);
    memcpy(paper, text, len);
    memcpy(paper + len, "\n\n", 2);
    size_t at = end;
    while (paper[at - 1] != '\n')
        at--;
    explicit_bzero(paper + at, PAPER_LEN - at);
    paper[at] = '\n';
    memcpy(paper + at + 1, text, len);
}

/* The text goes straight into locked memory: the stream has no buffer of its own. */
static enum error load_case(struct triage_screen *triage)
{
    wipe_paper(triage);
    FILE *out = fmemopen(triage->paper, PAPER_LEN, "w");
    if (out == NULL)
        return ERROR_MEMORY;
    setvbuf(out, NULL, _IONBF, 0);
    enum error error =
        print_case_wide(out, PAPER_COLUMNS, triage->vault, triage->cases[triage->list.at].id);
    const bool cut = ferror(out) != 0;
    fclose(out);
    if (cut)
        mark_cut(triage->paper);
    page_start(&triage->page, triage->paper, strnlen(triage->paper, PAPER_LEN - 1));
    return error;
}

static void open_case(struct triage_screen *triage)
{
    if (triage->list.count == 0)
        return;
    enum error error = load_case(triage);
    triage_screen_tell(triage, error);
    if (error == ERROR_NONE || error == ERROR_CASEBOOK_ROW) /* what opens is shown */
        triage->view = VIEW_CASE;
}

static void close_case(struct triage_screen *triage)
{
    wipe_paper(triage);
    triage->view = VIEW_LIST;
    triage_screen_tell(triage, load_list(triage));
}

static void drop_text(struct triage_screen *triage)
{
    explicit_bzero(triage->text, ANSWER_TEXT_MAX);
    edit_start(&triage->edit, triage->text, 0, ANSWER_TEXT_MAX);
    triage->view = VIEW_CASE;
}

static void send_text(struct triage_screen *triage)
{
    enum error error = triage_answer(triage->vault, triage->cases[triage->list.at].id, triage->text,
                                     triage->edit.len, triage->today);
    triage_screen_tell(triage, error);
    if (error != ERROR_NONE) {
        triage->view = VIEW_WRITE;
        return;
    }
    drop_text(triage);
    error = load_case(triage);
    triage_screen_tell(triage, error);
    if (error == ERROR_NONE || error == ERROR_CASEBOOK_ROW)
        triage->note = _("The answer goes out with the next board: publish it.");
}

/* The terminal is gone, the text is not: the case keeps it for whoever opens it next. */
static void keep_text(struct triage_screen *triage)
{
    static const char between[] = "\n\n";
    const char *head = _("This answer was not sent. It was being written when the screen ended.");
    const size_t head_len = strlen(head), text_at = head_len + sizeof between - 1;
    const size_t len = text_at + triage->edit.len;
    char *note = triage->edit.len > 0 ? secret_new(len) : NULL;
    if (note == NULL) {
        triage->lost = triage->edit.len > 0 ? ERROR_MEMORY : ERROR_NONE;
        return;
    }
    memcpy(note, head, head_len);
    memcpy(note + head_len, between, sizeof between - 1);
    memcpy(note + text_at, triage->text, triage->edit.len);
    triage->lost =
        casefile_note(triage->vault, triage->cases[triage->list.at].id, triage->today, note, len);
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

static bool press_list(struct triage_screen *triage, const struct screen *screen,
                       struct keypress key)
{
    if (is_quit(key) || key.kind == KEYPRESS_BACK)
        return false;
    if (key.kind == KEYPRESS_ENTER)
        open_case(triage);
    else
        list_key(&triage->list, key, body_height(triage, screen));
    return true;
}

static bool press_case(struct triage_screen *triage, const struct screen *screen,
                       struct keypress key)
{
    triage_screen_tell(triage, ERROR_NONE);
    if (is_quit(key) || key.kind == KEYPRESS_BACK)
        close_case(triage);
    else if (is_answer(key))
        triage->view = VIEW_WRITE;
    else
        page_key(&triage->page, key, body_height(triage, screen));
    return true;
}

static bool press_write(struct triage_screen *triage, const struct screen *screen,
                        struct keypress key)
{
    if (key.kind == KEYPRESS_ENTER || key.kind == KEYPRESS_BACK)
        triage->view = VIEW_ASK;
    else
        edit_key(&triage->edit, key, body_width(screen), body_height(triage, screen));
    return true;
}

static bool press_ask(struct triage_screen *triage, const struct screen *screen,
                      struct keypress key)
{
    switch (list_chosen(key, 3)) {
    case 0:
        send_text(triage);
        break;
    case 1:
        triage->view = VIEW_WRITE;
        break;
    case 2:
        drop_text(triage);
        break;
    default:
        break;
    }
    return true;
}

bool triage_screen_key(struct triage_screen *triage, const struct screen *screen,
                       struct keypress key)
{
    static bool (*const presses[])(struct triage_screen *, const struct screen *,
                                   struct keypress) = {
        [VIEW_LIST] = press_list,
        [VIEW_CASE] = press_case,
        [VIEW_WRITE] = press_write,
        [VIEW_ASK] = press_ask,
    };
    if (key.kind == KEYPRESS_GONE) {
        keep_text(triage);
        return false;
    }
    return presses[triage->view](triage, screen, key);
}

/* --- life --- */

enum error triage_screen_new(struct vault *vault, uint32_t today, struct triage_screen **out)
{
    struct triage_screen *triage = *out = calloc(1, sizeof *triage);
    if (triage == NULL)
        return ERROR_MEMORY;
    triage->vault = vault;
    triage->today = today;
    triage->paper = secret_new(PAPER_LEN);
    triage->text = secret_new(ANSWER_TEXT_MAX);
    enum error error =
        triage->paper != NULL && triage->text != NULL ? load_list(triage) : ERROR_MEMORY;
    triage_screen_tell(triage, error);
    if (error != ERROR_NONE && error != ERROR_CASEBOOK_ROW) {
        triage_screen_free(out);
        return error;
    }
    edit_start(&triage->edit, triage->text, 0, ANSWER_TEXT_MAX);
    return ERROR_NONE;
}

void triage_screen_free(struct triage_screen **triage)
{
    if (*triage == NULL)
        return;
    secret_free((*triage)->paper);
    secret_free((*triage)->text);
    free((*triage)->cases);
    free(*triage);
    *triage = NULL;
}

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    stop = 1;
}

/* The terminal as it is now. */
struct window {
    struct screen *screen;
    int rows;
    int cols;
    bool small;
};

/* When memory is short the old size serves: a text that is being written must not be lost by it. */
static void measure(struct window *window)
{
    term_size(&window->rows, &window->cols);
    window->small = window->rows < SCREEN_ROWS_MIN || window->cols < SCREEN_COLS_MIN;
    (void)screen_resize(window->screen, window->rows, window->cols);
}

static void draw_small(const struct window *window)
{
    const char *text = _(error_text(ERROR_SCREEN_SMALL));
    const int width = window->cols < SCREEN_COLS_MIN ? window->cols : SCREEN_COLS_MIN;
    screen_clear(window->screen);
    if (width > 0 && window->rows > 0)
        screen_wrap(window->screen, 0, 0, width, window->rows, SCREEN_BOLD, text, strlen(text));
}

/* In a window that is too small no key means anything: nobody sees what it does. */
static bool step(struct triage_screen *triage, struct window *window)
{
    if (window->small)
        draw_small(window);
    else
        triage_screen_draw(triage, window->screen);
    term_show(window->screen);
    const struct keypress key = term_key(0);
    if (key.kind == KEYPRESS_RESIZE)
        measure(window);
    return (window->small && key.kind != KEYPRESS_GONE) ||
           triage_screen_key(triage, window->screen, key);
}

static enum error loop(struct triage_screen *triage)
{
    struct window window = {.screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN)};
    if (window.screen == NULL)
        return ERROR_MEMORY;
    measure(&window);
    enum error error = window.small ? ERROR_SCREEN_SMALL : ERROR_NONE;
    bool more = error == ERROR_NONE;
    while (more)
        more = step(triage, &window);
    screen_free(&window.screen);
    return error == ERROR_NONE ? triage_screen_lost(triage) : error;
}

enum error triage_screen_run(struct vault *vault, uint32_t today)
{
    struct triage_screen *triage = NULL;
    const struct sigaction action = {.sa_handler = on_signal};
    enum error error = triage_screen_new(vault, today, &triage);
    if (error != ERROR_NONE)
        return error;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (term_open(&stop) == ERROR_NONE) {
        error = loop(triage);
        term_close();
    } else {
        error = ERROR_SCREEN_TERMINAL;
    }
    triage_screen_free(&triage);
    return error;
}
