/*
 * A sound card: one half-duplex stream, met at a ring. The loop's thread watches it: a stream whose
 * callbacks stop is closed and opened again, at once and then each second. Where a sound server
 * lets the default card stand in for one that was unplugged, this one comes back by itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <speex/speex_resampler.h>

#include <ars/clock.h>
#include <ars/fsm.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/ring.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "audio/device.h"
#include "audio/drift.h"
#include "audio/mixer.h"
#include "audio/card_host.h"

#define LINGER_MS 1000
#define RETRY_MS  1000
/*
 * No callback for so long: it is dead (a sound server that went away stops them within 250 ms). Of
 * the time between two ticks no more than that counts: when all stands still, the device is not to
 * blame.
 */
#define DEAD_US     500000
#define TICK_MAX_US 20000
/* The first one comes late: up to 2 s on a PulseAudio null sink that rewinds. */
#define FIRST_US 3000000
/* 340 ms at 48 kHz; used are some 30 */
#define RING 16384
/* Room for a frame of any rate and its correction. */
#define FRAME_MAX        (4 * AUDIO_FRAME + DRIFT_STEP)
#define RESAMPLE_QUALITY 5

enum state { OFF, OPENING, RUNNING, CLOSING, WAITING, STATES };

static const char *const state_names[STATES] = {
    "off", "opening", "running", "closing", "waiting",
};

static const uint32_t edges[STATES] = {
    [OFF] = ARS_TO(OPENING),
    [OPENING] = ARS_TO(RUNNING) | ARS_TO(CLOSING) | ARS_TO(WAITING) | ARS_TO(OFF),
    [RUNNING] = ARS_TO(CLOSING),
    [CLOSING] = ARS_TO(OFF) | ARS_TO(OPENING),
    [WAITING] = ARS_TO(OPENING) | ARS_TO(OFF),
};

static const struct ars_fsm fsm = {"audio device", state_names, edges, STATES};

struct card {
    struct audio_dev dev;
    struct audio_env *env;
    struct card_stream stream;
    int state;
    bool wanted;
    enum ars_device_state told; /* to the owner */
    bool dead;                  /* goes when it is closed */
    char label[ARS_DEVICE_NAME_MAX];
    struct ars_timer retry;
    SpeexResamplerState *resampler; /* NULL: the device runs at 48 kHz */
    struct drift drift;
    bool flowing;     /* the first frame has come, or gone */
    unsigned starved; /* input: as the loop sees it */
    unsigned late;    /* output: the same */
    unsigned opened;  /* times */
    int gone;         /* samples that the ring lost for the better */
    unsigned seen;    /* callbacks */
    int64_t quiet_us; /* without one */
    uint64_t watched_us;
};

static void go(struct card *d, enum state to)
{
    (void)ars_fsm_go(&fsm, &d->state, to);
}

/* As the user knows it; once seen, also while it is away. */
static const char *label_of(struct card *d)
{
    const char *name = card_name(&d->stream);
    const struct ars_device *at = card_host_find(d->env->host, name, d->stream.input);

    if (!name[0])
        return "default";
    if (at)
        (void)ars_strcpy(d->label, sizeof(d->label), at->label);
    return d->label[0] ? d->label : name;
}

static void tell(struct card *d, enum ars_device_state state, const char *why)
{
    if (state == d->told || d->dead)
        return;
    d->told = state;
    ars_log(state == ARS_DEVICE_WORKS ? ARS_LOG_INFO : ARS_LOG_WARN, "media", "%s device %s: %s",
            d->stream.input ? "input" : "output",
            d->stream.n_names ? card_name(&d->stream) : "default", why);
    d->env->news(d->stream.input, state, label_of(d), why, d->env->arg);
}

static void destroy(struct card *d)
{
    ars_timer_stop(&d->retry);
    if (d->resampler)
        speex_resampler_destroy(d->resampler);
    ars_ring_free(d->stream.ring);
    free(d);
}

static void open_device(struct card *d)
{
    /* no callback runs: this side may play the consumer's part */
    (void)ars_ring_drop(d->stream.ring, RING);
    go(d, OPENING);
    card_host_do(d->env->host, &d->stream, CARD_OPEN);
}

static void close_device(struct card *d)
{
    go(d, CLOSING);
    card_host_do(d->env->host, &d->stream, CARD_CLOSE);
}

static void on_retry(void *arg)
{
    open_device(arg);
}

static int set_rate(struct card *d)
{
    unsigned rate = d->stream.rate;

    if (d->resampler)
        speex_resampler_destroy(d->resampler);
    d->resampler = NULL;
    if (rate == AUDIO_RATE)
        return 0;
    if (rate / 100 + DRIFT_STEP > FRAME_MAX)
        return ERANGE;
    d->resampler = d->stream.input
                       ? speex_resampler_init(1, rate, AUDIO_RATE, RESAMPLE_QUALITY, NULL)
                       : speex_resampler_init(1, AUDIO_RATE, rate, RESAMPLE_QUALITY, NULL);
    return d->resampler ? 0 : ENOMEM;
}

