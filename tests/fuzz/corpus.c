/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads, unpacks and extends the text files that hold the inputs of fuzz targets. */
#include "tests/fuzz/corpus.h"
#include "tests/lib/folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_LEN = 40 }; /* libFuzzer names what it keeps by its SHA-1 */

static const char escapes[] = "\\nrte";
static const char escaped[] = "\\\n\r\t\033";

static void insist(bool holds, const char *path, int line, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: %s\n", path, line, what);
    exit(1);
}

/* Writes the byte that the escape at text stands for; returns the escape's length, 0 for none. */
static size_t take_escape(const char *text, size_t len, uint8_t *byte)
{
    unsigned value = 0;
    if (len >= 4 && text[1] == 'x' && sscanf(text + 2, "%2x", &value) == 1) {
        *byte = (uint8_t)value;
        return 4;
    }
    const char *at = len >= 2 ? memchr(escapes, text[1], sizeof escapes - 1) : NULL;
    if (at == NULL)
        return 0;
    *byte = (uint8_t)escaped[at - escapes];
    return 2;
}

/* Fills in the data of an input from its len bytes of text. Returns false for a wrong escape. */
static bool decode(const char *text, size_t len, struct corpus_input *input)
{
    input->data = malloc(len + 1);
    for (size_t i = 0; i < len;) {
        uint8_t *byte = &input->data[input->len++];
        *byte = (uint8_t)text[i];
        size_t n = text[i] == '\\' ? take_escape(text + i, len - i, byte) : 1;
        if (n == 0)
            return false;
        i += n;
    }
    input->data = realloc(input->data, input->len > 0 ? input->len : 1);
    return true;
}

/* Cyrillic stays readable. */
static bool is_letter(const uint8_t *data, size_t len)
{
    return len >= 2 && data[0] >= 0xd0 && data[0] <= 0xd3 && data[1] >= 0x80 && data[1] <= 0xbf;
}

static void encode(const uint8_t *data, size_t len, FILE *file)
{
    for (size_t i = 0; i < len; i++) {
        const char *at = memchr(escaped, data[i], sizeof escaped - 1);
        if (at != NULL)
            fprintf(file, "\\%c", escapes[at - escaped]);
        else if (is_letter(data + i, len - i))
            fprintf(file, "%c%c", data[i], data[i + 1]), i++;
        else if (data[i] < ' ' || data[i] > '~' || (data[i] == ' ' && i + 1 == len))
            fprintf(file, "\\x%02x", data[i]);
        else
            fputc(data[i], file);
    }
}

static void take_line(struct corpus *corpus, const char *path, int number, const char *line,
                      size_t len)
{
    const char *colon = memchr(line, ':', len);
    insist(colon != NULL && colon > line, path, number, "no \"name: \"");
    corpus->inputs = realloc(corpus->inputs, (corpus->count + 1) * sizeof *corpus->inputs);
    struct corpus_input *input = &corpus->inputs[corpus->count++];
    *input = (struct corpus_input){.line = number};
    input->name = strndup(line, (size_t)(colon - line));
    const char *text = colon + 1;
    const char *end = line + len;
    if (text < end && *text == ' ')
        text++;
    insist(decode(text, (size_t)(end - text), input), path, number, "a wrong escape");
}

struct corpus *corpus_read(const char *path)
{
    struct corpus *corpus = calloc(1, sizeof *corpus);
    size_t len = 0;
    char *text = (char *)folder_read(path, &len);
    int number = 0;
    for (size_t i = 0; i < len;) {
        const char *end = memchr(text + i, '\n', len - i);
        number++;
        insist(end != NULL, path, number, "not ended");
        size_t n = (size_t)(end - (text + i));
        if (text[i] != '#')
            take_line(corpus, path, number, text + i, n);
        i += n + 1;
    }
    free(text);
    return corpus;
}

void corpus_free(struct corpus **corpus)
{
    if (*corpus == NULL)
        return;
    for (size_t i = 0; i < (*corpus)->count; i++) {
        free((*corpus)->inputs[i].name);
        free((*corpus)->inputs[i].data);
    }
    free((*corpus)->inputs);
    free(*corpus);
    *corpus = NULL;
}

void corpus_unpack(const char *path, const char *folder)
{
    struct corpus *corpus = corpus_read(path);
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_input *input = &corpus->inputs[i];
        char name[NAME_MAX + 1];
        snprintf(name, sizeof name, "%03d-%s", input->line, input->name);
        folder_write(folder_path(folder, name), input->data, input->len);
    }
    corpus_free(&corpus);
}

static bool has(const struct corpus *corpus, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < corpus->count; i++)
        if (corpus->inputs[i].len == len && memcmp(corpus->inputs[i].data, data, len) == 0)
            return true;
    return false;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

size_t corpus_pack(const char *path, const char *folder)
{
    struct corpus *corpus = corpus_read(path);
    struct dirent **entries = NULL;
    FILE *file = fopen(path, "a");
    size_t added = 0;
    insist(file != NULL, path, 0, "not writable");
    int n = scandir(folder, &entries, is_shown, versionsort);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        size_t len = 0;
        uint8_t *data = folder_read(folder_path(folder, name), &len);
        if (!has(corpus, data, len)) {
            bool hashed = strspn(name, "0123456789abcdef") == HASH_LEN;
            fprintf(file, "%s:%s", hashed ? "learnt" : name, len > 0 ? " " : "");
            encode(data, len, file);
            fputc('\n', file);
            added++;
        }
        free(data);
        free(entries[i]);
    }
    free(entries);
    insist(fclose(file) == 0, path, 0, "not written");
    corpus_free(&corpus);
    return added;
}
