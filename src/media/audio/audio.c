/*
 * The mixer and its clock: each 10 ms of the loop's thread one frame from the source to the ports,
 * and from the ports and tones to the sinks. Nothing runs, and no device is open, while nobody
 * needs it.
 */
#include <ars/audio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/loop.h>
#include <ars/realtime.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "audio/card_host.h"
#include "audio/device.h"
#include "audio/mixer.h"
#include "audio/process.h"
#include "audio/recorder.h"
#include "audio/tone.h"
#include "audio/trial.h"
#include "pcm.h"

#define FRAME_US 10000
/*
 * After a stall so many frames are made up for; beyond it the clock begins anew (the machine
 * slept).
 */
#define CATCH_UP_US 200000
#define PERCENT     100

/* In the order in which they are closed and opened: who answers need not wait for the bell. */
enum slot_kind { SLOT_RING, SLOT_IN, SLOT_OUT, SLOTS };

struct slot {
    char *spec; /* NULL: there is none (ring as out, unless that is a card) */
    struct audio_dev *dev;
    bool running;
    uint64_t needed_us; /* last */
};

struct ars_audio {
    struct ars_loop *loop;
    struct ars_audio_handlers handlers;
    void *arg;
    struct audio_env env;
    struct slot slots[SLOTS];
    struct audio_port *ports;
    struct audio_port *next_port; /* of the walk under way: ports may go meanwhile */
    struct tone tone;
    enum ars_tones country;
    struct keys keys;
    struct recorders recorders;
    struct trial *trial; /* NULL: none is under way */
    struct ars_voice voice;
    struct process *process; /* NULL: the microphone as it is */
    unsigned opened;         /* both cards, when the process learnt its path */
    int gone;                /* samples on it */
    struct ars_timer timer;
    uint64_t due_us;
    int realtime; /* the loop's thread, as long as it is that; 0 */
};

static void on_tick(void *arg);

static void on_news(bool input, enum ars_device_state state, const char *label, const char *why,
                    void *arg)
{
    struct ars_audio *a = arg;

    if (a->handlers.device)
        a->handlers.device(input, state, label, why, a->arg);
}

static void make_realtime(int thread, void *arg)
{
    struct ars_audio *a = arg;

    if (ars_realtime_raise(thread) == EPERM && a->handlers.realtime)
        a->handlers.realtime(thread, a->arg);
}

/* As long as a card wants its frames in time. */
static void keep_time(struct ars_audio *a, bool card)
{
    if (card == (a->realtime != 0))
        return;
    if (!card) {
        ars_realtime_lower(a->realtime);
        a->realtime = 0;
        return;
    }
    a->realtime = ars_realtime_thread();
    make_realtime(a->realtime, a);
}

static void on_cards(const struct ars_device *list, size_t n, void *arg)
{
    struct ars_audio *a = arg;

    for (enum slot_kind k = 0; k < SLOTS; k++) {
        struct audio_dev *d = a->slots[k].dev;
        if (d && d->ops->cards_changed)
            d->ops->cards_changed(d);
    }
    if (a->handlers.devices)
        a->handlers.devices(list, n, a->arg);
}

static struct slot *ring_slot(struct ars_audio *a)
{
    return &a->slots[a->slots[SLOT_RING].dev ? SLOT_RING : SLOT_OUT];
}

static bool anybody_talks(const struct ars_audio *a)
{
    for (const struct audio_port *p = a->ports; p; p = p->next) {
        if (p->talk)
            return true;
    }
    return false;
}

static bool needed(struct ars_audio *a, enum slot_kind kind)
{
    struct slot *tone_at = a->tone.kind == ARS_TONE_RINGING ? ring_slot(a) : &a->slots[SLOT_OUT];

    if (a->tone.kind != ARS_TONE_NONE && tone_at == &a->slots[kind])
        return true;
    if (kind == SLOT_OUT && a->ports && a->slots[kind].dev->ops->gapless)
        return true;
    return kind != SLOT_RING && anybody_talks(a);
}

/* A card may have room for one stream alone: what talked makes room for what rings. */
static uint64_t linger_us(struct ars_audio *a, enum slot_kind kind)
{
    if (kind == SLOT_RING || (kind == SLOT_OUT && needed(a, SLOT_RING)))
        return 0;
    return a->slots[kind].dev->ops->linger_ms * 1000ull;
}

