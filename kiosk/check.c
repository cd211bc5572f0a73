/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks each file of the state folder, also charter and board, without which a kiosk serves when
   they do not pass. */
#include "kiosk/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "base/lang.h"
#include "device/state.h"
#include "protocol/names.h"

struct check {
    const char *dir;
    uint32_t today;
    check_fault_fn *fault;
    void *context;
    int faults;
};

static void say(struct check *check, const char *name, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s%s", check->dir, name[0] != '\0' ? "/" : "", name);
    check->fault(check->context, path, text);
    check->faults++;
}

static void weigh(struct check *check, const char *name, enum error error)
{
    if (error != ERROR_NONE)
        say(check, name, error_text(error));
}

static void look_at_card(struct check *check, const struct state *state)
{
    const enum error error = state_ready(state, check->today);
    if (error == ERROR_MISSING)
        say(check, "card",
            N_("No card has come yet. Bring one from the office with sandyq-courier exchange."));
    else
        weigh(check, "card", error);
}

/* A missing charter is no fault, since the card holds one; nor is one no newer than that. */
static void look_at_charter(struct check *check, const struct state *state)
{
    struct charter charter;
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(state->dir, "charter", CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = charter_decode(data, len, &charter);
    if (error == ERROR_NONE)
        error = charter_follows(&state->charter, &charter);
    free(data);
    weigh(check, "charter", error == ERROR_MISSING || error == ERROR_OLDER ? ERROR_NONE : error);
}

/* Names each segment that the board lacks, of those that this version reads. */
static void look_at_segments(struct check *check, const struct state *state,
                             const struct head *head)
{
    char path[sizeof STATE_BOARD "/" + NAMES_LEN] = STATE_BOARD "/";
    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment segment = head_segment(head, i);
        if (names_segment(&segment, path + sizeof STATE_BOARD))
            weigh(check, path, state_has_segment(state, &segment));
    }
}

/* A missing board is no fault. */
static void look_at_board(struct check *check, const struct state *state)
{
    struct head head;
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = state->board < 0
                           ? state->folder_error
                           : file_read(state->board, NAMES_BOARD, HEAD_MAX, &data, &len);
    if (error == ERROR_NONE)
        error = state_decode_head(state, data, len, &head);
    if (error == ERROR_NONE)
        look_at_segments(check, state, &head);
    else
        weigh(check, STATE_BOARD, error == ERROR_MISSING ? ERROR_NONE : error);
    free(data);
}

static void look_at_outbox(struct check *check, const struct state *state)
{
    char path[4096];
    struct outbox *outbox = NULL;
    state_outbox_path(state, path);
    enum error error = outbox_open(path, DB_OPEN, &outbox);
    if (error == ERROR_NONE)
        error = outbox_check(outbox);
    outbox_close(&outbox);
    weigh(check, "outbox.db", error);
}

int check_run(const char *dir, uint32_t today, check_fault_fn *fault, void *context)
{
    struct check check = {dir, today, fault, context, 0};
    struct state *state = NULL;
    const enum error error = state_open(dir, &state);
    if (error == ERROR_MISSING || (error == ERROR_NONE && state->seed == NULL)) {
        say(&check, "", N_("This is no kiosk's folder. Make one with --enroll."));
    } else if (error != ERROR_NONE) {
        weigh(&check, "", error);
    } else {
        look_at_card(&check, state);
        if (state->has_card) {
            look_at_charter(&check, state);
            look_at_board(&check, state);
        }
        look_at_outbox(&check, state);
    }
    state_close(&state);
    return check.faults;
}
