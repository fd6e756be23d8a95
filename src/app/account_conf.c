/* app: from what is stored to what the engine takes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/addr.h>
#include <ars/engine.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "demo.h"
#include "line.h"

#define DEMO_SERVER "localhost"

static int copy(char **to, const char *from)
{
    if (!from)
        return 0;
    *to = ars_strdup(from);
    return *to ? 0 : ENOMEM;
}

static int copy_pin(struct ars_account_conf *c, const char *pin)
{
    int err = ars_pin_parse(pin, c->pin);

    c->has_pin = !err;
    return err;
}

/* What nobody can make sense of asks. */
static enum ars_refer_policy refer_of(const char *text)
{
    if (ars_streq(text, "follow"))
        return ARS_REFER_FOLLOW;
    return ars_streq(text, "refuse") ? ARS_REFER_REFUSE : ARS_REFER_ASK;
}

static enum ars_dtmf_mode dtmf_of(const char *text)
{
    if (ars_streq(text, "info-relay"))
        return ARS_DTMF_INFO_RELAY;
    if (ars_streq(text, "info"))
        return ARS_DTMF_INFO;
    return ars_streq(text, "inband") ? ARS_DTMF_INBAND : ARS_DTMF_RFC4733;
}

static int copy_texts(struct ars_account_conf *c, const struct ars_stored_account *a)
{
    int err = copy(&c->server, a->server);

    if (!err)
        err = copy(&c->path, a->path);
    if (!err)
        err = copy(&c->login, a->login);
    if (!err)
        err = copy(&c->auth_user, a->auth_user);
    if (!err)
        err = copy(&c->display_name, a->display_name);
    if (!err)
        err = copy(&c->instance, a->id);
    if (!err)
        err = copy(&c->ca_file, a->ca_file);
    if (!err)
        err = copy(&c->host_map, a->host_map);
    if (!err)
        err = copy(&c->turn, a->turn);
    if (!err)
        err = copy(&c->turn_user, a->turn_user);
    if (!err)
        err = copy(&c->codecs, a->codecs);
    if (!err)
        err = copy(&c->realm, a->realm);
    if (!err)
        err = copy(&c->headers, a->headers);
    if (!err)
        err = copy(&c->dial_rules, a->dial_rules);
    if (!err)
        err = copy(&c->pickup_code, a->pickup_code);
    if (!err)
        err = copy(&c->park_code, a->park_code);
    return err;
}

int line_conf_from_stored(const struct ars_stored_account *a, struct ars_account_conf **ret)
{
    struct ars_account_conf *c = ars_account_conf_new();
    int err;

    if (!c)
        return ENOMEM;
    c->port = a->port;
    c->no_proxy = a->no_proxy;
    c->ring_s = a->ring_s;
    c->mailbox = true;
    c->expires_s = a->expires_s;
    c->outbound_route = a->outbound_route;
    c->refer = refer_of(a->refer);
    c->dtmf = dtmf_of(a->dtmf);
    err = copy_texts(c, a);
    if (!err)
        err = copy(&c->stun, a->stun);
    if (!err)
        err = ars_engine_check_stun(c->stun, NULL);
    if (!err && a->outbound_proxy)
        err = ars_host_port_parse(a->outbound_proxy, &c->outbound_host, &c->outbound_port);
    if (!err)
        err = ars_engine_check_headers(c->headers, NULL, NULL);
    if (!err && a->pin)
        err = copy_pin(c, a->pin);
    if (err) {
        ars_account_conf_free(c);
        return err;
    }
    *ret = c;
    return 0;
}

int line_conf_from_demo(const struct demo_info *info, struct ars_account_conf **ret)
{
    struct ars_account_conf *c = ars_account_conf_new();
    int err;

    if (!c)
        return ENOMEM;
    c->port = info->port;
    c->no_proxy = true;
    err = copy(&c->server, DEMO_SERVER);
    if (!err)
        err = copy(&c->login, info->login);
    if (!err)
        err = copy_pin(c, info->sha256);
    if (!err) {
        c->password = ars_secret_dup(info->password);
        err = c->password ? 0 : ENOMEM;
    }
    if (err) {
        ars_account_conf_free(c);
        return err;
    }
    *ret = c;
    return 0;
}
