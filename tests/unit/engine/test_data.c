/* Numbers, commands, events and the tables of states. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/command.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "account.h"
#include "account_conf.h"
#include "call.h"
#include "check.h"
#include "event.h"
#include "tests.h"

static struct ars_account_conf *full_conf(void)
{
    struct ars_account_conf *c = ars_account_conf_new();

    if (!c)
        return NULL;
    c->server = ars_strdup("pbx.test");
    c->login = ars_strdup("100");
    c->password = ars_secret_new("secret", 6);
    c->host_map = ars_strdup("MAP a b");
    c->port = 8089;
    if (!c->server || !c->login || !c->password || !c->host_map) {
        ars_account_conf_free(c);
        return NULL;
    }
    return c;
}

static int test_conf(void)
{
    struct ars_account_conf *a = full_conf();
    struct ars_account_conf *b = NULL;
    int err = ENOMEM;

    if (!a)
        goto out;
    b = ars_account_conf_dup(a);
    if (!b)
        goto out;
    err = 0;
    CHECK(a->server != b->server && a->password != b->password);
    CHECK_STR(b->server, "pbx.test");
    CHECK_STR(ars_secret_text(b->password), "secret");
    CHECK(account_conf_same_identity(a, b));
    b->port = 7443;
    CHECK(!account_conf_same_identity(a, b));
    a->port = 0; /* DNS says which */
    CHECK(!account_conf_same_identity(a, b));
    b->port = 0;
    CHECK(account_conf_same_identity(a, b));
    b->ring_s = 1;
    CHECK(account_conf_same_identity(a, b));
    b->has_pin = true;
    CHECK(!account_conf_same_identity(a, b));
    CHECK_STR(account_conf_path(a), "/ws");
    CHECK_STR(account_conf_host(b), "pbx.test");
    a->has_pin = true;
    CHECK(account_conf_same_identity(a, b));
    b->outbound_host = ars_strdup("edge.test");
    TRY(b->outbound_host ? 0 : ENOMEM);
    CHECK(!account_conf_same_identity(a, b));
    CHECK_STR(account_conf_host(b), "edge.test");
    CHECK_INT(account_conf_port(b), 7443);
    b->outbound_port = 443;
    CHECK_INT(account_conf_port(b), 443);
    b->headers = ars_strdup("X-Team: a\nVia: b");
    TRY(b->headers ? 0 : ENOMEM);
    CHECK_STR(account_conf_problem(b), "this header is the phone's own");
    CHECK(!account_conf_problem(a));
    free(a->codecs);
    a->codecs = ars_strdup("unknown");
    TRY(a->codecs ? 0 : ENOMEM);
    CHECK_STR(account_conf_problem(a), "no such list of codecs");
    free(a->login);
    a->login = NULL;
    CHECK_STR(account_conf_problem(a), "an account needs a server and a login");
out:
    ars_account_conf_free(a);
    ars_account_conf_free(b);
    return err;
}

static int test_commands(void)
{
    struct ars_account_conf *conf = full_conf();
    struct ars_command *set = NULL;
    struct ars_command *dial = NULL;
    char number[] = "600";
    int err = ENOMEM;

    if (!conf)
        goto out;
    set = ars_command_account(2, conf);
    dial = ars_command_dial(0, number);
    if (!set || !dial)
        goto out;
    err = 0;
    number[0] = 'x'; /* texts are copied */
    CHECK_STR(dial->text, "600");
    CHECK_INT(dial->type, ARS_CMD_DIAL);
    CHECK_INT(set->account, 2);
    CHECK(set->conf != conf);
    ars_command_free(NULL);
out:
    ars_command_free(set);
    ars_command_free(dial);
    ars_account_conf_free(conf);
    return err;
}

static struct ars_event *stats_event(ars_id call, int number)
{
    struct ars_event *ev = event_new(ARS_EV_STATS);

    if (ev) {
        ev->call = call;
        ev->number = number;
    }
    return ev;
}

