/* Digest: RFC 7616 and RFC 2617 vectors, choice of the challenge, and the server side. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <re.h>

#include "digest.h"
#include "fake.h"
#include "suites.h"

#define MUFASA                                                                                     \
    .user = "Mufasa", .method = "GET", .uri = "/dir/index.html",                                   \
    .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",                                       \
    .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", .nc = "00000001",                    \
    .realm = "http-auth@example.org", .password = "Circle of Life"

static int test_digest_vectors(void)
{
    static const struct {
        struct digest d;
        const char *want;
    } rows[] = {
        /* RFC 7616 section 3.9.1 */
        {{MUFASA, .alg = DIGEST_MD5}, "8ca523f5e9506fed4657c9700eebdbec"},
        {{MUFASA, .alg = DIGEST_SHA_256},
         "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
        /* RFC 2617 section 3.5 */
        {{.alg = DIGEST_MD5,
          .user = "Mufasa",
          .realm = "testrealm@host.com",
          .password = "Circle Of Life",
          .method = "GET",
          .uri = "/dir/index.html",
          .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
          .cnonce = "0a4f113b",
          .nc = "00000001"},
         "6629fae49393a05397450978507c4ef1"},
        /* the same without qop (RFC 2617 section 3.2.2.1), by Python's hashlib */
        {{.alg = DIGEST_MD5,
          .user = "Mufasa",
          .realm = "testrealm@host.com",
          .password = "Circle Of Life",
          .method = "GET",
          .uri = "/dir/index.html",
          .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"},
         "670fd8c2df070c60b045671b8b24ff02"},
    };
    char out[DIGEST_HEX_MAX];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        TRY(digest_response(&rows[i].d, out));
        CHECK_STR(out, rows[i].want);
    }
out:
    return err;
}

/*
 * The request of RFC 7616 section 3.9.2, its user name in the clear; the value by Python's hashlib
 */
static int test_digest_sha_512_256(void)
{
    struct digest d = {
        .alg = DIGEST_SHA_512_256,
        .user = "J\xc3\xa4s\xc3\xb8n Doe",
        .realm = "api@example.org",
        .password = "Secret, or not?",
        .method = "GET",
        .uri = "/doe.json",
        .nonce = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
        .cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm",
        .nc = "00000001",
    };
    char out[DIGEST_HEX_MAX];
    int err;

    TRY(digest_response(&d, out));
    CHECK_STR(out, "7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c");
out:
    return err;
}

static int test_digest_names(void)
{
    static const struct {
        const char *name;
        enum digest_alg alg;
        bool sess;
    } rows[] = {
        {"", DIGEST_MD5, false},
        {"md5", DIGEST_MD5, false},
        {"MD5-sess", DIGEST_MD5, true},
        {"SHA-256", DIGEST_SHA_256, false},
        {"sha-256-SESS", DIGEST_SHA_256, true},
        {"SHA-512-256", DIGEST_SHA_512_256, false},
        {"SHA-512", DIGEST_NONE, false},
        {"AKAv1-MD5", DIGEST_NONE, false},
    };
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        struct pl pl = {rows[i].name, strlen(rows[i].name)};
        bool sess;

        CHECK_INT(digest_alg_of(&pl, &sess), rows[i].alg);
        CHECK_INT(sess, rows[i].sess);
    }
out:
    return err;
}

static int test_digest_params(void)
{
    static const char val[] = "Digest realm=\"a, b=\\\"c\", nonce=\"n\",qop=\"auth, auth-int\" , "
                              "stale=TRUE";
    struct pl pl = {val, sizeof(val) - 1};
    struct pl got;
    int err = 0;

    CHECK(digest_param(&pl, "realm", &got));
    CHECK(pl_strcmp(&got, "a, b=\\\"c") == 0);
    CHECK(digest_param(&pl, "qop", &got));
    CHECK(digest_list_has(&got, "auth"));
    CHECK(!digest_list_has(&got, "auth-conf"));
    CHECK(digest_param(&pl, "STALE", &got));
    CHECK(!digest_param(&pl, "b", &got));
    pl_set_str(&pl, "Basic realm=\"x\"");
    CHECK(!digest_param(&pl, "realm", &got));
out:
    return err;
}

/* Registers against one challenge and gives our Authorization value. */
static int challenged(struct fake *f, const char *headers, char *out, size_t size)
{
    const char *req;
    int err;

    TRY(fake_open(f, 0));
    TRY(ars_sip_register(f->sip));
    req = fake_want(f, "REGISTER ");
    CHECK(req);
    CHECK_STR(fake_header(req, "Authorization", out, size), "");
    fake_answer(f, req, "401 Unauthorized", "x", headers, NULL);
    req = fake_want(f, "REGISTER ");
    CHECK(req);
    fake_header(req, "Authorization", out, size);
out:
    return err;
}

static int param_of(const char *val, const char *name, char *out, size_t size)
{
    struct pl pl = {val, strlen(val)};
    struct pl got;

    if (!digest_param(&pl, name, &got) || got.l >= size)
        return EBADMSG;
    memcpy(out, got.p, got.l);
    out[got.l] = '\0';
    return 0;
}

