/*
 * Inside net: short-lived threads, and the way back from them to the loop.
 */
#ifndef NET_THREAD_H
#define NET_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct ars_loop;

/* A detached thread that no signal reaches. EAGAIN, ENOMEM. Any thread. */
int thread_start(void (*fn)(void *arg), void *arg);

/* The same, to be joined. */
int thread_start_joinable(pthread_t *ret, void *(*fn)(void *arg), void *arg);

/*
 * A thread that is to finish before the process may end (it closes a connection, it uses OpenSSL)
 * is counted by the loop: ars_loop_free() waits until none is left. loop_leave() is its last act.
 */
void loop_enter(struct ars_loop *l);
void loop_leave(struct ars_loop *l);

/*
 * A mailbox from worker threads to the loop that outlives its owner: the owner closes it, and late
 * workers push into the void. Counted references, from any thread.
 */
struct outlet;

/* On the loop's thread; fn owns msg; it may close the outlet. */
typedef void outlet_fn(void *msg, void *arg);

/*
 * One reference is the caller's, given back by outlet_close(). last: room for so many last words.
 * ENOMEM. Loop's thread.
 */
int outlet_alloc(struct outlet **ret, struct ars_loop *l, size_t capacity, size_t last,
                 void (*drop)(void *msg), outlet_fn *fn, void *arg);
void outlet_close(struct outlet *o);

struct outlet *outlet_ref(struct outlet *o);
void outlet_unref(struct outlet *o);

/* References beside the owner's: how many workers hold it. */
unsigned outlet_workers(struct outlet *o);

/* Owns msg on 0, and drops it when closed. EAGAIN: full; last words have room of their own. */
int outlet_push(struct outlet *o, void *msg);
int outlet_push_last(struct outlet *o, void *msg);

#endif
