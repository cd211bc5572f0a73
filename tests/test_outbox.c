/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: a chain without holes, whose acknowledged records survive kill -9 and a full disk,
   and which grows by the same bytes whatever is put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/outbox.h"
#include "store/outbox_raw.h"
#include "tests/lib/folder.h"

enum { RECORD_SIZE = 16492 };

static char *folder;
static char path[4096];
static struct outbox *outbox;

static int setup(void **state)
{
    folder = folder_make();
    strcpy(path, folder_path(folder, "outbox.db"));
    return outbox_open(path, DB_CREATE, &outbox);
}

static int teardown(void **state)
{
    outbox_close(&outbox);
    folder_remove(&folder);
    return 0;
}

static void reopen(void)
{
    outbox_close(&outbox);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
}

static const uint8_t *hash_of(uint64_t seq)
{
    static uint8_t hash[OUTBOX_HASH_LEN];
    memset(hash, (int)(seq % 255) + 1, sizeof(hash));
    memcpy(hash, &seq, sizeof(seq));
    return hash;
}

static int append_to(struct outbox *to, uint64_t seq)
{
    static uint8_t record[RECORD_SIZE];
    struct outbox_tip tip = {.seq = seq, .day = (uint32_t)(20000 + seq)};
    memcpy(tip.hash, hash_of(seq), sizeof(tip.hash));
    memset(record, (int)(seq & 0xff), sizeof(record));
    return outbox_append(to, &tip, record, sizeof(record));
}

static void append_all(uint64_t first, uint64_t last)
{
    for (uint64_t seq = first; seq <= last; seq++)
        assert_int_equal(append_to(outbox, seq), ERROR_NONE);
}

static void assert_tip(uint64_t seq)
{
    static const uint8_t zeros[OUTBOX_HASH_LEN];
    struct outbox_tip tip;
    memset(&tip, 0xff, sizeof(tip));
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    assert_int_equal(tip.seq, seq);
    assert_int_equal(tip.day, seq == 0 ? 0 : 20000 + seq);
    assert_memory_equal(tip.hash, seq == 0 ? zeros : hash_of(seq), OUTBOX_HASH_LEN);
}

struct walk {
    uint64_t next, stop;
    int n;
};

static enum error walk_record(void *context, uint64_t seq, const uint8_t *record, size_t len)
{
    struct walk *walk = context;
    assert_int_equal(seq, walk->next++);
    assert_int_equal(len, RECORD_SIZE);
    assert_int_equal(record[0], (uint8_t)seq);
    assert_int_equal(record[len - 1], (uint8_t)seq);
    walk->n++;
    return seq == walk->stop ? ERROR_FULL : ERROR_NONE;
}

/* The outbox holds exactly first..last, in order and whole. */
static void assert_holds(uint64_t first, uint64_t last)
{
    struct walk walk = {.next = first};
    uint64_t is_first = 99;
    assert_int_equal(outbox_first(outbox, &is_first), ERROR_NONE);
    assert_int_equal(is_first, first > last ? 0 : first);
    assert_int_equal(outbox_each(outbox, 0, UINT64_MAX, walk_record, &walk), ERROR_NONE);
    assert_int_equal(walk.n, first > last ? 0 : last - first + 1);
}

static void a_new_outbox_is_empty(void **state)
{
    static const uint8_t zeros[OUTBOX_HASH_LEN];
    uint32_t day = 7;
    assert_tip(0);
    assert_holds(1, 0);
    assert_int_equal(outbox_exchanged(outbox, &day), ERROR_NONE);
    assert_int_equal(day, 0);
    assert_int_equal(outbox_drop(outbox, 0, zeros), ERROR_NONE);
    assert_int_equal(outbox_drop(outbox, 0, hash_of(1)), ERROR_NO_ROW);
    assert_int_equal(outbox_drop(outbox, 1, hash_of(1)), ERROR_NO_ROW);
    reopen();
    assert_tip(0);
}

static void a_missing_outbox_is_said(void **state)
{
    struct outbox *none = NULL;
    assert_int_equal(outbox_open(folder_path(folder, "none.db"), DB_OPEN, &none), ERROR_OUTBOX);
    assert_null(none);
    outbox_close(&none);
}

