/* Tests: an engine without a network. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "fake_engine.h"

#define EVENTS_MAX   1024
#define COMMANDS_MAX 256
#define CALLS_MAX    64
#define ACCOUNTS_MAX 64

struct ars_engine {
    void (*bell)(void *arg);
    void *arg;
    struct ars_event *events[EVENTS_MAX];
    size_t events_n;
};

static const struct fake_manners friendly = {
    .registers = true,
    .rings = true,
    .answers = true,
    .obeys = true,
};

struct fake_manners fake_manners = {
    .registers = true,
    .rings = true,
    .answers = true,
    .obeys = true,
};

static struct ars_engine *engine;
static struct ars_command *commands[COMMANDS_MAX];
static size_t commands_n;
static int stats_ms;
static enum ars_call_state calls[CALLS_MAX]; /* by id */
static ars_id last_call;
static ars_id account; /* the one that is spoken of */
static ars_id last_account;
static uint32_t account_tags[ACCOUNTS_MAX];
static char *audio[3];

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* ---- what it says ---- */

struct ars_event *fake_event(enum ars_event_type type)
{
    struct ars_event *ev = must(calloc(1, sizeof(*ev)));

    ev->type = type;
    ev->t_us = ars_clock_us();
    ev->setup_ms = -1;
    ev->first_audio_ms = -1;
    return ev;
}

struct ars_event *fake_call_event(enum ars_event_type type, ars_id call, enum ars_call_state state)
{
    struct ars_event *ev = fake_event(type);

    ev->account = account;
    ev->call = call;
    ev->call_state = state;
    if (call < CALLS_MAX)
        calls[call] = state;
    return ev;
}

void fake_push(struct ars_event *ev)
{
    if (!engine || engine->events_n == EVENTS_MAX)
        abort();
    engine->events[engine->events_n++] = ev;
    engine->bell(engine->arg);
}

void fake_speak_of(ars_id id)
{
    account = id;
}

void fake_account(enum ars_event_type type, enum ars_account_state state)
{
    struct ars_event *ev = fake_event(type);

    ev->account = account;
    ev->account_state = state;
    ev->tag = account_tags[account];
    fake_push(ev);
}

void fake_account_fails(enum ars_reason_code code)
{
    struct ars_event *ev = fake_event(ARS_EV_REGISTRATION_FAILED);

    ev->account = account;
    ev->account_state = ARS_ACCOUNT_FAILED;
    ev->tag = account_tags[account];
    ev->reason.code = code;
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_FAILED);
    fake_push(ev);
}

static void say_call(enum ars_event_type type, ars_id call, enum ars_call_state state)
{
    fake_push(fake_call_event(type, call, state));
}

ars_id fake_incoming(const char *name, const char *number)
{
    struct ars_event *ev = fake_call_event(ARS_EV_INCOMING, ++last_call, ARS_CALL_INCOMING);

    ev->peer_name = must(ars_strdup(name));
    ev->peer_number = must(ars_strdup(number));
    fake_push(ev);
    return last_call;
}

void fake_end(ars_id call, enum ars_reason_code code, int sip_status, const char *text,
              bool by_remote, int talk_ms)
{
    struct ars_event *ev = fake_call_event(ARS_EV_ENDED, call, ARS_CALL_ENDED);

    ars_reason_set(&ev->reason, code, sip_status, "%s", text);
    ev->by_remote = by_remote;
    ev->number = talk_ms;
    fake_push(ev);
}

void fake_media(ars_id call, const char *codec)
{
    struct ars_event *ev = fake_call_event(ARS_EV_MEDIA, call, calls[call % CALLS_MAX]);

    ev->has_stats = true;
    ev->stats.rtt_ms = 12;
    ev->stats.jitter_ms = 3;
    ev->stats.level_in_dbfs = -30;
    ev->stats.level_out_dbfs = -25;
    ars_strcpy(ev->stats.codec, sizeof(ev->stats.codec), codec);
    ars_strcpy(ev->stats.srtp, sizeof(ev->stats.srtp), "AEAD_AES_256_GCM");
    ars_strcpy(ev->stats.path, sizeof(ev->stats.path), "host/host");
    fake_push(ev);
}

