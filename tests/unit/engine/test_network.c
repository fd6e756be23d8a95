/* What accounts and calls make of the machine's network, and of its sleep. */
#include <errno.h>

#include "calls_rig.h"
#include "check.h"
#include "tests.h"

static void changed(struct fixture *f)
{
    account_network(f->account);
    calls_network(&f->calls);
}

static void move_to(const char *ip)
{
    (void)ars_addr_parse(ip, 0, &fakes.source);
}

/* How often that was told; whatever else was told is thrown away. */
static int told(struct fixture *f, enum ars_event_type type)
{
    int n = 0;

    ars_event_free(f->ev);
    while ((f->ev = outbox_pop(fakes.outbox))) {
        n += f->ev->type == type;
        ars_event_free(f->ev);
    }
    return n;
}

/* The cable is out: the connection may be good still, and is asked when the cable is back. */
static int cable(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    fakes.no_network = true;
    changed(&f);
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
    CHECK_INT(told(&f, ARS_EV_RECONNECTING), 1);
    CHECK_INT(fakes.media[0].probes, 0);
    fakes.no_network = false;
    changed(&f);
    CHECK_INT(fakes.probes, 1);
    CHECK_INT(fakes.media[0].probes, 1);
    CHECK_INT(told(&f, ARS_EV_RECONNECTED), 0);
    fakes.wss_h->alive(fakes.wss_arg);
    CHECK_INT(told(&f, ARS_EV_RECONNECTED), 1);
    CHECK_INT(fakes.sip_calls[0].reinvites, 0);
    CHECK_INT(fakes.opens, 1);
    /* what changes elsewhere is no news */
    changed(&f);
    CHECK_INT(fakes.probes, 1);
out:
    return tear_down(&f, err);
}

/* Another address: another connection at once, and the sound leaves from there. */
static int address(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    move_to("10.0.0.8");
    fakes.one_link = true; /* beside the first, which stays */
    changed(&f);
    CHECK(fakes.wss_h);
    fakes.one_link = false;
    move_to("10.0.0.9");
    fakes.media[0].stranded = true;
    changed(&f);
    CHECK(!fakes.wss_h);
    CHECK_INT(fakes.media[0].restarts, 1);
    fakes.media[0].stranded = false;
    CHECK_INT(told(&f, ARS_EV_RECONNECTING), 1);
    fakes_pass(1); /* no wait worth the name */
    fakes_resolve(1);
    fakes.wss_h->opened(fakes.wss_arg);
    gathered(0);
    CHECK_INT(fakes.sip_calls[0].reinvites, 0);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    reanswered(0, 200);
    CHECK_INT(told(&f, ARS_EV_RECONNECTED), 1);
    CHECK_INT(fakes.media[0].restarts, 1);
out:
    return tear_down(&f, err);
}

/* The sound's address goes, the connection has another: a re-INVITE is enough. */
static int lose_address(bool of_nat)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    fakes.media[0].stranded = true;
    if (of_nat)
        fakes.media[0].h->remapped(fakes.media[0].arg);
    else
        changed(&f);
    CHECK(fakes.wss_h);
    CHECK_INT(fakes.probes, of_nat);
    CHECK_INT(fakes.media[0].restarts, 1);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    reanswered(0, 200);
    CHECK_INT(told(&f, ARS_EV_RECONNECTED), 1);
out:
    return tear_down(&f, err);
}

static int second_interface(void)
{
    return lose_address(false);
}

static int remapped(void)
{
    return lose_address(true);
}

/* Without a network nothing is tried; with one at once. */
static int offline(void)
{
    struct ars_reason why;
    struct fixture f;
    unsigned queries;
    int err;

    TRY(set_up(&f));
    fakes.no_network = true;
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFFLINE);
    queries = fakes.queries;
    fakes_pass(59000);
    changed(&f);
    CHECK_INT(fakes.queries, queries);
    fakes.no_network = false;
    changed(&f);
    CHECK_INT(fakes.queries, queries + 1);
    /* lost while it waits for its turn */
    fakes_resolve_fail(ENOENT);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    fakes.no_network = true;
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFFLINE);
    CHECK_INT(account_retry(f.account), 0); /* the user knows better */
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
out:
    return tear_down(&f, err);
}

