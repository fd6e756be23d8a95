/*
 * sip: a message that came in: own table of headers over libre's address and URI decoders. Headers
 * are found by their names, never by libre's 12-bit hashes, which collide. Refcounted (mem_ref).
 */
#ifndef SIP_MSG_IN_H
#define SIP_MSG_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <re.h>

#include <ars/sip.h>

#include "bounds.h"

struct in_hdr {
    struct pl name; /* the long form */
    struct pl val;  /* trimmed, folds made spaces */
};

struct in_addr_hdr {
    struct pl val;
    struct sip_addr addr;
    struct pl tag;
};

struct sip_in {
    char *text;
    size_t len;
    bool req;
    struct pl method; /* of a response: CSeq's */
    struct pl ruri;
    struct uri uri; /* scheme empty: could not be decoded */
    int status;
    struct pl phrase;
    struct in_hdr hdrs[SIP_HDRS_MAX];
    size_t n;
    struct in_addr_hdr from;
    struct in_addr_hdr to;
    struct pl call_id;
    struct pl branch;
    struct pl sent_by;
    uint32_t cseq;
    struct ars_sip_body body;
    char *body_type;
    int fault; /* 0, or the status that a request deserves; a response then is dropped */
    const char *fault_text;
};

/*
 * ENODATA: only line ends (keep-alive). EBADMSG, EMSGSIZE, ENOMEM: drop it, *ret_why says why.
 * 0: look at fault.
 */
int msg_in_decode(struct sip_in **ret, const char *msg, size_t len, const char **ret_why);

/* The first, or the one after prev; NULL when there is none. name: the long form. */
const struct pl *msg_in_hdr(const struct sip_in *in, const char *name);
const struct pl *msg_in_next(const struct sip_in *in, const char *name, const struct pl *prev);
size_t msg_in_count(const struct sip_in *in, const char *name);

/* Walks a comma list over all headers of that name. Zero `it` before. */
struct in_list {
    const struct pl *hdr;
    struct pl rest;
};
bool msg_in_list(const struct sip_in *in, const char *name, struct in_list *it, struct pl *ret);

/* Is the token in the comma list of that header? Without regard to case. */
bool msg_in_has_token(const struct sip_in *in, const char *name, const char *token);

/* The next element of a comma list; quotes and <> hold commas. */
bool msg_in_split(struct pl *rest, struct pl *ret);

/* ";name=value" or ";name"; quotes are stripped. */
bool msg_in_param(const struct pl *params, const char *name, struct pl *ret);

/* An unsigned number at the start of pl, capped at max. False without a digit. */
bool msg_in_number(const struct pl *pl, uint32_t max, uint32_t *ret);

struct pl msg_in_trim(struct pl pl);
bool msg_in_is(const struct sip_in *in, const char *method);

/* Malloc'ed copies; NULL on ENOMEM. */
char *msg_in_dup(const struct pl *pl);
/* Takes the backslashes out of a quoted string, in place. */
void msg_in_unquote(char *s);
char *msg_in_name_of(const struct sip_addr *addr);   /* display name, UTF-8; "" without one */
char *msg_in_shown_name(const struct sip_in *in);    /* X-Display-Name; NULL without one */
char *msg_in_number_of(const struct sip_addr *addr); /* user part, unescaped; else the whole URI */

/* Decodes a From, To, Contact or Route value. EBADMSG. */
int msg_in_addr(struct in_addr_hdr *ret, const struct pl *val);

#endif
