/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters on their way: written at a kiosk, collected every other week and taken in. The envelopes
   are left out, since they cost more than all the rest and nothing of them stays: from the opened
   letter on it is the office's own import. */
#include "tests/casebook/casebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "office/fleet.h"
#include "office/import_parts.h"

enum { VISIT_DAYS = 14, PRINTER_FAILS = 30 };

/* --- what is in a letter --- */

static void answer_questions(struct draw *draw, struct letter *letter)
{
    const struct taxonomy_category *category = taxonomy_category(letter->category);
    for (size_t i = 0; i < TAXONOMY_ASKED_MAX; i++) {
        const uint8_t q = category->asked[i];
        if (q == 0)
            continue;
        letter->urgent[q - 1] = draw_chance(draw, 120) ? 1 : draw_chance(draw, 600) ? 2 : 0;
        if (q > letter->urgent_count)
            letter->urgent_count = q;
    }
}

static void fill_person(const struct plan *plan, uint32_t person, struct letter *letter)
{
    static const uint16_t consents[] = {520, 230, 200, 50};
    struct draw draw = draw_start(plan->seed, DRAW_LETTER, person);
    const struct plan_person *who = &plan->people[person];
    memcpy(letter->category, who->category, sizeof letter->category);
    memcpy(letter->language, words_code((enum words_language)who->language), 3);
    draw_bytes(&draw, letter->tag_key, sizeof letter->tag_key);
    draw_bytes(&draw, letter->answer_key, sizeof letter->answer_key);
    letter->consent = (uint8_t)(1 + draw_weighted(&draw, consents, 4));
    letter->about = draw_chance(&draw, 700) ? 1 : (uint8_t)draw_below(&draw, 4);
    letter->people =
        letter->about == LETTER_ABOUT_SEVERAL ? (uint16_t)draw_between(&draw, 2, 40) : 0;
    if (plan->kiosks[who->kiosk].type == taxonomy_facility("CHILD")->number)
        letter->about = LETTER_ABOUT_MINOR;
    answer_questions(&draw, letter);
}

void casebook_keys(const struct plan *plan, uint32_t person, struct code_keys *keys)
{
    struct draw draw = draw_start(plan->seed, DRAW_LETTER, person);
    draw_bytes(&draw, keys->tag, sizeof keys->tag);
    draw_bytes(&draw, keys->answer, sizeof keys->answer);
}

static void fill_text(const struct plan *plan, const struct plan_letter *of, struct letter *letter,
                      char text[WORDS_MAX], char name[WORDS_MAX])
{
    const struct plan_person *who = &plan->people[of->person];
    const enum words_language language = (enum words_language)who->language;
    struct draw draw =
        draw_start(plan->seed, DRAW_LETTER, of->person | (uint64_t)(of->n + 1) << 40);
    letter->text_len = of->n == 0 ? words_complaint(&draw, language, who->category, text)
                                  : words_again(&draw, language, text);
    letter->text = text;
    letter->name = name;
    if (of->n == 0 && draw_chance(&draw, 180))
        letter->name_len = words_name(&draw, language, name);
}

enum error casebook_letter(const struct plan *plan, const struct plan_letter *of, uint64_t record,
                           uint8_t raw[LETTER_LEN])
{
    char text[WORDS_MAX], name[WORDS_MAX];
    const struct plan_kiosk *kiosk = &plan->kiosks[of->kiosk];
    struct letter letter = {
        .kind = of->n == 0 ? LETTER_COMPLAINT : LETTER_FOLLOWUP, .session = record, .day = of->day};
    memcpy(letter.facility, kiosk->facility, sizeof letter.facility);
    if (plan->people[of->person].misplaced)
        snprintf(letter.facility, sizeof letter.facility, "%s", "PEN-999");
    memcpy(letter.kiosk, kiosk->id, sizeof letter.kiosk);
    fill_person(plan, of->person, &letter);
    fill_text(plan, of, &letter, text, name);
    return letter_encode(&letter, raw);
}

/* --- a visit to a kiosk --- */