/* Whether one of the first n cards of the user's choice is there. */
static bool is_there(const struct card *d, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (card_host_find(d->env->host, d->stream.names[i], d->stream.input))
            return true;
    }
    return false;
}

static bool is_elsewhere(const struct card *d)
{
    return d->stream.n_names && atomic_load(&d->stream.elsewhere);
}

static bool its_own_is_there(const struct card *d)
{
    return card_host_find(d->env->host, card_name(&d->stream), d->stream.input);
}

/*
 * Whether another card is the better one. One that is there and was left for another is the doing
 * of the user, who has moved the stream; unless it has just come back. Where a sound server has
 * come its card is better.
 */
static bool reopens(const struct card *d, bool news)
{
    const struct card_stream *s = &d->stream;

    if (news && (s->unserved || is_there(d, s->replaced ? s->n_names : s->choice)))
        return true;
    if (!is_elsewhere(d))
        return false;
    return its_own_is_there(d) ? news && d->told == ARS_DEVICE_AWAY : is_there(d, s->n_names);
}

/* Sees to it that it sounds where it should. */
static void follow(struct card *d, bool news)
{
    if (d->state != RUNNING)
        return;
    if (reopens(d, news))
        close_device(d);
    else if (!is_elsewhere(d))
        tell(d, ARS_DEVICE_WORKS, "works");
    else if (!its_own_is_there(d))
        tell(d, ARS_DEVICE_AWAY, "not there, the default one is used");
}

static void cards_changed(struct audio_dev *dev)
{
    follow((struct card *)dev, true);
}

static void on_opened(struct card *d)
{
    if (!d->wanted && !d->stream.open) {
        go(d, OFF);
    } else if (d->stream.open && (!d->wanted || set_rate(d))) {
        close_device(d);
    } else if (d->stream.open) {
        go(d, RUNNING);
        d->opened++;
        if (d->stream.thread)
            d->env->realtime(d->stream.thread, d->env->arg);
        drift_init(&d->drift, d->stream.rate);
        d->drift.starved = d->starved = atomic_load(&d->stream.starved);
        d->flowing = false;
        d->seen = atomic_load(&d->stream.callbacks);
        d->quiet_us = DEAD_US - FIRST_US;
        d->watched_us = ars_clock_us();
        (void)label_of(d);
        follow(d, false);
    } else {
        go(d, WAITING);
        ars_timer_start(ars_loop_timers(d->env->loop), &d->retry, RETRY_MS, on_retry, d);
        tell(d, ARS_DEVICE_BROKEN, d->stream.why);
    }
}

static void on_done(struct card_stream *s, enum card_op op, void *arg)
{
    struct card *d = arg;

    if (op == CARD_OPEN)
        on_opened(d);
    else if (d->wanted)
        open_device(d);
    else
        go(d, OFF);
    if (d->dead && (d->state == OFF || d->state == WAITING))
        destroy(d);
}

static void start(struct audio_dev *dev)
{
    struct card *d = (struct card *)dev;

    d->wanted = true;
    if (d->state == OFF)
        open_device(d);
}

static void stop(struct audio_dev *dev)
{
    struct card *d = (struct card *)dev;

    d->wanted = false;
    if (d->state == RUNNING)
        close_device(d);
    if (d->state == WAITING) {
        ars_timer_stop(&d->retry);
        go(d, OFF);
    }
}

static void free_device(struct audio_dev *dev)
{
    struct card *d = (struct card *)dev;

    d->dead = true;
    stop(dev);
    if (d->state == OFF)
        destroy(d);
}

/* Whether the stream lives; closes it otherwise. */
static bool watch(struct card *d)
{
    unsigned callbacks;
    uint64_t now, gone;

    if (d->state != RUNNING)
        return false;
    now = ars_clock_us();
    gone = now - d->watched_us;
    d->watched_us = now;
    callbacks = atomic_load_explicit(&d->stream.callbacks, memory_order_relaxed);
    if (atomic_load(&d->stream.elsewhere) == (d->told == ARS_DEVICE_WORKS))
        follow(d, false);
    if (d->state != RUNNING)
        return false;
    if (callbacks != d->seen) {
        d->seen = callbacks;
        d->quiet_us = 0;
        return true;
    }
    d->quiet_us += (int64_t)(gone < TICK_MAX_US ? gone : TICK_MAX_US);
    if (d->quiet_us < DEAD_US && !atomic_load(&d->stream.ended))
        return true;
    tell(d, ARS_DEVICE_BROKEN, "stopped");
    close_device(d);
    return false;
}

static void resample(struct card *d, const int16_t *in, size_t n, int16_t *out, size_t m)
{
    spx_uint32_t in_n = (spx_uint32_t)n;
    spx_uint32_t out_n = (spx_uint32_t)m;

    if (!d->resampler) {
        memcpy(out, in, n * sizeof(*in));
        return;
    }
    speex_resampler_process_int(d->resampler, 0, in, &in_n, out, &out_n);
    if (out_n < m)
        memset(out + out_n, 0, (m - out_n) * sizeof(*out));
}

