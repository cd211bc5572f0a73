/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's state folder. Every file in it is replaced whole, so at any moment a reader finds
   either the old or the new one; what does not pass its checks counts as not there, so that the
   office can replace it. */
#include "courier/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "courier/file.h"
#include "courier/refusal.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

#define KEY_FILE     "kiosk.key"
#define REQUEST_FILE "enroll.request"
#define CARD_FILE    "card"
#define CHARTER_FILE "charter"
#define BOARD_FILE   "board"
#define OUTBOX_FILE  "outbox.db"

static const char key_magic[] = "SANDYQS1";
enum { KEY_FILE_LEN = FILE_MAGIC_LEN + SIGN_SEED_LEN, DAY_SECONDS = 86400 };

/* Opens the folder if it is ours alone. */
static int open_folder(const char *dir, int *fd)
{
    struct stat st;

    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0 && errno == ENOENT)
        return REFUSAL_MISSING;
    if (*fd < 0)
        return errno == ENOTDIR ? REFUSAL_SPECIAL : REFUSAL_IO;
    if (fstat(*fd, &st) != 0)
        return REFUSAL_IO;
    return st.st_uid == geteuid() && (st.st_mode & 077) == 0 ? REFUSAL_NONE : REFUSAL_OPEN;
}

/* Reads the signing key into *seed (secret_new memory). */
static int read_key(int dir, uint8_t **seed)
{
    uint8_t *data = NULL;
    size_t len = 0;

    int refusal = file_read(dir, KEY_FILE, KEY_FILE_LEN, &data, &len);
    if (refusal != REFUSAL_NONE)
        return refusal;
    refusal = file_magic(data, len, key_magic);
    if (refusal == REFUSAL_NONE && len != KEY_FILE_LEN)
        refusal = REFUSAL_TRUNCATED;
    if (refusal == REFUSAL_NONE) {
        *seed = secret_new(SIGN_SEED_LEN);
        if (*seed == NULL)
            refusal = REFUSAL_IO;
        else
            memcpy(*seed, data + FILE_MAGIC_LEN, SIGN_SEED_LEN);
    }
    explicit_bzero(data, len);
    free(data);
    return refusal;
}

static int load_key(struct state *state)
{
    int refusal = read_key(state->dir, &state->seed);

    if (refusal == REFUSAL_MISSING)
        return REFUSAL_NONE;
    if (refusal == REFUSAL_NONE && sign_public(state->seed, state->key) != 0)
        refusal = REFUSAL_IO;
    if (refusal == REFUSAL_NONE)
        refusal = card_kiosk_id(state->key, state->kiosk);
    return refusal;
}

static int load_card(struct state *state)
{
    uint8_t *data = NULL;
    size_t len = 0;

    if (state->seed == NULL)
        return REFUSAL_MISSING;
    int refusal = file_read(state->dir, CARD_FILE, CARD_FILE_LEN, &data, &len);
    if (refusal == REFUSAL_NONE)
        refusal = card_decode(data, len, &state->card, &state->charter);
    if (refusal == REFUSAL_NONE)
        refusal = card_follows(NULL, &state->card, state->key);
    free(data);
    return refusal;
}

/* Takes the charter in the folder if it is newer than the one in the card. */
static void load_charter(struct state *state)
{
    struct charter charter;
    uint8_t *data = NULL;
    size_t len = 0;

    int refusal = file_read(state->dir, CHARTER_FILE, CHARTER_LEN, &data, &len);
    if (refusal == REFUSAL_NONE && charter_decode(data, len, &charter) == REFUSAL_NONE &&
        charter_follows(&state->charter, &charter) == REFUSAL_NONE)
        state->charter = charter;
    if (refusal == REFUSAL_IO)
        state->unread = true;
    free(data);
}

/* Maps the board in the folder, unchecked; *len is 0 when there is none. Returns a refusal. */
static int map_board(const struct state *state, uint8_t **map, size_t *len)
{
    int fd = -1;
    void *mapped = MAP_FAILED;

    *map = NULL;
    int refusal = file_open(state->dir, BOARD_FILE, BOARD_MAX, &fd, len);
    if (refusal == REFUSAL_NONE && *len > 0) {
        mapped = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
        refusal = mapped == MAP_FAILED ? REFUSAL_IO : REFUSAL_NONE;
    }
    if (fd >= 0)
        close(fd);
    if (mapped == MAP_FAILED)
        *len = 0;
    else
        *map = mapped;
    return refusal;
}

