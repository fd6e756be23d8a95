/*
 * media: the messages of ICE over libre's STUN codec. Requests are matched and repeated by our
 * own pairs, not by libre's transactions: those hide the source of an answer, which RFC 8445
 * 7.2.5.2.1 needs.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ars/log.h>

#include "transport/ice_agent.h"
#include "transport/ice_consent.h"
#include "transport/ice_reflexive.h"
#include "transport/ice_relay.h"
#include "transport/ice_stun.h"

#define REQUEST_SIZE 256 /* first guess, the buffer grows */
/* RFC 8489 14.8, RFC 8445 7.3.1.1 */
#define CODE_BAD_REQUEST   400
#define CODE_UNAUTHORIZED  401
#define CODE_UNKNOWN_ATTR  420
#define CODE_ROLE_CONFLICT 487

void icestun_to_sa(const struct ars_addr *a, struct sa *ret)
{
    struct sockaddr_storage ss;

    (void)ars_addr_to_sockaddr(a, &ss);
    sa_init(ret, AF_UNSPEC);
    (void)sa_set_sa(ret, (const struct sockaddr *)&ss);
}

/* An empty buffer with room before it. */
static struct mbuf *new_datagram(size_t size)
{
    struct mbuf *mb = mbuf_alloc(ICE_HEADROOM + size);

    if (mb)
        mb->pos = mb->end = ICE_HEADROOM;
    return mb;
}

/* Takes mb. */
static int send_datagram(struct ice_base *b, const struct sa *dst, struct mbuf *mb)
{
    int err;

    mb->pos = ICE_HEADROOM;
    err = b->relay ? icerelay_send(b->relay, dst, mb) : udp_send(b->sock, dst, mb);
    mem_deref(mb);
    return err;
}

int icestun_send(struct ice_base *b, const struct ars_addr *dst, const uint8_t *buf, size_t len)
{
    struct mbuf *mb = new_datagram(len);
    struct sa to;

    if (!mb)
        return ENOMEM;
    icestun_to_sa(dst, &to);
    (void)mbuf_write_mem(mb, buf, len); /* has the room */
    return send_datagram(b, &to, mb);
}

static int send_request(struct ice_base *b, const struct ars_addr *dst, struct mbuf *mb)
{
    struct sa to;

    icestun_to_sa(dst, &to);
    return send_datagram(b, &to, mb);
}

int icestun_check(struct ice_agent *a, struct ice_base *b, const struct ars_addr *dst,
                  const uint8_t *tid, uint32_t prio, bool use_candidate)
{
    char user[ICE_UFRAG_MAX + ICE_LOCAL_UFRAG + 2];
    struct mbuf *mb = new_datagram(REQUEST_SIZE);
    uint16_t role = a->controlling ? STUN_ATTR_CONTROLLING : STUN_ATTR_CONTROLLED;
    int err;

    if (!mb)
        return ENOMEM;
    (void)snprintf(user, sizeof(user), "%s:%s", a->remote_ufrag, a->cred.ufrag);
    err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL,
                          (const uint8_t *)a->remote_pwd, strlen(a->remote_pwd), true, 0x00, 4,
                          STUN_ATTR_USERNAME, user, STUN_ATTR_PRIORITY, &prio, role,
                          &a->tie_breaker, STUN_ATTR_USE_CAND, use_candidate ? &prio : NULL);
    if (!err)
        return send_request(b, dst, mb);
    mem_deref(mb);
    return err;
}

int icestun_plain(struct ice_base *b, const struct ars_addr *dst, const uint8_t *tid)
{
    struct mbuf *mb = new_datagram(REQUEST_SIZE);
    int err;

    if (!mb)
        return ENOMEM;
    err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL, NULL, 0, true,
                          0x00, 0);
    if (!err)
        return send_request(b, dst, mb);
    mem_deref(mb);
    return err;
}

static bool is_user(const char *user, const char *ufrag)
{
    size_t len = strlen(ufrag);

    return len > 0 && strncmp(user, ufrag, len) == 0 && user[len] == ':';
}

/* RFC 8445 7.3: whose password signs it; NULL: nobody's. */
static const char *password_of(const struct ice_agent *a, const struct stun_msg *msg)
{
    const struct stun_attr *user = stun_msg_attr(msg, STUN_ATTR_USERNAME);
    const char *pwd = NULL;

    if (is_user(user->v.username, a->cred.ufrag))
        pwd = a->cred.pwd;
    else if (is_user(user->v.username, a->old_cred.ufrag))
        pwd = a->old_cred.pwd;
    if (!pwd || stun_msg_chk_mi(msg, (const uint8_t *)pwd, strlen(pwd)))
        return NULL;
    return pwd;
}

