/*
 * PortAudio. Its calls can take long (a sound server that starts, or hangs), so they run on a
 * thread of this host's own; two hosts in one process share PortAudio under a lock, as it has no
 * threads in mind.
 */
#include "audio/pa_host.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <portaudio.h>
#include <pa_linux_alsa.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/ring.h>
#include <ars/str.h>

#include "audio/alsa.h"
#include "audio/mixer.h"

#define STOP_WAIT_S 1
/* What PortAudio is asked for; ALSA makes its periods of it. */
#define LATENCY_S 0.02
/*
 * A sink's or source's name goes into an ALSA device string: no character that means something
 * there.
 */
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:+@"

struct pa_host {
    struct ars_loop *loop;
    struct ars_bell *bell;
    pthread_t thread;
    bool running;
    bool counted; /* in pa_hosts */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool quit;
    struct pa_stream *todo;
    struct pa_stream *ended;
};

/* PortAudio is one for the process, and does not guard itself. Under the lock: */
static pthread_mutex_t pa_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned pa_hosts; /* that have used it */
static unsigned pa_open;  /* streams */
static bool pa_ready;

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

int pa_on_frames(const void *in, void *out, unsigned long n, struct pa_stream *s)
{
    size_t got;

    if (s->input) {
        if (in && ars_ring_write(s->ring, in, n) < n)
            atomic_fetch_add_explicit(&s->starved, 1, memory_order_relaxed);
    } else {
        got = ars_ring_read(s->ring, out, n);
        if (got < n) {
            memset((int16_t *)out + got, 0, (n - got) * sizeof(int16_t));
            atomic_fetch_add_explicit(&s->missing, (int)(n - got), memory_order_relaxed);
            atomic_fetch_add_explicit(&s->starved, 1, memory_order_relaxed);
        }
    }
    atomic_fetch_add_explicit(&s->callbacks, 1, memory_order_relaxed);
    return paContinue;
}

static int on_frames(const void *in, void *out, unsigned long n,
                     const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *arg)
{
    return pa_on_frames(in, out, n, arg);
}

/* PortAudio's own device of that name; paNoDevice: none. */
static PaDeviceIndex find_device(const struct pa_stream *s)
{
    const PaDeviceInfo *info;

    if (!s->name[0])
        return s->input ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
        info = Pa_GetDeviceInfo(i);
        if (info && ars_streq(info->name, s->name) &&
            (s->input ? info->maxInputChannels : info->maxOutputChannels) > 0)
            return i;
    }
    return paNoDevice;
}

/* A name of PortAudio's own that it does not know: of a device that may have come since. */
static bool is_news(const struct pa_stream *s)
{
    return s->name[strspn(s->name, NAME_CHARS)] && find_device(s) == paNoDevice;
}

/* PortAudio looks for devices when it is initialized, and may not be while a stream is open. */
static PaError get_ready(struct pa_host *h, const struct pa_stream *s)
{
    PaError r = paNoError;

    pa_hosts += !h->counted;
    h->counted = true;
    if (pa_ready && pa_open == 0 && (s->op == PA_LIST || is_news(s))) {
        (void)Pa_Terminate();
        pa_ready = false;
    }
    if (!pa_ready)
        r = initialize();
    pa_ready = r == paNoError;
    return r;
}

static PaError open_at(struct pa_stream *s, const PaStreamParameters *params, unsigned rate)
{
    PaStream *pa;
    PaError r = Pa_OpenStream(&pa, s->input ? params : NULL, s->input ? NULL : params, rate,
                              rate / 100, paClipOff | paDitherOff, on_frames, s);

    if (r != paNoError)
        return r;
    r = Pa_StartStream(pa);
    if (r != paNoError) {
        (void)Pa_CloseStream(pa);
        return r;
    }
    s->pa = pa;
    s->rate = rate;
    s->open = true;
    pa_open++;
    return r;
}

static PaError open_stream(struct pa_stream *s)
{
    PaStreamParameters params = {
        .channelCount = 1, .sampleFormat = paInt16, .suggestedLatency = LATENCY_S};
    PaDeviceIndex device = find_device(s);
    PaAlsaStreamInfo alsa;
    char string[PA_NAME_MAX + 32];
    const PaDeviceInfo *info;
    PaError r;

    params.device = device;
    if (device == paNoDevice) {
        /*
         * A PulseAudio or PipeWire sink or source, or the default one that came after PortAudio
         * did.
         */
        PaAlsa_InitializeStreamInfo(&alsa);
        if (s->name[strspn(s->name, NAME_CHARS)])
            return paInvalidDevice;
        (void)snprintf(string, sizeof(string), s->name[0] ? "pulse:DEVICE=%s" : "default%s",
                       s->name);
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

static void say_why(struct pa_stream *s, PaError r)
{
    const PaHostErrorInfo *host = r == paUnanticipatedHostError ? Pa_GetLastHostErrorInfo() : NULL;

    s->err = EIO;
    if (s->op == PA_OPEN && s->name[0] && pa_ready && find_device(s) == paNoDevice)
        (void)snprintf(s->why, sizeof(s->why), "no such device");
    else if (host && host->errorText && host->errorText[0])
        (void)snprintf(s->why, sizeof(s->why), "%s", host->errorText);
    else if (r == paInvalidDevice)
        (void)snprintf(s->why, sizeof(s->why), "no such device");
    else
        (void)snprintf(s->why, sizeof(s->why), "%s", Pa_GetErrorText(r));
}

static void fill_device(struct ars_audio_device *d, PaDeviceIndex i)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);

    (void)ars_strcpy(d->name, sizeof(d->name), info->name);
    d->input = info->maxInputChannels > 0;
    d->output = info->maxOutputChannels > 0;
    d->is_default = i == Pa_GetDefaultInputDevice() || i == Pa_GetDefaultOutputDevice();
}

