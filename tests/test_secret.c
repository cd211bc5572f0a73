/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start-up refuses what is not safe, locked memory is locked and wiped, and no secret stays in the
   heap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <gcrypt.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/envelope.h"
#include "crypto/hpke.h"
#include "crypto/random.h"
#include "crypto/secret.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

enum { NOBODY = 65534, CANNOT_RUN = 127 };

/* ---- A second process that only starts, and what it printed ---- */

static void become_ordinary_without_locked_memory(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
        _exit(CANNOT_RUN);
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(CANNOT_RUN);
}

static void force_fips(void)
{
    setenv("LIBGCRYPT_FORCE_FIPS_MODE", "1", 1);
}

/* Runs this program again as "test_secret VERB" after prepare; returns its exit status. printed is
   how many bytes it wrote to standard output and error. */
static int run_elsewhere(const char *as, void (*prepare)(void), size_t *printed)
{
    char name[] = "test_secret", verb[16], byte;
    char *const args[] = {name, verb, NULL};
    snprintf(verb, sizeof verb, "%s", as);
    int ends[2], status = 0;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_true(self >= 0);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        prepare();
        fexecve(self, args, environ);
        _exit(CANNOT_RUN);
    }
    close(ends[1]);
    close(self);
    for (*printed = 0; read(ends[0], &byte, 1) == 1;)
        ++*printed;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int start_elsewhere(void (*prepare)(void), size_t *printed)
{
    return run_elsewhere("start", prepare, printed);
}

static void nothing(void)
{
}

static void a_plain_start_works_in_silence(void **state)
{
    size_t printed;
    assert_int_equal(start_elsewhere(nothing, &printed), ERROR_NONE);
    assert_int_equal(printed, 0);
}

static void fips_mode_is_refused(void **state)
{
    size_t printed;
    assert_int_equal(start_elsewhere(force_fips, &printed), ERROR_CRYPTO_FIPS);
    assert_int_equal(printed, 0);
}

static void memory_that_cannot_be_locked_is_refused(void **state)
{
    size_t printed;
    if (SANITIZED) /* AddressSanitizer makes mlock a word without meaning */
        skip();
    int rc = start_elsewhere(become_ordinary_without_locked_memory, &printed);
    if (rc == CANNOT_RUN)
        skip();
    assert_int_equal(rc, ERROR_MEMORY_LOCK);
    assert_int_equal(printed, 0);
}

/* ---- The pool ---- */

static void the_pool_is_locked(void **state)
{
    char line[128];
    unsigned long locked = 0;
    if (SANITIZED)
        skip();
    FILE *status = fopen("/proc/self/status", "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmLck: %lu kB", &locked) == 1)
            break;
    fclose(status);
    assert_true(locked * 1024 >= SECRET_POOL);
    assert_true(locked * 1024 <= 8 * 1024 * 1024);
}

/* libgcrypt's own default of 32 KiB is used up by 16 ciphers. */
static void the_pool_has_room_for_a_whole_desk(void **state)
{
    static void *blocks[256];
    for (size_t i = 0; i < 256; i++)
        assert_non_null(blocks[i] = secret_new(3072));
    for (size_t i = 0; i < 256; i++)
        secret_free(blocks[i]);
}

static void a_block_is_zeroed_when_lent_and_wiped_when_given_back(void **state)
{
    volatile uint8_t *block = secret_new(256);
    assert_non_null(block);
    for (size_t i = 0; i < 256; i++) {
        assert_int_equal(block[i], 0);
        block[i] = 'k';
    }
    secret_free((void *)(uintptr_t)block);
    for (size_t i = 0; i < 256; i++)
        assert_int_not_equal(block[i], 'k'); /* the pool stays mapped */
    secret_free(NULL);
}

static void more_than_the_pool_is_null(void **state)
{
    assert_null(secret_new(2 * SECRET_POOL));
}

static void comparing_sees_every_byte(void **state)
{
    uint8_t a[33] = {0}, b[33] = {0};
    assert_true(secret_equal(a, b, sizeof a));
    assert_true(secret_equal(a, b, 0));
    for (size_t i = 0; i < sizeof a; i++)
        for (int bit = 0; bit < 8; bit++) {
            b[i] = (uint8_t)(1 << bit);
            assert_false(secret_equal(a, b, sizeof a));
            b[i] = 0;
        }
}

/* ---- What is left in the heap ---- */

static bool heap_is_wiped(void)
{
    const char *preload = getenv("LD_PRELOAD"); /* valgrind has a heap of its own as well */
    return !SANITIZED && (preload == NULL || strstr(preload, "vgpreload") == NULL);
}

