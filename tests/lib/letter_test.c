/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two letters and their bytes, as formats(5) has them: a cover, and a complaint with all there
   can be in it. */
#include "tests/lib/letter_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

const uint8_t letter_test_cover[] = {
    0xa6,                                                       /* map of 6 */
    0x00, 0x01,                                                 /* 0: version 1 */
    0x01, 0x00,                                                 /* 1: cover */
    0x02, 0x65, 'K',  'A',  '-',  '0',  '1',                    /* 2: "KA-01" */
    0x03, 0x48, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, /* 3: kiosk */
    0x04, 0x18, 0x2a,                                           /* 4: session 42 */
    0x05, 0x19, 0x50, 0xc3,                                     /* 5: day 20675 */
};

/* clang-format off */
const uint8_t letter_test_complaint[] = {
    0xb4,                                                       /* map of 20 */
    0x00, 0x01,                                                 /* 0: version 1 */
    0x01, 0x01,                                                 /* 1: complaint */
    0x02, 0x65, 'K', 'A', '-', '0', '1',                        /* 2: "KA-01" */
    0x03, 0x48, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, /* 3: kiosk */
    0x04, 0x18, 0x2a,                                           /* 4: session 42 */
    0x05, 0x19, 0x50, 0xc3,                                     /* 5: day 20675 */
    0x06, 0x62, 'k', 'k',                                       /* 6: "kk" */
    0x07, 0x62, 'A', '2',                                       /* 7: "A2" */
    0x08, 0x83, 0x01, 0x02, 0x00,                               /* 8: [yes, no, skipped] */
    0x09, 0x02,                                                 /* 9: consent 2 */
    0x0a, 0x03,                                                 /* 10: several of us */
    0x0b, 0x19, 0x01, 0x00,                                     /* 11: 256 people */
    0x0c, 0x64, 0xd1, 0x83, 0xd2, 0x9b,                         /* 12: Cyrillic u, Kazakh qa */
    0x0d, 0x58, 0x20,                                           /* 13: tag key */
    0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
    0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
    0x0e, 0x58, 0x20,                                           /* 14: answer key */
    0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb,
    0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb,
    0x0f, 0x66, 0xd0, 0x94, 0xd2, 0xaf, 0xd1, 0x80,             /* 15: a name of three letters */
    0x10, 0x00,                                                 /* 16: arrival 0 */
    0x11, 0x00,                                                 /* 17: seen 0 */
    0x12, 0x00,                                                 /* 18: no question */
    0x13, 0x00,                                                 /* 19: and no choice */
};
/* clang-format on */

uint8_t letter_test_bytes[LETTER_LEN];
char letter_test_long[LETTER_TEXT_MAX + 1];

struct letter letter_test_make_cover(void)
{
    struct letter letter = {.kind = LETTER_COVER, .facility = "KA-01", .session = 42, .day = 20675};
    memcpy(letter.kiosk, "\x10\x11\x12\x13\x14\x15\x16\x17", LETTER_KIOSK_LEN);
    return letter;
}

struct letter letter_test_make_complaint(void)
{
    struct letter letter = letter_test_make_cover();
    letter.kind = LETTER_COMPLAINT;
    memcpy(letter.language, "kk", 3);
    memcpy(letter.category, "A2", 3);
    memcpy(letter.urgent, "\x01\x02\x00", 3);
    letter.urgent_count = 3;
    letter.consent = 2;
    letter.about = 3;
    letter.people = 256;
    letter.text = "\xd1\x83\xd2\x9b";
    letter.text_len = 4;
    letter.name = "\xd0\x94\xd2\xaf\xd1\x80";
    letter.name_len = 6;
    memset(letter.tag_key, 0xaa, LETTER_KEY_LEN);
    memset(letter.answer_key, 0xbb, LETTER_KEY_LEN);
    return letter;
}
