/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's journal file: transactions and their acts, which are only ever added to, and what
   stands beside them: case keys and who may use them, the records of the kiosks' chains, what waits
   for a board, and the boards. Everything that a person wrote, and everything about a case, stands
   here sealed (office/act); in the clear are numbers and days of the kiosks' chains, hashes, public
   keys and signatures, and what was published or will be as it is: tags of records.

   The store checks no signature and knows no key. It numbers nothing by itself: numbers are taken
   inside a transaction of the file, one more than the highest there. They go from 1 to INT64_MAX;
   to add another number is ERROR_MALFORMED. A column of another kind or length than its member is
   ERROR_JOURNAL_CORRUPT. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/db.h"

enum {
    JOURNAL_HASH_LEN = 32,
    JOURNAL_SIGNATURE_LEN = 64,
    JOURNAL_KEY_LEN = 32,
    JOURNAL_HANDLE_LEN = 16,
    JOURNAL_TAG_LEN = 16,
    JOURNAL_KIOSK_LEN = 8,
    JOURNAL_WRAP_LEN = 80, /* of a generation's secret */
    JOURNAL_HEAD_MAX = 256,
    JOURNAL_BODY_MAX = 16320,
    JOURNAL_WRAPPED_MAX = 80, /* of a case key */
    JOURNAL_MISPLACED = 1,    /* record flag: its letter speaks of another place than the record */
    JOURNAL_UNREADABLE = 2,   /* record flag: the envelope could not be opened, and is kept */
};

struct journal;

/* Makes an empty journal of this office at path, mode 0660 when it is shared by a group, else 0600.
   ERROR_EXISTS when there is one; errors of db_open. */
enum error journal_make(const char *path, bool shared, const uint8_t office[JOURNAL_HASH_LEN]);

/* Opens the journal at path. Errors of db_open in words of the journal (ERROR_JOURNAL_*). *out is
   the caller's, for journal_close; NULL on an error. */
enum error journal_open(const char *path, struct journal **out);

/* Closes and sets to NULL. Does nothing for NULL. */
void journal_close(struct journal **journal);

/* The office that the journal was made for. ERROR_JOURNAL_CORRUPT when none stands there. */
enum error journal_office(struct journal *journal, uint8_t office[JOURNAL_HASH_LEN]);

/* One durable transaction around the functions that write, which may only be called in one. Not
   nested; both are asserted. journal_begin waits for another connection that writes, up to the busy
   timeout, and from then on nobody else writes. After an error of journal_commit nothing was
   written. */
enum error journal_begin(struct journal *journal);
enum error journal_commit(struct journal *journal);
void journal_rollback(struct journal *journal);

/* Ends a transaction in which `error` came out: commits when it is ERROR_NONE, else rolls back.
   Returns what came of both. */
enum error journal_finish(struct journal *journal, enum error error);

/* Around many reads: they see one state of the file, and are quicker. Within a transaction of the
   file, or another hold, it does nothing, and nothing is written in one. *held is for
   journal_release. */
enum error journal_hold(struct journal *journal, bool *held);
void journal_release(struct journal *journal, bool *held);

/* A number that changes when another connection has committed since it was last asked for; what
   this one commits does not change it. */
enum error journal_version(struct journal *journal, int64_t *version);

/* Moves the write-ahead log into the file. Errors of db_checkpoint. */
enum error journal_checkpoint(struct journal *journal);

/* As db_copy: the state that a hold sees, or the last one, as a journal of its own. */
enum error journal_copy(struct journal *journal, const char *path);

/* As db_check; takes time in proportion to the file. */
enum error journal_check(struct journal *journal);

/* --- transactions and acts --- */

struct journal_txn {
    uint64_t no;
    uint8_t prev[JOURNAL_HASH_LEN];
    uint32_t officer; /* 0: root */
    uint32_t acts;    /* how many */
    uint8_t hash[JOURNAL_HASH_LEN];
    uint8_t signature[JOURNAL_SIGNATURE_LEN];
};

/* The last transaction; ERROR_NO_ROW when there is none. */
enum error journal_last_txn(struct journal *journal, struct journal_txn *txn);

