/*
 * What is checked before and after the codec looks at a message. The scan is linear and bounded, so
 * that no input takes long: libre's own decoder is quadratic in the first line and in commas, finds
 * headers by colliding hashes and lets NUL bytes, status 99999 and repeated headers through.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "guard.h"

#define SIP_VERSION "SIP/2.0"

/* RFC 3261 section 8.1.1.5: less than 2^31. */
#define CSEQ_MAX 0x7fffffffu

struct compact {
    char c;
    const char *name;
};

/* RFC 3261 section 7.3.3, RFC 6665, 3515, 3892, 4028. */
static const struct compact compacts[] = {
    {'b', "Referred-By"},  {'c', "Content-Type"}, {'e', "Content-Encoding"}, {'f', "From"},
    {'i', "Call-ID"},      {'k', "Supported"},    {'l', "Content-Length"},   {'m', "Contact"},
    {'o', "Event"},        {'r', "Refer-To"},     {'s', "Subject"},          {'t', "To"},
    {'u', "Allow-Events"}, {'v', "Via"},          {'x', "Session-Expires"},
};

static void fault(struct sip_in *in, int status, const char *text)
{
    if (!in->fault) {
        in->fault = status;
        in->fault_text = text;
    }
}

static bool is_ws(char c)
{
    return c == ' ' || c == '\t';
}

/* RFC 3261 section 25.1: token. */
static bool is_token(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!alnum && (c == '\0' || !strchr("-.!%*_+`'~", c)))
            return false;
    }
    return len > 0;
}

static int scan_status_line(struct sip_in *in, const char *p, size_t len)
{
    size_t at = sizeof(SIP_VERSION);

    if (len < at + 3)
        return EBADMSG;
    for (size_t i = 0; i < 3; i++) {
        if (p[at + i] < '0' || p[at + i] > '9')
            return EBADMSG;
        in->status = in->status * 10 + (p[at + i] - '0');
    }
    if (in->status < 100 || in->status > 699)
        return EBADMSG;
    at += 3;
    if (at < len && p[at] != ' ')
        return EBADMSG;
    if (at < len)
        at++;
    in->phrase = msg_in_trim((struct pl){p + at, len - at});
    return 0;
}

static int scan_request_line(struct sip_in *in, const char *p, size_t len)
{
    const char *sp = memchr(p, ' ', len);
    const char *end = p + len;
    const char *sp2;

    if (!sp || !is_token(p, (size_t)(sp - p)))
        return EBADMSG;
    in->req = true;
    in->method = (struct pl){p, (size_t)(sp - p)};
    sp2 = memchr(sp + 1, ' ', (size_t)(end - sp - 1));
    if (!sp2 || sp2 == sp + 1 || memchr(sp2 + 1, ' ', (size_t)(end - sp2 - 1))) {
        fault(in, 400, "Bad Request-Line");
        return 0;
    }
    in->ruri = (struct pl){sp + 1, (size_t)(sp2 - sp - 1)};

    struct pl version = {sp2 + 1, (size_t)(end - sp2 - 1)};

    if (pl_strcasecmp(&version, SIP_VERSION) == 0)
        return 0;
    if (version.l < 5 || strncasecmp(version.p, "SIP/", 4) != 0)
        return EBADMSG;
    fault(in, 505, NULL);
    return 0;
}

static int scan_first_line(struct sip_in *in, const char *p, size_t len, const char **ret_why)
{
    int err;

    if (len > SIP_FIRST_LINE_MAX) {
        *ret_why = "first line too long";
        return EMSGSIZE;
    }
    if (len > sizeof(SIP_VERSION) && strncasecmp(p, SIP_VERSION " ", sizeof(SIP_VERSION)) == 0)
        err = scan_status_line(in, p, len);
    else
        err = scan_request_line(in, p, len);
    if (err)
        *ret_why = "first line is neither a request's nor a response's";
    return err;
}

/* Commas of one header: false when they run on without values. */
static bool count_commas(const struct pl *val, size_t *total)
{
    size_t run = 0;

    for (size_t i = 0; i < val->l; i++) {
        char c = val->p[i];

        if (c == ',') {
            ++*total;
            if (++run > SIP_COMMA_RUN_MAX)
                return false;
        } else if (!is_ws(c)) {
            run = 0;
        }
    }
    return *total <= SIP_COMMAS_MAX;
}

static struct pl long_name(struct pl name)
{
    if (name.l != 1)
        return name;
    for (size_t i = 0; i < sizeof(compacts) / sizeof(compacts[0]); i++) {
        if ((name.p[0] | 0x20) == compacts[i].c)
            return (struct pl){compacts[i].name, strlen(compacts[i].name)};
    }
    return name;
}

