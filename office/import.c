/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import: bundles are authenticated and their new records chosen; a chunk of these is opened by a
   crew, which also decodes the next bundle, while the chunk before it is written. */
#include "office/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "office/crew.h"
#include "office/fleet.h"
#include "office/import_parts.h"
#include "protocol/bundle.h"
#include "protocol/names.h"

/* Bundles on their way: chunks are opened and written in the order in which they were chosen, also
   across bundles. */
struct run {
    struct import *import;
    struct crew *crew;
    struct keyset *keys;            /* for the crew */
    struct import_chunk *chosen;    /* being filled */
    struct import_chunk *opening;   /* in the hands of the crew, from crew_start to crew_finish, */
    struct import_source *decoding; /* and so is this, NULL for none */
    struct import_source *ahead;    /* the bundle that is taken next, or NULL */
};

/* --- the end of a bundle --- */

static void refuse(struct import *import, const char *name, enum error error)
{
    import->report.refused++;
    if (import->refused != NULL)
        import->refused(import->context, name, error);
}

static void end_bundle(struct import_source *source)
{
    struct import *import = source->import;
    if (source->error == ERROR_NONE) {
        import->report.bundles++;
        import->report.held += source->held;
    }
    if (source->result != NULL)
        *source->result = source->error;
    else if (source->error != ERROR_NONE)
        refuse(import, source->name, source->error);
    free(source->data);
    free(source);
}

static void close_chunk(struct import_chunk *chunk)
{
    struct import_source *source = chunk->source;
    const struct import *import = source->import;
    const uint64_t total = source->bundle.last - (source->bundle.first - 1);
    const bool last = chunk->last;
    if (source->error == ERROR_NONE)
        source->error = import_write(chunk);
    if (source->error == ERROR_NONE && import->progress != NULL && total > 0)
        import->progress(import->context, source->name, chunk->done, total);
    import_chunk_free(chunk);
    if (last)
        end_bundle(source);
}

/* Writing may bring new keys, or take some away, while the crew uses those that it has. It gets the
   new ones with its next chunk. */
static enum error hold_keys(struct run *run)
{
    const struct keyset *keys = run->import->vault->keys;
    if (run->keys != NULL && run->keys->generation_count == keys->generation_count &&
        run->keys->intake_count == keys->intake_count)
        return ERROR_NONE;
    keyset_free(&run->keys);
    return keyset_copy(keys, &run->keys);
}

/* By any thread, once: reads nothing that a write to the journal changes. */
static void decode(struct import_source *source)
{
    if (source->decoded)
        return;
    source->decoded = true;
    if (source->error == ERROR_NONE)
        source->error = bundle_decode(source->bytes, source->len, source->card.key,
                                      source->import->vault->charter.office, &source->bundle);
    if (source->error == ERROR_NONE && source->bundle.last > INT64_MAX)
        source->error = ERROR_RECORD_NUMBER;
}

/* A job of the crew. */
static void work(void *context, size_t i)
{
    struct run *run = context;
    const size_t first = run->decoding != NULL;
    if (i < first)
        decode(run->decoding);
    else
        import_open(run->opening, i - first);
}

static void open_chunk(struct run *run)
{
    struct import_chunk *chunk = run->opening;
    struct import_source *source = chunk->source;
    if (source->error == ERROR_NONE)
        source->error = hold_keys(run);
    chunk->keys = run->keys;
    run->decoding = run->ahead;
    crew_start(run->crew, work, run,
               (run->decoding != NULL) + (source->error == ERROR_NONE ? chunk->n : 0));
}

/* Gives the chosen chunk to the crew, when there is one, and writes the one that it has opened. */
static void pass_on(struct run *run)
{
    struct import_chunk *opened = run->opening;
    if (opened != NULL)
        crew_finish(run->crew);
    run->opening = run->chosen;
    run->chosen = NULL;
    if (run->opening != NULL)
        open_chunk(run);
    if (opened != NULL)
        close_chunk(opened);
}

/* --- choosing records --- */

static enum error new_chunk(struct run *run, struct import_source *source)
{
    run->chosen = calloc(1, sizeof *run->chosen);
    if (run->chosen == NULL)
        return ERROR_MEMORY;
    run->chosen->source = source;
    return ERROR_NONE;
}

static size_t chunk_room(const struct import *import)
{
    return import->chunk > 0 && import->chunk < IMPORT_CHUNK_MAX ? import->chunk : IMPORT_CHUNK_MAX;
}

/* A full chunk goes on only when another record follows, so that the last one, which tells about
   the kiosk, has records when any has. */
static enum error choose(struct run *run, struct import_source *source, uint64_t seq)
{
    struct record record;
    struct journal_record row;
    bundle_record(&source->bundle, seq, &record);
    import_row(source, &record, &row);
    enum error error = journal_has_record(source->import->vault->journal, &row);
    source->held += error == ERROR_NONE;
    if (error != ERROR_NO_ROW)
        return error;
    if (run->chosen->n == chunk_room(run->import)) {
        pass_on(run);
        error = source->error == ERROR_NONE ? new_chunk(run, source) : source->error;
        if (run->chosen == NULL)
            return error;
    }
    struct import_record *chosen = &run->chosen->records[run->chosen->n++];
    chosen->record = record;
    chosen->row = row;
    run->chosen->done = seq - (source->bundle.first - 1);
    return ERROR_NONE;
}

/* Bundles of one kiosk share records until they are acknowledged: what the one before brings is
   written before more are chosen, or they would be opened twice. */
static void await_same_kiosk(struct run *run, const struct import_source *source)
{
    if (run->opening != NULL &&
        memcmp(run->opening->source->card.kiosk, source->card.kiosk, CARD_KIOSK_LEN) == 0)
        pass_on(run);
}

