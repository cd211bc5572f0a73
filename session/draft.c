/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts and their way into an envelope. Covers take the same way, so they cannot differ. */
#include "session/draft.h"

#include <assert.h>
#include <string.h>

#include "complaint/taxonomy.h"
#include "crypto/random.h"
#include "crypto/secret.h"

static_assert((int)LETTER_LEN == (int)ENVELOPE_LETTER_LEN, "a letter fills its envelope");
static_assert((int)LETTER_MESSAGES_MAX == (int)ANSWER_COUNT_MAX, "a letter can name any message");
static_assert((int)LETTER_KEY_LEN == (int)CODE_KEY_LEN, "a letter carries the code's keys");
static_assert((int)LETTER_KIOSK_LEN == (int)CARD_KIOSK_LEN, "a letter names the kiosk of the card");
static_assert((int)LETTER_FACILITY_MAX == (int)CARD_FACILITY_MAX, "and its facility");

struct draft *draft_new(enum letter_kind kind, const char *language)
{
    struct draft *draft = secret_new(sizeof *draft);
    if (draft == NULL)
        return NULL;
    draft->kind = kind;
    memcpy(draft->language, language, 2);
    return draft;
}

void draft_free(struct draft **draft)
{
    secret_free(*draft);
    *draft = NULL;
}

void draft_wipe(struct draft *draft)
{
    enum letter_kind kind = draft->kind;
    char language[3];
    memcpy(language, draft->language, sizeof language);
    explicit_bzero(draft, sizeof *draft);
    draft->kind = kind;
    memcpy(draft->language, language, sizeof language);
}

void draft_wipe_words(struct draft *draft)
{
    explicit_bzero(draft->text, sizeof draft->text);
    explicit_bzero(draft->name, sizeof draft->name);
    explicit_bzero(draft->undo, sizeof draft->undo);
    draft->text_len = draft->name_len = 0;
}

void draft_wipe_answers(struct draft *draft)
{
    memset(draft->category, 0, sizeof draft->category);
    memset(draft->urgent, 0, sizeof draft->urgent);
    if (draft->about != LETTER_ABOUT_MINOR)
        draft->about = 0;
    draft->consent = 0;
    draft->people = 0;
    draft->question = draft->choice = 0;
    explicit_bzero(draft->chosen, sizeof draft->chosen);
    draft->chosen_len = 0;
}

bool draft_has_words(const struct draft *draft)
{
    return draft->text_len > 0 || draft->name_len > 0;
}

/* A letter and its bytes: the only plaintext outside the draft, and only while it is sealed. */
struct plaintext {
    struct letter letter;
    uint8_t bytes[LETTER_LEN];
};

/* True when question `at` or a later one was answered. */
static bool is_answered_from(const struct draft *draft, uint8_t at)
{
    for (; at < LETTER_URGENT_MAX; at++)
        if (draft->urgent[at] != 0)
            return true;
    return false;
}

static void fill(struct letter *letter, const struct draft *draft)
{
    memcpy(letter->language, draft->language, sizeof letter->language);
    memcpy(letter->category, draft->category, sizeof letter->category);
    /* A follow-up has no category: the office knows its case by the keys. */
    if (letter->category[0] == '\0')
        memcpy(letter->category, "H1", sizeof letter->category);
    letter->about = draft->about;
    letter->people = draft->people;
    letter->consent = draft->consent > 0 ? draft->consent : TAXONOMY_CONSENT_MIN;
    memcpy(letter->urgent, draft->urgent, sizeof letter->urgent);
    /* Questions skipped at the end are not written. */
    while (letter->urgent_count < LETTER_URGENT_MAX &&
           is_answered_from(draft, letter->urgent_count))
        letter->urgent_count++;
    letter->text = draft->text;
    letter->text_len = draft->text_len;
    letter->name = draft->name;
    letter->name_len = draft->name_len;
    letter->seen = draft->seen;
    letter->question = draft->question;
    letter->choice = draft->choice;
    memcpy(letter->tag_key, draft->keys.tag, sizeof letter->tag_key);
    memcpy(letter->answer_key, draft->keys.answer, sizeof letter->answer_key);
    if (draft->kind == LETTER_FOLLOWUP) {
        random_bytes(&letter->arrival, sizeof letter->arrival);
        letter->arrival = 1 + letter->arrival % LETTER_ARRIVAL_MAX;
    }
}

int draft_seal(const struct draft *draft, const struct charter *charter, const struct card *card,
               uint64_t number, uint32_t day, uint8_t envelope[ENVELOPE_LEN])
{
    struct plaintext *plain = secret_new(sizeof *plain);
    int result = -1;
    if (plain == NULL)
        return -1;
    plain->letter.kind = draft->kind;
    memcpy(plain->letter.facility, card->facility, sizeof plain->letter.facility);
    memcpy(plain->letter.kiosk, card->kiosk, sizeof plain->letter.kiosk);
    plain->letter.session = number;
    plain->letter.day = day;
    if (draft->kind != LETTER_COVER)
        fill(&plain->letter, draft);
    if (letter_encode(&plain->letter, plain->bytes) == ERROR_NONE &&
        envelope_seal(charter->intake[0].key, plain->bytes, envelope) == ERROR_NONE)
        result = 0;
    secret_free(plain);
    return result;
}
