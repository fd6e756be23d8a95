/*
 * Messages that go out. Content-Length always: FreeSWITCH answers 400 without it.
 */
#include <stdint.h>
#include <stdbool.h>
#include <string.h>
#include <re.h>

#include <ars/rand.h>

#include "endpoint.h"
#include "msg_in.h"
#include "msg_out.h"

#define OUT_MSG_MAX  (256u * 1024u)
#define MAX_FORWARDS 70
/* RFC 3261 section 8.1.1.7. */
#define COOKIE "z9hG4bK"

struct phrase {
    int status;
    const char *text;
};

static const struct phrase phrases[] = {
    {100, "Trying"},
    {180, "Ringing"},
    {183, "Session Progress"},
    {200, "OK"},
    {202, "Accepted"},
    {302, "Moved Temporarily"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {420, "Bad Extension"},
    {422, "Session Interval Too Small"},
    {423, "Interval Too Brief"},
    {433, "Anonymity Disallowed"},
    {469, "Bad Info Package"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {489, "Bad Event"},
    {491, "Request Pending"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {603, "Decline"},
};

const char *msg_out_phrase(int status)
{
    static const char *const classes[] = {
        "Trying", "OK", "Redirected", "Request Failed", "Server Failure", "Global Failure"};

    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if (phrases[i].status == status)
            return phrases[i].text;
    }
    return status >= 100 && status < 700 ? classes[status / 100 - 1] : "Unknown";
}

void msg_out_branch(char *out, size_t size)
{
    char token[SIP_BRANCH_LEN + 1];

    ars_rand_token(token, SIP_BRANCH_LEN);
    ars_strcpy(out, size, COOKIE);
    ars_strcpy(out + strlen(out), size - strlen(out), token);
}

static void add_pl(struct ars_buf *b, const struct pl *pl)
{
    ars_buf_addn(b, pl->p, pl->l);
}

static void add_line(struct ars_buf *b, const char *name, const struct pl *val)
{
    ars_buf_addf(b, "%s: ", name);
    add_pl(b, val);
    ars_buf_adds(b, "\r\n");
}

static void add_body(struct ars_buf *b, const struct ars_sip_body *body)
{
    if (body && body->len) {
        ars_buf_addf(b, "Content-Type: %s\r\n", body->type ? body->type : "application/sdp");
        ars_buf_addf(b, "Content-Length: %zu\r\n\r\n", body->len);
        ars_buf_addn(b, body->data, body->len);
    } else {
        ars_buf_adds(b, "Content-Length: 0\r\n\r\n");
    }
}

void msg_out_request(struct ars_buf *b, const struct ars_sip *sip, const struct out_req *r)
{
    char branch[64];

    ars_buf_init(b, OUT_MSG_MAX);
    if (r->branch)
        ars_strcpy(branch, sizeof(branch), r->branch);
    else
        msg_out_branch(branch, sizeof(branch));
    ars_buf_addf(b, "%s %s SIP/2.0\r\n", r->method, r->uri);
    ars_buf_addf(b, "Via: SIP/2.0/%s %s;branch=%s;rport\r\n", sip->secure ? "WSS" : "WS", sip->host,
                 branch);
    ars_buf_addf(b, "Max-Forwards: %d\r\n", MAX_FORWARDS);
    ars_buf_adds(b, r->routes ? r->routes : "");
    ars_buf_addf(b, "From: %s\r\nTo: %s\r\n", r->from, r->to);
    ars_buf_addf(b, "Call-ID: %s\r\nCSeq: %u %s\r\n", r->call_id, (unsigned)r->cseq, r->method);
    ars_buf_adds(b, r->headers ? r->headers : "");
    ars_buf_addf(b, "User-Agent: %s\r\n", sip->agent);
    add_body(b, &r->body);
}

/* RFC 3261 sections 8.2.6.2 and 12.1.1. */
void msg_out_response(struct ars_buf *b, const struct ars_sip *sip, const struct sip_in *req,
                      int status, const char *phrase, const char *to_tag, const char *headers,
                      const struct ars_sip_body *body)
{
    ars_buf_init(b, OUT_MSG_MAX);
    ars_buf_addf(b, "SIP/2.0 %d %s\r\n", status, phrase ? phrase : msg_out_phrase(status));
    for (const struct pl *v = msg_in_hdr(req, "Via"); v; v = msg_in_next(req, "Via", v))
        add_line(b, "Via", v);
    if (status > 100 && status < 300) {
        const struct pl *v = msg_in_hdr(req, "Record-Route");

        for (; v; v = msg_in_next(req, "Record-Route", v))
            add_line(b, "Record-Route", v);
    }
    add_line(b, "From", msg_in_hdr(req, "From"));
    ars_buf_adds(b, "To: ");
    add_pl(b, msg_in_hdr(req, "To"));
    if (status > 100 && to_tag && !req->to.tag.l)
        ars_buf_addf(b, ";tag=%s", to_tag);
    ars_buf_adds(b, "\r\n");
    add_line(b, "Call-ID", &req->call_id);
    add_line(b, "CSeq", msg_in_hdr(req, "CSeq"));
    if (status == 100 && msg_in_hdr(req, "Timestamp")) /* section 8.2.6.1 */
        add_line(b, "Timestamp", msg_in_hdr(req, "Timestamp"));
    ars_buf_adds(b, headers ? headers : "");
    ars_buf_addf(b, "User-Agent: %s\r\n", sip->agent);
    add_body(b, body);
}

void msg_out_header(struct ars_buf *b, const char *name, const char *value)
{
    ars_buf_addf(b, "%s: ", name);
    for (const char *p = value; *p; p++) {
        char c = *p == '\r' || *p == '\n' ? ' ' : *p;

        ars_buf_addn(b, &c, 1);
    }
    ars_buf_adds(b, "\r\n");
}

void msg_out_quoted(struct ars_buf *b, const char *s)
{
    ars_buf_adds(b, "\"");
    for (; *s; s++) {
        char c = (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s;

        if (c == '"' || c == '\\')
            ars_buf_adds(b, "\\");
        ars_buf_addn(b, &c, 1);
    }
    ars_buf_adds(b, "\"");
}

void msg_out_name_addr(struct ars_buf *b, const char *name, const char *uri)
{
    if (name && *name) {
        msg_out_quoted(b, name);
        ars_buf_adds(b, " ");
    }
    ars_buf_addf(b, "<%s>", uri);
}

/* RFC 3261 section 25.1: user = unreserved / escaped / user-unreserved. */
void msg_out_user(struct ars_buf *b, const char *user)
{
    for (; *user; user++) {
        char c = *user;
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (alnum || strchr("-_.!~*'()&=+$,;?/", c))
            ars_buf_addn(b, &c, 1);
        else
            ars_buf_addf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}
