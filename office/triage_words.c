/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens first letters; of many cases in threads, each with a connection of its own. */
#include "office/triage_words.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/crew.h"
#include "office/vault_folder.h"

void triage_take_words(const struct item *item, struct view_row *words)
{
    const struct letter *letter = item->letter;
    *words = (struct view_row){.known = true};
    memcpy(words->category, letter->category, sizeof words->category);
    memcpy(words->facility, letter->facility, sizeof words->facility);
    memcpy(words->language, letter->language, sizeof words->language);
    /* A kiosk's clock that runs years ahead puts nobody at the end of the list. */
    words->day = letter->day < item->day ? letter->day : item->day;
}

/* ERROR_JOURNAL_ROW when no letter of the case opens. damage gets those that do not. */
static enum error read_case(struct item_reader *reader, const struct fold *fold, uint64_t number,
                            struct vault *damage, struct view_row *words)
{
    const struct fold_case *from = fold_case(fold, number);
    for (uint64_t seq = from->first; seq != 0; seq = fold_act(fold, seq)->next) {
        struct item item;
        if (fold_act(fold, seq)->kind != ACT_LETTER)
            continue;
        enum error error = item_read(reader, seq, &item);
        if (error == ERROR_NONE)
            triage_take_words(&item, words);
        if (error != ERROR_JOURNAL_ROW)
            return error;
        if (damage != NULL)
            vault_note_damage(damage, number, seq, 0);
    }
    return ERROR_JOURNAL_ROW;
}

/* --- by one --- */

static enum error read_rest(struct vault *vault)
{
    struct item_reader *reader = NULL;
    bool held = false, damaged = false;
    enum error error = journal_hold(vault->journal, &held);
    if (error == ERROR_NONE)
        error = item_reader_new(vault, vault->journal, &reader);
    for (size_t i = 0; i < vault->view.row_count && error == ERROR_NONE; i++) {
        if (vault->view.rows[i].known)
            continue;
        error = read_case(reader, vault->history.fold, i + 1, vault, &vault->view.rows[i]);
        damaged = damaged || error == ERROR_JOURNAL_ROW;
        if (error == ERROR_JOURNAL_ROW)
            error = ERROR_NONE;
    }
    item_reader_free(&reader);
    journal_release(vault->journal, &held);
    return error == ERROR_NONE && damaged ? ERROR_JOURNAL_ROW : error;
}

/* --- by many --- */

enum { JOB = 64, MANY = 512, READERS = CREW_MAX + 1 };

struct seat {
    struct journal *journal;
    bool held;
    struct item_reader *reader;
    bool taken;
};

struct work {
    struct vault *vault;
    pthread_mutex_t lock; /* for the seats */
    struct seat seats[READERS];
};

/* There is a seat for each thread of a crew and its master. */
static struct seat *sit_down(struct work *work)
{
    size_t i = 0;
    pthread_mutex_lock(&work->lock);
    while (work->seats[i].taken)
        i++;
    work->seats[i].taken = true;
    pthread_mutex_unlock(&work->lock);
    return &work->seats[i];
}

static void stand_up(struct work *work, struct seat *seat)
{
    pthread_mutex_lock(&work->lock);
    seat->taken = false;
    pthread_mutex_unlock(&work->lock);
}

static bool make_ready(const struct work *work, struct seat *seat)
{
    char path[PATH_MAX];
    if (seat->reader != NULL)
        return true;
    vault_folder_path(work->vault->dir, VAULT_JOURNAL_FILE, path);
    enum error error = ERROR_NONE;
    if (seat->journal == NULL)
        error = journal_open(path, &seat->journal);
    if (error == ERROR_NONE && !seat->held)
        error = journal_hold(seat->journal, &seat->held);
    if (error == ERROR_NONE)
        error = item_reader_new(work->vault, seat->journal, &seat->reader);
    return error == ERROR_NONE;
}

/* What does not succeed here, for whatever reason, is left to read_rest, which says why. */
static void read_some(void *context, size_t job)
{
    struct work *work = context;
    struct view *view = &work->vault->view;
    struct seat *seat = sit_down(work);
    const size_t end = (job + 1) * JOB < view->row_count ? (job + 1) * JOB : view->row_count;
    const bool ready = make_ready(work, seat);
    for (size_t i = job * JOB; i < end && ready; i++)
        if (!view->rows[i].known)
            (void)read_case(seat->reader, work->vault->history.fold, i + 1, NULL, &view->rows[i]);
    stand_up(work, seat);
}

static void read_many(struct vault *vault)
{
    struct crew *crew = NULL;
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL || crew_new(&crew) != ERROR_NONE) {
        free(work);
        return;
    }
    work->vault = vault;
    pthread_mutex_init(&work->lock, NULL);
    crew_start(crew, read_some, work, (vault->view.row_count + JOB - 1) / JOB);
    crew_finish(crew);
    crew_free(&crew);
    for (size_t i = 0; i < READERS; i++) {
        item_reader_free(&work->seats[i].reader);
        if (work->seats[i].journal != NULL)
            journal_release(work->seats[i].journal, &work->seats[i].held);
        journal_close(&work->seats[i].journal);
    }
    pthread_mutex_destroy(&work->lock);
    free(work);
}

enum error triage_words(struct vault *vault)
{
    size_t unknown = 0;
    for (size_t i = 0; i < vault->view.row_count; i++)
        unknown += !vault->view.rows[i].known;
    if (unknown >= MANY)
        read_many(vault);
    return unknown > 0 ? read_rest(vault) : ERROR_NONE;
}