static void records_come_back_in_order_after_reopening(void **state)
{
    struct walk part = {.next = 3};
    append_all(1, 12);
    reopen();
    assert_tip(12);
    assert_holds(1, 12);
    assert_int_equal(outbox_each(outbox, 3, 5, walk_record, &part), ERROR_NONE);
    assert_int_equal(part.n, 3);
    append_all(13, 13);
    assert_holds(1, 13);
}

static void each_stops_where_it_is_told(void **state)
{
    struct walk walk = {.next = 1, .stop = 2};
    append_all(1, 4);
    assert_int_equal(outbox_each(outbox, 1, 4, walk_record, &walk), ERROR_FULL);
    assert_int_equal(walk.n, 2);
    assert_int_equal(outbox_each(outbox, UINT64_MAX, UINT64_MAX, walk_record, &walk), ERROR_NONE);
    assert_int_equal(walk.n, 2);
}

static void only_the_next_number_is_taken(void **state)
{
    append_all(1, 3);
    assert_int_equal(append_to(outbox, 3), ERROR_CHAIN);
    assert_int_equal(append_to(outbox, 5), ERROR_CHAIN);
    assert_int_equal(append_to(outbox, 0), ERROR_CHAIN);
    assert_tip(3);
    assert_holds(1, 3);
    append_all(4, 4);
}

static void what_was_acknowledged_is_dropped_and_the_tip_stays(void **state)
{
    append_all(1, 6);
    assert_int_equal(outbox_holds(outbox, 4, hash_of(4)), ERROR_NONE);
    assert_int_equal(outbox_holds(outbox, 4, hash_of(5)), ERROR_NO_ROW);
    assert_int_equal(outbox_holds(outbox, 7, hash_of(7)), ERROR_NO_ROW);
    assert_holds(1, 6);
    assert_int_equal(outbox_drop(outbox, 4, hash_of(4)), ERROR_NONE);
    assert_int_equal(folder_size(folder_path(folder, "outbox.db-wal")), 0);
    assert_holds(5, 6);
    assert_tip(6);
    assert_int_equal(outbox_drop(outbox, 6, hash_of(6)), ERROR_NONE);
    reopen();
    assert_holds(7, 6);
    assert_tip(6);
    assert_int_equal(append_to(outbox, 1), ERROR_CHAIN);
    append_all(7, 8);
    assert_holds(7, 8);
}

static void another_chains_hash_drops_nothing(void **state)
{
    append_all(1, 6);
    assert_int_equal(outbox_drop(outbox, 4, hash_of(5)), ERROR_NO_ROW);
    assert_int_equal(outbox_drop(outbox, 7, hash_of(7)), ERROR_NO_ROW);
    assert_int_equal(outbox_drop(outbox, UINT64_MAX, hash_of(6)), ERROR_NO_ROW);
    assert_holds(1, 6);
    assert_int_equal(outbox_drop(outbox, 4, hash_of(4)), ERROR_NONE);
    assert_int_equal(outbox_drop(outbox, 4, hash_of(3)), ERROR_NO_ROW);
    assert_int_equal(outbox_drop(outbox, 4, hash_of(4)), ERROR_NONE);
    assert_int_equal(outbox_drop(outbox, 2, hash_of(2)), ERROR_NONE);
    assert_holds(5, 6);
}

static void the_day_of_the_exchange_is_kept(void **state)
{
    uint32_t day = 0;
    assert_int_equal(outbox_set_exchanged(outbox, UINT32_MAX), ERROR_NONE);
    reopen();
    assert_int_equal(outbox_exchanged(outbox, &day), ERROR_NONE);
    assert_int_equal(day, UINT32_MAX);
    assert_tip(0);
}

static void dropped_bytes_are_gone_from_the_files(void **state)
{
    size_t len = 0;
    append_all(1, 3);
    assert_int_equal(outbox_drop(outbox, 3, hash_of(3)), ERROR_NONE);
    outbox_close(&outbox);
    uint8_t *bytes = folder_read(path, &len);
    assert_null(memmem(bytes, len,
                       "\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2", 33));
    free(bytes);
}

