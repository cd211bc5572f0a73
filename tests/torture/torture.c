/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cuts the power, fails calls and kills the process at every point of every scene.

       torture [SCENE...]

   SANDYQ_SEED chooses which parts of unsynced data survive a cut, SANDYQ_CUTS how many such
   parts are tried after each operation, SANDYQ_SLICE=n tries one in n of everything.
   SANDYQ_ONLY=TEXT tries again the one fault or kill that was reported with this text. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/calls.h"
#include "tests/torture/cuts.h"
#include "tests/torture/scene.h"

enum { WORKERS_MAX = 16, PATH = 256, TOLD_MAX = 40, CASES_MAX = 1 << 20, HANG_SECONDS = 120 };

/* Shared by all processes. */
struct figures {
    atomic_ulong cuts, distinct, faults, kills, found, lost, broken;
    struct marks marks[WORKERS_MAX + 1];
    atomic_bool taken[CASES_MAX]; /* cases of this scene */
};

static struct figures *figures;
static uint64_t seed, slice, parts;
static const char *only;
static unsigned workers;
static char scratch[PATH];

void scene_found(uint64_t n)
{
    atomic_fetch_add(&figures->found, n);
}

const char *scene_lost(const char *what)
{
    atomic_fetch_add(&figures->lost, 1);
    return what;
}

static void tell(const char *scene, const char *when, const char *what)
{
    if (atomic_fetch_add(&figures->broken, 1) < TOLD_MAX)
        fprintf(stderr, "torture: %s: %s: %s\n", scene, when, what);
}

/* What a worker holds while it is at one scene. */
struct work {
    const struct scene *scene;
    unsigned number;
    struct disk base;
    struct disk_log log;
    struct marks told;
    unsigned counts[CALLS_KINDS + 1];
    char root[PATH], other[PATH];
    uint64_t index; /* of the case */
    uint64_t *seen; /* hashes of folders, and of folders with marks: a table of 2^n, 0 is free */
    size_t seen_room, seen_count;
};

/* Is this case ours? All workers count alike; whoever comes first takes it. */
static bool mine(struct work *work)
{
    uint64_t index = work->index++;
    uint64_t choice = seed ^ index;
    if (cuts_random(&choice) % slice != 0)
        return false;
    if (index >= CASES_MAX)
        abort();
    return !atomic_exchange(&figures->taken[index], true);
}

/* --- power cuts --- */

static void insist_memory(const void *memory)
{
    if (memory == NULL)
        abort();
}

static bool insert(uint64_t *table, size_t room, uint64_t hash)
{
    size_t at = hash & (room - 1);
    while (table[at] != 0 && table[at] != hash)
        at = (at + 1) & (room - 1);
    bool fresh = table[at] == 0;
    table[at] = hash;
    return fresh;
}

/* True the first time. */
static bool is_new(struct work *work, uint64_t hash)
{
    if (2 * work->seen_count >= work->seen_room) {
        size_t room = work->seen_room > 0 ? 2 * work->seen_room : 1024;
        uint64_t *table = calloc(room, sizeof *table);
        insist_memory(table);
        for (size_t i = 0; i < work->seen_room; i++)
            if (work->seen[i] != 0)
                insert(table, room, work->seen[i]);
        free(work->seen);
        work->seen = table;
        work->seen_room = room;
    }
    bool fresh = insert(work->seen, work->seen_room, hash == 0 ? 1 : hash);
    work->seen_count += fresh;
    return fresh;
}

static void try_cut(void *context, const struct cut *cut, struct disk *disk)
{
    struct work *work = context;
    char when[160];
    uint64_t hash = disk_hash(disk);
    uint64_t mixed = hash ^ (cut->marks + 1) * UINT64_C(0x9e3779b97f4a7c15);
    bool distinct = is_new(work, hash);
    if (!is_new(work, mixed) || !mine(work))
        return;
    struct marks marks = work->told;
    marks.n = cut->marks;
    disk_write(disk, work->root);
    const char *wrong = work->scene->check(work->root, &marks);
    atomic_fetch_add(&figures->cuts, 1);
    atomic_fetch_add(&figures->distinct, distinct);
    if (wrong == NULL)
        return;
    snprintf(when, sizeof when, "power cut after operation %zu of %zu, %s%s, seed %llu", cut->at,
             work->log.n, cut->how, cut->journal ? ", journal" : "", (unsigned long long)seed);
    tell(work->scene->name, when, wrong);
}

static void try_cuts(struct work *work)
{
    const struct cuts cuts = {&work->base, &work->log, work->told.n, (unsigned)parts,
                              seed,        try_cut,    work};
    cuts_each(&cuts);
}

/* --- faults and kills --- */

