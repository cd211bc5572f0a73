/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that keeper and session share for one visit, in which the session puts its envelope.
   The keeper looks into it by its own clock, so no system call of the keeper's tells whether and
   when an envelope came. Only ciphertext lies in it. */
#ifndef KIOSK_MAILBOX_H
#define KIOSK_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/envelope.h"

struct mailbox;

/* --- the keeper's side --- */

/* Makes a mailbox, and *fd for the session's process, which the caller closes. Its size is sealed,
   so the session cannot truncate it under the keeper (memfd_create(2)). Returns 0, or -1 with *out
   NULL and *fd -1. *out is freed by mailbox_free. */
int mailbox_make(struct mailbox **out, int *fd);

/* Unmaps and sets *mailbox to NULL. Does nothing for NULL. */
void mailbox_free(struct mailbox **mailbox);

/* Copies the envelope that the session put there, if it is not answered yet; otherwise leaves
   envelope as it is. Returns the turn to pass to mailbox_answer. */
uint32_t mailbox_look(struct mailbox *mailbox, uint8_t envelope[ENVELOPE_LEN]);

/* Acknowledges the envelope of this turn, or with stored false refuses it; only the first answer to
   a turn counts. */
void mailbox_answer(struct mailbox *mailbox, uint32_t turn, bool stored);

/* --- the session's side --- */

/* Maps the mailbox behind fd. Returns NULL without memory. Freed by mailbox_free. */
struct mailbox *mailbox_join(int fd);

/* Puts an envelope there and waits for the answer. Returns 0 when it is durably stored; -1 when it
   is not, or when the keeper is gone, which the other end of socket tells. */
int mailbox_store(struct mailbox *mailbox, int socket, const uint8_t envelope[ENVELOPE_LEN]);

#endif
