/*
 * media: cards as PulseAudio knows them, or PipeWire, which speaks its protocol. libpulse has a
 * thread of its own, which tells what becomes of cards and calls back for samples. All functions:
 * host's thread.
 */
#ifndef ARS_MEDIA_AUDIO_PULSE_H
#define ARS_MEDIA_AUDIO_PULSE_H

#include <stdbool.h>

#include "audio/card_host.h"

struct pulse;
struct pa_proplist;

/* More cards than anybody has; those beyond are not listed. */
#define PULSE_CARDS_MAX 64

/*
 * Other cards than before, or another default, or a server that has come. The list is the
 * callee's. libpulse's thread.
 */
typedef void pulse_changed_fn(struct ars_device *list, size_t n, void *arg);

/* ENOMEM. */
int pulse_alloc(struct pulse **ret, pulse_changed_fn *changed, void *arg);
/* Its streams have been closed. Takes NULL. */
void pulse_free(struct pulse *p);

/*
 * Whether there is a server, which is waited for. From the first time on one that is not there is
 * looked for, more and more seldom.
 */
bool pulse_connect(struct pulse *p);

/* While it is connected. ENOMEM. */
int pulse_list(struct pulse *p, struct card_stream *s);

/* Of a pulse. */
extern const struct card_driver pulse_driver;

#endif
