/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files are called that travel between a kiosk and the office. */
#ifndef PROTOCOL_NAMES_H
#define PROTOCOL_NAMES_H

/* The office's files: one of each in a folder. */
#define NAMES_CHARTER "sandyq.charter"
#define NAMES_BOARD   "sandyq.board"

/* What a kiosk's files end with, behind its id in 16 hex digits. */
#define NAMES_BUNDLE  ".bundle"
#define NAMES_REQUEST ".request"

/* What a card's file ends with; what stands before it is free. */
#define NAMES_CARD ".card"

#endif
