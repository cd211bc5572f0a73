/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import: bundles are authenticated, opened by two threads, and filed by one, a transaction a
 * bundle. */
#include "office/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "office/casefile.h"
#include "protocol/bundle.h"
#include "protocol/names.h"

/* Letters opened at a time: what fits well into the locked pool. */
enum { HAND = 16, OPENERS = 2 };

/* A handful of new records on their way into the casebook. */
struct hand {
    const struct vault_keys *keys;
    struct record records[HAND];
    bool opened[HAND];
    int errors[HAND]; /* why one could not be opened nor be found unreadable */
    uint8_t *letters; /* HAND * LETTER_LEN, secret_new memory */
    size_t n;
    atomic_size_t next;
};

struct job {
    struct import *import;
    const char *name;
    struct bundle bundle;
    struct card card;
    struct caseload_kiosk kiosk;
    struct import_report report; /* of this bundle; counts only once it is committed */
    struct hand hand;
};

/* --- opening --- */

static void *open_letters(void *context)
{
    struct hand *hand = context;
    for (;;) {
        const size_t i = atomic_fetch_add(&hand->next, 1);
        if (i >= hand->n)
            return NULL;
        hand->errors[i] = casefile_open(hand->keys, hand->records[i].envelope,
                                        hand->letters + i * LETTER_LEN, &hand->opened[i]);
    }
}

/* A thread that cannot be made is no loss: the others, at the end this one, do its work. */
static void open_hand(struct hand *hand)
{
    pthread_t openers[OPENERS];
    size_t started = 0;
    atomic_store(&hand->next, 0);
    while (hand->n > 1 && started < OPENERS &&
           pthread_create(&openers[started], NULL, open_letters, hand) == 0)
        started++;
    if (started == 0)
        open_letters(hand);
    while (started > 0)
        pthread_join(openers[--started], NULL);
}

/* --- filing --- */

static void count(struct import_report *report, enum casefile_outcome outcome, bool misplaced)
{
    report->records++;
    report->misplaced += misplaced;
    report->covers += outcome == CASEFILE_COVER;
    report->complaints += outcome == CASEFILE_NEW;
    report->joined += outcome == CASEFILE_JOINED;
    report->unreadable += outcome == CASEFILE_UNREADABLE;
}

/* A kiosk's clock may be some minutes ahead, but one set years ahead must not keep the kiosk from ever
   being silent. */
static uint32_t latest_day(const struct job *job)
{
    return job->import->today + 1;
}

static void row_of(const struct job *job, const struct record *record, struct caseload_record *row)
{
    memcpy(row->kiosk, job->card.kiosk, sizeof row->kiosk);
    row->seq = record->seq;
    memcpy(row->hash, record->hash, sizeof row->hash);
    memcpy(row->previous, record->previous, sizeof row->previous);
    row->day = record->day < latest_day(job) ? record->day : latest_day(job);
    row->flags = 0;
}

static enum error file_one(struct job *job, size_t i)
{
    const struct record *record = &job->hand.records[i];
    const struct casefile_source source = {&job->card, record, job->import->today};
    enum casefile_outcome outcome = CASEFILE_UNREADABLE;
    bool misplaced = false;
    struct caseload_record row;
    row_of(job, record, &row);
    enum error error = job->hand.errors[i];
    if (error == ERROR_NONE && job->hand.opened[i])
        error = casefile_take(job->import->vault, &source, job->hand.letters + i * LETTER_LEN,
                              &outcome, &misplaced);
    if (error != ERROR_NONE)
        return error;
    const bool unreadable = outcome == CASEFILE_UNREADABLE;
    row.flags =
        (uint8_t)((unreadable ? CASELOAD_UNREADABLE : 0) | (misplaced ? CASELOAD_MISPLACED : 0));
    count(&job->report, outcome, misplaced);
    return caseload_add_record(job->import->vault->cases, &row,
                               unreadable ? record->envelope : NULL, ENVELOPE_LEN);
}

static enum error file_hand(struct job *job)
{
    enum error error = ERROR_NONE;
    open_hand(&job->hand);
    for (size_t i = 0; i < job->hand.n && error == ERROR_NONE; i++)
        error = file_one(job, i);
    explicit_bzero(job->hand.letters, HAND * LETTER_LEN);
    job->hand.n = 0;
    return error;
}