static void note_board(struct state *state, const struct board *board)
{
    state->board_number = board->number;
    state->has_mark = board_find_mark(board, state->kiosk, &state->mark) != 0;
}

static void load_board(struct state *state)
{
    struct board board;
    uint8_t *map = NULL;
    size_t len = 0;

    state->board_number = 0;
    state->has_mark = false;
    if (map_board(state, &map, &len) == REFUSAL_IO)
        state->unread = true;
    if (map == NULL)
        return;
    if (board_decode(map, len, state->charter.board, state->charter.office, &board) == REFUSAL_NONE)
        note_board(state, &board);
    munmap(map, len);
}

int state_open(const char *dir, struct state **out)
{
    char path[PATH_MAX];
    struct state *state = NULL;

    *out = NULL;
    if (realpath(dir, path) == NULL)
        return errno == ENOENT ? REFUSAL_MISSING : REFUSAL_IO;
    state = calloc(1, sizeof *state);
    if (state == NULL)
        return REFUSAL_IO;
    int refusal = open_folder(dir, &state->dir);
    if (refusal == REFUSAL_NONE && strlen(path) + sizeof "/" OUTBOX_FILE > sizeof state->path)
        refusal = REFUSAL_IO;
    if (refusal == REFUSAL_NONE)
        refusal = load_key(state);
    if (refusal != REFUSAL_NONE) {
        state_close(&state);
        return refusal;
    }
    snprintf(state->path, sizeof state->path, "%s", path);
    state->card_refusal = load_card(state);
    state->has_card = state->card_refusal == REFUSAL_NONE;
    state->unread = state->card_refusal == REFUSAL_IO;
    if (state->has_card) {
        load_charter(state);
        load_board(state);
    }
    *out = state;
    return REFUSAL_NONE;
}

void state_close(struct state **state)
{
    if (*state == NULL)
        return;
    if ((*state)->dir >= 0)
        close((*state)->dir);
    secret_free((*state)->seed);
    free(*state);
    *state = NULL;
}

static int lock_file(int dir, const char *name, int *fd)
{
    *fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (*fd < 0)
        return errno == EROFS || errno == EACCES ? REFUSAL_READONLY
               : errno == ENOSPC                 ? REFUSAL_FULL
                                                 : REFUSAL_IO;
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return REFUSAL_NONE;
    int refusal = errno == EWOULDBLOCK ? REFUSAL_BUSY : REFUSAL_IO;
    close(*fd);
    *fd = -1;
    return refusal;
}

int state_lock(const struct state *state, const char *name, int *fd)
{
    return lock_file(state->dir, name, fd);
}

static int make_key(int dir, uint8_t **seed)
{
    uint8_t *file = secret_new(KEY_FILE_LEN);
    uint8_t public_key[SIGN_PUBLIC_LEN];
    int refusal = REFUSAL_IO;

    *seed = secret_new(SIGN_SEED_LEN);
    if (file == NULL || *seed == NULL || sign_key_new(*seed, public_key) != 0)
        goto out;
    memcpy(file, key_magic, FILE_MAGIC_LEN);
    memcpy(file + FILE_MAGIC_LEN, *seed, SIGN_SEED_LEN);
    refusal = file_write(dir, KEY_FILE, 0600, file, KEY_FILE_LEN);
out:
    secret_free(file);
    return refusal;
}

/* A new kiosk begins with an empty outbox, so that an outbox missing later is known to be a loss.
   It is made before the key: a kiosk that has a key has had its outbox. */
static int make_outbox(const char *dir)
{
    char path[PATH_MAX + sizeof OUTBOX_FILE];
    char real[PATH_MAX];
    struct outbox *outbox = NULL;

    if (realpath(dir, real) == NULL)
        return REFUSAL_IO;
    snprintf(path, sizeof path, "%s/" OUTBOX_FILE, real);
    int refusal = state_db_refusal(outbox_open(path, DB_CREATE, &outbox));
    outbox_close(&outbox);
    return refusal;
}

