/*
 * base: why a connection, a registration or a call ended. Codes are stable names that the faces
 * translate; status and text are the peer's own and go under "Details". Plain data.
 */
#ifndef ARS_REASON_H
#define ARS_REASON_H

#include <stdint.h>

#define ARS_REASON_TEXT 192

enum ars_reason_code {
    ARS_REASON_NONE,
    /* calls */
    ARS_REASON_LOCAL_HANGUP,
    ARS_REASON_REMOTE_HANGUP,
    ARS_REASON_CANCELLED, /* caller gave up before the answer */
    ARS_REASON_ANSWERED_ELSEWHERE,
    ARS_REASON_DECLINED,       /* 603, 403 after a decline, or we declined */
    ARS_REASON_BUSY,           /* 486, 600 */
    ARS_REASON_NO_ANSWER,      /* 408, 480, 487 by time, or our own ring time ran out */
    ARS_REASON_NOT_FOUND,      /* 404, 410, 484, 604 */
    ARS_REASON_FORBIDDEN,      /* 403 */
    ARS_REASON_UNAVAILABLE,    /* 5xx, congestion, nobody registered there */
    ARS_REASON_REDIRECTED,     /* 3xx */
    ARS_REASON_NOT_ACCEPTABLE, /* 488, 606: no common codec, or no usable candidate */
    ARS_REASON_NO_CANDIDATE,   /* FreeSWITCH's 488 with Q.850 88: none of ours is of use to it */
    ARS_REASON_NO_CODEC,       /* the same, where only what we left out can be meant */
    ARS_REASON_MEDIA_FAILED,   /* no ICE pair, or consent lost */
    ARS_REASON_NOT_ENCRYPTED,  /* peer refused encryption, fingerprint mismatch, m-line port 0 */
    ARS_REASON_DIALOG_LOST,    /* 481, or the PBX forgot the call */
    ARS_REASON_TRANSFERRED,    /* one of the two sides has gone to another call */
    ARS_REASON_DO_NOT_DISTURB, /* a caller whom we did not want to hear */
    ARS_REASON_FORWARDED,      /* a caller whom we sent to somebody else: text */
    ARS_REASON_ANONYMOUS,      /* a caller who withheld its number, as we do not want it */
    /* registration and connection */
    ARS_REASON_WRONG_PASSWORD,    /* 401/407 again, 403 to REGISTER */
    ARS_REASON_WRONG_REALM,       /* challenged by another realm than the account's */
    ARS_REASON_NAME_NOT_FOUND,    /* the server's name has no address */
    ARS_REASON_UNREACHABLE,       /* refused, no route */
    ARS_REASON_TIMEOUT,           /* connect or transaction time-out */
    ARS_REASON_CERTIFICATE,       /* not trusted; see struct ars_cert */
    ARS_REASON_TLS,               /* handshake failed otherwise */
    ARS_REASON_WRONG_PATH,        /* upgrade answered with 404 */
    ARS_REASON_UPGRADE_FORBIDDEN, /* 401 or 403 */
    ARS_REASON_UPGRADE_REFUSED,   /* another status: sip_status holds it; 5xx is UNAVAILABLE */
    ARS_REASON_NO_SIP_PROTOCOL,   /* sub-protocol other than sip */
    ARS_REASON_CONNECTION_LOST,
    ARS_REASON_PROXY,         /* the HTTP proxy refused */
    ARS_REASON_SERVER_ERROR,  /* any other final answer */
    ARS_REASON_NO_NETWORK,    /* this machine has none */
    ARS_REASON_NO_CONNECTION, /* wanted to call while not connected */
    /* ours */
    ARS_REASON_BAD_NUMBER,
    ARS_REASON_NOT_NOW, /* the command does not fit: no such call any more, wrong state, too many */
    ARS_REASON_INTERNAL, /* out of memory, a bug */
    ARS_REASON_COUNT,
};

struct ars_reason {
    enum ars_reason_code code;
    int sip_status;             /* SIP or HTTP status, 0 when none */
    uint32_t retry_after_s;     /* the server's wish, 0: none */
    int q850;                   /* Q.850 cause of RFC 3326, 0 when none */
    char text[ARS_REASON_TEXT]; /* the peer's words or ours, English, one line */
};

/* "wrong_password": what JSON and tests see. */
const char *ars_reason_name(enum ars_reason_code code);

/* A short English sentence for logs and the command line. */
const char *ars_reason_words(enum ars_reason_code code);

void ars_reason_set(struct ars_reason *r, enum ars_reason_code code, int sip_status,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
