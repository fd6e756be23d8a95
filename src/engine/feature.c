/* engine: pick-up and parking. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/log.h>
#include <ars/str.h>

#include "calls.h"
#include "dialog_info.h"
#include "feature.h"
#include "number.h"
#include "watch.h"

#define DIALLED_MAX 256

/* The code with the user part of what was watched behind it. */
static char *with_code(const char *code, const char *number)
{
    size_t len = strlen(number);
    struct ars_buf b;
    int err = 0;

    if (strncasecmp(number, "sip:", 4) == 0) {
        number += 4;
        len = strcspn(number, "@;");
    }
    ars_buf_init(&b, DIALLED_MAX);
    ars_buf_adds(&b, code);
    ars_buf_addn(&b, number, len);
    return ars_buf_take(&b, &err);
}

static int dial_code(struct calls *cs, struct account *a, const char *number, uint32_t tag)
{
    const char *code = account_conf(a)->pickup_code;
    char *dialled = code ? with_code(code, number) : NULL;
    char *target = NULL;
    int err;

    if (!dialled)
        return code ? ENOMEM : ENOTSUP;
    err = number_to_target(dialled, &target);
    if (!err)
        err = calls_dial(cs, a, target, dialled, tag);
    free(target);
    free(dialled);
    return err;
}

int feature_pick_up(struct calls *cs, struct account *a, const char *number, uint32_t tag)
{
    const struct line_dialog *d = watches_ringing(account_watches(a), number);
    struct call_referral r = {0};
    int err;

    if (!d || !d->replaces)
        return dial_code(cs, a, number, tag);
    err = number_to_target(d->target ? d->target : number, &r.target);
    r.number = ars_strdup(number);
    r.replaces = ars_strdup(d->replaces);
    if (!err && (!r.number || !r.replaces))
        err = ENOMEM;
    if (!err)
        err = calls_pick_up(cs, a, &r, tag);
    free(r.target);
    free(r.number);
    free(r.replaces);
    return err;
}

void feature_pick_up_again(struct calls *cs, struct account *a, const char *number)
{
    int err = EPROTO;

    if (account_conf(a)->pickup_code && account_state(a) == ARS_ACCOUNT_READY)
        err = dial_code(cs, a, number, 0);
    if (err)
        ars_log(ARS_LOG_INFO, "engine", "%s is not picked up by a code", number);
}

int feature_park(struct call *c, const char *code, uint32_t tag)
{
    char *target = NULL;
    int err;

    if (!code)
        code = account_conf(call_account(c))->park_code;
    if (!code)
        return ENOTSUP;
    if (*code == '#')
        return call_dtmf(c, code);
    err = number_to_target(code, &target);
    if (!err)
        err = call_transfer(c, target, tag);
    free(target);
    return err;
}
