/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pseudo-terminal of the tests: openpty, libvterm, and /proc to know when nothing more will
 * come. */
#include "tests/pty.h"

#include <dirent.h>
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "tui/keypress.h"

enum {
    SETTLE_SECONDS = 60,
    PIECE = 512,
    QUIET_MS = 40,
    DROPPED_MS = 2000,
    BARRIER_MAX = 32,
    COLOURS = 16
};

struct pty {
    int master;
    int slave; /* our own: for the output barrier and to ask how much input waits */
    char device[64];
    pid_t pid;
    bool ended;
    int status;
    VTerm *vterm;
    VTermScreen *screen;
    pid_t reader;         /* last process seen reading the terminal */
    pid_t typed_to;       /* the reader when the last bytes were typed */
    uint64_t read_target; /* what its count of bytes read must reach */
    unsigned barriers;
    VTermColor palette[COLOURS]; /* as it was at first */
    char tail[BARRIER_MAX];      /* last bytes that came out, to find a barrier across two reads */
    size_t tail_len;
    void (*tap)(void *context, const char *bytes, size_t len);
    void *tap_context;
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the processes, as /proc tells --- */

static ssize_t proc_read(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return -1;
    n = read(fd, out, size - 1);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n;
}

/* State letter and parent of a process; '\0' when it is gone. */
static char proc_state(pid_t pid, pid_t *parent)
{
    char text[512], state = '\0';
    const char *end;
    int ppid = 0;

    if (proc_read(pid, "stat", text, sizeof text) <= 0 || (end = strrchr(text, ')')) == NULL)
        return '\0';
    if (sscanf(end + 1, " %c %d", &state, &ppid) != 2)
        return '\0';
    if (parent != NULL)
        *parent = (pid_t)ppid;
    return state;
}

static uint64_t proc_field(pid_t pid, const char *file, const char *name)
{
    char text[2048];
    const char *at;

    if (proc_read(pid, file, text, sizeof text) <= 0 || (at = strstr(text, name)) == NULL)
        return 0;
    return strtoull(at + strlen(name), NULL, 10);
}

static bool is_descendant(pid_t pid, pid_t of)
{
    for (int depth = 0; pid > 1 && depth < 8; depth++) {
        if (pid == of)
            return true;
        if (proc_state(pid, &pid) == '\0')
            return false;
    }
    return false;
}

/* Kernels that do not list children: every process is asked for its ancestors. */
static size_t family_by_search(pid_t of, pid_t *out, size_t max)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    size_t n = 0;

    if (dir == NULL)
        return 0;
    while (n < max && (entry = readdir(dir)) != NULL) {
        pid_t pid = (pid_t)atoi(entry->d_name);

        if (pid > 1 && is_descendant(pid, of))
            out[n++] = pid;
    }
    closedir(dir);
    return n;
}

/* The process started and all below it; returns how many. */
static size_t family(pid_t of, pid_t *out, size_t max)
{
    size_t n = 0;

    if (proc_state(of, NULL) == '\0')
        return 0;
    out[n++] = of;
    for (size_t i = 0; i < n; i++) {
        char name[64], text[1024], *at = text, *end = NULL;

        snprintf(name, sizeof name, "task/%d/children", (int)out[i]);
        if (proc_read(out[i], name, text, sizeof text) < 0) {
            if (i == 0)
                return family_by_search(of, out, max);
            continue;
        }
        for (long pid = strtol(at, &end, 10); end != at && n < max; pid = strtol(at, &end, 10)) {
            out[n++] = (pid_t)pid;
            at = end;
        }
    }
    return n;
}

static bool fd_is_terminal(const struct pty *pty, pid_t pid, int fd)
{
    char path[64], target[128];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    n = readlink(path, target, sizeof target - 1);
    if (n <= 0)
        return false;
    target[n] = '\0';
    return strcmp(target, pty->device) == 0 || strcmp(target, "/dev/tty") == 0;
}

static bool copy_from(pid_t pid, unsigned long address, void *out, size_t len)
{
    struct iovec local = {out, len};
    struct iovec remote = {(void *)address, len}; /* NOLINT: an address in the other process */

    return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}

static bool polls_terminal(const struct pty *pty, pid_t pid, unsigned long fds, unsigned long n)
{
    struct pollfd polled;

    for (unsigned long i = 0; i < n && i < 8; i++) {
        if (!copy_from(pid, fds + i * sizeof polled, &polled, sizeof polled))
            return false;
        if (fd_is_terminal(pty, pid, polled.fd))
            return true;
    }
    return false;
}

