/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pseudo-terminal of the tests: openpty and libvterm. */
#include "tests/lib/pty.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "tests/lib/process.h"
#include "tests/lib/pty_inside.h"
#include "tui/keypress.h"

enum { PIECE = 512 };

/* --- bytes --- */

/* One colour of the Linux console's palette: n rrggbb, in hexadecimal digits. */
static void set_colour(VTermState *state, const char *digits)
{
    const char index[] = {digits[0], '\0'},
               value[] = {digits[1], digits[2], digits[3], digits[4], digits[5], digits[6], '\0'};
    const unsigned long rgb = strtoul(value, NULL, 16);
    VTermColor colour;

    vterm_color_rgb(&colour, (uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb);
    vterm_state_set_palette_color(state, (int)strtoul(index, NULL, 16), &colour);
}

/* ESC ] P sets one colour and ESC ] R all of them back, which libvterm does not know. */
static void follow_palette(struct pty *pty, const char *bytes, size_t len)
{
    VTermState *state = vterm_obtain_state(pty->vterm);
    const char *const end = bytes + len;

    while ((bytes = memmem(bytes, (size_t)(end - bytes), "\033]", 2)) != NULL) {
        bytes += 2;
        if (end - bytes >= 8 && *bytes == 'P')
            set_colour(state, bytes + 1);
        for (int i = 0; i < PTY_COLOURS && bytes < end && *bytes == 'R'; i++)
            vterm_state_set_palette_color(state, i, &pty->palette[i]);
    }
}

/* Feeds the screen; true when the barrier has come by in these bytes. */
static bool take_bytes(struct pty *pty, const char *bytes, size_t len, const char *barrier)
{
    char seam[PTY_BARRIER_MAX + 4096];
    bool seen;

    if (pty->tap != NULL)
        pty->tap(pty->tap_context, bytes, len);
    vterm_input_write(pty->vterm, bytes, len);
    memcpy(seam, pty->tail, pty->tail_len);
    memcpy(seam + pty->tail_len, bytes, len);
    len += pty->tail_len;
    follow_palette(pty, seam, len);
    seen = barrier != NULL && memmem(seam, len, barrier, strlen(barrier)) != NULL;
    pty->tail_len = len < PTY_BARRIER_MAX ? len : PTY_BARRIER_MAX;
    memcpy(pty->tail, seam + len - pty->tail_len, pty->tail_len);
    return seen;
}

/* Takes what has come out of the terminal, waiting up to wait_ms for something. */
bool pty_pump(struct pty *pty, int wait_ms, const char *barrier)
{
    struct pollfd polled = {.fd = pty->master, .events = POLLIN};
    char bytes[4096];
    bool seen = false;
    ssize_t n;

    if (pty->master < 0 || poll(&polled, 1, wait_ms) <= 0)
        return false;
    while ((n = read(pty->master, bytes, sizeof bytes)) > 0)
        seen = take_bytes(pty, bytes, (size_t)n, barrier) || seen;
    return seen;
}

/* Everything written to the terminal so far has come out when a mark written now comes out. */
bool pty_pass_barrier(struct pty *pty)
{
    char barrier[PTY_BARRIER_MAX];
    int64_t deadline = pty_now_ms() + 5000;
    int len = snprintf(barrier, sizeof barrier, "\033]777;%u\a", ++pty->barriers);

    if (write(pty->slave, barrier, (size_t)len) != len)
        return false;
    while (!pty_pump(pty, 100, barrier))
        if (pty_now_ms() > deadline)
            return false;
    return true;
}

/* --- starting and ending --- */

static void drop_reply(const char *bytes, size_t len, void *user)
{
    (void)bytes;
    (void)len;
    (void)user;
}

/* Whoever started the tests may ignore some, as nohup(1) does, and a program inherits that. */
static void take_no_ignored_signals(void)
{
    struct sigaction action;

    for (int number = 1; number < SIGRTMIN; number++)
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            signal(number, SIG_DFL);
}

static void run_child(const struct pty *pty, const char *const *argv, const char *const *env)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    take_no_ignored_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    login_tty(open(pty->device, O_RDWR));
    closefrom(3);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    for (; env != NULL && *env != NULL; env++) {
        char *name = strdup(*env);

        if (strchr(name, '=') != NULL)
            putenv(name);
        else
            unsetenv(name);
    }
    if (argv == NULL)
        return;
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    perror(argv[0]);
    _exit(127);
}

