/* The WebSocket client against peers that are not ours: peers.py. */
#include <stdio.h>
#include <stdlib.h>

#include <ars/clock.h>

#include "client.h"
#include "suites.h"
#include "wss_worker.h"

#define LINES_MAX 8

/* One connection to one peer, and what is to be seen on either side. */
struct scene {
    const char *mode;
    const char *greeting;
    int frames; /* then the client leaves */
    const char *last;
    enum ars_reason_code why; /* NONE: it must stay open until we leave */
    int status;
    uint32_t retry_after_s;
    const char *text;            /* a part of the reason's */
    const char *said[LINES_MAX]; /* lines of the peer */
    const char *not_said[2];
};

static const char *const no_frame_sins[] = {"bad frame", "shared record", "pong b''", "text b''"};

static const struct scene scenes[] = {
    {.mode = "crlf",
     .frames = 1,
     .last = "one",
     .said = {"text b'\\r\\n'", "close 1000", "sni pbx.test", "request GET /ws HTTP/1.1",
              "header sec-websocket-protocol sip", "header origin -",
              "header sec-websocket-extensions -", "header sec-websocket-version 13"},
     .not_said = {"text b'\\r\\n\\r\\n'"}},
    {.mode = "fragments", .frames = 2, .said = {"pong b'1234'", "close 1000"}},
    {.mode = "split", .frames = 4, .last = "three", .said = {"close 1000"}},
    {.mode = "binary", .frames = 1, .last = "binary", .said = {"close 1000"}},
    {.mode = "largest", .frames = 1, .said = {"close 1000"}},
    {.mode = "too-large",
     .why = ARS_REASON_CONNECTION_LOST,
     .text = "more than 262144 bytes",
     .said = {"close 1009"}},
    {.mode = "no-protocol", .frames = 1, .last = "hello", .said = {"close 1000"}},
    {.mode = "other-protocol", .why = ARS_REASON_NO_SIP_PROTOCOL},
    {.mode = "two-protocols", .why = ARS_REASON_NO_SIP_PROTOCOL},
    {.mode = "bad-accept", .why = ARS_REASON_UPGRADE_REFUSED},
    {.mode = "401", .why = ARS_REASON_UPGRADE_FORBIDDEN, .status = 401},
    {.mode = "403", .why = ARS_REASON_UPGRADE_FORBIDDEN, .status = 403, .text = "403 Forbidden"},
    {.mode = "404", .why = ARS_REASON_WRONG_PATH, .status = 404, .text = "404 Not Found"},
    {.mode = "426", .why = ARS_REASON_UPGRADE_REFUSED, .status = 426},
    {.mode = "503", .why = ARS_REASON_UNAVAILABLE, .status = 503, .retry_after_s = 7},
    {.mode = "503-date", .why = ARS_REASON_UNAVAILABLE, .status = 503, .retry_after_s = 10},
    {.mode = "503-past", .why = ARS_REASON_UNAVAILABLE, .status = 503},
    {.mode = "200", .why = ARS_REASON_UPGRADE_REFUSED, .status = 200},
    {.mode = "302", .why = ARS_REASON_UPGRADE_REFUSED, .status = 302},
    {.mode = "hangup", .why = ARS_REASON_UPGRADE_REFUSED},
    {.mode = "going-away",
     .why = ARS_REASON_CONNECTION_LOST,
     .text = "closed by the server: 1001 до свидания"},
    {.mode = "vanish", .why = ARS_REASON_CONNECTION_LOST},
    {.mode = "old-tls", .why = ARS_REASON_TLS, .text = "protocol"},
    {.mode = "plain", .why = ARS_REASON_TLS, .text = "wrong version number"},
};

