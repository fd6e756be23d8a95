/* The rooms below the engine, played by a test. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/host_map.h>
#include <ars/loop.h>
#include <ars/proxy.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "check.h"
#include "fakes.h"

struct fakes fakes;

static uint64_t now_us(void)
{
    return fakes.now_us;
}

int fakes_open(void)
{
    int err;

    memset(&fakes, 0, sizeof(fakes));
    fakes.now_us = 1000000;
    (void)ars_addr_parse("10.0.0.1", 0, &fakes.source);
    ars_clock_set_source(now_us);
    err = ars_timers_alloc(&fakes.timers, NULL, NULL);
    if (!err)
        err = outbox_alloc(&fakes.outbox, NULL, NULL);
    return err;
}

bool fakes_close(void)
{
    bool clean = !fakes.sip_alive && !fakes.wss_h && !fakes.resolve;

    for (size_t i = 0; i < FAKES; i++)
        clean = clean && !fakes.sip_calls[i].alive && !fakes.media[i].alive && !fakes.subs[i].alive;
    if (fakes.timers)
        clean = clean && ars_timers_count(fakes.timers) == 0;
    ars_timers_free(fakes.timers);
    outbox_free(fakes.outbox);
    ars_clock_set_source(NULL);
    memset(&fakes, 0, sizeof(fakes));
    return clean;
}

void fakes_pass(uint32_t ms)
{
    uint64_t end = fakes.now_us + (uint64_t)ms * 1000;

    while (ars_timers_next_ms(fakes.timers) <= (end - fakes.now_us) / 1000) {
        fakes.now_us += ars_timers_next_ms(fakes.timers) * 1000;
        ars_timers_run(fakes.timers);
    }
    fakes.now_us = end;
}

struct ars_event *fakes_expect(enum ars_event_type type)
{
    struct ars_event *ev = outbox_pop(fakes.outbox);

    if (ev && ev->type == type)
        return ev;
    check_fail(__FILE__, __LINE__, "told %s instead of %s",
               ev ? ars_event_name(ev->type) : "nothing", ars_event_name(type));
    ars_event_free(ev);
    return NULL;
}

bool fakes_told(enum ars_event_type type)
{
    struct ars_event *ev = fakes_expect(type);
    bool yes = ev != NULL;

    ars_event_free(ev);
    return yes;
}

bool fakes_quiet(void)
{
    struct ars_event *ev = outbox_pop(fakes.outbox);

    if (!ev)
        return true;
    check_fail(__FILE__, __LINE__, "told %s, and nothing was expected", ars_event_name(ev->type));
    ars_event_free(ev);
    return false;
}

/* ---- loop, proxy ---- */

struct ars_timers *ars_loop_timers(struct ars_loop *l)
{
    return fakes.timers;
}

int ars_proxy_from_env(const char *host, uint16_t port, char ret_host[ARS_PROXY_HOST_MAX],
                       uint16_t *ret_port)
{
    if (!fakes.proxy)
        return ENOENT;
    if (!*fakes.proxy)
        return EINVAL;
    ars_strcpy(ret_host, ARS_PROXY_HOST_MAX, fakes.proxy);
    *ret_port = 3128;
    return 0;
}

/* ---- resolver: one query at a time ---- */

int ars_resolver_alloc(struct ars_resolver **ret, struct ars_loop *loop, struct ars_host_map *map)
{
    ars_host_map_free(map);
    *ret = (struct ars_resolver *)&fakes;
    return 0;
}

void ars_resolver_free(struct ars_resolver *r)
{
}

int ars_resolver_query(struct ars_resolver *r, struct ars_query **ret, const char *host,
                       uint16_t port, ars_resolve_fn *fn, void *arg)
{
    fakes.resolve = fn;
    fakes.resolve_arg = arg;
    fakes.queries++;
    ars_strcpy(fakes.resolve_host, sizeof(fakes.resolve_host), host);
    fakes.resolve_port = port;
    *ret = (struct ars_query *)&fakes;
    return 0;
}

int ars_resolver_query_service(struct ars_resolver *r, struct ars_query **ret, const char *host,
                               uint16_t port, ars_resolve_fn *fn, void *arg)
{
    return ars_resolver_query(r, ret, host, port, fn, arg);
}

void ars_query_cancel(struct ars_query *q)
{
    if (q)
        fakes.resolve = NULL;
}

void fakes_resolve(size_t n)
{
    struct ars_addr addrs[FAKES];
    ars_resolve_fn *fn = fakes.resolve;

    for (size_t i = 0; i < n; i++)
        addrs[i] = (struct ars_addr){
            .family = ARS_AF_INET, .ip = {192, 0, 2, (uint8_t)(i + 1)}, .port = fakes.resolve_port};
    fakes.resolve = NULL;
    if (fn) /* else it was not waited for so long */
        fn(0, addrs, n, fakes.resolve_arg);
}

