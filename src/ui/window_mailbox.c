/* ui: the mailbox in the header: how many new messages, and a call for them. */
#include <ars/app_watched.h>

#include "window_private.h"
#include "words.h"

static struct ars_app_mailbox mailbox_of(ArsWindow *self)
{
    static const struct ars_app_mailbox none = {.number = ""};
    struct ars_app *app = ars_bridge_app(self->bridge);

    return app ? ars_app_get_mailbox(app) : none;
}

void window_mailbox_update(ArsWindow *self)
{
    struct ars_app_mailbox m = mailbox_of(self);
    g_autofree char *count = m.fresh ? g_strdup_printf("%u", m.fresh) : g_strdup("");
    g_autofree char *words = words_mailbox(&m);

    gtk_widget_set_visible(self->mailbox, m.known);
    gtk_widget_set_sensitive(self->mailbox,
                             m.number[0] && ars_account_item_ready(ars_bridge_line(self->bridge)));
    gtk_label_set_text(self->mailbox_count, count);
    gtk_widget_set_visible(GTK_WIDGET(self->mailbox_count), m.fresh > 0);
    gtk_widget_set_tooltip_text(self->mailbox, words);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->mailbox), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   words, -1);
}

void window_mailbox_on_clicked(ArsWindow *self)
{
    struct ars_app_mailbox m = mailbox_of(self);

    if (m.number[0])
        ars_window_dial(self, NULL, m.number);
}