/* One of this number; ERROR_NO_ROW when there is none. */
enum error journal_txn(struct journal *journal, uint64_t no, struct journal_txn *txn);

/* ERROR_EXISTS when its number or its prev is taken. */
enum error journal_add_txn(struct journal *journal, const struct journal_txn *txn);

/* Calls each for the transactions above `after`, in order; another value than ERROR_NONE stops and
   is returned. each may read the journal, but not call this function. */
typedef enum error journal_txn_fn(void *context, const struct journal_txn *txn);
enum error journal_each_txn(struct journal *journal, uint64_t after, journal_txn_fn *each,
                            void *context);

struct journal_act {
    uint64_t seq;
    uint64_t txn;
    const uint8_t *head; /* sealed; from journal_each_act valid until the callback returns */
    size_t head_len;
    uint8_t head_digest[JOURNAL_HASH_LEN];
    uint8_t body_digest[JOURNAL_HASH_LEN]; /* zeros: no body */
};

/* The highest number of an act, also of one of which only the body is left; 0 when there is none.
 */
enum error journal_last_act(struct journal *journal, uint64_t *seq);

/* Adds an act of a transaction that is there. ERROR_EXISTS when its number is taken. */
enum error journal_add_act(struct journal *journal, const struct journal_act *act);

/* Calls each for the acts above `after`, in order, as journal_each_txn. A head that is no blob
   comes with length 0, and a longer one than JOURNAL_HEAD_MAX as it is. */
typedef enum error journal_act_fn(void *context, const struct journal_act *act);
enum error journal_each_act(struct journal *journal, uint64_t after, journal_act_fn *each,
                            void *context);

/* One act; ERROR_NO_ROW when there is none. */
enum error journal_act(struct journal *journal, uint64_t seq, journal_act_fn *each, void *context);

/* Bodies: sealed bytes of the act of this number, which is there; it has one at most
   (ERROR_EXISTS). ERROR_NO_ROW when there is none; one longer than JOURNAL_BODY_MAX or no blob is
   ERROR_JOURNAL_CORRUPT. */
enum error journal_add_body(struct journal *journal, uint64_t seq, const uint8_t *sealed,
                            size_t len);
enum error journal_body(struct journal *journal, uint64_t seq, uint8_t sealed[JOURNAL_BODY_MAX],
                        size_t *len);

/* --- keys --- */

struct journal_casekey {
    uint8_t commitment[JOURNAL_HASH_LEN];
    uint8_t handle[JOURNAL_HANDLE_LEN];
    uint16_t compartment;
    uint32_t generation;
    uint8_t wrapped[JOURNAL_WRAPPED_MAX];
    size_t len;
};

/* ERROR_EXISTS when this commitment is there. */
enum error journal_add_casekey(struct journal *journal, const struct journal_casekey *key);

/* Replaces generation and wrapped of a key that is there; ERROR_NO_ROW when it is not. */
enum error journal_rewrap(struct journal *journal, const struct journal_casekey *key);

/* ERROR_NO_ROW when there is none of this commitment. */
enum error journal_casekey(struct journal *journal, const uint8_t commitment[JOURNAL_HASH_LEN],
                           struct journal_casekey *key);

/* At most n keys of the compartment that are wrapped for an older generation than this, or to a
   public key (longer than 60 bytes); *found says how many, 0 on an error. */
enum error journal_stale_casekeys(struct journal *journal, uint16_t compartment,
                                  uint32_t generation, struct journal_casekey *keys, size_t n,
                                  size_t *found);

/* A generation's secret for one officer (0: the recovery key). */
struct journal_wrap {
    uint16_t compartment;
    uint32_t generation;
    uint32_t officer;
    uint8_t sealed[JOURNAL_WRAP_LEN];
};

/* Adds a wrap or replaces it. */
enum error journal_put_wrap(struct journal *journal, const struct journal_wrap *wrap);

/* Calls each for the wraps of an officer, by compartment and generation, as journal_each_txn. */
typedef enum error journal_wrap_fn(void *context, const struct journal_wrap *wrap);
enum error journal_each_wrap(struct journal *journal, uint32_t officer, journal_wrap_fn *each,
                             void *context);