static void keeper_and_courier_work_side_by_side(void **state)
{
    struct outbox *courier = NULL, *keeper = outbox;
    append_all(1, 3);
    assert_int_equal(outbox_open(path, DB_OPEN, &courier), ERROR_NONE);
    outbox = courier;
    assert_holds(1, 3);
    assert_int_equal(append_to(keeper, 4), ERROR_NONE);
    assert_tip(4);
    assert_int_equal(outbox_drop(courier, 2, hash_of(2)), ERROR_NONE);
    outbox = keeper;
    assert_holds(3, 4);
    append_all(5, 5);
    outbox = courier;
    assert_holds(3, 5);
    outbox = keeper;
    outbox_close(&courier);
    append_all(6, 6);
    reopen();
    assert_holds(3, 6);
}

/* Appends a record of other bytes than append_to would. */
static void append_other(struct outbox *to, uint64_t seq)
{
    uint8_t record[RECORD_SIZE];
    struct outbox_tip tip = {.seq = seq, .day = (uint32_t)(20000 + seq)};
    memcpy(tip.hash, hash_of(seq + 1000), sizeof(tip.hash));
    for (size_t i = 0; i < sizeof(record); i++)
        record[i] = (uint8_t)(seq * 31 + i * i % 251);
    assert_int_equal(outbox_append(to, &tip, record, sizeof(record)), ERROR_NONE);
}

static void assert_same_size(const char *one, const char *other)
{
    char *first = strdup(folder_path(folder, one));
    assert_int_equal(folder_size(first), folder_size(folder_path(folder, other)));
    free(first);
}

/* Promise 2: the files tell how many came, not what they did. And they are hardly larger than
   that. */
static void files_grow_by_the_number_of_records_alone(void **state)
{
    struct outbox *other = NULL;
    char *other_path = strdup(folder_path(folder, "other.db"));
    assert_int_equal(outbox_open(other_path, DB_CREATE, &other), ERROR_NONE);
    for (uint64_t seq = 1; seq <= 200; seq++) {
        const long before = folder_size(path),
                   log = folder_size(folder_path(folder, "outbox.db-wal"));
        append_all(seq, seq);
        append_other(other, seq);
        assert_in_range(folder_size(path) - before, 17 * OUTBOX_RAW_PAGE,
                        (seq < 100 ? 17 : 19) * OUTBOX_RAW_PAGE);
        if (seq > 1 && seq < 100 && seq % 40 != 1) /* the one that makes the log is past */
            assert_int_equal(folder_size(folder_path(folder, "outbox.db-wal")), log);
        assert_same_size("outbox.db", "other.db");
        assert_same_size("outbox.db-wal", "other.db-wal");
        assert_true(folder_size(folder_path(folder, "outbox.db-wal")) < 4 * RECORD_SIZE);
        if (seq % 40 == 0) {
            reopen();
            outbox_close(&other);
            assert_int_equal(outbox_open(other_path, DB_OPEN, &other), ERROR_NONE);
        }
    }
    outbox_close(&other);
    assert_true(folder_size(path) < 200 * RECORD_SIZE * 107 / 100);
    free(other_path);
}

/* Where in a file the record begins that has this number: its hash stands before it, and in the row
   of the ends as well, but not before such bytes. */
static off_t begin_of(const char *name, uint64_t seq)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(name, &len), wanted[OUTBOX_HASH_LEN + 8];
    memcpy(wanted, hash_of(seq), OUTBOX_HASH_LEN);
    memset(wanted + OUTBOX_HASH_LEN, (int)seq, 8);
    const uint8_t *at = memmem(bytes, len, wanted, sizeof(wanted));
    const off_t begin = at == NULL ? -1 : at - bytes + OUTBOX_HASH_LEN;
    free(bytes);
    return begin;
}

static bool is_raw(const char *name, enum outbox_raw form, off_t at, uint64_t seq)
{
    uint8_t record[RECORD_SIZE];
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const bool read = outbox_raw_read(fd, form, at, record, sizeof(record));
    close(fd);
    for (size_t i = 0; read && i < sizeof(record); i++)
        assert_int_equal(record[i], (uint8_t)seq);
    return read;
}

