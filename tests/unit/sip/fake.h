/*
 * Tests of sip: an endpoint over a transport that keeps what is sent, a clock of our own, and a
 * peer that writes messages by hand.
 */
#ifndef TEST_SIP_FAKE_H
#define TEST_SIP_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/secret.h>
#include <ars/sip_call.h>
#include <ars/timer.h>
#include <ars/transport.h>

#define FAKE_FRAMES 128

struct fake {
    struct ars_transport tp; /* first */
    char *sent[FAKE_FRAMES];
    size_t nsent;
    size_t read; /* the next one that fake_take() gives */
    int send_err;

    struct ars_timers *timers;
    struct ars_secret *password;
    struct ars_sip *sip;

    /* what the endpoint told */
    unsigned registered;
    uint32_t expires;
    unsigned reg_failed;
    struct ars_reason reg_why;
    uint32_t retry_after;
    bool final;
    unsigned unregistered;
    unsigned flow_failed;
    bool free_in_handler;

    int incoming_status;
    struct ars_sip_call *call;
    char number[64];
    char name[64];
    char called[64];
    size_t offer_len;
    unsigned incoming;
    const struct ars_sip_call *replaced; /* by the last incoming call */
    bool take_requests;
    struct ars_sip_request *request;

    /* what the call told */
    unsigned progress;
    int last_progress;
    size_t progress_len;
    unsigned answered;
    size_t answer_len;
    unsigned agreed;
    size_t agreed_len;
    unsigned confirmed;
    size_t confirmed_len;
    unsigned reoffers;
    size_t reoffer_len;
    unsigned reanswers;
    int reanswer_status;
    unsigned refreshes;
    unsigned identities;
    unsigned redirects;
    char redirect[64];
    unsigned infos;
    unsigned ended;
    struct ars_reason why;
};

/* Moves the clock and runs what is due, step by step. */
void fake_advance(struct fake *f, uint64_t ms);

/* conf_expires 0: default. */
int fake_open(struct fake *f, uint32_t conf_expires);
void fake_close(struct fake *f);

/* The next message sent, or NULL. */
const char *fake_take(struct fake *f);
/* Its first line begins with `start`? Takes it. */
const char *fake_want(struct fake *f, const char *start);
/* Nothing was sent that has not been taken. */
bool fake_quiet(const struct fake *f);
void fake_drop_sent(struct fake *f);

/* A header's value in a message, into a buffer of the caller; "" when absent. */
const char *fake_header(const char *msg, const char *name, char *out, size_t size);
bool fake_has(const char *msg, const char *text);
/* The number at the start of s, 0 without one. */
int fake_number(const char *s);
const char *fake_body(const char *msg);

/* Gives the endpoint a message. */
void fake_feed(struct fake *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * An answer to the request `req`: Via, From, Call-ID and CSeq copied, To with the tag (when it has
 * none of its own), then `headers` (whole lines) and the body.
 */
void fake_answer(struct fake *f, const char *req, const char *status, const char *tag,
                 const char *headers, const char *body);

/* Registers with one 401 in between (MD5). */
int fake_register(struct fake *f);

/* An open endpoint that has sent an INVITE to 600. */
int fake_dial(struct fake *f, const char **ret_invite);

/* Nothing lives once the longest timers have run out. */
int fake_all_gone(struct fake *f);

/* An established outgoing call: remote tag "rt". */
int fake_call_up(struct fake *f);

/* An incoming INVITE with branch, From tag "ct" and Call-ID "in-1"; feeds it. */
void fake_invite(struct fake *f, const char *branch, const char *headers, const char *body);
/* A request of the peer inside the incoming call's dialog. */
void fake_request(struct fake *f, const char *method, const char *branch, unsigned cseq,
                  const char *to_tag, const char *headers, const char *body);
/* An established incoming call; our tag goes to tag[64]. */
int fake_incoming_up(struct fake *f, char *tag);
/* The same, in the dialog of fake_call_up(). */
void fake_request_out(struct fake *f, const char *method, const char *branch, unsigned cseq,
                      const char *headers, const char *body);

extern const struct ars_sip_call_handlers fake_call_handlers;

#define FAKE_OFFER  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 9 RTP/SAVPF 0\r\n"
#define FAKE_ANSWER "v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 8 RTP/SAVPF 0\r\n"

#endif
