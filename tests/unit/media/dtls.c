/*
 * DTLS-SRTP: two of ours over a line that loses, and one of ours with `openssl s_server` and
 * `s_client`.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <re.h>

#include <ars/loop.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "check.h"
#include "ice_rig.h"
#include "suites.h"
#include "transport/dtls.h"

#define QUEUE    32
#define MTU      1200
#define TEXT_MAX 65536

/* ---- two ends and the line between ---- */

struct end {
    struct line *line;
    struct end *other;
    struct dtls_identity *id;
    struct dtls *dtls;
    bool established;
    struct srtp_keys keys;
    bool failed;
    bool refused;
    unsigned sent;
    size_t largest;
    uint8_t hello[MTU]; /* the first datagram */
    size_t hello_len;
};

struct packet {
    struct end *to;
    size_t len;
    uint8_t buf[2048];
};

struct line {
    struct rig rig;
    struct end client;
    struct end server;
    struct ars_timer timer;
    unsigned lost; /* the n-th datagram of all, from 1; 0: none */
    unsigned count;
    size_t n;
    struct packet v[QUEUE];
};

static void on_line(void *arg)
{
    struct line *l = arg;
    struct packet p = l->v[0];

    l->n--;
    memmove(&l->v[0], &l->v[1], l->n * sizeof(p));
    if (l->n)
        ars_timer_start(ars_loop_timers(l->rig.loop), &l->timer, 0, on_line, l);
    if (p.to->dtls)
        dtls_receive(p.to->dtls, p.buf, p.len);
}

static void on_send(const uint8_t *buf, size_t len, void *arg)
{
    struct end *e = arg;
    struct line *l = e->line;
    struct packet *p = &l->v[l->n];

    if (e->sent++ == 0 && len <= sizeof(e->hello)) {
        memcpy(e->hello, buf, len);
        e->hello_len = len;
    }
    if (len > e->largest)
        e->largest = len;
    if (++l->count == l->lost || l->n >= QUEUE || len > sizeof(p->buf))
        return;
    p->to = e->other;
    p->len = len;
    memcpy(p->buf, buf, len);
    l->n++;
    ars_timer_start(ars_loop_timers(l->rig.loop), &l->timer, 0, on_line, l);
}

static void on_established(const struct srtp_keys *keys, void *arg)
{
    struct end *e = arg;

    e->established = true;
    e->keys = *keys;
}

static void on_failed(bool refused, const char *why, void *arg)
{
    struct end *e = arg;

    e->failed = true;
    e->refused = refused;
}

static const struct dtls_handlers handlers = {
    .send = on_send, .established = on_established, .failed = on_failed};

static int fingerprint_of(const struct dtls_identity *id, struct dtls_peer *ret)
{
    ret->n = 1;
    ret->v[0].len = 32;
    return ars_unhex(dtls_identity_fingerprint(id), ret->v[0].md, 32);
}

static int line_open(struct line *l)
{
    int err;

    memset(l, 0, sizeof(*l));
    err = rig_open(&l->rig);
    l->client = (struct end){.line = l, .other = &l->server};
    l->server = (struct end){.line = l, .other = &l->client};
    if (!err)
        err = dtls_identity_alloc(&l->client.id);
    if (!err)
        err = dtls_identity_alloc(&l->server.id);
    return err;
}

static void line_close(struct line *l)
{
    dtls_free(l->client.dtls);
    dtls_free(l->server.dtls);
    dtls_identity_free(l->client.id);
    dtls_identity_free(l->server.id);
    ars_timer_stop(&l->timer);
    rig_close(&l->rig);
}

static struct line *line_of(const struct rig *r)
{
    return (struct line *)(uintptr_t)r; /* the first member */
}

static bool both_established(const struct rig *r)
{
    return line_of(r)->client.established && line_of(r)->server.established;
}

static bool both_failed(const struct rig *r)
{
    return line_of(r)->client.failed && line_of(r)->server.failed;
}

