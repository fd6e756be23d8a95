/* engine: what each command does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/audio.h>
#include <ars/loop.h>
#include <ars/str.h>

#include "account_conf.h"
#include "core.h"
#include "event.h"
#include "feature.h"
#include "number.h"
#include "watch.h"

typedef void command_fn(struct ars_engine *e, struct ars_command *cmd);

/* Statistics more often than this would be work for nobody. */
#define STATS_MIN_MS 100

static void command_failed(struct ars_engine *e, const struct ars_command *cmd,
                           enum ars_reason_code code, const char *text)
{
    struct ars_event *ev = event_new(ARS_EV_ERROR);

    if (ev) {
        ev->tag = cmd->tag;
        ev->account = cmd->account;
        ev->call = cmd->call;
        ars_reason_set(&ev->reason, code, 0, "%s", text);
    }
    outbox_put(e->outbox, ev);
}

static void command_errno(struct ars_engine *e, const struct ars_command *cmd, int error)
{
    switch (error) {
    case 0:
        break;
    case EPROTO:
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "the call is not in a state for it");
        break;
    case EALREADY:
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "it is so already");
        break;
    case ENOSPC:
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "too many");
        break;
    case ENOTSUP:
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "no code for it is set");
        break;
    case ENOTCONN:
        command_failed(e, cmd, ARS_REASON_NO_CONNECTION, "no connection");
        break;
    default:
        command_failed(e, cmd, ARS_REASON_INTERNAL, strerror(error));
        break;
    }
}

/* The same for what calls somebody: EINVAL is no number. */
static void command_dialled(struct ars_engine *e, const struct ars_command *cmd, int error)
{
    if (error == EINVAL)
        command_failed(e, cmd, ARS_REASON_BAD_NUMBER, ars_reason_words(ARS_REASON_BAD_NUMBER));
    else
        command_errno(e, cmd, error);
}

/* ---- accounts ---- */

static struct account *find_account(struct ars_engine *e, ars_id id)
{
    for (size_t i = 0; i < e->accounts_n; i++)
        if (account_id(e->accounts[i]) == id)
            return e->accounts[i];
    return NULL;
}

static struct account *named_account(struct ars_engine *e, const struct ars_command *cmd)
{
    struct account *a = find_account(e, cmd->account);

    if (!a)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "no such account");
    return a;
}

/* The oldest that is off gives way when there is no room. */
static bool make_room(struct ars_engine *e)
{
    if (e->accounts_n < ACCOUNTS_MAX)
        return true;
    for (size_t i = 0; i < e->accounts_n; i++) {
        if (account_state(e->accounts[i]) != ARS_ACCOUNT_OFF)
            continue;
        account_free(e->accounts[i]);
        memmove(&e->accounts[i], &e->accounts[i + 1],
                (e->accounts_n - i - 1) * sizeof(e->accounts[0]));
        e->accounts_n--;
        return true;
    }
    return false;
}

static void add_account(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a;
    int err = ENOSPC;

    if (make_room(e))
        err = account_alloc(&a, e->last_account + 1, cmd->conf, &e->account_env);
    if (err) {
        command_errno(e, cmd, err);
        return;
    }
    cmd->conf = NULL;
    e->last_account++;
    e->accounts[e->accounts_n++] = a;
    account_start(a, NULL, cmd->tag);
}

static void do_account_set(struct ars_engine *e, struct ars_command *cmd)
{
    const char *problem = cmd->conf ? account_conf_problem(cmd->conf) : "no settings";
    struct account *a;

    if (problem) {
        command_failed(e, cmd, ARS_REASON_NOT_NOW, problem);
        return;
    }
    if (cmd->account == 0) {
        add_account(e, cmd);
        return;
    }
    a = named_account(e, cmd);
    if (a) {
        struct ars_account_conf *conf = cmd->conf;

        cmd->conf = NULL;
        account_start(a, conf, cmd->tag);
    }
}

static void do_account_off(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a = named_account(e, cmd);

    if (a)
        account_stop(a);
}

static void do_retry(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a = named_account(e, cmd);

    if (a)
        (void)account_retry(a); /* at work already: as wished */
}

/* ---- calls ---- */

static struct call *named_call(struct ars_engine *e, const struct ars_command *cmd)
{
    struct call *c = calls_find(&e->calls, cmd->call);

    if (!c)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "no such call any more");
    return c;
}

