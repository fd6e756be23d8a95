/* The checker and the transport of the SDP suites. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sdp_check.h"

const char *sdp_find_line(const char *text, const char *start)
{
    size_t len = strlen(start);

    while (*text) {
        if (strncmp(text, start, len) == 0)
            return text;
        text += strcspn(text, "\n");
        text += *text ? 1 : 0;
    }
    return NULL;
}

bool sdp_has_line(const char *text, const char *line)
{
    const char *p = text;
    size_t len = strlen(line);

    while ((p = sdp_find_line(p, line)) != NULL) {
        if (p[len] == '\r' && p[len + 1] == '\n')
            return true;
        p += len;
    }
    return false;
}

int sdp_count_lines(const char *text, const char *start)
{
    int n = 0;

    while ((text = sdp_find_line(text, start)) != NULL) {
        n++;
        text += strlen(start);
    }
    return n;
}

/* The n-th word of o=. */
unsigned long long sdp_origin_word(const char *text, int n)
{
    const char *p = sdp_find_line(text, "o=");

    for (int i = 0; p && i < n; i++) {
        p += strcspn(p, " ");
        p += strspn(p, " ");
    }
    return p ? strtoull(p, NULL, 10) : 0;
}

/*
 * RFC 8866 section 5: CRLF everywhere, "x=" lines, v o s [c] t [a...] m... in order, c= in the
 * session or in every section, right behind its m=.
 */
const char *sdp_fault(const char *text)
{
    static const char order[] = "vosctam";
    size_t at = 0;
    bool media = false;
    bool session_c = false;

    for (const char *p = text; *p;) {
        const char *end = strchr(p, '\n');

        if (!end || end == p || end[-1] != '\r')
            return "a line without CRLF";
        if (!islower((unsigned char)p[0]) || p[1] != '=' || end - p < 4)
            return "not type=value";
        if (p[0] == 'm') {
            media = true;
            if (!session_c && strncmp(end + 1, "c=", 2) != 0)
                return "a section without c=";
        }
        session_c = session_c || (!media && p[0] == 'c');
        if (!media) {
            const char *o = strchr(order + at, p[0]);

            if (!o)
                return "a session line out of order";
            at = (size_t)(o - order);
        } else if (!strchr("mca", p[0])) {
            return "a session line in a section";
        }
        if (!media && (strncmp(p, "a=send", 6) == 0 || strncmp(p, "a=recv", 6) == 0 ||
                       strncmp(p, "a=inactive", 10) == 0))
            return "a direction at session level";
        p = end + 1;
    }
    if (!media)
        return "no section";
    return NULL;
}

static struct ice_candidate candv[2];

struct sdp_transport sdp_test_transport(bool with_srflx)
{
    struct sdp_transport t = {
        .ufrag = "lfrag123",
        .pwd = "lpassword0123456789012345",
        .candv = candv,
        .n_cands = with_srflx ? 2 : 1,
        .fallback = &candv[with_srflx ? 1 : 0],
        .fingerprint = FP_OURS,
        .ssrc = 4042322160u,
        .cname = "cnamecname",
    };

    candv[0] = (struct ice_candidate){.type = ICE_TYPE_HOST, .prio = 2130706431, .foundation = "1"};
    (void)ars_addr_parse("192.0.2.33", 40000, &candv[0].addr);
    candv[1] =
        (struct ice_candidate){.type = ICE_TYPE_SRFLX, .prio = 1694498815, .foundation = "2"};
    (void)ars_addr_parse("203.0.113.9", 50000, &candv[1].addr);
    candv[1].related = candv[0].addr;
    return t;
}

int sdp_parse_text(struct sdp_desc **ret, const char *text)
{
    return sdp_parse(ret, text, strlen(text));
}