static int start(struct line *l, const struct dtls_peer *of_server,
                 const struct dtls_peer *of_client)
{
    int err = dtls_alloc(&l->client.dtls, l->rig.loop, l->client.id, true, of_server, &handlers,
                         &l->client);

    if (!err)
        err = dtls_alloc(&l->server.dtls, l->rig.loop, l->server.id, false, of_client, &handlers,
                         &l->server);
    if (!err) {
        dtls_start(l->server.dtls);
        dtls_start(l->client.dtls);
    }
    return err;
}

static int start_right(struct line *l)
{
    struct dtls_peer of_server;
    struct dtls_peer of_client;
    int err = fingerprint_of(l->server.id, &of_server);

    if (!err)
        err = fingerprint_of(l->client.id, &of_client);
    return err ? err : start(l, &of_server, &of_client);
}

static struct line line;

static int test_handshake(void)
{
    struct line *l = &line;
    int err;

    TRY(line_open(l));
    CHECK_INT(strlen(dtls_identity_fingerprint(l->client.id)), 32 * 3 - 1);
    CHECK(strcmp(dtls_identity_fingerprint(l->client.id),
                 dtls_identity_fingerprint(l->server.id)) != 0);
    TRY(start_right(l));
    TRY(rig_wait(&l->rig, both_established, 3000));
    CHECK_INT(l->client.keys.profile, SRTP_PROFILE_AEAD_AES_256_GCM);
    CHECK_INT(l->server.keys.profile, SRTP_PROFILE_AEAD_AES_256_GCM);
    CHECK(memcmp(l->client.keys.local, l->server.keys.remote, SRTP_KEY_MAX) == 0);
    CHECK(memcmp(l->client.keys.remote, l->server.keys.local, SRTP_KEY_MAX) == 0);
    CHECK(memcmp(l->client.keys.remote, l->client.keys.local, SRTP_KEY_MAX) != 0);
    CHECK(l->client.largest <= MTU && l->server.largest <= MTU);
    CHECK(dtls_is_established(l->client.dtls) && dtls_is_active(l->client.dtls));
out:
    line_close(l);
    return err;
}

/* RFC 6347 4.2.4: each datagram of the handshake may be lost. */
static int test_loss(void)
{
    struct line *l = &line;
    int err = 0;

    for (unsigned lost = 1; lost <= 5; lost++) {
        TRY(line_open(l));
        l->lost = lost;
        TRY(start_right(l));
        TRY(rig_wait(&l->rig, both_established, 5000));
        line_close(l);
    }
    return 0;
out:
    line_close(l);
    return err;
}

static int refused(bool client_sees, size_t fault)
{
    struct line *l = &line;
    struct dtls_peer of_server;
    struct dtls_peer of_client;
    struct dtls_peer *wrong = client_sees ? &of_server : &of_client;
    int err;

    TRY(line_open(l));
    TRY(fingerprint_of(l->server.id, &of_server));
    TRY(fingerprint_of(l->client.id, &of_client));
    wrong->v[0].md[fault] ^= 0x01;
    TRY(start(l, &of_server, &of_client));
    TRY(rig_wait(&l->rig, both_failed, 3000));
    CHECK(!l->client.established && !l->server.established);
    CHECK(l->client.refused && l->server.refused);
out:
    line_close(l);
    return err;
}

static int test_wrong_fingerprint(void)
{
    int err = refused(true, 0);

    if (!err)
        err = refused(true, 31);
    return err ? err : refused(false, 7);
}

/* RFC 8122 5: one right fingerprint among several is enough. */
static int test_several_fingerprints(void)
{
    struct line *l = &line;
    struct dtls_peer of_server;
    struct dtls_peer of_client;
    int err;

    TRY(line_open(l));
    TRY(fingerprint_of(l->server.id, &of_server));
    TRY(fingerprint_of(l->client.id, &of_client));
    of_server.v[1] = of_server.v[0];
    of_server.v[0].md[3] ^= 0x80;
    of_server.n = 2;
    TRY(start(l, &of_server, &of_client));
    TRY(rig_wait(&l->rig, both_established, 3000));
out:
    line_close(l);
    return err;
}