/* Stops what has not been needed for its linger time, starts what is. Whether anything runs. */
static bool sync_devices(struct ars_audio *a)
{
    uint64_t now = ars_clock_us();
    bool any = false;
    bool card = false;

    for (enum slot_kind k = 0; k < SLOTS; k++) {
        struct slot *s = &a->slots[k];
        if (s->running && needed(a, k)) {
            s->needed_us = now;
        } else if (s->running && now - s->needed_us >= linger_us(a, k)) {
            s->running = false;
            s->dev->ops->stop(s->dev);
        }
    }
    for (enum slot_kind k = 0; k < SLOTS; k++) {
        struct slot *s = &a->slots[k];
        if (s->dev && !s->running && needed(a, k)) {
            s->running = true;
            s->needed_us = now;
            s->dev->ops->start(s->dev);
        }
        any = any || s->running;
        card = card || (s->running && s->dev->ops->path);
    }
    keep_time(a, card);
    return any;
}

/* Devices as needed, and the clock as long as there is anything to do. */
static void sync(struct ars_audio *a)
{
    bool any = sync_devices(a);

    if (!any && !a->ports) {
        ars_timer_stop(&a->timer);
    } else if (!ars_timer_running(&a->timer)) {
        a->due_us = ars_clock_us() + FRAME_US;
        ars_timer_start(ars_loop_timers(a->loop), &a->timer, FRAME_US / 1000, on_tick, a);
    }
}

static void on_tick(void *arg)
{
    struct ars_audio *a = arg;
    uint64_t now = ars_clock_us();
    bool any;

    if (now > a->due_us + CATCH_UP_US)
        a->due_us = now;
    while (a->due_us <= now) {
        a->due_us += FRAME_US;
        audio_frame(a);
    }
    any = sync_devices(a);
    if (!any && !a->ports)
        return;
    now = ars_clock_us();
    ars_timer_start(ars_loop_timers(a->loop), &a->timer,
                    a->due_us > now ? (a->due_us - now + 999) / 1000 : 0, on_tick, a);
}

static bool is_attached(const struct ars_audio *a, const struct audio_port *p)
{
    for (const struct audio_port *at = a->ports; at; at = at->next) {
        if (at == p)
            return true;
    }
    return false;
}

/* What its far side says, to the speaker and to the conference. p may be gone afterwards. */
static void play_port(struct ars_audio *a, struct audio_port *p, int32_t *mix, int32_t *conference)
{
    bool talk = p->talk && !p->silenced;
    bool shared = p->shared;
    int gain = (int)p->volume;
    int16_t pcm[AUDIO_FRAME];

    p->heard = false;
    p->playback(p->talk ? pcm : NULL, p->arg);
    for (size_t i = 0; talk && i < AUDIO_FRAME; i++)
        mix[i] += pcm[i] * gain / PERCENT;
    if (!talk || !shared || !is_attached(a, p))
        return;
    p->heard = true;
    memcpy(p->said, pcm, sizeof(pcm));
    for (size_t i = 0; i < AUDIO_FRAME; i++)
        conference[i] += pcm[i];
}

/* The microphone and, in a conference, all the others. p may be gone afterwards. */
static void capture_port(struct ars_audio *a, struct audio_port *p, const int16_t *mic, bool lives,
                         const int32_t *conference)
{
    int16_t others[AUDIO_FRAME];

    for (size_t i = 0; p->shared && i < AUDIO_FRAME; i++)
        others[i] = pcm_clip(conference[i] - (p->heard ? p->said[i] : 0));
    p->mic_lives = p->talk && lives;
    p->wideband = !p->shared && a->process && process_is_wideband(a->process);
    p->capture(p->talk ? mic : NULL, p->talk && p->shared ? others : NULL, p->arg);
}

/* Samples by which the way from speaker to microphone became shorter; a card makes a new one. */
static int path_shortened(struct ars_audio *a)
{
    unsigned opened = 0;
    int gone = 0;
    int shorter;

    for (enum slot_kind k = SLOT_IN; k <= SLOT_OUT; k++) {
        const struct audio_dev *d = a->slots[k].dev;
        int of_card = 0;
        if (d->ops->path)
            opened += d->ops->path(d, &of_card);
        gone += of_card;
    }
    shorter = gone - a->gone;
    a->gone = gone;
    if (opened == a->opened)
        return shorter;
    a->opened = opened;
    process_reset(a->process);
    return 0;
}

/* Whether it has given anything but digital silence. */
static bool read_microphone(struct ars_audio *a, int16_t *pcm)
{
    struct slot *in = &a->slots[SLOT_IN];
    bool lives = false;

    if (!in->running)
        return false;
    in->dev->ops->read(in->dev, pcm);
    for (size_t i = 0; i < AUDIO_FRAME && !lives; i++)
        lives = pcm[i] != 0;
    if (a->process)
        process_near(a->process, pcm, path_shortened(a));
    return lives;
}

/* played: who wants to know what was; or NULL. */
static void write_mix(struct slot *s, const int32_t *mix, struct process *played)
{
    int16_t pcm[AUDIO_FRAME];

    if (!s->dev || !s->running)
        return;
    for (size_t i = 0; i < AUDIO_FRAME; i++)
        pcm[i] = pcm_clip(mix[i]);
    s->dev->ops->write(s->dev, pcm);
    if (played)
        process_far(played, pcm);
}

