/* media: the address of a TURN server (RFC 7065), as data. */
#ifndef ARS_MEDIA_TRANSPORT_TURN_URI_H
#define ARS_MEDIA_TRANSPORT_TURN_URI_H

#include <stdbool.h>
#include <stdint.h>

#define TURN_HOST_MAX 256

struct turn_uri {
    char host[TURN_HOST_MAX]; /* a name, or an IPv4 address: relays are spoken to over IPv4 */
    uint16_t port;
    bool tcp;
    bool tls; /* over TCP; then host is a name, which the certificate must have */
};

/* "turn:HOST[:PORT][?transport=udp|tcp]", "turns:HOST[:PORT][?transport=tcp]". EINVAL. */
int turn_uri_parse(const char *s, struct turn_uri *ret);

#endif
