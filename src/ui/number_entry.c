/*
 * ui: the field for a number. Every edit of what is shown is made an edit of what was typed. A
 * place in one text is found in the other by the number of digits to the right of it: formatting
 * adds to the left ("+7") and between, never to the right.
 */
#include <stdlib.h>
#include <string.h>

#include <ars/app.h>

#include "number_entry.h"

/* Characters; longer than any number and any sensible URI. */
#define NUMBER_MAX 255

struct _ArsNumberEntry {
    GtkEntry parent_instance;

    GString *typed;
    gboolean showing; /* the edit is ours */
};

G_DEFINE_FINAL_TYPE(ArsNumberEntry, ars_number_entry, GTK_TYPE_ENTRY)

static GtkEditable *text_of(ArsNumberEntry *self)
{
    return gtk_editable_get_delegate(GTK_EDITABLE(self));
}

static int length(const char *s)
{
    return (int)g_utf8_strlen(s, -1);
}

static int digits_from(const char *s, int place)
{
    int n = 0;

    for (s = g_utf8_offset_to_pointer(s, place); *s; s++)
        n += g_ascii_isdigit(*s) ? 1 : 0;
    return n;
}

/* The leftmost place of s with that many digits to its right; 0 when there are fewer. */
static int place_with(const char *s, int digits)
{
    int n = length(s);

    while (n > 0 && digits_from(s, n - 1) <= digits)
        n--;
    return digits_from(s, n) == digits || n == 0 ? n : n + 1;
}

static int map_place(const char *from, const char *to, int place)
{
    return strcmp(from, to) == 0 ? place : place_with(to, digits_from(from, place));
}

static const char *shown(ArsNumberEntry *self)
{
    return gtk_editable_get_text(text_of(self));
}

/* Shows what was typed, with the caret where it is in that. */
static void show(ArsNumberEntry *self, int caret)
{
    char *formatted = ars_app_format_number(self->typed->str);
    const char *text = formatted ? formatted : self->typed->str;
    GtkEditable *editable = text_of(self);
    int at = 0;

    caret = map_place(self->typed->str, text, caret);
    self->showing = TRUE;
    gtk_editable_delete_text(editable, 0, -1);
    gtk_editable_insert_text(editable, text, -1, &at);
    self->showing = FALSE;
    gtk_editable_set_position(editable, caret);
    free(formatted);
}

static void erase(ArsNumberEntry *self, int start, int end)
{
    char *a = g_utf8_offset_to_pointer(self->typed->str, start);
    char *b = g_utf8_offset_to_pointer(self->typed->str, end);

    g_string_erase(self->typed, a - self->typed->str, b - a);
}

/* One line, without what cannot be seen. */
static char *cleaned(const char *text, int len)
{
    g_autofree char *valid = g_utf8_make_valid(text, len < 0 ? (gssize)strlen(text) : len);
    GString *s = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!g_unichar_iscntrl(c))
            g_string_append_unichar(s, c);
    }
    return g_string_free(s, FALSE);
}

static void on_insert(GtkEditable *editable, const char *text, int len, int *place,
                      ArsNumberEntry *self)
{
    g_autofree char *clean = NULL;
    int at, room;

    if (self->showing)
        return;
    g_signal_stop_emission_by_name(editable, "insert-text");
    clean = cleaned(text, len);
    room = NUMBER_MAX - length(self->typed->str);
    if (length(clean) > room)
        *g_utf8_offset_to_pointer(clean, MAX(room, 0)) = '\0';
    at = map_place(shown(self), self->typed->str, *place);
    g_string_insert(self->typed, g_utf8_offset_to_pointer(self->typed->str, at) - self->typed->str,
                    clean);
    show(self, at + length(clean));
    *place = gtk_editable_get_position(editable);
}

static void on_delete(GtkEditable *editable, int start, int end, ArsNumberEntry *self)
{
    int from, to, caret;

    if (self->showing)
        return;
    g_signal_stop_emission_by_name(editable, "delete-text");
    if (end < 0)
        end = length(shown(self));
    caret = gtk_editable_get_position(editable);
    from = map_place(shown(self), self->typed->str, start);
    to = map_place(shown(self), self->typed->str, end);
    if (from == to && end - start == 1) { /* a bracket: the digit beside it is meant */
        if (caret >= end && from > 0)
            from--;
        else if (caret < end && *g_utf8_offset_to_pointer(self->typed->str, to))
            to++;
    }
    erase(self, from, to);
    show(self, from);
}

static void finalize(GObject *object)
{
    g_string_free(ARS_NUMBER_ENTRY(object)->typed, TRUE);
    G_OBJECT_CLASS(ars_number_entry_parent_class)->finalize(object);
}

static void ars_number_entry_class_init(ArsNumberEntryClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void ars_number_entry_init(ArsNumberEntry *self)
{
    self->typed = g_string_new(NULL);
    gtk_editable_set_enable_undo(GTK_EDITABLE(self), FALSE);
    g_signal_connect_object(text_of(self), "insert-text", G_CALLBACK(on_insert), self, 0);
    g_signal_connect_object(text_of(self), "delete-text", G_CALLBACK(on_delete), self, 0);
}

const char *ars_number_entry_get_number(ArsNumberEntry *self)
{
    return self->typed->str;
}

void ars_number_entry_set_number(ArsNumberEntry *self, const char *number)
{
    g_autofree char *clean = cleaned(number, -1);

    g_string_assign(self->typed, clean);
    show(self, length(clean));
}

void ars_number_entry_type(ArsNumberEntry *self, const char *text)
{
    GtkEditable *editable = text_of(self);
    int place;

    gtk_editable_delete_selection(editable);
    place = gtk_editable_get_position(editable);
    gtk_editable_insert_text(editable, text, -1, &place);
    gtk_editable_set_position(editable, place);
}

void ars_number_entry_backspace(ArsNumberEntry *self)
{
    GtkEditable *editable = text_of(self);
    int start, end;

    if (!gtk_editable_get_selection_bounds(editable, &start, &end)) {
        end = gtk_editable_get_position(editable);
        start = end - 1;
    }
    if (start >= 0 && end > start)
        gtk_editable_delete_text(editable, start, end);
}
