/* ui: words under a field. An error takes the place of the hint. */
#include "hint_row.h"

struct _ArsHintRow {
    AdwPreferencesRow parent_instance;

    GtkWidget *field;
    GtkImage *icon;
    GtkLabel *label;
    char *error;
    char *hint;
};

enum { PROP_0, PROP_FIELD, PROPS };

static GParamSpec *props[PROPS];

G_DEFINE_FINAL_TYPE(ArsHintRow, ars_hint_row, ADW_TYPE_PREFERENCES_ROW)

static void update(ArsHintRow *self)
{
    const char *words = self->error ? self->error : self->hint;

    gtk_label_set_text(self->label, words ? words : "");
    gtk_widget_set_visible(GTK_WIDGET(self->icon), self->error != NULL);
    gtk_widget_set_visible(GTK_WIDGET(self), words != NULL);
    if (self->error)
        gtk_widget_add_css_class(GTK_WIDGET(self), "error");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self), "error");
    if (!self->field)
        return;
    if (self->error)
        gtk_widget_add_css_class(self->field, "error");
    else
        gtk_widget_remove_css_class(self->field, "error");
    gtk_accessible_update_state(
        GTK_ACCESSIBLE(self->field), GTK_ACCESSIBLE_STATE_INVALID,
        self->error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->field), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   words ? words : "", -1);
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    if (id == PROP_FIELD)
        g_set_weak_pointer(&ARS_HINT_ROW(object)->field, g_value_get_object(value));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void dispose(GObject *object)
{
    g_clear_weak_pointer(&ARS_HINT_ROW(object)->field);
    G_OBJECT_CLASS(ars_hint_row_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
    g_free(ARS_HINT_ROW(object)->error);
    g_free(ARS_HINT_ROW(object)->hint);
    G_OBJECT_CLASS(ars_hint_row_parent_class)->finalize(object);
}

static void ars_hint_row_class_init(ArsHintRowClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);

    object->set_property = set_property;
    object->dispose = dispose;
    object->finalize = finalize;
    props[PROP_FIELD] =
        g_param_spec_object("field", NULL, NULL, GTK_TYPE_WIDGET,
                            G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object, PROPS, props);
}

static void ars_hint_row_init(ArsHintRow *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    self->icon = GTK_IMAGE(gtk_image_new_from_icon_name("ars-line-failed-symbolic"));
    self->label = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_wrap(self->label, TRUE);
    gtk_label_set_wrap_mode(self->label, PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(self->label, 0);
    gtk_widget_set_hexpand(GTK_WIDGET(self->label), TRUE);
    gtk_widget_add_css_class(GTK_WIDGET(self->label), "caption");
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->icon));
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->label));
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(self), box);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(self), FALSE);
    gtk_widget_set_focusable(GTK_WIDGET(self), FALSE);
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
    gtk_widget_add_css_class(GTK_WIDGET(self), "hint");
}

static void set_text(ArsHintRow *self, char **text, const char *words)
{
    g_free(*text);
    *text = words && words[0] ? g_strdup(words) : NULL;
    update(self);
}

void ars_hint_row_set_error(ArsHintRow *self, const char *words)
{
    set_text(self, &self->error, words);
}

void ars_hint_row_set_hint(ArsHintRow *self, const char *words)
{
    set_text(self, &self->hint, words);
}

gboolean ars_hint_row_has_error(ArsHintRow *self)
{
    return self->error != NULL;
}