void fakes_resolve_fail(int error)
{
    ars_resolve_fn *fn = fakes.resolve;

    fakes.resolve = NULL;
    fn(error, NULL, 0, fakes.resolve_arg);
}

/* ---- wss: one connection at a time ---- */

int ars_wss_open(struct ars_wss **ret, struct ars_loop *loop, const struct ars_wss_conf *conf,
                 const struct ars_wss_handlers *handlers, void *arg)
{
    if (fakes.wss_h)
        return EALREADY;
    if (fakes.open_error)
        return fakes.open_error;
    fakes.wss_h = handlers;
    fakes.wss_arg = arg;
    fakes.wss_addr = conf->addr;
    fakes.wss_proxy = conf->proxy;
    ars_strcpy(fakes.wss_path, sizeof(fakes.wss_path), conf->path);
    fakes.opens++;
    *ret = (struct ars_wss *)&fakes;
    return 0;
}

void ars_wss_free(struct ars_wss *w)
{
    if (w)
        fakes.wss_h = NULL;
}

void ars_wss_probe(struct ars_wss *w, unsigned ms)
{
    fakes.probes++;
}

bool ars_net_source(const struct ars_addr *dst, struct ars_addr *ret)
{
    *ret = fakes.second_source.family && dst->ip[3] == 2 ? fakes.second_source : fakes.source;
    return !fakes.no_network;
}

bool ars_net_is_one_link(const struct ars_addr *a, const struct ars_addr *b)
{
    return fakes.one_link;
}

bool ars_net_is_up(void)
{
    return !fakes.no_network;
}

struct ars_transport *ars_wss_transport(struct ars_wss *w)
{
    return (struct ars_transport *)w;
}

/* ---- sip ---- */

int ars_sip_alloc(struct ars_sip **ret, const struct ars_sip_conf *conf,
                  const struct ars_sip_handlers *handlers, void *arg)
{
    fakes.sip_alive = true;
    fakes.sip_h = handlers;
    fakes.sip_arg = arg;
    fakes.sips++;
    *ret = (struct ars_sip *)&fakes;
    return 0;
}

void ars_sip_free(struct ars_sip *sip)
{
    if (sip)
        fakes.sip_alive = false;
}

void ars_sip_set_transport(struct ars_sip *sip, struct ars_transport *tp, bool secure)
{
    bool lost = fakes.sip_connected && !tp;

    fakes.sip_connected = tp != NULL;
    if (lost && fakes.register_fails_with_transport) {
        struct ars_reason why;

        ars_reason_set(&why, ARS_REASON_CONNECTION_LOST, 503, "no flow");
        fakes.sip_h->register_failed(&why, 0, false, fakes.sip_arg);
    }
}

void ars_sip_receive(struct ars_sip *sip, const char *msg, size_t len)
{
}

void ars_sip_set_trace(struct ars_sip *sip,
                       void (*trace)(bool out, const char *msg, size_t len, void *arg), void *arg)
{
}

int ars_sip_register(struct ars_sip *sip)
{
    fakes.registers++;
    return fakes.sip_connected ? 0 : ENOTCONN;
}

int ars_sip_unregister(struct ars_sip *sip)
{
    fakes.unregisters++;
    return fakes.sip_connected ? 0 : ENOTCONN;
}

static struct ars_sip_call *sip_call_new(void)
{
    struct ars_sip_call *c = &fakes.sip_calls[fakes.sip_calls_n++];

    c->alive = true;
    return c;
}

void ars_sip_call_set_handlers(struct ars_sip_call *call,
                               const struct ars_sip_call_handlers *handlers, void *arg)
{
    call->alive = true;
    call->h = handlers;
    call->arg = arg;
}

static void keep_sdp(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    ars_strncpy(call->sdp, sizeof(call->sdp), body->data, body->len);
}

int ars_sip_call_invite(struct ars_sip *sip, struct ars_sip_call **ret, const char *target,
                        const struct ars_sip_body *offer, const struct ars_sip_header *headers,
                        size_t n, const struct ars_sip_call_handlers *handlers, void *arg)
{
    struct ars_sip_call *c;

    if (fakes.invite_error)
        return fakes.invite_error;
    c = sip_call_new();
    ars_strcpy(c->target, sizeof(c->target), target);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(c->headers);

        snprintf(c->headers + len, sizeof(c->headers) - len, "%s: %s;", headers[i].name,
                 headers[i].value);
    }
    keep_sdp(c, offer);
    ars_sip_call_set_handlers(c, handlers, arg);
    *ret = c;
    return 0;
}

int ars_sip_call_redirect(struct ars_sip_call *call, bool follow)
{
    if (!call->redirect_asked)
        return EPROTO;
    call->redirects++;
    call->redirect_followed = follow;
    return 0;
}

