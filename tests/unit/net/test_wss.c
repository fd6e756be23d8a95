/* The WebSocket client against our own server: certificates, sizes, life and death. */
#include <stdio.h>
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/wss_server.h>

#include "client.h"
#include "suites.h"

#define BURST 1000

/* A server that answers each message with the same, on the client's loop. */
struct pair {
    struct certs certs;
    struct cert_files files;
    struct ars_wss_server *server;
    struct client c;
    struct ars_wss_peer *peer;
    int peers;
    int peers_closed;
    int received;
    int in_order;
    int burst; /* sent when the peer opens */
    bool close_peer;
};

static void on_peer_opened(struct ars_wss_peer *peer, void *arg)
{
    struct pair *p = arg;
    char text[32];

    p->peers++;
    p->peer = peer;
    ars_wss_peer_set_arg(peer, p);
    for (int i = 0; i < p->burst; i++) {
        int n = snprintf(text, sizeof(text), "message %d", i);

        (void)ars_transport_send(ars_wss_peer_transport(peer), text, (size_t)n);
    }
    if (p->close_peer)
        ars_wss_peer_close(peer);
}

static void on_peer_frame(struct ars_wss_peer *peer, const char *msg, size_t len, void *arg)
{
    struct pair *p = ars_wss_peer_arg(peer);
    int n = -1;

    if (sscanf(msg, "message %d", &n) == 1 && n == p->received)
        p->in_order++;
    p->received++;
    (void)ars_transport_send(ars_wss_peer_transport(peer), msg, len);
}

static void on_peer_closed(struct ars_wss_peer *peer, void *arg)
{
    struct pair *p = arg;

    p->peers_closed++;
    p->peer = NULL;
}

static int server_start(struct pair *p, uint16_t port)
{
    static const struct ars_wss_server_handlers handlers = {on_peer_opened, on_peer_frame,
                                                            on_peer_closed};
    struct ars_wss_server_conf conf = {
        .cert_pem = p->files.cert, .key_pem = p->files.key, .path = "/ws"};

    (void)ars_addr_parse("127.0.0.1", port, &conf.bind);
    return ars_wss_server_alloc(&p->server, p->c.f.loop, &conf, &handlers, p);
}

static int pair_init(struct pair *p, enum cert_kind kind, const char *alt)
{
    int err;

    memset(p, 0, sizeof(*p));
    err = certs_init(&p->certs);
    if (!err)
        err = certs_make(&p->certs, kind, alt, &p->files);
    if (!err)
        err = client_init(&p->c, &p->certs, 0);
    if (!err)
        err = server_start(p, 0);
    if (!err) {
        p->c.conf.port = ars_wss_server_port(p->server);
        p->c.conf.addr.port = p->c.conf.port;
    }
    return err;
}

static void pair_free(struct pair *p)
{
    ars_wss_server_free(p->server);
    client_free(&p->c);
    certs_free(&p->certs);
}

static int test_echo(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.greeting = "hello";
    p.c.stop_at_frames = 1;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    CHECK_STR(p.c.last, "hello");
    CHECK_INT(p.c.last_len, 5);
    CHECK_INT(p.c.closed, 0);
    CHECK_INT(p.peers, 1);
out:
    pair_free(&p);
    return err;
}

static int test_not_open(void)
{
    struct pair p;
    char *big = calloc(1, ARS_WSS_MESSAGE_MAX + 1);
    struct ars_transport *tp;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    CHECK(big != NULL);
    p.c.greeting = "x";
    p.c.stop_at_frames = 1;
    TRY(client_run(&p.c));
    tp = ars_wss_transport(p.c.wss);
    CHECK_INT(ars_transport_send(tp, big, ARS_WSS_MESSAGE_MAX + 1), EMSGSIZE);
    CHECK_INT(ars_transport_send(tp, "", 0), EMSGSIZE);
    ars_wss_peer_close(p.peer);
    TRY(client_run(&p.c));
    CHECK_INT(p.c.closed, 1);
    CHECK_INT(ars_transport_send(tp, "x", 1), ENOTCONN);
out:
    free(big);
    pair_free(&p);
    return err;
}

