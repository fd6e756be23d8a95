/* Unit tests of app: levels, and who talks while muted. */
#include <ars/clock.h>

#include "face.h"

#define STEP_US 125000 /* between two looks, as app asks for them */
#define VOICE   (-25.0)

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

static const struct ars_app_call *tell(struct face *f, int on)
{
    struct ars_event *ev = fake_call_event(ARS_EV_TALKS_MUTED, 1, ARS_CALL_ESTABLISHED);

    ev->number = on;
    fake_push(ev);
    face_serve(f);
    return ars_app_find_call(f->app, 1);
}

/* Who un-mutes is not told any more, whatever is still on its way. */
static int test_talks_while_muted(void)
{
    struct face f = {0};
    int err;

    TRY(begin(&f));
    TRY(mute(&f, 1));
    CHECK(tell(&f, 1)->talks_muted);
    CHECK(!tell(&f, 0)->talks_muted);
    CHECK(tell(&f, 1)->talks_muted);
    TRY(mute(&f, 0));
    CHECK(!ars_app_find_call(f.app, 1)->talks_muted);
    CHECK(!tell(&f, 1)->talks_muted);
out:
    face_remove(&f);
    return err;
}

const struct check_case levels_cases[] = {
    {"levels/only-while-seen", test_only_while_seen, false},
    {"levels/talks-while-muted", test_talks_while_muted, false},
};
const size_t levels_cases_n = CHECK_COUNT(levels_cases);
