/*
 * media: the packets that wait in a jitter buffer, in the order of their time. Loop's thread.
 */
#ifndef ARS_MEDIA_RTP_PACKETS_H
#define ARS_MEDIA_RTP_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include "rtp/jitter.h"

struct packet {
    int64_t ts;   /* of its first sample, extended */
    uint32_t seq; /* extended */
    size_t n;     /* samples */
    size_t len;
    uint8_t payload[];
};

struct packets {
    struct packet *list[JITTER_MAX_PACKETS];
    size_t count;
};

/* Copies it in. EEXIST (that time is taken), ENOSPC, ENOMEM. */
int packets_add(struct packets *q, const struct packet *head, const uint8_t *payload);

/* NULL when empty; stays the queue's. */
const struct packet *packets_first(const struct packets *q);
void packets_drop_first(struct packets *q);
void packets_clear(struct packets *q);

#endif