static int check_size(struct pair *p, size_t len)
{
    char *msg = malloc(len + 1);
    int err = 0;

    TRY(msg ? 0 : ENOMEM);
    for (size_t i = 0; i < len; i++)
        msg[i] = (char)('a' + i % 23);
    msg[len] = '\0';
    p->c.frames = 0;
    TRY(ars_transport_send(ars_wss_transport(p->c.wss), msg, len));
    TRY(client_run(&p->c));
    CHECK_INT(p->c.closed, 0);
    CHECK_INT(p->c.last_len, len);
    CHECK(memcmp(p->c.last, msg, len) == 0);
out:
    free(msg);
    return err;
}

/* Around the bounds of a frame's length forms, a TLS record and the buffers. */
static int test_sizes(void)
{
    static const size_t sizes[] = {1,     3,     4,     125,   126,   127,   1400,
                                   16383, 16384, 16385, 65535, 65536, 65537, ARS_WSS_MESSAGE_MAX};
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    p.c.stop_at_frames = 1;
    for (size_t i = 0; i < CHECK_COUNT(sizes); i++)
        TRY(check_size(&p, sizes[i]));
out:
    pair_free(&p);
    return err;
}

static void send_more(struct client *c)
{
    struct pair *p = (struct pair *)(void *)((char *)c - offsetof(struct pair, c));
    char text[32];

    if (c->frames < BURST) {
        (void)snprintf(text, sizeof(text), "message %d", c->frames);
        (void)client_send(c, text);
    }
    (void)p;
}

static int test_many_messages(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.greeting = "message 0";
    p.c.on_frame = send_more;
    p.c.stop_at_frames = BURST;
    TRY(client_run(&p.c));
    CHECK_INT(p.received, BURST);
    CHECK_INT(p.in_order, BURST);
    CHECK_STR(p.c.last, "message 999");
out:
    pair_free(&p);
    return err;
}

static int test_burst(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");
    int sent = 0;

    TRY(err);
    p.burst = BURST;
    p.c.stop_at_frames = BURST;
    TRY(client_run(&p.c));
    CHECK_STR(p.c.last, "message 999");
    while (sent < BURST && client_send(&p.c, "x") == 0)
        sent++;
    CHECK(sent >= 200); /* then EAGAIN, or the thread keeps up */
    p.c.stop_at_frames = BURST + sent;
    TRY(client_run(&p.c));
    CHECK_INT(p.received, sent);
out:
    pair_free(&p);
    return err;
}

struct refusal {
    enum cert_kind kind;
    const char *alt;
    const char *problem; /* a part of it */
};

static const struct refusal refusals[] = {
    {CERT_GOOD, "DNS:other.test", "is for other.test, not pbx.test"},
    {CERT_GOOD, "IP:127.0.0.1", "is for 127.0.0.1, not pbx.test"},
    {CERT_GOOD, "DNS:p*.test", "is for p*.test, not pbx.test"},
    {CERT_GOOD, "DNS:*.pbx.test", "is for *.pbx.test, not pbx.test"},
    {CERT_EXPIRED, "DNS:pbx.test", "expired on "},
    {CERT_FUTURE, "DNS:pbx.test", "not valid before "},
    {CERT_OTHER_CA, "DNS:pbx.test", "issuer is not trusted"},
    {CERT_SELF, "DNS:pbx.test", "self-signed"},
    {CERT_SELF, "DNS:other.test", "self-signed; the certificate is for other.test, not pbx.test"},
};

static int check_refusal(const struct refusal *r)
{
    struct pair p;
    int err = pair_init(&p, r->kind, r->alt);

    TRY(err);
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 0);
    CHECK_INT(p.c.why.code, ARS_REASON_CERTIFICATE);
    CHECK(p.c.has_cert);
    CHECK(memcmp(p.c.cert.sha256, p.files.sha256, ARS_PIN_LEN) == 0);
    CHECK_STR(p.c.cert.subject, "CN=the server");
    CHECK(strstr(p.c.cert.issuer, "CN=") != NULL);
    CHECK(p.c.cert.names[0] && strstr(r->alt, p.c.cert.names));
    CHECK(p.c.cert.not_before < p.c.cert.not_after);
    if (!strstr(p.c.cert.problem, r->problem))
        err = check_fail(__FILE__, __LINE__, "'%s' lacks '%s'", p.c.cert.problem, r->problem);
    if (!err && strcmp(p.c.why.text, p.c.cert.problem) != 0)
        err = check_fail(__FILE__, __LINE__, "reason '%s'", p.c.why.text);
    if (!err && p.peers)
        err = check_fail(__FILE__, __LINE__, "the server saw an upgrade");