/* What salvage relies on, should the file not open any more. */
static void records_are_found_in_the_raw_files(void **state)
{
    char *log = strdup(folder_path(folder, "outbox.db-wal"));
    append_all(1, 150);
    for (uint64_t seq = 2; seq < 150; seq++)
        assert_true(is_raw(path, OUTBOX_RAW_FILE, begin_of(path, seq), seq));
    assert_true(is_raw(log, OUTBOX_RAW_LOG, begin_of(log, 150), 150));
    assert_false(is_raw(log, OUTBOX_RAW_FILE, begin_of(log, 150), 150));
    assert_false(is_raw(path, OUTBOX_RAW_LOG, begin_of(path, 2), 2));
    assert_false(is_raw(path, OUTBOX_RAW_FILE, begin_of(path, 2) + 1, 2));
    assert_false(is_raw(path, OUTBOX_RAW_FILE, 3, 2));
    assert_int_equal(truncate(path, begin_of(path, 2) + 500), 0);
    assert_false(is_raw(path, OUTBOX_RAW_FILE, begin_of(path, 2), 2));
    free(log);
}

/* A page that goes bad costs no more than one record. */
static void no_two_records_share_a_page(void **state)
{
    append_all(1, 60);
    for (uint64_t seq = 3; seq <= 60; seq++)
        assert_int_not_equal(begin_of(path, seq) / OUTBOX_RAW_PAGE,
                             begin_of(path, seq - 1) / OUTBOX_RAW_PAGE);
}

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
    static const size_t wrong[] = {0, 17, 33, 5000, 40000, 70000};
    struct outbox_tip tip;
    append_all(1, 20);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *copy = folder_make();
        size_t len = 0;
        uint8_t *bytes = folder_read(path, &len);
        folder_write(folder_path(copy, "outbox.db"), bytes, len);
        free(bytes);
        bytes = folder_read(folder_path(folder, "outbox.db-wal"), &len);
        folder_write(folder_path(copy, "outbox.db-wal"), bytes, len);
        free(bytes);
        flip(folder_path(copy, "outbox.db-wal"), wrong[i]);
        struct outbox *ours = outbox;
        assert_int_equal(outbox_open(folder_path(copy, "outbox.db"), DB_OPEN, &outbox), ERROR_NONE);
        assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
        assert_true(tip.seq >= 19);
        assert_holds(1, tip.seq);
        outbox_close(&outbox);
        outbox = ours;
        folder_remove(&copy);
    }
}

static enum error append_while_reading(void *context, const struct db_value *columns, size_t n)
{
    append_all(4, 9);
    return ERROR_NONE;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A courier that reads keeps no keeper waiting: an append takes as long as the disk does. */
static void a_reader_keeps_nobody_waiting(void **state)
{
    static const char *const read[] = {"SELECT count(*) FROM record"};
    const struct db_schema schema = {
        .application_id = 0x53514f42, .version = 1, .statements = read, .statement_count = 1};
    struct db *reader = NULL;
    double start, alone, read_beside;
    assert_int_equal(db_open(path, &schema, DB_OPEN, &reader), ERROR_NONE);
    start = now();
    append_all(1, 3);
    alone = now() - start;
    start = now();
    assert_int_equal(db_run(reader, 0, NULL, 0, append_while_reading, NULL), ERROR_NONE);
    read_beside = now() - start;
    assert_true(read_beside < 2 * alone + 5); /* 5: as long as one waits for another */
    db_close(&reader);
    assert_holds(1, 9);
}

static void run(const char *command)
{
    char line[3 * sizeof path];
    snprintf(line, sizeof line, "cd '%s' && %s", folder, command);
    assert_int_equal(system(line), 0);
}

/* Dies with the outbox open, so that the next opening looks at all of it. */
static void die_with_it_open(void)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct outbox *mine = NULL;
        if (outbox_open(path, DB_OPEN, &mine) == ERROR_NONE)
            _exit(outbox_set_exchanged(mine, 1));
        _exit(100);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* One is missing, and the ends are as they were. */
static void assert_hole_is_found(void)
{
    struct walk walk = {.next = 3};
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_check(outbox), ERROR_OUTBOX);
    assert_int_equal(outbox_each(outbox, 1, 6, walk_record, &walk), ERROR_OUTBOX);
    outbox_close(&outbox);
    die_with_it_open();
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_OUTBOX);
}

