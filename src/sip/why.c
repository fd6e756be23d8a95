/*
 * Why something ended.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "bounds.h"
#include "msg_in.h"
#include "msg_out.h"
#include "why.h"

/* ITU-T Q.850 */
#define Q850_SUBSCRIBER_ABSENT 20
#define Q850_CALL_REJECTED     21
#define Q850_NON_SELECTED_USER 26
#define Q850_INCOMPATIBLE      88
#define Q850_MAX               127

struct row {
    int status;
    enum ars_reason_code code;
};

static const struct row rows[] = {
    {401, ARS_REASON_WRONG_PASSWORD}, {403, ARS_REASON_FORBIDDEN},
    {404, ARS_REASON_NOT_FOUND},      {407, ARS_REASON_WRONG_PASSWORD},
    {408, ARS_REASON_NO_ANSWER},      {410, ARS_REASON_NOT_FOUND},
    {433, ARS_REASON_FORBIDDEN},      {480, ARS_REASON_NO_ANSWER},
    {481, ARS_REASON_DIALOG_LOST},    {484, ARS_REASON_NOT_FOUND},
    {486, ARS_REASON_BUSY},           {487, ARS_REASON_NO_ANSWER},
    {488, ARS_REASON_NOT_ACCEPTABLE}, {600, ARS_REASON_BUSY},
    {603, ARS_REASON_DECLINED},       {604, ARS_REASON_NOT_FOUND},
    {606, ARS_REASON_NOT_ACCEPTABLE}, {607, ARS_REASON_DECLINED},
    {608, ARS_REASON_DECLINED},
};

static enum ars_reason_code code_of(int status)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].status == status)
            return rows[i].code;
    }
    if (status >= 300 && status < 400)
        return ARS_REASON_REDIRECTED;
    if (status >= 500 && status < 600)
        return ARS_REASON_UNAVAILABLE;
    return ARS_REASON_SERVER_ERROR;
}

/* RFC 3326. text may stay empty. */
struct reason_hdr {
    int q850;
    int sip;
    struct pl text;
};

static void parse_reason(struct reason_hdr *r, const struct sip_in *in)
{
    struct in_list it = {0};
    struct pl pl;

    memset(r, 0, sizeof(*r));
    while (msg_in_list(in, "Reason", &it, &pl)) {
        const char *semi = memchr(pl.p, ';', pl.l);
        struct pl protocol = msg_in_trim((struct pl){pl.p, semi ? (size_t)(semi - pl.p) : pl.l});
        struct pl cause;
        uint32_t n = 0;

        if (!msg_in_param(&pl, "cause", &cause) || !msg_in_number(&cause, 999, &n))
            continue;
        if (pl_strcasecmp(&protocol, "Q.850") == 0 && n <= Q850_MAX)
            r->q850 = (int)n;
        else if (pl_strcasecmp(&protocol, "SIP") == 0)
            r->sip = (int)n;
        if (!r->text.l)
            (void)msg_in_param(&pl, "text", &r->text);
    }
}

static void set(struct ars_reason *why, enum ars_reason_code code, int status, int q850,
                const struct pl *text)
{
    char *clean = text->l ? ars_utf8_clean(text->p, text->l) : NULL;

    ars_reason_set(why, code, status, "%s", clean ? clean : "");
    why->q850 = q850;
    free(clean);
}

/* It says so of an offer in which no candidate is one that it may send to. */
static bool is_freeswitch(const struct sip_in *in)
{
    static const char name[] = "FreeSWITCH";
    const struct pl *agent = msg_in_hdr(in, "User-Agent");

    return agent && agent->l >= sizeof(name) - 1 &&
           strncasecmp(agent->p, name, sizeof(name) - 1) == 0;
}

void why_from_response(struct ars_reason *why, const struct sip_in *in)
{
    enum ars_reason_code code = code_of(in->status);
    const struct pl *retry_after = msg_in_hdr(in, "Retry-After");
    struct reason_hdr r;

    parse_reason(&r, in);
    /* Asterisk turns the callee's 603 into 403 with this cause */
    if (in->status == 403 && r.q850 == Q850_CALL_REJECTED)
        code = ARS_REASON_DECLINED;
    /* nobody is registered there */
    if (in->status == 480 && r.q850 == Q850_SUBSCRIBER_ABSENT)
        code = ARS_REASON_UNAVAILABLE;
    if (in->status == 488 && r.q850 == Q850_INCOMPATIBLE && is_freeswitch(in))
        code = ARS_REASON_NO_CANDIDATE;
    set(why, code, in->status, r.q850, in->phrase.l ? &in->phrase : &r.text);
    if (retry_after) /* RFC 3261 section 20.33 */
        (void)msg_in_number(retry_after, SIP_RETRY_AFTER_MAX, &why->retry_after_s);
}

void why_from_request(struct ars_reason *why, const struct sip_in *in)
{
    bool cancel = msg_in_is(in, "CANCEL");
    enum ars_reason_code code = cancel ? ARS_REASON_CANCELLED : ARS_REASON_REMOTE_HANGUP;
    struct reason_hdr r;

    parse_reason(&r, in);
    if (cancel && (r.sip == 200 || r.q850 == Q850_NON_SELECTED_USER))
        code = ARS_REASON_ANSWERED_ELSEWHERE;
    set(why, code, r.sip, r.q850, &r.text);
}

void why_from_status(struct ars_reason *why, int status, const char *phrase)
{
    ars_reason_set(why, code_of(status), status, "%s", phrase ? phrase : msg_out_phrase(status));
}

void why_from_errno(struct ars_reason *why, int err)
{
    switch (err) {
    case ETIMEDOUT:
        ars_reason_set(why, ARS_REASON_TIMEOUT, 0, "the server did not answer");
        break;
    case ENOMEM:
        ars_reason_set(why, ARS_REASON_INTERNAL, 0, "out of memory");
        break;
    case EAGAIN:
    case EMSGSIZE:
        ars_reason_set(why, ARS_REASON_INTERNAL, 0, "too many requests, or too large a one");
        break;
    default:
        ars_reason_set(why, ARS_REASON_CONNECTION_LOST, 0, "the connection was lost");
        break;
    }
}

void why_from_auth(struct ars_reason *why, int err, const struct sip_in *in)
{
    why_from_response(why, in);
    switch (err) {
    case EACCES:
        break;
    case EPERM:
        ars_reason_set(why, ARS_REASON_WRONG_REALM, in->status,
                       "the password is asked for by another realm");
        break;
    case ENOTSUP:
        ars_reason_set(why, ARS_REASON_SERVER_ERROR, in->status,
                       "no authentication method that we know");
        break;
    case ELOOP:
        ars_reason_set(why, ARS_REASON_SERVER_ERROR, in->status, "challenged again and again");
        break;
    default:
        why_from_errno(why, err);
        break;
    }
}
