/* app: how loud both sides of a call are, and whether the user talks while muted. */
#include <math.h>

#include "core.h"

/* What is told besides the levels: once a second is enough. */
#define FIGURES_US 1000000
/* What is louder is taken for speech: a room is below it, a low voice above. */
#define SPEECH_DBFS (-45.0)
/* A cough is shorter; a sentence gives more of it than of the pauses in it. */
#define WARN_US 800000
/* How long it is said after the last word. */
#define MAX_US 3000000
/* What was not measured is no speech. */
#define STEP_MAX_US 500000

int ars_app_show_levels(struct ars_app *app, bool on)
{
    if (app->levels == on)
        return 0;
    app->levels = on;
    return app_ask_stats(app);
}

void levels_muted(struct call *c)
{
    c->speech_us = 0;
    c->warned = false;
    c->view.talks_muted = false;
}

/* Whether the view has changed. */
static bool hear_muted(struct call *c, double in_dbfs, uint64_t step_us)
{
    bool speaks = in_dbfs > SPEECH_DBFS; /* false of NAN */
    bool was = c->view.talks_muted;

    if (speaks)
        c->speech_us = c->speech_us + step_us < MAX_US ? c->speech_us + step_us : MAX_US;
    else
        c->speech_us = c->speech_us > step_us ? c->speech_us - step_us : 0;
    if (!c->warned && c->speech_us >= WARN_US)
        c->warned = c->view.talks_muted = true;
    else if (c->speech_us == 0)
        c->view.talks_muted = false;
    return was != c->view.talks_muted;
}

bool levels_event(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    uint64_t step = c->levels_us ? ev->t_us - c->levels_us : 0;
    bool news = false;

    c->levels_us = ev->t_us;
    if (!app->levels)
        return true;
    if (c->view.muted && step <= STEP_MAX_US)
        news = hear_muted(c, ev->stats.level_in_dbfs, step);
    if (app->handlers.levels)
        app->handlers.levels(c->view.id, ev->stats.level_in_dbfs, ev->stats.level_out_dbfs,
                             app->arg);
    if (!news && c->figures_us && ev->t_us - c->figures_us < FIGURES_US)
        return false;
    c->figures_us = ev->t_us;
    return true;
}
