/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Root at the desk: who has root.keyring and its passphrase can name a lead also when every
   officer's keyring is lost, and gives them what the recovery key was given. */
#ifndef OFFICE_RECOVERY_H
#define OFFICE_RECOVERY_H

#include "office/passphrase.h"
#include "office/vault.h"

/* Opens root.keyring and makes its keys those of an open vault, as officer 0: takes what was
   wrapped for the recovery key, and reads the history to its end. The vault stays the caller's,
   also on an error: those of root_load, with ERROR_ROOT_PASSPHRASE for a passphrase that does not
   fit; ERROR_KEY_UNFIT when nothing was wrapped for the recovery key; errors of vault_take. */
enum error recovery_unlock(struct vault *vault, const struct passphrase *passphrase);

#endif