static const char *const kind_names[CALLS_KINDS + 1] = {
    [CALLS_OPEN] = "open",    [CALLS_READ] = "read",     [CALLS_CLOSE] = "close",
    [CALLS_MAKE] = "create",  [CALLS_WRITE] = "write",   [CALLS_TRUNCATE] = "truncate",
    [CALLS_SYNC] = "sync",    [CALLS_RENAME] = "rename", [CALLS_UNLINK] = "unlink",
    [CALLS_KINDS] = "change",
};
static const char *const fate_names[] = {
    [CALLS_FAIL] = "fails",  [CALLS_BREAK] = "and all after it fail",
    [CALLS_SHORT] = "short", [CALLS_FULL] = "short, then fails",
    [CALLS_KILL] = "killed", [CALLS_KILLED] = "killed half way",
};

static const struct {
    enum calls_kind kind;
    enum calls_fate fate;
    int error;
} ills[] = {
    {CALLS_OPEN, CALLS_FAIL, EIO},      {CALLS_OPEN, CALLS_FAIL, EMFILE},
    {CALLS_OPEN, CALLS_FAIL, EINTR},    {CALLS_READ, CALLS_FAIL, EIO},
    {CALLS_READ, CALLS_FAIL, EINTR},    {CALLS_READ, CALLS_BREAK, EIO},
    {CALLS_CLOSE, CALLS_FAIL, EIO},     {CALLS_MAKE, CALLS_FAIL, ENOSPC},
    {CALLS_MAKE, CALLS_FAIL, EIO},      {CALLS_MAKE, CALLS_FAIL, EINTR},
    {CALLS_WRITE, CALLS_FAIL, ENOSPC},  {CALLS_WRITE, CALLS_FAIL, EIO},
    {CALLS_WRITE, CALLS_FAIL, EINTR},   {CALLS_WRITE, CALLS_SHORT, 0},
    {CALLS_WRITE, CALLS_FULL, ENOSPC},  {CALLS_WRITE, CALLS_FULL, EIO},
    {CALLS_TRUNCATE, CALLS_FAIL, EIO},  {CALLS_TRUNCATE, CALLS_FAIL, EINTR},
    {CALLS_SYNC, CALLS_FAIL, EIO},      {CALLS_SYNC, CALLS_FAIL, ENOSPC},
    {CALLS_SYNC, CALLS_FAIL, EINTR},    {CALLS_RENAME, CALLS_FAIL, ENOSPC},
    {CALLS_RENAME, CALLS_FAIL, EIO},    {CALLS_UNLINK, CALLS_FAIL, EIO},
    {CALLS_KINDS, CALLS_BREAK, ENOSPC}, {CALLS_KINDS, CALLS_BREAK, EIO},
    {CALLS_KINDS, CALLS_KILL, 0},       {CALLS_WRITE, CALLS_KILLED, 0},
};

/* The same process goes on; and, on another disk, the power went at the end. */
static const char *live_on(struct work *work, struct disk_log *log, const struct marks *marks)
{
    struct disk after;
    const char *wrong = work->scene->check(work->root, marks);
    if (wrong != NULL)
        return wrong;
    cuts_synced(&work->base, log, &after);
    disk_write(&after, work->other);
    disk_free(&after);
    wrong = work->scene->check(work->other, marks);
    return wrong;
}

/* In a process of its own. */
static void suffer(struct work *work, const struct calls_plan *plan, const char *when)
{
    struct disk_log log = {0};
    calls_start(work->root, &work->base, &log, plan);
    work->scene->run(work->root);
    calls_stop(NULL);
    if (!calls_hit())
        _exit(0);
    marks_begin(NULL);
    atomic_fetch_add(&figures->faults, 1);
    const char *wrong = live_on(work, &log, &figures->marks[work->number]);
    if (wrong != NULL)
        tell(work->scene->name, when, wrong);
    _exit(0);
}

/* Runs a child and reports its death. Returns its exit status. */
static int wait_for(struct work *work, pid_t child, const char *when)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CALLS_EXIT))
        return WEXITSTATUS(status);
    tell(work->scene->name, when, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "gave up");
    return -1;
}

static void try_ill(struct work *work, const struct calls_plan *plan)
{
    char when[160];
    struct marks *marks = &figures->marks[work->number];
    snprintf(when, sizeof when, "%s %u %s%s%s", kind_names[plan->kind], plan->nth,
             fate_names[plan->fate], plan->error != 0 ? ": " : "",
             plan->error != 0 ? strerror(plan->error) : "");
    if (only != NULL && strcmp(only, when) != 0)
        return;
    disk_write(&work->base, work->root);
    marks_begin(marks);
    pid_t child = fork();
    if (child == 0) {
        alarm(HANG_SECONDS);
        suffer(work, plan, when);
    }
    marks_begin(NULL);
    if (wait_for(work, child, when) != CALLS_EXIT)
        return;
    atomic_fetch_add(&figures->kills, 1);
    const char *wrong = work->scene->check(work->root, marks);
    if (wrong != NULL)
        tell(work->scene->name, when, wrong);
}

