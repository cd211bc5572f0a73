/* SPDX-License-Identifier: GPL-3.0-or-later */
/* News from the office on the screen: the notices that came with the board. */
#ifndef SESSION_NEWS_H
#define SESSION_NEWS_H

#include "session/ui.h"

/* Shows the notices for everyone and for the language of the session (or, where there are none of it, for the first one
   that has some) until the person goes back. */
void news_show(struct ui *ui);

#endif