/* RFC 8445 7.3.1.1. True: answer with 487. */
static bool role_conflict(struct ice_agent *a, const struct stun_msg *msg)
{
    const struct stun_attr *attr =
        stun_msg_attr(msg, a->controlling ? STUN_ATTR_CONTROLLING : STUN_ATTR_CONTROLLED);
    bool ours_larger;

    if (!attr)
        return false;
    ours_larger = a->tie_breaker >= (a->controlling ? attr->v.controlling : attr->v.controlled);
    if (a->controlling == ours_larger)
        return true;
    icecheck_switch_role(a, ours_larger);
    return false;
}

/* Takes mb; err: what writing it came to. */
static void answer(struct ice_base *b, const struct sa *to, struct mbuf *mb, int err)
{
    if (err)
        mem_deref(mb);
    else
        (void)send_datagram(b, to, mb);
}

static void refuse(struct ice_base *b, const struct sa *to, const struct stun_msg *msg,
                   uint16_t code, const char *reason, const char *pwd,
                   const struct stun_unknown_attr *ua)
{
    struct stun_errcode ec = {.code = code, .reason = (char *)reason};
    struct mbuf *mb = new_datagram(REQUEST_SIZE);

    if (mb)
        answer(b, to, mb,
               stun_msg_encode(mb, stun_msg_method(msg), STUN_CLASS_ERROR_RESP, stun_msg_tid(msg),
                               &ec, (const uint8_t *)pwd, pwd ? strlen(pwd) : 0, true, 0x00, 1,
                               STUN_ATTR_UNKNOWN_ATTR, ua));
}

static void agree(struct ice_base *b, const struct sa *to, const struct stun_msg *msg,
                  const char *pwd)
{
    struct mbuf *mb = new_datagram(REQUEST_SIZE);

    if (mb)
        answer(b, to, mb,
               stun_msg_encode(mb, stun_msg_method(msg), STUN_CLASS_SUCCESS_RESP, stun_msg_tid(msg),
                               NULL, (const uint8_t *)pwd, strlen(pwd), true, 0x00, 1,
                               STUN_ATTR_XOR_MAPPED_ADDR, to));
}

static void on_request(struct ice_base *b, const struct ars_addr *src, const struct stun_msg *msg,
                       const struct stun_unknown_attr *ua)
{
    struct ice_agent *a = b->ice;
    const struct stun_attr *prio = stun_msg_attr(msg, STUN_ATTR_PRIORITY);
    bool use_candidate = stun_msg_attr(msg, STUN_ATTR_USE_CAND) != NULL;
    const char *pwd;
    struct sa to;

    icestun_to_sa(src, &to);
    if (!stun_msg_attr(msg, STUN_ATTR_USERNAME) || !stun_msg_attr(msg, STUN_ATTR_MSG_INTEGRITY)) {
        refuse(b, &to, msg, CODE_BAD_REQUEST, "Bad Request", NULL, NULL);
        return;
    }
    pwd = password_of(a, msg);
    if (!pwd) {
        refuse(b, &to, msg, CODE_UNAUTHORIZED, "Unauthorized", NULL, NULL);
        return;
    }
    if (ua->typec > 0) {
        refuse(b, &to, msg, CODE_UNKNOWN_ATTR, "Unknown Attribute", pwd, ua);
        return;
    }
    if (pwd == a->cred.pwd && role_conflict(a, msg)) {
        refuse(b, &to, msg, CODE_ROLE_CONFLICT, "Role Conflict", pwd, NULL);
        return;
    }
    agree(b, &to, msg, pwd);
    if (pwd == a->cred.pwd)
        icecheck_on_request(b, src, prio ? prio->v.priority : iceagent_prio(ICE_TYPE_PRFLX, 0),
                            use_candidate);
}

/* libre reads attributes past the message's end when the datagram is longer. */
static bool has_exact_length(const struct mbuf *mb)
{
    size_t left = mbuf_get_left(mb);
    const uint8_t *p = mbuf_buf(mb);

    return left >= STUN_HEADER_SIZE && left == STUN_HEADER_SIZE + (size_t)(p[2] << 8 | p[3]);
}

void icestun_receive(struct ice_base *b, const struct ars_addr *src, struct mbuf *mb)
{
    struct ice_agent *a = b->ice;
    struct stun_unknown_attr ua = {.typec = 0};
    struct stun_msg *msg = NULL;

    if (a->state == ICE_FAILED || !has_exact_length(mb) || stun_msg_decode(&msg, mb, &ua))
        return;
    if (!stun_msg_mcookie(msg) || stun_msg_method(msg) != STUN_METHOD_BINDING)
        goto out;
    switch (stun_msg_class(msg)) {
    case STUN_CLASS_REQUEST:
        if (stun_msg_chk_fingerprint(msg) == 0) /* RFC 8445 7.1 */
            on_request(b, src, msg, &ua);
        break;
    case STUN_CLASS_SUCCESS_RESP:
    case STUN_CLASS_ERROR_RESP:
        if (icereflexive_response(b, src, msg) || iceconsent_response(b, src, msg))
            break;
        icecheck_on_response(b, src, msg);
        break;
    default: /* an indication keeps the NAT's binding */
        break;
    }

out:
    mem_deref(msg);
}
