/*
 * PortAudio. It is one for the process and has no threads in mind: two hosts share it under a lock.
 */
#include "audio/portaudio.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <portaudio.h>
#include <pa_linux_alsa.h>

#include <ars/str.h>

#include "audio/alsa.h"
#include "audio/mixer.h"

/* What PortAudio is asked for; ALSA makes its periods of it. */
#define LATENCY_S 0.02
/*
 * A sink's or source's name goes into an ALSA device string: no character that means something
 * there.
 */
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:+@"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Under it: */
static unsigned users; /* hosts that have used it */
static unsigned open_streams;
static bool ready;

static void jack_quiet(const char *text)
{
    (void)text;
}

/*
 * PortAudio looks for a JACK server, and JACK's library says on stderr that there is none. It is
 * PortAudio's library and not ours, so it is asked only if it is there.
 */
static void hush_jack(void)
{
    void (*set)(void (*)(const char *));

    *(void **)&set = dlsym(RTLD_DEFAULT, "jack_set_error_function");
    if (set)
        set(jack_quiet);
    *(void **)&set = dlsym(RTLD_DEFAULT, "jack_set_info_function");
    if (set)
        set(jack_quiet);
}

static PaError initialize(void)
{
    alsa_prepare();
    hush_jack();
    return Pa_Initialize();
}

static int on_frames(const void *in, void *out, unsigned long n,
                     const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *arg)
{
    struct card_stream *s = arg;

    if (flags & paOutputUnderflow)
        atomic_fetch_add_explicit(&s->underruns, 1, memory_order_relaxed);
    card_on_frames(in, out, n, s);
    return paContinue;
}

static void on_finished(void *arg)
{
    struct card_stream *s = arg;

    atomic_store(&s->ended, true);
}

bool portaudio_alone_knows(const char *name)
{
    return name[strspn(name, NAME_CHARS)];
}

/* PortAudio's own device of that name; paNoDevice: none. */
static PaDeviceIndex find_device(const struct card_stream *s, const char *name)
{
    const PaDeviceInfo *info;

    if (!name[0])
        return s->input ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
        info = Pa_GetDeviceInfo(i);
        if (info && ars_streq(info->name, name) &&
            (s->input ? info->maxInputChannels : info->maxOutputChannels) > 0)
            return i;
    }
    return paNoDevice;
}

/* A name of PortAudio's own that it does not know: of a device that may have come since. */
static bool is_news(const struct card_stream *s, const char *name)
{
    return portaudio_alone_knows(name) && find_device(s, name) == paNoDevice;
}

/* PortAudio looks for devices when it is initialized, and may not be while a stream is open. */
static PaError get_ready(bool *used, bool anew)
{
    PaError r = paNoError;

    users += !*used;
    *used = true;
    if (ready && open_streams == 0 && anew) {
        (void)Pa_Terminate();
        ready = false;
    }
    if (!ready)
        r = initialize();
    ready = r == paNoError;
    return r;
}

static PaError open_at(struct card_stream *s, const PaStreamParameters *params, unsigned rate)
{
    PaStream *pa;
    PaError r = Pa_OpenStream(&pa, s->input ? params : NULL, s->input ? NULL : params, rate,
                              rate / 100, paClipOff | paDitherOff, on_frames, s);

    if (r != paNoError)
        return r;
    (void)Pa_SetStreamFinishedCallback(pa, on_finished);
    r = Pa_StartStream(pa);
    if (r != paNoError) {
        (void)Pa_CloseStream(pa);
        return r;
    }
    s->handle = pa;
    s->rate = rate;
    s->thread = 0;
    open_streams++;
    return r;
}

static PaError open_named(struct card_stream *s, const char *name)
{
    PaStreamParameters params = {
        .channelCount = 1, .sampleFormat = paInt16, .suggestedLatency = LATENCY_S};
    PaDeviceIndex device = find_device(s, name);
    PaAlsaStreamInfo alsa;
    char string[ARS_DEVICE_NAME_MAX + 32];
    const PaDeviceInfo *info;
    PaError r;

    params.device = device;
    if (device == paNoDevice) {
        /* by a name that is ALSA's, or the default one that came after PortAudio did */
        PaAlsa_InitializeStreamInfo(&alsa);
        if (portaudio_alone_knows(name))
            return paInvalidDevice;
        (void)snprintf(string, sizeof(string), name[0] ? "pulse:DEVICE=%s" : "default%s", name);
        alsa.deviceString = string;
        params.device = paUseHostApiSpecificDeviceSpecification;
        params.hostApiSpecificStreamInfo = &alsa;
    }
    r = open_at(s, &params, AUDIO_RATE);
    info = device == paNoDevice ? NULL : Pa_GetDeviceInfo(device);
    if (r == paInvalidSampleRate && info && info->defaultSampleRate >= 8000)
        r = open_at(s, &params, (unsigned)info->defaultSampleRate / 100 * 100);
    return r;
}

static int say_why(struct card_stream *s, const char *name, PaError r)
{
    const PaHostErrorInfo *host = r == paUnanticipatedHostError ? Pa_GetLastHostErrorInfo() : NULL;

    if (r == paInvalidDevice || (name[0] && ready && find_device(s, name) == paNoDevice))
        return ENODEV;
    if (host && host->errorText && host->errorText[0])
        (void)snprintf(s->why, sizeof(s->why), "%s", host->errorText);
    else
        (void)snprintf(s->why, sizeof(s->why), "%s", Pa_GetErrorText(r));
    return EIO;
}

static int open_card(void *used, struct card_stream *s, const char *name)
{
    PaError r;
    int err = 0;

    (void)pthread_mutex_lock(&lock);
    r = get_ready(used, ready && is_news(s, name));
    if (r == paNoError)
        r = open_named(s, name);
    if (r != paNoError)
        err = say_why(s, name, r);
    (void)pthread_mutex_unlock(&lock);
    return err;
}

static void close_card(void *used, struct card_stream *s)
{
    (void)pthread_mutex_lock(&lock);
    (void)Pa_AbortStream(s->handle);
    (void)Pa_CloseStream(s->handle);
    open_streams--;
    (void)pthread_mutex_unlock(&lock);
}

const struct card_driver portaudio_driver = {open_card, close_card};

static void fill_device(struct ars_device *d, PaDeviceIndex i)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);

    (void)ars_strcpy(d->name, sizeof(d->name), info->name);
    (void)ars_strcpy(d->label, sizeof(d->label), info->name);
    d->input = info->maxInputChannels > 0;
    d->output = info->maxOutputChannels > 0;
    d->is_default = i == Pa_GetDefaultInputDevice() || i == Pa_GetDefaultOutputDevice();
}

int portaudio_list(bool *used, struct card_stream *s)
{
    PaDeviceIndex n = -1;
    PaError r;

    (void)pthread_mutex_lock(&lock);
    r = get_ready(used, true);
    if (r == paNoError)
        n = Pa_GetDeviceCount();
    else
        (void)say_why(s, "", r);
    if (n >= 0)
        s->list = calloc((size_t)n + 1, sizeof(*s->list));
    s->n_list = s->list ? (size_t)n : 0;
    for (PaDeviceIndex i = 0; s->list && i < n; i++)
        fill_device(&s->list[i], i);
    (void)pthread_mutex_unlock(&lock);
    return n < 0 ? EIO : s->list ? 0 : ENOMEM;
}

void portaudio_leave(bool *used)
{
    (void)pthread_mutex_lock(&lock);
    users -= *used;
    *used = false;
    if (users == 0 && ready) {
        (void)Pa_Terminate();
        ready = false;
    }
    (void)pthread_mutex_unlock(&lock);
}