static int scan_header(struct sip_in *in, const char *p, size_t len, size_t *commas,
                       const char **ret_why)
{
    const char *colon = memchr(p, ':', len);
    struct pl name;
    struct pl val;

    if (len > SIP_LINE_MAX || in->n == SIP_HDRS_MAX) {
        *ret_why = len > SIP_LINE_MAX ? "header too long" : "too many headers";
        return EMSGSIZE;
    }
    *ret_why = "header line is malformed";
    if (!colon)
        return EBADMSG;
    name = msg_in_trim((struct pl){p, (size_t)(colon - p)});
    val = msg_in_trim((struct pl){colon + 1, len - (size_t)(colon - p) - 1});
    if (name.p != p || name.l > SIP_NAME_MAX || !is_token(name.p, name.l))
        return EBADMSG;
    if (memchr(val.p, '\r', val.l))
        return EBADMSG;
    if (!count_commas(&val, commas)) {
        *ret_why = "too many commas";
        return EMSGSIZE;
    }
    in->hdrs[in->n].name = long_name(name);
    in->hdrs[in->n].val = val;
    in->n++;
    return 0;
}

/*
 * One logical line from *pos: folds (RFC 3261 section 7.3.1) become spaces in place. False when
 * there is no line end.
 */
static bool next_line(char *text, size_t len, size_t *pos, bool fold, struct pl *ret)
{
    size_t start = *pos;
    size_t at = start;

    for (;;) {
        char *nl = memchr(text + at, '\n', len - at);
        size_t end;

        if (!nl)
            return false;
        end = (size_t)(nl - text);
        *pos = end + 1;
        if (end > start && text[end - 1] == '\r')
            end--;
        if (!fold || end == start || *pos >= len || !is_ws(text[*pos])) {
            *ret = (struct pl){text + start, end - start};
            return true;
        }
        memset(text + end, ' ', *pos - end);
        at = *pos;
    }
}

/* RFC 3261 section 25.1: NUL may stand in a quoted-pair alone. */
static bool has_bare_nul(const char *text, size_t len)
{
    for (const char *p = text; (p = memchr(p, '\0', len - (size_t)(p - text))); p++) {
        if (p == text || p[-1] != '\\')
            return true;
    }
    return false;
}

int guard_scan(struct sip_in *in, const char **ret_why)
{
    size_t pos = 0;
    size_t commas = 0;
    struct pl line;
    int err;

    *ret_why = "no end of the headers";
    if (!next_line(in->text, in->len, &pos, false, &line))
        return EBADMSG;
    err = scan_first_line(in, line.p, line.l, ret_why);
    if (err)
        return err;
    for (;;) {
        *ret_why = "no end of the headers";
        if (!next_line(in->text, in->len, &pos, true, &line))
            return EBADMSG;
        if (!line.l)
            break;
        err = scan_header(in, line.p, line.l, &commas, ret_why);
        if (err)
            return err;
    }
    if (has_bare_nul(in->text, pos)) {
        *ret_why = "NUL in the headers";
        return EBADMSG;
    }
    in->body.data = in->text + pos;
    in->body.len = in->len - pos;
    return 0;
}

/* RFC 3261 section 20.16: 1*DIGIT LWS Method. */
static bool judge_cseq(struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "CSeq");
    uint64_t num = 0;
    size_t i = 0;
    struct pl method;

    for (; i < val->l && i < 10 && val->p[i] >= '0' && val->p[i] <= '9'; i++)
        num = num * 10 + (uint64_t)(val->p[i] - '0');
    if (i == 0 || i == val->l || !is_ws(val->p[i]) || num > CSEQ_MAX)
        return false;
    method = msg_in_trim((struct pl){val->p + i, val->l - i});
    if (!is_token(method.p, method.l))
        return false;
    in->cseq = (uint32_t)num;
    if (!in->req)
        in->method = method;
    return !in->req || pl_cmp(&in->method, &method) == 0;
}

/* RFC 3261 section 25.1: hostport, and nothing of the angle brackets around a URI in headers. */
static bool judge_ruri(const struct pl *ruri)
{
    const char *end = ruri->p + ruri->l;
    const char *colon = memchr(ruri->p, ':', ruri->l);
    const char *host;
    const char *port;

    if (!colon || memchr(ruri->p, '<', ruri->l) || memchr(ruri->p, '>', ruri->l))
        return false;
    if (strncasecmp(ruri->p, "sip", 3) != 0 || colon - ruri->p > 4)
        return true;
    host = colon + 1;
    for (const char *p = host; p < end; p++) {
        if (*p == '@')
            host = p + 1;
    }
    for (const char *p = host; p < end; p++) {
        if (*p == ';' || *p == '?')
            end = p;
    }
    port = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : host;
    port = port ? memchr(port, ':', (size_t)(end - port)) : NULL;
    for (const char *p = port ? port + 1 : end; p < end; p++) {
        if (*p < '0' || *p > '9')
            return false;
    }
    return host < end;
}

