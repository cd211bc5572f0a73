/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real sandyq-kiosk of this build, serving in a pseudo-terminal from a scratch state folder,
   with an office that is valid today. Everything here fails the running test when it cannot do its
   work. */
#ifndef TESTS_LIB_KIOSK_PROCESS_H
#define TESTS_LIB_KIOSK_PROCESS_H

#include <stdint.h>

#include "crypto/code.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/pty.h"

enum { KIOSK_SECONDS = 60 /* real time after which a screen is given up */ };

struct kiosk_process {
    struct fake_office office;
    char *dir;
    struct pty *pty; /* NULL while it does not serve */
};

/* Makes office and kiosk; does not start it. */
void kiosk_make(struct kiosk_process *kiosk);

/* Stops, frees, removes. */
void kiosk_free(struct kiosk_process *kiosk);

/* A card for the kiosk in dir, of this number and last day, put into its folder. */
void kiosk_card(const struct kiosk_process *kiosk, uint32_t number, uint32_t expires);

/* Hangs the office's board, number 1, on the n kiosks in dirs: with the message "We come on
   Tuesday. Is that good?" under this number without a PIN, to be answered with yes or no, and the
   letter that it answers. */
void kiosk_board(struct fake_office *office, const char code[CODE_LEN], char *const *dirs,
                 size_t n);

/* Path of a program of this build, in a quick test of those in its folder quick (tests/quick); the
   same static buffer for each name's last call. */
const char *kiosk_program(const char *name);

/* Starts the kiosk at 24x64 (or rows x cols), with --once when once is not 0. */
void kiosk_start(struct kiosk_process *kiosk, int once);
void kiosk_start_sized(struct kiosk_process *kiosk, int once, int rows, int cols);

/* The same with more options of its command line, a NULL at their end. */
void kiosk_start_as(struct kiosk_process *kiosk, const char *const *more, int rows, int cols);

/* Waits until the screen shows the text; fails with the screen shown instead. */
void kiosk_wait(struct kiosk_process *kiosk, const char *text);

/* Types keys as a person does, the first of them after a pause, then waits for the text. */
void kiosk_go(struct kiosk_process *kiosk, const char *keys, const char *text);

/* What the first screen of the receipt says. */
#define KIOSK_STORED "It is stored. Now your number"

/* From the language screen to the receipt: English, category A2, this text, no PIN. */
void kiosk_file(struct kiosk_process *kiosk, const char *text);

/* Parts of that: from the language screen to the editor; from the review to a screen with the
   text. */
void kiosk_begin(struct kiosk_process *kiosk);
void kiosk_send(struct kiosk_process *kiosk, const char *text);

/* From the receipt to the next language screen, without the number. */
void kiosk_forget(struct kiosk_process *kiosk);

/* From the language screen to the next one: English, leave. */
void kiosk_leave(struct kiosk_process *kiosk);

/* Asks the keeper to end and waits for it; returns its exit status. */
int kiosk_end(struct kiosk_process *kiosk);

/* Checks every record of the outbox: numbers, chain, signatures. Returns the number of the last. */
uint64_t kiosk_check(const struct kiosk_process *kiosk);

#endif
