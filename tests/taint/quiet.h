/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that memcheck has nothing to say about, and work that it must not miss. */
#ifndef TESTS_TAINT_QUIET_H
#define TESTS_TAINT_QUIET_H

#include <stddef.h>
#include <stdint.h>

/* How often each work is done, and how many times it was quiet; how many controls were seen. */
extern int quiet_rounds;
extern unsigned long quiet_calls, quiet_seen;

/* No jump and no address in the work depends on a secret. */
void quiet_assert(void (*work)(void));

/* The marks travelled: what was made of secrets is one, until it is published. len is at most
   ENVELOPE_LEN. */
void quiet_assert_secret(const void *bytes, size_t len);

/* Deliberately wrong: without a report here, the silence elsewhere would mean nothing. */
void quiet_assert_seen(void (*work)(void));

#endif
