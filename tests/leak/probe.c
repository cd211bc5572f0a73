/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory by /proc/PID/smaps and mem, which root may read of a process that hides as well. */
#include "tests/leak/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { CHUNK = 1 << 20, PAGE = 4096, PATH_LEN = 4096, OUR_CELL = 8, CURSES_CELL = 28 };

/* One mapping of a process. */
struct region {
    uint64_t start;
    uint64_t end;
    uint64_t offset;
    bool readable;
    bool writable;
    bool pool; /* locked, and left out of cores: where secrets belong */
    bool private;
    bool changed; /* a page of it is no longer the file's */
    char path[PATH_LEN];
};

/* Where hits are looked for just now. */
struct look {
    struct probe *probe;
    pid_t pid;
    const struct region *region; /* NULL: no memory */
    enum probe_place place;
    uint64_t base;
    const uint8_t *bytes;
    int file; /* what the region was mapped from, -1 when that cannot be compared */
};

static uint8_t buffer[CHUNK + NEEDLE_REACH];

void probe_again(struct probe *probe)
{
    probe->count = 0;
}

static enum probe_place place_of(const struct look *look, int stride)
{
    const char *path = look->region == NULL ? "" : look->region->path;

    if (look->region == NULL)
        return look->place;
    if (look->region->pool)
        return PROBE_LOCKED;
    if (strcmp(path, "[heap]") == 0)
        return stride == OUR_CELL || stride == CURSES_CELL ? PROBE_CELLS : PROBE_HEAP;
    if (strncmp(path, "[stack", 6) == 0)
        return PROBE_STACK;
    return path[0] == '/' ? PROBE_IMAGE : PROBE_ANON;
}

/* What stands in the program's own file at this very place was not left there by a session.
   Between the characters there may be what the loader put there: a table of structs with a digit
   and an address in each. */
static bool stands_in_file(const struct look *look, int stride, size_t at, size_t span)
{
    uint8_t there[NEEDLE_REACH];
    const uint64_t offset =
        look->region == NULL ? 0 : look->base + at - look->region->start + look->region->offset;

    if (look->file < 0 || pread(look->file, there, span, (off_t)offset) != (ssize_t)span)
        return false;
    for (size_t i = 0; i < span; i += (size_t)stride)
        if (there[i] != look->bytes[at + i])
            return false;
    return true;
}

/* What a fresh session has as well, with all that is between the characters. */
static bool is_known(const struct look *look, int stride, size_t at, size_t span)
{
    const struct probe *probe = look->probe;

    return probe->known_len > 0 && memmem(probe->known, probe->known_len, look->bytes + at,
                                          span - (size_t)stride + 1) != NULL;
}

static void take_hit(void *context, int canary, int stride, size_t at, size_t span)
{
    const struct look *look = context;
    struct probe *probe = look->probe;
    const enum probe_place place = place_of(look, stride);
    struct probe_hit *hit = probe->hits;

    if (stands_in_file(look, stride, at, span) || is_known(look, stride, at, span))
        return;
    while (hit < probe->hits + probe->count && (hit->pid != look->pid || hit->place != place ||
                                                hit->canary != canary || hit->stride != stride))
        hit++;
    if (hit == probe->hits + probe->count) {
        assert_true(probe->count < PROBE_HITS);
        probe->count++;
        *hit = (struct probe_hit){look->pid, place, canary, stride, 0, look->base + at, {0}};
        memcpy(hit->bytes, look->bytes + at, span < PROBE_SHOWN ? span : PROBE_SHOWN);
    }
    hit->count++;
}

/* A page at a time where a stretch cannot be read as a whole; what cannot be read at all is
   blank. */
static size_t read_stretch(int fd, uint64_t at, uint8_t *out, size_t len)
{
    ssize_t n = pread(fd, out, len, (off_t)at);
    size_t got = n > 0 ? (size_t)n : 0;

    if (got == len)
        return got;
    memset(out + got, 0, len - got);
    for (size_t page = got - got % PAGE; page < len; page += PAGE) {
        const size_t part = len - page < PAGE ? len - page : PAGE;

        n = pread(fd, out + page, part, (off_t)(at + page));
        if (n > 0)
            got = page + (size_t)n;
    }
    return got;
}

static void look_through(struct look *look, int fd, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end; at += CHUNK) {
        const size_t want = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
        const size_t more =
            end - at - want < NEEDLE_REACH ? (size_t)(end - at - want) : NEEDLE_REACH;

        memset(buffer + want, 0, sizeof buffer - want);
        look->probe->bytes += read_stretch(fd, at, buffer, want);
        if (more > 0)
            read_stretch(fd, at + want, buffer + want, more);
        look->base = at;
        look->bytes = buffer;
        needle_search(look->probe->needle, buffer, want, take_hit, look);
    }
}

