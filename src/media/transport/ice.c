/* media: an ICE agent's life, its credentials and the path in use. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/fsm.h>
#include <ars/log.h>
#include <ars/rand.h>
#include <ars/resolver.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "transport/ice_agent.h"
#include "transport/ice_gather.h"
#include "transport/ice_consent.h"
#include "transport/ice_relay.h"
#include "transport/ice_stun.h"

#define GATHER_MS 500
/*
 * RFC 8445 14.2: 50 ms unless the agent knows better, never under 5. With 10 ms the last of 14
 * pairs (seven remote candidates, two interfaces) is tried within 150 ms, on a busy machine within
 * 300; a check has some 100 bytes.
 */
#define PACE_MS     10
#define RTO_MS      500 /* RFC 8445 14.3 */
#define NOMINATE_MS 100
#define GIVE_UP_MS  15000
/* RFC 7675 5.1 */
#define CONSENT_MS 5000
#define EXPIRY_MS  30000

/* RFC 8445 5.1.2.2 */
#define PREF_HOST  126
#define PREF_PRFLX 110
#define PREF_SRFLX 100
#define PREF_RELAY 0
#define COMPONENT  1

static const char *const state_names[] = {"gathering", "ready",     "checking",
                                          "usable",    "completed", "failed"};

static const uint32_t state_edges[] = {
    [ICE_GATHERING] = ARS_TO(ICE_READY) | ARS_TO(ICE_FAILED),
    [ICE_READY] = ARS_TO(ICE_GATHERING) | ARS_TO(ICE_CHECKING) | ARS_TO(ICE_FAILED),
    [ICE_CHECKING] =
        ARS_TO(ICE_GATHERING) | ARS_TO(ICE_USABLE) | ARS_TO(ICE_COMPLETED) | ARS_TO(ICE_FAILED),
    [ICE_USABLE] =
        ARS_TO(ICE_GATHERING) | ARS_TO(ICE_COMPLETED) | ARS_TO(ICE_CHECKING) | ARS_TO(ICE_FAILED),
    [ICE_COMPLETED] = ARS_TO(ICE_GATHERING) | ARS_TO(ICE_CHECKING) | ARS_TO(ICE_FAILED),
    [ICE_FAILED] = 0,
};

const struct ars_fsm iceagent_fsm = {"ice", state_names, state_edges, 6};

void iceagent_go(struct ice_agent *a, enum ice_state to)
{
    if (a->state != (int)to)
        (void)ars_fsm_go(&iceagent_fsm, &a->state, to);
}

const char *ice_type_name(enum ice_type t)
{
    static const char *const names[] = {"host", "srflx", "prflx", "relay"};

    return names[t];
}

/* RFC 8445 5.1.2.1 */
uint32_t iceagent_prio(enum ice_type type, unsigned local_pref)
{
    static const uint32_t prefs[] = {PREF_HOST, PREF_SRFLX, PREF_PRFLX, PREF_RELAY};

    return prefs[type] << 24 | (uint32_t)local_pref << 8 | (256 - COMPONENT);
}

uint32_t iceagent_check_prio(const struct ice_base *b)
{
    /* what is learned of a relayed address is no better than that address */
    return b->relay ? b->prio : iceagent_prio(ICE_TYPE_PRFLX, b->prio >> 8 & 0xffff);
}

static void make_credentials(struct ice_agent *a)
{
    ars_rand_token(a->cred.ufrag, ICE_LOCAL_UFRAG);
    ars_rand_token(a->cred.pwd, ICE_LOCAL_PWD);
}

static void stop_all(struct ice_agent *a)
{
    icegather_stop(a);
    icecheck_stop(a);
    iceconsent_stop(a);
}

void iceagent_fail(struct ice_agent *a, const char *why)
{
    if (a->state == ICE_FAILED)
        return;
    ars_log(ARS_LOG_WARN, "media", "ice: %s", why);
    stop_all(a);
    a->path.set = false;
    iceagent_go(a, ICE_FAILED);
    a->handlers.failed(why, a->arg);
}

static bool is_better(const struct ice_agent *a, const struct ice_pair *p)
{
    const struct ice_path *now = &a->path;

    if (!now->set || now->prio == 0) /* 0: left over from before a restart */
        return true;
    if (iceconsent_is_silent(a)) /* p has just answered */
        return true;
    if (p->nominated != now->nominated)
        return p->nominated;
    return p->nominated && p->prio > now->prio; /* RFC 8445 8.1.1 */
}

