/*
 * The session timer.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>

#include <ars/clock.h>
#include <ars/log.h>

#include "call.h"
#include "endpoint.h"
#include "refresh.h"
#include "update.h"

/* RFC 4028 section 5: no interval is shorter. */
#define INTERVAL_MIN_S 90u
/* A far end that counts on less all the same is served as long as this is not a flood. */
#define INTERVAL_FLOOR_S 10u
/* Section 10: the call ends so long before the interval, or a third of it before. */
#define MARGIN_S 32u
/* After a failure of our own, while there is time. */
#define AGAIN_MS 5000u
/* Of the intervals that one call is asked to raise. */
#define RAISES_MAX 3u

static const char *const names[] = {"off", "ours", "out", "theirs"};

static const uint32_t edges[] = {
    [REFRESH_OFF] = ARS_TO(REFRESH_OURS) | ARS_TO(REFRESH_THEIRS),
    [REFRESH_OURS] =
        ARS_TO(REFRESH_OFF) | ARS_TO(REFRESH_OURS) | ARS_TO(REFRESH_OUT) | ARS_TO(REFRESH_THEIRS),
    [REFRESH_OUT] = ARS_TO(REFRESH_OFF) | ARS_TO(REFRESH_OURS) | ARS_TO(REFRESH_THEIRS),
    [REFRESH_THEIRS] = ARS_TO(REFRESH_OFF) | ARS_TO(REFRESH_OURS) | ARS_TO(REFRESH_THEIRS),
};

const struct ars_fsm refresh_fsm = {"sip_refresh", names, edges, REFRESH_STATES};

enum refresher {
    REFRESHER_UNSAID,
    REFRESHER_UAC,
    REFRESHER_UAS,
};

struct expires {
    uint32_t interval_s;
    enum refresher refresher;
};

static bool read_seconds(const struct sip_in *in, const char *name, uint32_t *ret)
{
    const struct pl *val = msg_in_hdr(in, name);

    return val && msg_in_number(val, UINT32_MAX, ret);
}

static bool read_expires(const struct sip_in *in, struct expires *ret)
{
    struct expires e = {.refresher = REFRESHER_UNSAID};
    const struct pl *val = msg_in_hdr(in, "Session-Expires");
    struct pl who;

    if (!val || !msg_in_number(val, UINT32_MAX, &e.interval_s))
        return false;
    if (msg_in_param(val, "refresher", &who)) {
        if (pl_strcasecmp(&who, "uac") == 0)
            e.refresher = REFRESHER_UAC;
        else if (pl_strcasecmp(&who, "uas") == 0)
            e.refresher = REFRESHER_UAS;
    }
    *ret = e;
    return true;
}

static bool does_timers(const struct sip_in *in)
{
    return msg_in_has_token(in, "Supported", "timer");
}

static void set_state(struct refresh *r, enum refresh_state to)
{
    (void)ars_fsm_go(&refresh_fsm, &r->state, to);
}

static uint64_t left_ms(const struct refresh *r)
{
    uint64_t now = ars_clock_ms();

    return now < r->deadline_ms ? r->deadline_ms - now : 0;
}

static void on_timer(void *arg);

/* Waits so long, or until the deadline when that comes first. */
static void wait_ms(struct ars_sip_call *call, uint64_t ms)
{
    struct refresh *r = &call->refresh;
    uint64_t left = left_ms(r);

    ars_timer_start(call->sip->timers, &r->timer, ms < left ? ms : left, on_timer, call);
}

static void refresh(struct ars_sip_call *call)
{
    int err = 0;

    set_state(&call->refresh, REFRESH_OUT);
    wait_ms(call, UINT64_MAX);
    /* section 7.4: UPDATE needs no offer */
    if (call->peer_updates)
        err = update_refresh(call);
    else if (call->h.refresh)
        call->h.refresh(call, call->arg);
    if (err)
        refresh_failed(call);
}

