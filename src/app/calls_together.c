/* app: calls that have to do with each other: transfer, conference, one that comes of another. */
#include <stdlib.h>

#include <ars/str.h>

#include "core.h"

/* A text of c and what its view shows of it. Short of memory it is "". */
static void set(char **text, const char **view, const char *value)
{
    free(*text);
    *text = value && value[0] ? ars_strdup(value) : NULL;
    *view = *text ? *text : "";
}

static void set_transfer(struct call *c, enum ars_app_transfer to, const struct ars_reason *why)
{
    c->view.transfer = to;
    c->view.transfer_reason = why ? *why : (struct ars_reason){0};
}

static void set_referral(struct call *c, const char *to, const char *by)
{
    set(&c->refer_to, &c->view.refer_to, to);
    set(&c->refer_by, &c->view.refer_by, by);
}

static void on_transfer_failed(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    set_transfer(c, ARS_APP_TRANSFER_FAILED, &ev->reason);
    problems_add(&app->problems, &(struct ars_app_problem){.kind = ARS_APP_TRANSFER,
                                                           .text = c->view.transfer_to,
                                                           .call = c->view.id,
                                                           .reason = ev->reason});
}

void calls_together_event(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    switch (ev->type) {
    case ARS_EV_TRANSFERRING:
        set_transfer(c, ARS_APP_TRANSFER_ASKED, &ev->reason);
        break;
    case ARS_EV_TRANSFERRED:
        set_transfer(c, ARS_APP_TRANSFER_DONE, &ev->reason);
        break;
    case ARS_EV_TRANSFER_FAILED:
        on_transfer_failed(app, c, ev);
        break;
    case ARS_EV_MERGED:
    case ARS_EV_SPLIT:
        c->view.merged = ev->type == ARS_EV_MERGED;
        break;
    case ARS_EV_REFERRED:
        set_referral(c, ev->peer_number, ev->text);
        break;
    default:
        break;
    }
}

void calls_together_refused(struct call *c, uint32_t tag)
{
    if (tag == c->silence_tag)
        c->view.silenced = !c->view.silenced;
    else if (tag == c->transfer_tag)
        set_transfer(c, ARS_APP_TRANSFER_NONE, NULL);
}

static void expect_transfer(struct call *c, const char *to, uint32_t tag)
{
    c->transfer_tag = tag;
    set(&c->transfer_to, &c->view.transfer_to, to);
    set_transfer(c, ARS_APP_TRANSFER_ASKED, NULL);
}

static void expect_connect(struct ars_app *app, struct call *c, ars_id other, uint32_t tag)
{
    const struct ars_app_call *o = ars_app_find_call(app, other);

    expect_transfer(c, !o ? "" : o->name[0] ? o->name : o->number, tag);
}

void calls_together_expect(struct ars_app *app, struct call *c, enum ars_command_type type,
                           int number, const char *text, uint32_t tag)
{
    if (c->view.transfer == ARS_APP_TRANSFER_FAILED)
        set_transfer(c, ARS_APP_TRANSFER_NONE, NULL);
    switch (type) {
    case ARS_CMD_TRANSFER:
        expect_transfer(c, text, tag);
        break;
    case ARS_CMD_CONNECT:
        expect_connect(app, c, (ars_id)number, tag);
        break;
    case ARS_CMD_SILENCE:
        if (c->view.silenced == (number != 0))
            return;
        c->silence_tag = tag;
        c->view.silenced = number != 0;
        break;
    case ARS_CMD_FOLLOW:
        set_referral(c, NULL, NULL);
        break;
    default:
        break;
    }
}

/* Answered in the place of another, for the user the same call: as loud, as mute, as old. */
void calls_together_succeed(const struct calls *cs, struct call *c, ars_id id)
{
    const struct call *old = app_calls_find(cs, id);

    c->answered = true;
    c->view.replaces = id;
    if (!old)
        return;
    c->view.muted = old->view.muted;
    c->view.volume = old->view.volume;
    c->view.silenced = old->view.silenced;
    c->since_ms = old->view.established_ms;
}

void calls_together_free(struct call *c)
{
    free(c->transfer_to);
    free(c->refer_to);
    free(c->refer_by);
}
