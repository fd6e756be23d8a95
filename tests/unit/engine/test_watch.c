/* Mailbox and watched lines: what NOTIFYs say, and what is subscribed when. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calls_rig.h"
#include "check.h"
#include "dialog_info.h"
#include "feature.h"
#include "pidf.h"
#include "summary.h"
#include "tests.h"
#include "watch.h"

static int test_summary(void)
{
    static const struct {
        const char *body;
        int err;
        unsigned fresh;
        const char *account;
    } rows[] = {
        /* as FreeSWITCH and Asterisk write them, and RFC 3842 section 5.2 */
        {"Messages-Waiting: yes\r\nMessage-Account: sip:1000@pbx.test\r\n"
         "Voice-Message: 2/1 (1/0)\r\n\r\n",
         0, 2, "1000"},
        {"Messages-Waiting: no\r\nMessage-Account: sip:*97@pbx.test;transport=ws\r\n"
         "Voice-Message: 0/0 (0/0)\r\n",
         0, 0, "*97"},
        {"Messages-Waiting: yes\r\n", 0, 1, ""},
        {"messages-waiting:YES\nvoice-message:  12/0\n", 0, 12, ""},
        {"Messages-Waiting: no\nVoice-Message: 99999999999/0\nMessage-Account: a%2Bb@c", 0, 9999,
         ""},
        {"Messages-Waiting: no\nMessage-Account: sip:a%2Bb@c", 0, 0, "a+b"},
        {"Voice-Message: 2/1\r\n", EBADMSG, 0, ""},
        {"", EBADMSG, 0, ""},
        {"hello", EBADMSG, 0, ""},
    };
    struct summary s = {0};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        int e = summary_parse(&s, rows[i].body, strlen(rows[i].body));

        if (e == ENOMEM)
            return e;
        CHECK_INT(e, rows[i].err);
        if (e)
            continue;
        CHECK_INT(s.fresh, rows[i].fresh);
        if (i != 4)
            CHECK_STR(s.account, rows[i].account);
        free(s.account);
        s.account = NULL;
    }
    return 0;
out:
    free(s.account);
    return err;
}

#define INFO(state, dialogs)                                                                       \
    "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" "          \
    "state=\"" state "\" entity=\"sip:9@p\">\n" dialogs "</dialog-info>\n"

static int test_dialogs(void)
{
    static const struct {
        const char *body;
        enum ars_watch_state state;
    } rows[] = {
        /* one after the other, of one line; RFC 4235 sections 3.7.1 and 6.2 */
        {INFO("full", "<dialog id=\"9\"><state>terminated</state></dialog>"), ARS_WATCH_IDLE},
        {INFO("full", "<dialog id=\"9\" direction=\"recipient\"><state>early</state></dialog>"),
         ARS_WATCH_RINGING},
        {INFO("full", "<dialog id=\"9\" direction='initiator'><state>early</state></dialog>"),
         ARS_WATCH_BUSY},
        {INFO("full", "<dialog id=\"9\">\n <state event=\"x\"> confirmed </state>\n</dialog>"),
         ARS_WATCH_BUSY},
        {INFO("full", ""), ARS_WATCH_IDLE},
        {INFO("partial", "<dialog id=\"a\"><state>confirmed</state></dialog>"), ARS_WATCH_BUSY},
        {INFO("partial", "<dialog id=\"b\"><state>early</state></dialog>"), ARS_WATCH_RINGING},
        {INFO("partial", "<dialog id=\"b\"><state>terminated</state></dialog>"), ARS_WATCH_BUSY},
        {INFO("partial", "<dialog id=\"a\"><state>terminated</state></dialog>"), ARS_WATCH_IDLE},
        {INFO("full", "<dialog id=\"a\"/><dialog id=\"b\"><state>confirmed</state></dialog>"),
         ARS_WATCH_BUSY},
        {"<!-- <dialog-info> --><d:dialog-info xmlns:d=\"x\"><d:dialog id = '9'><d:state "
         "event=\">\">early"
         "</d:state></d:dialog></d:dialog-info>",
         ARS_WATCH_RINGING},
        {INFO("full",
              "<dialog id='9'><!-- <state>early</state> --><state>confirmed</state></dialog>"),
         ARS_WATCH_BUSY},
        {"<presence/>", ARS_WATCH_UNKNOWN},
        {"<dialog-info", ARS_WATCH_UNKNOWN},
        {"", ARS_WATCH_UNKNOWN},
    };
    struct dialogs ds = {0};
    int err = 0;
    bool gap;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++)
        CHECK_INT(dialogs_take(&ds, rows[i].body, strlen(rows[i].body), &gap), rows[i].state);
    /* more than a line can have */
    dialogs_clear(&ds);
    for (char c = 'a'; c <= 'z'; c++) {
        char body[] = INFO("partial", "<dialog id=\"?\"><state>early</state></dialog>");

        *strchr(strstr(body, "<dialog id"), '?') = c;
        CHECK_INT(dialogs_take(&ds, body, strlen(body), &gap), ARS_WATCH_RINGING);
    }
    CHECK_INT(ds.n, DIALOGS_MAX);
