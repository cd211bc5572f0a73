/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does what the kernel counts of the kiosk's service tell what a visitor did? One kiosk in control
   groups of its own is visited by five kinds of people, whose keys and seconds are drawn from one
   distribution: half of them press ten times as many keys, and who writes then writes much. After
   each visit are read: the most memory, faults, reads of blocks, time of the processor. For each
   two kinds: can a classifier tell them apart? All numbers of faults have to lie closer together
   than one growth of a heap. The files of the board, which have to be on a disk (TMPDIR), are not
   in memory when a visit begins, and nothing of them is when it ends.

   SANDYQ_SESSIONS  how many visits (60); fewer than 30 tell nothing
   SANDYQ_SEED      of what is drawn */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "device/state.h"
#include "tests/apart/learn.h"
#include "tests/counted/group.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"

enum kind { WRITER, READER, SEEKER, WANDERER, LEAVER, KINDS };

static const char *const kind_names[KINDS] = {"wrote", "read", "wrong number", "library",
                                              "walked away"};

enum {
    SESSIONS = 60,
    SESSIONS_LEAST = 30,
    FAULTS_SPREAD = 28, /* a heap that grows is 32 at once */
    KEYS_MIN = 70,
    KEYS_MORE = 1000,
    KEYS_RANGE = 20,
    SECONDS_MIN = 16,
    SECONDS_RANGE = 6,
    SECONDS_REST = 8,  /* for what comes behind the text */
    IDLE_SECONDS = 10, /* the least that the kiosk takes */
    PAUSE_MS = 40,
    PAUSE_RANGE_MS = 120,
    BOARD_FILES = 8
};

#define LANGUAGES "Choose a language"
#define MENU      "What do you want to do?"
#define GOODBYE   "Goodbye"

struct visit {
    enum kind kind;
    double numbers[GROUP_COUNTS];
};

static struct kiosk_process kiosk;
static char code[CODE_LEN];
static uint32_t drawn;
static int keys_left;    /* that the visitor still presses */
static double visit_end; /* when the visitor leaves */

