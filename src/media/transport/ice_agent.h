/* media: inside of the ICE agent, shared by ice*.c. */
#ifndef ARS_MEDIA_TRANSPORT_ICE_AGENT_H
#define ARS_MEDIA_TRANSPORT_ICE_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <re.h>

#include <ars/fsm.h>
#include <ars/loop.h>
#include <ars/timer.h>

#include "transport/ice.h"

#define ICE_TID_LEN STUN_TID_SIZE
/* Requests for consent whose answers count: asked each 500 ms, as many as are on a way of 4 s. */
#define ICE_CONSENT_ASKED 8

struct ice_relay;

enum ice_state {
    ICE_GATHERING,
    ICE_READY,     /* candidates known */
    ICE_CHECKING,  /* no valid pair yet */
    ICE_USABLE,    /* a valid pair carries media; none is nominated */
    ICE_COMPLETED, /* one is */
    ICE_FAILED,
};

/* RFC 8445 6.1.2.6 */
enum ice_pair_state {
    ICE_PAIR_FROZEN,
    ICE_PAIR_WAITING,
    ICE_PAIR_IN_PROGRESS,
    ICE_PAIR_SUCCEEDED,
    ICE_PAIR_FAILED,
};

/* One binding request on its way, with its retransmissions (RFC 8489 6.2.1). */
struct ice_request {
    uint8_t tid[ICE_TID_LEN];
    unsigned sent;
    unsigned wait_ms;
    bool active;
    bool controlling; /* the role that it claims */
    bool nominating;  /* carries USE-CANDIDATE */
    struct ars_timer timer;
};

/* What a base asks a STUN server. */
struct ice_probe {
    struct ice_base *base;
    struct ice_request req;
};

struct ice_base {
    struct ice_agent *ice;
    struct udp_sock *sock;   /* NULL: relayed */
    struct ice_relay *relay; /* NULL: it is an address of ours */
    struct ars_addr addr;
    uint32_t prio; /* of its candidate */
    struct ice_probe probev[ARS_STUN_SERVERS];
    struct ice_probe *reflexive; /* the one that showed another address; NULL: none did */
};

struct ice_stun_server {
    struct ice_agent *ice;
    struct ars_query *query; /* its name is looked up */
    struct ars_addr addr;    /* NONE: not known */
};

struct ice_local {
    struct ice_candidate c;
    struct ice_base *base;
};

struct ice_pair {
    struct ice_agent *ice;
    int state;
    struct ice_base *base;
    size_t remote; /* index into remotev */
    uint64_t prio;
    uint32_t local_prio;
    enum ice_type local_type; /* once valid: of the address that the peer sees */
    struct ars_addr mapped;   /* that address */
    bool heard;               /* the peer sent an authenticated request over it */
    bool valid;
    bool nominated;
    bool nominate_later; /* USE-CANDIDATE came before our own check succeeded */
    uint64_t triggered;  /* order in the triggered-check queue, 0: not in it */
    struct ice_request req;
};

/* Where datagrams go now; outlives its pair over a restart. */
struct ice_path {
    bool set;
    bool nominated;
    struct ice_base *base;
    struct ars_addr addr;
    uint64_t prio;
    struct ars_addr mapped; /* ours as the peer sees it; NONE: it does not say */
    enum ice_type local_type;
    enum ice_type remote_type;
};

struct ice_credentials {
    char ufrag[ICE_LOCAL_UFRAG + 1];
    char pwd[ICE_LOCAL_PWD + 1];
};

struct ice_agent {
    struct ars_timers *timers;
    struct ars_resolver *resolver;
    struct ice_agent_handlers handlers;
    void *arg;
    struct ice_agent_conf conf; /* its texts and the secret are owned */
    struct ice_times times;
    int state;

    struct ice_stun_server stunv[ARS_STUN_SERVERS];
    size_t n_stuns;
    struct ars_timer gather_timer;
    uint64_t gather_end_ms;
    struct ars_timer refresh_timer;
    struct ice_relay *relay;
    struct ice_base basev[ICE_MAX_BASES];
    size_t n_bases;
    struct ice_local localv[ICE_MAX_LOCAL];
    size_t n_locals;
    struct ice_candidate candv[ICE_MAX_LOCAL]; /* as told to the peer */
    size_t n_cands;

    struct ice_credentials cred;
    struct ice_credentials old_cred; /* before a restart */
    unsigned generation;
    bool controlling;
    uint64_t tie_breaker;

    char remote_ufrag[ICE_UFRAG_MAX + 1];
    char remote_pwd[ICE_PWD_MAX + 1];
    bool remote_lite;
    bool no_ice; /* the peer has none */
    struct ice_candidate remotev[ICE_MAX_REMOTE];
    size_t n_remotes;
    struct ice_pair pairv[ICE_MAX_PAIRS];
    size_t n_pairs;
    uint64_t trigger_count;
    struct ars_timer pace_timer;
    struct ars_timer nominate_timer;
    struct ars_timer give_up_timer;
    uint64_t started_ms;

    struct ice_path path;
    uint8_t consent_tidv[ICE_CONSENT_ASKED][ICE_TID_LEN];
    unsigned consent_asked; /* requests so far; the newest of them are in consent_tidv */
    uint64_t consent_ms;    /* when it was last given */
    bool silent;            /* told so */
    bool remapped;          /* the peer sees the path's end here elsewhere than it was found */
    uint64_t remapped_ms;   /* when that was so last; 0: never */
    struct ars_timer consent_timer;
};

/* ice.c */
extern const struct ars_fsm iceagent_fsm;
void iceagent_go(struct ice_agent *a, enum ice_state to);
void iceagent_fail(struct ice_agent *a, const char *why);
void iceagent_take_path(struct ice_agent *a, const struct ice_pair *p);
bool iceagent_trusts(const struct ice_agent *a, const struct ice_base *b,
                     const struct ars_addr *src);
uint32_t iceagent_prio(enum ice_type type, unsigned local_pref);
/* Of what a check from there makes known (RFC 8445 7.1.1). */
uint32_t iceagent_check_prio(const struct ice_base *b);

/* ice_check.c */
void icecheck_start(struct ice_agent *a);
void icecheck_stop(struct ice_agent *a);
void icecheck_reset(struct ice_agent *a);
void icecheck_add_remote(struct ice_agent *a, const struct ice_candidate *c);
/* The peer's request: learns its source, triggers a check, takes the nomination. */
void icecheck_on_request(struct ice_base *b, const struct ars_addr *src, uint32_t prio,
                         bool use_candidate);
void icecheck_on_response(struct ice_base *b, const struct ars_addr *src,
                          const struct stun_msg *msg);
/* The relay lets that peer through now. */
void icecheck_on_permitted(struct ice_base *b, const struct ars_addr *peer);
/* Checks all pairs but the one in use; the first that answers takes a silent one's place. */
void icecheck_search(struct ice_agent *a);
/* RFC 8445 6.1.2.3 after a role switch */
void icecheck_switch_role(struct ice_agent *a, bool controlling);

#endif