out:
    pair_free(&p);
    return err;
}

static int test_refused_certificates(void)
{
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(refusals) && !err; i++)
        err = check_refusal(&refusals[i]);
    return err;
}

static int check_accepted(enum cert_kind kind, const char *alt, const char *host)
{
    struct pair p;
    int err = pair_init(&p, kind, alt);

    TRY(err);
    p.c.conf.host = host;
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_STR(p.c.why.text, "");
    CHECK_INT(p.c.opened, 1);
out:
    pair_free(&p);
    return err;
}

static int test_accepted_certificates(void)
{
    /* 63 + 1 + 43 + 5 characters: more than lws compares by itself with a port behind it */
    char name[113];
    char alt[128];
    int err = check_accepted(CERT_GOOD, "DNS:other.test,DNS:pbx.test", "pbx.test");

    memset(name, 'a', sizeof(name) - 1);
    name[63] = '.';
    memcpy(name + 107, ".test", 6);
    (void)snprintf(alt, sizeof(alt), "DNS:%s", name);
    TRY(err);
    TRY(check_accepted(CERT_GOOD, "DNS:*.pbx.test", "a.pbx.test"));
    TRY(check_accepted(CERT_GOOD, "DNS:pbx.test", "PBX.test"));
    TRY(check_accepted(CERT_GOOD, "IP:127.0.0.1", "127.0.0.1"));
    TRY(check_accepted(CERT_GOOD, "IP:2001:db8::1", "2001:db8::1"));
    TRY(check_accepted(CERT_GOOD, "IP:2001:db8::1", "[2001:db8::1]"));
    TRY(check_accepted(CERT_GOOD, alt, name));
out:
    return err;
}

static int check_pin(enum cert_kind kind, const char *alt, bool right, bool own_ca)
{
    struct pair p;
    int err = pair_init(&p, kind, alt);

    TRY(err);
    p.c.conf.trust.has_pin = true;
    memcpy(p.c.conf.trust.pin, p.files.sha256, ARS_PIN_LEN);
    if (!right)
        p.c.conf.trust.pin[31] ^= 1;
    if (!own_ca)
        p.c.conf.trust.ca_file = NULL;
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, right ? 1 : 0);
    if (!right) {
        CHECK_INT(p.c.why.code, ARS_REASON_CERTIFICATE);
        CHECK(p.c.has_cert && strstr(p.c.cert.problem, "not the certificate that was accepted"));
        CHECK(memcmp(p.c.cert.sha256, p.files.sha256, ARS_PIN_LEN) == 0);
        CHECK_INT(p.peers, 0);
    }
out:
    pair_free(&p);
    return err;
}

static int test_pins(void)
{
    int err = check_pin(CERT_SELF, "DNS:other.test", true, false);

    TRY(err);
    TRY(check_pin(CERT_EXPIRED, "DNS:pbx.test", true, false));
    TRY(check_pin(CERT_OTHER_CA, "DNS:other.test", true, true));
    TRY(check_pin(CERT_GOOD, "DNS:pbx.test", true, true));
    TRY(check_pin(CERT_SELF, "DNS:pbx.test", false, false));
    /* all is well with it but for the pin */
    TRY(check_pin(CERT_GOOD, "DNS:pbx.test", false, true));
out:
    return err;
}

/* The server comes back on the same port with another certificate. */
static int test_changed_pinned_certificate(void)
{
    struct pair p;
    uint16_t port;
    int err = pair_init(&p, CERT_SELF, "DNS:pbx.test");

    TRY(err);
    p.c.conf.trust.has_pin = true;
    memcpy(p.c.conf.trust.pin, p.files.sha256, ARS_PIN_LEN);
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    port = ars_wss_server_port(p.server);
    ars_wss_server_free(p.server);
    p.server = NULL;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.why.code, ARS_REASON_CONNECTION_LOST);
    ars_wss_free(p.c.wss);
    p.c.wss = NULL;
    TRY(certs_make(&p.certs, CERT_GOOD, "DNS:pbx.test", &p.files));
    TRY(server_start(&p, port));
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    CHECK_INT(p.c.why.code, ARS_REASON_CERTIFICATE);
out:
    pair_free(&p);
    return err;
}

