/*
 * net: what sip sees of a connection: a pipe of whole messages. What comes in is handed to
 * ars_sip_receive() by the engine. Engine thread.
 */
#ifndef ARS_TRANSPORT_H
#define ARS_TRANSPORT_H

#include <stddef.h>

struct ars_transport;

struct ars_transport_ops {
    /* Queues one message, copied. ENOTCONN, EMSGSIZE, ENOMEM, EAGAIN: queue full. */
    int (*send)(struct ars_transport *tp, const char *msg, size_t len);
};

struct ars_transport {
    const struct ars_transport_ops *ops;
};

static inline int ars_transport_send(struct ars_transport *tp, const char *msg, size_t len)
{
    return tp->ops->send(tp, msg, len);
}

#endif
