/*
 * media: one call's media: ICE carries, DTLS makes the keys (session_dtls.c), SRTP protects, the
 * stream speaks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/fsm.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/rand.h>
#include <ars/str.h>

#include "session.h"
#include "transport/turn_uri.h"

#define CNAME_LEN 16 /* RFC 7022 4.2: 96 bits or so of random, new for each session */

/* RFC 7983 7: who a datagram is for, by its first byte */
#define DTLS_FIRST 20
#define DTLS_LAST  63
#define RTP_FIRST  128
#define RTP_LAST   191
/* RFC 5761 4: RTCP by its packet type without the top bit */
#define RTCP_FIRST 64
#define RTCP_LAST  95

#define WATCH_MS   1000
/* Longer than between two packets of a silence that is not sent (400 ms with Opus). */
#define FLOW_MS   500
#define FLOW_ASKS 3

static const char *const state_names[] = {"gathering",   "ready",     "checking",
                                          "handshaking", "connected", "failed"};

static const uint32_t state_edges[] = {
    [MEDIA_GATHERING] = ARS_TO(MEDIA_READY) | ARS_TO(MEDIA_FAILED),
    [MEDIA_READY] = ARS_TO(MEDIA_CHECKING) | ARS_TO(MEDIA_FAILED),
    [MEDIA_CHECKING] = ARS_TO(MEDIA_HANDSHAKING) | ARS_TO(MEDIA_FAILED),
    [MEDIA_HANDSHAKING] = ARS_TO(MEDIA_CONNECTED) | ARS_TO(MEDIA_FAILED),
    [MEDIA_CONNECTED] = ARS_TO(MEDIA_FAILED),
    [MEDIA_FAILED] = 0,
};

const struct ars_fsm session_fsm = {"media", state_names, state_edges, 6};

void session_go(struct ars_media *m, enum media_state to)
{
    if (m->state != (int)to)
        (void)ars_fsm_go(&session_fsm, &m->state, to);
}

static void tell_recording(struct ars_media *m, const struct media_news *news)
{
    if (!m->handlers.recording)
        return;
    if (!m->gone && news->recording_on)
        m->handlers.recording(true, 0, m->arg);
    if (!m->gone && news->recording_off)
        m->handlers.recording(false, news->recording_err, m->arg);
}

static void on_news(void *arg)
{
    struct ars_media *m = arg;
    struct media_news news = m->news;

    memset(&m->news, 0, sizeof(m->news));
    m->telling = true;
    if (news.gathered)
        m->handlers.gathered(m->arg);
    if (!m->gone && news.connected)
        m->handlers.connected(m->arg);
    if (!m->gone && news.first_audio)
        m->handlers.first_audio(m->arg);
    if (!m->gone && news.heard && m->handlers.heard)
        m->handlers.heard(!m->unheard, m->arg);
    if (!m->gone && news.remapped && m->handlers.remapped)
        m->handlers.remapped(m->arg);
    tell_recording(m, &news);
    if (!m->gone && news.hearing && m->handlers.hearing)
        m->handlers.hearing(m->hearing.unheard, m->hearing.silent, m->arg);
    if (!m->gone && news.muted && m->handlers.talks_muted)
        m->handlers.talks_muted(m->talks_muted, m->arg);
    for (size_t i = 0; i < news.n_digits && !m->gone; i++)
        m->handlers.dtmf(news.digitv[i].digit, news.digitv[i].ms, m->arg);
    if (!m->gone && news.failed)
        m->handlers.failed(&news.why, m->arg);
    m->telling = false;
    if (m->gone)
        free(m);
}

void session_tell(struct ars_media *m)
{
    if (!ars_timer_running(&m->news_timer))
        ars_timer_start(ars_loop_timers(m->loop), &m->news_timer, 0, on_news, m);
}