static void do_dial(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a;
    char *number = NULL;
    char *wire = NULL;
    int err;

    a = cmd->account ? named_account(e, cmd) : e->accounts_n ? e->accounts[0] : NULL;
    if (!a) {
        if (!cmd->account)
            command_failed(e, cmd, ARS_REASON_NO_CONNECTION, "no account");
        return;
    }
    if (account_state(a) != ARS_ACCOUNT_READY) {
        command_failed(e, cmd, ARS_REASON_NO_CONNECTION, "not registered");
        return;
    }
    err = number_for(account_conf(a)->dial_rules, cmd->text, &number, &wire, NULL);
    if (!err)
        err = calls_dial(&e->calls, a, wire, number, cmd->tag);
    free(number);
    free(wire);
    command_dialled(e, cmd, err);
}

static void do_answer(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, calls_answer(&e->calls, c));
}

static void do_reject(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (!c)
        return;
    if (call_state(c) != ARS_CALL_INCOMING)
        command_errno(e, cmd, EPROTO);
    else if (cmd->number && (cmd->number < 400 || cmd->number > 699))
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "a refusal is a status of 400 to 699");
    else
        call_hangup(c, cmd->number);
}

static void do_hangup(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c;

    if (cmd->call == 0) {
        calls_hangup(&e->calls, NULL);
        return;
    }
    c = named_call(e, cmd);
    if (c)
        call_hangup(c, 0);
}

static void do_hold(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, calls_hold(&e->calls, c, cmd->tag));
}

static void do_resume(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, calls_resume(&e->calls, c, cmd->tag));
}

static void do_merge(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, calls_merge(&e->calls, c));
}

static void do_split(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, calls_split(&e->calls, c));
}

static void do_silence(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, call_silence(c, cmd->number != 0));
}

static void do_mute(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, call_mute(c, cmd->number != 0));
}

static void do_volume(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (!c)
        return;
    if (cmd->number < 0 || cmd->number > 100)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "the volume goes from 0 to 100");
    else
        command_errno(e, cmd, call_volume(c, (unsigned)cmd->number));
}

static void do_record(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, call_record(c, cmd->text, cmd->number != 0));
}

static void do_dtmf(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);
    int err;

    if (!c)
        return;
    err = cmd->text ? call_dtmf(c, cmd->text) : EINVAL;
    if (!err)
        ars_audio_keys(e->audio, cmd->text);
    if (err == EINVAL)
        command_failed(e, cmd, ARS_REASON_BAD_NUMBER, "digits are 0-9 * # A-D and ,");
    else if (err == ENOTSUP)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "the far end takes no digits");
    else
        command_errno(e, cmd, err);
}

static void do_transfer(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);
    char *number = NULL;
    char *wire = NULL;
    int err;

    if (!c)
        return;
    err = number_for(account_conf(call_account(c))->dial_rules, cmd->text, &number, &wire, NULL);
    if (!err && number_digits(wire))
        err = EINVAL;
    if (!err)
        err = call_transfer(c, wire, cmd->tag);
    free(number);
    free(wire);
    command_dialled(e, cmd, err);
}

static void do_connect(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);
    int err;

    if (!c)
        return;
    err = calls_connect(&e->calls, c, (ars_id)cmd->number, cmd->tag);
    if (err == EXDEV)
        command_failed(e, cmd, ARS_REASON_NOT_NOW,
                       "it rings at another server: possible once it is answered");
    else
        command_errno(e, cmd, err == EINVAL ? EPROTO : err);
}

static void do_follow(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, calls_follow(&e->calls, c, cmd->number != 0));
}

static void do_answering(struct ars_engine *e, struct ars_command *cmd)
{
    int err = calls_set_answering(&e->calls, &cmd->answering);
    struct ars_event *ev = err ? NULL : event_new(ARS_EV_ANSWERING);

    if (ev) {
        ev->tag = cmd->tag;
        outbox_put(e->outbox, ev);
    }
    if (err == EINVAL)
        command_failed(e, cmd, ARS_REASON_BAD_NUMBER, "calls cannot be forwarded there");
    else
        command_errno(e, cmd, err);
}

static struct account *account_or_first(struct ars_engine *e, const struct ars_command *cmd)
{
    if (cmd->account || !e->accounts_n)
        return named_account(e, cmd);
    return e->accounts[0];
}