static size_t count(const uint8_t *from, size_t len, const uint8_t *needle, size_t needle_len)
{
    size_t found = 0;
    const uint8_t *at = from;
    while ((at = memmem(at, len - (size_t)(at - from), needle, needle_len)) != NULL) {
        found++;
        at++;
    }
    return found;
}

/* How often the bytes stand in this process's writable memory, but for the locked pool, in which
   the needle itself has to lie. */
static size_t count_everywhere(const uint8_t *needle, size_t len)
{
    char line[512];
    size_t found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        char rights[5];
        assert_int_equal(sscanf(line, "%lx-%lx %4s", &from, &to, rights), 3);
        bool pool = (uintptr_t)needle >= from && (uintptr_t)needle < to;
        if (rights[0] == 'r' && rights[1] == 'w' && !pool)
            found += count((const uint8_t *)from, to - from, needle, len);
    }
    fclose(maps);
    return found;
}

/* The two halves of 32 bytes, in both byte orders: libgcrypt's numbers are big-endian in places. */
static size_t count_halves(const uint8_t *bytes)
{
    uint8_t *turned = secret_new(32);
    assert_non_null(turned);
    for (size_t i = 0; i < 32; i++)
        turned[i] = bytes[31 - i];
    size_t found = count_everywhere(bytes, 16) + count_everywhere(bytes + 16, 16) +
                   count_everywhere(turned, 16) + count_everywhere(turned + 16, 16);
    secret_free(turned);
    return found;
}

struct residue {
    uint8_t secret[32], dh[32], shared[32];
    struct hpke_keys keys;
};

static void no_key_is_left_after_opening(void **state)
{
    static uint8_t letter[ENVELOPE_LETTER_LEN], envelope[ENVELOPE_LEN];
    uint8_t public_key[32], info[34];
    if (!heap_is_wiped())
        skip();
    struct residue *r = secret_new(sizeof *r);
    assert_non_null(r);
    assert_int_equal(envelope_key_new(r->secret, public_key), ERROR_NONE);
    assert_int_equal(envelope_seal(public_key, letter, envelope), ERROR_NONE);
    assert_int_equal(envelope_open(r->secret, envelope, letter), ERROR_NONE);
    assert_int_equal(hpke_agree(r->secret, envelope + 30, r->dh), ERROR_NONE);
    assert_int_equal(hpke_shared(r->dh, envelope + 30, public_key, r->shared), ERROR_NONE);
    memcpy(info, "sandyq envelope v1", 18);
    memcpy(info + 18, envelope + 14, 16);
    assert_int_equal(hpke_schedule(r->shared, info, sizeof info, &r->keys), ERROR_NONE);
    assert_int_equal(count_halves(r->secret), 0);
    assert_int_equal(count_halves(r->dh), 0);
    assert_int_equal(count_halves(r->shared), 0);
    assert_int_equal(count_halves(r->keys.key), 0);
    secret_free(r);
}

static void blocks_are_wiped_when_freed_and_when_moved(void **state)
{
    if (!heap_is_wiped())
        skip();
    uint8_t *mark = secret_new(32);
    assert_non_null(mark);
    random_bytes(mark, 32);
    uint8_t *block = malloc(64);
    assert_non_null(block);
    memcpy(block + 32, mark, 32);
    assert_int_equal(count_everywhere(mark, 32), 1);
    block = realloc(block, 64 * 1024);
    assert_non_null(block);
    assert_int_equal(count_everywhere(mark, 32), 1);
    assert_memory_equal(block + 32, mark, 32);
    block = realloc(block, 64);
    assert_non_null(block);
    assert_int_equal(count_everywhere(mark, 32), 1);
    free(block);
    assert_int_equal(count_everywhere(mark, 32), 0);
    secret_free(mark);
}

/* ---- libgcrypt by itself, in a second process without secret_start: why there is one ---- */

enum { NAIVE_POOL = 32 * 1024, NAIVE_HANDLES = 64 };

