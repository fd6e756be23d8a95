/* The guard, the codec and redaction. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <re.h>

#include <ars/str.h>

#include "fake.h"
#include "msg_in.h"
#include "redact.h"
#include "suites.h"

#define HEAD                                                                                       \
    "Via: SIP/2.0/WSS a.invalid;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"     \
    "Call-ID: id\r\n"
#define OPTIONS(extra) "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n" extra "\r\n"

struct row {
    const char *name;
    const char *msg;
    size_t len; /* 0: a string */
    int err;
    int fault;
};

#define NUL_IN_HEADER OPTIONS("X-A: a\0b\r\n")
#define NUL_IN_QUOTES OPTIONS("Subject: \"a\\\0b\"\r\n")
#define NUL_IN_BODY   OPTIONS("Content-Length: 3\r\n") "a\0b"

static const struct row rows[] = {
    {"plain", OPTIONS(""), 0, 0, 0},
    {"keep-alive", "\r\n\r\n", 0, ENODATA, 0},
    {"one line end", "\r\n", 0, ENODATA, 0},
    {"line ends before", "\r\n\r\n" OPTIONS(""), 0, 0, 0},
    {"LF only",
     "OPTIONS sip:c@d SIP/2.0\nv: SIP/2.0/WSS a;branch=1\nf: <sip:a@b>\nt: <sip:c@d>\n"
     "i: id\nCSeq: 1 OPTIONS\n\n",
     0, 0, 0},
    {"compact",
     "OPTIONS sip:c@d SIP/2.0\r\nV: SIP / 2.0 / WSS a ;branch=1\r\nF:<sip:a@b>\r\n"
     "t :<sip:c@d>\r\nI: id\r\nCSeq:1   OPTIONS\r\nl:0\r\n\r\n",
     0, 0, 0},
    {"folded", OPTIONS("Subject: a\r\n b\r\n\tc\r\n"), 0, 0, 0},
    {"no blank line", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n", 0, EBADMSG, 0},
    {"no colon", OPTIONS("nonsense\r\n"), 0, EBADMSG, 0},
    {"space in name", OPTIONS("X A: 1\r\n"), 0, EBADMSG, 0},
    {"empty name", OPTIONS(": 1\r\n"), 0, EBADMSG, 0},
    {"NUL in a header", NUL_IN_HEADER, sizeof(NUL_IN_HEADER) - 1, EBADMSG, 0},
    {"NUL in quotes", NUL_IN_QUOTES, sizeof(NUL_IN_QUOTES) - 1, 0, 0},
    {"NUL in the body", NUL_IN_BODY, sizeof(NUL_IN_BODY) - 1, 0, 0},
    {"CR in a value", OPTIONS("X-A: a\rb\r\n"), 0, EBADMSG, 0},
    {"no Via",
     "OPTIONS sip:c@d SIP/2.0\r\nFrom: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: i\r\n"
     "CSeq: 1 OPTIONS\r\n\r\n",
     0, EBADMSG, 0},
    {"no CSeq", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "\r\n", 0, EBADMSG, 0},
    {"two From", OPTIONS("From: <sip:e@f>;tag=2\r\n"), 0, 0, 400},
    {"two To", OPTIONS("t: <sip:e@f>\r\n"), 0, 0, 400},
    {"two Call-ID", OPTIONS("i: other\r\n"), 0, 0, 400},
    {"two CSeq", OPTIONS("CSeq: 2 OPTIONS\r\n"), 0, 0, 400},
    {"two Content-Length", OPTIONS("Content-Length: 0\r\nl: 0\r\n"), 0, 0, 400},
    {"two Max-Forwards", OPTIONS("Max-Forwards: 1\r\nMax-Forwards: 1\r\n"), 0, 0, 400},
    {"Max-Forwards 256", OPTIONS("Max-Forwards: 256\r\n"), 0, 0, 400},
    {"Max-Forwards 0", OPTIONS("Max-Forwards: 0\r\n"), 0, 0, 0},
    {"CSeq of 2^31", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 2147483648 OPTIONS\r\n\r\n", 0, 0,
     400},
    {"CSeq of 2^31-1", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 2147483647 OPTIONS\r\n\r\n", 0, 0,
     0},
    {"CSeq that wraps", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 4294967297 OPTIONS\r\n\r\n", 0, 0,
     400},
    {"CSeq of another method", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, 0,
     400},
    {"CSeq without number", "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: OPTIONS\r\n\r\n", 0, 0, 400},
    {"body too short", OPTIONS("Content-Length: 9\r\n") "short", 0, 0, 400},
    {"body too long", OPTIONS("Content-Length: 3\r\n") "abcdef", 0, 0, 0},
    {"length not a number", OPTIONS("Content-Length: -1\r\n"), 0, 0, 400},
    {"length huge", OPTIONS("Content-Length: 99999999999\r\n"), 0, 0, 400},
    {"bad From",
     "OPTIONS sip:c@d SIP/2.0\r\nVia: SIP/2.0/WS a;branch=1\r\nFrom: <sip:\r\n"
     "To: <sip:c@d>\r\nCall-ID: i\r\nCSeq: 1 OPTIONS\r\n\r\n",
     0, 0, 400},
    {"version 7", "OPTIONS sip:c@d SIP/7.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0, 505},
    {"another protocol", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, EBADMSG, 0},
    {"two spaces", "OPTIONS  sip:c@d SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0, 400},
    {"space in the URI", "OPTIONS sip:c d@d SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0, 400},
    {"brackets around the URI", "OPTIONS <sip:c@d> SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0,
     0, 400},
    {"port", "OPTIONS sip:a:b?;@[::1]:1;x=y?a=b SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0,
     0},
    {"port of letters", "OPTIONS sip:c@d:e SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0, 400},
    {"IPv6 without brackets", "OPTIONS sip:1::2 SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0,
     400},
    {"URI without host", "OPTIONS sip:c@ SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n\r\n", 0, 0, 400},
    {"response", "SIP/2.0 200 OK\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, 0, 0},
    {"response without phrase", "SIP/2.0 200\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, 0, 0},
    {"status 099", "SIP/2.0 099 Low\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, EBADMSG, 0},
    {"status 700", "SIP/2.0 700 High\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, EBADMSG, 0},
    {"status 99999", "SIP/2.0 99999 Wrap\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, EBADMSG, 0},
    {"response with two Vias",
     "SIP/2.0 200 OK\r\nVia: SIP/2.0/WSS x;branch=y\r\n" HEAD "CSeq: 1 INVITE\r\n\r\n", 0, EBADMSG,
     0},
    {"broken response", "SIP/2.0 200 OK\r\n" HEAD "CSeq: 1 INVITE\r\nContent-Length: 5\r\n\r\n", 0,
     EBADMSG, 0},
};

static int test_guard_table(void)
{
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        const struct row *r = &rows[i];
        struct sip_in *in = NULL;
        const char *why = "";
        int got = msg_in_decode(&in, r->msg, r->len ? r->len : strlen(r->msg), &why);
        int fault = in ? in->fault : 0;

        mem_deref(in);
        if (got != r->err || fault != r->fault) {
            err = check_fail(__FILE__, __LINE__, "%s: %s, fault %d, why %s", r->name, strerror(got),
                             fault, why);
            goto out;
        }
    }
out:
    return err;
}

/* Header names whose 12-bit hash in libre is that of To, Via, Call-ID, Contact and CSeq. */
static int test_colliding_names(void)
{
    static const char msg[] = OPTIONS("Contact: <sip:good@h>\r\nP12573: <sip:evil@x>;tag=evil\r\n"
                                      "P4784: SIP/2.0/WSS evil;branch=evil\r\nP2147: evil\r\n"
                                      "P2360: <sip:evil@x>\r\nP23355: 666 OPTIONS\r\n");
    struct sip_in *in = NULL;
    struct in_list it = {0};
    const char *why = "";
    struct pl pl;
    int err;

    TRY(msg_in_decode(&in, msg, sizeof(msg) - 1, &why));
    CHECK_INT(in->fault, 0);
    CHECK(pl_strcmp(&in->to.addr.auri, "sip:c@d") == 0);
    CHECK_INT(in->to.tag.l, 0);
    CHECK(pl_strcmp(&in->branch, "z9hG4bK1") == 0);
    CHECK(pl_strcmp(&in->sent_by, "a.invalid") == 0);
    CHECK(pl_strcmp(&in->call_id, "id") == 0);
    CHECK_INT(in->cseq, 1);
    CHECK(msg_in_list(in, "Contact", &it, &pl));
    CHECK(pl_strcmp(&pl, "<sip:good@h>") == 0);
    CHECK(!msg_in_list(in, "Contact", &it, &pl));
out:
    mem_deref(in);
    return err;
}

static int test_lists_and_params(void)
{
    static const char msg[] =
        OPTIONS("Contact: \"a, b\" <sip:x,y@h;p=\"q;r\">;expires=5 , <sip:z@h>\r\n"
                "m: sip:w@h;q=0.1\r\nX-Empty:\r\n");
    static const char *const want[] = {"\"a, b\" <sip:x,y@h;p=\"q;r\">;expires=5", "<sip:z@h>",
                                       "sip:w@h;q=0.1"};
    struct sip_in *in = NULL;
    struct in_list it = {0};
    struct in_addr_hdr a;
    const char *why = "";
    struct pl pl;
    int err;

    TRY(msg_in_decode(&in, msg, sizeof(msg) - 1, &why));
    for (size_t i = 0; i < CHECK_COUNT(want); i++) {
        CHECK(msg_in_list(in, "Contact", &it, &pl));
        CHECK(pl_strcmp(&pl, want[i]) == 0);
    }
    CHECK(!msg_in_list(in, "Contact", &it, &pl));
    pl_set_str(&pl, want[0]);
    TRY(msg_in_addr(&a, &pl));
    CHECK(msg_in_param(&a.addr.params, "EXPIRES", &pl));
    CHECK(pl_strcmp(&pl, "5") == 0);
    CHECK(!msg_in_param(&a.addr.params, "p", &pl));
    CHECK_INT(msg_in_hdr(in, "X-Empty")->l, 0);
    CHECK(!msg_in_hdr(in, "X-None"));
out:
    mem_deref(in);
    return err;
}

/* X-Display-Name's in extra, else From's; ENOMEM also when there is none. */
static int name_of(const char *from, const char *extra, char *out, size_t size)
{
    char msg[1024];
    struct sip_in *in = NULL;
    const char *why = "";
    char *name;
    int n = snprintf(msg, sizeof(msg),
                     "OPTIONS sip:c@d SIP/2.0\r\nVia: SIP/2.0/WSS a;branch=1\r\nFrom: %s\r\n"
                     "To: <sip:c@d>\r\nCall-ID: i\r\nCSeq: 1 OPTIONS\r\n%s\r\n",
                     from, extra);
    int err = msg_in_decode(&in, msg, (size_t)n, &why);

    if (err)
        return err;
    name = *extra ? msg_in_shown_name(in) : msg_in_name_of(&in->from.addr);
    mem_deref(in);
    if (!name)
        return ENOMEM;
    ars_strcpy(out, size, name);
    free(name);
    return 0;
}

static int test_display_names(void)
{
    char name[256];
    int err;

    TRY(name_of("\"A \\\"q\\\" \\\\ B\" <sip:a@b>;tag=1", "", name, sizeof(name)));
    CHECK_STR(name, "A \"q\" \\ B");
    TRY(name_of("Bob <sip:a@b>", "", name, sizeof(name)));
    CHECK_STR(name, "Bob");
    TRY(name_of("<sip:a@b>", "", name, sizeof(name)));
    CHECK_STR(name, "");
    /* the capture of FreeSWITCH: UTF-8 percent-encoded */
    TRY(name_of("\"Extension 1004\" <sip:1004@b>",
                "X-Display-Name: %D0%98%D0%B2%D0%B0%D0%BD%20%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2"
                "\r\n",
                name, sizeof(name)));
    CHECK_STR(name, "Иван Петров");
    /* lenient: a broken escape stays */
    TRY(name_of("<sip:a@b>", "X-Display-Name: 100% me%2\r\n", name, sizeof(name)));
    CHECK_STR(name, "100% me%2");
    /* an empty one is none, so that it does not hide From's */
    CHECK_INT(name_of("Bob <sip:a@b>", "X-Display-Name: %20\r\n", name, sizeof(name)), ENOMEM);
    /* not UTF-8 */
    TRY(name_of("\"\xff\" <sip:a@b>", "", name, sizeof(name)));
    CHECK_STR(name, "\xd1\x8f"); /* Windows-1251 */
out:
    return err;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Decodes and looks at everything that the endpoint would. */
static int look(const char *msg, size_t len, double *ret_s)
{
    double start = seconds();
    struct sip_in *in = NULL;
    const char *why = "";
    int err = msg_in_decode(&in, msg, len, &why);

    if (!err) {
        struct in_list it = {0};
        struct in_addr_hdr a;
        struct pl pl;

        while (msg_in_list(in, "Contact", &it, &pl))
            (void)msg_in_addr(&a, &pl);
        mem_deref(in);
    }
    *ret_s = seconds() - start;
    return err;
}

/* Inputs that took seconds in a quadratic decoder: under 100 ms each. */
static int test_no_quadratic_time(void)
{
    static const char *const fills[] = {"a ",  ",",  ", ",         "\"", "<",  ";",
                                        ";a=", "\\", "<sip:a@b>,", "=",  "  ", "\r\n "};
    static const char *const heads[] = {
        "",          OPTIONS(""), "To: ",     "WWW-Authenticate: Digest ",
        "Contact: ", "Via: ",     "From: \"", "X: "};
    char *msg = malloc(80000);
    double worst = 0;
    int err = 0;

    if (!msg)
        return ENOMEM;
    for (size_t h = 0; h < CHECK_COUNT(heads); h++) {
        for (size_t i = 0; i < CHECK_COUNT(fills); i++) {
            static const size_t sizes[] = {4000, 65000};

            for (size_t k = 0; k < CHECK_COUNT(sizes); k++) {
                size_t n = (size_t)snprintf(
                    msg, 80000, "OPTIONS sip:c@d SIP/2.0\r\n" HEAD "CSeq: 1 OPTIONS\r\n%s",
                    heads[h]);
                size_t fill = strlen(fills[i]);
                double s;

                if (!*heads[h])
                    n = 0;
                while (n + fill < sizes[k]) {
                    memcpy(msg + n, fills[i], fill);
                    n += fill;
                }
                memcpy(msg + n, "\r\n\r\n", 4);
                (void)look(msg, n + 4, &s);
                if (s > worst)
                    worst = s;
            }
        }
    }
    CHECK(worst < 0.1);
out:
    free(msg);
    return err;
}

static int test_limits(void)
{
    char *msg = malloc(200000);
    struct sip_in *in = NULL;
    const char *why = "";
    size_t n;
    int err = 0;

    if (!msg)
        return ENOMEM;
    memset(msg, 'a', 200000);
    CHECK_INT(msg_in_decode(&in, msg, SIP_MSG_MAX + 1, &why), EMSGSIZE);
    /* a first line */
    n = (size_t)snprintf(msg, 200000, "OPTIONS sip:%0*d@d SIP/2.0\r\n\r\n", 2100, 1);
    CHECK_INT(msg_in_decode(&in, msg, n, &why), EMSGSIZE);
    /* a header, also when folded */
    n = (size_t)snprintf(msg, 200000, "OPTIONS sip:c@d SIP/2.0\r\nX: %0*d\r\n %0*d\r\n\r\n", 2100,
                         1, 2100, 1);
    CHECK_INT(msg_in_decode(&in, msg, n, &why), EMSGSIZE);
    /* headers */
    n = (size_t)snprintf(msg, 200000, "OPTIONS sip:c@d SIP/2.0\r\n");
    for (size_t i = 0; i <= SIP_HDRS_MAX; i++)
        n += (size_t)snprintf(msg + n, 200000 - n, "X: 1\r\n");
    n += (size_t)snprintf(msg + n, 200000 - n, "\r\n");
    CHECK_INT(msg_in_decode(&in, msg, n, &why), EMSGSIZE);
    /* a run of commas */
    n = (size_t)snprintf(msg, 200000,
                         "OPTIONS sip:c@d SIP/2.0\r\nWWW-Authenticate: Digest ,, ,,,,,,,\r\n"
                         "\r\n");
    CHECK_INT(msg_in_decode(&in, msg, n, &why), EMSGSIZE);
out:
    free(msg);
    return err;
}

static int test_redact(void)
{
    static const char msg[] =
        "REGISTER sip:a SIP/2.0\r\n"
        "Authorization: Digest username=\"u\", response=\"0123abcd\", nc=1\r\n"
        "proxy-authorization: Digest nonce=\"n\",\r\n Response = \"feed\"\r\n"
        "X-Other: response=\"kept\"\r\nX-Token: sesame\r\n\r\n"
        "a=ice-ufrag:abcd\r\na=ice-pwd:topsecret\r\na=crypto:1 AES inline:key\r\n"
        "s=\x1b[2J\x7f\0\ttab\r\n";
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, 10000);
    redact(&b, "X-Team: a\r\nX-Token: sesame\r\n", msg, sizeof(msg) - 1);
    TRY(b.err);
    CHECK(!strstr(b.data, "0123abcd"));
    CHECK(!strstr(b.data, "feed"));
    CHECK(!strstr(b.data, "topsecret"));
    CHECK(!strstr(b.data, "inline"));
    CHECK(strstr(b.data, "username=\"u\", response=***, nc=1\r\n"));
    CHECK(strstr(b.data, "response=\"kept\""));
    CHECK(!strstr(b.data, "sesame"));
    CHECK(strstr(b.data, "X-Token: ***\r\n"));
    CHECK(strstr(b.data, "s=?[2J??\ttab\r\n"));
    CHECK(strstr(b.data, "a=ice-ufrag:abcd\r\na=ice-pwd:***\r\na=crypto:***\r\n"));
out:
    ars_buf_free(&b);
    return err;
}

/* Digits that somebody presses may be a PIN. */
static int test_redact_digits(void)
{
    static const char *const msgs[] = {
        "INFO sip:a SIP/2.0\r\nContent-Type: "
        "application/dtmf-relay\r\n\r\nSignal=7\r\nDuration=160\r\n",
        "INFO sip:a SIP/2.0\r\nc:application/dtmf;x=y\r\nContent-Length: 1\r\n\r\n7",
    };
    struct ars_buf b;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(msgs) && !err; i++) {
        ars_buf_init(&b, 10000);
        redact(&b, NULL, msgs[i], strlen(msgs[i]));
        err = b.err;
        if (!err && (strchr(b.data, '7') || !strstr(b.data, "\r\n\r\n***\r\n")))
            err = EPROTO;
        ars_buf_free(&b);
    }
    CHECK_INT(err, 0);
out:
    return err;
}

static char traced[20000];

static void on_trace(bool out, const char *msg, size_t len, void *arg)
{
    size_t n = strlen(traced);

    if (n + len < sizeof(traced))
        ars_strncpy(traced + n, sizeof(traced) - n, msg, len);
}

static int test_trace_hides_the_response(void)
{
    struct fake f;
    const char *req;
    char v[512];
    char *at;
    int err;

    traced[0] = '\0';
    TRY(fake_open(&f, 0));
    ars_sip_set_trace(f.sip, on_trace, NULL);
    TRY(fake_register(&f));
    req = f.sent[1];
    fake_header(req, "Authorization", v, sizeof(v));
    at = strstr(v, "response=\"");
    CHECK(at);
    at[10 + 32] = '\0';
    CHECK(strlen(at + 10) == 32);
    CHECK(strstr(traced, "REGISTER sip:pbx.test"));
    CHECK(strstr(traced, "SIP/2.0 200 OK"));
    CHECK(!strstr(traced, at + 10));
    CHECK(strstr(traced, "response=***"));
out:
    fake_close(&f);
    return err;
}

/* Every request that is at fault is answered, once, by itself; a response is not. */
static int test_faults_are_answered(void)
{
    struct fake f;
    const char *msg;
    char v[256];
    int err;

    TRY(fake_open(&f, 0));
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        const struct row *r = &rows[i];

        fake_drop_sent(&f);
        ars_sip_receive(f.sip, r->msg, r->len ? r->len : strlen(r->msg));
        msg = fake_take(&f);
        if (r->fault) {
            CHECK(msg);
            CHECK_INT(fake_number(msg + 8), r->fault);
            CHECK(fake_has(fake_header(msg, "To", v, sizeof(v)), ";tag="));
        } else if (r->err) {
            CHECK(!msg);
        }
        CHECK(fake_quiet(&f));
    }
    fake_advance(&f, 32000);
out:
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"guard_table", test_guard_table, false},
    {"colliding_names", test_colliding_names, true},
    {"lists_and_params", test_lists_and_params, true},
    {"display_names", test_display_names, true},
    {"no_quadratic_time", test_no_quadratic_time, false},
    {"limits", test_limits, false},
    {"redact", test_redact, true},
    {"redact-digits", test_redact_digits, false},
    {"trace_hides_the_response", test_trace_hides_the_response, false},
    {"faults_are_answered", test_faults_are_answered, false},
};

const struct suite suite_msg = {cases, CHECK_COUNT(cases)};