void session_fail(struct ars_media *m, enum ars_reason_code code, const char *why)
{
    if (m->state == MEDIA_FAILED)
        return;
    session_go(m, MEDIA_FAILED);
    m->news.failed = true;
    ars_reason_set(&m->news.why, code, 0, "%s", why);
    session_tell(m);
}

static void on_gathered(void *arg)
{
    struct ars_media *m = arg;

    if (m->state == MEDIA_GATHERING)
        session_go(m, MEDIA_READY);
    m->news.gathered = true;
    session_tell(m);
}

/* ---- who hears whom ---- */

static void look(struct ars_media *m)
{
    enum ars_sound_cause unheard = m->hearing.unheard;
    enum ars_sound_cause silent = m->hearing.silent;
    struct hearing_facts f;

    rtp_stream_get_facts(m->rtp, &f);
    f.sends = f.sends && m->watched;
    f.receives = f.receives && m->watched;
    f.left = m->left;
    f.refused = m->refused;
    hearing_look(&m->hearing, &f, ars_clock_ms());
    if (unheard == m->hearing.unheard && silent == m->hearing.silent)
        return;
    m->news.hearing = true;
    session_tell(m);
}

static void on_watch(void *arg)
{
    look(arg);
    session_watch(arg);
}

/* Runs while it is watched and there is something to see. */
void session_watch(struct ars_media *m)
{
    if (!m->watched || m->state != MEDIA_CONNECTED)
        ars_timer_stop(&m->watch_timer);
    else if (!ars_timer_running(&m->watch_timer))
        ars_timer_start(ars_loop_timers(m->loop), &m->watch_timer, WATCH_MS, on_watch, m);
}

static void on_ice_failed(const char *why, void *arg)
{
    session_fail(arg, ARS_REASON_MEDIA_FAILED, why);
}

static void on_ice_heard(bool heard, void *arg)
{
    struct ars_media *m = arg;

    m->unheard = !heard;
    m->news.heard = true;
    session_tell(m);
}

static void on_ice_remapped(void *arg)
{
    struct ars_media *m = arg;

    m->news.remapped = true;
    session_tell(m);
}

static void on_path(void *arg)
{
    session_start_dtls(arg);
}

/* It is heard again: that is no consent, but a reason to ask for it before the next turn. */
static void ask_again(struct ars_media *m)
{
    uint64_t now = ars_clock_ms();

    if (now - m->asked_ms < MEDIA_ASK_MS)
        return;
    m->asked_ms = now;
    ice_agent_probe(m->ice);
}

/*
 * A stream that stops may have lost its way to us, which the far end's next answer shows. Or it is
 * a hold, or a pause: then it is not asked for ever.
 */
static void on_flow(void *arg)
{
    struct ars_media *m = arg;

    if (m->arrived != m->arrived_before)
        m->stopped = 0;
    else if (m->arrived && m->stopped++ < FLOW_ASKS)
        ice_agent_probe(m->ice);
    m->arrived_before = m->arrived;
    session_watch_flow(m);
}

void session_watch_flow(struct ars_media *m)
{
    if (m->state != MEDIA_CONNECTED)
        return;
    ars_timer_start(ars_loop_timers(m->loop), &m->flow_timer, FLOW_MS, on_flow, m);
}

static void on_rtp_packet(struct ars_media *m, uint8_t *buf, size_t len)
{
    uint8_t type = buf[1] & 0x7f;

    if (!m->srtp)
        return;
    if (type >= RTCP_FIRST && type <= RTCP_LAST) {
        if (srtcp_unprotect(m->srtp, buf, len, &len) == 0)
            rtp_stream_receive_rtcp(m->rtp, buf, len);
    } else if (srtp_unprotect(m->srtp, buf, len, &len) == 0) {
        m->arrived++;
        rtp_stream_receive(m->rtp, buf, len);
        if (m->unheard)
            ask_again(m);
    } else {
        m->refused++;
    }
}