void probe_bytes(struct probe *probe, enum probe_place place, const void *bytes, size_t len)
{
    struct look look = {.probe = probe, .place = place, .file = -1, .bytes = buffer};

    for (size_t at = 0; at < len; at += CHUNK) {
        const size_t want = len - at < CHUNK ? len - at : CHUNK;
        const size_t all = len - at < sizeof buffer ? len - at : sizeof buffer;

        memset(buffer, 0, sizeof buffer);
        memcpy(buffer, (const uint8_t *)bytes + at, all);
        look.base = at;
        needle_search(probe->needle, buffer, want, take_hit, &look);
    }
    probe->scans++;
    probe->bytes += len;
}

/* --- processes --- */

/* Maps, each followed by its lines of figures; the last of those says whether it is locked. */
static bool next_region(FILE *smaps, struct region *region)
{
    char line[PATH_LEN + 128], rights[5];
    uint64_t start, end, offset;

    while (fgets(line, sizeof line, smaps) != NULL) {
        int path = 0;

        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &start, &end, rights,
                   &offset, &path) == 4 &&
            path > 0) {
            *region = (struct region){.start = start,
                                      .end = end,
                                      .offset = offset,
                                      .readable = rights[0] == 'r',
                                      .writable = rights[1] == 'w',
                                      .private = rights[3] == 'p'};
            snprintf(region->path, sizeof region->path, "%s", line + path);
        }
        if (strncmp(line, "Anonymous:", 10) == 0 || strncmp(line, "Swap:", 5) == 0)
            region->changed =
                region->changed || strtoul(line + strcspn(line, ":") + 1, NULL, 10) > 0;
        if (strncmp(line, "VmFlags:", 8) == 0) {
            region->pool = strstr(line, " lo") != NULL && strstr(line, " dd") != NULL;
            return true;
        }
    }
    return false;
}

static int open_of(pid_t pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* The kernel's pages are the same for all; those of a file that nobody changed are the file's. */
/* Of a file's pages, those that were changed; but not those that only the loader has changed,
   before anybody was there, and that are closed since (relro): their addresses differ from run
   to run. */
static bool is_memory(const struct region *region)
{
    const bool file =
        region->path[0] == '/' && region->private && (!region->changed || !region->writable);

    return region->readable && !file && strncmp(region->path, "[v", 2) != 0;
}

static void look_through_region(struct look *look, int mem, const struct region *region)
{
    if (!is_memory(region))
        return;
    look->region = region;
    look->file = region->path[0] == '/' ? open(region->path, O_RDONLY | O_CLOEXEC) : -1;
    look_through(look, mem, region->start, region->end);
    if (look->file >= 0)
        close(look->file);
    look->region = NULL;
    look->file = -1;
}

void probe_remember(struct probe *probe, pid_t pid)
{
    const int mem = open_of(pid, "mem"), maps = open_of(pid, "smaps");
    FILE *smaps = maps < 0 ? NULL : fdopen(maps, "r");
    struct region region = {0};

    assert_true(mem >= 0 && smaps != NULL);
    while (next_region(smaps, &region)) {
        const size_t len = (size_t)(region.end - region.start);

        if (strcmp(region.path, "[heap]") != 0 && strcmp(region.path, "[stack]") != 0)
            continue;
        probe->known = realloc(probe->known, probe->known_len + len);
        assert_non_null(probe->known);
        probe->known_len += read_stretch(mem, region.start, probe->known + probe->known_len, len);
    }
    fclose(smaps);
    close(mem);
}

static void look_through_memory(struct look *look)
{
    const int mem = open_of(look->pid, "mem"), maps = open_of(look->pid, "smaps");
    FILE *smaps = maps < 0 ? NULL : fdopen(maps, "r");
    struct region region = {0};

    while (mem >= 0 && smaps != NULL && next_region(smaps, &region))
        look_through_region(look, mem, &region);
    if (smaps != NULL)
        fclose(smaps);
    if (mem >= 0)
        close(mem);
}

static void look_through_file(struct look *look, int fd)
{
    struct stat st;

    look->place = PROBE_FILE;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        look_through(look, fd, 0, (uint64_t)st.st_size);
        look->probe->scans++;
    }
}

/* Regular files alone, a memfd among them: opening a device or a pipe would change what it does. */
static void look_through_open_files(struct look *look)
{
    char dir[64], path[sizeof dir + 260];
    const struct dirent *entry;
    DIR *all;

    snprintf(dir, sizeof dir, "/proc/%d/fd", (int)look->pid);
    if ((all = opendir(dir)) == NULL)
        return;
    while ((entry = readdir(all)) != NULL) {
        struct stat st;
        int fd;

        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
            (fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
            continue;
        look_through_file(look, fd);
        close(fd);
    }
    closedir(all);
}

static void look_through_beginnings(struct look *look)
{
    static const char *const names[] = {"environ", "cmdline", "comm"};

    look->place = PROBE_IMAGE;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const int fd = open_of(look->pid, names[i]);

        if (fd < 0)
            continue;
        memset(buffer, 0, sizeof buffer);
        ssize_t n = read(fd, buffer, CHUNK);
        look->base = 0;
        look->bytes = buffer;
        if (n > 0)
            needle_search(look->probe->needle, buffer, (size_t)n, take_hit, look);
        close(fd);
    }
}

