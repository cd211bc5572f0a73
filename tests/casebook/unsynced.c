/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before libc's calls that wait for the disk: thousands of transactions need not be durable
   one by one, when whoever cuts the making throws the casebook away. main syncs once at the end. */
#include <unistd.h>

int fsync(int fd)
{
    return 0;
}

int fdatasync(int fd)
{
    return 0;
}
