/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing stays behind: canaries that were typed into the real kiosk or shown by it are looked
   for while a session goes on and after every ending of it. SANDYQ_LEAK=k/n takes every n-th
   place from the k-th on with all endings, and prints figures; without it, a few of them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/leak/scene.h"
#include "tests/lib/chance.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/process.h"

/* A sanitizer keeps freed memory as it was, and maps more than can be read. Without root a
   session is hidden. */
#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static bool can_look(void)
{
    return geteuid() == 0 && process_may_look() && !SANITIZED;
}

#define F2 "\033OQ"
#define F6 "\033[17~"

static struct scene scene;
static unsigned long after, outside; /* hits there must not be */

/* --- the search finds what is there --- */

enum { COPY = 4096, SECRET = 10 /* characters */ };

/* A child that keeps copies of a text in one form, in heap, stack and locked memory, until it is
   killed. */
static pid_t keep_copies(const char *text, int stride)
{
    const size_t len = strlen(text);
    int ends[2];
    char byte = 0;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    assert_true((pid = fork()) >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        char stack[COPY] = {0};
        char *heap = calloc(1, COPY);
        char *locked = mmap(NULL, COPY, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
        madvise(locked, COPY, MADV_DONTDUMP);
        const int file = memfd_create("copy", 0);

        for (size_t i = 0; i < len; i++)
            stack[i * (size_t)stride] = heap[i * (size_t)stride] = locked[i * (size_t)stride] =
                text[i];
        __asm__ volatile("" : : "r"(stack), "r"(locked) : "memory"); /* they are kept */
        (void)!write(file, heap, COPY);
        (void)!write(ends[1], &byte, 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Never a constant: the program's own file would hold it. */
static void make_secret(char out[SECRET + 1])
{
    for (int i = 0; i < SECRET; i++)
        out[i] = (char)('a' + (i * 7 + getpid() / (i + 1)) % 26);
    out[SECRET] = '\0';
}

static void assert_found(const struct probe *probe, unsigned places, int stride)
{
    for (size_t i = 0; i < probe->count; i++)
        if ((places & 1U << probe->hits[i].place) != 0 && probe->hits[i].stride == stride &&
            probe->hits[i].count >= SECRET - (stride == 1 ? NEEDLE_PIECE : NEEDLE_WIDE) + 1)
            return;
    fail_msg("a copy at stride %d was not found in %x", stride, places);
}

static void test_copies_are_found(void **state)
{
    static const int strides[] = {1, 2, 4, 8, 28, 32};
    struct probe probe = {0};
    struct needle *needle = NULL;
    char secret[SECRET + 1];

    (void)state;
    if (!can_look())
        skip();
    needle = needle_new();
    make_secret(secret);
    needle_add(needle, "secret", secret, NEEDLE_PIECE);
    probe.needle = needle;
    for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
        const pid_t pid = keep_copies(secret, strides[i]);
        pid_t family[4];

        assert_int_equal(probe_family(family, 4), 1);
        assert_int_equal(family[0], pid);
        probe_again(&probe);
        probe_process(&probe, pid);
        assert_found(&probe, 1U << PROBE_STACK, strides[i]);
        assert_found(&probe, 1U << PROBE_HEAP | 1U << PROBE_CELLS | 1U << PROBE_ANON, strides[i]);
        assert_found(&probe, 1U << PROBE_LOCKED, strides[i]);
        assert_found(&probe, 1U << PROBE_FILE, strides[i]);
        end_child(pid);
        probe_again(&probe);
        probe_process(&probe, pid);
        assert_int_equal(probe_sum(&probe, -1, -1, PROBE_EVERYWHERE), 0);
    }
    needle_free(&needle);
}

static void test_what_stood_there_before_is_no_hit(void **state)
{
    struct probe probe = {0};
    char secret[SECRET + 1];

    (void)state;
    if (!can_look())
        skip();
    make_secret(secret);
    struct needle *needle = needle_new();
    needle_add(needle, "secret", secret, NEEDLE_PIECE);
    probe.needle = needle;
    const pid_t pid = keep_copies(secret, 28);
    probe_process(&probe, pid);
    assert_found(&probe, 1U << PROBE_STACK, 28);
    probe_remember(&probe, pid);
    probe_again(&probe);
    probe_process(&probe, pid);
    const unsigned copies =
        1U << PROBE_STACK | 1U << PROBE_CELLS | 1U << PROBE_LOCKED | 1U << PROBE_FILE;
    assert_int_equal(probe_sum(&probe, -1, -1, copies), 0);
    end_child(pid);
    secret[0] = secret[0] == 'a' ? 'b' : 'a';
    needle_clear(needle);
    needle_add(needle, "another", secret, SECRET);
    const pid_t other = keep_copies(secret, 28);
    probe_process(&probe, other);
    assert_true(probe_sum(&probe, -1, -1, 1U << PROBE_STACK) > 0);
    end_child(other);
    free(probe.known);
    needle_free(&needle);
}

static void test_files_and_terminals_are_looked_through(void **state)
{
    const char *argv[] = {"sh", "-c", "stty raw -echo; echo ready; kill -STOP $$", NULL};
    struct pty *pty = pty_start(24, 64, argv, NULL);
    struct needle *needle = needle_new();
    struct probe probe = {.needle = needle};
    char secret[SECRET + 1], *folder = folder_make();

    (void)state;
    make_secret(secret);
    needle_add(needle, "secret", secret, NEEDLE_PIECE);
    folder_write(folder_path(folder, "file"), secret + 2, NEEDLE_PIECE);
    probe_folder(&probe, folder);
    assert_int_equal(probe_sum(&probe, 0, -1, 1U << PROBE_FILE), 1);
    folder_write(folder_path(folder, "file"), secret, NEEDLE_PIECE - 1);
    folder_write(folder_path(folder, secret), "", 0);
    probe_again(&probe);
    probe_folder(&probe, folder);
    assert_int_equal(probe_sum(&probe, 0, -1, 1U << PROBE_FILE), 5);
    assert_true(pty_watch(pty, "ready", KIOSK_SECONDS * 1000));
    pty_type(pty, secret);
    probe_terminal(&probe, pty_device(pty));
    assert_int_equal(probe_sum(&probe, 0, -1, 1U << PROBE_TERMINAL), 5);
    pty_stop(&pty);
    folder_remove(&folder);
    needle_free(&needle);
}

/* --- while a session goes on --- */

/* What the screen shows stands in its cells, and some of it in curses' buffer, as it went to the
   terminal. */
static bool shown_by(const char *shown, const struct probe_hit *hit)
{
    return shown != NULL &&
           (hit->place == PROBE_CELLS || (hit->place == PROBE_HEAP && hit->stride == 1)) &&
           strcmp(needle_name(scene.needle, hit->canary), shown) == 0;
}

/* Hits that are neither in the session's locked memory nor of what the screen shows, on the way
   there. */
static void assert_kept_inside(const struct scene_place *place, const char *shown, const char *when)
{
    const pid_t session = scene_session(&scene);
    unsigned long wrong = 0;

    for (size_t i = 0; i < scene.probe.count; i++) {
        const struct probe_hit *hit = &scene.probe.hits[i];

        if (hit->pid != session || (hit->place != PROBE_LOCKED && !shown_by(shown, hit)))
            wrong += hit->count;
    }
    if (wrong > 0)
        probe_print(&scene.probe, stderr, place->name);
    outside += wrong;
    if (wrong > 0)
        fail_msg("%s, %s: %lu hits outside", place->name, when, wrong);
}

static bool is_seen(const struct scene_place *place)
{
    for (size_t i = 0; i < scene.probe.count; i++)
        if (shown_by(place->shown, &scene.probe.hits[i]))
            return true;
    return place->shown == NULL;
}

static _Noreturn void complain(const struct scene_place *place)
{
    char *screen = pty_text(scene.kiosk.pty);

    print_error("%s\n", screen);
    free(screen);
    probe_print(&scene.probe, stderr, place->name);
    fail_msg("%s is not seen at %s", place->shown, place->name);
    abort();
}

static void erase(const struct scene_place *place)
{
    char keys[512];

    memset(keys, '\177', sizeof keys - 1);
    keys[sizeof keys - 1] = '\0';
    scene_press(&scene, keys);
    scene_look(&scene);
    assert_kept_inside(place, NULL, "deleted");
}

/* Not in the pool for secrets either; but what the screen shows again is still needed, and the
   number that it was found by. */
static void assert_nothing_left(const struct scene_place *place)
{
    unsigned long hits = 0;

    if (place->back != NULL)
        assert_kept_inside(place, place->back, "wiped");
    for (size_t i = 0; i < scene.probe.count; i++) {
        const struct probe_hit *hit = &scene.probe.hits[i];

        if (place->back == NULL ||
            strcmp(needle_name(scene.needle, hit->canary), place->typed) == 0)
            hits += hit->count;
    }
    outside += hits;
    if (hits > 0)
        probe_print(&scene.probe, stderr, place->name);
    if (hits > 0)
        fail_msg("%s, wiped: %lu hits", place->name, hits);
}

/* The screen, the library in front of it, all deleted, all thrown away. */
static void look_inside(const struct scene_place *place)
{
    scene_look(&scene);
    if (!is_seen(place)) /* or the search proves nothing */
        complain(place);
    assert_kept_inside(place, place->shown, "shown");
    scene_press(&scene, F2);
    assert_true(pty_shows(scene.kiosk.pty, "My rights"));
    scene_look(&scene);
    assert_kept_inside(place, NULL, "hidden");
    scene_press(&scene, F2);
    if (place->typed != NULL)
        erase(place);
    if (place->discards) {
        scene_press(&scene, F6); /* what was deleted comes back */
        scene_discard(&scene);
        scene_look(&scene);
    }
    if (place->discards || place->sealed)
        assert_nothing_left(place);
}

/* --- after its end --- */

static void end_from(const struct scene_place *place, const struct scene_ending *ending)
{
    unsigned long hits;

    ending->end(&scene);
    scene_look(&scene);
    if (ending->terminal)
        scene_look_at_terminal(&scene);
    hits = probe_sum(&scene.probe, -1, -1, PROBE_EVERYWHERE);
    if (hits > 0)
        probe_print(&scene.probe, stderr, place->name);
    assert_string_equal(folder_names(scene.cwd), ""); /* no core */
    after += hits;
    if (hits > 0)
        fail_msg("%s, after %s: %lu hits", place->name, ending->name, hits);
}

/* As many sessions of one kiosk as it lives through. */
static void end_all_ways(const struct scene_place *place)
{
    bool serving = false;

    for (size_t i = 0; i < scene_ending_count; i++) {
        const struct scene_ending *ending = &scene_endings[i];

        scene.quick_idle = ending->waits;
        if (!serving || ending->waits)
            scene_start(&scene);
        place->go(&scene);
        if (i == 0)
            look_inside(place);
        end_from(place, ending);
        serving = ending->serves && !ending->waits;
    }
}

static void test_place(void **state)
{
    if (!can_look())
        skip();
    end_all_ways(*state);
}

/* Something typed, something shown, something hidden. */
static void test_a_few(void **state)
{
    static const struct {
        int place;
        int ending;
    } few[] = {
        {SCENE_NAME, SCENE_LEAVE}, {SCENE_NUMBER, SCENE_CRASH}, {SCENE_CODE_PIN, SCENE_TERMINATE}};

    (void)state;
    if (!can_look())
        skip();
    scene_start(&scene);
    for (size_t i = 0; i < sizeof few / sizeof few[0]; i++) {
        const struct scene_place *place = &scene_places[few[i].place];

        place->go(&scene);
        look_inside(place);
        end_from(place, &scene_endings[few[i].ending]);
    }
}

static int setup(void **state)
{
    (void)state;
    scene_make(&scene);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scene_free(&scene);
    return 0;
}

static void print_figures(void)
{
    printf("figures: %lu %lu %llu %lu %lu\n", scene.probe.scans, scene.probe.processes,
           (unsigned long long)scene.probe.bytes, after, outside);
}

/* The places of a share, a test each. Returns how many failed. */
static int run_share(const char *share)
{
    struct CMUnitTest tests[64] = {{0}};
    unsigned first = 1, step = 1;
    size_t n = 0;
    int failed;

    if (sscanf(share, "%u/%u", &first, &step) != 2 || first == 0 || step == 0)
        return 1;
    for (size_t i = first - 1; i < scene_place_count && n < sizeof tests / sizeof tests[0];
         i += step)
        tests[n++] = (struct CMUnitTest){.name = scene_places[i].name,
                                         .test_func = test_place,
                                         .initial_state = (void *)(uintptr_t)&scene_places[i]};
    failed = _cmocka_run_group_tests("leak", tests, n, setup, teardown);
    print_figures();
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_are_found),
        cmocka_unit_test(test_what_stood_there_before_is_no_hit),
        cmocka_unit_test(test_files_and_terminals_are_looked_through),
        cmocka_unit_test(test_a_few),
    };
    const char *share = getenv("SANDYQ_LEAK");

    chance_start();
    probe_adopt();
    if (share != NULL)
        return run_share(share);
    return cmocka_run_group_tests(tests, setup, teardown);
}
