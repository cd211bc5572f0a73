/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns what a terminal sends into key presses: UTF-8, control characters, keypad, pastes,
   sequences that nobody defined. Knows no terminal library, so it is tested with bytes alone. */
#ifndef TUI_KEYPRESS_DECODER_H
#define TUI_KEYPRESS_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"
#include "tui/keypress.h"

/* Where in an escape sequence we are that is no key and must not become text. */
enum keypress_sequence {
    KEYPRESS_SEQUENCE_NONE,
    KEYPRESS_SEQUENCE_ESCAPE,    /* after Esc: the next byte tells the kind */
    KEYPRESS_SEQUENCE_CSI_FIRST, /* after ESC [ */
    KEYPRESS_SEQUENCE_CSI,       /* in the parameters, up to a letter */
    KEYPRESS_SEQUENCE_STRING,    /* up to BEL or ESC \ */
    KEYPRESS_SEQUENCE_THREE,     /* this many bytes still to come */
    KEYPRESS_SEQUENCE_TWO,
    KEYPRESS_SEQUENCE_ONE,
};

/* The next code (keypress_codes.h). wait: the rest of a sequence is due, so wait a moment for it;
   otherwise do not wait at all. */
typedef int keypress_decoder_read(bool wait);

struct keypress_decoder {
    keypress_decoder_read *read;
    struct utf8 utf8;
    enum keypress_sequence sequence;
    bool pasting;  /* between the brackets of a paste */
    bool carriage; /* the last pasted byte was a carriage return */
    bool quiet;    /* nothing was pressed since the start or since keypress_decoder_quiet */
    int64_t last;  /* when the last press was handed out, in ms */
};

/* Starts at the boundary of a character, outside of any paste; read is kept. */
void keypress_decoder_start(struct keypress_decoder *decoder, keypress_decoder_read *read);

/* Reads one press. True: *key is set, all but too_fast and caps. False: there was nothing to read
   (*empty) or only a part of a character (!*empty). A sequence longer than any terminal sends gives
   KEYPRESS_OTHER every few thousand bytes, so that the caller can look at other things. */
bool keypress_decoder_take(struct keypress_decoder *decoder, struct keypress *key, bool *empty);

/* Sets key->too_fast at the moment a press is handed out (now_ms by any steady clock) and remembers
   when. waited: the press came while somebody waited for it; one that was there already may have
   been there for how long nobody knows, so it counts as too fast. The first press after a quiet
   time never does; a resize is no press and counts for nothing. */
void keypress_decoder_time(struct keypress_decoder *decoder, struct keypress *key, bool waited,
                           int64_t now_ms);

/* Nothing was pressed for so long that the next press is no part of a burst. */
void keypress_decoder_quiet(struct keypress_decoder *decoder);

/* Forgets the character that has begun. A paste that has begun goes on. */
void keypress_decoder_forget(struct keypress_decoder *decoder);

/* Ends a paste whose closing bracket got lost: without this the Enter key would be dead. */
void keypress_decoder_end_paste(struct keypress_decoder *decoder);

#endif