static int enroll_in(int dir, const char *name, uint32_t today, uint8_t id[CARD_KIOSK_LEN])
{
    uint8_t request[CARD_REQUEST_LEN];
    uint8_t key[SIGN_PUBLIC_LEN];
    uint8_t *seed = NULL;

    int refusal = read_key(dir, &seed);
    if (refusal == REFUSAL_MISSING) {
        refusal = make_outbox(name);
        if (refusal == REFUSAL_NONE)
            refusal = make_key(dir, &seed);
    }
    if (refusal == REFUSAL_NONE)
        refusal = card_request_encode(seed, today, request);
    if (refusal == REFUSAL_NONE)
        refusal = file_write(dir, REQUEST_FILE, 0600, request, sizeof request);
    if (refusal == REFUSAL_NONE && sign_public(seed, key) != 0)
        refusal = REFUSAL_IO;
    if (refusal == REFUSAL_NONE)
        refusal = card_kiosk_id(key, id);
    secret_free(seed);
    return refusal;
}

int state_enroll(const char *dir, uint32_t today, char kiosk[CARD_KIOSK_TEXT_LEN])
{
    uint8_t id[CARD_KIOSK_LEN];
    int folder = -1;
    int lock = -1;

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return errno == ENOENT ? REFUSAL_MISSING : REFUSAL_READONLY;
    int refusal = open_folder(dir, &folder);
    if (refusal == REFUSAL_NONE)
        refusal = file_settle(dir);
    if (refusal == REFUSAL_NONE)
        refusal = lock_file(folder, "courier.lock", &lock);
    if (refusal == REFUSAL_NONE) {
        file_sweep(folder);
        refusal = enroll_in(folder, dir, today, id);
    }
    if (refusal == REFUSAL_NONE)
        card_kiosk_text(id, kiosk);
    if (lock >= 0)
        close(lock);
    if (folder >= 0)
        close(folder);
    return refusal;
}

int state_ready(const struct state *state, uint32_t today)
{
    if (!state->has_card)
        return state->card_refusal;
    if (today > state->card.expires || today > state->charter.expires)
        return REFUSAL_EXPIRED;
    return REFUSAL_NONE;
}

int state_board(const struct state *state, int *fd, size_t *len)
{
    *fd = -1;
    *len = 0;
    if (state->board_number == 0)
        return REFUSAL_MISSING;
    return file_open(state->dir, BOARD_FILE, BOARD_MAX, fd, len);
}

static int write_charter(struct state *state, const uint8_t *in, const struct charter *charter)
{
    int refusal = file_write(state->dir, CHARTER_FILE, 0600, in, CHARTER_LEN);

    if (refusal != REFUSAL_NONE)
        return refusal;
    state->charter = *charter;
    /* Under another board key the board held counts no more. */
    load_board(state);
    return REFUSAL_NONE;
}

int state_install_card(struct state *state, const uint8_t *in, size_t len)
{
    struct charter charter;
    struct card card;

    if (state->seed == NULL || state->unread)
        return state->unread ? REFUSAL_IO : REFUSAL_MISSING;
    int refusal = card_decode(in, len, &card, &charter);
    if (refusal == REFUSAL_NONE)
        refusal = card_follows(state->has_card ? &state->card : NULL, &card, state->key);
    if (refusal != REFUSAL_NONE)
        return refusal;
    bool first = !state->has_card;
    if (first || card.number > state->card.number) {
        refusal = file_write(state->dir, CARD_FILE, 0600, in, len);
        if (refusal != REFUSAL_NONE)
            return refusal;
        state->card = card;
        unlinkat(state->dir, REQUEST_FILE, 0);
    }
    if (!first && charter.number > state->charter.number)
        return write_charter(state, in + CARD_LEN, &charter);
    if (first) {
        state->has_card = true;
        state->card_refusal = REFUSAL_NONE;
        state->charter = charter;
        load_charter(state);
        load_board(state);
    }
    return REFUSAL_NONE;
}

int state_install_charter(struct state *state, const uint8_t *in, size_t len)
{
    struct charter charter;

    if (!state->has_card || state->unread)
        return state->unread ? REFUSAL_IO : REFUSAL_MISSING;
    int refusal = charter_decode(in, len, &charter);
    if (refusal == REFUSAL_NONE)
        refusal = charter_follows(&state->charter, &charter);
    if (refusal != REFUSAL_NONE || charter.number == state->charter.number)
        return refusal;
    return write_charter(state, in, &charter);
}

