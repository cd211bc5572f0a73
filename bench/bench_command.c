/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a command with its output thrown away: `bench_command [--cold FILE] PROGRAM ARGUMENT...`.
   Prints the seconds that it took, the processor seconds, and its largest memory in MiB. With
   --cold nothing of the file is in the kernel's cache when it starts. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int make_cold(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const int rc = fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0 ? 0 : -1;
    close(fd);
    return rc;
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status = 0, nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (argc > 3 && strcmp(argv[1], "--cold") == 0) {
        if (make_cold(argv[2]) != 0)
            return 2;
        argv += 2;
        argc -= 2;
    }
    if (argc < 2 || nowhere < 0)
        return 2;
    const double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status != 0)
        return 1;
    printf("%.6f %.6f %.1f\n", now() - start, seconds(used.ru_utime) + seconds(used.ru_stime),
           (double)used.ru_maxrss / 1024);
    return 0;
}
