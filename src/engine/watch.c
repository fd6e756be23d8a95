/* engine: subscriptions of an account, begun again after every loss. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/clock.h>
#include <ars/log.h>
#include <ars/loop.h>
#include <ars/sip_sub.h>
#include <ars/str.h>
#include <ars/timer.h>

#include "dialog_info.h"
#include "event.h"
#include "outbox.h"
#include "pidf.h"
#include "summary.h"
#include "watch.h"

#define EXPIRES_S 600
/* After an end that may pass. */
#define AGAIN_S     30u
#define AGAIN_MAX_S 3600u
#define EVENT_MWI   "message-summary"

enum package { DIALOG, PRESENCE, MAILBOX };

static const struct {
    const char *event;
    const char *accept;
} packages[] = {
    [DIALOG] = {"dialog", "application/dialog-info+xml"}, /* RFC 4235 */
    [PRESENCE] = {"presence", "application/pidf+xml"},    /* RFC 3856 */
    [MAILBOX] = {EVENT_MWI, "application/simple-message-summary"},
};

/* A subscription of it. */
struct source {
    struct watch *watch;
    enum package package;
    struct ars_sip_sub *sub;
    struct ars_timer timer;
    uint64_t begun_ms;
    enum ars_watch_state state;
};

struct watch {
    struct watches *ws;
    char *number; /* NULL: the mailbox */
    struct source sources[2];
    size_t sources_n;
    struct dialogs dialogs;

    /* what was told last */
    enum ars_watch_state state;
    bool called;
    bool pick_up;
    char *peer_name;
    char *peer_number;
};

/* ---- news ---- */

static void tell_watch(const struct watch *w)
{
    struct ars_event *ev = event_new(ARS_EV_WATCH);

    if (ev) {
        ev->account = w->ws->account;
        ev->peer_number = ars_strdup(w->number);
        ev->number = (int)w->state;
        ev->peer_name = ars_strdup(w->peer_name);
        ev->text = ars_strdup(w->peer_number);
        ev->by_remote = w->called;
        ev->pick_up = w->pick_up;
    }
    outbox_put(w->ws->outbox, ev);
}

static void set_text(char **text, const char *to)
{
    free(*text);
    *text = ars_strdup(to);
}

/*
 * A line that nobody is at has no dialogs either, and is not free. Who tells nothing of dialogs may
 * tell of presence.
 */
static enum ars_watch_state state_of(const struct watch *w)
{
    enum ars_watch_state dialog = w->sources[DIALOG].state;
    enum ars_watch_state presence = w->sources[PRESENCE].state;

    if (dialog == ARS_WATCH_UNKNOWN || (dialog == ARS_WATCH_IDLE && presence == ARS_WATCH_CLOSED))
        return presence;
    return dialog;
}

static void update(struct watch *w)
{
    static const struct line_dialog none;
    const struct line_dialog *d = dialogs_first(&w->dialogs);
    enum ars_watch_state state = state_of(w);

    if (!d || state < ARS_WATCH_BUSY)
        d = &none;
    if (w->state == state && w->called == d->called && w->pick_up == (d->replaces != NULL) &&
        ars_streq(w->peer_name, d->name) && ars_streq(w->peer_number, d->number))
        return;
    w->state = state;
    w->called = d->called;
    w->pick_up = d->replaces != NULL;
    set_text(&w->peer_name, d->name);
    set_text(&w->peer_number, d->number);
    tell_watch(w);
}

static void tell_mailbox(const struct watches *ws, const struct ars_sip_body *body)
{
    struct ars_event *ev;
    struct summary s;
    int err = summary_parse(&s, body->data, body->len);

    if (err) {
        ars_log(ARS_LOG_DEBUG, "engine", "no message summary: %s", strerror(err));
        return;
    }
    ev = event_new(ARS_EV_MAILBOX);
    if (ev) {
        ev->account = ws->account;
        ev->number = (int)s.fresh;
        ev->text = s.account;
    } else {
        free(s.account);
    }
    outbox_put(ws->outbox, ev);
}

/* ---- subscriptions ---- */

static void begin(struct source *src);

static void on_timer(void *arg)
{
    begin(arg);
}

static void again(struct source *src, uint32_t s)
{
    s = s < AGAIN_S ? AGAIN_S : s > AGAIN_MAX_S ? AGAIN_MAX_S : s;
    ars_timer_start(ars_loop_timers(src->watch->ws->loop), &src->timer, 1000 * (uint64_t)s,
                    on_timer, src);
}

/* A server that forgot it is asked at once (RFC 6665 section 4.1.3), though not again and again. */
static bool is_forgotten(const struct source *src, const struct ars_reason *why)
{
    return why->code == ARS_REASON_DIALOG_LOST &&
           ars_clock_ms() - src->begun_ms >= 1000 * (uint64_t)AGAIN_S;
}

/* A new subscription begins with all that there is (RFC 4235 section 4.3). */
static void ask_anew(struct source *src)
{
    ars_sip_sub_close(src->sub);
    src->sub = NULL;
    dialogs_clear(&src->watch->dialogs);
    begin(src);
}

static void on_notify(struct ars_sip_sub *sub, const struct ars_sip_body *body, void *arg)
{
    struct source *src = arg;
    struct watch *w = src->watch;
    enum ars_watch_state state;
    bool gap = false;

    if (!body->len)
        return;
    if (src->package == MAILBOX) {
        tell_mailbox(w->ws, body);
        return;
    }
    if (src->package == PRESENCE)
        state = pidf_state(body->data, body->len);
    else
        state = dialogs_take(&w->dialogs, body->data, body->len, &gap);
    if (gap) {
        ask_anew(src);
        return;
    }
    src->state = state;
    update(w);
}

