/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen: three views over one vault; drawing and keys know no terminal. */
#include "desk/reader.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/lang.h"
#include "crypto/secret.h"
#include "desk/casefile.h"
#include "desk/triage.h"
#include "desk/trouble.h"
#include "desk/words.h"
#include "tui/edit.h"
#include "tui/list.h"
#include "tui/page.h"
#include "tui/term.h"
#include "tui/wrap.h"

/* A case as text: some letters at full length fit; a longer case is read with `show`. */
enum { PAPER_LEN = 192 * 1024 };

enum view { VIEW_LIST, VIEW_CASE, VIEW_WRITE, VIEW_ASK };

struct reader {
    struct vault *vault;
    uint32_t today;
    enum view view;
    struct triage_case *cases;
    struct list list;
    char *paper; /* secret_new memory: the open case */
    struct page page;
    char *text; /* secret_new memory: the answer being written */
    struct edit edit;
    int lost;         /* the trouble that keeping it had */
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
static int note_height(const struct reader *reader, const struct screen *screen)
{
    if (reader->note == NULL)
        return 1;
    const int n = wrap_lines(reader->note, strlen(reader->note), body_width(screen), NULL, 0);
    return n < 1 ? 1 : n < NOTE_MAX ? n : NOTE_MAX;
}

/* A blank row, the note, the keys. */
static int body_height(const struct reader *reader, const struct screen *screen)
{
    return screen_rows(screen) - TOP - 1 - note_height(reader, screen) - 1;
}

void reader_tell(struct reader *reader, int trouble)
{
    reader->note = trouble != TROUBLE_NONE ? trouble_text(trouble) : NULL;
}

int reader_lost(const struct reader *reader)
{
    return reader->lost;
}

/* --- drawing --- */

static void frame(const struct reader *reader, struct screen *screen, const char *title,
                  const char *keys)
{
    const int rows = screen_rows(screen), height = note_height(reader, screen);
    screen_say(screen, 0, LEFT, SCREEN_BOLD, title);
    if (reader->note != NULL)
        screen_wrap(screen, rows - 1 - height, LEFT, body_width(screen), height, SCREEN_BOLD,
                    reader->note, strlen(reader->note));
    screen_say(screen, rows - 1, LEFT, SCREEN_PLAIN, keys);
}

static void draw_row(const struct reader *reader, struct screen *screen, size_t i, int row)
{
    const struct triage_case *line = &reader->cases[i];
    const enum screen_style style = i == reader->list.at ? SCREEN_REVERSE : SCREEN_PLAIN;
    char day[DAY_TEXT_LEN], text[128];
    day_text(line->day, day);
    snprintf(text, sizeof text,
             "%c%6" PRIu64 " %s %s %-15s %s %-10.10s %s %" PRIu32 "+%" PRIu32 "%s%s",
             i == reader->list.at ? '>' : ' ', line->id, words_urgency(line->urgency),
             line->category, line->facility, day, words_status(line->status), line->language,
             line->letters, line->messages, line->misplaced ? "!" : "", line->waits ? "*" : "");
    screen_say(screen, row, 0, style, text);
}

static void draw_list(struct reader *reader, struct screen *screen)
{
    frame(reader, screen, _("Cases, the most urgent first; * waits for an answer"),
          _("Up, Down: choose   Enter: open   q: end"));
    if (reader->list.count == 0)
        screen_say(screen, TOP, LEFT, SCREEN_PLAIN, _("There are no cases yet."));
    const size_t height = (size_t)body_height(reader, screen);
    for (size_t i = 0; i < height && reader->list.top + i < reader->list.count; i++)
        draw_row(reader, screen, reader->list.top + i, TOP + (int)i);
}

static void draw_case(struct reader *reader, struct screen *screen)
{
    int above = 0, below = 0;
    page_draw(&reader->page, screen, TOP, LEFT, body_width(screen), body_height(reader, screen),
              &above, &below);
    frame(reader, screen, below > 0 ? _("A case - there is more below") : _("A case"),
          _("Up, Down, blank: read   a: answer   q, Esc: back"));
}

static void draw_write(struct reader *reader, struct screen *screen)
{
    int above = 0, below = 0;
    char title[160];
    snprintf(title, sizeof title, "%s - %s %zu", _("Your answer"), _("room for letters:"),
             edit_room(&reader->edit) / 2);
    frame(reader, screen, title, _("Write.   Tab: new line   Enter: done   Esc: done"));
    edit_draw(&reader->edit, screen, TOP, LEFT, body_width(screen), body_height(reader, screen),
              &above, &below);
}

static void draw_ask(struct reader *reader, struct screen *screen)
{
    const char *const choices[] = {_("send"), _("keep writing"), _("drop")};
    frame(reader, screen, _("What shall happen with this answer?"), _("Press a digit."));
    list_choices(screen, TOP, LEFT, body_width(screen), body_height(reader, screen), choices, 3);
}

void reader_draw(struct reader *reader, struct screen *screen)
{
    static void (*const draw[])(struct reader *, struct screen *) = {
        [VIEW_LIST] = draw_list,
        [VIEW_CASE] = draw_case,
        [VIEW_WRITE] = draw_write,
        [VIEW_ASK] = draw_ask,
    };
    screen_clear(screen);
    draw[reader->view](reader, screen);
}

/* --- moving --- */

static void wipe_paper(struct reader *reader)
{
    explicit_bzero(reader->paper, PAPER_LEN);
    page_start(&reader->page, reader->paper, 0);
}

static int load_list(struct reader *reader)
{
    free(reader->cases);
    reader->cases = NULL;
    int error = triage_list(reader->vault, 0, &reader->cases, &reader->list.count);
    if (reader->list.at >= reader->list.count)
        reader->list.at = reader->list.count > 0 ? reader->list.count - 1 : 0;
    if (reader->list.top > reader->list.at)
        reader->list.top = reader->list.at;
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
static int load_case(struct reader *reader)
{
    wipe_paper(reader);
    FILE *out = fmemopen(reader->paper, PAPER_LEN, "w");
    if (out == NULL)
        return TROUBLE_MEMORY;
    setvbuf(out, NULL, _IONBF, 0);
    int error =
        words_case_wide(out, PAPER_COLUMNS, reader->vault, reader->cases[reader->list.at].id);
    const bool cut = ferror(out) != 0;
    fclose(out);
    if (cut)
        mark_cut(reader->paper);
    page_start(&reader->page, reader->paper, strnlen(reader->paper, PAPER_LEN - 1));
    return error;
}

static void open_case(struct reader *reader)
{
    if (reader->list.count == 0)
        return;
    int error = load_case(reader);
    reader_tell(reader, error);
    if (error == TROUBLE_NONE || error == TROUBLE_ROW) /* what opens is shown */
        reader->view = VIEW_CASE;
}

static void close_case(struct reader *reader)
{
    wipe_paper(reader);
    reader->view = VIEW_LIST;
    reader_tell(reader, load_list(reader));
}

static void drop_text(struct reader *reader)
{
    explicit_bzero(reader->text, ANSWER_TEXT_MAX);
    edit_start(&reader->edit, reader->text, 0, ANSWER_TEXT_MAX);
    reader->view = VIEW_CASE;
}

static void send_text(struct reader *reader)
{
    int error = triage_answer(reader->vault, reader->cases[reader->list.at].id, reader->text,
                              reader->edit.len, reader->today);
    reader_tell(reader, error);
    if (error != TROUBLE_NONE) {
        reader->view = VIEW_WRITE;
        return;
    }
    drop_text(reader);
    error = load_case(reader);
    reader_tell(reader, error);
    if (error == TROUBLE_NONE || error == TROUBLE_ROW)
        reader->note = _("The answer goes out with the next board: publish it.");
}

/* The terminal is gone, the text is not: the case keeps it for whoever opens it next. */
static void keep_text(struct reader *reader)
{
    static const char between[] = "\n\n";
    const char *head = _("This answer was not sent. It was being written when the screen ended.");
    const size_t head_len = strlen(head), text_at = head_len + sizeof between - 1;
    const size_t len = text_at + reader->edit.len;
    char *note = reader->edit.len > 0 ? secret_new(len) : NULL;
    if (note == NULL) {
        reader->lost = reader->edit.len > 0 ? TROUBLE_MEMORY : TROUBLE_NONE;
        return;
    }
    memcpy(note, head, head_len);
    memcpy(note + head_len, between, sizeof between - 1);
    memcpy(note + text_at, reader->text, reader->edit.len);
    reader->lost =
        casefile_note(reader->vault, reader->cases[reader->list.at].id, reader->today, note, len);
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

static bool press_list(struct reader *reader, const struct screen *screen, struct keypress key)
{
    if (is_quit(key) || key.kind == KEYPRESS_BACK)
        return false;
    if (key.kind == KEYPRESS_ENTER)
        open_case(reader);
    else
        list_key(&reader->list, key, body_height(reader, screen));
    return true;
}

static bool press_case(struct reader *reader, const struct screen *screen, struct keypress key)
{
    reader_tell(reader, TROUBLE_NONE);
    if (is_quit(key) || key.kind == KEYPRESS_BACK)
        close_case(reader);
    else if (is_answer(key))
        reader->view = VIEW_WRITE;
    else
        page_key(&reader->page, key, body_height(reader, screen));
    return true;
}

static bool press_write(struct reader *reader, const struct screen *screen, struct keypress key)
{
    if (key.kind == KEYPRESS_ENTER || key.kind == KEYPRESS_BACK)
        reader->view = VIEW_ASK;
    else
        edit_key(&reader->edit, key, body_width(screen), body_height(reader, screen));
    return true;
}

static bool press_ask(struct reader *reader, const struct screen *screen, struct keypress key)
{
    switch (list_chosen(key, 3)) {
    case 0:
        send_text(reader);
        break;
    case 1:
        reader->view = VIEW_WRITE;
        break;
    case 2:
        drop_text(reader);
        break;
    default:
        break;
    }
    return true;
}

bool reader_key(struct reader *reader, const struct screen *screen, struct keypress key)
{
    static bool (*const presses[])(struct reader *, const struct screen *, struct keypress) = {
        [VIEW_LIST] = press_list,
        [VIEW_CASE] = press_case,
        [VIEW_WRITE] = press_write,
        [VIEW_ASK] = press_ask,
    };
    if (key.kind == KEYPRESS_GONE) {
        keep_text(reader);
        return false;
    }
    return presses[reader->view](reader, screen, key);
}

/* --- life --- */

int reader_new(struct vault *vault, uint32_t today, struct reader **out)
{
    struct reader *reader = *out = calloc(1, sizeof *reader);
    if (reader == NULL)
        return TROUBLE_MEMORY;
    reader->vault = vault;
    reader->today = today;
    reader->paper = secret_new(PAPER_LEN);
    reader->text = secret_new(ANSWER_TEXT_MAX);
    int error = reader->paper != NULL && reader->text != NULL ? load_list(reader) : TROUBLE_MEMORY;
    reader_tell(reader, error);
    if (error != TROUBLE_NONE && error != TROUBLE_ROW) {
        reader_free(out);
        return error;
    }
    edit_start(&reader->edit, reader->text, 0, ANSWER_TEXT_MAX);
    return TROUBLE_NONE;
}

void reader_free(struct reader **reader)
{
    if (*reader == NULL)
        return;
    secret_free((*reader)->paper);
    secret_free((*reader)->text);
    free((*reader)->cases);
    free(*reader);
    *reader = NULL;
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
    const char *text = trouble_text(TROUBLE_TERMINAL_SMALL);
    const int width = window->cols < SCREEN_COLS_MIN ? window->cols : SCREEN_COLS_MIN;
    screen_clear(window->screen);
    if (width > 0 && window->rows > 0)
        screen_wrap(window->screen, 0, 0, width, window->rows, SCREEN_BOLD, text, strlen(text));
}

/* In a window that is too small no key means anything: nobody sees what it does. */
static bool step(struct reader *reader, struct window *window)
{
    if (window->small)
        draw_small(window);
    else
        reader_draw(reader, window->screen);
    term_show(window->screen);
    const struct keypress key = term_key(0);
    if (key.kind == KEYPRESS_RESIZE)
        measure(window);
    return (window->small && key.kind != KEYPRESS_GONE) || reader_key(reader, window->screen, key);
}

static int loop(struct reader *reader)
{
    struct window window = {.screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN)};
    if (window.screen == NULL)
        return TROUBLE_MEMORY;
    measure(&window);
    int error = window.small ? TROUBLE_TERMINAL_SMALL : TROUBLE_NONE;
    bool more = error == TROUBLE_NONE;
    while (more)
        more = step(reader, &window);
    screen_free(&window.screen);
    return error == TROUBLE_NONE ? reader_lost(reader) : error;
}

int reader_run(struct vault *vault, uint32_t today)
{
    struct reader *reader = NULL;
    const struct sigaction action = {.sa_handler = on_signal};
    int error = reader_new(vault, today, &reader);
    if (error != TROUBLE_NONE)
        return error;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (term_open(&stop) == TERM_OK) {
        error = loop(reader);
        term_close();
    } else {
        error = TROUBLE_TERMINAL;
    }
    reader_free(&reader);
    return error;
}
