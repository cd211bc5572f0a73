/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles are authenticated, opened by two threads, and filed by one: a transaction a bundle. */
#include "office/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "office/contact.h"
#include "office/fleet.h"
#include "office/opening.h"
#include "protocol/bundle.h"
#include "protocol/names.h"

/* Letters opened at a time: what fits well into the locked pool. */
enum { BATCH = 16, OPENERS = 2 };

/* New records, opened together before they are filed. */
struct batch {
    const struct keyset *keys;
    struct record records[BATCH];
    bool opened[BATCH];
    enum error errors[BATCH]; /* set if it is not known whether it can be opened */
    uint8_t *letters;         /* BATCH * LETTER_LEN, secret_new memory */
    size_t n;
    atomic_size_t next;
};

/* The import of one bundle. */
struct one_bundle {
    struct import *import;
    const char *name;
    struct bundle bundle;
    struct card card;
    struct caseload_kiosk kiosk;
    struct import_report report; /* added to the import's once committed */
    struct batch batch;
};

/* --- opening --- */

static void *open_letters(void *context)
{
    struct batch *batch = context;
    for (;;) {
        const size_t i = atomic_fetch_add(&batch->next, 1);
        if (i >= batch->n)
            return NULL;
        batch->errors[i] = opening_envelope(batch->keys, batch->records[i].envelope,
                                            batch->letters + i * LETTER_LEN, &batch->opened[i]);
    }
}

/* If threads cannot be started, those that were, or else this one, do all the work. */
static void open_batch(struct batch *batch)
{
    pthread_t openers[OPENERS];
    size_t started = 0;
    atomic_store(&batch->next, 0);
    while (batch->n > 1 && started < OPENERS &&
           pthread_create(&openers[started], NULL, open_letters, batch) == 0)
        started++;
    if (started == 0)
        open_letters(batch);
    while (started > 0)
        pthread_join(openers[--started], NULL);
}

/* --- filing --- */

static void count(struct import_report *report, enum opening_outcome outcome, bool misplaced)
{
    report->records++;
    report->misplaced += misplaced;
    report->covers += outcome == OPENING_COVER;
    report->complaints += outcome == OPENING_NEW;
    report->joined += outcome == OPENING_JOINED;
    report->unreadable += outcome == OPENING_UNREADABLE;
}

static void row_of(const struct one_bundle *one, const struct record *record,
                   struct caseload_record *row)
{
    memcpy(row->kiosk, one->card.kiosk, sizeof row->kiosk);
    row->seq = record->seq;
    memcpy(row->hash, record->hash, sizeof row->hash);
    memcpy(row->previous, record->previous, sizeof row->previous);
    const uint32_t latest = contact_latest_day(one->import->today);
    row->day = record->day < latest ? record->day : latest;
    row->flags = 0;
}

static enum error file_record(struct one_bundle *one, size_t i)
{
    const struct record *record = &one->batch.records[i];
    const struct item_source source = {&one->card, record, one->import->today};
    enum opening_outcome outcome = OPENING_UNREADABLE;
    bool misplaced = false;
    struct caseload_record row;
    row_of(one, record, &row);
    enum error error = one->batch.errors[i];
    if (error == ERROR_NONE && one->batch.opened[i])
        error = opening_file(one->import->vault, &source, one->batch.letters + i * LETTER_LEN,
                             &outcome, &misplaced);
    if (error != ERROR_NONE)
        return error;
    const bool unreadable = outcome == OPENING_UNREADABLE;
    row.flags =
        (uint8_t)((unreadable ? CASELOAD_UNREADABLE : 0) | (misplaced ? CASELOAD_MISPLACED : 0));
    count(&one->report, outcome, misplaced);
    return caseload_add_record(one->import->vault->cases, &row,
                               unreadable ? record->envelope : NULL, ENVELOPE_LEN);
}

static enum error file_batch(struct one_bundle *one)
{
    enum error error = ERROR_NONE;
    open_batch(&one->batch);
    for (size_t i = 0; i < one->batch.n && error == ERROR_NONE; i++)
        error = file_record(one, i);
    explicit_bzero(one->batch.letters, BATCH * LETTER_LEN);
    one->batch.n = 0;
    return error;
}

