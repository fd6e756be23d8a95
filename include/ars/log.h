/*
 * base: the log. One process-wide sink, set once at start by the face (cli or window).
 * Lines are at most ARS_LOG_MAX bytes and never carry a secret: SIP text passes redaction first.
 * Any thread but the audio callback.
 */
#ifndef ARS_LOG_H
#define ARS_LOG_H

#define ARS_LOG_MAX 4096

enum ars_log_level {
    ARS_LOG_DEBUG,
    ARS_LOG_INFO,
    ARS_LOG_WARN,
    ARS_LOG_ERROR,
};

/* Called with the log's lock held: keep it short, do not log. `room` is a literal such as "sip". */
typedef void ars_log_fn(enum ars_log_level level, const char *room, const char *line, void *arg);

/* Lines below `min` are not formatted. fn NULL: back to nothing. */
void ars_log_set_sink(enum ars_log_level min, ars_log_fn *fn, void *arg);

void ars_log(enum ars_log_level level, const char *room, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
