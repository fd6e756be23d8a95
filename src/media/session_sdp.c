/*
 * media: a session's offers and answers: what they change is worked out first, then done at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/str.h>

#include "codec/table.h"
#include "session.h"

static struct sdp_transport transport(const struct ars_media *m, bool with_ice)
{
    struct sdp_transport t = {
        .ufrag = with_ice ? ice_agent_ufrag(m->ice) : NULL,
        .pwd = ice_agent_pwd(m->ice),
        .fallback = ice_agent_default(m->ice),
        .fingerprint = dtls_identity_fingerprint(m->identity),
        .ssrc = rtp_stream_ssrc(m->rtp),
        .cname = rtp_stream_cname(m->rtp),
    };

    t.candv = ice_agent_candidates(m->ice, &t.n_cands);
    return t;
}

static int parse(struct sdp_desc **ret, const char *text, size_t len, struct ars_reason *why)
{
    int err = sdp_parse(ret, text, len);

    if (err == ENOMEM) {
        ars_reason_set(why, ARS_REASON_INTERNAL, 0, "out of memory");
    } else if (err) {
        ars_reason_set(why, ARS_REASON_NOT_ACCEPTABLE, 0, "malformed session description");
        err = EBADMSG;
    }
    return err;
}

static int no_memory(int err, struct ars_reason *why)
{
    ars_reason_set(why, ARS_REASON_INTERNAL, 0, "%s", strerror(err));
    return err;
}

/* The stream takes the format first, the rest cannot fail: an error leaves all as it was. */
static int put_in_force(struct ars_media *m, const struct sdp_desc *d, const struct sdp_agreed *g,
                        struct dtls *dtls)
{
    bool first = !m->has_agreed;
    int err = 0;

    if (first || memcmp(&m->agreed.format, &g->format, sizeof(g->format)) != 0)
        err = rtp_stream_set_format(m->rtp, &g->format);
    if (err)
        return err;
    if (first || m->agreed.dir != g->dir)
        rtp_stream_set_dir(m->rtp, g->dir);
    m->agreed = *g;
    m->has_agreed = true;
    m->ours.current = g->codec;
    m->remote_ice = d->ice.ufrag[0] != '\0';
    if (dtls)
        session_use_dtls(m, dtls, &d->peer);
    if (m->state == MEDIA_READY)
        session_go(m, MEDIA_CHECKING);
    ice_agent_set_remote(m->ice, &d->ice);
    return 0;
}

int ars_media_offer(struct ars_media *m, enum ars_dir dir, char **ret_sdp)
{
    struct sdp_transport t;
    int err;

    if (!ice_agent_gathered(m->ice))
        return EAGAIN;
    t = transport(m, !m->has_agreed || m->remote_ice);
    err = sdp_offer_write(&m->ours, &t, dir, ret_sdp);
    if (err)
        return err;
    m->offered = dir;
    free(m->last_answer);
    m->last_answer = NULL;
    free(m->last_accepted);
    m->last_accepted = NULL;
    if (!m->has_agreed)
        ice_agent_set_controlling(m->ice, true);
    return 0;
}

/* A refresh (RFC 4028): the same description again, answered with the same words. */
static bool is_refresh(const struct ars_media *m, const struct sdp_desc *d, enum ars_dir dir)
{
    return m->last_answer && strcmp(m->last_offer_origin, d->origin) == 0 && m->has_agreed &&
           (dir & m->agreed.remote_dir) == m->agreed.dir;
}

static int answer(struct ars_media *m, const struct sdp_desc *d, enum ars_dir dir, char **ret_sdp,
                  struct ars_reason *why)
{
    bool active = m->dtls && dtls_is_active(m->dtls);
    struct sdp_agreed g;
    struct sdp_transport t;
    struct dtls *dtls = NULL;
    char *text = NULL;
    char *copy = NULL;
    int err = sdp_agree_offer(&m->ours, d, dir, m->dtls ? &active : NULL, &g, why);

    if (err)
        return err;
    err = session_prepare_dtls(m, d, g.active, &dtls);
    if (err)
        return no_memory(err, why);
    if (m->state == MEDIA_READY)
        ice_agent_set_controlling(m->ice, false);
    if (ice_agent_is_restart(m->ice, &d->ice))
        ice_agent_renew(m->ice);
    t = transport(m, d->ice.ufrag[0] != '\0');
    err = sdp_answer_write(&m->ours, &t, d, &g, &text);
    if (!err) {
        copy = ars_strdup(text);
        err = copy ? put_in_force(m, d, &g, dtls) : ENOMEM;
    }
    if (err) {
        dtls_free(dtls);
        free(text);
        free(copy);
        return no_memory(err, why);
    }
    sdp_ours_learn(&m->ours, d);
    (void)ars_strcpy(m->last_offer_origin, sizeof(m->last_offer_origin), d->origin);
    free(m->last_answer);
    m->last_answer = copy;
    *ret_sdp = text;
    return 0;
}

