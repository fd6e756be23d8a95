/* base: the log. */
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <ars/log.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ars_log_fn *sink;
static void *sink_arg;
static atomic_int threshold = ARS_LOG_ERROR + 1;

void ars_log_set_sink(enum ars_log_level min, ars_log_fn *fn, void *arg)
{
    pthread_mutex_lock(&lock);
    sink = fn;
    sink_arg = arg;
    atomic_store(&threshold, fn ? (int)min : ARS_LOG_ERROR + 1);
    pthread_mutex_unlock(&lock);
}

void ars_log(enum ars_log_level level, const char *room, const char *fmt, ...)
{
    char line[ARS_LOG_MAX];
    va_list ap;

    if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed))
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&lock);
    if (sink)
        sink(level, room, line, sink_arg);
    pthread_mutex_unlock(&lock);
}
