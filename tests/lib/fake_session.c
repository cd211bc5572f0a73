/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world around a session: its office, place, printer, voice and store. */
#include "tests/lib/fake_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/answer_layout.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "kiosk/printer.h"
#include "protocol/board_folder.h"
#include "session/library.h"
#include "session/out_of_order.h"

static void fail(struct fake_session *session)
{
    session->failing++;
}

static void run_out_of_paper(struct fake_session *session)
{
    session->printer = PRINTER_PAPER;
}

static void unplug_printer(struct fake_session *session)
{
    session->printer = PRINTER_GONE;
}

/* Words of a script that say what the world does from now on. */
static const struct {
    const char *word;
    void (*act)(struct fake_session *session);
} words[] = {{"fail", fail}, {"paper", run_out_of_paper}, {"dead", unplug_printer}};

static bool take_word(void *context, const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == len && strncmp(words[i].word, word, len) == 0) {
            words[i].act(context);
            return true;
        }
    return false;
}

static void size(void *context, int *rows, int *cols)
{
    const struct fake_session *session = context;
    fake_terminal_size(&session->terminal, rows, cols);
}

static void show(void *context, const struct screen *screen)
{
    struct fake_session *session = context;
    fake_terminal_show(&session->terminal, screen);
}

static struct keypress key(void *context, int seconds)
{
    struct fake_session *session = context;
    return fake_terminal_key(&session->terminal, seconds);
}

static void drop(void *context)
{
    struct fake_session *session = context;

    session->drops++;
}

int fake_session_derive(struct fake_session *session, const char *code, const char *pin,
                        const struct argon_watch *watch, struct code_keys *keys)
{
    uint8_t hash[HASH_LEN];
    const struct hash_part parts[] = {{code, strlen(code)}, {":", 1}, {pin, strlen(pin)}};

    if (!session->quick)
        return code_derive(code, pin, session->place.charter.office, watch, keys) == ERROR_NONE
                   ? 0
                   : -1;
    if (hash_sha256(hash, parts, 3) != 0)
        return -1;
    for (int i = 1; watch != NULL && i <= 2; i++)
        watch->step(watch->context, i, 2);
    memcpy(keys->tag, hash, sizeof keys->tag);
    memcpy(keys->answer, hash, sizeof keys->answer);
    return 0;
}

static int derive(void *context, const char *code, const char *pin, const struct argon_watch *watch,
                  struct code_keys *keys)
{
    struct fake_session *session = context;

    session->derived++;
    memcpy(session->derived_code, code, sizeof session->derived_code);
    return fake_session_derive(session, code, pin, watch, keys);
}

static void wait(void *context, unsigned milliseconds)
{
    (void)context;
    (void)milliseconds;
}

static int print(void *context, const uint8_t *bytes, size_t len)
{
    struct fake_session *session = context;

    session->slips++;
    memcpy(session->slip, bytes, len);
    session->slip_len = len;
    return session->printer;
}

static void say(void *context, const char *language, int pace, const char *text, size_t len)
{
    struct fake_session *session = context;

    session->sayings += len > 0;
    session->silences += len == 0;
    session->pace = pace;
    if (len == 0)
        return;
    memcpy(session->said, text, len);
    session->said[len] = '\0';
}

void fake_session_printer(struct fake_session *session)
{
    session->io.print = print;
    session->place.paper = SLIP_58;
}

void fake_session_voice(struct fake_session *session)
{
    session->io.say = say;
}

static int store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    struct fake_session *session = context;

    session->presses_at_store = session->terminal.presses;
    memcpy(session->code, session->derived_code, sizeof session->code);
    if (session->attempts++ > 0 && memcmp(session->tried, envelope, ENVELOPE_LEN) != 0)
        session->changed = true;
    memcpy(session->tried, envelope, ENVELOPE_LEN);
    if (session->failing > 0) {
        session->failing--;
        return -1;
    }
    session->stored++;
    memcpy(session->envelope, envelope, ENVELOPE_LEN);
    return 0;
}

/* --- the board --- */

/* What the board of a place lies in. */
struct fake_session_board {
    struct board_folder folder;
    struct segment segments[2];
    uint8_t *bytes[2];
    uint8_t *head;
};

static void forget_board(struct fake_session *session)
{
    struct fake_session_board *board = session->board;
    if (board == NULL)
        return;
    free(board->bytes[0]);
    free(board->bytes[1]);
    free(board->head);
    free(board);
    session->board = NULL;
    session->place.board = NULL;
}