/* Takes a bundle that fits, which ends with its last chunk. */
static void choose_records(struct run *run, struct import_source *source)
{
    const struct bundle *bundle = &source->bundle;
    const uint64_t total = bundle->last - (bundle->first - 1);
    await_same_kiosk(run, source);
    enum error error = new_chunk(run, source);
    for (uint64_t i = 0; i < total && error == ERROR_NONE; i++)
        error = choose(run, source, bundle->first + i);
    if (source->error == ERROR_NONE)
        source->error = error;
    if (run->chosen == NULL) { /* nothing to end it with */
        pass_on(run);
        end_bundle(source);
        return;
    }
    run->chosen->last = true;
    run->chosen->done = total;
    pass_on(run);
}

/* --- one bundle --- */

static bool holds(const struct keyset *keys, const struct charter_intake *intake)
{
    for (size_t i = 0; i < keys->intake_count; i++)
        if (memcmp(keys->intake[i].public_key, intake->key, ENVELOPE_KEY_LEN) == 0)
            return true;
    return false;
}

/* Without a key that kiosks seal to, its letters would pass for unreadable, be acknowledged, and
   later be gone from the kiosk. */
static bool has_intakes(const struct vault *vault)
{
    for (uint32_t i = 0; i < vault->charter.intake_count; i++)
        if (!holds(vault->keys, &vault->charter.intake[i]))
            return false;
    return true;
}

/* Before the signature is checked, nothing but the kiosk's id is used. */
static enum error find_card(struct import_source *source)
{
    struct vault *vault = source->import->vault;
    uint8_t id[CARD_KIOSK_LEN];
    enum error error =
        has_intakes(vault) ? bundle_names(source->bytes, source->len, id) : ERROR_INTAKE_KEY;
    if (error == ERROR_NONE)
        error = history_follow(&vault->history);
    return error == ERROR_NONE ? fleet_card(vault, id, &source->card) : error;
}

static void end_run(struct run *run)
{
    crew_free(&run->crew);
    keyset_free(&run->keys);
}

/* Takes over its data, when that is its own. NULL when memory is short; then it is refused. */
static struct import_source *source_new(struct run *run, const struct import_source *fresh)
{
    struct import_source *source = malloc(sizeof *source);
    if (source == NULL) {
        if (fresh->result == NULL)
            refuse(run->import, fresh->name, ERROR_MEMORY);
        free(fresh->data);
        return NULL;
    }
    *source = *fresh;
    source->import = run->import;
    if (source->error == ERROR_NONE)
        source->error = find_card(source);
    if (source->error != ERROR_NONE) { /* nothing looks at it any more, and it may be large */
        free(source->data);
        source->data = NULL;
    }
    return source;
}

static void take(struct run *run, struct import_source *source)
{
    crew_finish(run->crew); /* which may be decoding this one */
    decode(source);
    if (source->error == ERROR_NONE) {
        contact_of(&source->bundle, source->import->now, &source->contact);
        source->error = import_compare_board(source);
    }
    if (source->error == ERROR_NONE)
        source->error = import_follow(source);
    if (source->error == ERROR_NONE)
        choose_records(run, source);
    else
        end_bundle(source);
}

enum error import_bundle(struct import *import, const char *name, const uint8_t *data, size_t len)
{
    enum error result = ERROR_MEMORY;
    struct run run = {.import = import};
    const struct import_source fresh = {.name = name, .result = &result, .bytes = data, .len = len};
    enum error error = crew_new(&run.crew);
    if (error != ERROR_NONE)
        return error;
    struct import_source *source = source_new(&run, &fresh);
    if (source != NULL)
        take(&run, source);
    pass_on(&run);
    end_run(&run);
    return result;
}

/* --- files and folders --- */

/* Takes the bundle before this one, while this one is decoded; NULL for none that follows. */
static void take_before(struct run *run, struct import_source *next)
{
    struct import_source *source = run->ahead;
    run->ahead = next;
    if (source != NULL)
        take(run, source);
}

static void take_file(struct run *run, int dir, const char *name, const char *shown)
{
    struct import_source fresh = {.name = shown};
    fresh.error = file_read(dir, name, BUNDLE_MAX, &fresh.data, &fresh.len);
    fresh.bytes = fresh.data;
    struct import_source *source = source_new(run, &fresh);
    if (source != NULL)
        take_before(run, source);
}

static int is_bundle(const struct dirent *entry)
{
    return names_ends(entry->d_name, NAMES_BUNDLE);
}

/* The names must stay until the last bundle has ended. */
static void take_folder(struct run *run, int dir, const char *path)
{
    struct dirent **names = NULL;
    int n = scandirat(dir, ".", &names, is_bundle, alphasort);
    if (n < 0)
        refuse(run->import, path, error_of_lack(errno, ERROR_IO));
    for (int i = 0; i < n; i++)
        take_file(run, dir, names[i]->d_name, names[i]->d_name);
    take_before(run, NULL);
    pass_on(run);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void import_path(struct import *import, const char *path)
{
    struct run run = {.import = import};
    if (crew_new(&run.crew) != ERROR_NONE) {
        refuse(import, path, ERROR_MEMORY);
        return;
    }
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0 && error_of_lack(errno, ERROR_NONE) != ERROR_NONE) {
        refuse(import, path, error_of_lack(errno, ERROR_NONE));
    } else if (dir < 0) {
        take_file(&run, AT_FDCWD, path, path);
        take_before(&run, NULL);
        pass_on(&run);
    } else {
        take_folder(&run, dir, path);
        close(dir);
    }
    end_run(&run);
}
