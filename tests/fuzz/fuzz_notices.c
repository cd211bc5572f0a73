/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an office's public notices: what every kiosk will show is clean and is all that
   the office wrote, or the office is told which line is wrong, and no board is made. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "office/publish.h"
#include "protocol/head.h"
#include "protocol/names.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"

#define NOTICES "notices.txt"

static struct fake_desk desk;
static char out[FOLDER_PATH];
static int out_dir = -1;

static void finish(void)
{
    close(out_dir);
    close(desk.vault.dir);
    fake_desk_close(&desk);
}

static void start(void)
{
    fuzz_fail_at(0);
    if (desk.office.root_seed != NULL)
        return;
    setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 0);
    fake_desk_open(&desk);
    must(atexit(finish) == 0);
    desk.vault.dir = open(desk.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(out, sizeof out, "%s/out", desk.dir);
    must(mkdirat(desk.vault.dir, "out", 0700) == 0);
    out_dir = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(desk.vault.dir >= 0 && out_dir >= 0);
}

static void put(const uint8_t *data, size_t size)
{
    const int fd = openat(desk.vault.dir, NOTICES, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

/* Nothing that the file says is left out; blanks aside. */
static void check_said(const uint8_t *data, size_t size, const char *text, size_t len)
{
    static const char blanks[] = " \t\r\n";
    size_t at = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    for (size_t i = 0; i < len; i++) {
        if (memchr(blanks, text[i], sizeof blanks - 1) != NULL)
            continue;
        while (at < size && memchr(blanks, data[at], sizeof blanks - 1) != NULL)
            at++;
        must(at < size && (char)data[at++] == text[i]);
    }
    for (; at < size; at++)
        must(memchr(blanks, data[at], sizeof blanks - 1) != NULL);
}

/* A board of its own for each. */
static uint32_t next_day(void)
{
    static uint32_t day = FAKE_DESK_DAY;
    return ++day * 24 * 60;
}

static void check_board(const uint8_t *data, size_t size, const struct publish_report *report)
{
    struct head board;
    uint8_t *bytes = NULL;
    uint32_t ch = 0;
    size_t len = 0;

    must(file_read(out_dir, NAMES_BOARD, 1 << 24, &bytes, &len) == ERROR_NONE);
    must(head_view(bytes, len, &board) == ERROR_NONE);
    must(board.number == report->number && board.notices_len == report->notices);
    for (size_t i = 0; i < board.notices_len;) {
        i += utf8_take(board.notices + i, board.notices_len - i, &ch);
        must(ch == '\n' || utf8_harmless(ch));
    }
    check_said(data, size, board.notices, board.notices_len);
    free(bytes);
}

static void check_refused(const uint8_t *data, size_t size, int error,
                          const struct publish_report *report)
{
    size_t lines = 1;

    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    must(error == ERROR_TEXT_UTF8 || error == ERROR_NOTICES_CHARACTER ||
         error == ERROR_NOTICES_LONG);
    must(strcmp(report->blamed, NOTICES) == 0 && report->line <= lines);
    must(report->line > 0 || error == ERROR_NOTICES_LONG);
}

/* A file that is none, one that is not there, and each call that fails. */
static void try_no_file(struct publish_report *report)
{
    must(unlinkat(desk.vault.dir, NOTICES, 0) == 0);
    must(publish_run(&desk.vault, out, next_day(), report) == ERROR_NONE && report->notices == 0);
    must(mkdirat(desk.vault.dir, NOTICES, 0700) == 0);
    must(publish_run(&desk.vault, out, next_day(), report) == ERROR_SPECIAL);
    must(unlinkat(desk.vault.dir, NOTICES, AT_REMOVEDIR) == 0);
    put((const uint8_t *)"", 0);
    const int fd = openat(desk.vault.dir, NOTICES, O_WRONLY | O_CLOEXEC);
    must(fd >= 0 && ftruncate(fd, 1 << 20) == 0 && close(fd) == 0);
    must(publish_run(&desk.vault, out, next_day(), report) == ERROR_NOTICES_LONG);
    put((const uint8_t *)"", 0);
    const int dir = desk.vault.dir; /* in whose place is nothing that can be read in */
    desk.vault.dir = -1;
    must(publish_run(&desk.vault, out, next_day(), report) == ERROR_NOTICES_FILE);
    desk.vault.dir = dir;
    enum error error = ERROR_MEMORY;
    for (unsigned call = 1; error != ERROR_NONE; call++) {
        fuzz_fail_at(call);
        error = publish_run(&desk.vault, out, next_day(), report);
        fuzz_fail_at(0);
        must(error == ERROR_NONE || error == ERROR_NOTICES_FILE || error == ERROR_MEMORY);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct publish_report report;

    start();
    put(data, size);
    const int error = publish_run(&desk.vault, out, next_day(), &report);
    if (error == ERROR_NONE)
        check_board(data, size, &report);
    else
        check_refused(data, size, error, &report);
    if (size == 0)
        try_no_file(&report);
    return 0;
}
