/* app: what the journal says of a call. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ars/clock.h>
#include <ars/log.h>

#include "core.h"

/* Keys of dials that failed, beside those of calls (their ids, which count from 1). */
#define DIAL_KEY    0x80000000u

#define DETAILS_MAX (ARS_REASON_TEXT + 320)

static enum ars_history_result incoming_result(const struct ars_reason *why)
{
    switch (why->code) {
    case ARS_REASON_ANSWERED_ELSEWHERE:
        return ARS_HISTORY_ELSEWHERE;
    case ARS_REASON_DECLINED:
    case ARS_REASON_ANONYMOUS:
        return ARS_HISTORY_DECLINED;
    case ARS_REASON_FORWARDED:
        return ARS_HISTORY_FORWARDED;
    case ARS_REASON_BUSY:
        return ARS_HISTORY_BUSY;
    case ARS_REASON_NOT_ACCEPTABLE:
    case ARS_REASON_MEDIA_FAILED:
    case ARS_REASON_NOT_ENCRYPTED:
    case ARS_REASON_INTERNAL:
        return ARS_HISTORY_FAILED;
    default:
        return ARS_HISTORY_MISSED;
    }
}

static enum ars_history_result outgoing_result(const struct ars_reason *why)
{
    switch (why->code) {
    case ARS_REASON_CANCELLED:
    case ARS_REASON_LOCAL_HANGUP:
        return ARS_HISTORY_CANCELLED;
    case ARS_REASON_DECLINED:
        return ARS_HISTORY_DECLINED;
    case ARS_REASON_BUSY:
        return ARS_HISTORY_BUSY;
    case ARS_REASON_NO_ANSWER:
        return ARS_HISTORY_NO_ANSWER;
    default:
        return ARS_HISTORY_FAILED;
    }
}

enum ars_history_result journal_result(const struct ars_app_call *c, bool answered)
{
    if (c->state != ARS_CALL_ENDED)
        return c->established_ms ? ARS_HISTORY_TALKING : ARS_HISTORY_RUNNING;
    if (c->established_ms)
        return ARS_HISTORY_ANSWERED;
    if (c->incoming && answered && c->reason.code == ARS_REASON_LOCAL_HANGUP)
        return ARS_HISTORY_DECLINED; /* taken, and hung up before it was there */
    return c->incoming ? incoming_result(&c->reason) : outgoing_result(&c->reason);
}

static bool ended_well(const struct ars_reason *why)
{
    return why->code == ARS_REASON_NONE || why->code == ARS_REASON_LOCAL_HANGUP ||
           why->code == ARS_REASON_REMOTE_HANGUP;
}

/* What was sent of the number, and what the PBX said. */
static void describe(const struct ars_reason *why, const char *wire, char details[DETAILS_MAX])
{
    int n = *wire ? snprintf(details, DETAILS_MAX, "\xe2\x86\x92 %s%s", wire,
                             why->sip_status || why->text[0] ? "; " : "")
                  : 0;
    size_t room = n < DETAILS_MAX ? (size_t)(DETAILS_MAX - n) : 0;

    details += DETAILS_MAX - room;
    if (why->sip_status)
        snprintf(details, room, "%d %s", why->sip_status, why->text);
    else
        snprintf(details, room, "%s", why->text);
    details[strcspn(details, "\r\n")] = '\0';
}

static void put(struct ars_app *app, uint32_t key, struct ars_history_entry *e, const char *wire,
                const struct ars_reason *why)
{
    char details[DETAILS_MAX];
    int err;

    describe(why, wire, details);
    e->details = details;
    e->reason = (char *)(uintptr_t)(ended_well(why) ? "" : ars_reason_name(why->code));
    err = ars_history_put(app->history, key, e);
    if (err)
        problems_add(&app->problems,
                     &(struct ars_app_problem){.kind = ARS_APP_JOURNAL, .text = strerror(err)});
}

void journal_put(struct ars_app *app, const struct call *c, int64_t duration_ms)
{
    struct ars_history_entry e = {
        .incoming = c->view.incoming,
        .result = c->view.result,
        .number = c->number,
        .name = c->name,
        .start_us = c->start_us,
        .duration_ms = duration_ms,
        .account = c->account_id,
        .recording = c->recorded ? c->record_path : NULL,
    };

    put(app, c->view.id, &e, c->wire, &c->view.reason);
}

/* "" where there is none. */
static char *account_id_of(struct ars_app *app, ars_id engine_id)
{
    const struct line *l = lines_find_engine(app, engine_id);

    return (char *)(uintptr_t)(l ? l->view.account_id : "");
}

void journal_put_refused(struct ars_app *app, const struct ars_event *ev)
{
    struct ars_history_entry e = {
        .incoming = true,
        .result = incoming_result(&ev->reason),
        .number = ev->reason.code == ARS_REASON_ANONYMOUS ? NULL : ev->peer_number,
        .name = ev->reason.code == ARS_REASON_ANONYMOUS ? NULL : ev->peer_name,
        .start_us = (int64_t)ars_clock_wall_us(),
        .account = account_id_of(app, ev->account),
    };

    put(app, ev->call, &e, "", &ev->reason);
}

void journal_put_failed_dial(struct ars_app *app, const struct dial *d,
                             const struct ars_reason *why)
{
    struct ars_history_entry e = {
        .result = ARS_HISTORY_FAILED,
        .number = d->number,
        .start_us = (int64_t)ars_clock_wall_us(),
        .account = account_id_of(app, d->account),
    };

    put(app, DIAL_KEY | d->tag, &e, "", why);
}

/* ---- public ---- */

int ars_app_journal(struct ars_app *app, const char *search, size_t offset, size_t limit,
                    ars_history_fn *fn, void *arg)
{
    return ars_history_query(app->history, search, offset, limit, fn, arg);
}

int ars_app_journal_delete(struct ars_app *app, int64_t id)
{
    return ars_history_delete(app->history, id);
}

int ars_app_journal_seen(struct ars_app *app)
{
    return app->missed > 0 ? ars_history_mark_seen(app->history) : 0;
}

size_t ars_app_missed(const struct ars_app *app)
{
    return app->missed;
}