/* Semicolons with nothing behind them, in the first value of a list. */
static bool has_empty_param(const struct pl *params)
{
    bool empty = false;

    for (size_t i = 0; i < params->l && params->p[i] != ','; i++) {
        if (params->p[i] == ';' && empty)
            return true;
        empty = params->p[i] == ';' || (empty && is_ws(params->p[i]));
    }
    return empty;
}

/* "SIP/2.0/WSS host:port;branch=z9hG4bK..." with spaces where RFC 3261 section 25.1 allows them. */
static bool judge_via(struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Via");
    size_t slashes = 0;
    size_t i = 0;
    size_t start;
    struct pl params;

    while (i < val->l && slashes < 2)
        slashes += val->p[i++] == '/';
    while (i < val->l && is_ws(val->p[i]))
        i++;
    while (i < val->l && !is_ws(val->p[i]) && val->p[i] != ';')
        i++;
    while (i < val->l && is_ws(val->p[i]))
        i++;
    start = i;
    while (i < val->l && val->p[i] != ';' && val->p[i] != ',')
        i++;
    in->sent_by = msg_in_trim((struct pl){val->p + start, i - start});
    params = (struct pl){val->p + i, val->l - i};
    if (slashes < 2 || !in->sent_by.l || in->sent_by.l > SIP_ID_MAX)
        return false;
    if (has_empty_param(&params))
        fault(in, 400, "Bad Via");
    return !msg_in_param(&params, "branch", &in->branch) || in->branch.l <= SIP_ID_MAX;
}

static bool has_more_vias(const struct sip_in *in)
{
    struct in_list it = {0};
    struct pl via;

    return msg_in_list(in, "Via", &it, &via) && msg_in_list(in, "Via", &it, &via);
}

/* RFC 3261 section 18.3: a body shorter than Content-Length is an error, a longer one is cut. */
static bool judge_length(struct sip_in *in)
{
    const struct pl *val = msg_in_hdr(in, "Content-Length");
    uint64_t n = 0;

    if (!val)
        return true;
    if (!val->l || val->l > 10)
        return false;
    for (size_t i = 0; i < val->l; i++) {
        if (val->p[i] < '0' || val->p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(val->p[i] - '0');
    }
    if (n > in->body.len)
        return false;
    in->body.len = (size_t)n;
    return true;
}

static void judge_singles(struct sip_in *in)
{
    static const char *const singles[] = {"From",           "To",           "Call-ID",     "CSeq",
                                          "Content-Length", "Content-Type", "Max-Forwards"};

    for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
        if (msg_in_count(in, singles[i]) > 1)
            fault(in, 400, "Repeated Header");
    }
}

int guard_judge(struct sip_in *in, const char **ret_why)
{
    static const char *const musts[] = {"Via", "From", "To", "Call-ID", "CSeq"};
    const struct pl *hops = msg_in_hdr(in, "Max-Forwards");
    uint32_t n;

    *ret_why = "a mandatory header is missing";
    for (size_t i = 0; i < sizeof(musts) / sizeof(musts[0]); i++) {
        if (!msg_in_hdr(in, musts[i]))
            return EBADMSG;
    }
    *ret_why = "Via or Call-ID is malformed";
    in->call_id = *msg_in_hdr(in, "Call-ID");
    if (!in->call_id.l || in->call_id.l > SIP_ID_MAX || !judge_via(in))
        return EBADMSG;
    judge_singles(in);
    if (in->req && !in->fault && !judge_ruri(&in->ruri))
        fault(in, 400, "Bad Request-URI");
    if (!judge_cseq(in))
        fault(in, 400, "Bad CSeq");
    if (!judge_length(in))
        fault(in, 400, "Bad Content-Length");
    if (hops && (!msg_in_number(hops, 256, &n) || n > 255))
        fault(in, 400, "Bad Max-Forwards");
    if (msg_in_addr(&in->from, msg_in_hdr(in, "From")) || in->from.tag.l > SIP_ID_MAX)
        fault(in, 400, "Bad From");
    if (msg_in_addr(&in->to, msg_in_hdr(in, "To")) || in->to.tag.l > SIP_ID_MAX)
        fault(in, 400, "Bad To");
    /* RFC 3261 section 8.1.3.3: it was meant for whoever forwarded a request of ours */
    if (!in->req && has_more_vias(in))
        fault(in, 400, "response with more than one Via");
    if (in->fault && !in->req) {
        *ret_why = in->fault_text ? in->fault_text : "response is malformed";
        return EBADMSG;
    }
    return 0;
}
