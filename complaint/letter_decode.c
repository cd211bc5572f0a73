/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CBOR into a letter, strictly: there is exactly one sequence of bytes for each letter, all else is
   an error with a name. libcbor takes one item at a time out of the caller's buffer; nothing is
   copied to the heap. */
#include "complaint/letter.h"

#include <stdbool.h>
#include <string.h>

#include <cbor.h>
#include <unistr.h>

enum {
    KEY_VERSION,
    KEY_KIND,
    KEY_FACILITY,
    KEY_KIOSK,
    KEY_SESSION,
    KEY_DAY,
    KEY_LANGUAGE,
    KEY_CATEGORY,
    KEY_URGENT,
    KEY_CONSENT,
    KEY_ABOUT,
    KEY_PEOPLE,
    KEY_TEXT,
    KEY_TAG,
    KEY_ANSWER,
    KEY_NAME,
    KEY_ARRIVAL,
    KEY_SEEN,
    KEY_QUESTION,
    KEY_CHOICE,
    KEY_COUNT,
    COVER_KEYS = KEY_LANGUAGE,
};

enum item_type { ITEM_OTHER, ITEM_UINT, ITEM_BYTES, ITEM_TEXT, ITEM_ARRAY, ITEM_MAP };

/* One CBOR item; number is a uint's value, a string's length, an array's or a map's count. */
struct item {
    enum item_type type;
    uint64_t number;
    const uint8_t *data;
};

struct reader {
    const uint8_t *in;
    size_t at;
    unsigned seen; /* a bit for each key */
};

static void item_set(void *context, enum item_type type, uint64_t number, const uint8_t *data)
{
    *(struct item *)context = (struct item){type, number, data};
}

static void on_uint8(void *context, uint8_t number)
{
    item_set(context, ITEM_UINT, number, NULL);
}

static void on_uint16(void *context, uint16_t number)
{
    item_set(context, ITEM_UINT, number, NULL);
}

static void on_uint32(void *context, uint32_t number)
{
    item_set(context, ITEM_UINT, number, NULL);
}

static void on_uint64(void *context, uint64_t number)
{
    item_set(context, ITEM_UINT, number, NULL);
}

static void on_bytes(void *context, cbor_data data, size_t len)
{
    item_set(context, ITEM_BYTES, len, data);
}

static void on_text(void *context, cbor_data data, size_t len)
{
    item_set(context, ITEM_TEXT, len, data);
}

static void on_array(void *context, size_t count)
{
    item_set(context, ITEM_ARRAY, count, NULL);
}

static void on_map(void *context, size_t count)
{
    item_set(context, ITEM_MAP, count, NULL);
}

static size_t shortest_head(uint64_t number)
{
    if (number < 24)
        return 1;
    if (number <= UINT8_MAX)
        return 2;
    if (number <= UINT16_MAX)
        return 3;
    return number <= UINT32_MAX ? 5 : 9;
}

/* Takes the next item and insists on its type. */
static enum error take(struct reader *r, enum item_type type, struct item *item)
{
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = on_uint8;
    callbacks.uint16 = on_uint16;
    callbacks.uint32 = on_uint32;
    callbacks.uint64 = on_uint64;
    callbacks.byte_string = on_bytes;
    callbacks.string = on_text;
    callbacks.array_start = on_array;
    callbacks.map_start = on_map;
    *item = (struct item){ITEM_OTHER, 0, NULL};
    struct cbor_decoder_result result =
        cbor_stream_decode(r->in + r->at, LETTER_LEN - r->at, &callbacks, item);
    if (result.status == CBOR_DECODER_NEDATA)
        return ERROR_LETTER_TRUNCATED;
    if (result.status != CBOR_DECODER_FINISHED || item->type != type)
        return ERROR_LETTER_TYPE;
    int string = type == ITEM_BYTES || type == ITEM_TEXT;
    if (result.read - (string ? item->number : 0) != shortest_head(item->number))
        return ERROR_LETTER_NOT_SHORTEST;
    r->at += result.read;
    return ERROR_NONE;
}

