/*
 * The connection to the sound server, and the cards that it has. Streams are in pulse_stream.c.
 */
#include "audio/pulse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/realtime.h>
#include <ars/str.h>

#include "audio/pulse_private.h"

#define NAME "ARS Phone"
#define ID   "io.github.arsphone.ArsPhone"

/* A server that went away is looked for after so long, then after twice as long, */
#define RETRY_S 2
/* and so often for ever. */
#define RETRY_MAX_S 60

static void refresh(struct pulse *p);

static bool is_good(const pa_context *context)
{
    return context && PA_CONTEXT_IS_GOOD(pa_context_get_state(context));
}

/* ---- what the server tells of its cards ---- */

/* The user reads it: no half character at its end. */
static void copy_label(char *dst, size_t size, const char *src)
{
    size_t n = strlen(src);

    if (n >= size)
        n = size - 1;
    while (n > 0 && ((unsigned char)src[n] & 0xc0) == 0x80)
        n--;
    memcpy(dst, src, n);
    dst[n] = '\0';
}

static void add_card(struct pulse *p, const char *name, const char *label, bool input)
{
    struct ars_device *d;

    /* a name that does not fit is none that could be opened again */
    if (p->fresh.n >= PULSE_CARDS_MAX || strlen(name) >= ARS_DEVICE_NAME_MAX)
        return;
    d = &p->fresh.v[p->fresh.n++];
    memset(d, 0, sizeof(*d));
    (void)ars_strcpy(d->name, sizeof(d->name), name);
    copy_label(d->label, sizeof(d->label), label && label[0] ? label : name);
    d->input = input;
    d->output = !input;
    d->is_default = ars_streq(name, input ? p->default_source : p->default_sink);
}

/* All of them have been told. */
static void end_refresh(struct pulse *p)
{
    struct ars_device *copy;
    bool same = p->told && p->cards.n == p->fresh.n &&
                !memcmp(p->cards.v, p->fresh.v, p->fresh.n * sizeof(*p->fresh.v));

    p->refreshing = false;
    p->told = true;
    p->cards = p->fresh;
    pa_threaded_mainloop_signal(p->loop, 0);
    copy = same ? NULL : calloc(p->cards.n + 1, sizeof(*copy));
    if (copy) {
        memcpy(copy, p->cards.v, p->cards.n * sizeof(*copy));
        p->changed(copy, p->cards.n, p->arg);
    }
    if (p->again)
        refresh(p);
}

static void on_source(pa_context *context, const pa_source_info *info, int eol, void *arg)
{
    struct pulse *p = arg;

    if (eol)
        end_refresh(p);
    else if (info->monitor_of_sink == PA_INVALID_INDEX)
        add_card(p, info->name, info->description, true);
}

static void on_sink(pa_context *context, const pa_sink_info *info, int eol, void *arg)
{
    if (!eol)
        add_card(arg, info->name, info->description, false);
}

static void on_server(pa_context *context, const pa_server_info *info, void *arg)
{
    struct pulse *p = arg;

    if (!info)
        return;
    (void)ars_strcpy(p->default_sink, sizeof(p->default_sink),
                     info->default_sink_name ? info->default_sink_name : "");
    (void)ars_strcpy(p->default_source, sizeof(p->default_source),
                     info->default_source_name ? info->default_source_name : "");
}

static void forget(pa_operation *op)
{
    if (op)
        pa_operation_unref(op);
}

/* Asks for all; the answers come in this order. */
static void refresh(struct pulse *p)
{
    p->again = p->refreshing;
    if (p->refreshing)
        return;
    p->refreshing = true;
    p->fresh.n = 0;
    forget(pa_context_get_server_info(p->context, on_server, p));
    forget(pa_context_get_sink_info_list(p->context, on_sink, p));
    forget(pa_context_get_source_info_list(p->context, on_source, p));
}

/* A card's volume and state are none of ours. */
static void on_event(pa_context *context, pa_subscription_event_type_t type, uint32_t index,
                     void *arg)
{
    bool server = (type & PA_SUBSCRIPTION_EVENT_FACILITY_MASK) == PA_SUBSCRIPTION_EVENT_SERVER;

    if (server || (type & PA_SUBSCRIPTION_EVENT_TYPE_MASK) != PA_SUBSCRIPTION_EVENT_CHANGE)
        refresh(arg);
}

/* ---- the connection ---- */

static void stop_retry(struct pulse *p)
{
    if (p->retry)
        pa_threaded_mainloop_get_api(p->loop)->time_free(p->retry);
    p->retry = NULL;
}

static void retry_later(struct pulse *p);

