/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speech programs for tests: a few lines of Perl, confined as a real one, that report over a
   socket, because a speech program can write to no file and no named pipe. */
#ifndef TESTS_LIB_SPEECH_PROGRAM_H
#define TESTS_LIB_SPEECH_PROGRAM_H

/* Makes the socket at `path` and listens: reports are read from the descriptor, each of at most
   4096 bytes whole. It never blocks and is closed on exec. */
int speech_listen(const char *path);

/* Writes the program at `path`, in one step. Its lines may call report(TEXT), which goes to the
   socket, and hear(), which is all of standard input. */
void speech_write(const char *path, const char *socket, const char *lines);

#endif
