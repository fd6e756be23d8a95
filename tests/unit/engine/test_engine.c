/* Unit tests of the whole engine: its thread, its mailboxes, its end. */
#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ars/clock.h>
#include <ars/engine.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "check.h"

#define PATIENCE_MS 15000

struct fixture {
    struct ars_engine *engine;
    struct ars_event *ev;
    int bell;
    int listener;
    bool stalls; /* the bell keeps the engine's thread until `go` */
    sem_t stalled;
    sem_t go;
};

static void on_bell(void *arg)
{
    struct fixture *f = arg;
    const uint64_t one = 1;

    if (f->stalls) {
        sem_post(&f->stalled);
        while (sem_wait(&f->go))
            ;
    }

    if (write(f->bell, &one, sizeof(one)) != sizeof(one))
        abort();
}

static int set_up(struct fixture *f)
{
    struct ars_engine_conf conf = {.audio_in = "silence",
                                   .audio_out = "none",
                                   .audio_ring = "none",
                                   .bell = on_bell,
                                   .arg = f};

    *f = (struct fixture){.listener = -1};
    sem_init(&f->stalled, 0, 0);
    sem_init(&f->go, 0, 0);
    f->bell = eventfd(0, EFD_CLOEXEC);
    return f->bell < 0 ? errno : ars_engine_start(&f->engine, &conf);
}

static int tear_down(struct fixture *f, int err)
{
    ars_engine_free(f->engine);
    ars_event_free(f->ev);
    if (f->bell >= 0)
        close(f->bell);
    if (f->listener >= 0)
        close(f->listener);
    return err;
}

/* The next event of that type; others are thrown away. NULL after PATIENCE_MS. */
static struct ars_event *await(struct fixture *f, enum ars_event_type type)
{
    uint64_t end = ars_clock_ms() + PATIENCE_MS;
    uint64_t now;

    ars_event_free(f->ev);
    f->ev = NULL;
    while ((now = ars_clock_ms()) < end) {
        struct pollfd p = {.fd = f->bell, .events = POLLIN};
        uint64_t rung;

        while ((f->ev = ars_engine_next_event(f->engine))) {
            if (f->ev->type == type)
                return f->ev;
            ars_event_free(f->ev);
        }
        if (poll(&p, 1, (int)(end - now)) > 0 && read(f->bell, &rung, sizeof(rung)) < 0)
            break;
    }
    check_fail(__FILE__, __LINE__, "no %s came", ars_event_name(type));
    return NULL;
}

static int post(struct fixture *f, struct ars_command *cmd, uint32_t tag)
{
    int err;

    if (!cmd)
        return ENOMEM;
    cmd->tag = tag;
    err = ars_engine_post(f->engine, cmd);
    if (err)
        ars_command_free(cmd);
    return err;
}

static int post_account(struct fixture *f, const char *server, uint16_t port, const char *map,
                        uint32_t tag)
{
    struct ars_account_conf *c = ars_account_conf_new();
    int err;

    if (!c)
        return ENOMEM;
    c->server = ars_strdup(server);
    c->port = port;
    c->login = ars_strdup("100");
    c->password = ars_secret_new("secret", 6);
    c->host_map = ars_strdup(map);
    c->no_proxy = true;
    err = post(f, ars_command_account(0, c), tag);
    ars_account_conf_free(c);
    return err;
}

/* A port of the loopback that is taken, so nobody else's; listening only if asked for. */
static int take_port(struct fixture *f, bool listening, uint16_t *ret)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sin);

    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (f->listener < 0 || bind(f->listener, (struct sockaddr *)&sin, sizeof(sin)) ||
        getsockname(f->listener, (struct sockaddr *)&sin, &len) ||
        (listening && listen(f->listener, 8)))
        return errno;
    *ret = ntohs(sin.sin_port);
    return 0;
}

static int test_start_and_stop(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(post(&f, ars_command_new(ARS_CMD_SHUTDOWN), 0));
    CHECK(await(&f, ARS_EV_STOPPED));
    CHECK(!ars_engine_next_event(f.engine));
    /* too late, and no harm */
    TRY(post(&f, ars_command_new(ARS_CMD_SHUTDOWN), 0));
out:
    return tear_down(&f, err);
}

