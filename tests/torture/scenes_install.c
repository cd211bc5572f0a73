/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Card, charter and board are installed: each is the old one or the new one, whole, at every cut.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "courier/exchange.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "device/state.h"
#include "office/root.h"
#include "office/vault.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"

enum { PIECES = 6 };

/* What is installed, in this order. */
static struct piece {
    enum house_what what;
    uint32_t number;
    uint8_t *data; /* of a board its head */
    size_t len;
    struct part { /* a segment of a board */
        struct head_segment named;
        uint8_t *data;
        size_t len;
    } parts[2];
} pieces[PIECES];

static void keep(struct piece *piece, enum house_what what, uint32_t number)
{
    free(piece->data);
    free(piece->parts[0].data);
    free(piece->parts[1].data);
    *piece = (struct piece){.what = what, .number = number};
}

static void make_card(struct piece *piece, const struct vault *vault, const struct state *state,
                      const uint8_t *root_seed)
{
    struct card card = {.number = piece->number,
                        .issued = day_today(),
                        .expires = day_today() + 100,
                        .facility = "PC-17",
                        .type = 1};
    memcpy(card.key, state->key, sizeof card.key);
    piece->len = CARD_FILE_LEN;
    piece->data = malloc(CARD_FILE_LEN);
    house_must(piece->data != NULL &&
                   card_encode(&card, vault->charter_bytes, root_seed, piece->data) == ERROR_NONE,
               "a card");
}

/* The last charter names another key for boards. */
static void make_charter(struct piece *piece, struct vault *vault, const uint8_t *root_seed)
{
    static const uint8_t other_seed[SIGNATURE_SEED_LEN] = {2};
    if (piece->number == 3)
        house_must(signature_public(other_seed, vault->charter.board) == 0, "a key");
    vault->charter.number = piece->number;
    piece->len = CHARTER_LEN;
    piece->data = malloc(CHARTER_LEN);
    house_must(piece->data != NULL &&
                   charter_encode(&vault->charter, root_seed, piece->data) == ERROR_NONE,
               "a charter");
    memcpy(vault->charter_bytes, piece->data, CHARTER_LEN);
}

static void make_part(struct part *part, const struct piece *piece, const struct vault *vault,
                      uint32_t kind)
{
    static uint8_t random[2 * SEGMENT_ANSWER_LEN];
    struct segment segment = {
        .kind = kind, .number = piece->number, .day = day_today(), .charter = 1, .count = 2};
    memcpy(segment.office, vault->charter.office, sizeof segment.office);
    random_bytes(random, sizeof random);
    house_must(segment_encode(&segment, random, &part->data, &part->len) == ERROR_NONE,
               "a segment");
    part->named = (struct head_segment){piece->number, kind, segment.count, {0}};
    const struct hash_part bytes = {part->data, part->len};
    house_must(hash_sha256(part->named.hash, &bytes, 1) == 0, "its hash");
}

static void make_board(struct piece *piece, const struct vault *vault, const struct state *state)
{
    struct head head = {.charter = 1,
                        .number = piece->number,
                        .day = day_today(),
                        .kiosk_count = 1,
                        .segment_count = 2,
                        .notices_len = 6};
    struct head_segment named[2];
    struct head_mark mark = {.seq = 0};
    const struct head_lists lists = {.marks = &mark, .segments = named, .notices = "notice"};
    for (uint32_t i = 0; i < 2; i++) {
        make_part(&piece->parts[i], piece, vault, SEGMENT_ARRIVALS + i);
        named[i] = piece->parts[i].named;
    }
    memcpy(head.office, vault->charter.office, sizeof head.office);
    memcpy(mark.kiosk, state->kiosk, sizeof mark.kiosk);
    uint8_t *seed = secret_new(SIGNATURE_SEED_LEN);
    house_must(seed != NULL && keyset_board(vault->keys, seed) == ERROR_NONE &&
                   head_encode(&head, &lists, seed, &piece->data, &piece->len) == ERROR_NONE,
               "a board");
    secret_free(seed);
}

