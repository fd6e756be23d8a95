/*
 * SUBSCRIBE, and the NOTIFYs that follow.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/sip_sub.h>
#include <ars/timer.h>

#include "call.h"
#include "endpoint.h"
#include "event_hdr.h"
#include "subscribe.h"
#include "why.h"

/* Refreshed at this share of what was granted. */
#define REFRESH_PCT   75u
#define REFRESH_MIN_S 5u

struct ars_sip_sub {
    struct le le;
    struct ars_sip *sip;
    struct ars_sip_sub_handlers h; /* zeroed once `ended` was told */
    void *arg;
    int state;
    struct dialog *dlg;
    struct ctrans *ct;
    struct auth_try try;
    struct ars_timer timer; /* for the first NOTIFY, then the refresh */
    bool notified;
    char *event;
    char *accept;
    uint32_t expires_s; /* what we ask for; 423 raises it */
};

static const char *const names[] = {"none", "asking", "active", "ended"};

static const uint32_t edges[] = {
    [SUB_NONE] = ARS_TO(SUB_ASKING) | ARS_TO(SUB_ENDED),
    [SUB_ASKING] = ARS_TO(SUB_ASKING) | ARS_TO(SUB_ACTIVE) | ARS_TO(SUB_ENDED),
    [SUB_ACTIVE] = ARS_TO(SUB_ASKING) | ARS_TO(SUB_ACTIVE) | ARS_TO(SUB_ENDED),
    [SUB_ENDED] = 0,
};

const struct ars_fsm sub_fsm = {"sip_sub", names, edges, SUB_STATES};

static void destructor(void *arg)
{
    struct ars_sip_sub *sub = arg;

    ars_timer_stop(&sub->timer);
    ctrans_detach(&sub->ct);
    list_unlink(&sub->le);
    mem_deref(sub->dlg);
    free(sub->event);
    free(sub->accept);
}

static bool go(struct ars_sip_sub *sub, enum sub_state to)
{
    return !ars_fsm_go(&sub_fsm, &sub->state, to);
}

static void forget(struct ars_sip_sub *sub)
{
    memset(&sub->h, 0, sizeof(sub->h));
    ars_timer_stop(&sub->timer);
    ctrans_detach(&sub->ct);
    list_unlink(&sub->le);
    mem_deref(sub);
}

static void end(struct ars_sip_sub *sub, const struct ars_reason *why, uint32_t retry_after_s,
                bool final)
{
    struct ars_sip_sub_handlers h = sub->h;

    if (!go(sub, SUB_ENDED))
        return;
    mem_ref(sub);
    forget(sub);
    if (h.ended)
        h.ended(sub, why, retry_after_s, final, sub->arg);
    mem_deref(sub);
}

static void end_errno(struct ars_sip_sub *sub, int err)
{
    struct ars_reason why;

    why_from_errno(&why, err);
    end(sub, &why, 0, false);
}

/* ---- asking ---- */

static void on_response(const struct sip_in *in, int err, void *arg);

static int send_subscribe(struct ars_sip_sub *sub, uint32_t expires_s, struct ctrans **slot)
{
    struct ars_sip *sip = sub->sip;
    char *uri = dialog_uri(sub->dlg);
    struct ars_buf b;
    int err;

    ars_buf_init(&b, SIP_MSG_MAX);
    ars_buf_addf(&b, "Contact: %s\r\nEvent: %s\r\nAccept: %s\r\nExpires: %u\r\n", sip->contact,
                 sub->event, sub->accept, (unsigned)expires_s);
    ars_buf_adds(&b, "Allow: " OUT_ALLOW "\r\n");
    err = uri ? auth_add(sip, &sub->try, &b, "SUBSCRIBE", uri) : ENOMEM;
    if (!err)
        err = dialog_request(sub->dlg, slot, sip, "SUBSCRIBE", b.data, NULL,
                             slot ? on_response : NULL, sub);
    ars_buf_free(&b);
    free(uri);
    return err;
}

static void ask(struct ars_sip_sub *sub)
{
    int err;

    go(sub, SUB_ASKING);
    err = send_subscribe(sub, sub->expires_s, &sub->ct);
    if (err)
        end_errno(sub, err);
}

