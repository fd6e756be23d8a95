/* Who the far end is: X-Display-Name, RFC 3325, Remote-Party-ID, From. */
#include <string.h>

#include "call.h"
#include "fake.h"
#include "suites.h"

static const struct ars_sip_body answer = {"application/sdp", FAKE_ANSWER, sizeof(FAKE_ANSWER) - 1};

/* The INVITE's From is "Alice" <sip:101@pbx.test>. */
static int test_incoming(void)
{
    static const struct {
        const char *headers;
        const char *name;
        const char *number;
    } rows[] = {
        {"", "Alice", "101"},
        {"P-Asserted-Identity: \"Bob\" <sip:102@10.0.0.1>\r\n", "Bob", "102"},
        {"P-Asserted-Identity: <sip:102@10.0.0.1>\r\n", "", "102"},
        {"P-Asserted-Identity: Bob <tel:+7495;x=y>\r\nP-Asserted-Identity: <sip:1@a>\r\n", "Bob",
         "+7495"},
        {"P-Asserted-Identity: <sip:pbx.test>\r\n", "Alice", "101"},
        {"P-Asserted-Identity: garbage <<\r\n", "Alice", "101"},
        {"Remote-Party-ID: \"Eve\" <sip:103@x>;party=calling;screen=yes\r\n", "Eve", "103"},
        {"Remote-Party-ID: \"Outbound Call\" <sip:xyz@x>;party=calling\r\n", "Alice", "101"},
        {"Remote-Party-ID: <sip:103@x>\r\nP-Asserted-Identity: Bob <sip:102@x>\r\n", "Bob", "102"},
        {"X-Display-Name: %D0%90\r\nP-Asserted-Identity: Bob <sip:102@x>\r\n", "\xd0\x90", "102"},
        {"X-Display-Name: %20\r\n", "Alice", "101"},
        /* Windows-1251, Latin-1 */
        {"P-Asserted-Identity: \"\xc8\xe2\xe0\xed\" <sip:102@x>\r\n",
         "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "102"},
        {"P-Asserted-Identity: \"M\xfcller\" <sip:102@x>\r\n", "M\xc3\xbcller", "102"},
    };
    struct fake f = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(fake_open(&f, 0));
        fake_invite(&f, "z9hG4bKin1", rows[i].headers, FAKE_OFFER);
        CHECK_INT(f.incoming, 1);
        CHECK_STR(f.name, rows[i].name);
        CHECK_STR(f.number, rows[i].number);
        CHECK_INT(f.identities, 0);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* In the dialog: news once, and From, which stays what it was, takes nothing back. */
static int test_in_dialog(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_incoming_up(&f, tag));
    for (unsigned i = 0; i < 2; i++) {
        fake_request(&f, "UPDATE", i ? "z9hG4bKu2" : "z9hG4bKu1", 11 + i, tag,
                     "P-Asserted-Identity: \"Bob\" <sip:102@x>\r\n", NULL);
        CHECK(fake_want(&f, "SIP/2.0 200 "));
        CHECK_INT(f.identities, 1);
        CHECK_STR(ars_sip_call_peer_number(f.call), "102");
        CHECK_STR(ars_sip_call_peer_name(f.call), "Bob");
    }
    fake_request(&f, "INVITE", "z9hG4bKr1", 13, tag, NULL, FAKE_OFFER);
    TRY(ars_sip_call_answer(f.call, &answer));
    CHECK_INT(f.identities, 1);
    CHECK_STR(ars_sip_call_peer_number(f.call), "102");
    /* somebody without a name does not go by the one before */
    fake_request(&f, "ACK", "z9hG4bKa1", 13, tag, NULL, NULL);
    fake_request(&f, "UPDATE", "z9hG4bKu3", 14, tag, "Remote-Party-ID: <sip:103@x>\r\n", NULL);
    CHECK_INT(f.identities, 2);
    CHECK_STR(ars_sip_call_peer_number(f.call), "103");
    CHECK_STR(ars_sip_call_peer_name(f.call), "");
out:
    fake_close(&f);
    return err;
}

/* Who answers: by P-Asserted-Identity alone. */
static int test_outgoing(void)
{
    struct fake f;
    const char *req;
    int err;

    TRY(fake_dial(&f, &req));
    fake_answer(&f, req, "180 Ringing", "rt", "Remote-Party-ID: \"Eve\" <sip:9@x>\r\n", NULL);
    CHECK_INT(f.identities, 0);
    CHECK_STR(ars_sip_call_peer_number(f.call), "600");
    fake_answer(&f, req, "200 OK", "rt",
                "Contact: <sip:c@x>\r\nP-Asserted-Identity: \"Bob\" <sip:102@x>\r\n", FAKE_ANSWER);
    CHECK_INT(f.identities, 1);
    CHECK_STR(ars_sip_call_peer_number(f.call), "102");
    CHECK_STR(ars_sip_call_peer_name(f.call), "Bob");
out:
    fake_close(&f);
    return err;
}

static int test_freed_by_it(void)
{
    struct fake f;
    char tag[64];
    int err;

    TRY(fake_open(&f, 0));
    TRY(fake_incoming_up(&f, tag));
    f.free_in_handler = true;
    fake_request(&f, "INVITE", "z9hG4bKr1", 11, tag, "P-Asserted-Identity: \"Bob\" <sip:102@x>\r\n",
                 FAKE_OFFER);
    CHECK_INT(f.identities, 1);
    CHECK_INT(f.reoffers, 0);
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"identity_incoming", test_incoming, false},
    {"identity_in_dialog", test_in_dialog, false},
    {"identity_outgoing", test_outgoing, false},
    {"identity_freed_by_it", test_freed_by_it, false},
};

const struct suite suite_identity = {cases, CHECK_COUNT(cases)};
