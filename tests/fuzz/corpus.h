/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of one fuzz target in one text file, tests/fuzz/corpus/TARGET.txt, each on a line
   "name: text". In the text \n, \r, \t, \e (escape), \\ and \xNN stand for a byte, whatever else
   for itself. Lines that begin with # are comments. What fails ends the program with a message. */
#ifndef TESTS_FUZZ_CORPUS_H
#define TESTS_FUZZ_CORPUS_H

#include <stddef.h>
#include <stdint.h>

struct corpus_input {
    char *name;    /* unique only for inputs that a person named */
    int line;      /* where it stands in the file, from 1 */
    uint8_t *data; /* a block of its own of exactly len bytes, so that a read beyond it is seen */
    size_t len;
};

struct corpus {
    struct corpus_input *inputs;
    size_t count;
};

/* All inputs of the file in its order, for corpus_free. */
struct corpus *corpus_read(const char *path);

/* Also takes NULL; sets the pointer to NULL. */
void corpus_free(struct corpus **corpus);

/* Writes each input to a file "line-name" in the folder, which must exist. */
void corpus_unpack(const char *path, const char *folder);

/* Appends the files of the folder that hold no input of the corpus yet, in the order of their names
   (a number by its value). A file keeps its name; one named by its hash becomes "learnt". Returns
   how many were appended. A folder that is missing has none. */
size_t corpus_pack(const char *path, const char *folder);

#endif
