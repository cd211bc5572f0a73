/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that wait at the gate. */
#include "tests/lib/gate_test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

pid_t gate_test_fork(void)
{
    const pid_t child = fork();
    if (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        _exit(1);
    return child;
}

void gate_test_await(int gate, int64_t place)
{
    struct flock found = {.l_type = F_UNLCK};
    while (found.l_type == F_UNLCK) {
        found = (struct flock){
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)place, .l_len = 1};
        if (fcntl(gate, F_OFD_GETLK, &found) != 0)
            _exit(1);
        sched_yield();
    }
}
