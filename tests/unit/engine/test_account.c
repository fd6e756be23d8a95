/* An account's way to its registration, over played rooms below. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/secret.h>
#include <ars/str.h>

#include "account.h"
#include "check.h"
#include "fakes.h"
#include "tests.h"

struct fixture {
    struct account *account;
    struct ars_event *ev;
    unsigned offs;
    unsigned polite;
    unsigned aborts;
    unsigned losses;
    unsigned finds;
    unsigned rebounds;
};

static void on_leave(struct account *a, bool politely, void *arg)
{
    struct fixture *f = arg;

    if (politely)
        f->polite++;
    else
        f->aborts++;
}

static void on_lost(struct account *a, void *arg)
{
    ((struct fixture *)arg)->losses++;
}

static void on_found(struct account *a, void *arg)
{
    ((struct fixture *)arg)->finds++;
}

static void on_rebound(struct account *a, void *arg)
{
    ((struct fixture *)arg)->rebounds++;
}

static void on_off(struct account *a, void *arg)
{
    ((struct fixture *)arg)->offs++;
}

static int on_incoming(struct account *a, struct ars_sip_call *sc,
                       const struct ars_sip_incoming *in, void *arg)
{
    return 486;
}

static struct ars_account_conf *conf_new(const char *password)
{
    struct ars_account_conf *c = ars_account_conf_new();

    if (!c)
        return NULL;
    c->server = ars_strdup("pbx.test");
    c->login = ars_strdup("100");
    c->password = ars_secret_new(password, strlen(password));
    return c;
}

static int set_up(struct fixture *f)
{
    struct account_env env = {.incoming = on_incoming,
                              .lost = on_lost,
                              .found = on_found,
                              .rebound = on_rebound,
                              .leave_calls = on_leave,
                              .off = on_off,
                              .arg = f};
    int err;

    *f = (struct fixture){0};
    err = fakes_open();
    if (err)
        return err;
    env.outbox = fakes.outbox;
    return account_alloc(&f->account, 3, conf_new("secret"), &env);
}

static int tear_down(struct fixture *f, int err)
{
    ars_event_free(f->ev);
    account_free(f->account);
    while ((f->ev = outbox_pop(fakes.outbox)))
        ars_event_free(f->ev);
    if (!fakes_close() && !err)
        err = check_fail(__FILE__, __LINE__, "something was left behind");
    return err;
}

static struct ars_event *take(struct fixture *f, enum ars_event_type type)
{
    ars_event_free(f->ev);
    f->ev = fakes_expect(type);
    return f->ev;
}

static bool told_state(struct fixture *f, enum ars_account_state state)
{
    return take(f, ARS_EV_ACCOUNT) && f->ev->account_state == state;
}

/* The next failure, whatever else is told before it. */
static bool told_failure(struct fixture *f)
{
    do {
        ars_event_free(f->ev);
        f->ev = outbox_pop(fakes.outbox);
    } while (f->ev && f->ev->type != ARS_EV_REGISTRATION_FAILED);
    return f->ev;
}

static void closed(enum ars_reason_code code, const struct ars_cert *cert)
{
    struct ars_reason why;

    ars_reason_set(&why, code, 0, "%s", "told by the test");
    fakes.wss_h->closed(&why, cert, fakes.wss_arg);
}

static void opened(void)
{
    fakes.wss_h->opened(fakes.wss_arg);
}

static void registered(void)
{
    fakes.sip_h->registered(600, fakes.sip_arg);
}

static void register_failed(enum ars_reason_code code, uint32_t retry_after_s, bool final)
{
    struct ars_reason why;

    ars_reason_set(&why, code, 403, "%s", "");
    fakes.sip_h->register_failed(&why, retry_after_s, final, fakes.sip_arg);
}

/* From any state that waits for it, to READY; events are thrown away. */
static void get_ready(struct fixture *f)
{
    fakes_resolve(1);
    opened();
    registered();
    while ((ars_event_free(f->ev), f->ev = outbox_pop(fakes.outbox)))
        ;
}

