/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rights library: short pages in each language, as text files an office can replace.

   DIR/LANGUAGE/NN-name.txt, UTF-8. The first line is the title, an empty line follows, then the
   text: paragraphs between empty lines, on lines of any length, which are joined and wrapped anew.
   A line that begins with "- " stays a line of its own. Pages are sorted by file name; those beyond
   LIBRARY_PAGES_MAX are not shown. */
#ifndef SESSION_LIBRARY_H
#define SESSION_LIBRARY_H

#include <stddef.h>

enum { LIBRARY_PAGES_MAX = 18, LIBRARY_FILE_MAX = 16384, LIBRARY_TITLE_MAX = 112 };

struct library;

/* Reads the pages of all languages, before the session is confined. Left out are files that are
   empty, larger than LIBRARY_FILE_MAX, no regular files (links are none), not UTF-8, or with
   control characters other than tabs, and those without a text or a title of at most
   LIBRARY_TITLE_MAX bytes. A folder that is missing makes an empty library. Returns NULL when
   memory is short. */
struct library *library_load(const char *dir);

/* Frees a library and sets it to NULL. Does nothing to a NULL library. */
void library_free(struct library **library);

/* Returns the number of pages in a language ("kk"). A language without pages is shown those of the
   first language of base/lang that has some; so are title and text. */
size_t library_count(const struct library *library, const char *language);

/* Return title and text of page i, from 0, or NULL when there is no such page. They are
   NUL-terminated and the library's. In the text a newline ends a line and an empty line a
   paragraph; it neither begins nor ends with one. */
const char *library_title(const struct library *library, const char *language, size_t i);
const char *library_text(const struct library *library, const char *language, size_t i);

#endif
