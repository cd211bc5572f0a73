/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a kiosk's records have arrived, by what the import acts signed for: what the board
   acknowledges, and the kiosk later forgets. */
#ifndef OFFICE_ARRIVED_H
#define OFFICE_ARRIVED_H

#include "office/vault.h"

/* The end of the longest unbroken chain that the records of a kiosk make, counting those that the
   import acts took: count and digest of an act's records are as it says, or none of them counts,
   and the act is noted in vault->damage. found->kiosk and the three of the tip are set, zeros for
   no record; of two chains of one length it is the one whose end journal.db has noted, else that of
   the lower hash. *board becomes the number of the board that the kiosk holds, by the same acts.
   ERROR_JOURNAL_ROW at the end when an act did not open or fit; ERROR_MEMORY, errors of the store.
 */
enum error arrived_tip(struct vault *vault, const struct fold_kiosk *kiosk,
                       struct journal_kiosk *found, uint32_t *board);

#endif
