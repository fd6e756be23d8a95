/*
 * The path of the microphone: a second-order high-pass at 48 kHz, then speexdsp's canceller and
 * preprocessor at 16 kHz in frames of 20 ms.
 */
#include "audio/process.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <speex/speex_resampler.h>

#include "audio/mixer.h"
#include "audio/process/reference.h"
#include "audio/process/search.h"
#include "audio/process/skew.h"
#include "pcm.h"

#define RATE    16000
#define HALF    160 /* a tick's */
#define FRAME   320
#define TAIL    4096 /* 256 ms */
#define QUALITY 4
/* The echo is let in so long after the beginning of the tail, and may wander between the others. */
#define LEAD  (20 * 48)
#define LEAST (10 * 48) /* before its beginning nothing is taken away */
#define MOST  (80 * 48)

/* By strength. Hz; dB. */
static const double cutoff[ARS_STRENGTHS] = {0, 80, 160};
static const int noise_db[ARS_STRENGTHS] = {0, -12, -25};
static const int echo_db[ARS_STRENGTHS] = {0, -25, -45};
static const int echo_talk_db[ARS_STRENGTHS] = {0, -8, -12};
static const double rest_db[ARS_STRENGTHS] = {0, -8, -16};
static const int gain_db[ARS_STRENGTHS] = {0, 9, 18};
/*
 * What is left so much below the echo that was taken away is what a speaker adds that distorts;
 * up to the other it may be a voice, more and more. dB.
 */
#define REST_ECHO  -15.0
#define REST_VOICE -10.0
#define REST_KEEP  0.5f    /* of the powers, frame by frame */
#define REST_FLOOR 1e4f    /* below it there was no echo: a sum of squares */
#define GAIN_LEVEL 8000.0f /* what speex takes for loud: -12 dBFS */

struct highpass {
    float b0, b1, b2, a1, a2;
    float z1, z2;
};

struct process {
    struct ars_voice conf;
    struct highpass highpass;
    SpeexEchoState *echo;
    SpeexPreprocessState *clean; /* NULL: the high-pass is all */
    SpeexResamplerState *near_down;
    SpeexResamplerState *far_down;
    SpeexResamplerState *up;
    int16_t near[FRAME];
    int16_t far[FRAME];
    int16_t done[FRAME];
    float rest;       /* power of what the canceller left, */
    float echo_power; /* and of what it took away */
    float rest_gain;
    bool second; /* half of the frame */
    unsigned lag;
    struct search search;
    struct skew skew;
    struct reference reference;
};

/* Butterworth, by the bilinear transform. */
static void highpass_init(struct highpass *h, double hz)
{
    double k = tan(M_PI * hz / AUDIO_RATE);
    double norm = 1 / (1 + M_SQRT2 * k + k * k);

    h->b0 = (float)norm;
    h->b1 = (float)(-2 * norm);
    h->b2 = (float)norm;
    h->a1 = (float)(2 * (k * k - 1) * norm);
    h->a2 = (float)((1 - M_SQRT2 * k + k * k) * norm);
}

static void highpass_run(struct highpass *h, int16_t *pcm)
{
    for (unsigned i = 0; i < AUDIO_FRAME; i++) {
        float x = pcm[i];
        float y = h->b0 * x + h->z1;
        h->z1 = h->b1 * x - h->a1 * y + h->z2;
        h->z2 = h->b2 * x - h->a2 * y;
        pcm[i] = pcm_clip((int32_t)lrintf(y));
    }
}

static void resample(SpeexResamplerState *r, const int16_t *in, unsigned n, int16_t *out,
                     unsigned m)
{
    spx_uint32_t in_n = n;
    spx_uint32_t out_n = m;

    (void)speex_resampler_process_int(r, 0, in, &in_n, out, &out_n);
    memset(out + out_n, 0, (m - out_n) * sizeof(*out));
}

static void set_clean(struct process *p)
{
    const struct ars_voice *c = &p->conf;
    int on = 1;
    int gain = c->gain != ARS_STRENGTH_OFF;
    int max = gain_db[c->gain];
    int noise = noise_db[c->noise];
    int echo = echo_db[c->echo];
    int echo_talk = echo_talk_db[c->echo];
    float level = GAIN_LEVEL;

    /* what is left of the echo goes the way of the noise */
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_DENOISE, &on);
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise);
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_AGC, &gain);
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_AGC_LEVEL, &level);
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, &max);
    if (!p->echo)
        return;
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_ECHO_STATE, p->echo);
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &echo);
    speex_preprocess_ctl(p->clean, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &echo_talk);
}

