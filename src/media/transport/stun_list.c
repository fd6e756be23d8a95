/* media: a list of STUN servers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/media.h>
#include <ars/str.h>

#include "transport/stun_list.h"

#define STUN_PORT 3478 /* RFC 8489 section 18.6 */
#define SPACE     " \t\r"

/* Of a URI, or of several on one line. */
#define NO_HOST " \t/@,;<>?\"'"

static int parse(const char *s, size_t len, char **ret_host, uint16_t *ret_port)
{
    char *line = ars_strndup(s, len);
    int err = line ? 0 : ENOMEM;

    if (!err && line[strcspn(line, NO_HOST)])
        err = EINVAL;
    if (!err)
        err = ars_host_port_parse(line, ret_host, ret_port);
    if (!err && !*ret_port)
        *ret_port = STUN_PORT;
    free(line);
    return err;
}

int stun_list_next(const char **list, char **ret_host, uint16_t *ret_port)
{
    const char *s = *list ? *list + strspn(*list, SPACE "\n") : "";
    size_t len = strcspn(s, "\n");

    if (!*s)
        return ENOENT;
    *list = s + len;
    while (strchr(SPACE, s[len - 1]))
        len--;
    return parse(s, len, ret_host, ret_port);
}

int ars_media_check_stun(const char *list, size_t *ret_line)
{
    size_t n = 0;
    uint16_t port;
    char *host;
    int err;

    while ((err = stun_list_next(&list, &host, &port)) == 0) {
        free(host);
        if (++n > ARS_STUN_SERVERS)
            return E2BIG;
    }
    if (err == EINVAL && ret_line)
        *ret_line = n + 1;
    return err == ENOENT ? 0 : err;
}
