/* ui: what the desktop is told. */
#include <glib/gi18n.h>

#include "notifier.h"

static char *id_of(const char *kind, ArsCallItem *item)
{
    return g_strdup_printf("%s-%u", kind, ars_call_item_get(item)->id);
}

static char *body_of(ArsCallItem *item)
{
    const char *number = ars_call_item_number(item);

    return number[0] ? g_strdup_printf("%s\n%s", ars_call_item_title(item), number)
                     : g_strdup(ars_call_item_title(item));
}

void notifier_ring(GApplication *app, ArsCallItem *item, const char *account)
{
    g_autoptr(GNotification) n = g_notification_new(_("Incoming call"));
    g_autofree char *id = id_of("ring", item);
    g_autofree char *who = body_of(item);
    g_autofree char *body = g_strconcat(who, account[0] ? "\n" : "", account, NULL);
    guint call = ars_call_item_get(item)->id;

    g_notification_set_body(n, body);
    g_notification_set_priority(n, G_NOTIFICATION_PRIORITY_URGENT);
    g_notification_set_category(n, "call.incoming");
    g_notification_set_default_action_and_target(n, "app.show-call", "u", call);
    g_notification_add_button_with_target(n, _("Answer"), "app.answer", "u", call);
    g_notification_add_button_with_target(n, _("Decline"), "app.decline", "u", call);
    g_application_send_notification(app, id, n);
}

void notifier_ring_over(GApplication *app, ArsCallItem *item)
{
    g_autofree char *id = id_of("ring", item);

    g_application_withdraw_notification(app, id);
}

#define MISSED "missed"

void notifier_missed(GApplication *app, ArsCallItem *item)
{
    g_autoptr(GNotification) n = g_notification_new(_("Missed call"));
    g_autofree char *body = body_of(item);
    const struct ars_app_call *call = ars_call_item_get(item);

    g_notification_set_body(n, body);
    g_notification_set_category(n, "call.unanswered");
    g_notification_set_default_action(n, "app.show-journal");
    if (call->number[0])
        g_notification_add_button_with_target(n, _("Call back"), "app.call-back", "(ss)",
                                              call->number, call->account_id);
    g_application_send_notification(app, MISSED, n);
}

void notifier_missed_seen(GApplication *app)
{
    g_application_withdraw_notification(app, MISSED);
}
