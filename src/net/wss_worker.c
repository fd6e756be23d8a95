/*
 * The thread of one WebSocket connection: its libwebsockets context, from connect to close.
 * RFC 6455 (WebSocket), RFC 7118 (SIP over it), RFC 5626 section 3.5.1 (CRLF keep-alive).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "http_date.h"
#include "lws_once.h"
#include "lws_pipe.h"
#include "wss_worker.h"

#define CLOSE_MS 500   /* for what is still to be sent and the peer's close frame */
#define RX_CHUNK 16384 /* a TLS record's worth */
#define FDS_MAX  4
/*
 * A SYN is repeated after 1, 3 and 7 s (RFC 6298): a server that comes back between the last two is
 * found sooner by a new attempt. Not through a proxy, which connects on our behalf.
 */
#define SYN_MS     3500u
#define HTTPS_PORT 443

static const char *const phase_names[] = {"connecting", "securing", "upgrading",
                                          "open",       "closing",  "closed"};

static const uint32_t phase_edges[] = {
    [CONNECTING] = ARS_TO(SECURING) | ARS_TO(CLOSED),
    [SECURING] = ARS_TO(UPGRADING) | ARS_TO(CLOSED),
    [UPGRADING] = ARS_TO(OPEN) | ARS_TO(CLOSED),
    [OPEN] = ARS_TO(CLOSING) | ARS_TO(CLOSED),
    [CLOSING] = ARS_TO(CLOSED),
    [CLOSED] = 0,
};

const struct ars_fsm wss_phases = {"wss", phase_names, phase_edges, PHASES};

static void set_phase(struct worker *w, enum phase to)
{
    (void)ars_fsm_go(&wss_phases, &w->phase, to);
    /* lws runs timers first and polls then, for as long as nothing happens */
    if (to == CLOSED && w->ctx)
        lws_cancel_service(w->ctx);
}

static void start_timer(struct worker *w, lws_sorted_usec_list_t *sul, sul_cb_t cb, unsigned ms)
{
    lws_sul_schedule(w->ctx, 0, sul, cb, (lws_usec_t)ms * LWS_US_PER_MS);
}

static void __attribute__((format(printf, 4, 0)))
why_set(struct worker *w, enum ars_reason_code code, int status, const char *fmt, va_list ap)
{
    char text[ARS_REASON_TEXT];

    (void)vsnprintf(text, sizeof(text), fmt, ap);
    ars_reason_set(&w->lk->last->why, code, status, "%s", text);
}

void wss_finish(struct worker *w, enum ars_reason_code code, int status, const char *fmt, ...)
{
    va_list ap;

    if (w->phase == CLOSED)
        return;
    va_start(ap, fmt);
    if (w->phase != CLOSING)
        why_set(w, code, status, fmt, ap);
    va_end(ap);
    set_phase(w, CLOSED);
}

static const char *peer_name(const struct worker *w, char out[ARS_ADDR_STR])
{
    bool proxied = w->lk->proxy.family != ARS_AF_NONE;

    return ars_addr_str(proxied ? &w->lk->proxy : &w->lk->addr, out);
}

static void refused(struct worker *w)
{
    struct wss_event *last = w->lk->last;

    if (w->phase < CLOSING) {
        last->has_cert = true;
        last->cert = w->check.cert;
    }
    wss_finish(w, ARS_REASON_CERTIFICATE, 0, "%s", w->check.cert.problem);
}