static int test_new_hello(void)
{
    struct line *l = &line;
    int err;

    TRY(line_open(l));
    TRY(start_right(l));
    TRY(rig_wait(&l->rig, both_established, 3000));
    CHECK(l->client.hello_len > 60);
    /* the first flight again, late: nothing new */
    CHECK(!dtls_is_new_hello(l->server.dtls, l->client.hello, l->client.hello_len));
    l->client.hello[13 + 12 + 2] ^= 0xff; /* RFC 6347 4.2.2: the random */
    CHECK(dtls_is_new_hello(l->server.dtls, l->client.hello, l->client.hello_len));
    CHECK(!dtls_is_new_hello(l->client.dtls, l->client.hello, l->client.hello_len));
    CHECK(!dtls_is_new_hello(l->server.dtls, l->client.hello, 40));
    l->client.hello[13] = 2; /* a ServerHello */
    CHECK(!dtls_is_new_hello(l->server.dtls, l->client.hello, l->client.hello_len));
out:
    line_close(l);
    return err;
}

/* ---- openssl(1) as the other end ---- */

struct tool {
    struct rig rig;
    struct end end;
    struct udp_sock *sock;
    struct sa peer;
    bool peer_known;
    pid_t pid;
    int in;
    int out;
    char dir[32];
    char pem[48];
    char text[TEXT_MAX];
    size_t len;
};

static void tool_send(const uint8_t *buf, size_t len, void *arg)
{
    struct tool *t = arg;
    struct mbuf *mb = mbuf_alloc(len);

    if (mb && t->peer_known) {
        (void)mbuf_write_mem(mb, buf, len);
        mb->pos = 0;
        (void)udp_send(t->sock, &t->peer, mb);
    }
    mem_deref(mb);
}

static void tool_established(const struct srtp_keys *keys, void *arg)
{
    on_established(keys, &((struct tool *)arg)->end);
}

static void tool_failed(bool was_refused, const char *why, void *arg)
{
    on_failed(was_refused, why, &((struct tool *)arg)->end);
}

static void on_tool(const struct sa *src, struct mbuf *mb, void *arg)
{
    struct tool *t = arg;

    t->peer = *src;
    t->peer_known = true;
    dtls_receive(t->end.dtls, mbuf_buf(mb), mbuf_get_left(mb));
}

/* An RSA certificate for the tool, and its fingerprint of `hash`. */
static int make_certificate(struct tool *t, const EVP_MD *hash, struct dtls_peer *ret)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *cert = X509_new();
    FILE *f;
    unsigned len = 0;
    int err = EIO;

    f = fopen(t->pem, "w");
    if (key && cert && f && X509_set_version(cert, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
        X509_gmtime_adj(X509_getm_notAfter(cert), 3600) && X509_set_pubkey(cert, key) == 1 &&
        X509_sign(cert, key, EVP_sha256()) > 0 && PEM_write_X509(f, cert) == 1 &&
        PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 &&
        X509_digest(cert, hash, ret->v[0].md, &len) == 1) {
        ret->n = 1;
        ret->v[0].len = len;
        err = 0;
    }
    if (f && fclose(f) != 0)
        err = EIO;
    X509_free(cert);
    EVP_PKEY_free(key);
    return err;
}

static int tool_run(struct tool *t, const char *const *args)
{
    int in[2];
    int out[2];

    if (pipe(in) || pipe(out))
        return errno;
    t->pid = fork();
    if (t->pid < 0)
        return errno;
    if (t->pid == 0) {
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)dup2(out[1], 2);
        (void)close(in[1]);
        (void)close(out[0]);
        execvp("openssl", (char *const *)(uintptr_t)args);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    t->in = in[1];
    t->out = out[0];
    (void)fcntl(t->out, F_SETFL, O_NONBLOCK);
    return 0;
}

static bool tool_says(struct tool *t, const char *text)
{
    ssize_t n;

    while (t->len < sizeof(t->text) - 1 &&
           (n = read(t->out, t->text + t->len, sizeof(t->text) - 1 - t->len)) > 0)
        t->len += (size_t)n;
    t->text[t->len] = '\0';
    return strstr(t->text, text) != NULL;
}