static uint32_t draw(uint32_t below)
{
    drawn ^= drawn << 13;
    drawn ^= drawn >> 17;
    drawn ^= drawn << 5;
    return (drawn >> 8) % below;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the files of the board --- */

struct board_file {
    int fd;
    size_t len;
    void *map; /* of which nothing is touched */
};

static struct board_file board[BOARD_FILES];
static size_t board_files;

static void open_board(void)
{
    const char *dir = folder_path(kiosk.dir, STATE_BOARD);
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *path = folder_path(dir, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        assert_true(board_files < BOARD_FILES);
        struct board_file *file = &board[board_files++];
        file->len = (size_t)folder_size(path);
        file->fd = open(path, O_RDONLY | O_CLOEXEC);
        file->map = mmap(NULL, file->len, PROT_READ, MAP_SHARED, file->fd, 0);
        assert_true(file->fd >= 0 && file->map != MAP_FAILED && fsync(file->fd) == 0);
    }
    closedir(folder);
    assert_true(board_files > 0);
}

static void forget_board(void)
{
    for (size_t i = 0; i < board_files; i++)
        assert_int_equal(posix_fadvise(board[i].fd, 0, 0, POSIX_FADV_DONTNEED), 0);
}

/* How many of its pages are in memory. */
static size_t board_pages(void)
{
    static unsigned char in[1 << 16];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t sum = 0;
    for (size_t i = 0; i < board_files; i++) {
        const size_t pages = (board[i].len + page - 1) / page;
        assert_true(pages <= sizeof in);
        assert_int_equal(mincore(board[i].map, board[i].len, in), 0);
        for (size_t k = 0; k < pages; k++)
            sum += in[k] & 1;
    }
    return sum;
}

/* --- a visitor --- */

static void press(const char *keys, const char *text)
{
    pty_pass(kiosk.pty, PAUSE_MS + (int)draw(PAUSE_RANGE_MS));
    keys_left -= (int)strlen(keys);
    kiosk_go(&kiosk, keys, text);
}

/* Presses keys that mean nothing, until so many are left and so many seconds. */
static void stand(int keys, double seconds)
{
    while (keys_left > keys || now() < visit_end - seconds) {
        const double rest = visit_end - seconds - now();
        const int more = keys_left - keys;
        const double pause = more > 0 ? rest / more : rest;
        pty_pass(kiosk.pty, pause > 0.02 ? (int)(pause * 1000 * (0.5 + draw(100) / 100.0)) : 20);
        if (keys_left > keys)
            pty_type(kiosk.pty, "x");
        keys_left -= keys_left > keys;
    }
}

static void write_letter(void)
{
    press("1112\r0\r2", "your own words");
    pty_type(kiosk.pty, "They hit me.");
    if (keys_left > KEYS_MORE / 2) /* writes much */
        stand(KEYS_MIN, SECONDS_REST);
    press("\r", "Is this right?");
    press("1", "do you want a PIN?");
    press("\r", KIOSK_STORED);
    stand(2, 0);
    press("0", "Wipe the number and leave?");
    press("\r", GOODBYE);
}

static void look_up(const char *number, const char *text)
{
    press("2", "Your number");
    press(number, "Your number");
    press("\r", "Your PIN");
    press("\r", text);
    stand(2, 0);
    press("\r", MENU);
    press("7", GOODBYE);
}

static void visit(enum kind kind)
{
    keys_left = (int)draw(2) * KEYS_MORE + KEYS_MIN + (int)draw(KEYS_RANGE);
    visit_end = now() + SECONDS_MIN + draw(SECONDS_RANGE);
    press("3", MENU);
    forget_board();
    assert_int_equal(board_pages(), 0);
    switch (kind) {
    case WRITER:
        write_letter();
        break;
    case READER:
        look_up(code, "We come on Tuesday");
        break;
    case SEEKER:
        look_up(FAKE_SESSION_UNKNOWN, "There is nothing to read yet");
        break;
    case WANDERER:
        press("3", "My rights");
        press("1", "read   Esc");
        stand(3, 0);
        press("\033", "My rights");
        press("\033", MENU);
        press("7", GOODBYE);
        break;
    default:
        press("1112\r0\r2", "your own words");
        stand(0, IDLE_SECONDS);
        break;
    }
    assert_int_equal(board_pages(), 0);
    kiosk_wait(&kiosk, LANGUAGES);
    assert_true(board_pages() > 0); /* as the next session needs it */
}

/* --- what can be told --- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_kind(const struct visit *visits, size_t n, enum kind kind)
{
    print_message("%-13s", kind_names[kind]);
    for (int i = 0; i < GROUP_COUNTS; i++) {
        double values[SESSIONS * 10];
        size_t count = 0;
        for (size_t k = 0; k < n; k++)
            if (visits[k].kind == kind)
                values[count++] = visits[k].numbers[i];
        qsort(values, count, sizeof *values, by_size);
        print_message("  %.0f (%.0f-%.0f)", values[count / 2], values[0], values[count - 1]);
    }
    print_message("\n");
}

/* The chance that guessing tells the two kinds apart as well. */
static struct learn_result tell(const struct visit *visits, size_t n, enum kind one,
                                enum kind other)
{
    double x[SESSIONS * 10 * GROUP_COUNTS];
    bool filing[SESSIONS * 10];
    size_t round[SESSIONS * 10], count = 0;
    for (size_t k = 0; k < n; k++)
        if (visits[k].kind == one || visits[k].kind == other) {
            memcpy(x + count * GROUP_COUNTS, visits[k].numbers, sizeof visits[k].numbers);
            filing[count] = visits[k].kind == one;
            round[count++] = k / (2 * KINDS);
        }
    struct learn_data data = {
        .x = x, .filing = filing, .round = round, .count = count, .width = GROUP_COUNTS};
    return learn(&data, 1);
}

/* Between the visit with the fewest faults and that with the most. */
static double faults_spread(const struct visit *visits, size_t n)
{
    double least = visits[0].numbers[GROUP_FAULTS], most = least;
    for (size_t i = 1; i < n; i++) {
        const double faults = visits[i].numbers[GROUP_FAULTS];
        least = faults < least ? faults : least;
        most = faults > most ? faults : most;
    }
    return most - least;
}

static void report(const struct visit *visits, size_t n)
{
    enum { PAIRS = KINDS * (KINDS - 1) / 2 };
    unsigned told = 0;
    print_message("median (least-most) of:");
    for (int i = 0; i < GROUP_COUNTS; i++)
        print_message(" %s%s", group_names[i], i + 1 < GROUP_COUNTS ? "," : "\n");
    for (int kind = 0; kind < KINDS; kind++)
        print_kind(visits, n, (enum kind)kind);
    for (int one = 0; one < KINDS; one++)
        for (int other = one + 1; other < KINDS; other++) {
            const struct learn_result result = tell(visits, n, (enum kind)one, (enum kind)other);
            if (result.p < 0.05 / PAIRS)
                print_message("TOLD APART: %s, %s: %.0f%%, p = %.2g\n", kind_names[one],
                              kind_names[other], 100 * result.accuracy, result.p);
            told += result.p < 0.05 / PAIRS;
        }
    print_message(
        "counted: %zu visits of %d kinds, %u of %d pairs told apart, faults within %.0f\n", n,
        KINDS, told, PAIRS, faults_spread(visits, n));
    assert_int_equal(told, 0);
    assert_true(faults_spread(visits, n) <= FAULTS_SPREAD);
}

/* --- all of it --- */

static void play(void **state)
{
    static const char *const more[] = {"--idle", "10", NULL};
    const char *sessions = getenv("SANDYQ_SESSIONS"), *seed = getenv("SANDYQ_SEED");
    const size_t wanted = sessions != NULL ? (size_t)strtoul(sessions, NULL, 10) : SESSIONS;
    const size_t n = wanted < SESSIONS * 10 ? wanted : SESSIONS * 10;
    assert_true(n >= SESSIONS_LEAST);
    struct visit *visits = calloc(n, sizeof *visits);
    double none[GROUP_COUNTS];
    assert_non_null(visits);
    if (!group_enter())
        skip();
    drawn = (seed != NULL ? (uint32_t)strtoul(seed, NULL, 10) : 1) * 2654435761U | 1;
    kiosk_make(&kiosk);
    code_new(code);
    kiosk_board(&kiosk.office, code, &kiosk.dir, 1);
    kiosk_start_as(&kiosk, more, 24, 64);
    assert_true(group_leave()); /* what the visitor does is not counted */
    kiosk_wait(&kiosk, LANGUAGES);
    open_board();
    visit(WANDERER); /* the first one finds nothing in memory */
    (void)pty_rest(kiosk.pty);
    group_read(pty_process(kiosk.pty), none);
    assert_true(none[GROUP_PEAK] > 0 && none[GROUP_FAULTS] > 0 && none[GROUP_READS] > 0 &&
                none[GROUP_CPU] > 0);
    for (size_t i = 0; i < n; i++) {
        /* Each round has two of each kind, in an order that is drawn. */
        if (i % (2 * KINDS) == 0)
            for (size_t k = i; k < n && k < i + 2 * KINDS; k++)
                visits[k].kind = (enum kind)(k % KINDS);
        const size_t left =
            (i / (2 * KINDS) + 1) * 2 * KINDS < n ? 2 * KINDS - i % (2 * KINDS) : n - i;
        const size_t other = i + draw((uint32_t)left);
        const enum kind kind = visits[other].kind;
        visits[other].kind = visits[i].kind;
        visits[i].kind = kind;
        visit(kind);
        (void)pty_rest(kiosk.pty);
        group_read(pty_process(kiosk.pty), visits[i].numbers);
    }
    (void)kiosk_end(&kiosk);
    kiosk_free(&kiosk);
    group_remove();
    report(visits, n);
    free(visits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(play)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
