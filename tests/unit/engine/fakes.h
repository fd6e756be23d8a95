/*
 * The rooms below the engine, played by a test: the front doors of sip, media, audio, wss and
 * resolver that account.c and call.c use. Time is the test's.
 */
#ifndef ENGINE_FAKES_H
#define ENGINE_FAKES_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/audio.h>
#include <ars/media.h>
#include <ars/netmon.h>
#include <ars/resolver.h>
#include <ars/sip_call.h>
#include <ars/sip_sub.h>
#include <ars/sip_transfer.h>
#include <ars/wss.h>

#include "outbox.h"

#define FAKES 16

struct ars_sip_call {
    bool alive;
    char target[64];
    const struct ars_sip_call_handlers *h;
    void *arg;
    int progress; /* the last provisional status */
    unsigned answers;
    unsigned reinvites;
    unsigned hangups;
    int hangup_status;
    int refused;
    char sdp[64]; /* the last that went out */
    char diverted_to[64];
    enum ars_sip_diversion diversion;
    unsigned infos;
    char info[96]; /* the last: "type: body" */
    unsigned redirects;
    bool redirect_asked;
    bool redirect_followed;
    const char *peer_name;
    const char *peer_number;
    int reinvite_error;
    const struct ars_sip_transfer_handlers *transfer_h;
    char headers[128]; /* of its INVITE, one behind the other */
    unsigned refers;
    char refer_to[64]; /* the last */
    int refer_error;
    const struct ars_sip_call *refer_call;
    struct ars_sip_call *replaces;
    int told;          /* the last status of the call that we were asked to make */
    bool ends_at_once; /* hangup calls `ended` from inside */
};

struct ars_sip_sub {
    bool alive;
    char target[64];
    char event[32];
    const struct ars_sip_sub_handlers *h;
    void *arg;
};

struct ars_media {
    bool alive;
    const struct ars_media_handlers *h;
    void *arg;
    bool talk;
    bool watched;
    bool recorded;
    bool mute;
    bool shared;
    bool silenced;
    unsigned volume;
    char digits[64]; /* the last that were sent in the sound */
    char tones[64];  /* and as tones */
    enum ars_reason_code blame;
    int dtmf_error;
    unsigned accepts;
    unsigned rollbacks;
    unsigned restarts;
    unsigned probes;
    bool stranded; /* its address is gone */
    bool heard;
    enum ars_dir remote_dir;
    struct ars_reason refuse; /* answers and accepts fail with it when it has a code */
};

struct fakes {
    struct ars_timers *timers;
    struct outbox *outbox;
    uint64_t now_us;

    struct ars_sip_call sip_calls[FAKES]; /* in the order in which they were made */
    size_t sip_calls_n;
    int invite_error;
    struct ars_sip_sub subs[FAKES];
    size_t subs_n;
    struct ars_media media[FAKES];
    size_t media_n;
    enum ars_tone tone;

    const char *server; /* what it says it is */
    bool sip_alive;
    const struct ars_sip_handlers *sip_h;
    void *sip_arg;
    bool sip_connected;
    unsigned registers;
    unsigned unregisters;
    unsigned sips;
    bool register_fails_with_transport; /* as sip does: a lost connection ends its transactions */

    const struct ars_wss_handlers *wss_h; /* NULL: none open */
    void *wss_arg;
    struct ars_addr wss_addr;
    struct ars_addr wss_proxy;
    char wss_path[32];
    unsigned opens;
    unsigned probes;
    bool no_network;
    bool one_link;                 /* all addresses are of one interface */
    struct ars_addr source;        /* where packets leave this machine */
    struct ars_addr second_source; /* for the second address, NONE: the same */
    int open_error;

    ars_resolve_fn *resolve; /* NULL: no query runs */
    void *resolve_arg;
    char resolve_host[64];
    uint16_t resolve_port;
    unsigned queries;

    const char *proxy; /* what the environment asks for; NULL: none, "": it makes no sense */
};

extern struct fakes fakes;

/* ENOMEM. */
int fakes_open(void);

/* False: something was left behind. */
bool fakes_close(void);

/* Time goes on, and what is due happens. */
void fakes_pass(uint32_t ms);

/* The query that runs ends: with n addresses 192.0.2.1, .2 ..., or with an error. */
void fakes_resolve(size_t n);
void fakes_resolve_fail(int error);

/* The next event, which must be of that type; the caller frees. NULL otherwise, with a line why. */
struct ars_event *fakes_expect(enum ars_event_type type);

/* The same, thrown away. */
bool fakes_told(enum ars_event_type type);

/* No event waits. */
bool fakes_quiet(void);

#endif
