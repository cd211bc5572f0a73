/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies on the stick, and a stick that is another from one moment to the next. */
#include "tests/tamper/cases.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/hostile.h"
#include "tests/lib/process.h"
#include "tests/tamper/insist.h"

static void on_stick(const struct tamper *t, const char *name, char path[FOLDER_PATH])
{
    snprintf(path, FOLDER_PATH, "%s", folder_path(t->stick, name));
    remove(path);
}

/* What the courier reads, and what the desk reads. */
static void expected_names(char names[4][64])
{
    snprintf(names[0], 64, "%s", NAMES_CHARTER);
    snprintf(names[1], 64, "%s", NAMES_BOARD);
    snprintf(names[2], 64, "x%s", NAMES_CARD);
    snprintf(names[3], 64, "x%s", NAMES_BUNDLE);
}

/* The exchange refuses card, charter and board with this and still writes its bundle; the desk
   refuses the bundle with the same, and takes that of the kiosk. */
static void insist_both_refuse(struct tamper *t, int error)
{
    char what[64];
    assert_int_equal(tamper_exchange(t, A), error);
    assert_int_equal(t->report.card, error);
    assert_int_equal(t->report.charter, error);
    assert_int_equal(t->report.board, error);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    tamper_import(t, t->stick);
    snprintf(what, sizeof what, "x%s=%d ", NAMES_BUNDLE, error);
    insist_refused(t, what);
    assert_int_equal(t->taken.refused, 1);
    assert_int_equal(t->taken.bundles, 2); /* of both kiosks */
}

static void clear_names(struct tamper *t)
{
    char names[4][64], path[FOLDER_PATH];
    expected_names(names);
    for (int i = 0; i < 4; i++)
        on_stick(t, names[i], path);
}

static void links_on_the_stick(struct tamper *t)
{
    char names[4][64], path[FOLDER_PATH];
    const char *key = folder_path(t->kiosks[A].dir, "kiosk.key");
    const char *const targets[] = {"/etc/passwd", key, "/nowhere", t->kiosks[A].dir, NULL};
    expected_names(names);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        tamper_write_some(t, A, 1);
        for (int n = 0; n < 4; n++) {
            on_stick(t, names[n], path);
            assert_int_equal(symlink(targets[i] != NULL ? targets[i] : names[n], path), 0);
        }
        insist_both_refuse(t, ERROR_SPECIAL);
    }
    clear_names(t);
}

static void folders_pipes_and_sockets(struct tamper *t)
{
    char names[4][64], path[FOLDER_PATH];
    expected_names(names);
    for (int kind = 0; kind < 3; kind++) {
        tamper_write_some(t, A, 1);
        for (int n = 0; n < 4; n++) {
            on_stick(t, names[n], path);
            if (kind == 0)
                assert_int_equal(mkdir(path, 0700), 0);
            else if (kind == 1)
                assert_int_equal(mkfifo(path, 0600), 0);
            else
                assert_int_equal(mknod(path, S_IFSOCK | 0600, 0), 0);
        }
        insist_both_refuse(t, ERROR_SPECIAL);
    }
    clear_names(t);
}

/* Only root makes devices; the others have those of the system. */
static void devices(struct tamper *t)
{
    char names[4][64], path[FOLDER_PATH];
    tamper_write_some(t, A, 1);
    tamper_import(t, "/dev/zero");
    insist_refused(t, "/dev/zero=2 ");
    expected_names(names);
    for (int n = 0; n < 4; n++) {
        on_stick(t, names[n], path);
        if (mknod(path, S_IFCHR | 0600, makedev(1, 5)) != 0)
            return; /* those of the system have been refused */
    }
    insist_both_refuse(t, ERROR_SPECIAL);
    clear_names(t);
}

static void sparse_files(struct tamper *t)
{
    char names[4][64], path[FOLDER_PATH];
    tamper_write_some(t, A, 1);
    expected_names(names);
    for (int n = 0; n < 4; n++) {
        on_stick(t, names[n], path);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        assert_int_equal(ftruncate(fd, 100LL << 30), 0);
        close(fd);
    }
    insist_both_refuse(t, ERROR_LARGE);
    clear_names(t);
}

static void name_one_of_many(int i, char name[64])
{
    static const char *const ends[] = {NAMES_CARD, NAMES_BUNDLE, ".txt", ".board", ""};
    snprintf(name, 64, "%05d%s", i, ends[i % 5]);
}

