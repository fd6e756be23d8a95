/* engine: the thread, its two mailboxes, and its end. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <ars/audio.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/mailbox.h>
#include <ars/netmon.h>
#include <ars/str.h>

#include "core.h"
#include "event.h"

/* Commands that may wait. A face that posts more without the engine getting on is told so. */
#define COMMANDS_MAX 256

/*
 * How long the end may take: to hang up, and up to the closing of the connections, which takes net
 * half a second more at most. engine.h promises 2.5 s in all, and a second more for a sound server
 * that hangs.
 */
#define HANGING_UP_MS 800
#define END_MS        1900

static void end_step(struct ars_engine *e);

/* ---- what accounts and calls tell ---- */

static int on_incoming(struct account *a, struct ars_sip_call *sc,
                       const struct ars_sip_incoming *in, void *arg)
{
    struct ars_engine *e = arg;

    if (e->phase != ENGINE_RUNNING)
        return 480;
    return calls_incoming(&e->calls, a, sc, in);
}

static void on_lost(struct account *a, void *arg)
{
    struct ars_engine *e = arg;

    calls_lost(&e->calls, a);
}

static void on_found(struct account *a, void *arg)
{
    struct ars_engine *e = arg;

    calls_found(&e->calls, a);
}

static void on_rebound(struct account *a, void *arg)
{
    struct ars_engine *e = arg;

    calls_rebind(&e->calls, a);
}

static void on_leave_calls(struct account *a, bool politely, void *arg)
{
    struct ars_engine *e = arg;
    struct ars_reason why;

    if (politely) {
        calls_hangup(&e->calls, a);
        return;
    }
    ars_reason_set(&why, ARS_REASON_LOCAL_HANGUP, 0, "the account was disconnected");
    calls_abort(&e->calls, a, &why);
}

/* Whether all that was asked to sleep does. */
static void sleep_step(struct ars_engine *e)
{
    bool asleep = e->falling_asleep;

    for (size_t i = 0; i < e->accounts_n; i++)
        asleep = asleep && account_is_asleep(e->accounts[i]);
    if (!asleep)
        return;
    e->falling_asleep = false;
    outbox_put(e->outbox, event_new(ARS_EV_ASLEEP));
}

static void on_account_off(struct account *a, void *arg)
{
    end_step(arg);
    sleep_step(arg);
}

static void on_call_gone(void *arg)
{
    end_step(arg);
}

static void on_audio_device(bool input, enum ars_device_state state, const char *label,
                            const char *why, void *arg)
{
    struct ars_engine *e = arg;
    struct ars_event *ev = event_new(ARS_EV_AUDIO_DEVICE);

    if (ev) {
        ev->input = input;
        ev->number = (int)state;
        ev->text = ars_strdup(label);
        if (why)
            ars_strcpy(ev->reason.text, sizeof(ev->reason.text), why);
    }
    outbox_put(e->outbox, ev);
}

static void on_devices(const struct ars_device *list, size_t n, void *arg)
{
    struct ars_engine *e = arg;

    outbox_put(e->outbox, event_devices(list, n));
}

static void on_realtime(int thread, void *arg)
{
    struct ars_engine *e = arg;
    struct ars_event *ev = event_new(ARS_EV_REALTIME);

    if (ev)
        ev->number = thread;
    outbox_put(e->outbox, ev);
}

static void on_sound_test(enum ars_sound_test_step step, double dbfs, void *arg)
{
    struct ars_engine *e = arg;
    struct ars_event *ev = event_new(ARS_EV_SOUND_TEST);

    if (ev) {
        ev->number = (int)step;
        ev->dbfs = dbfs;
    }
    outbox_put(e->outbox, ev);
}

static void on_network(void *arg)
{
    struct ars_engine *e = arg;

    for (size_t i = 0; i < e->accounts_n; i++)
        account_network(e->accounts[i]);
    calls_network(&e->calls);
}

/* ---- sleep ---- */

void engine_sleep(struct ars_engine *e)
{
    e->falling_asleep = true;
    calls_sleep(&e->calls);
    for (size_t i = 0; i < e->accounts_n; i++)
        account_sleep(e->accounts[i]);
    sleep_step(e);
}

void engine_wake(struct ars_engine *e)
{
    e->falling_asleep = false;
    for (size_t i = 0; i < e->accounts_n; i++)
        account_wake(e->accounts[i]);
    calls_network(&e->calls);
}

