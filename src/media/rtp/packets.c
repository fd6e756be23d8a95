/*
 * Waiting packets.
 */
#include "rtp/packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int packets_add(struct packets *q, const struct packet *head, const uint8_t *payload)
{
    struct packet *p;
    size_t at = q->count;

    while (at > 0 && q->list[at - 1]->ts > head->ts)
        at--;
    if (at > 0 && q->list[at - 1]->ts == head->ts)
        return EEXIST;
    if (q->count == JITTER_MAX_PACKETS)
        return ENOSPC;
    p = malloc(sizeof(*p) + head->len);
    if (!p)
        return ENOMEM;
    *p = *head;
    memcpy(p->payload, payload, head->len);
    memmove(q->list + at + 1, q->list + at, (q->count - at) * sizeof(q->list[0]));
    q->list[at] = p;
    q->count++;
    return 0;
}

const struct packet *packets_first(const struct packets *q)
{
    return q->count ? q->list[0] : NULL;
}

void packets_drop_first(struct packets *q)
{
    free(q->list[0]);
    q->count--;
    memmove(q->list, q->list + 1, q->count * sizeof(q->list[0]));
}

void packets_clear(struct packets *q)
{
    for (size_t i = 0; i < q->count; i++)
        free(q->list[i]);
    q->count = 0;
}
