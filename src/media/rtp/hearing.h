/*
 * media: whether the two sides of a call can hear each other, as far as this end can know: from
 * what is counted about it, looked at once a second. Pure arithmetic.
 */
#ifndef ARS_MEDIA_RTP_HEARING_H
#define ARS_MEDIA_RTP_HEARING_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/stats.h>

/* All counters only grow. */
struct hearing_facts {
    bool sends;    /* they are to hear us: not held, not muted */
    bool receives; /* we are to hear them */
    bool mic;      /* the microphone has given anything but digital silence since the last look */
    bool quiet;    /* the far end has said that it sends nothing while nobody speaks (RFC 3389) */
    uint64_t left; /* packets that the socket took */
    uint64_t came; /* packets that could be read */
    uint64_t refused;  /* packets that could not */
    unsigned rtcp;     /* reports of the far end */
    unsigned reports;  /* of these, about us */
    uint32_t last_seq; /* the newest of our packets that it knows of, extended */
    uint8_t fraction;  /* that it misses, of 256 */
};

/* Zeroed before first use. */
struct hearing {
    bool begun;
    struct hearing_facts at; /* the last look */
    uint64_t mic_ms;         /* when it last was so */
    uint64_t left_ms;
    uint64_t rtcp_ms;  /* the last report of any kind */
    uint64_t about_ms; /* the last one about us */
    uint64_t came_ms;
    unsigned stuck;               /* reports in a row by which nothing more has arrived there */
    unsigned bad;                 /* reports in a row by which much is lost */
    enum ars_sound_cause unheard; /* they cannot hear us */
    enum ars_sound_cause silent;  /* we cannot hear them */
};

/* One look. */
void hearing_look(struct hearing *h, const struct hearing_facts *f, uint64_t now_ms);

#endif
