/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the list says of a case beside its head, from the first letter of it that opens; kept in the
   officer's view. For office/triage.c alone. */
#ifndef OFFICE_TRIAGE_WORDS_H
#define OFFICE_TRIAGE_WORDS_H

#include "office/item.h"
#include "office/view.h"

/* From a letter. */
void triage_take_words(const struct item *item, struct view_row *words);

/* Reads the words of the cases that have none yet, of many on all cores, into the rows of the view,
   which covers them. ERROR_JOURNAL_ROW when something was damaged (vault->damage); other errors of
   item_read. */
enum error triage_words(struct vault *vault);

#endif
