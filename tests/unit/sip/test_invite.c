/* The outgoing INVITE. */
#include <string.h>

#include "fake.h"
#include "suites.h"

static int test_call_out_and_bye(void)
{
    struct fake f;
    struct ars_sip_counts n;
    const char *req;
    char v[512];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_register(&f));
    TRY(fake_call_up(&f));
    CHECK_INT(f.progress, 1);
    CHECK_INT(f.last_progress, 180);
    CHECK_INT(f.answer_len, sizeof(FAKE_ANSWER) - 1);
    ars_sip_call_hangup(f.call, 0);
    req = fake_want(&f, "BYE sip:600@10.0.0.1:5060;transport=udp SIP/2.0");
    CHECK(req);
    CHECK(fake_has(fake_header(req, "To", v, sizeof(v)), ";tag=rt"));
    CHECK_INT(f.ended, 0);
    fake_answer(&f, req, "200 OK", "rt", NULL, NULL);
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_LOCAL_HANGUP);
    fake_advance(&f, 32000);
    ars_sip_get_counts(f.sip, &n);
    CHECK_INT(n.client_transactions + n.server_transactions + n.calls, 0);
out:
    fake_close(&f);
    return err;
}

static int test_call_in_and_bye(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_incoming_up(&f, tag));
    CHECK_STR(f.number, "101");
    CHECK_STR(f.name, "Alice");
    CHECK_STR(f.called, "100");
    fake_request(&f, "BYE", "z9hG4bKbye", 11, tag,
                 "Reason: Q.850;cause=16;text=\"NORMAL_CLEARING\"\r\n", NULL);
    CHECK(fake_want(&f, "SIP/2.0 200 "));
    CHECK_INT(f.ended, 1);
    CHECK_INT(f.why.code, ARS_REASON_REMOTE_HANGUP);
    CHECK_INT(f.why.q850, 16);
    fake_advance(&f, 32000);
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"call_out_and_bye", test_call_out_and_bye, false},
    {"call_in_and_bye", test_call_in_and_bye, false},
};

const struct suite suite_invite = {cases, CHECK_COUNT(cases)};
