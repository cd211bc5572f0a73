/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real sandyq-kiosk of this build, serving in a pseudo-terminal from a scratch state folder,
   with an office that is valid today. Everything here fails the running test when it cannot do its
   work. */
#ifndef TESTS_SERVED_H
#define TESTS_SERVED_H

#include <stdint.h>

#include "tests/office.h"
#include "tests/pty.h"

enum { SERVED_SECONDS = 60 /* real time after which a screen is given up */ };

struct served {
    struct office office;
    char dir[OFFICE_PATH_LEN];
    struct pty *pty; /* NULL while it does not serve */
};

/* Makes office and kiosk; does not start it. */
void served_make(struct served *served);

/* Stops, frees, removes. */
void served_free(struct served *served);

/* A card for the kiosk in dir, of this number and last day, put into its folder. */
void served_card(const struct served *served, uint32_t number, uint32_t expires);

/* Path of a program of this build; the same static buffer for each name's last call. */
const char *served_program(const char *name);

/* Starts the kiosk at 24x64 (or rows x cols), with --once when once is not 0. */
void served_start(struct served *served, int once);
void served_start_sized(struct served *served, int once, int rows, int cols);

/* The same with more options of its command line, a NULL at their end. */
void served_start_as(struct served *served, const char *const *more, int rows, int cols);

/* Waits until the screen shows the text; fails with the screen shown instead. */
void served_wait(struct served *served, const char *text);

/* Types keys as a person does, the first of them after a pause, then waits for the text. */
void served_go(struct served *served, const char *keys, const char *text);

/* What the first screen of the receipt says. */
#define SERVED_STORED "It is stored. Now your number"

/* From the language screen to the receipt: English, category A2, this text, no PIN. */
void served_file(struct served *served, const char *text);

/* Parts of that: from the language screen to the editor; from the review to a screen with the text. */
void served_begin(struct served *served);
void served_send(struct served *served, const char *text);

/* From the receipt to the next language screen, without the number. */
void served_forget(struct served *served);

/* From the language screen to the next one: English, leave. */
void served_leave(struct served *served);

/* Asks the keeper to end and waits for it; returns its exit status. */
int served_end(struct served *served);

/* Checks every record of the outbox: numbers, chain, signatures. Returns the number of the last. */
uint64_t served_check(const struct served *served);

#endif
