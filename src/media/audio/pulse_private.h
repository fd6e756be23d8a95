/*
 * media: what pulse.c (connection and cards) and pulse_stream.c share.
 */
#ifndef ARS_MEDIA_AUDIO_PULSE_PRIVATE_H
#define ARS_MEDIA_AUDIO_PULSE_PRIVATE_H

#include <pulse/pulseaudio.h>

#include "audio/pulse.h"

struct pulse_cards {
    struct ars_device v[PULSE_CARDS_MAX];
    size_t n;
};

struct pulse {
    pa_threaded_mainloop *loop;
    pulse_changed_fn *changed;
    void *arg;

    int thread; /* the loop's, by the kernel's id; set before any card is told */

    pa_context *context; /* under the loop's lock, from here */
    struct pulse_cards cards;
    struct pulse_cards fresh; /* as they are being told */
    char default_sink[ARS_DEVICE_NAME_MAX];
    char default_source[ARS_DEVICE_NAME_MAX];
    bool told; /* the cards are those of this connection */
    bool refreshing;
    bool again;           /* something changed meanwhile */
    pa_time_event *retry; /* NULL: none is due */
    unsigned retry_s;     /* the last wait, 0: it is connected */
};

#endif