static int test_way(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 9);
    CHECK(told_state(&f, ARS_ACCOUNT_RESOLVING));
    CHECK_INT(f.ev->account, 3);
    CHECK_INT(f.ev->tag, 9);
    CHECK_STR(fakes.resolve_host, "pbx.test");
    fakes_resolve(1);
    CHECK(told_state(&f, ARS_ACCOUNT_CONNECTING));
    CHECK_STR(fakes.wss_path, "/ws");
    CHECK_INT(fakes.registers, 0);
    opened();
    CHECK(told_state(&f, ARS_ACCOUNT_REGISTERING));
    CHECK(fakes_told(ARS_EV_REGISTERING));
    CHECK_INT(fakes.registers, 1); /* at once */
    registered();
    CHECK(told_state(&f, ARS_ACCOUNT_READY));
    CHECK(take(&f, ARS_EV_REGISTERED));
    CHECK_INT(f.ev->number, 600);
    CHECK_INT(f.rebounds, 0);
    CHECK_INT(account_server(f.account).ip[3], 1);
    CHECK_INT(account_retry(f.account), EALREADY);
    /* and out again */
    account_stop(f.account);
    CHECK(told_state(&f, ARS_ACCOUNT_LEAVING));
    CHECK_INT(f.polite, 1);
    CHECK_INT(fakes.unregisters, 1);
    CHECK_INT(f.offs, 0);
    fakes.sip_h->unregistered(fakes.sip_arg);
    CHECK(fakes_told(ARS_EV_UNREGISTERED));
    CHECK(told_state(&f, ARS_ACCOUNT_OFF));
    CHECK_INT(f.offs, 1);
    CHECK(!fakes.wss_h && !fakes.sip_alive);
out:
    return tear_down(&f, err);
}