static void failed(struct worker *w, const char *text, size_t len)
{
    bool proxied = w->lk->proxy.family != ARS_AF_NONE;
    int n = len < 96 ? (int)len : 96;
    char peer[ARS_ADDR_STR];

    if (w->check.refused) {
        refused(w);
        return;
    }
    if (!text) {
        text = "";
        n = 0;
    }
    switch (w->phase) {
    case CONNECTING:
        wss_finish(w, proxied ? ARS_REASON_PROXY : ARS_REASON_UNREACHABLE, 0, "%s %s: %.*s",
                   proxied ? "no way through the proxy at" : "no connection to", peer_name(w, peer),
                   n, text);
        break;
    case SECURING:
        wss_finish(w, ARS_REASON_TLS, 0, "TLS failed: %.*s", w->tls_text[0] ? 95 : n,
                   w->tls_text[0] ? w->tls_text : text);
        break;
    case UPGRADING:
        wss_finish(w, ARS_REASON_UPGRADE_REFUSED, 0, "no WebSocket: %.*s", n, text);
        break;
    default:
        wss_finish(w, ARS_REASON_CONNECTION_LOST, 0, "%s%s",
                   w->peer_text[0] ? "closed by the server: " : "the connection was lost",
                   w->peer_text);
        break;
    }
}

static void on_deadline(lws_sorted_usec_list_t *sul)
{
    struct worker *w = lws_container_of(sul, struct worker, deadline);
    static const char *const what[] = {
        [CONNECTING] = "connection",
        [SECURING] = "TLS handshake",
        [UPGRADING] = "answer to the WebSocket upgrade",
    };
    char peer[ARS_ADDR_STR];

    if (w->phase <= UPGRADING)
        wss_finish(w, ARS_REASON_TIMEOUT, 0, "no %s from %s in %u ms", what[w->phase],
                   peer_name(w, peer), (unsigned)(ars_clock_ms() - w->began_ms));
    else
        wss_finish(w, ARS_REASON_CONNECTION_LOST, 0, "closed");
}

void wss_closing(struct worker *w, enum ars_reason_code code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    why_set(w, code, 0, fmt, ap);
    va_end(ap);
    set_phase(w, CLOSING);
    start_timer(w, &w->deadline, on_deadline, CLOSE_MS);
}

static void on_hangup(lws_sorted_usec_list_t *sul)
{
    struct worker *w = lws_container_of(sul, struct worker, hangup);

    if (w->probing_ms)
        wss_finish(w, ARS_REASON_CONNECTION_LOST, 0, "the server does not answer a ping in %u ms",
                   w->probing_ms);
    else
        wss_finish(w, ARS_REASON_CONNECTION_LOST, 0, "the server has not answered a ping for %u s",
                   w->lk->hangup_s);
}

static void on_ping(lws_sorted_usec_list_t *sul)
{
    struct worker *w = lws_container_of(sul, struct worker, ping);

    if (w->phase != OPEN)
        return;
    w->ping_due = true;
    lws_callback_on_writable(w->wsi);
    start_timer(w, &w->ping, on_ping, w->lk->ping_s * 1000);
}

static void probe(struct worker *w)
{
    unsigned ms = atomic_exchange(&w->lk->probe_ms, 0);

    if (!ms || w->phase != OPEN)
        return;
    w->probing_ms = ms;
    w->ping_due = true;
    start_timer(w, &w->hangup, on_hangup, ms);
}

static void on_pong(struct worker *w)
{
    struct wss_event *ev = w->probing_ms ? wss_event_new(WSS_ALIVE, NULL, 0) : NULL;

    if (ev)
        wss_emit(w, ev);
    w->probing_ms = 0;
    start_timer(w, &w->hangup, on_hangup, w->lk->hangup_s * 1000);
}

/* Of the time for TCP, TLS and upgrade together. */
static unsigned left_ms(const struct worker *w)
{
    uint64_t spent = ars_clock_ms() - w->began_ms;

    return spent < w->lk->connect_ms ? (unsigned)(w->lk->connect_ms - spent) : 0;
}

static void on_ssl_info(const SSL *ssl, int where, int ret)
{
    struct worker *w = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    unsigned long e;

    if (where & SSL_CB_HANDSHAKE_START && w->phase == CONNECTING) {
        set_phase(w, SECURING);
        start_timer(w, &w->deadline, on_deadline, left_ms(w));
        /* lws has set them from the Host header, cut at the first ':' */
        trust_ssl_prepare((SSL *)(uintptr_t)ssl, w->lk->host);
    } else if (where & SSL_CB_READ && where & SSL_CB_ALERT && w->phase == SECURING) {
        (void)snprintf(w->tls_text, sizeof(w->tls_text), "the server says '%s'",
                       SSL_alert_desc_string_long(ret));
    } else if (where & SSL_CB_EXIT && ret <= 0 && w->phase == SECURING && !w->tls_text[0]) {
        e = ERR_peek_last_error();
        if (e && ERR_reason_error_string(e))
            (void)ars_strcpy(w->tls_text, sizeof(w->tls_text), ERR_reason_error_string(e));
    }
}

