/* ui: the mailboxes in the header: how many new messages, and a call for them. */
#include <ars/app_watched.h>

#include "window_private.h"
#include "words.h"

/* What fits beside its button, in text of double size, too. */
#define ROW_CHARS 17

static void dial(ArsWindow *self, const struct ars_app_mailbox *m)
{
    if (m->number[0])
        ars_window_dial(self, m->account_id, m->number);
}

static gboolean can_dial(struct ars_app *app, size_t i)
{
    return ars_app_mailbox_at(app, i).number[0] &&
           ars_app_line_at(app, i)->state == ARS_ACCOUNT_READY;
}

/* The next from i on of an account in use that has one; FALSE: there is no more. */
static gboolean next_mailbox(struct ars_app *app, size_t *i, struct ars_app_mailbox *ret)
{
    for (; app && ars_app_line_at(app, *i); ++*i) {
        *ret = ars_app_mailbox_at(app, *i);
        if (ret->known && ars_app_line_counts(app, *i))
            return TRUE;
    }
    return FALSE;
}

static void show_count(GtkLabel *label, unsigned fresh)
{
    g_autofree char *count = g_strdup_printf("%u", fresh);

    gtk_label_set_text(label, count);
    gtk_widget_set_visible(GTK_WIDGET(label), fresh > 0);
}

static void tell(GtkWidget *button, const char *words)
{
    gtk_widget_set_tooltip_text(button, words);
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                   -1);
}

/* ---- one ---- */

static void show_one(ArsWindow *self, struct ars_app *app, size_t i)
{
    struct ars_app_mailbox m = ars_app_mailbox_at(app, i);
    g_autofree char *words = words_mailbox(m.fresh);

    gtk_widget_set_sensitive(self->mailbox, can_dial(app, i));
    show_count(self->mailbox_count, m.fresh);
    tell(self->mailbox, words);
}

void window_mailbox_on_clicked(ArsWindow *self)
{
    struct ars_app_mailbox m;
    size_t i = 0;

    if (next_mailbox(ars_bridge_app(self->bridge), &i, &m))
        dial(self, &m);
}

/* ---- several: a list, a row calls ---- */

static void on_row(ArsWindow *self, GtkWidget *row)
{
    size_t i = GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(row), "line"));
    struct ars_app *app = ars_bridge_app(self->bridge);
    struct ars_app_mailbox m;

    gtk_menu_button_popdown(self->mailboxes);
    if (next_mailbox(app, &i, &m))
        dial(self, &m);
}

static GtkWidget *add_row(ArsWindow *self)
{
    GtkWidget *row = gtk_button_new_with_label("");
    GtkLabel *label = GTK_LABEL(gtk_button_get_child(GTK_BUTTON(row)));

    gtk_label_set_wrap(label, TRUE);
    gtk_label_set_wrap_mode(label, PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars(label, ROW_CHARS);
    gtk_label_set_xalign(label, 0);
    gtk_widget_add_css_class(row, "flat");
    gtk_widget_add_css_class(row, "tall");
    g_signal_connect_object(row, "clicked", G_CALLBACK(on_row), self, G_CONNECT_SWAPPED);
    gtk_box_append(self->mailbox_list, row);
    return row;
}

static void show_several(ArsWindow *self, struct ars_app *app)
{
    GtkWidget *row = gtk_widget_get_first_child(GTK_WIDGET(self->mailbox_list));
    struct ars_app_mailbox m;
    unsigned fresh = 0;
    g_autofree char *words = NULL;

    for (size_t i = 0; next_mailbox(app, &i, &m); i++) {
        g_autofree char *one = words_mailbox_of(ars_app_line_at(app, i), m.fresh);

        row = row ? row : add_row(self);
        gtk_button_set_label(GTK_BUTTON(row), one);
        gtk_widget_set_sensitive(row, can_dial(app, i));
        g_object_set_data(G_OBJECT(row), "line", GSIZE_TO_POINTER(i));
        fresh += m.fresh;
        row = gtk_widget_get_next_sibling(row);
    }
    while (row) {
        GtkWidget *next = gtk_widget_get_next_sibling(row);

        gtk_box_remove(self->mailbox_list, row);
        row = next;
    }
    words = words_mailboxes(fresh);
    show_count(self->mailboxes_count, fresh);
    tell(GTK_WIDGET(self->mailboxes), words);
}

void window_mailbox_update(ArsWindow *self)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    struct ars_app_mailbox m;
    size_t first = 0;
    size_t n = 0;

    for (size_t i = 0; next_mailbox(app, &i, &m); i++)
        if (n++ == 0)
            first = i;
    gtk_widget_set_visible(self->mailbox, n == 1);
    gtk_widget_set_visible(GTK_WIDGET(self->mailboxes), n > 1);
    if (n == 1)
        show_one(self, app, first);
    else if (n > 1)
        show_several(self, app);
}
