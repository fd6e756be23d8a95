/* engine: dialog-info: what the calls of a line make of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/str.h>

#include "dialog_info.h"
#include "xml.h"

/* Longer is cut or, where that would be another thing, left out. */
#define NAME_MAX     128
#define URI_MAX      256
#define REPLACES_MAX 512

/* ---- one dialog ---- */

/* Section 3.7.1: who is called rings; who calls is busy already. */
static enum ars_watch_state state_of(struct text inside, bool called)
{
    struct text ignored;
    struct text state;

    if (!xml_next(&inside, "state", &ignored, &state))
        return ARS_WATCH_IDLE;
    state = text_trim(state);
    if (text_is(state, "early") || text_is(state, "proceeding") || text_is(state, "trying"))
        return called ? ARS_WATCH_RINGING : ARS_WATCH_BUSY;
    return text_is(state, "confirmed") ? ARS_WATCH_BUSY : ARS_WATCH_IDLE;
}

/* "sip:104@pbx.test;transport=ws" is 104. */
static char *user_of(const char *uri)
{
    const char *user = uri ? strchr(uri, ':') : NULL;
    size_t n = user ? strcspn(++user, "@;") : 0;

    return n && user[n] == '@' ? ars_percent_decode(user, n) : NULL;
}

static void read_remote(struct line_dialog *d, struct text inside)
{
    struct text rest;
    struct text attrs;
    struct text value;
    struct text remote;
    char *uri;

    if (!xml_next(&inside, "remote", &attrs, &remote))
        return;
    rest = remote;
    if (xml_next(&rest, "identity", &attrs, &value)) {
        uri = xml_plain(value, URI_MAX);
        d->number = user_of(uri);
        d->target = uri;
        if (xml_attribute(attrs, "display", &value))
            d->name = xml_plain(value, NAME_MAX);
    }
    rest = remote;
    if (xml_next(&rest, "target", &attrs, &value) && xml_attribute(attrs, "uri", &value) &&
        (uri = xml_plain(value, URI_MAX))) {
        free(d->target);
        d->target = uri;
    }
}

/* A call-id or tag that may stand in a header. */
static char *word(struct text attrs, const char *name)
{
    struct text value;
    char *s = xml_attribute(attrs, name, &value) ? xml_plain(value, URI_MAX) : NULL;

    for (const char *c = s; c && *c; c++)
        if (*c <= ' ' || *c == 0x7f || strchr(";,\"<>", *c)) {
            free(s);
            return NULL;
        }
    return s;
}

/*
 * RFC 3891 section 6.1, as in the pick-up of RFC 5359 section 2.16: for the other end, whose own
 * tag is the line's remote one.
 */
static char *replaces_of(struct text attrs)
{
    char *call_id = word(attrs, "call-id");
    char *to_tag = word(attrs, "remote-tag");
    char *from_tag = word(attrs, "local-tag");
    char *value = NULL;
    struct ars_buf b;
    int err = 0;

    if (call_id && to_tag && from_tag) {
        ars_buf_init(&b, REPLACES_MAX);
        ars_buf_addf(&b, "%s;to-tag=%s;from-tag=%s;early-only", call_id, to_tag, from_tag);
        value = ars_buf_take(&b, &err);
    }
    free(call_id);
    free(to_tag);
    free(from_tag);
    return value;
}

/* ---- all of a line ---- */

static void clear(struct line_dialog *d)
{
    free(d->name);
    free(d->number);
    free(d->target);
    free(d->replaces);
    *d = (struct line_dialog){0};
}

void dialogs_clear(struct dialogs *ds)
{
    for (size_t i = 0; i < ds->n; i++)
        clear(&ds->list[i]);
    *ds = (struct dialogs){0};
}

static void keep(struct dialogs *ds, struct text attrs, struct text inside)
{
    struct line_dialog d = {0};
    struct text value = {"", 0};
    size_t i = 0;

    (void)xml_attribute(attrs, "id", &value);
    (void)ars_strncpy(d.id, sizeof(d.id), value.p, value.len);
    value = (struct text){"", 0};
    (void)xml_attribute(attrs, "direction", &value);
    d.called = !text_is(value, "initiator");
    d.state = state_of(inside, d.called);
    while (i < ds->n && strcmp(ds->list[i].id, d.id) != 0)
        i++;
    if (i < ds->n) {
        clear(&ds->list[i]);
        ds->list[i] = ds->list[--ds->n];
        ds->list[ds->n] = (struct line_dialog){0};
    }
    if (d.state == ARS_WATCH_IDLE || ds->n == DIALOGS_MAX)
        return;
    read_remote(&d, inside);
    if (d.state == ARS_WATCH_RINGING)
        d.replaces = replaces_of(attrs);
    ds->list[ds->n++] = d;
}

/* Section 4.3: whether this document is the next one. */
static bool is_next(struct dialogs *ds, struct text attrs, bool partial, bool *ret_gap)
{
    struct text value;
    char digits[16];
    uint32_t version;

    if (!xml_attribute(attrs, "version", &value) ||
        !ars_strncpy(digits, sizeof(digits), value.p, value.len) ||
        ars_str_to_u32(digits, UINT32_MAX, &version))
        return true; /* a server without versions: as it comes */
    if (partial && ds->begun && version <= ds->version)
        return false;
    *ret_gap = partial && ds->begun && version > ds->version + 1;
    ds->begun = true;
    ds->version = version;
    return !*ret_gap;
}

const struct line_dialog *dialogs_first(const struct dialogs *ds)
{
    const struct line_dialog *first = NULL;

    for (size_t i = 0; i < ds->n; i++)
        if (!first || ds->list[i].state > first->state)
            first = &ds->list[i];
    return first;
}

enum ars_watch_state dialogs_take(struct dialogs *ds, const char *body, size_t len, bool *ret_gap)
{
    struct text rest = {body, len};
    const struct line_dialog *first;
    struct text attrs;
    struct text inside;
    struct text value;
    bool partial;

    *ret_gap = false;
    if (!xml_next(&rest, "dialog-info", &attrs, &inside))
        return ARS_WATCH_UNKNOWN;
    partial = xml_attribute(attrs, "state", &value) && text_is(text_trim(value), "partial");
    if (is_next(ds, attrs, partial, ret_gap)) {
        for (size_t i = 0; !partial && i < ds->n; i++)
            clear(&ds->list[i]);
        ds->n = partial ? ds->n : 0;
        rest = inside;
        while (xml_next(&rest, "dialog", &attrs, &inside))
            keep(ds, attrs, inside);
    }
    first = dialogs_first(ds);
    return first ? first->state : ARS_WATCH_IDLE;
}
