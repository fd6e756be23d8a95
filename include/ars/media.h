/*
 * media: one call's sound, from SDP to samples: offer/answer (RFC 3264, RFC 8829 for one audio
 * section), ICE (RFC 8445), DTLS-SRTP (RFC 5763, RFC 5764), RTP (RFC 3550), codecs, jitter buffer.
 * Knows no SIP. Everything here is called, and calls back, on the loop's thread. Media is encrypted
 * or does not flow.
 */
#ifndef ARS_MEDIA_H
#define ARS_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/addr.h>
#include <ars/reason.h>
#include <ars/stats.h>

struct ars_audio;
struct ars_loop;
struct ars_media;
struct ars_resolver;
struct ars_secret;

/* As seen from here: what we send, what we want to receive. */
enum ars_dir {
    ARS_DIR_INACTIVE = 0,
    ARS_DIR_SENDONLY = 1,
    ARS_DIR_RECVONLY = 2,
    ARS_DIR_SENDRECV = 3,
};

/* Copied. */
struct ars_media_conf {
    const char *codecs; /* in order, "opus,g722,pcmu,pcma"; NULL for that list */
    const char *stun;   /* servers, "HOST[:PORT]" a line; NULL: host candidates only */
    const char *turn;   /* URI of a relay (RFC 7065); NULL: none */
    const char *turn_user;
    const struct ars_secret *turn_password;
    const char *ca_file; /* for a relay over TLS, beside the system's store; NULL for none */
    uint16_t port_min;   /* 0: any; not of the socket to a relay */
    uint16_t port_max;
    struct ars_addr server; /* the signalling server's address: loopback is a candidate only when
                                   the server is reached over loopback */
};

struct ars_media_handlers {
    /*
     * Candidates are known, or 500 ms have passed, 2 s with a relay over TCP or TLS: offers and
     * answers can be made. Once, and again after ars_media_restart(); never from inside those.
     */
    void (*gathered)(void *arg);
    /* ICE and DTLS are through, media flows encrypted. */
    void (*connected)(void *arg);
    /* The first packet of the far end was decoded. */
    void (*first_audio)(void *arg);
    /* RFC 4733, once a digit, at its end. */
    void (*dtmf)(char digit, unsigned duration_ms, void *arg);
    /* The far end has not answered for 10 s or so; or does again. May be NULL. */
    void (*heard)(bool heard, void *arg);
    /*
     * The far end sends to an address of ours that a NAT has forgotten: ars_media_is_stranded().
     * May be NULL.
     */
    void (*remapped)(void *arg);
    /* While watched: whether the two sides hear each other has changed. May be NULL. */
    void (*hearing)(enum ars_sound_cause unheard, enum ars_sound_cause silent, void *arg);
    /* Somebody speaks while ars_media_mute() is on, or does no more. Once a mute. May be NULL. */
    void (*talks_muted)(bool on, void *arg);
    /*
     * on: the file of ars_media_record() is there. Else it is not written any more, and why, as an
     * errno (ENOSPC, EACCES); not after ars_media_record_end(). May be NULL.
     */
    void (*recording)(bool on, int err, void *arg);
    /* No pair, handshake refused, consent lost: nothing flows any more. */
    void (*failed)(const struct ars_reason *why, void *arg);
};

/*
 * Starts gathering. audio is borrowed and outlives it, resolver too. ENOMEM, EINVAL (codecs, turn),
 * EADDRINUSE (the port range), ENETUNREACH (no usable interface).
 */
int ars_media_alloc(struct ars_media **ret, struct ars_loop *loop, struct ars_resolver *resolver,
                    struct ars_audio *audio, const struct ars_media_conf *conf,
                    const struct ars_media_handlers *handlers, void *arg);

/*
 * Whether such a list is one: at least one codec, and none that we do not have. NULL is. Any
 * thread.
 */
bool ars_media_codecs_valid(const char *codecs);

/* As ars_engine_check_stun(). Any thread. */
int ars_media_check_stun(const char *list, size_t *ret_line);

/* Whether that is the URI of a TURN server, as in struct ars_media_conf. Any thread. */
bool ars_media_turn_valid(const char *uri);

/* From here on those are told, also of what has happened and was not told yet. */
void ars_media_set_handlers(struct ars_media *m, const struct ars_media_handlers *handlers,
                            void *arg);

/* May be called from a handler. Takes NULL. */
void ars_media_free(struct ars_media *m);

/*
 * Our offer with direction `dir`: the first one, or a re-offer that keeps DTLS role, fingerprint
 * and ICE credentials. *ret_sdp: caller frees. EAGAIN: not gathered yet. ENOMEM.
 */