static int test_addresses_in_turn(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    fakes_resolve(3);
    CHECK_INT(fakes.wss_addr.ip[3], 1);
    closed(ARS_REASON_UNREACHABLE, NULL);
    CHECK_INT(fakes.opens, 2); /* without a wait */
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    closed(ARS_REASON_TIMEOUT, NULL);
    CHECK_INT(fakes.wss_addr.ip[3], 3);
    CHECK(told_state(&f, ARS_ACCOUNT_RESOLVING) && told_state(&f, ARS_ACCOUNT_CONNECTING));
    CHECK(fakes_quiet());
    closed(ARS_REASON_UNREACHABLE, NULL);
    CHECK(told_state(&f, ARS_ACCOUNT_WAITING));
    CHECK(f.ev->retry_ms > 0);
    CHECK(take(&f, ARS_EV_REGISTRATION_FAILED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_UNREACHABLE);
    CHECK(f.ev->retry_ms > 0);
    /* the name is looked up anew: it may lead elsewhere by now */
    fakes_pass(2000);
    CHECK_INT(fakes.queries, 2);
    fakes_resolve(1);
    CHECK_INT(fakes.wss_addr.ip[3], 1);
out:
    return tear_down(&f, err);
}

/* A machine that takes connections and does not register us is passed by, too. */
static int test_addresses_of_the_sick(void)
{
    struct ars_reason why;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    fakes_resolve(4);
    opened();
    fakes_pass(2000); /* says nothing */
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    opened();
    ars_reason_set(&why, ARS_REASON_UNAVAILABLE, 503, "%s", "Service Unavailable");
    fakes.sip_h->register_failed(&why, 600, false, fakes.sip_arg);
    CHECK_INT(fakes.wss_addr.ip[3], 3);
    opened();
    closed(ARS_REASON_CONNECTION_LOST, NULL);
    CHECK_INT(fakes.wss_addr.ip[3], 4);
    CHECK(!told_failure(&f));
    opened();
    fakes.sip_h->register_failed(&why, 20, false, fakes.sip_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    CHECK(told_failure(&f));
    CHECK_INT(f.ev->retry_ms, 20000);
    fakes_pass(20000);
    fakes_resolve(2);
    CHECK_INT(fakes.wss_addr.ip[3], 1);
    opened();
    registered();
    /* once it was good it is waited for, as the name may lead elsewhere */
    closed(ARS_REASON_CONNECTION_LOST, NULL);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
out:
    return tear_down(&f, err);
}

/* 0.5 s at first, 2 s at most in the first minute, 30 s after; afresh once registered. */
static int test_backoff(void)
{
    uint64_t start;
    uint32_t longest = 0;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    start = fakes.now_us;
    for (int i = 0; i < 60; i++) {
        fakes_resolve_fail(ENOENT);
        while (take(&f, ARS_EV_ACCOUNT) && f.ev->account_state != ARS_ACCOUNT_WAITING)
            ;
        CHECK(f.ev);
        CHECK(f.ev->retry_ms <= 30000);
        if (i == 0)
            CHECK(f.ev->retry_ms <= 500);
        if (fakes.now_us - start < 60000000)
            CHECK(f.ev->retry_ms <= 2000);
        if (f.ev->retry_ms > longest)
            longest = f.ev->retry_ms;
        fakes_pass(f.ev->retry_ms);
        CHECK(take(&f, ARS_EV_REGISTRATION_FAILED));
        CHECK_INT(f.ev->reason.code, ARS_REASON_NAME_NOT_FOUND);
    }
    CHECK(longest > 2000);
    get_ready(&f);
    closed(ARS_REASON_CONNECTION_LOST, NULL);
    CHECK(told_state(&f, ARS_ACCOUNT_WAITING));
    CHECK(f.ev->retry_ms <= 500);
out:
    return tear_down(&f, err);
}

static int test_needs_the_user(void)
{
    static const struct ars_cert cert = {.subject = "CN=pbx.local"};
    static const struct ars_cert other = {.subject = "CN=other"};
    struct fixture f;
    int err;

    TRY(set_up(&f));
    /* a certificate, at each address: told with the first, and not tried again by itself */
    account_start(f.account, NULL, 0);
    fakes_resolve(2);
    closed(ARS_REASON_CERTIFICATE, &cert);
    CHECK_INT(fakes.opens, 2);
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    closed(ARS_REASON_CERTIFICATE, &other);
    CHECK(told_state(&f, ARS_ACCOUNT_RESOLVING) && told_state(&f, ARS_ACCOUNT_CONNECTING));
    CHECK(told_state(&f, ARS_ACCOUNT_FAILED));
    CHECK(take(&f, ARS_EV_REGISTRATION_FAILED));
    CHECK_INT(f.ev->retry_ms, 0);
    CHECK(f.ev->cert != NULL);
    CHECK_STR(f.ev->cert->subject, "CN=pbx.local");
    fakes_pass(3600 * 1000);
    CHECK(fakes_quiet());
    CHECK_INT(fakes.opens, 2);
    /* nor after a change of the network: it has never been good */
    account_network(f.account);
    CHECK(account_state(f.account) == ARS_ACCOUNT_FAILED);
    /* a wrong password */
    CHECK_INT(account_retry(f.account), 0);
    fakes_resolve(1);
    opened();
    register_failed(ARS_REASON_WRONG_PASSWORD, 0, true);
    CHECK(account_state(f.account) == ARS_ACCOUNT_FAILED);
    fakes_pass(3600 * 1000);
    CHECK_INT(fakes.registers, 1);
    CHECK(!fakes.wss_h);
    /* new settings start it again */
    account_start(f.account, conf_new("another"), 0);
    get_ready(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
out:
    return tear_down(&f, err);
}

/* One machine of several behind a name has a bad certificate: the phone is at another, or waits. */
static int test_one_bad_certificate(void)
{
    static const struct ars_cert cert = {.subject = "CN=pbx.local"};
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    fakes_resolve(2);
    closed(ARS_REASON_CERTIFICATE, &cert);
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    opened();
    CHECK(account_state(f.account) == ARS_ACCOUNT_REGISTERING);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
    CHECK(!told_failure(&f));
    TRY(tear_down(&f, 0));

    /* the other is away: it may come back, and the user hears what can be mended */
    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    fakes_resolve(2);
    closed(ARS_REASON_CERTIFICATE, &cert);
    closed(ARS_REASON_UNREACHABLE, NULL);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    CHECK(told_failure(&f));
    CHECK_INT(f.ev->reason.code, ARS_REASON_CERTIFICATE);
    CHECK(f.ev->cert != NULL);
    CHECK_STR(f.ev->cert->subject, "CN=pbx.local");
    fakes_pass(60000);
    fakes_resolve(2);
    closed(ARS_REASON_UNREACHABLE, NULL);
    closed(ARS_REASON_UNREACHABLE, NULL);
    CHECK(told_failure(&f));
    CHECK_INT(f.ev->reason.code, ARS_REASON_UNREACHABLE);
out:
    return tear_down(&f, err);
}

/* What no attempt can mend is said in words; what passes by itself is tried again. */
static int test_cannot_connect(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    fakes.open_error = EINVAL;
    account_start(f.account, NULL, 0);
    fakes_resolve(1);
    CHECK(told_state(&f, ARS_ACCOUNT_RESOLVING) && told_state(&f, ARS_ACCOUNT_CONNECTING));
    CHECK(told_state(&f, ARS_ACCOUNT_FAILED));
    CHECK(take(&f, ARS_EV_REGISTRATION_FAILED));
    CHECK(strstr(f.ev->reason.text, "malformed") != NULL);
    CHECK_INT(f.ev->retry_ms, 0);
    fakes.open_error = EAGAIN;
    CHECK_INT(account_retry(f.account), 0);
    fakes_resolve(1);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    fakes.open_error = 0;
    fakes_pass(2000);
    get_ready(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
out:
    return tear_down(&f, err);
}

static int test_losses(void)
{
    struct ars_reason why;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    get_ready(&f);
    /* sip ends its transactions with the connection: one loss is told once */
    fakes.register_fails_with_transport = true;
    closed(ARS_REASON_CONNECTION_LOST, NULL);
    CHECK(told_state(&f, ARS_ACCOUNT_WAITING));
    CHECK(take(&f, ARS_EV_REGISTRATION_FAILED));
    CHECK_INT(f.ev->reason.code, ARS_REASON_CONNECTION_LOST);
    CHECK(fakes_quiet());
    fakes.register_fails_with_transport = false;
    fakes_pass(2000);
    get_ready(&f);
    CHECK_INT(f.rebounds, 1);
    CHECK_INT(fakes.sips, 1); /* dialogs live on in it */
    /* the flow is dead though the connection is open */
    ars_reason_set(&why, ARS_REASON_TIMEOUT, 0, "no answer");
    fakes.sip_h->flow_failed(&why, fakes.sip_arg);
    CHECK(told_state(&f, ARS_ACCOUNT_WAITING));
    CHECK(fakes_told(ARS_EV_REGISTRATION_FAILED));
    CHECK(!fakes.wss_h);
    /* the server asks for time */
    fakes_pass(2000);
    fakes_resolve(1);
    opened();
    CHECK(told_state(&f, ARS_ACCOUNT_RESOLVING) && told_state(&f, ARS_ACCOUNT_CONNECTING));
    CHECK(told_state(&f, ARS_ACCOUNT_REGISTERING) && fakes_told(ARS_EV_REGISTERING));
    register_failed(ARS_REASON_SERVER_ERROR, 20, false);
    CHECK(told_state(&f, ARS_ACCOUNT_WAITING));
    CHECK_INT(f.ev->retry_ms, 20000);
    /* the user does not wait */
    CHECK_INT(account_retry(f.account), 0);
    get_ready(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
    fakes_pass(30000);
    CHECK(fakes_quiet());
out:
    return tear_down(&f, err);
}

static int test_new_settings(void)
{
    struct ars_account_conf *conf;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    get_ready(&f);
    /* nothing that the connection hangs on */
    conf = conf_new("secret");
    CHECK(conf != NULL);
    conf->ring_s = 5;
    account_start(f.account, conf, 0);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
    CHECK_INT(account_conf(f.account)->ring_s, 5);
    CHECK(told_state(&f, ARS_ACCOUNT_READY)); /* the face hears that it was heard */
    CHECK(fakes_quiet());
    /* another server: leaves the old one in order first */
    conf = conf_new("secret");
    CHECK(conf != NULL);
    free(conf->server);
    conf->server = ars_strdup("other.test");
    account_start(f.account, conf, 4);
    CHECK(told_state(&f, ARS_ACCOUNT_LEAVING));
    CHECK_INT(fakes.unregisters, 1);
    CHECK_STR(account_conf(f.account)->server, "pbx.test");
    fakes.sip_h->unregistered(fakes.sip_arg);
    CHECK(fakes_told(ARS_EV_UNREGISTERED));
    CHECK(told_state(&f, ARS_ACCOUNT_OFF) && told_state(&f, ARS_ACCOUNT_RESOLVING));
    CHECK_INT(f.offs, 0);
    CHECK_STR(fakes.resolve_host, "other.test");
    get_ready(&f);
    CHECK_INT(fakes.sips, 2);
    CHECK_INT(f.aborts, 1);
    /* off while it looks up a name: at once */
    closed(ARS_REASON_CONNECTION_LOST, NULL);
    fakes_pass(2000);
    account_stop(f.account);
    CHECK_INT(f.offs, 1);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFF);
    account_stop(f.account);
    CHECK_INT(f.offs, 2);
out:
    return tear_down(&f, err);
}

/* Through the proxy of the environment, whose name is looked up as well; never round it. */
static int test_proxy(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    fakes.proxy = "proxy.test";
    account_start(f.account, NULL, 0);
    CHECK_STR(fakes.resolve_host, "pbx.test");
    fakes_resolve(2);
    CHECK_INT(fakes.opens, 0);
    CHECK_STR(fakes.resolve_host, "proxy.test");
    fakes_resolve(1);
    CHECK_INT(fakes.opens, 1);
    CHECK_INT(fakes.wss_addr.port, 7443);
    CHECK_INT(fakes.wss_proxy.port, 3128);
    closed(ARS_REASON_PROXY, NULL);
    CHECK_INT(fakes.opens, 2); /* the next address of the server, by the same way */
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    CHECK_INT(fakes.wss_proxy.port, 3128);
    closed(ARS_REASON_PROXY, NULL);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    fakes_pass(2000);
    fakes_resolve(1);
    fakes_resolve_fail(ENOENT);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    CHECK_INT(fakes.opens, 2);
    fakes.proxy = "";
    fakes_pass(2000);
    fakes_resolve(1);
    CHECK(account_state(f.account) == ARS_ACCOUNT_FAILED);
    CHECK_INT(fakes.opens, 2);
    while ((ars_event_free(f.ev), f.ev = outbox_pop(fakes.outbox)) &&
           (f.ev->type != ARS_EV_REGISTRATION_FAILED || f.ev->retry_ms))
        ;
    CHECK(f.ev && f.ev->reason.code == ARS_REASON_PROXY);
out:
    return tear_down(&f, err);
}

static int test_no_proxy(void)
{
    struct ars_account_conf *conf;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    fakes.proxy = "proxy.test";
    conf = conf_new("secret");
    CHECK(conf != NULL);
    conf->no_proxy = true;
    account_start(f.account, conf, 0);
    fakes_resolve(1);
    CHECK_INT(fakes.opens, 1);
    CHECK_INT(fakes.wss_proxy.family, ARS_AF_NONE);
out:
    return tear_down(&f, err);
}

/* The connection dies while it says good-bye; and off is asked for while it restarts. */
static int test_leaving_races(void)
{
    struct ars_account_conf *conf;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    account_start(f.account, NULL, 0);
    get_ready(&f);
    account_stop(f.account);
    closed(ARS_REASON_CONNECTION_LOST, NULL);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFF);
    CHECK_INT(f.offs, 1);
    CHECK(told_state(&f, ARS_ACCOUNT_LEAVING) && told_state(&f, ARS_ACCOUNT_OFF));
    account_start(f.account, NULL, 0);
    get_ready(&f);
    conf = conf_new("another");
    account_start(f.account, conf, 0);
    account_stop(f.account);
    fakes.sip_h->unregistered(fakes.sip_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFF);
    CHECK_INT(f.offs, 2);
    /* set again while leaving: comes back */
    account_start(f.account, NULL, 0);
    get_ready(&f);
    account_stop(f.account);
    account_start(f.account, conf_new("secret"), 0);
    fakes.sip_h->unregistered(fakes.sip_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
out:
    return tear_down(&f, err);
}

const struct check_case account_cases[] = {
    {.name = "account_way", .fn = test_way},
    {.name = "account_addresses_in_turn", .fn = test_addresses_in_turn},
    {.name = "account_addresses_of_the_sick", .fn = test_addresses_of_the_sick},
    {.name = "account_backoff", .fn = test_backoff},
    {.name = "account_needs_the_user", .fn = test_needs_the_user},
    {.name = "account_one_bad_certificate", .fn = test_one_bad_certificate},
    {.name = "account_cannot_connect", .fn = test_cannot_connect},
    {.name = "account_losses", .fn = test_losses},
    {.name = "account_new_settings", .fn = test_new_settings},
    {.name = "account_proxy", .fn = test_proxy},
    {.name = "account_no_proxy", .fn = test_no_proxy},
    {.name = "account_leaving_races", .fn = test_leaving_races},
};
const size_t account_cases_n = CHECK_COUNT(account_cases);
