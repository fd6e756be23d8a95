/*
 * media: a peer's SDP into plain structs. Strict about the lines that carry the structure (v=,
 * o=, m=), lenient about attributes: one that makes no sense is as if it were not there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "codec/table.h"
#include "sdp/sdp.h"

#define PTIME_MAX 1000

struct span {
    const char *p;
    size_t len;
};

struct reader {
    struct sdp_desc *d;
    struct span text;
    bool media_fingerprint; /* the section's own replace those of the session */
    bool any_candidate;
};

static bool next_line(struct span *text, struct span *ret)
{
    const char *end;

    if (text->len == 0)
        return false;
    end = memchr(text->p, '\n', text->len);
    ret->p = text->p;
    ret->len = end ? (size_t)(end - text->p) : text->len;
    text->p += ret->len + (end ? 1 : 0);
    text->len -= ret->len + (end ? 1 : 0);
    while (ret->len && (ret->p[ret->len - 1] == '\r' || ret->p[ret->len - 1] == ' '))
        ret->len--;
    return true;
}

/* The next word up to `sep`; several count as one. */
static bool next_word(struct span *s, char sep, struct span *ret)
{
    while (s->len && *s->p == sep) {
        s->p++;
        s->len--;
    }
    ret->p = s->p;
    ret->len = 0;
    while (s->len && *s->p != sep) {
        s->p++;
        s->len--;
        ret->len++;
    }
    return ret->len > 0;
}

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

static bool to_u32(struct span s, uint32_t max, uint32_t *ret)
{
    char text[16];

    return ars_strncpy(text, sizeof(text), s.p, s.len) && ars_str_to_u32(text, max, ret) == 0;
}

/* "name:value" of an a= line. */
static bool split_attr(struct span line, struct span *name, struct span *value)
{
    const char *colon;

    if (line.len < 2 || line.p[0] != 'a' || line.p[1] != '=')
        return false;
    line.p += 2;
    line.len -= 2;
    colon = memchr(line.p, ':', line.len);
    *name = line;
    *value = (struct span){"", 0};
    if (colon) {
        name->len = (size_t)(colon - line.p);
        value->p = colon + 1;
        value->len = line.len - name->len - 1;
        while (value->len && *value->p == ' ') {
            value->p++;
            value->len--;
        }
    }
    return name->len > 0;
}

enum ars_dir sdp_dir_flip(enum ars_dir d)
{
    switch (d) {
    case ARS_DIR_SENDONLY:
        return ARS_DIR_RECVONLY;
    case ARS_DIR_RECVONLY:
        return ARS_DIR_SENDONLY;
    default:
        return d;
    }
}

static int read_section(struct sdp_desc *d, struct span v)
{
    struct sdp_section *s = &d->sectionv[d->n_sections];
    struct span w;
    uint32_t port;
    const char *slash;

    if (d->n_sections >= SDP_MAX_SECTIONS)
        return EMSGSIZE;
    if (!next_word(&v, ' ', &w) || !ars_strncpy(s->media, sizeof(s->media), w.p, w.len))
        return EBADMSG;
    if (!next_word(&v, ' ', &w))
        return EBADMSG;
    slash = memchr(w.p, '/', w.len); /* "5000/2": the number of ports */
    if (slash)
        w.len = (size_t)(slash - w.p);
    if (!to_u32(w, UINT16_MAX, &port))
        return EBADMSG;
    s->port = (uint16_t)port;
    if (!next_word(&v, ' ', &w) || !ars_strncpy(s->proto, sizeof(s->proto), w.p, w.len))
        return EBADMSG;
    if (!next_word(&v, ' ', &w) || !ars_strncpy(s->format, sizeof(s->format), w.p, w.len))
        return EBADMSG;
    d->n_sections++;
    return 0;
}

/* The formats of m=audio in their order. */
static void read_payloads(struct sdp_desc *d, struct span v)
{
    struct span w;
    uint32_t pt;

    for (int i = 0; i < 3; i++)
        (void)next_word(&v, ' ', &w);
    while (next_word(&v, ' ', &w) && d->n_payloads < SDP_MAX_PAYLOADS) {
        const struct codec *c;
        struct sdp_payload *p = &d->payloadv[d->n_payloads];

        if (!to_u32(w, 127, &pt))
            continue;
        p->pt = (uint8_t)pt;
        c = codec_find_pt(p->pt);
        if (c) { /* RFC 3551: needs no rtpmap */
            (void)ars_strcpy(p->name, sizeof(p->name), c->name);
            p->clock = c->clock;
        }
        d->n_payloads++;
    }
}

