/*
 * A description from anywhere: read it, agree on it as an offer and as an answer, answer it, and
 * read our own words back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sdp/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ice_candidate host = {
    .type = ICE_TYPE_HOST,
    .prio = 2130706431,
    .addr = {.family = ARS_AF_INET, .ip = {192, 0, 2, 1}, .port = 40000},
    .foundation = "1",
};

static const struct sdp_transport transport = {
    .ufrag = "ufrag",
    .pwd = "password0123456789012345",
    .candv = &host,
    .n_cands = 1,
    .fallback = &host,
    .fingerprint = "AB:CD",
    .ssrc = 1,
    .cname = "cname",
};

/* What we write can be read, and has as many sections as what it answers. */
static void check(const char *text, size_t sections)
{
    struct sdp_desc *d = NULL;

    if (sdp_parse(&d, text, strlen(text)) || d->n_sections != sections || d->audio >= sections)
        abort();
    sdp_desc_free(d);
}

static void use(const struct sdp_desc *d)
{
    struct sdp_ours o;
    struct sdp_agreed g;
    struct ars_reason why;
    char *text = NULL;

    if (sdp_ours_init(&o, NULL))
        return;
    if (sdp_agree_answer(&o, d, ARS_DIR_SENDRECV, &g, &why) == 0 && (g.dir & ~g.remote_dir) != 0)
        abort();
    if (sdp_agree_offer(&o, d, ARS_DIR_SENDRECV, NULL, &g, &why) == 0 &&
        sdp_answer_write(&o, &transport, d, &g, &text) == 0) {
        check(text, d->n_sections);
        free(text);
        sdp_ours_learn(&o, d);
        o.current = g.codec;
        if (sdp_offer_write(&o, &transport, ARS_DIR_SENDONLY, &text) == 0) {
            check(text, d->n_sections);
            free(text);
        }
    }
    sdp_ours_clear(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sdp_desc *d = NULL;

    if (sdp_parse(&d, (const char *)data, size) == 0) {
        use(d);
        sdp_desc_free(d);
    }
    return 0;
}
