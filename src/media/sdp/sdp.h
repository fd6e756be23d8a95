/*
 * media: SDP offers and answers for one encrypted audio section (RFC 3264, RFC 8829, RFC 8866).
 * Text in, plain structs out, and back; touches neither transport nor stream. Any thread.
 */
#ifndef ARS_MEDIA_SDP_H
#define ARS_MEDIA_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/media.h>
#include <ars/reason.h>

#include "rtp/stream.h"
#include "transport/dtls.h"
#include "transport/ice.h"

/* What a peer may send. */
#define SDP_TEXT_MAX     65536
#define SDP_MAX_SECTIONS 16
#define SDP_MAX_PAYLOADS 32
#define SDP_ORIGIN_MAX   255
#define SDP_TOKEN_MAX    63
#define SDP_MAX_CODECS   8 /* of ours */
#define SDP_EVENTS       2 /* telephone-event at 48000 and 8000 */

struct codec;

enum sdp_setup {
    SDP_SETUP_NONE,
    SDP_SETUP_ACTIVE,
    SDP_SETUP_PASSIVE,
    SDP_SETUP_ACTPASS,
};

struct sdp_payload {
    uint8_t pt;
    char name[SDP_TOKEN_MAX + 1]; /* "" when it has neither rtpmap nor a static meaning */
    uint32_t clock;
    bool fec;
    bool stereo;
    uint32_t max_bitrate;
};

/* An m= line with what a refusal repeats of it. */
struct sdp_section {
    char media[SDP_TOKEN_MAX + 1];
    char proto[SDP_TOKEN_MAX + 1];
    char format[SDP_TOKEN_MAX + 1]; /* the first */
    char mid[SDP_TOKEN_MAX + 1];    /* "": none */
    uint16_t port;
};

/*
 * A peer's description: its sections, and all of the audio one that counts. Directions as the
 * peer sees them.
 */
struct sdp_desc {
    char origin[SDP_ORIGIN_MAX + 1];
    char bundle[SDP_ORIGIN_MAX + 1]; /* mids of the first a=group:BUNDLE */
    size_t n_sections;
    struct sdp_section sectionv[SDP_MAX_SECTIONS];
    size_t audio; /* n_sections: none */
    size_t n_payloads;
    struct sdp_payload payloadv[SDP_MAX_PAYLOADS];
    enum ars_dir dir;
    unsigned ptime;
    unsigned maxptime;
    bool rtcp_mux;
    enum sdp_setup setup;
    bool weak_fingerprint; /* it has one, but of a hash that we refuse */
    struct dtls_peer peer;
    struct ice_remote ice;
    struct ars_addr addr; /* c= and m= */
};

/* Our side of it over the call's life. */
struct sdp_ours {
    uint64_t session_id;
    uint64_t version;
    char origin_ip[ARS_ADDR_STR];
    char *last; /* the text sent last, from s= on; owned */
    const struct codec *codecv[SDP_MAX_CODECS];
    uint8_t ptv[SDP_MAX_CODECS];
    uint8_t event_ptv[SDP_EVENTS];
    size_t n_codecs;
    const struct codec *current;
    /* sections as agreed: the peer's offer decides, else one of ours */
    size_t n_sections;
    size_t audio;
    struct sdp_section sectionv[SDP_MAX_SECTIONS];
    bool bundled;
};

/* What the transport has for a description. Borrowed. */
struct sdp_transport {
    const char *ufrag; /* NULL: the peer has no ICE */
    const char *pwd;
    const struct ice_candidate *candv;
    size_t n_cands;
    const struct ice_candidate *fallback; /* of c= and m= */
    const char *fingerprint;
    uint32_t ssrc;
    const char *cname;
};

/* The outcome of an exchange. */
struct sdp_agreed {
    const struct codec *codec;
    struct rtp_format format;
    enum ars_dir dir;        /* in force, as seen from here */
    enum ars_dir remote_dir; /* what the peer asked for, as seen from here */
    bool active;             /* we are the DTLS client */
    bool rtcp_mux;
};

/* attrs.c */

/* *ret: sdp_desc_free(). EBADMSG, EMSGSIZE, ENOMEM. */
int sdp_parse(struct sdp_desc **ret, const char *text, size_t len);
void sdp_desc_free(struct sdp_desc *d);
enum ars_dir sdp_dir_flip(enum ars_dir d);
/* "a=candidate:" without what stands before the colon. ENOTSUP: not one for us. EBADMSG. */
int sdp_candidate_parse(const char *value, struct ice_candidate *ret);

/* agree.c */

/* codecs as in struct ars_media_conf. EINVAL. */
int sdp_ours_init(struct sdp_ours *o, const char *codecs);
void sdp_ours_clear(struct sdp_ours *o);
/* role: of our DTLS now, NULL before there is one. ENOTSUP and *ret_why. */
int sdp_agree_offer(const struct sdp_ours *o, const struct sdp_desc *offer, enum ars_dir want,
                    const bool *role, struct sdp_agreed *ret, struct ars_reason *ret_why);
int sdp_agree_answer(const struct sdp_ours *o, const struct sdp_desc *answer, enum ars_dir offered,
                     struct sdp_agreed *ret, struct ars_reason *ret_why);
/* Payload types and sections of an offer that we accept: later offers of ours keep them. */
void sdp_ours_learn(struct sdp_ours *o, const struct sdp_desc *offer);

/* offer.c, answer.c. *ret: caller frees. ENOMEM. */
int sdp_offer_write(struct sdp_ours *o, const struct sdp_transport *t, enum ars_dir dir,
                    char **ret);
int sdp_answer_write(struct sdp_ours *o, const struct sdp_transport *t,
                     const struct sdp_desc *offer, const struct sdp_agreed *g, char **ret);

#endif