/* A file in which someone removed or changed a row with other tools. */
static void assert_corrupt_after(const char *sql, bool between)
{
    static const struct db_schema raw = {.application_id = 0x53514f42, .version = 1};
    struct db_schema as = raw;
    struct db *db = NULL;
    as.statements = &sql;
    as.statement_count = 1;
    outbox_close(&outbox);
    size_t len = 0;
    uint8_t *bytes = folder_read(path, &len);
    assert_int_equal(db_open(path, &as, DB_OPEN, &db), ERROR_NONE);
    assert_int_equal(db_run(db, 0, NULL, 0, NULL, NULL), ERROR_NONE);
    db_close(&db);
    if (between)
        assert_hole_is_found();
    else
        assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_OUTBOX);
    assert_null(outbox);
    run("rm -f outbox.db-*");
    folder_write(path, bytes, len);
    free(bytes);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
}

static void a_hole_in_the_chain_is_found(void **state)
{
    append_all(1, 6);
    assert_int_equal(outbox_drop(outbox, 2, hash_of(2)), ERROR_NONE);
    assert_corrupt_after("DELETE FROM record WHERE seq = 4", true);
    assert_corrupt_after("DELETE FROM record WHERE seq = 6", false);
    assert_corrupt_after("DELETE FROM record WHERE seq = 3", false);
    assert_corrupt_after("DELETE FROM record", false);
    assert_corrupt_after("UPDATE record SET seq = 9 WHERE seq = 6", false);
    assert_corrupt_after("UPDATE ends SET tip_seq = 7", false);
    assert_corrupt_after("UPDATE ends SET tip_hash = zeroblob(32)", false);
    assert_corrupt_after("DELETE FROM ends", false);
    assert_holds(3, 6);
    assert_int_equal(outbox_check(outbox), ERROR_NONE);
}

/* In a child: appends from its tip on, drops now and then, says each acknowledged number on the
 * pipe. */
static void append_for_ever(int said)
{
    struct outbox *mine = NULL;
    struct outbox_tip tip;
    enum error error = outbox_open(path, DB_OPEN, &mine);
    if (error == ERROR_NONE)
        error = outbox_tip(mine, &tip);
    while (error == ERROR_NONE) {
        error = append_to(mine, ++tip.seq);
        if (error == ERROR_NONE && write(said, &tip.seq, sizeof(tip.seq)) != sizeof(tip.seq))
            break;
        if (error == ERROR_NONE && tip.seq % 7 == 0)
            error = outbox_drop(mine, tip.seq - 3, hash_of(tip.seq - 3));
    }
    _exit(error);
}

/* Lets a child append, kills it after `rounds` numbers and `spin` more turns, returns the last one
 * heard. */
static uint64_t kill_while_appending(int rounds, int spin)
{
    int said[2], status = 0;
    uint64_t seq = 0, heard = 0;
    assert_int_equal(pipe(said), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(said[0]);
        append_for_ever(said[1]);
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
    unsigned seed = (unsigned)time(NULL) ^ (unsigned)getpid();
    const char *given = getenv("SANDYQ_SEED");
    if (given != NULL)
        seed = (unsigned)strtoul(given, NULL, 0);
    print_message("seed %u\n", seed);
    srandom(seed);
    outbox_close(&outbox);
    for (int round = 0; round < 60; round++) {
        struct outbox_tip tip;
        uint64_t first = 0,
                 heard = kill_while_appending(1 + (int)(random() % 12), (int)(random() % 500000));
        assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
        assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
        assert_in_range(tip.seq, heard, heard + 1);
        assert_tip(tip.seq);
        assert_int_equal(outbox_first(outbox, &first), ERROR_NONE);
        assert_in_range(first, 1, tip.seq);
        assert_holds(first, tip.seq);
        outbox_close(&outbox);
        assert_string_equal(folder_names(folder), "outbox.db ");
    }
}

static void append_until_it_fails(void)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    struct outbox *mine = NULL;
    struct outbox_tip tip = {.seq = 0}, after;
    signal(SIGXFSZ, SIG_IGN);
    enum error error =
        setrlimit(RLIMIT_FSIZE, &limit) == 0 ? outbox_open(path, DB_OPEN, &mine) : 100;
    while (error == ERROR_NONE)
        error = append_to(mine, ++tip.seq);
    if (error == ERROR_FULL && (outbox_tip(mine, &after) != ERROR_NONE || after.seq + 1 != tip.seq))
        error = 101;
    outbox_close(&mine);
    _exit(error);
}