void scenes_install_base(const char *root)
{
    static const struct piece plan[PIECES] = {
        {HOUSE_CARD, 1, NULL, 0},  {HOUSE_BOARD, 1, NULL, 0}, {HOUSE_CHARTER, 2, NULL, 0},
        {HOUSE_BOARD, 2, NULL, 0}, {HOUSE_CARD, 2, NULL, 0},  {HOUSE_CHARTER, 3, NULL, 0},
    };
    struct vault *vault = NULL;
    struct state *state = NULL;
    struct root *keys = NULL;
    house_must_office(root);
    house_must_kiosk(root);
    house_must(house_enroll(root, "request", "PC-17") == ERROR_NONE, "a card");
    house_must(house_vault(root, &vault) == ERROR_NONE, "the office");
    house_must(house_root(vault, &keys) == ERROR_NONE, "the root key");
    house_must(state_open(house_path(root, "state"), &state) == ERROR_NONE, "the kiosk");
    for (int i = 0; i < PIECES; i++) {
        keep(&pieces[i], plan[i].what, plan[i].number);
        if (plan[i].what == HOUSE_CARD)
            make_card(&pieces[i], vault, state, keys->seed);
        else if (plan[i].what == HOUSE_CHARTER)
            make_charter(&pieces[i], vault, keys->seed);
        else
            make_board(&pieces[i], vault, state);
    }
    secret_free(keys);
    state_close(&state);
    vault_close(&vault);
    house_must_remember(root);
}

static int install_board(struct state *state, const struct piece *piece)
{
    struct head head;
    bool misfit = false;
    enum error error = state_check_board(state, piece->data, piece->len, day_today(), &head);
    if (error == ERROR_NONE)
        error = state_note_head(state, piece->data, piece->len, &misfit);
    for (int i = 0; i < 2 && error == ERROR_NONE; i++) {
        const struct part *part = &piece->parts[i];
        if (state_has_segment(state, &part->named) != ERROR_NONE)
            error = state_add_segment(state, &part->named, part->data, part->len);
    }
    return error == ERROR_NONE ? state_install_board(state, piece->data, piece->len, day_today())
                               : error;
}

static int install(struct state *state, const struct piece *piece)
{
    if (piece->what == HOUSE_CARD)
        return state_install_card(state, piece->data, piece->len);
    if (piece->what == HOUSE_CHARTER)
        return state_install_charter(state, piece->data, piece->len);
    return install_board(state, piece);
}

/* What cannot be installed ends it: a board must come before the charter that changes its key. */
void scenes_install_run(const char *root)
{
    struct state *state = NULL;
    if (state_open(house_path(root, "state"), &state) != ERROR_NONE)
        return;
    for (int i = 0; i < PIECES && install(state, &pieces[i]) == ERROR_NONE; i++)
        marks_done(pieces[i].what, pieces[i].number, NULL);
    state_close(&state);
}

/* A file is one of what was installed, or not there. */
static const char *weigh_file(const char *root, const char *name, enum house_what what)
{
    uint8_t *data = NULL;
    size_t len = 0;
    const char *wrong = "a file that is half installed";
    if (access(house_path(root, name), F_OK) != 0)
        return NULL;
    if (file_read(AT_FDCWD, house_path(root, name), HEAD_MAX, &data, &len) != ERROR_NONE)
        return "a file that cannot be read";
    for (int i = 0; i < PIECES; i++)
        if (pieces[i].what == what && pieces[i].len == len &&
            memcmp(pieces[i].data, data, len) == 0)
            wrong = NULL;
    free(data);
    return wrong;
}

/* The second board names another head before it than the first: who has it tells so. */
static const char *weigh_state(const struct state *state, const struct marks *marks)
{
    struct misfit_list misfits;
    state_misfits(state, &misfits);
    if (state->board_number == 2 && misfits.n != 1)
        return scene_lost("a board that does not fit is not told");
    uint64_t card = marks_highest(marks, HOUSE_CARD, true);
    if (card > 0 && (!state->has_card || state->card.number < card))
        return scene_lost("an installed card is lost");
    if (marks_highest(marks, HOUSE_CHARTER, true) > 0 &&
        (!state->has_card || state->charter.number < marks_highest(marks, HOUSE_CHARTER, true)))
        return scene_lost("an installed charter is lost");
    if (state->board_number < marks_highest(marks, HOUSE_BOARD, true))
        return scene_lost("an installed board is lost");
    return NULL;
}

/* All again: it goes through, or there is a newer one. */
static const char *install_again(struct state *state)
{
    for (int i = 0; i < PIECES; i++) {
        const bool other_key = pieces[i].what == HOUSE_BOARD && state->charter.number == 3;
        int error = install(state, &pieces[i]);
        if (error != ERROR_NONE && error != ERROR_OLDER && !(other_key && error == ERROR_FORGED))
            return error_text(error);
    }
    return state->card.number == 2 && state->charter.number == 3 && state->board_number == 2
               ? NULL
               : "what was brought again is not held";
}

