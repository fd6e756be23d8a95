/* app: what becomes of callers, as the settings have it. */
#include <ars/str.h>

#include "core.h"

bool answering_same(const struct ars_settings *a, const struct ars_settings *b)
{
    return a->do_not_disturb == b->do_not_disturb && a->forwarding == b->forwarding &&
           a->refuse_anonymous == b->refuse_anonymous && a->forward_after_s == b->forward_after_s &&
           a->calls_max == b->calls_max && ars_streq(a->forward_always, b->forward_always) &&
           ars_streq(a->forward_busy, b->forward_busy) &&
           ars_streq(a->forward_no_answer, b->forward_no_answer) &&
           ars_streq(a->auto_answer, b->auto_answer);
}

int answering_copy(struct ars_settings *to, const struct ars_settings *from)
{
    int err = ars_settings_set_text(&to->forward_always, from->forward_always);

    if (!err)
        err = ars_settings_set_text(&to->forward_busy, from->forward_busy);
    if (!err)
        err = ars_settings_set_text(&to->forward_no_answer, from->forward_no_answer);
    if (!err)
        err = ars_settings_set_text(&to->auto_answer, from->auto_answer);
    to->do_not_disturb = from->do_not_disturb;
    to->forwarding = from->forwarding;
    to->forward_after_s = from->forward_after_s;
    to->calls_max = from->calls_max;
    to->refuse_anonymous = from->refuse_anonymous;
    return err;
}

int answering_apply(struct ars_app *app)
{
    const struct ars_settings *s = app->settings;
    bool on = s->forwarding;
    const struct ars_answering a = {
        .do_not_disturb = s->do_not_disturb,
        .refuse_anonymous = s->refuse_anonymous,
        .forward = {[ARS_FORWARD_ALWAYS] = on ? s->forward_always : NULL,
                    [ARS_FORWARD_BUSY] = on ? s->forward_busy : NULL,
                    [ARS_FORWARD_NO_ANSWER] = on ? s->forward_no_answer : NULL},
        .forward_after_s = s->forward_after_s,
        .calls_max = s->calls_max,
        .auto_answer = s->auto_answer,
    };

    return app_post(app, ars_command_answering(&a), app_next_tag(app));
}

int answering_start(struct ars_app *app)
{
    static const struct ars_settings none;

    return answering_same(app->settings, &none) ? 0 : answering_apply(app);
}
