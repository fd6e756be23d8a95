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

#define REQUEST_SIZE 256 /* first guess, the buffer grows */
/* RFC 8489 14.8, RFC 8445 7.3.1.1 */
#define CODE_BAD_REQUEST   400
#define CODE_UNAUTHORIZED  401
#define CODE_UNKNOWN_ATTR  420
#define CODE_ROLE_CONFLICT 487

static void to_sa(const struct ars_addr *a, struct sa *ret)
{
    struct sockaddr_storage ss;

    (void)ars_addr_to_sockaddr(a, &ss);
    sa_init(ret, AF_UNSPEC);
    (void)sa_set_sa(ret, (const struct sockaddr *)&ss);
}

int icestun_send(struct ice_base *b, const struct ars_addr *dst, const uint8_t *buf, size_t len)
{
    struct mbuf *mb = mbuf_alloc(len);
    struct sa to;
    int err;

    if (!mb)
        return ENOMEM;
    to_sa(dst, &to);
    err = mbuf_write_mem(mb, buf, len);
    mb->pos = 0;
    if (!err)
        err = udp_send(b->sock, &to, mb);
    mem_deref(mb);
    return err;
}

static int send_request(struct ice_base *b, const struct ars_addr *dst, struct mbuf *mb)
{
    struct sa to;

    to_sa(dst, &to);
    mb->pos = 0;
    return udp_send(b->sock, &to, mb);
}

int icestun_check(struct ice_agent *a, struct ice_base *b, const struct ars_addr *dst,
                  const uint8_t *tid, uint32_t prio, bool use_candidate)
{
    char user[ICE_UFRAG_MAX + ICE_LOCAL_UFRAG + 2];
    struct mbuf *mb = mbuf_alloc(REQUEST_SIZE);
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
        err = send_request(b, dst, mb);
    mem_deref(mb);
    return err;
}

int icestun_plain(struct ice_base *b, const struct ars_addr *dst, const uint8_t *tid)
{
    struct mbuf *mb = mbuf_alloc(REQUEST_SIZE);
    int err;

    if (!mb)
        return ENOMEM;
    err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL, NULL, 0, true,
                          0x00, 0);
    if (!err)
        err = send_request(b, dst, mb);
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

static void refuse(struct ice_base *b, const struct sa *to, const struct stun_msg *msg,
                   uint16_t code, const char *reason, const char *pwd,
                   const struct stun_unknown_attr *ua)
{
    (void)stun_ereply(IPPROTO_UDP, b->sock, to, 0, msg, code, reason, (const uint8_t *)pwd,
                      pwd ? strlen(pwd) : 0, true, 1, STUN_ATTR_UNKNOWN_ATTR, ua);
}

static void on_request(struct ice_base *b, const struct ars_addr *src, const struct stun_msg *msg,
                       const struct stun_unknown_attr *ua)
{
    struct ice_agent *a = b->ice;
    const struct stun_attr *prio = stun_msg_attr(msg, STUN_ATTR_PRIORITY);
    bool use_candidate = stun_msg_attr(msg, STUN_ATTR_USE_CAND) != NULL;
    const char *pwd;
    struct sa to;

    to_sa(src, &to);
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
    (void)stun_reply(IPPROTO_UDP, b->sock, &to, 0, msg, (const uint8_t *)pwd, strlen(pwd), true, 1,
                     STUN_ATTR_XOR_MAPPED_ADDR, &to);
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
        if (icegather_response(b, src, msg) || iceconsent_response(b, src, msg))
            break;
        icecheck_on_response(b, src, msg);
        break;
    default: /* an indication keeps the NAT's binding */
        break;
    }

out:
    mem_deref(msg);
}
