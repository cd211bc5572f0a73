/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file that knows curses: bytes in, presses out; cells in, a terminal's picture out. */
#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/term.h"
#include "tui/utf8.h"

/* Codes of our own for define_key, above those of curses. A keypad key that gives a character has
   that character added to KEYPAD. */
enum { PASTE_START = KEY_MAX + 1, PASTE_END, NOTHING, KEYPAD = KEY_MAX + 0x100 };

enum { ESCAPE = 0x1B, ESCAPE_MS = 25, PASTE_PAUSE_S = 1, SEQUENCE_MAX = 4096, MODULES_PAIR = 1 };

enum waited { WAITED_INPUT, WAITED_NOTHING, WAITED_SIGNAL, WAITED_GONE };

static struct {
    SCREEN *curses;
    const volatile sig_atomic_t *stop;
    sigset_t waiting; /* the mask while waiting: our signals come through */
    sigset_t before;  /* the mask and handler the caller had */
    struct sigaction winch_before;
    struct utf8 decoder;
    bool pasting;
    bool carriage; /* the last pasted byte was a carriage return */
} term;

static volatile sig_atomic_t resized;

static void on_winch(int signal)
{
    resized = 1;
}

/* Output that someone stopped (Scroll Lock, a terminal's stop key) goes on: a screen that cannot
   change would show what stands on it for ever. Only a stop of our own making can be ended, so it
   is made ours first. */
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

/* Straight to the terminal, for what curses has no words for. A dead terminal is noticed when
 * reading. */
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

static void define_keypad(void)
{
    /* The Linux console has function keys of its own kind and sends ESC O P for NumLock; there the
       keypad's operators differ too. */
    const bool console = key_defined("\033OP") == 0;
    const char *const codes = console ? "pqrstuvwxyMnlSRQ" : "pqrstuvwxyMnkmjo";
    static const char meaning[] = "0123456789\r.+-*/";
    char sequence[] = "\033O?";

    for (size_t i = 0; meaning[i]; i++) {
        sequence[2] = codes[i];
        define_key(sequence, KEYPAD + meaning[i]);
    }
    if (console)
        define_key("\033OP", NOTHING);
    else
        define_key("\033Ol", KEYPAD + ',');
}

