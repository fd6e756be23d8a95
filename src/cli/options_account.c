/* cli: the options that say what an account is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ars/addr.h>
#include <ars/engine.h>
#include <ars/str.h>

#include "option_ids.h"
#include "options.h"
#include "password.h"

#define LINES_MAX 4096 /* of what may be given again: headers, dial rules */

static bool take_password(struct ars_secret **secret, const char *path)
{
    int err = password_from_file(secret, path);

    return !err || bad(err == EINVAL ? "not a password file" : strerror(err), path);
}

static bool set_dtmf(struct ars_account_conf *c, const char *value)
{
    static const char *const modes[ARS_DTMF_MODES] = {
        [ARS_DTMF_RFC4733] = "rfc4733",
        [ARS_DTMF_INFO_RELAY] = "info-relay",
        [ARS_DTMF_INFO] = "info",
        [ARS_DTMF_INBAND] = "inband",
    };
    int mode;

    if (!set_word("--dtmf-mode", value, modes, ARS_DTMF_MODES, &mode))
        return false;
    c->dtmf = (enum ars_dtmf_mode)mode;
    return true;
}

static bool set_refer(struct ars_account_conf *c, const char *value)
{
    static const char *const policies[ARS_REFER_POLICIES] = {
        [ARS_REFER_ASK] = "ask",
        [ARS_REFER_FOLLOW] = "follow",
        [ARS_REFER_REFUSE] = "refuse",
    };

    int policy;

    if (!set_word("--refer", value, policies, ARS_REFER_POLICIES, &policy))
        return false;
    c->refer = (enum ars_refer_policy)policy;
    return true;
}

static bool set_rtp_ports(struct ars_account_conf *c, const char *value)
{
    const char *dash = strchr(value, '-');
    char *first = dash ? ars_strndup(value, (size_t)(dash - value)) : NULL;
    uint32_t min = 0;
    uint32_t max = 0;
    bool ok = first && !ars_str_to_u32(first, 65535, &min) &&
              !ars_str_to_u32(dash + 1, 65535, &max) && min > 0 && min < max;

    free(first);
    if (!ok)
        return bad("--rtp-ports", value);
    c->rtp_port_min = (uint16_t)min;
    c->rtp_port_max = (uint16_t)max;
    return true;
}

static bool set_ca(struct ars_account_conf *c, const char *path)
{
    if (access(path, R_OK))
        return bad(strerror(errno), path);
    return set_text(&c->ca_file, path);
}

static bool set_port(struct ars_account_conf *c, const char *value)
{
    uint32_t port;

    if (!set_number("--port", value, 1, 65535, &port))
        return false;
    c->port = (uint16_t)port;
    return true;
}

static bool set_codecs(struct ars_account_conf *c, const char *value)
{
    if (!ars_engine_check_codecs(value))
        return bad("--codec: no such list of codecs", value);
    return set_text(&c->codecs, value);
}

static bool set_pin(struct ars_account_conf *c, const char *value)
{
    if (ars_pin_parse(value, c->pin))
        return bad("--pin: 64 hex digits", value);
    c->has_pin = true;
    return true;
}

static bool add_line(char **to, const char *line)
{
    struct ars_buf b;
    char *text;
    int err = 0;

    ars_buf_init(&b, LINES_MAX);
    ars_buf_addf(&b, "%s%s%s", *to ? *to : "", *to ? "\n" : "", line);
    text = ars_buf_take(&b, &err);
    if (err)
        return false;
    free(*to);
    *to = text;
    return true;
}

static bool add_header(struct ars_account_conf *c, const char *value)
{
    const char *why = NULL;
    size_t line;

    if (strchr(value, '\n') || strchr(value, '\r'))
        return false;
    if (!add_line(&c->headers, value))
        return false;
    if (!ars_engine_check_headers(c->headers, &line, &why))
        return true;
    fprintf(stderr, "ars-phone-cli: %s\n", why);
    return false;
}

static bool add_stun(struct ars_account_conf *c, const char *value)
{
    return !strchr(value, '\n') && *value && add_line(&c->stun, value) &&
           !ars_engine_check_stun(c->stun, NULL);
}

static void on_bad_rule(size_t rule, size_t offset, const char *reason, void *arg)
{
    fprintf(stderr, "ars-phone-cli: at byte %zu: %s\n", offset, reason);
    *(bool *)arg = true;
}

static bool add_dial_rule(struct ars_account_conf *c, const char *value)
{
    bool is_bad = strchr(value, '\n') != NULL;

    if (!is_bad)
        (void)ars_engine_check_number(value, NULL, on_bad_rule, &is_bad, NULL, NULL, NULL);
    return !is_bad && add_line(&c->dial_rules, value);
}

bool take_account(struct ars_account_conf *c, int id, const char *value)
{
    switch (id) {
    case OPT_SERVER:
        return set_text(&c->server, value);
    case OPT_PORT:
        return set_port(c, value);
    case OPT_PATH:
        return set_text(&c->path, value);
    case OPT_LOGIN:
        return set_text(&c->login, value);
    case OPT_AUTH_USER:
        return set_text(&c->auth_user, value);
    case OPT_PASSWORD_FILE:
        return take_password(&c->password, value);
    case OPT_DISPLAY_NAME:
        return set_text(&c->display_name, value);
    case OPT_CA:
        return set_ca(c, value);
    case OPT_PIN:
        return set_pin(c, value);
    case OPT_MAP:
        return set_text(&c->host_map, value);
    case OPT_STUN:
        return add_stun(c, value) || bad("--stun", value);
    case OPT_TURN:
        return ars_engine_check_turn(value) ? set_text(&c->turn, value) : bad("--turn", value);
    case OPT_TURN_USER:
        return set_text(&c->turn_user, value);
    case OPT_TURN_PASSWORD_FILE:
        return take_password(&c->turn_password, value);
    case OPT_RTP_PORTS:
        return set_rtp_ports(c, value);
    case OPT_CODEC:
        return set_codecs(c, value);
    case OPT_EXPIRES:
        return set_number("--expires", value, 1, 86400, &c->expires_s);
    case OPT_SESSION_EXPIRES:
        return set_number("--session-expires", value, 90, 86400, &c->session_s);
    case OPT_RING:
        return set_number("--ring", value, 1, 3600, &c->ring_s);
    case OPT_MAILBOX:
        c->mailbox = true;
        return true;
    case OPT_PICKUP_CODE:
        return set_text(&c->pickup_code, value);
    case OPT_PARK_CODE:
        return set_text(&c->park_code, value);
    case OPT_REFER:
        return set_refer(c, value);
    case OPT_OUTBOUND:
        free(c->outbound_host);
        c->outbound_host = NULL;
        return !ars_host_port_parse(value, &c->outbound_host, &c->outbound_port) ||
               bad("--outbound-proxy", value);
    case OPT_OUTBOUND_ROUTE:
        c->outbound_route = true;
        return true;
    case OPT_REALM:
        return set_text(&c->realm, value);
    case OPT_HEADER:
        return add_header(c, value) || bad("--header", value);
    case OPT_DIAL_RULE:
        return add_dial_rule(c, value) || bad("--dial-rule", value);
    case OPT_DTMF_MODE:
        return set_dtmf(c, value);
    case OPT_NO_PROXY:
        c->no_proxy = true;
        return true;
    default:
        return false;
    }
}
