/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two folds that are to be the same. */
#ifndef TESTS_LIB_FOLD_SAME_H
#define TESTS_LIB_FOLD_SAME_H

#include "office/fold.h"

/* Fails the running test unless both know the same of every act, case, officer, kiosk and
   generation. */
void fold_same(const struct fold *a, const struct fold *b);

#endif