static void do_pickup(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a = account_or_first(e, cmd);
    const char *number = cmd->text ? cmd->text : "";

    if (a && account_state(a) != ARS_ACCOUNT_READY)
        command_errno(e, cmd, ENOTCONN);
    else if (a)
        command_dialled(e, cmd, feature_pick_up(&e->calls, a, number, cmd->tag));
}

static void do_park(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_dialled(e, cmd, feature_park(c, cmd->text, cmd->tag));
}

static void do_watch(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a = account_or_first(e, cmd);

    if (a)
        command_errno(e, cmd, cmd->text ? watches_add(account_watches(a), cmd->text) : EPROTO);
}

static void do_unwatch(struct ars_engine *e, struct ars_command *cmd)
{
    struct account *a = account_or_first(e, cmd);

    if (a && (!cmd->text || watches_remove(account_watches(a), cmd->text)))
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "it is not watched");
}

/* ---- sound and figures ---- */

static int replace(char **text, const char *with)
{
    char *copy;

    if (!with)
        return 0;
    copy = ars_strdup(with);
    if (!copy)
        return ENOMEM;
    free(*text);
    *text = copy;
    return 0;
}

static void do_audio(struct ars_engine *e, struct ars_command *cmd)
{
    struct ars_audio_conf conf = {
        .in = cmd->text ? cmd->text : e->audio_in,
        .out = cmd->text2 ? cmd->text2 : e->audio_out,
        .ring = cmd->text3 ? cmd->text3 : e->audio_ring,
        .ringer = e->ringer,
        .voice = e->voice,
    };
    int err = ars_audio_set(e->audio, &conf);

    if (!err)
        err = replace(&e->audio_in, cmd->text);
    if (!err)
        err = replace(&e->audio_out, cmd->text2);
    if (!err)
        err = replace(&e->audio_ring, cmd->text3);
    command_errno(e, cmd, err);
}

/* On the devices that there are. */
static int set_sound(struct ars_engine *e, const struct ars_voice *voice,
                     const struct ars_ringer *ringer)
{
    struct ars_audio_conf conf = {
        .in = e->audio_in,
        .out = e->audio_out,
        .ring = e->audio_ring,
        .ringer = *ringer,
        .voice = *voice,
    };

    return ars_audio_set(e->audio, &conf);
}

static void do_voice(struct ars_engine *e, struct ars_command *cmd)
{
    int err = set_sound(e, &cmd->voice, &e->ringer);

    if (!err)
        e->voice = cmd->voice;
    command_errno(e, cmd, err);
}

static void do_ringer(struct ars_engine *e, struct ars_command *cmd)
{
    int err = set_sound(e, &e->voice, &cmd->ringer);

    if (!err)
        e->ringer = cmd->ringer;
    command_errno(e, cmd, err);
}

static void do_tones(struct ars_engine *e, struct ars_command *cmd)
{
    if (cmd->number < 0 || cmd->number >= ARS_TONES_COUNTRIES)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "no such country");
    else
        ars_audio_country(e->audio, (enum ars_tones)cmd->number);
}

static void do_sound_test(struct ars_engine *e, struct ars_command *cmd)
{
    if (cmd->number < 0 || cmd->number > ARS_SOUND_TEST_MICROPHONE)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "no such test");
    else if (cmd->number && e->calls.n)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "not during a call");
    else
        command_errno(e, cmd, ars_audio_test(e->audio, (enum ars_sound_test)cmd->number));
}

struct device_query {
    struct ars_engine *engine;
    uint32_t tag;
};

static void on_devices(int err, struct ars_device *list, size_t n, void *arg)
{
    struct device_query *q = arg;
    struct ars_event *ev = err ? event_new(ARS_EV_ERROR) : event_devices(list, n);

    if (ev)
        ev->tag = q->tag;
    if (ev && err)
        ars_reason_set(&ev->reason, ARS_REASON_INTERNAL, 0, "no list of sound devices: %s",
                       strerror(err));
    outbox_put(q->engine->outbox, ev);
    free(list);
    free(q);
}

static void do_devices(struct ars_engine *e, struct ars_command *cmd)
{
    struct device_query *q = calloc(1, sizeof(*q));
    int err = ENOMEM;

    if (q) {
        *q = (struct device_query){.engine = e, .tag = cmd->tag};
        err = ars_audio_devices(e->audio, on_devices, q);
    }
    if (err) {
        free(q);
        command_errno(e, cmd, err);
    }
}

