/* cli: devices and resolve. */
#include <stdlib.h>

#include <ars/addr.h>
#include <ars/str.h>

#include "session.h"

#define DEFAULT_PORT 7443
#define SILENT_DBFS  (-90.0)

static void timed_out(struct session *s, ars_id call)
{
    session_finish(s, EXIT_TIMEOUT);
}

/* What has been tried, and whether the microphone gave anything. */
struct trial {
    enum ars_sound_test test;
    bool heard;
};

static void try_out(struct session *s, enum ars_sound_test test)
{
    struct trial *t = s->state;

    t->test = test;
    session_post(s, ars_command_call(ARS_CMD_SOUND_TEST, 0, (int)test, NULL));
}

/* A sound server that hangs gives no list, ever. */
static void devices_begin(struct session *s)
{
    if (s->opt->test)
        s->state = calloc(1, sizeof(struct trial));
    session_at(s, s->opt->timeout_ms, timed_out, 0);
    session_post(s, ars_command_new(ARS_CMD_DEVICES));
}

static void on_test_step(struct session *s, const struct ars_event *ev)
{
    struct trial *t = s->state;

    t->heard = t->heard || (ev->number == ARS_SOUND_TEST_LISTENS && ev->dbfs > SILENT_DBFS);
    if (ev->number != ARS_SOUND_TEST_ENDED)
        return;
    if (t->test == ARS_SOUND_TEST_SPEAKER)
        try_out(s, ARS_SOUND_TEST_MICROPHONE);
    else
        session_finish(s, t->heard ? EXIT_DONE : EXIT_SILENT);
}

static void devices_event(struct session *s, const struct ars_event *ev)
{
    struct trial *t = s->state;

    if (ev->type == ARS_EV_ERROR)
        session_finish(s, EXIT_CALL);
    else if (ev->type == ARS_EV_DEVICES && !t)
        session_finish(s, EXIT_DONE);
    else if (ev->type == ARS_EV_DEVICES && !t->test)
        try_out(s, ARS_SOUND_TEST_SPEAKER);
    else if (ev->type == ARS_EV_SOUND_TEST)
        on_test_step(s, ev);
}

static void devices_close(struct session *s)
{
    free(s->state);
    s->state = NULL;
}

const struct command command_devices = {
    .name = "devices",
    .begin = devices_begin,
    .event = devices_event,
    .close = devices_close,
};

static void resolve_begin(struct session *s)
{
    const struct ars_account_conf *c = s->opt->account;
    struct ars_command *cmd;
    uint16_t port;
    char *host;

    if (ars_host_port_parse(s->opt->argument, &host, &port)) {
        session_finish(s, EXIT_USAGE);
        return;
    }
    if (!port)
        port = c->port ? c->port : DEFAULT_PORT;
    cmd = ars_command_call(ARS_CMD_RESOLVE, 0, port, host);
    free(host);
    if (cmd)
        cmd->text2 = ars_strdup(c->host_map);
    session_post(s, cmd);
}

static void resolve_event(struct session *s, const struct ars_event *ev)
{
    if (ev->type == ARS_EV_RESOLVED)
        session_finish(s, ev->addrs_n ? EXIT_DONE : EXIT_REGISTRATION);
    else if (ev->type == ARS_EV_ERROR)
        session_finish(s, EXIT_REGISTRATION);
}

const struct command command_resolve = {
    .name = "resolve",
    .needs_argument = true,
    .begin = resolve_begin,
    .event = resolve_event,
};
