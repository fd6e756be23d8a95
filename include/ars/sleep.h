/*
 * desktop: hears from logind that the machine is about to sleep, and that it is awake again; the
 * sleep waits until the program is ready for it, 5 s at most (logind's InhibitDelayMaxSec). Where
 * there is no logind nothing happens. GLib's default main context, one thread.
 */
#ifndef ARS_SLEEP_H
#define ARS_SLEEP_H

struct ars_sleep;

struct ars_sleep_handlers {
    /* It is about to: ars_sleep_ready() lets it. */
    void (*sleeps)(void *arg);
    void (*wakes)(void *arg);
};

/*
 * who: the program as the desktop shows it; why: what the sleep waits for, in the user's words.
 * Handlers run from the main context, never from inside this. ENOMEM.
 */
int ars_sleep_alloc(struct ars_sleep **ret, const char *who, const char *why,
                    const struct ars_sleep_handlers *handlers, void *arg);

/* Takes NULL. */
void ars_sleep_free(struct ars_sleep *s);

/* After `sleeps`. */
void ars_sleep_ready(struct ars_sleep *s);

#endif
