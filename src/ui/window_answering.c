/* ui: what the main window says while callers do not reach the user: one click and they do. */
#include <glib/gi18n.h>

#include "window_private.h"

static char *forwarding_words(const struct ars_settings *s)
{
    if (s->forward_always)
        return g_strdup_printf(_("All calls are forwarded to %s."), s->forward_always);
    if (s->do_not_disturb && s->forward_busy)
        return g_strdup_printf(_("Do not disturb: calls are forwarded to %s."), s->forward_busy);
    if (s->do_not_disturb)
        return g_strdup(_("Do not disturb: callers hear busy."));
    if (s->forward_busy && s->forward_no_answer)
        return g_strdup(_("Calls are forwarded while you are busy or do not answer."));
    if (s->forward_busy)
        return g_strdup_printf(_("Calls are forwarded to %s while you are busy."), s->forward_busy);
    if (s->forward_no_answer)
        return g_strdup_printf(_("Calls that you do not answer are forwarded to %s."),
                               s->forward_no_answer);
    return NULL;
}

static char *words(const struct ars_settings *s)
{
    if (s->forwarding)
        return forwarding_words(s);
    return s->do_not_disturb ? g_strdup(_("Do not disturb: callers hear busy.")) : NULL;
}

/* The tick in the menu. */
static void tell_action(ArsWindow *self, gboolean on)
{
    GtkApplication *app = gtk_window_get_application(GTK_WINDOW(self));
    GAction *action = app ? g_action_map_lookup_action(G_ACTION_MAP(app), "do-not-disturb") : NULL;

    if (action)
        g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_boolean(on));
}

void window_answering_update(ArsWindow *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    const struct ars_settings *s = app ? ars_app_settings(app) : NULL;
    g_autofree char *sentence = s ? words(s) : NULL;

    if (sentence)
        ars_banner_show(self->answering, sentence, _("Switch off"));
    else
        ars_banner_hide(self->answering);
    tell_action(self, s && s->do_not_disturb);
}

void window_answering_on_clicked(ArsWindow *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    struct ars_settings *s = app ? ars_settings_dup(ars_app_settings(app)) : NULL;

    if (!s)
        return;
    s->do_not_disturb = false;
    s->forwarding = false;
    ars_bridge_save_preferences(self->bridge, s);
    ars_settings_free(s);
}
