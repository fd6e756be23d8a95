/*
 * media: one sound device: a source or a sink of 10 ms frames behind one interface. Loop's thread.
 */
#ifndef ARS_MEDIA_AUDIO_DEVICE_H
#define ARS_MEDIA_AUDIO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/audio.h>

#include "audio/card_host.h"
#include "audio/mixer.h"

struct ars_loop;
struct audio_dev;

struct audio_dev_ops {
    /*
     * Wanted from now on, or no more. Neither blocks: a device that opens slowly is silent till
     * then.
     */
    void (*start)(struct audio_dev *d);
    void (*stop)(struct audio_dev *d);
    void (*free)(struct audio_dev *d);
    /* One frame, while it is wanted: a source has read, a sink has write. */
    void (*read)(struct audio_dev *d, int16_t *pcm);
    void (*write)(struct audio_dev *d, const int16_t *pcm);
    /*
     * A sound card's, else NULL: how often it was opened, and in *ret_gone how many samples its
     * ring has lost ever (gained, if negative), of 48 kHz.
     */
    unsigned (*path)(const struct audio_dev *d, int *ret_gone);
    /* A sound card's, else NULL: adds its own. */
    void (*count)(const struct audio_dev *d, struct ars_audio_counts *sum);
    /* The cards have changed: card_host_find() knows. NULL: it is no card. */
    void (*cards_changed)(struct audio_dev *d);
    bool gapless;       /* runs for as long as there is a call, heard or not: a recording */
    unsigned linger_ms; /* it is kept this long after its last use: opening is dear */
};

/* First member of each driver's own struct. */
struct audio_dev {
    const struct audio_dev_ops *ops;
};

typedef void audio_news_fn(bool input, enum ars_device_state state, const char *label,
                           const char *why, void *arg);

/* What drivers need of their owner. */
struct audio_env {
    struct ars_loop *loop;
    struct card_host *host; /* made when the first card asks for it; freed after the last */
    audio_news_fn *news;
    card_changed_fn *changed;
    void (*realtime)(int thread, void *arg); /* make it that */
    void *arg;
    int16_t loopback[AUDIO_FRAME]; /* what the loopback device played last */
};

/* Whether it is a sound card's. */
bool audio_is_card(const char *spec);

/* spec as in ars/audio.h. EINVAL, ENOENT and other errors of the file, ENOMEM. */
int audio_source_alloc(struct audio_dev **ret, struct audio_env *env, const char *spec);
int audio_sink_alloc(struct audio_dev **ret, struct audio_env *env, const char *spec,
                     enum card_role role);

/* The drivers. */
int tone_source_alloc(struct audio_dev **ret, unsigned hz); /* 0: silence */
int none_sink_alloc(struct audio_dev **ret);
int loopback_alloc(struct audio_dev **ret, struct audio_env *env);
int file_source_alloc(struct audio_dev **ret, const char *path);
int file_sink_alloc(struct audio_dev **ret, const char *path);
/* names "A|B", in order of preference; NULL: the default one. EINVAL, ENOMEM */
int card_alloc(struct audio_dev **ret, struct audio_env *env, const char *names, bool input,
               enum card_role role);

#endif
