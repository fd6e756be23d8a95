/*
 * media: what two descriptions have in common (RFC 3264 sections 6 to 8, RFC 5763 5, RFC 8842 5).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/rand.h>
#include <ars/str.h>

#include "codec/table.h"
#include "sdp/sdp.h"
#include "sdp/write.h"

#define PTIME_MS     20
#define PTIME_MIN_MS 10
#define PTIME_MAX_MS 60
/* RFC 3551: for types that are agreed on */
#define PT_DYNAMIC_MIN 96
#define PT_DYNAMIC_MAX 127
/* what browsers use too: the fewest surprises */
#define PT_OPUS        111
#define PT_EVENT_48000 110
#define PT_EVENT_8000  126

const uint32_t sdpwrite_event_clocks[SDP_EVENTS] = {48000, 8000};

static bool is_codec(const struct sdp_payload *p, const struct codec *c)
{
    return strcasecmp(p->name, c->name) == 0 && p->clock == c->clock;
}

static bool is_event(const struct sdp_payload *p)
{
    return strcasecmp(p->name, "telephone-event") == 0;
}

static bool pt_is_used(const struct sdp_ours *o, const bool *codec_set, const bool *event_set,
                       unsigned pt)
{
    for (size_t i = 0; i < o->n_codecs; i++) {
        if (codec_set[i] && o->ptv[i] == pt)
            return true;
    }
    for (size_t i = 0; i < SDP_EVENTS; i++) {
        if (event_set[i] && o->event_ptv[i] == pt)
            return true;
    }
    return false;
}

/* `wish` when it is free, else another dynamic one. */
static uint8_t free_pt(const struct sdp_ours *o, const bool *codec_set, const bool *event_set,
                       unsigned wish)
{
    if (!pt_is_used(o, codec_set, event_set, wish))
        return (uint8_t)wish;
    for (unsigned pt = PT_DYNAMIC_MIN; pt < PT_DYNAMIC_MAX; pt++) {
        if (!pt_is_used(o, codec_set, event_set, pt))
            return (uint8_t)pt;
    }
    return PT_DYNAMIC_MAX;
}

/* RFC 3264 8.3.2: a number keeps its meaning; what the peer has not numbered gets a free one. */
static void number_payloads(struct sdp_ours *o, const struct sdp_desc *d)
{
    static const uint8_t event_wish[SDP_EVENTS] = {PT_EVENT_48000, PT_EVENT_8000};
    bool codec_set[SDP_MAX_CODECS] = {false};
    bool event_set[SDP_EVENTS] = {false};

    for (size_t i = 0; d && i < d->n_payloads; i++) {
        const struct sdp_payload *p = &d->payloadv[i];

        for (size_t k = 0; k < o->n_codecs; k++) {
            if (!codec_set[k] && is_codec(p, o->codecv[k])) {
                o->ptv[k] = p->pt;
                codec_set[k] = true;
            }
        }
        for (size_t k = 0; k < SDP_EVENTS; k++) {
            if (!event_set[k] && is_event(p) && p->clock == sdpwrite_event_clocks[k]) {
                o->event_ptv[k] = p->pt;
                event_set[k] = true;
            }
        }
    }
    for (size_t k = 0; k < o->n_codecs; k++) {
        int pt = o->codecv[k]->static_pt;

        if (!codec_set[k])
            o->ptv[k] = free_pt(o, codec_set, event_set, pt >= 0 ? (unsigned)pt : PT_OPUS);
        codec_set[k] = true;
    }
    for (size_t k = 0; k < SDP_EVENTS; k++) {
        if (!event_set[k])
            o->event_ptv[k] = free_pt(o, codec_set, event_set, event_wish[k]);
        event_set[k] = true;
    }
}

static int add_codec(struct sdp_ours *o, const char *name)
{
    const struct codec *c = codec_find(name);

    if (!c)
        return EINVAL;
    for (size_t i = 0; i < o->n_codecs; i++) {
        if (o->codecv[i] == c)
            return 0;
    }
    if (o->n_codecs >= SDP_MAX_CODECS)
        return EINVAL;
    o->codecv[o->n_codecs++] = c;
    return 0;
}

