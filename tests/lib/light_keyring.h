/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyrings that open quickly, for tests that run many commands: what is shown does not depend on
   how much work a passphrase is. */
#ifndef TESTS_LIB_LIGHT_KEYRING_H
#define TESTS_LIB_LIGHT_KEYRING_H

/* Wraps what the keyring at this path holds anew, under the same passphrase, with the least work
   that readers take (crypto/keyring). The file keeps its mode. Fails the running test. */
void light_keyring(const char *path, const char *passphrase);

/* The same for what `init` made: the office's root.keyring, and the keyring of the one officer
   whose HOME home is. */
void light_keyrings(const char *office, const char *home, const char *passphrase);

#endif
