/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Part of every test program: officers' keyrings stand below HOME, and no test may touch the
   keyring of the person who runs it. A test that needs one makes a folder and names it. */
#include <stdlib.h>

__attribute__((constructor)) static void nobodys_home(void)
{
    setenv("HOME", "/nonexistent", 1);
}
