/* ui: the file of a recorded call. The desktop opens it; nobody waits for a disk. */
#include <glib/gi18n.h>

#include "recording_row.h"

struct _ArsRecordingRow {
    AdwActionRow parent_instance;

    GtkWidget *play;
    GFile *file;
    GCancellable *gone; /* the row */
};

G_DEFINE_FINAL_TYPE(ArsRecordingRow, ars_recording_row, ADW_TYPE_ACTION_ROW)

/* problem NULL: none. */
static void describe(ArsRecordingRow *self, const char *problem)
{
    g_autofree char *name = g_file_get_basename(self->file);
    g_autofree char *words = problem ? g_strdup_printf("%s\n%s", name, problem) : g_strdup(name);

    adw_action_row_set_subtitle(ADW_ACTION_ROW(self), words);
}

static void on_looked(GObject *file, GAsyncResult *result, gpointer row)
{
    g_autoptr(ArsRecordingRow) self = row;
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileInfo) info = g_file_query_info_finish(G_FILE(file), result, &error);

    if (info || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    gtk_widget_set_sensitive(self->play, FALSE);
    describe(self, _("It is not there any more."));
}

static void on_opened(GObject *window, GAsyncResult *result, gpointer row)
{
    g_autoptr(ArsRecordingRow) self = row;
    g_autoptr(GError) error = NULL;

    if (!gtk_show_uri_full_finish(GTK_WINDOW(window), result, &error) &&
        !g_cancellable_is_cancelled(self->gone))
        describe(self, _("No program here opens it."));
}

static void open_file(ArsRecordingRow *self, GFile *file)
{
    GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self)));
    g_autofree char *uri = g_file_get_uri(file);

    gtk_show_uri_full(window, uri, GDK_CURRENT_TIME, self->gone, on_opened, g_object_ref(self));
}

static void on_play(ArsRecordingRow *self)
{
    open_file(self, self->file);
}

static void on_folder(ArsRecordingRow *self)
{
    g_autoptr(GFile) folder = g_file_get_parent(self->file);

    open_file(self, folder);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    ArsRecordingRow *self = ARS_RECORDING_ROW(object);

    g_cancellable_cancel(self->gone);
    G_OBJECT_CLASS(ars_recording_row_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
    ArsRecordingRow *self = ARS_RECORDING_ROW(object);

    g_clear_object(&self->file);
    g_clear_object(&self->gone);
    G_OBJECT_CLASS(ars_recording_row_parent_class)->finalize(object);
}

static void ars_recording_row_class_init(ArsRecordingRowClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static GtkWidget *add_button(ArsRecordingRow *self, const char *icon, const char *name,
                             GCallback pressed)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);

    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(button, name);
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_add_css_class(button, "circular");
    gtk_widget_add_css_class(button, "target");
    adw_action_row_add_suffix(ADW_ACTION_ROW(self), button);
    g_signal_connect_swapped(button, "clicked", pressed, self);
    return button;
}

static void ars_recording_row_init(ArsRecordingRow *self)
{
    self->gone = g_cancellable_new();
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self), _("Recording"));
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
    adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(self), 0);
    gtk_widget_add_css_class(GTK_WIDGET(self), "property");
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
    self->play = add_button(self, "media-playback-start-symbolic", _("Play the recording"),
                            G_CALLBACK(on_play));
    (void)add_button(self, "folder-open-symbolic", _("Open the folder of the recording"),
                     G_CALLBACK(on_folder));
}

void ars_recording_row_set_path(ArsRecordingRow *self, const char *path)
{
    gtk_widget_set_visible(GTK_WIDGET(self), path[0] != '\0');
    g_clear_object(&self->file);
    if (!path[0])
        return;
    self->file = g_file_new_for_path(path);
    describe(self, NULL);
    g_file_query_info_async(self->file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                            G_PRIORITY_DEFAULT, self->gone, on_looked, g_object_ref(self));
}