/* Is the process inside a system call that waits for this terminal, and not just for an instant? */
static bool waits_for_terminal(const struct pty *pty, pid_t pid)
{
    char text[256];
    unsigned long a, b, c;
    struct timespec limit;
    long call;

    if (proc_read(pid, "syscall", text, sizeof text) <= 0 ||
        sscanf(text, "%ld 0x%lx 0x%lx 0x%lx", &call, &a, &b, &c) != 4)
        return false;
    if (call == SYS_read)
        return fd_is_terminal(pty, pid, (int)a);
    if (call == SYS_ppoll) {
        if (c != 0 && (!copy_from(pid, c, &limit, sizeof limit) || limit.tv_sec < 1))
            return false;
        return polls_terminal(pty, pid, a, b);
    }
#ifdef SYS_poll
    if (call == SYS_poll || call == SYS_restart_syscall)
        return ((int)c < 0 || (int)c >= 1000) && polls_terminal(pty, pid, a, b);
#endif
    return false;
}

/* One look at the family: who reads the terminal, and a sum that changes when any of them ran. */
struct look {
    pid_t reader;
    bool idle;   /* the reader waits for input */
    bool hidden; /* /proc does not tell; then idle means that all of them sleep */
    uint64_t switches;
};

static bool look_at(const struct pty *pty, pid_t pid, struct look *look)
{
    char text[64];

    if (!waits_for_terminal(pty, pid)) {
        if (proc_read(pid, "syscall", text, sizeof text) < 0 &&
            strchr("ZX", proc_state(pid, NULL)) == NULL)
            look->hidden = true;
        return false;
    }
    look->switches = proc_field(pid, "status", "\nvoluntary_ctxt_switches:");
    look->reader = pid;
    look->idle = proc_state(pid, NULL) == 'S' && waits_for_terminal(pty, pid);
    return true;
}

static struct look look_around(const struct pty *pty)
{
    struct look look = {0};
    pid_t pids[64];
    size_t n;

    if (pty->reader != 0 && look_at(pty, pty->reader, &look))
        return look;
    look = (struct look){0};
    n = family(pty->pid, pids, sizeof pids / sizeof pids[0]);
    for (size_t i = 0; i < n; i++)
        if (look_at(pty, pids[i], &look))
            return look;
    if (!look.hidden)
        return look;
    look.idle = n > 0;
    for (size_t i = 0; i < n; i++) {
        char state = proc_state(pids[i], NULL);

        look.idle = look.idle && (state == 'S' || state == 'Z');
        look.reader = pids[i] > look.reader ? pids[i] : look.reader;
        look.switches += proc_field(pids[i], "status", "\nvoluntary_ctxt_switches:");
    }
    return look;
}

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
        for (int i = 0; i < COLOURS && bytes < end && *bytes == 'R'; i++)
            vterm_state_set_palette_color(state, i, &pty->palette[i]);
    }
}

/* Feeds the screen; true when the barrier has come by in these bytes. */
static bool take_bytes(struct pty *pty, const char *bytes, size_t len, const char *barrier)
{
    char seam[BARRIER_MAX + 4096];
    bool seen;

    if (pty->tap != NULL)
        pty->tap(pty->tap_context, bytes, len);
    vterm_input_write(pty->vterm, bytes, len);
    memcpy(seam, pty->tail, pty->tail_len);
    memcpy(seam + pty->tail_len, bytes, len);
    len += pty->tail_len;
    follow_palette(pty, seam, len);
    seen = barrier != NULL && memmem(seam, len, barrier, strlen(barrier)) != NULL;
    pty->tail_len = len < BARRIER_MAX ? len : BARRIER_MAX;
    memcpy(pty->tail, seam + len - pty->tail_len, pty->tail_len);
    return seen;
}

/* Takes what has come out of the terminal, waiting up to wait_ms for something. */
static bool pump(struct pty *pty, int wait_ms, const char *barrier)
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
static bool pass_barrier(struct pty *pty)
{
    char barrier[BARRIER_MAX];
    int64_t deadline = now_ms() + 5000;
    int len = snprintf(barrier, sizeof barrier, "\033]777;%u\a", ++pty->barriers);

    if (write(pty->slave, barrier, (size_t)len) != len)
        return false;
    while (!pump(pty, 100, barrier))
        if (now_ms() > deadline)
            return false;
    return true;
}

static int input_waiting(const struct pty *pty)
{
    int n = 0;

    return ioctl(pty->slave, FIONREAD, &n) == 0 ? n : 0;
}

/* Has the reader taken all that was typed? Bytes pass through a kernel worker on their way, so an
   empty queue alone does not say so; but the reader's own count does. */
static bool input_taken(struct pty *pty, const struct look *look, int64_t started)
{
    uint64_t count;

    if (input_waiting(pty) > 0)
        return false;
    if (look->hidden || look->reader != pty->typed_to)
        return true;
    count = proc_field(look->reader, "io", "rchar:");
    /* A reader that flushed its input never counts it: idle for so long means that this is the
     * case. */
    if (now_ms() > started + DROPPED_MS)
        pty->read_target = count;
    return count >= pty->read_target;
}