void audio_frame(struct ars_audio *a)
{
    int32_t out[AUDIO_FRAME] = {0};
    int32_t ring[AUDIO_FRAME] = {0};
    int32_t conference[AUDIO_FRAME] = {0};
    int16_t mic[AUDIO_FRAME] = {0};
    bool apart = a->tone.kind == ARS_TONE_RINGING && a->slots[SLOT_RING].dev;
    bool lives;

    lives = read_microphone(a, mic);
    for (struct audio_port *p = a->ports; p; p = a->next_port) {
        a->next_port = p->next;
        play_port(a, p, out, conference);
    }
    for (struct audio_port *p = a->ports; p; p = a->next_port) {
        a->next_port = p->next;
        capture_port(a, p, mic, lives, conference);
    }
    tone_add(&a->tone, apart ? ring : out);
    (void)keys_add(&a->keys, out);
    write_mix(&a->slots[SLOT_OUT], out, a->process);
    write_mix(&a->slots[SLOT_RING], ring, NULL);
}

struct recorders *audio_recorders(struct ars_audio *a)
{
    return &a->recorders;
}

static void end_trial(struct ars_audio *a)
{
    struct trial *t = a->trial;

    a->trial = NULL;
    trial_free(t);
    if (t && a->handlers.test)
        a->handlers.test(ARS_SOUND_TEST_ENDED, -96, a->arg);
}

void audio_port_attach(struct ars_audio *a, struct audio_port *p)
{
    if (!trial_has(a->trial, p))
        end_trial(a);
    p->audio = a;
    p->next = a->ports;
    a->ports = p;
    sync(a);
}

void audio_port_detach(struct audio_port *p)
{
    struct ars_audio *a = p->audio;
    struct audio_port **at;

    if (!a)
        return;
    for (at = &a->ports; *at != p; at = &(*at)->next)
        ;
    *at = p->next;
    if (a->next_port == p)
        a->next_port = p->next;
    p->audio = NULL;
    if (!a->ports)
        memset(&a->keys, 0, sizeof(a->keys));
    sync(a);
}

void audio_port_talk(struct audio_port *p, bool on)
{
    p->talk = on;
    if (p->audio)
        sync(p->audio);
}

void audio_port_volume(struct audio_port *p, unsigned percent)
{
    p->volume = percent < PERCENT ? percent : PERCENT;
}

void audio_port_share(struct audio_port *p, bool on)
{
    p->shared = on;
}

void audio_port_silence(struct audio_port *p, bool on)
{
    p->silenced = on;
}

void audio_tone(struct ars_audio *a, enum ars_tone tone)
{
    if (tone == a->tone.kind)
        return;
    tone_set(&a->tone, a->country, tone);
    sync(a);
}

void ars_audio_tone(struct ars_audio *a, enum ars_tone tone)
{
    if (a->trial && tone == ARS_TONE_NONE)
        return;
    end_trial(a);
    audio_tone(a, tone);
}

enum ars_ring_sound audio_ring_sound(const struct ars_audio *a)
{
    return a->tone.ringer.sound;
}

struct ars_loop *audio_loop(const struct ars_audio *a)
{
    return a->loop;
}

static void on_trial(enum ars_sound_test_step step, double dbfs, void *arg)
{
    struct ars_audio *a = arg;

    if (step == ARS_SOUND_TEST_ENDED)
        end_trial(a);
    else if (a->handlers.test)
        a->handlers.test(step, dbfs, a->arg);
}

int ars_audio_test(struct ars_audio *a, enum ars_sound_test test)
{
    end_trial(a);
    if (test == ARS_SOUND_TEST_NONE)
        return 0;
    if (a->ports || a->tone.kind != ARS_TONE_NONE)
        return EBUSY;
    return trial_start(&a->trial, a, a->loop, test, on_trial, a);
}

void ars_audio_get_counts(const struct ars_audio *a, struct ars_audio_counts *ret)
{
    memset(ret, 0, sizeof(*ret));
    for (enum slot_kind k = SLOT_IN; k <= SLOT_OUT; k++) {
        const struct audio_dev *d = a->slots[k].dev;
        if (d && d->ops->count)
            d->ops->count(d, ret);
    }
}

void ars_audio_country(struct ars_audio *a, enum ars_tones country)
{
    a->country = country;
}

void ars_audio_keys(struct ars_audio *a, const char *digits)
{
    if (a->ports)
        keys_press(&a->keys, digits);
}

static void free_slot(struct slot *s)
{
    if (s->running)
        s->dev->ops->stop(s->dev);
    if (s->dev)
        s->dev->ops->free(s->dev);
    free(s->spec);
    memset(s, 0, sizeof(*s));
}

