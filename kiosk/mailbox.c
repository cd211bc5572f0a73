/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One envelope and three numbers in shared memory. A session that was taken over and does not keep
   to the turns spoils its own envelope and nothing else. */
#include "kiosk/mailbox.h"

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

enum { MAILBOX_STEP_MS = 50 /* how often a waiting session looks for the answer */ };

struct mailbox {
    _Atomic uint32_t offered;  /* the turn: how many envelopes the session has put there */
    _Atomic uint32_t answered; /* the last turn that the keeper has answered */
    _Atomic uint32_t stored;   /* 1: the envelope of that turn is stored */
    uint8_t envelope[ENVELOPE_LEN];
};

struct mailbox *mailbox_join(int fd)
{
    void *map = mmap(NULL, sizeof(struct mailbox), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return map == MAP_FAILED ? NULL : map;
}

int mailbox_make(struct mailbox **out, int *fd)
{
    *out = NULL;
    *fd = memfd_create("mailbox", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (*fd < 0 && errno == EINVAL) /* before Linux 6.3 */
        *fd = memfd_create("mailbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0)
        return -1;
    if (ftruncate(*fd, sizeof(struct mailbox)) == 0 &&
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        *out = mailbox_join(*fd);
    if (*out == NULL) {
        close(*fd);
        *fd = -1;
        return -1;
    }
    /* Fault the pages in now: later faults show in getrusage(2), and would tell a visit with an
       envelope from one without. */
    explicit_bzero(*out, sizeof **out);
    return 0;
}

void mailbox_free(struct mailbox **mailbox)
{
    if (*mailbox != NULL)
        munmap(*mailbox, sizeof **mailbox);
    *mailbox = NULL;
}

uint32_t mailbox_look(struct mailbox *mailbox, uint8_t envelope[ENVELOPE_LEN])
{
    const uint32_t turn = atomic_load_explicit(&mailbox->offered, memory_order_acquire);
    if (turn != atomic_load_explicit(&mailbox->answered, memory_order_relaxed))
        memcpy(envelope, mailbox->envelope, ENVELOPE_LEN);
    return turn;
}

void mailbox_answer(struct mailbox *mailbox, uint32_t turn, bool stored)
{
    if (turn == atomic_load_explicit(&mailbox->answered, memory_order_relaxed))
        return;
    atomic_store_explicit(&mailbox->stored, stored, memory_order_relaxed);
    atomic_store_explicit(&mailbox->answered, turn, memory_order_release);
}

int mailbox_store(struct mailbox *mailbox, int socket, const uint8_t envelope[ENVELOPE_LEN])
{
    struct pollfd keeper = {.fd = socket};
    const uint32_t turn = mailbox->offered + 1;
    memcpy(mailbox->envelope, envelope, ENVELOPE_LEN);
    atomic_store_explicit(&mailbox->offered, turn, memory_order_release);
    while (atomic_load_explicit(&mailbox->answered, memory_order_acquire) != turn)
        if (poll(&keeper, 1, MAILBOX_STEP_MS) == 1)
            return -1;
    return mailbox->stored ? 0 : -1;
}