/* lws wants 0 for "go on". */
static int on_verify(struct worker *w, X509_STORE_CTX *store, bool ok)
{
    return trust_verify(&w->check, store, ok) ? 0 : 1;
}

/* The request is about to be written: the last moment to look at whom it would go to. */
static int on_request(struct worker *w, struct lws *wsi)
{
    if (!trust_peer(&w->check, lws_get_ssl(wsi))) {
        refused(w);
        return -1;
    }
    set_phase(w, UPGRADING);
    return 0;
}

/* RFC 7118 section 4.1: "sip". A server that names none is taken at its word. */
static int on_protocol(struct worker *w, struct lws *wsi)
{
    char name[16] = "";

    if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) == 0)
        return 0;
    if (lws_hdr_copy(wsi, name, sizeof(name), WSI_TOKEN_PROTOCOL) == 3 && !strcmp(name, "sip"))
        return 0;
    wss_finish(w, ARS_REASON_NO_SIP_PROTOCOL, 0,
               "the server chose another sub-protocol than 'sip'");
    return -1;
}

static enum ars_reason_code code_of(unsigned status)
{
    switch (status) {
    case 401:
    case 403:
        return ARS_REASON_UPGRADE_FORBIDDEN;
    case 404:
        return ARS_REASON_WRONG_PATH;
    default:
        return status >= 500 ? ARS_REASON_UNAVAILABLE : ARS_REASON_UPGRADE_REFUSED;
    }
}

/* What the server's clock says, as far as it tells. */
static int64_t server_time(struct lws *wsi)
{
    int64_t s = (int64_t)(ars_clock_wall_us() / 1000000);
    char text[HTTP_DATE_MAX] = "";

    if (lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_HTTP_DATE) > 0)
        (void)http_date_parse(text, s, &s);
    return s;
}

/* RFC 9110 section 10.2.3: in seconds, or until when. */
static uint32_t retry_after(struct lws *wsi)
{
    int64_t now = server_time(wsi);
    char text[HTTP_DATE_MAX] = "";
    int64_t until = now;
    uint32_t s = 0;

    if (lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_HTTP_RETRY_AFTER) > 0 &&
        ars_str_to_u32(text, UINT32_MAX, &s))
        (void)http_date_parse(text, now, &until);
    if (until > now)
        s = until - now < UINT32_MAX ? (uint32_t)(until - now) : UINT32_MAX;
    return s;
}

static int on_response(struct worker *w, struct lws *wsi)
{
    unsigned status = lws_http_client_http_response(wsi);
    char line[64] = "";
    char *clean;

    if (status == 101)
        return on_protocol(w, wsi);
    if (lws_hdr_copy(wsi, line, sizeof(line), WSI_TOKEN_HTTP) <= 0)
        (void)snprintf(line, sizeof(line), "%u", status);
    clean = ars_utf8_clean(line, strlen(line));
    wss_finish(w, code_of(status), (int)status, "the server answers '%s'", clean ? clean : "");
    w->lk->last->why.retry_after_s = retry_after(wsi);
    free(clean);
    return -1;
}

static void on_wake(struct worker *w)
{
    if (atomic_load(&w->lk->quit)) {
        if (w->phase < OPEN) {
            wss_finish(w, ARS_REASON_CONNECTION_LOST, 0, "given up");
        } else if (w->phase == OPEN) {
            wss_closing(w, ARS_REASON_NONE, "closed");
        }
    }
    wss_stall_check(w);
    probe(w);
    if (w->wsi)
        lws_callback_on_writable(w->wsi);
}

