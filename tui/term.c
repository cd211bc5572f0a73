/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that knows curses. Reads codes for the decoder of key presses, blits cells. */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/term.h"
#include "base/clock.h"
#include "tui/keypress_codes.h"
#include "tui/keypress_decoder.h"

_Static_assert((int)KEYPRESS_CODE_KEY > KEY_MAX, "codes of ours are none of curses");

enum { ESCAPE_MS = 25, PASTE_PAUSE_S = 1, DROP_MAX = 65536 };

enum { MODULES_PAIR = 1, CONTRAST_PAIR, STRONG_PAIR };

/* The fewest bytes that a blank costs when it is not drawn like the one before it: itself and half
   of the sequences that switch bold on and off. */
enum { CELL_BYTES = 4 };

/* Longer than any sequence of a terminal that we know. */
enum { FORMAT_MAX = 4096 };

enum waited { WAITED_INPUT, WAITED_NOTHING, WAITED_SIGNAL, WAITED_GONE };

static struct {
    SCREEN *curses;
    const volatile sig_atomic_t *stop;
    sigset_t waiting; /* the signal mask while waiting: ours come through */
    sigset_t before;  /* the caller's mask and handler, restored at the end */
    struct sigaction winch_before;
    struct keypress_decoder decoder;
    bool console;  /* a Linux console, with keys and a palette of its own */
    bool leds;     /* the terminal can tell whether Caps Lock is on */
    bool colours;  /* it has colours */
    bool contrast; /* the theme on the screen now */
} term;

static volatile sig_atomic_t resized;

static void on_winch(int signal)
{
    resized = 1;
}

/* Restarts output that somebody stopped (Scroll Lock, a terminal's stop key): otherwise what is on
   the screen would stay there for ever. Only our own stop can be lifted, so make one first. */
static void let_output_flow(void)
{
    tcflow(STDOUT_FILENO, TCOOFF);
    tcflow(STDOUT_FILENO, TCOON);
}

static void put(void)
{
    let_output_flow();
    refresh();
}

