/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file that knows curses: bytes in, presses out; cells in, a terminal's picture out. */
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
#include "base/utf8.h"

/* Codes of our own for define_key, above those of curses. A keypad key that gives a character has
   that character added to KEYPAD. */
enum { PASTE_START = KEY_MAX + 1, PASTE_END, NOTHING, KEYPAD = KEY_MAX + 0x100 };

enum { ESCAPE = 0x1B, ESCAPE_MS = 25, PASTE_PAUSE_S = 1, SEQUENCE_MAX = 4096, DROP_MAX = 65536 };

enum { MODULES_PAIR = 1, CONTRAST_PAIR, STRONG_PAIR };

/* What a blank costs that is not drawn like the one before it, at least: itself and half of bold's two sequences. */
enum { CELL_BYTES = 4 };

/* Longer than any sequence of a terminal that we know. */
enum { FORMAT_MAX = 4096 };

/* Where we are in a sequence of bytes that is no text. */
enum part {
    PART_NONE,
    PART_ESCAPE,    /* after Esc: the next byte says what it is */
    PART_CSI_FIRST, /* after ESC [ */
    PART_CSI,       /* parameters, up to a letter */
    PART_STRING,    /* up to BEL or ESC \ */
    PART_THREE,     /* that many bytes follow */
    PART_TWO,
    PART_ONE,
};

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
    enum part part;
    bool console;  /* the Linux console: keys and a palette of its own */
    bool leds;     /* the terminal can tell whether Caps Lock is on */
    bool colours;  /* it has colours */
    bool contrast; /* the theme that is on the screen */
    bool quiet;    /* nothing was pressed since the start, or since a whole limit passed */
    int64_t last;  /* when the last press was handed out */
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
    /* On the Linux console the keypad's operators have letters of their own. */
    const char *const codes = term.console ? "pqrstuvwxyMnlSRQ" : "pqrstuvwxyMnkmjo";
    static const char meaning[] = "0123456789\r.+-*/";
    char sequence[] = "\033O?";

    for (size_t i = 0; meaning[i]; i++) {
        sequence[2] = codes[i];
        define_key(sequence, KEYPAD + meaning[i]);
    }
    if (!term.console)
        define_key("\033Ol", KEYPAD + ',');
}

/* F1 to F8 in all the forms there are. ESC O P is F1 nearly everywhere, but NumLock on the Linux
   console, where the letters after it are the keypad's. */
static void define_function_keys(void)
{
    static const char *const numbers[] = {"11", "12", "13", "14", "15", "17", "18", "19"};
    char number[] = "\033[nn~", letter[] = "\033[[A", pf[] = "\033OP";

    for (int i = 0; i < 8; i++) {
        memcpy(number + 2, numbers[i], 2);
        define_key(number, KEY_F(i + 1));
    }
    for (int i = 0; i < 5; i++) {
        letter[3] = (char)('A' + i);
        define_key(letter, KEY_F(i + 1));
    }
    for (int i = 0; i < 4 && !term.console; i++) {
        pf[2] = (char)('P' + i);
        define_key(pf, KEY_F(i + 1));
    }
    if (term.console)
        define_key("\033OP", NOTHING);
}

