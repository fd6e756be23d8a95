/* engine: digits of a call. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/log.h>
#include <ars/loop.h>
#include <ars/sip_call.h>
#include <ars/str.h>

#include "account_conf.h"
#include "call_priv.h"

#define DIGITS "0123456789*#ABCDabcd"
/* As media's: a digit, the gap behind it, and ',' */
#define DIGIT_MS 100
#define GAP_MS   70
#define PAUSE_MS 2000
#define RELAY    "application/dtmf-relay"
#define PLAIN    "application/dtmf"

/* ---- out ---- */

static void step(struct call *c);

static void on_timer(void *arg)
{
    step(arg);
}

static void wait_for(struct call *c, uint32_t ms)
{
    ars_timer_start(ars_loop_timers(c->env.loop), &c->digits.timer, ms, on_timer, c);
}

static int send_digit(struct call *c, char digit)
{
    struct ars_sip_body body = {.type = c->digits.plain ? PLAIN : RELAY};
    char text[48];

    if (c->digits.plain)
        snprintf(text, sizeof(text), "%c", digit);
    else
        snprintf(text, sizeof(text), "Signal=%c\r\nDuration=%d\r\n", digit, DIGIT_MS);
    body.data = text;
    body.len = strlen(text);
    return c->sip ? ars_sip_call_info(c->sip, &body) : ENOTCONN;
}

static void give_up(struct call *c, const char *text, int status)
{
    struct ars_reason why;

    c->digits.queue[0] = '\0';
    ars_reason_set(&why, ARS_REASON_NOT_NOW, status, "%s", text);
    call_tell_error(c, 0, &why);
}

/* One at a time: the next goes out when the far end has taken the one before. */
static void step(struct call *c)
{
    char digit = c->digits.queue[0];
    int err;

    if (!digit || c->digits.digit || ars_timer_running(&c->digits.timer))
        return;
    memmove(c->digits.queue, c->digits.queue + 1, strlen(c->digits.queue));
    if (digit == ',') {
        wait_for(c, PAUSE_MS);
        return;
    }
    err = send_digit(c, digit);
    if (err)
        give_up(c, strerror(err), 0);
    else
        c->digits.digit = digit;
}

static int send_info(struct call *c, const char *digits, bool plain)
{
    size_t n = strlen(c->digits.queue);

    if (digits[strspn(digits, DIGITS ",")])
        return EINVAL;
    if (c->state != ARS_CALL_ESTABLISHED)
        return ENOTCONN;
    if (strlen(digits) >= sizeof(c->digits.queue) - n)
        return ENOSPC;
    memcpy(c->digits.queue + n, digits, strlen(digits) + 1);
    c->digits.plain = plain;
    step(c);
    return 0;
}

static int send_relay(struct call *c, const char *digits)
{
    return send_info(c, digits, false);
}

static int send_plain(struct call *c, const char *digits)
{
    return send_info(c, digits, true);
}

/* ENOTSUP: not that way. */
typedef int way_fn(struct call *c, const char *digits);

static way_fn *const orders[ARS_DTMF_MODES][5] = {
    [ARS_DTMF_RFC4733] = {call_sound_dtmf, send_relay, send_plain, call_sound_tones},
    [ARS_DTMF_INFO_RELAY] = {send_relay, send_plain, call_sound_dtmf, call_sound_tones},
    [ARS_DTMF_INFO] = {send_plain, send_relay, call_sound_dtmf, call_sound_tones},
    [ARS_DTMF_INBAND] = {call_sound_tones},
};

static way_fn *const *order_of(const struct call *c)
{
    return orders[account_conf(c->account)->dtmf];
}

int call_dtmf(struct call *c, const char *digits)
{
    way_fn *const *order = order_of(c);
    int err = ENOTSUP;

    if (!c->media)
        return ENOTCONN;
    for (size_t i = c->digits.refused; err == ENOTSUP && order[i]; i++)
        err = order[i](c, digits);
    return err;
}

/* It does not know INFO, or not of that type. */
static bool is_foreign(int status)
{
    return status == 405 || status == 415 || status == 469 || status == 501;
}

