/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of publishing have in common: a desk, a kiosk and a folder for the board of
   their own for each test. Everything fails the running test. */
#ifndef TESTS_LIB_PUBLISH_TEST_H
#define TESTS_LIB_PUBLISH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "desk/command.h"
#include "office/publish.h"
#include "office/triage.h"
#include "crypto/answer.h"
#include "protocol/board_folder.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"

struct publish_scene {
    struct fake_desk desk;
    struct fake_kiosk kiosk;
    char *out;
    struct publish_report report;
    struct board_folder board; /* last published */
};

/* Makes the three; nothing is published yet. */
int publish_test_setup(void **state);

/* Removes them. */
int publish_test_teardown(void **state);

/* A complaint of `who` comes to the desk. */
void publish_test_file(struct publish_scene *scene, char who);

/* Reads the board from the folder into scene->board, after every check. */
void publish_test_read(struct publish_scene *scene);

/* Publishes on this day, and reads the board. */
void publish_test_run(struct publish_scene *scene, uint32_t today);

/* Finds and opens message n to `who` on the board. ERROR_MISSING when it is not there, errors of
   answer_open. */
enum error publish_test_message(struct publish_scene *scene, char who, uint64_t n,
                                struct answer *answer);

/* How many messages of `who` are on the board. */
unsigned publish_test_messages(struct publish_scene *scene, char who);

/* How often the board says that a letter of `who` came, who looks for number i. */
unsigned publish_test_arrivals(struct publish_scene *scene, char who, uint32_t i);

/* Sets the status of case 1: an error. */
int publish_test_status(struct publish_scene *scene, const char *code);

/* What the list of cases says of case 1, the only one. */
struct triage_case publish_test_look(struct publish_scene *scene);

#define PUBLISH_TEST(f)                                                                            \
    cmocka_unit_test_setup_teardown(f, publish_test_setup, publish_test_teardown)

#endif