/* REFUSAL_NONE when the board held is this very one, else REFUSAL_OLDER. */
static int compare_board(const struct state *state, const uint8_t *in, size_t len)
{
    size_t held_len = 0;
    uint8_t *held = NULL;

    (void)map_board(state, &held, &held_len);
    bool same = held != NULL && held_len == len && memcmp(held, in, len) == 0;

    if (held != NULL)
        munmap(held, held_len);
    return same ? REFUSAL_NONE : REFUSAL_OLDER;
}

int state_install_board(struct state *state, const uint8_t *in, size_t len, uint32_t today)
{
    struct board board;

    if (!state->has_card || state->unread)
        return state->unread ? REFUSAL_IO : REFUSAL_MISSING;
    int refusal = board_decode(in, len, state->charter.board, state->charter.office, &board);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (board.number < state->board_number)
        return REFUSAL_OLDER;
    if (board.number == state->board_number)
        return compare_board(state, in, len);
    if (today > state->charter.expires)
        return REFUSAL_EXPIRED;
    refusal = file_write(state->dir, BOARD_FILE, 0600, in, len);
    if (refusal == REFUSAL_NONE)
        note_board(state, &board);
    return refusal;
}

int state_acknowledge(const struct state *state, struct outbox *outbox, uint64_t *dropped_to)
{
    *dropped_to = 0;
    if (!state->has_mark || state->mark.seq == 0)
        return REFUSAL_NONE;
    int error = outbox_drop(outbox, state->mark.seq, state->mark.hash);
    if (error == DB_NONE)
        return REFUSAL_CHAIN;
    if (error == DB_OK)
        *dropped_to = state->mark.seq;
    return state_db_refusal(error);
}

int state_db_refusal(int error)
{
    static const int refusals[] = {
        [DB_OK] = REFUSAL_NONE,
        [DB_NONE] = REFUSAL_CORRUPT,
        [DB_MISSING] = REFUSAL_CORRUPT,
        [DB_FOREIGN] = REFUSAL_CORRUPT,
        [DB_NEWER] = REFUSAL_NEWER,
        [DB_CORRUPT] = REFUSAL_CORRUPT,
        [DB_BUSY] = REFUSAL_BUSY,
        [DB_FULL] = REFUSAL_FULL,
        [DB_READONLY] = REFUSAL_READONLY,
        [DB_EXISTS] = REFUSAL_CHAIN,
        [DB_IO] = REFUSAL_IO,
        [DB_OLDER] = REFUSAL_CORRUPT,
    };

    if (error < 0 || (size_t)error >= sizeof refusals / sizeof refusals[0])
        return REFUSAL_IO;
    return refusals[error];
}

void state_outbox_path(const struct state *state, char out[4096])
{
    strcpy(out, state->path);
    strcat(out, "/" OUTBOX_FILE);
}

uint32_t state_today(void)
{
    time_t now = time(NULL);
    struct tm local;

    if (now == (time_t)-1 || localtime_r(&now, &local) == NULL)
        return 0;
    int64_t seconds = (int64_t)now + local.tm_gmtoff;
    return seconds < 0 ? 0 : (uint32_t)(seconds / DAY_SECONDS);
}

/* By arithmetic, not by gmtime(3): that reads /etc/localtime, and a session may not open a file.
   The year is taken to begin in March, so that the leap day is its last one; 719468 days lie
   between 0000-03-01 and 1970-01-01. */
void state_day_text(uint32_t day, char out[STATE_DAY_LEN])
{
    enum { ERA = 146097 /* days in 400 years */, DAY_MAX = 2932896 /* 9999-12-31 */ };
    uint32_t z = (day < DAY_MAX ? day : DAY_MAX) + 719468;
    uint32_t in_era = z % ERA;
    uint32_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint32_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month = (5 * in_year + 2) / 153;
    uint32_t date = in_year - (153 * month + 2) / 5 + 1;
    uint32_t year = z / ERA * 400 + year_of_era + (month >= 10);

    month = month < 10 ? month + 3 : month - 9;
    snprintf(out, STATE_DAY_LEN, "%04u-%02u-%02u", year % 10000, month % 100, date % 100);
}
