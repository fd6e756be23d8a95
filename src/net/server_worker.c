/* The thread of the WebSocket server: one libwebsockets context for all its peers. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <ars/mailbox.h>
#include <ars/str.h>
#include <ars/wss.h>

#include "lws_once.h"
#include "server_link.h"

#define RX_CHUNK  16384
#define FDS_SPARE 8 /* listener, wake-up, handshakes under way */
#define TLS_OLD   (SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1)

/* One peer; lws zeroes it and frees it after LWS_CALLBACK_CLOSED. */
struct session {
    struct session *next;
    struct lws *wsi;
    uint32_t id;
    struct server_order *head;
    struct server_order *tail;
    size_t waiting;
    bool closing;
    struct ars_buf in;
};

struct server_worker {
    struct lws_context *ctx;
    struct lws_protocols protocols[2];
    struct ars_mailbox *orders;
    struct outlet *outlet;
    struct session *sessions;
    size_t count;
    size_t peers_max;
    uint32_t last_id;
    char *path; /* NULL: any */
    uint16_t port;
    atomic_bool quit;
};

static bool emit(struct server_worker *w, enum server_event_type type, uint32_t peer,
                 const char *data, size_t len)
{
    struct server_event *ev = malloc(sizeof(*ev) + len + 1);
    int err = ENOMEM;

    if (ev) {
        ev->type = type;
        ev->peer = peer;
        ev->len = len;
        if (len)
            memcpy(ev->data, data, len);
        ev->data[len] = '\0';
        err = type == PEER_CLOSED ? outlet_push_last(w->outlet, ev) : outlet_push(w->outlet, ev);
        if (err)
            free(ev);
    }
    return err == 0;
}

static void session_close(struct session *s)
{
    s->closing = true;
    lws_callback_on_writable(s->wsi);
}

static void order_run(struct server_worker *w, struct server_order *o)
{
    struct session *s = w->sessions;

    while (s && s->id != o->peer)
        s = s->next;
    if (!s || s->closing || o->type == ORDER_CLOSE || s->waiting == SERVER_OUT_MAX) {
        if (s)
            session_close(s);
        free(o);
        return;
    }
    if (s->tail)
        s->tail->next = o;
    else
        s->head = o;
    s->tail = o;
    s->waiting++;
    lws_callback_on_writable(s->wsi);
}

static void on_wake(struct server_worker *w)
{
    struct server_order *o;

    while ((o = ars_mailbox_pop(w->orders)))
        order_run(w, o);
}

static int answer(struct lws *wsi, unsigned status)
{
    return lws_return_http_status(wsi, status, NULL) < 0 ? -1 : 1;
}

/* A comma list that has "sip" among its members. */
static bool offers_sip(const char *list)
{
    while (*list) {
        size_t len;

        list += strspn(list, ", \t");
        len = strcspn(list, ", \t");
        if (len == 3 && strncmp(list, "sip", 3) == 0)
            return true;
        list += len;
    }
    return false;
}

/* RFC 7118 section 4.2: the client must offer "sip". */
static int on_upgrade(struct server_worker *w, struct lws *wsi)
{
    char text[256] = "";

    if (w->path && (lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_GET_URI) <= 0 ||
                    strcmp(text, w->path) != 0))
        return answer(wsi, HTTP_STATUS_NOT_FOUND);
    if (lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_PROTOCOL) <= 0 || !offers_sip(text))
        return answer(wsi, HTTP_STATUS_BAD_REQUEST);
    if (w->count >= w->peers_max)
        return answer(wsi, HTTP_STATUS_SERVICE_UNAVAILABLE);
    return 0;
}

static int on_established(struct server_worker *w, struct session *s, struct lws *wsi)
{
    s->wsi = wsi;
    s->id = ++w->last_id;
    s->next = w->sessions;
    w->sessions = s;
    w->count++;
    ars_buf_init(&s->in, ARS_WSS_MESSAGE_MAX);
    return emit(w, PEER_OPENED, s->id, NULL, 0) ? 0 : -1;
}

static void on_closed(struct server_worker *w, struct session *s)
{
    struct session **at = &w->sessions;
    struct server_order *o;

    while (*at && *at != s)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = s->next;
    w->count--;
    while ((o = s->head)) {
        s->head = o->next;
        free(o);
    }
    ars_buf_free(&s->in);
    (void)emit(w, PEER_CLOSED, s->id, NULL, 0);
}

