/* engine: digits of a call: in its sound (RFC 4733) or as INFO, by wish or as the far end can. */
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
    bool relay = account_conf(c->account)->dtmf != ARS_DTMF_INFO;
    struct ars_sip_body body = {.type = relay ? RELAY : PLAIN};
    char text[48];

    if (relay)
        snprintf(text, sizeof(text), "Signal=%c\r\nDuration=%d\r\n", digit, DIGIT_MS);
    else
        snprintf(text, sizeof(text), "%c", digit);
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

    if (!digit || c->digits.out || ars_timer_running(&c->digits.timer))
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
        c->digits.out = true;
}

void call_on_informed(struct ars_sip_call *sc, int status, void *arg)
{
    struct call *c = arg;

    c->digits.out = false;
    if (status < 300)
        wait_for(c, DIGIT_MS + GAP_MS);
    else
        give_up(c, "the far end takes no digits", status);
}

static int send_info(struct call *c, const char *digits)
{
    size_t n = strlen(c->digits.queue);

    if (digits[strspn(digits, DIGITS ",")])
        return EINVAL;
    if (c->state != ARS_CALL_ESTABLISHED)
        return ENOTCONN;
    if (strlen(digits) >= sizeof(c->digits.queue) - n)
        return ENOSPC;
    memcpy(c->digits.queue + n, digits, strlen(digits) + 1);
    step(c);
    return 0;
}

int call_dtmf(struct call *c, const char *digits)
{
    enum ars_dtmf_mode mode = account_conf(c->account)->dtmf;
    int err = ENOTSUP;

    if (!c->media)
        return ENOTCONN;
    if (mode == ARS_DTMF_AUTO || mode == ARS_DTMF_RFC4733)
        err = call_sound_dtmf(c, digits);
    if (err == ENOTSUP && mode != ARS_DTMF_RFC4733)
        err = send_info(c, digits);
    return err;
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
    c->digits.out = false;
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