static int test_bad_ca_file(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.conf.trust.ca_file = "/nonexistent/ca.pem";
    TRY(client_run(&p.c));
    CHECK_INT(p.c.why.code, ARS_REASON_CERTIFICATE);
    CHECK(strstr(p.c.why.text, "/nonexistent/ca.pem") && !p.c.has_cert);
out:
    pair_free(&p);
    return err;
}

static int test_wrong_path(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.conf.path = "/other";
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 0);
    CHECK_INT(p.c.why.code, ARS_REASON_WRONG_PATH);
    CHECK_INT(p.c.why.sip_status, 404);
out:
    pair_free(&p);
    return err;
}

static int test_unreachable(void)
{
    struct pair p;
    uint64_t from;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    ars_wss_server_free(p.server);
    p.server = NULL;
    from = ars_clock_ms();
    TRY(client_run(&p.c));
    CHECK_INT(p.c.why.code, ARS_REASON_UNREACHABLE);
    /* the refusal itself, not a time-out */
    CHECK(ars_clock_ms() - from < 3000);
out:
    pair_free(&p);
    return err;
}

static int test_bad_conf(void)
{
    struct pair p;
    char longer[1100];
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    p.c.conf.path = "/ws HTTP/1.1\r\nX: y";
    CHECK_INT(client_run(&p.c), EINVAL);
    p.c.conf.path = longer;
    CHECK_INT(client_run(&p.c), EINVAL);
    p.c.conf.path = "ws";
    p.c.conf.host = "pbx.test\r\nX: y";
    CHECK_INT(client_run(&p.c), EINVAL);
    longer[113] = '\0';
    p.c.conf.host = longer;
    CHECK_INT(client_run(&p.c), EINVAL);
    p.c.conf.host = "";
    CHECK_INT(client_run(&p.c), EINVAL);
    p.c.conf.host = "pbx.test";
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c)); /* "ws" is "/ws" */
    CHECK_INT(p.c.opened, 1);
out:
    pair_free(&p);
    return err;
}

static int test_server_closes(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.close_peer = true;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    CHECK_INT(p.c.closed, 1);
    CHECK_INT(p.c.why.code, ARS_REASON_CONNECTION_LOST);
    CHECK_STR(p.c.why.text, "closed by the server: 1000");
out:
    pair_free(&p);
    return err;
}

static void on_time(void *arg)
{
    struct pair *p = arg;

    if (p->peers_closed == 1)
        ars_loop_stop(p->c.f.loop);
    else
        fixture_after(&p->c.f, 5, on_time, p);
}

/* What is queued goes out before the close; no handler runs after. */
static int test_free_flushes(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    for (int i = 0; i < 100; i++)
        TRY(client_send(&p.c, "x"));
    ars_wss_free(p.c.wss);
    p.c.wss = NULL;
    fixture_after(&p.c.f, 5, on_time, &p);
    TRY(fixture_run(&p.c.f));
    CHECK_INT(p.received, 100);
    CHECK_INT(p.c.frames, 0);
    CHECK_INT(p.c.closed, 0);
out:
    pair_free(&p);
    return err;
}

static int test_free_in_handler(void)
{
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.burst = 10;
    p.c.free_in_frame = true;
    p.c.stop_at_frames = 1;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.frames, 1);
    fixture_after(&p.c.f, 5, on_time, &p);
    TRY(fixture_run(&p.c.f));
    CHECK_INT(p.c.frames, 1);
out:
    pair_free(&p);
    return err;
}

/* At every moment of its making, without a loop's turn in between. */
static int test_free_at_once(void)
{
    static const struct ars_wss_handlers none = {.opened = NULL};
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    for (int i = 0; i < 10; i++) {
        TRY(ars_wss_open(&p.c.wss, p.c.f.loop, &p.c.conf, &none, NULL));
        ars_wss_free(p.c.wss);
        p.c.wss = NULL;
    }
out:
    pair_free(&p);
    return err;
}