static struct tool *tool_of(const struct rig *r)
{
    return (struct tool *)(uintptr_t)r;
}

static bool tool_has_keys(const struct rig *r)
{
    const char *p;

    if (!tool_says(tool_of(r), "Keying material: "))
        return false;
    p = strstr(tool_of(r)->text, "Keying material: ") + 17;
    return strlen(p) > 120 && tool_of(r)->end.established;
}

static bool tool_listens(const struct rig *r)
{
    return tool_says(tool_of(r), "ACCEPT");
}

static int tool_open(struct tool *t, const EVP_MD *hash, struct dtls_peer *ret_peer)
{
    struct sa local;
    int err;

    memset(t, 0, sizeof(*t));
    t->in = t->out = -1;
    err = rig_open(&t->rig);
    (void)ars_strcpy(t->dir, sizeof(t->dir), "/tmp/ars-dtls-XXXXXX");
    if (!err && !mkdtemp(t->dir))
        err = errno;
    (void)snprintf(t->pem, sizeof(t->pem), "%s/pair.pem", t->dir);
    if (!err)
        err = dtls_identity_alloc(&t->end.id);
    if (!err)
        err = make_certificate(t, hash, ret_peer);
    (void)sa_set_str(&local, "127.0.0.1", 0);
    if (!err)
        err = udp_listen(&t->sock, &local, on_tool, t);
    return err;
}

static void tool_close(struct tool *t)
{
    if (t->pid > 0) {
        (void)kill(t->pid, SIGKILL);
        (void)waitpid(t->pid, NULL, 0);
    }
    if (t->in >= 0)
        (void)close(t->in);
    if (t->out >= 0)
        (void)close(t->out);
    (void)unlink(t->pem);
    (void)rmdir(t->dir);
    mem_deref(t->sock);
    dtls_free(t->end.dtls);
    dtls_identity_free(t->end.id);
    rig_close(&t->rig);
}

/* RFC 5764 4.2: both have exported the same block; ours was cut into keys. */
static int check_keys(const struct tool *t, bool we_are_client)
{
    const struct srtp_keys *k = &t->end.keys;
    const uint8_t *client = we_are_client ? k->local : k->remote;
    const uint8_t *server = we_are_client ? k->remote : k->local;
    uint8_t block[60];
    char hex[121];
    const char *theirs = strstr(t->text, "Keying material: ") + 17;

    memcpy(block, client, 16);
    memcpy(block + 16, server, 16);
    memcpy(block + 32, client + 16, 14);
    memcpy(block + 46, server + 16, 14);
    ars_hex(block, sizeof(block), hex);
    return strncasecmp(hex, theirs, 120) == 0 ? 0 : EPROTO;
}

static const struct dtls_handlers tool_handlers = {
    .send = tool_send, .established = tool_established, .failed = tool_failed};

static struct tool tool;

/* Any free UDP port of loopback. */
static uint16_t free_port(void)
{
    struct udp_sock *sock = NULL;
    struct sa local;
    uint16_t port = 0;

    (void)sa_set_str(&local, "127.0.0.1", 0);
    if (udp_listen(&sock, &local, NULL, NULL) == 0 && udp_local_get(sock, &local) == 0)
        port = sa_port(&local);
    mem_deref(sock);
    return port;
}

static int with_server(const EVP_MD *hash)
{
    struct tool *t = &tool;
    struct dtls_peer peer;
    char port[16];
    int err;

    TRY(tool_open(t, hash, &peer));
    (void)sa_set_str(&t->peer, "127.0.0.1", free_port());
    t->peer_known = true;
    (void)snprintf(port, sizeof(port), "127.0.0.1:%u", sa_port(&t->peer));
    TRY(tool_run(t, (const char *const[]){"openssl", "s_server", "-dtls1_2", "-accept", port,
                                          "-cert", t->pem, "-key", t->pem, "-Verify", "1",
                                          "-use_srtp", "SRTP_AES128_CM_SHA1_80", "-keymatexport",
                                          "EXTRACTOR-dtls_srtp", "-keymatexportlen", "60", NULL}));
    TRY(rig_wait(&t->rig, tool_listens, 5000));
    TRY(dtls_alloc(&t->end.dtls, t->rig.loop, t->end.id, true, &peer, &tool_handlers, t));
    dtls_start(t->end.dtls);
    TRY(rig_wait(&t->rig, tool_has_keys, 8000));
    CHECK_INT(t->end.keys.profile, SRTP_PROFILE_AES128_CM_SHA1_80);
    TRY(check_keys(t, true));
out:
    tool_close(t);
    return err;
}