static void establish(ars_id call)
{
    struct ars_event *ev = fake_call_event(ARS_EV_ESTABLISHED, call, ARS_CALL_ESTABLISHED);

    ev->number = ev->setup_ms = 100;
    fake_push(ev);
    fake_media(call, "opus");
}

/* ---- what it does when asked ---- */

static void do_account_set(const struct ars_command *cmd)
{
    struct ars_event *ev;

    account = cmd->account ? cmd->account : ++last_account;
    if (account >= ACCOUNTS_MAX)
        abort();
    account_tags[account] = cmd->tag;
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_RESOLVING);
    if (!fake_manners.registers)
        return;
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_CONNECTING);
    if (fake_manners.refuse.code) {
        ev = fake_event(ARS_EV_REGISTRATION_FAILED);
        ev->account = account;
        ev->account_state = fake_manners.retry_ms ? ARS_ACCOUNT_WAITING : ARS_ACCOUNT_FAILED;
        ev->tag = account_tags[account];
        ev->reason = fake_manners.refuse;
        ev->retry_ms = fake_manners.retry_ms;
        if (fake_manners.cert) {
            ev->cert = must(malloc(sizeof(*ev->cert)));
            *ev->cert = *fake_manners.cert;
        }
        fake_account(ARS_EV_ACCOUNT, ev->account_state);
        fake_push(ev);
        return;
    }
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_REGISTERING);
    fake_account(ARS_EV_REGISTERING, ARS_ACCOUNT_REGISTERING);
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_READY);
    fake_account(ARS_EV_REGISTERED, ARS_ACCOUNT_READY);
}

static void do_dial(const struct ars_command *cmd)
{
    struct ars_event *ev;

    if (!fake_manners.rings)
        return;
    ev = fake_call_event(ARS_EV_DIALING, ++last_call, ARS_CALL_PREPARING);
    ev->tag = cmd->tag;
    ev->peer_number = must(ars_strdup(cmd->text));
    fake_push(ev);
    say_call(ARS_EV_RINGING, last_call, ARS_CALL_PROGRESS);
    if (fake_manners.answers)
        establish(last_call);
}

static void end(ars_id call)
{
    enum ars_call_state state = call < CALLS_MAX ? calls[call] : ARS_CALL_ESTABLISHED;
    enum ars_reason_code code = ARS_REASON_LOCAL_HANGUP;

    if (state == ARS_CALL_ENDED)
        return;
    if (state == ARS_CALL_INCOMING)
        code = ARS_REASON_DECLINED;
    else if (state < ARS_CALL_INCOMING)
        code = ARS_REASON_CANCELLED;
    fake_end(call, code, state == ARS_CALL_INCOMING ? 603 : 0, "", false,
             state == ARS_CALL_ESTABLISHED ? 1000 : 0);
}

static void do_devices(const struct ars_command *cmd)
{
    struct ars_event *ev = fake_event(ARS_EV_DEVICES);

    ev->tag = cmd->tag;
    ev->devices = must(calloc(fake_manners.devices_n + 1, sizeof(*ev->devices)));
    ev->devices_n = fake_manners.devices_n;
    for (size_t i = 0; i < ev->devices_n; i++)
        ev->devices[i] = fake_manners.devices[i];
    fake_push(ev);
}

