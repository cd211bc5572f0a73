/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the whole history anew and says what does not fit: that the chain is unbroken, that each
   transaction was signed by an officer who then had the right, that what stands in the journal is
   what was signed, and that records and caches are those that the acts speak of. It goes on behind
   each fault. */
#ifndef OFFICE_AUDIT_H
#define OFFICE_AUDIT_H

#include <stdint.h>

#include "office/vault.h"

enum audit_kind {
    AUDIT_HISTORY,      /* a fault of the history (office/history) */
    AUDIT_VOID,         /* an act that does not count, with its verdict */
    AUDIT_BODY,         /* a body that is missing, was changed, or stands where none was signed */
    AUDIT_KEY,          /* the key of a letter is missing or was changed */
    AUDIT_RECORDS,      /* the records that an import took are not those that stand there */
    AUDIT_STRAY_RECORD, /* a record that no import took */
    AUDIT_TIP,      /* what is noted of a kiosk's chain is missing, or not what its records say */
    AUDIT_OFFICER,  /* an officer's public keys are missing, or not those that were named */
    AUDIT_WRAP,     /* an officer, or the recovery key (0), lacks secrets that were given */
    AUDIT_BOARD,    /* a board is missing, or is not what was published */
    AUDIT_QUEUE,    /* what waits for boards, or left on one, is not the messages */
    AUDIT_ARRIVALS, /* boards say of arrivals what records do not, or a letter's tag is missing */
    AUDIT_RESTORED, /* root did not sign that the office was restored */
    AUDIT_DATABASE, /* the database itself is damaged */
    AUDIT_KINDS
};

/* The kind's name for JSON; stable for ever. */
const char *audit_kind_name(enum audit_kind kind);

struct audit_finding {
    enum audit_kind kind;
    enum history_fault_kind fault; /* AUDIT_HISTORY */
    enum fold_verdict verdict;     /* AUDIT_VOID */
    uint64_t txn;                  /* 0: not known */
    uint64_t seq;                  /* the act; 0: none */
    uint32_t officer;              /* who added the act, or whom it is about */
    uint8_t kiosk[JOURNAL_KIOSK_LEN];
};

/* Gets each finding; a value other than ERROR_NONE stops. */
typedef enum error audit_fn(void *context, const struct audit_finding *finding);

struct audit_report {
    uint64_t txns;
    uint64_t acts;
    uint64_t bodies; /* opened and found right */
    uint64_t sealed; /* for keys that this officer has not: only their digests are signed */
    uint64_t records;
    uint64_t restored; /* the last act by which the office was restored from a backup; 0: none, */
    uint32_t restored_minute; /* and when */
    uint64_t findings;
};

/* Audits the journal of an unlocked vault, which stays as it was. Errors of the store and of each,
   ERROR_MEMORY: the audit did not come to its end. */
enum error audit_run(struct vault *vault, audit_fn *each, void *context,
                     struct audit_report *report);

/* Looks at the database itself, and whether what is kept beside the acts follows from them. Else as
   audit_run. */
enum error audit_verify(struct vault *vault, audit_fn *each, void *context,
                        struct audit_report *report);

#endif
