/*
 * demo: answers REGISTER (RFC 3261 section 10.3) for the one account there is.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/sip.h>
#include <ars/str.h>

#include "registrar.h"

#define REALM         "demo"
#define EXPIRES_S     600 /* unless it asks for less */
#define EXPIRES_MAX_S 3600

static int refuse(struct ars_sip_request *req, int status, const char *phrase)
{
    int err = ars_sip_request_reply(req, status, phrase, NULL, 0);

    if (err)
        ars_log(ARS_LOG_WARN, "demo", "REGISTER not answered: %s", strerror(err));
    return EACCES;
}

static int challenge(struct ars_sip_request *req, const char *value)
{
    const struct ars_sip_header header = {.name = "WWW-Authenticate", .value = value};
    int err = ars_sip_request_reply(req, 401, "Unauthorized", &header, 1);

    if (err)
        ars_log(ARS_LOG_WARN, "demo", "REGISTER not challenged: %s", strerror(err));
    return EACCES;
}

/* params: ";expires=300;+sip.instance=..", or "". */
static uint32_t wanted_expires(const struct ars_sip_request *req, const char *params)
{
    const char *header = ars_sip_request_header(req, "Expires");
    const char *param = strcasestr(params, ";expires=");
    unsigned long s = EXPIRES_S;

    if (param)
        s = strtoul(param + strlen(";expires="), NULL, 10);
    else if (header)
        s = strtoul(header, NULL, 10);
    return s < EXPIRES_MAX_S ? (uint32_t)s : EXPIRES_MAX_S;
}

/* EBADMSG. An address in brackets or bare, or the star that takes all away. */
static int read_contact(const struct ars_sip_request *req, struct demo_binding *ret)
{
    const char *text = ars_sip_request_header(req, "Contact");
    struct demo_binding b = {0};

    if (!text || !strcmp(text, "*")) {
        *ret = b;
        return 0;
    }

    const char *bracket = strchr(text, '<');
    const char *uri = bracket ? bracket + 1 : text;
    size_t len = strcspn(uri, bracket ? ">" : ";");

    if (!len || (bracket && uri[len] != '>') ||
        !ars_strncpy(b.contact, sizeof(b.contact), uri, len))
        return EBADMSG;
    b.expires_s = wanted_expires(req, uri + len + (bracket ? 1 : 0));
    if (!b.expires_s)
        b.contact[0] = '\0';
    *ret = b;
    return 0;
}

static int confirm(struct ars_sip_request *req, const struct demo_binding *b)
{
    char contact[DEMO_CONTACT_MAX + 32];
    const struct ars_sip_header header = {.name = "Contact", .value = contact};

    snprintf(contact, sizeof(contact), "<%s>;expires=%u", b->contact, b->expires_s);
    return ars_sip_request_reply(req, 200, "OK", &header, b->contact[0] ? 1 : 0);
}

int demo_register(const struct demo_account *account, struct ars_sip_request *req,
                  struct demo_binding *binding)
{
    struct demo_binding b;
    char *value = NULL;

    if (!ars_streq(ars_sip_request_user(req), account->login))
        return refuse(req, 403, "Forbidden");

    int err = ars_sip_digest_check(req, REALM, account->login, account->password,
                                   account->algorithm, &value);

    if (err == ENOENT && value) {
        err = challenge(req, value);
        free(value);
        return err;
    }
    if (err)
        return refuse(req, err == EACCES ? 403 : 500,
                      err == EACCES ? "Forbidden" : "Server Internal Error");
    if (read_contact(req, &b))
        return refuse(req, 400, "Bad Contact");
    err = confirm(req, &b);
    if (!err)
        *binding = b;
    return err;
}