/* The newest frame is compared to what the peer was told to send. */
static int check_frames(const struct scene *s, const struct client *c)
{
    int err = 0;

    CHECK_INT(c->closed, s->frames ? 0 : 1);
    CHECK_INT(c->frames, s->frames);
    if (s->last)
        CHECK_STR(c->last, s->last);
    if (strcmp(s->mode, "fragments") == 0)
        CHECK_INT(c->bytes, 5 + 90000);
    if (strcmp(s->mode, "largest") == 0)
        CHECK_INT(c->last_len, ARS_WSS_MESSAGE_MAX);
out:
    return err;
}

static int check_said(const struct scene *s, const struct peer_process *p)
{
    for (size_t i = 0; i < LINES_MAX && s->said[i]; i++) {
        if (!peer_said(p, s->said[i]))
            return check_fail(__FILE__, __LINE__, "no '%s' in: %s", s->said[i], p->said);
    }
    for (size_t i = 0; i < 2 && s->not_said[i]; i++) {
        if (peer_said(p, s->not_said[i]))
            return check_fail(__FILE__, __LINE__, "'%s' in: %s", s->not_said[i], p->said);
    }
    for (size_t i = 0; i < CHECK_COUNT(no_frame_sins); i++) {
        if (peer_said(p, no_frame_sins[i]))
            return check_fail(__FILE__, __LINE__, "'%s' in: %s", no_frame_sins[i], p->said);
    }
    return 0;
}

static int check_reason(const struct scene *s, const struct client *c)
{
    if (c->why.code != s->why || c->why.sip_status != s->status ||
        c->why.retry_after_s != s->retry_after_s)
        return check_fail(__FILE__, __LINE__, "%s, status %d: %s", ars_reason_name(c->why.code),
                          c->why.sip_status, c->why.text);
    if (s->text && !strstr(c->why.text, s->text))
        return check_fail(__FILE__, __LINE__, "'%s' lacks '%s'", c->why.text, s->text);
    return 0;
}

static int play(const struct scene *s)
{
    struct peer_process peer = {0};
    struct certs certs;
    struct cert_files files;
    struct client c = {0};
    int err = certs_init(&certs);

    TRY(err);
    TRY(certs_make(&certs, CERT_GOOD, "DNS:pbx.test", &files));
    TRY(peer_start(&peer, s->mode, &files));
    TRY(client_init(&c, &certs, peer.port));
    c.greeting = s->greeting;
    c.stop_at_frames = s->frames;
    TRY(client_run(&c));
    TRY(check_reason(s, &c));
    TRY(check_frames(s, &c));
    ars_wss_free(c.wss);
    c.wss = NULL;
    TRY(peer_end(&peer));
    TRY(check_said(s, &peer));
out:
    if (err)
        fprintf(stderr, "in mode %s\n", s->mode);
    if (c.f.loop)
        client_free(&c);
    peer_free(&peer);
    certs_free(&certs);
    return err;
}

static int test_scenes(void)
{
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(scenes) && !err; i++)
        err = play(&scenes[i]);
    return err;
}

/* A peer, a client to it, and their end. */
struct pair {
    struct certs certs;
    struct cert_files files;
    struct peer_process peer;
    struct client c;
};

static int pair_init(struct pair *p, const char *mode, const char *alt)
{
    int err;

    memset(p, 0, sizeof(*p));
    err = certs_init(&p->certs);
    if (!err)
        err = certs_make(&p->certs, CERT_GOOD, alt, &p->files);
    if (!err)
        err = peer_start(&p->peer, mode, &p->files);
    if (!err)
        err = client_init(&p->c, &p->certs, p->peer.port);
    return err;
}

static void pair_free(struct pair *p)
{
    if (p->c.f.loop)
        client_free(&p->c);
    peer_free(&p->peer);
    certs_free(&p->certs);
}

static int leave(struct pair *p)
{
    ars_wss_free(p->c.wss);
    p->c.wss = NULL;
    return peer_end(&p->peer);
}

static void send_three(struct client *c)
{
    (void)client_send(c, "one");
    (void)client_send(c, "two");
    (void)client_send(c, "a longer third");
}

