/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenes at the office: it is made, signs cards, takes bundles, answers and publishes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/import.h"
#include "office/publish.h"
#include "office/take_back.h"
#include "office/triage.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"
#include "tests/torture/weigh.h"

/* --- an office is made --- */

void scenes_init_base(const char *root)
{
    house_must(secret_start() == ERROR_NONE, "locked memory");
}

static void take_fingerprint(const char *text, uint8_t hash[MARKS_HASH])
{
    house_hash(text, strlen(text), hash);
}

void scenes_init_run(const char *root)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    uint8_t hash[MARKS_HASH];
    if (house_make_office(root, fingerprint) != ERROR_NONE)
        return;
    take_fingerprint(fingerprint, hash);
    marks_done(HOUSE_MADE, 1, hash);
}

/* Everything of it opens, and it is the one that was made. */
static const char *weigh_office(struct vault *vault, const struct marks *marks)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    uint8_t hash[MARKS_HASH];
    struct root *keys = NULL;
    struct fleet_row *rows = NULL;
    size_t n = 0;
    enum error error = house_root(vault, &keys);
    secret_free(keys);
    if (error == ERROR_NONE)
        error = fleet_list(vault, house_now(), &rows, &n);
    fleet_free(rows, n);
    if (error != ERROR_NONE)
        return error_text(error);
    charter_fingerprint(vault->charter.office, fingerprint);
    take_fingerprint(fingerprint, hash);
    if (marks_has(marks, HOUSE_MADE, 1, true) && !marks_knows(marks, HOUSE_MADE, hash))
        return "another office than the one that was made";
    return house_audit(vault);
}

/* An office that was begun says so, is thrown away as it says, and made anew. */
static const char *make_again(const char *root, int error)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    int may = vault_may_make(house_path(root, "office"), day_today());
    if (error != ERROR_UNFINISHED && error != ERROR_NOT_OFFICE)
        return error_text(error);
    if (may != ERROR_NONE && (may != ERROR_UNFINISHED || error != ERROR_UNFINISHED))
        return "no office, and yet none can be made";
    if (may == ERROR_UNFINISHED)
        house_throw_away(root, "office");
    error = house_make_office(root, fingerprint);
    return error == ERROR_NONE ? NULL : error_text(error);
}

const char *scenes_init_check(const char *root, const struct marks *marks)
{
    struct vault *vault = NULL;
    const char *wrong = NULL;
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE)
        wrong = weigh_office(vault, marks);
    vault_close(&vault);
    if (error == ERROR_NONE)
        return wrong;
    if (marks_has(marks, HOUSE_MADE, 1, true))
        return scene_lost("an office that was made does not open");
    return make_again(root, error);
}

/* --- cards --- */

void scenes_card_base(const char *root)
{
    house_must_office(root);
    house_must_kiosk(root);
    house_must_remember(root);
}

