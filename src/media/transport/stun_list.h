/* media: a list of STUN servers, "HOST[:PORT]" a line, as data. */
#ifndef ARS_MEDIA_TRANSPORT_STUN_LIST_H
#define ARS_MEDIA_TRANSPORT_STUN_LIST_H

#include <stdint.h>

/*
 * The first of *list, which moves on behind it; caller frees *ret_host. EINVAL: that line is no
 * server. ENOENT: there is none any more. ENOMEM.
 */
int stun_list_next(const char **list, char **ret_host, uint16_t *ret_port);

#endif