/* Frames that are ready at the same moment, a pong and a CRLF among them, share no TLS record. */
static int test_one_frame_a_record(void)
{
    struct pair p;
    int err = pair_init(&p, "greedy", "DNS:pbx.test");

    TRY(err);
    p.c.on_frame = send_three;
    p.c.stop_at_frames = 1;
    TRY(client_run(&p.c));
    TRY(leave(&p));
    CHECK(peer_said(&p.peer, "text b'one'") && peer_said(&p.peer, "text b'a longer third'"));
    CHECK(peer_said(&p.peer, "text b'\\r\\n'") && peer_said(&p.peer, "pong b'in between'"));
    CHECK(!peer_said(&p.peer, "shared record") && !peer_said(&p.peer, "bad frame"));
out:
    pair_free(&p);
    return err;
}

/* The peer answers two pings and no more: lost hangup_s after the last. */
static int test_silent_server(void)
{
    struct pair p;
    uint64_t took;
    int err = pair_init(&p, "ping", "DNS:pbx.test");

    TRY(err);
    p.c.conf.ping_s = 1;
    p.c.conf.hangup_s = 3;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    CHECK_INT(p.c.why.code, ARS_REASON_CONNECTION_LOST);
    CHECK(strstr(p.c.why.text, "ping") != NULL);
    took = ars_clock_ms() - p.c.opened_ms;
    if (took < 4900 || took >= 8000)
        err = check_fail(__FILE__, __LINE__, "it took %llu ms", (unsigned long long)took);
    TRY(err);
    TRY(leave(&p));
    CHECK(peer_said(&p.peer, "ping 8 bytes"));
    CHECK(peer_said(&p.peer, "given up in time"));
out:
    pair_free(&p);
    return err;
}

static int check_timeout(const char *mode, const char *text)
{
    struct pair p;
    uint64_t from;
    int err = pair_init(&p, mode, "DNS:pbx.test");

    TRY(err);
    p.c.conf.connect_ms = 700;
    from = ars_clock_ms();
    TRY(client_run(&p.c));
    CHECK_INT(p.c.why.code, ARS_REASON_TIMEOUT);
    CHECK(strstr(p.c.why.text, text) != NULL);
    CHECK(ars_clock_ms() - from >= 700 && ars_clock_ms() - from < 3000);
    TRY(leave(&p));
out:
    pair_free(&p);
    return err;
}

static int test_connect_timeout(void)
{
    int err = check_timeout("mute", "TLS handshake");

    return err ? err : check_timeout("mute-http", "upgrade");
}

static void open_only(void *arg)
{
}

static void no_frame(const char *msg, size_t len, void *arg)
{
}

/* Nothing is set: 10 s for a connection, a ping each 15 s. Both at once, on one loop. */
static int test_default_times(void)
{
    static const struct ars_wss_handlers handlers = {.opened = open_only, .frame = no_frame};
    struct peer_process pinged = {0};
    struct ars_wss *other = NULL;
    struct ars_wss_conf conf;
    struct pair p;
    uint64_t from;
    int err = pair_init(&p, "mute", "DNS:pbx.test");

    TRY(err);
    TRY(peer_start(&pinged, "first-ping", &p.files));
    conf = p.c.conf;
    conf.port = conf.addr.port = pinged.port;
    TRY(ars_wss_open(&other, p.c.f.loop, &conf, &handlers, NULL));
    from = ars_clock_ms();
    TRY(client_run(&p.c));
    CHECK_INT(p.c.why.code, ARS_REASON_TIMEOUT);
    CHECK(ars_clock_ms() - from >= 9900 && ars_clock_ms() - from < 13000);
    TRY(leave(&p));
    TRY(peer_end(&pinged));
    CHECK(peer_said(&pinged, "first ping in time"));
out:
    ars_wss_free(other);
    peer_free(&pinged);
    pair_free(&p);
    return err;
}

