/* Unit tests of app: levels, and who talks while muted. */
#include <ars/clock.h>

#include "face.h"

#define STEP_US 125000 /* between two looks, as app asks for them */
#define VOICE   (-25.0)
#define ROOM    (-58.0)

static uint64_t now_us;

static int begin(struct face *f)
{
    int err = face_ready(f);

    now_us = ars_clock_us();
    if (!err)
        err = ars_app_dial(f->app, "600");
    if (!err)
        err = ars_app_show_levels(f->app, true);
    face_serve(f);
    return err;
}

static const struct ars_app_call *hear(struct face *f, double dbfs, unsigned ms)
{
    for (uint64_t us = 0; us < ms * 1000ull; us += STEP_US) {
        struct ars_event *ev = fake_call_event(ARS_EV_STATS, 1, ARS_CALL_ESTABLISHED);

        ev->t_us = now_us += STEP_US;
        ev->has_stats = true;
        ev->stats.level_in_dbfs = dbfs;
        ev->stats.level_out_dbfs = -40;
        fake_push(ev);
        face_serve(f);
    }
    return ars_app_find_call(f->app, 1);
}

static int mute(struct face *f, int on)
{
    int err = ars_app_call_command(f->app, ARS_CMD_MUTE, 1, on, NULL);

    face_serve(f);
    return err;
}

/* Eight times a second while somebody looks; the rest of the call is told once a second. */
static int test_only_while_seen(void)
{
    struct face f = {0};
    unsigned changed;
    int err;

    TRY(begin(&f));
    CHECK_INT(fake_stats_ms(), 125);
    (void)hear(&f, VOICE, 1000);
    changed = f.changed;
    f.levels = 0;
    (void)hear(&f, VOICE, 4000);
    CHECK_INT(f.levels, 32);
    CHECK(f.last_level_in == VOICE && f.last_level_out == -40);
    CHECK_INT(f.changed - changed, 4);
    TRY(ars_app_show_levels(f.app, false));
    CHECK_INT(fake_stats_ms(), 1000);
    (void)hear(&f, VOICE, 1000);
    CHECK_INT(f.levels, 32);
    CHECK(!f.misplaced);
out:
    face_remove(&f);
    return err;
}

static int test_talks_while_muted(void)
{
    struct face f = {0};
    int err;

    TRY(begin(&f));
    CHECK(!hear(&f, VOICE, 3000)->talks_muted);
    TRY(mute(&f, 1));
    CHECK(!hear(&f, ROOM, 3000)->talks_muted);
    CHECK(!hear(&f, VOICE, 500)->talks_muted); /* a cough */
    CHECK(!hear(&f, ROOM, 1000)->talks_muted);
    CHECK(hear(&f, VOICE, 1500)->talks_muted);
    CHECK(hear(&f, ROOM, 500)->talks_muted); /* a pause */
    CHECK(!hear(&f, ROOM, 4000)->talks_muted);
    CHECK(!hear(&f, VOICE, 3000)->talks_muted); /* has been told */
    TRY(mute(&f, 0));
    TRY(mute(&f, 1));
    CHECK(hear(&f, VOICE, 1500)->talks_muted); /* of this mute not yet */
    TRY(mute(&f, 0));
    CHECK(!ars_app_find_call(f.app, 1)->talks_muted);
out:
    face_remove(&f);
    return err;
}

const struct check_case levels_cases[] = {
    {"levels/only-while-seen", test_only_while_seen, false},
    {"levels/talks-while-muted", test_talks_while_muted, false},
};
const size_t levels_cases_n = CHECK_COUNT(levels_cases);
