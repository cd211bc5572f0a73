/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control groups by their files. */
#include "tests/counted/group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 512, TEXT = 1 << 16 };

const char *const group_names[GROUP_COUNTS] = {"peak", "faults", "major faults", "block reads",
                                               "processor"};

/* Version 1 has a tree for each kind, version 2 one for all. */
static const char *const trees[] = {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/blkio",
                                    "/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"};
enum { MEMORY, BLOCKS, PROCESSOR, UNIFIED, TREES };

static bool unified;
static double last[GROUP_COUNTS];
static FILE *peak; /* of version 2: a descriptor has a peak of its own */

static const char *path_in(int tree, const char *name)
{
    static char path[PATH];
    snprintf(path, sizeof path, "%s/sandyq-test-%d%s%s", trees[unified ? UNIFIED : tree],
             (int)getpid(), name[0] != '\0' ? "/" : "", name);
    return path;
}

static bool put(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    const bool done = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && done;
}

static bool enter(int tree)
{
    char self[16];
    snprintf(self, sizeof self, "%d", (int)getpid());
    return mkdir(path_in(tree, ""), 0755) == 0 && put(path_in(tree, "cgroup.procs"), self);
}

bool group_enter(void)
{
    unified = access("/sys/fs/cgroup/memory", F_OK) != 0;
    if (unified)
        put("/sys/fs/cgroup/cgroup.subtree_control", "+memory +io +cpu");
    for (int tree = 0; tree < (unified ? 1 : UNIFIED); tree++)
        if (!enter(tree)) {
            fprintf(stderr, "%s: %s\n", path_in(tree, ""), strerror(errno));
            return false;
        }
    if (unified)
        peak = fopen(path_in(0, "memory.peak"), "r+e");
    return true;
}

bool group_leave(void)
{
    char self[16];
    bool left = true;
    snprintf(self, sizeof self, "%d", (int)getpid());
    for (int tree = 0; tree < (unified ? 1 : UNIFIED); tree++) {
        char up[PATH];
        snprintf(up, sizeof up, "%s/cgroup.procs", trees[unified ? UNIFIED : tree]);
        left = put(up, self) && left;
    }
    return left;
}

void group_remove(void)
{
    if (peak != NULL)
        fclose(peak);
    for (int tree = 0; tree < (unified ? 1 : UNIFIED); tree++)
        rmdir(path_in(tree, ""));
}

static const char *text_of(const char *path)
{
    static char text[TEXT];
    FILE *file = fopen(path, "re");
    size_t len = 0;
    if (file != NULL) {
        len = fread(text, 1, sizeof text - 1, file);
        fclose(file);
    }
    text[len] = '\0';
    return text;
}

/* The number behind a name that begins a line. */
static double named(const char *path, const char *name)
{
    const size_t len = strlen(name);
    for (const char *line = text_of(path); line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && line[len] == ' ')
            return strtod(line + len, NULL);
    }
    return 0;
}

/* The sum over all devices of the numbers behind a word anywhere in a line. */
static double summed(const char *path, const char *word)
{
    double sum = 0;
    for (const char *at = strstr(text_of(path), word); at != NULL; at = strstr(at + 1, word))
        sum += strtod(at + strlen(word), NULL);
    return sum;
}

/* Reads of blocks; where the group does not count them, bytes that the service and those that it
   waited for took from disks. */
static double reads(pid_t service)
{
    char path[64];
    const double blocks = unified ? summed(path_in(0, "io.stat"), "rios=")
                                  : summed(path_in(BLOCKS, "blkio.throttle.io_serviced"), " Read ");
    if (blocks > 0)
        return blocks;
    snprintf(path, sizeof path, "/proc/%d/io", (int)service);
    return named(path, "read_bytes:");
}

static double take_peak(void)
{
    double bytes = 0;
    if (!unified) {
        bytes = strtod(text_of(path_in(MEMORY, "memory.max_usage_in_bytes")), NULL);
        put(path_in(MEMORY, "memory.max_usage_in_bytes"), "0");
    } else if (peak != NULL) {
        rewind(peak);
        if (fscanf(peak, "%lf", &bytes) != 1)
            bytes = 0;
        rewind(peak);
        fputs("reset\n", peak);
        fflush(peak);
    }
    return bytes;
}

void group_read(pid_t service, double counts[GROUP_COUNTS])
{
    const double now[GROUP_COUNTS] = {
        [GROUP_FAULTS] = named(path_in(MEMORY, "memory.stat"), "pgfault"),
        [GROUP_MAJOR] = named(path_in(MEMORY, "memory.stat"), "pgmajfault"),
        [GROUP_READS] = reads(service),
        [GROUP_CPU] = unified ? named(path_in(0, "cpu.stat"), "usage_usec")
                              : strtod(text_of(path_in(PROCESSOR, "cpuacct.usage")), NULL) / 1000};
    for (int i = 0; i < GROUP_COUNTS; i++) {
        counts[i] = now[i] - last[i];
        last[i] = now[i];
    }
    counts[GROUP_PEAK] = take_peak();
}
