/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letter: the plaintext of one envelope. Deterministic CBOR (RFC 8949 section 4.2.1): one map
   with integer keys in ascending order, then zero bytes up to LETTER_LEN.

   key  type               what                                        in covers
     0  uint               version, 1                                  yes
     1  uint               kind: 0 cover, 1 complaint, 2 follow-up,    yes
                           3 seen
     2  text 1..15         facility code, A-Z 0-9 -, no - in front     yes
     3  bytes 8            kiosk id                                    yes
     4  uint               session number = the envelope's sequence    yes
     5  uint < 2^32        day, since 1970-01-01                       yes
     6  text 2             language, ISO 639-1                         no
     7  text 2             category code                               no
     8  array 0..8         urgent questions: 0 skipped, 1 yes, 2 no    no
     9  uint 1..4          consent level                               no
    10  uint 0..4          about: 0 not said, 1 me, 2 someone else,    no
                           3 several of us, 4 me and I am under 18
    11  uint < 65536       how many people, 0 not said                 no
    12  text 0..14400      what the person wrote, in UTF-8             no
    13  bytes 32           tag key                                     no
    14  bytes 32           answer key                                  no
    15  text 0..160        the name the person gave, in UTF-8          no
    16  uint 0..15         under which number of arrivals the person   no
                           looks for it: 0 in complaints, in
                           follow-ups drawn from 1 to 15
    17  uint 0..64         seen: up to which message of the case the   no
                           person has read, 0 none
    18  uint 0..64         the message whose question this answers,    no
                           0 none
    19  uint 0..3          which of its answers was chosen, 0 none     no

   A cover has keys 0 to 5 and nothing else; the others have all twenty. Keys 17 to 19 are 0 in a
   complaint. A letter of kind seen says key 17 and nothing more: of a visit that read and wrote
   nothing. */
#ifndef COMPLAINT_LETTER_H
#define COMPLAINT_LETTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    LETTER_LEN = 15218, /* equals ENVELOPE_LETTER_LEN; asserted where both are known */
    LETTER_TEXT_MAX = 14400,
    LETTER_FACILITY_MAX = 15,
    LETTER_KIOSK_LEN = 8,
    LETTER_NAME_MAX = 160,
    LETTER_URGENT_MAX = 8,
    LETTER_ABOUT_SEVERAL = 3,
    LETTER_ABOUT_MINOR = 4, /* the writer, under 18 */
    LETTER_ABOUT_MAX = LETTER_ABOUT_MINOR,
    LETTER_KEY_LEN = 32,
    LETTER_ARRIVAL_MAX = 15,
    LETTER_MESSAGES_MAX = 64, /* equals ANSWER_COUNT_MAX; asserted where both are known */
    LETTER_CHOICE_MAX = 3,
    LETTER_VERSION = 1,
};

enum letter_kind { LETTER_COVER, LETTER_COMPLAINT, LETTER_FOLLOWUP, LETTER_SEEN };

/* A letter in fields. text and name are not NUL-terminated; they point into memory of whoever fills
   in the struct, or into the buffer that was decoded. It holds keys: keep it in locked memory and
   wipe it. */
struct letter {
    enum letter_kind kind;
    char facility[LETTER_FACILITY_MAX + 1];
    uint8_t kiosk[LETTER_KIOSK_LEN];
    uint64_t session;
    uint32_t day;
    char language[3];
    char category[3];
    uint8_t urgent[LETTER_URGENT_MAX];
    uint8_t urgent_count;
    uint8_t consent;
    uint8_t about;
    uint16_t people;
    const char *text;
    size_t text_len;
    const char *name; /* like text; NULL only when name_len is 0 */
    size_t name_len;
    uint8_t tag_key[LETTER_KEY_LEN];
    uint8_t answer_key[LETTER_KEY_LEN];
    uint8_t arrival;
    uint8_t seen;
    uint8_t question;
    uint8_t choice;
};

/* Checks a letter's fields, when it is encoded and when it is decoded. Returns ERROR_NONE,
   ERROR_LETTER_RANGE or ERROR_LETTER_UTF8. A language need only have the form [a-z][a-z] and a
   category [A-Z][0-9], so that an old desk does not lose a new category. In a cover the fields of
   keys 6 to 19 are not looked at. */
enum error letter_check(const struct letter *letter);

/* Encodes into out, padded with zeros (letter_encode.c; the kiosk links this half). A cover's
   fields of keys 6 to 19 are left out. Returns what letter_check returns; on error out is zeroed.
   The caller wipes out. */
enum error letter_encode(const struct letter *letter, uint8_t out[LETTER_LEN]);

/* Decodes strictly (letter_decode.c; the desk links this half): what it takes, letter_encode gives
   back byte for byte. letter->text and name point into `in`. Returns ERROR_NONE or the first error
   met; letter is then zeroed. */
enum error letter_decode(const uint8_t in[LETTER_LEN], struct letter *letter);

#endif
