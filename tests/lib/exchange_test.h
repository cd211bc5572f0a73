/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the exchange have in common: an office, a kiosk's folder and a medium of
   their own for each test. Everything fails the running test. */
#ifndef TESTS_LIB_EXCHANGE_TEST_H
#define TESTS_LIB_EXCHANGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "courier/exchange.h"
#include "device/enroll.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "tests/lib/fake_office.h"

/* Of the running test; the key and id are the kiosk's, exchange_told is what the last run
   reported. */
extern struct fake_office exchange_office;
extern char *exchange_dir;
extern char *exchange_media;
extern uint8_t exchange_key[32];
extern char exchange_id[CARD_KIOSK_TEXT_LEN];
extern struct exchange_report exchange_told;

/* Makes the three: the kiosk is enrolled and has its card, the medium is empty. */
int exchange_test_setup(void **state);

/* Removes them. */
int exchange_test_teardown(void **state);

/* One exchange of the folder with the medium: an error. */
int exchange_test_run(void);

/* Signs the office's charter under this number and puts it on the medium. */
void exchange_put_charter(uint32_t number);

/* Puts a board of this number with this mark, or none (NULL), on the medium. */
void exchange_put_board(uint32_t number, const struct head_mark *mark);

/* Reads bundle `number` of the kiosk from the medium; *data (free) is what it lies in. */
struct bundle exchange_get_bundle(int number, uint8_t **data);

/* Bundle `number` on the medium holds the records first..last. */
void assert_numbered_bundle(int number, uint64_t first, uint64_t last);

/* The first bundle does, or the only one. */
void assert_bundle(uint64_t first, uint64_t last);

/* The outbox holds the records first..last. */
void assert_outbox_held(uint64_t first, uint64_t last);

/* Is a file of this name on the medium? */
bool exchange_on_media(const char *name);

#define EXCHANGE_TEST(f)                                                                           \
    cmocka_unit_test_setup_teardown(f, exchange_test_setup, exchange_test_teardown)

#endif
