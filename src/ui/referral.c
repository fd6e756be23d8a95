/* ui: whether to call whom a far end, or a redirection, sends us to. */
#include <glib/gi18n.h>

#include "confirm.h"
#include "referral.h"
#include "words.h"

#define QUESTION "referral"

static void answer(AdwMessageDialog *dialog, ArsBridge *bridge, int yes)
{
    guint call = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(dialog), QUESTION));

    ars_bridge_command(bridge, ARS_CMD_FOLLOW, call, yes, NULL);
}

static void on_yes(AdwMessageDialog *dialog, const char *response, ArsBridge *bridge)
{
    answer(dialog, bridge, 1);
}

static void on_no(AdwMessageDialog *dialog, const char *response, ArsBridge *bridge)
{
    answer(dialog, bridge, 0);
}

static char *body_of(ArsCallItem *item, const char *to)
{
    const struct ars_app_call *call = ars_call_item_get(item);
    const char *title = ars_call_item_title(item);

    if (call->state != ARS_CALL_ESTABLISHED)
        /* Translators: whom one called, and the number that is offered instead */
        return g_strdup_printf(_("%s is not there, and sends you on to %s."), title, to);
    /* Translators: who asks, whom to call, and with whom one talks now */
    return g_strdup_printf(
        _("%s asks you to call %s. Your call with %s ends once you are through."),
        call->refer_by[0] ? call->refer_by : title, to, title);
}

static GtkWindow *ask(GtkWindow *parent, ArsBridge *bridge, ArsCallItem *item)
{
    g_autofree char *to = words_caller(NULL, ars_call_item_get(item)->refer_to);
    /* Translators: a number that somebody asks the user to call */
    g_autofree char *heading = g_strdup_printf(_("Call %s?"), to);
    g_autofree char *body = body_of(item, to);
    AdwMessageDialog *dialog =
        question_new(parent, heading, body, _("_No"), _("_Yes, call"), ADW_RESPONSE_SUGGESTED);

    g_object_set_data(G_OBJECT(dialog), QUESTION, GUINT_TO_POINTER(ars_call_item_get(item)->id));
    g_signal_connect_object(dialog, "response::yes", G_CALLBACK(on_yes), bridge, 0);
    g_signal_connect_object(dialog, "response::no", G_CALLBACK(on_no), bridge, 0);
    return GTK_WINDOW(dialog);
}

static void on_gone(gpointer item, GObject *dialog)
{
    (void)dialog;
    g_object_set_data(item, QUESTION, NULL);
    g_object_unref(item);
}

void referral_update(GtkWindow *parent, ArsBridge *bridge, ArsCallItem *item)
{
    const struct ars_app_call *call = ars_call_item_get(item);
    gboolean wanted = call->refer_to[0] && call->state < ARS_CALL_ENDING;
    GtkWindow *dialog = g_object_get_data(G_OBJECT(item), QUESTION);

    if (wanted && !dialog) {
        dialog = ask(parent, bridge, item);
        g_object_set_data(G_OBJECT(item), QUESTION, dialog);
        g_object_weak_ref(G_OBJECT(dialog), on_gone, g_object_ref(item));
        gtk_window_present(dialog);
    } else if (!wanted && dialog) {
        gtk_window_destroy(dialog);
    }
}