static int set_up(struct process *p)
{
    int rate = RATE;

    p->clean = speex_preprocess_state_init(FRAME, RATE);
    p->near_down = speex_resampler_init(1, AUDIO_RATE, RATE, QUALITY, NULL);
    p->up = speex_resampler_init(1, RATE, AUDIO_RATE, QUALITY, NULL);
    if (!p->clean || !p->near_down || !p->up)
        return ENOMEM;
    if (p->conf.echo != ARS_STRENGTH_OFF) {
        p->echo = speex_echo_state_init(FRAME, TAIL);
        p->far_down = speex_resampler_init(1, AUDIO_RATE, RATE, QUALITY, NULL);
        if (!p->echo || !p->far_down)
            return ENOMEM;
        speex_echo_ctl(p->echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    }
    set_clean(p);
    return 0;
}

int process_alloc(struct process **ret, const struct ars_voice *conf)
{
    struct process *p;
    int err = 0;

    *ret = NULL;
    if (!conf->echo && !conf->noise && !conf->gain && !conf->highpass)
        return 0;
    p = calloc(1, sizeof(*p));
    if (!p)
        return ENOMEM;
    p->conf = *conf;
    if (conf->highpass)
        highpass_init(&p->highpass, cutoff[conf->highpass]);
    if (conf->echo || conf->noise || conf->gain)
        err = set_up(p);
    if (err) {
        process_free(p);
        return err;
    }
    process_reset(p);
    *ret = p;
    return 0;
}

void process_free(struct process *p)
{
    if (!p)
        return;
    if (p->clean)
        speex_preprocess_state_destroy(p->clean);
    if (p->echo)
        speex_echo_state_destroy(p->echo);
    if (p->near_down)
        speex_resampler_destroy(p->near_down);
    if (p->far_down)
        speex_resampler_destroy(p->far_down);
    if (p->up)
        speex_resampler_destroy(p->up);
    free(p);
}

void process_reset(struct process *p)
{
    reference_reset(&p->reference);
    search_reset(&p->search);
    skew_reset(&p->skew);
    p->lag = 0;
    p->rest = p->echo_power = 0;
    p->rest_gain = 1;
    if (p->echo)
        speex_echo_state_reset(p->echo);
}

/* Where the echo is now: far out of the middle of the tail, the reference moves. */
static void follow(struct process *p, int heard)
{
    int at = heard - (int)p->lag;

    if (heard < 0 || (at < MOST && (at >= LEAST || p->lag == 0)))
        return;
    p->lag = heard > LEAD ? (unsigned)(heard - LEAD) : 0;
    speex_echo_state_reset(p->echo);
}

/* The microphone's clock is another than the speaker's. */
static void follow_clock(struct process *p, int heard)
{
    float moves;

    if (!p->skew.n)
        search_mark(&p->search);
    moves = skew_put(&p->skew, search_moved(&p->search), SEARCH_LOOK);
    reference_skew(&p->reference, moves);
    if (moves < 0 && heard > LEAST + REFERENCE_ROOM && reference_room(&p->reference))
        search_reset(&p->search);
}

static void take_far(struct process *p, const int16_t *mic, int sooner, int16_t *half)
{
    int16_t fresh[AUDIO_FRAME];
    int16_t lagged[AUDIO_FRAME];
    int heard;

    reference_get(&p->reference, sooner, p->lag, fresh, lagged);
    resample(p->far_down, lagged, AUDIO_FRAME, half, HALF);
    heard = search_frame(&p->search, fresh, mic);
    follow(p, heard);
    if (search_looked(&p->search) && (heard >= 0 || p->skew.n))
        follow_clock(p, heard);
}

/* The gain for what is left, by how it compares to what the canceller took away. */
static float rest_gain(struct process *p)
{
    double db, voice;

    p->rest *= REST_KEEP;
    p->echo_power *= REST_KEEP;
    for (unsigned i = 0; i < FRAME; i++) {
        float left = p->done[i];
        float taken = (float)p->near[i] - left;
        p->rest += left * left;
        p->echo_power += taken * taken;
    }
    db = 10 * log10((p->rest + 1) / (p->echo_power + REST_FLOOR));
    voice = fmin(fmax((db - REST_ECHO) / (REST_VOICE - REST_ECHO), 0), 1);
    return (float)pow(10, rest_db[p->conf.echo] * (1 - voice) / 20);
}

static void cancel(struct process *p)
{
    float from = p->rest_gain, to;

    speex_echo_cancellation(p->echo, p->near, p->far, p->done);
    to = rest_gain(p);
    (void)speex_preprocess_run(p->clean, p->done);
    for (unsigned i = 0; i < FRAME; i++)
        p->done[i] = (int16_t)lrintf((float)p->done[i] * (from + (to - from) * (float)i / FRAME));
    p->rest_gain = to;
}

static void run_frame(struct process *p)
{
    if (p->echo) {
        cancel(p);
        return;
    }
    memcpy(p->done, p->near, sizeof(p->done));
    (void)speex_preprocess_run(p->clean, p->done);
}

void process_near(struct process *p, int16_t *pcm, int sooner)
{
    unsigned at = p->second ? HALF : 0;

    if (p->conf.highpass)
        highpass_run(&p->highpass, pcm);
    if (!p->clean)
        return;
    resample(p->near_down, pcm, AUDIO_FRAME, p->near + at, HALF);
    if (p->echo)
        take_far(p, pcm, sooner, p->far + at);
    if (p->second)
        run_frame(p);
    /* the first half at once, the second in the next tick */
    resample(p->up, p->done + (p->second ? 0 : HALF), HALF, pcm, AUDIO_FRAME);
    p->second = !p->second;
}

void process_far(struct process *p, const int16_t *pcm)
{
    if (p->echo)
        reference_put(&p->reference, pcm);
}

bool process_is_wideband(const struct process *p)
{
    return p->clean;
}

unsigned process_lag(const struct process *p)
{
    return p->lag;
}