static void start_naively(void)
{
    gcry_check_version(NULL);
    gcry_control(GCRYCTL_INIT_SECMEM, NAIVE_POOL, 0); /* who looks at what this returns? */
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

/* Is the agreed key left in the heap? */
static int naive_residue(void)
{
    static const uint8_t point[32] = {9};
    start_naively();
    uint8_t *scalar = secret_new(64);
    if (scalar == NULL)
        return 0;
    random_bytes(scalar, 32);
    if (gcry_ecc_mul_point(GCRY_ECC_CURVE25519, scalar + 32, scalar, point) != 0)
        return 0;
    return count_halves(scalar + 32) > 0;
}

/* Is there "secure" memory when none could be locked? */
static int naive_lock(void)
{
    start_naively();
    return gcry_malloc_secure(32) != NULL;
}

/* How many ciphers does the pool of the manual hold? */
static int naive_pool(void)
{
    int n = 0;
    start_naively();
    for (gcry_cipher_hd_t handle; n < NAIVE_HANDLES; n++)
        if (gcry_cipher_open(&handle, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM,
                             GCRY_CIPHER_SECURE) != 0)
            break;
    return n;
}

/* Does X25519 fail, after a start without a complaint? */
static int naive_fips(void)
{
    uint8_t out[32], scalar[32] = {1};
    start_naively();
    return gcry_ecc_mul_point(GCRY_ECC_CURVE25519, out, scalar, NULL) != 0;
}

static const struct {
    const char *verb;
    int (*work)(void);
} naive_works[] = {
    {"residue", naive_residue}, {"lock", naive_lock}, {"pool", naive_pool}, {"fips", naive_fips}};

/* What is said of libgcrypt here was seen in versions before this one; a later one may be
   better. */
static void without_secret_start_keys_stay_in_the_heap(void **state)
{
    size_t printed;
    if (!heap_is_wiped() || gcry_check_version("1.12.0") != NULL)
        skip();
    assert_int_equal(run_elsewhere("residue", nothing, &printed), 1);
}

static void without_secret_start_memory_is_not_locked(void **state)
{
    size_t printed;
    if (SANITIZED || gcry_check_version("1.12.0") != NULL)
        skip();
    int rc = run_elsewhere("lock", become_ordinary_without_locked_memory, &printed);
    if (rc == CANNOT_RUN)
        skip();
    assert_int_equal(rc, 1);
    assert_int_not_equal(printed, 0); /* a warning, across whatever is on the screen */
}

static void without_secret_start_a_few_ciphers_fill_the_pool(void **state)
{
    size_t printed;
    assert_in_range(run_elsewhere("pool", nothing, &printed), 1, NAIVE_HANDLES / 2);
}

static void without_secret_start_fips_is_found_out_too_late(void **state)
{
    size_t printed;
    if (gcry_check_version("1.12.0") != NULL)
        skip();
    assert_int_equal(run_elsewhere("fips", force_fips, &printed), 1);
}

/* How deep a call may leave something behind. */
enum { DEEP = 16 * 1024 };

static __attribute__((noinline)) void leave_something(char mark)
{
    char deep[DEEP];

    memset(deep, mark, 16);
    __asm__ volatile("" : : "r"(deep) : "memory"); /* it is used */
}

/* Whether sixteen marks stand in a row below this stack frame. */
static __attribute__((noinline)) bool is_left(char mark)
{
    static char below[2 * DEEP];
    const uintptr_t from = (uintptr_t)__builtin_frame_address(0) - sizeof below;
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    static char marks[16]; /* not on the stack */

    memset(marks, mark, sizeof marks);
    assert_true(memory >= 0);
    assert_int_equal(pread(memory, below, sizeof below, (off_t)from), sizeof below);
    close(memory);
    return memmem(below, sizeof below, marks, sizeof marks) != NULL;
}

static void the_stack_below_is_wiped(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    skip(); /* it lays the stack out anew */
#endif
    leave_something('s');
    assert_true(is_left('s'));
    secret_wipe_stack();
    assert_false(is_left('s'));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_start_works_in_silence),
        cmocka_unit_test(fips_mode_is_refused),
        cmocka_unit_test(memory_that_cannot_be_locked_is_refused),
        cmocka_unit_test(the_pool_is_locked),
        cmocka_unit_test(the_pool_has_room_for_a_whole_desk),
        cmocka_unit_test(a_block_is_zeroed_when_lent_and_wiped_when_given_back),
        cmocka_unit_test(more_than_the_pool_is_null),
        cmocka_unit_test(comparing_sees_every_byte),
        cmocka_unit_test(the_stack_below_is_wiped),
        cmocka_unit_test(no_key_is_left_after_opening),
        cmocka_unit_test(blocks_are_wiped_when_freed_and_when_moved),
        cmocka_unit_test(without_secret_start_keys_stay_in_the_heap),
        cmocka_unit_test(without_secret_start_memory_is_not_locked),
        cmocka_unit_test(without_secret_start_a_few_ciphers_fill_the_pool),
        cmocka_unit_test(without_secret_start_fips_is_found_out_too_late),
    };
    for (size_t i = 0; argc == 2 && i < sizeof naive_works / sizeof *naive_works; i++)
        if (strcmp(argv[1], naive_works[i].verb) == 0)
            return naive_works[i].work();
    int rc = secret_start();
    if (argc == 2 && strcmp(argv[1], "start") == 0)
        return rc;
    return rc == ERROR_NONE ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