/* The number of the card on the medium; 0: there is none. */
static const char *weigh_card(const char *root, uint32_t *number)
{
    struct card card;
    struct charter charter;
    uint8_t *data = NULL;
    size_t len = 0;
    *number = 0;
    if (access(house_path(root, "media/k.card"), F_OK) != 0)
        return NULL;
    enum error error =
        file_read(AT_FDCWD, house_path(root, "media/k.card"), CARD_FILE_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_decode(data, len, &card, &charter);
    if (error == ERROR_NONE)
        *number = card.number;
    free(data);
    return error == ERROR_NONE ? NULL : "a card on the medium that is not whole";
}

void scenes_card_run(const char *root)
{
    static const char *const facilities[] = {"PC-17", "PC-18"};
    for (unsigned i = 0; i < 2; i++) {
        uint32_t number = 0;
        if (house_enroll(root, "request", facilities[i]) == ERROR_NONE &&
            weigh_card(root, &number) == NULL)
            marks_done(HOUSE_CARD, number, NULL);
    }
}

const char *scenes_card_check(const char *root, const struct marks *marks)
{
    uint32_t out = 0, in_journal = 0, next = 0;
    struct journal_kiosk kiosk;
    const char *wrong = weigh_card(root, &out);
    if (wrong == NULL)
        wrong = weigh_kiosk(root, &in_journal, &kiosk);
    if (wrong == NULL && out > in_journal)
        wrong = "a card is out that the office does not know";
    if (wrong == NULL && out < marks_highest(marks, HOUSE_CARD, true))
        wrong = scene_lost("a card that was made is lost");
    if (wrong == NULL && house_enroll(root, "request", "PC-19") != ERROR_NONE)
        wrong = "no new card can be made";
    if (wrong == NULL)
        wrong = weigh_card(root, &next);
    if (wrong == NULL && next != in_journal + 1)
        wrong = "a number of a card twice, or left out";
    if (wrong == NULL)
        wrong = house_carries(root, "media");
    return wrong != NULL ? wrong : house_goes_on(root);
}

/* --- import --- */

/* Three letters of a's case, b and c; a cover; bytes that nobody can open; on two media. */
void scenes_import_base(const char *root)
{
    house_must_office(root);
    house_must_kiosk(root);
    house_must_card(root);
    house_must_file(root, "a b");
    house_must_carry(root, "media");
    house_must_file(root, "a!ca");
    house_must_carry(root, "second");
    house_must_remember(root);
}

enum { LETTERS = 7, FIRST_LETTERS = 3, CHUNK = 2 };

static void import_run(const char *root, const char *media, uint64_t last)
{
    if (house_imports(root, media) == NULL)
        marks_done(HOUSE_IMPORTED, last, NULL);
}

void scenes_import_run(const char *root)
{
    import_run(root, "media", FIRST_LETTERS);
    import_run(root, "second", LETTERS);
}

/* Two records at a time, so that a cut falls into the middle of a bundle. */
void scenes_chunks_run(const char *root)
{
    struct vault *vault = NULL;
    struct import import = {.now = house_now(), .chunk = CHUNK};
    if (house_vault(root, &vault) == ERROR_NONE) {
        import.vault = vault;
        import_path(&import, house_path(root, "second"));
        if (import.report.bundles == 1 && import.report.refused == 0)
            marks_done(HOUSE_IMPORTED, LETTERS, NULL);
    }
    vault_close(&vault);
}

/* How far the office has come: what is there came by whole transactions. */
static const char *held(const char *root, uint64_t *last)
{
    uint32_t card = 0;
    struct journal_kiosk kiosk;
    const char *wrong = weigh_kiosk(root, &card, &kiosk);
    *last = kiosk.tip_seq;
    if (wrong != NULL)
        return wrong;
    const bool whole = card != 0 && kiosk.last_seq == *last;
    return whole && (*last % CHUNK == 0 || *last == FIRST_LETTERS || *last == LETTERS)
               ? NULL
               : "a part of a chunk was taken";
}

const char *scenes_import_check(const char *root, const struct marks *marks)
{
    uint64_t last = 0;
    uint64_t told = marks_highest(marks, HOUSE_IMPORTED, true);
    const char *wrong = held(root, &last);
    if (wrong == NULL && last < told)
        wrong = scene_lost("imported letters are lost");
    scene_found(told);
    if (wrong == NULL)
        wrong = house_imports(root, "media");
    if (wrong == NULL)
        wrong = house_imports(root, "second");
    if (wrong == NULL)
        wrong = weigh_cases(root, NULL);
    return wrong != NULL ? wrong : house_goes_on(root);
}

/* --- answers and boards --- */

void scenes_answer_base(const char *root)
{
    scenes_import_base(root);
    house_must_import(root, "second");
}

/* What is said, in this order; a board goes out after the third and the last. */
enum {
    SAID_FIRST = 1,
    SAID_STATUS,
    SAID_NOTE,
    SAID_WRONG,
    SAID_BACK, /* the answer before it is taken back */
    SAID_SECOND,
    SAID_UNDO,
    SAID_END
};
static const char *const said[SAID_END] = {
    [SAID_FIRST] = "the first answer",
    [SAID_NOTE] = "a note",
    [SAID_WRONG] = "an answer to take back",
    [SAID_SECOND] = "the second answer",
};

static enum error say(struct vault *vault, int what)
{
    static const uint64_t cases[SAID_END] = {
        [SAID_FIRST] = 1, [SAID_STATUS] = 2, [SAID_NOTE] = 3, [SAID_WRONG] = 1,
        [SAID_BACK] = 1,  [SAID_SECOND] = 1, [SAID_UNDO] = 2};
    struct published_message left;
    bool changed = false, kept = false;
    struct casefile *casefile = NULL;
    const uint32_t now = house_now();
    enum error error = casefile_load(vault, cases[what], &casefile);
    if (error == ERROR_NONE && what == SAID_NOTE)
        error = casefile_note(casefile, now, said[what], strlen(said[what]));
    else if (error == ERROR_NONE && what == SAID_STATUS)
        error = triage_set_status(casefile, taxonomy_status("triaged"), now, &changed);
    else if (error == ERROR_NONE && what == SAID_UNDO)
        error = casefile_undo(casefile, now);
    else if (error == ERROR_NONE && what == SAID_BACK)
        error = take_back_message(vault, 1, casefile_seen(casefile)->messages, now, &left);
    else if (error == ERROR_NONE)
        error = triage_answer(casefile, said[what], strlen(said[what]), now, &kept);
    casefile_free(&casefile);
    return error;
}

static int hash_board(const char *root, uint8_t hash[MARKS_HASH])
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error =
        file_read(AT_FDCWD, house_path(root, "out/" NAMES_BOARD), HEAD_MAX, &data, &len);
    if (error == ERROR_NONE)
        house_hash(data, len, hash);
    free(data);
    return error;
}