out:
    dialogs_clear(&ds);
    return err;
}

#define VERSION(n, state, dialogs)                                                                 \
    "<dialog-info version=\"" n "\" state=\"" state "\">" dialogs "</dialog-info>"

/* RFC 4235 section 4.3: a partial state counts only behind the one before it. */
static int test_versions(void)
{
    static const struct {
        const char *body;
        enum ars_watch_state state;
        bool gap;
    } rows[] = {
        {VERSION("7", "full", ""), ARS_WATCH_IDLE, false},
        {VERSION("8", "partial", "<dialog id='a'><state>early</state></dialog>"), ARS_WATCH_RINGING,
         false},
        {VERSION("8", "partial", "<dialog id='a'><state>terminated</state></dialog>"),
         ARS_WATCH_RINGING, false},
        {VERSION("7", "partial", "<dialog id='a'><state>terminated</state></dialog>"),
         ARS_WATCH_RINGING, false},
        {VERSION("10", "partial", "<dialog id='a'><state>terminated</state></dialog>"),
         ARS_WATCH_RINGING, true},
        {VERSION("0", "full", "<dialog id='b'><state>confirmed</state></dialog>"), ARS_WATCH_BUSY,
         false},
        {VERSION("1", "partial", "<dialog id='b'><state>terminated</state></dialog>"),
         ARS_WATCH_IDLE, false},
    };
    struct dialogs ds = {0};
    int err = 0;
    bool gap;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        CHECK_INT(dialogs_take(&ds, rows[i].body, strlen(rows[i].body), &gap), rows[i].state);
        CHECK(gap == rows[i].gap);
    }
out:
    dialogs_clear(&ds);
    return err;
}

/* Who calls whom, and what takes the call over (RFC 4235 section 6.2, RFC 5359 section 2.16). */
static int test_peer(void)
{
    static const char body[] = INFO(
        "full", "<dialog id=\"9\" call-id=\"a84b4c@h\" local-tag=\"l1\" remote-tag=\"r1\" "
                "direction=\"recipient\"><state>early</state><local><identity>sip:104@p</identity>"
                "</local><remote><identity display=\"A &amp; &quot;B&quot;\">sip:%2B7495@p;x=y"
                "</identity><target uri=\"sip:c@192.0.2.1:5061;a=&lt;\"/></remote></dialog>");
    static const char *const bad[] = {
        INFO("full", "<dialog id='9' call-id='a\r\nX: y' local-tag='l' remote-tag='r'>"
                     "<state>early</state></dialog>"),
        INFO("full", "<dialog id='9' call-id='a' local-tag='l;m' remote-tag='r'>"
                     "<state>early</state></dialog>"),
        INFO("full", "<dialog id='9' call-id='a' local-tag='l'><state>early</state></dialog>"),
        INFO("full", "<dialog id='9' call-id='a' local-tag='l' remote-tag='r'>"
                     "<state>confirmed</state></dialog>"),
    };
    const struct line_dialog *d;
    struct dialogs ds = {0};
    int err = 0;
    bool gap;

    (void)dialogs_take(&ds, body, strlen(body), &gap);
    d = dialogs_first(&ds);
    CHECK(d && d->called);
    CHECK_STR(d->name, "A & \"B\"");
    CHECK_STR(d->number, "+7495");
    CHECK_STR(d->target, "sip:c@192.0.2.1:5061;a=<");
    CHECK_STR(d->replaces, "a84b4c@h;to-tag=r1;from-tag=l1;early-only");
    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        (void)dialogs_take(&ds, bad[i], strlen(bad[i]), &gap);
        CHECK(dialogs_first(&ds) && !dialogs_first(&ds)->replaces);
    }
