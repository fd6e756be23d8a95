/*
 * Streams of the sound server: 48 kHz, mono, whatever the card runs at; the server converts. The
 * callbacks run on libpulse's thread, which waits for the server and for nothing of ours.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "audio/mixer.h"
#include "audio/pulse_private.h"

#define BYTES(frames) ((uint32_t)((frames)*AUDIO_FRAME * sizeof(int16_t)))
/* Of the sound on its way to the speaker; each request is for one frame. */
#define PLAYED_FRAMES 3
#define MONITOR       ".monitor" /* what is played, as a source */

/* A stream and what its callbacks need. */
struct link {
    struct pulse *pulse;
    struct card_stream *s;
    pa_stream *stream;
};

static void on_write(pa_stream *stream, size_t bytes, void *arg)
{
    void *data;
    size_t n;

    for (; bytes >= sizeof(int16_t); bytes -= n) {
        n = bytes < BYTES(1) ? bytes : BYTES(1);
        if (pa_stream_begin_write(stream, &data, &n) < 0 || !data)
            return;
        n = n < bytes ? n : bytes;
        card_on_frames(NULL, data, n / sizeof(int16_t), arg);
        if (pa_stream_write(stream, data, n, NULL, 0, PA_SEEK_RELATIVE) < 0)
            return;
    }
}

/* The server had nothing there. */
static void skip_hole(struct card_stream *s, size_t bytes)
{
    static const int16_t silence[AUDIO_FRAME];

    for (size_t n; bytes; bytes -= n) {
        n = bytes < sizeof(silence) ? bytes : sizeof(silence);
        card_on_frames(silence, NULL, n / sizeof(int16_t), s);
    }
}

static void on_read(pa_stream *stream, size_t bytes, void *arg)
{
    const void *data;
    size_t n;

    while (pa_stream_peek(stream, &data, &n) == 0 && n > 0) {
        if (data)
            card_on_frames(data, NULL, n / sizeof(int16_t), arg);
        else
            skip_hole(arg, n);
        (void)pa_stream_drop(stream);
    }
}

static void on_underflow(pa_stream *stream, void *arg)
{
    struct card_stream *s = arg;

    atomic_fetch_add_explicit(&s->underruns, 1, memory_order_relaxed);
}

static void on_state(pa_stream *stream, void *arg)
{
    struct link *l = arg;
    pa_stream_state_t state = pa_stream_get_state(stream);

    if (state == PA_STREAM_FAILED || state == PA_STREAM_TERMINATED)
        atomic_store(&l->s->ended, true);
    pa_threaded_mainloop_signal(l->pulse->loop, 0);
}

static void on_moved(pa_stream *stream, void *arg)
{
    struct link *l = arg;
    const char *now = pa_stream_get_device_name(stream);
    const char *name = card_name(l->s);

    atomic_store(&l->s->elsewhere,
                 name[0] && !card_is_server(name) && now && !card_same(now, name));
}

/* The role "event" would be silenced with the desktop's own sounds, and a call be missed. */
static pa_stream *new_stream(struct pulse *p, const struct card_stream *s)
{
    const pa_sample_spec spec = {PA_SAMPLE_S16NE, AUDIO_RATE, 1};
    pa_proplist *about = pa_proplist_new();
    bool rings = s->role == CARD_ROLE_RING;
    pa_stream *stream;

    if (!rings)
        (void)pa_proplist_sets(about, PA_PROP_MEDIA_ROLE, "phone");
    stream = pa_stream_new_with_proplist(p->context, rings ? "Ring" : "Call", &spec, NULL, about);
    pa_proplist_free(about);
    return stream;
}

static int connect_stream(struct link *l, const char *name)
{
    const pa_stream_flags_t flags = PA_STREAM_ADJUST_LATENCY;
    const pa_buffer_attr recorded = {.maxlength = UINT32_MAX, .fragsize = BYTES(1)};
    const pa_buffer_attr played = {
        .maxlength = UINT32_MAX,
        .tlength = BYTES(PLAYED_FRAMES),
        .prebuf = 0, /* after a gap it goes on at once, and not later than before */
        .minreq = BYTES(1),
    };

    pa_stream_set_state_callback(l->stream, on_state, l);
    pa_stream_set_moved_callback(l->stream, on_moved, l);
    if (l->s->input) {
        pa_stream_set_read_callback(l->stream, on_read, l->s);
        return pa_stream_connect_record(l->stream, name, &recorded, flags);
    }
    pa_stream_set_write_callback(l->stream, on_write, l->s);
    pa_stream_set_underflow_callback(l->stream, on_underflow, l->s);
    return pa_stream_connect_playback(l->stream, name, &played, flags, NULL, NULL);
}

static bool is_monitor(const char *name)
{
    size_t n = strlen(name);

    return n > strlen(MONITOR) && ars_streq(name + n - strlen(MONITOR), MONITOR);
}

/*
 * What the server calls it now; "": the default; NULL: it is not there. A server may take a name
 * that it does not know, and wait.
 */
static const char *name_now(const struct pulse *p, const struct card_stream *s, const char *name)
{
    if (!name[0] || (s->input && is_monitor(name)))
        return name;
    for (size_t i = 0; i < p->cards.n; i++) {
        const struct ars_device *d = &p->cards.v[i];
        if ((s->input ? d->input : d->output) && card_same(d->name, name))
            return d->name;
    }
    return NULL;
}

static void drop(struct link *l)
{
    if (l->stream) {
        pa_stream_set_state_callback(l->stream, NULL, NULL);
        pa_stream_set_moved_callback(l->stream, NULL, NULL);
        pa_stream_set_read_callback(l->stream, NULL, NULL);
        pa_stream_set_write_callback(l->stream, NULL, NULL);
        pa_stream_set_underflow_callback(l->stream, NULL, NULL);
        (void)pa_stream_disconnect(l->stream);
        pa_stream_unref(l->stream);
    }
    free(l);
}

static int failed(struct link *l)
{
    int code = pa_context_errno(l->pulse->context);

    (void)ars_strcpy(l->s->why, sizeof(l->s->why), pa_strerror(code));
    drop(l);
    return code == PA_ERR_NOENTITY ? ENODEV : EIO;
}

/* Under the loop's lock. */
static int open_stream(struct pulse *p, struct card_stream *s, const char *name)
{
    struct link *l = calloc(1, sizeof(*l));

    if (!l)
        return ENOMEM;
    l->pulse = p;
    l->s = s;
    l->stream = new_stream(p, s);
    if (!l->stream || connect_stream(l, name[0] ? name : NULL) < 0)
        return failed(l);
    while (pa_stream_get_state(l->stream) == PA_STREAM_CREATING)
        pa_threaded_mainloop_wait(p->loop);
    if (pa_stream_get_state(l->stream) != PA_STREAM_READY)
        return failed(l);
    on_moved(l->stream, l);
    s->handle = l;
    s->rate = AUDIO_RATE;
    s->thread = p->thread;
    return 0;
}

static int open_card(void *driver, struct card_stream *s, const char *name)
{
    struct pulse *p = driver;
    const char *now;
    int err = ENODEV;

    pa_threaded_mainloop_lock(p->loop);
    now = name_now(p, s, name);
    if (now && p->context)
        err = open_stream(p, s, now);
    pa_threaded_mainloop_unlock(p->loop);
    return err;
}

static void close_card(void *driver, struct card_stream *s)
{
    struct pulse *p = driver;

    pa_threaded_mainloop_lock(p->loop);
    drop(s->handle);
    pa_threaded_mainloop_unlock(p->loop);
}

const struct card_driver pulse_driver = {open_card, close_card};