/* Sequences that curses has no call for. That a terminal is dead is noticed when reading. */
static void send(const char *text)
{
    size_t len = strlen(text);
    let_output_flow();
    while (len > 0) {
        const ssize_t n = write(STDOUT_FILENO, text, len);
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
}

static void define(const char *sequence, int code)
{
    define_key(sequence, code);
}

static void define_keys(void)
{
    /* Nobody asks for mouse reports; without a name they are skipped like any other sequence. */
    define_key(NULL, KEY_MOUSE);
    keypress_codes_each(term.console, define);
}

/* The code of a key that terminfo named for curses; anything else means nothing. */
static int code_of(int curses_key)
{
    static const struct {
        int key;
        enum keypress_kind kind;
    } keys[] = {
        {KEY_ENTER, KEYPRESS_ENTER},   {KEY_BACKSPACE, KEYPRESS_DELETE},
        {KEY_UP, KEYPRESS_UP},         {KEY_DOWN, KEYPRESS_DOWN},
        {KEY_LEFT, KEYPRESS_LEFT},     {KEY_RIGHT, KEYPRESS_RIGHT},
        {KEY_PPAGE, KEYPRESS_PAGE_UP}, {KEY_NPAGE, KEYPRESS_PAGE_DOWN},
        {KEY_HOME, KEYPRESS_HOME},     {KEY_END, KEYPRESS_END},
        {KEY_RESIZE, KEYPRESS_RESIZE}, {KEY_F(1), KEYPRESS_HELP},
        {KEY_F(2), KEYPRESS_HIDE},     {KEY_F(3), KEYPRESS_SHOW},
        {KEY_F(4), KEYPRESS_LAYOUT},   {KEY_F(5), KEYPRESS_LAYER},
        {KEY_F(6), KEYPRESS_UNDO},     {KEY_F(7), KEYPRESS_SAY},
        {KEY_F(8), KEYPRESS_SLOWER},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == curses_key)
            return KEYPRESS_CODE_KEY + (int)keys[i].kind;
    return KEYPRESS_CODE_KEY + (int)KEYPRESS_OTHER;
}

static int read_code(bool wait)
{
    wtimeout(stdscr, wait ? ESCAPE_MS : 0);
    const int got = wgetch(stdscr);
    if (got == ERR)
        return KEYPRESS_CODE_NONE;
    return got <= 0xFF || got >= (int)KEYPRESS_CODE_KEY ? got : code_of(got);
}

static void take_signals(void)
{
    static const int ours[] = {SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGWINCH};
    struct sigaction winch = {.sa_handler = on_winch};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigaddset(&blocked, ours[i]);
    sigprocmask(SIG_BLOCK, &blocked, &term.before);
    term.waiting = term.before;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigdelset(&term.waiting, ours[i]);
    sigaction(SIGWINCH, &winch, &term.winch_before);
}

static void give_back_signals(void)
{
    sigaction(SIGWINCH, &term.winch_before, NULL);
    sigprocmask(SIG_SETMASK, &term.before, NULL);
}

/* On the Linux console white is light grey and yellow is brown, and with a 512-glyph font bold does
   not brighten them, so change the palette. ESC \ ends the sequence on other terminals that claim
   to be a console. */
static void set_palette(bool contrast)
{
    if (term.console)
        send(contrast ? "\033]P7ffffff\033\\\033]P3ffff55\033\\" : "\033]R\033\\");
}

static void set_colours(void)
{
    term.colours = has_colors() && start_color() == OK;
    if (!term.colours)
        return;
    use_default_colors();
    init_pair(MODULES_PAIR, COLOR_BLACK, COLOR_WHITE);
    init_pair(CONTRAST_PAIR, COLOR_WHITE, COLOR_BLACK);
    init_pair(STRONG_PAIR, COLOR_YELLOW, COLOR_BLACK);
    set_palette(false); /* a program before us may have been killed */
}

static bool caps_lock(void)
{
    char flags = 0;
    return ioctl(STDIN_FILENO, KDGKBLED, &flags) == 0 && (flags & K_CAPSLOCK) != 0;
}

/* Only a terminal that answers here is asked about Caps Lock at each key. */
static void probe(void)
{
    char flags = 0;
    term.console = strncmp(termname(), "linux", 5) == 0;
    term.leds = ioctl(STDIN_FILENO, KDGKBLED, &flags) == 0;
    term.contrast = false;
}

static void set_modes(void)
{
    probe();
    raw();
    noecho();
    nonl();
    meta(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    set_colours();
    define_keys();
    curs_set(0);
    put();
    send("\033[?2004h\033=");
}

/* Curses crashes when it cannot grow its buffer for the parameters of a sequence. Grow it to its
   full size now, so that a lack of memory shows before anything is on the screen. */
static bool grow_buffers(void)
{
    char format[FORMAT_MAX];
    memset(format, ' ', sizeof format);
    format[sizeof format - 1] = '\0';
    return tiparm(format) != NULL;
}

static SCREEN *new_screen(void)
{
    SCREEN *made = newterm(NULL, stdout, stdin);
    if (made && tigetstr("cup") && grow_buffers())
        return made;
    if (made) {
        endwin();
        delscreen(made);
    }
    return NULL;
}

enum error term_open(const volatile sig_atomic_t *stop)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return ERROR_SCREEN_UTF8;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return ERROR_SCREEN_TERMINAL;
    /* Curses frees cells without wiping them: let malloc overwrite what is freed. */
    mallopt(M_PERTURB, 0xA5);
    term.stop = stop;
    keypress_decoder_start(&term.decoder, read_code);
    resized = 0;
    take_signals();
    term.curses = new_screen();
    if (!term.curses) {
        give_back_signals();
        return ERROR_SCREEN_KIND;
    }
    set_modes();
    return ERROR_NONE;
}

static void set_theme(bool contrast)
{
    if (contrast == term.contrast)
        return;
    term.contrast = contrast;
    if (!term.colours)
        return;
    set_palette(contrast);
    bkgdset(contrast ? ' ' | COLOR_PAIR(CONTRAST_PAIR) : ' ');
    clearok(stdscr, TRUE);
}

static void fill(wchar_t ch)
{
    int rows = 0, cols = 0;
    getmaxyx(stdscr, rows, cols);
    attrset(A_NORMAL);
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++)
            mvaddnwstr(row, col, &ch, 1);
    clearok(stdscr, TRUE);
    put();
}

/* Overwrites curses' output buffer, which keeps what was sent last until something longer is sent.
   The blanks alternate in boldness, which nobody sees, so that curses cannot send a repeat sequence
   instead: each costs at least CELL_BYTES. */
static void push_out(void)
{
    int rows = 0, cols = 0;
    getmaxyx(stdscr, rows, cols);
    erase();
    for (int i = 0; i < rows * cols && i * CELL_BYTES < (rows + 2) * (cols + 6); i++) {
        attrset(i % 2 ? A_BOLD : A_NORMAL);
        mvaddnwstr(i / cols, i % cols, L" ", 1);
    }
    clearok(stdscr, TRUE);
    put();
}

void term_close(void)
{
    if (!term.curses)
        return;
    set_theme(false);
    /* Push the last screen out of every buffer on the way: curses' cells, its output buffer, the
       terminal's own memory. */
    fill(L'#');
    push_out();
    fill(L' ');
    send("\033[?2004l\033>");
    endwin();
    delscreen(term.curses);
    term.curses = NULL;
    send("\033[m\033[H\033[2J\033[3J");
    give_back_signals();
}

/* The lock holds whichever console is in front, so that must be ours. */
static bool in_front(int fd)
{
    struct vt_stat consoles;
    struct stat st;
    return ioctl(fd, VT_GETSTATE, &consoles) == 0 && fstat(fd, &st) == 0 &&
           minor(st.st_rdev) == consoles.v_active;
}

int term_hold(const char *tty, bool held)
{
    const int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = -1;
    if (!held || in_front(fd))
        result = ioctl(fd, held ? VT_LOCKSWITCH : VT_UNLOCKSWITCH, 0);
    close(fd);
    return result;
}

void term_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

