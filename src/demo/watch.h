/*
 * demo: waits for the end, on a thread of its own: SIGTERM, SIGINT, SIGHUP, or end of standard
 * input where that is a pipe or a terminal.
 */
#ifndef ARS_DEMO_WATCH_H
#define ARS_DEMO_WATCH_H

struct ars_loop;
struct demo_watch;

/* Before any other thread is made, which then inherits the mask. An errno. */
int demo_watch_block_signals(void);

/* stop(arg) runs once on the loop's thread. ENOMEM, an errno. */
int demo_watch_alloc(struct demo_watch **ret, struct ars_loop *loop, void (*stop)(void *arg),
                     void *arg);

/* Takes NULL. */
void demo_watch_free(struct demo_watch *w);

#endif
