/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the world sees of a confined part: its limits, its capabilities, its user, and no core. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/kd.h>
#include <poll.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "device/state.h"
#include "sandbox/sandbox.h"
#include "sandbox/user.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/sandbox_test.h"

/* --- what the world sees of a session --- */

static void read_line_of(pid_t pid, const char *file, const char *name, char value[64])
{
    char path[64], line[256];
    FILE *stream = NULL;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    stream = fopen(path, "r");
    assert_non_null(stream);
    value[0] = '\0';
    while (value[0] == '\0' && fgets(line, sizeof line, stream) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            (void)sscanf(line + strlen(name), "%63s", value);
    fclose(stream);
}

static void assert_line(pid_t pid, const char *file, const char *name, const char *want)
{
    char value[64];

    read_line_of(pid, file, name, value);
    if (strcmp(value, want) != 0)
        fail_msg("%s is %s, not %s", name, value, want);
}

enum { LOCKING = 1 << CAP_IPC_LOCK };

static unsigned long long capabilities_of(pid_t pid, const char *set)
{
    char value[64];

    read_line_of(pid, "status", set, value);
    return strtoull(value, NULL, 16);
}

static void test_limits_of_a_session(void **state)
{
    char ready = 0, locked[64];
    struct pollfd other = {.fd = -1};
    int others[2];
    pid_t pid;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sandbox_pair), 0);
    assert_int_equal(pipe(others), 0);
    assert_int_equal(dup2(others[1], KEPT_TOO + 10), KEPT_TOO + 10);
    close(others[1]);
    other.fd = others[0];
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(sandbox_pair[0], KEPT);
        dup2(sandbox_pair[0], KEPT_TOO);
        if (sandbox_session(sandbox_kept, 2) == 0)
            (void)!write(KEPT, "r", 1);
        poll(NULL, 0, -1);
        _exit(0);
    }
    assert_int_equal(read(sandbox_pair[1], &ready, 1), 1);
    close(KEPT_TOO + 10);
    assert_int_equal(poll(&other, 1, 0), 1); /* nor does the session hold that end any more */
    assert_int_equal(other.revents, POLLHUP);
    close(others[0]);
    assert_line(pid, "status", "NoNewPrivs:", "1");
    assert_line(pid, "status", "Seccomp:", "2");
    assert_int_equal(capabilities_of(pid, "CapEff:") & ~LOCKING, 0);
    assert_int_equal(capabilities_of(pid, "CapPrm:") & ~LOCKING, 0);
    assert_int_equal(capabilities_of(pid, "CapInh:"), 0);
    assert_line(pid, "limits", "Max core file size", "0");
    assert_line(pid, "limits", "Max file size", "0");
    assert_line(pid, "limits", "Max processes", "0");
    assert_line(pid, "limits", "Max open files", "7");
    read_line_of(pid, "status", "VmLck:", locked);
#ifndef __SANITIZE_ADDRESS__
    if ((capabilities_of(getpid(), "CapEff:") & LOCKING) != 0) /* all of it */
        assert_true(atoi(locked) > 1000);
#endif
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(sandbox_pair[0]);
    close(sandbox_pair[1]);
}

/* Of a folder that is root's the keeper stays root, but one that may do no more than its owner. */
static void test_keeper_has_no_capabilities(void **state)
{
    char ready = 0;
    int end[2];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(end), 0);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (sandbox_keeper(sandbox_state) == 0)
            (void)!write(end[1], "r", 1);
        poll(NULL, 0, -1);
        _exit(0);
    }
    close(end[1]);
    assert_int_equal(read(end[0], &ready, 1), 1);
    assert_int_equal(capabilities_of(pid, "CapEff:"), 0);
    assert_int_equal(capabilities_of(pid, "CapPrm:"), 0);
    assert_int_equal(capabilities_of(pid, "CapInh:"), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(end[0]);
}

/* --- users --- */

static bool is_nobody(void)
{
    gid_t group;

    return getuid() == NOBODY && geteuid() == NOBODY && getgid() == NOBODY && getegid() == NOBODY &&
           setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 && setgroups(0, NULL) != 0 &&
           (getgroups(0, NULL) == 0 || (getgroups(1, &group) == 1 && group == NOBODY));
}

static void assert_true_in_child(bool (*check)(void))
{
    const pid_t pid = fork();

    if (pid == 0) {
        const gid_t before[] = {0, 6}; /* that of disks */

        _exit(setgroups(2, before) == 0 && check() ? DONE : BROKEN);
    }
    assert_int_equal(sandbox_test_outcome(pid), DONE);
}

static bool owner_is_taken(void)
{
    return user_become_owner(sandbox_state) == 0 && is_nobody();
}

static bool root_stays(void)
{
    return user_become_owner(sandbox_media) == 0 && user_become_owner("/nowhere") == 0 &&
           geteuid() == 0;
}

static bool user_is_taken(void)
{
    return user_become_named("nobody") == 0 && is_nobody() && user_become_named("nobody") != 0 &&
           user_become_owner("/") == 0 && is_nobody();
}

