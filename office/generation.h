/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The acts that make a new generation of a compartment's secret. The body of one has the public key
   of the generation's pair, 32 bytes; its head commits to the secret. */
#ifndef OFFICE_GENERATION_H
#define OFFICE_GENERATION_H

#include "office/history.h"

/* Adds to the batch the act that makes this generation, sealed under keys. Errors of
   history_batch_add. */
enum error generation_add(struct history_batch *batch, const struct keyset *keys,
                          const struct keyset_generation *generation, uint32_t now);

/* Makes a fresh secret as generation `number` of the compartment, in keys. Errors of keyset_add. */
enum error generation_make(struct keyset *keys, uint16_t compartment, uint32_t number);

#endif
