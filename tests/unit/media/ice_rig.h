/*
 * Two ICE agents on one loop, real sockets on 127.0.0.x between them. Shared by the ICE and
 * session suites.
 */
#ifndef ARS_TEST_ICE_RIG_H
#define ARS_TEST_ICE_RIG_H

#include <ars/loop.h>
#include <ars/timer.h>

#include "transport/ice.h"

struct ars_resolver;
struct rig;

struct rig_agent {
    struct rig *rig;
    struct ice_agent *ice;
    struct ars_addr basev[ICE_MAX_BASES];
    bool gathered;
    unsigned paths;
    uint64_t started_ms;
    uint64_t path_ms;
    unsigned received;
    uint8_t last[64];
    bool trusted;
    bool failed;
    uint64_t failed_ms;
};

struct rig {
    struct ars_loop *loop;
    struct ars_timer limit;
    struct ars_timer tick;
    bool timed_out;
    struct rig_agent a;
    struct rig_agent b;
};

int rig_open(struct rig *r);
void rig_close(struct rig *r);

/* Runs the loop until done(r), or ms have passed: ETIMEDOUT. done NULL: just ms of the loop. */
int rig_wait(struct rig *r, bool (*done)(const struct rig *r), unsigned ms);

/* An agent on these addresses (a list that ends with NULL), waited for until it has gathered. */
int rig_agent(struct rig *r, struct rig_agent *x, const char *const *addrs,
              const struct ice_times *times);

/* One that has a relay beside them. */
int rig_relayed_agent(struct rig *r, struct rig_agent *x, const char *const *addrs,
                      struct ars_resolver *resolver, const char *turn);

/* What `from` would say of itself. */
void rig_describe(const struct rig_agent *from, struct ice_remote *ret);

/* Each with the other's description; a is controlling. */
void rig_connect(struct rig *r);

void rig_start(struct rig_agent *x, const struct ice_remote *remote);

/* Opens it, with a and b on such addresses; times are those of a. */
int rig_pair(struct rig *r, const char *const *a, const char *const *b,
             const struct ice_times *times);
/* And they have settled on a path. */
int rig_call(struct rig *r, const char *const *a, const char *const *b,
             const struct ice_times *times);

/* For rig_wait(). */
bool rig_completed(const struct rig *r); /* both have */
bool rig_a_failed(const struct rig *r);
bool rig_received(const struct rig *r); /* both have */

/* A datagram each way, from a source that is trusted. EPROTO: another one, or from elsewhere. */
int rig_say(struct rig *r);

/* A wire that is cut while *dead: neither what is sent nor what comes passes the socket. */
int rig_cut(struct rig_agent *x, size_t base, bool *dead);

#endif