static void obey(const struct ars_command *cmd)
{
    switch (cmd->type) {
    case ARS_CMD_ANSWER:
        establish(cmd->call);
        break;
    case ARS_CMD_REJECT:
        end(cmd->call);
        break;
    case ARS_CMD_HANGUP:
        for (ars_id i = cmd->call ? cmd->call : 1; i <= (cmd->call ? cmd->call : last_call); i++)
            end(i);
        break;
    case ARS_CMD_HOLD:
        say_call(ARS_EV_HELD, cmd->call, ARS_CALL_ESTABLISHED);
        break;
    case ARS_CMD_RESUME:
        say_call(ARS_EV_RESUMED, cmd->call, ARS_CALL_ESTABLISHED);
        break;
    default:
        break;
    }
}

static void act(const struct ars_command *cmd)
{
    switch (cmd->type) {
    case ARS_CMD_ACCOUNT_SET:
        do_account_set(cmd);
        break;
    case ARS_CMD_ACCOUNT_OFF:
        account = cmd->account;
        fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_OFF);
        break;
    case ARS_CMD_DIAL:
        do_dial(cmd);
        break;
    case ARS_CMD_DEVICES:
        do_devices(cmd);
        break;
    case ARS_CMD_SHUTDOWN:
        fake_push(fake_event(ARS_EV_STOPPED));
        break;
    default:
        if (fake_manners.obeys)
            obey(cmd);
        break;
    }
}

/* ---- the engine ---- */

static void keep_audio(const struct ars_engine_conf *conf)
{
    const char *const now[] = {conf->audio_in, conf->audio_out, conf->audio_ring};

    for (size_t i = 0; i < 3; i++) {
        free(audio[i]);
        audio[i] = ars_strdup(now[i]);
    }
}

int ars_engine_start(struct ars_engine **ret, const struct ars_engine_conf *conf)
{
    int err = fake_manners.start_error;

    fake_manners.start_error = 0;
    if (err)
        return err;
    keep_audio(conf);
    engine = must(calloc(1, sizeof(*engine)));
    engine->bell = conf->bell;
    engine->arg = conf->arg;
    last_call = 0;
    account = last_account = 0;
    memset(account_tags, 0, sizeof(account_tags));
    *ret = engine;
    return 0;
}

int fake_stats_ms(void)
{
    return stats_ms;
}

int ars_engine_post(struct ars_engine *e, struct ars_command *cmd)
{
    if (fake_manners.full)
        return EAGAIN;
    if (commands_n == COMMANDS_MAX) /* of a test that does not care */
        ars_command_free(fake_next_command());
    act(cmd);
    if (cmd->type == ARS_CMD_STATS_EVERY) {
        stats_ms = cmd->number;
        ars_command_free(cmd);
    } else {
        commands[commands_n++] = cmd;
    }
    return 0;
}

struct ars_event *ars_engine_next_event(struct ars_engine *e)
{
    struct ars_event *ev;

    if (e->events_n == 0)
        return NULL;
    ev = e->events[0];
    memmove(&e->events[0], &e->events[1], --e->events_n * sizeof(e->events[0]));
    return ev;
}

void ars_engine_free(struct ars_engine *e)
{
    struct ars_event *ev;

    if (!e)
        return;
    while ((ev = ars_engine_next_event(e)))
        ars_event_free(ev);
    free(e);
    engine = NULL;
}

/* ---- the test's side ---- */

struct ars_command *fake_next_command(void)
{
    struct ars_command *cmd;

    if (commands_n == 0)
        return NULL;
    cmd = commands[0];
    memmove(&commands[0], &commands[1], --commands_n * sizeof(commands[0]));
    return cmd;
}

struct ars_command *fake_find_command(enum ars_command_type type)
{
    struct ars_command *cmd;

    while ((cmd = fake_next_command()) && cmd->type != type)
        ars_command_free(cmd);
    return cmd;
}

const char *fake_audio(size_t i)
{
    return audio[i];
}

void fake_reset(void)
{
    struct ars_command *cmd;

    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    for (size_t i = 0; i < 3; i++) {
        free(audio[i]);
        audio[i] = NULL;
    }
    memset(calls, 0, sizeof(calls));
    fake_manners = friendly;
}
