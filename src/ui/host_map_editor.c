/* ui: the rules of the host map. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include <ars/app.h>

#include "host_map_editor.h"
#include "words.h"

struct _ArsHostMapEditor {
    AdwPreferencesRow parent_instance;

    /* template widgets */
    GtkTextView *text;
    GtkLabel *check;

    char *server;
    guint16 port;
    GString *bad; /* sentences on bad rules */
};

enum { CHANGED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsHostMapEditor, ars_host_map_editor, ADW_TYPE_PREFERENCES_ROW)

static void on_bad_rule(size_t rule, size_t offset, const char *reason, void *arg)
{
    ArsHostMapEditor *self = arg;

    if (self->bad->len)
        g_string_append_c(self->bad, '\n');
    /* Translators: the number of the rule, and what is wrong with it */
    g_string_append_printf(self->bad, _("Rule %u: %s"), (guint)rule, words_rule_problem(reason));
}

/* What the rules make of the server, in words. */
static char *outcome(ArsHostMapEditor *self, const char *rules)
{
    g_autofree char *from = g_strdup_printf("%s:%u", self->server, self->port);
    g_autofree char *copy = NULL;
    char *to = NULL;
    int err = ars_app_check_rules(rules, self->server, self->port, on_bad_rule, self, &to);

    if (!err && to)
        copy = g_strdup(to);
    free(to);
    if (!rules[0])
        return g_strdup(_("A rule a line, such as: MAP pbx.example.com 192.0.2.10:7443"));
    if (self->server[0] == '\0')
        return g_strdup("");
    if (err == ENOENT)
        return g_strdup_printf(_("The rules say that there is no server %s."), from);
    if (err)
        return g_strdup(_("The rules are too long."));
    if (g_strcmp0(copy, from) == 0)
        return g_strdup_printf(_("No rule fits %s: it stays as it is."), from);
    return g_strdup_printf(_("%s becomes %s"), from, copy);
}

static void check(ArsHostMapEditor *self)
{
    g_autofree char *rules = ars_host_map_editor_get_rules(self);
    g_autofree char *words = NULL;

    g_string_truncate(self->bad, 0);
    words = outcome(self, rules);
    if (self->bad->len) {
        g_autofree char *all = g_strconcat(self->bad->str, words[0] ? "\n" : "", words, NULL);

        gtk_label_set_text(self->check, all);
        gtk_widget_add_css_class(GTK_WIDGET(self), "error");
    } else {
        gtk_label_set_text(self->check, words);
        gtk_widget_remove_css_class(GTK_WIDGET(self), "error");
    }
    gtk_widget_set_visible(GTK_WIDGET(self->check), gtk_label_get_text(self->check)[0] != '\0');
    gtk_accessible_update_state(
        GTK_ACCESSIBLE(self->text), GTK_ACCESSIBLE_STATE_INVALID,
        self->bad->len ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->text), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   gtk_label_get_text(self->check), -1);
}

static void on_changed(ArsHostMapEditor *self)
{
    check(self);
    g_signal_emit(self, signals[CHANGED], 0);
}

static void finalize(GObject *object)
{
    g_free(ARS_HOST_MAP_EDITOR(object)->server);
    g_string_free(ARS_HOST_MAP_EDITOR(object)->bad, TRUE);
    G_OBJECT_CLASS(ars_host_map_editor_parent_class)->finalize(object);
}

static void ars_host_map_editor_class_init(ArsHostMapEditorClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = finalize;
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/host_map_editor.ui");
    gtk_widget_class_bind_template_child(widget, ArsHostMapEditor, text);
    gtk_widget_class_bind_template_child(widget, ArsHostMapEditor, check);
}

static void ars_host_map_editor_init(ArsHostMapEditor *self)
{
    self->bad = g_string_new(NULL);
    self->server = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
    g_signal_connect_object(gtk_text_view_get_buffer(self->text), "changed", G_CALLBACK(on_changed),
                            self, G_CONNECT_SWAPPED);
    check(self);
}

char *ars_host_map_editor_get_rules(ArsHostMapEditor *self)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(self->text);
    GtkTextIter a, b;

    gtk_text_buffer_get_bounds(buffer, &a, &b);
    return g_strstrip(gtk_text_buffer_get_text(buffer, &a, &b, FALSE));
}

void ars_host_map_editor_set_rules(ArsHostMapEditor *self, const char *rules)
{
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(self->text), rules ? rules : "", -1);
}

void ars_host_map_editor_set_server(ArsHostMapEditor *self, const char *server, guint16 port)
{
    g_free(self->server);
    self->server = g_strdup(server);
    self->port = port;
    check(self);
}

gboolean ars_host_map_editor_is_good(ArsHostMapEditor *self)
{
    return self->bad->len == 0;
}
