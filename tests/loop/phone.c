/*
 * A whole engine as a test drives it.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <ars/clock.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "check.h"
#include "line.h"
#include "pace.h"
#include "phone.h"

#define REGISTER_MS 5000
#define CALL_MS     5000
#define STOP_MS     5000
#define STATS_MS    2000

struct entry {
    struct entry *next;
    struct ars_event *ev;
    bool found;
};

struct phone {
    char name[16];
    int bell;
    uint32_t tag;
    bool stopped;
    struct ars_engine *engine;
    struct entry *first;
    struct entry **last;
};

static void on_bell(void *arg)
{
    struct phone *p = arg;
    const uint64_t one = 1;

    if (write(p->bell, &one, sizeof(one)) != sizeof(one))
        abort();
}

static void take_events(struct phone *p)
{
    struct ars_event *ev;

    while ((ev = ars_engine_next_event(p->engine))) {
        struct entry *e = calloc(1, sizeof(*e));

        if (!e)
            abort();
        if (ev->type == ARS_EV_STOPPED)
            p->stopped = true;
        e->ev = ev;
        *p->last = e;
        p->last = &e->next;
    }
}

/* False when the time is over. */
static bool wait_bell(struct phone *p, uint64_t end_ms)
{
    uint64_t now = ars_clock_ms(), rung;
    struct pollfd pfd = {.fd = p->bell, .events = POLLIN};

    if (now >= end_ms)
        return false;
    if (poll(&pfd, 1, (int)(end_ms - now)) > 0 && read(p->bell, &rung, sizeof(rung)) < 0)
        return false;
    take_events(p);
    return true;
}

static struct entry *find(struct phone *p, enum ars_event_type type, ars_id call, uint32_t tag)
{
    for (struct entry *e = p->first; e; e = e->next)
        if (!e->found && e->ev->type == type && (!call || e->ev->call == call) &&
            (!tag || e->ev->tag == tag))
            return e;
    return NULL;
}

static struct entry *await(struct phone *p, enum ars_event_type type, ars_id call, uint32_t tag,
                           uint32_t ms)
{
    uint64_t end = ars_clock_ms() + ms;
    struct entry *e;

    take_events(p);
    while (!(e = find(p, type, call, tag)) && wait_bell(p, end))
        ;
    return e;
}

static void tell(const struct phone *p)
{
    for (const struct entry *e = p->first; e; e = e->next)
        fprintf(stderr, "#   %s: %s call %u%s%s%s\n", p->name, ars_event_name(e->ev->type),
                e->ev->call, e->found ? " (found)" : "", e->ev->reason.code ? " " : "",
                e->ev->reason.code ? ars_reason_name(e->ev->reason.code) : "");
}

static int post(struct phone *p, struct ars_command *cmd)
{
    if (!cmd)
        return ENOMEM;

    int err = ars_engine_post(p->engine, cmd);

    if (err)
        ars_command_free(cmd);
    return err;
}

int phone_start(struct phone **ret, const char *name, const char *in, const char *out)
{
    struct phone *p = calloc(1, sizeof(*p));

    if (!p)
        return ENOMEM;
    p->last = &p->first;
    ars_strcpy(p->name, sizeof(p->name), name);
    p->bell = eventfd(0, EFD_CLOEXEC);

    struct ars_engine_conf conf = {.audio_in = in,
                                   .audio_out = out,
                                   .audio_ring = "none",
                                   .user_agent = "ARS Phone loop test",
                                   .bell = on_bell,
                                   .arg = p};
    int err = p->bell < 0 ? errno : ars_engine_start(&p->engine, &conf);

    if (err) {
        check_fail(__FILE__, __LINE__, "engine %s does not start: %s", name, strerror(err));
        phone_free(p);
        return err;
    }
    *ret = p;
    return 0;
}

int phone_end(struct phone *p)
{
    int err = phone_command(p, ARS_CMD_SHUTDOWN, 0, 0, NULL);

    return err ? err : phone_wait(p, ARS_EV_STOPPED, 0, STOP_MS, NULL);
}

void phone_free(struct phone *p)
{
    if (!p)
        return;
    ars_engine_free(p->engine);
    phone_forget(p);
    if (p->bell >= 0)
        close(p->bell);
    free(p);
}