/* Adds a record to the batch unless the casebook has it. */
static enum error select_record(struct one_bundle *one, uint64_t seq)
{
    struct record *record = &one->batch.records[one->batch.n];
    struct caseload_record row;
    bundle_record(&one->bundle, seq, record);
    row_of(one, record, &row);
    enum error error = caseload_has_record(one->import->vault->cases, &row);
    one->report.held += error == ERROR_NONE;
    one->batch.n += error == ERROR_NO_ROW;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

static enum error file_records(struct one_bundle *one)
{
    const struct bundle *bundle = &one->bundle;
    const uint64_t total = bundle->last - bundle->first + 1;
    enum error error = ERROR_NONE;
    for (uint64_t i = 0; i < total && error == ERROR_NONE; i++) {
        error = select_record(one, bundle->first + i);
        if (error == ERROR_NONE && (one->batch.n == BATCH || i + 1 == total)) {
            error = file_batch(one);
            if (one->import->progress != NULL)
                one->import->progress(one->import->context, one->name, i + 1, total);
        }
    }
    return error;
}

static enum error note_contact(struct one_bundle *one)
{
    bool rolled_back = false;
    const struct contact contact = {
        .cases = one->import->vault->cases,
        .bundle = &one->bundle,
        .kiosk = &one->kiosk,
        .brings_new = one->report.records > 0,
        .today = one->import->today,
    };
    enum error error = contact_note(&contact, &rolled_back);
    one->report.rollbacks += rolled_back;
    return error;
}

static enum error file_bundle(struct one_bundle *one)
{
    struct caseload *cases = one->import->vault->cases;
    enum error error = caseload_begin(cases);
    if (error != ERROR_NONE)
        return error;
    error = file_records(one);
    if (error == ERROR_NONE)
        error = caseload_advance(cases, one->card.kiosk);
    if (error == ERROR_NONE)
        error = note_contact(one);
    return caseload_finish(cases, error);
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

/* Before the signature is checked, nothing but the kiosk's id is used. */
static enum error authenticate(struct one_bundle *one, const uint8_t *data, size_t len)
{
    const struct vault *vault = one->import->vault;
    uint8_t id[CARD_KIOSK_LEN];
    enum error error = bundle_names(data, len, id);
    if (error != ERROR_NONE)
        return error;
    error = caseload_kiosk(vault->cases, id, &one->kiosk);
    if (error != ERROR_NONE)
        return error == ERROR_NO_ROW ? ERROR_NOT_ENROLLED : error;
    error = fleet_card(vault, &one->kiosk, &one->card);
    if (error == ERROR_NONE)
        error = bundle_decode(data, len, one->card.key, vault->charter.office, &one->bundle);
    if (error == ERROR_NONE && one->bundle.last > INT64_MAX)
        error = ERROR_RECORD_NUMBER;
    return error;
}

enum error import_bundle(struct import *import, const char *name, const uint8_t *data, size_t len)
{
    struct one_bundle *one = calloc(1, sizeof *one);
    if (one == NULL)
        return ERROR_MEMORY;
    one->import = import;
    one->name = name;
    one->batch.keys = import->vault->keys;
    enum error error = authenticate(one, data, len);
    if (error == ERROR_NONE && (one->batch.letters = secret_new(BATCH * LETTER_LEN)) == NULL)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = file_bundle(one);
    if (error == ERROR_NONE)
        add_report(&import->report, &one->report);
    secret_free(one->batch.letters);
    free(one);
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
        refuse(import, path, error_of_lack(errno, ERROR_IO));
    for (int i = 0; i < n; i++) {
        take_file(import, dir, names[i]->d_name, names[i]->d_name);
        free(names[i]);
    }
    free(names);
}

void import_path(struct import *import, const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0 && error_of_lack(errno, ERROR_NONE) != ERROR_NONE)
        refuse(import, path, error_of_lack(errno, ERROR_NONE));
    else if (dir < 0)
        take_file(import, AT_FDCWD, path, path);
    else
        take_folder(import, dir, path);
    if (dir >= 0)
        close(dir);
}
