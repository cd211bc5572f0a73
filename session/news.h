/* SPDX-License-Identifier: GPL-3.0-or-later */
/* News from the office: the notices that came with the board. */
#ifndef SESSION_NEWS_H
#define SESSION_NEWS_H

#include "session/ui.h"

/* Shows the notices for everyone and for the session's language, or for the first language that has
   some, until the person goes back. */
void news_show(struct ui *ui);

#endif