struct visit {
    struct casebook *casebook;
    struct casebook_chain *chain;
    const struct plan_kiosk *kiosk;
    struct import import;
    struct import_source source;
    struct import_chunk *chunk;
    uint32_t people[IMPORT_CHUNK_MAX]; /* whose letter each record is; UINT32_MAX: a cover */
};

static enum error new_chunk(struct visit *visit)
{
    visit->chunk = calloc(1, sizeof *visit->chunk);
    if (visit->chunk == NULL)
        return ERROR_MEMORY;
    visit->chunk->source = &visit->source;
    visit->chunk->keys = visit->casebook->vault->keys;
    return ERROR_NONE;
}

/* A case that is new, or has a letter more, is looked at within days; the most urgent on the same
 * day. */
static enum error note_case(struct visit *visit, const struct import_record *record,
                            uint32_t person, const uint8_t *commitment)
{
    struct casebook *casebook = visit->casebook;
    const struct fold_case *of =
        fold_case_of(casebook->vault->history.fold, record->opening.handle);
    struct casebook_case *one = &casebook->cases[of->number - 1];
    struct draw draw = draw_start(casebook->plan.seed, DRAW_WORK, of->number << 16 | of->letters);
    const uint32_t today = visit->import.now / DAY_MINUTES;
    if (of->letters > 1)
        return casebook_reopen(casebook, (uint32_t)of->number, today + draw_between(&draw, 1, 5));
    *one = (struct casebook_case){.person = person,
                                  .officer = (uint8_t)(1 + draw_below(&draw, casebook->officers))};
    memcpy(one->commitment, commitment, HASH_LEN);
    return casebook_schedule(casebook, (uint32_t)of->number,
                             today + (of->urgency == TAXONOMY_U0 ? 0 : draw_between(&draw, 1, 4)));
}

static enum error write_chunk(struct visit *visit, bool last)
{
    struct import_chunk *chunk = visit->chunk;
    uint8_t(*commitments)[HASH_LEN] = calloc(IMPORT_CHUNK_MAX, sizeof *commitments);
    enum error error = commitments != NULL ? ERROR_NONE : ERROR_MEMORY;
    for (size_t i = 0; i < chunk->n && error == ERROR_NONE; i++)
        if (chunk->records[i].sealed.n > 0)
            memcpy(commitments[i], chunk->records[i].sealed.acts[0].act.commitment, HASH_LEN);
    chunk->last = last;
    if (error == ERROR_NONE)
        error = import_write(chunk);
    for (size_t i = 0; i < chunk->n && error == ERROR_NONE; i++)
        if (visit->people[i] != UINT32_MAX)
            error = note_case(visit, &chunk->records[i], visit->people[i], commitments[i]);
    free(commitments);
    import_chunk_free(chunk);
    visit->chunk = NULL;
    return error;
}

/* A cover is not sealed: nobody will open it. Nor is a letter; but what stands for its envelope is
   of its record alone. */
static enum error seal_letter(struct visit *visit, struct import_record *taken,
                              const struct plan_letter *letter)
{
    const struct item_source from = {&visit->source.card, &taken->record, visit->import.now,
                                     visit->casebook->vault->charter.number};
    enum error error = opening_none(visit->chunk->keys, &from, &taken->opening);
    taken->opening.outcome = OPENING_COVER;
    if (letter == NULL || error != ERROR_NONE)
        return error;
    uint8_t envelope[ENVELOPE_LEN] = {0};
    uint8_t *raw = secret_new(LETTER_LEN);
    memcpy(envelope, taken->record.hash, HASH_LEN);
    taken->record.envelope = envelope;
    error = raw != NULL ? casebook_letter(&visit->casebook->plan, letter, taken->record.seq, raw)
                        : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = opening_file(&taken->sealed, visit->chunk->keys, &from, raw, &taken->opening);
    taken->record.envelope = NULL;
    secret_free(raw);
    return error;
}