const char *ars_sip_server(const struct ars_sip *sip)
{
    return fakes.server ? fakes.server : "";
}

char *ars_sip_call_place(const struct ars_sip_call *call)
{
    char place[32];

    snprintf(place, sizeof(place), "call%d", (int)(call - fakes.sip_calls));
    return ars_strdup(place);
}

const char *ars_sip_call_peer_name(const struct ars_sip_call *call)
{
    return call->peer_name;
}

const char *ars_sip_call_peer_number(const struct ars_sip_call *call)
{
    return call->peer_number;
}

int ars_sip_call_progress(struct ars_sip_call *call, int status, const struct ars_sip_body *body)
{
    call->progress = status;
    if (body)
        keep_sdp(call, body);
    return 0;
}

int ars_sip_call_answer(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    call->answers++;
    keep_sdp(call, body ? body : &(struct ars_sip_body){.data = "", .len = 0});
    return 0;
}

int ars_sip_call_refuse(struct ars_sip_call *call, int status, const char *phrase)
{
    call->refused = status;
    return 0;
}

int ars_sip_call_divert(struct ars_sip_call *call, const char *target, enum ars_sip_diversion why)
{
    struct ars_reason reason;

    ars_strcpy(call->diverted_to, sizeof(call->diverted_to), target);
    call->diversion = why;
    ars_reason_set(&reason, ARS_REASON_REDIRECTED, 302, "%s", "");
    call->alive = false;
    if (call->h)
        call->h->ended(call, &reason, call->arg);
    return 0;
}

int ars_sip_call_info(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    call->infos++;
    snprintf(call->info, sizeof(call->info), "%s: %.*s", body->type, (int)body->len, body->data);
    return 0;
}

int ars_sip_call_reinvite(struct ars_sip_call *call, const struct ars_sip_body *offer)
{
    if (call->reinvite_error)
        return call->reinvite_error;
    call->reinvites++;
    keep_sdp(call, offer);
    return 0;
}

void ars_sip_call_hangup(struct ars_sip_call *call, int status)
{
    call->hangups++;
    call->hangup_status = status;
    if (call->ends_at_once) {
        struct ars_reason why;

        ars_reason_set(&why, ARS_REASON_LOCAL_HANGUP, 0, "%s", "");
        call->alive = false;
        if (call->h->ended)
            call->h->ended(call, &why, call->arg);
    }
}

void ars_sip_call_free(struct ars_sip_call *call)
{
    if (call)
        call->alive = false;
}

void ars_sip_call_set_transfer_handlers(struct ars_sip_call *call,
                                        const struct ars_sip_transfer_handlers *handlers)
{
    call->transfer_h = handlers;
}

int ars_sip_call_refer(struct ars_sip_call *call, const char *target)
{
    if (call->refer_error)
        return call->refer_error;
    call->refers++;
    ars_strcpy(call->refer_to, sizeof(call->refer_to), target);
    return 0;
}

int ars_sip_call_refer_call(struct ars_sip_call *call, const struct ars_sip_call *other)
{
    call->refers++;
    call->refer_call = other;
    return 0;
}

struct ars_sip_call *ars_sip_call_replaced(const struct ars_sip_call *call)
{
    return call->replaces;
}

int ars_sip_call_refer_tell(struct ars_sip_call *call, int status, const char *phrase)
{
    call->told = status;
    return 0;
}

int ars_sip_subscribe(struct ars_sip *sip, struct ars_sip_sub **ret,
                      const struct ars_sip_sub_conf *conf,
                      const struct ars_sip_sub_handlers *handlers, void *arg)
{
    struct ars_sip_sub *sub = &fakes.subs[fakes.subs_n++];

    sub->alive = true;
    sub->h = handlers;
    sub->arg = arg;
    ars_strcpy(sub->target, sizeof(sub->target), conf->target ? conf->target : "");
    ars_strcpy(sub->event, sizeof(sub->event), conf->event);
    *ret = sub;
    return 0;
}

void ars_sip_sub_close(struct ars_sip_sub *sub)
{
    if (sub)
        sub->alive = false;
}

void ars_sip_get_counts(const struct ars_sip *sip, struct ars_sip_counts *ret)
{
    memset(ret, 0, sizeof(*ret));
}

const char *ars_sip_request_method(const struct ars_sip_request *req)
{
    return "NOTIFY";
}

const char *ars_sip_request_header(const struct ars_sip_request *req, const char *name)
{
    return "message-summary";
}

struct ars_sip_body ars_sip_request_body(const struct ars_sip_request *req)
{
    return *(const struct ars_sip_body *)(const void *)req;
}

int ars_sip_request_reply(struct ars_sip_request *req, int status, const char *phrase,
                          const struct ars_sip_header *headers, size_t n)
{
    return 0;
}