static void on_established(struct worker *w, struct lws *wsi)
{
    struct wss_event *ev = wss_event_new(WSS_OPENED, NULL, 0);

    if (!ev) {
        wss_finish(w, ARS_REASON_INTERNAL, 0, "out of memory");
        return;
    }
    w->wsi = wsi;
    set_phase(w, OPEN);
    lws_sul_cancel(&w->deadline);
    start_timer(w, &w->ping, on_ping, w->lk->ping_s * 1000);
    start_timer(w, &w->hangup, on_hangup, w->lk->hangup_s * 1000);
    wss_emit(w, ev);
    on_wake(w); /* it may have been given up while connecting */
}

static void on_peer_close(struct worker *w, const unsigned char *in, size_t len)
{
    char *clean;

    if (len < 2) {
        (void)ars_strcpy(w->peer_text, sizeof(w->peer_text), "no code");
        return;
    }
    clean = ars_utf8_clean((const char *)in + 2, len - 2);
    (void)snprintf(w->peer_text, sizeof(w->peer_text), "%d%s%.80s", in[0] << 8 | in[1],
                   len > 2 ? " " : "", clean ? clean : "");
    free(clean);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct lws_context *ctx = lws_get_context(wsi);
    struct worker *w = ctx ? lws_context_user(ctx) : NULL;

    if (!w)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        on_wake(w);
        return 0;
    case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
        return on_verify(w, user, len != 0);
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return on_request(w, wsi);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        return on_response(w, wsi);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        on_established(w, wsi);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return wss_receive(w, wsi, in, len);
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        on_pong(w);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return wss_writeable(w, wsi);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        on_peer_close(w, in, len);
        return w->close_sent ? -1 : 0; /* lws would answer it with a second close frame */
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        failed(w, in, len);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        w->wsi = NULL;
        failed(w, NULL, 0);
        return 0;
    default:
        return 0;
    }
}

/* With brackets where a port may follow, with the scope where it is a link-local address. */
static void address_text(const struct ars_addr *a, bool brackets, char out[ARS_ADDR_STR + 16])
{
    bool v6 = a->family == ARS_AF_INET6;
    char ip[ARS_ADDR_STR];
    char scope[16] = "";

    if (v6 && a->scope && !brackets)
        (void)snprintf(scope, sizeof(scope), "%%%u", (unsigned)a->scope);
    (void)snprintf(out, ARS_ADDR_STR + 16, "%s%s%s%s", v6 && brackets ? "[" : "",
                   ars_addr_ip(a, ip), scope, v6 && brackets ? "]" : "");
}

static void host_header(const struct wss_link *lk, char out[WSS_HOST_MAX + 32])
{
    bool v6 = strchr(lk->host, ':') != NULL;
    char port[16] = "";

    if (lk->port != HTTPS_PORT)
        (void)snprintf(port, sizeof(port), ":%u", lk->port);
    (void)snprintf(out, WSS_HOST_MAX + 32, "%s%s%s%s", v6 ? "[" : "", lk->host, v6 ? "]" : "",
                   port);
}

static struct lws_vhost *vhost_new(struct worker *w, const struct lws_protocols *protocols)
{
    struct lws_context_creation_info info = {0};
    char proxy[ARS_ADDR_STR];

    info.options = LWS_VHOST_OPTIONS;
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.provided_client_ssl_ctx = w->ssl_ctx;
    info.connect_timeout_secs = w->lk->connect_ms / 1000 + 2; /* our own deadline comes first */
    info.http_proxy_address = LWS_NO_PROXY;
    if (w->lk->proxy.family != ARS_AF_NONE)
        info.http_proxy_address = ars_addr_str(&w->lk->proxy, proxy);
    return lws_create_vhost(w->ctx, &info);
}

