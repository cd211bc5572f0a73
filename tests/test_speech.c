/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The speaker's process with speech programs of a few lines, which report what they were given,
   and show that they are alive by holding a connection. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "kiosk/speech.h"
#include "tests/lib/folder.h"
#include "tests/lib/speech_program.h"

enum { PATIENCE_MS = 60000, END = 4 /* behind each report */ };

/* Holds the connection, and waits as long as the test does. */
#define LIVE                                                                                       \
    "socket(A, AF_UNIX, SOCK_STREAM, 0);\n"                                                        \
    "my $alive = getpeername(S); $alive = (unpack_sockaddr_un($alive))[0]; "                       \
    "$alive =~ s/said$/alive/;\n"                                                                  \
    "connect(A, pack_sockaddr_un($alive)) or exit 1;\n"                                            \
    "sub wait_for_ever { sysread(A, my $x, 1) while 1 }\n"

/* Speaks for ever, once it has been told all. */
static const char talker[] = LIVE "report(hear() . \"\\004\");\n"
                                  "wait_for_ever();\n";
/* Tells what it got besides the text. */
static const char gossip[] =
    "sub slurp { open(my $f, '<', $_[0]); local $/; my $all = <$f>; $all }\n"
    "my $r = \"@ARGV\\n\" . hear() . \"\\n\";\n"
    "$r .= join(' ', split(/\\0/, slurp(\"/proc/$$/cmdline\"))) . \"\\n\";\n"
    "$r .= join(\"\\n\", sort(split(/\\0/, slurp(\"/proc/$$/environ\")))) . \"\\n\";\n"
    "my %f; $f{readlink($_) || ''} = 1 for glob(\"/proc/$$/fd/*\");\n"
    "$r .= join('', map { \"$_\\n\" } sort(grep { m(^/) && !m(^/proc/) } keys(%f)));\n"
    "$r .= \"$_\\n\" for grep { /NoNewPrivs|SigIgn|SigBlk/ } split(/\\n/, "
    "slurp(\"/proc/$$/status\"));\n"
    "$r .= \"$1\\n\" if slurp(\"/proc/$$/limits\") =~ /Max file size +(\\S+)/;\n"
    "$r .= readlink(\"/proc/$$/cwd\") . \"\\n\";\n"
    "report($r . \"\\004\");\n";
/* Takes nothing, and has a child. */
static const char deaf[] = LIVE "fork() == 0 and wait_for_ever();\n"
                                "report(\"deaf\\004\");\n"
                                "wait_for_ever();\n";
static const char dying[] = "report(\"ouch\\004\");\n"
                            "exit 1;\n";

enum { LIVES_MAX = 8 };

static char *dir;
static int said = -1, alive = -1, ends[2] = {-1, -1};
static int lives[LIVES_MAX]; /* connections of programs that were there, and may be */
static size_t lives_count;
static pid_t speaker;

static int listen_for_lives(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    return bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, LIVES_MAX) == 0
               ? fd
               : -1;
}

static int make(void **state)
{
    dir = folder_make();
    signal(SIGPIPE, SIG_IGN);
    said = speech_listen(folder_path(dir, "said"));
    alive = listen_for_lives(folder_path(dir, "alive"));
    return alive < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0;
}

static void hang_up(void)
{
    if (ends[0] >= 0)
        close(ends[0]);
    ends[0] = -1;
}

static int clean(void **state)
{
    hang_up();
    if (speaker > 0) {
        kill(speaker, SIGKILL);
        waitpid(speaker, NULL, 0);
    }
    speaker = 0;
    if (ends[1] >= 0)
        close(ends[1]);
    ends[1] = -1;
    close(said);
    close(alive);
    while (lives_count > 0)
        close(lives[--lives_count]);
    folder_remove(&dir);
    return 0;
}

static void write_program(const char *lines)
{
    speech_write(folder_path(dir, "program"), folder_path(dir, "said"), lines);
}

/* Starts the speaker's process with a program of these lines. */
static void start(const char *lines)
{
    write_program(lines);
    speaker = fork();
    if (speaker == 0) {
        hang_up();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(speech_run(ends[1], folder_path(dir, "program")));
    }
    assert_true(speaker > 0);
    close(ends[1]);
    ends[1] = -1;
}

static void say(const char *language, int pace, const char *text)
{
    speech_say(ends[0], language, pace, text, strlen(text));
}

/* What a speech program reports, up to its end. */
static void read_report(char *out, size_t size)
{
    struct pollfd ready = {.fd = said, .events = POLLIN};
    size_t at = 0;

    while (at == 0 || out[at - 1] != END) {
        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        const ssize_t n = read(said, out + at, size - at);

        assert_true(n > 0);
        at += (size_t)n;
    }
    out[at - 1] = '\0';
}

static void assert_report(const char *want)
{
    char got[SESSION_SPEECH_MAX + 2];

    read_report(got, sizeof got);
    assert_string_equal(got, want);
}