static void on_state(pa_context *context, void *arg)
{
    struct pulse *p = arg;

    if (!is_good(context)) {
        retry_later(p);
    } else if (pa_context_get_state(context) == PA_CONTEXT_READY) {
        stop_retry(p);
        p->retry_s = 0;
        p->thread = ars_realtime_thread();
        pa_context_set_subscribe_callback(context, on_event, p);
        forget(pa_context_subscribe(context,
                                    PA_SUBSCRIPTION_MASK_SINK | PA_SUBSCRIPTION_MASK_SOURCE |
                                        PA_SUBSCRIPTION_MASK_SERVER,
                                    NULL, NULL));
        p->refreshing = p->again = false;
        refresh(p);
    }
    pa_threaded_mainloop_signal(p->loop, 0);
}

static void drop_context(struct pulse *p)
{
    if (!p->context)
        return;
    pa_context_set_state_callback(p->context, NULL, NULL);
    pa_context_set_subscribe_callback(p->context, NULL, NULL);
    pa_context_disconnect(p->context);
    pa_context_unref(p->context);
    p->context = NULL;
}

static pa_context *new_context(struct pulse *p)
{
    pa_proplist *about = pa_proplist_new();
    pa_context *context;

    (void)pa_proplist_sets(about, PA_PROP_APPLICATION_ID, ID);
    (void)pa_proplist_sets(about, PA_PROP_APPLICATION_ICON_NAME, ID);
    context = pa_context_new_with_proplist(pa_threaded_mainloop_get_api(p->loop), NAME, about);
    pa_proplist_free(about);
    return context;
}

static void begin(struct pulse *p, pa_context_flags_t flags)
{
    drop_context(p);
    p->told = false;
    p->context = new_context(p);
    if (!p->context)
        return;
    pa_context_set_state_callback(p->context, on_state, p);
    if (pa_context_connect(p->context, NULL, flags, NULL) < 0)
        retry_later(p);
}

/* Nobody asked for it: a server that the user has stopped is not started. */
static void on_retry(pa_mainloop_api *api, pa_time_event *event, const struct timeval *at,
                     void *arg)
{
    struct pulse *p = arg;

    stop_retry(p);
    if (!is_good(p->context))
        begin(p, PA_CONTEXT_NOAUTOSPAWN);
}

static void retry_later(struct pulse *p)
{
    pa_mainloop_api *api = pa_threaded_mainloop_get_api(p->loop);
    struct timeval at;

    if (p->retry)
        return;
    p->retry_s = p->retry_s ? 2 * p->retry_s : RETRY_S;
    if (p->retry_s > RETRY_MAX_S)
        p->retry_s = RETRY_MAX_S;
    (void)pa_gettimeofday(&at);
    at.tv_sec += p->retry_s;
    p->retry = api->time_new(api, &at, on_retry, p);
}

bool pulse_connect(struct pulse *p)
{
    bool ok;

    pa_threaded_mainloop_lock(p->loop);
    if (!is_good(p->context))
        begin(p, PA_CONTEXT_NOFLAGS);
    while (is_good(p->context) && !p->told)
        pa_threaded_mainloop_wait(p->loop);
    ok = is_good(p->context);
    if (!ok)
        drop_context(p);
    pa_threaded_mainloop_unlock(p->loop);
    return ok;
}

int pulse_list(struct pulse *p, struct card_stream *s)
{
    pa_threaded_mainloop_lock(p->loop);
    s->list = calloc(p->cards.n + 1, sizeof(*s->list));
    s->n_list = s->list ? p->cards.n : 0;
    if (s->list)
        memcpy(s->list, p->cards.v, s->n_list * sizeof(*s->list));
    pa_threaded_mainloop_unlock(p->loop);
    return s->list ? 0 : ENOMEM;
}

int pulse_alloc(struct pulse **ret, pulse_changed_fn *changed, void *arg)
{
    struct pulse *p = calloc(1, sizeof(*p));

    if (!p)
        return ENOMEM;
    p->changed = changed;
    p->arg = arg;
    p->loop = pa_threaded_mainloop_new();
    if (p->loop)
        pa_threaded_mainloop_set_name(p->loop, "pulse");
    if (!p->loop || pa_threaded_mainloop_start(p->loop) < 0) {
        if (p->loop)
            pa_threaded_mainloop_free(p->loop);
        free(p);
        return ENOMEM;
    }
    *ret = p;
    return 0;
}

void pulse_free(struct pulse *p)
{
    if (!p)
        return;
    pa_threaded_mainloop_lock(p->loop);
    stop_retry(p);
    drop_context(p);
    pa_threaded_mainloop_unlock(p->loop);
    ars_realtime_lower(p->thread);
    pa_threaded_mainloop_stop(p->loop);
    pa_threaded_mainloop_free(p->loop);
    free(p);
}
