/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that is acted: a program of tests plays it when the keeper starts it anew, as the
   kiosk's own program does. It tells on the terminal, a word and a number a line, what it was
   given and how its deed went. */
#ifndef TESTS_LIB_ACTED_SESSION_H
#define TESTS_LIB_ACTED_SESSION_H

/* In the environment: what it does, a letter for each thing. k waits for a key, p prints a slip,
   s speaks; in the end it stores an envelope. o alone stores one before it says that somebody is
   there. */
#define ACTED_SESSION_DEED "SANDYQ_DEED"

enum {
    ACTED_SESSION_SLIP = 12000,      /* bytes of a slip */
    ACTED_SESSION_ENVELOPE = 0x45,   /* each byte of the envelope */
    ACTED_SESSION_OFFER_US = 300000, /* how late it says after o that somebody is there */
};

/* Plays the session on the descriptors that the keeper has given it: an enum session_end, or
   SPAWN_NOT_CONFINED. */
int acted_session_run(void);

/* Tells the keeper how it ended, and returns that. */
int acted_session_end(int end);

#endif