static bool nobody_becomes_root(void)
{
    return user_become_named("root") != 0 && user_become_named("no such user") != 0 &&
           geteuid() == 0;
}

static void test_users(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(sandbox_state, NOBODY, 0), 0);
    assert_true_in_child(owner_is_taken);
    assert_true_in_child(root_stays);
    assert_true_in_child(user_is_taken);
    assert_true_in_child(nobody_becomes_root);
    assert_int_equal(chown(sandbox_state, 0, 0), 0);
}

static void give_to(const char *folder, uid_t owner)
{
    struct dirent *entry = NULL;
    DIR *all = opendir(folder);

    assert_non_null(all);
    while ((entry = readdir(all)) != NULL)
        if (strcmp(entry->d_name, "..") != 0)
            assert_int_equal(fchownat(dirfd(all), entry->d_name, owner, owner, 0), 0);
    closedir(all);
}

/* A kernel that takes no filter, once this one is in. */
static void take_filters_away(void)
{
    const struct scmp_arg_cmp set[] = {SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0);
    seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, set);
    seccomp_load(filter);
    seccomp_release(filter);
}

static int exchange(bool filters)
{
    int status = -1;
    const pid_t pid = fork();

    if (pid == 0) {
        if (!filters)
            take_filters_away();
        execl(kiosk_program("sandyq-courier"), "sandyq-courier", "exchange", "--state",
              sandbox_state, "--media", sandbox_media, NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Started as root the courier is the kiosk's user: what it writes is that user's, and where that
   user may not write it does not, whatever root might. */
static void test_courier_of_the_owner(void **state)
{
    char kiosk[CARD_KIOSK_TEXT_LEN], request[PATH_MAX + CARD_KIOSK_TEXT_LEN + 10];
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(secret_start(), ERROR_NONE);
    assert_int_equal(enroll_kiosk(sandbox_state, 1, kiosk), ERROR_NONE);
    snprintf(request, sizeof request, "%s/%s.request", sandbox_media, kiosk);
    give_to(sandbox_state, NOBODY);
    assert_int_equal(chmod(sandbox_dir, 0711), 0);
    assert_int_equal(exchange(true), 1);
    assert_int_equal(lstat(request, &st), -1);
    give_to(sandbox_media, NOBODY);
    assert_int_equal(exchange(false), 1); /* not unconfined */
    assert_int_equal(lstat(request, &st), -1);
    assert_int_equal(exchange(true), 0);
    assert_int_equal(lstat(request, &st), 0);
    assert_int_equal(st.st_uid, NOBODY);
    assert_int_equal(st.st_gid, NOBODY);
}

/* An ordinary user's process that could dump its core, unless it is confined. */
static pid_t start_open(bool confined)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    if (geteuid() == 0 && setuid(NOBODY) != 0)
        _exit(1);
    signal(SIGSYS, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 1);
    dup2(sandbox_pair[0], KEPT);
    if (confined && sandbox_session(sandbox_kept, 1) != 0)
        _exit(NOT_CONFINED);
    /* Ready: now it waits for the signal that a forbidden call would give it. */
    (void)!write(KEPT, "r", 1);
    for (;;)
        poll(NULL, 0, -1);
}

/* The limit as /proc has it: prlimit(2) is not for everybody. */
static void read_core_limit(pid_t pid, char limit[32])
{
    char path[64], line[256];
    FILE *file = NULL;

    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    file = fopen(path, "r");
    assert_non_null(file);
    limit[0] = '\0';
    while (limit[0] == '\0' && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "Max core file size %31s", limit);
    fclose(file);
}

/* Waits until it is ready; then looks whose /proc says it is (root's, when nobody may look into
   it), at its limit of cores, and whether it leaves one. */
static void assert_core(bool confined, uid_t owner)
{
    char path[64], limit[32], ready = 0;
    struct stat st;
    int status = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sandbox_pair), 0);
    pid_t pid = start_open(confined);
    assert_true(pid > 0);
    close(sandbox_pair[0]);
    assert_int_equal(read(sandbox_pair[1], &ready, 1), 1);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, owner);
    read_core_limit(pid, limit);
    if (confined)
        assert_string_equal(limit, "0");
    kill(pid, SIGSYS);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    if (confined)
        assert_false(WCOREDUMP(status));
    else if (!WCOREDUMP(status))
        print_message("this machine writes no core here\n");
    close(sandbox_pair[1]);
}

/* A session leaves no core, and no other process of its user may look into it. What is not confined
   shows that the look can tell. */
static void test_no_core(void **state)
{
    const uid_t user = geteuid() == 0 ? NOBODY : geteuid();
    struct rlimit limit;
    char *here = folder_make();

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(chmod(here, 0777), 0);
    assert_int_equal(chdir(here), 0);
    assert_core(false, user);
    assert_core(true, 0);
    assert_int_equal(chdir("/"), 0);
    folder_remove(&here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_of_a_session),
        cmocka_unit_test(test_keeper_has_no_capabilities),
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_courier_of_the_owner),
        cmocka_unit_test(test_no_core),
    };

    return cmocka_run_group_tests(tests, sandbox_test_setup, sandbox_test_teardown);
}