/* ---- the end ---- */

static void on_end_timer(void *arg)
{
    struct ars_engine *e = arg;

    if (e->phase == ENGINE_HANGING_UP) {
        e->phase = ENGINE_UNREGISTERING;
        ars_timer_start(ars_loop_timers(e->loop), &e->end_timer, END_MS - HANGING_UP_MS,
                        on_end_timer, e);
        for (size_t i = 0; i < e->accounts_n; i++)
            account_stop(e->accounts[i]);
        end_step(e);
    } else if (e->phase == ENGINE_UNREGISTERING) {
        e->phase = ENGINE_STOPPING;
        ars_loop_stop(e->loop);
    }
}

/* Whether it is time for the next phase. */
static void end_step(struct ars_engine *e)
{
    bool on = false;

    for (size_t i = 0; i < e->accounts_n; i++)
        on = on || account_state(e->accounts[i]) != ARS_ACCOUNT_OFF;
    if ((e->phase == ENGINE_HANGING_UP && e->calls.n == 0) ||
        (e->phase == ENGINE_UNREGISTERING && !on))
        ars_timer_start(ars_loop_timers(e->loop), &e->end_timer, 0, on_end_timer, e);
}

void engine_shut_down(struct ars_engine *e)
{
    if (e->phase != ENGINE_RUNNING)
        return;
    e->phase = ENGINE_HANGING_UP;
    ars_timer_start(ars_loop_timers(e->loop), &e->end_timer, HANGING_UP_MS, on_end_timer, e);
    calls_hangup(&e->calls, NULL);
    end_step(e);
}

/* ---- the thread ---- */

/* Any thread. */
static void on_command_bell(void *arg)
{
    struct ars_engine *e = arg;

    pthread_mutex_lock(&e->lock);
    if (e->bell)
        ars_bell_ring(e->bell);
    pthread_mutex_unlock(&e->lock);
}

static void on_commands(void *arg)
{
    struct ars_engine *e = arg;
    struct ars_command *cmd;

    while ((cmd = ars_mailbox_pop(e->commands)))
        engine_dispatch(e, cmd);
}

static void drop_command(void *msg)
{
    ars_command_free(msg);
}

static int set_up(struct ars_engine *e)
{
    static const struct ars_audio_handlers audio_handlers = {.device = on_audio_device,
                                                             .devices = on_devices,
                                                             .test = on_sound_test,
                                                             .realtime = on_realtime};
    struct ars_audio_conf audio = {
        .in = e->audio_in,
        .out = e->audio_out,
        .ring = e->audio_ring,
        .ringer = e->ringer,
        .voice = e->voice,
    };
    struct ars_bell *bell = NULL;
    int err;

    err = ars_loop_alloc(&e->loop);
    if (err)
        return err;
    err = ars_audio_alloc(&e->audio, e->loop, &audio, &audio_handlers, e);
    if (err)
        return err;
    ars_audio_country(e->audio, e->tones);
    calls_init(&e->calls, e->loop, e->outbox, e->audio, on_call_gone, e);
    e->lookups = (struct lookups){.loop = e->loop, .outbox = e->outbox};
    e->account_env = (struct account_env){
        .loop = e->loop,
        .outbox = e->outbox,
        .user_agent = e->user_agent,
        .sip_trace = e->sip_trace,
        .incoming = on_incoming,
        .lost = on_lost,
        .found = on_found,
        .rebound = on_rebound,
        .leave_calls = on_leave_calls,
        .off = on_account_off,
        .arg = e,
    };
    if (ars_netmon_alloc(&e->netmon, e->loop, on_network, e))
        ars_log(ARS_LOG_WARN, "engine", "changes of the network are not told to this program");
    err = ars_bell_alloc(&bell, e->loop, on_commands, e);
    if (err)
        return err;
    pthread_mutex_lock(&e->lock);
    e->bell = bell;
    pthread_mutex_unlock(&e->lock);
    return 0;
}

/* Also after a set_up() that failed half-way. */
static void tear_down(struct ars_engine *e)
{
    struct ars_bell *bell;

    e->phase = ENGINE_STOPPING;
    pthread_mutex_lock(&e->lock);
    bell = e->bell;
    e->bell = NULL;
    pthread_mutex_unlock(&e->lock);
    ars_bell_free(bell);
    ars_netmon_free(e->netmon);
    ars_timer_stop(&e->end_timer);
    if (e->audio)
        calls_close(&e->calls);
    lookups_close(&e->lookups);
    for (size_t i = 0; i < e->accounts_n; i++)
        account_free(e->accounts[i]);
    e->accounts_n = 0;
    ars_audio_free(e->audio);
    ars_loop_free(e->loop);
}