static void on_timer(void *arg)
{
    struct ars_sip_call *call = arg;

    mem_ref(call);
    if (left_ms(&call->refresh) == 0)
        call_lose(call, 0, "the call was not refreshed in time"); /* section 10 */
    else if (call->refresh.state == REFRESH_OURS)
        refresh(call);
    mem_deref(call);
}

static void start(struct ars_sip_call *call, uint32_t interval_s, bool ours)
{
    struct refresh *r = &call->refresh;
    uint32_t margin;

    if (interval_s < INTERVAL_FLOOR_S)
        interval_s = INTERVAL_FLOOR_S;
    margin = interval_s / 3 < MARGIN_S ? interval_s / 3 : MARGIN_S;
    r->interval_s = interval_s;
    r->deadline_ms = ars_clock_ms() + (uint64_t)(interval_s - margin) * 1000;
    set_state(r, ours ? REFRESH_OURS : REFRESH_THEIRS);
    wait_ms(call, ours ? (uint64_t)interval_s * 500 : UINT64_MAX);
}

bool refresh_is_too_short(const struct sip_in *in)
{
    struct expires e;

    return read_expires(in, &e) && does_timers(in) && e.interval_s < INTERVAL_MIN_S;
}

void refresh_add_min(struct ars_buf *b)
{
    ars_buf_addf(b, "Min-SE: %u\r\n", INTERVAL_MIN_S);
}

void refresh_add_request(const struct ars_sip_call *call, struct ars_buf *b)
{
    const struct refresh *r = &call->refresh;
    bool first = !*call->dlg->rtag;
    uint32_t s = first ? call->sip->session_s : r->interval_s;

    if (!first && r->state == REFRESH_OFF)
        return;
    ars_buf_addf(b, "Session-Expires: %u", (unsigned)(s > r->min_s ? s : r->min_s));
    if (!first)
        ars_buf_adds(b, r->state == REFRESH_THEIRS ? ";refresher=uas" : ";refresher=uac");
    ars_buf_adds(b, "\r\n");
    if (r->min_s)
        ars_buf_addf(b, "Min-SE: %u\r\n", (unsigned)r->min_s);
}

void refresh_answered(struct ars_sip_call *call, const struct sip_in *in)
{
    struct expires e;

    if (read_expires(in, &e))
        start(call, e.interval_s, e.refresher != REFRESHER_UAS);
    else
        refresh_stop(call);
}

bool refresh_raise(struct ars_sip_call *call, const struct sip_in *in)
{
    struct refresh *r = &call->refresh;
    uint32_t min_s;

    if (!read_seconds(in, "Min-SE", &min_s) || min_s <= r->min_s || r->raised == RAISES_MAX)
        return false;
    r->min_s = min_s;
    r->raised++;
    return true;
}

void refresh_agree(struct ars_sip_call *call, const struct sip_in *req, struct ars_buf *b)
{
    bool able = does_timers(req);
    struct expires e;
    bool ours;

    /* what a proxy put in for a caller that knows no timers (section 8) is ours to refresh */
    if (!read_expires(req, &e) || e.interval_s < INTERVAL_MIN_S) {
        refresh_stop(call);
        return;
    }
    ours = !able || e.refresher == REFRESHER_UAS;
    ars_buf_addf(b, "Session-Expires: %u;refresher=%s\r\n", (unsigned)e.interval_s,
                 ours ? "uas" : "uac");
    if (able)
        ars_buf_adds(b, "Require: timer\r\n");
    start(call, e.interval_s, ours);
}

void refresh_failed(struct ars_sip_call *call)
{
    if (call->refresh.state != REFRESH_OUT)
        return;
    set_state(&call->refresh, REFRESH_OURS);
    wait_ms(call, AGAIN_MS);
}

void refresh_stop(struct ars_sip_call *call)
{
    ars_timer_stop(&call->refresh.timer);
    if (call->refresh.state != REFRESH_OFF)
        set_state(&call->refresh, REFRESH_OFF);
}