static void a_full_disk_loses_nothing_and_is_said(void **state)
{
    int status = 0;
    struct outbox_tip tip;
    outbox_close(&outbox);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        append_until_it_fails();
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ERROR_FULL);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    assert_true(tip.seq > 1);
    assert_holds(1, tip.seq);
    append_all(tip.seq + 1, tip.seq + 1);
}

/* --- files that are no longer ours --- */

/* Nothing is acknowledged any more once this was done to the files under an open outbox; nor when
   they come back, for what was refused must not turn out to be stored. */
static void assert_lost(const char *command, const char *back)
{
    append_all(1, 2);
    reopen();
    run("cp -a . ../$(basename \"$PWD\").old");
    append_all(3, 4);
    reopen();
    append_all(5, 5);
    assert_int_equal(outbox_moved(outbox), 0);
    run(command);
    assert_int_equal(append_to(outbox, 6), ERROR_OUTBOX);
    assert_int_not_equal(outbox_moved(outbox), 0);
    if (back != NULL)
        run(back);
    assert_int_equal(append_to(outbox, 6), ERROR_OUTBOX);
    run("rm -rf ../$(basename \"$PWD\").old ../$(basename \"$PWD\").away");
}

static void removed_files_take_nothing(void **state)
{
    assert_lost("rm outbox.db*", NULL);
}

static void a_removed_log_takes_nothing(void **state)
{
    assert_lost("rm outbox.db-wal", NULL);
}

static void a_removed_index_takes_nothing(void **state)
{
    assert_lost("rm outbox.db-shm", NULL);
}

static void an_older_file_takes_nothing(void **state)
{
    assert_lost("rm outbox.db* && cp ../$(basename \"$PWD\").old/outbox.db .", NULL);
}

static void an_older_content_takes_nothing(void **state)
{
    assert_lost("cp ../$(basename \"$PWD\").old/outbox.db .", NULL);
}

static void an_emptied_file_takes_nothing(void **state)
{
    assert_lost(": > outbox.db", NULL);
}

static void a_copied_folder_takes_nothing(void **state)
{
    assert_lost("mv \"$PWD\" \"$PWD.away\" && cp -a \"$PWD.away\" \"$PWD\"",
                "rm -rf \"$PWD\" && mv \"$PWD.away\" \"$PWD\"");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_outbox_is_empty),
        TEST(a_missing_outbox_is_said),
        TEST(records_come_back_in_order_after_reopening),
        TEST(each_stops_where_it_is_told),
        TEST(only_the_next_number_is_taken),
        TEST(what_was_acknowledged_is_dropped_and_the_tip_stays),
        TEST(another_chains_hash_drops_nothing),
        TEST(the_day_of_the_exchange_is_kept),
        TEST(dropped_bytes_are_gone_from_the_files),
        TEST(keeper_and_courier_work_side_by_side),
        TEST(files_grow_by_the_number_of_records_alone),
        TEST(records_are_found_in_the_raw_files),
        TEST(no_two_records_share_a_page),
        TEST(a_wrong_byte_in_the_log_takes_no_more_than_the_last),
        TEST(a_reader_keeps_nobody_waiting),
        TEST(a_hole_in_the_chain_is_found),
        TEST(a_killed_keeper_loses_no_acknowledged_record),
        TEST(a_full_disk_loses_nothing_and_is_said),
        TEST(removed_files_take_nothing),
        TEST(a_removed_log_takes_nothing),
        TEST(a_removed_index_takes_nothing),
        TEST(an_older_file_takes_nothing),
        TEST(an_older_content_takes_nothing),
        TEST(an_emptied_file_takes_nothing),
        TEST(a_copied_folder_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