int phone_account(struct phone *p, const struct line *l, const char *password, const uint8_t *pin)
{
    struct ars_account_conf *conf = ars_account_conf_new();

    if (!conf)
        return ENOMEM;
    conf->server = ars_strdup("localhost");
    conf->port = line_port(l);
    conf->login = ars_strdup("demo");
    conf->password =
        password ? ars_secret_new(password, strlen(password)) : ars_secret_dup(line_password(l));
    conf->no_proxy = true;
    conf->has_pin = true;
    memcpy(conf->pin, pin ? pin : line_pin(l), ARS_PIN_LEN);

    int err = post(p, ars_command_account(0, conf));

    ars_account_conf_free(conf);
    return err;
}

int phone_register(struct phone *p, const struct line *l)
{
    int err = phone_account(p, l, NULL, NULL);

    return err ? err : phone_wait(p, ARS_EV_REGISTERED, 0, REGISTER_MS, NULL);
}

int phone_command(struct phone *p, enum ars_command_type type, ars_id call, int number,
                  const char *text)
{
    return post(p, ars_command_call(type, call, number, text));
}

int phone_dial(struct phone *p, const char *number, ars_id *ret_call)
{
    struct ars_command *cmd = ars_command_dial(0, number);

    if (!cmd)
        return ENOMEM;
    cmd->tag = ++p->tag;

    int err = post(p, cmd);

    if (err)
        return err;

    struct entry *e = await(p, ARS_EV_DIALING, 0, p->tag, pace_ms(CALL_MS));

    if (!e) {
        tell(p);
        return check_fail(__FILE__, __LINE__, "%s: dialled %s, and nothing happened", p->name,
                          number);
    }
    e->found = true;
    *ret_call = e->ev->call;
    return 0;
}

int phone_call(struct phone *p, const char *number, ars_id *ret_call)
{
    ars_id call;
    int err = phone_dial(p, number, &call);

    if (!err)
        err = phone_wait(p, ARS_EV_ESTABLISHED, call, CALL_MS, NULL);
    if (!err)
        err = phone_wait(p, ARS_EV_FIRST_AUDIO, call, CALL_MS, NULL);
    if (!err)
        *ret_call = call;
    return err;
}

int phone_hangup(struct phone *p, ars_id call)
{
    int err = phone_command(p, ARS_CMD_HANGUP, call, 0, NULL);

    return err ? err : phone_wait(p, ARS_EV_ENDED, call, CALL_MS, NULL);
}

int phone_wait(struct phone *p, enum ars_event_type type, ars_id call, uint32_t ms,
               const struct ars_event **ret)
{
    struct entry *e = await(p, type, call, 0, pace_ms(ms));

    if (!e) {
        tell(p);
        check_fail(__FILE__, __LINE__, "%s: no %s of call %u within %u ms", p->name,
                   ars_event_name(type), call, pace_ms(ms));
        return ETIMEDOUT;
    }
    e->found = true;
    if (ret)
        *ret = e->ev;
    return 0;
}

int phone_stats(struct phone *p, ars_id call, struct ars_media_stats *ret)
{
    const struct ars_event *ev;
    int err = phone_command(p, ARS_CMD_STATS, call, 0, NULL);

    if (!err)
        err = phone_wait(p, ARS_EV_STATS, call, STATS_MS, &ev);
    if (!err && !ev->has_stats)
        err = check_fail(__FILE__, __LINE__, "%s: stats without figures", p->name);
    if (!err)
        *ret = ev->stats;
    return err;
}

bool phone_heard(struct phone *p, enum ars_event_type type, ars_id call, uint32_t ms)
{
    struct entry *e = await(p, type, call, 0, ms);

    if (e)
        e->found = true;
    return e;
}

void phone_listen(struct phone *p, uint32_t ms)
{
    uint64_t end = ars_clock_ms() + ms;

    while (wait_bell(p, end))
        ;
}

void phone_forget(struct phone *p)
{
    while (p->first) {
        struct entry *e = p->first;

        p->first = e->next;
        ars_event_free(e->ev);
        free(e);
    }
    p->last = &p->first;
}