struct fake_session *fake_session_new(void)
{
    struct fake_session *session = calloc(1, sizeof *session);
    struct session_place *place = NULL;

    if (session == NULL)
        return NULL;
    session->io = (struct session_io){.context = session,
                                      .size = size,
                                      .show = show,
                                      .key = key,
                                      .drop = drop,
                                      .derive = derive,
                                      .wait = wait,
                                      .store = store};
    fake_terminal_make(&session->terminal);
    session->terminal.code = session->derived_code;
    session->terminal.word = take_word;
    session->terminal.context = session;
    place = &session->place;
    /* Fixed, so that the fingerprint and the codes' keys are the same in every run. */
    memset(place->charter.office, 0x5a, sizeof place->charter.office);
    place->charter.texts[0] = '\0';
    (void)charter_add_text(&place->charter, CHARTER_NAME, "-", "Адам құқықтары жөніндегі уәкіл");
    snprintf(place->card.facility, sizeof place->card.facility, "KZ-17");
    memset(place->card.kiosk, 0xc3, sizeof place->card.kiosk);
    place->number = FAKE_SESSION_NUMBER;
    place->today = FAKE_SESSION_DAY;
    place->idle_seconds = 60;
    session->arrived = 5;
    session->news = FAKE_SESSION_NEWS;
    place->charter.number = 1;
    place->library = session->library = library_load("texts");
    if (session->library == NULL ||
        envelope_key_new(session->intake, place->charter.intake[0].key) != ERROR_NONE)
        fake_session_free(&session);
    return session;
}

void fake_session_free(struct fake_session **session)
{
    if (*session == NULL)
        return;
    fake_terminal_forget(&(*session)->terminal);
    forget_board(*session);
    library_free(&(*session)->library);
    free(*session);
    *session = NULL;
}

/* The text up to each '|', and then what there is to choose from. */
static void write_question(struct answer *answer, const char *text)
{
    size_t len = strcspn(text, "|"), to = 0;
    answer->kind = ANSWER_QUESTION;
    answer->len = (uint16_t)len;
    for (size_t i = 0; len > 0; i++) {
        memcpy(answer->text + to, text, len);
        to += len;
        text += len + (text[len] == '|');
        len = strcspn(text, "|");
        if (i < ANSWER_CHOICES_MAX)
            answer->choices[i] = (uint8_t)len;
    }
}

static void write_message(struct answer *answer, size_t n, const char *text)
{
    *answer = (struct answer){.kind = ANSWER_TEXT, .state = n == 1 ? 1 : 3};
    answer->day = FAKE_SESSION_DAY - 10 + (uint32_t)n;
    if (text[0] == FAKE_SESSION_ASKS[0]) {
        write_question(answer, text + 1);
        return;
    }
    answer->len = (uint16_t)strlen(text);
    memcpy(answer->text, text, answer->len);
}

/* A message of a kind that there is not yet, which no office of today can seal. */
static enum error seal_newer(const struct code_keys *keys, size_t n, uint8_t entry[ANSWER_LEN])
{
    uint8_t plain[PLAIN_LEN] = {[AT_KIND] = 9, [AT_STATE] = 3, [AT_LEN] = 0xff, [AT_TEXT] = 0xff};
    const struct aead with = {AEAD_CHACHA20_POLY1305, keys->answer, entry + AT_NONCE, entry,
                              ANSWER_TAG_LEN};
    wire_put32(plain + AT_DAY, FAKE_SESSION_DAY - 10 + (uint32_t)n);
    enum error error = answer_tag(keys, n, entry);
    return error == ERROR_NONE ? aead_seal(&with, plain, PLAIN_LEN, entry + AT_CIPHERTEXT) : error;
}

static enum error seal_message(const struct code_keys *keys, size_t n, const char *text,
                               uint8_t entry[ANSWER_LEN])
{
    static struct answer answer;
    if (strcmp(text, FAKE_SESSION_NEWER) == 0)
        return seal_newer(keys, n, entry);
    write_message(&answer, n, text);
    return answer_seal(keys, n, &answer, entry);
}

/* Among random entries, the messages of the texts that are not NULL. */
static int seal_messages(const struct code_keys *keys, const char *const *texts, size_t n,
                         uint8_t (*entries)[ANSWER_LEN])
{
    random_bytes(entries, (size_t)FAKE_SESSION_ENTRIES * ANSWER_LEN);
    for (size_t i = 1; i <= n; i++) {
        if (texts[i - 1] == NULL)
            continue;
        if (seal_message(keys, i, texts[i - 1], entries[i]) != ERROR_NONE)
            return -1;
    }
    return 0;
}