out:
    dialogs_clear(&ds);
    return err;
}

/* What has no end costs no more than what has one: a second would be a thousand times as much. */
static int test_endless(void)
{
    static const char *const parts[] = {
        "<dialog>",  "<dialog id='a'>", "<dialog-info>", "<dialog><state>",
        "<dialog ",  "<dialog x='",     "<!--",          "<dialog/><state",
        "</dialog>", "<dialog x=\"y\"",
    };
    const size_t len = 65536;
    struct dialogs ds = {0};
    char *body = malloc(len + 1);
    int err = 0;
    clock_t begun = clock();
    bool gap;

    if (!body)
        return ENOMEM;
    for (size_t i = 0; i < CHECK_COUNT(parts); i++) {
        size_t n = strlen(parts[i]);
        size_t at = (size_t)snprintf(body, len, "<dialog-info>");

        for (; at + n < len; at += n)
            memcpy(body + at, parts[i], n);
        CHECK_INT(dialogs_take(&ds, body, at, &gap), ARS_WATCH_UNKNOWN);
        CHECK_INT(pidf_state(body, at), ARS_WATCH_UNKNOWN);
    }
    CHECK((clock() - begun) / CLOCKS_PER_SEC < 1);
out:
    free(body);
    dialogs_clear(&ds);
    return err;
}

#define PRESENCE(inside)                                                                           \
    "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "                      \
    "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "                                         \
    "xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"sip:9@p\">" inside "</presence>"

/* RFC 3863 section 4.1 and its examples; RFC 4480 sections 3.2 and 3.10. */
static int test_presence(void)
{
    static const char open[] = "<tuple id=\"a\"><status><basic>open</basic></status></tuple>";
    static const struct {
        const char *body;
        enum ars_watch_state state;
    } rows[] = {
        {PRESENCE("<tuple id=\"a\"><status><basic>open</basic></status></tuple>"), ARS_WATCH_IDLE},
        {PRESENCE("<tuple id=\"a\"><status>\n<basic> closed </basic>\n</status></tuple>"),
         ARS_WATCH_CLOSED},
        {PRESENCE("<tuple id=\"a\"><status><basic>closed</basic></status></tuple><tuple id=\"b\">"
                  "<status><basic>open</basic></status></tuple>"),
         ARS_WATCH_IDLE},
        {PRESENCE("<tuple id=\"a\"><status><basic>open</basic></status></tuple><dm:person id=\"p\">"
                  "<rpid:activities><rpid:on-the-phone/></rpid:activities></dm:person>"),
         ARS_WATCH_BUSY},
        {PRESENCE(
             "<tuple id=\"a\"><status><basic>open</basic></status></tuple><dm:person id=\"p\">"
             "<rpid:activities><rpid:away/><rpid:busy></rpid:busy></rpid:activities></dm:person>"),
         ARS_WATCH_BUSY},
        {PRESENCE("<tuple id=\"a\"><status><basic>open</basic></status></tuple><dm:person id=\"p\">"
                  "<rpid:activities><rpid:note>on-the-phone</rpid:note><rpid:meal/>"
                  "</rpid:activities></dm:person><note>busy</note>"),
         ARS_WATCH_IDLE},
        /* as Asterisk writes them: ringing or talking, nobody registered */
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<presence entity=\"sip:104@h\" "
         "xmlns=\"urn:ietf:params:xml:ns:pidf\" "
         "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "
         "xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\">\n <note>On the phone</note>\n"
         " <tuple id=\"104\">\n  <status>\n   <basic>open</basic>\n  </status>\n"
         "  <contact priority=\"1\">sip:104@h</contact>\n </tuple>\n <dm:person>\n"
         "  <rpid:activities>\n   <rpid:on-the-phone />\n  </rpid:activities>\n </dm:person>\n"
         "</presence>\n",
         ARS_WATCH_BUSY},
        {PRESENCE(""), ARS_WATCH_UNKNOWN},
        {PRESENCE("<tuple id=\"a\"><status/></tuple>"), ARS_WATCH_UNKNOWN},
        {INFO("full", "<tuple id=\"a\"><status><basic>open</basic></status></tuple>"),
         ARS_WATCH_UNKNOWN},
        {"<presence><tuple><basic>open</basic></tuple>", ARS_WATCH_UNKNOWN},
        {"", ARS_WATCH_UNKNOWN},
    };
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++)
        CHECK_INT(pidf_state(rows[i].body, strlen(rows[i].body)), rows[i].state);
    CHECK_INT(pidf_state(open, strlen(open)), ARS_WATCH_UNKNOWN);