/* Recomputes the response of an Authorization value with the right password. */
static int verify(const char *val, enum digest_alg alg, bool sess, const char *method)
{
    char realm[128];
    char nonce[128];
    char uri[128];
    char cnonce[64] = "";
    char nc[16] = "";
    char is[DIGEST_HEX_MAX];
    char want[DIGEST_HEX_MAX];
    struct digest d = {.alg = alg,
                       .sess = sess,
                       .user = "100",
                       .realm = realm,
                       .password = "secret",
                       .method = method,
                       .uri = uri,
                       .nonce = nonce,
                       .nc = nc};
    int err;

    TRY(param_of(val, "realm", realm, sizeof(realm)));
    TRY(param_of(val, "nonce", nonce, sizeof(nonce)));
    TRY(param_of(val, "uri", uri, sizeof(uri)));
    TRY(param_of(val, "response", is, sizeof(is)));
    if (param_of(val, "cnonce", cnonce, sizeof(cnonce)) == 0) {
        d.cnonce = cnonce;
        TRY(param_of(val, "nc", nc, sizeof(nc)));
    }
    TRY(digest_response(&d, want));
    CHECK_STR(is, want);
out:
    return err;
}

static int test_strongest_is_chosen(void)
{
    static const struct {
        const char *headers;
        const char *name;
        enum digest_alg alg;
        bool sess;
    } rows[] = {
        {"WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", algorithm=MD5, qop=\"auth\"\r\n"
         "WWW-Authenticate: Digest realm=\"r\", nonce=\"s\", algorithm=SHA-256, qop=\"auth\"\r\n",
         "algorithm=SHA-256,", DIGEST_SHA_256, false},
        {"WWW-Authenticate: Digest realm=\"r\", nonce=\"z\", algorithm=SHA-512-256, qop=auth\r\n"
         "WWW-Authenticate: Digest realm=\"r\", nonce=\"s\", algorithm=SHA-256, qop=\"auth\"\r\n",
         "algorithm=SHA-512-256,", DIGEST_SHA_512_256, false},
        {"WWW-Authenticate: Digest realm=\"r\", nonce=\"k\", algorithm=AKAv1-MD5, qop=\"auth\"\r\n"
         "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", algorithm=MD5-sess, "
         "qop=\"auth-int,auth\", opaque=\"o p\"\r\n",
         "opaque=\"o p\"", DIGEST_MD5, true},
        {"WWW-Authenticate: Digest realm=\"r\", nonce=\"old\"\r\n", "nonce=\"old\"", DIGEST_MD5,
         false},
    };
    struct fake f;
    char v[1024];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        err = challenged(&f, rows[i].headers, v, sizeof(v));
        fake_close(&f);
        TRY(err);
        CHECK(strstr(v, rows[i].name));
        TRY(verify(v, rows[i].alg, rows[i].sess, "REGISTER"));
    }
    /* RFC 2069: no qop, no nc, no cnonce */
    CHECK(!strstr(v, "qop") && !strstr(v, "cnonce") && !strstr(v, "nc="));
out:
    return err;
}

/* RFC 7616 section 3.4: nc counts a nonce's uses, also when it is given once more much later. */
static int test_nonce_given_again(void)
{
    static const char challenge[] =
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    struct fake f;
    char v[512];
    int err;

    TRY(fake_open(&f, 0));
    for (int i = 1; i <= 3; i++) {
        char nc[16];

        TRY(ars_sip_register(f.sip));
        fake_answer(&f, fake_want(&f, "REGISTER "), "401 Unauthorized", "x", challenge, NULL);
        fake_header(fake_want(&f, "REGISTER "), "Authorization", v, sizeof(v));
        (void)snprintf(nc, sizeof(nc), "nc=%08x", (unsigned)i);
        CHECK(strstr(v, nc) != NULL);
        fake_advance(&f, 20000);
        f.flow_failed = 0;
        fake_drop_sent(&f);
        fake_advance(&f, 100000);
    }
out:
    fake_close(&f);
    return err;
}