static void try_ills(struct work *work)
{
    for (size_t i = 0; i < sizeof ills / sizeof *ills; i++) {
        struct calls_plan plan = {
            .kind = ills[i].kind, .fate = ills[i].fate, .error = ills[i].error};
        for (plan.nth = 1; plan.nth <= work->counts[plan.kind]; plan.nth++)
            if (mine(work))
                try_ill(work, &plan);
    }
}

/* --- a scene --- */

static void make_path(char path[PATH], const char *name, unsigned number)
{
    char tail[16];
    snprintf(tail, sizeof tail, "/%s%u", name, number);
    if (strlen(scratch) + strlen(tail) >= PATH)
        abort();
    strcpy(path, scratch);
    strcat(path, tail);
}

static void work_on(struct work *work)
{
    make_path(work->root, "w", work->number);
    make_path(work->other, "o", work->number);
    if (only == NULL)
        try_cuts(work);
    try_ills(work);
    _exit(0);
}

static void record(struct work *work)
{
    struct marks *marks = &figures->marks[WORKERS_MAX];
    make_path(work->root, "w", 0);
    struct disk empty = {.entry_count = 0};
    disk_write(&empty, work->root);
    work->scene->base(work->root);
    disk_read(&work->base, work->root);
    disk_write(&work->base, work->root);
    marks_begin(marks);
    calls_start(work->root, &work->base, &work->log, NULL);
    work->scene->run(work->root);
    calls_stop(work->counts);
    work->told = *marks;
    marks_begin(NULL);
    const char *wrong = work->scene->check(work->root, &work->told);
    if (wrong != NULL)
        tell(work->scene->name, "undisturbed", wrong);
}

static void play(const struct scene *scene)
{
    struct work *work = calloc(1, sizeof *work);
    pid_t children[WORKERS_MAX];
    insist_memory(work);
    work->scene = scene;
    for (size_t i = 0; i < CASES_MAX; i++)
        atomic_store_explicit(&figures->taken[i], false, memory_order_relaxed);
    record(work);
    fflush(NULL);
    for (work->number = 0; work->number < workers; work->number++) {
        children[work->number] = fork();
        if (children[work->number] == 0)
            work_on(work);
    }
    for (unsigned i = 0; i < workers; i++)
        wait_for(work, children[i], "a worker");
    disk_free(&work->base);
    disk_forget(&work->log);
    free(work);
}

/* --- the program --- */

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL && *text != '\0' ? strtoull(text, NULL, 10) : otherwise;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static void begin(void)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL)
        base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(scratch, sizeof scratch, "%s/sandyq-torture-XXXXXX", base);
    figures =
        mmap(NULL, sizeof *figures, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mkdtemp(scratch) == NULL || figures == MAP_FAILED) {
        perror("torture");
        exit(2);
    }
    seed = number_of("SANDYQ_SEED", (uint64_t)time(NULL));
    slice = number_of("SANDYQ_SLICE", 1);
    slice = slice > 0 ? slice : 1;
    parts = number_of("SANDYQ_CUTS", 24);
    only = getenv("SANDYQ_ONLY");
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    workers = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (unsigned)processors;
}

static int play_named(const struct scene *scenes, const char *name)
{
    int played = 0;
    for (; scenes->name != NULL; scenes++) {
        if (name != NULL && strcmp(name, scenes->name) != 0)
            continue;
        played++;
        unsigned long before = atomic_load(&figures->distinct);
        play(scenes);
        fprintf(stderr, "%s: %lu\n", scenes->name, atomic_load(&figures->distinct) - before);
    }
    return played;
}

int main(int argc, char **argv)
{
    int played = 0;
    time_t start = time(NULL);
    begin();
    if (argc == 1)
        played = play_named(scene_all, NULL);
    for (int i = 1; i < argc; i++)
        played += play_named(scene_all, argv[i]) + play_named(scene_broken, argv[i]);
    nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    printf("torture: %lu cut points (%lu distinct), %lu faults, %lu kills, %lu envelopes "
           "acknowledged, %lu lost, %lu broken; seed %llu, %lld s\n",
           figures->cuts, figures->distinct, figures->faults, figures->kills, figures->found,
           figures->lost, figures->broken, (unsigned long long)seed,
           (long long)(time(NULL) - start));
    if (played == 0)
        return 2;
    return figures->lost + figures->broken > 0;
}