static void count_lives(void)
{
    int fd;

    while (lives_count < LIVES_MAX && (fd = accept4(alive, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        lives[lives_count++] = fd;
}

/* Waits until no process of a speech program is left. */
static void assert_silence(void)
{
    count_lives();
    assert_true(lives_count > 0);
    for (; lives_count > 0; lives_count--) {
        struct pollfd gone = {.fd = lives[lives_count - 1]};

        assert_int_equal(poll(&gone, 1, PATIENCE_MS), 1);
        assert_int_equal(gone.revents, POLLHUP);
        close(gone.fd);
    }
}

/* The last one speaks. */
static void assert_talking(void)
{
    struct pollfd gone;

    count_lives();
    assert_true(lives_count > 0);
    gone.fd = lives[lives_count - 1];
    gone.events = 0;
    assert_int_equal(poll(&gone, 1, 0), 0);
}

/* The speaker ends in order, and so it was there all the time. */
static void assert_end(void)
{
    int status = -1;

    hang_up();
    assert_int_equal(waitpid(speaker, &status, 0), speaker);
    speaker = 0;
    assert_int_equal(status, 0);
}

static void test_byte_for_byte(void **state)
{
    char text[SESSION_SPEECH_MAX + 1];

    start(talker);
    say("kk", 0, "Шағымыңыз қабылданды.\n1: Иә.\n");
    assert_report("Шағымыңыз қабылданды.\n1: Иә.\n");
    for (size_t i = 0; i < SESSION_SPEECH_MAX; i++)
        text[i] = (char)('a' + i * 7 % 26);
    text[SESSION_SPEECH_MAX] = '\0';
    say("ru", 0, text);
    assert_report(text);
    assert_end();
}

/* A text that is too long ends with a whole character. */
static void test_too_long(void **state)
{
    char text[SESSION_SPEECH_MAX + 4];

    memset(text, 'a', sizeof text);
    memcpy(text + SESSION_SPEECH_MAX - 1, "ә", 2);
    start(talker);
    speech_say(ends[0], "kk", 0, text, sizeof text);
    text[SESSION_SPEECH_MAX - 1] = '\0';
    assert_report(text);
    assert_end();
}

/* Signals 32 and 33 are the C library's own: no program can give them back, so whoever started
   this test decides. */
static unsigned long long ignored_by_others(void)
{
    unsigned long long ignored = 0;
    char line[128];
    FILE *status = fopen("/proc/self/status", "r");

    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "SigIgn: %llx", &ignored) == 1)
            break;
    fclose(status);
    return ignored & 0x180000000ULL;
}

/* The text goes in by standard input and nowhere else, and the program gets nothing of ours. */
static void test_what_the_program_gets(void **state)
{
    char want[1024];

    setenv("SECRET", "of ours", 1);
    start(gossip);
    unsetenv("SECRET");
    say("en", 2, "confidential");
    snprintf(want, sizeof want,
             "-v en-gb -s 100 --stdin\nconfidential\n"
             "/usr/bin/perl %s/program -v en-gb -s 100 --stdin\n"
             "LANG=C.UTF-8\nPATH=/usr/bin:/bin\n"
             "/dev/null\n"
             "SigBlk:\t0000000000000000\nSigIgn:\t%016llx\nNoNewPrivs:\t1\n"
             "0\n/\n",
             dir, 0x1000080ULL /* Perl ignores SIGFPE */ | ignored_by_others());
    assert_report(want);
    assert_end();
}

static void test_languages_and_paces(void **state)
{
    static const struct {
        const char *language;
        int pace;
        const char *want;
    } tries[] = {
        {"kk", 0, "-v kk -s 160 --stdin\n"},   {"ru", 1, "-v ru -s 130 --stdin\n"},
        {"en", 3, "-v en-gb -s 80 --stdin\n"}, {"kk", 1000, "-v kk -s 80 --stdin\n"},
        {"ru", -1, "-v ru -s 160 --stdin\n"},
    };

    start("report(\"@ARGV\\n\\004\");\n");
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        say(tries[i].language, tries[i].pace, "a");
        assert_report(tries[i].want);
    }
    assert_end();
}

static void test_new_text_cuts_off(void **state)
{
    start(talker);
    say("en", 0, "one");
    assert_report("one");
    assert_talking();
    say("en", 0, "two");
    assert_report("two");
    assert_talking();
    assert_end();
    assert_silence();
}

static void test_empty_text_cuts_off(void **state)
{
    start(talker);
    say("en", 0, "one");
    assert_report("one");
    assert_talking();
    say("en", 0, "");
    assert_silence();
    say("en", 0, "two");
    assert_report("two");
    assert_end();
}

/* A language nobody speaks is silence, not another language. */
static void test_unknown_language(void **state)
{
    start(talker);
    say("en", 0, "one");
    assert_report("one");
    say("de", 0, "zwei");
    assert_silence();
    say("en", 0, "two");
    assert_report("two");
    assert_end();
}

