/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smallest curses program there can be: one screen, one key. A peer for the kiosk's start. */
#include <curses.h>
#include <locale.h>
#include <stdlib.h>

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    if (initscr() == NULL)
        return EXIT_FAILURE;
    raw();
    noecho();
    keypad(stdscr, TRUE);
    mvaddstr(11, 20, "Русский");
    refresh();
    getch();
    endwin();
    return EXIT_SUCCESS;
}