void iceagent_take_path(struct ice_agent *a, const struct ice_pair *p)
{
    struct ice_path *path = &a->path;
    char addr[ARS_ADDR_STR];
    bool same =
        path->set && path->base == p->base && ars_addr_eq(&path->addr, &a->remotev[p->remote].addr);

    if (!same && !is_better(a, p))
        return;
    path->set = true;
    path->nominated = p->nominated;
    path->base = p->base;
    path->addr = a->remotev[p->remote].addr;
    path->prio = p->prio;
    path->mapped = p->mapped;
    path->local_type = p->local_type;
    path->remote_type = a->remotev[p->remote].type;
    iceconsent_given(a);
    if (same)
        return;
    ars_log(ARS_LOG_INFO, "media", "ice: path to %s %s%s", ice_type_name(path->remote_type),
            ars_addr_str(&path->addr, addr), path->nominated ? ", nominated" : "");
    if (path->base->relay)
        icerelay_bind(path->base->relay, &path->addr);
    a->handlers.path(a->arg);
}

bool iceagent_trusts(const struct ice_agent *a, const struct ice_base *b,
                     const struct ars_addr *src)
{
    if (a->path.set && a->path.base == b && ars_addr_eq(&a->path.addr, src))
        return true;
    for (size_t i = 0; i < a->n_pairs; i++) {
        const struct ice_pair *p = &a->pairv[i];

        if (p->base == b && (p->heard || p->valid) && ars_addr_eq(&a->remotev[p->remote].addr, src))
            return true;
    }
    return false;
}

/* RFC 8839 4.2.4: a peer without ICE is sent to as its description says. */
static void take_plain_path(struct ice_agent *a, const struct ice_remote *r)
{
    bool loopback;

    if (r->n == 0) {
        iceagent_fail(a, "the peer has neither ICE nor an address");
        return;
    }
    loopback = ars_addr_is_loopback(&r->candv[0].addr);
    a->no_ice = true;
    a->path = (struct ice_path){.set = true, .nominated = true, .addr = r->candv[0].addr};
    a->path.base = &a->basev[0];
    for (size_t i = 0; i < a->n_bases; i++) {
        if (ars_addr_is_loopback(&a->basev[i].addr) == loopback) {
            a->path.base = &a->basev[i];
            break;
        }
    }
    icegather_stop(a);
    iceagent_go(a, ICE_COMPLETED);
    a->handlers.path(a->arg);
}

static struct ice_times with_defaults(const struct ice_times *t)
{
    return (struct ice_times){
        .gather_ms = t->gather_ms ? t->gather_ms : GATHER_MS,
        .pace_ms = t->pace_ms ? t->pace_ms : PACE_MS,
        .rto_ms = t->rto_ms ? t->rto_ms : RTO_MS,
        .nominate_ms = t->nominate_ms ? t->nominate_ms : NOMINATE_MS,
        .give_up_ms = t->give_up_ms ? t->give_up_ms : GIVE_UP_MS,
        .consent_ms = t->consent_ms ? t->consent_ms : CONSENT_MS,
        .expiry_ms = t->expiry_ms ? t->expiry_ms : EXPIRY_MS,
    };
}

static bool own(const char **text)
{
    const char *from = *text;

    *text = ars_strdup(from);
    return *text || !from;
}

/* What a restart needs again. */
static int take_conf(struct ice_agent *a, const struct ice_agent_conf *conf)
{
    bool ok;

    a->conf = *conf;
    ok = own(&a->conf.stun);
    ok = own(&a->conf.turn) && ok;
    ok = own(&a->conf.turn_user) && ok;
    ok = own(&a->conf.turn_ca) && ok;
    a->conf.turn_password = ars_secret_dup(conf->turn_password);
    return ok && (a->conf.turn_password || !conf->turn_password) ? 0 : ENOMEM;
}

static void free_conf(struct ice_agent *a)
{
    free((char *)(uintptr_t)a->conf.stun);
    free((char *)(uintptr_t)a->conf.turn);
    free((char *)(uintptr_t)a->conf.turn_user);
    free((char *)(uintptr_t)a->conf.turn_ca);
    ars_secret_free((struct ars_secret *)(uintptr_t)a->conf.turn_password);
}

int ice_agent_alloc(struct ice_agent **ret, struct ars_loop *loop, struct ars_resolver *resolver,
                    const struct ice_agent_conf *conf, const struct ice_agent_handlers *handlers,
                    void *arg)
{
    struct ice_agent *a = calloc(1, sizeof(*a));
    int err;

    if (!a)
        return ENOMEM;
    a->timers = ars_loop_timers(loop);
    a->resolver = resolver;
    a->handlers = *handlers;
    a->arg = arg;
    a->times = with_defaults(&conf->times);
    make_credentials(a);
    ars_rand_bytes(&a->tie_breaker, sizeof(a->tie_breaker));
    err = take_conf(a, conf);
    if (!err)
        err = icegather_open(a);
    if (err)
        goto out;
    err = icegather_start(a);

out:
    if (err)
        ice_agent_free(a);
    else
        *ret = a;
    return err;
}

void ice_agent_free(struct ice_agent *a)
{
    if (!a)
        return;
    stop_all(a);
    icegather_close(a);
    free_conf(a);
    free(a);
}

