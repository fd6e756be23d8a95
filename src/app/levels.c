/* app: how loud both sides of a call are. */
#include "core.h"

/* What is told besides the levels: once a second is enough. */
#define FIGURES_US 1000000

int ars_app_show_levels(struct ars_app *app, bool on)
{
    if (app->levels == on)
        return 0;
    app->levels = on;
    return app_ask_stats(app);
}

bool levels_event(struct ars_app *app, struct call *c, const struct ars_event *ev)
{
    if (!app->levels)
        return true;
    if (app->handlers.levels)
        app->handlers.levels(c->view.id, ev->stats.level_in_dbfs, ev->stats.level_out_dbfs,
                             app->arg);
    if (c->figures_us && ev->t_us - c->figures_us < FIGURES_US)
        return false;
    c->figures_us = ev->t_us;
    return true;
}
