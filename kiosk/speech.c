/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts in one direction; the speech program is started anew for each. */
#include "kiosk/speech.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

/* One text as it goes over the socket. */
struct message {
    uint8_t voice; /* index of voices[] */
    uint8_t pace;
    char text[SESSION_SPEECH_MAX];
};

enum { MESSAGE_HEAD = offsetof(struct message, text), PIPE_BYTES = 4096 };

static const struct {
    const char *language;
    const char *name; /* that the speech program knows */
} voices[] = {{"kk", "kk"}, {"ru", "ru"}, {"en", "en-gb"}};

static const char *const words_a_minute[SESSION_PACES] = {"160", "130", "100", "80"};

enum { VOICES = sizeof voices / sizeof voices[0] };

struct speech {
    const char *program;
    pid_t pid;  /* of the speech program, 0 for none */
    int pipe;   /* to it, -1 when all is written */
    size_t len; /* of the text */
    size_t at;  /* how much of it is written */
    struct message message;
};

static volatile sig_atomic_t stop;

static void on_stop(int number)
{
    (void)number;
    stop = 1;
}

/* How many bytes of the text fit into a message without cutting a character. */
static size_t cut(const char *text, size_t len)
{
    if (len <= SESSION_SPEECH_MAX)
        return len;
    len = SESSION_SPEECH_MAX;
    while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    return len;
}

void speech_say(int socket, const char *language, int pace, const char *text, size_t len)
{
    struct pollfd ready = {.fd = socket, .events = POLLOUT};
    struct message message = {0};
    if (pace > 0)
        message.pace = (uint8_t)(pace < SESSION_PACES ? pace : SESSION_PACES - 1);
    while (message.voice < VOICES && strcmp(language, voices[message.voice].language) != 0)
        message.voice++;
    len = cut(text, len);
    if (len > 0)
        memcpy(message.text, text, len);
    /* A socket that is ready takes a whole message at once, however long. */
    if (poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT)
        (void)!write(socket, &message, MESSAGE_HEAD + len);
    explicit_bzero(&message, sizeof message);
}

/* Nothing of what is said may reach a disk. A limit of 1 byte, unlike 0, also stops the kernel from
   piping a core to a program. */
static void leave_no_core(void)
{
    const struct rlimit least = {1, 1};
    setrlimit(RLIMIT_CORE, &least);
    prctl(PR_SET_DUMPABLE, 0);
}

/* SIGTERM is let through only while waiting, so that none is missed; *waiting is the mask for
   it. */
static void take_signals(sigset_t *waiting)
{
    static const int ignored[] = {SIGPIPE, SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t set;
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_DFL; /* if ignored, no child could be waited for */
    sigaction(SIGCHLD, &action, NULL);
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        sigaction(ignored[i], &action, NULL);
    sigemptyset(waiting);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

/* Signals as a program expects them, but a write beyond RLIMIT_FSIZE fails instead of killing
   it. */
static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t set;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &action, NULL);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

/* Becomes the speech program, with input as its standard input. */
static _Noreturn void become_program(const struct speech *speech, int input, pid_t parent)
{
    const char *argv[] = {speech->program,
                          "-v",
                          voices[speech->message.voice].name,
                          "-s",
                          words_a_minute[speech->message.pace],
                          "--stdin",
                          NULL};
    const char *environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL};
    const struct rlimit no_file = {0, 0};
    const int null = open("/dev/null", O_RDWR);

    setpgid(0, 0);
    reset_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || null < 0 || chdir("/") != 0 || dup2(input, 0) < 0 ||
        dup2(null, 1) < 0 || dup2(null, 2) < 0 || close_range(3, ~0U, 0) != 0 ||
        setrlimit(RLIMIT_FSIZE, &no_file) != 0)
        _exit(1);
    execve(speech->program, (char *const *)(void *)argv, (char *const *)(void *)environment);
    _exit(1);
}

static void close_pipe(struct speech *speech)
{
    if (speech->pipe >= 0)
        close(speech->pipe);
    speech->pipe = -1;
}

/* The speech program has all of the text, or will get no more of it. */
static void finish_text(struct speech *speech)
{
    close_pipe(speech);
    explicit_bzero(speech->message.text, sizeof speech->message.text);
}

/* Ends the speech program with all that it started. It is gone when this returns, so the next one
   finds the sound card free. */
static void cut_off(struct speech *speech)
{
    close_pipe(speech);
    if (speech->pid > 0) {
        kill(-speech->pid, SIGKILL);
        while (waitpid(speech->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    speech->pid = 0;
}

/* Returns 0, or -1 when no pipe or process could be had. */
static int start_program(struct speech *speech)
{
    const pid_t parent = getpid();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    /* Keep little of the text in the kernel; if this fails, a larger pipe serves as well. */
    fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    speech->pid = fork();
    if (speech->pid == 0)
        become_program(speech, ends[0], parent);
    close(ends[0]);
    speech->pipe = ends[1];
    if (speech->pid < 0)
        return -1;
    setpgid(speech->pid, speech->pid); /* the child does the same: either may be first */
    return 0;
}

static void feed_program(struct speech *speech)
{
    const ssize_t n =
        write(speech->pipe, speech->message.text + speech->at, speech->len - speech->at);
    if (n > 0)
        speech->at += (size_t)n;
    if (speech->at == speech->len || (n < 0 && errno != EAGAIN && errno != EINTR))
        finish_text(speech);
}

/* Reads all messages that wait; only the last text counts. Returns false at the end of the
   socket. */
static bool take_messages(struct speech *speech, int socket)
{
    ssize_t got = -1;
    ssize_t last = -1;
    while ((got = recv(socket, &speech->message, sizeof speech->message, MSG_DONTWAIT)) > 0) {
        cut_off(speech);
        last = got;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        return false;
    if (last < 0)
        return true;
    speech->at = 0;
    speech->len = last > MESSAGE_HEAD ? (size_t)last - MESSAGE_HEAD : 0;
    if (speech->len == 0 || speech->message.voice >= VOICES ||
        speech->message.pace >= SESSION_PACES || start_program(speech) != 0)
        finish_text(speech);
    return true;
}

int speech_run(int socket, const char *program)
{
    struct speech speech = {.program = program, .pipe = -1};
    struct pollfd polls[2] = {{.fd = socket, .events = POLLIN}, {.events = POLLOUT}};
    bool serving = true;
    sigset_t waiting;
    leave_no_core();
    if (sandbox_speech(program) != 0)
        return 1;
    take_signals(&waiting);
    while (serving && !stop) {
        polls[1].fd = speech.pipe;
        polls[1].revents = 0;
        if (ppoll(polls, 2, NULL, &waiting) < 0)
            serving = errno == EINTR;
        else if (polls[0].revents != 0)
            serving = take_messages(&speech, socket);
        else if (polls[1].revents != 0 && speech.pipe >= 0) /* gcc: poll passes over one of -1 */
            feed_program(&speech);
    }
    cut_off(&speech);
    explicit_bzero(&speech, sizeof speech);
    return 0;
}