static int test_bad_audio(void)
{
    struct ars_engine_conf conf = {
        .audio_in = "trumpet", .audio_out = "none", .audio_ring = "none"};
    struct ars_engine *e = NULL;
    int err = 0;

    CHECK_INT(ars_engine_start(&e, &conf), EINVAL);
    conf.audio_in = "/nowhere/at/all.wav";
    CHECK_INT(ars_engine_start(&e, &conf), ENOENT);
    CHECK(!e);
    ars_engine_free(NULL);
out:
    return err;
}

/* Commands that make no sense are told so, each with its tag. */
static int test_errors(void)
{
    static const struct {
        enum ars_command_type type;
        ars_id call;
        int number;
        const char *text;
        enum ars_reason_code code;
    } bad[] = {
        {ARS_CMD_DIAL, 0, 0, "600", ARS_REASON_NO_CONNECTION},
        {ARS_CMD_ANSWER, 7, 0, NULL, ARS_REASON_NOT_NOW},
        {ARS_CMD_HOLD, 7, 0, NULL, ARS_REASON_NOT_NOW},
        {ARS_CMD_HANGUP, 7, 0, NULL, ARS_REASON_NOT_NOW},
        {ARS_CMD_DTMF, 7, 0, "1", ARS_REASON_NOT_NOW},
        {ARS_CMD_ACCOUNT_SET, 0, 0, NULL, ARS_REASON_NOT_NOW},
        {ARS_CMD_ACCOUNT_OFF, 0, 0, NULL, ARS_REASON_NOT_NOW},
        {ARS_CMD_RESOLVE, 0, 70000, "x", ARS_REASON_NOT_NOW},
        {ARS_CMD_AUDIO, 0, 0, "trumpet", ARS_REASON_INTERNAL},
    };
    struct fixture f;
    int err;

    TRY(set_up(&f));
    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        TRY(post(&f, ars_command_call(bad[i].type, bad[i].call, bad[i].number, bad[i].text),
                 (uint32_t)i + 100));
        CHECK(await(&f, ARS_EV_ERROR));
        CHECK_INT(f.ev->tag, i + 100);
        CHECK_STR(ars_reason_name(f.ev->reason.code), ars_reason_name(bad[i].code));
    }
out:
    return tear_down(&f, err);
}

/* A full queue is told to the caller; what was taken is done, and the engine stops in time. */
static int test_queue_full(void)
{
    struct fixture f;
    unsigned posted = 0;
    int err;

    TRY(set_up(&f));
    f.stalls = true;
    TRY(post(&f, ars_command_call(ARS_CMD_HOLD, 7, 0, NULL), 0)); /* an error, so an event */
    while (sem_wait(&f.stalled))
        ;
    f.stalls = false;
    for (err = 0; !err && posted < 100000; posted++)
        err = post(&f, ars_command_call(ARS_CMD_HOLD, 7, 0, NULL), posted + 1);
    sem_post(&f.go);
    CHECK_INT(err, EAGAIN);
    err = 0;
    CHECK(posted > 100);
    do {
        CHECK(await(&f, ARS_EV_ERROR));
    } while (f.ev->tag < posted - 1);
out:
    return tear_down(&f, err);
}

static int test_nobody_listens(void)
{
    struct fixture f;
    uint16_t port;
    int err;

    TRY(set_up(&f));
    TRY(take_port(&f, false, &port));
    TRY(post_account(&f, "127.0.0.1", port, NULL, 5));
    CHECK(await(&f, ARS_EV_ACCOUNT));
    CHECK_INT(f.ev->account, 1);
    CHECK_INT(f.ev->tag, 5);
    CHECK_INT(f.ev->account_state, ARS_ACCOUNT_RESOLVING);
    CHECK(await(&f, ARS_EV_REGISTRATION_FAILED));
    CHECK_STR(ars_reason_name(f.ev->reason.code), "unreachable");
    CHECK(f.ev->retry_ms > 0 && f.ev->retry_ms <= 500);
    CHECK(await(&f, ARS_EV_REGISTRATION_FAILED)); /* again by itself */
    CHECK_STR(ars_reason_name(f.ev->reason.code), "unreachable");
out:
    return tear_down(&f, err);
}

