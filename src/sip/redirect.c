/*
 * 3xx to an INVITE of ours.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

static bool is_clean(const char *uri)
{
    for (; *uri; uri++) {
        if ((unsigned char)*uri <= ' ' || strchr("<>\"", *uri))
            return false;
    }
    return true;
}

/* What to put into a Request-URI; a number is called at our own server. NULL: cannot be called. */
static char *callable_uri(const struct ars_sip *sip, const struct in_addr_hdr *a)
{
    const struct pl *scheme = &a->addr.uri.scheme;
    struct pl plain = plain_uri(a);
    char *uri = a->addr.uri.host.l ? msg_in_dup(&plain) : NULL;
    char *number = NULL;
    char *called = NULL;

    if (!uri || !is_clean(uri)) {
        free(uri);
        return NULL;
    }
    if (pl_strcasecmp(scheme, "sip") == 0 || pl_strcasecmp(scheme, "sips") == 0)
        return uri;
    if (pl_strcasecmp(scheme, "tel") == 0)
        (void)invite_target(sip, uri, &called, &number);
    free(number);
    free(uri);
    return called;
}

static bool is_known(const struct ars_sip_call *call, const char *uri)
{
    const struct redirect *r = &call->redirect;

    for (size_t i = 0; i < r->n; i++) {
        if (strcasecmp(uri, r->tried[i]) == 0)
            return true;
    }
    for (size_t i = 0; i < r->nleft; i++) {
        if (strcasecmp(uri, r->left[i].uri) == 0)
            return true;
    }
    return strcasecmp(uri, call->dlg->target) == 0;
}

/* Into its place; the worst makes room. */
static void keep(struct redirect *r, struct redirect_target t)
{
    size_t i;

    if (r->nleft == SIP_REDIRECTS_MAX) {
        if (r->left[r->nleft - 1].q >= t.q) {
            free(t.uri);
            return;
        }
        free(r->left[--r->nleft].uri);
    }
    for (i = r->nleft++; i > 0 && r->left[i - 1].q < t.q; i--)
        r->left[i] = r->left[i - 1];
    r->left[i] = t;
}

static void collect(struct ars_sip_call *call, const struct sip_in *in)
{
    struct in_list it = {0};
    struct in_addr_hdr a;
    struct pl pl;

    while (msg_in_list(in, "Contact", &it, &pl)) {
        char *uri = msg_in_addr(&a, &pl) ? NULL : callable_uri(call->sip, &a);

        if (uri && !is_known(call, uri))
            keep(&call->redirect, (struct redirect_target){uri, q_of(&a)});
        else
            free(uri);
    }
}

static char *take_best(struct redirect *r)
{
    char *uri = r->left[0].uri;

    r->nleft--;
    memmove(&r->left[0], &r->left[1], r->nleft * sizeof(r->left[0]));
    return uri;
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
    bool moved = in->status >= 300 && in->status <= 302;
    char *number;

    /* RFC 3261 section 21.6: nobody else is to be tried after a 6xx */
    if (in->status >= 600 || !call->h.redirected)
        return false;
    if (moved)
        collect(call, in);
    if (!r->nleft || r->n == SIP_REDIRECTS_MAX) {
        if (moved)
            ars_log(ARS_LOG_INFO, "sip", "a redirection leads nowhere new");
        return false;
    }
    free(r->next);
    r->next = take_best(r);
    number = number_of(r->next);
    if (!number)
        return false;
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
    while (r->nleft)
        free(r->left[--r->nleft].uri);
    free(r->next);
    r->next = NULL;
}