out:
    return err;
}

static void notify(size_t i, const char *body)
{
    struct ars_sip_sub *sub = &fakes.subs[i];
    struct ars_sip_body b = {.data = body, .len = strlen(body)};

    sub->h->notify(sub, &b, sub->arg);
}

static void tell_end_for(size_t i, enum ars_reason_code code, int status, uint32_t retry_s,
                         bool final)
{
    struct ars_sip_sub *sub = &fakes.subs[i];
    struct ars_reason why;

    ars_reason_set(&why, code, status, "%s", "");
    sub->alive = false;
    sub->h->ended(sub, &why, retry_s, final, sub->arg);
}

static void tell_end(size_t i, int status, uint32_t retry_s, bool final)
{
    tell_end_for(i, ARS_REASON_UNAVAILABLE, status, retry_s, final);
}

static void sub_ended(size_t i, uint32_t retry_s, bool final)
{
    tell_end(i, 0, retry_s, final);
}

static void sub_refused(size_t i, int status)
{
    tell_end(i, status, 0, true);
}

#define BASIC(basic) PRESENCE("<tuple id='a'><status><basic>" basic "</basic></status></tuple>")

/* Dialogs say whether there are calls, presence whether anybody is there. */
static int test_both(void)
{
    static const struct {
        size_t source;
        const char *body;
        enum ars_watch_state state;
        bool told;
    } rows[] = {
        {0, INFO("full", ""), ARS_WATCH_IDLE, true},
        {1, BASIC("closed"), ARS_WATCH_CLOSED, true},
        {0, INFO("full", "<dialog id='9'><state>early</state></dialog>"), ARS_WATCH_RINGING, true},
        {1, BASIC("open"), ARS_WATCH_RINGING, false},
        {0, INFO("full", ""), ARS_WATCH_IDLE, true},
        {1,
         PRESENCE("<tuple id='a'><status><basic>open</basic></status></tuple><person><activities>"
                  "<busy/></activities></person>"),
         ARS_WATCH_IDLE, false},
    };
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(watches_add(account_watches(f.account), "104"));
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(fakes.subs_n, 2);
    CHECK_STR(fakes.subs[0].event, "dialog");
    CHECK_STR(fakes.subs[1].event, "presence");
    CHECK_STR(fakes.subs[1].target, "104");
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        notify(rows[i].source, rows[i].body);
        if (rows[i].told) {
            CHECK(take(&f, ARS_EV_WATCH));
            CHECK_INT(f.ev->number, rows[i].state);
        }
        CHECK(fakes_quiet());
    }
    /* no word of dialogs any more: what presence says */
    sub_refused(0, 489);
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(f.ev->number, ARS_WATCH_BUSY);
    sub_ended(1, 0, false);
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(f.ev->number, ARS_WATCH_UNKNOWN);
    fakes_pass(30000);
    CHECK_INT(fakes.subs_n, 3);
    CHECK_STR(fakes.subs[2].event, "presence");
    sub_refused(2, 489);
    fakes_pass(3600000);
    CHECK_INT(fakes.subs_n, 3);
    CHECK(fakes_quiet());
    /* another server, perhaps */
    watches_begin(account_watches(f.account), account_sip(f.account), false);
    CHECK_INT(fakes.subs_n, 5);
    TRY(watches_remove(account_watches(f.account), "104"));
    CHECK(!fakes.subs[3].alive && !fakes.subs[4].alive);
out:
    return tear_down(&f, err);
}