static bool connect_start(struct worker *w, const struct lws_protocols *protocols)
{
    /* pings are our own: those of lws 4.1 are empty */
    static const lws_retry_bo_t no_policy = {0};
    struct lws_client_connect_info ci = {0};
    char address[ARS_ADDR_STR + 16];
    char host[WSS_HOST_MAX + 32];

    ci.context = w->ctx;
    ci.vhost = vhost_new(w, protocols);
    if (!ci.vhost)
        return false;
    address_text(&w->lk->addr, w->lk->proxy.family != ARS_AF_NONE, address);
    host_header(w->lk, host);
    ci.address = address;
    ci.port = w->lk->addr.port;
    ci.host = host;
    ci.path = w->lk->path;
    ci.protocol = "sip";
    ci.local_protocol_name = "sip";
    ci.alpn = "http/1.1";
    /* a redirect would pass by the host map and the check of the name */
    ci.ssl_connection = LCCSCF_USE_SSL | LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
    ci.retry_and_idle_policy = &no_policy;
    return lws_client_connect_via_info(&ci) != NULL;
}

static struct lws_context *context_new(struct worker *w)
{
    struct lws_context_creation_info info = {0};

    lws_once();
    info.options = LWS_CONTEXT_OPTIONS;
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.fd_limit_per_thread = FDS_MAX;
    info.pt_serv_buf_size = RX_CHUNK;
    info.timeout_secs = w->lk->connect_ms / 1000 + 2;
    info.user = w;
    return lws_create_context(&info);
}

static void publish(struct worker *w, struct lws_context *ctx)
{
    pthread_mutex_lock(&w->lk->lock);
    w->lk->ctx = ctx;
    pthread_mutex_unlock(&w->lk->lock);
}

static void serve(struct worker *w)
{
    const struct lws_protocols protocols[] = {
        {.name = "sip", .callback = on_lws, .rx_buffer_size = RX_CHUNK},
        {0},
    };
    unsigned tcp_ms = w->lk->connect_ms;

    w->began_ms = ars_clock_ms();
    if (w->lk->proxy.family == ARS_AF_NONE && tcp_ms > SYN_MS)
        tcp_ms = SYN_MS;
    start_timer(w, &w->deadline, on_deadline, tcp_ms);
    publish(w, w->ctx);
    if (!connect_start(w, protocols))
        failed(w, "cannot be reached", sizeof("cannot be reached") - 1);
    on_wake(w); /* given up before the context was known */
    while (w->phase != CLOSED) {
        if (lws_service(w->ctx, 0) < 0)
            wss_finish(w, ARS_REASON_INTERNAL, 0, "the poll failed");
    }
    publish(w, NULL);
    lws_sul_cancel(&w->deadline);
    lws_sul_cancel(&w->ping);
    lws_sul_cancel(&w->hangup);
    lws_pipe_destroy_context(w->ctx); /* closes what is open; protocols must be there still */
}

void wss_worker_main(void *arg)
{
    struct wss_link *lk = arg;
    struct ars_loop *loop = lk->loop;
    struct worker w = {.lk = lk, .phase = CONNECTING};
    char problem[ARS_REASON_TEXT] = "";

    w.check.trust = &lk->trust;
    w.check.host = lk->host;
    ars_buf_init(&w.in, ARS_WSS_MESSAGE_MAX);
    w.ssl_ctx = trust_ctx_new(&lk->trust, problem, sizeof(problem));
    if (w.ssl_ctx) {
        SSL_CTX_set_app_data(w.ssl_ctx, &w);
        SSL_CTX_set_info_callback(w.ssl_ctx, on_ssl_info);
        w.ctx = context_new(&w);
        if (w.ctx)
            serve(&w);
        else
            wss_finish(&w, ARS_REASON_INTERNAL, 0, "no libwebsockets context");
    } else {
        wss_finish(&w, ARS_REASON_CERTIFICATE, 0, "%s", problem);
    }
    SSL_CTX_free(w.ssl_ctx);
    ars_buf_free(&w.in);
    if (outlet_push_last(lk->outlet, lk->last) == 0)
        lk->last = NULL;
    wss_link_unref(lk);
    OPENSSL_thread_stop(); /* before the process may run its exit handlers */
    loop_leave(loop);
}
