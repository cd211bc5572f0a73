/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outbox that is killed, out of room, damaged, removed, or put back to an older state: it loses
   no acknowledged record, or says so and takes no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/outbox_test.h"
#include "tests/lib/process.h"
#include "tests/lib/raw_db.h"

static void flip(const char *name, size_t at)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(name, &len);
    bytes[at % len] ^= 1;
    folder_write(name, bytes, len);
    free(bytes);
}

/* What a power cut leaves, and then one byte of the log is wrong: at most the last record is in
   danger. */
static void a_wrong_byte_in_the_log_takes_no_more_than_the_last(void **state)
{
    struct outbox_scene *scene = *state;
    static const size_t wrong[] = {0, 17, 33, 5000, 40000, 70000};
    struct outbox_tip tip;
    outbox_test_append_all(scene->outbox, 1, 20);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *copy = folder_make();
        size_t len = 0;
        uint8_t *bytes = folder_read(scene->path, &len);
        folder_write(folder_path(copy, "outbox.db"), bytes, len);
        free(bytes);
        bytes = folder_read(folder_path(scene->folder, "outbox.db-wal"), &len);
        folder_write(folder_path(copy, "outbox.db-wal"), bytes, len);
        free(bytes);
        flip(folder_path(copy, "outbox.db-wal"), wrong[i]);
        struct outbox *spoilt = NULL;
        assert_int_equal(outbox_open(folder_path(copy, "outbox.db"), DB_OPEN, &spoilt), ERROR_NONE);
        assert_int_equal(outbox_tip(spoilt, &tip), ERROR_NONE);
        assert_true(tip.seq >= 19);
        outbox_test_holds(spoilt, 1, tip.seq);
        outbox_close(&spoilt);
        folder_remove(&copy);
    }
}

static void run(const struct outbox_scene *scene, const char *command)
{
    char line[3 * sizeof scene->path];
    snprintf(line, sizeof line, "cd '%s' && %s", scene->folder, command);
    assert_int_equal(system(line), 0);
}

/* Dies with the outbox open, so that the next opening looks at all of it. */
static void die_with_it_open(const struct outbox_scene *scene)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct outbox *mine = NULL;
        uint32_t day = 0;
        if (outbox_open(scene->path, DB_OPEN, &mine) == ERROR_NONE &&
            outbox_exchanged(mine, &day) == ERROR_NONE)
            _exit(outbox_set_exchanged(mine, day + 1)); /* the same day would not be written */
        _exit(100);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* One is missing, and the ends are as they were. */
static void assert_hole_is_found(struct outbox_scene *scene)
{
    struct outbox_walk walk = {.next = 3};
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_NONE);
    assert_int_equal(outbox_check(scene->outbox), ERROR_OUTBOX);
    assert_int_equal(outbox_each(scene->outbox, 1, 6, outbox_test_walk, &walk), ERROR_OUTBOX);
    outbox_close(&scene->outbox);
    die_with_it_open(scene);
    for (int i = 0; i < 3; i++)
        assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_OUTBOX);
}

/* A file in which someone removed or changed a row with other tools. */
static void assert_corrupt_after(struct outbox_scene *scene, const char *sql, bool between)
{
    outbox_close(&scene->outbox);
    size_t len = 0;
    uint8_t *bytes = folder_read(scene->path, &len);
    raw_db(scene->path, sql);
    if (between)
        assert_hole_is_found(scene);
    else
        assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_OUTBOX);
    assert_null(scene->outbox);
    run(scene, "rm -f outbox.db-*");
    folder_write(scene->path, bytes, len);
    free(bytes);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_NONE);
}