static void on_datagram(uint8_t *buf, size_t len, bool trusted, void *arg)
{
    struct ars_media *m = arg;

    if (m->state == MEDIA_FAILED || len < 2)
        return;
    if (buf[0] >= DTLS_FIRST && buf[0] <= DTLS_LAST && trusted)
        session_on_dtls(m, buf, len);
    else if (buf[0] >= RTP_FIRST && buf[0] <= RTP_LAST)
        on_rtp_packet(m, buf, len);
}

static int on_rtp_send(uint8_t *buf, size_t len, bool rtcp, void *arg)
{
    struct ars_media *m = arg;
    int err;

    if (!m->srtp || m->state == MEDIA_FAILED)
        return ENOTCONN;
    if (rtcp && !m->agreed.rtcp_mux) /* there is no second port to send it to */
        return 0;
    err = rtcp ? srtcp_protect(m->srtp, buf, len, &len) : srtp_protect(m->srtp, buf, len, &len);
    if (!err && ice_agent_send(m->ice, buf, len) == 0) /* what is not sent is lost: no error */
        m->left += !rtcp;
    return err;
}

static void on_first_audio(void *arg)
{
    struct ars_media *m = arg;

    m->first_ms = ars_clock_ms();
    m->news.first_audio = true;
    session_tell(m);
}

static void on_digit(char digit, unsigned duration_ms, void *arg)
{
    struct ars_media *m = arg;

    if (m->news.n_digits >= MEDIA_MAX_DIGITS)
        return;
    m->news.digitv[m->news.n_digits].digit = digit;
    m->news.digitv[m->news.n_digits].ms = duration_ms;
    m->news.n_digits++;
    session_tell(m);
}

static void on_recording(bool on, int err, void *arg)
{
    struct ars_media *m = arg;

    if (on) {
        m->news.recording_on = true;
    } else {
        m->news.recording_off = true;
        m->news.recording_err = err;
    }
    session_tell(m);
}

static void on_talks_muted(bool on, void *arg)
{
    struct ars_media *m = arg;

    m->talks_muted = on;
    m->news.muted = true;
    session_tell(m);
}

static int start_ice(struct ars_media *m, struct ars_resolver *resolver,
                     const struct ars_media_conf *conf)
{
    static const struct ice_agent_handlers handlers = {
        .gathered = on_gathered,
        .path = on_path,
        .receive = on_datagram,
        .heard = on_ice_heard,
        .remapped = on_ice_remapped,
        .failed = on_ice_failed,
    };
    struct ice_agent_conf ice = {
        .server = conf->server,
        .stun = conf->stun,
        .turn = conf->turn,
        .turn_user = conf->turn_user,
        .turn_password = conf->turn_password,
        .turn_ca = conf->ca_file,
        .port_min = conf->port_min,
        .port_max = conf->port_max,
    };

    return ice_agent_alloc(&m->ice, m->loop, resolver, &ice, &handlers, m);
}

int ars_media_alloc(struct ars_media **ret, struct ars_loop *loop, struct ars_resolver *resolver,
                    struct ars_audio *audio, const struct ars_media_conf *conf,
                    const struct ars_media_handlers *handlers, void *arg)
{
    static const struct rtp_stream_handlers rtp_handlers = {
        .send = on_rtp_send,
        .first_audio = on_first_audio,
        .dtmf = on_digit,
        .recording = on_recording,
        .talks_muted = on_talks_muted,
    };
    char cname[CNAME_LEN + 1];
    struct ars_media *m = calloc(1, sizeof(*m));
    int err;

    if (!m)
        return ENOMEM;
    m->loop = loop;
    m->handlers = *handlers;
    m->arg = arg;
    m->start_ms = ars_clock_ms();
    err = sdp_ours_init(&m->ours, conf->codecs);
    if (!err)
        err = dtls_identity_alloc(&m->identity);
    ars_rand_token(cname, CNAME_LEN);
    if (!err)
        err = rtp_stream_alloc(&m->rtp, loop, audio, cname, &rtp_handlers, m);
    if (!err)
        err = start_ice(m, resolver, conf);
    if (err)
        ars_media_free(m);
    else
        *ret = m;
    return err;
}

