/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One envelope and three numbers in shared memory. Whoever does not keep to the turns (a session that was taken over) spoils its own
   envelope and nothing else. */
#include "kiosk/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

enum { HANDOVER_STEP_MS = 50 /* how often a waiting session looks for the answer */ };

struct handover {
    _Atomic uint32_t offered;  /* envelopes that the session has put there */
    _Atomic uint32_t answered; /* the last of them that the keeper has answered ... */
    _Atomic uint32_t stored;   /* ... and how */
    uint8_t envelope[ENVELOPE_LEN];
};

struct handover *handover_join(int fd)
{
    void *map = mmap(NULL, sizeof(struct handover), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return map == MAP_FAILED ? NULL : map;
}

int handover_make(struct handover **out, int *fd)
{
    *out = NULL;
    *fd = memfd_create("handover", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (*fd < 0 && errno == EINVAL) /* before Linux 6.3 */
        *fd = memfd_create("handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0)
        return -1;
    if (ftruncate(*fd, sizeof(struct handover)) == 0 &&
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        *out = handover_join(*fd);
    if (*out == NULL) {
        close(*fd);
        *fd = -1;
        return -1;
    }
    /* All pages are touched now: the kernel counts those that a process comes to later (getrusage(2)), and the count would
       tell a visit with an envelope from one without. */
    explicit_bzero(*out, sizeof **out);
    return 0;
}

void handover_free(struct handover **handover)
{
    if (*handover != NULL)
        munmap(*handover, sizeof **handover);
    *handover = NULL;
}

uint32_t handover_look(struct handover *handover, uint8_t envelope[ENVELOPE_LEN])
{
    const uint32_t turn = atomic_load_explicit(&handover->offered, memory_order_acquire);

    if (turn != atomic_load_explicit(&handover->answered, memory_order_relaxed))
        memcpy(envelope, handover->envelope, ENVELOPE_LEN);
    return turn;
}

void handover_answer(struct handover *handover, uint32_t turn, bool stored)
{
    if (turn == atomic_load_explicit(&handover->answered, memory_order_relaxed))
        return;
    atomic_store_explicit(&handover->stored, stored, memory_order_relaxed);
    atomic_store_explicit(&handover->answered, turn, memory_order_release);
}

int handover_store(struct handover *handover, int socket, const uint8_t envelope[ENVELOPE_LEN])
{
    struct pollfd keeper = {.fd = socket};
    const uint32_t turn = handover->offered + 1;

    memcpy(handover->envelope, envelope, ENVELOPE_LEN);
    atomic_store_explicit(&handover->offered, turn, memory_order_release);
    while (atomic_load_explicit(&handover->answered, memory_order_acquire) != turn)
        if (poll(&keeper, 1, HANDOVER_STEP_MS) == 1)
            return -1;
    return handover->stored ? 0 : -1;
}