static int test_tls12(void)
{
    struct pair p;
    int err = pair_init(&p, "tls12", "DNS:pbx.test");

    TRY(err);
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    TRY(leave(&p));
    CHECK(peer_said(&p.peer, "tls TLSv1.2"));
out:
    pair_free(&p);
    return err;
}

/* RFC 6066 section 3: no SNI for an address; RFC 7230 section 5.4: brackets in Host. */
static int test_ipv6_literal(void)
{
    struct pair p;
    char host[64];
    int err = pair_init(&p, "ipv6", "IP:::1");

    TRY(err);
    (void)ars_addr_parse("::1", p.peer.port, &p.c.conf.addr);
    p.c.conf.host = "::1";
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_STR(p.c.why.text, "");
    TRY(leave(&p));
    (void)snprintf(host, sizeof(host), "header host [::1]:%u", p.peer.port);
    CHECK(peer_said(&p.peer, host));
    CHECK(peer_said(&p.peer, "sni None"));
out:
    pair_free(&p);
    return err;
}

/* The address is mapped, the port too; Host, SNI and the certificate keep the name. */
static int test_names_kept(void)
{
    struct pair p;
    int err = pair_init(&p, "name", "DNS:pbx.test");

    TRY(err);
    p.c.conf.port = 7443;
    p.c.conf.path = NULL;
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, 1);
    TRY(leave(&p));
    CHECK(peer_said(&p.peer, "header host pbx.test:7443"));
    CHECK(peer_said(&p.peer, "sni pbx.test"));
    CHECK(peer_said(&p.peer, "request GET / HTTP/1.1"));
out:
    pair_free(&p);
    return err;
}

/* Out of reach but through the proxy: 192.0.2.0/24 is for documentation (RFC 5737). */
static int check_proxy(const char *mode, const char *target, const char *line, bool good)
{
    struct pair p;
    int err = pair_init(&p, mode, "DNS:pbx.test");

    TRY(err);
    p.c.conf.proxy = p.c.conf.addr;
    (void)ars_addr_parse(target, 8443, &p.c.conf.addr);
    p.c.conf.port = 443;
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_INT(p.c.opened, good ? 1 : 0);
    CHECK_INT(p.c.why.code, good ? ARS_REASON_NONE : ARS_REASON_PROXY);
    TRY(leave(&p));
    CHECK(peer_said(&p.peer, line));
    if (good) {
        CHECK(peer_said(&p.peer, "header host pbx.test"));
        CHECK(peer_said(&p.peer, "sni pbx.test"));
        CHECK(peer_said(&p.peer, "close 1000"));
    }
out:
    pair_free(&p);
    return err;
}

static int test_proxy(void)
{
    int err = check_proxy("proxy", "192.0.2.1", "CONNECT 192.0.2.1:8443 HTTP/1.1", true);

    TRY(err);
    TRY(check_proxy("proxy", "2001:db8::1", "CONNECT [2001:db8::1]:8443 HTTP/1.1", true));
    TRY(check_proxy("proxy-refuses", "192.0.2.1", "CONNECT 192.0.2.1:8443 HTTP/1.1", false));
out:
    return err;
}

/* lws reads http_proxy by itself; here it is conf.proxy or none. */
static int test_environment_is_not_read(void)
{
    struct pair p;
    int err = pair_init(&p, "name", "DNS:pbx.test");

    TRY(err);
    (void)setenv("http_proxy", "http://127.0.0.1:9", 1);
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    CHECK_STR(p.c.why.text, "");
    CHECK_INT(p.c.opened, 1);
    TRY(leave(&p));
out:
    (void)unsetenv("http_proxy");
    pair_free(&p);
    return err;
}

static void on_pause_over(void *arg)
{
    struct client *c = arg;

    ars_loop_stop(c->f.loop);
}

static void stall_once(struct client *c)
{
    uint64_t until = ars_clock_ms() + 300;

    while (c->frames == 1 && ars_clock_ms() < until)
        ;
}