/* Statistics are replaced by newer ones, everything else is kept in order. */
static int test_outbox(void)
{
    struct outbox *o = NULL;
    struct ars_event *ev = NULL;
    int err = outbox_alloc(&o, NULL, NULL);

    TRY(err);
    outbox_put(o, stats_event(1, 1));
    outbox_put(o, stats_event(2, 2));
    outbox_put(o, stats_event(1, 3));
    for (int i = 0; i < 1000; i++)
        outbox_put(o, event_new(ARS_EV_REGISTERED));
    ev = outbox_pop(o);
    CHECK(ev && ev->type == ARS_EV_STATS && ev->call == 1);
    CHECK_INT(ev->number, 3);
    ars_event_free(ev);
    ev = outbox_pop(o);
    CHECK(ev && ev->call == 2);
    for (int i = 0; i < 1000; i++) {
        ars_event_free(ev);
        ev = outbox_pop(o);
        CHECK(ev && ev->type == ARS_EV_REGISTERED);
    }
    ars_event_free(ev);
    ev = outbox_pop(o);
    CHECK(!ev);
    outbox_put(o, NULL);
    outbox_put(o, event_new(ARS_EV_ENDED)); /* left behind: freed with the box */
out:
    ars_event_free(ev);
    outbox_free(o);
    return err;
}

static int test_event_names(void)
{
    int err = 0;

    for (int i = 0; i < ARS_EV_COUNT; i++) {
        const char *name = ars_event_name((enum ars_event_type)i);

        CHECK(name && *name);
        for (int j = 0; j < i; j++)
            CHECK(strcmp(name, ars_event_name((enum ars_event_type)j)) != 0);
    }
    CHECK_STR(ars_event_name(ARS_EV_REGISTRATION_FAILED), "registration_failed");
    CHECK_STR(ars_event_name(ARS_EV_COUNT), "?");
out:
    return err;
}

/* Every pair: what the table has can be gone, what it has not is refused and changes nothing. */
static int walk(const struct ars_fsm *f, size_t edges)
{
    size_t allowed = 0;
    int err = 0;

    for (int from = 0; from < (int)f->count; from++) {
        CHECK(f->states[from] != NULL);
        for (int to = 0; to < (int)f->count; to++) {
            int state = from;
            int e = ars_fsm_go(f, &state, to);

            if (ars_fsm_allows(f, from, to)) {
                allowed++;
                CHECK_INT(e, 0);
                CHECK_INT(state, to);
            } else {
                CHECK_INT(e, from == to ? EALREADY : EINVAL);
                CHECK_INT(state, from);
            }
        }
    }
    CHECK_INT(allowed, edges);
out:
    return err;
}

/* From `from` on, each of the others can be reached; `last`: there is no way out of it. */
static int reach(const struct ars_fsm *f, uint32_t seen, int last)
{
    uint32_t before = 0;
    int err = 0;

    while (seen != before) {
        before = seen;
        for (int s = 0; s < (int)f->count; s++)
            if (seen & ARS_TO(s))
                seen |= f->edges[s];
    }
    CHECK_INT(seen, (1u << f->count) - 1);
    for (int s = 0; s < (int)f->count; s++)
        CHECK((f->edges[s] == 0) == (s == last));
out:
    return err;
}

static int test_states(void)
{
    int err = 0;

    TRY(walk(&account_fsm, 30));
    TRY(walk(&engine_call_fsm, 20));
    TRY(walk(&call_hold_fsm, 6));
    TRY(walk(&call_transfer_fsm, 8));
    TRY(walk(&call_link_fsm, 5));
    TRY(reach(&account_fsm, ARS_TO(ARS_ACCOUNT_OFF), -1));
    TRY(reach(&engine_call_fsm, ARS_TO(ARS_CALL_PREPARING) | ARS_TO(ARS_CALL_INCOMING),
              ARS_CALL_ENDED));
    TRY(reach(&call_hold_fsm, ARS_TO(CALL_TALKING), -1));
    TRY(reach(&call_link_fsm, ARS_TO(CALL_LINK_GOOD), -1));
    TRY(reach(&call_transfer_fsm, ARS_TO(CALL_TRANSFER_NONE), CALL_TRANSFER_LEAVING));
out:
    return err;
}

const struct check_case data_cases[] = {
    {.name = "conf", .fn = test_conf, .oom = true},
    {.name = "commands", .fn = test_commands, .oom = true},
    {.name = "outbox", .fn = test_outbox},
    {.name = "event_names", .fn = test_event_names},
    {.name = "states", .fn = test_states},
};
const size_t data_cases_n = CHECK_COUNT(data_cases);