static int test_openssl_server(void)
{
    return with_server(EVP_sha256());
}

static int test_openssl_server_sha512(void)
{
    return with_server(EVP_sha512());
}

static int test_openssl_client(void)
{
    struct tool *t = &tool;
    struct dtls_peer peer;
    struct sa local;
    char port[32];
    int err;

    TRY(tool_open(t, EVP_sha256(), &peer));
    TRY(udp_local_get(t->sock, &local));
    TRY(dtls_alloc(&t->end.dtls, t->rig.loop, t->end.id, false, &peer, &tool_handlers, t));
    dtls_start(t->end.dtls);
    (void)snprintf(port, sizeof(port), "127.0.0.1:%u", sa_port(&local));
    TRY(tool_run(t, (const char *const[]){"openssl", "s_client", "-dtls1_2", "-connect", port,
                                          "-cert", t->pem, "-key", t->pem, "-use_srtp",
                                          "SRTP_AES128_CM_SHA1_80", "-keymatexport",
                                          "EXTRACTOR-dtls_srtp", "-keymatexportlen", "60", NULL}));
    TRY(rig_wait(&t->rig, tool_has_keys, 8000));
    TRY(check_keys(t, false));
    CHECK(strstr(t->text, "SRTP_AES128_CM_SHA1_80") != NULL);
out:
    tool_close(t);
    return err;
}

static bool tool_was_refused(const struct rig *r)
{
    return tool_of(r)->end.failed;
}

/* A client without certificate, DTLS 1.0, no SRTP: none gets keys. */
static int test_openssl_client_refused(void)
{
    static const char *const faults[][4] = {
        {"-dtls1_2", "-use_srtp", "SRTP_AES128_CM_SHA1_80", NULL},
        {"-dtls1", "-cipher", "DEFAULT@SECLEVEL=0", NULL},
        {"-dtls1_2", "-cert", "PEM", NULL},
    };
    struct tool *t = &tool;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(faults); i++) {
        struct dtls_peer peer;
        struct sa local;
        char port[32];
        const char *third;

        TRY(tool_open(t, EVP_sha256(), &peer));
        TRY(udp_local_get(t->sock, &local));
        TRY(dtls_alloc(&t->end.dtls, t->rig.loop, t->end.id, false, &peer, &tool_handlers, t));
        dtls_start(t->end.dtls);
        (void)snprintf(port, sizeof(port), "127.0.0.1:%u", sa_port(&local));
        third = strcmp(faults[i][2], "PEM") == 0 ? t->pem : faults[i][2];
        TRY(tool_run(t, (const char *const[]){"openssl", "s_client", faults[i][0], "-connect", port,
                                              faults[i][1], third, NULL}));
        TRY(rig_wait(&t->rig, tool_was_refused, 8000));
        CHECK(t->end.refused && !t->end.established);
        tool_close(t);
    }
    return 0;
out:
    tool_close(t);
    return err;
}

int suite_dtls(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"dtls/handshake", test_handshake, false},
        {"dtls/loss", test_loss, false},
        {"dtls/wrong-fingerprint", test_wrong_fingerprint, false},
        {"dtls/several-fingerprints", test_several_fingerprints, false},
        {"dtls/new-hello", test_new_hello, false},
        {"dtls/openssl-server", test_openssl_server, false},
        {"dtls/openssl-server-sha512", test_openssl_server_sha512, false},
        {"dtls/openssl-client", test_openssl_client, false},
        {"dtls/openssl-client-refused", test_openssl_client_refused, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