static void publish(const char *root, struct vault *vault)
{
    struct publish_report report;
    uint8_t hash[MARKS_HASH] = {0};
    if (publish_run(vault, house_path(root, "out"), house_now(), &report) != ERROR_NONE)
        return;
    (void)hash_board(root, hash); /* unread: zeros, which claim nothing of its bytes */
    marks_done(HOUSE_PUBLISHED, report.number, hash);
}

void scenes_answer_run(const char *root)
{
    struct vault *vault = NULL;
    enum error error = ERROR_NONE;
    if (house_vault(root, &vault) == ERROR_NONE)
        for (int what = SAID_FIRST; what < SAID_END; what++) {
            if (what == SAID_BACK && error != ERROR_NONE)
                continue; /* another one would be the last */
            marks_try(HOUSE_SAID, (uint64_t)what, NULL);
            error = say(vault, what);
            if (error == ERROR_NONE)
                marks_done(HOUSE_SAID, (uint64_t)what, NULL);
            if (what == SAID_NOTE || what == SAID_SECOND)
                publish(root, vault);
        }
    vault_close(&vault);
}

/* How often each of them is in the journal. */
struct heard {
    unsigned times[SAID_END];
    struct answer *answer;
};

static enum error hear(void *context, const struct item *item)
{
    struct heard *heard = context;
    if (item->kind == ITEM_STATUS && item->case_id == 2)
        heard->times[item->undoes ? SAID_UNDO : SAID_STATUS]++;
    heard->times[SAID_BACK] += item->kind == ITEM_TAKEN_BACK;
    if (item->kind != ITEM_NOTE && (item->kind != ITEM_MESSAGE || !item->has_text))
        return ERROR_NONE;
    for (int i = SAID_FIRST; i < SAID_END; i++)
        heard->times[i] += said[i] != NULL && strlen(said[i]) == item->len &&
                           memcmp(said[i], item->text, item->len) == 0;
    return ERROR_NONE;
}

static const char *weigh_said(struct vault *vault, const struct marks *marks, struct heard *heard)
{
    enum error error = casefile_each(vault, hear, heard);
    if (error != ERROR_NONE)
        return error_text(error);
    for (int i = SAID_FIRST; i < SAID_END; i++) {
        bool done = marks_has(marks, HOUSE_SAID, (uint64_t)i, true);
        if (done && heard->times[i] == 0)
            return scene_lost("what the office said is lost");
        if (heard->times[i] > 1)
            return "something is said twice";
        if (heard->times[i] == 1 && !marks_has(marks, HOUSE_SAID, (uint64_t)i, false))
            return "something that nobody said";
        scene_found(done);
    }
    return NULL;
}

/* A board that was read; all zeros when there was none. */
struct file {
    struct board_folder board;
    uint8_t hash[MARKS_HASH]; /* of its head */
};