static void ten_thousand_files(struct tamper *t)
{
    enum { MANY = 10000 };
    char name[64];
    uint8_t card[CARD_FILE_LEN] = "SANDYQK1";
    tamper_write_some(t, A, 1);
    memcpy(card + 52, t->kiosks[A].key, 32);
    for (int i = 0; i < MANY; i++) {
        name_one_of_many(i, name);
        folder_write(folder_path(t->stick, name), card, i % 2 == 0 ? sizeof card : 0);
    }
    tamper_exchange(t, A);
    assert_true(t->report.card == ERROR_FOREIGN ||
                t->report.card == ERROR_TRUNCATED); /* which comes first */
    assert_int_equal(t->report.bundle, ERROR_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.refused, MANY / 5);
    assert_int_equal(t->taken.complaints, 1);
    for (int i = 0; i < MANY; i++) {
        name_one_of_many(i, name);
        tamper_remove(t->stick, name);
    }
}

/* The courier must not write through a link that waits under its name, nor take its own secrets
   in. */
static void links_to_our_own_files(struct tamper *t)
{
    static const char *const ours[] = {"kiosk.key", "outbox.db", "card"};
    char to[FOLDER_PATH], bundle[64];
    size_t len = 0, now = 0;
    tamper_bundle_name(t, A, bundle);
    for (size_t i = 0; i < 6; i++) {
        tamper_write_some(t, A, 1);
        const char *from = folder_path(t->kiosks[A].dir, ours[i % 3]);
        uint8_t *before = folder_read(from, &len);
        on_stick(t, NAMES_BOARD, to);
        assert_int_equal(link(from, to), 0);
        on_stick(t, bundle, to);
        assert_int_equal(i < 3 ? link(from, to) : symlink(from, to), 0);
        assert_true(tamper_exchange(t, A) != ERROR_NONE);
        assert_true(t->report.board != ERROR_NONE);
        assert_int_equal(t->report.bundle, ERROR_NONE);
        uint8_t *after = folder_read(folder_path(t->kiosks[A].dir, ours[i % 3]), &now);
        assert_int_equal(len, now);
        if (i % 3 != 1)
            assert_memory_equal(before, after, len);
        free(before);
        free(after);
        tamper_import(t, t->stick);
        assert_int_equal(t->taken.complaints, 1);
        tamper_remove(t->stick, NAMES_BOARD);
    }
}

static void names_with_escapes(struct tamper *t)
{
    tamper_write_some(t, A, 1);
    hostile_bundles(t->stick);
    assert_int_equal(tamper_exchange(t, A), ERROR_FOREIGN);
    assert_int_equal(t->report.card, ERROR_FOREIGN);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.refused, HOSTILE_BUNDLES);
    assert_int_equal(t->taken.complaints, 1);
}

static void unreadable_files(struct tamper *t)
{
    char names[4][64], path[FOLDER_PATH];
    tamper_write_some(t, A, 1);
    expected_names(names);
    for (int n = 0; n < 4; n++) {
        on_stick(t, names[n], path);
        int fd = open(path, O_WRONLY | O_CREAT, 0);
        close(fd);
    }
    t->impossible = geteuid() == 0; /* who may read all */
    insist_both_refuse(t, t->impossible ? ERROR_TRUNCATED : ERROR_IO);
    clear_names(t);
}

static void stick_that_cannot_be_written(struct tamper *t)
{
    const bool root = geteuid() == 0;
    tamper_write_some(t, A, 2);
    t->impossible = root && mount("tmpfs", t->stick, "tmpfs", MS_RDONLY, "size=1m") != 0;
    if (t->impossible)
        return;
    if (!root)
        assert_int_equal(chmod(t->stick, 0500), 0);
    const int error = tamper_exchange(t, A);
    assert_int_equal(root ? umount(t->stick) : chmod(t->stick, 0700), 0);
    assert_int_equal(error, ERROR_READONLY);
    assert_int_equal(t->report.bundle, ERROR_READONLY);
}

static void stick_that_is_full(struct tamper *t)
{
    tamper_write_some(t, A, 5);
    t->impossible = geteuid() != 0 || mount("tmpfs", t->stick, "tmpfs", 0, "size=64k") != 0;
    if (t->impossible)
        return;
    const int error = tamper_exchange(t, A);
    assert_int_equal(umount(t->stick), 0);
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(t->report.bundle, ERROR_FULL);
}