int sdp_ours_init(struct sdp_ours *o, const char *codecs)
{
    const char *p = codecs;
    char name[SDP_TOKEN_MAX + 1];

    *o = (struct sdp_ours){0};
    ars_rand_bytes(&o->session_id, sizeof(o->session_id));
    o->session_id >>= 2; /* RFC 8866 5.2: some read it as a signed 64-bit number */
    for (size_t i = 0; !codecs && codec_at(i) && i < SDP_MAX_CODECS; i++)
        o->codecv[o->n_codecs++] = codec_at(i);
    while (p && *p) {
        size_t len = strcspn(p, ", ");

        if (len && (!ars_strncpy(name, sizeof(name), p, len) || add_codec(o, name)))
            return EINVAL;
        p += len + (p[len] ? 1 : 0);
    }
    if (o->n_codecs == 0)
        return EINVAL;
    number_payloads(o, NULL);
    o->n_sections = 1;
    o->bundled = true;
    (void)ars_strcpy(o->sectionv[0].media, sizeof(o->sectionv[0].media), "audio");
    (void)ars_strcpy(o->sectionv[0].proto, sizeof(o->sectionv[0].proto), "UDP/TLS/RTP/SAVPF");
    (void)ars_strcpy(o->sectionv[0].mid, sizeof(o->sectionv[0].mid), "0");
    return 0;
}

void sdp_ours_clear(struct sdp_ours *o)
{
    free(o->last);
    o->last = NULL;
}

/* RFC 8834 and RFC 5764 8: DTLS-SRTP under each of its names. */
static bool is_encrypted(const char *proto)
{
    static const char *const names[] = {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF",
                                        "RTP/SAVP"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(proto, names[i]) == 0)
            return true;
    }
    return false;
}

static int refuse(struct ars_reason *why, enum ars_reason_code code, const char *text)
{
    ars_reason_set(why, code, 0, "%s", text);
    return ENOTSUP;
}

static int check_section(const struct sdp_desc *d, struct ars_reason *why)
{
    const struct sdp_section *s = &d->sectionv[d->audio];

    if (d->audio >= d->n_sections)
        return refuse(why, ARS_REASON_NOT_ACCEPTABLE, "no audio in the description");
    if (s->port == 0)
        return refuse(why, ARS_REASON_NOT_ACCEPTABLE, "audio refused (port 0)");
    if (!is_encrypted(s->proto))
        return refuse(why, ARS_REASON_NOT_ENCRYPTED, "plain RTP");
    if (d->peer.n == 0)
        return refuse(why, ARS_REASON_NOT_ENCRYPTED,
                      d->weak_fingerprint ? "a fingerprint of SHA-256 or longer is needed"
                                          : "no DTLS fingerprint");
    return 0;
}

/* The first of the peer's payloads that is a codec of ours. */
static const struct sdp_payload *choose(const struct sdp_ours *o, const struct sdp_desc *d,
                                        size_t *ret_codec)
{
    for (size_t i = 0; i < d->n_payloads; i++) {
        for (size_t k = 0; k < o->n_codecs; k++) {
            if (is_codec(&d->payloadv[i], o->codecv[k])) {
                *ret_codec = k;
                return &d->payloadv[i];
            }
        }
    }
    return NULL;
}

/*
 * telephone-event at the codec's clock (RFC 4733 2.5.1), else what there is: older Asterisks
 * offer 8000 alone.
 */
static const struct sdp_payload *choose_event(const struct sdp_desc *d, uint32_t clock)
{
    const struct sdp_payload *any = NULL;

    for (size_t i = 0; i < d->n_payloads; i++) {
        const struct sdp_payload *p = &d->payloadv[i];

        if (is_event(p) && p->clock == clock)
            return p;
        if (is_event(p) && p->clock == 8000 && !any)
            any = p;
    }
    return any;
}