int ars_media_answer(struct ars_media *m, const char *offer, size_t len, enum ars_dir dir,
                     char **ret_sdp, struct ars_reason *ret_why)
{
    struct sdp_desc *d = NULL;
    char *copy;
    int err;

    if (!ice_agent_gathered(m->ice))
        return EAGAIN;
    err = parse(&d, offer, len, ret_why);
    if (err)
        return err;
    if (is_refresh(m, d, dir)) {
        copy = ars_strdup(m->last_answer);
        err = copy ? 0 : no_memory(ENOMEM, ret_why);
        if (copy)
            *ret_sdp = copy;
    } else {
        err = answer(m, d, dir, ret_sdp, ret_why);
    }
    sdp_desc_free(d);
    return err;
}

int ars_media_check(const struct ars_media *m, const char *offer, size_t len,
                    struct ars_reason *ret_why)
{
    struct sdp_desc *d = NULL;
    struct sdp_agreed g;
    int err;

    err = parse(&d, offer, len, ret_why);
    if (!err)
        err = sdp_agree_offer(&m->ours, d, ARS_DIR_SENDRECV, NULL, &g, ret_why);
    sdp_desc_free(d);
    return err;
}

int ars_media_accept(struct ars_media *m, const char *answer, size_t len,
                     struct ars_reason *ret_why)
{
    struct sdp_desc *d = NULL;
    struct sdp_agreed g;
    struct dtls *dtls = NULL;
    char *copy = NULL;
    int err;

    if (m->last_accepted && strlen(m->last_accepted) == len &&
        memcmp(m->last_accepted, answer, len) == 0)
        return 0;
    err = parse(&d, answer, len, ret_why);
    if (err)
        return err;
    err = sdp_agree_answer(&m->ours, d, m->offered, &g, ret_why);
    if (err)
        goto out;
    copy = ars_strndup(answer, len);
    err = copy ? session_prepare_dtls(m, d, g.active, &dtls) : ENOMEM;
    if (!err)
        err = put_in_force(m, d, &g, dtls);
    if (err) {
        dtls_free(dtls);
        (void)no_memory(err, ret_why);
        goto out;
    }
    free(m->last_accepted);
    m->last_accepted = copy;
    copy = NULL;

out:
    free(copy);
    sdp_desc_free(d);
    return err;
}

/* RFC 1918, RFC 6598, RFC 4193, and what leads nowhere: what FreeSWITCH's "wan" leaves out. */
static bool is_private(const struct ars_addr *a)
{
    const uint8_t *ip = a->ip;

    if (ars_addr_is_loopback(a))
        return true;
    if (a->family == ARS_AF_INET6)
        return (ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80);
    return ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xf0) == 16) ||
           (ip[0] == 192 && ip[1] == 168) || (ip[0] == 169 && ip[1] == 254) ||
           (ip[0] == 100 && (ip[1] & 0xc0) == 64);
}

static bool is_seen_from_outside(const struct ars_media *m)
{
    size_t n;
    const struct ice_candidate *v = ice_agent_candidates(m->ice, &n);

    for (size_t i = 0; i < n; i++) {
        if (!is_private(&v[i].addr))
            return true;
    }
    return false;
}

/* Of all our codecs one is common; with an address of a wide network it is not the addresses. */
enum ars_reason_code ars_media_blame(const struct ars_media *m)
{
    bool narrowed = codec_at(m->ours.n_codecs) != NULL;

    if (!narrowed)
        return ARS_REASON_NO_CANDIDATE;
    return is_seen_from_outside(m) ? ARS_REASON_NO_CODEC : ARS_REASON_NOT_ACCEPTABLE;
}

void ars_media_rollback(struct ars_media *m)
{
    m->offered = m->agreed.dir;
}

enum ars_dir ars_media_dir(const struct ars_media *m)
{
    return m->agreed.dir;
}

enum ars_dir ars_media_remote_dir(const struct ars_media *m)
{
    return m->has_agreed ? m->agreed.remote_dir : ARS_DIR_SENDRECV;
}
