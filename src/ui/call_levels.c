/* ui: how loud both sides of a call are. */
#include <math.h>

#include <glib/gi18n.h>

#include "call_levels.h"

/* The left end of a bar. */
#define FLOOR_DBFS (-60.0)
/* A bar moves by steps that the eye can see, and is drawn no more often than that. */
#define STEPS 20

struct _ArsCallLevels {
    AdwBin parent_instance;

    GtkLevelBar *mine;
    GtkLevelBar *theirs;

    ArsBridge *bridge;
    guint call;
    gboolean muted;
};

G_DEFINE_FINAL_TYPE(ArsCallLevels, ars_call_levels, ADW_TYPE_BIN)

static void show_level(GtkLevelBar *bar, double dbfs)
{
    double part = isnan(dbfs) ? 0 : CLAMP(1 - dbfs / FLOOR_DBFS, 0, 1);

    gtk_level_bar_set_value(bar, round(part * STEPS) / STEPS);
}

static void on_levels(ArsCallLevels *self, guint call, double in_dbfs, double out_dbfs)
{
    if (call != self->call)
        return;
    show_level(self->mine, self->muted ? NAN : in_dbfs);
    show_level(self->theirs, out_dbfs);
}

static void watch(ArsCallLevels *self, gboolean on)
{
    struct ars_app *app = self->bridge ? ars_bridge_app(self->bridge) : NULL;

    if (app)
        (void)ars_app_show_levels(app, on); /* a full queue leaves the bars still */
}

static void on_map(ArsCallLevels *self)
{
    watch(self, TRUE);
}

static void on_unmap(ArsCallLevels *self)
{
    watch(self, FALSE);
}

static void dispose(GObject *object)
{
    g_clear_object(&ARS_CALL_LEVELS(object)->bridge);
    G_OBJECT_CLASS(ars_call_levels_parent_class)->dispose(object);
}

static void ars_call_levels_class_init(ArsCallLevelsClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static GtkLevelBar *add_bar(GtkBox *box, const char *icon, const char *name)
{
    GtkWidget *image = g_object_new(GTK_TYPE_IMAGE, "icon-name", icon, "accessible-role",
                                    GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
    GtkWidget *bar = gtk_level_bar_new();
    GtkWidget *pair = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    gtk_level_bar_remove_offset_value(GTK_LEVEL_BAR(bar), GTK_LEVEL_BAR_OFFSET_LOW);
    gtk_level_bar_remove_offset_value(GTK_LEVEL_BAR(bar), GTK_LEVEL_BAR_OFFSET_HIGH);
    gtk_level_bar_remove_offset_value(GTK_LEVEL_BAR(bar), GTK_LEVEL_BAR_OFFSET_FULL);
    gtk_widget_set_hexpand(bar, TRUE);
    gtk_widget_set_valign(bar, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(bar, name);
    gtk_accessible_update_property(GTK_ACCESSIBLE(bar), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    gtk_widget_add_css_class(image, "dim-label");
    gtk_box_append(GTK_BOX(pair), image);
    gtk_box_append(GTK_BOX(pair), bar);
    gtk_box_append(box, pair);
    return GTK_LEVEL_BAR(bar);
}

static void ars_call_levels_init(ArsCallLevels *self)
{
    GtkBox *box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18));

    gtk_box_set_homogeneous(box, TRUE);
    self->mine = add_bar(box, "audio-input-microphone-symbolic", _("Your voice"));
    self->theirs = add_bar(box, "ars-volume-symbolic", _("Their voice"));
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(box));
    gtk_widget_add_css_class(GTK_WIDGET(self), "levels");
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
    g_signal_connect(self, "map", G_CALLBACK(on_map), NULL);
    g_signal_connect(self, "unmap", G_CALLBACK(on_unmap), NULL);
}

void ars_call_levels_set_bridge(ArsCallLevels *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    g_signal_connect_object(bridge, "levels", G_CALLBACK(on_levels), self, G_CONNECT_SWAPPED);
}

void ars_call_levels_set(ArsCallLevels *self, const struct ars_app_call *call)
{
    if (call->id != self->call) {
        show_level(self->mine, NAN);
        show_level(self->theirs, NAN);
    }
    self->call = call->id;
    self->muted = call->muted;
    if (self->muted)
        show_level(self->mine, NAN);
    gtk_widget_set_visible(GTK_WIDGET(self),
                           call->connected && call->state == ARS_CALL_ESTABLISHED);
}