static struct sdp_payload *find_payload(struct sdp_desc *d, struct span w)
{
    uint32_t pt;

    if (!to_u32(w, 127, &pt))
        return NULL;
    for (size_t i = 0; i < d->n_payloads; i++) {
        if (d->payloadv[i].pt == pt)
            return &d->payloadv[i];
    }
    return NULL;
}

static void read_rtpmap(struct sdp_desc *d, struct span v)
{
    struct span w;
    struct span name;
    struct span clock;
    struct sdp_payload *p;
    uint32_t hz;

    if (!next_word(&v, ' ', &w))
        return;
    p = find_payload(d, w);
    if (!p || !next_word(&v, '/', &name) || !next_word(&v, '/', &clock) ||
        !to_u32(clock, UINT32_MAX, &hz))
        return;
    while (name.len && *name.p == ' ') {
        name.p++;
        name.len--;
    }
    if (ars_strncpy(p->name, sizeof(p->name), name.p, name.len))
        p->clock = hz;
    else
        p->name[0] = '\0';
}

/* RFC 7587 6.1; FreeSWITCH puts a space behind the semicolons */
static void read_fmtp(struct sdp_desc *d, struct span v)
{
    struct span w;
    struct sdp_payload *p;
    uint32_t n;

    if (!next_word(&v, ' ', &w))
        return;
    p = find_payload(d, w);
    while (p && next_word(&v, ';', &w)) {
        struct span key;

        while (w.len && *w.p == ' ') {
            w.p++;
            w.len--;
        }
        if (!next_word(&w, '=', &key))
            continue;
        if (w.len) { /* the sign itself */
            w.p++;
            w.len--;
        }
        if (is_word(key, "useinbandfec"))
            p->fec = is_word(w, "1");
        else if (is_word(key, "stereo"))
            p->stereo = is_word(w, "1");
        else if (is_word(key, "maxaveragebitrate") && to_u32(w, UINT32_MAX, &n))
            p->max_bitrate = n;
    }
}

static void read_fingerprint(struct reader *r, struct span v, bool in_media)
{
    struct sdp_desc *d = r->d;
    struct dtls_fingerprint f = {0};
    struct span hash;
    char hex[3 * DTLS_MD_MAX];

    if (in_media && !r->media_fingerprint) {
        r->media_fingerprint = true;
        d->peer.n = 0;
        d->weak_fingerprint = false;
    }
    if (!next_word(&v, ' ', &hash))
        return;
    if (is_word(hash, "sha-256"))
        f.len = 32;
    else if (is_word(hash, "sha-384"))
        f.len = 48;
    else if (is_word(hash, "sha-512"))
        f.len = 64;
    while (v.len && *v.p == ' ') {
        v.p++;
        v.len--;
    }
    if (f.len == 0) {
        d->weak_fingerprint = true;
        return;
    }
    if (d->peer.n < DTLS_MAX_FINGERPRINTS && ars_strncpy(hex, sizeof(hex), v.p, v.len) &&
        ars_unhex(hex, f.md, f.len) == 0)
        d->peer.v[d->peer.n++] = f;
}

static enum sdp_setup to_setup(struct span v)
{
    if (is_word(v, "active"))
        return SDP_SETUP_ACTIVE;
    if (is_word(v, "passive"))
        return SDP_SETUP_PASSIVE;
    return is_word(v, "actpass") ? SDP_SETUP_ACTPASS : SDP_SETUP_NONE;
}

static bool to_dir(struct span name, enum ars_dir *ret)
{
    if (is_word(name, "sendrecv"))
        *ret = ARS_DIR_SENDRECV;
    else if (is_word(name, "sendonly"))
        *ret = ARS_DIR_SENDONLY;
    else if (is_word(name, "recvonly"))
        *ret = ARS_DIR_RECVONLY;
    else if (is_word(name, "inactive"))
        *ret = ARS_DIR_INACTIVE;
    else
        return false;
    return true;
}