static void a_hole_in_the_chain_is_found(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    assert_int_equal(outbox_test_drop(scene->outbox, 2, outbox_test_hash(2)), ERROR_NONE);
    assert_corrupt_after(scene, "DELETE FROM record WHERE seq = 4", true);
    assert_corrupt_after(scene, "DELETE FROM record WHERE seq = 6", false);
    assert_corrupt_after(scene, "DELETE FROM record WHERE seq = 3", false);
    assert_corrupt_after(scene, "DELETE FROM record", false);
    assert_corrupt_after(scene, "UPDATE record SET seq = 9 WHERE seq = 6", false);
    assert_corrupt_after(scene, "UPDATE ends SET tip_seq = 7", false);
    assert_corrupt_after(scene, "UPDATE ends SET tip_hash = zeroblob(32)", false);
    assert_corrupt_after(scene, "DELETE FROM ends", false);
    outbox_test_holds(scene->outbox, 3, 6);
    assert_int_equal(outbox_check(scene->outbox), ERROR_NONE);
}

/* A record that a bad sector took long after it arrived keeps no terminal closed. */
static void a_hole_in_what_the_office_has_stops_nobody(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 6);
    assert_int_equal(
        outbox_test_acknowledge(scene->outbox, 20000, 4, outbox_test_hash(4), OUTBOX_KEPT_DAYS),
        ERROR_NONE);
    outbox_close(&scene->outbox);
    raw_db(scene->path, "DELETE FROM record WHERE seq = 3");
    die_with_it_open(scene);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_NONE);
    assert_int_equal(outbox_check(scene->outbox), ERROR_OUTBOX);
    outbox_close(&scene->outbox);
    raw_db(scene->path, "DELETE FROM record WHERE seq = 5");
    die_with_it_open(scene);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_OUTBOX);
}

/* In a child: appends from its tip on, drops now and then, says each acknowledged number on the
   pipe. */
static void append_for_ever(const struct outbox_scene *scene, int said)
{
    struct outbox *mine = NULL;
    struct outbox_tip tip;
    enum error error = outbox_open(scene->path, DB_OPEN, &mine);
    if (error == ERROR_NONE)
        error = outbox_tip(mine, &tip);
    while (error == ERROR_NONE) {
        error = outbox_test_append(mine, ++tip.seq);
        if (error == ERROR_NONE && write(said, &tip.seq, sizeof(tip.seq)) != sizeof(tip.seq))
            break;
        if (error == ERROR_NONE && tip.seq % 7 == 0)
            error = outbox_test_drop(mine, tip.seq - 3, outbox_test_hash(tip.seq - 3));
    }
    _exit(error);
}

/* Lets a child append, kills it after `rounds` numbers and `spin` more turns, returns the last one
   heard. */
static uint64_t kill_while_appending(const struct outbox_scene *scene, int rounds, int spin)
{
    int said[2], status = 0;
    uint64_t seq = 0, heard = 0;
    assert_int_equal(pipe(said), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(said[0]);
        append_for_ever(scene, said[1]);
    }
    close(said[1]);
    while (rounds-- > 0 && read(said[0], &seq, sizeof(seq)) == sizeof(seq))
        heard = seq;
    for (volatile int i = 0; i < spin; i++)
        ;
    kill(child, SIGKILL);
    while (read(said[0], &seq, sizeof(seq)) == sizeof(seq))
        heard = seq;
    close(said[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return heard;
}

static void a_killed_keeper_loses_no_acknowledged_record(void **state)
{
    struct outbox_scene *scene = *state;
    unsigned seed = (unsigned)time(NULL) ^ (unsigned)getpid();
    const char *given = getenv("SANDYQ_SEED");
    if (given != NULL)
        seed = (unsigned)strtoul(given, NULL, 0);
    print_message("seed %u\n", seed);
    srandom(seed);
    outbox_close(&scene->outbox);
    for (int round = 0; round < 60; round++) {
        struct outbox_tip tip;
        uint64_t first = 0, heard = kill_while_appending(scene, 1 + (int)(random() % 12),
                                                         (int)(random() % 500000));
        assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_NONE);
        assert_int_equal(outbox_tip(scene->outbox, &tip), ERROR_NONE);
        assert_in_range(tip.seq, heard, heard + 1);
        outbox_test_tip(scene->outbox, tip.seq);
        assert_int_equal(outbox_first(scene->outbox, &first), ERROR_NONE);
        assert_in_range(first, 1, tip.seq);
        outbox_test_holds(scene->outbox, first, tip.seq);
        outbox_close(&scene->outbox);
        assert_string_equal(folder_names(scene->folder), "outbox.db ");
    }
}

static void append_until_it_fails(const struct outbox_scene *scene)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    struct outbox *mine = NULL;
    struct outbox_tip tip = {.seq = 0}, after;
    signal(SIGXFSZ, SIG_IGN);
    enum error error =
        setrlimit(RLIMIT_FSIZE, &limit) == 0 ? outbox_open(scene->path, DB_OPEN, &mine) : 100;
    while (error == ERROR_NONE)
        error = outbox_test_append(mine, ++tip.seq);
    if (error == ERROR_FULL && (outbox_tip(mine, &after) != ERROR_NONE || after.seq + 1 != tip.seq))
        error = 101;
    outbox_close(&mine);
    _exit(error);
}