const char *scenes_install_check(const char *root, const struct marks *marks)
{
    struct state *state = NULL;
    const char *wrong = weigh_file(root, "state/card", HOUSE_CARD);
    if (wrong == NULL)
        wrong = weigh_file(root, "state/charter", HOUSE_CHARTER);
    if (wrong == NULL)
        wrong = weigh_file(root, "state/board/" NAMES_BOARD, HOUSE_BOARD);
    if (wrong != NULL)
        return wrong;
    int error = state_open(house_path(root, "state"), &state);
    wrong = error == ERROR_NONE ? weigh_state(state, marks) : error_text(error);
    if (wrong == NULL)
        wrong = install_again(state);
    state_close(&state);
    return wrong != NULL ? wrong : house_goes_on(root);
}

/* --- a stranger's card --- */

/* A whole card for this kiosk lies on the medium, of another office, and none of its own. */
void scenes_stranger_base(const char *root)
{
    const struct vault_order order = {.name = "Others", .officer = "", .now = house_now()};
    struct vault *other = vault_blank();
    struct state *state = NULL;
    struct piece piece = {HOUSE_CARD, 9, NULL, 0};
    scenes_filed_base(root);
    struct root *keys = secret_new(sizeof *keys);
    house_must(other != NULL && keys != NULL && vault_fresh(other, &order, keys) == ERROR_NONE,
               "another office");
    house_must(state_open(house_path(root, "state"), &state) == ERROR_NONE, "the kiosk");
    make_card(&piece, other, state, keys->seed);
    int fd = open(house_path(root, "media/s.card"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    house_must(fd >= 0 && write(fd, piece.data, piece.len) == (ssize_t)piece.len &&
                   close(fd) == 0 && unlink(house_path(root, "media/k.card")) == 0,
               "a card");
    free(piece.data);
    vault_close(&other);
    secret_free(keys);
    state_close(&state);
}

void scenes_stranger_run(const char *root)
{
    struct exchange_report report;
    (void)exchange_run(house_path(root, "state"), house_path(root, "media"), day_today(), &report);
}

const char *scenes_stranger_check(const char *root, const struct marks *marks)
{
    struct vault *vault = NULL;
    struct state *state = NULL;
    bool ours = house_vault(root, &vault) == ERROR_NONE &&
                state_open(house_path(root, "state"), &state) == ERROR_NONE && state->has_card &&
                memcmp(state->card.office, vault->charter.office, CHARTER_OFFICE_LEN) == 0;
    state_close(&state);
    vault_close(&vault);
    if (!ours)
        return "the kiosk belongs to a stranger";
    unlink(house_path(root, "media/s.card"));
    return scenes_exchange_check(root, marks);
}

/* The highest record in a bundle, or 0. */
static const char *weigh_bundle(int media, const char *name, const struct state *state,
                                uint64_t *last)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct bundle bundle;
    if (file_read(media, name, BUNDLE_MAX, &data, &len) != ERROR_NONE)
        return "a bundle that cannot be read";
    int error = bundle_decode(data, len, state->key, NULL, &bundle);
    if (error == ERROR_NONE && bundle.last >= bundle.first && bundle.last > *last)
        *last = bundle.last;
    free(data);
    return error == ERROR_NONE ? NULL : "a bundle on the medium is not whole";
}

static const char *weigh_bundles(int media, const struct state *state, uint64_t *last)
{
    const char *wrong = NULL;
    DIR *folder = file_folder(media);
    if (folder == NULL)
        return "the medium cannot be read";
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t len = strlen(entry->d_name), end = strlen(NAMES_BUNDLE);
        if (wrong == NULL && len > end && strcmp(entry->d_name + len - end, NAMES_BUNDLE) == 0)
            wrong = weigh_bundle(media, entry->d_name, state, last);
    }
    closedir(folder);
    return wrong;
}

/* Everything on the medium is whole, and what was said to have gone out is there. */
static const char *weigh_medium(const char *root, const struct marks *marks)
{
    struct state *state = NULL;
    uint64_t last = 0;
    int media = open(house_path(root, "media"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (media < 0 || state_open(house_path(root, "state"), &state) != ERROR_NONE)
        return "state folder or medium does not open";
    const char *wrong = weigh_bundles(media, state, &last);
    if (wrong == NULL && last < marks_highest(marks, HOUSE_EXCHANGED, true))
        wrong = scene_lost("records that went out are not on the medium");
    state_close(&state);
    close(media);
    return wrong;
}

const char *scenes_exchange_check(const char *root, const struct marks *marks)
{
    const char *wrong = house_chain(root, marks, 4);
    if (wrong == NULL)
        wrong = weigh_medium(root, marks);
    if (wrong == NULL)
        wrong = house_carries(root, "media");
    if (wrong == NULL)
        wrong = house_imports(root, "media");
    return wrong != NULL ? wrong : house_goes_on(root);
}
