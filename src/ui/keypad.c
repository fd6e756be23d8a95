/* ui: the twelve keys of a telephone. */
#include "keypad.h"

struct _ArsKeypad {
    AdwBin parent_instance;

    gboolean plus;
};

enum { KEY, SIGNALS };

static guint signals[SIGNALS];

static const struct {
    const char *key;
    const char *letters;
} keys[] = {
    {"1", ""},     {"2", "ABC"}, {"3", "DEF"},  {"4", "GHI"}, {"5", "JKL"}, {"6", "MNO"},
    {"7", "PQRS"}, {"8", "TUV"}, {"9", "WXYZ"}, {"*", ""},    {"0", "+"},   {"#", ""},
};

G_DEFINE_FINAL_TYPE(ArsKeypad, ars_keypad, ADW_TYPE_BIN)

static void on_clicked(GtkButton *button, ArsKeypad *self)
{
    g_signal_emit(self, signals[KEY], 0, g_object_get_data(G_OBJECT(button), "key"));
}

static void on_long_press(GtkGestureLongPress *gesture, double x, double y, ArsKeypad *self)
{
    if (!self->plus)
        return;
    gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
    g_signal_emit(self, signals[KEY], 0, "+");
}

static GtkWidget *key_new(ArsKeypad *self, const char *key, const char *letters)
{
    GtkWidget *button = gtk_button_new();
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *digit = gtk_label_new(key);

    gtk_widget_add_css_class(digit, "keypad-digit");
    gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), digit);
    if (letters[0]) {
        GtkWidget *below = gtk_label_new(letters);

        gtk_widget_add_css_class(below, "keypad-letters");
        gtk_box_append(GTK_BOX(box), below);
    }
    gtk_button_set_child(GTK_BUTTON(button), box);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_widget_add_css_class(button, "keypad-key");
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, key, -1);
    g_object_set_data(G_OBJECT(button), "key", (gpointer)key);
    g_signal_connect_object(button, "clicked", G_CALLBACK(on_clicked), self, 0);
    if (key[0] == '0') {
        GtkGesture *press = gtk_gesture_long_press_new();

        gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(press), GTK_PHASE_CAPTURE);
        g_signal_connect_object(press, "pressed", G_CALLBACK(on_long_press), self, 0);
        gtk_widget_add_controller(button, GTK_EVENT_CONTROLLER(press));
    }
    return button;
}

static void ars_keypad_class_init(ArsKeypadClass *klass)
{
    signals[KEY] = g_signal_new("key", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void ars_keypad_init(ArsKeypad *self)
{
    GtkGrid *grid = GTK_GRID(gtk_grid_new());

    gtk_grid_set_row_spacing(grid, 6);
    gtk_grid_set_column_spacing(grid, 12);
    gtk_grid_set_column_homogeneous(grid, TRUE);
    gtk_grid_set_row_homogeneous(grid, TRUE);
    gtk_widget_set_halign(GTK_WIDGET(grid), GTK_ALIGN_CENTER);
    /* digits read from left to right everywhere */
    gtk_widget_set_direction(GTK_WIDGET(grid), GTK_TEXT_DIR_LTR);
    for (int i = 0; i < (int)G_N_ELEMENTS(keys); i++)
        gtk_grid_attach(grid, key_new(self, keys[i].key, keys[i].letters), i % 3, i / 3, 1, 1);
    adw_bin_set_child(ADW_BIN(self), GTK_WIDGET(grid));
}

void ars_keypad_set_plus(ArsKeypad *self, gboolean plus)
{
    self->plus = plus;
}