/* Removes all wraps of an officer. */
enum error journal_drop_wraps(struct journal *journal, uint32_t officer);

/* The public keys of an officer, a cache of the acts that named them. */
struct journal_officer {
    uint32_t no;
    uint8_t sign[JOURNAL_KEY_LEN];
    uint8_t agree[JOURNAL_KEY_LEN];
};

/* ERROR_EXISTS when the number or the signing key is there. */
enum error journal_add_officer(struct journal *journal, const struct journal_officer *officer);

/* Calls each for the officers by number, as journal_each_txn. */
typedef enum error journal_officer_fn(void *context, const struct journal_officer *officer);
enum error journal_each_officer(struct journal *journal, journal_officer_fn *each, void *context);

/* --- the kiosks' chains --- */

/* The end of a kiosk's unbroken chain, a cache of its records. */
struct journal_kiosk {
    uint8_t kiosk[JOURNAL_KIOSK_LEN];
    uint64_t tip_seq; /* last record received in an unbroken chain; 0 with a hash of zeros: none */
    uint8_t tip_hash[JOURNAL_HASH_LEN];
    uint32_t tip_day;
    uint64_t last_seq;   /* highest record held, also behind a gap; counted, not written */
    uint32_t last_day;   /* the latest day of all records held; counted */
    uint64_t unreadable; /* counted, as misplaced */
    uint64_t misplaced;
};

/* Adds a kiosk without records; ERROR_NONE also when it is there. */
enum error journal_add_kiosk(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN]);

/* One kiosk; ERROR_NO_ROW when it is not known. */
enum error journal_kiosk(struct journal *journal, const uint8_t id[JOURNAL_KIOSK_LEN],
                         struct journal_kiosk *kiosk);

/* Calls each for all kiosks by id, as journal_each_txn. */
typedef enum error journal_kiosk_fn(void *context, const struct journal_kiosk *kiosk);
enum error journal_each_kiosk(struct journal *journal, journal_kiosk_fn *each, void *context);

/* One record of a chain, without its envelope. Two records of one number are both kept: a fork. */
struct journal_record {
    uint8_t kiosk[JOURNAL_KIOSK_LEN];
    uint64_t seq;
    uint8_t hash[JOURNAL_HASH_LEN];
    uint8_t previous[JOURNAL_HASH_LEN];
    uint32_t day;
    uint8_t flags;
    uint64_t act;                 /* the import act that took it */
    uint8_t tag[JOURNAL_TAG_LEN]; /* by which a board says that it arrived */
    uint32_t board;               /* number of that board; 0: it waits for one */
};

/* ERROR_NONE when this very record (kiosk, seq, hash) is held, ERROR_NO_ROW when not. */
enum error journal_has_record(struct journal *journal, const struct journal_record *record);

/* Adds a record of a kiosk that is there; its act may be added after it, before the commit.
   ERROR_EXISTS when it is held. envelope (may be NULL) is kept as it came. */
enum error journal_add_record(struct journal *journal, const struct journal_record *record,
                              const uint8_t *envelope, size_t envelope_len);

/* Sets the board of a record that is held. */
enum error journal_publish_record(struct journal *journal, const struct journal_record *record,
                                  uint32_t board);

/* ERROR_NONE when a record has this tag, ERROR_NO_ROW when none has. */
enum error journal_has_tag(struct journal *journal, const uint8_t tag[JOURNAL_TAG_LEN]);

/* Calls each for the records that an import act took (0: of all records), by act, kiosk, number and
   hash, as journal_each_txn. */
typedef enum error journal_record_fn(void *context, const struct journal_record *record);
enum error journal_each_record(struct journal *journal, uint64_t act, journal_record_fn *each,
                               void *context);

/* Moves the end of the unbroken chain forward over the records that are held; when another chain
   from record 1 on is longer, to the end of that one. ERROR_NO_ROW when the kiosk is not known. */
enum error journal_advance(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN]);