/* What terminals send whatever terminfo says of them. */
static void define_keys(void)
{
    static const struct {
        const char *sequence;
        int code;
    } keys[] = {
        {"\033[A", KEY_UP},         {"\033OA", KEY_UP},       {"\033[B", KEY_DOWN},
        {"\033OB", KEY_DOWN},       {"\033[C", KEY_RIGHT},    {"\033OC", KEY_RIGHT},
        {"\033[D", KEY_LEFT},       {"\033OD", KEY_LEFT},     {"\033[H", KEY_HOME},
        {"\033OH", KEY_HOME},       {"\033[1~", KEY_HOME},    {"\033[F", KEY_END},
        {"\033OF", KEY_END},        {"\033[4~", KEY_END},     {"\033[5~", KEY_PPAGE},
        {"\033[6~", KEY_NPAGE},     {"\033[11~", KEY_F(1)},   {"\033[[A", KEY_F(1)},
        {"\033[200~", PASTE_START}, {"\033[201~", PASTE_END},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        define_key(keys[i].sequence, keys[i].code);
    /* Mouse reports are asked for by nobody; without a name they are skipped as what they are. */
    define_key(NULL, KEY_MOUSE);
    define_keypad();
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

static void set_modes(void)
{
    raw();
    noecho();
    nonl();
    meta(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    if (has_colors() && start_color() == OK) {
        use_default_colors();
        init_pair(MODULES_PAIR, COLOR_BLACK, COLOR_WHITE);
    }
    define_keys();
    curs_set(0);
    put();
    send("\033[?2004h\033=");
}

int term_open(const volatile sig_atomic_t *stop)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return TERM_NOT_UTF8;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return TERM_NOT_TERMINAL;
    /* Curses frees cells without wiping them: let malloc overwrite what is freed. */
    mallopt(M_PERTURB, 0xA5);
    term.stop = stop;
    term.decoder = (struct utf8){0};
    term.pasting = term.carriage = false;
    resized = 0;
    take_signals();
    term.curses = newterm(NULL, stdout, stdin);
    if (term.curses && !tigetstr("cup")) {
        endwin();
        delscreen(term.curses);
        term.curses = NULL;
    }
    if (!term.curses) {
        give_back_signals();
        return TERM_NOT_TERMINAL;
    }
    set_modes();
    return TERM_OK;
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

void term_close(void)
{
    if (!term.curses)
        return;
    /* Two full pictures push the last screen out of every buffer on the way: curses' cells and
       output, the terminal's own memory. */
    fill(L'#');
    fill(L' ');
    send("\033[?2004l\033>");
    endwin();
    delscreen(term.curses);
    term.curses = NULL;
    send("\033[m\033[H\033[2J\033[3J");
    give_back_signals();
}

void term_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

static void set_style(uint8_t style)
{
    attrset(A_NORMAL);
    if (style == SCREEN_BOLD)
        attrset(A_BOLD);
    else if (style == SCREEN_REVERSE)
        attrset(A_REVERSE);
    else if (style == SCREEN_MODULES && has_colors())
        attrset(COLOR_PAIR(MODULES_PAIR));
    else if (style == SCREEN_MODULES)
        attrset(A_REVERSE);
}

/* A cell at its own place, so that no disagreement about a width can shift what follows; where the
   C library measures a character differently from us, it is shown as unknown. */
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

/* One byte of a sequence that has begun; ERR when no more come. */
static int sequence_byte(void)
{
    int c = ERR;

    wtimeout(stdscr, ESCAPE_MS);
    c = wgetch(stdscr);
    nodelay(stdscr, TRUE);
    return c;
}

/* Control strings (titles, colour reports, ...) up to their end. */
static void skip_string(void)
{
    int c = 0;

    for (int i = 0; i < SEQUENCE_MAX && c != ERR && c != '\a'; i++) {
        c = sequence_byte();
        if (c == ESCAPE) {
            sequence_byte();
            return;
        }
    }
}

static void skip_csi(void)
{
    int c = sequence_byte();

    if (c == '[') { /* a function key of the Linux console: one letter follows */
        sequence_byte();
        return;
    }
    if (c == 'M') { /* an old mouse report: three bytes follow */
        for (int i = 0; i < 3; i++)
            sequence_byte();
        return;
    }
    for (int i = 0; i < SEQUENCE_MAX && c >= 0x20 && c < 0x40; i++)
        c = sequence_byte();
}

/* Esc by itself is a key; with bytes right behind it, a sequence nobody defined: none of it is
 * text. */
static enum press_kind escape(void)
{
    const int c = wgetch(stdscr);

    if (c == ERR)
        return PRESS_BACK;
    if (c == '[')
        skip_csi();
    else if (c == 'O')
        sequence_byte();
    else if (c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X')
        skip_string();
    return PRESS_OTHER;
}

static enum press_kind control(int c)
{
    switch (c) {
    case '\r':
    case '\n':
        return PRESS_ENTER;
    case '\t':
        return PRESS_TAB;
    case '\b':
    case 0x7F:
        return PRESS_DELETE;
    case ESCAPE:
        return escape();
    default:
        return PRESS_OTHER;
    }
}

/* In a paste, keys mean nothing and a newline sends nothing; CR LF is one newline. */
static struct press pasted(int c)
{
    const bool second = term.carriage && c == '\n';

    term.carriage = c == '\r';
    if (c == '\t')
        return (struct press){PRESS_CHAR, ' '};
    if ((c == '\r' || c == '\n') && !second)
        return (struct press){PRESS_TAB, 0};
    if (c == ESCAPE)
        escape();
    return (struct press){PRESS_OTHER, 0};
}

static enum press_kind special(int c)
{
    static const struct {
        int code;
        enum press_kind kind;
    } kinds[] = {
        {KEY_ENTER, PRESS_ENTER},     {KEY_BACKSPACE, PRESS_DELETE}, {KEY_UP, PRESS_UP},
        {KEY_DOWN, PRESS_DOWN},       {KEY_LEFT, PRESS_LEFT},        {KEY_RIGHT, PRESS_RIGHT},
        {KEY_PPAGE, PRESS_PAGE_UP},   {KEY_NPAGE, PRESS_PAGE_DOWN},  {KEY_HOME, PRESS_HOME},
        {KEY_END, PRESS_END},         {KEY_F(1), PRESS_HELP},        {KEY_RESIZE, PRESS_RESIZE},
        {KEYPAD + '\r', PRESS_ENTER},
    };

    if (c == PASTE_START || c == PASTE_END)
        term.pasting = c == PASTE_START;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !term.pasting; i++)
        if (kinds[i].code == c)
            return kinds[i].kind;
    return PRESS_OTHER;
}

/* Makes a press of what curses read. False while a character is still incomplete. */
static bool understand(int c, struct press *press)
{
    bool again = false;
    int32_t ch = UTF8_BAD;

    if (c >= 0x20 && c != 0x7F && c <= 0xFF) {
        do
            ch = utf8_feed(&term.decoder, (uint8_t)c, &again);
        while (again);
        term.carriage = false;
        if (ch == UTF8_MORE)
            return false;
        if (ch >= 0 && utf8_harmless((uint32_t)ch))
            *press = (struct press){PRESS_CHAR, (uint32_t)ch};
        return true;
    }
    term.decoder = (struct utf8){0};
    if (c <= 0xFF)
        *press = term.pasting ? pasted(c) : (struct press){control(c), 0};
    else if (c > KEYPAD + ' ' && c < KEYPAD + 0x7F)
        *press = (struct press){PRESS_CHAR, (uint32_t)(c - KEYPAD)};
    else
        *press = (struct press){special(c), 0};
    return true;
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

/* A paste whose end got lost must not leave the Enter key dead: a pause ends it as well. */
static enum waited wait_input(int limit_seconds)
{
    enum waited waited = WAITED_NOTHING;

    if (term.pasting) {
        waited = wait_for(PASTE_PAUSE_S);
        if (waited != WAITED_NOTHING)
            return waited;
        term.pasting = false;
    }
    return wait_for(limit_seconds);
}

/* Lets signals in that came while they were blocked, even when keys arrive without a pause. */
static void let_signals_in(void)
{
    sigset_t blocked;

    sigprocmask(SIG_SETMASK, &term.waiting, &blocked);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static bool resize(void)
{
    struct winsize size = {0};

    if (!resized)
        return false;
    resized = 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    return true;
}

struct press term_press(int limit_seconds)
{
    struct press press = {PRESS_OTHER, 0};
    enum waited waited = WAITED_SIGNAL;

    let_signals_in();
    for (;;) {
        if (term.stop && *term.stop)
            return (struct press){PRESS_GONE, 0};
        if (resize())
            return (struct press){PRESS_RESIZE, 0};
        const int c = wgetch(stdscr);
        if (c != ERR) {
            waited = WAITED_SIGNAL;
            if (understand(c, &press))
                return press;
            continue;
        }
        /* Input was announced, but there is none: the terminal is at its end. */
        if (waited == WAITED_INPUT)
            return (struct press){PRESS_GONE, 0};
        waited = wait_input(limit_seconds);
        if (waited == WAITED_GONE)
            return (struct press){PRESS_GONE, 0};
        if (waited == WAITED_NOTHING)
            return (struct press){PRESS_IDLE, 0};
    }
}