static void set_style(uint8_t style)
{
    const bool contrast = term.contrast && term.colours;
    attr_t look = contrast ? COLOR_PAIR(CONTRAST_PAIR) : A_NORMAL;
    if (style == SCREEN_BOLD)
        look = A_BOLD | (contrast ? COLOR_PAIR(STRONG_PAIR) : A_NORMAL);
    else if (style == SCREEN_MODULES && term.colours)
        look = COLOR_PAIR(MODULES_PAIR);
    else if (style == SCREEN_REVERSE && contrast)
        look = COLOR_PAIR(MODULES_PAIR);
    else if (style == SCREEN_REVERSE || style == SCREEN_MODULES)
        look = A_REVERSE;
    attrset(look);
}

/* Each cell is placed on its own, so that a disagreement about a character's width cannot shift the
   rest of the row. A character that the C library measures differently is shown as U+FFFD. */
static void show_cell(const struct screen *screen, int row, int col, int cols)
{
    const struct screen_cell *cell = screen_at(screen, row, col);
    const bool twice = col + 1 < cols && screen_at(screen, row, col + 1)->ch == 0;
    wchar_t ch = (wchar_t)cell->ch;
    if (ch == 0)
        return;
    if (wcwidth(ch) != (twice ? 2 : 1))
        ch = 0xFFFD;
    set_style(cell->style);
    mvaddnwstr(row, col, &ch, 1);
}

void term_show(const struct screen *screen)
{
    int rows = 0, cols = 0, row = 0, col = 0;
    term_size(&rows, &cols);
    rows = screen_rows(screen) < rows ? screen_rows(screen) : rows;
    cols = screen_cols(screen) < cols ? screen_cols(screen) : cols;
    set_theme(screen_is_contrast(screen));
    if (screen_forgets(screen))
        push_out();
    attrset(A_NORMAL);
    erase();
    for (row = 0; row < rows; row++)
        for (col = 0; col < cols; col++)
            show_cell(screen, row, col, cols);
    screen_cursor_at(screen, &row, &col);
    curs_set(row >= 0 && row < rows && col < cols);
    if (row >= 0)
        move(row, col);
    put();
}

static enum waited wait_for(int seconds)
{
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    const struct timespec limit = {.tv_sec = seconds};
    const int n = ppoll(&terminal, 1, seconds > 0 ? &limit : NULL, &term.waiting);
    if (n == 0)
        return WAITED_NOTHING;
    if (n < 0)
        return errno == EINTR ? WAITED_SIGNAL : WAITED_GONE;
    return terminal.revents & (POLLHUP | POLLERR | POLLNVAL) ? WAITED_GONE : WAITED_INPUT;
}

/* A pause ends a paste too: its closing bracket may have got lost. */
static enum waited wait_input(int limit_seconds)
{
    if (term.decoder.pasting) {
        const enum waited waited = wait_for(PASTE_PAUSE_S);
        if (waited != WAITED_NOTHING)
            return waited;
        keypress_decoder_end_paste(&term.decoder);
    }
    return wait_for(limit_seconds);
}

/* Delivers pending signals even when keys arrive without a pause, so that we never wait. */
static void let_signals_in(void)
{
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, &term.waiting, &blocked);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static bool resize(void)
{
    if (!resized)
        return false;
    resized = 0;
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    return true;
}

static struct keypress handed_out(struct keypress key, bool waited)
{
    keypress_decoder_time(&term.decoder, &key, waited, clock_ms());
    key.caps = key.kind == KEYPRESS_CHAR && !key.pasted && term.leds && caps_lock();
    return key;
}

struct keypress term_key(int limit_seconds)
{
    struct keypress key = {.kind = KEYPRESS_OTHER};
    enum waited waited = WAITED_SIGNAL;
    bool empty = false, came = false;
    let_signals_in();
    for (;;) {
        if (term.stop && *term.stop)
            return (struct keypress){.kind = KEYPRESS_GONE};
        if (resize())
            return (struct keypress){.kind = KEYPRESS_RESIZE};
        if (keypress_decoder_take(&term.decoder, &key, &empty))
            return handed_out(key, came);
        if (!empty) {
            waited = WAITED_SIGNAL;
            continue;
        }
        /* Readable, and yet nothing to read: end of file. */
        if (waited == WAITED_INPUT)
            return (struct keypress){.kind = KEYPRESS_GONE};
        waited = wait_input(limit_seconds);
        came = waited == WAITED_INPUT;
        if (waited == WAITED_GONE)
            return (struct keypress){.kind = KEYPRESS_GONE};
        if (waited == WAITED_NOTHING) {
            keypress_decoder_quiet(&term.decoder);
            return (struct keypress){.kind = KEYPRESS_IDLE};
        }
    }
}

/* Reads rather than flushes: the second half of a sequence must not arrive as text later. */
void term_drop(void)
{
    struct keypress key = {.kind = KEYPRESS_OTHER};
    bool empty = false;
    for (int i = 0; i < DROP_MAX && !empty; i++)
        if (keypress_decoder_take(&term.decoder, &key, &empty))
            handed_out(key, false);
    if (!empty)
        flushinp();
    keypress_decoder_forget(&term.decoder);
}