static bool to_type(struct span w, enum ice_type *ret)
{
    for (int t = ICE_TYPE_HOST; t <= ICE_TYPE_RELAY; t++) {
        if (is_word(w, ice_type_name((enum ice_type)t))) {
            *ret = (enum ice_type)t;
            return true;
        }
    }
    return false;
}

/* RFC 8839 5.1: foundation component transport priority address port "typ" type ... */
int sdp_candidate_parse(const char *value, struct ice_candidate *ret)
{
    struct span s = {value, strlen(value)};
    struct span w[8];
    struct ice_candidate c = {0};
    char ip[ARS_ADDR_STR];
    uint32_t component;
    uint32_t port;

    for (size_t i = 0; i < 8; i++) {
        if (!next_word(&s, ' ', &w[i]))
            return EBADMSG;
    }
    if (!to_u32(w[1], 256, &component) || !to_u32(w[3], UINT32_MAX, &c.prio) ||
        !to_u32(w[5], UINT16_MAX, &port) || !is_word(w[6], "typ"))
        return EBADMSG;
    if (!ars_strncpy(c.foundation, sizeof(c.foundation), w[0].p, w[0].len))
        return EBADMSG;
    /* tcp, the RTCP component and mDNS names are other people's */
    if (component != 1 || !is_word(w[2], "udp") || port == 0 || !to_type(w[7], &c.type) ||
        !ars_strncpy(ip, sizeof(ip), w[4].p, w[4].len) ||
        ars_addr_parse(ip, (uint16_t)port, &c.addr))
        return ENOTSUP;
    *ret = c;
    return 0;
}

static void read_candidate(struct reader *r, struct span v)
{
    struct ice_remote *ice = &r->d->ice;
    char text[256];

    if (ice->n < ICE_MAX_REMOTE && ars_strncpy(text, sizeof(text), v.p, v.len) &&
        sdp_candidate_parse(text, &ice->candv[ice->n]) == 0)
        ice->n++;
}

static void read_number(struct span v, unsigned *ret)
{
    uint32_t n;

    if (to_u32(v, PTIME_MAX, &n))
        *ret = n;
}

static void read_attr(struct reader *r, struct span line, bool in_media)
{
    struct sdp_desc *d = r->d;
    struct span name;
    struct span v;

    if (!split_attr(line, &name, &v) || to_dir(name, &d->dir))
        return;
    if (is_word(name, "fingerprint"))
        read_fingerprint(r, v, in_media);
    else if (is_word(name, "setup"))
        d->setup = to_setup(v);
    else if (is_word(name, "ice-ufrag"))
        (void)(ars_strncpy(d->ice.ufrag, sizeof(d->ice.ufrag), v.p, v.len) ||
               (d->ice.ufrag[0] = '\0'));
    else if (is_word(name, "ice-pwd"))
        (void)(ars_strncpy(d->ice.pwd, sizeof(d->ice.pwd), v.p, v.len) || (d->ice.pwd[0] = '\0'));
    else if (is_word(name, "ice-lite"))
        d->ice.lite = true;
    else if (is_word(name, "group") && !in_media && v.len > 7 &&
             strncasecmp(v.p, "BUNDLE ", 7) == 0 && !d->bundle[0])
        (void)ars_strncpy(d->bundle, sizeof(d->bundle), v.p + 7, v.len - 7);
    if (!in_media)
        return;
    if (is_word(name, "rtpmap"))
        read_rtpmap(d, v);
    else if (is_word(name, "fmtp"))
        read_fmtp(d, v);
    else if (is_word(name, "candidate"))
        read_candidate(r, v);
    else if (is_word(name, "rtcp-mux"))
        d->rtcp_mux = true;
    else if (is_word(name, "ptime"))
        read_number(v, &d->ptime);
    else if (is_word(name, "maxptime"))
        read_number(v, &d->maxptime);
}

/* "IN IP4 192.0.2.1/127"; a name is not looked up. */
static void read_connection(struct sdp_desc *d, struct span v)
{
    struct span w = {NULL, 0};
    char ip[ARS_ADDR_STR];
    const char *slash;

    for (int i = 0; i < 3; i++) {
        if (!next_word(&v, ' ', &w))
            return;
    }
    slash = memchr(w.p, '/', w.len);
    if (slash)
        w.len = (size_t)(slash - w.p);
    if (ars_strncpy(ip, sizeof(ip), w.p, w.len))
        (void)ars_addr_parse(ip, 0, &d->addr);
}

