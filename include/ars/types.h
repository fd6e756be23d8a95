/*
 * engine: the words that commands, events and both faces share. Plain data.
 */
#ifndef ARS_TYPES_H
#define ARS_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/trust.h>

struct ars_secret;

/* Ids count from 1 and are never used twice in a run; 0 is none. */
typedef uint32_t ars_id;

enum ars_account_state {
    ARS_ACCOUNT_OFF,
    ARS_ACCOUNT_RESOLVING,
    ARS_ACCOUNT_CONNECTING,
    ARS_ACCOUNT_REGISTERING,
    ARS_ACCOUNT_READY,
    ARS_ACCOUNT_WAITING, /* for the next attempt */
    ARS_ACCOUNT_FAILED,  /* needs the user: wrong password, certificate */
    ARS_ACCOUNT_LEAVING, /* un-registering */
    ARS_ACCOUNT_OFFLINE, /* this machine has no network, or sleeps: goes on by itself */
    ARS_ACCOUNT_STATES,
};

enum ars_call_state {
    ARS_CALL_PREPARING, /* gathering candidates */
    ARS_CALL_DIALING,   /* INVITE is out */
    ARS_CALL_PROGRESS,  /* 18x came */
    ARS_CALL_INCOMING,  /* rings here */
    ARS_CALL_ANSWERING, /* accepted, waiting for our candidates or the ACK */
    ARS_CALL_ESTABLISHED,
    ARS_CALL_ENDING, /* CANCEL or BYE is out */
    ARS_CALL_ENDED,
    ARS_CALL_STATES,
};

/* What a watched line does, in the order of what is told of several calls. */
enum ars_watch_state {
    ARS_WATCH_UNKNOWN,
    ARS_WATCH_CLOSED, /* nobody is there (RFC 3863) */
    ARS_WATCH_IDLE,
    ARS_WATCH_BUSY,
    ARS_WATCH_RINGING,
    ARS_WATCH_STATES,
};

/* What we do when a far end asks us to call somebody else (REFER). */
enum ars_refer_policy {
    ARS_REFER_ASK, /* the user: ARS_EV_REFERRED, then ARS_CMD_FOLLOW */
    ARS_REFER_FOLLOW,
    ARS_REFER_REFUSE,
    ARS_REFER_POLICIES,
};

/* How digits go to the far end. */
enum ars_dtmf_mode {
    ARS_DTMF_RFC4733,
    ARS_DTMF_INFO_RELAY, /* INFO with application/dtmf-relay */
    ARS_DTMF_INFO,       /* INFO with application/dtmf */
    ARS_DTMF_INBAND,     /* tones in place of the speech */
    ARS_DTMF_MODES,
};

/* Everything that one account needs. All text is owned; see ars_account_conf_*(). */
struct ars_account_conf {
    char *server;  /* name or address: SIP domain, SNI, Host */
    uint16_t port; /* 0: 7443 */
    char *path;    /* NULL: "/ws"; "" or "/": none */
    char *login;
    char *auth_user; /* NULL: login */
    struct ars_secret *password;
    char *display_name; /* NULL or UTF-8 */
    char *instance;     /* UUID; NULL: made up for this run */
    char *ca_file;      /* NULL: system's store alone */
    bool has_pin;
    uint8_t pin[ARS_PIN_LEN];
    char *host_map; /* rules, NULL: none */
    bool no_proxy;  /* do not use the environment's HTTP proxy */
    char *stun;     /* servers, "HOST[:PORT]" a line, port 3478; NULL: none */
    char *turn;     /* URI of a relay (RFC 7065); NULL: none */
    char *turn_user;
    struct ars_secret *turn_password;
    char *outbound_host;    /* to connect to instead of server and port; NULL: those */
    uint16_t outbound_port; /* 0: port */
    bool outbound_route;    /* a Route header names it (RFC 3261 section 8.1.2) */
    char *realm;            /* the only one whose challenges are answered; NULL: all are */
    char *headers;          /* "Name: value" a line, see ars_engine_check_headers(); NULL: none */
    char *dial_rules;       /* see ars_engine_check_number(); NULL: none */
    char *codecs;           /* NULL: "opus,g722,pcmu,pcma" */
    uint32_t expires_s;     /* 0: 600 */
    uint32_t session_s;     /* session timer of calls (RFC 4028), 90 or more; 0: 1800 */
    uint32_t ring_s;        /* 0: 30; how long an incoming call rings before 480 */
    uint16_t rtp_port_min;  /* 0: any */
    uint16_t rtp_port_max;
    enum ars_refer_policy refer;
    enum ars_dtmf_mode dtmf;
    char *pickup_code; /* dialled before the number of a line that rings; NULL: none */
    char *park_code;   /* a call is handed to it, with # in front sent as digits; NULL: none */
    bool mailbox;      /* subscribe to its state; what the server tells unasked is heard anyway */
};

struct ars_account_conf *ars_account_conf_new(void);
struct ars_account_conf *ars_account_conf_dup(const struct ars_account_conf *c);
void ars_account_conf_free(struct ars_account_conf *c);

#endif