/* What terminals send whatever terminfo says of them. */
static void define_keys(void)
{
    static const struct {
        const char *sequence;
        int code;
    } keys[] = {
        {"\033[A", KEY_UP},     {"\033OA", KEY_UP},         {"\033[B", KEY_DOWN},
        {"\033OB", KEY_DOWN},   {"\033[C", KEY_RIGHT},      {"\033OC", KEY_RIGHT},
        {"\033[D", KEY_LEFT},   {"\033OD", KEY_LEFT},       {"\033[H", KEY_HOME},
        {"\033OH", KEY_HOME},   {"\033[1~", KEY_HOME},      {"\033[F", KEY_END},
        {"\033OF", KEY_END},    {"\033[4~", KEY_END},       {"\033[5~", KEY_PPAGE},
        {"\033[6~", KEY_NPAGE}, {"\033[200~", PASTE_START}, {"\033[201~", PASTE_END},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        define_key(keys[i].sequence, keys[i].code);
    /* Mouse reports are asked for by nobody; without a name they are skipped as what they are. */
    define_key(NULL, KEY_MOUSE);
    define_function_keys();
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

/* The Linux console's white is a light grey and its yellow a brown, and with a font of 512 glyphs
   bold does not brighten them: the palette does. ESC \ ends it for terminals that only say that
   they are one. */
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
    set_palette(false); /* whoever was here before may have been killed */
}

static bool caps_lock(void)
{
    char flags = 0;

    return ioctl(STDIN_FILENO, KDGKBLED, &flags) == 0 && (flags & K_CAPSLOCK) != 0;
}

/* What this terminal is and can do. Only a console is asked about Caps Lock again. */
static void meet(void)
{
    char flags = 0;

    term.console = strncmp(termname(), "linux", 5) == 0;
    term.leds = ioctl(STDIN_FILENO, KDGKBLED, &flags) == 0;
    term.contrast = false;
}

static void set_modes(void)
{
    meet();
    raw();
    noecho();
    nonl();
    meta(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    set_colours();
    define_keys();
    curs_set(0);
    put();
    send("\033[?2004h\033=");
}

/* Curses that could not grow a buffer for the parameters of a sequence crashes at the next one: its buffers get their full
   size here, so that being short of memory shows before anything is on the screen. */
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
    term.decoder = (struct utf8){0};
    term.pasting = term.carriage = false;
    term.part = PART_NONE;
    term.quiet = true;
    term.last = 0;
    resized = 0;
    take_signals();
    term.curses = new_screen();
    if (!term.curses) {
        give_back_signals();
        return ERROR_SCREEN_TERMINAL;
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

/* Overwrites curses' output buffer, which holds what was sent last as long as nothing longer is sent. The blanks differ
   in a way that nobody sees, so that no repetition can be sent for them; each takes CELL_BYTES or more. */
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
    /* Two full pictures push the last screen out of every buffer on the way: curses' cells and
       output, the terminal's own memory. */
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

/* The lock holds whichever console is in front: that must be ours. */
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
    int result = -1;

    if (fd < 0)
        return -1;
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

/* What curses reads: a byte or the code of a key. The brackets of a paste count wherever they
   stand, also behind a lone Esc: what they hold must not be taken for keys. */
static int next(void)
{
    const int c = wgetch(stdscr);

    if (c == PASTE_START || c == PASTE_END)
        term.pasting = c == PASTE_START;
    return c;
}

static enum part introduced(int c)
{
    switch (c) {
    case '[':
        return PART_CSI_FIRST;
    case 'O':
        return PART_ONE;
    case ']': /* control strings: titles, colour reports, ... */
    case 'P':
    case '_':
    case '^':
    case 'X':
        return PART_STRING;
    default:
        return PART_NONE;
    }
}

static enum part after(enum part part, int c)
{
    if (c == ERR || c > 0xFF)
        return PART_NONE;
    if (c == ESCAPE)
        return PART_ESCAPE;
    switch (part) {
    case PART_ESCAPE:
        return introduced(c);
    case PART_CSI_FIRST:
        if (c == '[') /* a function key of the Linux console */
            return PART_ONE;
        if (c == 'M') /* an old mouse report */
            return PART_THREE;
        return c >= 0x20 && c < 0x40 ? PART_CSI : PART_NONE;
    case PART_CSI:
        return c >= 0x20 && c < 0x40 ? PART_CSI : PART_NONE;
    case PART_STRING:
        return c == '\a' ? PART_NONE : PART_STRING;
    case PART_THREE:
        return PART_TWO;
    case PART_TWO:
        return PART_ONE;
    default:
        return PART_NONE;
    }
}

/* Reads on to the end of a sequence, or to a pause. One that is longer than any terminal sends is
   gone on with at the next key, so that signals are heard in between. */
static void skip(void)
{
    wtimeout(stdscr, ESCAPE_MS);
    for (int i = 0; i < SEQUENCE_MAX && term.part != PART_NONE; i++)
        term.part = after(term.part, next());
    nodelay(stdscr, TRUE);
}

/* Esc by itself is a key; with bytes right behind it, a sequence nobody defined: none of it is
 * text. */
static enum keypress_kind escape(void)
{
    const int c = next();

    if (c == ERR)
        return KEYPRESS_BACK;
    term.part = after(PART_ESCAPE, c);
    skip();
    return KEYPRESS_OTHER;
}

static enum keypress_kind control(int c)
{
    switch (c) {
    case '\r':
    case '\n':
        return KEYPRESS_ENTER;
    case '\t':
        return KEYPRESS_TAB;
    case '\b':
    case 0x7F:
        return KEYPRESS_DELETE;
    case ESCAPE:
        return escape();
    default:
        return KEYPRESS_OTHER;
    }
}

/* In a paste, keys mean nothing and a newline sends nothing; CR LF is one newline. */
static struct keypress pasted(int c)
{
    const bool second = term.carriage && c == '\n';

    term.carriage = c == '\r';
    if (c == '\t')
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = ' ', .pasted = true};
    if ((c == '\r' || c == '\n') && !second)
        return (struct keypress){.kind = KEYPRESS_TAB, .pasted = true};
    if (c == ESCAPE)
        escape();
    return (struct keypress){.kind = KEYPRESS_OTHER};
}

/* Keys that curses has a name for. */
static enum keypress_kind special(int c)
{
    static const struct {
        int code;
        enum keypress_kind kind;
    } kinds[] = {
        {KEY_ENTER, KEYPRESS_ENTER},   {KEY_BACKSPACE, KEYPRESS_DELETE},
        {KEY_UP, KEYPRESS_UP},         {KEY_DOWN, KEYPRESS_DOWN},
        {KEY_LEFT, KEYPRESS_LEFT},     {KEY_RIGHT, KEYPRESS_RIGHT},
        {KEY_PPAGE, KEYPRESS_PAGE_UP}, {KEY_NPAGE, KEYPRESS_PAGE_DOWN},
        {KEY_HOME, KEYPRESS_HOME},     {KEY_END, KEYPRESS_END},
        {KEY_RESIZE, KEYPRESS_RESIZE}, {KEY_F(1), KEYPRESS_HELP},
        {KEY_F(2), KEYPRESS_HIDE},     {KEY_F(3), KEYPRESS_SHOW},
        {KEY_F(4), KEYPRESS_LAYOUT},   {KEY_F(5), KEYPRESS_LAYER},
        {KEY_F(6), KEYPRESS_UNDO},     {KEY_F(7), KEYPRESS_SAY},
        {KEY_F(8), KEYPRESS_SLOWER},   {KEYPAD + '\r', KEYPRESS_ENTER},
        {KEYPAD + '-', KEYPRESS_BACK}, {KEYPAD + '/', KEYPRESS_HELP},
        {KEYPAD + '*', KEYPRESS_HIDE}, {KEYPAD + '.', KEYPRESS_SHOW},
        {KEYPAD + ',', KEYPRESS_SHOW}, {KEYPAD + '+', KEYPRESS_SAY},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].code == c)
            return kinds[i].kind;
    return KEYPRESS_OTHER;
}

/* Makes a press of what curses read. False while a character is still incomplete. */
static bool understand(int c, struct keypress *key)
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
            *key = (struct keypress){
                .kind = KEYPRESS_CHAR, .ch = (uint32_t)ch, .pasted = term.pasting};
        return true;
    }
    term.decoder = (struct utf8){0};
    if (term.pasting)
        *key = pasted(c);
    else if (c <= 0xFF)
        key->kind = control(c);
    else if (c >= KEYPAD + '0' && c <= KEYPAD + '9')
        *key =
            (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)(c - KEYPAD), .keypad = true};
    else
        *key = (struct keypress){.kind = special(c), .keypad = c > KEYPAD && c < KEYPAD + 0x7F};
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

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A press is handed out. waited: it came while we waited for it; else it lay there already, and
   nobody knows since when. */
