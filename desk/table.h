/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table for people: columns as wide as the head or a value needs, values that came from outside
   made harmless. */
#ifndef DESK_TABLE_H
#define DESK_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TABLE_CELL = 128, TABLE_COLUMNS_MAX = 8 };

struct table {
    FILE *out;
    const char *const *heads; /* in N_() */
    size_t columns;           /* at most TABLE_COLUMNS_MAX */
    unsigned right;           /* bit i: column i holds numbers */
    const void *rows;
    void (*cell)(const void *rows, size_t row, size_t column, char text[TABLE_CELL]);
    int width[TABLE_COLUMNS_MAX]; /* set by table_start */
};

/* Measures all rows, then prints the line of heads. */
void table_start(struct table *table, size_t rows);

/* Prints one row. */
void table_row(const struct table *table, size_t row);

/* Write the text of a cell; day 0 is "-". */
void table_cell_text(char text[TABLE_CELL], const char *value);
void table_cell_number(char text[TABLE_CELL], uint64_t number);
void table_cell_day(char text[TABLE_CELL], uint32_t day);

#endif
