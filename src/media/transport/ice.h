/*
 * media: one ICE agent (RFC 8445, full) for one component: gathers, checks, nominates, keeps
 * consent (RFC 7675) and carries datagrams over the path that it found. One UDP socket per usable
 * local address. Loop's thread. An agent is not freed from inside one of its handlers.
 */
#ifndef ARS_MEDIA_TRANSPORT_ICE_H
#define ARS_MEDIA_TRANSPORT_ICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>

#define ICE_MAX_HOSTS      8   /* local addresses */
#define ICE_MAX_BASES      9   /* and a relayed one */
#define ICE_MAX_LOCAL      17  /* a host and a server-reflexive candidate each */
#define ICE_MAX_REMOTE     64  /* what a peer may tell us, learned ones included */
#define ICE_MAX_PAIRS      100 /* RFC 8445 6.1.2.5 */
#define ICE_UFRAG_MAX      256 /* RFC 8839 5.4 */
#define ICE_PWD_MAX        256
#define ICE_FOUNDATION_MAX 32
#define ICE_LOCAL_UFRAG    8
#define ICE_LOCAL_PWD      24 /* RFC 8839 5.4: at least 22 characters, 128 bits */

struct ars_loop;
struct ars_resolver;
struct ars_secret;
struct ice_agent;

enum ice_type {
    ICE_TYPE_HOST,
    ICE_TYPE_SRFLX,
    ICE_TYPE_PRFLX,
    ICE_TYPE_RELAY,
};

struct ice_candidate {
    enum ice_type type;
    uint32_t prio;
    struct ars_addr addr;
    struct ars_addr related; /* of a reflexive one: its base; of a relayed one: what the relay saw
                                of us; ARS_AF_NONE otherwise */
    char foundation[ICE_FOUNDATION_MAX + 1];
};

/*
 * What the peer's description says. An empty ufrag: the peer has no ICE, and candv holds the
 * address of its c= and m= lines.
 */
struct ice_remote {
    char ufrag[ICE_UFRAG_MAX + 1];
    char pwd[ICE_PWD_MAX + 1];
    bool lite;
    size_t n;
    struct ice_candidate candv[ICE_MAX_REMOTE];
};

/* 0: the default of ice.c. Tests shorten them. */
struct ice_times {
    unsigned gather_ms; /* cap of gathering */
    unsigned pace_ms;   /* Ta */
    unsigned rto_ms;
    unsigned nominate_ms;
    unsigned give_up_ms; /* without a valid pair */
    unsigned consent_ms;
    unsigned expiry_ms;
};

/* Copied. */
struct ice_agent_conf {
    struct ars_addr server; /* see struct ars_media_conf */
    const char *stun;       /* servers, "HOST[:PORT]" a line; NULL: no reflexive candidates */
    const char *turn;       /* URI (RFC 7065); NULL: no relayed candidate */
    const char *turn_user;
    const struct ars_secret *turn_password;
    const char *turn_ca; /* PEM, beside the system's store; NULL for none */
    uint16_t port_min;   /* 0: any */
    uint16_t port_max;
    /* tests: exactly these local addresses, NULL: the interfaces'; they outlive the agent */
    const struct ars_addr *basev;
    size_t n_bases;
    struct ice_times times;
};

struct ice_agent_handlers {
    /* Once, and again after each ice_agent_restart(); never from inside those. */
    void (*gathered)(void *arg);
    /* There is a path to send on, or another one than before. */
    void (*path)(void *arg);
    /* Not STUN. trusted: the source has shown that it knows our password. buf may be written to. */
    void (*receive)(uint8_t *buf, size_t len, bool trusted, void *arg);
    /* The far end has gone silent, or is back. May be NULL. */
    void (*heard)(bool heard, void *arg);
    /*
     * A NAT has given the path another address than the one that the peer was told, and sends to:
     * ice_agent_is_stranded(). May be NULL.
     */
    void (*remapped)(void *arg);
    /* No pair, or consent lost; once. The text is a literal. */
    void (*failed)(const char *why, void *arg);
};

/* ENOMEM, EADDRINUSE (port range), ENETUNREACH (no usable local address), EINVAL (turn). */
int ice_agent_alloc(struct ice_agent **ret, struct ars_loop *loop, struct ars_resolver *resolver,
                    const struct ice_agent_conf *conf, const struct ice_agent_handlers *handlers,
                    void *arg);
/* Takes NULL. */
void ice_agent_free(struct ice_agent *a);

bool ice_agent_gathered(const struct ice_agent *a);
const char *ice_agent_ufrag(const struct ice_agent *a);
const char *ice_agent_pwd(const struct ice_agent *a);

/* Borrowed: host, server-reflexive, relayed. */
const struct ice_candidate *ice_agent_candidates(const struct ice_agent *a, size_t *ret_n);

/* The candidate of c= and m=: the first server-reflexive one, else the first host. */
const struct ice_candidate *ice_agent_default(const struct ice_agent *a);

/* The one role that SDP decides; a conflict is solved by RFC 8445 7.3.1.1. Before the first
 * ice_agent_set_remote(). */
void ice_agent_set_controlling(struct ice_agent *a, bool controlling);

/*
 * Starts the checks; again with the same credentials: learns new candidates only; with others:
 * the peer has restarted, the path in use stays until the new one is found.
 */
void ice_agent_set_remote(struct ice_agent *a, const struct ice_remote *r);

/* Whether r has other credentials than those in use. */
bool ice_agent_is_restart(const struct ice_agent *a, const struct ice_remote *r);

/*
 * New local credentials, for the answer to a peer's restart (RFC 8445 9). The old ones are still
 * answered.
 */
void ice_agent_renew(struct ice_agent *a);

/*
 * The local addresses are others than they were: gathers anew, with new credentials and new
 * foundations (RFC 8445 9). What is offered after that is a restart; there is no path until the
 * peer has answered. Before the first ice_agent_set_remote(), or without ICE: ENOTSUP. ENETUNREACH,
 * EADDRINUSE, ENOMEM: it has failed.
 */
int ice_agent_restart(struct ice_agent *a);

/*
 * Whether the local address of the path in use is no address of this machine any more, or of the
 * NAT in front of it.
 */
bool ice_agent_is_stranded(const struct ice_agent *a);

/* There is a path, and it has been answered lately. */
bool ice_agent_is_heard(const struct ice_agent *a);

/* The network is back: asks at once whether the far end is still there. */
void ice_agent_probe(struct ice_agent *a);

bool ice_agent_has_path(const struct ice_agent *a);

/* ENOTCONN: no path, or no consent any more; else what the socket says. It is lost then. */
int ice_agent_send(struct ice_agent *a, const uint8_t *buf, size_t len);

/* "host/srflx": types of the local and remote candidate in use; "" without. */
void ice_agent_describe(const struct ice_agent *a, char *out, size_t size);

/* "host", "srflx", "prflx", "relay". */
const char *ice_type_name(enum ice_type t);

#endif