static void read_frame(struct audio_dev *dev, int16_t *pcm)
{
    struct card *d = (struct card *)dev;
    int16_t taken[FRAME_MAX];
    int16_t frame[FRAME_MAX];
    size_t n, fill, want;
    int go_away;

    memset(pcm, 0, AUDIO_FRAME * sizeof(*pcm));
    if (!watch(d))
        return;
    n = d->stream.rate / 100;
    fill = ars_ring_fill(d->stream.ring);
    if (!d->flowing && fill < n)
        return;
    if (!d->flowing)
        fill -= ars_ring_drop(d->stream.ring, fill - n);
    d->flowing = true;
    if (fill < n)
        d->starved++;
    go_away = drift_frame(&d->drift, (int)fill - (int)n, d->starved);
    d->gone += go_away - (fill < n ? (int)(n - fill) : 0);
    if (go_away > DRIFT_STEP) {
        (void)ars_ring_drop(d->stream.ring, (size_t)go_away);
        go_away = 0;
    }
    want = (size_t)((int)n + go_away);
    fill = ars_ring_read(d->stream.ring, taken, want);
    memset(taken + fill, 0, (want - fill) * sizeof(*taken));
    drift_resize(taken, want, frame, n);
    resample(d, frame, n, pcm, AUDIO_FRAME);
}

static void write_frame(struct audio_dev *dev, const int16_t *pcm)
{
    struct card *d = (struct card *)dev;
    int16_t frame[FRAME_MAX];
    int16_t given[FRAME_MAX];
    unsigned starved;
    size_t n;
    int go_away;

    if (!watch(d))
        return;
    n = d->stream.rate / 100;
    starved = atomic_load_explicit(&d->stream.starved, memory_order_relaxed);
    if (d->flowing)
        d->late += starved - d->drift.starved;
    d->flowing = true;
    go_away = drift_frame(&d->drift, (int)ars_ring_fill(d->stream.ring), starved);
    if (go_away > DRIFT_STEP) {
        /* what is in the ring is the callback's; so this much less goes in */
        d->drift.surplus = go_away - (int)n > 0 ? go_away - (int)n : 0;
        d->gone += (int)n;
        return;
    }
    d->gone += go_away;
    resample(d, pcm, AUDIO_FRAME, frame, n);
    drift_resize(frame, n, given, (size_t)((int)n - go_away));
    (void)ars_ring_write(d->stream.ring, given, (size_t)((int)n - go_away));
}

static unsigned path(const struct audio_dev *dev, int *ret_gone)
{
    const struct card *d = (const struct card *)dev;
    int gone = d->gone - atomic_load_explicit(&d->stream.missing, memory_order_relaxed);

    *ret_gone = d->state == RUNNING ? (int)((int64_t)gone * AUDIO_RATE / d->stream.rate) : 0;
    return d->opened;
}

static void count(const struct audio_dev *dev, struct ars_audio_counts *sum)
{
    const struct card *d = (const struct card *)dev;

    sum->late += d->late;
    sum->underruns += atomic_load_explicit(&d->stream.underruns, memory_order_relaxed);
    sum->gaps += d->starved;
}

static const struct audio_dev_ops source_ops = {
    .start = start,
    .stop = stop,
    .free = free_device,
    .read = read_frame,
    .path = path,
    .count = count,
    .cards_changed = cards_changed,
    .linger_ms = LINGER_MS,
};

static const struct audio_dev_ops sink_ops = {
    .start = start,
    .stop = stop,
    .free = free_device,
    .write = write_frame,
    .path = path,
    .count = count,
    .cards_changed = cards_changed,
    .linger_ms = LINGER_MS,
};

/* EINVAL. */
static int set_names(struct card_stream *s, const char *names)
{
    for (size_t n; *names; names += n + (names[n] != '\0')) {
        n = strcspn(names, ARS_DEVICE_OR);
        if (!n || n >= ARS_DEVICE_NAME_MAX || s->n_names >= ARS_DEVICE_NAMES_MAX)
            return EINVAL;
        memcpy(s->names[s->n_names++], names, n);
    }
    return 0;
}

int card_alloc(struct audio_dev **ret, struct audio_env *env, const char *names, bool input,
               enum card_role role)
{
    struct card *d;
    int err = 0;

    if (!env->host)
        err = card_host_alloc(&env->host, env->loop, env->changed, env->arg);
    if (err)
        return err;
    d = calloc(1, sizeof(*d));
    if (!d)
        return ENOMEM;
    d->dev.ops = input ? &source_ops : &sink_ops;
    d->env = env;
    d->told = ARS_DEVICE_WORKS;
    d->stream.input = input;
    d->stream.role = role;
    d->stream.done = on_done;
    d->stream.arg = d;
    if (names)
        err = set_names(&d->stream, names);
    if (!err)
        err = ars_ring_alloc(&d->stream.ring, RING);
    if (err) {
        free(d);
        return err;
    }
    *ret = &d->dev;
    return 0;
}