static int test_cycles(void)
{
    struct pair p;
    size_t fds = 0;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    p.c.greeting = "x";
    for (int i = 1; i <= 60; i++) {
        p.c.stop_at_frames = i;
        TRY(client_run(&p.c));
        CHECK_INT(p.c.frames, i);
        ars_wss_free(p.c.wss);
        p.c.wss = NULL;
        p.peers_closed = 0;
        fixture_after(&p.c.f, 0, on_time, &p);
        TRY(fixture_run(&p.c.f));
        if (i == 5)
            fds = open_fds();
    }
    /* the last thread may be closing its context still */
    CHECK(open_fds() <= fds + 8);
out:
    pair_free(&p);
    return err;
}

/* Two servers at a time cannot have one port; a key must fit. */
static int test_server_errors(void)
{
    struct pair p;
    struct ars_wss_server *first;
    struct cert_files other;
    uint16_t port;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    first = p.server;
    port = ars_wss_server_port(first);
    p.server = NULL;
    err = server_start(&p, port);
    if (err == 0)
        ars_wss_server_free(p.server);
    p.server = first;
    CHECK_INT(err, EADDRINUSE);
    TRY(certs_make(&p.certs, CERT_GOOD, "DNS:pbx.test", &other));
    memcpy(p.files.key, other.key, sizeof(other.key));
    CHECK_INT(server_start(&p, 0), EINVAL);
    err = 0;
out:
    pair_free(&p);
    return err;
}

struct crowd {
    struct pair *p;
    struct ars_wss *wss[8];
    int opened;
    int closed;
};

static void on_crowd_opened(void *arg)
{
    struct crowd *c = arg;

    if (++c->opened == 8)
        ars_loop_stop(c->p->c.f.loop);
}

static void on_crowd_closed(const struct ars_reason *why, const struct ars_cert *cert, void *arg)
{
    struct crowd *c = arg;

    c->closed++;
    (void)check_fail(__FILE__, __LINE__, "%s", why->text);
    ars_loop_stop(c->p->c.f.loop);
}

/* Contexts that are made while others are in their handshakes. */
static int test_at_the_same_time(void)
{
    static const struct ars_wss_handlers handlers = {.opened = on_crowd_opened,
                                                     .closed = on_crowd_closed};
    struct pair p;
    int err = pair_init(&p, CERT_GOOD, "DNS:pbx.test");

    TRY(err);
    for (int round = 0; round < 5; round++) {
        struct crowd c = {.p = &p};

        for (int i = 0; i < 8 && !err; i++)
            err = ars_wss_open(&c.wss[i], p.c.f.loop, &p.c.conf, &handlers, &c);
        if (!err)
            err = fixture_run(&p.c.f);
        for (int i = 0; i < 8; i++)
            ars_wss_free(c.wss[i]);
        TRY(err);
        CHECK_INT(c.closed, 0);
        CHECK_INT(c.opened, 8);
    }
out:
    pair_free(&p);
    return err;
}

static const struct check_case cases[] = {
    {"wss_at_the_same_time", test_at_the_same_time, false},
    {"wss_echo", test_echo, false},
    {"wss_not_open", test_not_open, false},
    {"wss_sizes", test_sizes, false},
    {"wss_many_messages", test_many_messages, false},
    {"wss_burst", test_burst, false},
    {"wss_refused_certificates", test_refused_certificates, false},
    {"wss_accepted_certificates", test_accepted_certificates, false},
    {"wss_pins", test_pins, false},
    {"wss_changed_pinned_certificate", test_changed_pinned_certificate, false},
    {"wss_bad_ca_file", test_bad_ca_file, false},
    {"wss_wrong_path", test_wrong_path, false},
    {"wss_unreachable", test_unreachable, false},
    {"wss_bad_conf", test_bad_conf, false},
    {"wss_server_closes", test_server_closes, false},
    {"wss_free_flushes", test_free_flushes, false},
    {"wss_free_in_handler", test_free_in_handler, false},
    {"wss_free_at_once", test_free_at_once, false},
    {"wss_cycles", test_cycles, false},
    {"wss_server_errors", test_server_errors, false},
};

const struct suite suite_wss = {cases, CHECK_COUNT(cases)};
