/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One look goes over every tag and every body of the board. What it does depends on the board,
   which is public, and on nothing else. */
#include "session/look.h"

#include <string.h>
#include <time.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "session/dialog.h"

enum { ARRIVALS = LOOK_CHARTERS * ANSWER_ARRIVALS, USUAL_MS = 1400 /* of a derivation */ };

_Static_assert((int)ANSWER_COUNT_MAX <= (int)SEGMENT_TAGS_MAX &&
                   (int)ARRIVALS <= (int)SEGMENT_TAGS_MAX,
               "all tags of a person are looked for at once");

struct attempt {
    char code[CODE_LEN];
    char pin[CODE_PIN_MAX + 1];
    struct look_found found;
};

struct look {
    bool made;         /* the keys of a number made were derived */
    unsigned deriving; /* milliseconds that the last derivation took, */
    unsigned looking;  /* and the last look */
    size_t tried;
    const struct look_found *read; /* whose messages were seen last, */
    uint8_t read_to;               /* and up to which */
    struct attempt tries[LOOK_TRIES];
    /* Of one look. */
    uint8_t messages[ANSWER_COUNT_MAX][ANSWER_TAG_LEN];
    uint8_t letters[ARRIVALS][ANSWER_TAG_LEN];
    uint8_t seen[ARRIVALS];
    uint32_t days[ARRIVALS]; /* of the board that names the letter, or 0 */
};

struct look *look_new(void)
{
    return secret_new(sizeof(struct look));
}

void look_free(struct look **look)
{
    secret_free(*look);
    *look = NULL;
}

/* --- one look --- */

/* The numbers of charters under which letters may stand: the office's and those before. Returns how
   many; the same for everyone. */
static size_t list_charters(const struct board_folder *board, uint32_t charters[LOOK_CHARTERS])
{
    size_t n = 0;
    for (uint32_t charter = board->head.charter; charter > 0 && n < LOOK_CHARTERS; charter--)
        charters[n++] = charter;
    return n;
}

/* Makes all tags. Sets *letters to how many there are of letters. */
static enum error make_tags(struct look *look, const struct board_folder *board,
                            const struct code_keys *keys, size_t *letters)
{
    uint32_t charters[LOOK_CHARTERS];
    enum error error = ERROR_NONE;
    *letters = list_charters(board, charters) * ANSWER_ARRIVALS;
    for (size_t i = 0; i < ANSWER_COUNT_MAX && error == ERROR_NONE; i++)
        error = answer_tag(keys, i + 1, look->messages[i]);
    for (size_t i = 0; i < *letters && error == ERROR_NONE; i++)
        error = answer_arrival_tag(keys, charters[i / ANSWER_ARRIVALS], i % ANSWER_ARRIVALS,
                                   look->letters[i]);
    return error;
}

/* 1 for every number but 0, without a branch. */
static uint32_t is_some(uint32_t n)
{
    return (n | (0 - n)) >> 31;
}

/* Notes the day of the first segment that names a letter. */
static void find_letters(struct look *look, const struct segment *segment, size_t letters)
{
    memset(look->seen, 0, sizeof look->seen);
    segment_find_tags(segment, (const uint8_t(*)[SEGMENT_TAG_LEN])look->letters, letters,
                      look->seen);
    for (size_t i = 0; i < letters; i++) {
        const uint32_t fresh = (look->seen[i] & 1) & (is_some(look->days[i]) ^ 1);
        look->days[i] |= segment->day & (0 - fresh);
    }
}

/* The earlier of two days, of which 0 is none, without a branch. */
static uint32_t earlier(uint32_t a, uint32_t b)
{
    const uint32_t is_b = is_some(b) & ((is_some(a) ^ 1) | ((b - a) >> 31));
    return (a & (is_b - 1)) | (b & (0 - is_b));
}

/* A letter that was sent again under a later charter may stand twice. */
static void count_letters(const struct look *look, size_t letters, struct look_found *found)
{
    for (size_t i = 0; i < letters; i++) {
        if (i % ANSWER_ARRIVALS == 0)
            found->arrived = earlier(found->arrived, look->days[i]);
        else
            found->more += is_some(look->days[i]);
    }
}

static enum error search(struct look *look, const struct board_folder *board,
                         struct look_found *found)
{
    size_t letters = 0;
    if (board == NULL)
        return ERROR_NONE;
    memset(look->days, 0, sizeof look->days);
    const enum error error = make_tags(look, board, &found->keys, &letters);
    for (uint32_t i = 0; i < board->segment_count && error == ERROR_NONE; i++) {
        const struct segment *segment = &board->segments[i];
        if (segment->kind == SEGMENT_ANSWERS)
            segment_find_answers(segment, (const uint8_t(*)[SEGMENT_TAG_LEN])look->messages,
                                 ANSWER_COUNT_MAX, found->entries);
        else
            find_letters(look, segment, letters);
    }
    if (error == ERROR_NONE)
        count_letters(look, letters, found);
    explicit_bzero(look->messages, sizeof look->messages);
    explicit_bzero(look->letters, sizeof look->letters);
    return error;
}