static struct pty *open_pty(int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    struct pty *pty = calloc(1, sizeof *pty);

    if (pty == NULL || openpty(&pty->master, &pty->slave, pty->device, NULL, &size) != 0) {
        free(pty);
        return NULL;
    }
    fcntl(pty->master, F_SETFL, O_NONBLOCK);
    fcntl(pty->master, F_SETFD, FD_CLOEXEC);
    fcntl(pty->slave, F_SETFD, FD_CLOEXEC);
    pty->vterm = vterm_new(rows, cols);
    vterm_set_utf8(pty->vterm, 1);
    vterm_output_set_callback(pty->vterm, drop_reply, NULL);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    for (int i = 0; i < PTY_COLOURS; i++)
        vterm_state_get_palette_color(vterm_obtain_state(pty->vterm), i, &pty->palette[i]);
    return pty;
}

/* Returns 0 in the child. Without a process the test program ends: the number -1 would later
   mean all that there are. */
static pid_t fork_or_end(void)
{
    const pid_t pid = fork();

    if (pid < 0)
        abort();
    return pid;
}

struct pty *pty_start(int rows, int cols, const char *const *argv, const char *const *env)
{
    struct pty *pty = open_pty(rows, cols);

    if (pty == NULL)
        return NULL;
    fflush(NULL);
    if ((pty->pid = fork_or_end()) == 0)
        run_child(pty, argv, env);
    return pty;
}

struct pty *pty_start_function(int rows, int cols, int (*run)(void *context), void *context)
{
    struct pty *pty = open_pty(rows, cols);

    if (pty == NULL)
        return NULL;
    fflush(NULL);
    if ((pty->pid = fork_or_end()) == 0) {
        run_child(pty, NULL, NULL);
        _exit(run(context));
    }
    return pty;
}

void pty_stop(struct pty **pty)
{
    struct pty *p = *pty;

    if (p == NULL)
        return;
    if (!pty_has_ended(p)) {
        kill(-p->pid, SIGKILL);
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    } else {
        kill(-p->pid, SIGKILL); /* the group lives on while an orphan is in it */
    }
    pty_hang_up(p);
    vterm_free(p->vterm);
    free(p);
    *pty = NULL;
}

void pty_hang_up(struct pty *pty)
{
    if (pty->master < 0)
        return;
    close(pty->slave);
    close(pty->master);
    pty->slave = pty->master = -1;
}

int pty_wait_exit(struct pty *pty, int seconds)
{
    int64_t deadline = pty_now_ms() + (int64_t)seconds * 1000;

    while (!pty_has_ended(pty)) {
        if (pty_now_ms() > deadline)
            return -1;
        if (pty->master >= 0)
            pty_pump(pty, 5, NULL);
        else
            poll(NULL, 0, 5);
    }
    if (pty->master >= 0)
        pty_pass_barrier(pty);
    return pty->status;
}

/* --- typing --- */

