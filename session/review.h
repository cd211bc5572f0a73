/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at the whole letter before it is sent. */
#ifndef SESSION_REVIEW_H
#define SESSION_REVIEW_H

#include "session/draft.h"
#include "session/ui.h"

enum review_end {
    REVIEW_OVER,
    REVIEW_BACK,
    REVIEW_SEND,
    REVIEW_WRITE,
    REVIEW_NAME,
    REVIEW_CHANGE,
    REVIEW_DISCARD,
};

/* Shows what will be sent and asks what to do with it. A send that came too fast to be meant does
   not count. */
enum review_end review_show(struct ui *ui, const struct draft *draft);

#endif