/* ---- media: SDP is "offer DIR" and "answer DIR" ---- */

static const char *const dirs[] = {"inactive", "sendonly", "recvonly", "sendrecv"};

int ars_media_check_stun(const char *list, size_t *ret_line)
{
    return 0;
}

bool ars_media_turn_valid(const char *uri)
{
    return true;
}

bool ars_media_codecs_valid(const char *codecs)
{
    return !codecs || strcmp(codecs, "unknown") != 0;
}

int ars_media_alloc(struct ars_media **ret, struct ars_loop *loop, struct ars_resolver *resolver,
                    struct ars_audio *audio, const struct ars_media_conf *conf,
                    const struct ars_media_handlers *handlers, void *arg)
{
    struct ars_media *m = &fakes.media[fakes.media_n++];

    m->alive = true;
    m->h = handlers;
    m->arg = arg;
    m->remote_dir = ARS_DIR_SENDRECV;
    m->volume = 100;
    *ret = m;
    return 0;
}

void ars_media_set_handlers(struct ars_media *m, const struct ars_media_handlers *handlers,
                            void *arg)
{
    m->h = handlers;
    m->arg = arg;
}

int ars_media_restart(struct ars_media *m)
{
    m->restarts++;
    return 0;
}

bool ars_media_is_stranded(const struct ars_media *m)
{
    return m->stranded;
}

bool ars_media_is_heard(const struct ars_media *m)
{
    return m->heard;
}

void ars_media_probe(struct ars_media *m)
{
    m->probes++;
}

void ars_media_free(struct ars_media *m)
{
    if (m)
        m->alive = false;
}

static int make_sdp(const char *kind, enum ars_dir dir, char **ret)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, 64);
    ars_buf_addf(&b, "%s %s", kind, dirs[dir]);
    *ret = ars_buf_take(&b, &err);
    return err;
}

int ars_media_offer(struct ars_media *m, enum ars_dir dir, char **ret_sdp)
{
    return make_sdp("offer", dir, ret_sdp);
}

int ars_media_answer(struct ars_media *m, const char *offer, size_t len, enum ars_dir dir,
                     char **ret_sdp, struct ars_reason *ret_why)
{
    if (m->refuse.code) {
        *ret_why = m->refuse;
        return ENOTSUP;
    }
    return make_sdp("answer", dir, ret_sdp);
}

int ars_media_check(const struct ars_media *m, const char *offer, size_t len,
                    struct ars_reason *ret_why)
{
    ars_reason_set(ret_why, ARS_REASON_NOT_ACCEPTABLE, 0, "no common codec");
    return len >= 3 && memcmp(offer, "bad", 3) == 0 ? ENOTSUP : 0;
}

int ars_media_accept(struct ars_media *m, const char *answer, size_t len,
                     struct ars_reason *ret_why)
{
    if (m->refuse.code) {
        *ret_why = m->refuse;
        return ENOTSUP;
    }
    m->accepts++;
    return 0;
}

void ars_media_rollback(struct ars_media *m)
{
    m->rollbacks++;
}

enum ars_dir ars_media_remote_dir(const struct ars_media *m)
{
    return m->remote_dir;
}

void ars_media_talk(struct ars_media *m, bool on)
{
    m->talk = on;
}

void ars_media_watch(struct ars_media *m, bool on)
{
    m->watched = on;
}

int ars_media_record(struct ars_media *m, const char *path, bool announced)
{
    m->recorded = true;
    return 0;
}

void ars_media_record_end(struct ars_media *m)
{
    m->recorded = false;
}

void ars_media_mute(struct ars_media *m, bool on)
{
    m->mute = on;
}

void ars_media_share(struct ars_media *m, bool on)
{
    m->shared = on;
}

void ars_media_silence(struct ars_media *m, bool on)
{
    m->silenced = on;
}

void ars_media_volume(struct ars_media *m, unsigned percent)
{
    m->volume = percent;
}

int ars_media_dtmf(struct ars_media *m, const char *digits)
{
    if (!m->dtmf_error)
        ars_strcpy(m->digits, sizeof(m->digits), digits);
    return m->dtmf_error;
}

enum ars_reason_code ars_media_blame(const struct ars_media *m)
{
    return m->blame;
}

int ars_media_tones(struct ars_media *m, const char *digits)
{
    ars_strcpy(m->tones, sizeof(m->tones), digits);
    return 0;
}

void ars_media_get_stats(struct ars_media *m, struct ars_media_stats *ret)
{
    *ret = (struct ars_media_stats){.codec = "opus"};
}

void ars_audio_country(struct ars_audio *a, enum ars_tones country)
{
}

void ars_audio_keys(struct ars_audio *a, const char *digits)
{
}

void ars_audio_tone(struct ars_audio *a, enum ars_tone tone)
{
    fakes.tone = tone;
}
