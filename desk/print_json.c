/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for machines: JSON, with texts exactly as they were written, where what
   could act on a terminal is spelled in digits. */
#include "desk/print_json.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/utf8.h"
#include "desk/print.h"
#include "desk/sanitize.h"
#include "office/question.h"
#include "office/reaction.h"
#include "protocol/bundle.h"

/* Functions that make a value return NULL on failure; jansson passes NULL on to the outermost
   value. */

/* State of the output. */
struct printout {
    FILE *out;
    struct sanitize_state state;
};

static void put_digits(FILE *out, uint32_t ch)
{
    if (ch > 0xFFFF)
        fprintf(out, "\\u%04X\\u%04X", 0xD800 + ((ch - 0x10000) >> 10), 0xDC00 + (ch & 0x3FF));
    else
        fprintf(out, "\\u%04X", ch);
}

static size_t plain_ascii(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && (unsigned char)text[n] < 0x7F)
        n++;
    return n;
}

/* Writes one character outside ASCII; returns the bytes consumed. */
static size_t put_other(struct printout *printout, const char *text, size_t len)
{
    char shown[4];
    uint32_t ch = 0;
    const size_t n = utf8_take(text, len, &ch);
    const size_t written = sanitize_char(&printout->state, ch, shown);
    if (written == n && memcmp(shown, text, n) == 0)
        fwrite(text, 1, n, printout->out);
    else
        put_digits(printout->out, ch);
    return n;
}

/* jansson escapes the ASCII controls. Everything else that could act on a terminal occurs only
   inside strings and is written as \u escapes: exact, and harmless where the file is displayed. A
   combining mark is never written directly after the opening quote. */
static int put_harmless(const char *text, size_t len, void *context)
{
    struct printout *printout = context;
    for (size_t at = 0; at < len;) {
        char last[4];
        const size_t n = plain_ascii(text + at, len - at);
        fwrite(text + at, 1, n, printout->out);
        at += n;
        if (n > 0)
            sanitize_char(&printout->state, text[at - 1] == '"' ? ' ' : (uint32_t)text[at - 1],
                          last);
        if (at < len)
            at += put_other(printout, text + at, len - at);
    }
    return ferror(printout->out) ? -1 : 0;
}

/* On a terminal everything outside ASCII is escaped. */
static enum error print(FILE *out, json_t *value)
{
    struct printout printout = {.out = out};
    if (value == NULL)
        return ERROR_MEMORY;
    const size_t flags = JSON_INDENT(2) | (isatty(fileno(out)) ? JSON_ENSURE_ASCII : 0);
    enum error error =
        json_dump_callback(value, put_harmless, &printout, flags) == 0 ? ERROR_NONE : ERROR_OUTPUT;
    json_decref(value);
    fputc('\n', out);
    return error;
}

/* The mark of training stands first of all that is read. */
static json_t *mark(json_t *value, bool training)
{
    json_t *marked = training ? json_pack("{sb}", "training", 1) : NULL;
    if (!training || value == NULL)
        return value;
    if (marked != NULL && json_object_update(marked, value) != 0) {
        json_decref(marked);
        marked = NULL;
    }
    json_decref(value);
    return marked;
}

/* A list of rows. */
struct rows {
    const void *all;
    size_t n;
    json_t *(*value)(const void *all, size_t i); /* makes the i-th */
};

static enum error print_list(FILE *out, const struct rows *rows, bool training)
{
    json_t *all = json_array();
    for (size_t i = 0; i < rows->n; i++)
        if (json_array_append_new(all, mark(rows->value(rows->all, i), training)) != 0) {
            json_decref(all);
            return ERROR_MEMORY;
        }
    return print(out, all);
}

static json_t *day(uint32_t number)
{
    char text[DAY_TEXT_LEN];
    if (number == 0)
        return json_null();
    day_text(number, text);
    return json_string(text);
}

/* "2026-11-22T14:05", local time. */
static json_t *minute(uint32_t number)
{
    char date[DAY_TEXT_LEN], text[DAY_TEXT_LEN + sizeof "T14:05"];
    const uint32_t in_day = number % DAY_MINUTES;
    if (number == 0)
        return json_null();
    day_text(number / DAY_MINUTES, date);
    snprintf(text, sizeof text, "%sT%02u:%02u", date, in_day / 60, in_day % 60);
    return json_string(text);
}

