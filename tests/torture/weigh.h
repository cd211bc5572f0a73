/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks of several scenes weigh at the office. Each returns what is wrong, or NULL. */
#ifndef TORTURE_WEIGH_H
#define TORTURE_WEIGH_H

#include "store/journal.h"

/* What the journal has of the one kiosk. It is not known while the number of its card is 0. */
const char *weigh_kiosk(const char *root, uint32_t *card, struct journal_kiosk *kiosk);

/* Are the letters of scenes_import_base there, each once, as the officer of ROOT/officer (NULL: the
   first) opens them? */
const char *weigh_cases(const char *root, const char *officer);

#endif
