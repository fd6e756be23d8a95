/*
 * The outgoing INVITE.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/log.h>

#include "call.h"
#include "endpoint.h"
#include "identity.h"
#include "update.h"
#include "why.h"

int invite_ack(struct ars_sip_call *call, uint32_t cseq, const struct ars_sip_body *body)
{
    struct ars_buf b;

    dialog_ack(call->dlg, &b, call->sip, cseq, call->dlg->credentials, body);
    if (b.err) {
        int err = b.err;

        ars_buf_free(&b);
        return err;
    }
    free(call->ack.data);
    call->ack = (struct call_text){b.data, b.len};
    call->ack_cseq = cseq;
    return endpoint_send(call->sip, b.data, b.len);
}

int invite_send(struct ars_sip_call *call, ctrans_fn *fn)
{
    struct ars_sip_body offer = call_offer(call);
    char *uri = dialog_uri(call->dlg);
    char *credentials = NULL;
    struct ars_buf b;
    size_t before;
    int err;

    ars_buf_init(&b, SIP_MSG_MAX);
    call_add_contact(call, &b);
    refresh_add_request(call, &b);
    ars_buf_adds(&b, call->headers ? call->headers : "");
    if (!*call->dlg->rtag)
        ars_buf_adds(&b, call->sip->extra);
    before = b.len;
    err = uri ? auth_add(call->sip, &call->try, &b, "INVITE", uri) : ENOMEM;
    if (!err)
        err = b.err;
    if (!err) {
        credentials = ars_strndup(b.data + before, b.len - before);
        err = credentials ? 0 : ENOMEM;
    }
    if (!err) {
        free(call->dlg->credentials);
        call->dlg->credentials = credentials;
    }
    if (!err)
        err =
            dialog_request(call->dlg, &call->invite, call->sip, "INVITE", b.data, &offer, fn, call);
    if (!err && !*call->dlg->rtag)
        call->invite_cseq = call->dlg->lseq;
    ars_buf_free(&b);
    free(uri);
    return err;
}

static bool is_given_up(const struct ars_sip_call *call)
{
    return call->state == CALL_CANCEL_WAIT || call->state == CALL_CANCELLING;
}

static void on_provisional(struct ars_sip_call *call, const struct sip_in *in)
{
    struct early *e = NULL;
    struct ars_sip_body body;
    bool fresh = in->status > 100 && early_receive(call, in, &e);

    if (call->state == CALL_CANCEL_WAIT) {
        call_set_state(call, CALL_CANCELLING);
        if (ctrans_cancel(call->invite))
            call_end(call, NULL);
        return;
    }
    if (call->state == CALL_CANCELLING)
        return;
    call_set_state(call, CALL_PROCEEDING);
    if (!fresh)
        return;
    update_learn(call, in);
    identity_read(call, in);
    body = early_body(call, e, in);
    if (call->h.progress)
        call->h.progress(call, in->status, &body, call->arg);
}

/* The dialog is there: with the answer, with an offer, or with nobody left who wants it. */
static void on_ok(struct ars_sip_call *call, const struct sip_in *in)
{
    const struct early *e = early_find(call, &in->to.tag);
    struct ars_sip_body body = early_answer(call, in);
    struct dialog *d;
    struct ars_reason why;
    int err = dialog_confirm(&d, e ? e->dlg : call->dlg, in);

    if (err) {
        ars_reason_set(&why, err == ENOMEM ? ARS_REASON_INTERNAL : ARS_REASON_SERVER_ERROR, 0,
                       "the answer cannot be used");
        call_end(call, &why);
        return;
    }
    mem_deref(call->dlg);
    call->dlg = d;
    update_learn(call, in);
    if (is_given_up(call)) {
        /* section 9.1: the 200 crossed the CANCEL */
        (void)invite_ack(call, in->cseq, NULL);
        call_bye(call);
        return;
    }
    if (call->offer.len) {
        (void)invite_ack(call, in->cseq, NULL);
        call_set_state(call, CALL_ESTABLISHED);
    } else {
        call_set_state(call, CALL_LATE);
    }
    refresh_answered(call, in);
    identity_read(call, in);
    if (call->h.answered)
        call->h.answered(call, &body, call->arg);
}

static void on_invite(const struct sip_in *in, int err, void *arg);

void invite_again(struct ars_sip_call *call)
{
    struct ars_reason why;
    int err;

    call_set_state(call, CALL_CALLING);
    err = invite_send(call, on_invite);
    if (err) {
        why_from_errno(&why, err);
        call_end(call, &why);
    }
}

static void on_refused(struct ars_sip_call *call, const struct sip_in *in)
{
    bool challenged = in->status == 401 || in->status == 407;
    struct ars_reason why;
    int err = 0;

    if (!is_given_up(call) && challenged)
        err = auth_challenged(call->sip, &call->try, in);
    else if (is_given_up(call) || in->status != 422 || !refresh_raise(call, in))
        err = EPROTO;
    if (!err) {
        invite_again(call);
        return;
    }
    if (!challenged && !is_given_up(call) && redirect_receive(call, in))
        return;
    if (challenged && !is_given_up(call))
        why_from_auth(&why, err, in);
    else
        why_from_response(&why, in);
    call_end(call, &why);
}

static void on_invite(const struct sip_in *in, int err, void *arg)
{
    struct ars_sip_call *call = arg;
    struct ars_reason why;

    mem_ref(call);
    if (!in) {
        why_from_errno(&why, err);
        call_end(call, &why);
    } else if (in->status < 200) {
        on_provisional(call, in);
    } else if (in->status < 300) {
        on_ok(call, in);
    } else {
        on_refused(call, in);
    }
    mem_deref(call);
}

