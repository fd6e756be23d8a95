/* engine: what an account needs, as data. */
#include <stdlib.h>
#include <string.h>

#include <ars/engine.h>
#include <ars/media.h>
#include <ars/secret.h>
#include <ars/str.h>
#include <ars/types.h>

#include "account_conf.h"

static char **texts(struct ars_account_conf *c, size_t i)
{
    char **const all[] = {
        &c->server,     &c->path,        &c->login,         &c->auth_user, &c->display_name,
        &c->instance,   &c->ca_file,     &c->host_map,      &c->stun,      &c->codecs,
        &c->turn,       &c->turn_user,   &c->outbound_host, &c->realm,     &c->headers,
        &c->dial_rules, &c->pickup_code, &c->park_code,
    };

    return i < sizeof(all) / sizeof(all[0]) ? all[i] : NULL;
}

struct ars_account_conf *ars_account_conf_new(void)
{
    return calloc(1, sizeof(struct ars_account_conf));
}

struct ars_account_conf *ars_account_conf_dup(const struct ars_account_conf *c)
{
    struct ars_account_conf *d = ars_account_conf_new();
    bool failed = false;
    char **text;

    if (!d)
        return NULL;
    *d = *c;
    d->password = ars_secret_dup(c->password);
    d->turn_password = ars_secret_dup(c->turn_password);
    failed = (c->password && !d->password) || (c->turn_password && !d->turn_password);
    for (size_t i = 0; (text = texts(d, i)); i++) {
        const char *from = *text;

        *text = ars_strdup(from);
        failed = failed || (from && !*text);
    }
    if (failed) {
        ars_account_conf_free(d);
        return NULL;
    }
    return d;
}

void ars_account_conf_free(struct ars_account_conf *c)
{
    char **text;

    if (!c)
        return;
    for (size_t i = 0; (text = texts(c, i)); i++)
        free(*text);
    ars_secret_free(c->password);
    ars_secret_free(c->turn_password);
    free(c);
}

const char *account_conf_problem(const struct ars_account_conf *c)
{
    const char *why;

    if (!c->server || !*c->server || !c->login || !*c->login)
        return "an account needs a server and a login";
    if (ars_media_check_stun(c->stun, NULL))
        return "no such list of STUN servers";
    if (c->turn && !ars_media_turn_valid(c->turn))
        return "no such address of a TURN server";
    if (ars_engine_check_headers(c->headers, NULL, &why))
        return why;
    return ars_media_codecs_valid(c->codecs) ? NULL : "no such list of codecs";
}

const char *account_conf_path(const struct ars_account_conf *c)
{
    return c->path ? c->path : "/ws";
}

const char *account_conf_host(const struct ars_account_conf *c)
{
    return c->outbound_host && *c->outbound_host ? c->outbound_host : c->server;
}

static uint16_t given_port(const struct ars_account_conf *c)
{
    uint16_t port = c->outbound_host && *c->outbound_host ? c->outbound_port : 0;

    return port ? port : c->port;
}

bool account_conf_has_port(const struct ars_account_conf *c)
{
    return given_port(c) != 0;
}

uint16_t account_conf_port(const struct ars_account_conf *c)
{
    return account_conf_has_port(c) ? given_port(c) : ACCOUNT_PORT;
}

bool account_conf_same_identity(const struct ars_account_conf *a, const struct ars_account_conf *b)
{
    return ars_streq(a->server, b->server) && given_port(a) == given_port(b) &&
           ars_streq(account_conf_path(a), account_conf_path(b)) && ars_streq(a->login, b->login) &&
           ars_streq(a->auth_user, b->auth_user) &&
           ars_streq(ars_secret_text(a->password), ars_secret_text(b->password)) &&
           ars_streq(a->display_name, b->display_name) && ars_streq(a->instance, b->instance) &&
           ars_streq(a->ca_file, b->ca_file) && a->has_pin == b->has_pin &&
           memcmp(a->pin, b->pin, sizeof(a->pin)) == 0 && ars_streq(a->host_map, b->host_map) &&
           a->no_proxy == b->no_proxy && a->expires_s == b->expires_s &&
           a->session_s == b->session_s && ars_streq(a->outbound_host, b->outbound_host) &&
           a->outbound_port == b->outbound_port && a->outbound_route == b->outbound_route &&
           ars_streq(a->realm, b->realm) && ars_streq(a->headers, b->headers);
}
