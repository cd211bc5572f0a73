/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rights library: short pages in each language, as text files an office can replace.

   DIR/LANGUAGE/NN-name.txt, UTF-8; the first line is the title, an empty line follows, then the text: paragraphs between
   empty lines, each on lines of any length (they are joined and wrapped anew). A line that begins with "- " stays a line
   of its own. Sorted by file name; more than LIBRARY_PAGES_MAX are not shown. */
#ifndef SESSION_LIBRARY_H
#define SESSION_LIBRARY_H

#include <stddef.h>

enum { LIBRARY_PAGES_MAX = 18, LIBRARY_FILE_MAX = 16384, LIBRARY_TITLE_MAX = 112 };

struct library;

/* Reads all languages' pages. A file that is empty, larger than LIBRARY_FILE_MAX, not UTF-8, with control characters but tabs, no
   regular file (a link is none), without a title of at most LIBRARY_TITLE_MAX bytes or without a text is left out; so a
   folder that is missing gives a library without pages, which is no error. NULL only when memory is short. Loaded before
   a session is confined. */
struct library *library_load(const char *dir);
void library_free(struct library **library);

/* Pages in a language ("kk"); when it has none, those of the first language of base/lang that has. */
size_t library_count(const struct library *library, const char *language);

/* Title and text of page i, NUL-terminated and the library's; NULL when there is no such page. In the text a newline ends
   a line, an empty line a paragraph; there is none at either end. */
const char *library_title(const struct library *library, const char *language, size_t i);
const char *library_text(const struct library *library, const char *language, size_t i);

#endif
