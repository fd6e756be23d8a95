/*
 * net: the loop of the engine's thread: libre's re_main() and our timers, together.
 * Everything that takes a loop or lives on "the loop's thread" is called there and nowhere else.
 */
#ifndef ARS_LOOP_H
#define ARS_LOOP_H

struct ars_loop;
struct ars_timers;

/* Makes the calling thread a libre thread and its loop ours; one a thread. ENOMEM, EALREADY. */
int ars_loop_alloc(struct ars_loop **ret);

/* On the same thread, after ars_loop_run() has returned. Waits for connections that are being
 * closed (0.5 s at most). Takes NULL. */
void ars_loop_free(struct ars_loop *l);

/* Runs until ars_loop_stop(). Returns 0, or the errno of the poll. */
int ars_loop_run(struct ars_loop *l);

/* From a handler on the loop's thread. */
void ars_loop_stop(struct ars_loop *l);

/* Owned by the loop. */
struct ars_timers *ars_loop_timers(struct ars_loop *l);

/*
 * A bell: ring it from any thread and fn(arg) runs soon on the loop's thread; rings between two
 * runs of fn count as one. Free on the loop's thread, when nobody rings any more; fn does not run
 * after.
 */
struct ars_bell;
int ars_bell_alloc(struct ars_bell **ret, struct ars_loop *l, void (*fn)(void *arg), void *arg);
void ars_bell_free(struct ars_bell *b);
void ars_bell_ring(struct ars_bell *b); /* any thread; does not block */

#endif