/* The end of the longest unbroken chain that the kiosk's records make now; of two of one length the
   one that is noted. *found is kiosk but for its tip. */
enum error journal_tip(struct journal *journal, const struct journal_kiosk *kiosk,
                       struct journal_kiosk *found);

/* Calls each with the record numbers first..last that are missing below the highest one held. */
typedef enum error journal_range_fn(void *context, uint64_t first, uint64_t last);
enum error journal_each_gap(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                            journal_range_fn *each, void *context);

/* Calls each with the numbers (first = last) at which two chains part: a number held twice, or a
   record that does not follow the one before it. */
enum error journal_each_fork(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                             journal_range_fn *each, void *context);

/* --- what the office publishes (store/journal_board.c) --- */

/* The sealed board entry of a message act. */
struct journal_queued {
    uint64_t seq;          /* of the act */
    bool has_text;         /* its act has a body */
    const uint8_t *sealed; /* valid until the callback returns */
    size_t len;
};

/* Adds the entry of an act that is there, which has one at most. Whether it has left on a board,
   the acts of the boards say (office/published). */
enum error journal_add_queued(struct journal *journal, uint64_t seq, const uint8_t *sealed,
                              size_t len);

/* Calls each for the entry of one act; ERROR_NO_ROW when there is none. */
typedef enum error journal_queued_fn(void *context, const struct journal_queued *queued);
enum error journal_queued(struct journal *journal, uint64_t seq, journal_queued_fn *each,
                          void *context);

/* Removes the entry of an act. */
enum error journal_drop_queued(struct journal *journal, uint64_t seq);

/* Calls each for all entries, by act, as journal_each_txn. */
enum error journal_each_queued(struct journal *journal, journal_queued_fn *each, void *context);

/* Bytes of a file that was published. */
struct journal_file {
    const uint8_t *bytes; /* from the journal valid until the callback returns; NULL: no blob */
    size_t len;
};

/* A board as it was published. */
struct journal_board {
    uint32_t number;
    uint32_t day;
    uint32_t charter; /* number of the charter that the office had */
    struct journal_file head, arrivals, answers;
};

/* Adds a board; ERROR_EXISTS when its number is taken. */
enum error journal_add_board(struct journal *journal, const struct journal_board *board);

/* Calls each for the board of this number; ERROR_NO_ROW when there is none. */
typedef enum error journal_board_fn(void *context, const struct journal_board *board);
enum error journal_board(struct journal *journal, uint32_t number, journal_board_fn *each,
                         void *context);

/* The same with its head, and without its other files. */
enum error journal_head(struct journal *journal, uint32_t number, journal_board_fn *each,
                        void *context);

/* The same with its arrivals and nothing else; what is no file there is an empty one. */
enum error journal_arrivals(struct journal *journal, uint32_t number, journal_board_fn *each,
                            void *context);

/* Calls each for all boards by number, as journal_each_txn, without their files and without
   what nobody signs, and for no number that a board cannot have: day and charter are 0, bytes are
   NULL, and lengths those of the two segments; 0: a restored office lacks it. */
enum error journal_each_board(struct journal *journal, journal_board_fn *each, void *context);

/* What stood on boards that a restored office took over (office/restore): a tag in a segment of
   this kind of that board. Added once; ERROR_NO_ROW when it did not. */
enum error journal_add_seen(struct journal *journal, const uint8_t tag[JOURNAL_TAG_LEN],
                            uint32_t kind, uint32_t board);
enum error journal_seen(struct journal *journal, const uint8_t tag[JOURNAL_TAG_LEN], uint32_t kind,
                        uint32_t *board);

/* Up to which record of a kiosk they said that it arrived, and that record's hash. */
struct journal_mark {
    uint64_t seq;
    uint8_t hash[JOURNAL_HASH_LEN];
};

/* Notes a kiosk's mark; a lower one changes nothing. mark->seq becomes 0 when none was noted. */
enum error journal_put_mark(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                            const struct journal_mark *mark);
enum error journal_mark(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                        struct journal_mark *mark);

/* Removes the board of this number, if there is one. */
enum error journal_drop_board(struct journal *journal, uint32_t number);

#endif