static int test_unusable_challenges(void)
{
    static const char *const headers[] = {
        "",
        "WWW-Authenticate: Basic realm=\"r\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\"\r\n",
        "WWW-Authenticate: Digest nonce=\"r\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=TOKEN\r\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess\r\n",
    };
    struct fake f = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(headers); i++) {
        TRY(fake_open(&f, 0));
        TRY(ars_sip_register(f.sip));
        fake_answer(&f, fake_want(&f, "REGISTER "), "401 Unauthorized", "x", headers[i], NULL);
        CHECK(fake_quiet(&f));
        CHECK_INT(f.reg_failed, 1);
        CHECK_INT(f.reg_why.code, ARS_REASON_SERVER_ERROR);
        CHECK(!f.final);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* The registrar of the demo line: our own client is let in, a wrong password is not. */
static int exchange(struct fake *f, const char *algorithm, const char *password, int *ret_check)
{
    struct fake server = {0};
    struct ars_secret *secret = ars_secret_new(password, strlen(password));
    struct ars_sip_header h = {"WWW-Authenticate", NULL};
    char *challenge = NULL;
    const char *req;
    const char *resp;
    int err;

    memset(f, 0, sizeof(*f));
    TRY(fake_open(&server, 0));
    TRY(fake_open(f, 0));
    server.take_requests = true;
    TRY(ars_sip_register(f->sip));
    req = fake_want(f, "REGISTER ");
    ars_sip_receive(server.sip, req, strlen(req));
    CHECK(server.request);
    CHECK_STR(ars_sip_request_method(server.request), "REGISTER");
    CHECK_STR(ars_sip_request_user(server.request), "100");
    CHECK(strstr(ars_sip_request_header(server.request, "Contact"), "+sip.instance"));
    CHECK(!ars_sip_request_header(server.request, "X-None"));
    CHECK_INT(ars_sip_digest_check(server.request, "demo", "100", secret, algorithm, &challenge),
              ENOENT);
    h.value = challenge;
    TRY(ars_sip_request_reply(server.request, 401, NULL, &h, 1));
    resp = fake_want(&server, "SIP/2.0 401 ");
    CHECK(resp);
    ars_sip_receive(f->sip, resp, strlen(resp));
    req = fake_want(f, "REGISTER ");
    CHECK(req);
    ars_sip_receive(server.sip, req, strlen(req));
    *ret_check = ars_sip_digest_check(server.request, "demo", "100", secret, algorithm, NULL);
    TRY(ars_sip_request_reply(server.request, *ret_check ? 403 : 200, NULL, NULL, 0));
    resp = fake_want(&server, "SIP/2.0 ");
    ars_sip_receive(f->sip, resp, strlen(resp));
out:
    free(challenge);
    ars_secret_free(secret);
    fake_close(&server);
    return err;
}

static int test_digest_check(void)
{
    static const char *const algorithms[] = {"MD5", "SHA-256", "SHA-512-256"};
    struct fake f = {0};
    int check = -1;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(algorithms); i++) {
        TRY(exchange(&f, algorithms[i], "secret", &check));
        CHECK_INT(check, 0);
        CHECK_INT(f.registered, 1);
        fake_close(&f);
        TRY(exchange(&f, algorithms[i], "other", &check));
        CHECK_INT(check, EACCES);
        CHECK_INT(f.reg_failed, 1);
        CHECK_INT(f.reg_why.code, ARS_REASON_WRONG_PASSWORD);
        CHECK(f.final);
        fake_close(&f);
    }
    return 0;
out:
    fake_close(&f);
    return err;
}

/* An old nonce, and one that the server never gave. */
static int test_digest_check_stale(void)
{
    struct fake f;
    char *challenge = NULL;
    struct ars_secret *secret = ars_secret_new("x", 1);
    const char *nonces[] = {"1", "0000000000000001aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    int err;

    TRY(fake_open(&f, 0));
    f.take_requests = true;
    for (size_t i = 0; i < CHECK_COUNT(nonces); i++) {
        fake_feed(&f,
                  "REGISTER sip:d SIP/2.0\r\n"
                  "Via: SIP/2.0/WSS a;branch=z9hG4bK%zu\r\n"
                  "From: <sip:u@d>;tag=1\r\nTo: <sip:u@d>\r\nCall-ID: i%zu\r\n"
                  "CSeq: 1 REGISTER\r\nAuthorization: Digest username=\"u\", realm=\"demo\", "
                  "nonce=\"%s\", uri=\"sip:d\", response=\"0\", qop=auth, nc=00000001, "
                  "cnonce=\"c\"\r\n\r\n",
                  i, i, nonces[i]);
        CHECK(f.request);
        CHECK_INT(ars_sip_digest_check(f.request, "demo", "u", secret, "MD5", &challenge), ENOENT);
        CHECK(strstr(challenge, "stale=true"));
        free(challenge);
        challenge = NULL;
        CHECK_INT(ars_sip_digest_check(f.request, "demo", "u", secret, "SHA-1", &challenge),
                  EINVAL);
        TRY(ars_sip_request_reply(f.request, 401, NULL, NULL, 0));
        f.request = NULL;
    }
out:
    free(challenge);
    ars_secret_free(secret);
    fake_close(&f);
    return err;
}

static const struct check_case cases[] = {
    {"digest_vectors", test_digest_vectors, false},
    {"digest_sha_512_256", test_digest_sha_512_256, false},
    {"digest_names", test_digest_names, false},
    {"digest_params", test_digest_params, false},
    {"strongest_is_chosen", test_strongest_is_chosen, false},
    {"nonce_given_again", test_nonce_given_again, false},
    {"unusable_challenges", test_unusable_challenges, false},
    {"digest_check", test_digest_check, false},
    {"digest_check_stale", test_digest_check_stale, false},
};

const struct suite suite_auth = {cases, CHECK_COUNT(cases)};
