/* Calls of an account that is registered: the far end and the account. */
#include <errno.h>

#include <ars/str.h>

#include "calls_rig.h"
#include "check.h"

const struct ars_sip_body no_body = {0};
const struct ars_sip_body sdp = {.type = "application/sdp", .data = "theirs", .len = 6};

static void on_gone(void *arg)
{
    ((struct fixture *)arg)->gone++;
}

static void on_leave(struct account *a, bool politely, void *arg)
{
}

static int on_incoming(struct account *a, struct ars_sip_call *sc,
                       const struct ars_sip_incoming *in, void *arg)
{
    struct fixture *f = arg;

    return calls_incoming(&f->calls, a, sc, in);
}

static void on_lost(struct account *a, void *arg)
{
    calls_lost(&((struct fixture *)arg)->calls, a);
}

static void on_found(struct account *a, void *arg)
{
    calls_found(&((struct fixture *)arg)->calls, a);
}

static void on_rebound(struct account *a, void *arg)
{
    struct fixture *f = arg;

    calls_rebind(&f->calls, a);
}

static void on_off(struct account *a, void *arg)
{
}

static struct ars_account_conf *conf_new(const char *server)
{
    struct ars_account_conf *c = ars_account_conf_new();

    if (!c)
        return NULL;
    c->server = ars_strdup(server);
    c->login = ars_strdup("100");
    c->ring_s = 20;
    if (!c->server || !c->login) {
        ars_account_conf_free(c);
        return NULL;
    }
    return c;
}

static int register_account(struct fixture *f, ars_id id, const char *server, struct account **ret)
{
    struct account_env env = {.incoming = on_incoming,
                              .lost = on_lost,
                              .found = on_found,
                              .rebound = on_rebound,
                              .leave_calls = on_leave,
                              .off = on_off,
                              .outbox = fakes.outbox,
                              .arg = f};
    struct ars_account_conf *conf = conf_new(server);
    int err = conf ? account_alloc(ret, id, conf, &env) : ENOMEM;

    if (err) {
        ars_account_conf_free(conf);
        return err;
    }
    account_start(*ret, NULL, 0);
    if (fakes.resolve)
        fakes_resolve(1);
    if (!fakes.wss_h)
        return ENOMEM;
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    while ((f->ev = outbox_pop(fakes.outbox)))
        ars_event_free(f->ev);
    return 0;
}

int set_up(struct fixture *f)
{
    int err;

    *f = (struct fixture){0};
    err = fakes_open();
    if (err)
        return err;
    calls_init(&f->calls, NULL, fakes.outbox, NULL, on_gone, f);
    return register_account(f, 1, "pbx.test", &f->account);
}

int second_account(struct fixture *f, const char *server, struct account **ret)
{
    fakes.wss_h = NULL; /* the played room has one door: the first's stays open unseen */
    return register_account(f, 2, server, ret);
}

int tear_down(struct fixture *f, int err)
{
    ars_event_free(f->ev);
    calls_close(&f->calls);
    account_free(f->account);
    while (fakes.outbox && (f->ev = outbox_pop(fakes.outbox)))
        ars_event_free(f->ev);
    if (!fakes_close() && !err)
        err = check_fail(__FILE__, __LINE__, "something was left behind");
    return err;
}

struct ars_event *take(struct fixture *f, enum ars_event_type type)
{
    ars_event_free(f->ev);
    f->ev = fakes_expect(type);
    return f->ev;
}

void gathered(size_t i)
{
    fakes.media[i].h->gathered(fakes.media[i].arg);
}

void ended(size_t i, enum ars_reason_code code, int status)
{
    struct ars_sip_call *sc = &fakes.sip_calls[i];
    struct ars_reason why;

    ars_reason_set(&why, code, status, "%s", "");
    sc->alive = false;
    sc->h->ended(sc, &why, sc->arg);
}

void progress(size_t i, int status, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->progress(&fakes.sip_calls[i], status, body, fakes.sip_calls[i].arg);
}

void answered(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->answered(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

void agreed(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->agreed(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

void confirmed(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->confirmed(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

void reanswered(size_t i, int status)
{
    fakes.sip_calls[i].h->reanswered(&fakes.sip_calls[i], status, status < 300 ? &sdp : &no_body,
                                     fakes.sip_calls[i].arg);
}

void reoffer(size_t i, const struct ars_sip_body *body)
{
    fakes.sip_calls[i].h->reoffer(&fakes.sip_calls[i], body, fakes.sip_calls[i].arg);
}

int called(const struct ars_sip_body *offer)
{
    return called_with(&(struct ars_sip_incoming){
        .number = "555", .display_name = "Anna", .call_id = "x", .offer = *offer});
}

int called_with(const struct ars_sip_incoming *in)
{
    struct ars_sip_call *sc = &fakes.sip_calls[fakes.sip_calls_n++];

    return fakes.sip_h->incoming(sc, in, fakes.sip_arg);
}

int talk(struct fixture *f, const char *number)
{
    size_t i = fakes.sip_calls_n;
    int err = calls_dial(&f->calls, f->account, number, number, 0);

    if (err)
        return err;
    gathered(fakes.media_n - 1);
    answered(i, &sdp);
    return fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_ESTABLISHED) ? 0 : EBADMSG;
}

struct call *nth(struct fixture *f, ars_id id)
{
    return calls_find(&f->calls, id);
}