static bool starts(struct span line, char type)
{
    return line.len >= 2 && line.p[0] == type && line.p[1] == '=';
}

static struct span rest(struct span line)
{
    return (struct span){line.p + 2, line.len - 2};
}

/* First pass: v=, o=, the m= lines and their mids. */
static int read_structure(struct reader *r)
{
    struct sdp_desc *d = r->d;
    struct span text = r->text;
    struct span line;
    struct span name;
    struct span v;
    bool version = false;
    int err;

    while (next_line(&text, &line)) {
        if (starts(line, 'v')) {
            version = is_word(rest(line), "0");
        } else if (starts(line, 'o') && d->n_sections == 0) {
            if (!ars_strncpy(d->origin, sizeof(d->origin), line.p + 2, line.len - 2))
                return EMSGSIZE;
        } else if (starts(line, 'm')) {
            err = read_section(d, rest(line));
            if (err)
                return err;
        } else if (d->n_sections && split_attr(line, &name, &v) && is_word(name, "mid")) {
            struct sdp_section *s = &d->sectionv[d->n_sections - 1];

            if (!ars_strncpy(s->mid, sizeof(s->mid), v.p, v.len))
                return EMSGSIZE;
        }
    }
    return version && d->origin[0] && d->n_sections ? 0 : EBADMSG;
}

/* The first audio section that is not refused, else the first audio section. */
static size_t choose_audio(const struct sdp_desc *d)
{
    size_t found = d->n_sections;

    for (size_t i = 0; i < d->n_sections; i++) {
        if (strcasecmp(d->sectionv[i].media, "audio") != 0)
            continue;
        if (d->sectionv[i].port != 0)
            return i;
        if (found == d->n_sections)
            found = i;
    }
    return found;
}

/* Second pass: the session's attributes and those of the chosen section. */
static void read_details(struct reader *r)
{
    struct sdp_desc *d = r->d;
    struct span text = r->text;
    struct span line;
    size_t section = 0; /* 0: the session */

    while (next_line(&text, &line)) {
        if (starts(line, 'm')) {
            section++;
            if (section == d->audio + 1)
                read_payloads(d, rest(line));
        } else if (section == 0 || section == d->audio + 1) {
            if (starts(line, 'c'))
                read_connection(d, rest(line));
            else
                read_attr(r, line, section != 0);
        }
    }
}

static void conclude(struct sdp_desc *d)
{
    struct ice_remote *ice = &d->ice;
    static const uint8_t any[4] = {0};
    bool unspecified;

    if (d->audio < d->n_sections)
        d->addr.port = d->sectionv[d->audio].port;
    unspecified = d->addr.family == ARS_AF_INET && memcmp(d->addr.ip, any, sizeof(any)) == 0;
    if (!ice->ufrag[0] || !ice->pwd[0]) {
        ice->ufrag[0] = '\0';
        ice->n = 0;
        if (unspecified) { /* RFC 3264 8.4: the old way to hold; with ICE it means nothing */
            d->dir &= ARS_DIR_SENDONLY;
        } else if (d->addr.family != ARS_AF_NONE && d->addr.port != 0) {
            ice->candv[0] = (struct ice_candidate){.type = ICE_TYPE_HOST, .addr = d->addr};
            ice->n = 1;
        }
    }
}

int sdp_parse(struct sdp_desc **ret, const char *text, size_t len)
{
    struct reader r = {.text = {text, len}};
    int err;

    if (len > SDP_TEXT_MAX)
        return EMSGSIZE;
    if (len == 0 || memchr(text, '\0', len))
        return EBADMSG;
    r.d = calloc(1, sizeof(*r.d));
    if (!r.d)
        return ENOMEM;
    r.d->dir = ARS_DIR_SENDRECV; /* RFC 8866 6.7 */
    err = read_structure(&r);
    if (err)
        goto out;
    r.d->audio = choose_audio(r.d);
    read_details(&r);
    conclude(r.d);

out:
    if (err)
        sdp_desc_free(r.d);
    else
        *ret = r.d;
    return err;
}

void sdp_desc_free(struct sdp_desc *d)
{
    free(d);
}
