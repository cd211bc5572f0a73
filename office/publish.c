/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publish: a board on the days on which one is due, and its files as often as it is asked. */
#include "office/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "office/fleet.h"
#include "office/publish_parts.h"
#include "office/tidy.h"

#define NOTICES_FILE "notices.txt"
/* Read more than fits: CRLF line ends and blanks are removed afterwards. */
enum { NOTICES_READ_MAX = 2 * HEAD_NOTICES_MAX, TRIES = 3 };

/* --- days --- */

static bool is_day(const struct vault *vault, uint32_t day)
{
    return (vault->charter.settings[CHARTER_BOARD_DAYS] >> day_weekday(day) & 1) != 0;
}

/* The n-th board from today on, from 1. The first of an office may come out on any day; a charter
   has at least one day a week. */
static uint32_t due_day(const struct vault *vault, uint32_t today, uint32_t n)
{
    uint32_t number = 0;
    const uint64_t last = fold_board(vault->history.fold, &number);
    uint32_t day = today;
    if (last == 0 && --n == 0)
        return today;
    if (last == 0 || fold_act(vault->history.fold, last)->minute / DAY_MINUTES == today)
        day++;
    for (;; day++)
        if (is_day(vault, day) && --n == 0)
            return day;
}

enum error publish_dated(const struct vault *vault, uint32_t today)
{
    uint32_t number = 0;
    const struct fold *fold = vault->history.fold;
    const uint64_t last = fold_board(fold, &number);
    if (today > vault->charter.expires)
        return ERROR_OFFICE_EXPIRED;
    const uint32_t day = last > 0 ? fold_act(fold, last)->minute / DAY_MINUTES : today;
    return today > day + PUBLISH_GAP_DAYS || day > today + PUBLISH_GAP_DAYS ? ERROR_OFFICE_GAP
                                                                            : ERROR_NONE;
}

/* --- the public notices --- */

struct notices {
    char *text; /* malloc'd */
    size_t len;
};

/* Checks that every kiosk can show the text; *line becomes the first line that fails, else 0. */
static enum error check_notices(const char *text, size_t len, uint32_t *line)
{
    uint32_t ch = 0;
    *line = 1;
    for (size_t i = 0; i < len;) {
        i += utf8_take(text + i, len - i, &ch);
        if (ch == UINT32_MAX)
            return ERROR_TEXT_UTF8;
        if (ch != '\n' && !utf8_harmless(ch))
            return ERROR_NOTICES_CHARACTER;
        *line += ch == '\n';
    }
    *line = 0;
    return len <= HEAD_NOTICES_MAX ? ERROR_NONE : ERROR_NOTICES_LONG;
}

static enum error gather_notices(const struct vault *vault, struct notices *notices, uint32_t *line)
{
    uint8_t *data = NULL;
    size_t len = 0;
    const enum error error = file_read(vault->dir, NOTICES_FILE, NOTICES_READ_MAX, &data, &len);
    if (error == ERROR_MISSING)
        return ERROR_NONE;
    if (error == ERROR_LARGE)
        return ERROR_NOTICES_LONG;
    if (error != ERROR_NONE)
        return error == ERROR_SPECIAL || error == ERROR_DESCRIPTORS || error == ERROR_MEMORY
                   ? error
                   : ERROR_NOTICES_FILE;
    notices->text = (char *)data;
    notices->len = tidy_text(notices->text, len);
    return check_notices(notices->text, notices->len, line);
}

/* --- the board --- */

static enum error make_board(struct vault *vault, const struct publish_last *last,
                             const struct notices *notices, const struct backup *backup,
                             uint32_t now, struct publish_report *report)
{
    struct publish_board board = {
        .vault = vault,
        .last = last,
        .backup = backup,
        .day = now / DAY_MINUTES,
        .notices = notices->text != NULL ? notices->text : "",
        .notices_len = notices->len,
    };
    enum error error = publish_board_make(&board);
    if (error == ERROR_NONE)
        error = publish_board_add(&board, now);
    report->made = error == ERROR_NONE;
    report->sent = report->made ? (uint32_t)board.queue.entry_count : 0;
    report->mended = report->made ? (uint32_t)board.told.mended_count : 0;
    const bool damaged = board.damaged;
    publish_board_free(&board);
    return error == ERROR_NONE && damaged ? ERROR_JOURNAL_ROW : error;
}

