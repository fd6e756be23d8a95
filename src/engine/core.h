/* engine: the inside of struct ars_engine, for engine.c, dispatch.c and lookup.c. */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H

#include <pthread.h>
#include <stdbool.h>

#include <ars/engine.h>
#include <ars/timer.h>

#include "account.h"
#include "calls.h"
#include "lookup.h"
#include "outbox.h"

#define ACCOUNTS_MAX 16

struct ars_audio;
struct ars_bell;
struct ars_loop;
struct ars_mailbox;
struct ars_netmon;

/* What the thread does about the end; only forwards. */
enum engine_phase {
    ENGINE_RUNNING,
    ENGINE_HANGING_UP,
    ENGINE_UNREGISTERING,
    ENGINE_STOPPING,
};

struct ars_engine {
    /* immutable after start */
    struct ars_mailbox *commands;
    struct outbox *outbox;
    pthread_t thread;
    char *user_agent;
    bool sip_trace;
    enum ars_tones tones;

    /* the face's thread: the shutdown, made at the start, because the end must not lack memory */
    struct ars_command *last_word;

    /* the start, protected by lock */
    pthread_mutex_t lock;
    pthread_cond_t started;
    bool start_done;
    int start_error;
    struct ars_bell *bell; /* NULL once the loop is gone */

    /* engine thread */
    char *audio_in;
    char *audio_out;
    char *audio_ring;
    struct ars_voice voice;
    struct ars_ringer ringer;
    struct ars_loop *loop;
    struct ars_audio *audio;
    struct account *accounts[ACCOUNTS_MAX];
    size_t accounts_n;
    ars_id last_account;
    struct account_env account_env;
    struct calls calls;
    struct lookups lookups;
    struct ars_netmon *netmon; /* NULL: the kernel tells nothing */
    bool falling_asleep;       /* ARS_EV_ASLEEP has not been told */
    enum engine_phase phase;
    struct ars_timer end_timer;
};

/* Does what cmd asks; takes it. */
void engine_dispatch(struct ars_engine *e, struct ars_command *cmd);

/* Until engine_wake(): nothing is registered, calls are left as they are. */
void engine_sleep(struct ars_engine *e);
void engine_wake(struct ars_engine *e);

/* From here on everything winds down; again is no harm. */
void engine_shut_down(struct ars_engine *e);

#endif