/* ---- whom to call ---- */

/* What may stand in a URI that we were given whole. */
static bool is_uri_text(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || strchr("<>\"\\^`{|}?", *s))
            return false;
    }
    return true;
}

static bool is_host(const struct pl *pl)
{
    for (size_t i = 0; i < pl->l; i++) {
        char c = pl->p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        /* ':' of an IPv6 address */
        if (!alnum && !strchr("-._:", c))
            return false;
    }
    return pl->l > 0;
}

static int uri_of_uri(const char *target, const char *scheme, char **ret_uri, char **ret_number)
{
    struct ars_buf b;
    struct sip_addr a = {0};
    char *uri;
    int err = 0;

    if (!is_uri_text(target))
        return EINVAL;
    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "%s%s", scheme, target);
    uri = ars_buf_take(&b, &err);
    if (!uri)
        return err == EMSGSIZE ? EINVAL : err;
    a.auri = (struct pl){uri, strlen(uri)};
    if (uri_decode(&a.uri, &a.auri) || !is_host(&a.uri.host)) {
        free(uri);
        return EINVAL;
    }
    *ret_number = msg_in_number_of(&a);
    *ret_uri = uri;
    return *ret_number ? 0 : ENOMEM;
}

static int uri_of_number(const struct ars_sip *sip, const char *number, char **ret_uri,
                         char **ret_number)
{
    struct ars_buf b;
    int err = 0;

    if (!*number || strlen(number) > SIP_ID_MAX)
        return EINVAL;
    for (const char *p = number; *p; p++) {
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("<>\"", *p))
            return EINVAL;
    }
    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_adds(&b, "sip:");
    msg_out_user(&b, number);
    ars_buf_addf(&b, "@%s", sip->domain);
    *ret_number = ars_utf8_clean(number, strlen(number));
    *ret_uri = ars_buf_take(&b, &err);
    return *ret_uri && *ret_number ? 0 : err ? err : ENOMEM;
}

/* RFC 3966 section 5.1.1: visual separators are not part of the number. */
static int uri_of_tel(const struct ars_sip *sip, const char *s, char **ret_uri, char **ret_number)
{
    char *digits = ars_strndup(s, strcspn(s, ";"));
    char *to = digits;
    int err;

    if (!digits)
        return ENOMEM;
    for (const char *p = digits; *p; p++)
        if (!strchr("-.()", *p))
            *to++ = *p;
    *to = '\0';
    err = uri_of_number(sip, digits, ret_uri, ret_number);
    free(digits);
    return err;
}

int invite_target(const struct ars_sip *sip, const char *target, char **ret_uri, char **ret_number)
{
    if (!target)
        return EINVAL;
    if (strncasecmp(target, "sip:", 4) == 0 || strncasecmp(target, "sips:", 5) == 0)
        return uri_of_uri(target, "", ret_uri, ret_number);
    if (strncasecmp(target, "tel:", 4) == 0)
        return uri_of_tel(sip, target + 4, ret_uri, ret_number);
    if (strchr(target, '@'))
        return uri_of_uri(target, "sip:", ret_uri, ret_number);
    return uri_of_number(sip, target, ret_uri, ret_number);
}

static bool is_header_name(const char *s)
{
    return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")];
}

static int render_headers(struct ars_sip_call *call, const struct ars_sip_header *headers, size_t n)
{
    const char *name = call->sip->display_name;
    char *encoded = name ? ars_percent_encode(name) : NULL;
    struct ars_buf b;
    int err = 0;

    if (name && !encoded)
        return ENOMEM;
    ars_buf_init(&b, SIP_MSG_MAX);
    if (encoded)
        msg_out_header(&b, "X-Display-Name", encoded);
    free(encoded);
    for (size_t i = 0; i < n; i++) {
        if (is_header_name(headers[i].name))
            msg_out_header(&b, headers[i].name, headers[i].value);
        else
            err = EINVAL;
    }
    call->headers = ars_buf_take(&b, &err);
    return err;
}

int ars_sip_call_invite(struct ars_sip *sip, struct ars_sip_call **ret, const char *target,
                        const struct ars_sip_body *offer, const struct ars_sip_header *headers,
                        size_t n, const struct ars_sip_call_handlers *handlers, void *arg)
{
    struct ars_sip_call *call = NULL;
    char *uri = NULL;
    char *number = NULL;
    int err;

    if (!sip->tp)
        return ENOTCONN;
    err = invite_target(sip, target, &uri, &number);
    if (err)
        goto out;
    err = call_alloc(&call, sip, true);
    if (err)
        goto out;
    call->peer_number = number;
    number = NULL;
    err = render_headers(call, headers, n);
    if (!err)
        err = dialog_alloc_uac(&call->dlg, sip->display_name, sip->aor, uri, reg_routes(sip));
    if (!err)
        err = call_keep_offer(call, offer);
    if (!err)
        err = invite_send(call, on_invite);
    if (err)
        goto out;
    call_set_state(call, CALL_CALLING);
    if (handlers)
        call->h = *handlers;
    call->arg = arg;
    *ret = call;
out:
    if (err && call)
        ars_sip_call_free(call);
    free(uri);
    free(number);
    return err;
}

int ars_sip_call_ack(struct ars_sip_call *call, const struct ars_sip_body *body)
{
    int err;

    if (call->state != CALL_LATE)
        return EPROTO;
    err = invite_ack(call, call->invite_cseq, body);
    if (err == ENOMEM || err == EMSGSIZE)
        return err;
    /* a repeated 2xx gets it once more, on whatever connection there is */
    call_set_state(call, CALL_ESTABLISHED);
    return 0;
}