static enum error forecast(struct vault *vault, uint32_t now, struct publish_forecast *forecast)
{
    struct queue queue;
    enum error error = queue_read(vault, vault->charter.settings[CHARTER_ANSWERS], &queue);
    if (error != ERROR_NONE && error != ERROR_JOURNAL_ROW)
        return error;
    forecast->waiting = queue.n;
    forecast->boards = queue.boards;
    forecast->due = due_day(vault, now / DAY_MINUTES, 1);
    forecast->leaves =
        due_day(vault, now / DAY_MINUTES, queue.n > 0 ? queue.all[queue.n - 1].board : 1);
    queue_free(&queue);
    return error;
}

enum error publish_look(struct vault *vault, uint32_t now, struct publish_forecast *out)
{
    enum error error = forecast(vault, now, out);
    return error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}

/* When another board may have become the last. */
static enum error read_again(struct vault *vault, struct publish_last *last)
{
    publish_files_free(last);
    return publish_files_last(vault, last);
}

static enum error write_files(struct vault *vault, const char *out, struct publish_last *last,
                              struct publish_report *report)
{
    enum error error = report->made ? read_again(vault, last) : ERROR_NONE;
    if (error == ERROR_NONE)
        error = publish_files_write(vault, out, last);
    report->number = last->head.number;
    report->day = last->day;
    report->answers = vault->charter.settings[CHARTER_ANSWERS];
    return error;
}

/* --- the whole --- */

/* Where the name is taken by something else, another has to be chosen, as for one that cannot be
   written. */
static enum error out_error(int number)
{
    return number == ENOENT    ? ERROR_MISSING
           : number == ENOTDIR ? ERROR_READONLY
                               : error_of_errno(number);
}

enum error publish_folder(const char *out)
{
    struct stat about;
    if (stat(out, &about) != 0 && mkdir(out, 0755) != 0 && errno != EEXIST)
        return out_error(errno);
    return file_settle(out);
}

/* The backup comes first: what a board acknowledges, kiosks forget. */
static enum error make_due(struct vault *vault, const struct publish_last *last, uint32_t now,
                           struct publish_report *report)
{
    struct notices notices = {.text = NULL};
    struct backup backup;
    enum error error = gather_notices(vault, &notices, &report->line);
    report->blamed = error == ERROR_NONE ? NULL : NOTICES_FILE;
    report->notices = (uint32_t)notices.len;
    if (error == ERROR_NONE) {
        error = backup_publish(vault, now, &backup);
        report->unsaved = error != ERROR_NONE;
    }
    if (error == ERROR_NONE)
        error = make_board(vault, last, &notices, &backup, now, report);
    free(notices.text);
    return error;
}

static enum error publish(struct vault *vault, const char *out, struct publish_last *last,
                          uint32_t now, struct publish_report *report)
{
    enum error error = ERROR_NONE;
    if (due_day(vault, now / DAY_MINUTES, 1) == now / DAY_MINUTES)
        error = make_due(vault, last, now, report);
    for (int tries = 0; error == ERROR_CHANGED && tries < TRIES; tries++) {
        /* A colleague published meanwhile: then none is due any more; or took a message back. */
        error = history_settle(&vault->history);
        if (error == ERROR_NONE)
            error = read_again(vault, last);
        if (error == ERROR_NONE && due_day(vault, now / DAY_MINUTES, 1) == now / DAY_MINUTES)
            error = make_due(vault, last, now, report);
    }
    const bool damaged = error == ERROR_JOURNAL_ROW && report->made;
    if (error == ERROR_NONE || damaged)
        error = write_files(vault, out, last, report);
    if (error == ERROR_NONE)
        error = forecast(vault, now, &report->forecast);
    return error == ERROR_NONE && damaged ? ERROR_JOURNAL_ROW : error;
}

enum error publish_run(struct vault *vault, const char *out, uint32_t now,
                       struct publish_report *report)
{
    struct publish_last last = {.number = 0};
    *report = (struct publish_report){.made = false};
    enum error error = publish_folder(out);
    if (error == ERROR_NONE)
        error = history_settle(&vault->history);
    if (error == ERROR_NONE)
        error = publish_files_last(vault, &last);
    if (error == ERROR_NONE && last.unseen >= vault->charter.number)
        error = ERROR_RENEWAL_FIRST;
    if (error == ERROR_NONE)
        error = publish_files_follow(vault, out, &last);
    if (error == ERROR_NONE)
        report->ahead = fleet_ahead(vault, report->ahead_kiosk);
    if (error == ERROR_NONE)
        error = publish(vault, out, &last, now, report);
    publish_files_free(&last);
    return error;
}
