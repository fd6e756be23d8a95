/* ui: the page where a number is entered. */
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include <ars/reason.h>

#include "account_choice.h"
#include "dialpad.h"
#include "keypad.h"
#include "number_entry.h"
#include "words.h"

struct _ArsDialpad {
    AdwBin parent_instance;

    /* template widgets */
    ArsNumberEntry *number;
    GtkButton *backspace;
    ArsKeypad *keypad;
    GtkButton *call;
    GtkLabel *hint;
    ArsAccountChoice *account;

    ArsBridge *bridge;

    char *last;
    gboolean ready;
    gboolean setting; /* the change of the field is ours */
    gboolean hinted;  /* something else than how the number is sent */
};

enum { DIAL, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsDialpad, ars_dialpad, ADW_TYPE_BIN)

static gboolean is_empty(ArsDialpad *self)
{
    return ars_number_entry_get_number(self->number)[0] == '\0';
}

static void update(ArsDialpad *self)
{
    gtk_widget_set_sensitive(GTK_WIDGET(self->call),
                             self->ready && (!is_empty(self) || self->last != NULL));
    gtk_widget_set_opacity(GTK_WIDGET(self->backspace), is_empty(self) ? 0 : 1);
    gtk_widget_set_sensitive(GTK_WIDGET(self->backspace), !is_empty(self));
}

/* What the rules of the account make of the number, where that is something else. */
static void show_wire(ArsDialpad *self)
{
    struct ars_app *app = self->bridge ? ars_bridge_app(self->bridge) : NULL;
    const struct ars_stored_account *a = app ? ars_app_account(app) : NULL;
    g_autofree char *words = NULL;
    char *wire = NULL;
    size_t rule = 0;

    if (a && a->dial_rules && !is_empty(self) &&
        ars_app_check_number(a->dial_rules, ars_number_entry_get_number(self->number), NULL, NULL,
                             &wire, &rule) == 0 &&
        rule)
        /* Translators: the number as it is sent to the server */
        words = g_strdup_printf(_("Sent as %s"), wire);
    free(wire);
    ars_dialpad_set_hint(self, words);
    self->hinted = FALSE;
}

/* Another account dials, or its rules are others now. */
static void on_lines_changed(ArsDialpad *self)
{
    if (!self->hinted)
        show_wire(self);
}

static void on_changed(ArsDialpad *self)
{
    if (self->setting)
        return;
    show_wire(self);
    update(self);
}

static void on_key(ArsDialpad *self, const char *key)
{
    ars_number_entry_type(self->number, key);
}

static void on_backspace(ArsDialpad *self)
{
    ars_number_entry_backspace(self->number);
}

static void on_backspace_held(ArsDialpad *self)
{
    ars_number_entry_set_number(self->number, "");
}

static void on_call(ArsDialpad *self)
{
    g_autofree char *number = NULL;

    if (is_empty(self) && self->last) {
        /* shown first: the second press calls it */
        ars_dialpad_set_number(self, self->last);
        return;
    }
    if (!self->ready && !is_empty(self)) /* Enter: the button cannot be pressed */
        ars_dialpad_set_hint(self, words_call_reason(ARS_REASON_NO_CONNECTION));
    if (!gtk_widget_get_sensitive(GTK_WIDGET(self->call)))
        return;
    number = g_strdup(ars_number_entry_get_number(self->number));
    g_signal_emit(self, signals[DIAL], 0, number);
}

static void finalize(GObject *object)
{
    g_free(ARS_DIALPAD(object)->last);
    g_clear_object(&ARS_DIALPAD(object)->bridge);
    G_OBJECT_CLASS(ars_dialpad_parent_class)->finalize(object);
}

static void ars_dialpad_class_init(ArsDialpadClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = finalize;
    g_type_ensure(ARS_TYPE_ACCOUNT_CHOICE);
    g_type_ensure(ARS_TYPE_NUMBER_ENTRY);
    g_type_ensure(ARS_TYPE_KEYPAD);
    signals[DIAL] = g_signal_new("dial", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget, "/io/github/arsphone/ArsPhone/dialpad.ui");
    gtk_widget_class_bind_template_child(widget, ArsDialpad, number);
    gtk_widget_class_bind_template_child(widget, ArsDialpad, backspace);
    gtk_widget_class_bind_template_child(widget, ArsDialpad, keypad);
    gtk_widget_class_bind_template_child(widget, ArsDialpad, call);
    gtk_widget_class_bind_template_child(widget, ArsDialpad, hint);
    gtk_widget_class_bind_template_child(widget, ArsDialpad, account);
    gtk_widget_class_bind_template_callback(widget, on_changed);
    gtk_widget_class_bind_template_callback(widget, on_key);
    gtk_widget_class_bind_template_callback(widget, on_backspace);
    gtk_widget_class_bind_template_callback(widget, on_backspace_held);
    gtk_widget_class_bind_template_callback(widget, on_call);
}

static void ars_dialpad_init(ArsDialpad *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    ars_keypad_set_plus(self->keypad, TRUE);
    update(self);
}

void ars_dialpad_set_bridge(ArsDialpad *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    ars_account_choice_set_bridge(self->account, bridge);
    g_signal_connect_object(bridge, "lines-changed", G_CALLBACK(on_lines_changed), self,
                            G_CONNECT_SWAPPED);
}

void ars_dialpad_set_number(ArsDialpad *self, const char *number)
{
    ars_number_entry_set_number(self->number, number);
    gtk_entry_grab_focus_without_selecting(GTK_ENTRY(self->number));
    gtk_editable_set_position(GTK_EDITABLE(self->number), -1);
}

void ars_dialpad_set_last(ArsDialpad *self, const char *number)
{
    g_free(self->last);
    self->last = number && number[0] ? g_strdup(number) : NULL;
    update(self);
}

void ars_dialpad_set_ready(ArsDialpad *self, gboolean ready)
{
    if (ready && !self->ready)
        show_wire(self);
    self->ready = ready;
    update(self);
}

void ars_dialpad_set_hint(ArsDialpad *self, const char *hint)
{
    gtk_label_set_text(self->hint, hint ? hint : "");
    self->hinted = hint != NULL;
}

void ars_dialpad_clear(ArsDialpad *self)
{
    self->setting = TRUE;
    ars_number_entry_set_number(self->number, "");
    self->setting = FALSE;
    update(self);
}

void ars_dialpad_focus(ArsDialpad *self)
{
    gtk_entry_grab_focus_without_selecting(GTK_ENTRY(self->number));
}

gboolean ars_dialpad_forward_key(ArsDialpad *self, GtkEventControllerKey *controller)
{
    GtkWidget *text = GTK_WIDGET(gtk_editable_get_delegate(GTK_EDITABLE(self->number)));

    if (!gtk_event_controller_key_forward(controller, text))
        return FALSE;
    gtk_entry_grab_focus_without_selecting(GTK_ENTRY(self->number));
    gtk_editable_set_position(GTK_EDITABLE(self->number), -1);
    return TRUE;
}
