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

static json_t *day(uint32_t number)
{
    char text[DAY_TEXT_LEN];
    if (number == 0)
        return json_null();
    day_text(number, text);
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

enum error print_json_cases(FILE *out, const struct triage_case *cases, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(all, case_value(&cases[i])) != 0) {
            json_decref(all);
            return ERROR_MEMORY;
        }
    return print(out, all);
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
        "{ss so so sI ss ss ss ss so so ss si ss si so so sb}", "kind",
        letter->kind == LETTER_FOLLOWUP ? "follow-up" : "complaint", "day", day(letter->day),
        "kiosk", kiosk_id(item->kiosk), "record", (json_int_t)item->seq, "facility",
        letter->facility, "type", print_type(item->type), "language", letter->language, "category",
        letter->category, "urgent", urgent_value(letter), "questions", questions_value(letter),
        "urgency", print_urgency(triage_urgency(letter)), "consent", (int)letter->consent, "about",
        print_about(letter->about), "people", (int)letter->people, "name",
        json_stringn(letter->name, letter->name_len), "text",
        json_stringn(letter->text, letter->text_len), "misplaced", (int)item->misplaced);
}

static json_t *message_value(const struct item *item)
{
    return json_pack("{sI so si so}", "n", (json_int_t)item->n, "day", day(item->day), "state",
                     (int)item->state, "text", json_stringn(item->text, item->len));
}

static enum error add_item(void *context, const struct item *item)
{
    static const char *const lists[] = {[ITEM_LETTER] = "letters",
                                        [ITEM_MESSAGE] = "messages",
                                        [ITEM_STATUS] = "statuses",
                                        [ITEM_NOTE] = "notes"};
    json_t *value = NULL;
    if (item->kind == ITEM_MESSAGE && !item->opened)
        return ERROR_NONE;
    if (item->kind == ITEM_LETTER)
        value = letter_value(item);
    else if (item->kind == ITEM_MESSAGE)
        value = message_value(item);
    else if (item->kind == ITEM_STATUS)
        value = json_pack("{so ss}", "day", day(item->day), "status", print_status(item->status));
    else
        value = json_pack("{so so}", "day", day(item->day), "text",
                          json_stringn(item->text, item->len));
    json_t *list = json_object_get(context, lists[item->kind]);
    return json_array_append_new(list, value) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error print_json_case(FILE *out, struct casefile *casefile)
{
    struct triage_case row;
    enum error error = triage_row(casefile, &row);
    if (error != ERROR_NONE)
        return error;
    json_t *value = case_value(&row);
    json_object_update_new(
        value, json_pack("{s[] s[] s[] s[]}", "letters", "messages", "statuses", "notes"));
    error = casefile_walk(casefile, add_item, value);
    if (error == ERROR_NONE || error == ERROR_CASEBOOK_ROW) {
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
        const struct caseload_rollback *one = &row->rollbacks.all[i];
        json_array_append_new(
            all, json_pack("{so sI sI sI sI}", "seen", day(one->day), "from_record",
                           (json_int_t)one->was_seq, "from_board", (json_int_t)one->was_board,
                           "record", (json_int_t)one->seq, "board", (json_int_t)one->board));
    }
    return all;
}

static json_t *health_value(const struct caseload_kiosk *kiosk)
{
    return json_pack("{sb sb sb}", "printer", (kiosk->health & BUNDLE_PRINTER_OK) != 0, "disk",
                     (kiosk->health & BUNDLE_DISK_OK) != 0, "clock",
                     (kiosk->health & BUNDLE_CLOCK_OK) != 0);
}

static json_t *kiosk_value(const struct fleet_row *row)
{
    const struct caseload_kiosk *kiosk = &row->kiosk;
    return json_pack(
        "{so ss ss so sI so si sI so so sI so sI sI sI sI sI si so so}", "kiosk",
        kiosk_id(kiosk->kiosk), "facility", row->card.facility, "type", print_type(row->card.type),
        "enrolled", day(kiosk->enrolled), "last", (json_int_t)kiosk->last_seq, "day",
        day(kiosk->last_day), "silent", (int)row->silent, "unbroken", (json_int_t)kiosk->tip_seq,
        "gaps", ranges_value(&row->gaps), "forks", forks_value(&row->forks), "rollbacks",
        (json_int_t)kiosk->rollbacks, "set_back", rollbacks_value(row), "unreadable",
        (json_int_t)kiosk->unreadable, "misplaced", (json_int_t)kiosk->misplaced, "charter",
        (json_int_t)kiosk->charter, "board", (json_int_t)kiosk->board, "image",
        (json_int_t)kiosk->image, "exchange_age", (int)kiosk->exchange_age, "imported",
        day(kiosk->imported), "health", kiosk->imported > 0 ? health_value(kiosk) : json_null());
}

enum error print_json_kiosks(FILE *out, const struct fleet_row *rows, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(all, kiosk_value(&rows[i])) != 0) {
            json_decref(all);
            return ERROR_MEMORY;
        }
    return print(out, all);
}