/* The sticks of two kiosks are taken for one another. */
static void sticks_swapped(struct tamper *t)
{
    char *mine = t->stick;
    char *other = folder_path(t->under, "stick");
    tamper_copy_folder(t->stick, other);
    tamper_write_some(t, A, 2);
    tamper_write_some(t, B, 2);
    tamper_exchange(t, A);
    t->stick = other;
    assert_int_equal(tamper_exchange(t, B), ERROR_NONE);
    tamper_write_some(t, A, 1);
    tamper_write_some(t, B, 1);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 5);
    t->stick = mine;
    assert_int_equal(tamper_exchange(t, B), ERROR_NONE);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 1);
    insist_well(t, A);
    insist_well(t, B);
}

/* --- a stick that changes while it is read --- */

enum {
    RACE_STEP = 11, /* of the calls to the kernel, and the returns, every eleventh one */
    RACE_WAYS = 5,
};

/* Every segment: it is gone, or cut short. */
static void spoil_segments(struct tamper *t, bool gone)
{
    char *names = strdup(folder_names(t->stick)), *rest = names;
    for (const char *name; (name = strsep(&rest, " ")) != NULL;)
        if (strncmp(name, "sandyq-", 7) == 0)
            assert_int_equal(gone ? unlink(folder_path(t->stick, name))
                                  : truncate(folder_path(t->stick, name), 100),
                             0);
    free(names);
}

static void change_stick(struct tamper *t, unsigned way)
{
    const char *path = folder_path(t->stick, NAMES_BOARD);
    if (way == 0)
        tamper_put_kept(t, NAMES_BOARD, NAMES_BOARD); /* an older one, written over */
    else if (way == 1)
        assert_int_equal(truncate(path, 100), 0);
    else if (way >= 3)
        spoil_segments(t, way == 3);
    else
        assert_true(remove(path) == 0 && symlink("/etc/passwd", path) == 0);
}

struct race {
    struct tamper *t;
    unsigned when, way;
};

static void race_exchange(void *context)
{
    const struct race *race = context;
    tamper_exchange(race->t, A);
}

static bool race_change(void *context, unsigned stop)
{
    const struct race *race = context;
    if (stop == race->when)
        change_stick(race->t, race->way);
    return true;
}

/* At each of these moments the exchange stands still and the stick becomes another. Whatever
   comes: the board held is whole, and never an older one. */
static void stick_changes_while_read(struct tamper *t)
{
    struct head_mark mark = {.seq = 0};
    unsigned stops = 1;
    memcpy(mark.kiosk, t->kiosks[A].id, sizeof mark.kiosk);
    tamper_write_some(t, A, 1);
    tamper_put_mark(t, 1, &mark);
    tamper_keep(t, NAMES_BOARD);
    tamper_exchange(t, A);
    uint32_t held = tamper_board(t, A);
    unsigned taken = 0;
    for (unsigned n = 1; n <= stops; n += RACE_STEP) {
        remove(folder_path(t->stick, NAMES_BOARD));
        tamper_put_mark(t, held + 1, &mark);
        struct race race = {t, n, n / RACE_STEP % RACE_WAYS};
        stops = process_step(race_exchange, race_change, &race);
        const uint32_t now = tamper_board(t, A);
        assert_true(now == held || now == held + 1);
        taken += now > held;
        held = now;
    }
    assert_true(taken > 5 && stops > 20 * RACE_STEP);
    spoil_segments(t, true);
    tamper_remove(t->stick, NAMES_BOARD);
}

struct tamper_case stick_cases[] = {
    {"symlinks on the stick", links_on_the_stick},
    {"folders, pipes and sockets on the stick", folders_pipes_and_sockets},
    {"devices on the stick", devices},
    {"files of 100 GB on the stick", sparse_files},
    {"10,000 files on the stick", ten_thousand_files},
    {"links to our own files on the stick", links_to_our_own_files},
    {"names with escapes on the stick", names_with_escapes},
    {"files that cannot be read", unreadable_files},
    {"stick that cannot be written", stick_that_cannot_be_written},
    {"stick that is full", stick_that_is_full},
    {"sticks swapped", sticks_swapped, .calm = true},
    {"stick that changes while it is read", stick_changes_while_read},
    {NULL},
};