bool ars_media_codecs_valid(const char *codecs)
{
    struct sdp_ours ours;

    return sdp_ours_init(&ours, codecs) == 0;
}

bool ars_media_turn_valid(const char *uri)
{
    struct turn_uri parsed;

    return turn_uri_parse(uri, &parsed) == 0;
}

void ars_media_set_handlers(struct ars_media *m, const struct ars_media_handlers *handlers,
                            void *arg)
{
    m->handlers = *handlers;
    m->arg = arg;
}

int ars_media_restart(struct ars_media *m)
{
    return ice_agent_restart(m->ice);
}

bool ars_media_is_stranded(const struct ars_media *m)
{
    return ice_agent_is_stranded(m->ice);
}

bool ars_media_is_heard(const struct ars_media *m)
{
    return ice_agent_is_heard(m->ice);
}

void ars_media_probe(struct ars_media *m)
{
    ice_agent_probe(m->ice);
}

void ars_media_free(struct ars_media *m)
{
    if (!m)
        return;
    ars_timer_stop(&m->news_timer);
    ars_timer_stop(&m->watch_timer);
    ars_timer_stop(&m->flow_timer);
    rtp_stream_free(m->rtp);
    session_drop_renewal(m);
    dtls_close(m->dtls);
    dtls_free(m->dtls);
    ice_agent_free(m->ice);
    srtp_session_free(m->srtp);
    dtls_identity_free(m->identity);
    sdp_ours_clear(&m->ours);
    free(m->last_answer);
    free(m->last_accepted);
    m->gone = true;
    if (!m->telling)
        free(m);
}

void ars_media_talk(struct ars_media *m, bool on)
{
    rtp_stream_talk(m->rtp, on);
}

void ars_media_mute(struct ars_media *m, bool on)
{
    rtp_stream_mute(m->rtp, on);
}

void ars_media_share(struct ars_media *m, bool on)
{
    rtp_stream_share(m->rtp, on);
}

void ars_media_silence(struct ars_media *m, bool on)
{
    rtp_stream_silence(m->rtp, on);
}

void ars_media_watch(struct ars_media *m, bool on)
{
    if (m->watched == on)
        return;
    m->watched = on;
    if (m->state == MEDIA_CONNECTED)
        look(m);
    session_watch(m);
}

void ars_media_volume(struct ars_media *m, unsigned percent)
{
    rtp_stream_volume(m->rtp, percent);
}

int ars_media_record(struct ars_media *m, const char *path, bool announced)
{
    return m->state == MEDIA_CONNECTED ? rtp_stream_record(m->rtp, path, announced) : ENOTCONN;
}

void ars_media_record_end(struct ars_media *m)
{
    (void)rtp_stream_record(m->rtp, NULL, false);
}

int ars_media_dtmf(struct ars_media *m, const char *digits)
{
    if (m->state != MEDIA_CONNECTED)
        return ENOTCONN;
    return rtp_stream_dtmf(m->rtp, digits);
}

int ars_media_tones(struct ars_media *m, const char *digits)
{
    if (m->state != MEDIA_CONNECTED)
        return ENOTCONN;
    return rtp_stream_tones(m->rtp, digits);
}

void ars_media_get_stats(struct ars_media *m, struct ars_media_stats *ret)
{
    rtp_stream_get_stats(m->rtp, ret);
    ret->media_ms = m->first_ms ? (int32_t)(m->first_ms - m->start_ms) : -1;
    (void)ars_strcpy(ret->srtp, sizeof(ret->srtp), m->srtp ? srtp_session_name(m->srtp) : "");
    ice_agent_describe(m->ice, ret->path, sizeof(ret->path));
}