/* How much of the bytes goes in one piece: never through a character or a key's escape sequence. */
static size_t piece_len(const unsigned char *bytes, size_t len)
{
    size_t n = len < PIECE ? len : PIECE;

    if (n == len)
        return n;
    for (size_t i = 0; i < 8; i++)
        if (bytes[n - 1 - i] == 0x1b)
            return n - 1 - i;
    while ((bytes[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* Notes that so many bytes more are for the reader to take. */
static void expect(struct pty *pty, size_t n)
{
    pid_t reader = pty_reader(pty);
    uint64_t count = reader == 0 ? 0 : process_number(reader, "io", "rchar:");

    if (reader == 0 || reader != pty->typed_to || count > pty->read_target)
        pty->read_target = count;
    pty->typed_to = reader;
    pty->read_target += n;
}

void pty_type_bytes(struct pty *pty, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;

    while (len > 0) {
        size_t n = piece_len(at, len);

        expect(pty, n);
        if (write(pty->master, at, n) != (ssize_t)n)
            return;
        at += n;
        len -= n;
        if (len > 0 && pty_settle(pty) != PTY_IDLE)
            return;
    }
}

bool pty_pour(struct pty *pty, const void *bytes, size_t len)
{
    const char *at = bytes;
    int64_t deadline = pty_now_ms() + PTY_SETTLE_SECONDS * 1000;

    expect(pty, len);
    while (len > 0 && pty_now_ms() < deadline) {
        ssize_t n = write(pty->master, at, len);

        if (n < 0 && errno != EAGAIN)
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
        pty_pump(pty, n > 0 ? 0 : 1, NULL);
    }
    return len == 0;
}

void pty_type(struct pty *pty, const char *text)
{
    pty_type_bytes(pty, text, strlen(text));
}

void pty_tap(struct pty *pty, void (*tap)(void *context, const char *bytes, size_t len),
             void *context)
{
    pty->tap = tap;
    pty->tap_context = context;
}

enum pty_state pty_rest(struct pty *pty)
{
    const enum pty_state state = pty_settle(pty);
    const int64_t until = pty_now_ms() + KEYPRESS_TOO_FAST_MS + 5;

    while (state == PTY_IDLE && pty_now_ms() < until)
        pty_pump(pty, (int)(until - pty_now_ms()), NULL);
    return state;
}

/* --- looking --- */

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static size_t put_row(struct pty *pty, int row, int cols, char *out)
{
    VTermScreenCell cell;
    size_t n = 0, end = 0;

    for (int col = 0; col < cols; col++) {
        vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell);
        if (cell.chars[0] == (uint32_t)-1)
            continue;
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && (i == 0 || cell.chars[i] != 0); i++)
            n += put_utf8(out + n, cell.chars[i] == 0 ? ' ' : cell.chars[i]);
        if (cell.chars[0] != 0 && cell.chars[0] != ' ')
            end = n;
    }
    out[end] = '\n';
    return end + 1;
}

char *pty_text(struct pty *pty)
{
    int rows, cols;
    size_t n = 0;
    char *out;

    pty_size(pty, &rows, &cols);
    out = malloc((size_t)rows * ((size_t)cols * VTERM_MAX_CHARS_PER_CELL * 4 + 1) + 1);
    if (out == NULL)
        abort();
    for (int row = 0; row < rows; row++)
        n += put_row(pty, row, cols, out + n);
    out[n] = '\0';
    return out;
}

bool pty_shows(struct pty *pty, const char *needle)
{
    char *text = pty_text(pty);
    bool found = strstr(text, needle) != NULL;

    free(text);
    return found;
}

static bool watch(struct pty *pty, const char *needle, int ms)
{
    int64_t until = pty_now_ms() + ms;

    do {
        pty_pump(pty, 1, NULL);
        if (needle != NULL && pty_shows(pty, needle))
            return true;
    } while (pty_now_ms() < until && !pty_has_ended(pty));
    return false;
}

void pty_pass(struct pty *pty, int ms)
{
    (void)watch(pty, NULL, ms);
}

bool pty_watch(struct pty *pty, const char *needle, int ms)
{
    assert(strchr(needle, '\n') == NULL); /* it stands between any two lines */
    return watch(pty, needle, ms);
}

struct pty_cell pty_cell(struct pty *pty, int row, int col)
{
    struct pty_cell out = {.ch = ' '};
    VTermScreenCell cell;
    VTermColor ink, paper;

    vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell);
    ink = cell.attrs.reverse ? cell.bg : cell.fg;
    paper = cell.attrs.reverse ? cell.fg : cell.bg;
    vterm_screen_convert_color_to_rgb(pty->screen, &ink);
    vterm_screen_convert_color_to_rgb(pty->screen, &paper);
    if (cell.chars[0] == (uint32_t)-1)
        out.ch = 0;
    else if (cell.chars[0] != 0)
        out.ch = cell.chars[0];
    out.ink = (uint32_t)ink.rgb.red << 16 | (uint32_t)ink.rgb.green << 8 | ink.rgb.blue;
    out.paper = (uint32_t)paper.rgb.red << 16 | (uint32_t)paper.rgb.green << 8 | paper.rgb.blue;
    out.bold = cell.attrs.bold;
    return out;
}

void pty_size(struct pty *pty, int *rows, int *cols)
{
    vterm_get_size(pty->vterm, rows, cols);
}

void pty_resize(struct pty *pty, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

    pty_pump(pty, 0, NULL);
    vterm_set_size(pty->vterm, rows, cols);
    ioctl(pty->master, TIOCSWINSZ, &size);
}

const char *pty_device(const struct pty *pty)
{
    return pty->device;
}

pid_t pty_process(const struct pty *pty)
{
    return pty->pid;
}