static bool has_ended(struct pty *pty)
{
    int status;

    if (pty->ended)
        return true;
    if (waitpid(pty->pid, &status, WNOHANG) != pty->pid)
        return false;
    pty->ended = true;
    pty->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

/* Without /proc's word, quiet of the whole family must last a while. */
static bool stays_quiet(struct pty *pty, const struct look *before)
{
    int64_t until = now_ms() + QUIET_MS;

    while (now_ms() < until) {
        struct look look;

        pump(pty, 5, NULL);
        look = look_around(pty);
        if (!look.idle || look.reader != before->reader || look.switches != before->switches)
            return false;
    }
    return true;
}

static bool is_settled(struct pty *pty, int64_t started)
{
    struct look before = look_around(pty), after;

    pty->reader = before.hidden ? 0 : before.reader;
    if (!before.idle)
        return false;
    if (!input_taken(pty, &before, started))
        return false;
    if (!pass_barrier(pty) || (before.hidden && !stays_quiet(pty, &before)))
        return false;
    after = look_around(pty);
    return after.idle && after.reader == before.reader && after.switches == before.switches &&
           input_waiting(pty) == 0;
}

enum pty_state pty_settle(struct pty *pty)
{
    int64_t started = now_ms();

    while (now_ms() < started + SETTLE_SECONDS * 1000) {
        pump(pty, 0, NULL);
        if (has_ended(pty)) {
            pass_barrier(pty);
            return PTY_ENDED;
        }
        if (is_settled(pty, started))
            return PTY_IDLE;
        pump(pty, 1, NULL);
    }
    return PTY_STUCK;
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
    for (int i = 0; i < COLOURS; i++)
        vterm_state_get_palette_color(vterm_obtain_state(pty->vterm), i, &pty->palette[i]);
    return pty;
}

/* Returns 0 in the child. Without a process the test program ends: the number -1 would later mean all that there are. */
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
    if (!has_ended(p)) {
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
    int64_t deadline = now_ms() + (int64_t)seconds * 1000;

    while (!has_ended(pty)) {
        if (now_ms() > deadline)
            return -1;
        if (pty->master >= 0)
            pump(pty, 5, NULL);
        else
            poll(NULL, 0, 5);
    }
    if (pty->master >= 0)
        pass_barrier(pty);
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
    uint64_t count = reader == 0 ? 0 : proc_field(reader, "io", "rchar:");

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
    int64_t deadline = now_ms() + SETTLE_SECONDS * 1000;

    expect(pty, len);
    while (len > 0 && now_ms() < deadline) {
        ssize_t n = write(pty->master, at, len);

        if (n < 0 && errno != EAGAIN)
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
        pump(pty, n > 0 ? 0 : 1, NULL);
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
    const int64_t until = now_ms() + KEYPRESS_TOO_FAST_MS + 5;

    while (state == PTY_IDLE && now_ms() < until)
        pump(pty, (int)(until - now_ms()), NULL);
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

bool pty_wait_text(struct pty *pty, const char *needle, int seconds)
{
    int64_t started = now_ms();

    for (;;) {
        pump(pty, 0, NULL);
        if (has_ended(pty)) {
            pass_barrier(pty);
            return pty_shows(pty, needle);
        }
        if (is_settled(pty, started) && pty_shows(pty, needle))
            return true;
        if (now_ms() > started + (int64_t)seconds * 1000)
            return false;
        pump(pty, 2, NULL);
    }
}

bool pty_watch(struct pty *pty, const char *needle, int ms)
{
    int64_t until = now_ms() + ms;

    do {
        pump(pty, 1, NULL);
        if (pty_shows(pty, needle))
            return true;
    } while (now_ms() < until && !has_ended(pty));
    return false;
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

    pump(pty, 0, NULL);
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

pid_t pty_reader(struct pty *pty)
{
    struct look look;

    if (pty->ended)
        return 0;
    look = look_around(pty);
    if (!look.hidden)
        pty->reader = look.reader;
    return look.hidden && look.reader == pty->pid ? 0 : look.reader;
}

pid_t pty_grandchild(const struct pty *pty)
{
    pid_t pids[64], newest = 0, parent, grandparent;
    size_t n = family(pty->pid, pids, sizeof pids / sizeof pids[0]);

    for (size_t i = 0; i < n; i++) {
        char state = proc_state(pids[i], &parent);

        if (state != '\0' && state != 'Z' && proc_state(parent, &grandparent) != '\0' &&
            grandparent == pty->pid)
            newest = pids[i];
    }
    return newest;
}