static void do_stats(struct ars_engine *e, struct ars_command *cmd)
{
    struct call *c = named_call(e, cmd);

    if (c)
        command_errno(e, cmd, call_report_stats(c, cmd->tag));
}

static void do_stats_every(struct ars_engine *e, struct ars_command *cmd)
{
    uint32_t ms = cmd->number > 0 ? (uint32_t)cmd->number : 0;

    calls_stats_every(&e->calls, ms && ms < STATS_MIN_MS ? STATS_MIN_MS : ms);
}

static void do_counts(struct ars_engine *e, struct ars_command *cmd)
{
    struct ars_event *ev = event_new(ARS_EV_COUNTS);

    if (!ev)
        return;
    ev->tag = cmd->tag;
    ev->counts.calls = e->calls.n;
    ev->counts.timers = ars_timers_count(ars_loop_timers(e->loop));
    ars_audio_get_counts(e->audio, &ev->counts.audio);
    for (size_t i = 0; i < e->accounts_n; i++)
        account_count(e->accounts[i], &ev->counts);
    outbox_put(e->outbox, ev);
}

static void do_resolve(struct ars_engine *e, struct ars_command *cmd)
{
    if (!cmd->text || !*cmd->text || cmd->number < 0 || cmd->number > 65535)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "no host and port");
    else
        command_errno(e, cmd, lookups_start(&e->lookups, cmd));
}

static void do_sleep(struct ars_engine *e, struct ars_command *cmd)
{
    engine_sleep(e);
}

static void do_wake(struct ars_engine *e, struct ars_command *cmd)
{
    engine_wake(e);
}

static void do_shutdown(struct ars_engine *e, struct ars_command *cmd)
{
    engine_shut_down(e);
}

static command_fn *const table[] = {
    [ARS_CMD_ACCOUNT_SET] = do_account_set,
    [ARS_CMD_ACCOUNT_OFF] = do_account_off,
    [ARS_CMD_RETRY] = do_retry,
    [ARS_CMD_DIAL] = do_dial,
    [ARS_CMD_ANSWER] = do_answer,
    [ARS_CMD_REJECT] = do_reject,
    [ARS_CMD_HANGUP] = do_hangup,
    [ARS_CMD_HOLD] = do_hold,
    [ARS_CMD_RESUME] = do_resume,
    [ARS_CMD_MERGE] = do_merge,
    [ARS_CMD_SPLIT] = do_split,
    [ARS_CMD_SILENCE] = do_silence,
    [ARS_CMD_MUTE] = do_mute,
    [ARS_CMD_VOLUME] = do_volume,
    [ARS_CMD_RECORD] = do_record,
    [ARS_CMD_DTMF] = do_dtmf,
    [ARS_CMD_TRANSFER] = do_transfer,
    [ARS_CMD_CONNECT] = do_connect,
    [ARS_CMD_FOLLOW] = do_follow,
    [ARS_CMD_PICKUP] = do_pickup,
    [ARS_CMD_PARK] = do_park,
    [ARS_CMD_ANSWERING] = do_answering,
    [ARS_CMD_WATCH] = do_watch,
    [ARS_CMD_UNWATCH] = do_unwatch,
    [ARS_CMD_AUDIO] = do_audio,
    [ARS_CMD_VOICE] = do_voice,
    [ARS_CMD_RINGER] = do_ringer,
    [ARS_CMD_TONES] = do_tones,
    [ARS_CMD_SOUND_TEST] = do_sound_test,
    [ARS_CMD_STATS] = do_stats,
    [ARS_CMD_STATS_EVERY] = do_stats_every,
    [ARS_CMD_COUNTS] = do_counts,
    [ARS_CMD_DEVICES] = do_devices,
    [ARS_CMD_RESOLVE] = do_resolve,
    [ARS_CMD_SLEEP] = do_sleep,
    [ARS_CMD_WAKE] = do_wake,
    [ARS_CMD_SHUTDOWN] = do_shutdown,
};

void engine_dispatch(struct ars_engine *e, struct ars_command *cmd)
{
    if ((size_t)cmd->type >= sizeof(table) / sizeof(table[0]))
        command_failed(e, cmd, ARS_REASON_INTERNAL, "unknown command");
    else if (e->phase != ENGINE_RUNNING && cmd->type != ARS_CMD_SHUTDOWN)
        command_failed(e, cmd, ARS_REASON_NOT_NOW, "the phone is closing");
    else
        table[cmd->type](e, cmd);
    ars_command_free(cmd);
}
