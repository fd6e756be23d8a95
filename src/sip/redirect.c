/*
 * 3xx to an INVITE of ours.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/str.h>

#include "call.h"
#include "early.h"
#include "endpoint.h"
#include "redirect.h"
#include "why.h"

/* RFC 3261 section 20.10: q is 1 unless given; in thousandths. */
#define Q_DEFAULT 1000u

static unsigned q_of(const struct in_addr_hdr *a)
{
    unsigned q = 0;
    unsigned digit = 1000;
    struct pl pl;

    if (!msg_in_param(&a->addr.params, "q", &pl) || !pl.l || *pl.p < '0' || *pl.p > '1')
        return Q_DEFAULT;
    q = (unsigned)(*pl.p - '0') * digit;
    for (size_t i = 2; i < pl.l && i < 5 && pl.p[i] >= '0' && pl.p[i] <= '9'; i++) {
        digit /= 10;
        q += (unsigned)(pl.p[i] - '0') * digit;
    }
    return q < Q_DEFAULT ? q : Q_DEFAULT;
}

/* Without the headers that a URI may carry: what our INVITE says is ours to choose. */
static struct pl plain_uri(const struct in_addr_hdr *a)
{
    const char *mark = memchr(a->addr.auri.p, '?', a->addr.auri.l);

    return (struct pl){a->addr.auri.p, mark ? (size_t)(mark - a->addr.auri.p) : a->addr.auri.l};
}

static bool is_callable(const struct in_addr_hdr *a)
{
    struct pl uri = plain_uri(a);

    if (pl_strcasecmp(&a->addr.uri.scheme, "sip") && pl_strcasecmp(&a->addr.uri.scheme, "sips"))
        return false;
    for (size_t i = 0; i < uri.l; i++) {
        if ((unsigned char)uri.p[i] <= ' ' || strchr("<>\"", uri.p[i]))
            return false;
    }
    return a->addr.uri.host.l > 0;
}

static bool is_tried(const struct ars_sip_call *call, const struct pl *uri)
{
    const struct redirect *r = &call->redirect;

    for (size_t i = 0; i < r->n; i++) {
        if (pl_strcasecmp(uri, r->tried[i]) == 0)
            return true;
    }
    return pl_strcasecmp(uri, call->dlg->target) == 0;
}

/* The best of those that we have not called; NULL: none. */
static char *choose(const struct ars_sip_call *call, const struct sip_in *in)
{
    struct in_list it = {0};
    struct in_addr_hdr a;
    struct pl best = {0};
    unsigned best_q = 0;
    struct pl pl;

    while (msg_in_list(in, "Contact", &it, &pl)) {
        struct pl uri;

        if (msg_in_addr(&a, &pl) || !is_callable(&a))
            continue;
        uri = plain_uri(&a);
        if (is_tried(call, &uri) || (best.l && q_of(&a) <= best_q))
            continue;
        best = uri;
        best_q = q_of(&a);
    }
    return best.l ? msg_in_dup(&best) : NULL;
}

static char *number_of(const char *uri)
{
    struct sip_addr a = {.auri = {uri, strlen(uri)}};

    if (uri_decode(&a.uri, &a.auri))
        memset(&a.uri, 0, sizeof(a.uri));
    return msg_in_number_of(&a);
}

bool redirect_receive(struct ars_sip_call *call, const struct sip_in *in)
{
    struct redirect *r = &call->redirect;
    char *next;
    char *number;

    if (in->status < 300 || in->status > 302 || !call->h.redirected)
        return false;
    next = r->n < SIP_REDIRECTS_MAX ? choose(call, in) : NULL;
    number = next ? number_of(next) : NULL;
    if (!number) {
        ars_log(ARS_LOG_INFO, "sip", "a redirection leads nowhere new");
        free(next);
        return false;
    }
    free(r->next);
    r->next = next;
    why_from_response(&r->why, in);
    call_set_state(call, CALL_REDIRECTED);
    call->h.redirected(call, number, call->arg);
    free(number);
    return true;
}

/* The same call to another target: To, From and Call-ID stay. */
static int go_on(struct ars_sip_call *call)
{
    struct redirect *r = &call->redirect;
    char *number = number_of(r->next);

    if (!number)
        return ENOMEM;
    free(call->peer_number);
    call->peer_number = number;
    r->tried[r->n++] = call->dlg->target;
    call->dlg->target = r->next;
    r->next = NULL;
    early_clear(call);
    memset(&call->try, 0, sizeof(call->try));
    invite_again(call);
    if (call->state != CALL_ENDED && call->h.identity)
        call->h.identity(call, call->arg);
    return 0;
}

int ars_sip_call_redirect(struct ars_sip_call *call, bool follow)
{
    int err = 0;

    if (call->state != CALL_REDIRECTED)
        return EPROTO;
    mem_ref(call);
    if (follow)
        err = go_on(call);
    else
        call_end(call, &call->redirect.why);
    mem_deref(call);
    return err;
}

void redirect_close(struct redirect *r)
{
    while (r->n)
        free(r->tried[--r->n]);
    free(r->next);
    r->next = NULL;
}
