/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A passphrase in locked memory, wherever it came from. */
#ifndef OFFICE_PASSPHRASE_H
#define OFFICE_PASSPHRASE_H

#include <stddef.h>

enum { PASSPHRASE_MAX = 1000 };

/* Lies in secret_new memory. */
struct passphrase {
    size_t len;
    char text[PASSPHRASE_MAX + 1];
};

/* Wipes, frees and sets to NULL. Does nothing for NULL. */
void passphrase_free(struct passphrase **passphrase);

#endif
