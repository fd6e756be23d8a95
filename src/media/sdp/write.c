/*
 * media: writing a description. Direction stands at media level alone, setup before fingerprint:
 * FreeSWITCH takes the other order for a wish to begin DTLS anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/table.h"
#include "sdp/write.h"

#define TEXT_MAX 16384

static const char *dir_name(enum ars_dir d)
{
    static const char *const names[] = {"inactive", "sendonly", "recvonly", "sendrecv"};

    return names[d];
}

bool sdpwrite_is_bundled(const struct sdp_desc *d)
{
    const char *mid = d->audio < d->n_sections ? d->sectionv[d->audio].mid : "";
    const char *p = d->bundle;

    while (mid[0] && *p) {
        size_t len = strcspn(p, " ");

        if (len == strlen(mid) && strncmp(p, mid, len) == 0)
            return true;
        p += len;
        p += strspn(p, " ");
    }
    return false;
}

static void write_formats(struct ars_buf *b, const struct sdpwrite_audio *a)
{
    for (size_t i = 0; i < a->n_lines; i++) {
        const struct sdpwrite_line *l = &a->linev[i];

        if (!l->codec) {
            ars_buf_addf(b, "a=rtpmap:%u telephone-event/%" PRIu32 "\r\na=fmtp:%u 0-15\r\n", l->pt,
                         l->clock, l->pt);
            continue;
        }
        ars_buf_addf(b, "a=rtpmap:%u %s/%" PRIu32, l->pt, l->codec->name, l->codec->clock);
        if (l->codec->sdp_channels > 1)
            ars_buf_addf(b, "/%u", l->codec->sdp_channels);
        ars_buf_adds(b, "\r\n");
        if (l->codec->fmtp)
            ars_buf_addf(b, "a=fmtp:%u %s\r\n", l->pt, l->codec->fmtp);
    }
}

static void write_candidate(struct ars_buf *b, const struct ice_candidate *c)
{
    char ip[ARS_ADDR_STR];

    ars_buf_addf(b, "a=candidate:%s 1 udp %" PRIu32 " %s %u typ %s", c->foundation, c->prio,
                 ars_addr_ip(&c->addr, ip), c->addr.port, ice_type_name(c->type));
    if (c->related.family != ARS_AF_NONE)
        ars_buf_addf(b, " raddr %s rport %u", ars_addr_ip(&c->related, ip), c->related.port);
    ars_buf_adds(b, "\r\n");
}

static void write_transport(struct ars_buf *b, const struct sdp_transport *t,
                            const struct sdpwrite_audio *a)
{
    if (a->rtcp_mux)
        ars_buf_adds(b, "a=rtcp-mux\r\n");
    ars_buf_addf(b, "a=setup:%s\r\na=fingerprint:sha-256 %s\r\n", a->setup, t->fingerprint);
    if (!t->ufrag)
        return;
    ars_buf_addf(b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:ice2\r\n", t->ufrag, t->pwd);
    for (size_t i = 0; i < t->n_cands; i++)
        write_candidate(b, &t->candv[i]);
    ars_buf_adds(b, "a=end-of-candidates\r\n");
}

static const char *ip_version(const struct ars_addr *a)
{
    return a->family == ARS_AF_INET6 ? "IP6" : "IP4";
}

static void write_audio(struct ars_buf *b, const struct sdp_transport *t,
                        const struct sdp_section *s, const struct sdpwrite_audio *a)
{
    const struct ars_addr *addr = &t->fallback->addr;
    char ip[ARS_ADDR_STR];

    ars_buf_addf(b, "m=audio %u %s", addr->port, s->proto);
    for (size_t i = 0; i < a->n_lines; i++)
        ars_buf_addf(b, " %u", a->linev[i].pt);
    ars_buf_addf(b, "\r\nc=IN %s %s\r\n", ip_version(addr), ars_addr_ip(addr, ip));
    if (s->mid[0])
        ars_buf_addf(b, "a=mid:%s\r\n", s->mid);
    write_formats(b, a);
    ars_buf_addf(b, "a=ptime:20\r\na=%s\r\n", dir_name(a->dir));
    write_transport(b, t, a);
    ars_buf_addf(b, "a=ssrc:%" PRIu32 " cname:%s\r\n", t->ssrc, t->cname);
}

/*
 * RFC 3264 6: refused with port 0, the formats do not matter. c= stands in each section, as the
 * session has none (RFC 8866 5.7), and as RFC 8829 5.3.1 has it.
 */
static void write_refused(struct ars_buf *b, const struct sdp_section *s)
{
    ars_buf_addf(b, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\n", s->media, s->proto, s->format);
    if (s->mid[0])
        ars_buf_addf(b, "a=mid:%s\r\n", s->mid);
}

int sdpwrite_description(struct sdp_ours *o, const struct sdp_transport *t,
                         const struct sdp_section *sectionv, size_t n, size_t audio, bool bundled,
                         const struct sdpwrite_audio *a, char **ret)
{
    struct ars_buf body;
    struct ars_buf all;
    uint64_t version = o->version;
    char *text = NULL;
    char *sdp = NULL;
    int err = 0;

    ars_buf_init(&body, TEXT_MAX);
    ars_buf_init(&all, TEXT_MAX);
    ars_buf_adds(&body, "s=-\r\nt=0 0\r\n");
    if (bundled)
        ars_buf_addf(&body, "a=group:BUNDLE %s\r\n", sectionv[audio].mid);
    for (size_t i = 0; i < n; i++) {
        if (i == audio)
            write_audio(&body, t, &sectionv[i], a);
        else
            write_refused(&body, &sectionv[i]);
    }
    text = ars_buf_take(&body, &err);
    if (!text)
        goto out;
    if (!o->origin_ip[0])
        (void)ars_addr_ip(&t->fallback->addr, o->origin_ip);
    if (!ars_streq(o->last, text))
        version++;
    ars_buf_addf(&all, "v=0\r\no=- %" PRIu64 " %" PRIu64 " IN %s %s\r\n%s", o->session_id, version,
                 strchr(o->origin_ip, ':') ? "IP6" : "IP4", o->origin_ip, text);
    sdp = ars_buf_take(&all, &err);
    if (!sdp)
        goto out;
    free(o->last);
    o->last = text;
    text = NULL;
    o->version = version;
    *ret = sdp;

out:
    free(text);
    ars_buf_free(&body);
    ars_buf_free(&all);
    return err;
}