bool ice_agent_gathered(const struct ice_agent *a)
{
    return a->state != ICE_GATHERING;
}

const char *ice_agent_ufrag(const struct ice_agent *a)
{
    return a->cred.ufrag;
}

const char *ice_agent_pwd(const struct ice_agent *a)
{
    return a->cred.pwd;
}

const struct ice_candidate *ice_agent_candidates(const struct ice_agent *a, size_t *ret_n)
{
    *ret_n = a->n_cands;
    return a->candv;
}

const struct ice_candidate *ice_agent_default(const struct ice_agent *a)
{
    for (size_t i = 0; i < a->n_cands; i++) {
        if (a->candv[i].type == ICE_TYPE_SRFLX)
            return &a->candv[i];
    }
    return &a->candv[0];
}

void ice_agent_set_controlling(struct ice_agent *a, bool controlling)
{
    a->controlling = controlling;
}

bool ice_agent_is_restart(const struct ice_agent *a, const struct ice_remote *r)
{
    return a->remote_ufrag[0] && r->ufrag[0] &&
           (strcmp(a->remote_ufrag, r->ufrag) != 0 || strcmp(a->remote_pwd, r->pwd) != 0);
}

void ice_agent_set_remote(struct ice_agent *a, const struct ice_remote *r)
{
    bool fresh = a->state == ICE_READY;

    if (a->state == ICE_FAILED || a->state == ICE_GATHERING)
        return;
    if (!r->ufrag[0]) {
        if (fresh) {
            iceagent_go(a, ICE_CHECKING);
            take_plain_path(a, r);
        }
        return;
    }
    if (ice_agent_is_restart(a, r)) {
        icecheck_reset(a);
        fresh = true;
    }
    (void)ars_strcpy(a->remote_ufrag, sizeof(a->remote_ufrag), r->ufrag);
    (void)ars_strcpy(a->remote_pwd, sizeof(a->remote_pwd), r->pwd);
    a->remote_lite = r->lite;
    if (r->lite) /* RFC 8445 6.1.1 */
        a->controlling = true;
    for (size_t i = 0; i < r->n; i++)
        icecheck_add_remote(a, &r->candv[i]);
    if (fresh) {
        iceagent_go(a, ICE_CHECKING);
        icecheck_start(a);
    }
}

static void renew_credentials(struct ice_agent *a)
{
    a->old_cred = a->cred;
    make_credentials(a);
    a->generation++;
}

void ice_agent_renew(struct ice_agent *a)
{
    renew_credentials(a);
    icegather_renew(a);
}

int ice_agent_restart(struct ice_agent *a)
{
    int err;

    if (a->state == ICE_FAILED || a->state == ICE_GATHERING || a->no_ice ||
        (a->state == ICE_READY && !a->generation))
        return ENOTSUP;
    stop_all(a);
    icecheck_reset(a);
    icegather_close(a);
    a->path = (struct ice_path){0};
    a->remapped = false;
    a->remote_ufrag[0] = '\0';
    renew_credentials(a);
    iceagent_go(a, ICE_GATHERING);
    err = icegather_open(a);
    if (!err)
        err = icegather_start(a);
    if (err)
        iceagent_fail(a, "no local address to go on with");
    return err;
}

static const struct ars_addr *local_of(const struct ice_base *b)
{
    return b->relay ? icerelay_local(b->relay) : &b->addr;
}

bool ice_agent_is_stranded(const struct ice_agent *a)
{
    if (a->remapped)
        return true;
    if (a->conf.basev || a->no_ice || a->state == ICE_FAILED)
        return false;
    if (a->path.set)
        return !icegather_has_address(a, local_of(a->path.base));
    for (size_t i = 0; i < a->n_bases; i++) {
        if (icegather_has_address(a, local_of(&a->basev[i])))
            return false;
    }
    return true;
}

bool ice_agent_is_heard(const struct ice_agent *a)
{
    return a->path.set && (a->no_ice || !iceconsent_is_silent(a));
}

void ice_agent_probe(struct ice_agent *a)
{
    iceconsent_ask(a);
}

bool ice_agent_has_path(const struct ice_agent *a)
{
    return a->path.set;
}

int ice_agent_send(struct ice_agent *a, const uint8_t *buf, size_t len)
{
    if (!a->path.set)
        return ENOTCONN;
    if (iceconsent_is_expired(a)) /* RFC 7675 5.1 */
        return ENOTCONN;
    return icestun_send(a->path.base, &a->path.addr, buf, len);
}

void ice_agent_describe(const struct ice_agent *a, char *out, size_t size)
{
    out[0] = '\0';
    if (a->path.set)
        (void)snprintf(out, size, "%s/%s", ice_type_name(a->path.local_type),
                       ice_type_name(a->path.remote_type));
}