static const char *read_board_file(const char *root, const struct vault *vault, struct file *file)
{
    *file = (struct file){.hash = {0}};
    if (access(house_path(root, "out/" NAMES_BOARD), F_OK) != 0)
        return NULL;
    const int dir = open(house_path(root, "out"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum error error =
        board_folder_open(dir, vault->charter.board, vault->charter.office, &file->board);
    if (dir >= 0)
        close(dir);
    if (error != ERROR_NONE)
        return "a published board that is not whole";
    house_hash(file->board.head_bytes, file->board.head_len, file->hash);
    return NULL;
}

/* Is the answer on the board, and once? */
static const char *weigh_entry(const struct file *file, const struct heard *heard, int what,
                               unsigned expected)
{
    static uint8_t tags[ANSWER_COUNT_MAX][ANSWER_TAG_LEN], found[ANSWER_COUNT_MAX][ANSWER_LEN];
    static const uint8_t none[ANSWER_LEN];
    struct code_keys keys;
    unsigned times = 0;
    house_keys('a', &keys);
    memset(found, 0, sizeof found);
    for (uint64_t n = 1; n <= ANSWER_COUNT_MAX; n++)
        house_must(answer_tag(&keys, n, tags[n - 1]) == ERROR_NONE, "a tag");
    for (uint32_t i = 0; i < file->board.segment_count; i++)
        if (file->board.segments[i].kind == SEGMENT_ANSWERS)
            segment_find_answers(&file->board.segments[i], (const uint8_t(*)[SEGMENT_TAG_LEN])tags,
                                 ANSWER_COUNT_MAX, found);
    for (uint64_t n = 1; n <= ANSWER_COUNT_MAX; n++) {
        if (memcmp(found[n - 1], none, sizeof none) == 0)
            continue;
        if (answer_open(&keys, n, found[n - 1], heard->answer) != ERROR_NONE)
            return "an answer on the board does not open";
        times += heard->answer->len == strlen(said[what]) &&
                 memcmp(heard->answer->text, said[what], heard->answer->len) == 0;
    }
    return times == expected ? NULL : "an answer is not on the board, or twice";
}

/* The next board stands above all that were out, or is one of them, byte by byte. */
static const char *weigh_next(const struct file *next, const struct file *old,
                              const struct marks *marks)
{
    static const uint8_t unread[MARKS_HASH];
    const uint32_t number = next->board.head.number, was = old->board.head.number;
    if (number < was || (number == was && memcmp(next->hash, old->hash, MARKS_HASH) != 0))
        return "a board's number twice, or going back";
    for (size_t i = 0; i < marks->n; i++) {
        const struct mark *mark = &marks->all[i];
        if (mark->what != HOUSE_PUBLISHED || memcmp(mark->hash, unread, MARKS_HASH) == 0)
            continue;
        if (number < mark->n ||
            (number == mark->n && memcmp(next->hash, mark->hash, MARKS_HASH) != 0))
            return "a published number is given to another board";
    }
    return NULL;
}

/* On the next day on which a board is due, when today's is out. */
static enum error publish_next(const char *root, struct vault *vault)
{
    const char *out = house_path(root, "out");
    struct publish_report report;
    enum error error = publish_run(vault, out, house_now(), &report);
    if (error == ERROR_NONE && !report.made)
        error = publish_run(vault, out, report.forecast.due * DAY_MINUTES, &report);
    return error;
}

static const char *publish_again(const char *root, struct vault *vault, const struct marks *marks,
                                 const struct heard *heard)
{
    struct file old, next = {.hash = {0}};
    const char *wrong = read_board_file(root, vault, &old);
    uint64_t told = marks_highest(marks, HOUSE_PUBLISHED, true);
    if (wrong == NULL && told > 0 && old.board.head.number < told)
        wrong = scene_lost("a published board is lost");
    if (wrong == NULL && publish_next(root, vault) != ERROR_NONE)
        wrong = "no board can be published";
    if (wrong == NULL)
        wrong = read_board_file(root, vault, &next);
    if (wrong == NULL && next.board.head.number == 0)
        wrong = "no board was published";
    if (wrong == NULL)
        wrong = weigh_next(&next, &old, marks);
    if (wrong == NULL)
        wrong = weigh_entry(&next, heard, SAID_FIRST, heard->times[SAID_FIRST]);
    if (wrong == NULL)
        wrong = weigh_entry(&next, heard, SAID_WRONG,
                            heard->times[SAID_WRONG] - heard->times[SAID_BACK]);
    if (wrong == NULL)
        wrong = weigh_entry(&next, heard, SAID_SECOND, heard->times[SAID_SECOND]);
    board_folder_close(&old.board);
    board_folder_close(&next.board);
    return wrong;
}

const char *scenes_answer_check(const char *root, const struct marks *marks)
{
    struct heard heard = {.answer = secret_new(sizeof *heard.answer)};
    struct vault *vault = NULL;
    house_must(heard.answer != NULL, "locked memory");
    enum error error = house_vault(root, &vault);
    const char *wrong = error == ERROR_NONE ? NULL : error_text(error);
    if (wrong == NULL)
        wrong = weigh_said(vault, marks, &heard);
    if (wrong == NULL)
        wrong = publish_again(root, vault, marks, &heard);
    vault_close(&vault);
    secret_free(heard.answer);
    if (wrong == NULL)
        wrong = house_carries(root, "out");
    return wrong != NULL ? wrong : house_goes_on(root);
}