static int on_receive(struct server_worker *w, struct session *s, const void *in, size_t len)
{
    bool ok = true;

    ars_buf_addn(&s->in, in, len);
    if (s->in.err) {
        lws_close_reason(s->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
        return -1;
    }
    if (!lws_is_final_fragment(s->wsi) || lws_remaining_packet_payload(s->wsi))
        return 0;
    if (s->in.len && strspn(s->in.data, "\r\n") != s->in.len)
        ok = emit(w, PEER_FRAME, s->id, s->in.data, s->in.len);
    s->in.len = 0;
    return ok ? 0 : -1;
}

static int on_writeable(struct session *s)
{
    struct server_order *o = s->head;
    int n;

    if (!o) {
        if (s->closing)
            lws_close_reason(s->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return s->closing ? -1 : 0;
    }
    s->head = o->next;
    if (!s->head)
        s->tail = NULL;
    s->waiting--;
    n = lws_write(s->wsi, o->data + LWS_PRE, o->len, LWS_WRITE_TEXT);
    n = n < (int)o->len ? -1 : 0;
    free(o);
    lws_callback_on_writable(s->wsi);
    return n;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct lws_context *ctx = lws_get_context(wsi);
    struct server_worker *w = ctx ? lws_context_user(ctx) : NULL;

    if (!w)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        on_wake(w);
        return 0;
    case LWS_CALLBACK_HTTP:
        (void)answer(wsi, HTTP_STATUS_NOT_FOUND);
        return -1;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return on_upgrade(w, wsi);
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(w, user, wsi);
    case LWS_CALLBACK_RECEIVE:
        return on_receive(w, user, in, len);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return on_writeable(user);
    case LWS_CALLBACK_CLOSED:
        on_closed(w, user);
        return 0;
    default:
        return 0;
    }
}

static bool certificate_fits(const struct ars_wss_server_conf *conf)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    bool ok = ctx && conf->cert_pem && conf->key_pem &&
              SSL_CTX_use_certificate_chain_file(ctx, conf->cert_pem) == 1 &&
              SSL_CTX_use_PrivateKey_file(ctx, conf->key_pem, SSL_FILETYPE_PEM) == 1 &&
              SSL_CTX_check_private_key(ctx) == 1;

    SSL_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

static int vhost_new(struct server_worker *w, const struct ars_wss_server_conf *conf)
{
    struct lws_context_creation_info info = {0};
    struct lws_vhost *vh;
    char ip[ARS_ADDR_STR];

    info.options = LWS_VHOST_OPTIONS | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS |
                   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    /* with IPv6 on, lws would bind an IPv4 address as '::' */
    info.options |= conf->bind.family == ARS_AF_INET6
                        ? LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY | LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE
                        : LWS_SERVER_OPTION_DISABLE_IPV6;
    info.iface = conf->bind.family == ARS_AF_NONE ? NULL : ars_addr_ip(&conf->bind, ip);
    info.port = conf->bind.port;
    info.protocols = w->protocols;
    info.ssl_cert_filepath = conf->cert_pem;
    info.ssl_private_key_filepath = conf->key_pem;
    info.ssl_options_set = TLS_OLD;
    info.alpn = "http/1.1";
    info.http_proxy_address = LWS_NO_PROXY;
    vh = lws_create_vhost(w->ctx, &info);
    if (!vh)
        return EADDRINUSE; /* the certificate has been tried */
    w->port = (uint16_t)lws_get_vhost_listen_port(vh);
    return 0;
}

int server_worker_alloc(struct server_worker **ret, const struct ars_wss_server_conf *conf,
                        struct ars_mailbox *orders, struct outlet *outlet)
{
    struct lws_context_creation_info info = {0};
    struct server_worker *w;
    int err = ENOMEM;

    if (!certificate_fits(conf))
        return EINVAL;
    w = calloc(1, sizeof(*w));
    if (!w)
        return ENOMEM;
    atomic_init(&w->quit, false);
    w->orders = orders;
    w->outlet = outlet_ref(outlet);
    w->peers_max = conf->peers_max ? conf->peers_max : SERVER_PEERS_MAX;
    w->protocols[0].name = "sip";
    w->protocols[0].callback = on_lws;
    w->protocols[0].per_session_data_size = sizeof(struct session);
    w->protocols[0].rx_buffer_size = RX_CHUNK;
    if (conf->path && !(w->path = ars_strdup(conf->path)))
        goto out;
    lws_once();
    info.options = LWS_CONTEXT_OPTIONS;
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.fd_limit_per_thread = (unsigned)(w->peers_max + FDS_SPARE);
    info.pt_serv_buf_size = RX_CHUNK;
    info.user = w;
    w->ctx = lws_create_context(&info);
    if (!w->ctx)
        goto out;
    err = vhost_new(w, conf);
    if (err)
        goto out;
    *ret = w;
    return 0;

out:
    server_worker_free(w);
    return err;
}

void server_worker_free(struct server_worker *w)
{
    if (!w)
        return;
    if (w->ctx)
        lws_context_destroy(w->ctx);
    outlet_unref(w->outlet);
    free(w->path);
    free(w);
}

uint16_t server_worker_port(const struct server_worker *w)
{
    return w->port;
}

void server_worker_wake(struct server_worker *w)
{
    lws_cancel_service(w->ctx);
}

void server_worker_quit(struct server_worker *w)
{
    atomic_store(&w->quit, true);
    lws_cancel_service(w->ctx);
}

void *server_worker_main(void *arg)
{
    struct server_worker *w = arg;

    while (!atomic_load(&w->quit) && lws_service(w->ctx, 0) >= 0)
        ;
    return NULL;
}