/* What the network says of others leaves the wait as it is; another address of ours ends it. */
static int news_of_others(void)
{
    struct ars_reason why;
    struct fixture f;
    unsigned queries;
    int err;

    TRY(set_up(&f));
    ars_reason_set(&why, ARS_REASON_UNAVAILABLE, 503, "busy");
    why.retry_after_s = 40;
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    queries = fakes.queries;
    for (int i = 0; i < 10; i++)
        changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    CHECK_INT(fakes.queries, queries);
    move_to("10.0.0.9");
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
    CHECK_INT(fakes.queries, queries + 1);
out:
    return tear_down(&f, err);
}

/* The second address is reached from another one of ours: that is no change of the network. */
static int news_of_two_families(void)
{
    struct ars_reason why;
    struct fixture f;
    unsigned queries;
    int err;

    TRY(set_up(&f));
    (void)ars_addr_parse("10.0.9.7", 0, &fakes.second_source);
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    fakes_pass(1000);
    fakes_resolve(2);
    ars_reason_set(&why, ARS_REASON_UNAVAILABLE, 503, "busy");
    why.retry_after_s = 40;
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    queries = fakes.queries;
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    CHECK_INT(fakes.queries, queries);
out:
    return tear_down(&f, err);
}

/* The server, or the DNS, is in trouble: waited for as told, and gone to where it was. */
static int trouble(void)
{
    struct ars_reason why;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    fakes_pass(1000);
    fakes_resolve_fail(EAGAIN); /* it was registered there */
    CHECK(fakes.wss_h);
    CHECK_INT(fakes.wss_addr.ip[3], 1);
    ars_reason_set(&why, ARS_REASON_UNAVAILABLE, 503, "busy");
    why.retry_after_s = 40;
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
    fakes_pass(39000);
    CHECK(!fakes.resolve);
    fakes_pass(1000);
    CHECK(fakes.resolve);
    fakes_resolve(2); /* it has moved: nothing is known of these */
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    fakes_pass(40000);
    fakes_resolve_fail(EAGAIN);
    CHECK(!fakes.wss_h);
    CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
out:
    return tear_down(&f, err);
}

/*
 * A captive portal shows its own certificate where the server's was: told with it, asked again
 * after 30 to 60 s or when there is another network, and nothing is said over such a connection.
 */
static int captive_portal(void)
{
    static const struct ars_cert cert = {.subject = "CN=portal"};
    struct ars_reason why;
    struct fixture f;
    unsigned registers, opens;
    int err;

    TRY(set_up(&f));
    registers = fakes.registers;
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    fakes_pass(1000);
    CHECK(told(&f, ARS_EV_REGISTRATION_FAILED) == 1);
    for (int i = 0; i < 3; i++) {
        fakes_resolve(1);
        ars_reason_set(&why, ARS_REASON_CERTIFICATE, 0, "unable to get local issuer certificate");
        fakes.wss_h->closed(&why, &cert, fakes.wss_arg);
        CHECK(account_state(f.account) == ARS_ACCOUNT_WAITING);
        while ((f.ev = outbox_pop(fakes.outbox)) && f.ev->type != ARS_EV_REGISTRATION_FAILED)
            ars_event_free(f.ev);
        CHECK(f.ev && f.ev->cert);
        CHECK_STR(f.ev->cert->subject, "CN=portal");
        CHECK(f.ev->retry_ms >= 30000 && f.ev->retry_ms <= 60000);
        ars_event_free(f.ev);
        f.ev = NULL;
        opens = fakes.opens;
        fakes_pass(29999);
        CHECK(!fakes.resolve);
        fakes_pass(30001);
        CHECK(fakes.resolve);
        CHECK_INT(fakes.opens, opens);
    }
    CHECK_INT(fakes.registers, registers);
    fakes_resolve(1);
    fakes.wss_h->closed(&why, &cert, fakes.wss_arg);
    move_to("10.0.0.9");
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
    fakes_resolve(1);
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
    /* switched off and on again it is what it was in the beginning */
    account_stop(f.account);
    fakes.sip_h->unregistered(fakes.sip_arg);
    account_start(f.account, NULL, 0);
    fakes_resolve(1);
    fakes.wss_h->closed(&why, &cert, fakes.wss_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_FAILED);
out:
    return tear_down(&f, err);
}

