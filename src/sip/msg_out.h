/*
 * sip: messages that go out.
 */
#ifndef SIP_MSG_OUT_H
#define SIP_MSG_OUT_H

#include <stddef.h>
#include <stdint.h>

#include <ars/sip.h>
#include <ars/str.h>

struct sip_in;

/* What we understand. */
#define OUT_ALLOW     "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, REFER, PRACK"
#define OUT_SUPPORTED "outbound, timer, replaces, 100rel"
/* Of an INVITE without offer: then a reliable response would want an answer in our PRACK. */
#define OUT_SUPPORTED_LATE "outbound, timer, replaces"

/* All texts are borrowed during the call. Header lines are whole: "Name: value\r\n". */
struct out_req {
    const char *method;
    const char *uri;
    const char *from; /* values with tags */
    const char *to;
    const char *call_id;
    uint32_t cseq;
    const char *branch;  /* NULL: a new one */
    const char *routes;  /* header lines or NULL */
    const char *headers; /* header lines or NULL */
    struct ars_sip_body body;
};

void msg_out_branch(char *out, size_t size);

/* b is initialised here; look at b->err, ars_buf_free() it. */
void msg_out_request(struct ars_buf *b, const struct ars_sip *sip, const struct out_req *r);
void msg_out_response(struct ars_buf *b, const struct ars_sip *sip, const struct sip_in *req,
                      int status, const char *phrase, const char *to_tag, const char *headers,
                      const struct ars_sip_body *body);

const char *msg_out_phrase(int status);

/* "Name: value\r\n", with line ends in value made spaces. */
void msg_out_header(struct ars_buf *b, const char *name, const char *value);

/* `"name" <uri>`, or `<uri>` without a name. */
void msg_out_name_addr(struct ars_buf *b, const char *name, const char *uri);

/* The user part of a URI, escaped. */
void msg_out_user(struct ars_buf *b, const char *user);

/* A quoted string. */
void msg_out_quoted(struct ars_buf *b, const char *s);

#endif
