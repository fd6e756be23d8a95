/* A voice-like sound; encoding it takes longer than most of what is tried with it. */
#include "voice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "codec/table.h"

#define TWO_PI 6.283185307179586

struct kept {
    const struct codec *codec;
    unsigned ptime;
    unsigned loss;
    unsigned n;
    struct voice_packet *packets;
};

/* A voice: its pitch glides, and it has syllables, but no pause. */
static int encode_all(const struct kept *v)
{
    const struct codec *codec = v->codec;
    struct codec_enc *enc = NULL;
    size_t n = codec->rate / 1000 * v->ptime;
    int16_t pcm[2880];
    double phase = 0;
    int err = codec->enc_alloc(&enc, 0, true);

    if (!err && codec->expect_loss)
        codec->expect_loss(enc, v->loss);
    for (unsigned k = 0; !err && k < v->n; k++) {
        struct voice_packet *p = &v->packets[k];
        for (size_t i = 0; i < n; i++) {
            double t = (double)(k * n + i) / codec->rate;
            phase += TWO_PI * (150 + 40 * sin(t * 3)) / codec->rate;
            pcm[i] = (int16_t)(6000 * (0.75 - 0.45 * cos(t * 4 * TWO_PI)) *
                               (sin(phase) + 0.5 * sin(2 * phase) + 0.3 * sin(3 * phase)));
        }
        err = codec->encode(enc, pcm, n, p->payload, sizeof(p->payload), &p->len);
    }
    if (enc)
        codec->enc_free(enc);
    return err;
}

int voice_encoded(const struct codec *codec, unsigned ptime, unsigned loss, unsigned n,
                  const struct voice_packet **ret)
{
    static struct kept kept[8];
    struct kept *v = kept;
    int err;

    if (!codec->expect_loss)
        loss = 0;
    while (v->codec && v->codec != codec)
        v++;
    if (v->codec && v->ptime == ptime && v->loss == loss && v->n >= n) {
        *ret = v->packets;
        return 0;
    }
    free(v->packets);
    *v = (struct kept){.codec = codec, .ptime = ptime, .loss = loss, .n = n};
    v->packets = calloc(n, sizeof(*v->packets));
    err = v->packets ? encode_all(v) : ENOMEM;
    if (err)
        v->n = 0;
    *ret = v->packets;
    return err;
}