static int test_unknown_name(void)
{
    struct fixture f;
    int err;

    TRY(set_up(&f));
    TRY(post_account(&f, "pbx.test", 7443, "MAP pbx.test ^NOTFOUND, MAP", 0));
    CHECK(await(&f, ARS_EV_HOST_MAP_PROBLEM));
    CHECK_INT(f.ev->account, 1);
    CHECK_INT(f.ev->number, 2);
    CHECK(await(&f, ARS_EV_REGISTRATION_FAILED));
    CHECK_STR(ars_reason_name(f.ev->reason.code), "name_not_found");
out:
    return tear_down(&f, err);
}

/* The end while somebody who never answers is being connected to. */
static int test_stop_in_time(void)
{
    struct fixture f;
    uint64_t start = 0;
    uint16_t port;
    int err;

    TRY(set_up(&f));
    TRY(take_port(&f, true, &port));
    TRY(post_account(&f, "127.0.0.1", port, NULL, 0));
    do {
        CHECK(await(&f, ARS_EV_ACCOUNT));
    } while (f.ev->account_state != ARS_ACCOUNT_CONNECTING);
    start = ars_clock_ms();
out:
    err = tear_down(&f, err);
    if (!err && ars_clock_ms() - start > 2500)
        err = check_fail(__FILE__, __LINE__, "it took %d ms", (int)(ars_clock_ms() - start));
    return err;
}

static int test_resolve(void)
{
    struct ars_command *cmd;
    struct fixture f;
    int err;

    TRY(set_up(&f));
    cmd = ars_command_call(ARS_CMD_RESOLVE, 0, 7443, "pbx.test");
    if (cmd)
        cmd->text2 = ars_strdup("MAP pbx.test 192.0.2.7:8089");
    TRY(post(&f, cmd, 12));
    CHECK(await(&f, ARS_EV_RESOLVED));
    CHECK_INT(f.ev->tag, 12);
    CHECK_STR(f.ev->text, "192.0.2.7:8089");
    CHECK_INT(f.ev->addrs_n, 1);
    CHECK_INT(f.ev->addrs[0].port, 8089);
    CHECK_INT(f.ev->addrs[0].ip[3], 7);
    /* one that is still at work when the engine goes */
    TRY(post(&f, ars_command_call(ARS_CMD_RESOLVE, 0, 1, "localhost"), 13));
out:
    return tear_down(&f, err);
}

/* Two accounts, each with a state of its own; ids are not used twice. */
static int test_accounts(void)
{
    struct ars_command *off;
    struct fixture f;
    uint16_t port;
    int err;

    TRY(set_up(&f));
    TRY(take_port(&f, true, &port));
    TRY(post_account(&f, "127.0.0.1", port, NULL, 1));
    TRY(post_account(&f, "nowhere.test", 1, "MAP * ^NOTFOUND", 2));
    do {
        CHECK(await(&f, ARS_EV_ACCOUNT));
    } while (f.ev->account != 2 || f.ev->account_state != ARS_ACCOUNT_WAITING);
    off = ars_command_new(ARS_CMD_ACCOUNT_OFF);
    if (off)
        off->account = 1;
    TRY(post(&f, off, 0));
    do {
        CHECK(await(&f, ARS_EV_ACCOUNT));
    } while (f.ev->account != 1 || f.ev->account_state != ARS_ACCOUNT_OFF);
    /* one after another; those that are off give way */
    for (ars_id id = 3; id < 40; id++) {
        TRY(post_account(&f, "127.0.0.1", port, NULL, id));
        off = ars_command_new(ARS_CMD_ACCOUNT_OFF);
        if (off)
            off->account = id;
        TRY(post(&f, off, 0));
        do {
            CHECK(await(&f, ARS_EV_ACCOUNT));
        } while (f.ev->account != id || f.ev->account_state != ARS_ACCOUNT_OFF);
    }
out:
    return tear_down(&f, err);
}

static const struct check_case cases[] = {
    {.name = "start_and_stop", .fn = test_start_and_stop},
    {.name = "bad_audio", .fn = test_bad_audio},
    {.name = "errors", .fn = test_errors},
    {.name = "queue_full", .fn = test_queue_full},
    {.name = "nobody_listens", .fn = test_nobody_listens},
    {.name = "unknown_name", .fn = test_unknown_name},
    {.name = "stop_in_time", .fn = test_stop_in_time},
    {.name = "resolve", .fn = test_resolve},
    {.name = "accounts", .fn = test_accounts},
};

int main(int argc, char **argv)
{
    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
