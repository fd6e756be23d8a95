/*
 * Route sets.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "msg_in.h"
#include "route.h"

void route_clear(struct route_set *rs)
{
    while (rs->n)
        free(rs->values[--rs->n]);
}

/* Takes value; NULL is ENOMEM. */
static int add(struct route_set *rs, char *value)
{
    if (value)
        rs->values[rs->n++] = value;
    return value ? 0 : ENOMEM;
}

static void turn(struct route_set *rs)
{
    for (size_t i = 0; i < rs->n / 2; i++) {
        char *swap = rs->values[i];

        rs->values[i] = rs->values[rs->n - 1 - i];
        rs->values[rs->n - 1 - i] = swap;
    }
}

int route_learn(struct route_set *rs, const struct sip_in *in, const char *name, bool reverse)
{
    struct in_list it = {0};
    struct pl pl;
    int err = 0;

    route_clear(rs);
    while (!err && msg_in_list(in, name, &it, &pl))
        err = rs->n < SIP_ROUTES_MAX ? add(rs, msg_in_dup(&pl)) : EBADMSG;
    if (err)
        route_clear(rs);
    else if (reverse)
        turn(rs);
    return err;
}

int route_set_one(struct route_set *rs, const char *uri)
{
    struct ars_buf b;
    int err = 0;
    char *value;

    if (uri[strcspn(uri, " \t\r\n<>\",")])
        return EINVAL;
    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "<%s>", uri);
    value = ars_buf_take(&b, &err);
    route_clear(rs);
    return err ? err : add(rs, value);
}

int route_copy(struct route_set *rs, const struct route_set *from)
{
    int err = 0;

    route_clear(rs);
    for (size_t i = 0; !err && i < from->n; i++)
        err = add(rs, ars_strdup(from->values[i]));
    if (err)
        route_clear(rs);
    return err;
}
