/* The suites that test_sip runs. */
#ifndef TEST_SIP_SUITES_H
#define TEST_SIP_SUITES_H

#include "check.h"

struct suite {
    const struct check_case *cases;
    size_t n;
};

extern const struct suite suite_msg;
extern const struct suite suite_auth;
extern const struct suite suite_trans;
extern const struct suite suite_reg;
extern const struct suite suite_invite;
extern const struct suite suite_invite_in;
extern const struct suite suite_hangup;
extern const struct suite suite_mod;
extern const struct suite suite_refresh;
extern const struct suite suite_early;
extern const struct suite suite_identity;
extern const struct suite suite_redirect;
extern const struct suite suite_loss;
extern const struct suite suite_refer;
extern const struct suite suite_replaces;
extern const struct suite suite_subscribe;

#endif