static int alloc_slot(struct ars_audio *a, struct slot *s, enum slot_kind kind, const char *spec)
{
    int err;

    s->spec = ars_strdup(spec);
    if (!s->spec)
        return ENOMEM;
    err = kind == SLOT_IN ? audio_source_alloc(&s->dev, &a->env, spec)
                          : audio_sink_alloc(&s->dev, &a->env, spec,
                                             kind == SLOT_RING ? CARD_ROLE_RING : CARD_ROLE_CALL);
    if (err) {
        free(s->spec);
        memset(s, 0, sizeof(*s));
    }
    return err;
}

/*
 * What the configuration asks for; NULL for a ring device that is the output: the same file cannot
 * be written twice, a card has another stream for it.
 */
static const char *spec_of(const struct ars_audio_conf *conf, enum slot_kind kind)
{
    const char *out = conf->out ? conf->out : "device";
    const char *ring = conf->ring ? conf->ring : out;

    if (kind == SLOT_IN)
        return conf->in ? conf->in : "device";
    if (kind == SLOT_OUT)
        return out;
    return audio_is_card(ring) || !ars_streq(ring, out) ? ring : NULL;
}

/* Files, tones and the like need nobody's help: the microphone of a card does. */
static int set_voice(struct ars_audio *a, const struct ars_voice *voice)
{
    bool card = a->slots[SLOT_IN].dev->ops->path;
    struct process *fresh = NULL;
    int err;

    if (card == !!a->process && !memcmp(voice, &a->voice, sizeof(*voice)))
        return 0;
    err = card ? process_alloc(&fresh, voice) : 0;
    if (err)
        return err;
    process_free(a->process);
    a->process = fresh;
    a->voice = *voice;
    a->opened = 0;
    return 0;
}

int ars_audio_set(struct ars_audio *a, const struct ars_audio_conf *conf)
{
    struct slot fresh[SLOTS];
    int err = 0;

    memset(fresh, 0, sizeof(fresh));
    for (enum slot_kind k = 0; k < SLOTS && !err; k++) {
        const char *spec = spec_of(conf, k);
        if (spec && !ars_streq(spec, a->slots[k].spec))
            err = alloc_slot(a, &fresh[k], k, spec);
    }
    for (enum slot_kind k = 0; k < SLOTS; k++) {
        const char *spec = spec_of(conf, k);
        if (err) {
            free_slot(&fresh[k]);
        } else if (!spec || fresh[k].dev) {
            free_slot(&a->slots[k]);
            a->slots[k] = fresh[k];
        }
    }
    if (!err)
        err = set_voice(a, &conf->voice);
    if (!err) {
        a->tone.ringer = conf->ringer;
        sync(a);
    }
    return err;
}

int ars_audio_alloc(struct ars_audio **ret, struct ars_loop *loop,
                    const struct ars_audio_conf *conf, const struct ars_audio_handlers *handlers,
                    void *arg)
{
    struct ars_audio *a = calloc(1, sizeof(*a));
    int err;

    if (!a)
        return ENOMEM;
    a->loop = loop;
    if (handlers)
        a->handlers = *handlers;
    a->arg = arg;
    a->env.loop = loop;
    a->env.news = on_news;
    a->env.realtime = make_realtime;
    a->env.changed = on_cards;
    a->env.arg = a;
    err = ars_audio_set(a, conf);
    if (err)
        ars_audio_free(a);
    else
        *ret = a;
    return err;
}

void ars_audio_free(struct ars_audio *a)
{
    if (!a)
        return;
    memset(&a->handlers, 0, sizeof(a->handlers));
    end_trial(a);
    ars_timer_stop(&a->timer);
    recorders_finish(&a->recorders);
    for (enum slot_kind k = 0; k < SLOTS; k++)
        free_slot(&a->slots[k]);
    process_free(a->process);
    keep_time(a, false);
    card_host_free(a->env.host);
    free(a);
}

/* Not a part of its ars_audio: where the sound system hangs it is left behind. */
struct lister {
    struct card_stream stream;
    ars_audio_devices_fn *fn;
    void *arg;
};

static void on_listed(struct card_stream *s, enum card_op op, void *arg)
{
    struct lister *l = arg;

    l->fn(s->err, s->list, s->n_list, l->arg);
    free(l);
}

int ars_audio_devices(struct ars_audio *a, ars_audio_devices_fn *fn, void *arg)
{
    struct lister *l = calloc(1, sizeof(*l));
    int err = l ? 0 : ENOMEM;

    if (!err && !a->env.host)
        err = card_host_alloc(&a->env.host, a->loop, on_cards, a);
    if (err) {
        free(l);
        return err;
    }
    l->stream.done = on_listed;
    l->stream.arg = l;
    l->fn = fn;
    l->arg = arg;
    card_host_do(a->env.host, &l->stream, CARD_LIST);
    return 0;
}
