/*
 * media: inside of one session, shared by session.c (life, wiring), session_dtls.c (keys) and
 * session_sdp.c (offer and answer).
 */
#ifndef ARS_MEDIA_SESSION_H
#define ARS_MEDIA_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/fsm.h>
#include <ars/media.h>
#include <ars/timer.h>

#include "rtp/hearing.h"
#include "rtp/stream.h"
#include "sdp/sdp.h"
#include "transport/dtls.h"
#include "transport/ice.h"
#include "transport/srtp.h"

#define MEDIA_HELD_PACKETS 4 /* a ClientHello and its repetitions, before the answer or the path */
#define MEDIA_HELD_SIZE    1500
#define MEDIA_MAX_DIGITS   16  /* received, until they are told */
#define MEDIA_ASK_MS       500 /* a silent far end that is heard again is asked so often */
#define MEDIA_RENEWAL_MS   500 /* a ClientHello of another handshake is heard so often at most */

enum media_state {
    MEDIA_GATHERING,
    MEDIA_READY,
    MEDIA_CHECKING,    /* ICE looks for a path */
    MEDIA_HANDSHAKING, /* DTLS */
    MEDIA_CONNECTED,
    MEDIA_FAILED,
};

/* What the handlers are still to be told; from a timer, so that they may free the session. */
struct media_news {
    bool gathered;
    bool connected;
    bool first_audio;
    bool heard; /* has changed, see unheard */
    bool remapped;
    bool hearing;
    bool muted; /* has changed, see talks_muted */
    bool recording_on;
    bool recording_off;
    int recording_err;
    bool failed;
    struct ars_reason why;
    size_t n_digits;
    struct {
        char digit;
        unsigned ms;
    } digitv[MEDIA_MAX_DIGITS];
};

struct ars_media {
    struct ars_loop *loop;
    struct ars_media_handlers handlers;
    void *arg;
    int state;
    uint64_t start_ms;
    uint64_t first_ms; /* 0: no sound yet */
    struct ars_timer news_timer;
    struct media_news news;
    bool telling; /* a handler runs */
    bool watched;
    struct ars_timer watch_timer;
    struct hearing hearing;
    bool talks_muted;
    uint64_t left;     /* packets that the socket took */
    uint64_t refused;  /* packets that no key of ours opens */
    uint64_t asked_ms; /* after a silence: when it was last asked whether it is over */
    bool unheard;      /* the far end does not answer */
    uint64_t arrived;  /* packets of sound */
    uint64_t arrived_before;
    unsigned stopped; /* so often none had come since the last look */
    struct ars_timer flow_timer;
    bool gone; /* freed meanwhile: nothing but the memory is left */

    struct ice_agent *ice;
    struct dtls_identity *identity;
    struct dtls *dtls;
    struct dtls *renewal;  /* begun by the peer; dtls counts until this one is through */
    uint64_t renewal_ms;   /* when it was begun */
    struct dtls_peer peer; /* of dtls */
    struct srtp_session *srtp;
    struct rtp_stream *rtp;
    size_t n_held;
    struct {
        size_t len;
        uint8_t buf[MEDIA_HELD_SIZE];
    } heldv[MEDIA_HELD_PACKETS];

    struct sdp_ours ours;
    bool has_agreed;
    struct sdp_agreed agreed;
    enum ars_dir offered;
    bool remote_ice;     /* the peer's description has ICE */
    char *last_answer;   /* ours, while it is the description sent last; owned */
    char *last_accepted; /* the peer's answer taken last; owned */
    char last_offer_origin[SDP_ORIGIN_MAX + 1];
};

/* session.c */
extern const struct ars_fsm session_fsm;

void session_go(struct ars_media *m, enum media_state to);
/* What stands in news is told soon. */
void session_tell(struct ars_media *m);
/* Nothing flows any more, and that is told; once. why: a literal. */
void session_fail(struct ars_media *m, enum ars_reason_code code, const char *why);
/* Connected: looks from here on whether something still arrives. */
void session_watch_flow(struct ars_media *m);
/* Looks at who hears whom from here on, or no more. */
void session_watch(struct ars_media *m);

/* session_dtls.c */
/* With a path and an association both, the handshake goes. */
void session_start_dtls(struct ars_media *m);
/* One that the peer has begun, and that is not through. */
void session_drop_renewal(struct ars_media *m);
void session_on_dtls(struct ars_media *m, const uint8_t *buf, size_t len);

/*
 * Another association is needed for this peer and role: makes it. The one in use stays when nothing
 * changes. The result is put in force by session_use_dtls(). ENOMEM.
 */
int session_prepare_dtls(struct ars_media *m, const struct sdp_desc *d, bool active,
                         struct dtls **ret);
void session_use_dtls(struct ars_media *m, struct dtls *d, const struct dtls_peer *peer);

#endif
