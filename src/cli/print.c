/* cli: events as lines. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include <ars/addr.h>
#include <ars/str.h>

#include "print.h"

static const char *const watch_states[ARS_WATCH_STATES] = {
    [ARS_WATCH_UNKNOWN] = "unknown", [ARS_WATCH_CLOSED] = "closed",   [ARS_WATCH_IDLE] = "idle",
    [ARS_WATCH_BUSY] = "busy",       [ARS_WATCH_RINGING] = "ringing",
};

static uint64_t event_us(struct printer *p, const struct ars_event *ev)
{
    uint64_t us = ev->t_us > p->start_us ? ev->t_us - p->start_us : 0;

    if (us < p->last_us)
        us = p->last_us;
    p->last_us = us;
    return us;
}

static const char *words(const struct ars_reason *r)
{
    return r->text[0] ? r->text : ars_reason_words(r->code);
}

/* ---- JSON ---- */

static void add_text(struct json_object *o, const char *key, const char *s)
{
    json_object_object_add(o, key, s ? json_object_new_string(s) : NULL);
}

static void add_int(struct json_object *o, const char *key, int64_t n)
{
    json_object_object_add(o, key, json_object_new_int64(n));
}

/* null where nothing is known */
static void add_known(struct json_object *o, const char *key, int n)
{
    json_object_object_add(o, key, n >= 0 ? json_object_new_int(n) : NULL);
}

static void add_figure(struct json_object *o, const char *key, double d, bool known)
{
    char text[32];

    if (!known || !isfinite(d)) {
        json_object_object_add(o, key, NULL);
        return;
    }
    snprintf(text, sizeof(text), "%.2f", d);
    json_object_object_add(o, key, json_object_new_double_s(d, text));
}

static void add_reason(struct json_object *o, const struct ars_reason *r)
{
    add_text(o, "code", ars_reason_name(r->code));
    add_text(o, "text", words(r));
    json_object_object_add(o, "sip_status",
                           r->sip_status ? json_object_new_int(r->sip_status) : NULL);
    if (r->q850)
        add_int(o, "q850", r->q850);
    if (r->retry_after_s)
        add_int(o, "retry_after_s", (int)r->retry_after_s);
}

static void add_cert(struct json_object *o, const struct ars_cert *c)
{
    char hex[2 * ARS_PIN_LEN + 1];

    ars_hex(c->sha256, sizeof(c->sha256), hex);
    add_text(o, "subject", c->subject);
    add_text(o, "issuer", c->issuer);
    add_text(o, "names", c->names);
    add_text(o, "sha256", hex);
    add_text(o, "problem", c->problem);
}

static void add_stats(struct json_object *o, const struct ars_event *ev)
{
    const struct ars_media_stats *s = &ev->stats;

    add_text(o, "codec", s->codec[0] ? s->codec : NULL);
    add_known(o, "setup_ms", ev->setup_ms);
    add_known(o, "first_audio_ms", ev->first_audio_ms);
    add_figure(o, "rtt_ms", s->rtt_ms, s->rtt_ms >= 0);
    add_figure(o, "jitter_ms", s->jitter_ms, s->jitter_ms >= 0);
    add_figure(o, "loss_pct", s->loss_pct, s->loss_pct >= 0);
    add_figure(o, "remote_loss_pct", s->remote_loss_pct, s->remote_loss_pct >= 0);
    add_figure(o, "concealed_pct", s->concealed_pct, s->concealed_pct >= 0);
    add_figure(o, "mos", s->mos, s->mos >= 0);
    add_figure(o, "buffer_ms", s->buffer_ms, s->buffer_ms >= 0);
    add_int(o, "sent", (int64_t)s->sent);
    add_int(o, "received", (int64_t)s->received);
    add_figure(o, "level_in_dbfs", s->level_in_dbfs, true);
    add_figure(o, "level_out_dbfs", s->level_out_dbfs, true);
    add_text(o, "srtp", s->srtp[0] ? s->srtp : NULL);
    add_text(o, "path", s->path[0] ? s->path : NULL);
}