/* 4 MB in 4000 messages while the loop is busy: held back, none lost, in order. */
static int test_flood(void)
{
    struct pair p;
    int err = pair_init(&p, "flood", "DNS:pbx.test");

    TRY(err);
    p.c.on_frame = stall_once;
    p.c.stop_at_frames = 4000;
    TRY(client_run(&p.c));
    CHECK_STR(p.c.why.text, "");
    CHECK(p.c.last && strncmp(p.c.last, "3999", 4) == 0);
    CHECK_INT(p.c.bytes, 4000 * 1024);
    fixture_after(&p.c.f, 50, on_pause_over, &p.c);
    TRY(fixture_run(&p.c.f));
    CHECK_INT(p.c.frames, 4000);
    TRY(leave(&p));
out:
    pair_free(&p);
    return err;
}

/* The Python library "websockets", which is lenient in nothing. */
static int test_library(void)
{
    static const char *const talk[][2] = {
        {"hello", "hello"}, {"fragments", "fragments"}, {"ping", "ponged"}, {"é ☎", "é ☎"}};
    struct pair p;
    char *big = malloc(ARS_WSS_MESSAGE_MAX);
    int err = pair_init(&p, "library", "DNS:pbx.test");

    TRY(err);
    CHECK(big != NULL);
    p.c.conf.path = "/ws?x=1";
    p.c.stop_when_opened = true;
    TRY(client_run(&p.c));
    for (size_t i = 0; i < CHECK_COUNT(talk); i++) {
        p.c.stop_at_frames = p.c.frames + 1;
        TRY(client_send(&p.c, talk[i][0]));
        TRY(client_run(&p.c));
        CHECK_STR(p.c.last, talk[i][1]);
    }
    memset(big, 'b', ARS_WSS_MESSAGE_MAX);
    p.c.stop_at_frames = p.c.frames + 1;
    TRY(ars_transport_send(ars_wss_transport(p.c.wss), big, ARS_WSS_MESSAGE_MAX));
    TRY(client_run(&p.c));
    CHECK_INT(p.c.last_len, ARS_WSS_MESSAGE_MAX);
    TRY(leave(&p));
    CHECK(peer_said(&p.peer, "path /ws?x=1"));
    CHECK(peer_said(&p.peer, "subprotocol sip"));
    CHECK(peer_said(&p.peer, "closed 1000"));
out:
    free(big);
    pair_free(&p);
    return err;
}

/* All pairs of states: x where there is an edge. */
static int test_phases(void)
{
    static const char *const edges[PHASES] = {
        [CONNECTING] = ".x...x", [SECURING] = "..x..x", [UPGRADING] = "...x.x",
        [OPEN] = "....xx",       [CLOSING] = ".....x",  [CLOSED] = "......",
    };
    int err = 0;

    for (int from = 0; from < PHASES; from++) {
        for (int to = 0; to < PHASES; to++)
            CHECK(ars_fsm_allows(&wss_phases, from, to) == (edges[from][to] == 'x'));
    }
out:
    return err;
}

static const struct check_case cases[] = {
    {"wss_phases", test_phases, false},
    {"peers_scenes", test_scenes, false},
    {"peers_one_frame_a_record", test_one_frame_a_record, false},
    {"peers_silent_server", test_silent_server, false},
    {"peers_connect_timeout", test_connect_timeout, false},
    {"peers_default_times", test_default_times, false},
    {"peers_tls12", test_tls12, false},
    {"peers_ipv6_literal", test_ipv6_literal, false},
    {"peers_names_kept", test_names_kept, false},
    {"peers_proxy", test_proxy, false},
    {"peers_environment_is_not_read", test_environment_is_not_read, false},
    {"peers_flood", test_flood, false},
    {"peers_library", test_library, false},
};

const struct suite suite_peers = {cases, CHECK_COUNT(cases)};
