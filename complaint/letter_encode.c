/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter into CBOR, streamed into the caller's memory: no copy of the text is on the heap. */
#include "complaint/letter.h"

#include <string.h>

#include <cbor.h>

enum { COVER_KEYS = 6, ALL_KEYS = 20 };

/* The longest letter, so that nothing can run out of room: a byte for the map and one for each key;
   then the values with their heads, in the order of the keys. */
enum {
    LONGEST = 1 + ALL_KEYS + 1 + 1 + (1 + LETTER_FACILITY_MAX) + (1 + LETTER_KIOSK_LEN) + 9 + 5 +
              3 + 3 + (1 + LETTER_URGENT_MAX) + 1 + 1 + 3 + (3 + LETTER_TEXT_MAX) +
              2 * (2 + LETTER_KEY_LEN) + (2 + LETTER_NAME_MAX) + 1 + 2 + 2 + 1,
};
_Static_assert((int)LONGEST <= (int)LETTER_LEN, "every letter fits");

struct writer {
    uint8_t *out;
    size_t at;
};

static size_t room(const struct writer *w)
{
    return LETTER_LEN - w->at;
}

static void put_uint(struct writer *w, uint64_t number)
{
    w->at += cbor_encode_uint(number, w->out + w->at, room(w));
}

static void put_raw(struct writer *w, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(w->out + w->at, bytes, len);
    w->at += len;
}

static void put_bytes(struct writer *w, const void *bytes, size_t len)
{
    w->at += cbor_encode_bytestring_start(len, w->out + w->at, room(w));
    put_raw(w, bytes, len);
}

static void put_text(struct writer *w, const char *text, size_t len)
{
    w->at += cbor_encode_string_start(len, w->out + w->at, room(w));
    put_raw(w, text, len);
}

static void put_urgent(struct writer *w, const struct letter *letter)
{
    w->at += cbor_encode_array_start(letter->urgent_count, w->out + w->at, room(w));
    for (size_t i = 0; i < letter->urgent_count; i++)
        put_uint(w, letter->urgent[i]);
}

static void put_common(struct writer *w, const struct letter *letter)
{
    put_uint(w, 0);
    put_uint(w, LETTER_VERSION);
    put_uint(w, 1);
    put_uint(w, (uint64_t)letter->kind);
    put_uint(w, 2);
    put_text(w, letter->facility, strlen(letter->facility));
    put_uint(w, 3);
    put_bytes(w, letter->kiosk, LETTER_KIOSK_LEN);
    put_uint(w, 4);
    put_uint(w, letter->session);
    put_uint(w, 5);
    put_uint(w, letter->day);
}

static void put_complaint(struct writer *w, const struct letter *letter)
{
    put_uint(w, 6);
    put_text(w, letter->language, 2);
    put_uint(w, 7);
    put_text(w, letter->category, 2);
    put_uint(w, 8);
    put_urgent(w, letter);
    put_uint(w, 9);
    put_uint(w, letter->consent);
    put_uint(w, 10);
    put_uint(w, letter->about);
    put_uint(w, 11);
    put_uint(w, letter->people);
    put_uint(w, 12);
    put_text(w, letter->text, letter->text_len);
    put_uint(w, 13);
    put_bytes(w, letter->tag_key, LETTER_KEY_LEN);
    put_uint(w, 14);
    put_bytes(w, letter->answer_key, LETTER_KEY_LEN);
    put_uint(w, 15);
    put_text(w, letter->name, letter->name_len);
    put_uint(w, 16);
    put_uint(w, letter->arrival);
    put_uint(w, 17);
    put_uint(w, letter->seen);
    put_uint(w, 18);
    put_uint(w, letter->question);
    put_uint(w, 19);
    put_uint(w, letter->choice);
}

enum error letter_encode(const struct letter *letter, uint8_t out[LETTER_LEN])
{
    struct writer w = {.out = out};
    memset(out, 0, LETTER_LEN);
    enum error error = letter_check(letter);
    if (error != ERROR_NONE)
        return error;
    int cover = letter->kind == LETTER_COVER;
    w.at += cbor_encode_map_start(cover ? COVER_KEYS : ALL_KEYS, out, LETTER_LEN);
    put_common(&w, letter);
    if (!cover)
        put_complaint(&w, letter);
    return ERROR_NONE;
}
