/* media: our offer: all codecs, the one in use first; telephone-event for each clock among them. */
#include <errno.h>

#include "codec/table.h"
#include "sdp/write.h"

static void add_codec(struct sdpwrite_audio *a, const struct sdp_ours *o, size_t i)
{
    a->linev[a->n_lines++] = (struct sdpwrite_line){o->ptv[i], o->codecv[i], o->codecv[i]->clock};
}

static bool has_clock(const struct sdp_ours *o, uint32_t clock)
{
    for (size_t i = 0; i < o->n_codecs; i++) {
        if (o->codecv[i]->clock == clock)
            return true;
    }
    return false;
}

int sdp_offer_write(struct sdp_ours *o, const struct sdp_transport *t, enum ars_dir dir, char **ret)
{
    struct sdpwrite_audio a = {.dir = dir, .setup = "actpass", .rtcp_mux = true};

    for (size_t i = 0; i < o->n_codecs; i++) {
        if (o->codecv[i] == o->current)
            add_codec(&a, o, i);
    }
    for (size_t i = 0; i < o->n_codecs; i++) {
        if (o->codecv[i] != o->current)
            add_codec(&a, o, i);
    }
    for (size_t i = 0; i < SDP_EVENTS; i++) {
        if (has_clock(o, sdpwrite_event_clocks[i]))
            a.linev[a.n_lines++] =
                (struct sdpwrite_line){o->event_ptv[i], NULL, sdpwrite_event_clocks[i]};
    }
    return sdpwrite_description(o, t, o->sectionv, o->n_sections, o->audio, o->bundled, &a, ret);
}
