/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a kiosk's records have arrived, by what the import acts signed for: what the board
   acknowledges, and the kiosk later forgets. */
#ifndef OFFICE_ARRIVED_H
#define OFFICE_ARRIVED_H

#include <stddef.h>
#include <stdint.h>

#include "office/told.h"

/* What a board says of a kiosk. */
struct arrived {
    struct journal_kiosk kiosk; /* its id and the three of the tip */
    uint32_t board;             /* number of the board that the kiosk holds */
    struct journal_record *all; /* whose tags this board adds */
    size_t n, room;
};

/* Reads the records of a kiosk that import acts took, up to the act `upto`: count and digest of an
   act's records are as it says, or none of them counts, and the act is noted in vault->damage. Of
   those that no board has yet, at most `most` are in arrived->all; where more wait, the chain and
   the rest have half of them each, or what the other leaves. The tip is the end of the longest
   unbroken chain, zeros for no record; of two chains of one length it is the one whose end
   journal.db has noted, else that of the lower hash; and it does not come to a record that waits
   for another board. Each record is shown to told, which says whether it waits. *arrived is for
   arrived_free. ERROR_JOURNAL_ROW at the end when an act did not open or fit; ERROR_MEMORY, errors
   of the store: nothing is to be freed. */
enum error arrived_read(struct told *told, const struct fold_kiosk *kiosk, uint64_t upto,
                        size_t most, struct arrived *arrived);
void arrived_free(struct arrived *arrived);

#endif
