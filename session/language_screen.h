/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first screen: the languages, large letters and voice, and the office's fingerprint. */
#ifndef SESSION_LANGUAGE_SCREEN_H
#define SESSION_LANGUAGE_SCREEN_H

#include <stdbool.h>

#include "session/ui.h"

/* Asks until a language is chosen and sets it. The first one chosen begins the session: it calls
   ui->io->begin. Returns false when the session is over. */
bool language_screen_choose(struct ui *ui);

#endif