/* The network changes while the name is asked for: the old one's name servers do not answer. */
static int while_resolving(void)
{
    struct ars_reason why;
    struct fixture f;
    unsigned queries;
    int err;

    TRY(set_up(&f));
    ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 0, "gone");
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    fakes_pass(1000);
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
    queries = fakes.queries;
    changed(&f); /* of others */
    CHECK_INT(fakes.queries, queries);
    move_to("10.0.0.9");
    changed(&f);
    CHECK_INT(fakes.queries, queries + 1);
    changed(&f);
    CHECK_INT(fakes.queries, queries + 1);
    fakes.no_network = true;
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFFLINE);
    CHECK(!fakes.resolve);
    fakes.no_network = false;
    changed(&f);
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
    /* no answer, and the last one is known to have been good */
    fakes_pass(2499);
    CHECK(fakes.resolve && !fakes.wss_h);
    fakes_pass(1);
    CHECK(!fakes.resolve && fakes.wss_h);
    CHECK_INT(fakes.wss_addr.ip[3], 1);
    /* it is not there any more: now the name is waited for */
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    fakes_pass(3500);
    CHECK(fakes.resolve && !fakes.wss_h);
    fakes_resolve(2);
    fakes.wss_h->closed(&why, NULL, fakes.wss_arg);
    CHECK_INT(fakes.wss_addr.ip[3], 2);
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK(account_state(f.account) == ARS_ACCOUNT_READY);
out:
    return tear_down(&f, err);
}

/* Un-registered before the machine sleeps, connected as soon as it is awake; the call goes on. */
static int sleep_and_wake(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    account_sleep(f.account);
    CHECK_INT(fakes.unregisters, 1);
    CHECK(!account_is_asleep(f.account));
    fakes.sip_h->unregistered(fakes.sip_arg);
    CHECK(account_is_asleep(f.account) && !fakes.wss_h);
    CHECK_INT(told(&f, ARS_EV_RECONNECTING), 1);
    CHECK_INT(fakes.sip_calls[0].hangups, 0);
    changed(&f);
    fakes_pass(10000);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFFLINE);
    account_wake(f.account);
    fakes_resolve(1);
    fakes.wss_h->opened(fakes.wss_arg);
    fakes.sip_h->registered(600, fakes.sip_arg);
    CHECK_INT(fakes.sip_calls[0].reinvites, 1);
    reanswered(0, 200);
    CHECK_INT(told(&f, ARS_EV_RECONNECTED), 1);
    /* awake before it had fallen asleep */
    account_sleep(f.account);
    account_wake(f.account);
    CHECK(account_state(f.account) == ARS_ACCOUNT_RESOLVING);
    /* turned off in its sleep */
    account_sleep(f.account);
    account_stop(f.account);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFF);
    account_wake(f.account);
    CHECK(account_state(f.account) == ARS_ACCOUNT_OFF);
out:
    return tear_down(&f, err);
}

/* Silence of the far end alone: said, and unsaid. */
static int silence(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(talk(&f, "600"));
    fakes.media[0].h->heard(false, fakes.media[0].arg);
    CHECK_INT(told(&f, ARS_EV_RECONNECTING), 1);
    fakes.media[0].h->heard(true, fakes.media[0].arg);
    CHECK_INT(told(&f, ARS_EV_RECONNECTED), 1);
out:
    return tear_down(&f, err);
}

const struct check_case network_cases[] = {
    {.name = "network_cable", .fn = cable},
    {.name = "network_address", .fn = address},
    {.name = "network_second_interface", .fn = second_interface},
    {.name = "network_remapped", .fn = remapped},
    {.name = "network_offline", .fn = offline},
    {.name = "network_news_of_others", .fn = news_of_others},
    {.name = "network_news_of_two_families", .fn = news_of_two_families},
    {.name = "network_trouble", .fn = trouble},
    {.name = "network_captive_portal", .fn = captive_portal},
    {.name = "network_while_resolving", .fn = while_resolving},
    {.name = "network_sleep", .fn = sleep_and_wake},
    {.name = "network_silence", .fn = silence},
};
const size_t network_cases_n = CHECK_COUNT(network_cases);