static void list_devices(struct pa_stream *s)
{
    PaDeviceIndex n = Pa_GetDeviceCount();

    s->err = EIO;
    if (n < 0)
        return;
    s->list = calloc((size_t)n + 1, sizeof(*s->list));
    s->err = s->list ? 0 : ENOMEM;
    s->n_list = s->list ? (size_t)n : 0;
    for (PaDeviceIndex i = 0; s->list && i < n; i++)
        fill_device(&s->list[i], i);
}

static void work(struct pa_host *h, struct pa_stream *s)
{
    PaError r = paNoError;

    (void)pthread_mutex_lock(&pa_lock);
    s->err = 0;
    if (s->op != PA_CLOSE)
        r = get_ready(h, s);
    if (s->op == PA_OPEN && r == paNoError)
        r = open_stream(s);
    if (r != paNoError)
        say_why(s, r);
    else if (s->op == PA_LIST)
        list_devices(s);
    if (s->op == PA_CLOSE && s->open) {
        (void)Pa_AbortStream(s->pa);
        (void)Pa_CloseStream(s->pa);
        s->open = false;
        pa_open--;
    }
    (void)pthread_mutex_unlock(&pa_lock);
}

static struct pa_stream *pop(struct pa_stream **list)
{
    struct pa_stream *s = *list;

    if (s)
        *list = s->next;
    return s;
}

static void push(struct pa_stream **list, struct pa_stream *s)
{
    while (*list)
        list = &(*list)->next;
    s->next = NULL;
    *list = s;
}

static void *worker(void *arg)
{
    struct pa_host *h = arg;
    struct pa_stream *s;

    (void)pthread_mutex_lock(&h->lock);
    for (;;) {
        s = pop(&h->todo);
        if (!s && h->quit)
            break;
        if (!s) {
            (void)pthread_cond_wait(&h->wake, &h->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&h->lock);
        work(h, s);
        (void)pthread_mutex_lock(&h->lock);
        push(&h->ended, s);
        if (h->bell)
            ars_bell_ring(h->bell);
    }
    (void)pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void on_bell(void *arg)
{
    struct pa_host *h = arg;
    struct pa_stream *s;

    for (;;) {
        (void)pthread_mutex_lock(&h->lock);
        s = pop(&h->ended);
        (void)pthread_mutex_unlock(&h->lock);
        if (!s)
            return;
        s->done(s, s->op, s->arg);
    }
}

int pa_host_alloc(struct pa_host **ret, struct ars_loop *loop)
{
    struct pa_host *h = calloc(1, sizeof(*h));
    int err;

    if (!h)
        return ENOMEM;
    h->loop = loop;
    err = ars_bell_alloc(&h->bell, loop, on_bell, h);
    if (err) {
        free(h);
        return err;
    }
    (void)pthread_mutex_init(&h->lock, NULL);
    (void)pthread_cond_init(&h->wake, NULL);
    *ret = h;
    return 0;
}

void pa_host_do(struct pa_host *h, struct pa_stream *s, enum pa_op op)
{
    s->op = op;
    if (!h->running && !h->quit)
        h->running = pthread_create(&h->thread, NULL, worker, h) == 0;
    if (!h->running)
        work(h, s);
    (void)pthread_mutex_lock(&h->lock);
    push(h->running ? &h->todo : &h->ended, s);
    (void)pthread_cond_signal(&h->wake);
    (void)pthread_mutex_unlock(&h->lock);
    /* never from inside this call: its caller is not done with the stream */
    if (!h->running)
        ars_bell_ring(h->bell);
}

/* Whether the thread has ended. */
static bool stop(struct pa_host *h)
{
    struct timespec until;

    (void)pthread_mutex_lock(&h->lock);
    h->quit = true;
    (void)pthread_cond_signal(&h->wake);
    (void)pthread_mutex_unlock(&h->lock);
    if (!h->running)
        return true;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_WAIT_S;
    if (pthread_timedjoin_np(h->thread, NULL, &until))
        return false;
    h->running = false;
    return true;
}

void pa_host_free(struct pa_host *h)
{
    if (!h)
        return;
    if (!stop(h)) {
        /* It hangs inside PortAudio, and its stream with it: they are left to the process's end. */
        ars_log(ARS_LOG_WARN, "media", "the sound system hangs, its devices stay open");
        (void)pthread_mutex_lock(&h->lock);
        ars_bell_free(h->bell);
        h->bell = NULL;
        (void)pthread_mutex_unlock(&h->lock);
        (void)pthread_detach(h->thread);
        return;
    }
    on_bell(h);
    (void)pthread_mutex_lock(&pa_lock);
    pa_hosts -= h->counted;
    if (pa_hosts == 0 && pa_ready) {
        (void)Pa_Terminate();
        pa_ready = false;
    }
    (void)pthread_mutex_unlock(&pa_lock);
    ars_bell_free(h->bell);
    (void)pthread_cond_destroy(&h->wake);
    (void)pthread_mutex_destroy(&h->lock);
    free(h);
}

bool pa_stream_active(const struct pa_stream *s)
{
    return Pa_IsStreamActive(s->pa) == 1;
}
