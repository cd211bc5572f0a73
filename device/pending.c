/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two copies of a record in one file of their size. Overwriting in place allocates nothing, so a
   full disk cannot refuse it; a torn write shows in the signature. */
#include "device/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

static bool is_whole(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_size == PENDING_LEN;
}

/* Nothing is there, or nothing of ours: then there is nothing to lose by making it anew. */
static bool is_no_file(int number)
{
    return number == ENOENT || number == ELOOP || number == EISDIR || number == ENXIO;
}

/* Returns ERROR_MISSING when the file has to be made. */
static enum error open_existing(int dir, int *fd)
{
    struct stat st;

    do
        *fd = openat(dir, PENDING_NAME, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    while (*fd < 0 && errno == EINTR);
    if (*fd < 0)
        return is_no_file(errno) ? ERROR_MISSING : error_of_lack(errno, ERROR_IO);
    enum error error = fstat(*fd, &st) != 0 ? ERROR_IO : is_whole(&st) ? ERROR_NONE : ERROR_MISSING;
    if (error != ERROR_NONE) {
        close(*fd);
        *fd = -1;
    }
    return error;
}

enum error pending_renew(int dir, int *fd)
{
    static const uint8_t blank[PENDING_LEN];
    enum error error = file_write(dir, PENDING_NAME, 0600, blank, sizeof blank);

    if (error != ERROR_NONE)
        return error;
    if (*fd >= 0)
        close(*fd);
    error = open_existing(dir, fd);
    return error == ERROR_MISSING ? ERROR_IO : error;
}

enum error pending_open(int dir, int *fd)
{
    const enum error error = open_existing(dir, fd);

    return error == ERROR_MISSING ? pending_renew(dir, fd) : error;
}

bool pending_moved(int dir, int fd)
{
    struct stat named, opened;

    return fstatat(dir, PENDING_NAME, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
           fstat(fd, &opened) != 0 || named.st_ino != opened.st_ino ||
           named.st_dev != opened.st_dev;
}

static bool write_copy(int fd, const uint8_t record[RECORD_LEN], off_t start)
{
    size_t at = 0;

    while (at < RECORD_LEN) {
        const ssize_t n = pwrite(fd, record + at, RECORD_LEN - at, start + (off_t)at);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return fdatasync(fd) == 0;
}

enum error pending_write(int fd, const uint8_t record[RECORD_LEN])
{
    for (int i = 0; i < PENDING_COPIES; i++)
        if (!write_copy(fd, record, (off_t)i * PENDING_STEP))
            return ERROR_IO;
    return ERROR_NONE;
}

/* What one copy turns out to be. */
enum copy {
    COPY_UNREADABLE, /* by the disk, or for want of memory */
    COPY_TORN,       /* no whole record of this kiosk */
    COPY_PAST,       /* a record with a number that the outbox has */
    COPY_NEXT,       /* the record after the outbox's last */
    COPY_ASTRAY,     /* a record that belongs to another outbox */
    COPY_KINDS
};

/* Of COPY_NEXT, *next gets the tip that it makes. */
static enum copy judge(const uint8_t bytes[RECORD_LEN], const uint8_t kiosk_key[32],
                       const struct outbox_tip *tip, struct outbox_tip *next)
{
    struct record record;

    enum error error = record_decode(bytes, &record);
    if (error == ERROR_NONE)
        error = record_check(&record, kiosk_key);
    if (error != ERROR_NONE)
        return error_is_machine(error) ? COPY_UNREADABLE : COPY_TORN;
    if (record.seq <= tip->seq)
        return COPY_PAST;
    if (record.seq != tip->seq + 1 || record.day < tip->day ||
        memcmp(record.previous, tip->hash, sizeof record.previous) != 0)
        return COPY_ASTRAY;
    next->seq = record.seq;
    next->day = record.day;
    memcpy(next->hash, record.hash, sizeof next->hash);
    return COPY_NEXT;
}

static bool read_copy(int fd, uint8_t record[RECORD_LEN], off_t start)
{
    size_t at = 0;

    while (at < RECORD_LEN) {
        const ssize_t n = pread(fd, record + at, RECORD_LEN - at, start + (off_t)at);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

enum error pending_find(int fd, const uint8_t kiosk_key[32], const struct outbox_tip *tip,
                        uint8_t record[RECORD_LEN], struct outbox_tip *next,
                        enum pending_finding *finding)
{
    bool seen[COPY_KINDS] = {false};

    for (int i = 0; i < PENDING_COPIES; i++) {
        const enum copy copy = read_copy(fd, record, (off_t)i * PENDING_STEP)
                                   ? judge(record, kiosk_key, tip, next)
                                   : COPY_UNREADABLE;
        if (copy == COPY_NEXT) {
            *finding = PENDING_NEXT;
            return ERROR_NONE;
        }
        seen[copy] = true;
    }
    *finding = seen[COPY_ASTRAY]                          ? PENDING_ASTRAY
               : seen[COPY_UNREADABLE] && seen[COPY_PAST] ? PENDING_WORN
                                                          : PENDING_OLD;
    /* What was acknowledged stood in both copies. So when one is past, the unreadable one held
       nothing that was acknowledged and is not in the outbox. */
    return seen[COPY_UNREADABLE] && !seen[COPY_PAST] ? ERROR_IO : ERROR_NONE;
}