static enum error take_uint(struct reader *r, uint64_t max, uint64_t *number)
{
    struct item item;
    enum error error = take(r, ITEM_UINT, &item);
    if (error == ERROR_NONE && item.number > max)
        error = ERROR_LETTER_RANGE;
    if (error == ERROR_NONE)
        *number = item.number;
    return error;
}

static enum error take_bytes(struct reader *r, size_t len, uint8_t *out)
{
    struct item item;
    enum error error = take(r, ITEM_BYTES, &item);
    if (error == ERROR_NONE && item.number != len)
        error = ERROR_LETTER_RANGE;
    if (error == ERROR_NONE)
        memcpy(out, item.data, len);
    return error;
}

static enum error take_text(struct reader *r, size_t max, const char **text, size_t *len)
{
    struct item item;
    enum error error = take(r, ITEM_TEXT, &item);
    if (error != ERROR_NONE)
        return error;
    if (item.number > max)
        return ERROR_LETTER_RANGE;
    if (item.number > 0 && u8_check(item.data, item.number) != NULL)
        return ERROR_LETTER_UTF8;
    *text = (const char *)item.data;
    *len = item.number;
    return ERROR_NONE;
}

/* A short text into an array of max + 1 bytes. A NUL in it would hide what follows. */
static enum error take_code(struct reader *r, size_t max, char *out)
{
    const char *text = NULL;
    size_t len = 0;
    enum error error = take_text(r, max, &text, &len);
    if (error != ERROR_NONE)
        return error;
    if (len == 0 || memchr(text, '\0', len) != NULL)
        return ERROR_LETTER_RANGE;
    memcpy(out, text, len);
    out[len] = '\0';
    return ERROR_NONE;
}

static enum error take_urgent(struct reader *r, struct letter *letter)
{
    struct item item;
    enum error error = take(r, ITEM_ARRAY, &item);
    if (error == ERROR_NONE && item.number > LETTER_URGENT_MAX)
        error = ERROR_LETTER_RANGE;
    if (error != ERROR_NONE)
        return error;
    for (size_t i = 0; i < item.number; i++) {
        uint64_t answer = 0;
        error = take_uint(r, UINT8_MAX, &answer);
        if (error != ERROR_NONE)
            return error;
        letter->urgent[i] = (uint8_t)answer;
    }
    letter->urgent_count = (uint8_t)item.number;
    return ERROR_NONE;
}

static enum error take_common(struct reader *r, uint64_t key, struct letter *letter)
{
    uint64_t number = 0;
    enum error error;
    switch (key) {
    case KEY_VERSION:
        error = take_uint(r, UINT64_MAX, &number);
        return error == ERROR_NONE && number != LETTER_VERSION ? ERROR_LETTER_VERSION_UNKNOWN
                                                               : error;
    case KEY_KIND:
        error = take_uint(r, LETTER_SEEN, &number);
        letter->kind = (enum letter_kind)number;
        return error;
    case KEY_FACILITY:
        return take_code(r, LETTER_FACILITY_MAX, letter->facility);
    case KEY_KIOSK:
        return take_bytes(r, LETTER_KIOSK_LEN, letter->kiosk);
    case KEY_SESSION:
        return take_uint(r, UINT64_MAX, &letter->session);
    default:
        error = take_uint(r, UINT32_MAX, &number);
        letter->day = (uint32_t)number;
        return error;
    }
}

static uint8_t *small_field(struct letter *letter, uint64_t key)
{
    switch (key) {
    case KEY_CONSENT:
        return &letter->consent;
    case KEY_ABOUT:
        return &letter->about;
    case KEY_ARRIVAL:
        return &letter->arrival;
    case KEY_SEEN:
        return &letter->seen;
    case KEY_QUESTION:
        return &letter->question;
    default:
        return &letter->choice;
    }
}