static json_t *kiosk_id(const uint8_t *id)
{
    char text[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(id, text);
    return json_string(text);
}

/* --- cases --- */

static json_t *case_value(const struct triage_case *row)
{
    return json_pack("{sI ss ss ss so ss ss si si sb sb}", "case", (json_int_t)row->id, "urgency",
                     print_urgency(row->urgency), "category", row->category, "facility",
                     row->facility, "day", day(row->day), "status", print_status(row->status),
                     "language", row->language, "letters", (int)row->letters, "messages",
                     (int)row->messages, "misplaced", (int)row->misplaced, "waits",
                     (int)row->waits);
}

static json_t *case_at(const void *rows, size_t i)
{
    return case_value((const struct triage_case *)rows + i);
}

enum error print_json_cases(FILE *out, const struct triage_case *cases, size_t n, bool training)
{
    return print_list(out, &(struct rows){cases, n, case_at}, training);
}

static json_t *urgent_value(const struct letter *letter)
{
    json_t *all = json_array();
    for (size_t i = 0; i < letter->urgent_count; i++)
        json_array_append_new(all, json_string(print_urgent(letter->urgent[i])));
    return all;
}

static json_t *questions_value(const struct letter *letter)
{
    json_t *all = json_array();
    for (uint8_t q = 1; q <= LETTER_URGENT_MAX; q++) {
        const uint8_t answer = q <= letter->urgent_count ? letter->urgent[q - 1] : 0;
        if (taxonomy_question_name(q) != NULL && print_asked(letter, q))
            json_array_append_new(all, json_pack("{si ss ss}", "number", (int)q, "name",
                                                 taxonomy_question_name(q), "answer",
                                                 print_urgent(answer)));
    }
    return all;
}

static json_t *letter_value(const struct item *item)
{
    const struct letter *letter = item->letter;
    return json_pack(
        "{ss so so sI ss ss ss ss so so ss si ss si so so sb si si si}", "kind",
        letter->kind == LETTER_FOLLOWUP ? "follow-up" : "complaint", "day", day(letter->day),
        "kiosk", kiosk_id(item->kiosk), "record", (json_int_t)item->seq, "facility",
        letter->facility, "type", print_type(item->type), "language", letter->language, "category",
        letter->category, "urgent", urgent_value(letter), "questions", questions_value(letter),
        "urgency", print_urgency(item_urgency(letter)), "consent", (int)letter->consent, "about",
        print_about(letter->about), "people", (int)letter->people, "name",
        json_stringn(letter->name, letter->name_len), "text",
        json_stringn(letter->text, letter->text_len), "misplaced", (int)item->misplaced, "seen",
        (int)letter->seen, "question", (int)letter->question, "choice", (int)letter->choice);
}

static json_t *message_value(const struct item *item)
{
    struct question question = {.len = item->len};
    json_t *choices = json_array();
    if (item->asks && question_split(item->text, item->len, &question) != ERROR_NONE)
        question.len = item->len;
    for (size_t i = 0; i < question.count; i++)
        json_array_append_new(
            choices, json_stringn(item->text + question.choices[i].at, question.choices[i].len));
    return json_pack("{sI so si ss so so}", "n", (json_int_t)item->n, "day", day(item->day),
                     "state", (int)item->state, "kind", item->asks ? "question" : "text", "text",
                     json_stringn(item->text, question.len), "choices", choices);
}

/* What came back to a message: when it was read, and what was chosen. */
static json_t *reaction_value(const struct reactions *reactions, const struct item *item)
{
    static const struct reaction none;
    const bool sent = item->verdict == FOLD_COUNTS && item->n <= ANSWER_COUNT_MAX;
    const struct reaction *reaction = sent ? &reactions->to[item->n] : &none;
    return json_pack("{so si so}", "read", day(reaction->read), "choice", (int)reaction->choice,
                     "chosen", day(reaction->chosen));
}

static json_t *seen_value(const struct item *item)
{
    return json_pack("{so sI}", "day", day(item->day), "n", (json_int_t)item->n);
}

static json_t *status_value(const struct item *item)
{
    return json_pack("{so ss ss sb}", "day", day(item->day), "status", print_status(item->status),
                     "was", print_status(item->was), "undoes", (int)item->undoes);
}

static json_t *note_value(const struct item *item)
{
    return json_pack("{so so}", "day", day(item->day), "text", json_stringn(item->text, item->len));
}

static json_t *taken_back_value(const struct item *item)
{
    return json_pack("{sI so}", "n", (json_int_t)item->n, "day", day(item->day));
}

static json_t *other_value(const struct item *item)
{
    return json_pack("{so}", "day", day(item->day));
}

/* Who did it and when, and whether it counts. */
static json_t *act_value(const struct item *item)
{
    return json_pack("{sI sI so ss}", "act", (json_int_t)item->act, "officer",
                     (json_int_t)item->officer, "at", minute(item->minute), "verdict",
                     fold_verdict_name(item->verdict));
}

/* A case that is being printed. */
struct listing {
    json_t *of_case;
    struct reactions reactions;
};

static enum error add_item(void *context, const struct item *item)
{
    static const struct {
        const char *list;
        json_t *(*value)(const struct item *);
    } kinds[] = {
        [ITEM_LETTER] = {"letters", letter_value},
        [ITEM_MESSAGE] = {"messages", message_value},
        [ITEM_STATUS] = {"statuses", status_value},
        [ITEM_NOTE] = {"notes", note_value},
        [ITEM_SEEN] = {"seen", seen_value},
        [ITEM_TAKEN_BACK] = {"taken_back", taken_back_value},
        [ITEM_OTHER] = {"others", other_value},
    };
    json_t *value = kinds[item->kind].value(item);
    const struct listing *listing = context;
    json_t *list = json_object_get(listing->of_case, kinds[item->kind].list);
    if (json_object_update_new(value, act_value(item)) != 0 ||
        (item->kind == ITEM_MESSAGE &&
         json_object_update_new(value, reaction_value(&listing->reactions, item)) != 0)) {
        json_decref(value);
        return ERROR_MEMORY;
    }
    return json_array_append_new(list, value) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error print_json_case(FILE *out, struct casefile *casefile)
{
    struct triage_case row;
    struct listing listing;
    enum error error = triage_row(casefile, &row);
    if (error == ERROR_NONE)
        error = reaction_read(casefile, &listing.reactions);
    if (error != ERROR_NONE)
        return error;
    json_t *value = listing.of_case = mark(case_value(&row), casefile_training(casefile));
    json_object_update_new(value, json_pack("{s[] s[] s[] s[] s[] s[] s[]}", "letters", "messages",
                                            "statuses", "notes", "seen", "taken_back", "others"));
    error = casefile_walk(casefile, add_item, &listing);
    if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW) {
        enum error printed = print(out, value);
        return printed != ERROR_NONE ? printed : error;
    }
    json_decref(value);
    return error;
}

/* --- kiosks --- */

static json_t *ranges_value(const struct fleet_ranges *ranges)
{
    json_t *all = json_array();
    for (size_t i = 0; i < ranges->n; i++)
        json_array_append_new(all, json_pack("[II]", (json_int_t)ranges->all[i].first,
                                             (json_int_t)ranges->all[i].last));
    return all;
}

static json_t *forks_value(const struct fleet_ranges *ranges)
{
    json_t *all = json_array();
    for (size_t i = 0; i < ranges->n; i++)
        json_array_append_new(all, json_integer((json_int_t)ranges->all[i].first));
    return all;
}

static json_t *rollbacks_value(const struct fleet_row *row)
{
    json_t *all = json_array();
    for (size_t i = 0; i < row->rollbacks.n; i++) {
        json_array_append_new(all,
                              json_pack("{so sI sI sI sI}", "seen", day(row->rollbacks.all[i].day),
                                        "from_record", (json_int_t)row->rollbacks.all[i].was_seq,
                                        "from_board", (json_int_t)row->rollbacks.all[i].was_board,
                                        "record", (json_int_t)row->rollbacks.all[i].seq, "board",
                                        (json_int_t)row->rollbacks.all[i].board));
    }
    return all;
}

static json_t *head_value(const struct misfit_head *head)
{
    char hash[2 * MISFIT_HASH_LEN + 1];
    for (size_t i = 0; i < MISFIT_HASH_LEN; i++)
        snprintf(hash + 2 * i, 3, "%02x", head->hash[i]);
    return json_pack("{sI sI ss}", "charter", (json_int_t)head->charter, "board",
                     (json_int_t)head->number, "hash", hash);
}

static json_t *misfits_value(const struct fleet_misfits *misfits)
{
    json_t *all = json_array();
    for (size_t i = 0; i < misfits->n; i++)
        json_array_append_new(all, json_pack("{so so so}", "told", day(misfits->all[i].day), "had",
                                             head_value(&misfits->all[i].misfit.had), "came",
                                             head_value(&misfits->all[i].misfit.came)));
    return all;
}

static json_t *health_value(const struct fleet_row *row)
{
    return json_pack("{sb sb sb}", "printer", (row->contact.health & BUNDLE_PRINTER_OK) != 0,
                     "disk", (row->contact.health & BUNDLE_DISK_OK) != 0, "clock",
                     (row->contact.health & BUNDLE_CLOCK_OK) != 0);
}

static json_t *kiosk_at(const void *rows, size_t i)
{
    const struct fleet_row *row = (const struct fleet_row *)rows + i;
    return json_pack(
        "{so ss ss so sI so si sI so so sI so so sI sI sI sI sI si so so}", "kiosk",
        kiosk_id(row->kiosk.kiosk), "facility", row->card.facility, "type",
        print_type(row->card.type), "enrolled", day(row->enrolled), "last",
        (json_int_t)row->kiosk.last_seq, "day", day(row->kiosk.last_day), "silent",
        (int)row->silent, "unbroken", (json_int_t)row->kiosk.tip_seq, "gaps",
        ranges_value(&row->gaps), "forks", forks_value(&row->forks), "rollbacks",
        (json_int_t)row->contact.rollbacks, "set_back", rollbacks_value(row), "misfits",
        misfits_value(&row->misfits), "unreadable", (json_int_t)row->kiosk.unreadable, "misplaced",
        (json_int_t)row->kiosk.misplaced, "charter", (json_int_t)row->contact.charter, "board",
        (json_int_t)row->contact.board, "image", (json_int_t)row->contact.image, "exchange_age",
        (int)row->contact.exchange_age, "imported", day(row->contact.imported), "health",
        row->contact.imported > 0 ? health_value(row) : json_null());
}

enum error print_json_kiosks(FILE *out, const struct fleet_row *rows, size_t n, bool training)
{
    return print_list(out, &(struct rows){rows, n, kiosk_at}, training);
}

/* --- officers --- */

static json_t *officer_at(const void *rows, size_t i)
{
    const struct officer_row *row = (const struct officer_row *)rows + i;
    return json_pack("{sI ss ss ss so so}", "officer", (json_int_t)row->no, "role",
                     act_role_name(row->role), "name", row->name, "fingerprint", row->fingerprint,
                     "since", minute(row->since), "removed", minute(row->removed));
}

enum error print_json_officers(FILE *out, const struct officer_row *rows, size_t n, bool training)
{
    return print_list(out, &(struct rows){rows, n, officer_at}, training);
}

/* --- what an audit found --- */

static json_t *number(uint64_t value)
{
    return value > 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *finding_value(const struct audit_finding *finding)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    const bool of_kiosk = finding->kind == AUDIT_TIP || finding->kind == AUDIT_RECORDS ||
                          finding->kind == AUDIT_STRAY_RECORD;
    card_kiosk_text(finding->kiosk, kiosk);
    return json_pack("{ss so so si so so so}", "kind", audit_kind_name(finding->kind),
                     "transaction", number(finding->txn), "act", number(finding->seq), "officer",
                     (int)finding->officer, "fault",
                     finding->kind == AUDIT_HISTORY
                         ? json_string(history_fault_name(finding->fault))
                         : json_null(),
                     "verdict",
                     finding->kind == AUDIT_VOID ? json_string(fold_verdict_name(finding->verdict))
                                                 : json_null(),
                     "kiosk", of_kiosk ? json_string(kiosk) : json_null());
}

enum error print_json_audit(FILE *out, const struct audit_finding *findings, size_t n,
                            const struct audit_report *report, bool training)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(all, finding_value(&findings[i])) != 0) {
            json_decref(all);
            return ERROR_MEMORY;
        }
    json_t *value =
        json_pack("{so sI sI sI sI sI so}", "findings", all, "transactions",
                  (json_int_t)report->txns, "acts", (json_int_t)report->acts, "texts",
                  (json_int_t)report->bodies, "sealed", (json_int_t)report->sealed, "records",
                  (json_int_t)report->records, "restored", number(report->restored));
    return print(out, mark(value, training));
}
