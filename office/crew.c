/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that do a row of jobs. */
#include "office/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "crypto/secret.h"

struct crew {
    pthread_mutex_t lock; /* for all of the following */
    pthread_cond_t work;
    pthread_cond_t rest;
    crew_fn *job;
    void *context;
    size_t n;
    size_t next; /* the next job that nobody has taken */
    size_t busy; /* jobs that are being done */
    bool ends;
    pthread_t threads[CREW_MAX];
    size_t thread_count;
};

enum error crew_new(struct crew **out)
{
    struct crew *crew = *out = calloc(1, sizeof *crew);
    if (crew == NULL)
        return ERROR_MEMORY;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->work, NULL);
    pthread_cond_init(&crew->rest, NULL);
    return ERROR_NONE;
}

/* Called with the lock, which is free while a job is done. */
static void take_jobs(struct crew *crew)
{
    while (crew->next < crew->n) {
        const size_t i = crew->next++;
        crew->busy++;
        pthread_mutex_unlock(&crew->lock);
        crew->job(crew->context, i);
        pthread_mutex_lock(&crew->lock);
        crew->busy--;
    }
    if (crew->busy == 0)
        pthread_cond_signal(&crew->rest);
}

static void *serve(void *context)
{
    struct crew *crew = context;
    pthread_mutex_lock(&crew->lock);
    while (!crew->ends) {
        take_jobs(crew);
        if (!crew->ends && crew->next == crew->n)
            pthread_cond_wait(&crew->work, &crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    secret_wipe_stack();
    return NULL;
}

/* The cores that this process may run on. */
static size_t cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    const size_t n = (size_t)CPU_COUNT(&set);
    return n < CREW_MAX ? n : CREW_MAX;
}

static void start_threads(struct crew *crew)
{
    const size_t wanted = cores();
    while (crew->thread_count < wanted &&
           pthread_create(&crew->threads[crew->thread_count], NULL, serve, crew) == 0)
        crew->thread_count++;
}

void crew_start(struct crew *crew, crew_fn *job, void *context, size_t n)
{
    pthread_mutex_lock(&crew->lock);
    crew->job = job;
    crew->context = context;
    crew->n = n;
    crew->next = 0;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->lock);
    if (n > 1 && crew->thread_count == 0)
        start_threads(crew);
}

void crew_finish(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    take_jobs(crew);
    while (crew->busy > 0)
        pthread_cond_wait(&crew->rest, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}

void crew_free(struct crew **crew)
{
    struct crew *old = *crew;
    if (old == NULL)
        return;
    pthread_mutex_lock(&old->lock);
    old->ends = true;
    pthread_cond_broadcast(&old->work);
    pthread_mutex_unlock(&old->lock);
    while (old->thread_count > 0)
        pthread_join(old->threads[--old->thread_count], NULL);
    pthread_cond_destroy(&old->work);
    pthread_cond_destroy(&old->rest);
    pthread_mutex_destroy(&old->lock);
    free(old);
    *crew = NULL;
}