static const char *const test_steps[] = {
    [ARS_SOUND_TEST_ENDED] = "ended",
    [ARS_SOUND_TEST_PLAYS] = "plays",
    [ARS_SOUND_TEST_LISTENS] = "listens",
    [ARS_SOUND_TEST_REPEATS] = "repeats",
};

static void add_devices(struct json_object *o, const struct ars_event *ev)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < ev->devices_n; i++) {
        struct json_object *d = json_object_new_object();

        add_text(d, "name", ev->devices[i].name);
        add_text(d, "label", ev->devices[i].label);
        json_object_object_add(d, "input", json_object_new_boolean(ev->devices[i].input));
        json_object_object_add(d, "output", json_object_new_boolean(ev->devices[i].output));
        json_object_object_add(d, "default", json_object_new_boolean(ev->devices[i].is_default));
        json_object_array_add(list, d);
    }
    json_object_object_add(o, "devices", list);
}

static void add_addresses(struct json_object *o, const struct ars_event *ev)
{
    struct json_object *list = json_object_new_array();
    char text[ARS_ADDR_STR];

    for (size_t i = 0; i < ev->addrs_n; i++)
        json_object_array_add(list, json_object_new_string(ars_addr_str(&ev->addrs[i], text)));
    add_text(o, "mapped", ev->text);
    json_object_object_add(o, "addresses", list);
    if (ev->reason.code)
        add_reason(o, &ev->reason);
}

static void add_counts(struct json_object *o, const struct ars_counts *c)
{
    add_int(o, "calls", (int64_t)c->calls);
    add_int(o, "dialogs", (int64_t)c->dialogs);
    add_int(o, "transactions", (int64_t)c->transactions);
    add_int(o, "timers", (int64_t)c->timers);
    add_int(o, "late", c->audio.late);
    add_int(o, "underruns", c->audio.underruns);
    add_int(o, "gaps", c->audio.gaps);
}

/* Of calls handed on, of what is watched, and who hears whom. */
static void add_news(struct json_object *o, const struct ars_event *ev)
{
    switch (ev->type) {
    case ARS_EV_TRANSFERRING:
        json_object_object_add(
            o, "status", ev->reason.sip_status ? json_object_new_int(ev->reason.sip_status) : NULL);
        add_text(o, "text", ev->reason.text);
        break;
    case ARS_EV_MAILBOX:
        add_int(o, "new", ev->number);
        add_text(o, "account", ev->text);
        break;
    case ARS_EV_WATCH:
        add_text(o, "number", ev->peer_number);
        add_text(o, "state", watch_states[ev->number]);
        add_text(o, "peer", ev->text);
        add_text(o, "name", ev->peer_name);
        json_object_object_add(o, "called", json_object_new_boolean(ev->by_remote));
        break;
    case ARS_EV_REPLACED:
        add_int(o, "replaces", ev->number);
        add_text(o, "number", ev->peer_number);
        add_text(o, "name", ev->peer_name);
        break;
    case ARS_EV_RECORDING:
        json_object_object_add(o, "on", json_object_new_boolean(ev->number != 0));
        add_text(o, "file", ev->text);
        add_text(o, "text", ev->reason.text);
        break;
    case ARS_EV_UNHEARD:
    case ARS_EV_SILENT:
        add_text(o, "cause", ars_sound_cause_name((enum ars_sound_cause)ev->number));
        break;
    case ARS_EV_TALKS_MUTED:
        json_object_object_add(o, "on", json_object_new_boolean(ev->number != 0));
        break;
    case ARS_EV_REFERRED:
        add_text(o, "number", ev->peer_number);
        add_text(o, "by", ev->text);
        break;
    case ARS_EV_COUNTS:
        add_counts(o, &ev->counts);
        break;
    default:
        break;
    }
}