static void on_refresh(void *arg)
{
    struct ars_sip_sub *sub = arg;

    if (sub->ct)
        return;
    memset(&sub->try, 0, sizeof(sub->try));
    ask(sub);
}

/* Section 4.1.2.4, timer N. */
static void on_no_notify(void *arg)
{
    struct ars_sip_sub *sub = arg;
    struct ars_reason why;

    why_from_errno(&why, ETIMEDOUT);
    /* FreeSWITCH accepts message-summary, and tells of it outside the dialog: no hurry */
    end(sub, &why, sub->expires_s, false);
}

static void keep(struct ars_sip_sub *sub, uint32_t granted_s)
{
    uint32_t s = granted_s < REFRESH_MIN_S ? REFRESH_MIN_S : granted_s;

    go(sub, SUB_ACTIVE);
    if (sub->notified)
        ars_timer_start(sub->sip->timers, &sub->timer, (uint64_t)s * 10 * REFRESH_PCT, on_refresh,
                        sub);
    else
        ars_timer_start(sub->sip->timers, &sub->timer, SIP_T1_64_MS, on_no_notify, sub);
}

static uint32_t number_of(const struct sip_in *in, const char *name, uint32_t max, uint32_t or_else)
{
    const struct pl *val = msg_in_hdr(in, name);
    uint32_t n = or_else;

    if (val)
        (void)msg_in_number(val, max, &n);
    return n;
}

/* Section 4.1.2.2: what is not worth another try. */
static bool is_final(int status)
{
    switch (status) {
    case 403:
    case 404:
    case 405:
    case 406:
    case 410:
    case 416:
    case 420:
    case 489:
    case 501:
    case 603:
    case 604:
        return true;
    default:
        return false;
    }
}

static void on_refused(struct ars_sip_sub *sub, const struct sip_in *in)
{
    uint32_t least = number_of(in, "Min-Expires", SIP_EXPIRES_MAX, 0);
    struct ars_reason why;
    int err;

    if (in->status == 401 || in->status == 407) {
        err = auth_challenged(sub->sip, &sub->try, in);
        if (!err) {
            ask(sub);
            return;
        }
        why_from_auth(&why, err, in);
        end(sub, &why, 0, err == EACCES);
        return;
    }
    if (in->status == 423 && least > sub->expires_s) {
        sub->expires_s = least;
        ask(sub);
        return;
    }
    why_from_response(&why, in);
    end(sub, &why, why.retry_after_s, is_final(in->status));
}

static void on_response(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_sub *sub = arg;

    if (in && in->status < 200)
        return;
    mem_ref(sub);
    if (!in)
        end_errno(sub, err);
    else if (in->status >= 300)
        on_refused(sub, in);
    else
        keep(sub, number_of(in, "Expires", SIP_EXPIRES_MAX, sub->expires_s));
    mem_deref(sub);
}

/* ---- news ---- */

static struct ars_sip_sub *find(struct ars_sip *sip, const struct sip_in *in)
{
    for (struct le *le = sip->subs.head; le; le = le->next) {
        struct ars_sip_sub *sub = le->data;

        if (dialog_match(sub->dlg, in, !*sub->dlg->rtag) && event_hdr_is(in, sub->event))
            return sub;
    }
    return NULL;
}

/* Section 4.1.3: what is not worth another try, and what is worth one at once. */
static enum ars_reason_code code_of(const struct pl *reason)
{
    static const struct {
        const char *reason;
        enum ars_reason_code code;
    } all[] = {
        {"rejected", ARS_REASON_FORBIDDEN},  {"noresource", ARS_REASON_FORBIDDEN},
        {"invariant", ARS_REASON_FORBIDDEN}, {"deactivated", ARS_REASON_DIALOG_LOST},
        {"timeout", ARS_REASON_DIALOG_LOST},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (pl_strcasecmp(reason, all[i].reason) == 0)
            return all[i].code;
    }
    return ARS_REASON_UNAVAILABLE;
}

