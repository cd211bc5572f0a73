/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file that knows libseccomp. */
#include "sandbox/filter.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/kd.h>
#include <seccomp.h>

/* No rule compares more arguments than this. */
enum { TESTS_MAX = 3 };

/* What every process does that computes, waits and ends. */
static const char *const plain[] = {
    "poll",         "ppoll",     "close",         "munmap",          "brk",   "rt_sigprocmask",
    "rt_sigreturn", "getrandom", "clock_gettime", "gettimeofday",    "futex", "getpid",
    "getrusage",    "alarm",     "setitimer",     "restart_syscall", "exit",  "exit_group",
};

/* The C library asks for these to save memory or time, and does without. */
static const char *const spared[] = {"mremap", "madvise"};

#ifdef __SANITIZE_ADDRESS__
/* And what the sanitizer does beside us. */
static const char *const sanitizer[] = {
    "sigaltstack",
    "rt_sigaction",
    "sched_yield",
    "gettid",
};

/* At its end it would look for leaks with a thread that traces us. */
static bool confined;

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return confined;
}
#endif

static uint32_t action_of(int action)
{
    return action == FILTER_ALLOW  ? SCMP_ACT_ALLOW
           : action == FILTER_KILL ? SCMP_ACT_KILL_PROCESS
                                   : SCMP_ACT_ERRNO((uint32_t)action);
}

struct filter filter_begin(int otherwise)
{
    struct filter filter = {.rules = seccomp_init(action_of(otherwise))};

    /* A call of another architecture is in no list. */
    filter.failed = filter.rules == NULL || seccomp_attr_set(filter.rules, SCMP_FLTATR_ACT_BADARCH,
                                                             SCMP_ACT_KILL_PROCESS) != 0;
    return filter;
}

void filter_add(struct filter *filter, int action, const char *call,
                const struct filter_test *tests, size_t count)
{
    struct scmp_arg_cmp arguments[TESTS_MAX];
    const int number = seccomp_syscall_resolve_name(call);

    filter->failed = filter->failed || number == __NR_SCMP_ERROR || count > TESTS_MAX;
    if (filter->failed)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct filter_test *test = &tests[i];
        arguments[i] = test->differs
                           ? SCMP_CMP(test->argument, SCMP_CMP_NE, test->value)
                           : SCMP_CMP(test->argument, SCMP_CMP_MASKED_EQ, test->mask, test->value);
    }
    filter->failed = seccomp_rule_add_array(filter->rules, action_of(action), number,
                                            (unsigned)count, arguments) != 0;
}

void filter_add_all(struct filter *filter, int action, const char *const *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        filter_add(filter, action, calls[i], NULL, 0);
}

void filter_allow(struct filter *filter, const char *call, const struct filter_test *tests,
                  size_t count)
{
    filter_add(filter, FILTER_ALLOW, call, tests, count);
}

void filter_allow_all(struct filter *filter, const char *const *calls, size_t count)
{
    filter_add_all(filter, FILTER_ALLOW, calls, count);
}

void filter_allow_plain(struct filter *filter, int spared_calls)
{
    filter_allow_all(filter, plain, FILTER_COUNT(plain));
    filter_add_all(filter, spared_calls, spared, FILTER_COUNT(spared));
    filter_allow_sanitizer(filter);
}

void filter_allow_sanitizer(struct filter *filter)
{
#ifdef __SANITIZE_ADDRESS__
    filter_allow_all(filter, sanitizer, FILTER_COUNT(sanitizer));
#else
    (void)filter;
#endif
}

void filter_allow_on(struct filter *filter, const char *call, int fd)
{
    const struct filter_test on[] = {FILTER_INT(0, fd)};

    filter_allow(filter, call, on, FILTER_COUNT(on));
}

void filter_allow_requests(struct filter *filter, int fd, const unsigned *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct filter_test request[] = {FILTER_INT(0, fd), FILTER_INT(1, requests[i])};
        filter_allow(filter, "ioctl", request, FILTER_COUNT(request));
    }
}

void filter_allow_terminal(struct filter *filter, int fd)
{
    static const unsigned requests[] = {
        TCGETS, TCSETS, TCSETSW, TCSETSF, TCFLSH, TIOCGWINSZ, KDGKBLED,
    };

    filter_allow_requests(filter, fd, requests, FILTER_COUNT(requests));
    /* Stopped output goes on: stopping it and letting it go, but not sending a stop character. */
    for (int action = TCOOFF; action <= TCOON; action++) {
        const struct filter_test flow[] = {
            FILTER_INT(0, fd),
            FILTER_INT(1, TCXONC),
            FILTER_INT(2, action),
        };
        filter_allow(filter, "ioctl", flow, FILTER_COUNT(flow));
    }
}

int filter_enforce(struct filter *filter)
{
    const int result = !filter->failed && seccomp_load(filter->rules) == 0 ? 0 : -1;

#ifdef __SANITIZE_ADDRESS__
    confined = result == 0;
#endif
    if (filter->rules != NULL)
        seccomp_release(filter->rules);
    filter->rules = NULL;
    return result;
}