/* Of what waited only the last is said. */
static void test_only_the_last(void **state)
{
    say("en", 0, "one");
    say("en", 0, "two");
    say("en", 0, "three");
    start(talker);
    assert_report("three");
    assert_end();
}

/* A program that takes nothing is killed with its children by the next text. */
static void test_deaf_program(void **state)
{
    char text[SESSION_SPEECH_MAX];

    memset(text, 'x', sizeof text);
    start(deaf);
    speech_say(ends[0], "en", 0, text, sizeof text);
    assert_report("deaf");
    assert_talking();
    say("en", 0, "");
    assert_silence();
    speech_say(ends[0], "en", 0, text, sizeof text);
    assert_report("deaf");
    assert_end();
    assert_silence();
}

static void test_dying_program(void **state)
{
    char text[SESSION_SPEECH_MAX];

    memset(text, 'x', sizeof text);
    start(dying);
    for (int i = 0; i < 5; i++) {
        speech_say(ends[0], "en", 0, text, sizeof text);
        assert_report("ouch");
    }
    assert_end();
}

static void test_missing_program(void **state)
{
    char got[1024];

    start(talker);
    say("en", 0, "one");
    assert_report("one"); /* it is confined by now, and to which files is settled */
    assert_int_equal(unlink(folder_path(dir, "program")), 0);
    for (int i = 0; i < 20; i++)
        say("en", 0, "anybody?");
    write_program(talker);
    say("en", 0, "somebody");
    do
        read_report(got, sizeof got); /* it may have come in time for one of the twenty */
    while (strstr(got, "somebody") == NULL);
    assert_end();
}

static void test_asked_to_end(void **state)
{
    int status = -1;

    start(talker);
    say("en", 0, "one");
    assert_report("one");
    kill(speaker, SIGINT);
    kill(speaker, SIGHUP);
    say("en", 0, "two");
    assert_report("two");
    kill(speaker, SIGTERM);
    assert_int_equal(waitpid(speaker, &status, 0), speaker);
    speaker = 0;
    assert_int_equal(status, 0);
    assert_silence();
}

/* Even a speaker that is killed takes its program along. */
static void test_killed_speaker(void **state)
{
    start(LIVE "report(\"one\\004\");\nwait_for_ever();\n");
    say("en", 0, "one");
    assert_report("one");
    kill(speaker, SIGKILL);
    assert_int_equal(waitpid(speaker, NULL, 0), speaker);
    speaker = 0;
    assert_silence();
    for (int i = 0; i < 100; i++)
        say("en", 0, "nobody there");
}

/* A speaker that takes nothing holds nobody up, and what it takes later is whole. */
static void test_hanging_speaker(void **state)
{
    char text[SESSION_SPEECH_MAX];
    char got[SESSION_SPEECH_MAX + 64];
    ssize_t head = 0;
    int taken = 0;

    alarm(PATIENCE_MS / 1000); /* a wait would be for ever */
    for (int i = 0; i < 1000; i++) {
        memset(text, 'a' + i % 26, sizeof text);
        speech_say(ends[0], "en", 0, text, sizeof text);
    }
    alarm(0);
    say("en", 0, "");
    for (;; taken++) {
        const ssize_t n = recv(ends[1], got, sizeof got, MSG_DONTWAIT);
        if (n < (ssize_t)SESSION_SPEECH_MAX)
            break;
        head = n - SESSION_SPEECH_MAX;
        memset(text, 'a' + taken % 26, sizeof text);
        assert_memory_equal(got + head, text, sizeof text);
    }
    assert_in_range(taken, 1, 999);
    say("en", 0, "again");
    assert_int_equal(recv(ends[1], got, sizeof got, MSG_DONTWAIT), head + 5);
    assert_memory_equal(got + head, "again", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_byte_for_byte, make, clean),
        cmocka_unit_test_setup_teardown(test_too_long, make, clean),
        cmocka_unit_test_setup_teardown(test_what_the_program_gets, make, clean),
        cmocka_unit_test_setup_teardown(test_languages_and_paces, make, clean),
        cmocka_unit_test_setup_teardown(test_new_text_cuts_off, make, clean),
        cmocka_unit_test_setup_teardown(test_empty_text_cuts_off, make, clean),
        cmocka_unit_test_setup_teardown(test_unknown_language, make, clean),
        cmocka_unit_test_setup_teardown(test_only_the_last, make, clean),
        cmocka_unit_test_setup_teardown(test_deaf_program, make, clean),
        cmocka_unit_test_setup_teardown(test_dying_program, make, clean),
        cmocka_unit_test_setup_teardown(test_missing_program, make, clean),
        cmocka_unit_test_setup_teardown(test_asked_to_end, make, clean),
        cmocka_unit_test_setup_teardown(test_killed_speaker, make, clean),
        cmocka_unit_test_setup_teardown(test_hanging_speaker, make, clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
