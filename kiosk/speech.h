/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The speaker: says a screen's words. A process beside the session runs a speech program
   (espeak-ng), fed text and nothing else; a new text cuts the last one off. The two talk over a
   pair of sockets of type SOCK_SEQPACKET, one message a text. */
#ifndef KIOSK_SPEECH_H
#define KIOSK_SPEECH_H

#include <stddef.h>

#include "session/io.h"

/* The session's side: says text (UTF-8) in the language ("kk", "ru", "en") at a pace; len 0 only
   cuts off. Of a longer text than SESSION_SPEECH_MAX the beginning is said. Never waits: a speaker
   that is dead or does not take it is passed over in silence. Only write and poll; the caller
   ignores SIGPIPE. */
void speech_say(int socket, const char *language, int pace, const char *text, size_t len);

/* The process's side: serves descriptor `socket` until its end, or SIGTERM. 0, 1 and 2 are open and
   others than that. program is the path of the speech program; it gets the text on its standard
   input, as `PROGRAM -v LANGUAGE -s WORDS-A-MINUTE --stdin`, with no other descriptor than that and
   /dev/null, an environment of ours, no core and no file it could write to, confined as this
   process is (sandbox_speech); it is killed with all it started in its process group. Nothing of
   the text goes into arguments, environment or files. A program that is missing, dies or hangs
   costs one text. Wipes what it held. Returns the exit status: 0, or 1 when it could not be
   confined. The process is this one's own: signals, limits and rights are changed for good. */
int speech_run(int socket, const char *program);

#endif