static struct keypress handed_out(struct keypress key, bool waited)
{
    const int64_t now = now_ms();

    if (key.kind == KEYPRESS_RESIZE)
        return key;
    key.too_fast = !term.quiet && (!waited || now - term.last < KEYPRESS_TOO_FAST_MS);
    key.caps = key.kind == KEYPRESS_CHAR && !key.pasted && term.leds && caps_lock();
    term.quiet = false;
    term.last = now;
    return key;
}

/* Takes what lies there. False when nothing does, or not all of a character. */
static bool take(struct keypress *key, bool *empty)
{
    int c = ERR;

    *empty = false;
    *key = (struct keypress){.kind = KEYPRESS_OTHER};
    if (term.part != PART_NONE) {
        skip();
        return true;
    }
    c = next();
    *empty = c == ERR;
    return c != ERR && understand(c, key);
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
        if (take(&key, &empty))
            return handed_out(key, came);
        if (!empty) {
            waited = WAITED_SIGNAL;
            continue;
        }
        /* Input was announced, but there is none: the terminal is at its end. */
        if (waited == WAITED_INPUT)
            return (struct keypress){.kind = KEYPRESS_GONE};
        waited = wait_input(limit_seconds);
        came = waited == WAITED_INPUT;
        if (waited == WAITED_GONE)
            return (struct keypress){.kind = KEYPRESS_GONE};
        if (waited == WAITED_NOTHING) {
            term.quiet = true;
            return (struct keypress){.kind = KEYPRESS_IDLE};
        }
    }
}

/* Read to its end rather than flushed: half a sequence must not come in as text later. */
void term_drop(void)
{
    struct keypress key = {.kind = KEYPRESS_OTHER};
    bool empty = false;

    for (int i = 0; i < DROP_MAX && !empty; i++)
        if (take(&key, &empty))
            handed_out(key, false);
    if (!empty)
        flushinp();
    term.decoder = (struct utf8){0};
}
