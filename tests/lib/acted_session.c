/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that is acted: it does what its deed says, in the place of the real one. */
#include "tests/lib/acted_session.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/keeper.h"
#include "kiosk/mailbox.h"
#include "kiosk/printer.h"
#include "kiosk/spawn.h"
#include "kiosk/speech.h"
#include "sandbox/sandbox.h"
#include "session/session.h"

static struct mailbox *mailbox;

static void tell(const char *what, int number)
{
    char line[64];
    int n = snprintf(line, sizeof line, "%s %d\r\n", what, number);

    (void)!write(STDOUT_FILENO, line, (size_t)n);
}

static void wait_for_key(void)
{
    char key;

    (void)!read(STDIN_FILENO, &key, 1);
}

static void print_slip(char filling)
{
    static uint8_t slip[ACTED_SESSION_SLIP];

    memset(slip, filling, sizeof slip);
    tell("word", printer_slip(BRIEF_PRINTER, slip, sizeof slip));
}

static int store(void)
{
    static uint8_t envelope[ENVELOPE_LEN];
    int word;

    memset(envelope, ACTED_SESSION_ENVELOPE, sizeof envelope);
    word = mailbox_store(mailbox, BRIEF_SOCKET, envelope);
    tell("stored", word == 0);
    return word == 0 ? SESSION_STORED : SESSION_FAILED;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void begin(int number)
{
    const uint8_t begun = BRIEF_BEGUN;

    (void)number;
    (void)!write(BRIEF_SOCKET, &begun, sizeof begun);
}

static int play(const char *deed, uint64_t number)
{
    const struct itimerval offer = {.it_value.tv_usec = ACTED_SESSION_OFFER_US};

    if (deed[0] == 'o') { /* offers its envelope first, and says later that somebody is there */
        setitimer(ITIMER_REAL, &offer, NULL);
        return store();
    }
    begin(0);
    for (; *deed != '\0'; deed++) {
        if (*deed == 'k')
            wait_for_key();
        else if (*deed == 'p')
            print_slip((char)('A' + number % 26));
        else if (*deed == 's')
            speech_say(BRIEF_SPEECH, "ru", 1, "Здравствуйте", strlen("Здравствуйте"));
    }
    return store();
}

int acted_session_run(void)
{
    static const int kept[] = {BRIEF_SOCKET, BRIEF_PRINTER, BRIEF_SPEECH};
    const char *deed = getenv(ACTED_SESSION_DEED);
    struct brief brief;
    sigset_t none;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    mailbox = mailbox_join(BRIEF_MAILBOX);
    if (recv(BRIEF_SOCKET, &brief, sizeof brief, MSG_WAITALL) != sizeof brief)
        return SESSION_NOBODY;
    tell("closed", brief.closed);
    tell("printer", brief.has_printer * 2 + is_open(BRIEF_PRINTER));
    tell("speaker", brief.has_speech * 2 + is_open(BRIEF_SPEECH));
    tell("idle", brief.config.idle);
    tell("process", getpid());
    if (brief.closed) {
        wait_for_key();
        return SESSION_NOBODY;
    }
    if (deed[0] == 'o')
        signal(SIGALRM, begin);
    if (sandbox_session(kept, 3) != 0)
        return SPAWN_NOT_CONFINED;
    tell("visit", (int)brief.number);
    return play(deed, brief.number);
}

int acted_session_end(int end)
{
    const uint8_t word = (uint8_t)end;

    (void)!write(BRIEF_SOCKET, &word, sizeof word);
    return end;
}