static void tell_started(struct ars_engine *e, int error)
{
    pthread_mutex_lock(&e->lock);
    e->start_done = true;
    e->start_error = error;
    pthread_cond_signal(&e->started);
    pthread_mutex_unlock(&e->lock);
}

static void *run(void *arg)
{
    struct ars_engine *e = arg;
    int err;

    (void)pthread_setname_np(pthread_self(), "engine");
    err = set_up(e);
    if (err) {
        tear_down(e);
        tell_started(e, err);
        return NULL;
    }
    tell_started(e, 0);
    err = ars_loop_run(e->loop);
    if (err)
        ars_log(ARS_LOG_ERROR, "engine", "the loop ended: %s", strerror(err));
    tear_down(e);
    outbox_put(e->outbox, event_new(ARS_EV_STOPPED));
    return NULL;
}

static int wait_for_start(struct ars_engine *e)
{
    int err;

    pthread_mutex_lock(&e->lock);
    while (!e->start_done)
        pthread_cond_wait(&e->started, &e->lock);
    err = e->start_error;
    pthread_mutex_unlock(&e->lock);
    return err;
}

static void engine_destroy(struct ars_engine *e)
{
    ars_mailbox_free(e->commands);
    ars_command_free(e->last_word);
    outbox_free(e->outbox);
    pthread_cond_destroy(&e->started);
    pthread_mutex_destroy(&e->lock);
    free(e->user_agent);
    free(e->audio_in);
    free(e->audio_out);
    free(e->audio_ring);
    free(e);
}

/* Signals are for the face's threads. */
static int start_thread(struct ars_engine *e)
{
    sigset_t all;
    sigset_t old;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&e->thread, NULL, run, e);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return err;
}

static int copy_conf(struct ars_engine *e, const struct ars_engine_conf *conf)
{
    e->sip_trace = conf->sip_trace;
    e->tones = conf->tones;
    e->voice = conf->voice;
    e->ringer = conf->ringer;
    e->user_agent = ars_strdup(conf->user_agent ? conf->user_agent : "ARS Phone/" ARS_VERSION);
    e->audio_in = ars_strdup(conf->audio_in);
    e->audio_out = ars_strdup(conf->audio_out);
    e->audio_ring = ars_strdup(conf->audio_ring);
    if (!e->user_agent || (conf->audio_in && !e->audio_in) || (conf->audio_out && !e->audio_out) ||
        (conf->audio_ring && !e->audio_ring))
        return ENOMEM;
    return 0;
}

/* ---- public ---- */

int ars_engine_start(struct ars_engine **ret, const struct ars_engine_conf *conf)
{
    struct ars_engine *e = calloc(1, sizeof(*e));
    int err;

    if (!e)
        return ENOMEM;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->started, NULL);
    err = copy_conf(e, conf);
    e->last_word = ars_command_new(ARS_CMD_SHUTDOWN);
    if (!err && !e->last_word)
        err = ENOMEM;
    if (!err)
        err = outbox_alloc(&e->outbox, conf->bell, conf->arg);
    if (!err)
        err = ars_mailbox_alloc(&e->commands,
                                &(struct ars_mailbox_conf){.capacity = COMMANDS_MAX,
                                                           .reserved = 1, /* for the shutdown */
                                                           .bell = on_command_bell,
                                                           .arg = e,
                                                           .drop = drop_command});
    if (!err)
        err = start_thread(e);
    if (!err) {
        err = wait_for_start(e);
        if (err)
            pthread_join(e->thread, NULL);
    }
    if (err) {
        engine_destroy(e);
        return err;
    }
    *ret = e;
    return 0;
}

int ars_engine_post(struct ars_engine *e, struct ars_command *cmd)
{
    return ars_mailbox_push(e->commands, cmd);
}

struct ars_event *ars_engine_next_event(struct ars_engine *e)
{
    return outbox_pop(e->outbox);
}

void ars_engine_free(struct ars_engine *e)
{
    if (!e)
        return;
    if (!ars_mailbox_push_reserved(e->commands, e->last_word))
        e->last_word = NULL;
    pthread_join(e->thread, NULL);
    engine_destroy(e);
}