static uint8_t choose_ptime(const struct sdp_desc *d)
{
    unsigned ms = d->ptime ? d->ptime : PTIME_MS;

    if (d->maxptime && ms > d->maxptime)
        ms = d->maxptime;
    ms -= ms % PTIME_MIN_MS;
    if (ms < PTIME_MIN_MS)
        ms = PTIME_MIN_MS;
    if (ms > PTIME_MAX_MS)
        ms = PTIME_MAX_MS;
    return ms == 30 || ms == 50 ? (uint8_t)(ms - 10) : (uint8_t)ms; /* RFC 7587: not for Opus */
}

static int agree_format(const struct sdp_ours *o, const struct sdp_desc *d, struct sdp_agreed *g,
                        size_t *ret_codec, struct ars_reason *why)
{
    const struct sdp_payload *p = choose(o, d, ret_codec);
    const struct sdp_payload *event;
    struct rtp_format *f = &g->format;

    if (!p)
        return refuse(why, ARS_REASON_NOT_ACCEPTABLE, "no codec in common");
    g->codec = o->codecv[*ret_codec];
    (void)ars_strcpy(f->codec, sizeof(f->codec), g->codec->name);
    f->pt_send = p->pt;
    f->pt_recv = p->pt;
    f->ptime_ms = choose_ptime(d);
    f->fec = p->fec;
    f->stereo_send = p->stereo;
    f->max_bitrate = p->max_bitrate;
    event = choose_event(d, g->codec->clock);
    f->event_pt_send = event ? event->pt : -1;
    f->event_pt_recv = f->event_pt_send;
    f->event_clock = event ? event->clock : 0;
    g->rtcp_mux = d->rtcp_mux;
    g->remote_dir = sdp_dir_flip(d->dir);
    return 0;
}

int sdp_agree_offer(const struct sdp_ours *o, const struct sdp_desc *offer, enum ars_dir want,
                    const bool *role, struct sdp_agreed *ret, struct ars_reason *ret_why)
{
    struct sdp_agreed g = {0};
    size_t codec;
    int err = check_section(offer, ret_why);

    if (!err)
        err = agree_format(o, offer, &g, &codec, ret_why);
    if (err)
        return err;
    g.dir = want & g.remote_dir;
    switch (offer->setup) {
    case SDP_SETUP_ACTIVE:
        g.active = false;
        break;
    case SDP_SETUP_PASSIVE:
        g.active = true;
        break;
    default:
        /* RFC 8842 5.3: the role that we have, else the client's: it saves half a round trip */
        g.active = role ? *role : true;
        break;
    }
    *ret = g;
    return 0;
}

int sdp_agree_answer(const struct sdp_ours *o, const struct sdp_desc *answer, enum ars_dir offered,
                     struct sdp_agreed *ret, struct ars_reason *ret_why)
{
    struct sdp_agreed g = {0};
    size_t codec;
    int err = check_section(answer, ret_why);

    if (!err)
        err = agree_format(o, answer, &g, &codec, ret_why);
    if (err)
        return err;
    g.format.pt_recv = o->ptv[codec];
    for (size_t i = 0; i < SDP_EVENTS && g.format.event_clock; i++) {
        if (sdpwrite_event_clocks[i] == g.format.event_clock)
            g.format.event_pt_recv = o->event_ptv[i];
    }
    g.dir = offered & g.remote_dir;
    /*
     * RFC 5763 5: active or passive, and must be there. Without it the peer goes first, as browsers
     * take it; one that says actpass waits for us.
     */
    g.active = answer->setup == SDP_SETUP_PASSIVE || answer->setup == SDP_SETUP_ACTPASS;
    *ret = g;
    return 0;
}

void sdp_ours_learn(struct sdp_ours *o, const struct sdp_desc *offer)
{
    number_payloads(o, offer);
    o->n_sections = offer->n_sections;
    o->audio = offer->audio;
    memcpy(o->sectionv, offer->sectionv, sizeof(o->sectionv));
    o->bundled = sdpwrite_is_bundled(offer);
}