static void a_full_disk_loses_nothing_and_is_said(void **state)
{
    struct outbox_scene *scene = *state;
    int status = 0;
    struct outbox_tip tip;
    outbox_close(&scene->outbox);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        append_until_it_fails(scene);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ERROR_FULL);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_NONE);
    assert_int_equal(outbox_tip(scene->outbox, &tip), ERROR_NONE);
    assert_true(tip.seq > 1);
    outbox_test_holds(scene->outbox, 1, tip.seq);
    outbox_test_append_all(scene->outbox, tip.seq + 1, tip.seq + 1);
}

/* Nothing is acknowledged any more once this was done to the files under an open outbox; nor when
   they come back, for what was refused must not turn out to be stored. */
static void assert_lost(struct outbox_scene *scene, const char *command, const char *back)
{
    outbox_test_append_all(scene->outbox, 1, 2);
    outbox_test_reopen(scene);
    run(scene, "cp -a . ../$(basename \"$PWD\").old");
    outbox_test_append_all(scene->outbox, 3, 4);
    outbox_test_reopen(scene);
    outbox_test_append_all(scene->outbox, 5, 5);
    assert_false(outbox_moved(scene->outbox));
    run(scene, command);
    assert_int_equal(outbox_test_append(scene->outbox, 6), ERROR_OUTBOX);
    assert_true(outbox_moved(scene->outbox));
    if (back != NULL)
        run(scene, back);
    assert_int_equal(outbox_test_append(scene->outbox, 6), ERROR_OUTBOX);
    run(scene, "rm -rf ../$(basename \"$PWD\").old ../$(basename \"$PWD\").away");
}

static void removed_files_take_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, "rm outbox.db*", NULL);
}

static void a_removed_log_takes_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, "rm outbox.db-wal", NULL);
}

static void a_removed_index_takes_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, "rm outbox.db-shm", NULL);
}

static void an_older_file_takes_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, "rm outbox.db* && cp ../$(basename \"$PWD\").old/outbox.db .", NULL);
}

static void an_older_content_takes_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, "cp ../$(basename \"$PWD\").old/outbox.db .", NULL);
}

static void an_emptied_file_takes_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, ": > outbox.db", NULL);
}

static void a_copied_folder_takes_nothing(void **state)
{
    struct outbox_scene *scene = *state;
    assert_lost(scene, "mv \"$PWD\" \"$PWD.away\" && cp -a \"$PWD.away\" \"$PWD\"",
                "rm -rf \"$PWD\" && mv \"$PWD.away\" \"$PWD\"");
}

/* --- what another program does to a record --- */

/* A trigger that is put in between openings keeps the outbox shut, and one that is put in under an
   open one ends it. Both erase each record as it comes. */