int ars_media_offer(struct ars_media *m, enum ars_dir dir, char **ret_sdp);

/*
 * The peer's offer and our answer to it; dir is what we want, narrowed to what the offer allows. An
 * offer whose o= line is the one seen last is answered as before without touching the media. On an
 * error nothing has changed, and *ret_why says it in the terms of a reason: NOT_ACCEPTABLE (no
 * common codec: 488), NOT_ENCRYPTED (no fingerprint, plain RTP: 488). EAGAIN: not gathered yet.
 * EBADMSG, ENOTSUP, ENOMEM.
 */
int ars_media_answer(struct ars_media *m, const char *offer, size_t len, enum ars_dir dir,
                     char **ret_sdp, struct ars_reason *ret_why);

/* Could ars_media_answer() answer this first offer? Also while gathering. Errors as there. */
int ars_media_check(const struct ars_media *m, const char *offer, size_t len,
                    struct ars_reason *ret_why);

/*
 * The peer's answer to our last offer, from a 18x or a 200 (the same one twice is fine). Errors as
 * above; a refused m-line (port 0) is NOT_ACCEPTABLE, an answer without fingerprint NOT_ENCRYPTED.
 */
int ars_media_accept(struct ars_media *m, const char *answer, size_t len,
                     struct ars_reason *ret_why);

/* The peer found no use for our offer: NO_CANDIDATE, NO_CODEC, or (either) NOT_ACCEPTABLE. */
enum ars_reason_code ars_media_blame(const struct ars_media *m);

/* A refused re-offer (RFC 3261 14.1): back to the direction agreed before. */
void ars_media_rollback(struct ars_media *m);

/*
 * This machine has other addresses than before: gathers anew, `gathered` comes again, and the next
 * offer is an ICE restart that keeps DTLS and its keys. Until the peer has answered it no sound
 * flows. ENOTSUP: it has no ICE, or is not that far. Another error, when `failed` follows.
 */
int ars_media_restart(struct ars_media *m);

/* Whether its sound leaves from an address that this machine, or the NAT before it, has lost. */
bool ars_media_is_stranded(const struct ars_media *m);

/* Whether the far end has answered within the last 10 s or so. */
bool ars_media_is_heard(const struct ars_media *m);

/* The network is back: asks the far end at once whether it is still there. */
void ars_media_probe(struct ars_media *m);

/*
 * The direction in force; its RECV part also says whether the peer holds us (peer sends nothing).
 */
enum ars_dir ars_media_dir(const struct ars_media *m);
/* What the peer last asked for, as seen from us: without the SEND part when the peer holds. */
enum ars_dir ars_media_remote_dir(const struct ars_media *m);

/*
 * Whether this call takes part in what the microphone says and the speaker plays; false at first.
 */
void ars_media_talk(struct ars_media *m, bool on);
/* A conference: the calls that talk and are shared hear one another. */
void ars_media_share(struct ars_media *m, bool on);
/* Nobody hears its far side, neither the speaker nor the conference. */
void ars_media_silence(struct ars_media *m, bool on);
/* Silence is sent instead of the microphone. */
void ars_media_mute(struct ars_media *m, bool on);
/*
 * Whether the two sides are meant to hear each other, which is then looked at once a second; false
 * at first.
 */
void ars_media_watch(struct ars_media *m, bool on);
/* 0..100 percent of the far side, 100 at first. */
void ars_media_volume(struct ars_media *m, unsigned percent);

/*
 * Into a file that must not be there yet, stereo: left what we say, right what they say. Opus in
 * Ogg (RFC 7845), or WAV where the name ends so. announced: both hear a short tone each 15 s.
 * `recording` tells what becomes of it; the call goes on in any case. ENOTCONN, EALREADY, ENOMEM,
 * EAGAIN.
 */
int ars_media_record(struct ars_media *m, const char *path, bool announced);
void ars_media_record_end(struct ars_media *m);

/*
 * RFC 4733 digits, queued: 0-9 * # A-D, 100 ms each with 70 ms between; ',' is a pause of 2 s.
 * EINVAL (a character), ENOTSUP (no telephone-event agreed), ENOTCONN, ENOSPC (more than 64 wait).
 */
int ars_media_dtmf(struct ars_media *m, const char *digits);
/* The same as tones (ITU-T Q.23) in place of the speech, which need no agreement. */
int ars_media_tones(struct ars_media *m, const char *digits);

void ars_media_get_stats(struct ars_media *m, struct ars_media_stats *ret);

#endif
