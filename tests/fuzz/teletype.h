/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A terminal made of bytes: while one is set, tui/term.c and curses read from it, and what they
   show goes nowhere. Keys come when they are waited for, a second after the one before; a byte
   below 0x20 that is no key is an order:
     00 nobody presses anything for a while      05 keys come at once from here on, or no longer
     01 the size changes, the next byte says to  0E all up to the next order comes at once
        what                                     11 Caps Lock goes on or off
     02 nobody will ever press anything again    12 a signal asks to end
     17 a sequence without end                   18 the terminal is at its end
   At the end of the bytes the terminal is hung up. */
#ifndef TESTS_FUZZ_TELETYPE_H
#define TESTS_FUZZ_TELETYPE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TELETYPE_TYPED = 64 };

struct teletype {
    const uint8_t *data;
    size_t size;
    size_t at;
    const char *type; /* as in terminfo */
    int rows;
    int cols;
    unsigned short front; /* the console that is in front; 0: no console is */
    bool leds;            /* tells whether Caps Lock is on */
    bool caps;
    bool stuck; /* takes no more bytes than one at a time, and none in between */
    bool dead;  /* takes none */
    bool hurried;
    bool away;
    volatile sig_atomic_t stop;
    bool over; /* the end was told */
    bool late; /* and a key was waited for after it */
    char typed[TELETYPE_TYPED];
    const char *orders; /* that the owner obeys */
    void (*order)(struct teletype *teletype, uint8_t byte);
};

/* Sets the terminal; NULL: the real one. */
void teletype_set(struct teletype *teletype);

/* Keys that come at once, before anybody waits for them. */
void teletype_press(struct teletype *teletype, const char *bytes, size_t len);

/* Digits that are pressed next, before the bytes go on. */
void teletype_type(struct teletype *teletype, const char *text);

#endif
