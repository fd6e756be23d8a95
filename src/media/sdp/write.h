/* media: what offers and answers share in writing. */
#ifndef ARS_MEDIA_SDP_WRITE_H
#define ARS_MEDIA_SDP_WRITE_H

#include <ars/str.h>

#include "sdp/sdp.h"

struct sdpwrite_line {
    uint8_t pt;
    const struct codec *codec; /* NULL: telephone-event */
    uint32_t clock;
};

#define SDPWRITE_LINES (SDP_MAX_CODECS + SDP_EVENTS)

/* What an audio section says besides the transport. */
struct sdpwrite_audio {
    size_t n_lines;
    struct sdpwrite_line linev[SDPWRITE_LINES];
    enum ars_dir dir;
    const char *setup;
    bool rtcp_mux;
};

extern const uint32_t sdpwrite_event_clocks[SDP_EVENTS];

/* Whether the audio section is in the offer's BUNDLE group. */
bool sdpwrite_is_bundled(const struct sdp_desc *d);

/*
 * The whole description; the version in o= goes up when it says something new (RFC 3264 8).
 * ENOMEM.
 */
int sdpwrite_description(struct sdp_ours *o, const struct sdp_transport *t,
                         const struct sdp_section *sectionv, size_t n, size_t audio, bool bundled,
                         const struct sdpwrite_audio *a, char **ret);

#endif
