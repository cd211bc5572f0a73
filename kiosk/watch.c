/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Card, charter and board arrive by a rename; outbox and folder should stay. */
#include "kiosk/watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "device/state.h"
#include "protocol/names.h"

/* No event has it: they begin at 1, and -1 is that some were lost. */
enum { NO_WATCH = 0 };

/* Without a folder there is no board, and the courier makes none: then there is nothing to
   watch. */
static bool add_board(struct watch *watch, const char *dir)
{
    char board[sizeof((struct state *)0)->path + sizeof STATE_BOARD];
    snprintf(board, sizeof board, "%s/" STATE_BOARD, dir);
    const int added = inotify_add_watch(watch->fd, board, IN_MOVED_TO | IN_ONLYDIR);
    watch->board = added < 0 ? NO_WATCH : added;
    return added >= 0 || errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
}

bool watch_open(const char *dir, struct watch *watch)
{
    const uint32_t moves = IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF;
    *watch = (struct watch){inotify_init1(IN_CLOEXEC | IN_NONBLOCK), NO_WATCH};
    if (watch->fd < 0)
        return false;
    if (inotify_add_watch(watch->fd, dir, moves) >= 0 && add_board(watch, dir))
        return true;
    const int why = errno;
    watch_close(watch);
    errno = why;
    return false;
}

void watch_close(struct watch *watch)
{
    if (watch->fd >= 0)
        close(watch->fd);
    watch->fd = -1;
}

/* Of the board's files the head is news, which comes last. */
static bool is_news(const struct watch *watch, const struct inotify_event *event)
{
    return event->wd != watch->board || (event->len > 0 && strcmp(event->name, NAMES_BOARD) == 0);
}

bool watch_came(const struct watch *watch)
{
    char events[4096] __attribute__((aligned(8)));
    bool came = false;
    ssize_t n = 0;
    while ((n = read(watch->fd, events, sizeof events)) > 0)
        for (const char *at = events; at < events + n;) {
            const struct inotify_event *event = (const void *)at;
            came |= is_news(watch, event);
            at += sizeof *event + event->len;
        }
    return came;
}