static int test_watch(void)
{
    struct fixture f;
    struct watches *ws;
    int err;

    TRY(set_up(&f));
    ws = account_watches(f.account);
    TRY(watches_add(ws, "104"));
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_STR(f.ev->peer_number, "104");
    CHECK_INT(f.ev->number, ARS_WATCH_UNKNOWN);
    CHECK_INT(watches_add(ws, "104"), EALREADY);
    CHECK_INT(fakes.subs_n, 2);
    CHECK_STR(fakes.subs[0].target, "104");
    CHECK_STR(fakes.subs[0].event, "dialog");
    notify(0, INFO("full", "<dialog id=\"9\"><state>confirmed</state></dialog>"));
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(f.ev->number, ARS_WATCH_BUSY);
    notify(0, INFO("full", "<dialog id=\"9\"><state>confirmed</state></dialog>"));
    CHECK(fakes_quiet());
    /* an end that passes: unknown, and asked again after a while */
    sub_ended(0, 40, false);
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(f.ev->number, ARS_WATCH_UNKNOWN);
    fakes_pass(39999);
    CHECK_INT(fakes.subs_n, 2);
    fakes_pass(1);
    CHECK_INT(fakes.subs_n, 3);
    /* forgotten: at once, but not again and again */
    fakes_pass(30000);
    tell_end_for(2, ARS_REASON_DIALOG_LOST, 0, 0, false);
    fakes_pass(0);
    CHECK_INT(fakes.subs_n, 4);
    tell_end_for(3, ARS_REASON_DIALOG_LOST, 0, 0, false);
    fakes_pass(29999);
    CHECK_INT(fakes.subs_n, 4);
    fakes_pass(1);
    CHECK_INT(fakes.subs_n, 5);
    /* one that does not pass */
    sub_ended(4, 0, true);
    fakes_pass(3600000);
    CHECK_INT(fakes.subs_n, 5);
    CHECK_INT(watches_remove(ws, "105"), ENOENT);
    TRY(watches_remove(ws, "104"));
    CHECK(fakes_quiet());
out:
    return tear_down(&f, err);
}

/* A document is missing: all of it is asked for, and nothing is told meanwhile. */
static int test_gap(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(watches_add(account_watches(f.account), "104"));
    CHECK(take(&f, ARS_EV_WATCH));
    notify(0, VERSION("0", "full", "<dialog id='a'><state>confirmed</state></dialog>"));
    CHECK(take(&f, ARS_EV_WATCH));
    notify(0, VERSION("2", "partial", "<dialog id='a'><state>terminated</state></dialog>"));
    CHECK(fakes_quiet());
    CHECK(!fakes.subs[0].alive);
    CHECK_INT(fakes.subs_n, 3);
    notify(2, VERSION("0", "full", ""));
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(f.ev->number, ARS_WATCH_IDLE);
out:
    return tear_down(&f, err);
}

/* By Replaces where the server says which call, else by the account's code. */
static int test_pick_up(void)
{
    struct fixture f;
    struct ars_account_conf *conf;
    int err;

    TRY(set_up(&f));
    TRY(watches_add(account_watches(f.account), "104"));
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK_INT(feature_pick_up(&f.calls, f.account, "104", 5), ENOTSUP);
    notify(0, INFO("full", "<dialog id='9' call-id='c' local-tag='l' remote-tag='r'><state>early"
                           "</state><remote><identity>sip:7@p</identity></remote></dialog>"));
    CHECK(take(&f, ARS_EV_WATCH));
    CHECK(f.ev->pick_up && f.ev->by_remote);
    CHECK_STR(f.ev->text, "7");
    TRY(feature_pick_up(&f.calls, f.account, "104", 5));
    CHECK(take(&f, ARS_EV_DIALING));
    CHECK_STR(f.ev->peer_number, "104");
    gathered(0);
    CHECK_STR(fakes.sip_calls[0].target, "sip:7@p");
    CHECK_STR(fakes.sip_calls[0].headers, "Replaces: c;to-tag=r;from-tag=l;early-only;");
    ended(0, ARS_REASON_DIALOG_LOST, 481); /* and no code is set */
    CHECK(fakes_told(ARS_EV_ENDED));
    CHECK(fakes_quiet());
    /* it rings no more: the code */
    notify(0, INFO("full", ""));
    CHECK(take(&f, ARS_EV_WATCH));
    conf = (struct ars_account_conf *)(uintptr_t)account_conf(f.account);
    conf->pickup_code = strdup("*8");
    TRY(feature_pick_up(&f.calls, f.account, "sip:104@pbx.test", 6));
    CHECK(take(&f, ARS_EV_DIALING));
    CHECK_STR(f.ev->peer_number, "*8104");
    TRY(feature_pick_up(&f.calls, f.account, "", 7));
    CHECK(take(&f, ARS_EV_DIALING));
    CHECK_STR(f.ev->peer_number, "*8");
out:
    return tear_down(&f, err);
}