/* --- a number --- */

static unsigned now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned)((uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000);
}

static int derive(struct ui *ui, const char *code, const char *pin, struct code_keys *keys)
{
    const unsigned from = now();
    const int error = dialog_derive(ui, code, pin, keys);
    ui->look->deriving = now() - from;
    return error;
}

/* Looks like a derivation: the end of a visit takes as long whatever is left to do. */
static void wait_instead(struct ui *ui, unsigned milliseconds)
{
    enum { STEPS = 12 }; /* as a derivation shows */
    for (int step = 0; step < STEPS; step++) {
        dialog_bar(ui, step, STEPS);
        ui->io->wait(ui->io->context, milliseconds / STEPS);
    }
    dialog_bar(ui, STEPS, STEPS);
}

/* The next try. It counts only when there was the memory for it. */
static enum look_end try_number(struct ui *ui, const char code[CODE_LEN], const char *pin)
{
    struct look *look = ui->look;
    struct attempt *attempt = &look->tries[look->tried];
    strncpy(attempt->code, code, sizeof attempt->code - 1);
    strncpy(attempt->pin, pin, sizeof attempt->pin - 1);
    const bool derived = derive(ui, attempt->code, attempt->pin, &attempt->found.keys) == 0;
    const unsigned from = now();
    if (derived && search(look, ui->place->board, &attempt->found) == ERROR_NONE) {
        look->looking = now() - from;
        look->tried++;
        return LOOK_DONE;
    }
    explicit_bzero(attempt, sizeof *attempt);
    return LOOK_LACK;
}

/* Without the board the work is done all the same, but what it finds is not known to be all. */
static enum look_end tell(const struct ui *ui, const struct attempt *attempt,
                          const struct look_found **found)
{
    if (ui->place->board_lost)
        return LOOK_LOST;
    *found = &attempt->found;
    return LOOK_DONE;
}

static bool is_number(const struct attempt *attempt, const char *code, const char *pin)
{
    return secret_equal(attempt->code, code, CODE_LEN) && strcmp(attempt->pin, pin) == 0;
}

enum look_end look_number(struct ui *ui, const char code[CODE_LEN], const char *pin,
                          const struct look_found **found)
{
    struct look *look = ui->look;
    *found = NULL;
    for (size_t i = 0; i < look->tried; i++)
        if (is_number(&look->tries[i], code, pin))
            return tell(ui, &look->tries[i], found);
    if (look->tried == LOOK_TRIES)
        return LOOK_SPENT;
    dialog_wait(ui);
    const enum look_end end = try_number(ui, code, pin);
    dialog_waited(ui);
    return end == LOOK_DONE ? tell(ui, &look->tries[look->tried - 1], found) : end;
}

void look_note_seen(struct ui *ui, const struct look_found *found, uint8_t seen)
{
    if (seen == 0)
        return;
    ui->look->read = found;
    ui->look->read_to = seen;
}

const struct code_keys *look_seen(const struct ui *ui, uint8_t *seen)
{
    const struct look *look = ui->look;
    if (look == NULL || look->read == NULL)
        return NULL;
    *seen = look->read_to;
    return &look->read->keys;
}

int look_make(struct ui *ui, const char code[CODE_LEN], const char *pin, struct code_keys *keys)
{
    if (ui->practice) {
        wait_instead(ui, ui->look->deriving > 0 ? ui->look->deriving : USUAL_MS);
        return 0;
    }
    const int error = derive(ui, code, pin, keys);
    ui->look->made |= error == 0;
    return error;
}

/* --- the rest --- */

void look_finish(struct ui *ui)
{
    struct look *look = ui->look;
    const size_t tried = look->tried;
    struct code_keys keys;
    char code[CODE_LEN];
    dialog_wait(ui);
    code_new(code);
    if (look->made)
        wait_instead(ui, look->deriving);
    else
        (void)derive(ui, code, "", &keys);
    for (size_t i = 0; i < LOOK_TRIES; i++) {
        code_new(code);
        if (i < tried)
            wait_instead(ui, look->deriving + look->looking);
        else
            (void)try_number(ui, code, "");
    }
    dialog_waited(ui);
    explicit_bzero(&keys, sizeof keys);
    explicit_bzero(code, sizeof code);
}