static enum error take_small(struct reader *r, uint64_t key, struct letter *letter)
{
    uint64_t number = 0;
    enum error error = take_uint(r, key == KEY_PEOPLE ? UINT16_MAX : UINT8_MAX, &number);
    if (key == KEY_PEOPLE)
        letter->people = (uint16_t)number;
    else
        *small_field(letter, key) = (uint8_t)number;
    return error;
}

static enum error take_value(struct reader *r, uint64_t key, struct letter *letter)
{
    switch (key) {
    case KEY_LANGUAGE:
        return take_code(r, 2, letter->language);
    case KEY_CATEGORY:
        return take_code(r, 2, letter->category);
    case KEY_URGENT:
        return take_urgent(r, letter);
    case KEY_CONSENT:
    case KEY_ABOUT:
    case KEY_PEOPLE:
    case KEY_ARRIVAL:
    case KEY_SEEN:
    case KEY_QUESTION:
    case KEY_CHOICE:
        return take_small(r, key, letter);
    case KEY_TEXT:
        return take_text(r, LETTER_TEXT_MAX, &letter->text, &letter->text_len);
    case KEY_TAG:
        return take_bytes(r, LETTER_KEY_LEN, letter->tag_key);
    case KEY_ANSWER:
        return take_bytes(r, LETTER_KEY_LEN, letter->answer_key);
    case KEY_NAME:
        return take_text(r, LETTER_NAME_MAX, &letter->name, &letter->name_len);
    default:
        return take_common(r, key, letter);
    }
}

/* Takes one key. Those from 6 on are unknown in a cover; if key 1 is absent, that is the error. */
static enum error take_key(struct reader *r, const struct letter *letter, uint64_t *key)
{
    enum error error = take_uint(r, UINT64_MAX, key);
    if (error != ERROR_NONE)
        return error;
    if (*key >= KEY_COUNT)
        return ERROR_LETTER_UNKNOWN_KEY;
    if (r->seen & 1u << *key)
        return ERROR_LETTER_DUPLICATE;
    if (r->seen >> *key != 0)
        return ERROR_LETTER_UNSORTED;
    if (*key >= COVER_KEYS && (r->seen & 1u << KEY_KIND) && letter->kind == LETTER_COVER)
        return ERROR_LETTER_UNKNOWN_KEY;
    r->seen |= 1u << *key;
    return ERROR_NONE;
}

/* The first byte is zero and each equals the next; memcmp compares many at a time. */
static enum error zeros_check(const struct reader *r)
{
    const uint8_t *rest = r->in + r->at;
    size_t len = LETTER_LEN - r->at;
    const bool zeros = len == 0 || (rest[0] == 0 && memcmp(rest, rest + 1, len - 1) == 0);
    return zeros ? ERROR_NONE : ERROR_LETTER_TRAILING;
}

static enum error map_take(struct reader *r, struct letter *letter)
{
    struct item map;
    enum error error = take(r, ITEM_MAP, &map);
    for (uint64_t i = 0; error == ERROR_NONE && i < map.number; i++) {
        uint64_t key = 0;
        error = take_key(r, letter, &key);
        if (error == ERROR_NONE)
            error = take_value(r, key, letter);
    }
    if (error != ERROR_NONE)
        return error;
    unsigned wanted = (1u << (letter->kind == LETTER_COVER ? COVER_KEYS : KEY_COUNT)) - 1;
    if (r->seen != wanted)
        return ERROR_LETTER_MISSING;
    error = letter_check(letter);
    return error == ERROR_NONE ? zeros_check(r) : error;
}

enum error letter_decode(const uint8_t in[LETTER_LEN], struct letter *letter)
{
    struct reader r = {.in = in};
    memset(letter, 0, sizeof(*letter));
    enum error error = map_take(&r, letter);
    if (error != ERROR_NONE)
        explicit_bzero(letter, sizeof(*letter));
    return error;
}
