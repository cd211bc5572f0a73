/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session's process takes of the board: just what the office signed, or nothing, and then it
   says so. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "kiosk/brief.h"
#include "kiosk/mailbox.h"
#include "kiosk/spawn.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_test.h"

#define LOST    "Not at this terminal"
#define NOTHING "There is nothing to read yet"

/* A session as a keeper begins one. */
struct scene {
    struct kiosk_process *kiosk;
    struct brief brief;
};

static void fill_brief(struct scene *scene)
{
    struct state *held = NULL;
    assert_int_equal(state_open(scene->kiosk->dir, &held), ERROR_NONE);
    assert_int_equal(held->board_error, ERROR_NONE);
    memset(&scene->brief, 0, sizeof scene->brief);
    scene->brief.charter = held->charter;
    scene->brief.card = held->card;
    scene->brief.number = 2;
    scene->brief.today = FAKE_OFFICE_DAY;
    scene->brief.has_board = true;
    memcpy(scene->brief.board_key, held->board_key, sizeof held->board_key);
    memcpy(scene->brief.board_hash, held->board_hash, sizeof held->board_hash);
    config_default(&scene->brief.config);
    state_close(&held);
}

static int setup(void **state)
{
    static struct scene scene;
    assert_int_equal(kiosk_test_setup(state), 0);
    scene.kiosk = *state;
    kiosk_board(&scene.kiosk->office, FAKE_SESSION_CODE, &scene.kiosk->dir, 1);
    fill_brief(&scene);
    *state = &scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    *state = scene->kiosk;
    return kiosk_test_teardown(state);
}

/* Moves a descriptor to its number. */
static bool place(int fd, int number)
{
    return fd >= 0 && dup2(fd, number) == number;
}

/* The session's process, in the terminal. Nobody answers it: it is killed before its end. */
static int become(void *context)
{
    enum { OUT_OF_THE_WAY = 32 };
    const struct scene *scene = context;
    struct mailbox *mailbox = NULL;
    int ends[2], mail = -1;
    const int board = open(folder_path(scene->kiosk->dir, STATE_BOARD), O_RDONLY | O_DIRECTORY);
    if (board < 0 || mailbox_make(&mailbox, &mail) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 ||
        write(ends[0], &scene->brief, sizeof scene->brief) != sizeof scene->brief)
        return 1;
    const int far[] = {fcntl(ends[1], F_DUPFD, OUT_OF_THE_WAY),
                       fcntl(board, F_DUPFD, OUT_OF_THE_WAY), fcntl(mail, F_DUPFD, OUT_OF_THE_WAY)};
    (void)fcntl(ends[0], F_DUPFD, OUT_OF_THE_WAY);
    for (int fd = BRIEF_SOCKET; fd < OUT_OF_THE_WAY; fd++)
        close(fd);
    if (!place(far[0], BRIEF_SOCKET) || !place(far[1], BRIEF_BOARD) ||
        !place(far[2], BRIEF_MAILBOX))
        return 1;
    execl(kiosk_program("sandyq-kiosk"), "sandyq-kiosk", SPAWN_SESSION_WORD, (char *)NULL);
    return 1;
}

static void begin(struct scene *scene)
{
    scene->kiosk->pty = pty_start_function(ROWS, COLS, become, scene);
    assert_non_null(scene->kiosk->pty);
    kiosk_wait(scene->kiosk, "Choose a language");
}

/* Looks for the person's messages; the screen that comes has this text. */
static void look(struct scene *scene, const char *text)
{
    kiosk_go(scene->kiosk, "3", "What do you want to do?");
    kiosk_go(scene->kiosk, "2", "Your number");
    kiosk_go(scene->kiosk, FAKE_SESSION_CODE "\r", "Your PIN");
    kiosk_go(scene->kiosk, "\r", text);
}

/* The path of the segment of a kind that the kiosk holds. */
static const char *held(const struct scene *scene, uint32_t kind)
{
    const struct fake_office *office = &scene->kiosk->office;
    char name[NAMES_LEN], path[NAMES_LEN + sizeof STATE_BOARD];
    for (uint32_t i = 0; i < office->segment_count; i++)
        if (office->segments[i].named.kind == kind)
            assert_true(names_segment(&office->segments[i].named, name));
    snprintf(path, sizeof path, STATE_BOARD "/%s", name);
    return folder_path(scene->kiosk->dir, path);
}

/* Puts a segment of this office, whole in itself, of other entries, in the place of the one held.
 */
static void put_another(const struct scene *scene, uint32_t kind)
{
    const struct fake_office *office = &scene->kiosk->office;
    static uint8_t entries[32 * SEGMENT_ANSWER_LEN];
    struct segment segment = {
        .kind = kind, .number = 1, .day = FAKE_OFFICE_DAY, .charter = 1, .count = 32};
    uint8_t *bytes = NULL;
    size_t len = 0;
    for (size_t i = 0; i < sizeof entries; i++)
        entries[i] = (uint8_t)(i * i / 7 + i % 251);
    memcpy(segment.office, office->charter.office, sizeof segment.office);
    assert_int_equal(segment_encode(&segment, entries, &bytes, &len), ERROR_NONE);
    assert_int_equal(len, folder_size(held(scene, kind)));
    folder_write(held(scene, kind), bytes, len);
    free(bytes);
}

