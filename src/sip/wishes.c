/*
 * Answer modes, privacy, diversions.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "endpoint.h"
#include "msg_in.h"
#include "wishes.h"

/* Longer than anybody waits for an answer by itself. */
#define AFTER_MAX_S 3600u

static struct pl before_params(const struct pl *val)
{
    const char *semi = memchr(val->p, ';', val->l);

    return msg_in_trim((struct pl){val->p, semi ? (size_t)(semi - val->p) : val->l});
}

/* The parameters of `<URI>;a;b`, or of a bare word. */
static struct pl params_of(const struct pl *val)
{
    const char *close = memchr(val->p, '>', val->l);
    const char *from = close ? close : memchr(val->p, ';', val->l);

    return from ? (struct pl){from + 1, val->l - (size_t)(from + 1 - val->p)} : (struct pl){"", 0};
}

/* Letters alone: "Auto Answer", "auto-answer" and "alert-autoanswer" end alike. */
static bool asks_for_answer(const struct pl *text)
{
    static const char *const words[] = {"autoanswer", "ringanswer"};
    char letters[64];
    size_t n = 0;

    for (size_t i = 0; i < text->l && n < sizeof(letters) - 1; i++) {
        char c = (char)(text->p[i] | 0x20);

        if (c >= 'a' && c <= 'z')
            letters[n++] = c;
    }
    letters[n] = '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(letters, words[i]))
            return true;
    }
    return false;
}

/* Snom, Polycom, Yealink, Grandstream: in a parameter, or instead of the URI. */
static bool read_alert_info(struct ars_sip_incoming *ret, const struct sip_in *in)
{
    struct in_list it = {0};
    struct pl val;

    while (msg_in_list(in, "Alert-Info", &it, &val)) {
        struct pl params = params_of(&val);
        struct pl head = before_params(&val);
        struct pl info = {"", 0};
        struct pl delay;
        uint32_t after = 0;

        (void)msg_in_param(&params, "info", &info);
        if (!asks_for_answer(&info) && (memchr(head.p, '/', head.l) || !asks_for_answer(&head)))
            continue;
        if (msg_in_param(&params, "delay", &delay))
            (void)msg_in_number(&delay, AFTER_MAX_S, &after);
        ret->wants_answer = true;
        ret->answer_after_s = after;
        return true;
    }
    return false;
}

/* FreeSWITCH and most PBXs: `<sip:x>;answer-after=0` */
static bool read_call_info(struct ars_sip_incoming *ret, const struct sip_in *in)
{
    struct in_list it = {0};
    struct pl val;

    while (msg_in_list(in, "Call-Info", &it, &val)) {
        struct pl params = params_of(&val);
        struct pl after;
        uint32_t n;

        if (!msg_in_param(&params, "answer-after", &after) ||
            !msg_in_number(&after, AFTER_MAX_S, &n))
            continue;
        ret->wants_answer = true;
        ret->answer_after_s = n;
        return true;
    }
    return false;
}

/* RFC 5373; the privileged one comes before the other. */
static bool read_answer_mode(struct ars_sip_incoming *ret, const struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Priv-Answer-Mode");
    struct pl params;
    struct pl mode;
    struct pl require;

    if (!val)
        val = msg_in_hdr(in, "Answer-Mode");
    if (!val)
        return false;
    params = params_of(val);
    mode = before_params(val);
    if (pl_strcasecmp(&mode, "Auto") == 0) {
        ret->wants_answer = true;
        ret->answer_required = msg_in_param(&params, "require", &require);
    }
    return true;
}

/* RFC 5079 section 4; RFC 3323: "anonymous" as user and the host anonymous.invalid. */
static bool is_anonymous(const struct sip_in *in)
{
    static const char *const privacy[] = {"id", "user"};
    const struct uri *from = &in->from.addr.uri;
    const struct pl *hdr = msg_in_hdr(in, "Privacy");

    if (pl_strcasecmp(&from->host, "anonymous.invalid") == 0 ||
        pl_strcasecmp(&from->user, "anonymous") == 0)
        return true;
    for (; hdr; hdr = msg_in_next(in, "Privacy", hdr)) {
        struct pl rest = *hdr;

        while (rest.l) {
            const char *semi = memchr(rest.p, ';', rest.l);
            struct pl one = before_params(&rest);

            for (size_t i = 0; i < sizeof(privacy) / sizeof(privacy[0]); i++) {
                if (pl_strcasecmp(&one, privacy[i]) == 0)
                    return true;
            }
            rest = semi ? (struct pl){semi + 1, rest.l - (size_t)(semi + 1 - rest.p)}
                        : (struct pl){"", 0};
        }
    }
    return false;
}

/* RFC 5806: whether it has been sent away by us before. */
static bool is_diverted_here(const struct ars_sip *sip, const struct sip_in *in)
{
    struct in_list it = {0};
    struct in_addr_hdr a;
    struct pl val;

    while (msg_in_list(in, "Diversion", &it, &val)) {
        if (msg_in_addr(&a, &val) == 0 && pl_strcmp(&a.addr.uri.user, sip->user) == 0 &&
            pl_strcasecmp(&a.addr.uri.host, sip->domain) == 0)
            return true;
    }
    return false;
}

void wishes_read(struct ars_sip_incoming *ret, const struct ars_sip *sip, const struct sip_in *in)
{
    if (!read_answer_mode(ret, in) && !read_call_info(ret, in))
        (void)read_alert_info(ret, in);
    ret->anonymous = is_anonymous(in);
    ret->diverted_here = is_diverted_here(sip, in);
}
