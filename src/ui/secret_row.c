/* ui: the row for a password: bullets in the text, the secret beside it. */
#include <string.h>

#include <ars/secret.h>
#include <ars/settings.h>

#include "secret_row.h"

#define BULLET "\xe2\x97\x8f" /* U+25CF */

struct _ArsSecretRow {
    AdwEntryRow parent_instance;

    char typed[ARS_PASSWORD_MAX + 1]; /* UTF-8; wiped */
    gboolean showing;                 /* the edit is ours */
};

G_DEFINE_FINAL_TYPE(ArsSecretRow, ars_secret_row, ADW_TYPE_ENTRY_ROW)

static GtkEditable *text_of(ArsSecretRow *self)
{
    return gtk_editable_get_delegate(GTK_EDITABLE(self));
}

static void show(ArsSecretRow *self, int caret)
{
    GtkEditable *editable = text_of(self);
    GString *bullets = g_string_new(NULL);
    int at = 0;

    for (glong n = g_utf8_strlen(self->typed, -1); n > 0; n--)
        g_string_append(bullets, BULLET);
    self->showing = TRUE;
    gtk_editable_delete_text(editable, 0, -1);
    gtk_editable_insert_text(editable, bullets->str, -1, &at);
    self->showing = FALSE;
    gtk_editable_set_position(editable, caret);
    g_string_free(bullets, TRUE);
}

/* Replaces the characters from start to end. What does not fit is refused whole. */
static gboolean splice(ArsSecretRow *self, int start, int end, const char *text, size_t len)
{
    size_t a = (size_t)(g_utf8_offset_to_pointer(self->typed, start) - self->typed);
    size_t b = (size_t)(g_utf8_offset_to_pointer(self->typed, end) - self->typed);
    size_t rest = strlen(self->typed + b);

    if (a + len + rest > ARS_PASSWORD_MAX)
        return FALSE;
    memmove(self->typed + a + len, self->typed + b, rest + 1);
    if (len)
        memcpy(self->typed + a, text, len);
    ars_wipe(self->typed + a + len + rest, sizeof(self->typed) - (a + len + rest));
    return TRUE;
}

static void on_insert(GtkEditable *editable, const char *text, int len, int *place,
                      ArsSecretRow *self)
{
    size_t n = len < 0 ? strlen(text) : (size_t)len;

    if (self->showing)
        return;
    g_signal_stop_emission_by_name(editable, "insert-text");
    n = strcspn(text, "\r\n") < n ? strcspn(text, "\r\n") : n; /* pasted with its line end */
    if (!g_utf8_validate(text, (gssize)n, NULL) || !splice(self, *place, *place, text, n)) {
        gtk_widget_error_bell(GTK_WIDGET(self));
        return;
    }
    *place += (int)g_utf8_strlen(text, (gssize)n);
    show(self, *place);
}

static void on_delete(GtkEditable *editable, int start, int end, ArsSecretRow *self)
{
    int length = (int)g_utf8_strlen(self->typed, -1);

    if (self->showing)
        return;
    g_signal_stop_emission_by_name(editable, "delete-text");
    end = end < 0 || end > length ? length : end;
    if (start < end && splice(self, start, end, NULL, 0))
        show(self, start);
}

static void finalize(GObject *object)
{
    ArsSecretRow *self = ARS_SECRET_ROW(object);

    ars_wipe(self->typed, sizeof(self->typed));
    G_OBJECT_CLASS(ars_secret_row_parent_class)->finalize(object);
}

static void ars_secret_row_class_init(ArsSecretRowClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void ars_secret_row_init(ArsSecretRow *self)
{
    gtk_editable_set_enable_undo(GTK_EDITABLE(self), FALSE);
    adw_entry_row_set_input_purpose(ADW_ENTRY_ROW(self), GTK_INPUT_PURPOSE_PASSWORD);
    g_signal_connect_object(text_of(self), "insert-text", G_CALLBACK(on_insert), self, 0);
    g_signal_connect_object(text_of(self), "delete-text", G_CALLBACK(on_delete), self, 0);
}

struct ars_secret *ars_secret_row_get_secret(ArsSecretRow *self)
{
    return self->typed[0] ? ars_secret_new(self->typed, strlen(self->typed)) : NULL;
}

void ars_secret_row_set_secret(ArsSecretRow *self, const struct ars_secret *secret)
{
    const char *text = ars_secret_text(secret);
    int length = (int)g_utf8_strlen(self->typed, -1);

    if (g_utf8_validate(text, -1, NULL) && splice(self, 0, length, text, strlen(text)))
        show(self, (int)g_utf8_strlen(self->typed, -1));
}