static void on_terminated(struct ars_sip_sub *sub, const struct sip_in *in)
{
    const struct pl *state = msg_in_hdr(in, "Subscription-State");
    enum ars_reason_code code = ARS_REASON_UNAVAILABLE;
    struct ars_reason why;
    uint32_t retry_s = 0;
    struct pl val;

    if (msg_in_param(state, "reason", &val))
        code = code_of(&val);
    if (msg_in_param(state, "retry-after", &val))
        (void)msg_in_number(&val, SIP_RETRY_AFTER_MAX, &retry_s);
    ars_reason_set(&why, code, 0, "%s", "the server ended the subscription");
    end(sub, &why, retry_s, code == ARS_REASON_FORBIDDEN);
}

static void on_notify(struct ars_sip_sub *sub, const struct sip_in *in)
{
    sub->notified = true;
    if (!sub->ct)
        keep(sub, event_hdr_expires(in, sub->expires_s));
    if (sub->h.notify)
        sub->h.notify(sub, &in->body, sub->arg);
    if (event_hdr_is_over(in) && sub->state != SUB_ENDED)
        on_terminated(sub, in);
}

bool sub_receive(struct ars_sip *sip, const struct sip_in *in, struct strans *st)
{
    struct ars_sip_sub *sub = msg_in_is(in, "NOTIFY") ? find(sip, in) : NULL;

    if (!sub)
        return false;
    /* section 4.4.1: the NOTIFY makes the dialog */
    if (!*sub->dlg->rtag && dialog_adopt(sub->dlg, in)) {
        (void)strans_reply(st, 500, NULL, NULL, NULL);
        return true;
    }
    if (!dialog_accept_seq(sub->dlg, in)) {
        (void)strans_reply(st, 500, NULL, NULL, NULL);
        return true;
    }
    (void)dialog_retarget(sub->dlg, in);
    (void)strans_reply(st, 200, NULL, NULL, NULL);
    mem_ref(sub);
    on_notify(sub, in);
    mem_deref(sub);
    return true;
}

void sub_lost_all(struct ars_sip *sip)
{
    while (sip->subs.head)
        end_errno(sip->subs.head->data, ENOTCONN);
}

void sub_close_all(struct ars_sip *sip)
{
    while (sip->subs.head)
        forget(sip->subs.head->data);
}

/* ---- public ---- */

static int set_up(struct ars_sip_sub *sub, const struct ars_sip_sub_conf *conf)
{
    struct ars_sip *sip = sub->sip;
    char *number = NULL;
    char *uri = NULL;
    int err = 0;

    if (conf->target)
        err = invite_target(sip, conf->target, &uri, &number);
    sub->event = ars_strdup(conf->event);
    sub->accept = ars_strdup(conf->accept);
    sub->expires_s = conf->expires_s;
    if (!err && (!sub->event || !sub->accept))
        err = ENOMEM;
    if (!err)
        err = dialog_alloc_uac(&sub->dlg, sip->display_name, sip->aor, uri ? uri : sip->aor,
                               reg_routes(sip));
    free(number);
    free(uri);
    return err;
}

int ars_sip_subscribe(struct ars_sip *sip, struct ars_sip_sub **ret,
                      const struct ars_sip_sub_conf *conf,
                      const struct ars_sip_sub_handlers *handlers, void *arg)
{
    struct ars_sip_sub *sub;
    int err;

    if (!sip->tp)
        return ENOTCONN;
    if (list_count(&sip->subs) >= SIP_SUBS_MAX)
        return EAGAIN;
    sub = mem_zalloc(sizeof(*sub), destructor);
    if (!sub)
        return ENOMEM;
    sub->sip = sip;
    err = set_up(sub, conf);
    if (!err)
        err = send_subscribe(sub, sub->expires_s, &sub->ct);
    if (err) {
        mem_deref(sub);
        return err;
    }
    go(sub, SUB_ASKING);
    sub->h = *handlers;
    sub->arg = arg;
    list_append(&sip->subs, &sub->le, sub);
    *ret = sub;
    return 0;
}

void ars_sip_sub_close(struct ars_sip_sub *sub)
{
    if (!sub || sub->state == SUB_ENDED)
        return;
    /* section 4.1.2.3; the NOTIFY that answers it finds nobody (481) */
    if (*sub->dlg->rtag && sub->sip->tp) {
        memset(&sub->try, 0, sizeof(sub->try));
        (void)send_subscribe(sub, 0, NULL);
    }
    go(sub, SUB_ENDED);
    forget(sub);
}