static void on_ended(struct ars_sip_sub *sub, const struct ars_reason *why, uint32_t retry_after_s,
                     bool final, void *arg)
{
    struct source *src = arg;
    struct watch *w = src->watch;

    src->sub = NULL;
    src->state = ARS_WATCH_UNKNOWN;
    if (src->package == DIALOG)
        dialogs_clear(&w->dialogs);
    ars_log(ARS_LOG_INFO, "engine", "watching %s, %s: %s", w->number ? w->number : "here",
            packages[src->package].event, why->text);
    if (!final && w->ws->sip && !retry_after_s && is_forgotten(src, why))
        ars_timer_start(ars_loop_timers(w->ws->loop), &src->timer, 0, on_timer, src);
    else if (!final && w->ws->sip)
        again(src, retry_after_s);
    if (w->number)
        update(w);
}

static void begin(struct source *src)
{
    static const struct ars_sip_sub_handlers handlers = {.notify = on_notify, .ended = on_ended};
    struct ars_sip *sip = src->watch->ws->sip;
    struct ars_sip_sub_conf conf = {
        .target = src->watch->number,
        .event = packages[src->package].event,
        .accept = packages[src->package].accept,
        .expires_s = EXPIRES_S,
    };
    int err;

    ars_timer_stop(&src->timer);
    if (src->sub || !sip)
        return;
    src->begun_ms = ars_clock_ms();
    err = ars_sip_subscribe(sip, &src->sub, &conf, &handlers, src);
    if (err)
        ars_log(ARS_LOG_WARN, "engine", "cannot watch: %s", strerror(err));
    if (err && err != EINVAL && err != ENOTCONN)
        again(src, 0);
}

static void begin_all(struct watch *w)
{
    for (size_t i = 0; i < w->sources_n; i++)
        begin(&w->sources[i]);
}

static void watch_free(struct watch *w)
{
    for (size_t i = 0; i < w->sources_n; i++) {
        ars_timer_stop(&w->sources[i].timer);
        ars_sip_sub_close(w->sources[i].sub);
    }
    dialogs_clear(&w->dialogs);
    free(w->peer_name);
    free(w->peer_number);
    free(w->number);
    free(w);
}

static struct watch *watch_alloc(struct watches *ws, const char *number)
{
    struct watch *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->ws = ws;
    w->number = ars_strdup(number);
    if (number && !w->number) {
        free(w);
        return NULL;
    }
    w->sources_n = number ? 2 : 1;
    for (size_t i = 0; i < w->sources_n; i++)
        w->sources[i] = (struct source){.watch = w, .package = number ? (enum package)i : MAILBOX};
    return w;
}

static size_t find(const struct watches *ws, const char *number)
{
    size_t i = 0;

    while (i < ws->n && !ars_streq(ws->list[i]->number, number))
        i++;
    return i;
}

/* ---- public ---- */

int watches_add(struct watches *ws, const char *number)
{
    struct watch *w;

    if (find(ws, number) < ws->n)
        return EALREADY;
    if (ws->n > WATCHES_MAX)
        return ENOSPC;
    w = watch_alloc(ws, number);
    if (!w)
        return ENOMEM;
    ws->list[ws->n++] = w;
    if (w->number)
        tell_watch(w);
    begin_all(w);
    return 0;
}

int watches_remove(struct watches *ws, const char *number)
{
    size_t i = find(ws, number);

    if (i == ws->n)
        return ENOENT;
    watch_free(ws->list[i]);
    ws->n--;
    memmove(&ws->list[i], &ws->list[i + 1], (ws->n - i) * sizeof(ws->list[0]));
    return 0;
}

const struct line_dialog *watches_ringing(const struct watches *ws, const char *number)
{
    size_t i = find(ws, number);
    const struct line_dialog *d = i < ws->n ? dialogs_first(&ws->list[i]->dialogs) : NULL;

    return d && d->state == ARS_WATCH_RINGING ? d : NULL;
}

void watches_begin(struct watches *ws, struct ars_sip *sip, bool mailbox)
{
    ws->sip = sip;
    if (mailbox)
        (void)watches_add(ws, NULL);
    else
        (void)watches_remove(ws, NULL);
    for (size_t i = 0; i < ws->n; i++)
        begin_all(ws->list[i]);
}

void watches_pause(struct watches *ws)
{
    ws->sip = NULL;
    for (size_t i = 0; i < ws->n; i++)
        for (size_t j = 0; j < ws->list[i]->sources_n; j++)
            ars_timer_stop(&ws->list[i]->sources[j].timer);
}

void watches_close(struct watches *ws)
{
    for (size_t i = 0; i < ws->n; i++)
        watch_free(ws->list[i]);
    ws->n = 0;
}

bool watches_request(struct watches *ws, struct ars_sip_request *req)
{
    const char *event = ars_sip_request_header(req, "Event");
    size_t len = event ? strcspn(event, "; \t") : 0;
    struct ars_sip_body body = ars_sip_request_body(req);

    if (strcmp(ars_sip_request_method(req), "NOTIFY") != 0 || len != strlen(EVENT_MWI) ||
        strncasecmp(event, EVENT_MWI, len) != 0)
        return false;
    if (body.len)
        tell_mailbox(ws, &body);
    (void)ars_sip_request_reply(req, 200, NULL, NULL, 0);
    return true;
}