/* A server that knows no Replaces takes the code; who hears that somebody has answered does not. */
static int test_pick_up_again(void)
{
    static const struct {
        int status;
        bool again;
    } rows[] = {{481, true}, {489, true}, {420, true}, {486, false}, {487, false}, {603, false}};
    struct fixture f;
    struct ars_account_conf *conf;
    int err;

    TRY(set_up(&f));
    conf = (struct ars_account_conf *)(uintptr_t)account_conf(f.account);
    conf->pickup_code = strdup("*8");
    TRY(watches_add(account_watches(f.account), "104"));
    notify(0, INFO("full", "<dialog id='9' call-id='c' local-tag='l' remote-tag='r'><state>early"
                           "</state><remote><identity>sip:7@p</identity></remote></dialog>"));
    CHECK(fakes_told(ARS_EV_WATCH) && fakes_told(ARS_EV_WATCH));
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        size_t call = fakes.sip_calls_n;

        TRY(feature_pick_up(&f.calls, f.account, "104", 5));
        CHECK(take(&f, ARS_EV_DIALING));
        gathered(fakes.media_n - 1);
        ended(call, ARS_REASON_SERVER_ERROR, rows[i].status);
        CHECK(fakes_told(ARS_EV_ENDED));
        if (rows[i].again) {
            CHECK(take(&f, ARS_EV_DIALING));
            CHECK_STR(f.ev->peer_number, "*8104");
            gathered(fakes.media_n - 1);
            CHECK_STR(fakes.sip_calls[call + 1].headers, "");
            ended(call + 1, ARS_REASON_NOT_FOUND, 404); /* once */
            CHECK(fakes_told(ARS_EV_ENDED));
        }
        CHECK(fakes_quiet());
    }
    /* given up here is given up */
    TRY(feature_pick_up(&f.calls, f.account, "104", 5));
    gathered(fakes.media_n - 1);
    call_hangup(calls_find(&f.calls, f.calls.last_id), 0);
    ended(fakes.sip_calls_n - 1, ARS_REASON_DIALOG_LOST, 481);
    CHECK(fakes_told(ARS_EV_DIALING) && fakes_told(ARS_EV_ENDED));
    CHECK(fakes_quiet());
out:
    return tear_down(&f, err);
}

/* The mailbox, unasked and subscribed. */
static int test_mailbox(void)
{
    struct fixture f;
    struct ars_sip_body body = {.data = "Messages-Waiting: yes\r\nMessage-Account: sip:*97@p\r\n"};
    int err;

    body.len = strlen(body.data);
    TRY(set_up(&f));
    CHECK(fakes.sip_h->request((struct ars_sip_request *)(void *)&body, fakes.sip_arg));
    CHECK(take(&f, ARS_EV_MAILBOX));
    CHECK_INT(f.ev->number, 1);
    CHECK_STR(f.ev->text, "*97");
    CHECK_INT(fakes.subs_n, 0);
    watches_begin(account_watches(f.account), account_sip(f.account), true);
    CHECK_INT(fakes.subs_n, 1);
    CHECK_STR(fakes.subs[0].target, "");
    CHECK_STR(fakes.subs[0].event, "message-summary");
    notify(0, "Messages-Waiting: no\r\nVoice-Message: 0/4\r\n");
    CHECK(take(&f, ARS_EV_MAILBOX));
    CHECK_INT(f.ev->number, 0);
    watches_begin(account_watches(f.account), account_sip(f.account), false);
    CHECK(!fakes.subs[0].alive);
out:
    return tear_down(&f, err);
}

const struct check_case watch_cases[] = {
    {.name = "summary", .fn = test_summary, .oom = true},
    {.name = "dialog_info", .fn = test_dialogs},
    {.name = "dialog_info_versions", .fn = test_versions},
    {.name = "dialog_info_peer", .fn = test_peer},
    {.name = "dialog_info_endless", .fn = test_endless},
    {.name = "presence", .fn = test_presence},
    {.name = "watch_both", .fn = test_both},
    {.name = "watch_gap", .fn = test_gap},
    {.name = "pick_up", .fn = test_pick_up},
    {.name = "pick_up_again", .fn = test_pick_up_again},
    {.name = "watch", .fn = test_watch},
    {.name = "mailbox", .fn = test_mailbox},
};
const size_t watch_cases_n = CHECK_COUNT(watch_cases);