static void add_fields(struct json_object *o, const struct ars_event *ev)
{
    switch (ev->type) {
    case ARS_EV_REGISTERED:
        add_int(o, "expires", ev->number);
        break;
    case ARS_EV_REGISTRATION_FAILED:
        add_reason(o, &ev->reason);
        json_object_object_add(o, "retry_ms",
                               ev->retry_ms ? json_object_new_int64(ev->retry_ms) : NULL);
        if (ev->cert)
            add_cert(o, ev->cert);
        break;
    case ARS_EV_DIALING:
        add_text(o, "number", ev->peer_number);
        add_text(o, "wire", ev->text);
        break;
    case ARS_EV_INCOMING:
    case ARS_EV_PEER:
        add_text(o, "number", ev->peer_number);
        add_text(o, "name", ev->peer_name);
        break;
    case ARS_EV_ESTABLISHED:
        add_int(o, "setup_ms", ev->number);
        break;
    case ARS_EV_FIRST_AUDIO:
        add_int(o, "ms", ev->number);
        break;
    case ARS_EV_DTMF:
        add_text(o, "digit", ev->text);
        add_int(o, "ms", ev->number);
        break;
    case ARS_EV_MEDIA:
        add_text(o, "codec", ev->stats.codec);
        add_text(o, "srtp", ev->stats.srtp);
        add_text(o, "path", ev->stats.path);
        break;
    case ARS_EV_ENDED:
        add_reason(o, &ev->reason);
        add_text(o, "by", ev->by_remote ? "remote" : "local");
        add_int(o, "talk_ms", ev->number);
        break;
    case ARS_EV_STATS:
        add_stats(o, ev);
        break;
    case ARS_EV_AUDIO_DEVICE:
        add_text(o, "direction", ev->input ? "in" : "out");
        add_text(o, "name", ev->text);
        json_object_object_add(o, "works", json_object_new_boolean(ev->number == ARS_DEVICE_WORKS));
        json_object_object_add(o, "away", json_object_new_boolean(ev->number == ARS_DEVICE_AWAY));
        add_text(o, "text", ev->reason.text);
        break;
    case ARS_EV_DEVICES:
        add_devices(o, ev);
        break;
    case ARS_EV_SOUND_TEST:
        add_text(o, "step", test_steps[ev->number]);
        if (ev->number == ARS_SOUND_TEST_LISTENS)
            json_object_object_add(o, "dbfs", json_object_new_double(ev->dbfs));
        break;
    case ARS_EV_HOST_MAP_PROBLEM:
        add_int(o, "rule", ev->number);
        add_text(o, "text", ev->text);
        break;
    case ARS_EV_RESOLVED:
        add_addresses(o, ev);
        break;
    case ARS_EV_REFUSED:
        add_text(o, "number", ev->peer_number);
        add_text(o, "name", ev->peer_name);
        add_reason(o, &ev->reason);
        break;
    case ARS_EV_ERROR:
    case ARS_EV_TRANSFER_FAILED:
        add_reason(o, &ev->reason);
        break;
    default:
        add_news(o, ev);
        break;
    }
}

