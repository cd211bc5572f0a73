/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of one exchange between a kiosk's state folder and a medium.

   What comes in is taken first, because it decides what goes out: a charter before the board, whose
   key it names, and the board before the bundle, which then leaves out what the office has. Records
   are dropped only under the board that is already installed, and the day is noted only when the
   bundle stands on the medium. So a cut anywhere leaves a state from which the same exchange starts
   again. */
#include "courier/exchange.h"

#include <unistd.h>

#include "courier/exchange_parts.h"
#include "courier/medium_folder.h"

/* A kiosk without a card can only ask for one: its charter and board would have no office. */
static void ask_for_card(struct exchange *x)
{
    const enum error error = exchange_write_request(x);

    x->report->bundle = error == ERROR_NONE ? ERROR_MISSING : error;
}

static void send_out(struct exchange *x)
{
    struct exchange_report *report = x->report;

    report->bundle = exchange_send_records(x);
    if (report->salvaged) {
        report->first = 1; /* what already went out goes out again with all that is whole */
        report->last = 0;
        report->salvage = exchange_send_salvage(x);
    }
    report->tip = x->evidence.tip;
    report->beyond = x->evidence.beyond;
    report->kept = x->evidence.kept;
}

static void run(struct exchange *x)
{
    struct exchange_report *report = x->report;

    state_sweep(x->state);
    medium_sweep(x->medium);
    report->card = exchange_take_card(x);
    if (!x->state->has_card) {
        ask_for_card(x);
        return;
    }
    exchange_remove_request(x);
    report->charter = exchange_take_charter(x);
    report->board = exchange_take_board(x);
    if (report->board == ERROR_MISSING && state_unwell(x->state) != ERROR_NONE)
        report->board = state_unwell(x->state); /* there was none to take */
    send_out(x);
    exchange_leave_head(x);
}

/* The first error of a report, in the order in which things were carried. */
static enum error first_error(const struct exchange_report *report, bool has_card)
{
    const enum error carried[] = {report->card, report->charter, report->board};

    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++)
        if (carried[i] != ERROR_NONE && carried[i] != ERROR_MISSING)
            return carried[i];
    if (report->salvaged)
        return report->bundle;
    if (report->fork || report->beyond > 0 || report->unasked > 0 || report->kept > 0)
        return ERROR_CHAIN;
    if (report->bundle != ERROR_NONE && (report->bundle != ERROR_MISSING || has_card))
        return report->bundle;
    return report->outbox;
}

/* Opens the state folder and takes the courier's lock. */
static enum error open_state(const char *dir, struct state **state, int *lock)
{
    enum error error = state_open(dir, state);
    if (error == ERROR_NONE)
        error = state_lock(*state, "courier.lock", lock);
    if (error == ERROR_NONE && (*state)->seed == NULL)
        error = ERROR_MISSING;
    /* A kiosk whose card just cannot be read is not one that waits for its first. */
    if (error == ERROR_NONE && !(*state)->has_card)
        error = (*state)->unread;
    return error;
}

static const struct exchange_report nothing_carried = {
    .at = EXCHANGE_AT_MEDIA,
    .card = ERROR_MISSING,
    .charter = ERROR_MISSING,
    .board = ERROR_MISSING,
    .bundle = ERROR_MISSING,
    .first = 1,
};

enum error exchange_over(const char *state_dir, const struct medium *medium, uint32_t today,
                         struct exchange_report *report)
{
    struct exchange x = {.medium = medium, .today = today, .report = report};
    int lock = -1;

    *report = nothing_carried;
    report->at = EXCHANGE_AT_STATE;
    enum error error = open_state(state_dir, &x.state, &lock);
    if (error == ERROR_NONE) {
        report->at = EXCHANGE_AT_CARRIED;
        x.evidence = (struct evidence){.medium = medium, .state = x.state};
        run(&x);
        error = first_error(report, x.state->has_card);
    }
    if (lock >= 0)
        close(lock);
    state_close(&x.state);
    return error;
}

enum error exchange_run(const char *state_dir, const char *media_dir, uint32_t today,
                        struct exchange_report *report)
{
    struct medium medium;

    *report = nothing_carried;
    enum error error = medium_folder_open(media_dir, &medium);
    if (error == ERROR_NONE)
        error = exchange_over(state_dir, &medium, today, report);
    medium_close(&medium);
    return error;
}
