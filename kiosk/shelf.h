/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rights library on the screen, and the news from the office. Reasons to stand here that everyone may see. */
#ifndef KIOSK_SHELF_H
#define KIOSK_SHELF_H

#include "kiosk/stage.h"

/* Browses the library from where it was last left, until the person goes back, or the cover is lifted. */
void shelf_browse(struct stage *stage);

/* Shows the notices of the board. */
void shelf_news(struct stage *stage);

#endif