static void a_trigger_takes_nothing(void **state)
{
    static const char trigger[] =
        "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record WHERE seq = new.seq; END";
    struct outbox_scene *scene = *state;
    outbox_test_append_all(scene->outbox, 1, 2);
    raw_db(scene->path, trigger);
    assert_int_equal(outbox_test_append(scene->outbox, 3), ERROR_OUTBOX);
    assert_int_not_equal(outbox_moved(scene->outbox), 0);
    outbox_close(&scene->outbox);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_OUTBOX_ALTERED);
    raw_db(scene->path, "DROP TRIGGER t");
    outbox_test_reopen(scene);
    outbox_test_holds(scene->outbox, 1, 2);
    outbox_test_append_all(scene->outbox, 3, 3);
}

/* Not through SQLite, whose other connections would hear of it: record 3 in the log itself. */
static void scribble(sqlite3 *other, const char *log)
{
    static const char some[] = "\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3";
    size_t len = 0;
    (void)other;
    uint8_t *bytes = folder_read(log, &len), *at = memmem(bytes, len, some, sizeof some - 1);
    assert_non_null(at);
    int fd = open(log, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, at - bytes), 1);
    close(fd);
    free(bytes);
}

/* Another program waits for each commit and undoes it before anybody has looked. */
static void what_does_not_come_back_is_not_acknowledged(void **state)
{
    struct outbox_scene *scene = *state;
    char *log = strdup(folder_path(scene->folder, "outbox.db-wal"));
    const struct {
        raw_db_fn *function;
        const char *what;
    } undo[] = {
        {raw_db_run, "DELETE FROM record WHERE seq = 3"},
        {raw_db_run, "UPDATE record SET bytes = zeroblob(16492) WHERE seq = 3"},
        {raw_db_run, "UPDATE record SET hash = zeroblob(32) WHERE seq = 3"},
        {raw_db_run, "UPDATE record SET day = 1 WHERE seq = 3"},
        {raw_db_run, "UPDATE ends SET tip_seq = 2"},
        {raw_db_run, "UPDATE ends SET tip_hash = zeroblob(32)"},
        {raw_db_run, "DELETE FROM ends"},
        {scribble, log},
    };
    outbox_test_append_all(scene->outbox, 1, 2);
    for (size_t i = 0; i < sizeof undo / sizeof *undo; i++) {
        size_t len = 0;
        outbox_close(&scene->outbox);
        uint8_t *bytes = folder_read(scene->path, &len);
        raw_db_watch(scene->path);
        outbox_test_reopen(scene);
        raw_db_after_commit(undo[i].function, undo[i].what);
        assert_int_equal(outbox_test_append(scene->outbox, 3), ERROR_OUTBOX);
        assert_int_not_equal(outbox_moved(scene->outbox), 0);
        assert_int_equal(outbox_test_append(scene->outbox, 4), ERROR_OUTBOX);
        outbox_close(&scene->outbox);
        raw_db_unwatch();
        folder_write(scene->path, bytes, len);
        free(bytes);
        outbox_test_reopen(scene);
        outbox_test_holds(scene->outbox, 1, 2);
    }
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(a_wrong_byte_in_the_log_takes_no_more_than_the_last),
        OUTBOX_TEST(a_hole_in_the_chain_is_found),
        OUTBOX_TEST(a_hole_in_what_the_office_has_stops_nobody),
        OUTBOX_TEST(a_killed_keeper_loses_no_acknowledged_record),
        OUTBOX_TEST(a_full_disk_loses_nothing_and_is_said),
        OUTBOX_TEST(removed_files_take_nothing),
        OUTBOX_TEST(a_removed_log_takes_nothing),
        OUTBOX_TEST(a_removed_index_takes_nothing),
        OUTBOX_TEST(an_older_file_takes_nothing),
        OUTBOX_TEST(an_older_content_takes_nothing),
        OUTBOX_TEST(an_emptied_file_takes_nothing),
        OUTBOX_TEST(a_copied_folder_takes_nothing),
        OUTBOX_TEST(a_trigger_takes_nothing),
        OUTBOX_TEST(what_does_not_come_back_is_not_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