/* The digit that was refused, and those behind it, in the next best way. */
static int fall_back(struct call *c, char digit)
{
    way_fn *const *order = order_of(c);
    way_fn *refused = c->digits.plain ? send_plain : send_relay;
    char rest[1 + sizeof(c->digits.queue)];

    snprintf(rest, sizeof(rest), "%c%s", digit, c->digits.queue);
    c->digits.queue[0] = '\0';
    while (order[c->digits.refused] && order[c->digits.refused++] != refused)
        ;
    return call_dtmf(c, rest);
}

void call_on_informed(struct ars_sip_call *sc, int status, void *arg)
{
    struct call *c = arg;
    char digit = c->digits.digit;

    c->digits.digit = '\0';
    if (status < 300)
        wait_for(c, DIGIT_MS + GAP_MS);
    else if (!digit || !is_foreign(status) || fall_back(c, digit))
        give_up(c, "the far end takes no digits", status);
}

/* The time before the first comma's pause begins when both have come: the answer and the sound. */
void call_digits_ready(struct call *c)
{
    char *digits = c->digits.later;
    struct ars_reason why;
    int err;

    if (!digits || c->state != ARS_CALL_ESTABLISHED || !c->connected)
        return;
    c->digits.later = NULL;
    err = call_dtmf(c, digits);
    free(digits);
    if (!err)
        return;
    ars_reason_set(&why, ARS_REASON_NOT_NOW, 0, "%s",
                   err == ENOTSUP ? "the far end takes no digits" : strerror(err));
    call_tell_error(c, 0, &why);
}

void call_digits_moved(struct call *c)
{
    c->digits.digit = '\0';
    step(c);
}

void call_digits_close(struct call *c)
{
    ars_timer_stop(&c->digits.timer);
    free(c->digits.later);
    c->digits.later = NULL;
}

/* ---- in ---- */

static bool is_type(const struct ars_sip_body *body, const char *type)
{
    size_t len = body->type ? strcspn(body->type, "; \t") : 0;

    return len == strlen(type) && strncasecmp(body->type, type, len) == 0;
}

/* "5", and as some write it 10 to 15 for * # A to D. '\0': none of these. */
static char digit_of(const char *s, size_t len)
{
    static const char events[] = "0123456789*#ABCD";

    if (len == 2 && s[0] == '1' && s[1] >= '0' && s[1] <= '5')
        return events[10 + s[1] - '0'];
    if (len != 1 || !*s || !strchr(DIGITS, *s))
        return '\0';
    return *s >= 'a' ? (char)(*s - 'a' + 'A') : *s;
}

/* The value of a line "name=value", without spaces. */
static const char *value_of(const char *text, const char *name, size_t *ret_len)
{
    size_t n = strlen(name);

    for (const char *s = text; *s; s += strcspn(s, "\r\n"), s += strspn(s, "\r\n")) {
        const char *at = s;

        if (strncasecmp(s, name, n) != 0)
            continue;
        at += n + strspn(s + n, " \t");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " \t");
        *ret_len = strcspn(at, " \t\r\n");
        return at;
    }
    return NULL;
}

static uint32_t duration_of(const char *s, size_t len)
{
    char text[8] = "";
    uint32_t ms = 0;

    if (len < sizeof(text))
        memcpy(text, s, len);
    return ars_str_to_u32(text, UINT16_MAX, &ms) || !ms ? DIGIT_MS : ms;
}

void call_on_info(struct ars_sip_call *sc, const struct ars_sip_body *body, void *arg)
{
    struct call *c = arg;
    uint32_t ms = DIGIT_MS;
    const char *value;
    char text[128];
    size_t len;
    char digit;

    if ((!is_type(body, RELAY) && !is_type(body, PLAIN)) || body->len >= sizeof(text))
        return;
    memcpy(text, body->data, body->len);
    text[body->len] = '\0';
    value = value_of(text, "Signal", &len);
    if (!value) {
        value = text + strspn(text, " \t\r\n");
        len = strcspn(value, " \t\r\n");
    }
    digit = digit_of(value, len);
    value = value_of(text, "Duration", &len);
    if (value)
        ms = duration_of(value, len);
    if (digit)
        call_tell_dtmf(c, digit, ms);
    else
        ars_log(ARS_LOG_INFO, "engine", "call %u: an INFO that holds no digit", c->id);
}
