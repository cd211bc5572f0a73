/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads screens aloud. A process beside the session runs a speech program (espeak-ng), which gets
   text and nothing else; a new text cuts off the last one. Session and process talk over a pair of
   sockets of type SOCK_SEQPACKET, one message a text. */
#ifndef KIOSK_SPEECH_H
#define KIOSK_SPEECH_H

#include <stddef.h>

#include "session/io.h"

/* The session's side: says len bytes of text (UTF-8) in the language "kk", "ru" or "en" at a pace
   (0 to SESSION_PACES - 1); len 0 only cuts off. A text longer than SESSION_SPEECH_MAX is cut at a
   character. Never waits: when the process is dead or does not take it, the text is dropped. Calls
   only write and poll; the caller ignores SIGPIPE. */
void speech_say(int socket, const char *language, int pace, const char *text, size_t len);

/* The process's side: serves the descriptor socket until its end, or SIGTERM. Descriptors 0, 1 and
   2 must be open, and others than that. program is the path of the speech program. It is run as
   `PROGRAM -v LANGUAGE -s WORDS-A-MINUTE --stdin` with the text on its standard input: none of the
   text goes into arguments, environment or files. It gets /dev/null and no other descriptor, an
   environment of ours, no core and no file that it could write to, is confined as this process is
   (sandbox_speech), and is killed with all it started in its process group. A program that is
   missing, dies or hangs costs one text. Wipes what it held. Returns the exit status: 0, or 1 when
   it could not be confined. Only for a process of its own: signals, limits and rights are changed
   for good. */
int speech_run(int socket, const char *program);

#endif