void probe_process(struct probe *probe, pid_t pid)
{
    struct look look = {.probe = probe, .pid = pid, .file = -1};

    look_through_memory(&look);
    look_through_beginnings(&look);
    look_through_open_files(&look);
    probe->scans++;
    probe->processes++;
}

void probe_adopt(void)
{
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* The parent of a process that lives, or 0. */
static pid_t parent_of(pid_t pid)
{
    const int fd = open_of(pid, "stat");
    char text[512] = "", state = 'Z';
    const char *end;
    int parent = 0;

    if (fd < 0)
        return 0;
    if (read(fd, text, sizeof text - 1) > 0 && (end = strrchr(text, ')')) != NULL)
        (void)sscanf(end + 1, " %c %d", &state, &parent);
    close(fd);
    return state == 'Z' || state == 'X' ? 0 : (pid_t)parent;
}

static bool is_ours(pid_t pid)
{
    const pid_t us = getpid();

    if (pid <= 1 || pid == us)
        return false;
    for (pid_t at = parent_of(pid); at > 1; at = parent_of(at))
        if (at == us)
            return true;
    return false;
}

size_t probe_family(pid_t *out, size_t max)
{
    DIR *all = opendir("/proc");
    const struct dirent *entry;
    size_t n = 0;

    assert_non_null(all);
    while (n < max && (entry = readdir(all)) != NULL)
        if (is_ours((pid_t)atoi(entry->d_name)))
            out[n++] = (pid_t)atoi(entry->d_name);
    closedir(all);
    return n;
}

bool probe_runs(pid_t pid, const char *program)
{
    char path[64], target[PATH_LEN];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    n = readlink(path, target, sizeof target - 1);
    target[n > 0 ? n : 0] = '\0';
    return strlen(target) >= strlen(program) &&
           strcmp(target + strlen(target) - strlen(program), program) == 0;
}

/* --- files and terminals --- */

void probe_folder(struct probe *probe, const char *dir)
{
    struct look look = {.probe = probe, .file = -1};
    char path[PATH_LEN];
    const struct dirent *entry;
    DIR *all = opendir(dir);

    assert_non_null(all);
    while ((entry = readdir(all)) != NULL) {
        struct stat st;
        int fd;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        probe_bytes(probe, PROBE_FILE, entry->d_name, strlen(entry->d_name));
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            probe_folder(probe, path);
        else if (S_ISREG(st.st_mode) && (fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0) {
            look_through_file(&look, fd);
            close(fd);
        }
    }
    closedir(all);
}

void probe_terminal(struct probe *probe, const char *device)
{
    const int fd = open(device, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    uint8_t bytes[8192];
    ssize_t n;

    assert_true(fd >= 0);
    n = read(fd, bytes, sizeof bytes);
    close(fd);
    probe_bytes(probe, PROBE_TERMINAL, bytes, n > 0 ? (size_t)n : 0);
}

/* --- what was found --- */

unsigned long probe_sum(const struct probe *probe, int canary, pid_t pid, unsigned places)
{
    unsigned long sum = 0;

    for (size_t i = 0; i < probe->count; i++) {
        const struct probe_hit *hit = &probe->hits[i];

        if ((canary < 0 || hit->canary == canary) && (pid < 0 || hit->pid == pid) &&
            (places & 1U << hit->place) != 0)
            sum += hit->count;
    }
    return sum;
}

/* The secrets are the test's own. */
static void print_bytes(FILE *out, const uint8_t bytes[PROBE_SHOWN])
{
    for (size_t i = 0; i < PROBE_SHOWN; i++)
        fprintf(out, "%02x%s", bytes[i], i % 32 == 31 ? "\n" : "");
}

void probe_print(const struct probe *probe, FILE *out, const char *before)
{
    static const char *const names[PROBE_PLACES] = {"locked", "cells", "heap", "stack",
                                                    "anon",   "image", "file", "terminal"};

    for (size_t i = 0; i < probe->count; i++) {
        const struct probe_hit *hit = &probe->hits[i];

        fprintf(out, "%s: %lu of %s at stride %d in %s of process %d, the first at %" PRIx64 "\n",
                before, hit->count, needle_name(probe->needle, hit->canary), hit->stride,
                names[hit->place], (int)hit->pid, hit->first);
        print_bytes(out, hit->bytes);
    }
}