/* Takes a record into the hand, unless it is held. */
static enum error pick(struct job *job, uint64_t seq)
{
    struct record *record = &job->hand.records[job->hand.n];
    struct caseload_record row;
    bundle_record(&job->bundle, seq, record);
    row_of(job, record, &row);
    enum error error = caseload_has_record(job->import->vault->cases, &row);
    job->report.held += error == ERROR_NONE;
    job->hand.n += error == ERROR_NO_ROW;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

static enum error file_records(struct job *job)
{
    const struct bundle *bundle = &job->bundle;
    const uint64_t total = bundle->last - bundle->first + 1;
    enum error error = ERROR_NONE;
    for (uint64_t i = 0; i < total && error == ERROR_NONE; i++) {
        error = pick(job, bundle->first + i);
        if (error == ERROR_NONE && (job->hand.n == HAND || i + 1 == total)) {
            error = file_hand(job);
            if (job->import->progress != NULL)
                job->import->progress(job->import->context, job->name, i + 1, total);
        }
    }
    return error;
}

/* The kiosk's own word for its health; but of its clock the office's calendar knows better. */
static uint8_t health_of(const struct job *job)
{
    const struct bundle *bundle = &job->bundle;
    struct record last;
    if (bundle->last < bundle->first)
        return bundle->health;
    bundle_record(bundle, bundle->last, &last);
    return last.day <= latest_day(job) ? bundle->health
                                       : bundle->health & (uint8_t)~BUNDLE_CLOCK_OK;
}

/* The rollbacks noted so far: the last one, and the highest number that the kiosk ever had. */
struct past {
    struct caseload_rollback last;
    uint64_t highest;
};

static enum error keep_past(void *context, const struct caseload_rollback *rollback)
{
    struct past *past = context;
    past->last = *rollback;
    if (rollback->was_seq > past->highest)
        past->highest = rollback->was_seq;
    return ERROR_NONE;
}

/* Is this what the last one noted says, seen once more? A kiosk that goes on with an older board stays
   behind what it had for a while. With fewer records none is: they are held against those heard last. */
static bool is_same_rollback(const struct caseload_rollback *last,
                             const struct caseload_rollback *now)
{
    return last->day > 0 && now->seq >= now->was_seq && last->was_board == now->was_board &&
           now->board >= last->board;
}

static enum error note_rollback(struct job *job, const struct past *past)
{
    const struct caseload_rollback rollback = {
        .was_seq = job->kiosk.bundle_last,
        .was_board = job->kiosk.board,
        .seq = job->bundle.last,
        .board = job->bundle.board_number,
        .day = job->import->today,
    };
    if (is_same_rollback(&past->last, &rollback))
        return ERROR_NONE;
    job->report.rollbacks++;
    return caseload_add_rollback(job->import->vault->cases, job->kiosk.kiosk, &rollback);
}

/* A bundle that is behind: an old one, or what a damaged outbox has left, which may well be less than what
   came before. That the disk is not well is heard from that, and from what brings something new, but not
   from an old one that somebody lays there again; and no day is noted, which would hide a silence. */
static enum error note_damage(struct job *job)
{
    const struct bundle *bundle = &job->bundle;
    const bool salvaged = bundle->exchange_age == UINT16_MAX;
    if ((bundle->health & BUNDLE_DISK_OK) != 0 || (!salvaged && job->report.records == 0))
        return ERROR_NONE;
    job->kiosk.health &= (uint8_t)~BUNDLE_DISK_OK;
    return caseload_put_contact(job->import->vault->cases, &job->kiosk);
}

static enum error put_contact(struct job *job)
{
    const struct bundle *bundle = &job->bundle;
    struct caseload_kiosk *kiosk = &job->kiosk;
    kiosk->bundle_last = bundle->last;
    if (bundle->board_number > kiosk->board)
        kiosk->board = bundle->board_number;
    kiosk->charter = bundle->charter_number;
    kiosk->image = bundle->image_version;
    kiosk->exchange_age = bundle->exchange_age;
    kiosk->health = health_of(job);
    kiosk->imported = job->import->today;
    return caseload_put_contact(job->import->vault->cases, kiosk);
}

/* A newer bundle that claims less than an older one did: of its records, or of the board it holds.
   An older bundle that comes late claims less of both, and is none. A full bundle is but one of an
   exchange, and its last record not the kiosk's: the one that is not full speaks for them all. */
static enum error note_contact(struct job *job)
{
    const struct bundle *bundle = &job->bundle;
    const struct caseload_kiosk *kiosk = &job->kiosk;
    struct past past = {.highest = kiosk->bundle_last};
    if (bundle->last - (bundle->first - 1) == BUNDLE_RECORDS_MAX)
        return ERROR_NONE;
    enum error error =
        caseload_each_rollback(job->import->vault->cases, kiosk->kiosk, keep_past, &past);
    const bool more_records = bundle->last > past.highest;
    const bool fewer_records = bundle->last < kiosk->bundle_last;
    const bool newer_board = bundle->board_number > kiosk->board;
    /* With a disk that is not well, no board at all may be one that cannot be read. */
    const bool older_board = bundle->board_number < kiosk->board &&
                             ((bundle->health & BUNDLE_DISK_OK) != 0 || bundle->board_number > 0);
    if (error == ERROR_NONE && ((fewer_records && newer_board) || (more_records && older_board)))
        error = note_rollback(job, &past);
    else if (error == ERROR_NONE && (fewer_records || older_board))
        return note_damage(job);
    return error == ERROR_NONE ? put_contact(job) : error;
}

static enum error file_bundle(struct job *job)
{
    struct caseload *cases = job->import->vault->cases;
    enum error error = caseload_begin(cases);
    if (error != ERROR_NONE)
        return error;
    error = file_records(job);
    if (error == ERROR_NONE)
        error = caseload_advance(cases, job->card.kiosk);
    if (error == ERROR_NONE)
        error = note_contact(job);
    if (error == ERROR_NONE)
        error = caseload_commit(cases);
    if (error != ERROR_NONE)
        caseload_rollback(cases);
    return error;
}

static void add_report(struct import_report *sum, const struct import_report *one)
{
    sum->bundles++;
    sum->records += one->records;
    sum->held += one->held;
    sum->covers += one->covers;
    sum->complaints += one->complaints;
    sum->joined += one->joined;
    sum->unreadable += one->unreadable;
    sum->misplaced += one->misplaced;
    sum->rollbacks += one->rollbacks;
}

/* The kiosk's name is all that is believed before the signature by its enrolled key is checked. */
static enum error authenticate(struct job *job, const uint8_t *data, size_t len)
{
    const struct vault *vault = job->import->vault;
    uint8_t id[CARD_KIOSK_LEN];
    enum error error = bundle_names(data, len, id);
    if (error != ERROR_NONE)
        return error;
    error = caseload_kiosk(vault->cases, id, &job->kiosk);
    if (error != ERROR_NONE)
        return error == ERROR_NO_ROW ? ERROR_NOT_ENROLLED : error;
    error = casefile_card(vault, &job->kiosk, &job->card);
    if (error == ERROR_NONE)
        error = bundle_decode(data, len, job->card.key, vault->charter.office, &job->bundle);
    if (error == ERROR_NONE && job->bundle.last > INT64_MAX)
        error = ERROR_RECORD_NUMBER;
    return error;
}

enum error import_bundle(struct import *import, const char *name, const uint8_t *data, size_t len)
{
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return ERROR_MEMORY;
    job->import = import;
    job->name = name;
    job->hand.keys = import->vault->keys;
    enum error error = authenticate(job, data, len);
    if (error == ERROR_NONE && (job->hand.letters = secret_new(HAND * LETTER_LEN)) == NULL)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = file_bundle(job);
    if (error == ERROR_NONE)
        add_report(&import->report, &job->report);
    secret_free(job->hand.letters);
    free(job);
    return error;
}

/* --- files and folders --- */

static void refuse(struct import *import, const char *name, enum error error)
{
    import->report.refused++;
    if (import->refused != NULL)
        import->refused(import->context, name, error);
}

static void take_file(struct import *import, int dir, const char *name, const char *shown)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(dir, name, BUNDLE_MAX, &data, &len);
    if (error == ERROR_NONE)
        error = import_bundle(import, shown, data, len);
    if (error != ERROR_NONE)
        refuse(import, shown, error);
    free(data);
}

static int is_bundle(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name), end = sizeof NAMES_BUNDLE - 1;
    return len > end && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + len - end, NAMES_BUNDLE) == 0;
}

static void take_folder(struct import *import, int dir, const char *path)
{
    struct dirent **names = NULL;
    int n = scandirat(dir, ".", &names, is_bundle, alphasort);
    if (n < 0)
        refuse(import, path, ERROR_IO);
    for (int i = 0; i < n; i++) {
        take_file(import, dir, names[i]->d_name, names[i]->d_name);
        free(names[i]);
    }
    free(names);
}

void import_path(struct import *import, const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0) {
        take_file(import, AT_FDCWD, path, path);
        return;
    }
    take_folder(import, dir, path);
    close(dir);
}