/* A letter, or a cover when there is none. */
static enum error add_record(struct visit *visit, uint32_t day, const struct plan_letter *letter)
{
    struct casebook_chain *chain = visit->chain;
    enum error error = ERROR_NONE;
    if (visit->chunk != NULL && visit->chunk->n == IMPORT_CHUNK_MAX)
        error = write_chunk(visit, false);
    if (error == ERROR_NONE && visit->chunk == NULL)
        error = new_chunk(visit);
    if (error != ERROR_NONE)
        return error;
    visit->people[visit->chunk->n] = letter != NULL ? letter->person : UINT32_MAX;
    struct import_record *taken = &visit->chunk->records[visit->chunk->n++];
    struct draw draw = draw_start(visit->casebook->plan.seed, DRAW_LETTER,
                                  UINT64_C(1) << 60 | chain->seq << 20 | visit->kiosk->key[0]);
    taken->record = (struct record){.seq = ++chain->seq, .day = day};
    memcpy(taken->record.previous, chain->hash, HASH_LEN);
    draw_bytes(&draw, taken->record.hash, HASH_LEN);
    memcpy(chain->hash, taken->record.hash, HASH_LEN);
    import_row(&visit->source, &taken->record, &taken->row);
    error = seal_letter(visit, taken, letter);
    memcpy(taken->row.tag, taken->opening.tag, sizeof taken->row.tag);
    taken->row.flags = taken->opening.misplaced ? JOURNAL_MISPLACED : 0;
    return error;
}

static enum error add_day(struct visit *visit, uint32_t day)
{
    const struct plan *plan = &visit->casebook->plan;
    struct casebook_chain *chain = visit->chain;
    enum error error = ERROR_NONE;
    bool written = plan_silent(visit->kiosk, day);
    while (chain->letter < visit->kiosk->letter_end && plan->letters[chain->letter].day == day &&
           error == ERROR_NONE) {
        error = add_record(visit, day, &plan->letters[chain->letter++]);
        written = true;
    }
    return written || error != ERROR_NONE ? error : add_record(visit, day, NULL);
}

static void tell_contact(struct visit *visit, uint64_t first)
{
    struct draw draw =
        draw_start(visit->casebook->plan.seed, DRAW_KIOSK, first << 20 | visit->import.now);
    visit->source.contact = (struct contact){
        .first = first,
        .last = visit->chain->seq,
        .charter = 1,
        .exchange_age = VISIT_DAYS,
        .health = (uint8_t)(BUNDLE_DISK_OK | BUNDLE_CLOCK_OK |
                            (draw_chance(&draw, PRINTER_FAILS) ? 0 : BUNDLE_PRINTER_OK)),
        .flags = CONTACT_CLOCK,
    };
    memcpy(visit->source.contact.kiosk, visit->kiosk->id, CARD_KIOSK_LEN);
}

static enum error make_visit(struct visit *visit, uint32_t today)
{
    struct casebook_chain *chain = visit->chain;
    const uint64_t first = chain->seq + 1;
    enum error error = fleet_card(visit->casebook->vault, visit->kiosk->id, &visit->source.card);
    visit->source.import = &visit->import;
    visit->source.name = visit->kiosk->facility;
    tell_contact(visit, first);
    while (chain->day < today && error == ERROR_NONE)
        error = add_day(visit, ++chain->day);
    visit->source.contact.last = chain->seq;
    if (error == ERROR_NONE && visit->chunk != NULL)
        error = import_follow(&visit->source);
    if (error == ERROR_NONE && visit->chunk != NULL)
        error = write_chunk(visit, true);
    import_chunk_free(visit->chunk);
    return error;
}

/* Officers take turns. Yesterday's records are the last. */
enum error casebook_collect(struct casebook *casebook, struct casebook_chain *chains, uint32_t day)
{
    enum error error = ERROR_NONE;
    uint32_t visits = 0;
    casebook_act_as(casebook, 1 + day % casebook->officers);
    for (uint32_t i = 0; i < casebook->plan.kiosk_count && error == ERROR_NONE; i++) {
        struct visit visit = {
            .casebook = casebook, .chain = &chains[i], .kiosk = &casebook->plan.kiosks[i]};
        if (chains[i].visit > day)
            continue;
        visit.import = (struct import){.vault = casebook->vault,
                                       .now = day * DAY_MINUTES + 8 * 60 + visits++ % 60};
        chains[i].visit = day + VISIT_DAYS;
        error = make_visit(&visit, day - 1);
    }
    return error;
}
