/*
 * Reliable provisional responses.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>

#include <ars/clock.h>
#include <ars/rand.h>

#include "call.h"
#include "endpoint.h"
#include "reliable.h"
#include "why.h"

/* RFC 3262 section 3: the first RSeq is a random number below 2^31. */
#define RSEQ_START_MAX 1000000u

bool reliable_is_wanted(const struct ars_sip_call *call)
{
    return call->server && msg_in_has_token(call->server->req, "Require", "100rel");
}

bool reliable_wants_offer(const struct ars_sip_call *call)
{
    return reliable_is_wanted(call) && !call->server->req->body.len && !call->reliable.offered;
}

bool reliable_is_open(const struct ars_sip_call *call)
{
    return call->reliable.offered && !call->reliable.agreed;
}

/* Section 3: repeated from T1 on, twice as late each time; after 64 T1 the INVITE is refused. */
static void on_timer(void *arg)
{
    struct ars_sip_call *call = arg;
    struct reliable *r = &call->reliable;
    uint64_t now = ars_clock_ms();
    struct ars_reason why;

    if (now < r->until_ms) {
        (void)endpoint_send(call->sip, r->text, r->len);
        r->wait_ms *= 2;
        if (r->wait_ms > r->until_ms - now)
            r->wait_ms = r->until_ms - now;
        ars_timer_start(call->sip->timers, &r->timer, r->wait_ms, on_timer, call);
        return;
    }
    ars_reason_set(&why, ARS_REASON_TIMEOUT, 0, "no PRACK came");
    if (call->server)
        (void)strans_reply(call->server, 504, NULL, NULL, NULL);
    call_end(call, &why);
}

int reliable_send(struct ars_sip_call *call, int status, const char *headers,
                  const struct ars_sip_body *body)
{
    struct reliable *r = &call->reliable;
    bool offer = reliable_wants_offer(call);
    uint32_t rseq = r->rseq ? r->rseq + 1 : 1 + ars_rand_below(RSEQ_START_MAX);
    struct strans *st = call->server;
    struct ars_buf b;
    char *copy;
    int err;

    if (r->text)
        return EBUSY;
    if (offer && (!body || !body->len))
        return EPROTO;
    ars_buf_init(&b, SIP_MSG_MAX);
    ars_buf_adds(&b, headers);
    ars_buf_addf(&b, "Require: 100rel\r\nRSeq: %u\r\n", (unsigned)rseq);
    err = b.err ? b.err : strans_reply(st, status, NULL, b.data, offer ? body : NULL);
    ars_buf_free(&b);
    if (err)
        return err;
    copy = ars_strndup(st->last, st->last_len);
    if (!copy)
        return ENOMEM;
    r->rseq = rseq;
    r->due = true;
    r->offered = r->offered || offer;
    r->text = copy;
    r->len = st->last_len;
    r->wait_ms = SIP_T1_MS;
    r->until_ms = ars_clock_ms() + SIP_T1_64_MS;
    ars_timer_start(call->sip->timers, &r->timer, SIP_T1_MS, on_timer, call);
    return 0;
}

/*
 * Section 7.2: RAck = response-num CSeq-num Method. Section 3: a final response may have gone out
 * before it came.
 */
static bool is_match(const struct ars_sip_call *call, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "RAck");
    struct pl rest = val ? *val : (struct pl){0};
    uint32_t got[2] = {0};

    for (size_t i = 0; i < 2; i++) {
        if (!msg_in_number(&rest, UINT32_MAX, &got[i]))
            return false;
        while (rest.l && *rest.p >= '0' && *rest.p <= '9') {
            rest.p++;
            rest.l--;
        }
        rest = msg_in_trim(rest);
    }
    return call->reliable.due && got[0] == call->reliable.rseq && got[1] == call->invite_cseq &&
           pl_strcmp(&rest, "INVITE") == 0;
}

void reliable_receive_prack(struct ars_sip_call *call, struct sip_in *in, struct strans *st)
{
    bool due = reliable_is_open(call);

    if (!is_match(call, in)) {
        (void)strans_reply(st, 481, NULL, NULL, NULL);
        return;
    }
    reliable_stop(call);
    call->reliable.due = false;
    /* section 5: where our answer has not been said there is no room for an offer of theirs */
    (void)strans_reply(st, in->body.len && !due ? 488 : 200, NULL, NULL, NULL);
    call->reliable.agreed = call->reliable.offered;
    if (due && call->h.agreed)
        call->h.agreed(call, &in->body, call->arg);
}

void reliable_stop(struct ars_sip_call *call)
{
    struct reliable *r = &call->reliable;

    ars_timer_stop(&r->timer);
    free(r->text);
    r->text = NULL;
}