static int name_letters(const struct fake_session *session, const struct code_keys *keys,
                        uint8_t (*tags)[ANSWER_TAG_LEN])
{
    random_bytes(tags, (size_t)FAKE_SESSION_ENTRIES * ANSWER_TAG_LEN);
    for (uint32_t i = 0; i < session->letters; i++)
        if (answer_arrival_tag(keys, session->place.charter.number, i, tags[i]) != ERROR_NONE)
            return -1;
    return 0;
}

static int add_segment(struct fake_session *session, enum segment_kind kind, const void *entries)
{
    struct fake_session_board *board = session->board;
    struct board_folder *folder = &board->folder;
    struct segment segment = {.kind = kind,
                              .number = 1,
                              .day = FAKE_SESSION_DAY - 5,
                              .charter = session->place.charter.number,
                              .count = FAKE_SESSION_ENTRIES};
    uint8_t **bytes = &board->bytes[folder->segment_count];
    size_t len = 0;
    memcpy(segment.office, session->place.charter.office, sizeof segment.office);
    if (segment_encode(&segment, entries, bytes, &len) != ERROR_NONE)
        return -1;
    return segment_view(*bytes, len, &board->segments[folder->segment_count++]) == ERROR_NONE ? 0
                                                                                              : -1;
}

static int add_head(struct fake_session *session)
{
    struct head_mark mark = {.seq = session->arrived,
                             .day = session->arrived > 0 ? FAKE_SESSION_DAY - 3 : 0};
    struct head head = {.number = 1,
                        .charter = session->place.charter.number,
                        .day = FAKE_SESSION_DAY,
                        .kiosk_count = 1,
                        .notices_len = (uint32_t)strlen(session->news)};
    const struct head_lists lists = {.marks = &mark, .notices = session->news};
    uint8_t seed[SIGNATURE_SEED_LEN];
    size_t len = 0;
    memcpy(head.office, session->place.charter.office, sizeof head.office);
    memcpy(mark.kiosk, session->place.card.kiosk, sizeof mark.kiosk);
    session->place.arrived = mark.day;
    random_bytes(seed, sizeof seed);
    if (head_encode(&head, &lists, seed, &session->board->head, &len) != ERROR_NONE)
        return -1;
    return head_view(session->board->head, len, &session->board->folder.head) == ERROR_NONE ? 0
                                                                                            : -1;
}

int fake_session_answer(struct fake_session *session, const struct code_keys *keys,
                        const char *const *texts, size_t n)
{
    static uint8_t entries[FAKE_SESSION_ENTRIES][ANSWER_LEN];
    static uint8_t tags[FAKE_SESSION_ENTRIES][ANSWER_TAG_LEN];
    forget_board(session);
    session->board = calloc(1, sizeof *session->board);
    if (session->board == NULL || seal_messages(keys, texts, n, entries) != 0 ||
        name_letters(session, keys, tags) != 0)
        return -1;
    session->board->folder.segments = session->board->segments;
    if (add_segment(session, SEGMENT_ARRIVALS, tags) != 0 ||
        add_segment(session, SEGMENT_ANSWERS, entries) != 0 || add_head(session) != 0)
        return -1;
    session->place.board = &session->board->folder;
    return 0;
}

/* The terminal has nothing kept then, and the counters stand at nought. */
static void load(struct fake_session *session, const char *script)
{
    fake_terminal_load(&session->terminal, script);
    session->terminal.idle_seconds = session->place.idle_seconds;
    session->terminal.large = session->place.large;
    session->changed = false;
    session->attempts = session->stored = session->presses_at_store = 0;
    session->derived = session->drops = session->slips = session->sayings = session->silences = 0;
    session->said[0] = '\0';
    session->printer = PRINTER_DONE;
}

enum session_end fake_session_play(struct fake_session *session, const char *script)
{
    load(session, script);
    return session_run(&session->io, &session->place);
}

void fake_session_close(struct fake_session *session, const char *script)
{
    load(session, script);
    out_of_order_run(&session->io, false);
}

int fake_session_open(struct fake_session *session, struct letter *letter)
{
    int error = envelope_open(session->intake, session->envelope, session->opened);

    if (error == ERROR_NONE)
        error = letter_decode(session->opened, letter);
    return error;
}
