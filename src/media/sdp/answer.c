/*
 * media: our answer: one codec and its telephone-event, with the offer's numbers, transport and
 * mids.
 */
#include <errno.h>

#include "codec/table.h"
#include "sdp/write.h"

int sdp_answer_write(struct sdp_ours *o, const struct sdp_transport *t,
                     const struct sdp_desc *offer, const struct sdp_agreed *g, char **ret)
{
    struct sdpwrite_audio a = {
        .dir = g->dir, .setup = g->active ? "active" : "passive", .rtcp_mux = g->rtcp_mux};

    a.linev[a.n_lines++] = (struct sdpwrite_line){g->format.pt_recv, g->codec, g->codec->clock};
    if (g->format.event_clock)
        a.linev[a.n_lines++] =
            (struct sdpwrite_line){(uint8_t)g->format.event_pt_recv, NULL, g->format.event_clock};
    return sdpwrite_description(o, t, offer->sectionv, offer->n_sections, offer->audio,
                                sdpwrite_is_bundled(offer), &a, ret);
}
