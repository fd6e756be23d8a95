/*
 * What the SDP suites share: a checker that reads lines and knows nothing of the parser under test,
 * and a transport to write with.
 */
#ifndef ARS_TEST_SDP_CHECK_H
#define ARS_TEST_SDP_CHECK_H

#include "check.h"
#include "sdp/sdp.h"

#define FP_OURS "AA:BB"

/* The first line that begins so; NULL: none. */
const char *sdp_find_line(const char *text, const char *start);
bool sdp_has_line(const char *text, const char *line);
int sdp_count_lines(const char *text, const char *start);

/* The n-th word of o=, from 0. */
unsigned long long sdp_origin_word(const char *text, int n);

/* RFC 8866 section 5: CRLF, order, direction at media level alone; NULL: nothing is wrong. */
const char *sdp_fault(const char *text);

struct sdp_transport sdp_test_transport(bool with_srflx);
int sdp_parse_text(struct sdp_desc **ret, const char *text);

#define CHECK_SDP(text)                                                                            \
    do {                                                                                           \
        const char *why_ = sdp_fault(text);                                                        \
        if (why_) {                                                                                \
            err = check_fail(__FILE__, __LINE__, "%s in\n%s", why_, text);                         \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#define CHECK_LINE(text, line)                                                                     \
    do {                                                                                           \
        if (!sdp_has_line(text, line)) {                                                           \
            err = check_fail(__FILE__, __LINE__, "no line '%s' in\n%s", line, text);               \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#endif