static void flip_a_tag(const struct scene *scene)
{
    for (size_t i = 0; i < 32; i++)
        folder_flip(held(scene, SEGMENT_ARRIVALS), SEGMENT_HEADER_LEN + i * SEGMENT_TAG_LEN + 15);
}

static void flip_bodies(const struct scene *scene)
{
    for (size_t i = 0; i < 32; i++)
        folder_flip(held(scene, SEGMENT_ANSWERS),
                    SEGMENT_HEADER_LEN + 32 * SEGMENT_TAG_LEN + (i + 1) * SEGMENT_BODY_LEN - 1);
}

static void cut_answers(const struct scene *scene)
{
    assert_int_equal(truncate(held(scene, SEGMENT_ANSWERS), SEGMENT_HEADER_LEN), 0);
}

static void replace_answers(const struct scene *scene)
{
    put_another(scene, SEGMENT_ANSWERS);
}

static void replace_arrivals(const struct scene *scene)
{
    put_another(scene, SEGMENT_ARRIVALS);
}

static void remove_arrivals(const struct scene *scene)
{
    assert_int_equal(unlink(held(scene, SEGMENT_ARRIVALS)), 0);
}

static void remove_head(const struct scene *scene)
{
    assert_int_equal(unlink(folder_path(scene->kiosk->dir, STATE_BOARD "/" NAMES_BOARD)), 0);
}

/* A whole board of other answers, under a key that is not the office's. */
static void forge_all(const struct scene *scene)
{
    struct fake_office forger;
    fake_office_open(&forger);
    memcpy(forger.charter.office, scene->kiosk->office.charter.office,
           sizeof forger.charter.office);
    fake_office_board(&forger,
                      &(struct fake_board){.number = 2, .answer_count = 32, .arrival_count = 32},
                      folder_path(scene->kiosk->dir, STATE_BOARD));
    fake_office_close(&forger);
}

/* A whole board of the office, but not the one of which the keeper told the day of arrival. */
static void put_another_board(const struct scene *scene)
{
    fake_office_board(&scene->kiosk->office,
                      &(struct fake_board){.number = 2, .answer_count = 32, .arrival_count = 32},
                      folder_path(scene->kiosk->dir, STATE_BOARD));
}

/* ---- what is seen ---- */

/* Somebody writes into the files while the session waits for its visitor. */
static void what_changes_later_changes_no_word(void **state)
{
    struct scene *scene = *state;
    begin(scene);
    flip_a_tag(scene);
    flip_bodies(scene);
    replace_arrivals(scene);
    cut_answers(scene);
    remove_head(scene);
    look(scene, "Your letter has arrived at the office.");
    assert_true(pty_shows(scene->kiosk->pty, "We come on Tuesday. Is that good?"));
}

/* Between the keeper's check and the session. */
static void assert_changed_before_is_lost(void **state, void (*change)(const struct scene *))
{
    struct scene *scene = *state;
    change(scene);
    begin(scene);
    look(scene, LOST);
    assert_false(pty_shows(scene->kiosk->pty, NOTHING));
}

static void a_tag_that_changed_before_is_seen(void **state)
{
    assert_changed_before_is_lost(state, flip_a_tag);
}

static void bodies_that_changed_before_are_seen(void **state)
{
    assert_changed_before_is_lost(state, flip_bodies);
}

static void answers_that_are_cut_are_seen(void **state)
{
    assert_changed_before_is_lost(state, cut_answers);
}

static void other_answers_are_seen(void **state)
{
    assert_changed_before_is_lost(state, replace_answers);
}

static void other_arrivals_are_seen(void **state)
{
    assert_changed_before_is_lost(state, replace_arrivals);
}

static void missing_arrivals_are_seen(void **state)
{
    assert_changed_before_is_lost(state, remove_arrivals);
}

static void missing_head_is_seen(void **state)
{
    assert_changed_before_is_lost(state, remove_head);
}

static void a_forged_board_is_seen(void **state)
{
    assert_changed_before_is_lost(state, forge_all);
}

static void another_board_of_the_office_is_seen(void **state)
{
    assert_changed_before_is_lost(state, put_another_board);
}

#define WORKER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WORKER_TEST(what_changes_later_changes_no_word),
        WORKER_TEST(another_board_of_the_office_is_seen),
        WORKER_TEST(a_tag_that_changed_before_is_seen),
        WORKER_TEST(bodies_that_changed_before_are_seen),
        WORKER_TEST(answers_that_are_cut_are_seen),
        WORKER_TEST(other_answers_are_seen),
        WORKER_TEST(other_arrivals_are_seen),
        WORKER_TEST(missing_arrivals_are_seen),
        WORKER_TEST(missing_head_is_seen),
        WORKER_TEST(a_forged_board_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