static void print_json(struct printer *p, const struct ars_event *ev)
{
    struct json_object *o = json_object_new_object();

    add_int(o, "t", (int64_t)(event_us(p, ev) / 1000));
    add_text(o, "event", ars_event_name(ev->type));
    json_object_object_add(o, "call", ev->call ? json_object_new_int64(ev->call) : NULL);
    if (ev->account)
        add_int(o, "line", ev->account);
    add_fields(o, ev);
    puts(
        json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

/* ---- for people ---- */

static void print_figure(const char *name, double d, const char *unit, bool known)
{
    if (known && isfinite(d))
        printf(", %s %.1f %s", name, d, unit);
}

static void print_counts(const struct ars_counts *c)
{
    printf(" %zu calls, %zu dialogs, %zu transactions, %zu timers; %u late, %u underruns, %u gaps",
           c->calls, c->dialogs, c->transactions, c->timers, c->audio.late, c->audio.underruns,
           c->audio.gaps);
}

static void print_stats(const struct ars_event *ev)
{
    const struct ars_media_stats *s = &ev->stats;

    printf(" %s, %s, path %s, sent %llu, received %llu", s->codec[0] ? s->codec : "no codec",
           s->srtp[0] ? s->srtp : "no SRTP", s->path[0] ? s->path : "none",
           (unsigned long long)s->sent, (unsigned long long)s->received);
    print_figure("set-up", ev->setup_ms, "ms", ev->setup_ms >= 0);
    print_figure("first sound", ev->first_audio_ms, "ms", ev->first_audio_ms >= 0);
    print_figure("round trip", s->rtt_ms, "ms", s->rtt_ms >= 0);
    print_figure("jitter", s->jitter_ms, "ms", s->jitter_ms >= 0);
    print_figure("lost", s->loss_pct, "%", s->loss_pct >= 0);
    print_figure("concealed", s->concealed_pct, "%", s->concealed_pct >= 0);
    print_figure("buffer", s->buffer_ms, "ms", s->buffer_ms >= 0);
    if (s->mos >= 0)
        printf(", MOS %.2f", s->mos);
    print_figure("in", s->level_in_dbfs, "dBFS", true);
    print_figure("out", s->level_out_dbfs, "dBFS", true);
}

static void print_cert(const struct ars_cert *c)
{
    char hex[2 * ARS_PIN_LEN + 1];

    ars_hex(c->sha256, sizeof(c->sha256), hex);
    printf("\n           problem  %s\n           subject  %s\n           issuer   %s\n"
           "           names    %s\n           SHA-256  %s",
           c->problem, c->subject, c->issuer, c->names, hex);
}

static void print_devices(const struct ars_event *ev)
{
    if (!ev->devices_n)
        printf(": none");
    for (size_t i = 0; i < ev->devices_n; i++) {
        const struct ars_device *d = &ev->devices[i];

        printf("\n  %s %s %s%s", d->input ? "in" : "  ", d->output ? "out" : "   ", d->name,
               d->is_default ? "  (default)" : "");
        if (!ars_streq(d->name, d->label))
            printf("\n         %s", d->label);
    }
}

static void print_addresses(const struct ars_event *ev)
{
    char text[ARS_ADDR_STR];

    printf(" %s:", ev->text);
    for (size_t i = 0; i < ev->addrs_n; i++)
        printf(" %s", ars_addr_str(&ev->addrs[i], text));
    if (ev->reason.code)
        printf(" %s", words(&ev->reason));
}

static void print_reason(const struct ars_reason *r)
{
    printf(" %s: %s", ars_reason_name(r->code), words(r));
    if (r->sip_status)
        printf(" (%d)", r->sip_status);
    if (r->retry_after_s)
        printf("; not before %u s from now", (unsigned)r->retry_after_s);
}

static void print_caller(const struct ars_event *ev)
{
    printf(" from %s %s", ev->peer_number ? ev->peer_number : "",
           ev->peer_name ? ev->peer_name : "");
}

static void print_dialing(const struct ars_event *ev)
{
    printf(" %s", ev->peer_number ? ev->peer_number : "");
    if (!ars_streq(ev->peer_number, ev->text))
        printf(" as %s", ev->text ? ev->text : "");
}

static void print_watch(const struct ars_event *ev)
{
    printf(" %s is %s", ev->peer_number ? ev->peer_number : "", watch_states[ev->number]);
    if (ev->text || ev->peer_name)
        printf(", %s %s %s", ev->by_remote ? "called by" : "with", ev->text ? ev->text : "",
               ev->peer_name ? ev->peer_name : "");
}

static void print_news(const struct ars_event *ev)
{
    switch (ev->type) {
    case ARS_EV_TRANSFERRING:
        if (ev->reason.sip_status)
            printf(": %d %s", ev->reason.sip_status, ev->reason.text);
        break;
    case ARS_EV_MAILBOX:
        printf(": %d new", ev->number);
        break;
    case ARS_EV_WATCH:
        print_watch(ev);
        break;
    case ARS_EV_REPLACED:
        printf(" call %d, by %s %s", ev->number, ev->peer_number ? ev->peer_number : "",
               ev->peer_name ? ev->peer_name : "");
        break;
    case ARS_EV_REFERRED:
        printf(" to %s by %s", ev->peer_number ? ev->peer_number : "", ev->text ? ev->text : "");
        break;
    case ARS_EV_RECORDING:
        printf(" %s%s%s %s", ev->number ? "to" : "ended", ev->reason.text[0] ? ": " : "",
               ev->reason.text, ev->text ? ev->text : "");
        break;
    case ARS_EV_UNHEARD:
    case ARS_EV_SILENT:
        printf(": %s", ars_sound_cause_name((enum ars_sound_cause)ev->number));
        break;
    case ARS_EV_TALKS_MUTED:
        printf(": %s", ev->number ? "you are not heard" : "over");
        break;
    default:
        break;
    }
}

static void print_details(const struct ars_event *ev)
{
    switch (ev->type) {
    case ARS_EV_REGISTERED:
        printf(" for %d s", ev->number);
        break;
    case ARS_EV_REGISTRATION_FAILED:
        print_reason(&ev->reason);
        if (ev->retry_ms)
            printf("; again in %.1f s", ev->retry_ms / 1000.0);
        if (ev->cert)
            print_cert(ev->cert);
        break;
    case ARS_EV_DIALING:
        print_dialing(ev);
        break;
    case ARS_EV_PEER:
        printf(" %s %s", ev->peer_number ? ev->peer_number : "",
               ev->peer_name ? ev->peer_name : "");
        break;
    case ARS_EV_REFUSED:
        print_caller(ev);
        print_reason(&ev->reason);
        break;
    case ARS_EV_INCOMING:
        print_caller(ev);
        break;
    case ARS_EV_ESTABLISHED:
    case ARS_EV_FIRST_AUDIO:
        printf(" after %d ms", ev->number);
        break;
    case ARS_EV_DTMF:
        printf(" %s", ev->text ? ev->text : "");
        break;
    case ARS_EV_MEDIA:
        printf(" %s, %s, path %s", ev->stats.codec, ev->stats.srtp, ev->stats.path);
        break;
    case ARS_EV_ENDED:
        print_reason(&ev->reason);
        printf(", by the %s side, after %.1f s of talk", ev->by_remote ? "far" : "near",
               ev->number / 1000.0);
        break;
    case ARS_EV_STATS:
        print_stats(ev);
        break;
    case ARS_EV_COUNTS:
        print_counts(&ev->counts);
        break;
    case ARS_EV_AUDIO_DEVICE:
        printf(" (%s) %s %s %s", ev->input ? "in" : "out", ev->text ? ev->text : "",
               ev->number == ARS_DEVICE_WORKS ? "works" : "does not work:", ev->reason.text);
        break;
    case ARS_EV_DEVICES:
        print_devices(ev);
        break;
    case ARS_EV_SOUND_TEST:
        printf(" %s", test_steps[ev->number]);
        if (ev->number == ARS_SOUND_TEST_LISTENS)
            printf(", %.0f dBFS", ev->dbfs);
        break;
    case ARS_EV_HOST_MAP_PROBLEM:
        printf(" in rule %d, %s", ev->number, ev->text ? ev->text : "");
        break;
    case ARS_EV_RESOLVED:
        print_addresses(ev);
        break;
    case ARS_EV_TRANSFER_FAILED:
    case ARS_EV_ERROR:
        print_reason(&ev->reason);
        break;
    default:
        print_news(ev);
        break;
    }
}

static void print_human(struct printer *p, const struct ars_event *ev)
{
    printf("%9.3f  ", (double)event_us(p, ev) / 1e6);
    if (ev->call)
        printf("call %u ", ev->call);
    if (ev->account && p->several)
        printf("account %u ", ev->account);
    for (const char *s = ars_event_name(ev->type); *s; s++)
        putchar(*s == '_' ? ' ' : *s);
    print_details(ev);
    putchar('\n');
}

void print_event(struct printer *p, const struct ars_event *ev)
{
    /*
     * a call's last figures stand before its end; states of the account have events of their own;
     * there is no rtkit here
     */
    if (ev->type == ARS_EV_ENDED && ev->has_stats) {
        struct ars_event stats = *ev;

        stats.type = ARS_EV_STATS;
        print_event(p, &stats);
    }
    if (ev->type == ARS_EV_ACCOUNT || ev->type == ARS_EV_STOPPED || ev->type == ARS_EV_REALTIME)
        return;
    if (p->json)
        print_json(p, ev);
    else
        print_human(p, ev);
    fflush(stdout);
}
