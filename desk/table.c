/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table for people: columns as wide as the head or a value needs. */
#include "desk/table.h"

#include <inttypes.h>
#include <string.h>

#include "base/day.h"
#include "base/lang.h"
#include "desk/sanitize.h"
#include "tui/wrap.h"

static void measure(struct table *table, size_t rows)
{
    char text[TABLE_CELL];
    for (size_t column = 0; column < table->columns; column++) {
        const char *head = _(table->heads[column]);
        int width = wrap_columns(head, strlen(head));
        for (size_t row = 0; row < rows; row++) {
            table->cell(table->rows, row, column, text);
            const int wide = wrap_columns(text, strlen(text));
            width = wide > width ? wide : width;
        }
        table->width[column] = width;
    }
}

static void put(const struct table *table, size_t column, const char *text)
{
    const int spare = table->width[column] - wrap_columns(text, strlen(text));
    const bool right = (table->right >> column & 1) != 0, last = column + 1 == table->columns;
    if (right)
        fprintf(table->out, "%*s", spare, "");
    sanitize_word(table->out, text, strlen(text));
    if (last)
        fputc('\n', table->out);
    else
        fprintf(table->out, "%*s", right ? 1 : spare + 1, "");
}

void table_start(struct table *table, size_t rows)
{
    measure(table, rows);
    for (size_t column = 0; column < table->columns; column++)
        put(table, column, _(table->heads[column]));
}

void table_row(const struct table *table, size_t row)
{
    char text[TABLE_CELL];
    for (size_t column = 0; column < table->columns; column++) {
        table->cell(table->rows, row, column, text);
        put(table, column, text);
    }
}

void table_cell_text(char text[TABLE_CELL], const char *value)
{
    snprintf(text, TABLE_CELL, "%s", value);
}

void table_cell_number(char text[TABLE_CELL], uint64_t number)
{
    snprintf(text, TABLE_CELL, "%" PRIu64, number);
}

void table_cell_day(char text[TABLE_CELL], uint32_t day)
{
    if (day > 0)
        day_text(day, text);
    else
        table_cell_text(text, "-");
}
