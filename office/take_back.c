/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking back: an act, and the entry that waited is gone. Which of two desks wins, this one or one
   that publishes, is decided inside the transaction. */
#include "office/take_back.h"

#include <string.h>

#include "base/error.h"

struct taking_back {
    struct vault *vault;
    uint64_t message; /* its act */
    struct published_message *left;
};

/* All boards are known here, and none comes in between. */
static enum error before(void *context, struct history_batch *batch)
{
    struct taking_back *taking = context;
    struct published published;
    enum error error = published_read(&taking->vault->history, &published);
    if (error != ERROR_NONE)
        return error;
    const struct published_message *left = published_find(&published, taking->message);
    if (left != NULL) {
        *taking->left = *left;
        error = ERROR_LEFT;
    } else if (taking->message < published.blind) {
        error = ERROR_JOURNAL_ROW;
    }
    published_free(&published);
    return error;
}

static enum error beside(void *context, const struct history_batch *batch)
{
    const struct taking_back *taking = context;
    return journal_drop_queued(taking->vault->journal, taking->message);
}

static enum error append(struct taking_back *taking, const struct act *act)
{
    struct vault *vault = taking->vault;
    struct history_batch batch = {.before = before, .beside = beside, .context = taking};
    enum error error = history_batch_add(&batch, vault->keys, act, NULL, NULL, NULL);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    return error == ERROR_CHANGED ? ERROR_NO_MESSAGE : error; /* a colleague took it back */
}

enum error take_back_message(struct vault *vault, uint64_t case_id, uint64_t n, uint32_t now,
                             struct published_message *left)
{
    struct taking_back taking = {.vault = vault, .left = left};
    struct act act = {.kind = ACT_TAKEN_BACK, .minute = now, .to = n};
    enum error error = history_settle(&vault->history);
    if (error != ERROR_NONE)
        return error;
    const struct fold *fold = vault->history.fold;
    const struct fold_case *of_case = fold_case(fold, case_id);
    if (of_case == NULL)
        return ERROR_CASE;
    taking.message = act.answers = fold_message(fold, of_case, n);
    if (taking.message == 0 || fold_taken_back(fold, taking.message))
        return ERROR_NO_MESSAGE;
    memcpy(act.subject, of_case->handle, sizeof act.subject);
    return append(&taking, &act);
}
